//! Durations as clocks show them (`00:00:00.231`) and as ISO 8601 writes them (`PT0.231S`).

use super::digits::Digits;

const NS_PER_SECOND: u64 = 1_000_000_000;
const SECONDS_PER_DAY: u64 = 86_400;

/// A duration in nanoseconds as a clock shows it: `[d.]h:mm:ss[.f]`, as .NET and Python write it. Hours have one or two
/// digits and are at most 23 with days in front of them; minutes and seconds have two digits and are at most 59; digits
/// beyond nanoseconds are dropped. None for all else, and above `u64` nanoseconds.
pub(super) fn duration_from_clock(text: &[u8]) -> Option<u64> {
    let (first, rest) = whole(text)?;
    let (days, hours, rest) = match rest.strip_prefix(b".") {
        Some(rest) => {
            let (hours, after) = whole(rest).filter(|&(hours, _)| hours < 24)?;
            (first, hours, in_digits(rest, after, 1..=2)?)
        }
        None => (0, first, in_digits(text, rest, 1..=2)?),
    };
    let (minutes, rest) = sixtieths(rest.strip_prefix(b":")?)?;
    let (seconds, rest) = sixtieths(rest.strip_prefix(b":")?)?;
    let nanoseconds = match rest {
        [] => 0,
        [b'.' | b',', fraction @ ..] => nanoseconds(fraction).filter(|(_, rest)| rest.is_empty())?.0,
        _ => return None,
    };
    let seconds = hours * 3_600 + minutes * 60 + seconds;
    days.checked_mul(SECONDS_PER_DAY)?.checked_add(seconds)?.checked_mul(NS_PER_SECOND)?.checked_add(nanoseconds)
}

/// A duration in nanoseconds as ISO 8601 writes it, of days, hours, minutes and seconds, in this order and each at most
/// once: `PT0.231S`, `PT2M3.5S`, `P1DT2H`. A day has 24 hours, only seconds have a fraction, letters are of either case;
/// digits beyond nanoseconds are dropped. None for all else, years, months, weeks and signs included, and above `u64`
/// nanoseconds.
pub(super) fn duration_from_iso(text: &[u8]) -> Option<u64> {
    let [b'P' | b'p', rest @ ..] = text else { return None };
    let mut rest = rest;
    let mut total_ns = 0_u64;
    let mut larger_s = u64::MAX;
    let mut is_time = false;
    loop {
        if let [b'T' | b't', after @ ..] = rest
            && !is_time
        {
            is_time = true;
            rest = after;
        }
        let (count, after) = whole(rest)?;
        let (fraction_ns, after) = match after {
            [b'.' | b',', fraction @ ..] => {
                let (fraction_ns, after) = nanoseconds(fraction)?;
                (Some(fraction_ns), after)
            }
            _ => (None, after),
        };
        let (unit, after) = after.split_first()?;
        let unit_s = match (unit.to_ascii_uppercase(), is_time) {
            (b'D', false) => SECONDS_PER_DAY,
            (b'H', true) => 3_600,
            (b'M', true) => 60,
            (b'S', true) => 1,
            _ => return None,
        };
        if unit_s >= larger_s || (fraction_ns.is_some() && unit_s > 1) {
            return None;
        }
        larger_s = unit_s;
        let part_ns = count.checked_mul(unit_s)?.checked_mul(NS_PER_SECOND)?;
        total_ns = total_ns.checked_add(part_ns)?.checked_add(fraction_ns.unwrap_or(0))?;
        if after.is_empty() {
            return Some(total_ns);
        }
        rest = after;
    }
}

/// The digits that a text begins with, at least one, as a number, and what follows them.
fn whole(text: &[u8]) -> Option<(u64, &[u8])> {
    let mut rest = text;
    let mut number = 0_u64;
    while let [digit @ b'0'..=b'9', after @ ..] = rest {
        number = number.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
        rest = after;
    }
    (rest.len() < text.len()).then_some((number, rest))
}

/// What follows the digits that a text begins with, when they are as many.
fn in_digits<'t>(text: &[u8], rest: &'t [u8], count: std::ops::RangeInclusive<usize>) -> Option<&'t [u8]> {
    count.contains(&(text.len() - rest.len())).then_some(rest)
}

/// Two digits of a number below 60, and what follows them.
fn sixtieths(text: &[u8]) -> Option<(u64, &[u8])> {
    let (number, rest) = whole(text).filter(|&(number, _)| number < 60)?;
    Some((number, in_digits(text, rest, 2..=2)?))
}

