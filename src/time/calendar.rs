//! The calendar of a zone: which day, or hour, of its clocks a time lies in. It groups nothing.

use std::ops::Range;

use super::nanos::{NS_PER_SECOND, Nanos, Period, SECONDS_PER_DAY};
use super::zone::Zone;

const NS_PER_HOUR: i64 = 3_600 * NS_PER_SECOND;
const NS_PER_DAY: i64 = SECONDS_PER_DAY * NS_PER_SECOND;

/// Finds the day or hour that times lie in, fast where they follow each other. UTC days by default.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    zone: Zone,
    by_hour: bool,
    /// The times of the day or hour that was found last, and that.
    recent: Range<i64>,
    found: ClockHour,
}

/// An hour that clocks of some zone show, counted from the one that began 1970; a day is its first hour. An hour that they
/// show twice, when they are set back, is one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClockHour(pub i64);

impl ClockHour {
    /// The UTC day of a time.
    #[must_use]
    pub const fn of_utc_day(time: Nanos) -> Self {
        Self(time.0.div_euclid(NS_PER_DAY) * (NS_PER_DAY / NS_PER_HOUR))
    }

    /// The start of the period that it lies in, as if the clocks showed UTC.
    #[must_use]
    pub fn period_start(self, period: Period) -> Nanos {
        Nanos(self.0.saturating_mul(NS_PER_HOUR)).period_start(period)
    }
}

impl Calendar {
    /// The calendar of a zone, by hours or by days.
    #[must_use]
    pub fn new(zone: Zone, by_hour: bool) -> Self {
        Self { zone, by_hour, ..Self::default() }
    }

    /// The day or hour that a time lies in.
    #[inline]
    pub fn find(&mut self, time: Nanos) -> ClockHour {
        if !self.recent.contains(&time.0) {
            self.look(time);
        }
        self.found
    }

    #[inline(never)]
    fn look(&mut self, time: Nanos) {
        let ahead_ns = i64::from(self.zone.offset_seconds_at(time)) * NS_PER_SECOND;
        let width_ns = if self.by_hour { NS_PER_HOUR } else { NS_PER_DAY };
        let place = time.0.saturating_add(ahead_ns).div_euclid(width_ns);
        let start = place.saturating_mul(width_ns).saturating_sub(ahead_ns);
        let steady = self.zone.steady_around(time);
        self.recent = start.max(steady.start.0)..start.saturating_add(width_ns).min(steady.end.0);
        self.found = ClockHour(place * (width_ns / NS_PER_HOUR));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_hour_that_clocks_show_twice_is_one() {
        // Berlin sets its clocks back from 03:00 to 02:00 at 01:00 UTC.
        let midnight = 1_792_886_400;
        let mut hours = Calendar::new(Zone::parse("Europe/Berlin").unwrap(), true);
        let mut shown = |hour: i64| {
            hours
                .find(Nanos::from_seconds(midnight + 3_600 * hour, 0))
                .period_start(Period::Hour)
                .period_name(Period::Hour)
        };
        let names = [shown(-1), shown(0), shown(1), shown(2), shown(0)];
        let expected = ["2026-10-25T01", "2026-10-25T02", "2026-10-25T02", "2026-10-25T03", "2026-10-25T02"];
        assert_eq!(names, expected);
    }

    proptest! {
        #[test]
        fn what_is_remembered_changes_nothing(
            zone in proptest::sample::select(vec!["UTC", "+05:45", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Africa/Casablanca"]),
            start in 1_262_304_000_i64..4_102_444_800,
            steps in prop::collection::vec(-40_000_i64..90_000, 1..80),
            by_hour: bool,
        ) {
            let zone = Zone::parse(zone).unwrap();
            let mut calendar = Calendar::new(zone.clone(), by_hour);
            let mut time = start;
            for step in steps {
                time += step;
                let time = Nanos::from_seconds(time, 7);
                let civil = zone.civil(time);
                let found = calendar.find(time);
                let hour = format!("{:04}-{:02}-{:02}T{:02}", civil.year, civil.month, civil.day, if by_hour { civil.hour } else { 0 });
                prop_assert_eq!(found.period_start(Period::Hour).period_name(Period::Hour), hour);
                if !by_hour && zone == Zone::Utc {
                    prop_assert_eq!(found, ClockHour::of_utc_day(time));
                }
            }
        }
    }
}
