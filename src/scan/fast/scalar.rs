//! Numbers and literals that are more than digits: they are read where they stand in the chunk.

use crate::scan::simd::Tokens;

/// How far from the start of a number something else than a digit may stand.
const REACH: usize = 40;

/// Reads the numbers and literals of a group that have something else than digits, or a zero in front. What is wrong
/// becomes a flaw; the flaws are in order then.
pub fn check(chunk: &[u8], tokens: &mut Tokens) {
    let odds = tokens.odds.get(..tokens.odds_len).unwrap_or_default();
    for &place in odds {
        if !is_scalar(chunk, start_of(chunk, place as usize)) {
            tokens.flaws.push(place);
        }
    }
    if tokens.flaws.len() > 1 {
        tokens.flaws.sort_unstable();
    }
}

/// Where the number or literal with this byte begins, or some place within that is the start of none.
fn start_of(chunk: &[u8], place: usize) -> usize {
    let before = chunk.get(place.saturating_sub(REACH)..place).unwrap_or_default();
    let is_part = |byte: &&u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
    place - before.iter().rev().take_while(is_part).count()
}

/// Whether a whole number or literal stands here, with something behind it that ends one.
fn is_scalar(chunk: &[u8], at: usize) -> bool {
    let rest = chunk.get(at..).unwrap_or_default();
    let length = match rest.first_chunk() {
        Some(b"true" | b"null") => 4,
        Some(b"fals") if rest.get(4) == Some(&b'e') => 5,
        _ => number_length(rest),
    };
    length > 0 && matches!(rest.get(length), Some(b',' | b'}' | b']' | b' ' | b'\t' | b'\r'))
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
