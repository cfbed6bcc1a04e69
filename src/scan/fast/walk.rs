//! The walk over brackets and line ends: containers, levels, and the lines themselves. The grammar between two brackets
//! was checked before.

use super::check::Grammar;
use super::trail::{Found, Trail};
use super::{NOWHERE, Span};

/// Outside of all containers.
const OUTSIDE: u64 = 1;

/// The walk over brackets and line ends.
pub struct Walk<'c> {
    chunk: &'c [u8],
    /// Where the present line begins.
    start: usize,
    /// Where the root of the present line closed.
    root_end: usize,
    /// The open containers: one bit a level, the innermost lowest, which is set for an object; above them a one. What
    /// is nested too deeply loses that one, and never comes back to [`OUTSIDE`].
    containers: u64,
    /// Where the last string opened, of the blocks before.
    last_opening: usize,
    /// Not zero when the line cannot be decided here.
    spoilt: u64,
}

impl<'c> Walk<'c> {
    /// The start of a chunk, which is the start of a line.
    pub const fn new(chunk: &'c [u8]) -> Self {
        Self { chunk, start: 0, root_end: NOWHERE, containers: OUTSIDE, last_opening: 0, spoilt: 0 }
    }

    /// Where the present line begins.
    pub const fn line_start(&self) -> usize {
        self.start
    }

    /// Walks over the block at `base`; `line` gets the lines that end in it.
    #[inline(always)]
    pub fn block(&mut self, base: usize, g: &Grammar, trail: &mut Trail, line: &mut impl FnMut(Span, Option<&Found>)) {
        let mut events = g.events;
        let mut rest = u64::MAX;
        while events != 0 {
            let upto = events ^ (events - 1);
            let event = events & upto;
            self.stretch(base, g, rest & upto, trail);
            if event & g.newline != 0 {
                self.end_line(base + event.trailing_zeros() as usize, trail, line);
            } else {
                let is_object = u64::from(event & g.curly != 0);
                let opens = event & g.open != 0;
                let opened = self.containers << 1 | is_object;
                self.spoilt |= (self.containers ^ is_object) & u64::from(!opens);
                self.containers = if opens { opened } else { self.containers >> 1 };
                if self.containers < trail.floor() {
                    self.leave(base + event.trailing_zeros() as usize, trail);
                }
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
        let wrong = if self.containers & 1 == 0 { g.wrong_in_array } else { g.wrong_in_object };
        self.spoilt |= wrong & stretch;
        let keys = if trail.is_in_response() { g.key_end_in_response } else { g.key_end };
        if keys & stretch != 0 && self.containers >> 1 < trail.floor() {
            self.keys(base, g, keys & stretch, trail);
        }
    }

    /// Keys of the innermost object on the way.
    fn keys(&mut self, base: usize, g: &Grammar, mut keys: u64, trail: &mut Trail) {
        while keys != 0 {
            let bit = keys & keys.wrapping_neg();
            let before = g.opening & (bit - 1);
            let opened = if before == 0 { self.last_opening } else { base + (63 - before.leading_zeros() as usize) };
            let key = Span { start: opened + 1, end: base + bit.trailing_zeros() as usize };
            let may_escape = g.backslash != 0 || before == 0;
            // A key in a torn line may seem to open before the line does.
            if self.spoilt != 0 || key.start > key.end || !trail.key(self.chunk, key, may_escape) {
                self.spoilt |= 1;
            }
            keys &= keys - 1;
        }
    }

    /// The innermost object on the way closed, or something stands behind the root.
    fn leave(&mut self, at: usize, trail: &mut Trail) {
        self.spoilt |= u64::from(self.root_end != NOWHERE);
        if self.containers <= OUTSIDE {
            self.root_end = at;
        }
        trail.leave(self.containers <= OUTSIDE);
    }

    #[inline(always)]
    fn end_line(&mut self, at: usize, trail: &mut Trail, line: &mut impl FnMut(Span, Option<&Found>)) {
        let span = Span { start: self.start, end: at };
        let root_end = self.root_end.wrapping_add(1);
        let is_whole = root_end == at || (root_end + 1 == at && self.chunk.get(root_end) == Some(&b'\r'));
        let is_object = self.chunk.get(self.start) == Some(&b'{');
        let sound = self.spoilt == 0 && self.containers == OUTSIDE && is_whole && is_object;
        line(span, (sound && trail.is_complete(self.chunk)).then_some(&trail.found));
        trail.begin_line();
        self.start = at + 1;
        self.root_end = NOWHERE;
        self.containers = OUTSIDE;
        self.spoilt = 0;
    }
}
