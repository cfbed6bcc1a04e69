//! The rows of a report's tables: codes, calls, time and latency. Their field names are the keys of the JSON report.

use serde::Serialize;

use super::throttled::Throttled;
use crate::catalog::{self, Kind};
use crate::record::Call;
use crate::time::{Nanos, milliseconds};

/// Failures with one code.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Code {
    /// The code; `(none)` for failures without one, `(other)` for codes that did not fit.
    pub code: String,
    /// Whether every service can answer it.
    pub kind: Kind,
    /// The part before the first dot.
    pub family: String,
    /// Who can act; a hint.
    pub class: catalog::Class,
    /// Failures.
    pub count: u64,
    /// Of all failures, 0 to 1.
    pub share: f64,
    /// The earliest time.
    pub first: Option<Nanos>,
    /// The latest time.
    pub last: Option<Nanos>,
    /// When it began to be more frequent among calls than in the rest of the time.
    pub since: Option<Nanos>,
    /// When that ended; none while it goes on.
    pub until: Option<Nanos>,
    /// Against the baseline or the history.
    pub trend: Option<Trend>,
    /// In how many of the runs before.
    pub seen_runs: Option<SeenRuns>,
    /// How many times its rate among calls is that of the run compared with; for people only.
    #[serde(skip)]
    pub times: Option<f64>,
    /// Whether it is acknowledged.
    pub muted: bool,
    /// Until when and why it is acknowledged; for people only.
    #[serde(skip)]
    pub acknowledgement: Option<String>,
    /// Where it is more frequent than calls are.
    pub stands_out: Vec<StandsOut>,
    /// At which rates calls are refused with a throttle code; for people only.
    #[serde(skip)]
    pub throttled: Vec<Throttled>,
    /// Masked messages, the most frequent first.
    pub messages: Vec<Message>,
    /// Ids to look into.
    pub request_ids: Vec<RequestId>,
}

impl Code {
    /// Whether no earlier run had it and nobody has acknowledged it.
    #[must_use]
    pub fn is_news(&self) -> bool {
        self.trend == Some(Trend::New) && !self.muted
    }
}

/// How a code changed since an earlier run (SPEC 8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Trend {
    /// No earlier run had it.
    New,
    /// It is significantly and much more frequent.
    Escalating,
    /// It is significantly and much less frequent.
    Easing,
    /// Neither.
    Steady,
    /// The earlier run had it, and this one has not.
    Gone,
}

impl Trend {
    /// The word that reports use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Escalating => "escalating",
            Self::Easing => "easing",
            Self::Steady => "steady",
            Self::Gone => "gone",
        }
    }
}

/// In how many of the runs before a code was seen.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SeenRuns {
    /// Runs with the code.
    pub seen: u64,
    /// Runs.
    pub runs: u64,
}

/// A value that a code's failures have more often than all calls.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StandsOut {
    /// `action`, `region`, `service` or the name of a `--by` field.
    pub field: String,
    /// The value.
    pub value: String,
    /// Its share in the code's failures, 0 to 1.
    pub share: f64,
    /// Its share in all calls, 0 to 1.
    pub share_of_all: f64,
}

/// A masked message.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Message {
    /// Redacted and masked.
    pub text: String,
    /// Failures with it.
    pub count: u64,
}

/// An id with the reason why it was chosen.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RequestId {
    /// The id.
    pub request_id: String,
    /// The slot that chose it.
    pub reason: String,
    /// Where the record stands and what is known of the call.
    #[serde(flatten)]
    pub at: At,
}

/// Where a record stands and what is known of the call.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct At {
    /// Path of the input.
    pub input: String,
    /// Number of the line, from 1; none when what stands before it was not read.
    pub line: Option<u64>,
    /// Offset of its first byte.
    pub offset: u64,
    /// When the call was made.
    pub time: Option<Nanos>,
    /// The product.
    pub service: Option<String>,
    /// The API.
    pub action: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// How long the call took, in milliseconds.
    pub duration_ms: Option<f64>,
}

impl At {
    /// Where a call stands, once its input has a name and its line a number, and what is known of it.
    #[must_use]
    pub fn of(call: &Call, input: String, line: Option<u64>, offset: u64) -> Self {
        let own = |name: Option<&str>| name.map(str::to_owned);
        Self {
            input,
            line,
            offset,
            time: call.time,
            service: own(call.service()),
            action: own(call.action()),
            region: own(call.region()),
            duration_ms: call.duration_ns.map(milliseconds),
        }
    }
}

