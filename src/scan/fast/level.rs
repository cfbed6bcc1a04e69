//! The lines of a chunk on their way to what they say: tokens, grammar, trails. A chunk is one of the log, or texts of strings
//! of the level above.

use super::guess::Guess;
use super::hit::{Hit, Inside};
use super::line::Line;
use super::lines::Lines;
use super::scalar;
use super::sight::Sight;
use super::span::Span;
use super::trails::{Lead, Trails};
use super::waiting::Each;
use super::walk::{Memos, Walk};
use crate::profile::Profile;
use crate::scan::simd::{Lexer, Tier, Tokens};

/// What a thread keeps of a level from chunk to chunk.
#[derive(Debug)]
pub struct Level {
    tier: Tier,
    tokens: Tokens,
    walk: Walk,
    trails: Trails<Self>,
}

impl Level {
    /// A scanner for lines of a profile.
    pub fn new(tier: Tier, profile: &Profile) -> Self {
        Self::with(tier, Trails::new(profile))
    }

    /// A scanner for texts of strings, by the way that goes on in them.
    fn of_texts(tier: Tier, guess: &Guess, is_given: bool) -> Self {
        Self::with(tier, Trails::through_texts(guess, is_given, |guess| Self::of_texts(tier, guess, is_given)))
    }

    fn with(tier: Tier, trails: Trails<Self>) -> Self {
        Self { tier, tokens: Tokens::default(), walk: Walk::new(), trails }
    }

    /// Scans a chunk that begins at the start of a line, as [`super::Fast::chunk`] has it.
    pub fn chunk(
        &mut self,
        memos: &mut Memos,
        chunk: &[u8],
        line: &mut impl FnMut(Span, Sight<'_>) -> Option<Box<Guess>>,
    ) -> usize {
        let Self { tier, tokens, walk, trails } = self;
        tokens.begin();
        walk.begin();
        let mut lexer = Lexer::new(chunk, *tier);
        let mut lines = Lines::new(chunk);
        while let Some(to) = lexer.group(tokens) {
            scalar::check(chunk, tokens);
            let root = walk.group(memos, tokens, to);
            tokens.flaws.sort_unstable();
            let mut order = Order { tier: *tier, chunk, trails, memos, line, waiting: None, guess: None };
            lines.group(tokens, root, |line, is_spoilt| order.take(line, is_spoilt));
            order.end();
        }
        if lines.start() < chunk.len()
            && let Some(guess) = line(Span { start: lines.start(), end: chunk.len() }, Sight::Unclear)
        {
            keep(trails, &guess, *tier);
        }
        tokens.line_ends
    }
}

/// The lines of a group on their way out. Those that wait for the texts of their strings hold up the others.
struct Order<'o, L> {
    tier: Tier,
    chunk: &'o [u8],
    trails: &'o mut Trails<Level>,
    memos: &'o mut Memos,
    line: &'o mut L,
    /// The trail for whose texts lines wait.
    waiting: Option<usize>,
    /// What was said of the next lines when those that waited were given. It counts after the group, since trails have
    /// their numbers until then.
    guess: Option<Box<Guess>>,
}

impl<L: FnMut(Span, Sight<'_>) -> Option<Box<Guess>>> Order<'_, L> {
    /// Takes the next line.
    #[inline(always)]
    fn take(&mut self, line: &Line<'_>, is_spoilt: bool) {
        let Line { span, .. } = *line;
        let guess = match if is_spoilt { Lead::Nothing } else { self.trails.follow(line) } {
            Lead::Response(number) => {
                if self.waiting.is_some() {
                    self.read_texts();
                }
                let Some(branch) = self.trails.get(number) else { return };
                let (chunk, found) = (self.chunk, &branch.trail.found);
                let (way, around, inside) = (&found.way, found.around(), Inside::Response(found));
                (self.line)(span, Sight::Clear(&Hit { chunk, span, way, around, inside }))
            }
            Lead::Text(number, text) => return self.wait_for(number, span, text),
            Lead::Nothing => match self.waiting.and_then(|number| self.trails.get(number)?.texts.as_mut()) {
                Some((waiting, _)) => return waiting.add(span, is_spoilt),
                None => (self.line)(span, if is_spoilt { Sight::Spoilt } else { Sight::Sound }),
            },
        };
        if let Some(guess) = guess {
            keep(self.trails, &guess, self.tier);
        }
    }

    /// Lets a line wait for the text of its string, by the trail of this number.
    fn wait_for(&mut self, number: usize, span: Span, text: Span) {
        if self.waiting.is_some_and(|waiting| waiting != number) {
            self.read_texts();
        }
        let raw = self.chunk.get(text.start..text.end).unwrap_or_default();
        if let Some(branch) = self.trails.get(number)
            && let Some((waiting, _)) = &mut branch.texts
        {
            waiting.add_text(span, branch.trail.found.around(), raw);
            self.waiting = Some(number);
        }
    }

    /// Gives the lines that wait.
    #[inline(never)]
    fn read_texts(&mut self) {
        let Self { chunk, trails, memos, line, waiting, guess, .. } = self;
        if let Some(branch) = waiting.take().and_then(|number| trails.get(number))
            && let Some((waiting, level)) = &mut branch.texts
        {
            // Levels call each other, which no type could say that holds what they call.
            let scan = |texts: &[u8], mut each: Each<'_>| {
                level.chunk(memos, texts, &mut each);
            };
            if let Some(new) = waiting.give(chunk, &branch.trail.found.way, line, scan) {
                *guess = Some(new);
            }
        }
    }

    /// Ends a group: all its lines are given.
    fn end(mut self) {
        if self.waiting.is_some() {
            self.read_texts();
        }
        if let Some(guess) = self.guess {
            keep(self.trails, &guess, self.tier);
        }
    }
}

fn keep(trails: &mut Trails<Level>, guess: &Guess, tier: Tier) {
    trails.guess(guess, |guess, is_given| Level::of_texts(tier, guess, is_given));
}
