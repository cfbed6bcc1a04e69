//! The block scanner: the tokens of a chunk, the grammar over windows of them, and the keys that count.
//!
//! Four steps, a group of blocks at a time. `simd` finds the tokens: it knows strings, and where numbers, literals and
//! brackets stand, and forgets white space. `scalar` reads those numbers and literals that are more than digits. `walk`
//! goes over the tokens in windows whose effect on the open containers `memo` remembers. `lines` gives the lines, and of
//! those that nothing spoils `trail` reads the members on the way to the error. Everything that is wrong or rare declines
//! its line: escapes in a key, blanks in front of a colon, keys given twice, more than 30 levels. Then a slower scanner
//! decides, so this one needs no reasons. A flaw is a place, and spoils only the line it lies in.

mod found;
mod line;
mod lines;
mod memo;
mod record;
mod scalar;
mod span;
mod trail;
mod walk;

pub use lines::Sight;
pub use span::Span;
pub use trail::Trail;

use super::simd::{Lexer, Tier, Tokens};
use crate::profile::Pointer;
use lines::Lines;
use walk::Walk;

/// What a thread keeps from chunk to chunk.
#[derive(Debug)]
pub struct Fast {
    tier: Tier,
    tokens: Tokens,
    walk: Walk,
    trail: Trail,
}

impl Fast {
    /// A scanner for lines whose envelopes are where the trail leads.
    pub fn new(tier: Tier, trail: Trail) -> Self {
        Self { tier, tokens: Tokens::default(), walk: Walk::new(), trail }
    }

    /// Scans a chunk that begins at the start of a line. `line` gets every line in order; what stands behind the last LF
    /// is a line too; it may say where the envelopes of the next lines are. Gives the number of LF, counted apart from the
    /// lines.
    pub fn chunk(&mut self, chunk: &[u8], line: &mut impl FnMut(Span, Sight<'_>) -> Option<Box<Pointer>>) -> usize {
        let Self { tier, tokens, walk, trail } = self;
        tokens.begin();
        walk.begin();
        let mut lexer = Lexer::new(chunk, *tier);
        let mut lines = Lines::new(chunk);
        while let Some(to) = lexer.group(tokens) {
            scalar::check(chunk, tokens);
            let root = walk.group(tokens, to);
            tokens.flaws.sort_unstable();
            lines.group(tokens, root, trail, line);
        }
        if lines.start() < chunk.len() {
            let guess = line(Span { start: lines.start(), end: chunk.len() }, Sight::Unclear);
            if let Some(pointer) = guess {
                trail.guess(&pointer);
            }
        }
        tokens.line_ends
    }
}
