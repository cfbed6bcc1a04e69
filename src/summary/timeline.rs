//! Calls over time, in buckets that double their width when too many of them hold calls. The width depends on the times
//! only, so the order of reading does not matter.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::aggregate::Aggregate;
use super::bounds::COUNT_MAX;
use crate::record::{Origin, Outcome, Record};
use crate::time::{NS_PER_SECOND, Nanos};

/// Width of the narrowest buckets, in seconds.
pub const BUCKET_SECONDS_MIN: i64 = 60;
/// How many buckets a report shows at the most, empty ones included.
pub const BUCKETS_MAX: i64 = 512;
/// How often the width can double: then one bucket holds all times that are plausible.
pub const DOUBLINGS_MAX: u8 = 27;
/// How many buckets hold calls at the most.
const FILLED_MAX: usize = 16_384;

/// How many times finer the buckets have to become for calls to be left out of what is shown.
pub const FINER_MIN: i64 = 16;
/// One call in a thousand may be left out at either end.
const OUTSIDE_SHARE: u64 = 1_000;

/// What people are shown of calls over time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shown {
    /// Width of the buckets, in seconds.
    pub seconds: i64,
    /// Calls before the first and after the last bucket.
    pub outside: u64,
    /// Every bucket from the first to the last with its start; none without times.
    pub buckets: Vec<(Nanos, Calls)>,
}

/// The buckets that are shown, by their places among those that hold calls.
struct Kept {
    first: usize,
    end: usize,
}

impl Kept {
    /// Of the choices that leave out no more than they may, the one with the finest buckets; of those the one that
    /// leaves out the fewest calls. Everything when that is not much finer.
    fn of(filled: &[(Nanos, Calls)], seconds: i64) -> Option<Self> {
        let all = Self { first: 0, end: filled.len() };
        let widest = all.width(filled, seconds)?;
        let may_leave = filled.iter().map(|(_, calls)| calls.all()).sum::<u64>() / OUTSIDE_SHARE;
        let before = left_out(filled.iter(), may_leave);
        let after = left_out(filled.iter().rev(), may_leave);
        let kept = |first: usize, dropped: usize| Self { first, end: filled.len().saturating_sub(dropped) };
        let mut dropped = after.len() - 1;
        let finest = kept(before.len() - 1, dropped).width(filled, seconds)?;
        if widest / finest < FINER_MIN {
            return Some(all);
        }
        // The more is left out before, the less has to be after.
        let is_fine = |first: usize, dropped: usize| {
            kept(first, dropped).width(filled, seconds).is_some_and(|width| width <= finest)
        };
        let mut best: Option<(u64, Self)> = None;
        for (first, &left_before) in before.iter().enumerate().filter(|&(first, _)| is_fine(first, after.len() - 1)) {
            while dropped > 0 && is_fine(first, dropped - 1) {
                dropped -= 1;
            }
            let left = left_before + after.get(dropped).copied().unwrap_or_default();
            if best.as_ref().is_none_or(|(fewest, _)| left < *fewest) {
                best = Some((left, kept(first, dropped)));
            }
        }
        best.map(|(_, kept)| kept)
    }

    /// The narrowest width of which at most [`BUCKETS_MAX`] buckets lie between the first and the last; none of nothing.
    fn width(&self, filled: &[(Nanos, Calls)], seconds: i64) -> Option<i64> {
        let (first, last) = (filled.get(self.first)?.0, filled.get(self.end.checked_sub(1)?)?.0);
        let bucket = |time: Nanos, width: i64| time.0.div_euclid(NS_PER_SECOND).div_euclid(width);
        let mut width = seconds;
        while bucket(last, width) - bucket(first, width) >= BUCKETS_MAX {
            width *= 2;
        }
        Some(width)
    }
}

/// How many calls are left out with no bucket of some, with the first, with the first two, as long as they may be.
fn left_out<'f>(buckets: impl Iterator<Item = &'f (Nanos, Calls)>, may_leave: u64) -> Vec<u64> {
    let mut sum = 0_u64;
    let sums = buckets.map_while(|(_, calls)| {
        sum = sum.saturating_add(calls.all());
        (sum <= may_leave).then_some(sum)
    });
    std::iter::once(0).chain(sums).collect()
}

/// Calls that succeeded and that failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calls {
    /// Calls that succeeded.
    pub ok: u64,
    /// Calls that failed.
    pub failed: u64,
}

