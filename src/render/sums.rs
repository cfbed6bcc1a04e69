//! Every single number of a report with a name that people read, the same in all documents. It knows no format; the
//! names are ASCII words, and nothing in it comes from a log.

use super::text::numbers::{count, percent};
use crate::record::{LineClass, Outcome};
use crate::report::{Input, Ordered, Report};

/// What people call each line class, what they look for first in front.
pub const CLASSES: [(LineClass, &str); LineClass::ALL.len()] = [
    (LineClass::Ok, "ok"),
    (LineClass::Failed, "failed"),
    (LineClass::DryRun, "dry runs"),
    (LineClass::Malformed, "malformed"),
    (LineClass::NoEnvelope, "no envelope"),
    (LineClass::Blank, "blank"),
    (LineClass::Duplicates, "duplicates"),
    (LineClass::Filtered, "filtered"),
];

/// Names and numbers, in the order of the JSON report.
#[must_use]
pub fn sums(report: &Report) -> Vec<(String, String)> {
    let totals = &report.totals;
    let missing = &totals.missing_request_id;
    let mut sums: Vec<(String, String)> = Vec::new();
    let mut add = |name: &str, number: String| sums.push((name.to_owned(), number));
    add("lines", count(totals.counts.lines));
    for (class, name) in CLASSES {
        add(name, count(totals.counts[class]));
    }
    for (name, number) in [
        ("filtered, without a time", totals.untimed),
        ("responses", totals.responses),
        ("bytes", totals.bytes),
        ("different RequestIds", totals.distinct_request_ids),
        ("without a RequestId, ok", missing[Outcome::Ok]),
        ("without a RequestId, failed", missing[Outcome::Failed]),
        ("without a RequestId, dry runs", missing[Outcome::DryRun]),
    ] {
        add(name, count(number));
    }
    if let Some(rate) = totals.failure_rate {
        add("failure rate", percent(rate));
    }
    if let Some([low, high]) = totals.failure_rate_bounds {
        add("true rate at least", percent(low));
        add("true rate at most", percent(high));
    }
    let Ordered(reasons) = &report.malformed.reasons;
    reasons.iter().for_each(|(reason, lines)| add(&format!("malformed, {reason}"), count(*lines)));
    report.anomalies.iter().for_each(|(anomaly, lines)| {
        add(&format!("anomaly {}", anomaly.replace('_', " ")), count(*lines));
    });
    sums
}

/// What the counts of an input are called, in the order of [`counts`].
#[must_use]
pub fn names() -> Vec<&'static str> {
    std::iter::once("lines").chain(CLASSES.map(|(_, name)| name)).collect()
}

/// The lines of an input, then by line class.
#[must_use]
pub fn counts(input: &Input) -> Vec<u64> {
    std::iter::once(input.counts.lines).chain(CLASSES.map(|(class, _)| input.counts[class])).collect()
}