/// Nanoseconds from the digits after a point, at least one, and what follows them.
fn nanoseconds(text: &[u8]) -> Option<(u64, &[u8])> {
    let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = text.split_at_checked(count)?;
    let ninth = digits.get(8).map_or(0, |digit| digit - b'0');
    let nanoseconds = Digits::leading(digits).fraction() * 10 + u32::from(ninth);
    (count > 0).then_some((u64::from(nanoseconds), rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::duration_from_text;
    use proptest::prelude::*;

    #[test]
    fn reads_clocks_and_iso_8601() {
        for (text, ms) in [
            ("00:00:00.231", Some(231.0)),
            ("0:00:00.231000", Some(231.0)),
            ("00:00:00,5", Some(500.0)),
            ("00:00:00.2314567", Some(231.4567)),
            ("00:02:03", Some(123_000.0)),
            ("1.02:03:04.5", Some(93_784_500.0)),
            ("99:59:59", Some(359_999_000.0)),
            ("1.24:00:00", None),
            ("-00:00:01", None),
            ("00:00", None),
            ("00:60:00", None),
            ("00:00:60", None),
            ("0:0:0", None),
            ("000:00:00", None),
            ("00:00:00.", None),
            ("00:00:00.5s", None),
            ("00:00:00.5 ", None),
            ("00:00:00:00", None),
            (":00:00", None),
            ("1 day, 0:00:00", None),
            ("1..00:00:00", None),
            ("213504.00:00:00", None),
            ("99999999999999999999.00:00:00", None),
            ("PT0.231S", Some(231.0)),
            ("pt0,231s", Some(231.0)),
            ("PT0S", Some(0.0)),
            ("PT2M3.5S", Some(123_500.0)),
            ("PT1H", Some(3_600_000.0)),
            ("PT36H", Some(129_600_000.0)),
            ("P1DT2H3M4S", Some(93_784_000.0)),
            ("P1D", Some(86_400_000.0)),
            ("PT-0.231S", None),
            ("-PT0.231S", None),
            ("PT", None),
            ("P", None),
            ("P1DT", None),
            ("PT1D", None),
            ("P1H", None),
            ("P1M", None),
            ("P1W", None),
            ("P1Y", None),
            ("PT1S1M", None),
            ("PT1M1M", None),
            ("PT0.5M", None),
            ("PT.5S", None),
            ("PT5.S", None),
            ("PTT5S", None),
            ("P1DTT5S", None),
            ("PT1MT5S", None),
            ("PT5", None),
            ("PT5S ", None),
            ("PT18446744074S", None),
            ("PT99999999999999999999S", None),
        ] {
            let read = duration_from_text(text, None).map(crate::time::milliseconds);
            assert_eq!(read, ms, "{text}");
        }
        assert_eq!(duration_from_text("PT18446744073.709551615S", None), Some(u64::MAX));
        assert_eq!(duration_from_text("PT18446744073.709551616S", None), None);
        assert_eq!(duration_from_text("213503.23:34:33.709551615999", None), Some(u64::MAX));
    }

    proptest! {
        #[test]
        fn all_forms_read_back(ns in 0_u64..8_640_000_000_000_000, beyond in "[0-9]{0,3}") {
            let (seconds, fraction) = (ns / NS_PER_SECOND, ns % NS_PER_SECOND);
            let (days, hours) = (seconds / SECONDS_PER_DAY, seconds / 3_600 % 24);
            let (minutes, seconds) = (seconds / 60 % 60, seconds % 60);
            for text in [
                format!("{days}.{hours:02}:{minutes:02}:{seconds:02}.{fraction:09}{beyond}"),
                format!("P{days}DT{hours}H{minutes}M{seconds}.{fraction:09}{beyond}S"),
                format!("{}", jiff::SignedDuration::from_nanos(ns as i64)),
            ] {
                prop_assert_eq!(duration_from_text(&text, None), Some(ns), "{}", text);
            }
            let ns = ns % (SECONDS_PER_DAY * NS_PER_SECOND);
            let text = format!("{hours}:{minutes:02}:{seconds:02},{fraction:09}{beyond}");
            prop_assert_eq!(duration_from_text(&text, None), Some(ns), "{}", text);
        }

        #[test]
        fn no_text_is_too_odd(
            text in "\\PC{0,12}",
            like in "[Pp]?[T0-9.]{0,22}[DHMS:]{0,2}([0-9.,]{0,22}[:HMS]?){0,3}",
            cut in 0_usize..30,
        ) {
            for text in [&text[..], &like[..], &like[..cut.min(like.len())]] {
                let _ = duration_from_text(text, None);
                let _ = duration_from_clock(text.as_bytes());
                let _ = duration_from_iso(text.as_bytes());
            }
        }
    }
}
