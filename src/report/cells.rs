//! The rows of all tables as typed cells: what stands in each column of a row. It knows no format and no order.

use super::columns::Column;
use super::numbers::bytes;
use super::{
    Action, At, Breach, Bucket, By, Calls, Code, CodeCount, ComparisonKind, ComparisonRow, Episode, Input, LookInto,
    MalformedSample, Message, Ordered, Quantiles, Region, RequestId, Service, StandsOut, Trend, Unidentified,
};
use crate::input::Compression;
use crate::time::Nanos;

/// What stands in a cell. Programs read it exactly; for people each format spells it.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell<'r> {
    /// What is not known.
    Empty,
    /// A count.
    Count(u64),
    /// A number of any kind.
    Number(f64),
    /// A part of a whole, 0 to 1, in a column of parts.
    Share(f64),
    /// A part of a whole, 0 to 1, by itself.
    Rate(f64),
    /// A duration in milliseconds.
    Milliseconds(f64),
    /// A point in time.
    Time(Nanos),
    /// Yes or no.
    Flag(bool),
    /// Our own word.
    Word(&'static str),
    /// Text of a log; hostile.
    Log(&'r str),
    /// The same, put together.
    Texts(String),
    /// A code of a log; hostile.
    Code(&'r str),
    /// Path of an input; hostile.
    Path(&'r str),
    /// How a code changed.
    Change(Change),
    /// In how many of how many earlier runs.
    Runs(u64, u64),
    /// The codes that most failures of a period have, with their failures, and how many codes more there are.
    Codes(&'r [CodeCount], usize),
}

/// How a code changed, and whether it is acknowledged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// Since an earlier run.
    pub trend: Option<Trend>,
    /// How many times its rate is that of the run compared with.
    pub times: Option<f64>,
    /// Whether it is acknowledged.
    pub muted: bool,
}

impl Change {
    /// How a code changed.
    #[must_use]
    pub const fn of(code: &Code) -> Self {
        Self { trend: code.trend, times: code.times, muted: code.muted }
    }

    /// Whether there is nothing to say.
    #[must_use]
    pub const fn is_none(self) -> bool {
        self.trend.is_none() && !self.muted
    }
}

/// How many codes a period names.
const PERIOD_CODES_MAX: usize = 3;

/// A row of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Row<'r> {
    /// A rule that fired.
    Breach(&'r Breach),
    /// An episode.
    Episode(&'r Episode),
    /// A code of an episode.
    EpisodeCode(&'r Episode, &'r CodeCount),
    /// A value that stands out among the failures of an episode.
    EpisodeStandsOut(&'r Episode, &'r StandsOut),
    /// Calls of two times.
    Comparison(&'r ComparisonRow),
    /// A code.
    Code(&'r Code),
    /// A message of a code.
    Message(&'r Code, &'r Message),
    /// Errors without an id.
    Unidentified(&'r Unidentified),
    /// An id of a code.
    Id(&'r Code, &'r RequestId),
    /// An id of the list over all codes, with its place from 1.
    LookInto(u64, &'r LookInto),
    /// A value that stands out among the failures of a code.
    StandsOut(&'r Code, &'r StandsOut),
    /// Failures of a family or a class, and of all.
    Part(&'r str, u64, u64),
    /// Calls of a service.
    Service(&'r Service),
    /// Calls of an action.
    Action(&'r Action),
    /// Calls of a region.
    Region(&'r Region),
    /// Calls with a value of a field, or in a period.
    By(&'r By),
    /// Failures in a period with one code.
    ByCode(&'r By, &'r CodeCount),
    /// A bucket of the timeline, with its length in seconds.
    Bucket(&'r Bucket, Option<i64>),
    /// How long calls of an outcome took.
    Latency(&'static str, &'r Quantiles),
    /// How an input was read.
    Input(&'r Input),
    /// Where a malformed line stands.
    Malformed(&'r MalformedSample),
    /// A single value of the report: its key, the key inside it, and the value.
    Single(&'r str, String, Cell<'r>),
}

impl<'r> Row<'r> {
    /// What stands in a column; nothing in those that the row's table does not have.
    #[must_use]
    pub fn cell(&self, column: Column) -> Cell<'r> {
        match (self, column) {
            (Self::Breach(row), Column::Rule) => Cell::Log(&row.rule),
            (Self::Breach(row), Column::Measure) => Cell::Texts(row.measure.to_string()),
            (Self::Breach(row), Column::Value) => Cell::Number(row.value),
            (Self::Episode(row) | Self::EpisodeCode(row, _) | Self::EpisodeStandsOut(row, _), Column::Start) => {
                Cell::Time(row.start)
            }
            (Self::Episode(row), column) => of_episode(row, column),
            (Self::EpisodeCode(_, row), Column::Code) => Cell::Code(&row.code),
            (Self::EpisodeCode(_, row), Column::Count) => Cell::Count(row.count),
            (Self::Comparison(row), column) => of_comparison(row, column),
            (Self::Code(code), column) => of_code(code, column),
            (Self::Message(code, _) | Self::Id(code, _) | Self::StandsOut(code, _), Column::Code | Column::Class) => {
                of_code(code, column)
            }
            (Self::Unidentified(row), Column::Code) => Cell::Log(&row.code),
            (Self::Unidentified(row), Column::Count) => Cell::Count(row.count),
            (Self::Message(_, row), Column::Text) => Cell::Log(&row.text),
            (Self::Message(_, row), Column::Count) => Cell::Count(row.count),
            (Self::Id(_, row), Column::RequestId) => Cell::Log(&row.request_id),
            (Self::Id(_, row), Column::Reason) => Cell::Log(&row.reason),
            (Self::Id(_, row), column) => of_place(&row.at, column),
            (Self::LookInto(rank, _), Column::Rank) => Cell::Count(*rank),
            (Self::LookInto(_, row), Column::Code) => Cell::Code(&row.code),
            (Self::LookInto(_, row), Column::Class) => Cell::Word(row.class.as_str()),
            (Self::LookInto(_, row), Column::RequestId) => Cell::Log(&row.request_id),
            (Self::LookInto(_, row), Column::Reason) => Cell::Log(&row.reason),
            (Self::LookInto(_, row), column) => of_place(&row.at, column),
            (Self::StandsOut(_, row) | Self::EpisodeStandsOut(_, row), column) => of_excess(row, column),
            (Self::Part(name, ..), Column::Family | Column::Class) => Cell::Log(name),
            (Self::Part(_, count, _), Column::Count) => Cell::Count(*count),
            (Self::Part(_, count, all), Column::Share) => Cell::Share(*count as f64 / (*all).max(1) as f64),
            (Self::Service(row), Column::Service | Column::Value) => Cell::Log(&row.service),
            (Self::Region(row), Column::Region | Column::Value) => Cell::Log(&row.region),
            (Self::Action(row), Column::Service) => maybe(row.service.as_ref()),
            (Self::Action(row), Column::Action) => Cell::Log(&row.action),
            (Self::Action(row), Column::Ok | Column::Failed | Column::Calls | Column::Rate) => {
                of_calls(&row.calls, column)
            }
            (Self::Action(row), column) => of_latency(&row.latency, column),
            (Self::By(row) | Self::ByCode(row, _), Column::Name) => Cell::Log(&row.name),
            (Self::By(row) | Self::ByCode(row, _), Column::Value) => Cell::Log(&row.value),
            (Self::By(row), Column::Codes) => of_period(row),
            (Self::ByCode(_, row), Column::Code) => Cell::Code(&row.code),
            (Self::ByCode(_, row), Column::Count) => Cell::Count(row.count),
            (Self::Bucket(row, _), Column::Start) => Cell::Time(row.start),
            (Self::Bucket(_, seconds), Column::Seconds) => {
                seconds.map_or(Cell::Empty, |seconds| Cell::Count(seconds.unsigned_abs()))
            }
            (Self::Bucket(row, _), Column::Ok) => Cell::Count(row.ok),
            (Self::Bucket(row, _), Column::Failed) => Cell::Count(row.failed),
            (Self::Latency(outcome, _), Column::Outcome) => Cell::Word(outcome),
            (Self::Latency(_, row), column) => of_latency(row, column),
            (Self::Input(row), column) => of_input(row, column),
            (Self::Malformed(row), Column::Input) => Cell::Path(&row.input),
            (Self::Malformed(row), Column::Line) => row.line.map_or(Cell::Empty, Cell::Count),
            (Self::Malformed(row), Column::Offset) => Cell::Count(row.offset),
            (Self::Malformed(row), Column::Reason) => Cell::Word(row.reason),
            (Self::Single(name, ..), Column::Name) => Cell::Log(name),
            (Self::Single(_, key, _), Column::Key) => Cell::Texts(key.clone()),
            (Self::Single(_, _, value), Column::Value) => value.clone(),
            (row, column) => row.calls().map_or(Cell::Empty, |calls| of_calls(calls, column)),
        }
    }

    /// What became of the calls of a row; none where it is not about calls.
    #[must_use]
    pub const fn calls(&self) -> Option<&'r Calls> {
        match self {
            Self::Service(row) => Some(&row.calls),
            Self::Action(row) => Some(&row.calls),
            Self::Region(row) => Some(&row.calls),
            Self::By(row) => Some(&row.calls),
            _ => None,
        }
    }
}

/// What stands in a column about calls.
#[must_use]
pub fn of_calls(calls: &Calls, column: Column) -> Cell<'static> {
    match column {
        Column::Ok => Cell::Count(calls.ok),
        Column::Failed => Cell::Count(calls.failed),
        Column::Calls => Cell::Count(calls.all()),
        Column::Rate => calls.failure_rate.map_or(Cell::Empty, Cell::Rate),
        _ => Cell::Empty,
    }
}

fn maybe(text: Option<&String>) -> Cell<'_> {
    text.map_or(Cell::Empty, |text| Cell::Log(text))
}

fn of_episode(row: &Episode, column: Column) -> Cell<'_> {
    match column {
        Column::End => Cell::Time(row.end),
        Column::Open => Cell::Flag(row.open),
        Column::Failed => Cell::Count(row.failed),
        Column::Calls => Cell::Count(row.calls),
        Column::Rate => Cell::Rate(row.failure_rate),
        Column::RateOutside => row.failure_rate_outside.map_or(Cell::Empty, Cell::Rate),
        _ => Cell::Empty,
    }
}

fn of_comparison(row: &ComparisonRow, column: Column) -> Cell<'_> {
    let rate = |rate: Option<f64>| rate.map_or(Cell::Empty, Cell::Rate);
    let ms = |ms: Option<f64>| ms.map_or(Cell::Empty, Cell::Milliseconds);
    match column {
        Column::Compared => Cell::Word(row.kind.as_str()),
        Column::Service => maybe(row.service.as_ref()),
        Column::Name => maybe(row.name.as_ref()),
        Column::Value => match (&row.service, &row.name) {
            (Some(service), Some(name)) => Cell::Texts(format!("{service} {name}")),
            (None, Some(name)) if row.kind == ComparisonKind::Code => Cell::Code(name),
            (None, Some(name)) => Cell::Log(name),
            _ => Cell::Word("all calls"),
        },
        Column::CallsBefore => Cell::Count(row.before.calls),
        Column::FailedBefore => Cell::Count(row.before.failed),
        Column::RateBefore => rate(row.before.failure_rate),
        Column::P99Before => ms(row.before.p99_ms),
        Column::Calls => Cell::Count(row.after.calls),
        Column::Failed => Cell::Count(row.after.failed),
        Column::Rate => rate(row.after.failure_rate),
        Column::P99 => ms(row.after.p99_ms),
        Column::Trend => Cell::Change(Change { trend: row.trend, times: row.times(), muted: false }),
        _ => Cell::Empty,
    }
}

fn of_excess(row: &StandsOut, column: Column) -> Cell<'_> {
    match column {
        Column::Field => Cell::Log(&row.field),
        Column::Value => Cell::Log(&row.value),
        Column::Share => Cell::Share(row.share),
        Column::ShareOfAll => Cell::Share(row.share_of_all),
        _ => Cell::Empty,
    }
}

fn of_code(code: &Code, column: Column) -> Cell<'_> {
    let time = |time: Option<Nanos>| time.map_or(Cell::Empty, Cell::Time);
    let runs = code.seen_runs.as_ref();
    match column {
        Column::Code => Cell::Code(&code.code),
        Column::Kind => Cell::Word(code.kind.as_str()),
        Column::Family => Cell::Log(&code.family),
        Column::Class => Cell::Word(code.class.as_str()),
        Column::Count => Cell::Count(code.count),
        Column::Share | Column::Bar => Cell::Share(code.share),
        Column::First => time(code.first),
        Column::Last => time(code.last),
        Column::Since => time(code.since),
        Column::Until => time(code.until),
        Column::Trend => Cell::Change(Change::of(code)),
        Column::Seen => runs.map_or(Cell::Empty, |runs| Cell::Count(runs.seen)),
        Column::Runs => runs.map_or(Cell::Empty, |runs| Cell::Count(runs.runs)),
        Column::SeenRuns => runs.map_or(Cell::Empty, |runs| Cell::Runs(runs.seen, runs.runs)),
        Column::Muted => Cell::Flag(code.muted),
        _ => Cell::Empty,
    }
}

fn of_place(at: &At, column: Column) -> Cell<'_> {
    match column {
        Column::Input => Cell::Path(&at.input),
        Column::Line => at.line.map_or(Cell::Empty, Cell::Count),
        Column::Offset => Cell::Count(at.offset),
        Column::Time => at.time.map_or(Cell::Empty, Cell::Time),
        Column::Service => maybe(at.service.as_ref()),
        Column::Action => maybe(at.action.as_ref()),
        Column::Region => maybe(at.region.as_ref()),
        Column::Duration => at.duration_ms.map_or(Cell::Empty, Cell::Milliseconds),
        _ => Cell::Empty,
    }
}

fn of_period(by: &By) -> Cell<'_> {
    let Some(codes) = by.codes.as_deref().filter(|codes| !codes.is_empty()) else { return Cell::Empty };
    let shown = codes.len().min(PERIOD_CODES_MAX);
    Cell::Codes(codes.get(..shown).unwrap_or_default(), codes.len() - shown)
}

fn of_latency(row: &Quantiles, column: Column) -> Cell<'static> {
    let value = match column {
        Column::Timed => return Cell::Count(row.count),
        Column::P50 => row.p50,
        Column::P90 => row.p90,
        Column::P95 => row.p95,
        Column::P99 => row.p99,
        Column::P999 => row.p999,
        Column::Max => row.max,
        _ => None,
    };
    value.map_or(Cell::Empty, Cell::Milliseconds)
}

fn of_input(input: &Input, column: Column) -> Cell<'_> {
    match column {
        Column::Path => Cell::Path(&input.path),
        Column::Format => Cell::Word(input.format.as_str()),
        Column::Compression => Cell::Word(input.compression.as_str()),
        Column::Envelope => Cell::Texts(input.envelope.join(" ")),
        Column::Forms => Cell::Texts(forms(input)),
        Column::Fields => {
            let fields = input.fields.iter().map(|(name, field)| format!("{name}={}", field.pointer));
            Cell::Texts(fields.collect::<Vec<_>>().join(" "))
        }
        Column::ReadAs => Cell::Texts(read_as(input)),
        Column::Bytes => Cell::Count(input.bytes),
        Column::Lines => Cell::Count(input.counts.lines),
        Column::Of(class) => Cell::Count(input.counts[class]),
        Column::Status => Cell::Word(input.status.as_str()),
        Column::State => Cell::Word(if input.skipped { "skipped" } else { input.status.as_str() }),
        Column::Error => maybe(input.error.as_ref()),
        Column::Unfinished => Cell::Flag(input.unfinished),
        Column::Skipped => Cell::Flag(input.skipped),
        _ => Cell::Empty,
    }
}

/// The forms of an input's records: `envelope=3 layered=2`.
fn forms(input: &Input) -> String {
    let Ordered(forms) = &input.forms;
    forms.iter().map(|(form, records)| format!("{form}={records}")).collect::<Vec<_>>().join(" ")
}

/// Format, compression and bytes: `ndjson, gzip, 1.9 GB`.
fn read_as(input: &Input) -> String {
    let packed = match input.compression {
        Compression::None => String::new(),
        packed => format!(", {}", packed.as_str()),
    };
    format!("{}{packed}, {}", input.format.as_str(), bytes(input.bytes))
}
