//! The walk over the tokens of a chunk: windows, lines, and the keys that may count. The grammar is the memo's; what a
//! key means is the trail's.

use super::Span;
use super::memo::{LEVEL, Memo, Stack, WINDOW};
use super::trail::{Found, Line, Trail};
use crate::scan::simd::{CODE, LINE, MARK, Tokens};

/// A byte in every byte of a word.
const EACH: u64 = 0x0101_0101_0101_0101;
/// The codes of a window.
const CODES: u64 = EACH * CODE as u64;
/// Its marks, but for the first token, which was passed.
const MARKS: u64 = (EACH * MARK as u64) & !0xff;

/// The walk over a chunk.
pub struct Walk<'c> {
    chunk: &'c [u8],
    /// The token in front of the next window's new ones.
    at: usize,
    /// How many flaws were passed.
    flaw: usize,
    /// The line end in front of the present line, as a token.
    line_token: usize,
    /// Where the present line begins.
    start: usize,
    stack: Stack,
    /// Whether a flaw lies in the present line, of an earlier group.
    is_spoilt: bool,
}

impl<'c> Walk<'c> {
    /// The start of a chunk, which is the start of a line.
    pub fn new(chunk: &'c [u8]) -> Self {
        Self { chunk, at: 0, flaw: 0, line_token: 0, start: 0, stack: Stack::default(), is_spoilt: false }
    }

    /// Where the present line begins.
    pub const fn line_start(&self) -> usize {
        self.start
    }

    /// Walks over the tokens that a group has added; `line` gets the lines that end in it.
    pub fn group(
        &mut self,
        tokens: &mut Tokens,
        memo: &mut Memo,
        trail: &mut Trail,
        line: &mut impl FnMut(Span, Option<&Found>),
    ) {
        self.flaw = 0;
        // What changes with every window is kept in registers.
        let (mut at, mut mark, mut stack) = (self.at, 0, self.stack);
        while let Some(window) = tokens.codes.get(at..).and_then(|rest| rest.first_chunk::<WINDOW>()) {
            let window = u64::from_le_bytes(*window);
            let mut marks = window & MARKS;
            if at + WINDOW > tokens.ends.codes && !ends_line(window, marks) {
                // The rest of it comes with the next group.
                break;
            }
            let mut codes = window & CODES;
            let mut passed = WINDOW - 1;
            let mut ended = None;
            while marks != 0 {
                let bit = marks.trailing_zeros() & !7;
                let place = tokens.marks.get(mark).map_or(0, |&place| place as usize);
                mark += 1;
                if (codes >> bit) as u8 & CODE == LINE {
                    codes &= u64::MAX >> (56 - bit);
                    passed = (bit / 8) as usize;
                    ended = Some(place);
                    break;
                }
                let depth = depth_behind(stack, codes & ((1 << bit) - 0x100));
                trail.offer(at + (bit / 8) as usize, place, depth);
                marks &= marks - 1;
            }
            stack.go_on(codes, memo);
            at += passed;
            if let Some(end) = ended {
                self.at = at;
                self.end_line(end, stack, tokens, trail, line);
                stack = Stack::default();
            }
        }
        (self.at, self.stack) = (at, stack);
        tokens.pass_marks(mark);
        self.is_spoilt |= self.flaw < tokens.flaws.len();
        tokens.flaws.clear();
    }

    #[inline(always)]
    fn end_line(
        &mut self,
        end: usize,
        stack: Stack,
        tokens: &Tokens,
        trail: &mut Trail,
        line: &mut impl FnMut(Span, Option<&Found>),
    ) {
        while tokens.flaws.get(self.flaw).is_some_and(|&place| place as usize <= end) {
            self.flaw += 1;
            self.is_spoilt = true;
        }
        let span = Span { start: self.start, end };
        let sound = stack.is_sound() && !self.is_spoilt;
        let tokens = Line { chunk: self.chunk, span, tokens, first: self.line_token + 1 };
        let found = (sound && trail.follow(&tokens, stack.has_one_member())).then_some(&trail.found);
        line(span, found);
        trail.begin_line();
        self.start = end + 1;
        self.line_token = self.at;
        self.is_spoilt = false;
    }
}

/// Whether a line ends in a window, of which these are the marks.
#[cold]
fn ends_line(window: u64, mut marks: u64) -> bool {
    while marks != 0 {
        if (window >> (marks.trailing_zeros() & !7)) as u8 & CODE == LINE {
            return true;
        }
        marks &= marks - 1;
    }
    false
}

/// How many containers are open behind some new tokens of a window.
#[inline(always)]
fn depth_behind(stack: Stack, codes: u64) -> u32 {
    let (opened, closed) = brackets(codes);
    (stack.depth() + opened).wrapping_sub(closed)
}

/// How many of eight tokens open containers, and how many close one.
#[inline(always)]
pub fn brackets(codes: u64) -> (u32, u32) {
    // By the codes: those that open have the third bit, those that close the second and not the fourth.
    let opened = codes & EACH << 2;
    let closed = codes & EACH << 1 & !(codes >> 2);
    (opened.count_ones(), closed.count_ones())
}

const _: () = assert!(LEVEL == 2, "a depth is half of the bits of a stack");
