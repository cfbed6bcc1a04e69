//! How long a call took, from what logs write. It does not know under which name the value stood, except for the
//! unit that the name gave.

use super::decimal::{Decimal, plain_scaled};
use super::duration_forms::{duration_from_clock, duration_from_iso};

/// What a bare number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// Nanoseconds.
    Ns,
    /// Microseconds.
    Us,
    /// Milliseconds: what a number counts that stands without any unit.
    Ms,
    /// Seconds.
    S,
}

impl Unit {
    /// Every unit, the smallest first.
    pub const ALL: [Self; 4] = [Self::Ns, Self::Us, Self::Ms, Self::S];

    /// The usual sign of the unit, in ASCII.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ns => "ns",
            Self::Us => "us",
            Self::Ms => "ms",
            Self::S => "s",
        }
    }

    /// Reads `ns`, `nanos`, `us`, `µs`, `micros`, `ms`, `millis`, `msec`, `milliseconds`, `s`, `sec`, `secs` or `seconds`,
    /// as it stands after a pointer or a number; letters of either case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        const SPELLINGS: [(&str, Unit); 14] = [
            ("ms", Unit::Ms),
            ("s", Unit::S),
            ("us", Unit::Us),
            // U+00B5 MICRO SIGN, as Go writes it, and U+03BC GREEK SMALL LETTER MU, as keyboards do.
            ("\u{b5}s", Unit::Us),
            ("\u{3bc}s", Unit::Us),
            ("ns", Unit::Ns),
            ("nanos", Unit::Ns),
            ("micros", Unit::Us),
            ("millis", Unit::Ms),
            ("msec", Unit::Ms),
            ("milliseconds", Unit::Ms),
            ("sec", Unit::S),
            ("secs", Unit::S),
            ("seconds", Unit::S),
        ];
        SPELLINGS.iter().find(|(spelling, _)| text.eq_ignore_ascii_case(spelling)).map(|&(_, unit)| unit)
    }

    /// The power of ten that makes nanoseconds of it.
    const fn places(self) -> u32 {
        match self {
            Self::Ns => 0,
            Self::Us => 3,
            Self::Ms => 6,
            Self::S => 9,
        }
    }
}

/// The longest duration that a number without a unit is read as, in nanoseconds: 900,000 ms. No call takes a quarter of
/// an hour, so that a larger number counts something smaller than milliseconds.
const BARE_NS_MAX: u64 = 900_000_000_000;

/// A duration in nanoseconds from a number's text in a unit, exactly; digits beyond nanoseconds are dropped. Without a
/// unit it counts milliseconds, and is unreadable above 900,000 of them.
///
/// None, which is unreadable, also for what is below zero (`-0` is not), above `u64` nanoseconds (584 years), or no
/// number of the JSON grammar; leading zeros are allowed.
#[must_use]
pub fn duration_from_number(text: &str, unit: Option<Unit>) -> Option<u64> {
    let places = unit.unwrap_or(Unit::Ms).places();
    match plain_scaled(text.as_bytes(), places) {
        Some(ns) => is_in_bounds(ns, unit).then_some(ns),
        None => in_ns(&Decimal::parse(text)?, unit),
    }
}

/// A duration in nanoseconds from a text: a number as in [`duration_from_number`] (`12.5`), a number with a unit (`1.5s`,
/// `120ms`, `15 µs`, `2sec`), as Go writes it (`1m30.5s`, `1h0m2s`), as a clock shows it (`00:00:00.231`, also
/// `d.hh:mm:ss`), or as ISO 8601 writes it (`PT0.231S`, with days, hours, minutes and seconds).
///
/// One blank may stand between a number and its unit, which is one of [`Unit::parse`]; letters are of either case. Of Go's
/// form hours (`h`) and minutes (`m`, `min`) are whole numbers, each unit at most once and the larger first. Limits are
/// those of [`duration_from_number`]; a unit in the text goes before the one that is given.
#[must_use]
pub fn duration_from_text(text: &str, unit: Option<Unit>) -> Option<u64> {
    let bytes = text.as_bytes();
    match bytes.first()? {
        b'P' | b'p' => duration_from_iso(bytes),
        _ => duration_in_units(text, unit).or_else(|| duration_from_clock(bytes)),
    }
}

