//! The ways that led to the responses of earlier lines: logs have few shapes, and each keeps its own. What reads the texts of
//! strings it only holds.

use super::guess::Guess;
use super::line::Line;
use super::span::Span;
use super::trail::{End, Trail};
use super::waiting::Waiting;
use crate::profile::{Pointer, Profile};

/// How many ways are kept. Each is followed through a line that has no response.
const TRAILS_MAX: usize = 4;

/// The trails through lines; `T` reads the texts of strings.
#[derive(Debug)]
pub struct Trails<T> {
    /// The one pointer at which a response may stand, when it is given (`--envelope`).
    given: Option<Pointer>,
    /// The members of the root that `--by` and `--field` ask for; none where one of them asks for something else.
    asked: Vec<Vec<u8>>,
    list: Vec<Branch<T>>,
    /// The one that led to the last response.
    current: usize,
}

/// A trail, and what reads the texts that it leads to.
#[derive(Debug)]
pub struct Branch<T> {
    /// The trail.
    pub trail: Trail,
    /// When it leads to strings: the lines that wait for their texts, and what reads these.
    pub texts: Option<(Waiting, Box<T>)>,
}

/// What the trails lead to in a line.
#[derive(Clone, Copy, Debug)]
pub enum Lead {
    /// A response; the trail of this number has found all that decides the line.
    Response(usize),
    /// A string whose text goes on, between its quotes, by the trail of this number.
    Text(usize, Span),
    /// Nothing that decides the line.
    Nothing,
}

impl<T> Trails<T> {
    /// The trails through lines of a profile: to its first pointer, or by a guess that the root is the envelope.
    pub fn new(profile: &Profile) -> Self {
        let given = profile.envelope().first();
        let asked = asked(profile).unwrap_or_default();
        let guess = Guess { pointer: given.cloned().unwrap_or_default(), ..Guess::default() };
        let trail = Trail::new(&guess, given.is_some(), &asked, false);
        Self { given: given.cloned(), asked, list: vec![Branch { trail, texts: None }], current: 0 }
    }

    /// The one trail through texts of strings that goes on from another.
    pub fn through_texts(guess: &Guess, is_given: bool, read: impl FnOnce(&Guess) -> T) -> Self {
        let branch = Branch::new(Trail::new(guess, is_given, &[], true), read);
        Self { given: None, asked: Vec::new(), list: vec![branch], current: 0 }
    }

    /// Keeps the way to where the envelopes of the next lines may be; `read` makes what reads the texts that it leads to.
    pub fn guess(&mut self, guess: &Guess, read: impl FnOnce(&Guess, bool) -> T) {
        let is_given = self.given.is_some();
        if self.given.as_ref().is_some_and(|given| *given != guess.pointer) {
            return;
        }
        if let Some(known) = self.list.iter().position(|branch| branch.trail.guess == *guess) {
            self.current = known;
            return;
        }
        if self.list.len() == TRAILS_MAX {
            // The oldest one that led to nothing lately.
            self.list.remove(usize::from(self.current == 0));
        }
        let trail = Trail::new(guess, is_given, &self.asked, false);
        self.current = self.list.len();
        self.list.push(Branch::new(trail, |guess| read(guess, is_given)));
    }

    /// Follows the trails through a sound line, first that of the last response.
    #[inline(always)]
    pub fn follow(&mut self, line: &Line<'_>) -> Lead {
        match self.list.get_mut(self.current).map_or(End::Nowhere, |branch| branch.trail.follow(line)) {
            End::Response => Lead::Response(self.current),
            End::Text(span) => Lead::Text(self.current, span),
            End::Nowhere if self.list.len() == 1 => Lead::Nothing,
            End::Nowhere => self.follow_others(line),
        }
    }

    #[inline(never)]
    fn follow_others(&mut self, line: &Line<'_>) -> Lead {
        for (number, branch) in self.list.iter_mut().enumerate().filter(|&(number, _)| number != self.current) {
            let lead = match branch.trail.follow(line) {
                End::Response => Lead::Response(number),
                End::Text(span) => Lead::Text(number, span),
                End::Nowhere => continue,
            };
            self.current = number;
            return lead;
        }
        Lead::Nothing
    }

    /// The trail of a number, with what reads its texts.
    pub fn get(&mut self, number: usize) -> Option<&mut Branch<T>> {
        self.list.get_mut(number)
    }
}

impl<T> Branch<T> {
    fn new(trail: Trail, read: impl FnOnce(&Guess) -> T) -> Self {
        let (_, inner) = trail.guess.at_first_layer();
        Self { texts: inner.map(|guess| (Waiting::default(), Box::new(read(&guess)))), trail }
    }
}

/// The members of the root that `--by` and then `--field` ask for; nothing where one of them asks for something else, or
/// there are more than a word has bits.
fn asked(profile: &Profile) -> Option<Vec<Vec<u8>>> {
    let pointers = profile.by().iter().chain(profile.fields().iter().map(|field| &field.pointer));
    let member = |pointer: &Pointer| match pointer.members() {
        [name] => Some(name.as_bytes().to_vec()),
        _ => None,
    };
    pointers.map(member).collect::<Option<Vec<_>>>().filter(|asked| asked.len() <= u64::BITS as usize)
}
