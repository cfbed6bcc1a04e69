//! What the readers of a document agree on, whatever its format: how many rows, in which zone, and how the numbers and
//! times of a report are spelt. It writes nothing.

use super::text::numbers::{count, duration};
use super::verdict;
use crate::report::{By, Calls, Code, Condition, Report, Trend};
use crate::time::Zone;
use crate::time::{NS_PER_SECOND, Nanos};

/// What the reader of a Markdown, HTML or mail report asked for.
#[derive(Clone, Debug)]
pub struct View {
    /// The zone of all times.
    pub zone: Zone,
    /// How many rows of a table are shown, at least one.
    pub top: usize,
    /// The inputs as one would type them behind `resplog ticket`, safe for a shell; may be empty.
    pub command: String,
}

impl View {
    /// A time to the second: `2026-11-24 02:41:07`. The document names the zone once.
    #[must_use]
    pub fn second(&self, time: Nanos) -> String {
        let whole = time.0.div_euclid(NS_PER_SECOND).saturating_mul(NS_PER_SECOND);
        self.zone.civil(Nanos(whole)).to_string()
    }

    /// The time of day to the second of a time: `02:41:07`.
    #[must_use]
    pub fn clock(&self, time: Nanos) -> String {
        let civil = self.zone.civil(time);
        format!("{:02}:{:02}:{:02}", civil.hour, civil.minute, civil.second)
    }

    /// The name of the zone at the time that the report is about.
    #[must_use]
    pub fn zone_name(&self, report: &Report) -> String {
        self.zone.offset_text(span(report).map_or(Nanos(0), |(from, _)| from))
    }

    /// From when to when, with the zone: `2026-11-24 01:00:00 to 2026-11-24 03:20:00 +08:00`; none without times.
    #[must_use]
    pub fn range(&self, report: &Report) -> Option<String> {
        let (from, to) = span(report)?;
        Some(format!("{} to {} {}", self.second(from), self.second(to), self.zone.offset_text(from)))
    }
}

/// Every condition with its word in the JSON report.
pub const CONDITIONS: [(Condition, &str); 7] = [
    (Condition::Ok, "ok"),
    (Condition::Interrupted, "interrupted"),
    (Condition::WriteFailed, "write_failed"),
    (Condition::Breach, "breach"),
    (Condition::Input, "input"),
    (Condition::NothingMatched, "nothing_matched"),
    (Condition::NothingRecognised, "nothing_recognised"),
];

/// The word of a condition.
#[must_use]
pub fn condition(condition: Condition) -> &'static str {
    CONDITIONS.into_iter().find(|&(it, _)| it == condition).map_or("", |(_, word)| word)
}

/// The times that a report is about: the ends of its window, else those of its timeline; none without times.
#[must_use]
pub fn span(report: &Report) -> Option<(Nanos, Nanos)> {
    let window = report.window.as_ref().and_then(|window| window.from.zip(window.to));
    let width_ns = report.timeline.bucket_seconds.unwrap_or(0).saturating_mul(NS_PER_SECOND);
    let buckets = &report.timeline.buckets;
    let ends = buckets.first().zip(buckets.last());
    window.or_else(|| ends.map(|(first, last)| (first.start, Nanos(last.start.0.saturating_add(width_ns)))))
}

/// `ok + failed`.
#[must_use]
pub const fn calls(calls: &Calls) -> u64 {
    calls.ok.saturating_add(calls.failed)
}

/// How a code changed, and whether it is acknowledged: `escalating, 3.1 times`, `steady, acknowledged`; may be empty.
#[must_use]
pub fn trend(code: &Code) -> String {
    let times = code.times.filter(|_| matches!(code.trend, Some(Trend::Escalating | Trend::Easing)));
    let times = times.map(|times| format!("{} times", verdict::times_of(times)));
    let trend = code.trend.map(|trend| trend.as_str().to_owned());
    let muted = code.muted.then(|| "acknowledged".to_owned());
    trend.into_iter().chain(times).chain(muted).collect::<Vec<_>>().join(", ")
}

/// In how many earlier runs a code was seen: `10 of 30`; empty without a history.
#[must_use]
pub fn seen(code: &Code) -> String {
    code.seen_runs.as_ref().map(|runs| format!("{} of {}", count(runs.seen), count(runs.runs))).unwrap_or_default()
}

/// The rows of fields as they are, those of periods the newest first.
#[must_use]
pub fn by_rows(report: &Report) -> Vec<&By> {
    let mut rows: Vec<&By> = report.by.iter().collect();
    for of_one in rows.chunk_by_mut(|a, b| a.name == b.name) {
        if of_one.iter().any(|row| row.codes.is_some()) {
            of_one.reverse();
        }
    }
    rows
}

/// How many codes a period names.
const PERIOD_CODES_MAX: usize = 3;

/// The most frequent codes of a period with their failures, as names, and what is said behind each: `(5), `; the last
/// has none where nothing is left, else how many codes more there are.
#[must_use]
pub fn period_codes(by: &By) -> Vec<(&str, String)> {
    let codes = by.codes.as_deref().unwrap_or_default();
    let shown = &codes[..codes.len().min(PERIOD_CODES_MAX)];
    let rest = codes.len() - shown.len();
    let behind = |place: usize, failures: u64| match (place + 1 == shown.len(), rest) {
        (false, _) => format!(" ({}), ", count(failures)),
        (true, 0) => format!(" ({})", count(failures)),
        (true, rest) => format!(" ({}), {rest} more", count(failures)),
    };
    let rows = shown.iter().enumerate();
    rows.map(|(place, row)| (row.code.as_str(), behind(place, row.count))).collect()
}

/// A duration for people, or nothing.
#[must_use]
pub fn took(ms: Option<f64>) -> String {
    ms.map(duration).unwrap_or_default()
}

/// What a table says about rows that it does not show: `62 more of 65`; none when it shows all.
#[must_use]
pub fn more(rows: usize, shown: usize) -> Option<String> {
    let rest = rows.checked_sub(shown).filter(|&rest| rest > 0)?;
    Some(format!("{} more of {} (--top)", count(rest as u64), count(rows as u64)))
}
