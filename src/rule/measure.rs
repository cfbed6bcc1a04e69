//! What a rule can compare: names, units, and in which of them a value comes. It knows no report.

use std::fmt;

use crate::catalog::Class;
use crate::redact::redact;

/// Something of a report that has a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Failed calls of all calls.
    FailureRate,
    /// Calls that succeeded.
    Ok,
    /// Calls that failed.
    Failed,
    /// Calls that would have succeeded.
    DryRun,
    /// Records: ok, failed and dry runs.
    Responses,
    /// All lines.
    Lines,
    /// Codes that no earlier run had.
    NewCodes,
    /// Failures with a code; the share is of all calls.
    Code(String, Scale),
    /// Failures of a family of codes; the share is of all calls.
    Family(String, Scale),
    /// Failures of a class; the share is of all calls.
    Class(Class, Scale),
    /// Failures of a service; the share is of its calls.
    Service(String, Scale),
    /// Failures of an action, of any service; the share is of its calls.
    Action(String, Scale),
    /// Failures with a value of a `--by` field, the share is of the calls with it: field, value.
    By(String, String, Scale),
    /// Lines that are not one JSON value; the share is of lines that are not blank, text or echo.
    Malformed(Scale),
    /// Lines without an envelope; the share is of the same lines.
    NoEnvelope(Scale),
    /// Lines that are malformed, without an envelope or text; the share is of lines that are not blank or echo.
    Unrecognised(Scale),
    /// Errors of SDKs without an id.
    Unidentified,
    /// Records without an id; the share is of all records.
    MissingRequestId(Scale),
    /// How long ago the newest record was written.
    NewestAge,
    /// A percentile of all durations.
    Percentile(Percentile),
}

/// How far off a percentile may be, as a share of it.
const PERCENTILE_ERROR: f64 = 0.001;

/// Whether a measure is a number or a part of a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// A number.
    Count,
    /// 0 to 1.
    Share,
}

/// How long the calls took that are not among the slowest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Percentile {
    /// Median.
    P50,
    /// 90th.
    P90,
    /// 95th.
    P95,
    /// 99th.
    P99,
    /// 99.9th.
    P999,
    /// The longest.
    Max,
}

/// In what a value is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A whole number.
    Count,
    /// 0 to 1.
    Fraction,
    /// Milliseconds.
    Milliseconds,
    /// Seconds.
    Seconds,
}

impl Measure {
    /// The same measure without a secret in the name of a code, a family, a service, an action or a value.
    #[must_use]
    pub fn redacted(self) -> Self {
        let clean = |name: String| redact(&name).into_owned();
        match self {
            Self::Code(name, scale) => Self::Code(clean(name), scale),
            Self::Family(name, scale) => Self::Family(clean(name), scale),
            Self::Service(name, scale) => Self::Service(clean(name), scale),
            Self::Action(name, scale) => Self::Action(clean(name), scale),
            Self::By(field, value, scale) => Self::By(clean(field), clean(value), scale),
            other => other,
        }
    }

    /// The same measure as a part of a whole; what has no such form stays.
    #[must_use]
    pub fn shared(self) -> Self {
        match self {
            Self::Code(name, _) => Self::Code(name, Scale::Share),
            Self::Family(name, _) => Self::Family(name, Scale::Share),
            Self::Class(class, _) => Self::Class(class, Scale::Share),
            Self::Service(name, _) => Self::Service(name, Scale::Share),
            Self::Action(name, _) => Self::Action(name, Scale::Share),
            Self::By(field, value, _) => Self::By(field, value, Scale::Share),
            Self::Malformed(_) => Self::Malformed(Scale::Share),
            Self::NoEnvelope(_) => Self::NoEnvelope(Scale::Share),
            Self::Unrecognised(_) => Self::Unrecognised(Scale::Share),
            Self::MissingRequestId(_) => Self::MissingRequestId(Scale::Share),
            other => other,
        }
    }

