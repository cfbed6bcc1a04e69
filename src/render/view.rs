//! What a reader asked for, the same for every format, and how cells and times are spelt for people. It writes nothing.

use super::commands::Commands;
use crate::report::Report;
use crate::report::cells::{Cell, Change};
use crate::report::numbers::{count, duration, percent, share, times};
use crate::report::tables::Table;
use crate::report::{Code, CodeCount, Trend};
use crate::time::Zone;
use crate::time::{NS_PER_SECOND, Nanos};

/// What a reader asked for; each format takes what it has a use for.
#[derive(Clone, Debug)]
pub struct View {
    /// The zone of all times.
    pub zone: Zone,
    /// How many rows of a table are shown, at least one.
    pub top: usize,
    /// The commands that a report suggests; none when the inputs cannot be read again.
    pub commands: Option<Commands>,
    /// Columns of a line of text; fewer than 40 count as 40. Ids, codes and places are never cut for it.
    pub width: usize,
    /// Whether text has colours; they add nothing that words do not say.
    pub color: bool,
    /// Whether text may have signs that are not ASCII. Text of the log is shown as it is either way.
    pub unicode: bool,
    /// The table that CSV shows.
    pub table: Table,
    /// Whom mail is for: one address or several with commas.
    pub mail_to: Option<String>,
    /// When a run last read everything and wrote everything.
    pub last_success: Option<Nanos>,
}

/// Columns of text that goes to no terminal.
const COLUMNS: usize = 100;
/// Rows of a table where it is cut.
const ROWS: usize = 20;

impl Default for View {
    /// What somebody sees who asked for nothing.
    fn default() -> Self {
        Self {
            zone: Zone::Utc,
            top: ROWS,
            commands: None,
            width: COLUMNS,
            color: false,
            unicode: true,
            table: Table::Codes,
            mail_to: None,
            last_success: None,
        }
    }
}

impl View {
    /// The same for text of some columns inside a document.
    #[must_use]
    pub fn of_width(&self, width: usize) -> Self {
        Self { width, color: false, unicode: true, ..self.clone() }
    }

    /// A time to the second: `2026-11-24 02:41:07`. The document names the zone once.
    #[must_use]
    pub fn second(&self, time: Nanos) -> String {
        let whole = time.0.div_euclid(NS_PER_SECOND).saturating_mul(NS_PER_SECOND);
        self.zone.civil(Nanos(whole)).to_string()
    }

    /// The name of the zone at the time that the report is about.
    #[must_use]
    pub fn zone_name(&self, report: &Report) -> String {
        self.zone.offset_text(report.ends().map_or(Nanos(0), |(from, _)| from))
    }

    /// From when to when, with the zone: `2026-11-24 01:00:00 to 2026-11-24 03:20:00 +08:00`; none without times.
    #[must_use]
    pub fn range(&self, report: &Report) -> Option<String> {
        let (from, to) = report.ends()?;
        Some(format!("{} to {} {}", self.second(from), self.second(to), self.zone.offset_text(from)))
    }
}

/// A cell for people: `time` spells a time, `log` makes text of a log harmless.
#[must_use]
pub fn spell(cell: &Cell<'_>, time: impl Fn(Nanos) -> String, log: impl Fn(&str) -> String) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Count(number) => count(*number),
        Cell::Number(number) => number.to_string(),
        Cell::Share(part) => share(*part),
        Cell::Rate(part) => percent(*part),
        Cell::Milliseconds(ms) => duration(*ms),
        Cell::Time(at) => time(*at),
        Cell::Flag(flag) => flag.to_string(),
        Cell::Word(text) => (*text).to_owned(),
        Cell::Log(text) | Cell::Code(text) => log(text),
        Cell::Texts(text) => log(text),
        Cell::Path(input) => log(crate::report::parts::path(input)),
        Cell::Change(change) => changed(*change),
        Cell::Runs(seen, runs) => format!("{} of {}", count(*seen), count(*runs)),
        Cell::Codes(codes, rest) => period_codes(codes, *rest, log),
    }
}

/// How a code changed, and whether it is acknowledged: `escalating, 3.1 times`, `steady, acknowledged`; may be empty.
#[must_use]
pub fn changed(change: Change) -> String {
    let Change { trend, times: more, muted } = change;
    let more = more.filter(|_| matches!(trend, Some(Trend::Escalating | Trend::Easing)));
    let more = more.map(|more| format!("{} times", times(more)));
    let trend = trend.map(|trend| trend.as_str().to_owned());
    let muted = muted.then(|| "acknowledged".to_owned());
    trend.into_iter().chain(more).chain(muted).collect::<Vec<_>>().join(", ")
}

/// How a code changed, and in how many of the runs before it was seen.
#[must_use]
pub fn history(code: &Code) -> String {
    let seen =
        code.seen_runs.as_ref().map(|runs| format!("in {} of {} earlier runs", count(runs.seen), count(runs.runs)));
    let changed = Some(changed(Change::of(code))).filter(|text| !text.is_empty());
    changed.into_iter().chain(seen).collect::<Vec<_>>().join(", ")
}

/// Codes with their failures: `A (5), B (2), 3 more`.
fn period_codes(codes: &[CodeCount], rest: usize, log: impl Fn(&str) -> String) -> String {
    let codes = codes.iter().map(|row| format!("{} ({})", log(&row.code), count(row.count)));
    let rest = (rest > 0).then(|| format!("{rest} more"));
    codes.chain(rest).collect::<Vec<_>>().join(", ")
}

/// What a table says about rows that it does not show: `62 more of 65`; none when it shows all.
#[must_use]
pub fn more(rows: usize, shown: usize) -> Option<String> {
    let rest = rows.checked_sub(shown).filter(|&rest| rest > 0)?;
    Some(format!("{} more of {}", count(rest as u64), count(rows as u64)))
}
