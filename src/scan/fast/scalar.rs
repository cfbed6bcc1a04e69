//! Numbers and literals that are more than digits: they are read where they stand in the chunk.

use crate::scan::simd::Tokens;

/// How far from the start of a number something else than a digit may stand.
const REACH: usize = 40;

/// Reads the numbers and literals of a group that have something else than digits, or a zero in front. What is wrong
/// becomes a flaw.
pub fn check(chunk: &[u8], tokens: &mut Tokens) {
    let odds = tokens.odds.get(..tokens.ends.odds).unwrap_or_default();
    // Most are literals and zeros. They are told from the rest without a branch that nobody could foresee.
    let mut others = [0_u32; BATCH];
    // Behind the last number that was read to its end.
    let mut read = 0;
    for places in odds.chunks(BATCH) {
        let mut count = 0;
        for &place in places {
            others[count & (BATCH - 1)] = place;
            count += usize::from(!is_word(chunk, place as usize));
        }
        for &place in others.iter().take(count) {
            if (place as usize) < read {
                continue;
            }
            let start = start_of(chunk, place as usize);
            let end = start + number_length(chunk.get(start..).unwrap_or_default());
            if end > start && chunk.get(end).is_some_and(|&byte| ENDS[usize::from(byte)]) {
                read = end;
            } else {
                tokens.flaws.push(place);
            }
        }
    }
}

/// How many places are looked at before those that need more are.
const BATCH: usize = 64;

/// Whether a literal or a zero begins here and ends. Those at the very end of the chunk are not told.
#[inline(always)]
fn is_word(chunk: &[u8], place: usize) -> bool {
    let Some(bytes) = chunk.get(place.wrapping_sub(1)..).and_then(|rest| rest.first_chunk()) else { return false };
    let bytes = u64::from_le_bytes(*bytes);
    let word = (bytes >> 8) as u32;
    let four = word == u32::from_le_bytes(*b"true") || word == u32::from_le_bytes(*b"null");
    let five = word == u32::from_le_bytes(*b"fals") && (bytes >> 40) as u8 == b'e';
    let length = u32::from(word as u8 == b'0') + 4 * u32::from(four) + 5 * u32::from(five);
    let behind = (bytes >> (8 * (length + 1))) as u8;
    // What goes on from digits begins before this place.
    (length > 0) & !(bytes as u8).is_ascii_digit() & ENDS[usize::from(behind)]
}

/// Which bytes may stand right behind a number or literal.
static ENDS: [bool; 256] = {
    let mut ends = [false; 256];
    let mut place = 0;
    while place < 6 {
        ends[b",}] \t\r"[place] as usize] = true;
        place += 1;
    }
    ends
};

/// Where the number or literal with this byte begins, or some place within that is the start of none.
#[inline]
fn start_of(chunk: &[u8], place: usize) -> usize {
    let before = chunk.get(place.saturating_sub(REACH)..place).unwrap_or_default();
    let digits =
        before.last_chunk().map_or(0, |&word| not_digits(u64::from_le_bytes(word)).leading_zeros() as usize / 8);
    let is_part = |byte: &&u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
    place - digits - before.iter().rev().skip(digits).take_while(is_part).count()
}

/// How many bytes of a number stand at the start; 0 when it is none.
#[inline]
fn number_length(bytes: &[u8]) -> usize {
    let mut at = usize::from(bytes.first() == Some(&b'-'));
    let whole = digits(bytes, at);
    if whole == 0 || (whole > 1 && bytes[at] == b'0') {
        return 0;
    }
    at += whole;
    if bytes.get(at) == Some(&b'.') {
        let fraction = digits(bytes, at + 1);
        if fraction == 0 {
            return 0;
        }
        at += 1 + fraction;
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits(bytes, at + 1 + sign);
        if exponent == 0 {
            return 0;
        }
        at += 1 + sign + exponent;
    }
    at
}

/// How many digits stand from a place on.
#[inline(always)]
fn digits(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    let (words, tail) = rest.as_chunks();
    for (number, &word) in words.iter().enumerate() {
        let others = not_digits(u64::from_le_bytes(word));
        if others != 0 {
            return size_of::<u64>() * number + others.trailing_zeros() as usize / 8;
        }
    }
    rest.len() - tail.len() + tail.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// The top bits of the bytes that are no digits.
#[inline(always)]
const fn not_digits(word: u64) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let low = EACH * 0x7f;
    // Digits become 0 to 9, to which 0x76 can be added below the top bit.
    let values = word ^ (EACH * b'0' as u64);
    (((values & low) + EACH * 0x76) | values) & !low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_told_by_the_word_as_by_the_byte() {
        for byte in 0..=255_u8 {
            for place in 0..8 {
                for digit in [b'0', b'9'] {
                    let mut word = [digit; 8];
                    word[place] = byte;
                    let expected = if byte.is_ascii_digit() { 0 } else { 0x80 << (8 * place) };
                    assert_eq!(not_digits(u64::from_le_bytes(word)), expected, "{byte} at {place}");
                }
            }
        }
    }

    #[test]
    fn a_number_is_as_long_as_its_grammar_says() {
        for (number, is_one) in [
            ("0", true),
            ("-0", true),
            ("12345678901234567890", true),
            ("-1.5", true),
            ("0.000000000000001", true),
            ("1e5", true),
            ("123456789.123456789E-123456789", true),
            ("01", false),
            ("-", false),
            ("-a", false),
            ("1.", false),
            ("1.e5", false),
            (".5", false),
            ("1e", false),
            ("1e+", false),
            ("+1", false),
        ] {
            for behind in [",", "}", ",\"0123456789\":12"] {
                let length = number_length(format!("{number}{behind}").as_bytes());
                assert_eq!(length == number.len(), is_one, "{number}{behind}");
                if is_one {
                    for place in 0..=number.len() {
                        let text = format!("[12345678,{number}");
                        assert_eq!(
                            start_of(text.as_bytes(), text.len() - number.len() + place),
                            10,
                            "{number} {place}"
                        );
                    }
                }
            }
        }
    }
}
