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
            let start = start_of(chunk, place as usize);
            if (place as usize) < read {
                continue;
            }
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
