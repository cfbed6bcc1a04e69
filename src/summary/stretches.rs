//! Something about the bytes of each input, chunk by chunk: chunks that follow each other join into stretches, so that this
//! takes no memory that grows with the log. It knows no line.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

/// An input, and the first byte of a stretch.
pub type Start = (u32, u64);

/// What there is to say of the bytes of some inputs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretches<T> {
    /// By input and first byte, with the byte after the last one. They do not overlap.
    of: BTreeMap<Start, (u64, T)>,
}

impl<T> Default for Stretches<T> {
    fn default() -> Self {
        Self { of: BTreeMap::new() }
    }
}

impl<T> Stretches<T> {
    /// Notes a chunk; each chunk is noted once.
    pub fn chunk(&mut self, input: u32, bytes: &Range<u64>, what: T) {
        if !bytes.is_empty() {
            self.of.insert((input, bytes.start), (bytes.end, what));
        }
    }

    /// Adds the chunks of another one.
    pub fn merge(&mut self, other: Self) {
        self.of.extend(other.of);
    }

    /// How many stretches there are.
    pub fn len(&self) -> usize {
        self.of.len()
    }

    /// Joins stretches that follow each other; `join` adds one to what is before it, by where the two begin.
    pub fn join(&mut self, mut join: impl FnMut((Start, &mut T), (Start, T))) {
        let mut joined = BTreeMap::new();
        let mut last: Option<(Start, (u64, T))> = None;
        for (start, (end, what)) in std::mem::take(&mut self.of) {
            match &mut last {
                Some((first, (held_end, held))) if (first.0, *held_end) == start => {
                    *held_end = end;
                    join((*first, held), (start, what));
                }
                _ => joined.extend(last.replace((start, (end, what)))),
            }
        }
        joined.extend(last);
        self.of = joined;
    }

    /// Gives inputs other ranks.
    pub fn renumber(&mut self, rank: impl Fn(u32) -> u32) {
        let of = std::mem::take(&mut self.of).into_iter();
        self.of = of.map(|((input, start), stretch)| ((rank(input), start), stretch)).collect();
    }

    /// Every stretch with its start, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Start, &T)> {
        self.of.iter().map(|(&start, (_, what))| (start, what))
    }

    /// Every stretch with its start, and the byte after it, in order.
    pub fn ends(&self) -> impl Iterator<Item = (Start, (u64, &T))> {
        self.of.iter().map(|(&start, (end, what))| (start, (*end, what)))
    }

    /// What is said of an input, in order.
    pub fn of_input(&self, input: u32) -> impl DoubleEndedIterator<Item = &T> {
        self.of.range((input, 0)..=(input, u64::MAX)).map(|(_, (_, what))| what)
    }

    /// The byte after the last stretch of an input that begins before a byte.
    pub fn end_before(&self, input: u32, offset: u64) -> Option<u64> {
        self.of.range((input, 0)..(input, offset)).next_back().map(|(_, &(end, _))| end)
    }

    /// Whether it is of this many inputs, and one that joined chunks can make.
    pub fn is_sound(&self, inputs: u64) -> bool {
        let mut ends: Option<(u32, u64)> = None;
        let is_next = |(&(input, start), &(end, _)): (&Start, &(u64, T))| {
            let follows = ends.replace((input, end)).is_none_or(|(of, before)| of != input || before < start);
            follows && start < end && u64::from(input) < inputs
        };
        self.of.iter().all(is_next)
    }
}
