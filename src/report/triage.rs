//! What a person would ask of a code: since when, and where more than elsewhere. Each answer is a stated test; where
//! it says nothing, nothing is said.

use std::collections::BTreeMap;

use super::{StandsOut, Throttled};
use crate::record::LineClass;
use crate::summary::Summary;
use crate::summary::bounded::Bounded;
use crate::summary::codes::Code;
use crate::summary::pairs::Kept;
use crate::summary::timeline::Calls;
use crate::time::{NS_PER_SECOND, Nanos};

/// Twice the log likelihood ratio from which a change counts: with one degree of freedom 25 means p < 10⁻⁶, which
/// leaves room for having tried every bucket.
const CHANGE_MIN: f64 = 25.0;
/// How many times higher the rate must be afterwards.
const CHANGE_FACTOR_MIN: f64 = 1.5;
/// How large the share of a value in a code's failures must be.
const SHARE_MIN: f64 = 0.5;
/// How much larger than its share in all calls.
const EXCESS_MIN: f64 = 0.2;
/// Fewer failures say nothing about shares.
const FAILURES_MIN: u64 = 10;

/// What all calls of a summary look like, worked out once for all codes.
pub struct Whole<'s> {
    summary: &'s Summary,
    /// Width of a bucket, in seconds.
    seconds: i64,
    /// The width of the buckets that all codes share, in seconds.
    shared_seconds: i64,
    /// The starts of the buckets of the timeline, with how many calls they hold.
    buckets: Vec<(Nanos, u64)>,
    /// Calls by action, over all services.
    actions: BTreeMap<&'s str, u64>,
}

impl<'s> Whole<'s> {
    /// What a summary says of all calls.
    pub fn of(summary: &'s Summary) -> Self {
        let (seconds, buckets) = summary.timeline.buckets(0);
        let buckets = buckets.into_iter().map(|(start, calls)| (start, calls.all())).collect();
        let mut actions = BTreeMap::new();
        for (name, action) in summary.groups.actions().iter() {
            *actions.entry(crate::summary::groups::service_and_action(name).1).or_default() += action.calls.all();
        }
        Self { summary, seconds, shared_seconds: summary.codes.shared_seconds(), buckets, actions }
    }
}

/// When the code's rate changed for the worse: the split of the timeline into two stretches of constant rate that
/// explains the failures best, among those with a higher rate afterwards (a likelihood ratio test for Poisson counts
/// with the calls as exposure). None when there is no such split.
pub fn since(code: &Code, whole: &Whole<'_>) -> Option<Nanos> {
    let (_, buckets) = by_bucket(code, whole);
    let total = sum(&buckets);
    let mut before = Exposed::default();
    let mut best: Option<(f64, Nanos)> = None;
    for &(start, bucket) in &buckets {
        let after = Exposed { failures: total.failures - before.failures, calls: total.calls - before.calls };
        if before.calls > 0 && after.rate() >= CHANGE_FACTOR_MIN * before.rate() {
            let ratio = 2.0 * (before.likelihood() + after.likelihood() - total.likelihood());
            if ratio >= CHANGE_MIN && best.is_none_or(|(held, _)| ratio > held) {
                best = Some((ratio, start));
            }
        }
        before = before.and(bucket);
    }
    // A code that begins in the bucket began with its first failure, not with the bucket.
    best.map(|(_, start)| code.first.map_or(start, |first| first.max(start)))
}

/// Failures of a code among calls.
#[derive(Clone, Copy, Debug, Default)]
struct Exposed {
    failures: u64,
    calls: u64,
}

impl Exposed {
    const fn and(self, other: Self) -> Self {
        Self { failures: self.failures + other.failures, calls: self.calls + other.calls }
    }

    fn rate(self) -> f64 {
        if self.calls == 0 { 0.0 } else { self.failures as f64 / self.calls as f64 }
    }

    /// The log likelihood of the best constant rate, but for terms that cancel.
    fn likelihood(self) -> f64 {
        if self.failures == 0 { 0.0 } else { self.failures as f64 * self.rate().ln() }
    }
}

