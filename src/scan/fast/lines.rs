//! The lines of a chunk: where each ends, which keys of it may count, and whether anything spoils it.

use super::line::Line;
use super::memo::Root;
use super::span::Span;
use crate::scan::simd::Tokens;

/// The lines of a chunk up to some place.
pub struct Lines<'c> {
    chunk: &'c [u8],
    /// Where the present line begins.
    start: usize,
    /// Whether a flaw lies in the present line, of an earlier group.
    is_spoilt: bool,
    /// Whether the root of the present line has one member at most, as far as earlier groups tell.
    is_lone: bool,
    /// Keys of the present line that may be `RequestId` or `Error`, of an earlier group: their closing quotes.
    keys: Vec<u32>,
}

impl<'c> Lines<'c> {
    /// The start of a chunk, which is the start of a line.
    pub const fn new(chunk: &'c [u8]) -> Self {
        Self { chunk, start: 0, is_spoilt: false, is_lone: true, keys: Vec::new() }
    }

    /// Where the present line begins.
    pub const fn start(&self) -> usize {
        self.start
    }

    /// Gives the lines that end in a group, and of each whether something in it is wrong; `root` says how many members the
    /// roots of its sound lines have.
    pub fn group(&mut self, tokens: &Tokens, root: Root, mut line: impl FnMut(&Line<'_>, bool)) {
        let marks = tokens.marks.get(..tokens.ends.marks).unwrap_or_default();
        let mut flaws = tokens.flaws.as_slice();
        let is_lone = root == Root::Lone;
        self.is_lone &= is_lone;
        let mut first = 0;
        let Self { chunk, .. } = *self;
        for (number, &mark) in marks.iter().enumerate() {
            let end = tokens.place(mark);
            if chunk.get(end) != Some(&b'\n') {
                continue;
            }
            let mut is_spoilt = std::mem::take(&mut self.is_spoilt);
            while let Some((&flaw, rest)) = flaws.split_first()
                && flaw as usize <= end
            {
                (flaws, is_spoilt) = (rest, true);
            }
            let span = Span { start: self.start, end };
            let keys = marks.get(first..number).unwrap_or_default();
            line(&Line { chunk, span, tokens, earlier_keys: &self.keys, keys, is_lone: self.is_lone }, is_spoilt);
            self.keys.clear();
            self.start = end + 1;
            self.is_lone = is_lone;
            first = number + 1;
        }
        let left = marks.get(first..).unwrap_or_default();
        self.keys.extend(left.iter().map(|&key| tokens.place(key) as u32));
        self.is_spoilt |= !flaws.is_empty();
    }
}