fn duration_in_units(text: &str, default: Option<Unit>) -> Option<u64> {
    let mut rest = text.as_bytes();
    let mut total_ns = 0_u64;
    // The unit of the part before; each part has a smaller one, so there are few.
    let mut larger_ns = u64::MAX;
    loop {
        let (number, behind) = Decimal::parse_prefix(rest)?;
        if behind.is_empty() {
            // Only a number that stands alone may go without a unit.
            return if larger_ns == u64::MAX { in_ns(&number, default) } else { None };
        }
        let unit_text = behind.strip_prefix(b" ").unwrap_or(behind);
        let length = unit_text.iter().position(|byte| byte.is_ascii_digit()).unwrap_or(unit_text.len());
        let (unit_text, behind) = unit_text.split_at(length);
        let part_ns = match whole_unit_ns(unit_text) {
            Some(unit_ns) if unit_ns < larger_ns && !number.is_negative() => {
                larger_ns = unit_ns;
                number.whole()?.checked_mul(unit_ns)?
            }
            Some(_) => return None,
            // Anything from seconds down is the last part, since it may have a fraction.
            None if behind.is_empty() => in_ns(&number, Some(Unit::parse(std::str::from_utf8(unit_text).ok()?)?))?,
            None => return None,
        };
        total_ns = total_ns.checked_add(part_ns)?;
        if behind.is_empty() {
            return Some(total_ns);
        }
        if text.starts_with('-') {
            // The sign is the whole duration's, even when the first part is 0.
            return None;
        }
        rest = behind;
    }
}

fn in_ns(number: &Decimal, unit: Option<Unit>) -> Option<u64> {
    let ns = if number.is_negative() { None } else { number.scaled(unit.unwrap_or(Unit::Ms).places()) };
    ns.filter(|&ns| is_in_bounds(ns, unit))
}

fn is_in_bounds(ns: u64, unit: Option<Unit>) -> bool {
    unit.is_some() || ns <= BARE_NS_MAX
}

