//! Time zones: what a clock on the wall means, and how people read a time. It never asks the machine for its zone or
//! its rules: those of named zones ship in the binary.

use std::ops::Range;

use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};

use super::nanos::{Civil, Nanos};

/// The zone of clocks that do not name theirs (`--assume-tz`), or of times that people read (`--tz`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Zone {
    /// Coordinated universal time, the default.
    #[default]
    Utc,
    /// A fixed number of seconds ahead of UTC; [`Zone::parse`] gives whole minutes below 24 hours either way.
    Fixed(i32),
    /// A zone with a history, from the IANA database of the build.
    Named(TimeZone),
}

impl Zone {
    /// Reads `UTC` or `Z`, an offset (`+08:00`, `+0800`, `+08`, `+8`, each also after `UTC`), or the IANA name of a
    /// zone (`Asia/Shanghai`); letters are of either case. None for anything else, `local` included: what that
    /// means depends on the machine.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let utc = text.get(..3).filter(|start| start.eq_ignore_ascii_case("utc"));
        let offset = utc.map_or(text, |utc| &text[utc.len()..]);
        if text.eq_ignore_ascii_case("z") || (utc.is_some() && offset.is_empty()) {
            return Some(Self::Utc);
        }
        let seconds = match offset.as_bytes() {
            &[sign, hour] => offset_from_text(&[sign, b'0', hour]),
            longer => offset_from_text(longer),
        };
        match seconds {
            Some(0) => Some(Self::Utc),
            Some(seconds) => Some(Self::Fixed(seconds)),
            None => named(text),
        }
    }

    /// The names of all zones that have one, sorted.
    #[must_use]
    pub fn names() -> Vec<String> {
        let mut names: Vec<_> = TimeZoneDatabase::bundled().available().map(|name| name.to_string()).collect();
        names.retain(|name| named(name).is_some());
        names.sort_unstable();
        names
    }

    /// How many seconds clocks of this zone are ahead of UTC at a point in time.
    #[must_use]
    pub fn offset_seconds_at(&self, time: Nanos) -> i32 {
        match self {
            Self::Utc => 0,
            Self::Fixed(seconds) => *seconds,
            Self::Named(zone) => {
                // Every `Nanos` lies in the range of this type, which is that of the years -9999 to 9999.
                jiff::Timestamp::from_nanosecond(i128::from(time.0))
                    .map_or(0, |timestamp| zone.to_offset(timestamp).seconds())
            }
        }
    }

    /// The times around one in which clocks of this zone are as far ahead of UTC as then.
    #[must_use]
    pub fn steady_around(&self, time: Nanos) -> Range<Nanos> {
        let always = Nanos::MIN..Nanos::MAX;
        let Self::Named(zone) = self else { return always };
        let timestamp = |ns: i64| jiff::Timestamp::from_nanosecond(i128::from(ns)).ok();
        let nanos = |timestamp: jiff::Timestamp| i64::try_from(timestamp.as_nanosecond()).ok().map(Nanos);
        let (Some(now), Some(after)) = (timestamp(time.0), timestamp(time.0.saturating_add(1))) else { return always };
        let before = zone.preceding(after).next().and_then(|set| nanos(set.timestamp()));
        let next = zone.following(now).next().and_then(|set| nanos(set.timestamp()));
        before.unwrap_or(always.start)..next.unwrap_or(always.end)
    }

    /// The date and time of day that clocks of this zone show.
    #[must_use]
    pub fn civil(&self, time: Nanos) -> Civil {
        time.civil_at(self.offset_seconds_at(time))
    }

    /// How people see the zone of a time: `UTC`, or the offset as in `+08:00`, with seconds only for the local
    /// mean times of long ago.
    #[must_use]
    pub fn offset_text(&self, time: Nanos) -> String {
        if *self == Self::Utc {
            return "UTC".to_owned();
        }
        let offset = self.offset_seconds_at(time);
        let (sign, size) = (if offset < 0 { '-' } else { '+' }, offset.unsigned_abs());
        let (hours, minutes, seconds) = (size / 3_600, size / 60 % 60, size % 60);
        if seconds == 0 {
            format!("{sign}{hours:02}:{minutes:02}")
        } else {
            format!("{sign}{hours:02}:{minutes:02}:{seconds:02}")
        }
    }

    /// The zone as [`Zone::parse`] reads it: `UTC`, an offset such as `+08:00`, or an IANA name.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Utc | Self::Fixed(_) => self.offset_text(Nanos::default()),
            Self::Named(zone) => zone.iana_name().unwrap_or_default().to_owned(),
        }
    }

    /// A time for people: `2026-11-24 01:00:00 +08:00`, with 0, 3, 6 or 9 fraction digits, the fewest that are exact.
    #[must_use]
    pub fn show(&self, time: Nanos) -> String {
        format!("{} {}", self.civil(time), self.offset_text(time))
    }

    /// How many seconds a clock of this zone is ahead of UTC when it shows this time of a date, given as seconds
    /// since it showed the beginning of 1970; the year is one of 0 to 9999.
    ///
    /// A time that a clock shows twice, when it is set back, is the earlier one. A time that no clock shows, when it
    /// is set forward, is taken as if the clock had not been set yet: 02:30 becomes 03:30.
    pub(super) fn offset_seconds_on_clock(&self, clock_seconds: i64) -> i32 {
        match self {
            Self::Utc => 0,
            Self::Fixed(seconds) => *seconds,
            Self::Named(zone) => {
                let Some(clock) = jiff::Timestamp::from_second(clock_seconds)
                    .ok()
                    .map(|timestamp| jiff::tz::Offset::UTC.to_datetime(timestamp))
                else {
                    return 0;
                };
                match zone.to_ambiguous_timestamp(clock).offset() {
                    AmbiguousOffset::Unambiguous { offset }
                    | AmbiguousOffset::Gap { before: offset, .. }
                    | AmbiguousOffset::Fold { before: offset, .. } => offset.seconds(),
                }
            }
        }
    }
}