/// An id of the list over all codes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LookInto {
    /// The id.
    pub request_id: String,
    /// The code of the failure.
    pub code: String,
    /// The class of the code.
    pub class: catalog::Class,
    /// The slot that chose it.
    pub reason: String,
    /// Where the record stands and what is known of the call.
    #[serde(flatten)]
    pub at: At,
}

/// Failures of a family.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Family {
    /// The part of the code before the first dot.
    pub family: String,
    /// Failures.
    pub count: u64,
}

/// Failures of a class.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Class {
    /// Who can act.
    pub class: catalog::Class,
    /// Failures.
    pub count: u64,
}

/// Calls of a service.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Service {
    /// The product.
    pub service: String,
    /// What became of the calls.
    #[serde(flatten)]
    pub calls: Calls,
}

/// Calls of an action.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Action {
    /// The product, when the log names it.
    pub service: Option<String>,
    /// The API.
    pub action: String,
    /// What became of the calls.
    #[serde(flatten)]
    pub calls: Calls,
    /// How long they took.
    pub latency: Quantiles,
}

/// Calls of a region.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Region {
    /// The region.
    pub region: String,
    /// What became of the calls.
    #[serde(flatten)]
    pub calls: Calls,
}

/// Calls with a value of a `--by` field, or in a period.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct By {
    /// Name of the field, or `day`, `week`, `month`.
    pub name: String,
    /// The value or the period.
    pub value: String,
    /// What became of the calls.
    #[serde(flatten)]
    pub calls: Calls,
    /// Failures by code, for periods only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub codes: Option<Vec<CodeCount>>,
}

/// Failures with one code.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CodeCount {
    /// The code.
    pub code: String,
    /// Failures.
    pub count: u64,
}

/// What became of calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Calls {
    /// Calls that succeeded.
    pub ok: u64,
    /// Calls that failed.
    pub failed: u64,
    /// `failed / (ok + failed)`, 0 to 1.
    pub failure_rate: Option<f64>,
}

impl Calls {
    /// All calls of some rows.
    #[must_use]
    pub fn sum<'c>(rows: impl Iterator<Item = &'c Self>) -> Self {
        let add = |sum: Self, row: &Self| Self {
            ok: sum.ok.saturating_add(row.ok),
            failed: sum.failed.saturating_add(row.failed),
            failure_rate: None,
        };
        let sum = rows.fold(Self::default(), add);
        Self { failure_rate: (sum.all() > 0).then(|| sum.failed as f64 / sum.all() as f64), ..sum }
    }

    /// `ok + failed`.
    #[must_use]
    pub const fn all(&self) -> u64 {
        self.ok.saturating_add(self.failed)
    }
}

/// Calls over time.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Timeline {
    /// Width of a bucket; none without times.
    pub bucket_seconds: Option<i64>,
    /// Calls before the first and after the last bucket: few, and far away from all others.
    pub outside: u64,
    /// Every bucket from the first to the last, empty ones too.
    pub buckets: Vec<Bucket>,
}

impl Timeline {
    /// The bucket with the most failures, the first of several: the peak that every format names. None without failures.
    #[must_use]
    pub fn most_failures(&self) -> Option<&Bucket> {
        self.buckets.iter().rev().max_by_key(|bucket| bucket.failed).filter(|bucket| bucket.failed > 0)
    }

    /// The bucket with the most calls, the first of several.
    #[must_use]
    pub fn most_calls(&self) -> Option<&Bucket> {
        self.buckets.iter().rev().max_by_key(|bucket| bucket.all())
    }
}

/// Calls in a stretch of time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bucket {
    /// When it starts.
    pub start: Nanos,
    /// Calls that succeeded.
    pub ok: u64,
    /// Calls that failed.
    pub failed: u64,
}

impl Bucket {
    /// `ok + failed`.
    #[must_use]
    pub const fn all(&self) -> u64 {
        self.ok.saturating_add(self.failed)
    }
}

/// How long calls took.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Latency {
    /// `ms`.
    pub unit: &'static str,
    /// All calls, dry runs too.
    pub all: Quantiles,
    /// Calls that succeeded.
    pub ok: Quantiles,
    /// Calls that failed.
    pub failed: Quantiles,
}

/// Percentiles in milliseconds; none without calls.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Quantiles {
    /// Calls with a duration.
    pub count: u64,
    /// Median.
    pub p50: Option<f64>,
    /// 90th percentile.
    pub p90: Option<f64>,
    /// 95th percentile.
    pub p95: Option<f64>,
    /// 99th percentile.
    pub p99: Option<f64>,
    /// 99.9th percentile.
    pub p999: Option<f64>,
    /// The longest, exact.
    pub max: Option<f64>,
}
