//! A point in time, its calendar and how machines write it. It knows no clock, no zone names, none of the
//! ways in which logs spell times, and not which times are plausible.

use std::fmt;

use serde::{Serialize, Serializer};

/// Nanoseconds in one second.
pub const NS_PER_SECOND: i64 = 1_000_000_000;
/// Seconds in one day; leap seconds do not exist here, as in all Unix time.
pub const SECONDS_PER_DAY: i64 = 86_400;

/// A point in time: nanoseconds since 1970-01-01T00:00:00Z, from 1677-09-21 to 2262-04-11.
///
/// Shown and serialised as RFC 3339 in UTC with 0, 3, 6 or 9 fraction digits, the fewest that are exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nanos(pub i64);

impl Nanos {
    /// The earliest point in time; what lies before it is read as this one.
    pub const MIN: Self = Self(i64::MIN);
    /// The latest point in time; what lies after it is read as this one.
    pub const MAX: Self = Self(i64::MAX);

    /// The point `nanosecond` nanoseconds (below one second) after `seconds` since 1970-01-01T00:00:00Z;
    /// saturates at [`Nanos::MIN`] and [`Nanos::MAX`].
    #[must_use]
    pub fn from_seconds(seconds: i64, nanosecond: u32) -> Self {
        // One second less on either side than the range, so that the fraction always fits.
        const FITS: std::ops::Range<i64> = i64::MIN / NS_PER_SECOND..i64::MAX / NS_PER_SECOND;
        if FITS.contains(&seconds) && i64::from(nanosecond) < NS_PER_SECOND {
            return Self(seconds * NS_PER_SECOND + i64::from(nanosecond));
        }
        let exact = i128::from(seconds) * i128::from(NS_PER_SECOND) + i128::from(nanosecond);
        Self(i64::try_from(exact).unwrap_or(if exact < 0 { i64::MIN } else { i64::MAX }))
    }

    /// The point that a calendar in UTC calls by this date and time of day; none when there is no such date or
    /// time of day, or the year is not one of 0 to 9999; saturates at [`Nanos::MIN`] and [`Nanos::MAX`].
    #[must_use]
    pub fn from_civil(civil: Civil) -> Option<Self> {
        let days = days_from_date(civil.year, civil.month, civil.day)?;
        if civil.hour > 23 || civil.minute > 59 || civil.second > 59 || i64::from(civil.nanosecond) >= NS_PER_SECOND {
            return None;
        }
        let of_day = i64::from(civil.hour) * 3_600 + i64::from(civil.minute) * 60 + i64::from(civil.second);
        Some(Self::from_seconds(days * SECONDS_PER_DAY + of_day, civil.nanosecond))
    }

    /// The date and time of day in UTC.
    #[must_use]
    pub fn civil(self) -> Civil {
        self.civil_at(0)
    }

    /// The date and time of day where clocks are this many seconds ahead of UTC.
    #[must_use]
    pub fn civil_at(self, offset_seconds: i32) -> Civil {
        let seconds = self.0.div_euclid(NS_PER_SECOND) + i64::from(offset_seconds);
        let (year, month, day) = date_from_days(seconds.div_euclid(SECONDS_PER_DAY));
        let of_day = seconds.rem_euclid(SECONDS_PER_DAY);
        Civil {
            year,
            month,
            day,
            hour: (of_day / 3_600) as u8,
            minute: (of_day / 60 % 60) as u8,
            second: (of_day % 60) as u8,
            nanosecond: self.0.rem_euclid(NS_PER_SECOND) as u32,
        }
    }

    /// The first nanosecond of the UTC hour, day, ISO week or month that this point lies in: a key to group by that
    /// sorts as time does. Saturates at [`Nanos::MIN`].
    #[must_use]
    pub fn period_start(self, period: Period) -> Self {
        let days = self.days();
        let first = match period {
            Period::Hour => {
                return Self(self.0.div_euclid(3_600 * NS_PER_SECOND).saturating_mul(3_600 * NS_PER_SECOND));
            }
            Period::Day => days,
            Period::Week => days - weekday_from_monday(days),
            Period::Month => days - i64::from(date_from_days(days).2) + 1,
        };
        Self::from_seconds(first * SECONDS_PER_DAY, 0)
    }

