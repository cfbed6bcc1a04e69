//! The whole report, and what in it is not a row of a table. The field names are the keys of the JSON report.

use std::collections::BTreeMap;

use serde::Serialize;

use super::comparison::Comparison;
use super::episodes::Episode;
use super::rows::{Action, By, Class, Code, Family, Latency, LookInto, Region, Service, Timeline};
use super::series::Series;
use super::totals::{Malformed, Ordered, Totals};
use crate::input;
use crate::record::{Doubt, LineClass};
use crate::rule::Measure;
use crate::settings::Value;
use crate::summary::totals::Counts;
use crate::time::Nanos;

/// Everything a report says.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// [`SCHEMA`](super::SCHEMA).
    pub schema: &'static str,
    /// The edition of the rules that the log was read by.
    pub reading: u32,
    /// The headline.
    pub verdict: Headline,
    /// Sums over all inputs.
    pub totals: Totals,
    /// The earliest and the latest time of a record; none without times.
    pub span: Option<Span>,
    /// Lines that are not one JSON value.
    pub malformed: Malformed,
    /// Lines by anomaly; only those that occur.
    pub anomalies: BTreeMap<&'static str, u64>,
    /// Stretches of time in which failures are more frequent than in the rest, those with the most failures beyond the
    /// expected first.
    pub episodes: Vec<Episode>,
    /// Failures by code.
    pub codes: Vec<Code>,
    /// Errors without an id, by name.
    pub unidentified: Vec<Unidentified>,
    /// Failures by the part of the code before the first dot.
    pub families: Vec<Family>,
    /// Failures by who can act.
    pub classes: Vec<Class>,
    /// Calls by service.
    pub services: Vec<Service>,
    /// Calls by action.
    pub actions: Vec<Action>,
    /// Calls by region.
    pub regions: Vec<Region>,
    /// Calls by the `--by` fields and periods.
    pub by: Vec<By>,
    /// Calls over time.
    pub timeline: Timeline,
    /// Failures over time by class and by code; for charts only.
    #[serde(skip)]
    pub series: Series,
    /// How long calls took.
    pub latency: Latency,
    /// The request ids to look into first.
    pub look_into: Vec<LookInto>,
    /// How each input was read.
    pub inputs: Vec<Input>,
    /// How many inputs the last row of `inputs` stands for; 0 when each has its own.
    #[serde(skip)]
    pub inputs_folded: u64,
    /// The window of a run with a state.
    pub window: Option<Window>,
    /// The rules that fired.
    pub breaches: Vec<Breach>,
    /// The options that change numbers or lists.
    pub filters: BTreeMap<&'static str, Value>,
    /// `ok`, or every condition that set an exit code.
    pub status: Vec<Condition>,
    /// What the reader should know.
    pub hints: Vec<String>,
    /// Whether a table was too small for all its names.
    pub approximate: bool,
    /// Calls of two times beside each other; only when that is asked for.
    #[serde(skip_serializing_if = "Comparison::is_for_people")]
    pub comparison: Option<Comparison>,
    /// When and how the report was made; only when it is asked for, since it differs from run to run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stamp: Option<Stamp>,
    /// The run that trends compare with; for people only.
    #[serde(skip)]
    pub compared: Option<Compared>,
    /// Lines that may be failures and are no records, by what makes them doubtful; for the verdict only.
    #[serde(skip)]
    pub doubts: BTreeMap<Doubt, u64>,
    /// Sums over all runs of a state, this one too; for metrics only.
    #[serde(skip)]
    pub cumulative: Option<Cumulative>,
    /// Rules that need a value which is not known; for standard error only.
    #[serde(skip)]
    pub unjudged: Vec<Unjudged>,
    /// Names in rules that nothing knows; for standard error only.
    #[serde(skip)]
    pub unheard: Vec<Unheard>,
}

impl Report {
    /// The earliest and the latest time of a record; none without times.
    #[must_use]
    pub fn ends(&self) -> Option<(Nanos, Nanos)> {
        self.span.map(|span| (span.first, span.last))
    }

    /// Last lines that are still being written: no fault of the log, though they are malformed.
    #[must_use]
    pub fn unfinished_lines(&self) -> u64 {
        let is_unfinished =
            |input: &&Input| input.unfinished && !input.ends_elsewhere && input.counts[LineClass::Malformed] > 0;
        self.inputs.iter().filter(is_unfinished).count() as u64
    }

    /// How many inputs there are, whether or not each has a row.
    #[must_use]
    pub const fn input_count(&self) -> u64 {
        (self.inputs.len() as u64 + self.inputs_folded).saturating_sub((self.inputs_folded > 0) as u64)
    }

    /// Notes that a report, the state or another file could not be written.
    pub fn fail_write(&mut self) {
        self.status.retain(|&condition| condition != Condition::Ok && condition != Condition::WriteFailed);
        self.status.push(Condition::WriteFailed);
        self.status.sort_unstable();
    }
}

/// The headline, whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Headline {
    /// The verdict in one word or two.
    pub word: &'static str,
    /// The sentence beside it.
    pub text: String,
}

