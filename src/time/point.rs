//! Points in time that people type (`--since`, `--until`, `--now`). It knows no clock: now comes in as an argument.

use std::fmt;

use super::clock::{Clock, instant, read_date, read_offset, two_digits};
use super::nanos::Nanos;
use super::stamp::time_from_text;
use super::zone::Zone;

/// A text that is not a point in time; shown with what is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoPointInTime {
    /// What was typed.
    pub text: String,
}

impl fmt::Display for NoPointInTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} is not a point in time; expected 2026-11-24T01:00:00+08:00 (RFC 3339), 2026-11-24 (a date), \
             '2026-11-24 01:00' (a time without zone), 10:30 (today), or 30m, 24h, 7d (before now; s, m, h, d, w)",
            self.text
        )
    }
}

impl std::error::Error for NoPointInTime {}

/// A point in time from what a person types.
///
/// - A date and a time of day as in [`time_from_text`], the seconds may be left out (`2026-11-24T01:00+08:00`).
/// - A date alone is its first moment in `zone`; so `--until` with a date leaves that day out.
/// - A time of day alone (`10:30`, `10:30:15`) is that of the date that clocks of `zone` show at `now`.
/// - A span as in [`relative`] is that long before `now`.
///
/// Bare numbers are refused, since minutes or an epoch may be meant. Times beyond the range of [`Nanos`] become its
/// ends.
///
/// # Errors
///
/// [`NoPointInTime`] for anything else, dates that do not exist included.
pub fn point_in_time(text: &str, now: Nanos, zone: &Zone) -> Result<Nanos, NoPointInTime> {
    let found = if read_date(text.as_bytes()).is_some() {
        time_from_text(text, zone).or_else(|| without_seconds(text.as_bytes(), zone))
    } else if is_time_of_day(text) {
        let today = zone.civil(now);
        let text = format!("{:04}-{:02}-{:02}T{text}", today.year, today.month, today.day);
        time_from_text(&text, zone).or_else(|| without_seconds(text.as_bytes(), zone))
    } else {
        relative(text).map(|span_ns| Nanos(now.0.saturating_sub_unsigned(span_ns)))
    };
    found.ok_or_else(|| NoPointInTime { text: text.to_owned() })
}

/// Whether what a text means depends on when it is read: a span, or a time of day.
#[must_use]
pub fn depends_on_now(text: &str) -> bool {
    relative(text).is_some() || is_time_of_day(text)
}

fn is_time_of_day(text: &str) -> bool {
    text.contains(':') && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b':')
}

/// A span in nanoseconds from whole numbers of weeks, days, hours, minutes and seconds: `90s`, `30m`, `24h`, `7d`,
/// `2w`, or several from the largest unit down, each at most once: `1h30m`.
///
/// Letters are lower-case, a day has 24 hours. None for anything else, and above `u64` nanoseconds (584 years).
#[must_use]
pub fn relative(text: &str) -> Option<u64> {
    let mut rest = text.as_bytes();
    let mut total_s = 0_u64;
    let mut larger_s = u64::MAX;
    while !rest.is_empty() {
        let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, behind) = rest.split_at(length);
        let (&unit, behind) = behind.split_first()?;
        let unit_s = match unit {
            b's' => 1,
            b'm' => 60,
            b'h' => 3_600,
            b'd' => 86_400,
            b'w' => 604_800,
            _ => return None,
        };
        if digits.is_empty() || unit_s >= larger_s {
            return None;
        }
        let mut count = 0_u64;
        for digit in digits {
            count = count.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
        }
        total_s = total_s.checked_add(count.checked_mul(unit_s)?)?;
        larger_s = unit_s;
        rest = behind;
    }
    if text.is_empty() { None } else { total_s.checked_mul(1_000_000_000) }
}

