//! The columns of all tables: what each is called by programs and by people, and what stands to the right. It knows no
//! report.

use crate::record::LineClass;

/// A column; the same one means the same in every table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// The rule as it was written.
    Rule,
    /// What made a rule fire.
    Measure,
    /// A place in the list over all codes, from 1.
    Rank,
    /// The code.
    Code,
    /// Whether every service can answer the code.
    Kind,
    /// The part of the code before the first dot.
    Family,
    /// Who can act.
    Class,
    /// Failures.
    Count,
    /// Of all failures; of a value that stands out, of those of its code.
    Share,
    /// Of all calls.
    ShareOfAll,
    /// What a row of a comparison is.
    Compared,
    /// The same as `Calls`, `Failed`, `Rate` and `P99`, at the earlier time.
    CallsBefore,
    /// See above.
    FailedBefore,
    /// See above.
    RateBefore,
    /// See above.
    P99Before,
    /// The earliest time.
    First,
    /// The latest time.
    Last,
    /// When the rate of a code changed for the worse.
    Since,
    /// When that ended.
    Until,
    /// How a code changed.
    Trend,
    /// Earlier runs with the code.
    Seen,
    /// Earlier runs.
    Runs,
    /// In how many of the earlier runs the code was seen.
    SeenRuns,
    /// Whether the code is acknowledged.
    Muted,
    /// A masked message.
    Text,
    /// The id.
    RequestId,
    /// Why something was chosen, or is malformed.
    Reason,
    /// Path of the input in which a record stands.
    Input,
    /// Number of its line, from 1.
    Line,
    /// Offset of its first byte.
    Offset,
    /// When a call was made.
    Time,
    /// The product.
    Service,
    /// The API.
    Action,
    /// The region.
    Region,
    /// How long a call took.
    Duration,
    /// A field whose value stands out.
    Field,
    /// Name of a `--by` field or a period, or a key of the report.
    Name,
    /// A key inside the key of the report.
    Key,
    /// What a name stands for.
    Value,
    /// Calls that succeeded.
    Ok,
    /// Calls that failed.
    Failed,
    /// `ok + failed`.
    Calls,
    /// `failed / (ok + failed)`.
    Rate,
    /// The same of all calls outside of an episode.
    RateOutside,
    /// The codes that most failures of a period have.
    Codes,
    /// When a bucket or an episode starts.
    Start,
    /// When an episode ends.
    End,
    /// Whether an episode goes on.
    Open,
    /// How long a bucket is.
    Seconds,
    /// What became of calls.
    Outcome,
    /// Calls with a duration.
    Timed,
    /// Median.
    P50,
    /// 90th percentile.
    P90,
    /// 95th percentile.
    P95,
    /// 99th percentile.
    P99,
    /// 99.9th percentile.
    P999,
    /// The longest.
    Max,
    /// Path of an input.
    Path,
    /// How records stand in its bytes.
    Format,
    /// How its bytes were packed.
    Compression,
    /// Pointers to the envelope.
    Envelope,
    /// How many records had which form.
    Forms,
    /// Where context was found.
    Fields,
    /// Decompressed bytes.
    Bytes,
    /// All lines.
    Lines,
    /// Lines of a class.
    Of(LineClass),
    /// Whether an input was read whole.
    Status,
    /// Whether it was read whole, or left out; for people.
    State,
    /// What is wrong with it.
    Error,
    /// Whether its last line is cut.
    Unfinished,
    /// Whether it was left out.
    Skipped,
    /// A share as a bar; drawn, not written.
    Bar,
    /// Failures over time; drawn, not written.
    OverTime,
    /// From the median to the longest; drawn, not written.
    Range,
    /// Format, compression and bytes of an input; for people.
    ReadAs,
}

