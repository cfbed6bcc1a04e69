//! Every single number of a report with a name that people read, the same in all documents. It knows no format; the
//! names are ASCII words, and nothing in it comes from a log.

use super::text::numbers::{count, percent};
use crate::report::{Input, Ordered, Report};

/// Names and numbers, in the order of the JSON report.
#[must_use]
pub fn sums(report: &Report) -> Vec<(String, String)> {
    let totals = &report.totals;
    let missing = &totals.missing_request_id;
    let mut sums: Vec<(String, String)> = Vec::new();
    let mut add = |name: &str, number: String| sums.push((name.to_owned(), number));
    for (name, number) in [
        ("lines", totals.lines),
        ("ok", totals.ok),
        ("failed", totals.failed),
        ("dry runs", totals.dry_run),
        ("malformed", totals.malformed),
        ("without an envelope", totals.no_envelope),
        ("blank", totals.blank),
        ("duplicates", totals.duplicates),
        ("filtered", totals.filtered),
        ("filtered, without a time", totals.untimed),
        ("responses", totals.responses),
        ("bytes", totals.bytes),
        ("different RequestIds", totals.distinct_request_ids),
        ("without a RequestId, ok", missing.ok),
        ("without a RequestId, failed", missing.failed),
        ("without a RequestId, dry runs", missing.dry_run),
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
pub const COUNTS: [&str; 9] =
    ["lines", "ok", "failed", "dry runs", "malformed", "no envelope", "blank", "duplicates", "filtered"];

/// The lines of an input by line class.
#[must_use]
pub const fn counts(input: &Input) -> [u64; 9] {
    let Input { lines, ok, failed, dry_run, malformed, no_envelope, blank, duplicates, filtered, .. } = input;
    [*lines, *ok, *failed, *dry_run, *malformed, *no_envelope, *blank, *duplicates, *filtered]
}
