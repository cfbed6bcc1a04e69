//! Where an object or array of a valid text ends: brackets are counted outside of strings, and nothing else is looked at.

use super::class::BLOCK;
use super::lex::escape;
use crate::string_bytes::before_quote_or_escape;

/// The place after a container, byte by byte, from a place outside of strings with the number of containers that are open there.
pub fn portable(text: &[u8], mut at: usize, mut depth: usize) -> usize {
    while let Some(&byte) = text.get(at) {
        at += 1;
        match byte {
            b'"' => at = string_end(text, at),
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at;
                }
            }
            _ => {}
        }
    }
    text.len()
}

/// The place after the quote that closes a string of which a place is inside.
pub fn string_end(text: &[u8], mut at: usize) -> usize {
    loop {
        at += before_quote_or_escape(text.get(at..).unwrap_or_default());
        match text.get(at) {
            Some(b'"') => return at + 1,
            Some(b'\\') => at += 2,
            _ => return text.len(),
        }
    }
}

/// Which bytes of a block matter, one bit a byte.
#[derive(Clone, Copy, Debug)]
pub struct Brackets {
    /// `"`
    pub quote: u64,
    /// `\`
    pub backslash: u64,
    /// `{` and `[`
    pub open: u64,
    /// `}` and `]`
    pub close: u64,
}

/// The same in blocks, of which a tier gives the bytes that matter.
#[inline(always)]
pub fn in_blocks(
    text: &[u8],
    at: usize,
    brackets: impl Fn(&[u8; BLOCK]) -> Brackets,
    prefix_xor: impl Fn(u64) -> u64,
) -> usize {
    let (mut place, mut depth, mut in_string, mut carry) = (at, 0_usize, 0_u64, 0_u64);
    while let Some(block) = text.get(place..).and_then(<[u8]>::first_chunk) {
        let Brackets { mut quote, backslash, open, close } = brackets(block);
        if backslash | carry != 0 {
            quote &= !escape(backslash, &mut carry);
        }
        let inside = prefix_xor(quote) ^ in_string;
        in_string = (inside.cast_signed() >> 63).cast_unsigned();
        let (open, close) = (open & !inside, close & !inside);
        let closed = close.count_ones() as usize;
        if closed < depth {
            depth = depth + open.count_ones() as usize - closed;
        } else {
            let mut left = open | close;
            while left != 0 {
                let bit = left & left.wrapping_neg();
                depth = if open & bit != 0 { depth + 1 } else { depth.saturating_sub(1) };
                if depth == 0 {
                    return place + bit.trailing_zeros() as usize + 1;
                }
                left ^= bit;
            }
        }
        place += BLOCK;
    }
    // What an escape hands over is a byte of a string.
    let place = place + (carry & 1) as usize;
    let place = if in_string == 0 { place } else { string_end(text, place) };
    portable(text, place.min(text.len()), depth)
}