impl Calls {
    /// Counts a call; dry runs are none.
    pub const fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Ok => self.ok += 1,
            Outcome::Failed => self.failed += 1,
            Outcome::DryRun => {}
        }
    }

    /// Adds other calls.
    pub const fn add(&mut self, other: Self) {
        let Self { ok, failed } = other;
        self.ok += ok;
        self.failed += failed;
    }

    /// Whether a log can have these calls.
    #[must_use]
    pub const fn is_sound(self) -> bool {
        self.ok <= COUNT_MAX && self.failed <= COUNT_MAX
    }

    /// All calls.
    #[must_use]
    pub const fn all(self) -> u64 {
        self.ok + self.failed
    }

    /// The failed share of the calls, 0 to 1; none without calls.
    #[must_use]
    pub fn failure_rate(self) -> Option<f64> {
        (self.all() > 0).then(|| self.failed as f64 / self.all() as f64)
    }
}

/// Calls by time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timeline {
    /// Width of a bucket, in seconds: the narrowest, doubled as often as needed.
    seconds: i64,
    /// Buckets that hold calls, by their number since 1970, sorted.
    buckets: Vec<(i64, Calls)>,
    /// The bucket of the last record, which most often is the next one's too.
    #[serde(skip)]
    recent: Option<Recent>,
}

/// A bucket that is being filled.
#[derive(Clone, Debug, PartialEq)]
struct Recent {
    bucket: i64,
    /// Its times in nanoseconds, so that the next record need not be divided to find out that it belongs here.
    times: Range<i64>,
    calls: Calls,
}

impl Timeline {
    /// All calls that have a time.
    #[must_use]
    pub fn calls(&self) -> Calls {
        let mut all = Calls::default();
        self.buckets.iter().for_each(|(_, calls)| all.add(*calls));
        all.add(self.recent.as_ref().map(|recent| recent.calls).unwrap_or_default());
        all
    }
}

impl Default for Timeline {
    fn default() -> Self {
        Self { seconds: BUCKET_SECONDS_MIN, buckets: Vec::new(), recent: None }
    }
}

impl Aggregate for Timeline {
    #[inline]
    fn observe(&mut self, record: &Record<'_>, _: Origin) {
        let Some(time) = record.context.time else { return };
        if record.outcome == Outcome::DryRun {
            return;
        }
        match &mut self.recent {
            Some(recent) if recent.times.contains(&time.0) => recent.calls.count(record.outcome),
            _ => self.begin(time, record.outcome),
        }
    }

    fn merge(&mut self, other: Self) {
        let mut other = other;
        self.settle();
        other.settle();
        self.widen(other.seconds);
        other.widen(self.seconds);
        if self.buckets.is_empty() {
            self.buckets = other.buckets;
        } else if !other.buckets.is_empty() {
            self.buckets.reserve_exact(other.buckets.len());
            self.buckets.extend(other.buckets);
            // What is sorted comes in two runs, which the stable sort finds and merges.
            self.buckets.sort_by_key(|&(bucket, _)| bucket);
            self.unite();
        }
        self.fit();
    }
}

impl Timeline {
    /// Makes the bucket of a call the recent one.
    #[inline(never)]
    fn begin(&mut self, time: Nanos, outcome: Outcome) {
        self.settle();
        let mut calls = Calls::default();
        calls.count(outcome);
        // The width may just have changed.
        let bucket = time.0.div_euclid(NS_PER_SECOND).div_euclid(self.seconds);
        let times = self.start_ns(bucket)..self.start_ns(bucket + 1);
        self.recent = Some(Recent { bucket, times, calls });
    }

    /// When a bucket starts, in nanoseconds since 1970.
    const fn start_ns(&self, bucket: i64) -> i64 {
        bucket.saturating_mul(self.seconds).saturating_mul(NS_PER_SECOND)
    }

    /// Puts the recent bucket to the others.
    pub fn settle(&mut self) {
        if let Some(Recent { bucket, times: _, calls }) = self.recent.take() {
            match self.buckets.binary_search_by_key(&bucket, |&(bucket, _)| bucket) {
                Ok(place) => self.buckets[place].1.add(calls),
                Err(place) => self.buckets.insert(place, (bucket, calls)),
            }
            self.fit();
        }
    }

