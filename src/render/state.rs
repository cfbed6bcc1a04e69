//! What `resplog state` shows: sums over all runs, how far each file was read, and the last runs. It reads no file.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::escape;
use super::json;
use crate::record::LineClass;
use crate::redact::redact;
use crate::report::Totals;
use crate::state::State;
use crate::time::Nanos;

/// The name and version of the JSON that `state show` prints.
pub const SCHEMA: &str = "resplog.state/1";

#[derive(Serialize)]
struct Shown<'s> {
    schema: &'static str,
    generation: u64,
    totals: Totals,
    malformed: BTreeMap<&'static str, u64>,
    anomalies: BTreeMap<&'static str, u64>,
    codes: Vec<CodeRow<'s>>,
    other_codes: u64,
    options: BTreeMap<String, String>,
    positions: Vec<PositionRow>,
    history: Vec<RunRow<'s>>,
}

#[derive(Serialize)]
struct CodeRow<'s> {
    code: &'s str,
    count: u64,
}

#[derive(Serialize)]
struct PositionRow {
    path: String,
    offset: u64,
    lines: u64,
    pending_bytes: u64,
    compression: &'static str,
    rotated: bool,
    unseen_runs: u32,
}

#[derive(Serialize)]
struct RunRow<'s> {
    generation: u64,
    from: Option<Nanos>,
    to: Option<Nanos>,
    ok: u64,
    failed: u64,
    codes: &'s BTreeMap<String, u64>,
}

fn shown(state: &State) -> Shown<'_> {
    let codes = state.totals.codes().into_iter().map(|(code, count)| CodeRow { code, count }).collect();
    let position = |position: &crate::follow::Position| PositionRow {
        path: redact(&position.path.path().to_string_lossy()).into_owned(),
        offset: position.offset,
        lines: position.lines,
        pending_bytes: position.pending_bytes(),
        compression: position.packed.map_or("none", |packed| packed.compression.as_str()),
        rotated: position.rotated,
        unseen_runs: position.unseen_runs,
    };
    let run = |run| {
        let crate::state::Run { generation, from, to, past }: &crate::state::Run = run;
        let (from, to) = (from.map(Nanos), to.map(Nanos));
        RunRow { generation: *generation, from, to, ok: past.ok, failed: past.failed, codes: &past.codes }
    };
    Shown {
        schema: SCHEMA,
        generation: state.generation,
        totals: state.totals.shown(),
        malformed: state.totals.malformed(),
        anomalies: state.totals.anomalies(),
        codes,
        other_codes: state.totals.other_codes(),
        options: state
            .totals
            .options()
            .iter()
            .map(|(name, value)| (name.clone(), redact(value).into_owned()))
            .collect(),
        positions: state.positions.iter().map(position).collect(),
        history: state.history.iter().map(run).collect(),
    }
}

/// Writes a state as JSON.
///
/// # Errors
///
/// `out` fails.
pub fn json(state: &State, out: &mut dyn Write) -> io::Result<()> {
    json::value(&shown(state), out)
}

/// Says that a state is whole.
///
/// # Errors
///
/// `out` fails.
pub fn check(state: &State, path: &str, out: &mut dyn Write) -> io::Result<()> {
    let (path, runs, files) = (escape::terminal(path), state.generation, state.positions.len());
    writeln!(out, "{path}: whole, after {runs} runs, with the positions of {files} files")
}

/// Writes a state for people.
///
/// # Errors
///
/// `out` fails.
pub fn text(state: &State, out: &mut dyn Write) -> io::Result<()> {
    let Shown { totals, codes, other_codes, options, positions, history, .. } = shown(state);
    writeln!(out, "{} runs", state.generation)?;
    let rate = totals.failure_rate.map_or_else(|| "-".to_owned(), |rate| format!("{:.4} %", 100.0 * rate));
    writeln!(out, "\nTotals of all runs")?;
    let rows = [
        ("lines", totals.counts.lines),
        ("bytes", totals.bytes),
        ("ok", totals.counts[LineClass::Ok]),
        ("failed", totals.counts[LineClass::Failed]),
        ("dry runs", totals.counts[LineClass::DryRun]),
        ("malformed", totals.counts[LineClass::Malformed]),
        ("no envelope", totals.counts[LineClass::NoEnvelope]),
        ("blank", totals.counts[LineClass::Blank]),
        ("filtered", totals.counts[LineClass::Filtered]),
        ("without an id", totals.missing_request_id.sum()),
        ("different ids", totals.distinct_request_ids),
    ];
    for (name, count) in rows {
        writeln!(out, "  {name:<15}{count:>15}")?;
    }
    writeln!(out, "  {:<15}{rate:>15}", "failure rate")?;
    if !codes.is_empty() {
        writeln!(out, "\nFailures by code")?;
    }
    for CodeRow { code, count } in &codes {
        writeln!(out, "  {count:>12}  {}", escape::terminal(code))?;
    }
    if other_codes > 0 {
        writeln!(out, "  {other_codes:>12}  (other)")?;
    }
    writeln!(out, "\nPositions{:>16}{:>12}{:>12}  file", "offset", "lines", "waiting")?;
    for PositionRow { path, offset, lines, pending_bytes, unseen_runs, .. } in &positions {
        let path = escape::terminal(path);
        let gone = if *unseen_runs > 0 { format!(" (gone for {unseen_runs} runs)") } else { String::new() };
        writeln!(out, "{offset:>25}{lines:>12}{pending_bytes:>12}  {path}{gone}")?;
    }
    writeln!(out, "\nLast runs{:>16}{:>12}  from, to", "ok", "failed")?;
    for RunRow { generation, from, to, ok, failed, .. } in &history {
        let time = |time: &Option<Nanos>| time.map_or_else(|| "-".to_owned(), |time| time.to_string());
        writeln!(out, "{generation:>9}{ok:>16}{failed:>12}  {}, {}", time(from), time(to))?;
    }
    writeln!(out, "\nOptions")?;
    for (name, value) in &options {
        writeln!(out, "  --{name} {}", escape::terminal(value))?;
    }
    Ok(())
}
