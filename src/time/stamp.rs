//! When a call was made or logged, from what logs write. It does not know under which name the value stood, and
//! knows no clock: a time that is unlikely is read all the same, and [`is_plausible`] says so.

use super::calendar_text::time_with_month_name;
use super::clock::{instant, read_clock, read_date, read_offset};
use super::decimal::Decimal;
use super::nanos::Nanos;
use super::zone::Zone;

/// 2010-01-01T00:00:00Z, before which no such response existed.
const PLAUSIBLE_FROM: Nanos = Nanos(1_262_304_000_000_000_000);
/// 2101-01-01T00:00:00Z, the end of the last plausible year.
const PLAUSIBLE_UNTIL: Nanos = Nanos(4_133_980_800_000_000_000);

/// Whether a time lies in the years 2010 to 2100 of UTC, both included: 2010-01-01T00:00:00Z is plausible,
/// 2101-01-01T00:00:00Z is not. An implausible time counts as none (SPEC 4).
#[must_use]
pub fn is_plausible(time: Nanos) -> bool {
    (PLAUSIBLE_FROM..PLAUSIBLE_UNTIL).contains(&time)
}

/// A time from a text: RFC 3339, the forms like it that logs use, dates with the English name of a month, or a number as
/// in [`time_from_number`].
///
/// - `Tue, 24 Nov 2026 02:41:00 GMT` is the form of RFC 1123, and `24/Nov/2026:10:41:07 +0800` that of the Common Log
///   Format. All else is about the other dates, or about both.
/// - The date is `YYYY-MM-DD` or `YYYY/MM/DD`, of a year 0000 to 9999, and must exist.
/// - Then a blank, `T` or `t`, and `HH:MM:SS`, hours to 23. A second 60 is taken at 23:59 UTC only, where leap
///   seconds are; all of it is read as the last nanosecond of its day, which keeps both order and day.
/// - A fraction after `.` or `,` has at least one digit; those beyond nanoseconds are dropped.
/// - The zone is `Z`, `UTC` or `GMT` (letters of either case), `+08:00`, `+0800` or `+08` (hours to 23, minutes to
///   59), with or without a blank before it; other names of zones, such as `CST`, are not readable. Without one, the clock is read in `zone`; a time that it shows twice is
///   the earlier one, and one that it skips is as much later as the clock was set forward.
///
/// None, which is unreadable, for anything else. A time beyond the range of [`Nanos`] becomes its end, which is not
/// plausible.
#[must_use]
pub fn time_from_text(text: &str, zone: &Zone) -> Option<Nanos> {
    let Some((days, rest)) = read_date(text.as_bytes()) else {
        return time_from_number(text).or_else(|| time_with_month_name(text.as_bytes(), zone));
    };
    let (clock, rest) = read_clock(rest)?;
    instant(days, clock, read_offset(rest)?, zone)
}

/// The time that a line of a log begins with, in one of the forms with a date in digits of [`time_from_text`], after a
/// bracket, a quote or the letter that Ruby's logger writes, and whether it names its zone. What follows is not looked at.
#[must_use]
pub fn time_at_start(line: &[u8], zone: &Zone) -> Option<(Nanos, bool)> {
    let line = match line {
        [b'A'..=b'Z', b',', b' ', b'[', rest @ ..] => rest,
        [b'[' | b'"' | b'(' | b'<', rest @ ..] => rest,
        _ => line,
    };
    let (days, rest) = read_date(line)?;
    let (clock, rest) = read_clock(rest)?;
    let token = |text: &[u8]| {
        let is_of_zone = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b':');
        text.iter().take_while(is_of_zone).count()
    };
    let (near, far) = (token(rest), rest.strip_prefix(b" ").map_or(0, token));
    let offset = match rest {
        [b' ', ..] if far > 0 => read_offset(rest.get(..=far)?).unwrap_or(None),
        _ => read_offset(rest.get(..near)?).unwrap_or(None),
    };
    Some((instant(days, clock, offset, zone)?, offset.is_some()))
}

