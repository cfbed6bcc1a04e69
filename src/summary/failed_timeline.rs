//! Failures of one code over time, in buckets that double their width. How wide they are is decided by all codes
//! together, so that what is kept of thousands of them is bounded; it depends on the data only, not on any order.

use serde::{Deserialize, Serialize};

use super::bounds::COUNT_MAX;
use super::timeline::{BUCKET_SECONDS_MIN, DOUBLINGS_MAX};
use crate::time::{NS_PER_SECOND, Nanos};

/// Nanoseconds of the narrowest bucket.
const NS_MIN: i64 = BUCKET_SECONDS_MIN * NS_PER_SECOND;

/// Failures by time. Only buckets that are not empty take memory, 12 bytes each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedTimeline {
    /// How often the width of its buckets doubled.
    doublings: u8,
    /// How often it doubled because of the codes before it and its own together, and not because of its own alone.
    shared: u8,
    /// Numbers of the buckets since 1970, sorted.
    buckets: Vec<u32>,
    /// Failures of each bucket.
    failures: Vec<u64>,
}

impl FailedTimeline {
    /// Counts a failure, if it has a time.
    #[inline]
    pub fn observe(&mut self, time: Option<Nanos>) {
        let Some(time) = time else { return };
        self.add((time.0.div_euclid(NS_MIN) >> self.doublings) as u32, 1);
    }

    fn add(&mut self, bucket: u32, failures: u64) {
        let place = match self.buckets.last() {
            Some(&last) if last == bucket => self.buckets.len() - 1,
            Some(&last) if last > bucket => match self.buckets.binary_search(&bucket) {
                Ok(place) => place,
                Err(place) => return self.insert(place, bucket, failures),
            },
            _ => return self.insert(self.buckets.len(), bucket, failures),
        };
        if let Some(held) = self.failures.get_mut(place) {
            *held += failures;
        }
    }

    fn insert(&mut self, place: usize, bucket: u32, failures: u64) {
        self.buckets.insert(place, bucket);
        self.failures.insert(place, failures);
    }

    /// Adds the failures of another one.
    pub fn merge(&mut self, other: Self) {
        let mut other = other;
        self.widen(other.doublings);
        other.widen(self.doublings);
        self.shared = self.shared.max(other.shared);
        if self.buckets.is_empty() {
            self.buckets = other.buckets;
            self.failures = other.failures;
        } else {
            self.unite(&other);
        }
    }

    /// Adds the failures of another one of the same width. Most often all of one come before all of the other, as those of
    /// days do; only where they overlap are they walked along.
    fn unite(&mut self, other: &Self) {
        let Some(first) = other.buckets.first() else { return };
        let overlap = self.buckets.partition_point(|bucket| bucket < first);
        let (late, failures) = (self.buckets.split_off(overlap), self.failures.split_off(overlap));
        self.buckets.reserve(late.len() + other.buckets.len());
        self.failures.reserve(late.len() + other.buckets.len());
        let (mut held, mut new) = (0, 0);
        while let (Some(&mine), Some(&theirs)) = (late.get(held), other.buckets.get(new)) {
            let (is_mine, is_theirs) = (mine <= theirs, theirs <= mine);
            self.buckets.push(mine.min(theirs));
            let of = |is_there: bool, failures: &[u64], place: usize| if is_there { failures[place] } else { 0 };
            self.failures.push(of(is_mine, &failures, held) + of(is_theirs, &other.failures, new));
            held += usize::from(is_mine);
            new += usize::from(is_theirs);
        }
        self.buckets.extend(late.iter().skip(held).chain(other.buckets.iter().skip(new)));
        self.failures.extend(failures.iter().skip(held).chain(other.failures.iter().skip(new)));
    }

