//! Failures over time, by class and by code: what charts are drawn from. It knows no chart, and is not a part of the JSON
//! report, whose keys are fixed.

use std::collections::BTreeMap;

use super::codes::class_of;
use super::options::Options;
use crate::catalog;
use crate::summary::Summary;
use crate::summary::timeline::Shown;
use crate::time::{NS_PER_SECOND, Nanos};

/// Into how many stretches of time the failures of a code are divided at the most.
pub const STRETCHES_MAX: usize = 28;

/// Failures over time; empty without times. Filters of codes do not change it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// Failures by class, in the order of who can act: one number for each bucket of the timeline. Classes without
    /// failures that have a time are left out.
    pub classes: Vec<(catalog::Class, Vec<u64>)>,
    /// How many neighbouring buckets of the timeline one stretch of a code takes; the last may have fewer.
    pub buckets_per_stretch: usize,
    /// Failures by code: one number for each stretch, at most [`STRETCHES_MAX`].
    pub codes: BTreeMap<String, Vec<u64>>,
}

/// Sorts the failures that have a time into the buckets of the whole timeline.
pub fn series(summary: &Summary, options: &Options<'_>) -> Series {
    let Shown { seconds, buckets, .. } = summary.timeline.shown();
    let Some((start, _)) = buckets.first() else { return Series::default() };
    let buckets_per_stretch = buckets.len().div_ceil(STRETCHES_MAX).max(1);
    let mut classes = BTreeMap::<catalog::Class, Vec<u64>>::new();
    let mut codes = BTreeMap::new();
    // Codes are comparable where their buckets are as wide.
    let seconds_min = seconds.max(summary.codes.shared_seconds());
    let kept = summary.codes.iter().map(|(name, code)| (name, code.timeline.buckets(seconds_min).1));
    let rest = summary.codes.rest().map(|_| (catalog::OTHER, rest(summary, seconds_min)));
    for (name, failures) in kept.chain(rest) {
        let mut stretches = vec![0_u64; buckets.len().div_ceil(buckets_per_stretch)];
        let mut placed = placed(failures, *start, seconds).peekable();
        if placed.peek().is_none() {
            continue;
        }
        // The class is looked up in tables and rules: once a code, not once a bucket.
        let class = classes.entry(class_of(name, options.classes)).or_insert_with(|| vec![0; buckets.len()]);
        for (place, failed) in placed {
            for count in class.get_mut(place).into_iter().chain(stretches.get_mut(place / buckets_per_stretch)) {
                *count = count.saturating_add(failed);
            }
        }
        codes.insert(name.to_owned(), stretches);
    }
    Series { classes: classes.into_iter().collect(), buckets_per_stretch, codes }
}

/// The failures of codes that are not kept by name: what those of the others leave of all, in buckets of the width of
/// the widest.
fn rest(summary: &Summary, seconds_min: i64) -> Vec<(Nanos, u64)> {
    let kept = || summary.codes.iter().map(|(_, code)| code.timeline.buckets(seconds_min));
    let seconds = kept().map(|(seconds, _)| seconds).max().unwrap_or(seconds_min);
    let mut left: BTreeMap<_, _> =
        summary.timeline.filled_buckets(seconds).1.into_iter().map(|(start, calls)| (start, calls.failed)).collect();
    for (_, code) in summary.codes.iter() {
        for (start, failures) in code.timeline.buckets(seconds).1 {
            left.entry(start).and_modify(|left| *left = left.saturating_sub(failures));
        }
    }
    left.into_iter().filter(|&(_, failures)| failures > 0).collect()
}

/// Failures by bucket, by their place in the whole timeline.
fn placed(failures: Vec<(Nanos, u64)>, start: Nanos, seconds: i64) -> impl Iterator<Item = (usize, u64)> {
    let width_ns = seconds.saturating_mul(NS_PER_SECOND).max(1);
    failures.into_iter().filter_map(move |(time, failures)| {
        // The buckets may be wider, and so begin before the whole timeline.
        let since = time.0.saturating_sub(start.0).max(0);
        Some((usize::try_from(since.div_euclid(width_ns)).ok()?, failures))
    })
}
