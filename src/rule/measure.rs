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
    /// Failures of a class; the share is of all calls.
    Class(Class, Scale),
    /// Lines that are not one JSON value; the share is of lines that are not blank.
    Malformed(Scale),
    /// Lines without an envelope; the share is of lines that are not blank.
    NoEnvelope(Scale),
    /// How long ago the newest record was written.
    NewestAge,
    /// A percentile of all durations.
    Percentile(Percentile),
}

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
    /// The same measure without a secret in the name of a code.
    #[must_use]
    pub fn redacted(self) -> Self {
        match self {
            Self::Code(code, scale) => Self::Code(redact(&code).into_owned(), scale),
            other => other,
        }
    }

    /// In what its value comes.
    #[must_use]
    pub const fn unit(&self) -> Unit {
        match self {
            Self::FailureRate
            | Self::Code(_, Scale::Share)
            | Self::Class(_, Scale::Share)
            | Self::Malformed(Scale::Share)
            | Self::NoEnvelope(Scale::Share) => Unit::Fraction,
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
            Self::Class(class, _) => write!(out, "class({class})"),
            Self::Malformed(_) => out.write_str("malformed"),
            Self::NoEnvelope(_) => out.write_str("no_envelope"),
            other => out.write_str(PLAIN.iter().find(|(_, it)| it == other).map_or("", |(name, _)| name)),
        }
    }
}

/// Measures without a second form, by name.
pub const PLAIN: [(&str, Measure); 14] = [
    ("failure_rate", Measure::FailureRate),
    ("failed", Measure::Failed),
    ("ok", Measure::Ok),
    ("dry_run", Measure::DryRun),
    ("responses", Measure::Responses),
    ("lines", Measure::Lines),
    ("new_codes", Measure::NewCodes),
    ("newest_age", Measure::NewestAge),
    ("p50", Measure::Percentile(Percentile::P50)),
    ("p90", Measure::Percentile(Percentile::P90)),
    ("p95", Measure::Percentile(Percentile::P95)),
    ("p99", Measure::Percentile(Percentile::P99)),
    ("p999", Measure::Percentile(Percentile::P999)),
    ("max", Measure::Percentile(Percentile::Max)),
];

/// Every name that a comparison can begin with.
pub fn names() -> impl Iterator<Item = &'static str> {
    PLAIN.iter().map(|(name, _)| *name).chain(["code", "class", "malformed", "no_envelope"])
}
