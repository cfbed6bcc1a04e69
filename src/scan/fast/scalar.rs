//! Numbers and literals that are more than digits: they are read where they stand in the chunk.

use crate::scan::simd::Tokens;

/// How far from the start of a number something else than a digit may stand.
const REACH: usize = 40;

/// Reads the numbers and literals of a group that have something else than digits, or digits behind a zero in front. What
/// is wrong becomes a flaw.
pub fn check(chunk: &[u8], tokens: &mut Tokens) {
    let odds = tokens.odds.get(..tokens.ends.odds).unwrap_or_default();
    // Most are literals and fractions. They are told from the rest without a branch that nobody could foresee.
    let mut others = [0_u32; BATCH];
    // Behind the last number that was read to its end.
    let mut read = 0;
    for places in odds.chunks(BATCH) {
        let mut count = 0;
        for &offset in places {
            let place = tokens.place(offset);
            others[count & (BATCH - 1)] = place as u32;
            count += usize::from(!is_simple(chunk, place));
        }
        for &place in others.iter().take(count) {
            if (place as usize) < read {
                continue;
            }
            let start = start_of(chunk, place as usize);
            let end = start + number_length(chunk.get(start..).unwrap_or_default());
            if end > start && chunk.get(end).is_some_and(|&byte| ENDS[usize::from(byte)] == Ends::All) {
                read = end;
            } else {
                tokens.flaws.push(place);
            }
        }
    }
}

/// How many places are looked at before those that need more are.
const BATCH: usize = 64;

/// Whether a literal begins here and ends, or a point stands here between digits, behind which the number ends or an
/// exponent begins. What else stands in the number has a place of its own.
#[inline(always)]
fn is_simple(chunk: &[u8], place: usize) -> bool {
    let near = chunk.get(place.wrapping_sub(1)..).and_then(|rest| rest.first_chunk().copied());
    let bytes = u128::from_le_bytes(near.unwrap_or_else(|| pad(chunk, place)));
    let (before, byte, rest) = (bytes as u8, (bytes >> 8) as u8, (bytes >> 16) as u64);
    let is_behind_digit = before.is_ascii_digit();
    let others = not_digits(rest);
    // Eight digits shift everything away, and what is left is no end.
    let digits = others.trailing_zeros() & !7;
    let is_point = (byte == b'.') & is_behind_digit & (digits > 0) & (others != 0);
    let Word { text, mask, bits } = WORDS[usize::from(byte >> 2 & 7)];
    let is_word = ((bytes >> 8) as u64 & mask == text) & !is_behind_digit;
    let behind = rest.wrapping_shr(if is_point { digits } else { bits }) as u8;
    let ends = ENDS[usize::from(behind)];
    is_word & (ends == Ends::All) | is_point & (ends != Ends::None)
}

/// The byte before a place and those behind it, where the chunk has too few: zeros stand for the rest.
#[cold]
fn pad(chunk: &[u8], place: usize) -> [u8; 16] {
    std::array::from_fn(|at| (place + at).checked_sub(1).and_then(|at| chunk.get(at)).copied().unwrap_or_default())
}

/// A literal.
#[derive(Clone, Copy)]
struct Word {
    text: u64,
    mask: u64,
    /// Bits of the word without its first letter.
    bits: u32,
}

/// Literals by some bits of their first letter.
static WORDS: [Word; 8] = {
    let mut words = [Word { text: 1, mask: 0, bits: 0 }; 8];
    let known: [&[u8]; 3] = [b"true", b"false", b"null"];
    let mut number = 0;
    while number < known.len() {
        let word = known[number];
        let (mut text, mut place) = (0, 0);
        while place < word.len() {
            text |= (word[place] as u64) << (8 * place);
            place += 1;
        }
        let slot = (word[0] >> 2 & 7) as usize;
        assert!(words[slot].mask == 0, "two words with the same bits");
        words[slot] = Word { text, mask: (1 << (8 * word.len())) - 1, bits: 8 * (word.len() as u32 - 1) };
        number += 1;
    }
    words
};

/// What ends right before a byte.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ends {
    None,
    /// Numbers and literals.
    All,
    /// What stands in front of an exponent.
    Digits,
}

static ENDS: [Ends; 256] = {
    let mut ends = [Ends::None; 256];
    let mut place = 0;
    while place < 6 {
        ends[b",}] \t\r"[place] as usize] = Ends::All;
        place += 1;
    }
    ends[b'e' as usize] = Ends::Digits;
    ends[b'E' as usize] = Ends::Digits;
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

    /// Whether a number or literal with something else than digits is right, as a group of tokens says.
    fn is_right(text: &str, padding: &str) -> bool {
        let chunk = format!("{padding}{text}{padding}");
        let is_odd = |byte: u8| !byte.is_ascii_digit();
        let bytes = text.as_bytes();
        let starts = (0..bytes.len()).filter(|&at| {
            if is_odd(bytes[at]) { at == 0 || !is_odd(bytes[at - 1]) } else { at == 1 && bytes[0] == b'0' }
        });
        let mut tokens = Tokens::default();
        for (number, at) in starts.enumerate() {
            tokens.odds[number] = (padding.len() + at) as u16;
            tokens.ends.odds = number + 1;
        }
        check(chunk.as_bytes(), &mut tokens);
        tokens.flaws.is_empty()
    }

    #[test]
    fn every_short_text_is_a_number_or_literal_or_has_a_flaw() {
        const BYTES: &[u8] = b"019.-+eEx";
        for length in 1..7_u32 {
            for number in 0..BYTES.len().pow(length) {
                let byte = |place| char::from(BYTES[number / BYTES.len().pow(place) % BYTES.len()]);
                let text: String = (0..length).map(byte).collect();
                let expected = serde_json::from_str::<serde_json::Number>(&text).is_ok() || is_too_large(&text);
                assert_eq!(is_right(&text, ",,,,,,,,,,,,,,,,"), expected, "{text}");
                assert_eq!(is_right(&text, ","), expected, "{text}, at the end");
            }
        }
        let words = ["true", "false", "null", "tru", "nul", "truf", "truefalse", "true1", "1true", "-null", "0false"];
        for text in words {
            for padding in [",,,,,,,,,,,,,,,,", ","] {
                assert_eq!(is_right(text, padding), ["true", "false", "null"].contains(&text), "{text}");
            }
        }
        for digits in 1..20 {
            for (behind, is_one) in [("", true), ("e5", true), (".5", false), ("e", false), ("x", false)] {
                let text = format!("1.{}{behind}", "2".repeat(digits));
                assert_eq!(is_right(&text, ",,,,,,,,,,,,,,,,"), is_one, "{text}");
            }
        }
    }

    /// Of the right grammar, but of no size that can be held.
    fn is_too_large(text: &str) -> bool {
        text.find(['e', 'E']).is_some_and(|at| {
            let (digits, exponent) = (&text[..at], text[at + 1..].trim_start_matches('+'));
            serde_json::from_str::<serde_json::Number>(digits).is_ok()
                && !exponent.is_empty()
                && exponent.bytes().all(|byte| byte.is_ascii_digit())
                && !text[at + 1..].starts_with("++")
        })
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