    /// Whether it is one that records and merging can make.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let is_width = self.seconds > 0 && self.seconds % BUCKET_SECONDS_MIN == 0;
        is_width
            && (self.seconds / BUCKET_SECONDS_MIN).count_ones() == 1
            && self.seconds <= BUCKET_SECONDS_MIN << DOUBLINGS_MAX
            && self.buckets.len() <= FILLED_MAX
            && self.buckets.is_sorted_by(|a, b| a.0 < b.0)
            && self.buckets.iter().all(|(_, calls)| calls.is_sound())
    }

    fn fit(&mut self) {
        while self.buckets.len() > FILLED_MAX {
            self.coarsen();
        }
    }

    /// Makes the buckets at least as wide as another timeline's.
    fn widen(&mut self, seconds: i64) {
        while self.seconds < seconds {
            self.coarsen();
        }
    }

    fn coarsen(&mut self) {
        self.seconds *= 2;
        self.buckets.iter_mut().for_each(|(bucket, _)| *bucket = bucket.div_euclid(2));
        self.unite();
    }

    /// Makes neighbours of the same number one.
    fn unite(&mut self) {
        self.buckets.dedup_by(|(bucket, calls), (held_bucket, held)| {
            let is_same = bucket == held_bucket;
            if is_same {
                held.add(*calls);
            }
            is_same
        });
    }

    /// Width of the buckets in seconds, and those that hold calls, with their starts, in order. `seconds_min` asks for
    /// wider buckets than this timeline needs; it is the narrowest width, doubled some times.
    #[must_use]
    pub fn filled_buckets(&self, seconds_min: i64) -> (i64, Vec<(Nanos, Calls)>) {
        let mut settled = self.clone();
        settled.settle();
        settled.widen(seconds_min);
        let buckets = settled.buckets.iter().map(|&(bucket, calls)| (Nanos(settled.start_ns(bucket)), calls));
        (settled.seconds, buckets.collect())
    }

    /// What people are shown of it: at most [`BUCKETS_MAX`] buckets. Up to one call in a thousand is left out at either
    /// end where that makes the buckets at least [`FINER_MIN`] times finer: clocks that are years ahead.
    #[must_use]
    pub fn shown(&self) -> Shown {
        let Shown { seconds, outside, buckets } = self.finest();
        let kept = buckets.iter().map(|&(start, calls)| (start.0.div_euclid(NS_PER_SECOND).div_euclid(seconds), calls));
        let kept = Self { seconds, buckets: kept.collect(), recent: None };
        let (seconds, buckets) = kept.buckets(0);
        Shown { seconds, outside, buckets }
    }

    /// The same in the finest buckets there are, those that hold calls alone.
    #[must_use]
    pub fn finest(&self) -> Shown {
        let (seconds, mut filled) = self.filled_buckets(0);
        let Some(kept) = Kept::of(&filled, seconds) else {
            return Shown { seconds, outside: 0, buckets: Vec::new() };
        };
        let all = |filled: &[(Nanos, Calls)]| filled.iter().map(|(_, calls)| calls.all()).sum::<u64>();
        let whole = all(&filled);
        filled.truncate(kept.end);
        filled.drain(..kept.first);
        Shown { seconds, outside: whole - all(&filled), buckets: filled }
    }

    /// Width of the buckets in seconds, and every bucket from the first to the last with its start, at most
    /// [`BUCKETS_MAX`]; no buckets without times. `seconds_min` as in [`filled_buckets`](Self::filled_buckets).
    #[must_use]
    pub fn buckets(&self, seconds_min: i64) -> (i64, Vec<(Nanos, Calls)>) {
        let mut settled = self.clone();
        settled.settle();
        settled.widen(seconds_min);
        let (first, last) = loop {
            let (Some(&(first, _)), Some(&(last, _))) = (settled.buckets.first(), settled.buckets.last()) else {
                return (settled.seconds, Vec::new());
            };
            if last - first < BUCKETS_MAX {
                break (first, last);
            }
            settled.coarsen();
        };
        let mut filled = settled.buckets.iter().peekable();
        let mut calls =
            |bucket: i64| filled.next_if(|&&(next, _)| next == bucket).map(|&(_, calls)| calls).unwrap_or_default();
        (settled.seconds, (first..=last).map(|bucket| (Nanos(settled.start_ns(bucket)), calls(bucket))).collect())
    }
}
