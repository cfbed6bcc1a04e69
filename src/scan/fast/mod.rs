//! The block scanner: a chunk of lines as bit masks, 64 bytes at a time, with the whole grammar checked on the masks.
//!
//! What may follow what is a shift and an AND, which needs no context: after `{` a quote or `}`, after `:` a value, a
//! colon only behind a key. Two rules need to know the container, that in an object every comma is followed by a key
//! and that in an array there is no colon; they are checked for the stretch between two brackets, and brackets are
//! the only thing that is walked, with one bit a level as the stack. Line feeds are walked with them. Of the keys in a
//! response object only those are looked at that have the first letter and the length of `RequestId` or `Error`.
//! Everything that is wrong or rare declines its line: other white space than one blank behind a comma or colon,
//! escapes in a key on the way to the envelope, keys given twice, more than 64 levels. Then a slower scanner decides,
//! so this one needs no reasons. An error is a bit at its place, and spoils only the line it lies in.

mod check;
mod scalar;
mod trail;
mod walk;

pub use trail::{Found, Trail};

use super::simd::{BLOCK, Masks};
use check::Checker;
use walk::Walk;

/// No place in a chunk.
const NOWHERE: usize = usize::MAX;

/// A line of a chunk, without its LF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Place of the first byte in the chunk.
    pub start: usize,
    /// Place behind the last byte.
    pub end: usize,
}

/// Scans a chunk that begins at the start of a line. `line` gets every line in order: with what was found, or with
/// nothing when a slower scanner has to decide. What stands behind the last LF is a line too. Gives the number of LF,
/// counted apart from the lines.
#[inline(always)]
pub fn run(
    chunk: &[u8],
    trail: &mut Trail,
    line: &mut impl FnMut(Span, Option<&Found>),
    mut masks: impl FnMut(&[u8; BLOCK]) -> Masks,
    prefix_xor: impl Fn(u64) -> u64,
) -> usize {
    let mut line_ends = 0;
    let mut checker = Checker::default();
    let mut walk = Walk::new(chunk);
    trail.begin_line();
    let (blocks, rest) = chunk.as_chunks::<BLOCK>();
    for (place, block) in blocks.iter().enumerate() {
        let base = place * BLOCK;
        let grammar = checker.check(chunk, base, masks(block), &prefix_xor);
        line_ends += grammar.newline.count_ones() as usize;
        walk.block(base, &grammar, trail, line);
    }
    if !rest.is_empty() {
        let mut block = [b' '; BLOCK];
        block[..rest.len()].copy_from_slice(rest);
        let base = blocks.len() * BLOCK;
        let grammar = checker.check(chunk, base, masks(&block), &prefix_xor);
        line_ends += grammar.newline.count_ones() as usize;
        walk.block(base, &grammar, trail, line);
    }
    if walk.line_start() < chunk.len() {
        line(Span { start: walk.line_start(), end: chunk.len() }, None);
    }
    line_ends
}