fn sum(buckets: &[(Nanos, Exposed)]) -> Exposed {
    buckets.iter().fold(Exposed::default(), |sum, (_, bucket)| sum.and(*bucket))
}

/// Failures of a code and calls by bucket, with the width of the buckets in seconds: that of the whole timeline, unless
/// the code's own buckets are wider.
fn by_bucket(code: &Code, whole: &Whole<'_>) -> (i64, Vec<(Nanos, Exposed)>) {
    let (seconds, failures) = code.timeline.buckets(whole.seconds.max(whole.shared_seconds));
    let width_ns = seconds.saturating_mul(NS_PER_SECOND).max(1);
    let mut failures = failures.into_iter().peekable();
    let mut buckets = Vec::<(Nanos, Exposed)>::with_capacity(whole.buckets.len());
    for &(narrow, calls) in &whole.buckets {
        let start = Nanos(narrow.0.div_euclid(width_ns).saturating_mul(width_ns));
        match buckets.last_mut().filter(|(last, _)| *last == start) {
            Some((_, exposed)) => exposed.calls += calls,
            None => {
                // Both are in the order of time.
                while failures.next_if(|&(time, _)| time < start).is_some() {}
                let failures = failures.next_if(|&(time, _)| time == start).map_or(0, |(_, failures)| failures);
                buckets.push((start, Exposed { failures, calls }));
            }
        }
    }
    (seconds, buckets)
}

/// The values that the code's failures have much more often than all calls: of each field the one whose share exceeds
/// its share in all calls the most, largest excess first.
pub fn stands_out(code: &Code, whole: &Whole<'_>, by: &[String]) -> Vec<StandsOut> {
    if code.count < FAILURES_MIN {
        return Vec::new();
    }
    let Whole { summary, actions, .. } = whole;
    let groups = &summary.groups;
    let calls = summary.totals[LineClass::Ok] + summary.totals[LineClass::Failed];
    let all_of = |table: &Bounded<Calls>, name: &str| table.get(name).map_or(0, |calls| calls.all());
    let mut rows = vec![
        most("action", &code.actions, code.count, calls, |name| actions.get(name).copied().unwrap_or(0)),
        most("region", &code.regions, code.count, calls, |name| all_of(groups.regions(), name)),
        most("service", &code.services, code.count, calls, |name| all_of(groups.services(), name)),
    ];
    for ((name, failures), all) in by.iter().zip(&code.by).zip(groups.by()) {
        rows.push(most(name, failures, code.count, calls, |value| all_of(all, value)));
    }
    let mut rows: Vec<_> = rows.into_iter().flatten().collect();
    rows.sort_by(|a, b| excess(b).total_cmp(&excess(a)).then_with(|| a.field.cmp(&b.field)));
    rows
}

fn excess(row: &StandsOut) -> f64 {
    row.share - row.share_of_all
}

fn most(field: &str, failures: &Kept<u64>, failed: u64, calls: u64, all_of: impl Fn(&str) -> u64) -> Option<StandsOut> {
    let rows = failures.iter().map(|(value, &count)| StandsOut {
        field: field.to_owned(),
        value: value.to_owned(),
        share: count as f64 / failed as f64,
        share_of_all: all_of(value) as f64 / calls.max(1) as f64,
    });
    rows.filter(|row| row.share >= SHARE_MIN && excess(row) >= EXCESS_MIN)
        .max_by(|a, b| excess(a).total_cmp(&excess(b)).then_with(|| b.value.cmp(&a.value)))
}

/// At which rate of calls a throttle code refuses: the lowest and the highest rate of the buckets in which it occurs.
/// None without times.
pub fn throttled(code: &Code, whole: &Whole<'_>) -> Option<Throttled> {
    let (seconds, buckets) = by_bucket(code, whole);
    let rates = || {
        let refusing = buckets.iter().filter(|(_, bucket)| bucket.failures > 0);
        refusing.map(|(_, bucket)| bucket.calls as f64 / seconds as f64)
    };
    let from = rates().min_by(f64::total_cmp)?;
    let peak = rates().max_by(f64::total_cmp)?;
    Some(Throttled { from_per_second: from, peak_per_second: peak })
}
