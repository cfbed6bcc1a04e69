//! What the numbers do not cover: lines that are no calls, input that was not read, and what was odd about the rest.

use std::io::{self, Write};

use super::clock::Clock;
use super::numbers::{count, counted};
use super::page::{Page, Phrase, Span, Style};
use super::{path, phrases, safe};
use crate::input::Status;
use crate::record::{LineClass, Outcome};
use crate::render::gaps::Gaps;
use crate::render::remarks::made_in;
use crate::render::verdict;
use crate::report::{Code, Condition, Input, Report};

/// Columns of the names of notes, with the gap behind them.
const NAME_WIDTH: usize = 17;
/// Narrower pages have the names on lines of their own.
const WIDTH_MIN: usize = 76;
/// How many places of malformed lines are shown, by reason.
const PLACES_MAX: usize = 3;

/// Writes the notes that there are.
pub fn write<W: Write>(report: &Report, clock: &Clock<'_>, top: usize, page: &mut Page<W>) -> io::Result<()> {
    let notes = [
        ("NOT IN THE RATE", not_in_the_rate(report)),
        ("NOT SEEN", not_seen(report, clock, top, page.signs.to)),
        ("ACKNOWLEDGED", acknowledged(report)),
        ("WITHOUT AN ID", without_an_id(report)),
        ("ODD LINES", odd(report)),
        ("READ AS", read_as(report, top)),
        ("NOTE", remarks(report)),
        ("STAMP", stamp(report)),
    ];
    let notes: Vec<_> = notes.into_iter().filter(|(_, items)| !items.is_empty()).collect();
    if notes.is_empty() {
        return Ok(());
    }
    page.section()?;
    let is_narrow = page.width < WIDTH_MIN;
    let indent = if is_narrow { 2 } else { NAME_WIDTH };
    for (name, items) in notes {
        let mut name = Some(name);
        if is_narrow {
            page.line(&[Span::styled(Style::Strong, name.take().unwrap_or_default())])?;
        }
        for item in items {
            let lead = Span::styled(Style::Strong, format!("{:<indent$}", name.take().unwrap_or_default()));
            page.flow(vec![lead], indent + 2, &item)?;
        }
    }
    Ok(())
}

/// An item: phrases on lines of their own.
type Item = Vec<Phrase>;

fn item(text: impl Into<String>) -> Item {
    vec![vec![Span::plain(text)]]
}

fn not_in_the_rate(report: &Report) -> Vec<Item> {
    let totals = &report.totals;
    let mut items = Vec::new();
    if totals.counts[LineClass::NoEnvelope] > 0 {
        let lines = counted(totals.counts[LineClass::NoEnvelope], "line", "lines");
        items.push(item(format!("{lines} without an envelope: JSON, but no response of the API")));
    }
    items.extend(malformed(report));
    if let Some(last) = items.last_mut() {
        last.push(vec![Span::styled(Style::Faint, "--rejects FILE lists all")]);
    }
    if totals.counts[LineClass::DryRun] > 0 {
        items.push(item(format!(
            "{}: they would have succeeded",
            counted(totals.counts[LineClass::DryRun], "dry run", "dry runs")
        )));
    }
    if totals.counts[LineClass::Duplicates] > 0 {
        items.push(item(format!(
            "{} taken out by --dedupe",
            counted(totals.counts[LineClass::Duplicates], "duplicate", "duplicates")
        )));
    }
    if totals.counts[LineClass::Filtered] > 0 {
        let untimed = match totals.untimed {
            0 => String::new(),
            untimed => format!(", {} of them for having no time", count(untimed)),
        };
        items.push(item(format!(
            "{} taken out by filters{untimed}",
            counted(totals.counts[LineClass::Filtered], "record", "records")
        )));
    }
    if totals.counts[LineClass::Blank] > 0 {
        items.push(item(counted(totals.counts[LineClass::Blank], "blank line", "blank lines")));
    }
    items
}

/// One item a reason, with the first places.
fn malformed(report: &Report) -> Vec<Item> {
    let reasons = report.malformed.reasons.0.iter().filter(|(_, count)| *count > 0);
    let say = |&(reason, lines): &(&'static str, u64)| {
        let lines = counted(lines, "line", "lines");
        let mut item = item(format!("{lines} malformed ({reason}): {}", phrases::reason(reason)));
        let samples = report.malformed.samples.iter().filter(|sample| sample.reason == reason);
        for (place, sample) in samples.take(PLACES_MAX).enumerate() {
            let at = Span::whole(Style::Plain, format!("{}:{}", path(&sample.input), sample.line));
            item.push(if place == 0 { vec![Span::plain("first at "), at] } else { vec![at] });
        }
        item
    };
    reasons.map(say).collect()
}