/// A time from a number's text: seconds, milliseconds, microseconds or nanoseconds since 1970-01-01T00:00:00Z, when
/// it has up to 11, 14, 17 or more digits before its point (exponent counted in).
///
/// So each finer unit begins in 1973, and seconds reach beyond the range of [`Nanos`]. Exact; digits beyond nanoseconds are dropped. Every number of the JSON grammar (leading zeros allowed) is a time:
/// one beyond the range of [`Nanos`], as `1e400` is, becomes its end, which is not plausible, and neither is 0. None,
/// which is unreadable, for any other text.
#[must_use]
pub fn time_from_number(text: &str) -> Option<Nanos> {
    let number = Decimal::parse(text)?;
    let places = match number.digits_before_point() {
        ..=11 => 9,
        12..=14 => 6,
        15..=17 => 3,
        18.. => 0,
    };
    let end = if number.is_negative() { i64::MIN } else { i64::MAX };
    let Some(magnitude) = number.scaled(places) else {
        return Some(Nanos(end));
    };
    let signed = if number.is_negative() {
        0_i64.checked_sub_unsigned(magnitude)
    } else {
        0_i64.checked_add_unsigned(magnitude)
    };
    Some(Nanos(signed.unwrap_or(end)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn utc(text: &str) -> Option<Nanos> {
        time_from_text(text, &Zone::Utc)
    }

    fn shown(time: Option<Nanos>) -> String {
        time.map_or_else(|| "unreadable".to_owned(), |time| time.to_string())
    }

    #[test]
    fn reads_the_forms_of_logs() {
        for (text, expected) in [
            ("2026-11-24T01:02:03Z", "2026-11-24T01:02:03Z"),
            ("2026-11-24t01:02:03z", "2026-11-24T01:02:03Z"),
            ("2026-11-24 01:02:03", "2026-11-24T01:02:03Z"),
            ("2026/11/24 01:02:03", "2026-11-24T01:02:03Z"),
            ("2026/11/24T01:02:03Z", "2026-11-24T01:02:03Z"),
            ("2026-11-24T01:02:03.5Z", "2026-11-24T01:02:03.500Z"),
            ("2026-11-24 01:02:03,123", "2026-11-24T01:02:03.123Z"),
            ("2026-11-24 01:02:03,123456 +0800", "2026-11-23T17:02:03.123456Z"),
            ("2026-11-24T01:02:03.1234567899+08:00", "2026-11-23T17:02:03.123456789Z"),
            ("2026-11-24T01:02:03+0800", "2026-11-23T17:02:03Z"),
            ("2026-11-24T01:02:03+08", "2026-11-23T17:02:03Z"),
            ("2026-11-24T01:02:03-00:00", "2026-11-24T01:02:03Z"),
            ("2026-11-24T01:02:03-23:59", "2026-11-25T01:01:03Z"),
            ("2026-11-24 01:02:03 UTC", "2026-11-24T01:02:03Z"),
            ("2026-11-24 01:02:03 GMT", "2026-11-24T01:02:03Z"),
            ("2026-11-24 01:02:03UTC", "2026-11-24T01:02:03Z"),
            ("2026-11-24 01:02:03 Z", "2026-11-24T01:02:03Z"),
            ("2026-11-24 01:02:03 +08:00", "2026-11-23T17:02:03Z"),
            ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"),
            ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999999999Z"),
            ("2016-12-31T23:59:60.25Z", "2016-12-31T23:59:59.999999999Z"),
            ("2016-12-31T15:59:60-08:00", "2016-12-31T23:59:59.999999999Z"),
            ("2016-12-31T23:59:60-08:00", "unreadable"),
            ("2016-12-31T23:58:60Z", "unreadable"),
            ("2016-12-31T23:59:61Z", "unreadable"),
            ("0001-01-01T00:00:00Z", "1677-09-21T00:12:43.145224192Z"),
            ("0000-01-01T00:00:00+23:59", "1677-09-21T00:12:43.145224192Z"),
            ("9999-12-31T23:59:59-23:59", "2262-04-11T23:47:16.854775807Z"),
        ] {
            assert_eq!(shown(utc(text)), expected, "{text}");
        }
    }

    #[test]
    fn refuses_everything_else() {
        for text in [
            "",
            "-",
            "now",
            "2026-11-24",
            "2026-11-24T",
            "2026-11-24T01:02",
            "2026-11-24T01:02Z",
            "2026-02-30T01:02:03Z",
            "2026-02-29T01:02:03Z",
            "2026-13-01T01:02:03Z",
            "2026-00-01T01:02:03Z",
            "2026-11-00T01:02:03Z",
            "2026-11-24T24:00:00Z",
            "2026-11-24T01:60:03Z",
            "2026-11-24T01:02:03.Z",
            "2026-11-24T01:02:03.",
            "2026-11-24T01:02:03+",
            "2026-11-24T01:02:03+8",
            "2026-11-24T01:02:03+08:0",
            "2026-11-24T01:02:03+24:00",
            "2026-11-24T01:02:03+08:60",
            "2026-11-24T01:02:03+08:00:00",
            "2026-11-24T01:02:03 CST",
            "2026-11-24T01:02:03  Z",
            "2026-11-24T01:02:03 ",
            " 2026-11-24T01:02:03",
            "2026-11-24  01:02:03",
            "2026-11/24 01:02:03",
            "2026/11-24 01:02:03",
            "2026.11.24 01:02:03",
            "2026-11-24_01:02:03",
            "2026-11-24T01:02:03Zx",
            "2026-11-24T01-02-03Z",
            "2026-11-24T0１:02:03Z",
            "20261124T010203Z",
            "+2026-11-24T01:02:03Z",
            "-2026-11-24T01:02:03Z",
            "2026-11-24T+1:02:03Z",
            "1763946063,5",
            "1763946063s",
            "0x10",
            "1e",
            "NaN",
        ] {
            assert_eq!(utc(text), None, "{text}");
        }
    }

    #[test]
    fn reads_epochs_by_magnitude() {
        for (text, ns) in [
            ("1763946063", 1_763_946_063_000_000_000),
            ("1763946063.123", 1_763_946_063_123_000_000),
            ("1763946063.1234567899", 1_763_946_063_123_456_789),
            ("1763946063123", 1_763_946_063_123_000_000),
            ("1763946063123.4567899", 1_763_946_063_123_456_789),
            ("1763946063123456", 1_763_946_063_123_456_000),
            ("1763946063123456.7899", 1_763_946_063_123_456_789),
            ("1763946063123456789", 1_763_946_063_123_456_789),
            ("1763946063123456789.9", 1_763_946_063_123_456_789),
            ("1.763946063e9", 1_763_946_063_000_000_000),
            ("1.763946063123E+12", 1_763_946_063_123_000_000),
            ("17639460631230e-1", 1_763_946_063_123_000_000),
            ("99999999999", i64::MAX),
            ("100000000000", 100_000_000_000_000_000),
            ("99999999999999", i64::MAX),
            ("100000000000000", 100_000_000_000_000_000),
            ("100000000000000000", 100_000_000_000_000_000),
            ("9223372036854775807", i64::MAX),
            ("9223372036854775808", i64::MAX),
            ("-9223372036854775808", i64::MIN),
            ("-9223372036854775809", i64::MIN),
            ("9223372036.854775807", i64::MAX),
            ("9223372036.854775806", i64::MAX - 1),
            ("1e400", i64::MAX),
            ("-1e400", i64::MIN),
            ("1e-400", 0),
            ("0", 0),
            ("-0", 0),
            ("-1", -1_000_000_000),
            ("-1.0000000005", -1_000_000_000),
            ("123e-5", 1_230_000),
            ("2026", 2_026_000_000_000),
        ] {
            assert_eq!(time_from_number(text), Some(Nanos(ns)), "{text}");
            assert_eq!(utc(text), Some(Nanos(ns)), "{text} as text");
        }
    }

    #[test]
    fn reads_clocks_without_zone_in_the_zone_given() {
        for (zone, text, expected) in [
            ("+08:00", "2026-11-24 09:02:03", "2026-11-24T01:02:03Z"),
            ("+08:00", "2026-11-24 09:02:03Z", "2026-11-24T09:02:03Z"),
            ("+08:00", "1795482123", "2026-11-24T01:02:03Z"),
            ("+08:00", "2017-01-01 07:59:60", "2016-12-31T23:59:59.999999999Z"),
            ("Asia/Shanghai", "2026-11-24 09:02:03.5", "2026-11-24T01:02:03.500Z"),
            ("Asia/Shanghai", "2017-01-01 07:59:60", "2016-12-31T23:59:59.999999999Z"),
            ("Asia/Shanghai", "0000-01-01 00:00:00", "1677-09-21T00:12:43.145224192Z"),
            ("Asia/Shanghai", "9999-12-31 23:59:59", "2262-04-11T23:47:16.854775807Z"),
            ("America/New_York", "2026-07-01 12:00:00", "2026-07-01T16:00:00Z"),
            ("America/New_York", "2026-03-08 01:59:59", "2026-03-08T06:59:59Z"),
            ("America/New_York", "2026-03-08 02:30:00", "2026-03-08T07:30:00Z"),
            ("America/New_York", "2026-03-08 03:00:00", "2026-03-08T07:00:00Z"),
            ("America/New_York", "2026-11-01 01:30:00", "2026-11-01T05:30:00Z"),
            ("America/New_York", "2026-11-01 02:00:00", "2026-11-01T07:00:00Z"),
        ] {
            let zone = Zone::parse(zone).unwrap();
            assert_eq!(shown(time_from_text(text, &zone)), expected, "{text} in {zone:?}");
        }
    }

    #[test]
    fn plausible_years_are_2010_to_2100() {
        for (text, plausible) in [
            ("2009-12-31T23:59:59.999999999Z", false),
            ("2010-01-01T00:00:00Z", true),
            ("2100-12-31T23:59:59.999999999Z", true),
            ("2101-01-01T00:00:00Z", false),
            ("0", false),
            ("1e400", false),
            ("-1e400", false),
            ("20261124010203", false),
        ] {
            assert_eq!(is_plausible(utc(text).unwrap()), plausible, "{text}");
        }
    }

    proptest! {
        #[test]
        fn reads_what_is_shown(nanos: i64) {
            prop_assert_eq!(utc(&Nanos(nanos).to_string()), Some(Nanos(nanos)));
        }

        #[test]
        fn reads_what_people_are_shown(nanos: i64, offset_minutes in -1_439_i32..=1_439) {
            let zone = Zone::Fixed(offset_minutes * 60);
            prop_assert_eq!(utc(&zone.show(Nanos(nanos))), Some(Nanos(nanos)));
        }

        #[test]
        fn agrees_with_jiff(
            (year, month, day) in (1_700_i16..2_262, 0_i8..14, 0_i8..33),
            (hour, minute, second) in (0_i8..25, 0_i8..61, 0_i8..60),
            nanosecond in 0_u32..1_000_000_000,
            name in prop::sample::select(vec!["America/New_York", "Asia/Shanghai", "Australia/Lord_Howe"]),
        ) {
            let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{nanosecond:09}");
            let theirs = jiff::civil::DateTime::new(year, month, day, hour, minute, second, nanosecond as i32).ok();
            for zone in ["UTC", "+08:00", name] {
                let ours = time_from_text(&text, &Zone::parse(zone).unwrap());
                let tz = jiff::tz::TimeZoneDatabase::bundled()
                    .get(zone)
                    .unwrap_or_else(|_| jiff::tz::TimeZone::fixed(jiff::tz::offset(8)));
                let theirs = theirs.map(|clock| {
                    let instant = tz.to_ambiguous_timestamp(clock).compatible().unwrap();
                    Nanos(i64::try_from(instant.as_nanosecond()).unwrap())
                });
                prop_assert_eq!(ours, theirs, "{} in {}", &text, zone);
            }
        }

        #[test]
        fn sorts_as_its_text_does(
            a in -62_167_219_200_i64..253_402_200_000,
            b in -62_167_219_200_i64..253_402_200_000,
        ) {
            let time = |seconds: i64| utc(&jiff::Timestamp::from_second(seconds).unwrap().to_string());
            let (early, late) = (time(a.min(b)), time(a.max(b)));
            prop_assert!(early.is_some() && early <= late);
        }

        #[test]
        fn epochs_of_every_unit_agree(ns in 1_262_304_000_000_000_000_i64..4_133_980_800_000_000_000) {
            for (unit, width) in [(1_000_000_000, 9), (1_000_000, 6), (1_000, 3)] {
                let text = format!("{}.{:0width$}", ns / unit, ns % unit);
                prop_assert_eq!(time_from_number(&text), Some(Nanos(ns)));
            }
            prop_assert_eq!(time_from_number(&ns.to_string()), Some(Nanos(ns)));
            prop_assert!(is_plausible(Nanos(ns)));
        }

        #[test]
        fn no_text_is_too_odd(
            text in "\\PC{0,40}",
            like in "[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}[ Tt_][0-9]{2}:[0-9]{2}:[0-9]{2}([.,][0-9]{0,12})?[ Zz+0-9:-]{0,7}",
            cut in 0_usize..30,
        ) {
            for zone in [Zone::Utc, Zone::Fixed(i32::MIN), Zone::Fixed(i32::MAX)] {
                let _ = time_from_text(&text, &zone);
                let _ = time_from_text(&like, &zone);
                let _ = time_from_text(&like[..cut.min(like.len())], &zone);
            }
        }
    }
}