    /// How many buckets hold failures.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.buckets.len()
    }

    /// Whether there are no failures with a time.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.buckets.is_empty()
    }

    /// Lets at most this many buckets hold failures, at least one.
    pub fn limit(&mut self, each: usize) {
        while self.buckets.len() > each.max(1) && self.doublings < DOUBLINGS_MAX {
            self.widen(self.doublings + 1);
        }
    }

    /// How many buckets of this width hold failures, or `each` when there are more. The width is none that was given up
    /// because of other codes.
    fn filled(&self, doublings: u8, each: usize) -> usize {
        match doublings.checked_sub(self.doublings) {
            // There were more than `each`, or its own buckets would be as narrow.
            None => each,
            Some(0) => self.buckets.len().min(each),
            Some(shift) => self.buckets.chunk_by(|a, b| a >> shift == b >> shift).count().min(each),
        }
    }

    fn widen(&mut self, doublings: u8) {
        let Some(shift) = doublings.checked_sub(self.doublings).filter(|&shift| shift > 0) else { return };
        self.doublings = doublings;
        let mut wide = 0;
        for place in 0..self.buckets.len() {
            let (bucket, failures) = (self.buckets[place] >> shift, self.failures[place]);
            if wide > 0 && self.buckets[wide - 1] == bucket {
                self.failures[wide - 1] += failures;
            } else {
                (self.buckets[wide], self.failures[wide]) = (bucket, failures);
                wide += 1;
            }
        }
        self.buckets.truncate(wide);
        self.failures.truncate(wide);
    }

    /// Whether it is as [`share`] leaves it, each timeline by itself.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.shared <= self.doublings
            && self.doublings <= DOUBLINGS_MAX
            && self.buckets.len() == self.failures.len()
            && self.buckets.is_sorted_by(|a, b| a < b)
            && self.failures.iter().all(|&failures| failures > 0 && failures <= COUNT_MAX)
    }

    /// Width of the buckets in seconds, and those that hold failures, with their starts, in order. `seconds_min` asks for
    /// wider buckets than these; it is the narrowest width, doubled some times.
    #[must_use]
    pub fn buckets(&self, seconds_min: i64) -> (i64, Vec<(Nanos, u64)>) {
        let mut wide = self.clone();
        while wide.seconds() < seconds_min && wide.doublings < DOUBLINGS_MAX {
            wide.widen(wide.doublings + 1);
        }
        let width_ns = NS_MIN << wide.doublings;
        let start = |&bucket: &u32| Nanos(i64::from(bucket).saturating_mul(width_ns));
        (wide.seconds(), wide.buckets.iter().map(start).zip(wide.failures).collect())
    }

    /// Width of the buckets, in seconds.
    const fn seconds(&self) -> i64 {
        BUCKET_SECONDS_MIN << self.doublings
    }

    /// The width that all codes up to this one share, in seconds.
    #[must_use]
    pub const fn shared_seconds(&self) -> i64 {
        BUCKET_SECONDS_MIN << self.shared
    }
}

/// Makes the buckets of these timelines so wide that each has at most `each` of them, and all together at most `all`, or
/// one each. They come in an order in which no timeline ever comes to stand before another one that is kept.
///
/// The width of a timeline is the narrowest one at which it and those before it fit, its own bound apart. What stands
/// before it in a part of the data stands before it in the whole too, so a part never has wider buckets than the whole,
/// and what is kept depends on the data alone.
pub fn share(mut timelines: Vec<&mut FailedTimeline>, all: usize, each: usize) {
    let (mut doublings, mut filled) = (0, 0_usize);
    for place in 0..timelines.len() {
        let (before, rest) = timelines.split_at_mut(place);
        let Some((timeline, _)) = rest.split_first_mut() else { return };
        timeline.limit(each);
        let sum = |doublings| before.iter().map(|timeline| timeline.filled(doublings, each)).sum::<usize>();
        if timeline.shared > doublings {
            doublings = timeline.shared;
            filled = sum(doublings);
        }
        while filled + timeline.filled(doublings, each) > all && doublings < DOUBLINGS_MAX {
            doublings += 1;
            filled = sum(doublings);
        }
        filled += timeline.filled(doublings, each);
        timeline.shared = doublings;
        timeline.widen(doublings);
    }
}

/// Whether [`share`] would change nothing.
pub fn is_shared<'t>(mut timelines: impl Iterator<Item = &'t FailedTimeline>, all: usize, each: usize) -> bool {
    let mut filled = 0;
    timelines.all(|timeline| {
        filled += timeline.filled(0, each);
        timeline.shared == 0 && timeline.len() <= each.max(1) && filled <= all
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn of(minutes: &[i64]) -> FailedTimeline {
        let mut timeline = FailedTimeline::default();
        minutes.iter().for_each(|&minute| timeline.observe(Some(Nanos(minute * NS_MIN))));
        timeline
    }

    proptest! {
        #[test]
        fn merging_and_widening_add_up(
            one in prop::collection::vec(0..60_i64, 0..40),
            other in prop::collection::vec(0..120_i64, 0..40),
            from in 0..100_i64,
            widths in prop::array::uniform2(0..4_u8),
        ) {
            let other: Vec<_> = other.into_iter().map(|minute| minute + from).collect();
            let [mut merged, mut more] = [of(&one), of(&other)];
            merged.widen(widths[0]);
            more.widen(widths[1]);
            merged.merge(more);
            let mut expected = BTreeMap::<i64, u64>::new();
            let width = widths[0].max(widths[1]);
            one.iter().chain(&other).for_each(|minute| *expected.entry(minute >> width).or_default() += 1);
            let held: Vec<_> = merged.buckets.iter().map(|&it| i64::from(it)).zip(merged.failures.iter().copied()).collect();
            prop_assert_eq!(held, expected.into_iter().collect::<Vec<_>>());
            prop_assert!(merged.is_sound() && merged.doublings == width);
        }
    }
}
