//! How long calls took by UTC day, to powers of two: enough to see that the unit of a log changed, and nothing finer.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::aggregate::Aggregate;
use super::bounds::COUNT_MAX;
use crate::record::{Origin, Record};
use crate::time::{NS_PER_SECOND, Nanos, SECONDS_PER_DAY};

/// Nanoseconds of a day.
const NS_PER_DAY: i64 = SECONDS_PER_DAY * NS_PER_SECOND;
/// How many days are kept, those with the smallest hashes. A unit that changed differs on any of the days since.
pub const DAYS_MAX: usize = 1_024;
/// The median of fewer calls says little.
const CALLS_MIN: u64 = 5;
/// Medians that differ by this many powers of two are a thousandfold apart, as far as powers of two tell.
const JUMP: u8 = 9;

/// Calls by the number of bits of their duration in nanoseconds.
type Magnitudes = BTreeMap<u8, u64>;

/// Durations by day, of at most [`DAYS_MAX`] days.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DailyMagnitudes {
    /// By the hash of the day and the days since 1970.
    days: BTreeMap<(u64, i64), Magnitudes>,
    /// The day that was seen last, which most often is the next record's too.
    #[serde(skip)]
    recent: Recent,
}

/// Calls of a day.
#[derive(Clone, Debug, PartialEq)]
struct Recent {
    day: i64,
    /// Its times in nanoseconds; none before the first call.
    times: Range<i64>,
    /// By the number of bits.
    calls: [u32; u64::BITS as usize + 1],
}

impl Default for Recent {
    fn default() -> Self {
        Self { day: 0, times: 0..0, calls: [0; u64::BITS as usize + 1] }
    }
}

/// A day on which the median is a thousand times that of the day before, or a thousandth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Jump {
    /// The day before, of those with calls enough.
    pub before: Nanos,
    /// Its median in nanoseconds, rounded down to a power of two.
    pub before_ns: u64,
    /// The day.
    pub after: Nanos,
    /// Its median, as above.
    pub after_ns: u64,
}

impl Aggregate for DailyMagnitudes {
    #[inline]
    fn observe(&mut self, record: &Record<'_>, _: Origin) {
        let (Some(time), Some(duration_ns)) = (record.context.time, record.context.duration_ns) else { return };
        if !self.recent.times.contains(&time.0) {
            self.begin(time);
        }
        let count = &mut self.recent.calls[bits(duration_ns)];
        *count += 1;
        if *count == u32::MAX {
            self.begin(time);
        }
    }

    fn merge(&mut self, other: Self) {
        let mut other = other;
        self.settle();
        other.settle();
        let Self { days, recent: _ } = other;
        for ((_, day), magnitudes) in days {
            self.add(day, magnitudes);
        }
    }
}

/// The number of bits of a duration, at most 64.
#[inline]
const fn bits(duration_ns: u64) -> usize {
    (u64::BITS - duration_ns.leading_zeros()) as usize
}

impl DailyMagnitudes {
    /// Makes the day of a time the recent one.
    #[inline(never)]
    fn begin(&mut self, time: Nanos) {
        self.settle();
        let day = time.0.div_euclid(NS_PER_DAY);
        self.recent.day = day;
        self.recent.times = day.saturating_mul(NS_PER_DAY)..(day + 1).saturating_mul(NS_PER_DAY);
    }

    /// Puts the recent day to the others.
    pub fn settle(&mut self) {
        if self.recent.times.is_empty() {
            return;
        }
        let Recent { day, times: _, calls } = std::mem::take(&mut self.recent);
        let some = (0..).zip(calls).filter(|&(_, calls)| calls > 0);
        let magnitudes: Magnitudes = some.map(|(bits, calls)| (bits, u64::from(calls))).collect();
        if !magnitudes.is_empty() {
            self.add(day, magnitudes);
        }
    }

    /// Adds calls of a day, unless as many days with smaller hashes are there: then they were there in every order.
    fn add(&mut self, day: i64, magnitudes: Magnitudes) {
        let held = self.days.entry((hash(day), day)).or_default();
        for (bits, calls) in magnitudes {
            *held.entry(bits).or_default() += calls;
        }
        if self.days.len() > DAYS_MAX {
            self.days.pop_last();
        }
    }

