//! Calls over time, in buckets that double their width when there would be too many. The width depends on the earliest
//! and the latest time only, so the order of reading does not matter.

use std::collections::BTreeMap;
use std::ops::Range;

use super::Aggregate;
use crate::record::{Origin, Outcome, Record};
use crate::time::{NS_PER_SECOND, Nanos};

/// Width of the narrowest buckets, in seconds.
pub const BUCKET_SECONDS_MIN: i64 = 60;
/// How many buckets there are at the most, empty ones included.
pub const BUCKETS_MAX: i64 = 512;

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
    /// By the number of the bucket since 1970.
    buckets: BTreeMap<i64, Calls>,
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
        Self { seconds: BUCKET_SECONDS_MIN, buckets: BTreeMap::new(), recent: None }
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
        self.settle();
        let Self { seconds, buckets, recent } = other;
        while self.seconds < seconds {
            self.coarsen();
        }
        let recent = recent.map(|Recent { bucket, times: _, calls }| (bucket, calls));
        for (bucket, calls) in buckets.into_iter().chain(recent) {
            let bucket = bucket.div_euclid(self.seconds / seconds);
            self.buckets.entry(bucket).or_default().add(calls);
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
            self.buckets.entry(bucket).or_default().add(calls);
            self.fit();
        }
    }

    fn fit(&mut self) {
        while let (Some((first, _)), Some((last, _))) = (self.buckets.first_key_value(), self.buckets.last_key_value())
            && last - first >= BUCKETS_MAX
        {
            self.coarsen();
        }
    }

    fn coarsen(&mut self) {
        self.seconds *= 2;
        for (bucket, calls) in std::mem::take(&mut self.buckets) {
            self.buckets.entry(bucket.div_euclid(2)).or_default().add(calls);
        }
    }

    /// Width of the buckets in seconds, and every bucket from the first to the last with its start; no buckets
    /// without times. `seconds_min` asks for wider buckets than this timeline needs; it is the narrowest width,
    /// doubled some times.
    #[must_use]
    pub fn buckets(&self, seconds_min: i64) -> (i64, Vec<(Nanos, Calls)>) {
        let mut settled = self.clone();
        settled.settle();
        while settled.seconds < seconds_min {
            settled.coarsen();
        }
        let Self { seconds, buckets, .. } = &settled;
        let (Some(&first), Some(&last)) = (buckets.keys().next(), buckets.keys().next_back()) else {
            return (*seconds, Vec::new());
        };
        let calls = |bucket: i64| buckets.get(&bucket).copied().unwrap_or_default();
        (*seconds, (first..=last).map(|bucket| (Nanos(settled.start_ns(bucket)), calls(bucket))).collect())
    }
}