/// Nanoseconds of a unit that is not a power of ten.
fn whole_unit_ns(text: &[u8]) -> Option<u64> {
    const MINUTE_NS: u64 = 60_000_000_000;
    if text.eq_ignore_ascii_case(b"m") || text.eq_ignore_ascii_case(b"min") {
        Some(MINUTE_NS)
    } else if text.eq_ignore_ascii_case(b"h") {
        Some(60 * MINUTE_NS)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_numbers_in_their_unit() {
        for (text, unit, ns) in [
            ("12", Unit::Ns, Some(12)),
            ("12.9", Unit::Ns, Some(12)),
            ("12.5", Unit::Us, Some(12_500)),
            ("12.3456789", Unit::Ms, Some(12_345_678)),
            ("0.1", Unit::S, Some(100_000_000)),
            ("0.3", Unit::S, Some(300_000_000)),
            ("1.5e-05", Unit::S, Some(15_000)),
            ("0", Unit::S, Some(0)),
            ("-0", Unit::S, Some(0)),
            ("-0.0e5", Unit::S, Some(0)),
            ("-1", Unit::Ms, None),
            ("-1e-400", Unit::Ms, None),
            ("18446744073.709551615", Unit::S, Some(u64::MAX)),
            ("18446744073.709551616", Unit::S, None),
            ("1e400", Unit::Ns, None),
            ("1e-400", Unit::S, Some(0)),
            ("12ms", Unit::Ms, None),
            ("", Unit::Ms, None),
        ] {
            assert_eq!(duration_from_number(text, Some(unit)), ns, "{text} {unit:?}");
        }
    }

    #[test]
    fn reads_texts_with_and_without_units() {
        for (text, ns) in [
            ("12", Some(12_000_000)),
            ("012.5", Some(12_500_000)),
            ("1.5s", Some(1_500_000_000)),
            ("120ms", Some(120_000_000)),
            ("120 ms", Some(120_000_000)),
            ("120MS", Some(120_000_000)),
            ("2sec", Some(2_000_000_000)),
            ("15us", Some(15_000)),
            ("15µs", Some(15_000)),
            ("15μs", Some(15_000)),
            ("7ns", Some(7)),
            ("1.5e-05s", Some(15_000)),
            ("0s", Some(0)),
            ("-0s", Some(0)),
            ("2m", Some(120_000_000_000)),
            ("2min", Some(120_000_000_000)),
            ("1m30.5s", Some(90_500_000_000)),
            ("1h0m2s", Some(3_602_000_000_000)),
            ("1h2s", Some(3_602_000_000_000)),
            ("1m500ms", Some(60_500_000_000)),
            ("1h30m", Some(5_400_000_000_000)),
            ("1.5m", None),
            ("1s500ms", None),
            ("30s1m", None),
            ("1m1m", None),
            ("1m30", None),
            ("1m-30s", None),
            ("-1m30s", None),
            ("-0m30s", None),
            ("-0m", Some(0)),
            ("-5ms", None),
            ("1m ", None),
            ("5  ms", None),
            ("5 ", None),
            (" 5", None),
            ("5x", None),
            ("5d", None),
            ("ms", None),
            ("s", None),
            ("", None),
            ("5e", None),
            ("5µ", None),
            ("0:00:01.5", Some(1_500_000_000)),
            ("231.4 milliseconds", Some(231_400_000)),
            ("2 Seconds", Some(2_000_000_000)),
            ("900000", Some(900_000_000_000)),
            ("900000.0000009", Some(900_000_000_000)),
            ("900000.000001", None),
            ("900001", None),
            ("9e5", Some(900_000_000_000)),
            ("1e6", None),
            ("900001ms", Some(900_001_000_000)),
            ("5124095h", Some(18_446_742_000_000_000_000)),
            ("5124096h", None),
            ("5124095h34m33.709551615s", Some(u64::MAX)),
            ("5124095h34m33.709551616s", None),
        ] {
            assert_eq!(duration_from_text(text, None), ns, "{text}");
        }
        assert_eq!(duration_from_text("12", Some(Unit::S)), Some(12_000_000_000));
    }

    #[test]
    fn a_bare_number_is_no_more_than_a_quarter_of_an_hour() {
        for (text, ns) in [
            ("231.4", Some(231_400_000)),
            ("900000", Some(900_000_000_000)),
            ("900000.0000001", Some(900_000_000_000)),
            ("900000.5", None),
            ("900001", None),
            ("231400000", None),
            ("18446744073709551615", None),
            ("1e400", None),
            ("-1", None),
        ] {
            assert_eq!(duration_from_number(text, None), ns, "{text}");
            assert_eq!(duration_from_text(text, None), ns, "{text}");
        }
        assert_eq!(duration_from_number("231400000", Some(Unit::Ns)), Some(231_400_000));
        assert_eq!(duration_from_number("900001", Some(Unit::Ms)), Some(900_001_000_000));
    }

    #[test]
    fn units_read_what_they_show() {
        for unit in Unit::ALL {
            assert_eq!(Unit::parse(unit.as_str()), Some(unit));
        }
        assert_eq!(Unit::parse("sec"), Some(Unit::S));
        assert_eq!(Unit::parse(""), None);
        assert_eq!(Unit::parse("secs"), Some(Unit::S));
        assert_eq!(Unit::parse("hours"), None);
    }

    proptest! {
        #[test]
        fn every_unit_is_exact(ns: u64) {
            for (unit, per) in Unit::ALL.into_iter().zip([1, 1_000, 1_000_000, 1_000_000_000_u64]) {
                let width = unit.places() as usize;
                let number = match unit {
                    Unit::Ns => ns.to_string(),
                    _ => format!("{}.{:0width$}", ns / per, ns % per),
                };
                prop_assert_eq!(duration_from_number(&number, Some(unit)), Some(ns));
                prop_assert_eq!(duration_from_text(&number, Some(unit)), Some(ns));
                prop_assert_eq!(duration_from_text(&format!("{number}{}", unit.as_str()), None), Some(ns));
            }
        }

        #[test]
        fn go_durations_are_exact(ns: u64) {
            let (seconds, fraction) = (ns / 1_000_000_000, ns % 1_000_000_000);
            let text = format!("{}h{}m{}.{fraction:09}s", seconds / 3_600, seconds / 60 % 60, seconds % 60);
            prop_assert_eq!(duration_from_text(&text, None), Some(ns));
        }

        #[test]
        fn no_text_is_too_odd(text in "\\PC{0,12}", like in "[0-9.eE+-]{0,9} ?[nuµmshc]{0,3}[0-9]{0,3}[msh]?") {
            let _ = duration_from_text(&text, None);
            let _ = duration_from_text(&like, None);
            let _ = duration_from_number(&like, None);
        }
    }
}
