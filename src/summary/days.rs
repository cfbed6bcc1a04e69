//! Calls by UTC day, and failures of a code by day; weeks and months are sums of days.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::aggregate::Aggregate;
use super::bounds::COUNT_MAX;
use super::timeline::Calls;
use crate::record::{Origin, Outcome, Record};
use crate::time::{NS_PER_SECOND, Nanos, Period, SECONDS_PER_DAY};

/// Nanoseconds of a day.
const NS_PER_DAY: i64 = SECONDS_PER_DAY * NS_PER_SECOND;

/// Calls by day. There are as many days as times are plausible: 33,000.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Days {
    /// By days since 1970.
    days: BTreeMap<i64, Calls>,
    /// The day that was seen last, which most often is the next record's too.
    #[serde(skip)]
    recent: Recent,
}

/// Successes of a day.
#[derive(Clone, Debug, Default, PartialEq)]
struct Recent {
    day: i64,
    /// Its times in nanoseconds.
    times: Range<i64>,
    ok: u64,
}

impl Aggregate for Days {
    #[inline]
    fn observe(&mut self, record: &Record<'_>, _: Origin) {
        let Some(time) = record.context.time else { return };
        match record.outcome {
            Outcome::DryRun => {}
            Outcome::Ok => {
                if !self.recent.times.contains(&time.0) {
                    self.begin(time);
                }
                self.recent.ok += 1;
            }
            Outcome::Failed => self.failed(time),
        }
    }

    fn merge(&mut self, other: Self) {
        self.settle();
        let Self { days, recent } = other;
        for (day, calls) in days {
            self.days.entry(day).or_default().add(calls);
        }
        self.recent = recent;
        self.settle();
    }
}

impl Days {
    /// Makes the day of a time the recent one.
    #[inline(never)]
    fn begin(&mut self, time: Nanos) {
        self.settle();
        let day = time.0.div_euclid(NS_PER_DAY);
        let times = day.saturating_mul(NS_PER_DAY)..(day + 1).saturating_mul(NS_PER_DAY);
        self.recent = Recent { day, times, ok: 0 };
    }

    #[inline(never)]
    fn failed(&mut self, time: Nanos) {
        self.days.entry(time.0.div_euclid(NS_PER_DAY)).or_default().failed += 1;
    }

    /// Whether it is one that records can make.
    pub(super) fn is_sound(&self) -> bool {
        self.days.values().all(|calls| calls.is_sound())
    }

    /// Puts the recent day to the others.
    pub fn settle(&mut self) {
        let Recent { day, times: _, ok } = std::mem::take(&mut self.recent);
        if ok > 0 {
            self.days.entry(day).or_default().ok += ok;
        }
    }

    /// Calls by periods of a kind, in the order of time, with the start of each.
    #[must_use]
    pub fn by(&self, period: Period) -> Vec<(Nanos, Calls)> {
        let mut settled = self.clone();
        settled.settle();
        let mut periods = BTreeMap::<Nanos, Calls>::new();
        for (day, calls) in settled.days {
            periods.entry(start(day, period)).or_default().add(calls);
        }
        periods.into_iter().collect()
    }
}

/// Failures of one code by day, all of them or none: when a code fails on more days than may be kept of it, no day is,
/// so that what is kept is exact.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedDays {
    /// Days since 1970 with their failures, sorted.
    days: Vec<(i32, u64)>,
    /// Whether there were too many.
    is_dropped: bool,
}

impl FailedDays {
    /// Counts a failure, if it has a time.
    #[inline]
    pub fn observe(&mut self, time: Option<Nanos>) {
        let Some(time) = time.filter(|_| !self.is_dropped) else { return };
        self.add(time.0.div_euclid(NS_PER_DAY) as i32, 1);
    }

    fn add(&mut self, day: i32, failures: u64) {
        match self.days.last_mut() {
            Some((last, count)) if *last == day => *count += failures,
            Some((last, _)) if *last > day => match self.days.binary_search_by_key(&day, |&(day, _)| day) {
                Ok(place) => self.days[place].1 += failures,
                Err(place) => self.days.insert(place, (day, failures)),
            },
            _ => self.days.push((day, failures)),
        }
    }

    /// Adds the failures of another one.
    pub fn merge(&mut self, other: Self) {
        let Self { days, is_dropped } = other;
        if self.is_dropped || is_dropped {
            return self.drop_all();
        }
        if self.days.is_empty() {
            self.days = days;
        } else {
            days.into_iter().for_each(|(day, failures)| self.add(day, failures));
        }
    }

    /// Keeps no day when there are more than this many.
    pub fn limit(&mut self, days_max: usize) {
        if self.days.len() > days_max {
            self.drop_all();
        }
    }

    fn drop_all(&mut self) {
        *self = Self { days: Vec::new(), is_dropped: true };
    }

    /// Whether it is one that records can make.
    pub(super) fn is_sound(&self) -> bool {
        self.days.is_sorted_by(|a, b| a.0 < b.0) && self.days.iter().all(|&(_, failures)| failures <= COUNT_MAX)
    }

    /// How many days are kept.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.days.len()
    }

    /// Whether no day is kept.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.days.is_empty()
    }

    /// Whether there were too many days to keep.
    #[must_use]
    pub const fn is_dropped(&self) -> bool {
        self.is_dropped
    }

    /// Failures by periods of a kind, in the order of time, with the start of each.
    pub fn by(&self, period: Period) -> impl Iterator<Item = (Nanos, u64)> {
        let mut days =
            self.days.iter().map(move |&(day, failures)| (start(i64::from(day), period), failures)).peekable();
        std::iter::from_fn(move || {
            let (period, mut failures) = days.next()?;
            while let Some((_, more)) = days.next_if(|&(next, _)| next == period) {
                failures += more;
            }
            Some((period, failures))
        })
    }
}

fn start(day: i64, period: Period) -> Nanos {
    Nanos(day.saturating_mul(NS_PER_DAY)).period_start(period)
}