fn not_seen(report: &Report, clock: &Clock<'_>, top: usize, to: &str) -> Vec<Item> {
    let mut items = Vec::new();
    for input in report.inputs.iter().filter(|input| input.status != Status::Ok) {
        let error = input.error.as_deref().map(|error| format!(": {}", safe(error))).unwrap_or_default();
        let status = if input.status == Status::Error { "not read" } else { input.status.as_str() };
        items.push(of(input, format!("{status}{error}")));
    }
    for input in report.inputs.iter().filter(|input| input.unfinished) {
        items.push(of(input, "its last line is not finished and counts as malformed"));
    }
    for input in report.inputs.iter().filter(|input| input.skipped) {
        items.push(of(input, "skipped: it lies outside of the time window"));
    }
    if items.len() > top {
        let total = items.len();
        items.truncate(top);
        items.push(item(format!("{} more (--top {total})", total - top)));
    }
    items.extend(gaps(report, clock, to));
    items
}

/// Codes that somebody knows about, muted or not any more.
fn acknowledged(report: &Report) -> Vec<Item> {
    let known = report.codes.iter().filter_map(|code| Some((code, code.acknowledgement.as_ref()?)));
    let say = |(code, reason): (&Code, &String)| {
        let heard = if code.muted { "muted" } else { "not muted" };
        let name = Span::whole(Style::Plain, verdict::code(&code.code));
        vec![vec![name], vec![Span::plain(format!("{heard}: {}", safe(reason)))]]
    };
    known.map(say).collect()
}

/// When and how the report was made, on the clock of machines.
fn stamp(report: &Report) -> Vec<Item> {
    let Some(stamp) = &report.stamp else { return Vec::new() };
    let of = |(name, values): (&String, &Vec<String>)| {
        values.iter().map(|value| vec![Span::plain(format!("--{name}={}", safe(value)))]).collect::<Vec<_>>()
    };
    let options = stamp.options.iter().flat_map(of).collect();
    vec![item(made_in(stamp, &stamp.time.to_string())), options]
}

fn of(input: &Input, text: impl Into<String>) -> Item {
    vec![vec![Span::whole(Style::Plain, path(&input.path))], vec![Span::plain(text)]]
}

/// The longest stretches of time without calls.
fn gaps(report: &Report, clock: &Clock<'_>, to: &str) -> Option<Item> {
    let Gaps { longest, opening, ending } = Gaps::of(&report.timeline)?;
    let mut said: Vec<Span> = Vec::new();
    for (from, until) in longest {
        said.push(Span::plain(if said.is_empty() { format!("{opening} ") } else { ", ".to_owned() }));
        said.push(Span::whole(Style::Plain, clock.stretch(from, until, to)));
    }
    if !ending.is_empty() {
        said.push(Span::plain(ending));
    }
    Some(vec![said])
}

fn without_an_id(report: &Report) -> Vec<Item> {
    let missing = &report.totals.missing_request_id;
    let parts =
        [(missing[Outcome::Failed], "failed"), (missing[Outcome::Ok], "ok"), (missing[Outcome::DryRun], "dry runs")];
    let said: Vec<_> =
        parts.iter().filter(|part| part.0 > 0).map(|(records, word)| format!("{} {word}", count(*records))).collect();
    if said.is_empty() {
        return Vec::new();
    }
    vec![item(format!("{}: counted, but in no list of ids", said.join(", ")))]
}

fn odd(report: &Report) -> Vec<Item> {
    let say = |(anomaly, lines): (&&'static str, &u64)| {
        let text = format!("{} {} ({anomaly})", counted(*lines, "line", "lines"), phrases::anomaly(anomaly));
        item(text.replace("  ", " "))
    };
    report.anomalies.iter().map(say).collect()
}

/// Where the envelope and the context were found, when that is not the root alone.
fn read_as(report: &Report, top: usize) -> Vec<Item> {
    let mut ways: Vec<(Vec<Phrase>, usize)> = Vec::new();
    for input in
        report.inputs.iter().filter(|input| !input.fields.is_empty() || input.envelope.iter().any(|it| !it.is_empty()))
    {
        let way = way(input);
        match ways.iter_mut().find(|(known, _)| *known == way) {
            Some((_, inputs)) => *inputs += 1,
            None => ways.push((way, 1)),
        }
    }
    let total = ways.len();
    let mut items = Vec::new();
    for (mut way, inputs) in ways.into_iter().take(top) {
        if total > 1 {
            way.push(vec![Span::styled(Style::Faint, counted(inputs as u64, "input", "inputs"))]);
        }
        items.push(way);
    }
    if total > top {
        items.push(item(format!("{} more (--top {total})", total - top)));
    }
    items
}

fn way(input: &Input) -> Vec<Phrase> {
    let pointer = |pointer: &str| if pointer.is_empty() { "the root".to_owned() } else { safe(pointer) };
    let envelopes: Vec<_> = input.envelope.iter().map(|it| pointer(it)).collect();
    let envelope = vec![Span::plain(format!("envelope {}", envelopes.join(", ")))];
    let fields = input.fields.iter().map(|(name, field)| vec![Span::plain(format!("{name} {}", safe(&field.pointer)))]);
    std::iter::once(envelope).chain(fields).collect()
}

fn remarks(report: &Report) -> Vec<Item> {
    let mut items: Vec<_> = report.hints.iter().map(|hint| item(safe(hint))).collect();
    if report.status.contains(&Condition::WriteFailed) {
        items.push(item("a report or another file could not be written (exit 4)"));
    }
    items
}