    /// The measure of one name, as in `service(cvm)`; none when measures of this kind take no name. A class is checked by
    /// the reader of rules.
    #[must_use]
    pub fn of_name(kind: &str, name: String) -> Option<Self> {
        match kind {
            "code" => Some(Self::Code(name, Scale::Count)),
            "family" => Some(Self::Family(name, Scale::Count)),
            "service" => Some(Self::Service(name, Scale::Count)),
            "action" => Some(Self::Action(name, Scale::Count)),
            "by" => {
                let (field, value) = name.split_once('=')?;
                Some(Self::By(field.to_owned(), value.to_owned(), Scale::Count))
            }
            _ => None,
        }
    }

    /// The value, or the limit where they cannot be distinguished: percentiles are within a thousandth.
    pub(super) fn rounded(&self, value: f64, limit: f64) -> f64 {
        match self {
            Self::Percentile(Percentile::Max) => value,
            Self::Percentile(_) if (value - limit).abs() <= PERCENTILE_ERROR * limit => limit,
            _ => value,
        }
    }

    /// In what its value comes.
    #[must_use]
    pub const fn unit(&self) -> Unit {
        match self {
            Self::FailureRate
            | Self::Code(_, Scale::Share)
            | Self::Family(_, Scale::Share)
            | Self::Class(_, Scale::Share)
            | Self::Service(_, Scale::Share)
            | Self::Action(_, Scale::Share)
            | Self::By(_, _, Scale::Share)
            | Self::Malformed(Scale::Share)
            | Self::NoEnvelope(Scale::Share)
            | Self::Unrecognised(Scale::Share)
            | Self::MissingRequestId(Scale::Share) => Unit::Fraction,
            Self::NewestAge => Unit::Seconds,
            Self::Percentile(_) => Unit::Milliseconds,
            _ => Unit::Count,
        }
    }
}

/// As rules spell it.
impl fmt::Display for Measure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code, _) => write!(out, "code({code})"),
            Self::Family(name, _) => write!(out, "family({name})"),
            Self::Class(class, _) => write!(out, "class({class})"),
            Self::Service(name, _) => write!(out, "service({name})"),
            Self::Action(name, _) => write!(out, "action({name})"),
            Self::By(field, value, _) => write!(out, "by({field}={value})"),
            Self::Malformed(_) => out.write_str("malformed"),
            Self::NoEnvelope(_) => out.write_str("no_envelope"),
            Self::Unrecognised(_) => out.write_str("unrecognised"),
            Self::MissingRequestId(_) => out.write_str("missing_request_id"),
            other => out.write_str(PLAIN.iter().find(|(_, it)| it == other).map_or("", |(name, _)| name)),
        }
    }
}

/// Measures without a second form, by name.
pub const PLAIN: [(&str, Measure); 15] = [
    ("failure_rate", Measure::FailureRate),
    ("failed", Measure::Failed),
    ("ok", Measure::Ok),
    ("dry_run", Measure::DryRun),
    ("responses", Measure::Responses),
    ("lines", Measure::Lines),
    ("new_codes", Measure::NewCodes),
    ("newest_age", Measure::NewestAge),
    ("unidentified", Measure::Unidentified),
    ("p50", Measure::Percentile(Percentile::P50)),
    ("p90", Measure::Percentile(Percentile::P90)),
    ("p95", Measure::Percentile(Percentile::P95)),
    ("p99", Measure::Percentile(Percentile::P99)),
    ("p999", Measure::Percentile(Percentile::P999)),
    ("max", Measure::Percentile(Percentile::Max)),
];

/// Measures that are numbers or parts of a whole, by name.
pub const COUNTED: [(&str, Measure); 4] = [
    ("malformed", Measure::Malformed(Scale::Count)),
    ("no_envelope", Measure::NoEnvelope(Scale::Count)),
    ("unrecognised", Measure::Unrecognised(Scale::Count)),
    ("missing_request_id", Measure::MissingRequestId(Scale::Count)),
];

/// Measures of one name, which follows between brackets.
pub const OF_NAMES: [&str; 6] = ["code", "family", "class", "service", "action", "by"];

/// Every name that a comparison can begin with.
pub fn names() -> impl Iterator<Item = &'static str> {
    PLAIN.iter().map(|(name, _)| *name).chain(COUNTED.map(|(name, _)| name)).chain(OF_NAMES)
}
