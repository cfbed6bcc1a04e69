//! Calls by day or hour of a calendar, and failures of a code by the same; weeks and months are sums of them. Whoever
//! counts says which calendar it is: summaries of two do not add up.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::aggregate::Aggregate;
use super::bounds::COUNT_MAX;
use super::timeline::Calls;
use crate::record::{Origin, Outcome, Record};
use crate::time::{ClockHour, Nanos, Period};

/// What a day or hour takes, in bytes: nodes of a tree are half empty at times.
const ENTRY_BYTES: usize = 48;

/// Calls by day or hour. There are as many as times are plausible: 33,000 days, or 790,000 hours.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Days {
    /// By the day or hour, as a number.
    days: BTreeMap<i64, Calls>,
    /// What was seen last, which most often is the next record's too.
    #[serde(skip)]
    recent: Recent,
}

/// Successes of a day or hour.
#[derive(Clone, Debug, Default, PartialEq)]
struct Recent {
    day: ClockHour,
    ok: u64,
}

impl Aggregate for Days {
    #[inline]
    fn observe(&mut self, record: &Record<'_>, _: Origin) {
        if let Some(time) = record.context.time {
            self.count(ClockHour::of_utc_day(time), record.outcome);
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
    /// Counts a call of a day or hour.
    #[inline]
    pub fn count(&mut self, day: ClockHour, outcome: Outcome) {
        match outcome {
            Outcome::DryRun => {}
            Outcome::Ok => {
                if self.recent.day != day {
                    self.begin(day);
                }
                self.recent.ok += 1;
            }
            Outcome::Failed => self.failed(day),
        }
    }

    #[inline(never)]
    fn begin(&mut self, day: ClockHour) {
        self.settle();
        self.recent = Recent { day, ok: 0 };
    }

    #[inline(never)]
    fn failed(&mut self, day: ClockHour) {
        self.days.entry(day.0).or_default().failed += 1;
    }

    /// About how much memory it takes, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.days.len() * ENTRY_BYTES
    }

    /// Whether it is one that records can make.
    pub(super) fn is_sound(&self) -> bool {
        self.days.values().all(|calls| calls.is_sound())
    }

    /// Puts what was seen last to the others.
    pub fn settle(&mut self) {
        let Recent { day, ok } = std::mem::take(&mut self.recent);
        if ok > 0 {
            self.days.entry(day.0).or_default().ok += ok;
        }
    }

    /// Calls by periods of a kind, in the order of time, with the start of each.
    #[must_use]
    pub fn by(&self, period: Period) -> Vec<(Nanos, Calls)> {
        let mut settled = self.clone();
        settled.settle();
        let mut periods = BTreeMap::<Nanos, Calls>::new();
        for (day, calls) in settled.days {
            periods.entry(ClockHour(day).period_start(period)).or_default().add(calls);
        }
        periods.into_iter().collect()
    }
}

/// Failures of one code by day or hour, all of them or none: when there are more than may be kept of a code, none is,
/// so that what is kept is exact.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedDays {
    /// Days or hours, as numbers, with their failures, sorted.
    days: Vec<(i32, u64)>,
    /// Whether there were too many.
    is_dropped: bool,
}

impl FailedDays {
    /// Counts a failure, if it has a time.
    #[inline]
    pub fn count(&mut self, day: Option<ClockHour>) {
        if let Some(day) = day.filter(|_| !self.is_dropped) {
            self.add(day.0 as i32, 1);
        }
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

    /// Keeps no day or hour when there are more than this many.
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

    /// How many days or hours are kept.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.days.len()
    }

    /// Whether none is kept.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.days.is_empty()
    }

    /// Whether there were too many to keep.
    #[must_use]
    pub const fn is_dropped(&self) -> bool {
        self.is_dropped
    }

    /// Failures by periods of a kind, in the order of time, with the start of each.
    pub fn by(&self, period: Period) -> impl Iterator<Item = (Nanos, u64)> {
        let days =
            self.days.iter().map(move |&(day, failures)| (ClockHour(i64::from(day)).period_start(period), failures));
        let mut days = days.peekable();
        std::iter::from_fn(move || {
            let (period, mut failures) = days.next()?;
            while let Some((_, more)) = days.next_if(|&(next, _)| next == period) {
                failures += more;
            }
            Some((period, failures))
        })
    }
}
