//! From masks to tokens: what is inside of strings, where tokens begin, which strings are keys. Blocks of 64 bytes, one
//! bit a byte, and a few bits from block to block. It knows the masks of a block, not how a tier makes them.

use super::class::BLOCK;
use super::tokens::{Block, Tail, Tokens, note_flaws};

/// Bytes of a chunk that a tier sees around a block: this many before it.
pub const BEFORE: usize = 16;
/// And so many behind it.
pub const BEHIND: usize = 16;
/// A block with the bytes around it.
pub type Near = [u8; BEFORE + BLOCK + BEHIND];

/// Which bytes of a block tell where its strings are.
#[derive(Clone, Copy, Debug)]
pub struct Quotes {
    /// `"`
    pub quote: u64,
    /// LF
    pub newline: u64,
    /// Whether there is a `\`, a byte of 0x80 or more, or one below 0x20 that is no LF.
    pub is_unusual: bool,
}

/// What the other bytes of a block are.
#[derive(Clone, Copy, Debug)]
pub struct Masks {
    /// Brackets and commas.
    pub single: u64,
    /// What numbers and literals are made of.
    pub bare: u64,
    /// Of those what is no digit.
    pub odd: u64,
    /// `0`
    pub zero: u64,
    /// Bytes with a colon behind them.
    pub before_colon: u64,
    /// Bytes that have a quote ten places and `R` nine places before them, or a quote six and `E` five.
    pub named: u64,
}

/// Where the strings of a block are.
#[derive(Clone, Copy, Debug)]
pub struct Strings {
    /// From an opening quote up to, not including, its closing one.
    pub inside: u64,
    /// What stands behind a backslash that is not itself escaped.
    pub escaped: u64,
    /// Whether the block before may end inside a character.
    pub high: u64,
}

/// The tokens of a block.
#[derive(Clone, Copy, Debug)]
pub struct Lexed {
    /// Where they stand.
    pub tokens: u64,
    /// Those of them that are keys.
    pub keys: u64,
    /// Line ends, and those of the keys that may be `RequestId` or `Error`.
    pub marks: u64,
    /// Bytes that are to be looked at, in numbers and literals.
    pub odds: u64,
}

/// What one block hands to the next, each 0 or 1 but where it is told.
#[derive(Clone, Copy, Debug, Default)]
pub struct Carry {
    /// The lowest bit: whether the next byte is escaped. Above it, which of the last three bytes were of 0x80 or more.
    behind: u64,
    /// All zeros or all ones.
    in_string: u64,
    bare: u64,
    odd: u64,
    zero: u64,
    key: u64,
}

/// How a tier goes about a block. The steps are apart so that few masks are held at a time.
pub struct Steps<Q, B, P, F, M, W> {
    /// What tells where the strings are, and what the later steps need.
    pub quotes: Q,
    /// `\`, of an unusual block.
    pub backslash: B,
    /// Bit `i` of the result is the exclusive or of bits 0 to `i`.
    pub prefix_xor: P,
    /// A closer look at a block with escapes or unusual bytes: which bytes are wrong, and which of the last three may
    /// begin a character that goes on behind the block.
    pub flaws: F,
    /// What the other bytes are.
    pub masks: M,
    /// Appends the codes, marks and odd places of the block at a place of the group.
    pub write: W,
}