/// A date alone, or with hours and minutes: only people write that, logs do not.
fn without_seconds(text: &[u8], zone: &Zone) -> Option<Nanos> {
    let (days, rest) = read_date(text)?;
    let midnight = Clock { second_of_day: 0, nanosecond: 0, leap: false };
    if rest.is_empty() {
        return instant(days, midnight, None, zone);
    }
    let (&[between, h1, h2, colon, m1, m2], rest) = rest.split_first_chunk()?;
    let (hour, minute) = (two_digits(h1, h2)?, two_digits(m1, m2)?);
    if !matches!(between, b' ' | b'T' | b't') || colon != b':' || hour > 23 || minute > 59 {
        return None;
    }
    let clock = Clock { second_of_day: i64::from(hour) * 3_600 + i64::from(minute) * 60, ..midnight };
    instant(days, clock, read_offset(rest)?, zone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_spans() {
        for (text, seconds) in [
            ("90s", Some(90)),
            ("30m", Some(1_800)),
            ("24h", Some(86_400)),
            ("7d", Some(604_800)),
            ("2w", Some(1_209_600)),
            ("0s", Some(0)),
            ("007d", Some(604_800)),
            ("1h30m", Some(5_400)),
            ("1w2d3h4m5s", Some(788_645)),
            ("18446744073s", Some(18_446_744_073)),
            ("18446744074s", None),
            ("99999999999999999999s", None),
            ("30m1h", None),
            ("1h1h", None),
            ("", None),
            ("30", None),
            ("m", None),
            ("1h30", None),
            ("1.5h", None),
            ("-1h", None),
            ("+1h", None),
            ("1M", None),
            ("1y", None),
            ("1 h", None),
            ("1h ", None),
            ("１h", None),
        ] {
            assert_eq!(relative(text), seconds.map(|seconds: u64| seconds * 1_000_000_000), "{text}");
        }
    }

    #[test]
    fn reads_points_in_time() {
        let now = time_from_text("2026-11-24T03:20:00Z", &Zone::Utc).unwrap();
        for (zone, text, expected) in [
            ("UTC", "30m", "2026-11-24T02:50:00Z"),
            ("UTC", "24h", "2026-11-23T03:20:00Z"),
            ("+08:00", "7d", "2026-11-17T03:20:00Z"),
            ("UTC", "01:00", "2026-11-24T01:00:00Z"),
            ("UTC", "10:30:15", "2026-11-24T10:30:15Z"),
            ("-05:00", "10:30", "2026-11-23T15:30:00Z"),
            ("UTC", "18446744073s", "1677-09-21T00:12:43.145224192Z"),
            ("UTC", "2026-11-24", "2026-11-24T00:00:00Z"),
            ("UTC", "2026/11/24", "2026-11-24T00:00:00Z"),
            ("+08:00", "2026-11-24", "2026-11-23T16:00:00Z"),
            ("Asia/Shanghai", "2026-11-24", "2026-11-23T16:00:00Z"),
            // Clocks were set from 00:00 to 01:00 on this day.
            ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"),
            ("+08:00", "2026-11-24 01:00", "2026-11-23T17:00:00Z"),
            ("+08:00", "2026-11-24T01:00", "2026-11-23T17:00:00Z"),
            ("UTC", "2026-11-24T01:00+08:00", "2026-11-23T17:00:00Z"),
            ("+08:00", "2026-11-24T01:00Z", "2026-11-24T01:00:00Z"),
            ("+08:00", "2026-11-24 01:02:03.5", "2026-11-23T17:02:03.500Z"),
            ("UTC", "2026-11-24T01:02:03-05:00", "2026-11-24T06:02:03Z"),
            ("UTC", "2026-11-24 01:02:03 +08:00", "2026-11-23T17:02:03Z"),
        ] {
            let zone = Zone::parse(zone).unwrap();
            assert_eq!(point_in_time(text, now, &zone).unwrap().to_string(), expected, "{text} in {zone:?}");
        }
        for text in [
            "",
            "now",
            "yesterday",
            "30",
            "1763946063",
            "1:00",
            "01:00:",
            "24:00",
            "01:00Z",
            "2026-11",
            "2026-02-30",
            "2026-11-24T",
            "2026-11-24T1:00",
            "2026-11-24T24:00",
            "2026-11-24T01:60",
            "2026-11-24T01:00.5",
            "2026-11-24Z",
            "2026-11-24 01",
            "-30m",
        ] {
            assert!(point_in_time(text, now, &Zone::Utc).is_err(), "{text}");
        }
        let refused = point_in_time("1\u{1b}[2J", now, &Zone::Utc).unwrap_err().to_string();
        assert!(refused.starts_with("\"1\\u{1b}[2J\" is not a point in time; expected "), "{refused}");
    }

    proptest! {
        #[test]
        fn reads_what_is_shown(nanos: i64, now: i64) {
            for zone in [Zone::Utc, Zone::Fixed(28_800), Zone::Fixed(-12_600)] {
                prop_assert_eq!(point_in_time(&Nanos(nanos).to_string(), Nanos(now), &zone), Ok(Nanos(nanos)));
                prop_assert_eq!(point_in_time(&zone.show(Nanos(nanos)), Nanos(now), &zone), Ok(Nanos(nanos)));
            }
        }

        #[test]
        fn longer_spans_lie_further_back(a in 0_u64..1 << 40, b in 0_u64..1 << 40, now: i64) {
            let at = |seconds: u64| point_in_time(&format!("{seconds}s"), Nanos(now), &Zone::Utc);
            if let (Ok(later), Ok(earlier)) = (at(a.min(b)), at(a.max(b))) {
                prop_assert!(later >= earlier);
            }
        }

        #[test]
        fn no_text_is_too_odd(text in "\\PC{0,30}", like in "[0-9wdhms]{0,24}", now: i64) {
            let _ = point_in_time(&text, Nanos(now), &Zone::Utc);
            let _ = point_in_time(&like, Nanos(now), &Zone::Utc);
        }
    }
}
