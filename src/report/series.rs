//! Failures over time, by class and by code: what charts are drawn from. It knows no chart, and is no part of the JSON
//! report, whose keys are fixed.

use std::collections::BTreeMap;

use super::codes::class_of;
use super::options::Options;
use crate::catalog;
use crate::summary::{Summary, codes};
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
    let (seconds, buckets) = summary.timeline.buckets(0);
    let Some((start, _)) = buckets.first() else { return Series::default() };
    let buckets_per_stretch = buckets.len().div_ceil(STRETCHES_MAX).max(1);
    let mut classes = BTreeMap::<catalog::Class, Vec<u64>>::new();
    let mut codes = BTreeMap::new();
    let rows = summary.codes.iter().chain(summary.codes.rest().map(|rest| (catalog::OTHER, rest)));
    for (name, code) in rows {
        let mut stretches = vec![0_u64; buckets.len().div_ceil(buckets_per_stretch)];
        let mut placed = placed(code, *start, seconds).peekable();
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

/// The buckets in which a code failed, by their place in the whole timeline.
fn placed(code: &codes::Code, start: Nanos, seconds: i64) -> impl Iterator<Item = (usize, u64)> {
    let width_ns = seconds.saturating_mul(NS_PER_SECOND).max(1);
    let hit = code.timeline.buckets(seconds).1.into_iter().filter(|(_, calls)| calls.failed > 0);
    hit.filter_map(move |(time, calls)| {
        Some((usize::try_from(time.0.checked_sub(start.0)?.div_euclid(width_ns)).ok()?, calls.failed))
    })
}