    /// Whether it is one that records can make.
    pub(super) fn is_sound(&self) -> bool {
        let is_day = |(&(of, day), magnitudes): (&(u64, i64), &Magnitudes)| {
            let are_calls = |(&bits, &calls): (&u8, &u64)| bits <= 64 && (1..=COUNT_MAX).contains(&calls);
            of == hash(day) && !magnitudes.is_empty() && magnitudes.iter().all(are_calls)
        };
        let is_time = |&(_, day): &(u64, i64)| day.checked_mul(NS_PER_DAY).is_some();
        self.days.len() <= DAYS_MAX && self.days.iter().all(is_day) && self.days.keys().all(is_time)
    }

    /// The first day on which the median jumps a thousandfold.
    #[must_use]
    pub fn jump(&self) -> Option<Jump> {
        let mut settled = self.clone();
        settled.settle();
        let medians = settled.days.iter().filter_map(|(&(_, day), magnitudes)| Some((day, median(magnitudes)?)));
        let mut medians: Vec<_> = medians.collect();
        medians.sort_unstable();
        let jump =
            medians.iter().zip(medians.iter().skip(1)).find(|(before, after)| before.1.abs_diff(after.1) >= JUMP)?;
        let (&(before, before_bits), &(after, after_bits)) = jump;
        let start = |day: i64| Nanos(day.saturating_mul(NS_PER_DAY));
        let shortest = |bits: u8| if bits == 0 { 0 } else { 1_u64 << (bits - 1) };
        Some(Jump {
            before: start(before),
            before_ns: shortest(before_bits),
            after: start(after),
            after_ns: shortest(after_bits),
        })
    }
}

fn hash(day: i64) -> u64 {
    xxh3_64(&day.to_le_bytes())
}

/// The bits of the median, the lower one of two; none of few calls.
fn median(magnitudes: &Magnitudes) -> Option<u8> {
    let all: u64 = magnitudes.values().sum();
    let mut left = all.div_ceil(2);
    let mut of = magnitudes.iter().filter(|_| all >= CALLS_MIN);
    of.find_map(|(&bits, &calls)| {
        left = left.saturating_sub(calls);
        (left == 0).then_some(bits)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(days: impl IntoIterator<Item = (i64, u64)>) -> DailyMagnitudes {
        let mut kept = DailyMagnitudes::default();
        days.into_iter().for_each(|(day, ns)| kept.add(day, Magnitudes::from([(bits(ns) as u8, CALLS_MIN)])));
        kept
    }

    #[test]
    fn a_unit_that_changes_is_a_jump_and_a_slow_day_is_none() {
        assert_eq!(of([]).jump(), None);
        assert_eq!(of((0..9).map(|day| (day, 200_000_000 << (day % 2)))).jump(), None);
        assert_eq!(of([(3, 250_000_000), (5, 1_000_000)]).jump(), None);
        let jump = of([(7, 250_000), (3, 240_000_000), (5, 250_000_000)]).jump().unwrap();
        assert_eq!((jump.before.0 / NS_PER_DAY, jump.after.0 / NS_PER_DAY), (5, 7));
        assert_eq!((jump.before_ns, jump.after_ns), (134_217_728, 131_072));
        let mut few = of([(1, 1_000_000)]);
        few.add(2, Magnitudes::from([(64, CALLS_MIN - 1)]));
        assert_eq!(few.jump(), None, "of few calls nothing is said");
        assert!(few.is_sound());
    }

    #[test]
    fn which_days_are_kept_knows_no_order() {
        let days: Vec<_> = (0..3_000).map(|day| (day, 1_000 * (day as u64 % 7 + 1))).collect();
        let whole = of(days.iter().copied().chain(days.iter().copied()));
        let mut merged = of(days.iter().rev().copied());
        merged.merge(of(days.iter().copied().step_by(2)));
        merged.merge(of(days.iter().copied().skip(1).step_by(2)));
        assert_eq!(merged, whole);
        assert!(whole.days.len() == DAYS_MAX && whole.is_sound());
    }
}
