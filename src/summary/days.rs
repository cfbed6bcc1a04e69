//! Calls and failures by UTC day; weeks and months are sums of days.

use std::collections::BTreeMap;
use std::ops::Range;

use super::Aggregate;
use super::code_table::CodeTable;
use super::timeline::Calls;
use crate::record::{Origin, Outcome, Record};
use crate::time::{NS_PER_SECOND, Nanos, Period, SECONDS_PER_DAY};

/// Nanoseconds of a day.
const NS_PER_DAY: i64 = SECONDS_PER_DAY * NS_PER_SECOND;

/// Calls of a period, and its failures by code.
#[derive(Clone, Debug, Default)]
pub struct Day {
    /// The calls.
    pub calls: Calls,
    /// Failures by code.
    pub codes: CodeTable<u64>,
}

impl Day {
    fn add(&mut self, other: Self) {
        let Self { calls, codes } = other;
        self.calls.add(calls);
        self.codes.merge(codes, add);
    }
}

const fn add(count: &mut u64, more: u64) {
    *count += more;
}

/// Calls by day.
#[derive(Clone, Debug, Default)]
pub struct Days {
    /// By days since 1970.
    days: BTreeMap<i64, Day>,
    /// The day that was seen last, which most often is the next record's too.
    recent: Recent,
}

/// Successes of a day.
#[derive(Clone, Debug, Default)]
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
            Outcome::Failed => self.failed(time, record.code),
        }
    }

    fn merge(&mut self, other: Self) {
        self.settle();
        let Self { days, recent } = other;
        for (day, entry) in days {
            self.days.entry(day).or_default().add(entry);
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
    fn failed(&mut self, time: Nanos, code: &str) {
        let entry = self.days.entry(time.0.div_euclid(NS_PER_DAY)).or_default();
        entry.calls.failed += 1;
        *entry.codes.entry(code, add) += 1;
    }

    fn settle(&mut self) {
        let Recent { day, times: _, ok } = std::mem::take(&mut self.recent);
        if ok > 0 {
            self.days.entry(day).or_default().calls.ok += ok;
        }
    }

    /// Calls by periods of a kind, in the order of time, with the start of each.
    #[must_use]
    pub fn by(&self, period: Period) -> Vec<(Nanos, Day)> {
        let mut settled = self.clone();
        settled.settle();
        let mut periods = BTreeMap::<Nanos, Day>::new();
        for (day, entry) in settled.days {
            let start = Nanos(day.saturating_mul(NS_PER_DAY)).period_start(period);
            periods.entry(start).or_default().add(entry);
        }
        periods.into_iter().collect()
    }
}
