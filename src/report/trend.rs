//! How codes changed since an earlier run (SPEC 8): a change counts when it is both significant and large. It does not
//! know where earlier runs are kept.

use std::collections::BTreeSet;

use super::codes::{class_of, without_failures};
use super::{Code, Compared, Report, SeenRuns, Trend, judge::Against};
use crate::baseline::{Baseline, READING};
use crate::catalog::{self, Classes};
use crate::record::LineClass;

/// The normal deviate that chance exceeds once in a hundred, on either side.
const Z_MIN: f64 = 2.575_829_303_548_901;

/// What the reader should know when there is nothing to compare with that was read by the same rules.
const OTHER_READING: &str = "what this is compared with was read by an earlier edition of the rules that say what a line \
                             is, so no trend is judged this time";

/// Sets the trend of every code, adds those that are gone, and notes what the report is compared with.
pub fn apply(report: &mut Report, against: &Against<'_>, classes: &Classes) {
    // What another edition of the rules counted says nothing about what changed in the log.
    let mut runs: Vec<&Baseline> = match against.baseline {
        Some(baseline) => vec![baseline],
        None => against.history.iter().collect(),
    };
    let known = runs.len();
    runs.retain(|run| run.reading == READING);
    if runs.is_empty() && known > 0 {
        report.hints.push(OTHER_READING.to_owned());
    }
    let is_baseline = against.baseline.is_some();
    let before = runs.iter().rev().find(|run| run.calls() > 0).copied();
    report.compared = before.map(|run| Compared { failed: run.failed, calls: run.calls(), is_baseline });
    let calls = report.totals.counts[LineClass::Ok].saturating_add(report.totals.counts[LineClass::Failed]);
    for code in &mut report.codes {
        code.trend = trend(code, calls, &runs, before);
        code.times = before.and_then(|run| times(code.count, calls, count(run, &code.code), run.calls()));
    }
    // Without any call nothing can be said to be gone.
    if let Some(before) = before.filter(|_| calls > 0) {
        let gone = gone(&report.codes, before, classes);
        report.codes.extend(gone);
    }
    if !against.history.is_empty() {
        for code in &mut report.codes {
            let seen = against.history.iter().filter(|run| count(run, &code.code) > 0).count() as u64;
            code.seen_runs = Some(SeenRuns { seen, runs: against.history.len() as u64 });
        }
    }
}

fn count(run: &Baseline, code: &str) -> u64 {
    run.codes.get(code).copied().unwrap_or(0)
}

/// Whether a run may have had the code among those that did not fit.
fn may_hide(run: &Baseline, code: &str) -> bool {
    count(run, catalog::OTHER) > 0 && !catalog::is_listed(code)
}

fn trend(code: &Code, calls: u64, runs: &[&Baseline], before: Option<&Baseline>) -> Option<Trend> {
    if code.code == catalog::OTHER || runs.is_empty() {
        return None;
    }
    if runs.iter().all(|run| count(run, &code.code) == 0 && !may_hide(run, &code.code)) {
        return Some(Trend::New);
    }
    let before = before?;
    let failures = count(before, &code.code);
    if failures == 0 && may_hide(before, &code.code) {
        return None;
    }
    Some(change((code.count, calls), (failures, before.calls())))
}

/// Codes of the run before that this report has not.
fn gone(codes: &[Code], before: &Baseline, classes: &Classes) -> Vec<Code> {
    let present: BTreeSet<&str> = codes.iter().map(|code| code.code.as_str()).collect();
    let is_cut = present.contains(catalog::OTHER);
    let is_gone =
        |name: &str| name != catalog::OTHER && !present.contains(name) && (!is_cut || catalog::is_listed(name));
    let names = before.codes.iter().filter(|&(name, &count)| count > 0 && is_gone(name));
    names
        .map(|(name, _)| Code { trend: Some(Trend::Gone), ..without_failures(name, class_of(name, classes)) })
        .collect()
}

/// `escalating`, `easing` or `steady`: failures among calls, now and before, each with at least one call.
pub fn change(now: (u64, u64), before: (u64, u64)) -> Trend {
    if !is_large(now, before) || !is_significant(now, before) {
        return Trend::Steady;
    }
    let [now_of_before, before_of_now] = cross(now, before);
    if now_of_before > before_of_now { Trend::Escalating } else { Trend::Easing }
}

/// Both rates over the same denominator.
fn cross(now: (u64, u64), before: (u64, u64)) -> [u128; 2] {
    [u128::from(now.0) * u128::from(before.1), u128::from(before.0) * u128::from(now.1)]
}

/// Half a point of difference, or half as much again; reckoned in whole numbers, since both limits are reached exactly at times.
fn is_large(now: (u64, u64), before: (u64, u64)) -> bool {
    let [now_of_before, before_of_now] = cross(now, before);
    let (less, more) = (now_of_before.min(before_of_now), now_of_before.max(before_of_now));
    let all = u128::from(now.1) * u128::from(before.1);
    (more - less).saturating_mul(200) >= all || more.saturating_mul(2) >= less.saturating_mul(3)
}

/// The pooled two-proportion z test, p < 0.01 on two sides.
fn is_significant(now: (u64, u64), before: (u64, u64)) -> bool {
    let [failures, calls, failures_before, calls_before] = [now.0, now.1, before.0, before.1].map(|it| it as f64);
    let pooled = (failures + failures_before) / (calls + calls_before);
    let deviation = (pooled * (1.0 - pooled) * (1.0 / calls + 1.0 / calls_before)).sqrt();
    let difference = (failures / calls - failures_before / calls_before).abs();
    deviation > 0.0 && difference / deviation > Z_MIN
}

fn times(count: u64, calls: u64, count_before: u64, calls_before: u64) -> Option<f64> {
    let times = (count as f64 / calls as f64) / (count_before as f64 / calls_before as f64);
    (count > 0 && count_before > 0).then_some(times)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_counts_when_it_is_significant_and_large() {
        for (now, before, word) in [
            // Both bars.
            ((300, 10_000), (100, 10_000), Trend::Escalating),
            ((100, 10_000), (300, 10_000), Trend::Easing),
            // Significant, but neither half a point nor half as much again.
            ((101_400, 1_000_000), (100_000, 1_000_000), Trend::Steady),
            ((1_490, 1_000_000), (1_000, 1_000_000), Trend::Steady),
            // Exactly half as much again; exactly half a point.
            ((1_500, 1_000_000), (1_000, 1_000_000), Trend::Escalating),
            ((105_000, 1_000_000), (100_000, 1_000_000), Trend::Escalating),
            ((104_999, 1_000_000), (100_000, 1_000_000), Trend::Steady),
            ((1_000, 1_000_000), (1_500, 1_000_000), Trend::Easing),
            // Large, but it may be chance: z is 2.56, then 2.69.
            ((31, 1_000), (14, 1_000), Trend::Steady),
            ((32, 1_000), (14, 1_000), Trend::Escalating),
            ((2, 100), (1, 100), Trend::Steady),
            // From none, and all.
            ((10, 1_000), (0, 1_000), Trend::Escalating),
            ((3, 1_000), (0, 1_000), Trend::Steady),
            ((10, 10), (10, 10), Trend::Steady),
            ((u64::MAX, u64::MAX), (1, u64::MAX), Trend::Escalating),
        ] {
            assert_eq!(change(now, before), word, "{now:?} {before:?}");
            let opposite = match word {
                Trend::Escalating => Trend::Easing,
                Trend::Easing => Trend::Escalating,
                steady => steady,
            };
            assert_eq!(change(before, now), opposite, "{before:?} {now:?}");
        }
    }
}
