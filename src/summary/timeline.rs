//! Calls over time, in buckets that double their width when too many of them hold calls. The width depends on the times
//! only, so the order of reading does not matter.

use std::ops::Range;

use super::Aggregate;
use crate::record::{Origin, Outcome, Record};
use crate::time::{NS_PER_SECOND, Nanos};

/// Width of the narrowest buckets, in seconds.
pub const BUCKET_SECONDS_MIN: i64 = 60;
/// How many buckets a report shows at the most, empty ones included.
pub const BUCKETS_MAX: i64 = 512;
/// How many buckets hold calls at the most.
const FILLED_MAX: usize = 16_384;

/// Calls that succeeded and that failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq)]
pub struct Timeline {
    /// Width of a bucket, in seconds: the narrowest, doubled as often as needed.
    seconds: i64,
    /// Buckets that hold calls, by their number since 1970, sorted.
    buckets: Vec<(i64, Calls)>,
    /// The bucket of the last record, which most often is the next one's too.
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
    fn settle(&mut self) {
        if let Some(Recent { bucket, times: _, calls }) = self.recent.take() {
            match self.buckets.binary_search_by_key(&bucket, |&(bucket, _)| bucket) {
                Ok(place) => self.buckets[place].1.add(calls),
                Err(place) => self.buckets.insert(place, (bucket, calls)),
            }
            self.fit();
        }
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
