//! From masks to tokens: what is inside of strings, where tokens begin, which strings are keys. Blocks of 64 bytes, one
//! bit a byte, and a few bits from block to block. It knows the masks of a block, not how a tier makes them.

use super::BLOCK;
use super::tokens::{Block, Ends, Tokens, note_flaws};

/// Bytes of a chunk that a tier sees around a block: this many before it.
pub const BEFORE: usize = 16;
/// And so many behind it.
pub const BEHIND: usize = 16;
/// A block with the bytes around it.
pub type Near = [u8; BEFORE + BLOCK + BEHIND];

/// Which bytes of a block are what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Masks {
    /// `"`
    pub quote: u64,
    /// `\`
    pub backslash: u64,
    /// LF
    pub newline: u64,
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
    /// Bytes of 0x80 and more, and those below 0x20 but LF.
    pub unusual: u64,
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
    /// Those of them that are keys which may be `RequestId` or `Error`.
    pub named: u64,
    /// Those of them that are marked.
    pub marks: u64,
    /// Bytes that are to be looked at, in numbers and literals.
    pub odds: u64,
}

/// What one block hands to the next, each 0 or 1 but where it is told.
#[derive(Clone, Copy, Debug, Default)]
pub struct Carry {
    escape: u64,
    /// All zeros or all ones.
    in_string: u64,
    bare: u64,
    odd: u64,
    key: u64,
    /// Which of the last three bytes were of 0x80 or more.
    high: u64,
}

/// How a tier goes about a block.
pub struct Steps<M, P, F, W> {
    /// The masks of a block, and what `write` needs.
    pub masks: M,
    /// Bit `i` of the result is the exclusive or of bits 0 to `i`.
    pub prefix_xor: P,
    /// A closer look at a block with escapes or unusual bytes: which bytes are wrong, and which of the last three may
    /// begin a character that goes on behind the block.
    pub flaws: F,
    /// Appends the codes, marks and odd places of the block at a place.
    pub write: W,
}

/// The lists that a tier appends to.
pub struct Lists<'o> {
    /// Codes, longer than the present one by a block.
    pub codes: &'o mut [u8],
    /// Places of marks, likewise.
    pub marks: &'o mut [u32],
    /// Odd places, likewise.
    pub odds: &'o mut [u32],
}

/// Finds the tokens of the bytes from `from` up to `to`; both are multiples of the block but for the end of the chunk,
/// and `carry` is what the bytes before left.
#[inline(always)]
pub fn lex<C>(
    chunk: &[u8],
    (from, to): (usize, usize),
    carried: &mut Carry,
    out: &mut Tokens,
    steps: Steps<
        impl Fn(&Near) -> (Masks, C),
        impl Fn(u64) -> u64,
        impl Fn(&Near, &Strings) -> (u64, u64),
        impl Fn(&mut Lists<'_>, &mut Ends, &Near, C, usize, &Lexed),
    >,
) {
    // What changes with every block is kept in registers.
    let (mut carry, mut ends, mut line_ends) = (*carried, out.ends, 0);
    let Tokens { codes, blocks, marks, odds, flaws, .. } = out;
    let mut lists = Lists { codes, marks, odds };
    let mut padded = [b' '; BEFORE + BLOCK + BEHIND];
    let mut base = from;
    while base < to {
        let inner = base.checked_sub(BEFORE).and_then(|start| chunk.get(start..)?.first_chunk());
        let near: &Near = inner.unwrap_or_else(|| pad(chunk, base, &mut padded));
        let (m, class) = (steps.masks)(near);
        let (mut quote, mut escaped) = (m.quote, 0);
        if m.backslash | carry.escape != 0 {
            escaped = escape(m.backslash, &mut carry.escape);
            quote &= !escaped;
        }
        let mut inside = (steps.prefix_xor)(quote) ^ carry.in_string;
        let mut wrong = 0;
        if inside & m.newline != 0 {
            (inside, wrong) = repair(inside, m.newline);
        }
        carry.in_string = (inside.cast_signed() >> 63).cast_unsigned();
        let closing = quote & !inside;
        let keys = closing & m.before_colon;
        // A colon that is not right behind a string stays among what numbers are made of, and so is wrong.
        let bare = m.bare & !inside & !shift(keys, &mut carry.key);
        let starts = bare & !shift(bare, &mut carry.bare);
        let odd = bare & m.odd;
        let named = keys & m.named;
        let lexed = Lexed {
            tokens: m.single & !inside | closing | starts | m.newline,
            keys,
            named,
            marks: named | m.newline,
            odds: odd & !shift(odd, &mut carry.odd) | starts & m.zero,
        };
        if m.unusual | escaped | carry.high != 0 {
            let (more, high) = (steps.flaws)(near, &Strings { inside, escaped, high: carry.high });
            wrong |= more;
            carry.high = high;
        }
        if wrong != 0 {
            note_flaws(flaws, base, wrong, m.newline);
        }
        line_ends += m.newline.count_ones() as usize;
        blocks[base / BLOCK] = Block { tokens: lexed.tokens, before: ends.codes as u32 };
        (steps.write)(&mut lists, &mut ends, near, class, base, &lexed);
        base += BLOCK;
    }
    out.ends = ends;
    out.line_ends += line_ends;
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