    /// The name of the UTC hour (`2026-11-24T10`), day (`2026-11-24`), ISO week (`2026-W48`) or month (`2026-11`) that this point lies in.
    #[must_use]
    pub fn period_name(self, period: Period) -> String {
        let days = self.days();
        let (year, month, day) = date_from_days(days);
        match period {
            Period::Hour => format!("{year:04}-{month:02}-{day:02}T{:02}", self.civil().hour),
            Period::Day => format!("{year:04}-{month:02}-{day:02}"),
            Period::Month => format!("{year:04}-{month:02}"),
            Period::Week => {
                // ISO 8601: a week belongs to the year that its Thursday lies in.
                let thursday = days - weekday_from_monday(days) + 3;
                let year = date_from_days(thursday).0;
                let new_year = days_from_date(year, 1, 1).unwrap_or(thursday);
                format!("{year:04}-W{:02}", (thursday - new_year) / 7 + 1)
            }
        }
    }

    /// Whole days since 1970-01-01, rounded towards the past.
    const fn days(self) -> i64 {
        self.0.div_euclid(NS_PER_SECOND * SECONDS_PER_DAY)
    }
}

impl fmt::Display for Nanos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        padded(self, f, |f| {
            write_civil(f, self.civil(), 'T')?;
            f.write_str("Z")
        })
    }
}

impl Serialize for Nanos {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A date of the proleptic Gregorian calendar and a time of day, wherever that is.
///
/// Shown as `2026-11-24 01:02:03` with 0, 3, 6 or 9 fraction digits, the fewest that are exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Civil {
    /// The year, 0 to 9999 when it shall become a [`Nanos`].
    pub year: i32,
    /// The month, 1 to 12.
    pub month: u8,
    /// The day of the month, from 1.
    pub day: u8,
    /// The hour, 0 to 23.
    pub hour: u8,
    /// The minute, 0 to 59.
    pub minute: u8,
    /// The second, 0 to 59.
    pub second: u8,
    /// Nanoseconds since that second began, below 1,000,000,000.
    pub nanosecond: u32,
}

impl fmt::Display for Civil {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        padded(self, f, |f| write_civil(f, *self, ' '))
    }
}

/// A duration in nanoseconds as milliseconds, which reports show.
#[must_use]
pub fn milliseconds(ns: u64) -> f64 {
    ns as f64 / 1e6
}

/// A stretch of a calendar that times are grouped by (`--by hour|day|week|month`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Period {
    /// An hour of the clock.
    Hour,
    /// A calendar day.
    Day,
    /// A week of ISO 8601, from Monday; the first of a year is the one that holds the year's first Thursday.
    Week,
    /// A calendar month.
    Month,
}

impl Period {
    /// Every period, the shortest first.
    pub const ALL: [Self; 4] = [Self::Hour, Self::Day, Self::Week, Self::Month];

    /// The word that the option and the reports use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }
}

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar; none when there is no such date or the
/// year is not one of 0 to 9999.
#[must_use]
pub const fn days_from_date(year: i32, month: u8, day: u8) -> Option<i64> {
    if year < 0 || year > 9_999 || month == 0 || month > 12 || day == 0 {
        return None;
    }
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let leap_day = (is_leap && month == 2) as u8;
    if day > MONTH_DAYS[month as usize] + leap_day {
        return None;
    }
    // Years are counted from March, so that the leap day is the last of its year, and from 400 years before
    // year 0, so that nothing is negative.
    let years = year as u32 + 400 - (month < 3) as u32;
    let century = years / 100;
    let days = 365 * years + years / 4 - century + century / 4 + DAYS_FROM_MARCH[month as usize] as u32 + day as u32;
    Some(days as i64 - (EPOCH_DAYS + CYCLE_DAYS + 1))
}

/// How many days each month has, from 1, in a year that is not a leap year.
const MONTH_DAYS: [u8; 13] = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/// Days from the 1st of March before it to the 1st of each month, from 1.
const DAYS_FROM_MARCH: [u16; 13] = [0, 306, 337, 0, 31, 61, 92, 122, 153, 184, 214, 245, 275];

/// Days from 0000-03-01 to 1970-01-01.
const EPOCH_DAYS: i64 = 719_468;
/// Days in the 400 years after which the calendar repeats.
const CYCLE_DAYS: i64 = 146_097;

