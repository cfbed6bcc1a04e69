//! Dates with the English name of a month: `Tue, 24 Nov 2026 02:41:00 GMT` (RFC 1123) and `24/Nov/2026:10:41:07 +0800`
//! (the Common Log Format of Apache and nginx).

use super::clock::{instant, read_offset, read_time_of_day, two_digits};
use super::nanos::{Nanos, days_from_date};
use super::zone::Zone;

const MONTHS: [&[u8]; 12] =
    [b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"];
const WEEKDAYS: [&[u8]; 7] = [b"mon", b"tue", b"wed", b"thu", b"fri", b"sat", b"sun"];

/// A time in one of the two forms; letters are of either case, the day has one or two digits, the weekday of RFC 1123 is
/// optional and need not be that of the date. Times of day, fractions and zones are those of
/// [`time_from_text`](super::time_from_text).
pub(super) fn time_with_month_name(text: &[u8], zone: &Zone) -> Option<Nanos> {
    let rest = match text {
        [a, b, c, b',', b' ', rest @ ..] => {
            place_of([*a, *b, *c], &WEEKDAYS)?;
            rest
        }
        _ => text,
    };
    let (day, rest) = read_day(rest)?;
    let (&[before_month, a, b, c, after_month], rest) = rest.split_first_chunk()?;
    let month = place_of([a, b, c], &MONTHS)? + 1;
    let (&[y1, y2, y3, y4, between], rest) = rest.split_first_chunk()?;
    let is_form = match (before_month, after_month, between) {
        (b' ', b' ', b' ') => true,
        // Without a weekday.
        (b'/', b'/', b':') => text.first().is_some_and(u8::is_ascii_digit),
        _ => false,
    };
    if !is_form {
        return None;
    }
    let year = i32::from(two_digits(y1, y2)?) * 100 + i32::from(two_digits(y3, y4)?);
    let days = days_from_date(year, month, day)?;
    let (clock, rest) = read_time_of_day(rest)?;
    instant(days, clock, read_offset(rest)?, zone)
}

/// The day that a text begins with, and what follows.
fn read_day(text: &[u8]) -> Option<(u8, &[u8])> {
    let (&[first, second], rest) = text.split_first_chunk()?;
    if second.is_ascii_digit() {
        return Some((two_digits(first, second)?, rest));
    }
    Some((two_digits(b'0', first)?, text.get(1..)?))
}

/// The place of a name in a list.
fn place_of(name: [u8; 3], names: &[&[u8]]) -> Option<u8> {
    let place = names.iter().position(|it| name.eq_ignore_ascii_case(it))?;
    u8::try_from(place).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::time_from_text;
    use proptest::prelude::*;

    #[test]
    fn reads_both_forms() {
        for (text, expected) in [
            ("Tue, 24 Nov 2026 02:41:00 GMT", Some("2026-11-24T02:41:00Z")),
            ("Tue, 24 Nov 2026 02:41:00 UTC", Some("2026-11-24T02:41:00Z")),
            ("Tue, 24 Nov 2026 10:41:00 +0800", Some("2026-11-24T02:41:00Z")),
            ("tue, 24 NOV 2026 02:41:00.5 gmt", Some("2026-11-24T02:41:00.500Z")),
            ("24 Nov 2026 02:41:00 GMT", Some("2026-11-24T02:41:00Z")),
            ("Sun, 1 Nov 2026 02:41:00 GMT", Some("2026-11-01T02:41:00Z")),
            ("Mon, 24 Nov 2026 02:41:00 GMT", Some("2026-11-24T02:41:00Z")),
            ("Tue, 24 Nov 2026 10:41:00", Some("2026-11-24T02:41:00Z")),
            ("24/Nov/2026:10:41:07 +0800", Some("2026-11-24T02:41:07Z")),
            ("24/nov/2026:10:41:07.25 +08:00", Some("2026-11-24T02:41:07.250Z")),
            ("24/Nov/2026:10:41:07", Some("2026-11-24T02:41:07Z")),
            ("1/Nov/2026:02:41:07 Z", Some("2026-11-01T02:41:07Z")),
            ("31/Dec/2016:23:59:60 +0000", Some("2016-12-31T23:59:59.999999999Z")),
            ("Tue, 24 Nov 2026 02:41:00 CST", None),
            ("Tue, 24 Nov 2026 02:41:00 EST", None),
            ("Tue,24 Nov 2026 02:41:00 GMT", None),
            ("Xxx, 24 Nov 2026 02:41:00 GMT", None),
            ("Tuesday, 24 Nov 2026 02:41:00 GMT", None),
            ("Tue, 24-Nov-26 02:41:00 GMT", None),
            ("Tue, 24 Nov 26 02:41:00 GMT", None),
            ("Tue Nov 24 02:41:00 2026", None),
            ("Tue, 31 Nov 2026 02:41:00 GMT", None),
            ("Tue, 0 Nov 2026 02:41:00 GMT", None),
            ("Tue, 24/Nov/2026:02:41:00 GMT", None),
            ("24/Nov 2026:02:41:00 GMT", None),
            ("24/Nov/2026 02:41:00 GMT", None),
            ("24/11/2026:02:41:00 +0000", None),
            ("[24/Nov/2026:10:41:07 +0800]", None),
            ("24/Nov/2026:24:00:00 +0000", None),
            ("24/Nov/2026:10:41 +0000", None),
            ("/Nov/2026:10:41:07 +0000", None),
            ("24/Növ/2026:10:41:07 +0000", None),
        ] {
            let zone = Zone::Fixed(28_800);
            let shown = time_from_text(text, &zone).map(|time| time.to_string());
            assert_eq!(shown.as_deref(), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn reads_what_jiff_writes(second in 0_i64..4_133_980_800, offset_minutes in -1_439_i32..=1_439) {
            let offset = jiff::tz::Offset::from_seconds(offset_minutes * 60).unwrap();
            let time = jiff::Timestamp::from_second(second).unwrap().to_zoned(offset.to_time_zone());
            let expected = Some(Nanos::from_seconds(second, 0));
            for form in ["%a, %d %b %Y %H:%M:%S %z", "%a, %-d %b %Y %H:%M:%S %:z", "%d/%b/%Y:%H:%M:%S %z"] {
                let text = time.strftime(form).to_string();
                prop_assert_eq!(time_from_text(&text, &Zone::Utc), expected, "{}", text);
                let without_zone = text.rsplit_once(' ').unwrap().0;
                prop_assert_eq!(time_from_text(without_zone, &Zone::Fixed(offset_minutes * 60)), expected);
            }
            let utc = time.with_time_zone(jiff::tz::TimeZone::UTC).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
            prop_assert_eq!(time_from_text(&utc, &Zone::Fixed(60)), expected);
        }

        #[test]
        fn no_text_is_too_odd(
            text in "\\PC{0,40}",
            like in "(Tue, )?[0-9]{0,2}[ /](Nov|Fev)[ /][0-9]{3,4}[: ][0-9]{2}:[0-9]{2}:[0-9]{2} ?[ZGMT+0-9:]{0,6}",
            cut in 0_usize..30,
        ) {
            let _ = time_from_text(&text, &Zone::Utc);
            let _ = time_from_text(&like, &Zone::Utc);
            let _ = time_from_text(&like[..cut.min(like.len())], &Zone::Utc);
        }
    }
}
