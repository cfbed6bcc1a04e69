//! The walk over the tokens of a chunk: whether every line is one object. It goes over the line ends as over any other
//! token, and looks for the line that is wrong only when one is. The grammar is the memo's.

use super::memo::{Memo, Place, Root};
use crate::scan::simd::{LINE, Tokens};

/// Behind a group in which both were tried, so many are taken as that one was.
const PATIENCE: u32 = 32;

/// When there is a wrong line to so few marks, it is looked whether that is because roots have several members. Lines
/// have two marks or so.
const MARKS: usize = 32;

/// The windows that a thread has seen, in whatever texts.
#[derive(Debug)]
pub struct Memos {
    lone: Memo,
    any: Memo,
}

impl Memos {
    /// None seen yet.
    pub fn new() -> Self {
        Self { lone: Memo::new(Root::Lone), any: Memo::new(Root::Any) }
    }

    fn of(&mut self, root: Root) -> &mut Memo {
        match root {
            Root::Lone => &mut self.lone,
            Root::Any => &mut self.any,
        }
    }
}

/// What is kept of the walk over a chunk.
#[derive(Debug)]
pub struct Walk {
    /// What is expected of the next groups.
    expected: Root,
    /// For how many groups more nothing else is tried.
    patience: u32,
    /// The last token that was passed.
    at: Place,
}

impl Walk {
    /// A walk that has met nothing yet.
    pub const fn new() -> Self {
        Self { expected: Root::Lone, patience: 0, at: Place::at_start(0) }
    }

    /// Goes back to the start of a chunk, which is the start of a line.
    pub const fn begin(&mut self) {
        self.at = Place::at_start(0);
    }

    /// Walks over the tokens that a group has added, and adds a flaw for each line end whose line is wrong. Tells how many
    /// members the roots have of lines that are not: where most have one at most, those with more are wrong too.
    pub fn group(&mut self, memos: &mut Memos, tokens: &mut Tokens, end: usize) -> Root {
        self.patience = self.patience.saturating_sub(1);
        if self.patience == 0 {
            self.expected = Root::Lone;
        }
        let (from, flaws) = (self.at, tokens.flaws.len());
        let wrong = self.pass(memos, tokens, end);
        if wrong > 0 && self.patience == 0 && wrong * MARKS > tokens.ends.marks {
            self.patience = PATIENCE;
            for root in [Root::Any, Root::Lone] {
                tokens.flaws.truncate(flaws);
                (self.at, self.expected) = (from, root);
                if self.pass(memos, tokens, end) < wrong {
                    break;
                }
            }
        }
        self.expected
    }

    /// Walks over the group once, and tells how many lines are wrong.
    fn pass(&mut self, memos: &mut Memos, tokens: &mut Tokens, end: usize) -> usize {
        let to = tokens.ends.codes - 1;
        let mut wrong = 0;
        while self.at.token < to {
            match self.at.walk(&tokens.codes, to, memos.of(self.expected)) {
                Ok(place) => self.at = place,
                Err(sound) => {
                    self.at = self.wrong_line(memos, tokens, sound, end);
                    wrong += 1;
                }
            }
        }
        wrong
    }

    /// The end of the next line that is wrong, when everything up to some place is not, or the end of the group. That of
    /// the line becomes a flaw.
    #[cold]
    fn wrong_line(&self, memos: &mut Memos, tokens: &mut Tokens, sound: Place, end: usize) -> Place {
        let to = tokens.ends.codes - 1;
        let codes = &tokens.codes;
        let passed = codes.get(self.at.token + 1..=sound.token).unwrap_or_default();
        let mut from = match memchr::memrchr(LINE, passed) {
            Some(behind) => Place::at_start(self.at.token + 1 + behind),
            None => self.at,
        };
        loop {
            let left = codes.get(from.token + 1..=to).unwrap_or_default();
            let line_end = memchr::memchr(LINE, left).map(|behind| from.token + 1 + behind);
            let line_to = line_end.unwrap_or(to);
            match from.walk(codes, line_to, memos.of(self.expected)) {
                Ok(place) if place.token < to => from = place,
                Ok(place) => return place,
                Err(_) if line_end.is_none() => return Place::in_wrong_line(to),
                Err(_) => {
                    let place = tokens.place_of(line_to, end);
                    tokens.flaws.push(place as u32);
                    return Place::at_start(line_to);
                }
            }
        }
    }
}