/// Year, month and day of a number of days since 1970-01-01; right for the years of [`Nanos`] and far around.
const fn date_from_days(days: i64) -> (i32, u8, u8) {
    let since = days + EPOCH_DAYS;
    let cycle = since.div_euclid(CYCLE_DAYS);
    let day_of_cycle = since.rem_euclid(CYCLE_DAYS);
    let year_of_cycle = (day_of_cycle - day_of_cycle / 1_460 + day_of_cycle / 36_524 - day_of_cycle / 146_096) / 365;
    let day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_cycle + cycle * 400 + (month < 3) as i64;
    (year as i32, month as u8, day as u8)
}

/// Days since the last Monday, 0 to 6.
const fn weekday_from_monday(days: i64) -> i64 {
    // 1970-01-01 was a Thursday.
    (days + 3).rem_euclid(7)
}

fn write_civil(f: &mut fmt::Formatter<'_>, civil: Civil, between: char) -> fmt::Result {
    let Civil { year, month, day, hour, minute, second, nanosecond } = civil;
    write!(f, "{year:04}-{month:02}-{day:02}{between}{hour:02}:{minute:02}:{second:02}")?;
    if nanosecond == 0 {
        Ok(())
    } else if nanosecond % 1_000_000 == 0 {
        write!(f, ".{:03}", nanosecond / 1_000_000)
    } else if nanosecond % 1_000 == 0 {
        write!(f, ".{:06}", nanosecond / 1_000)
    } else {
        write!(f, ".{nanosecond:09}")
    }
}