/// Seconds ahead of UTC from `+08:00`, `+0800` or `+08`; hours to 23, minutes to 59.
pub(super) fn offset_from_text(text: &[u8]) -> Option<i32> {
    let (sign, hours, minutes) = match *text {
        [sign, a, b] => (sign, [a, b], *b"00"),
        [sign, a, b, c, d] | [sign, a, b, b':', c, d] => (sign, [a, b], [c, d]),
        _ => return None,
    };
    let seconds = two_digits_up_to(hours, 23)? * 3_600 + two_digits_up_to(minutes, 59)? * 60;
    match sign {
        b'+' => Some(seconds),
        b'-' => Some(-seconds),
        _ => None,
    }
}

fn two_digits_up_to(digits: [u8; 2], most: i32) -> Option<i32> {
    let value = match digits {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => i32::from(tens - b'0') * 10 + i32::from(ones - b'0'),
        _ => return None,
    };
    (value <= most).then_some(value)
}

fn named(text: &str) -> Option<Zone> {
    let zone = TimeZoneDatabase::bundled().get(text).ok()?;
    // `Etc/Unknown` is in the database, and would pass for UTC.
    (!zone.is_unknown()).then_some(Zone::Named(zone))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn zone(text: &str) -> Zone {
        Zone::parse(text).unwrap()
    }

    #[test]
    fn reads_zones() {
        for (text, expected) in [
            ("UTC", Zone::Utc),
            ("utc", Zone::Utc),
            ("Z", Zone::Utc),
            ("z", Zone::Utc),
            ("+00:00", Zone::Utc),
            ("-00", Zone::Utc),
            ("+08:00", Zone::Fixed(28_800)),
            ("+0800", Zone::Fixed(28_800)),
            ("+08", Zone::Fixed(28_800)),
            ("+8", Zone::Fixed(28_800)),
            ("UTC+8", Zone::Fixed(28_800)),
            ("UTC+08:00", Zone::Fixed(28_800)),
            ("-03:30", Zone::Fixed(-12_600)),
            ("+23:59", Zone::Fixed(86_340)),
        ] {
            assert_eq!(zone(text), expected, "{text}");
        }
        for text in [
            "",
            "local",
            "system",
            "CST",
            "UTC8",
            "UTC +8",
            "8",
            "+",
            "+1:00",
            "+08:0",
            "+008",
            "+24:00",
            "+08:60",
            "UT",
            "+08:00:00",
            "Asia",
            "Asia/Nowhere",
            "../Asia/Shanghai",
            "Etc/Unknown",
            "世界",
            "ut世",
            "+世",
        ] {
            assert_eq!(Zone::parse(text), None, "{text}");
        }
        assert_eq!(zone("asia/shanghai"), zone("Asia/Shanghai"));
    }

    #[test]
    fn shows_times_to_people() {
        let time = Nanos(1_795_482_123_500_000_000);
        for (text, shown) in [
            ("UTC", "2026-11-24 01:02:03.500 UTC"),
            ("+08", "2026-11-24 09:02:03.500 +08:00"),
            ("-03:30", "2026-11-23 21:32:03.500 -03:30"),
            ("Asia/Shanghai", "2026-11-24 09:02:03.500 +08:00"),
            ("America/New_York", "2026-11-23 20:02:03.500 -05:00"),
            ("Europe/London", "2026-11-24 01:02:03.500 +00:00"),
        ] {
            assert_eq!(zone(text).show(time), shown, "{text}");
        }
        assert_eq!(zone("Asia/Shanghai").show(Nanos::MIN), "1677-09-21 08:18:26.145224192 +08:05:43");
        assert_eq!(zone("Asia/Shanghai").show(Nanos::MAX), "2262-04-12 07:47:16.854775807 +08:00");
        assert_eq!(Zone::Fixed(i32::MIN).offset_text(time), "-596523:14:08");
    }

    proptest! {
        #[test]
        fn calendars_agree_with_jiff(
            nanos: i64,
            name in prop::sample::select(vec!["Asia/Shanghai", "America/New_York", "Asia/Kathmandu", "UTC"]),
        ) {
            let tz = TimeZoneDatabase::bundled().get(name).unwrap();
            let theirs = jiff::Timestamp::from_nanosecond(i128::from(nanos)).unwrap().to_zoned(tz);
            let ours = zone(name).civil(Nanos(nanos));
            prop_assert_eq!(
                (ours.year, ours.month, ours.day, ours.hour, ours.minute, ours.second, ours.nanosecond),
                (
                    i32::from(theirs.year()), theirs.month() as u8, theirs.day() as u8, theirs.hour() as u8,
                    theirs.minute() as u8, theirs.second() as u8, theirs.subsec_nanosecond() as u32,
                )
            );
        }

        #[test]
        fn machine_text_and_weeks_agree_with_jiff(nanos: i64) {
            use crate::time::Period;
            let theirs = jiff::Timestamp::from_nanosecond(i128::from(nanos)).unwrap();
            let ours = Nanos(nanos);
            prop_assert_eq!(ours.to_string().parse::<jiff::Timestamp>().unwrap(), theirs);
            let utc = theirs.to_zoned(TimeZone::UTC);
            prop_assert_eq!(ours.period_name(Period::Week), utc.strftime("%G-W%V").to_string());
            prop_assert_eq!(ours.period_name(Period::Day), utc.strftime("%F").to_string());
            prop_assert_eq!(ours.period_name(Period::Month), utc.strftime("%Y-%m").to_string());
        }

        #[test]
        fn no_zone_is_too_odd(text in "\\PC{0,8}", like in "(UTC)?[+-]?[0-9:]{0,8}") {
            let _ = Zone::parse(&text);
            let _ = Zone::parse(&like);
        }
    }
}
