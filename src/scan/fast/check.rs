//! The grammar of a block, checked on its masks. It does not know in which container a byte stands: what depends on
//! that is told for both kinds.

use super::scalar;
use crate::scan::simd::Masks;

/// What the grammar says of a block, before anybody knows the containers.
#[derive(Clone, Copy, Default)]
pub struct Grammar {
    /// Opening brackets.
    pub open: u64,
    /// Brackets and line feeds.
    pub events: u64,
    /// Of the brackets the curly ones; other bits are arbitrary.
    pub curly: u64,
    /// Line feeds.
    pub newline: u64,
    /// Opening quotes.
    pub opening: u64,
    /// Closing quotes of strings that can only be keys, if they stand in an object.
    pub key_end: u64,
    /// Of those the keys that can be `RequestId` or `Error`, by their first letter and length, or by an escape.
    pub key_end_in_response: u64,
    /// Wrong in an object.
    pub wrong_in_object: u64,
    /// Wrong in an array, and outside of any container.
    pub wrong_in_array: u64,
    /// Backslashes.
    pub backslash: u64,
}

/// Checks the blocks of a chunk one after another.
#[derive(Default)]
pub struct Checker {
    carry: Carry,
    /// Where the last number or literal began.
    scalar_at: usize,
}

/// Bits that the last byte of a block hands to the next block, each 0 or 1; `in_string` is all zeros or all ones.
#[derive(Clone, Copy, Default)]
struct Carry {
    escape: u64,
    in_string: u64,
    /// Not zero when the string that goes on has a backslash.
    escaped_string: u64,
    key_string: u64,
    opening: u64,
    comma: u64,
    comma_blank: u64,
    curly_open: u64,
    scalar: u64,
    zero: u64,
    key_end: u64,
    /// First letters of the last block, as they stood there.
    initial: u64,
}

/// How far the closing quote of `RequestId` is from its first letter.
const REQUEST_ID: u32 = 9;
/// How far the closing quote of `Error` is from its first letter.
const ERROR: u32 = 5;

impl Checker {
    /// Checks the block at `base`, which is to be the one behind the last.
    #[inline(always)]
    pub fn check(&mut self, chunk: &[u8], base: usize, m: Masks, prefix_xor: &impl Fn(u64) -> u64) -> Grammar {
        let Self { carry, scalar_at } = self;
        let mut escaped = 0;
        if m.backslash | carry.escape != 0 {
            escaped = escape(m.backslash, &mut carry.escape);
        }
        let quote = m.quote & !escaped;
        // From an opening quote up to, not including, its closing one.
        let mut inside = prefix_xor(quote) ^ carry.in_string;
        if inside & m.newline != 0 {
            inside = repair(inside, m.newline);
        }
        carry.in_string = (inside.cast_signed() >> 63).cast_unsigned();
        let opening = quote & inside;
        let closing = quote & !inside;
        let outside = !(inside | quote);
        let open = m.open & outside;
        let colon = m.colon & outside;
        let scalars = m.scalar & outside;

        let behind_comma = shift(m.comma & outside, &mut carry.comma);
        let after_comma = (behind_comma & !m.blank) | shift(behind_comma & m.blank, &mut carry.comma_blank);
        let after_curly = shift(open & m.curly, &mut carry.curly_open);
        let key_start = opening & (after_comma | after_curly);
        // Adding a start to its string carries to the closing quote; other strings stay as they are.
        let (sum, over) = inside.overflowing_add(key_start);
        let (sum, over_again) = sum.overflowing_add(carry.key_string);
        carry.key_string = u64::from(over | over_again);
        let key_end = sum & closing;
        let behind_key = shift(key_end, &mut carry.key_end);
        let behind_scalar = shift(scalars, &mut carry.scalar);
        let scalar_start = scalars & !behind_scalar;
        let behind_zero = shift(scalar_start & m.zero, &mut carry.zero);

        let initial = shift(opening, &mut carry.opening) & m.initial;
        let far = |letter: u32| initial << letter | carry.initial >> (64 - letter);
        let named = (far(REQUEST_ID) | far(ERROR)) & key_end;
        carry.initial = initial;

        let mut wrong = m.misplaced & (outside | opening)
            | after_curly & !(opening | m.close)
            | colon & !behind_key
            | behind_zero & m.digit
            | m.control & inside
            | m.not_utf8;
        let odd = scalars & !m.digit;
        if odd != 0 {
            wrong |= scalar::check(chunk, base, scalars, scalar_start, odd, scalar_at);
        }
        if scalar_start != 0 {
            *scalar_at = base + (63 - scalar_start.leading_zeros() as usize);
        }
        let mut key_end_in_response = named;
        if m.backslash | carry.escaped_string != 0 {
            let escapes = escaped & inside & !(m.quote | m.backslash);
            if escapes != 0 {
                wrong |= scalar::escape_letters(chunk, base, escapes);
            }
            key_end_in_response = key_end;
            carry.escaped_string = carry.in_string;
        }
        Grammar {
            open,
            events: (m.open | m.close) & outside | m.newline,
            curly: m.curly,
            newline: m.newline,
            opening,
            key_end,
            key_end_in_response,
            wrong_in_object: wrong | behind_key & !colon | after_comma & !opening,
            wrong_in_array: wrong | colon,
            backslash: m.backslash,
        }
    }
}

/// `bits` one place on, with what the block before handed over; the top bit is handed to the next block.
#[inline(always)]
const fn shift(bits: u64, carry: &mut u64) -> u64 {
    let shifted = (bits << 1) | *carry;
    *carry = bits >> 63;
    shifted
}

/// Which bytes stand behind a backslash that is not itself escaped.
#[inline(always)]
const fn escape(backslash: u64, carry: &mut u64) -> u64 {
    const EVEN: u64 = 0x5555_5555_5555_5555;
    let backslash = backslash & !*carry;
    let follows = backslash << 1 | *carry;
    let odd_starts = backslash & !EVEN & !follows;
    let (sequences, over) = odd_starts.overflowing_add(backslash);
    *carry = over as u64;
    (EVEN ^ (sequences << 1)) & follows
}

/// A line feed inside a string tears its line; behind it the next line begins outside.
#[cold]
const fn repair(mut inside: u64, newline: u64) -> u64 {
    let mut torn = newline & inside;
    while torn != 0 {
        let behind = !(torn ^ (torn - 1));
        inside ^= behind;
        torn = newline & inside & behind;
    }
    inside
}