/// Finds the tokens of the bytes from `from` up to `to`; both are multiples of the block but for the end of the chunk,
/// and `carried` is what the bytes before left.
#[inline(always)]
pub fn lex<C: Copy>(
    chunk: &[u8],
    (from, to): (usize, usize),
    carried: &mut Carry,
    out: &mut Tokens,
    steps: Steps<
        impl Fn(&Near) -> (Quotes, C),
        impl Fn(&Near) -> u64,
        impl Fn(u64) -> u64,
        impl Fn(&Near, &Strings) -> (u64, u64),
        impl Fn(&Near, C) -> Masks,
        impl Fn(&mut Tail, &Near, C, usize, &Lexed),
    >,
) {
    // What changes with every block is kept in registers.
    let mut carry = *carried;
    let mut tail = out.tail();
    let mut line_ends = 0_u64;
    let mut padded = [b' '; BEFORE + BLOCK + BEHIND];
    // From the bytes before the next block on; nothing where they are too few.
    let mut rest = chunk.get(from.wrapping_sub(BEFORE)..).unwrap_or_default();
    let mut base = 0;
    for slot in out.blocks.get_mut(from / BLOCK..to.div_ceil(BLOCK)).unwrap_or_default() {
        let near: &Near = match rest.first_chunk() {
            Some(near) => {
                rest = rest.get(BLOCK..).unwrap_or_default();
                near
            }
            None => {
                rest = chunk.get(from + base + BLOCK - BEFORE..).unwrap_or_default();
                pad(chunk, from + base, &mut padded)
            }
        };
        let (Quotes { mut quote, newline, is_unusual }, class) = (steps.quotes)(near);
        let is_unusual = is_unusual | (carry.behind != 0);
        let mut inside = (steps.prefix_xor)(quote) ^ carry.in_string;
        if is_unusual | (inside & newline != 0) {
            std::hint::cold_path();
            // A closer look: what is escaped, what spoils its line.
            let escaped = escape((steps.backslash)(near), &mut carry.behind);
            quote &= !escaped;
            inside = (steps.prefix_xor)(quote) ^ carry.in_string;
            let mut wrong = 0;
            if inside & newline != 0 {
                (inside, wrong) = repair(inside, newline);
            }
            let high = carry.behind >> 1;
            let (more, high) = (steps.flaws)(near, &Strings { inside, escaped, high });
            wrong |= more;
            carry.behind = carry.behind & 1 | high << 1;
            if wrong != 0 {
                note_flaws(&mut out.flaws, from + base, wrong, newline);
            }
        }
        carry.in_string = (inside.cast_signed() >> 63).cast_unsigned();
        let m = (steps.masks)(near, class);
        let closing = quote & !inside;
        let keys = closing & m.before_colon;
        // A colon that is not right behind a string stays among what numbers are made of, and so is wrong.
        let bare = m.bare & !inside & !shift(keys, &mut carry.key);
        let starts = bare & !shift(bare, &mut carry.bare);
        let odd = bare & m.odd;
        let tokens = m.single & !inside | closing | starts | newline;
        let odds = odd & !shift(odd, &mut carry.odd) | bare & !odd & shift(starts & m.zero, &mut carry.zero);
        line_ends = line_ends.wrapping_add(u64::from(newline.count_ones()));
        *slot = Block { tokens, before: tail.next_code() };
        (steps.write)(&mut tail, near, class, base, &Lexed { tokens, keys, marks: keys & m.named | newline, odds });
        base += BLOCK;
    }
    out.end_at(&tail);
    out.line_ends += line_ends as usize;
    *carried = carry;
}

/// The block at `base` where the chunk has too few bytes around it: blanks stand for the rest.
#[cold]
fn pad<'p>(chunk: &[u8], base: usize, padded: &'p mut Near) -> &'p Near {
    padded.fill(b' ');
    let start = base.saturating_sub(BEFORE);
    let bytes = chunk.get(start..chunk.len().min(base + BLOCK + BEHIND)).unwrap_or_default();
    let offset = BEFORE - (base - start);
    padded[offset..offset + bytes.len()].copy_from_slice(bytes);
    padded
}

/// `bits` one place on, with what the block before handed over; the top bit is handed to the next block.
#[inline(always)]
const fn shift(bits: u64, carry: &mut u64) -> u64 {
    let shifted = (bits << 1) | *carry;
    *carry = bits >> 63;
    shifted
}

/// Which bytes stand behind a backslash that is not itself escaped. The lowest bit of `carry` goes from block to block.
#[inline(always)]
pub const fn escape(backslash: u64, carry: &mut u64) -> u64 {
    const EVEN: u64 = 0x5555_5555_5555_5555;
    let is_escaped = *carry & 1;
    let backslash = backslash & !is_escaped;
    let follows = backslash << 1 | is_escaped;
    let odd_starts = backslash & !EVEN & !follows;
    let (sequences, over) = odd_starts.overflowing_add(backslash);
    *carry = *carry & !1 | over as u64;
    (EVEN ^ (sequences << 1)) & follows
}

/// A line feed inside a string tears its line; it and what stands behind it are outside. Gives what is inside then, and
/// these line feeds.
#[cold]
const fn repair(mut inside: u64, newline: u64) -> (u64, u64) {
    let mut torn = 0;
    while newline & inside != 0 {
        let first = newline & inside & (newline & inside).wrapping_neg();
        torn |= first;
        inside ^= !(first - 1);
    }
    (inside, torn)
}
