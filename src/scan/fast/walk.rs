//! The walk over brackets and line ends: containers, levels, and the lines themselves. The grammar between two brackets
//! was checked before.

use super::check::Grammar;
use super::trail::{Found, Trail};
use super::{NOWHERE, Span};

/// Deepest nesting that the stack of one word holds.
const DEPTH_MAX: u32 = 64;

/// The walk over brackets and line ends.
pub struct Walk<'c> {
    chunk: &'c [u8],
    /// Where the present line begins.
    start: usize,
    depth: u32,
    /// One bit a level, the innermost lowest: whether it is an object.
    objects: u64,
    /// Where the last string opened.
    last_opening: usize,
    /// Not zero when the line cannot be decided here.
    spoilt: u64,
    /// Not zero when the line may have backslashes.
    backslash: u64,
}

impl<'c> Walk<'c> {
    /// The start of a chunk, which is the start of a line.
    pub const fn new(chunk: &'c [u8]) -> Self {
        Self { chunk, start: 0, depth: 0, objects: 0, last_opening: 0, spoilt: 0, backslash: 0 }
    }

    /// Where the present line begins.
    pub const fn line_start(&self) -> usize {
        self.start
    }

    /// Walks over the block at `base`; `line` gets the lines that end in it.
    #[inline(always)]
    pub fn block(&mut self, base: usize, g: &Grammar, trail: &mut Trail, line: &mut impl FnMut(Span, Option<&Found>)) {
        let mut events = g.open | g.close | g.newline;
        let mut rest = u64::MAX;
        self.backslash |= g.backslash;
        while events != 0 {
            let upto = events ^ (events - 1);
            let bit = events & upto;
            let stretch = rest & upto;
            self.stretch(base, g, stretch, trail);
            let at = base + bit.trailing_zeros() as usize;
            if bit & g.newline != 0 {
                self.end_line(at, trail, line);
                self.backslash = g.backslash & !upto;
            } else if bit & g.open != 0 {
                self.open(at, bit & g.curly != 0, trail);
            } else {
                self.close(bit & g.curly != 0, trail);
            }
            rest = !upto;
            events &= events - 1;
        }
        self.stretch(base, g, rest, trail);
        if g.opening != 0 {
            self.last_opening = base + (63 - g.opening.leading_zeros() as usize);
        }
    }

    /// The bytes between two brackets, with the second one: they have one container.
    #[inline(always)]
    fn stretch(&mut self, base: usize, g: &Grammar, stretch: u64, trail: &mut Trail) {
        let object = (self.objects & 1).wrapping_neg();
        let by_container = (g.wrong_in_object & object) | (g.wrong_in_array & !object);
        self.spoilt |= stretch & (g.wrong | by_container);
        let keys = g.key_end & stretch;
        if keys != 0 && self.depth as usize == trail.level + 1 {
            self.keys(base, g, keys, trail);
        }
    }

    #[inline(always)]
    fn keys(&mut self, base: usize, g: &Grammar, mut keys: u64, trail: &mut Trail) {
        while keys != 0 {
            let bit = keys & keys.wrapping_neg();
            let before = g.opening & (bit - 1);
            let opened = if before == 0 { self.last_opening } else { base + (63 - before.leading_zeros() as usize) };
            let key = Span { start: opened + 1, end: base + bit.trailing_zeros() as usize };
            // A key in a torn line may seem to open before the line does.
            if self.spoilt != 0 || key.start > key.end || !trail.key(self.chunk, key, self.backslash != 0) {
                self.spoilt |= 1;
            }
            keys &= keys - 1;
        }
    }

    #[inline(always)]
    fn open(&mut self, at: usize, curly: bool, trail: &mut Trail) {
        self.spoilt |= u64::from(self.depth == DEPTH_MAX) | u64::from(self.depth == 0 && at != self.start);
        self.objects = self.objects << 1 | u64::from(curly);
        self.depth += 1;
        if at == trail.opens_at {
            trail.opens_at = NOWHERE;
            trail.level += usize::from(curly);
        }
    }

    #[inline(always)]
    fn close(&mut self, curly: bool, trail: &mut Trail) {
        self.spoilt |= u64::from(self.depth == 0) | (self.objects & 1 ^ u64::from(curly));
        self.objects >>= 1;
        if self.depth as usize == trail.level + 1 {
            trail.level = trail.level.saturating_sub(1);
        }
        self.depth = self.depth.saturating_sub(1);
    }

    #[inline(always)]
    fn end_line(&mut self, at: usize, trail: &mut Trail, line: &mut impl FnMut(Span, Option<&Found>)) {
        let span = Span { start: self.start, end: at };
        let sound = self.spoilt == 0 && self.depth == 0 && trail.is_complete(self.chunk);
        line(span, sound.then_some(&trail.found));
        trail.begin_line();
        self.start = at + 1;
        self.depth = 0;
        self.objects = 0;
        self.spoilt = 0;
    }
}
