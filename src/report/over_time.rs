//! Calls over time in the finest buckets there are, and the stretches of it in which failures are more frequent than in the
//! rest: of all calls, and of one code. What counts as one is decided in [`intervals`](super::intervals); here buckets of
//! time become a series for it.

use super::intervals::{Failing, Stretch, stretches};
use crate::summary::Summary;
use crate::summary::codes::Code;
use crate::summary::timeline::{Calls, Shown};
use crate::time::{NS_PER_SECOND, Nanos};

/// How many stretches are found at the most.
const STRETCHES_MAX: usize = 5;

/// Calls over time in the finest buckets there are, as sums.
#[derive(Clone, Debug)]
pub struct OverTime {
    /// Width of a bucket, in seconds.
    pub seconds: i64,
    /// Starts of the buckets that hold calls, in order.
    starts: Vec<Nanos>,
    /// Calls and failures of all buckets before each, and of all.
    sums: Vec<Calls>,
    /// How many buckets hold calls when they are as wide, twice, four times as wide, and so on.
    filled: Vec<usize>,
}

/// A stretch of time that was found, with its calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// When it begins.
    pub start: Nanos,
    /// When it ends.
    pub end: Nanos,
    /// Whether it goes on to the last bucket.
    pub is_open: bool,
    /// Its calls.
    pub calls: Calls,
}

impl OverTime {
    /// The calls of a summary that have a time.
    #[must_use]
    pub fn of(summary: &Summary) -> Self {
        let Shown { seconds, buckets, .. } = summary.timeline.finest();
        Self::new(seconds, &buckets)
    }

    /// Buckets of a width in seconds that hold calls, with their starts, in order.
    #[must_use]
    pub fn new(seconds: i64, buckets: &[(Nanos, Calls)]) -> Self {
        let mut sums = vec![Calls::default()];
        let mut sum = Calls::default();
        for (_, calls) in buckets {
            sum.add(*calls);
            sums.push(sum);
        }
        let starts: Vec<_> = buckets.iter().map(|&(start, _)| start).collect();
        let mut filled = vec![starts.len()];
        let mut width = seconds.saturating_mul(NS_PER_SECOND).max(1);
        while filled.last().is_some_and(|&last| last > 1) && width < i64::MAX / 2 {
            width *= 2;
            filled.push(starts.chunk_by(|a, b| a.0.div_euclid(width) == b.0.div_euclid(width)).count());
        }
        Self { seconds, starts, sums, filled }
    }

    /// The stretches in which failures are more frequent than in the rest, the most certain first, at most 5.
    #[must_use]
    pub fn stretches(&self) -> Vec<Found> {
        let buckets: Vec<_> = self.starts.iter().zip(self.sums.windows(2)).collect();
        let failing = buckets.iter().filter_map(|(start, sums)| match sums {
            [before, after] if after.failed > before.failed => Some((**start, *before, after.failed - before.failed)),
            _ => None,
        });
        self.found(failing.collect(), self.seconds, STRETCHES_MAX)
    }

    /// The stretch in which the failures of a code are more frequent among all calls than in the rest, the most certain.
    #[must_use]
    pub fn stretch_of(&self, code: &Code) -> Option<Found> {
        let (seconds, buckets) = code.timeline.buckets(self.seconds);
        let failing = buckets.into_iter().map(|(start, failed)| (start, self.before(start), failed));
        self.found(failing.collect(), seconds, 1).into_iter().next()
    }

    /// The stretches of some failures: starts of buckets of a width, with the calls before them and the failures in them.
    fn found(&self, failing: Vec<(Nanos, Calls, u64)>, seconds: i64, most: usize) -> Vec<Found> {
        let width_ns = seconds.saturating_mul(NS_PER_SECOND);
        let end = |start: Nanos| Nanos(start.0.saturating_add(width_ns));
        let rows = failing.into_iter().filter_map(|(start, before, failed)| {
            // A bucket far from all others, which are left out, holds no call here.
            let calls = self.before(end(start)).all() - before.all();
            (calls > 0).then_some((start, Failing { calls_before: before.all(), calls, failed }))
        });
        let (starts, failing): (Vec<_>, Vec<_>) = rows.unzip();
        let doublings = (seconds / self.seconds.max(1)).max(1).ilog2() as usize;
        let buckets = self.filled.get(doublings).copied().unwrap_or(1);
        let all = self.all().all();
        let found = stretches(&failing, buckets, all, most).into_iter().filter_map(|stretch| {
            let Stretch { failing, is_open, .. } = stretch;
            let start = *starts.get(failing.start)?;
            let last = if is_open { self.starts.last() } else { starts.get(failing.end.checked_sub(1)?) };
            let end = match is_open {
                true => Nanos(last?.0.saturating_add(self.seconds.saturating_mul(NS_PER_SECOND))),
                false => end(*last?),
            };
            Some(Found { start, end, is_open, calls: self.between(start, end) })
        });
        found.collect()
    }

    /// All calls.
    #[must_use]
    pub fn all(&self) -> Calls {
        self.sums.last().copied().unwrap_or_default()
    }

    /// All calls before a point in time that is the start of a bucket.
    fn before(&self, time: Nanos) -> Calls {
        let place = self.starts.partition_point(|&start| start < time);
        self.sums.get(place).copied().unwrap_or_default()
    }

    /// Calls between two points in time that are starts of buckets.
    #[must_use]
    pub fn between(&self, start: Nanos, end: Nanos) -> Calls {
        let (before, with) = (self.before(start), self.before(end));
        Calls { ok: with.ok - before.ok, failed: with.failed - before.failed }
    }
}
