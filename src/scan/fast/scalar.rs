//! Numbers and literals that are more than digits: they are read where they stand in the chunk.

use crate::scan::simd::Tokens;

/// How far from the start of a number something else than a digit may stand.
const REACH: usize = 40;

/// Reads the numbers and literals of a group that have something else than digits, or a zero in front. What is wrong
/// becomes a flaw; the flaws are in order then.
pub fn check(chunk: &[u8], tokens: &mut Tokens) {
    let odds = tokens.odds.get(..tokens.ends.odds).unwrap_or_default();
    // Behind the last number that was read to its end.
    let mut read = 0;
    for &place in odds {
        let place = place as usize;
        if place < read || is_word(chunk, place) {
            continue;
        }
        let start = start_of(chunk, place);
        let length = number_length(chunk.get(start..).unwrap_or_default());
        if length > 0 && ends(chunk, start + length) {
            read = start + length;
        } else {
            tokens.flaws.push(place as u32);
        }
    }
    if tokens.flaws.len() > 1 {
        tokens.flaws.sort_unstable();
    }
}

/// Whether a literal or a zero begins here and ends.
#[inline(always)]
fn is_word(chunk: &[u8], place: usize) -> bool {
    let Some(&[before, a, b, c, d, e]) = chunk.get(place.wrapping_sub(1)..).and_then(|rest| rest.first_chunk()) else {
        return false;
    };
    let word = u32::from_le_bytes([a, b, c, d]);
    let four = word == u32::from_le_bytes(*b"true") || word == u32::from_le_bytes(*b"null");
    let five = word == u32::from_le_bytes(*b"fals") && e == b'e';
    let length = usize::from(a == b'0') + 4 * usize::from(four) + 5 * usize::from(five);
    // What goes on from digits begins before this place.
    length > 0 && !before.is_ascii_digit() && ends(chunk, place + length)
}

/// Whether a number or literal may end in front of this place.
#[inline(always)]
fn ends(chunk: &[u8], place: usize) -> bool {
    matches!(chunk.get(place), Some(b',' | b'}' | b']' | b' ' | b'\t' | b'\r'))
}

/// Where the number or literal with this byte begins, or some place within that is the start of none.
fn start_of(chunk: &[u8], place: usize) -> usize {
    let before = chunk.get(place.saturating_sub(REACH)..place).unwrap_or_default();
    let is_part = |byte: &&u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
    place - before.iter().rev().take_while(is_part).count()
}

/// How many bytes of a number stand at the start; 0 when it is none.
fn number_length(bytes: &[u8]) -> usize {
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut at = usize::from(bytes.first() == Some(&b'-'));
    let whole = digits(at);
    if whole == 0 || (whole > 1 && bytes[at] == b'0') {
        return 0;
    }
    at += whole;
    if bytes.get(at) == Some(&b'.') {
        let fraction = digits(at + 1);
        if fraction == 0 {
            return 0;
        }
        at += 1 + fraction;
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits((at + 1 + sign).min(bytes.len()));
        if exponent == 0 {
            return 0;
        }
        at += 1 + sign + exponent;
    }
    at
}
