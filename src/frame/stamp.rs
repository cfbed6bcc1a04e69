//! The times that collectors put in front: RFC 3339 to the letter, with `T` and a zone. It knows no frame.

use crate::time::{Nanos, Zone, time_from_text};

/// Where the fraction or the zone begins.
const SECONDS_END: usize = "2026-11-24T02:41:00".len();
/// The most digits of a fraction.
const FRACTION_MAX: usize = 9;

/// A time and how it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The time.
    pub time: Nanos,
    /// How many digits its fraction has, 0 to 9.
    pub fraction_digits: usize,
}

/// The time that a line begins with, and what follows after one blank.
pub fn leading(line: &[u8]) -> Option<(Stamp, &[u8])> {
    if !may_lead(line) {
        return None;
    }
    let fraction_digits = match line.get(SECONDS_END)? {
        b'.' => digits(&line[SECONDS_END + 1..]).filter(|&digits| digits > 0)?,
        _ => 0,
    };
    let zone = SECONDS_END + fraction_digits + usize::from(fraction_digits > 0);
    let end = zone + zone_length(line.get(zone..)?)?;
    let rest = line.get(end..)?.strip_prefix(b" ")?;
    Some((Stamp { time: read(&line[..end])?, fraction_digits }, rest))
}

/// Whether a line begins with something like such a time.
pub fn may_lead(line: &[u8]) -> bool {
    line.get(10) == Some(&b'T') && line.get(4) == Some(&b'-') && line.get(13) == Some(&b':')
}

/// Reads a text that is such a time and nothing else.
pub fn whole(text: &[u8]) -> Option<Nanos> {
    let zone =
        SECONDS_END + text.get(SECONDS_END..)?.iter().take_while(|byte| matches!(byte, b'.' | b'0'..=b'9')).count();
    let is_one = text.get(10) == Some(&b'T') && zone_length(text.get(zone..)?) == Some(text.len() - zone);
    is_one.then(|| read(text)).flatten()
}

/// The shape of dates and clocks is checked there.
fn read(text: &[u8]) -> Option<Nanos> {
    time_from_text(str::from_utf8(text).ok()?, &Zone::Utc)
}

/// How many digits a text begins with; none when they are too many.
fn digits(text: &[u8]) -> Option<usize> {
    let count = text.iter().take(FRACTION_MAX + 1).take_while(|byte| byte.is_ascii_digit()).count();
    (count <= FRACTION_MAX).then_some(count)
}

/// How long the zone is that a text begins with: `Z`, `+08:00` or `+0800`.
fn zone_length(text: &[u8]) -> Option<usize> {
    let is_digit = |at: usize| text.get(at).is_some_and(u8::is_ascii_digit);
    match text.first()? {
        b'Z' => Some(1),
        b'+' | b'-' if is_digit(1) && is_digit(2) => {
            let colon = usize::from(text.get(3) == Some(&b':'));
            (is_digit(3 + colon) && is_digit(4 + colon)).then_some(5 + colon)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_times_with_a_zone_lead_a_line() {
        for (line, expected) in [
            ("2026-11-24T02:41:00Z x", Some((0, "x"))),
            ("2026-11-24T02:41:00.412345678Z ", Some((9, ""))),
            ("2026-11-24T02:41:00.4+08:00  x", Some((1, " x"))),
            ("2026-11-24T02:41:00-0800 x", Some((0, "x"))),
            ("2026-11-24T02:41:00Z", None),
            ("2026-11-24T02:41:00 x", None),
            ("2026-11-24 02:41:00Z x", None),
            ("2026-11-24T02:41:00.Z x", None),
            ("2026-11-24T02:41:00.4123456789Z x", None),
            ("2026-11-24T02:41:00+08 x", None),
            ("2026-11-24T02:41:00+08:0 x", None),
            ("2026-13-24T02:41:00Z x", None),
            ("2026-11-24T25:41:00Z x", None),
            ("2026-11-2", None),
            ("", None),
        ] {
            let found = leading(line.as_bytes());
            let found = found.map(|(stamp, rest)| (stamp.fraction_digits, str::from_utf8(rest).unwrap()));
            assert_eq!(found, expected, "{line}");
        }
    }

    #[test]
    fn a_text_is_a_time_when_nothing_else_is_in_it() {
        let time = whole(b"2026-11-24T10:41:00.5+08:00").unwrap();
        assert_eq!(time.to_string(), "2026-11-24T02:41:00.500Z");
        for text in ["", "now", "2026-11-24T02:41:00", "2026-11-24T02:41:00Z ", "2026-11-24 02:41:00Z", "1795488060"] {
            assert_eq!(whole(text.as_bytes()), None, "{text}");
        }
    }
}