/// Times of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Span {
    /// The earliest.
    pub first: Nanos,
    /// The latest.
    pub last: Nanos,
}

/// Errors that an SDK printed without an id, of one name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unidentified {
    /// The code, or the name of the exception.
    pub code: String,
    /// How often it was printed.
    pub count: u64,
}

/// How an input was read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Input {
    /// Its path; bytes that are not UTF-8 are replaced.
    pub path: String,
    /// How records stand in its bytes.
    pub format: input::Framing,
    /// How its bytes were packed.
    pub compression: input::Compression,
    /// The pointers that records were found at, sorted, the first 16.
    pub envelope: Vec<String>,
    /// How many records had which form, those that some had.
    pub forms: Ordered<u64>,
    /// Where context was found, with a sample.
    pub fields: BTreeMap<&'static str, FieldSample>,
    /// Decompressed bytes.
    pub bytes: u64,
    /// Lines by class.
    #[serde(flatten)]
    pub counts: Counts,
    /// Whether it was read whole.
    pub status: input::Status,
    /// What is wrong, and where.
    pub error: Option<String>,
    /// Whether the last line is cut and has no LF.
    pub unfinished: bool,
    /// Whether it was left out because it lies outside of the window.
    pub skipped: bool,
    /// Whether what follows its last record is known to lie outside of the window.
    #[serde(skip)]
    pub ends_elsewhere: bool,
    /// Whether what could not be read of it is known to.
    #[serde(skip)]
    pub lost_elsewhere: bool,
}

impl Input {
    /// Whether something of it may be missing in the report.
    #[must_use]
    pub fn is_lossy(&self) -> bool {
        self.status != input::Status::Ok && !self.lost_elsewhere
    }
}

/// Where a context field was found, with a parsed sample.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FieldSample {
    /// JSON Pointer of the member.
    pub pointer: String,
    /// A parsed value.
    pub sample: String,
}

/// The window of a run with a state.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Window {
    /// How often the state was written.
    pub generation: u64,
    /// The earliest time.
    pub from: Option<Nanos>,
    /// The latest time.
    pub to: Option<Nanos>,
}

/// A rule that fired.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Breach {
    /// The rule as it was written.
    pub rule: String,
    /// The value of the first comparison that made it fire: a number, a fraction from 0 to 1, milliseconds of
    /// percentiles, seconds of ages.
    pub value: f64,
    /// What has this value.
    #[serde(skip)]
    pub measure: Measure,
    /// All that the rule compares, each with its value; none where that is not known.
    #[serde(skip)]
    pub values: Vec<(Measure, Option<f64>)>,
}

/// When and how a report was made.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stamp {
    /// Version of the program.
    pub version: &'static str,
    /// When the run began.
    pub time: Nanos,
    /// How long it took, in seconds, until the report was written.
    pub seconds: f64,
    /// How many threads read and scanned.
    pub threads: usize,
    /// Decompressed bytes a second.
    pub bytes_per_second: f64,
    /// Every option with its values.
    pub options: BTreeMap<String, Vec<String>>,
}

/// A rule that needs a value which is not known.
#[derive(Clone, Debug, PartialEq)]
pub struct Unjudged {
    /// The rule as it was written.
    pub rule: String,
    /// What is not known.
    pub measure: Measure,
}

/// A name in a rule that no table lists, and that neither the log nor an earlier run has: it may be misspelt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unheard {
    /// The rule as it was written.
    pub rule: String,
    /// What the rule compares: a code, a family, a service, an action or a value of a field.
    pub measure: Measure,
    /// The names that are most like it.
    pub near: Vec<String>,
}

/// Sums over all runs of a state.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cumulative {
    /// Lines, records and bytes.
    pub totals: Totals,
    /// Failures by code, the most frequent first.
    pub codes: Vec<(String, u64)>,
}

/// The calls of an earlier run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compared {
    /// Calls that failed.
    pub failed: u64,
    /// All calls, at least one.
    pub calls: u64,
    /// Whether it is a baseline; otherwise it is the last run of the state that had calls.
    pub is_baseline: bool,
}

/// A condition that sets an exit code; the order is that of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// None of the others.
    Ok,
    /// A signal ended the run.
    Interrupted,
    /// A report or the state could not be written.
    WriteFailed,
    /// A rule fired.
    Breach,
    /// An input is missing, unreadable, incomplete or corrupt.
    Input,
    /// `find` missed an id.
    NothingMatched,
    /// Lines that are not blank, but no record.
    NothingRecognised,
}

impl Condition {
    /// Every condition, in the order of the report.
    pub const ALL: [Self; 7] = [
        Self::Ok,
        Self::Interrupted,
        Self::WriteFailed,
        Self::Breach,
        Self::Input,
        Self::NothingMatched,
        Self::NothingRecognised,
    ];

    /// The word that reports use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Interrupted => "interrupted",
            Self::WriteFailed => "write_failed",
            Self::Breach => "breach",
            Self::Input => "input",
            Self::NothingMatched => "nothing_matched",
            Self::NothingRecognised => "nothing_recognised",
        }
    }
}