/// Lets a value that is written in pieces obey a width, as tables ask for.
fn padded<T: fmt::Display>(
    value: &T,
    f: &mut fmt::Formatter<'_>,
    write: impl FnOnce(&mut fmt::Formatter<'_>) -> fmt::Result,
) -> fmt::Result {
    if f.width().is_some() || f.precision().is_some() {
        // Made afresh without options, so this does not come back here.
        return f.pad(&value.to_string());
    }
    write(f)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What serde is given, by its serializer of plain text.
    struct Serialized(Nanos);

    impl fmt::Display for Serialized {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.serialize(f)
        }
    }

    #[test]
    fn shows_the_fewest_exact_digits() {
        let second = 1_795_482_123_i64 * NS_PER_SECOND;
        for (nanos, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59.999999999Z"),
            (second, "2026-11-24T01:02:03Z"),
            (second + 100_000_000, "2026-11-24T01:02:03.100Z"),
            (second + 1_000_000, "2026-11-24T01:02:03.001Z"),
            (second + 120_000, "2026-11-24T01:02:03.000120Z"),
            (second + 1, "2026-11-24T01:02:03.000000001Z"),
            (951_782_400 * NS_PER_SECOND, "2000-02-29T00:00:00Z"),
            (i64::MIN, "1677-09-21T00:12:43.145224192Z"),
            (i64::MAX, "2262-04-11T23:47:16.854775807Z"),
        ] {
            assert_eq!(Nanos(nanos).to_string(), text);
        }
        assert_eq!(format!("{:>22}|{:<22}|", Nanos(0), Nanos(0)), "  1970-01-01T00:00:00Z|1970-01-01T00:00:00Z  |");
        assert_eq!(Nanos(second).civil().to_string(), "2026-11-24 01:02:03");
        assert_eq!(Nanos(i64::MIN).civil_at(i32::MIN).year, 1609);
        assert_eq!(Nanos(i64::MAX).civil_at(i32::MAX).year, 2330);
        assert_eq!(Serialized(Nanos(-1)).to_string(), Nanos(-1).to_string());
    }

    #[test]
    fn names_periods() {
        // The years around 2026 hold every kind of turn of the year that ISO weeks know.
        for (date, week, week_start) in [
            ((2026, 11, 24), "2026-W48", "2026-11-23"),
            ((2026, 11, 23), "2026-W48", "2026-11-23"),
            ((2026, 11, 22), "2026-W47", "2026-11-16"),
            ((2026, 12, 31), "2026-W53", "2026-12-28"),
            ((2027, 1, 3), "2026-W53", "2026-12-28"),
            ((2027, 1, 4), "2027-W01", "2027-01-04"),
            ((2024, 12, 30), "2025-W01", "2024-12-30"),
            ((2021, 1, 1), "2020-W53", "2020-12-28"),
            ((2000, 2, 29), "2000-W09", "2000-02-28"),
            ((1970, 1, 1), "1970-W01", "1969-12-29"),
            ((1969, 12, 28), "1969-W52", "1969-12-22"),
        ] {
            let (year, month, day) = date;
            let noon = Civil { year, month, day, hour: 12, minute: 0, second: 0, nanosecond: 1 };
            let nanos = Nanos::from_civil(noon).unwrap();
            assert_eq!(nanos.period_name(Period::Day), format!("{year}-{month:02}-{day:02}"));
            assert_eq!(nanos.period_name(Period::Week), week);
            assert_eq!(nanos.period_name(Period::Month), format!("{year}-{month:02}"));
            assert_eq!(nanos.period_start(Period::Week).to_string(), format!("{week_start}T00:00:00Z"));
            assert_eq!(nanos.period_start(Period::Month).to_string(), format!("{year}-{month:02}-01T00:00:00Z"));
        }
    }

    #[test]
    fn refuses_dates_that_do_not_exist() {
        for (year, month, day) in [
            (2026, 2, 29),
            (2026, 2, 30),
            (2100, 2, 29),
            (2026, 4, 31),
            (2026, 0, 1),
            (2026, 13, 1),
            (2026, 1, 0),
            (2026, 1, 32),
            (-1, 1, 1),
            (10_000, 1, 1),
            (i32::MIN, 1, 1),
            (i32::MAX, 255, 255),
        ] {
            assert_eq!(days_from_date(year, month, day), None, "{year}-{month}-{day}");
        }
        let midnight = Civil { year: 2026, month: 11, day: 24, hour: 0, minute: 0, second: 0, nanosecond: 0 };
        for civil in [
            Civil { hour: 24, ..midnight },
            Civil { minute: 60, ..midnight },
            Civil { second: 60, ..midnight },
            Civil { nanosecond: 1_000_000_000, ..midnight },
        ] {
            assert_eq!(Nanos::from_civil(civil), None);
        }
    }

    #[test]
    fn every_date_follows_the_one_before() {
        let mut expected = days_from_date(0, 1, 1).unwrap();
        for year in 0..=9_999 {
            for month in 1..=12 {
                for day in (1..=31).filter(|&day| days_from_date(year, month, day).is_some()) {
                    assert_eq!(days_from_date(year, month, day), Some(expected));
                    assert_eq!(date_from_days(expected), (year, month, day));
                    expected += 1;
                }
            }
        }
    }

    #[test]
    fn saturates_beyond_the_range() {
        assert_eq!(Nanos::from_seconds(i64::MAX, u32::MAX), Nanos::MAX);
        assert_eq!(Nanos::from_seconds(i64::MIN, 0), Nanos::MIN);
        assert_eq!(Nanos::from_seconds(9_223_372_036, 854_775_807), Nanos::MAX);
        assert_eq!(Nanos::from_seconds(9_223_372_036, 854_775_806), Nanos(i64::MAX - 1));
        assert_eq!(Nanos::from_seconds(-9_223_372_037, 145_224_192), Nanos::MIN);
        assert_eq!(Nanos::from_seconds(-9_223_372_037, 145_224_193), Nanos(i64::MIN + 1));
        for period in Period::ALL {
            assert_eq!(Nanos::MIN.period_start(period), Nanos::MIN);
            assert!(Nanos::MAX.period_start(period) < Nanos::MAX);
        }
    }

    proptest! {
        #[test]
        fn a_calendar_loses_nothing(nanos: i64) {
            prop_assert_eq!(Nanos::from_civil(Nanos(nanos).civil()), Some(Nanos(nanos)));
        }

        #[test]
        fn a_calendar_and_its_text_sort_as_time_does(a: i64, b: i64) {
            let (a, b) = (Nanos(a), Nanos(b));
            prop_assert_eq!(a.civil().cmp(&b.civil()), a.cmp(&b));
            for period in Period::ALL {
                prop_assert_eq!(
                    a.period_start(period).cmp(&b.period_start(period)),
                    a.period_name(period).cmp(&b.period_name(period))
                );
                prop_assert!(a.period_start(period) <= a);
                prop_assert_eq!(a.period_start(period).period_name(period), a.period_name(period));
            }
        }
    }
}
