//! The block scanner: the tokens of a chunk, the grammar over windows of them, and the keys that count.
//!
//! Four steps, a group of blocks at a time. `simd` finds the tokens: it knows strings, and where numbers, literals and
//! brackets stand, and forgets white space. `scalar` reads those numbers and literals that are more than digits. `walk`
//! goes over the tokens in windows whose effect on the open containers `memo` remembers. `lines` gives the lines, and of
//! those that nothing spoils `trail` reads the members on the way to the error. Everything that is wrong or rare declines
//! its line: escapes in a key, blanks in front of a colon, keys given twice, more than 30 levels. Then a slower scanner
//! decides, so this one needs no reasons. A flaw is a place, and spoils only the line it lies in.
//!
//! Where the response stands in the text of a string, the texts of a group's lines (`waiting`) go through the same steps, at a
//! `level` of their own.

mod elsewhere;
mod found;
mod guess;
mod hit;
mod keys;
mod level;
mod line;
mod lines;
mod memo;
mod record;
mod scalar;
mod sight;
mod span;
mod trail;
mod trails;
mod unwrapped;
mod waiting;
mod walk;

pub use elsewhere::has_unicode_escape;
pub use guess::Guess;
pub use sight::Sight;
pub use span::Span;

use super::simd::Tier;
use crate::profile::Profile;
use level::Level;
use walk::Memos;

/// What a thread keeps from chunk to chunk.
#[derive(Debug)]
pub struct Fast {
    memos: Memos,
    level: Level,
}

impl Fast {
    /// A scanner for lines of a profile.
    pub fn new(tier: Tier, profile: &Profile) -> Self {
        Self { memos: Memos::new(), level: Level::new(tier, profile) }
    }

    /// Scans a chunk that begins at the start of a line. `line` gets every line in order; what stands behind the last LF
    /// is a line too; it may say where the envelopes of the next lines are. Gives the number of LF, counted apart from the
    /// lines.
    pub fn chunk(&mut self, chunk: &[u8], line: &mut impl FnMut(Span, Sight<'_>) -> Option<Box<Guess>>) -> usize {
        self.level.chunk(&mut self.memos, chunk, line)
    }
}
