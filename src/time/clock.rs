//! Dates, times of day and offsets as digits at the start of a text, and the point in time that they make. It does not
//! know in which order a text has them.

use super::digits::Digits;
use super::nanos::{Nanos, SECONDS_PER_DAY, days_from_date};
use super::zone::{Zone, offset_from_text};

/// What a clock shows of a day.
#[derive(Clone, Copy)]
pub(super) struct Clock {
    /// Seconds since midnight, 0 to 86,399.
    pub(super) second_of_day: i64,
    /// Nanoseconds since that second began.
    pub(super) nanosecond: u32,
    /// The second is 60, and `second_of_day` that of second 59.
    pub(super) leap: bool,
}

/// Days since 1970-01-01 of the date that a text begins with, and what follows.
pub(super) fn read_date(text: &[u8]) -> Option<(i64, &[u8])> {
    let (shown, rest) = text.split_first_chunk::<8>()?;
    let pairs = match shown[4] {
        b'-' => DATE.number_pairs(*shown)?,
        b'/' => DATE_WITH_SLASHES.number_pairs(*shown)?,
        _ => return None,
    };
    let (&[tens, ones], rest) = rest.split_first_chunk()?;
    let year = i32::from(pairs[0]) * 100 + i32::from(pairs[2]);
    Some((days_from_date(year, pairs[5], two_digits(tens, ones)?)?, rest))
}

/// What stands between a date and a zone: blank or `T`, and the time of day.
pub(super) fn read_clock(text: &[u8]) -> Option<(Clock, &[u8])> {
    match text.split_first()? {
        (b' ' | b'T' | b't', rest) => read_time_of_day(rest),
        _ => None,
    }
}

/// The time of day to the second or finer that a text begins with, and what follows.
#[inline]
pub(super) fn read_time_of_day(text: &[u8]) -> Option<(Clock, &[u8])> {
    let (shown, rest) = text.split_first_chunk::<8>()?;
    let pairs = TIME_OF_DAY.number_pairs(*shown)?;
    let (hour, minute, second) = (pairs[0], pairs[3], pairs[6]);
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let (nanosecond, rest) = match rest {
        [b'.' | b',', rest @ ..] => read_fraction(rest)?,
        _ => (0, rest),
    };
    let second_of_day = i64::from(hour) * 3_600 + i64::from(minute) * 60 + i64::from(second.min(59));
    Some((Clock { second_of_day, nanosecond, leap: second == 60 }, rest))
}

const DATE: Form = Form::new(*b"0000-00-");
const DATE_WITH_SLASHES: Form = Form::new(*b"0000/00/");
const TIME_OF_DAY: Form = Form::new(*b"00:00:00");

/// Eight bytes that are read at once: `0` stands for any digit, another byte for itself.
struct Form {
    bytes: u64,
    /// What is added to a byte of the difference so that its highest bit shows what does not fit: a digit leaves 0
    /// to 9, another byte that fits leaves 0.
    room: u64,
}

impl Form {
    const fn new(bytes: [u8; 8]) -> Self {
        let mut room = [0x7f; 8];
        let mut at = 0;
        while at < bytes.len() {
            if bytes[at] == b'0' {
                room[at] = 0x80 - 10;
            }
            at += 1;
        }
        Self { bytes: u64::from_le_bytes(bytes), room: u64::from_le_bytes(room) }
    }

    /// Where a digit stands that another one follows, the number of the two; what other places hold means nothing.
    fn number_pairs(&self, text: [u8; 8]) -> Option<[u8; 8]> {
        let difference = u64::from_le_bytes(text) ^ self.bytes;
        let misfits = (difference.wrapping_add(self.room) | difference) & 0x8080_8080_8080_8080;
        // No byte carries into the next: each is at most 9 * 10 + 9.
        (misfits == 0).then(|| difference.wrapping_mul(10).wrapping_add(difference >> 8).to_le_bytes())
    }
}

/// Nanoseconds from the digits after a point, at least one, and what follows them.
fn read_fraction(text: &[u8]) -> Option<(u32, &[u8])> {
    let digits = Digits::leading(text);
    let mut nanosecond = digits.fraction() * 10;
    let mut rest = text.get(digits.count()..)?;
    // Behind eight digits there may be a ninth, and any number that are dropped.
    if digits.count() == 8
        && let [ninth @ b'0'..=b'9', ..] = rest
    {
        nanosecond += u32::from(ninth - b'0');
        while let [b'0'..=b'9', behind @ ..] = rest {
            rest = behind;
        }
    }
    (digits.count() > 0).then_some((nanosecond, rest))
}

/// The zone that ends a text, in seconds ahead of UTC; `Some(None)` when the text is at its end without one.
pub(super) fn read_offset(text: &[u8]) -> Option<Option<i32>> {
    let zone = match text {
        [] => return Some(None),
        [b'Z' | b'z'] => return Some(Some(0)),
        [b' ', zone @ ..] => zone,
        zone => zone,
    };
    let is_utc = [&b"z"[..], b"utc", b"gmt"].iter().any(|name| zone.eq_ignore_ascii_case(name));
    if is_utc { Some(Some(0)) } else { offset_from_text(zone).map(Some) }
}

/// The point in time at which a clock shows this, at an offset from UTC or else in a zone; none when the clock shows
/// a leap second where there is none.
pub(super) fn instant(days: i64, clock: Clock, offset: Option<i32>, zone: &Zone) -> Option<Nanos> {
    let clock_seconds = days * SECONDS_PER_DAY + clock.second_of_day;
    let offset = offset.unwrap_or_else(|| zone.offset_seconds_on_clock(clock_seconds));
    let seconds = clock_seconds - i64::from(offset);
    if !clock.leap {
        return Some(Nanos::from_seconds(seconds, clock.nanosecond));
    }
    let ends_a_day = seconds.rem_euclid(SECONDS_PER_DAY) == SECONDS_PER_DAY - 1;
    ends_a_day.then(|| Nanos::from_seconds(seconds, 999_999_999))
}

/// The number of two digits.
pub(super) fn two_digits(tens: u8, ones: u8) -> Option<u8> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| tens * 10 + ones)
}