impl Column {
    /// What programs call it, and people where they have no other word.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Measure => "measure",
            Self::Rank => "rank",
            Self::Code => "code",
            Self::Kind => "kind",
            Self::Family => "family",
            Self::Class => "class",
            Self::Count => "count",
            Self::Share => "share",
            Self::ShareOfAll => "share_of_all",
            Self::Compared => "kind",
            Self::CallsBefore => "calls_before",
            Self::FailedBefore => "failed_before",
            Self::RateBefore => "failure_rate_before",
            Self::P99Before => "p99_ms_before",
            Self::First => "first",
            Self::Last => "last",
            Self::Since => "since",
            Self::Until => "until",
            Self::Trend => "trend",
            Self::Seen => "seen",
            Self::Runs => "runs",
            Self::SeenRuns => "seen_runs",
            Self::Muted => "muted",
            Self::Text => "text",
            Self::RequestId => "request_id",
            Self::Reason => "reason",
            Self::Input => "input",
            Self::Line => "line",
            Self::Offset => "offset",
            Self::Time => "time",
            Self::Service => "service",
            Self::Action => "action",
            Self::Region => "region",
            Self::Duration => "duration_ms",
            Self::Field => "field",
            Self::Name => "name",
            Self::Key => "key",
            Self::Value => "value",
            Self::Ok => "ok",
            Self::Failed => "failed",
            Self::Calls => "calls",
            Self::Rate => "failure_rate",
            Self::RateOutside => "failure_rate_outside",
            Self::Codes => "codes",
            Self::Start => "start",
            Self::End => "end",
            Self::Open => "open",
            Self::Seconds => "seconds",
            Self::Outcome => "outcome",
            Self::Timed => "latency_count",
            Self::P50 => "p50_ms",
            Self::P90 => "p90_ms",
            Self::P95 => "p95_ms",
            Self::P99 => "p99_ms",
            Self::P999 => "p999_ms",
            Self::Max => "max_ms",
            Self::Path => "path",
            Self::Format => "format",
            Self::Compression => "compression",
            Self::Envelope => "envelope",
            Self::Forms => "forms",
            Self::Fields => "fields",
            Self::Bytes => "bytes",
            Self::Lines => "lines",
            Self::Of(class) => class.as_str(),
            Self::Status => "status",
            Self::State => "state",
            Self::Error => "error",
            Self::Unfinished => "unfinished",
            Self::Skipped => "skipped",
            Self::Bar => "bar",
            Self::OverTime => "over_time",
            Self::Range => "range",
            Self::ReadAs => "read_as",
        }
    }

    /// What people call it.
    #[must_use]
    pub fn head(self) -> &'static str {
        match self {
            Self::Count => "failed",
            Self::SeenRuns => "earlier runs",
            Self::Compared => "",
            Self::CallsBefore => "calls before",
            Self::FailedBefore => "failed before",
            Self::RateBefore => "rate before",
            Self::P99Before => "p99 before",
            Self::Name => "field",
            Self::Rate => "rate",
            Self::Outcome => "calls",
            Self::Timed => "timed",
            Self::P50 => "p50",
            Self::P90 => "p90",
            Self::P95 => "p95",
            Self::P99 => "p99",
            Self::P999 => "p99.9",
            Self::Max => "max",
            Self::Of(class) => CLASSES.iter().find(|(it, _)| *it == class).map_or("", |(_, name)| name),
            Self::State => "status",
            Self::Bar | Self::Range => "",
            Self::ReadAs => "read as",
            Self::OverTime => "over time",
            other => other.key(),
        }
    }

    /// Whether it holds numbers, which stand to the right.
    #[must_use]
    pub const fn is_number(self) -> bool {
        matches!(
            self,
            Self::Count
                | Self::Share
                | Self::ShareOfAll
                | Self::CallsBefore
                | Self::FailedBefore
                | Self::RateBefore
                | Self::P99Before
                | Self::Ok
                | Self::Failed
                | Self::Calls
                | Self::Rate
                | Self::Timed
                | Self::P50
                | Self::P90
                | Self::P95
                | Self::P99
                | Self::P999
                | Self::Max
                | Self::Bytes
                | Self::Lines
                | Self::Of(_)
        )
    }
}

/// What people call each line class, what they look for first in front.
pub const CLASSES: [(LineClass, &str); LineClass::ALL.len()] = [
    (LineClass::Ok, "ok"),
    (LineClass::Failed, "failed"),
    (LineClass::DryRun, "dry runs"),
    (LineClass::Malformed, "malformed"),
    (LineClass::NoEnvelope, "no envelope"),
    (LineClass::Text, "text"),
    (LineClass::Echo, "echoes"),
    (LineClass::Unidentified, "unidentified"),
    (LineClass::Blank, "blank"),
    (LineClass::Duplicates, "duplicates"),
    (LineClass::Filtered, "filtered"),
];
