//! Lines are numbered late: a chunk knows which bytes it covers and how many lines begin in them, not how many stand
//! before it. Of stretches that join, the lines add up.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::stretches::{Start, Stretches};
use crate::record::Origin;

/// How many stretches there are at least before they are joined again.
const STRETCHES_MIN: usize = 4096;

/// A stretch with nothing before it that could ever be counted: lines in it have no number.
pub(super) const NOWHERE: Range<u64> = u64::MAX - 1..u64::MAX;

/// How many lines begin in which bytes of each input.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbering {
    /// Lines that begin in each.
    stretches: Stretches<u64>,
    /// Of inputs that were read from a byte on: that byte, and how many lines begin before it.
    before: BTreeMap<u32, (u64, u64)>,
    /// How many stretches were left when they were joined last.
    #[serde(skip)]
    joined: usize,
}

/// Stretches that have become part of an earlier one.
#[derive(Clone, Debug, Default)]
pub struct Joined {
    /// Where each began, where the earlier one begins, and the lines between.
    moved: BTreeMap<Start, (u64, u64)>,
}

/// Line numbers of complete inputs.
#[derive(Clone, Debug)]
pub struct Numbers {
    /// Lines before each stretch; none where bytes before it are missing.
    starts: BTreeMap<Start, Option<u64>>,
}

impl Numbering {
    /// Notes how many lines begin in the bytes of a chunk; each chunk is noted once.
    pub fn chunk(&mut self, input: u32, bytes: &Range<u64>, lines: u64) {
        self.stretches.chunk(input, bytes, lines);
    }

    /// Notes how many lines of an input begin before the byte that it is read from.
    pub fn begin(&mut self, input: u32, offset: u64, lines: u64) {
        self.before.insert(input, (offset, lines));
    }

    /// Adds the chunks of another one.
    pub fn merge(&mut self, other: Self) {
        let Self { stretches, before, joined } = other;
        self.stretches.merge(stretches);
        self.joined += joined;
        for (input, more) in before {
            let held = self.before.entry(input).or_insert(more);
            *held = more.min(*held);
        }
    }

    /// Whether the stretches should be joined: there are twice as many as joining left.
    #[must_use]
    pub fn is_long(&self) -> bool {
        self.stretches.len() > STRETCHES_MIN.max(2 * self.joined)
    }

    /// Joins stretches that follow each other. Whoever holds origins must move them along.
    pub fn join(&mut self) -> Joined {
        let mut moved = BTreeMap::new();
        self.stretches.join(|(first, held), (start, lines)| {
            moved.insert(start, (first.1, *held));
            *held += lines;
        });
        self.joined = self.stretches.len();
        // What was read before a byte is known by itself once the bytes before it are.
        let Self { stretches, before, .. } = self;
        before.retain(|&input, &mut (offset, _)| stretches.end_before(input, offset).is_none_or(|end| end < offset));
        Joined { moved }
    }

    /// Whether it is of this many inputs, and one that chunks can make.
    pub(super) fn is_sound(&self, inputs: u64) -> bool {
        self.stretches.is_sound(inputs) && self.before.keys().all(|&input| u64::from(input) < inputs)
    }

    /// Gives inputs other ranks.
    pub fn renumber(&mut self, rank: impl Fn(u32) -> u32) {
        self.stretches.renumber(&rank);
        let before = std::mem::take(&mut self.before).into_iter();
        self.before = before.map(|(input, before)| (rank(input), before)).collect();
    }

    /// Adds up the lines before each stretch.
    #[must_use]
    pub fn resolve(&self) -> Numbers {
        let mut starts = BTreeMap::new();
        let mut before: Option<(u32, u64, Option<u64>)> = None;
        for ((input, start), (end, stretch_lines)) in self.stretches.ends() {
            let lines = match before {
                Some((of, ended, lines)) if of == input && ended == start => lines,
                _ if start == 0 => Some(0),
                _ => self.before.get(&input).filter(|&&(offset, _)| offset == start).map(|&(_, lines)| lines),
            };
            starts.insert((input, start), lines);
            before = Some((input, end, lines.map(|lines| lines + stretch_lines)));
        }
        Numbers { starts }
    }
}

impl Joined {
    /// Whether nothing has moved.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.moved.is_empty()
    }

    /// Says of a line where it stands now.
    pub fn follow(&self, origin: &mut Origin) {
        if let Some(&(start, lines)) = self.moved.get(&(origin.input, origin.chunk_offset)) {
            origin.chunk_offset = start;
            origin.line += lines;
        }
    }
}

impl Numbers {
    /// The line's number in its input, from 1; none when it is not known how many lines stand before it.
    #[must_use]
    pub fn line(&self, origin: Origin) -> Option<u64> {
        let before = self.starts.get(&(origin.input, origin.chunk_offset)).copied().unwrap_or(Some(0))?;
        Some(before + origin.line + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(chunk_offset: u64, line: u64) -> Origin {
        Origin { input: 1, offset: 7, chunk_offset, line }
    }

    #[test]
    fn stretches_that_follow_each_other_join_and_no_number_changes() {
        let mut numbering = Numbering::default();
        for (bytes, lines) in [(30..40, 3), (0..10, 1), (20..30, 0), (50..60, 5), (10..20, 2)] {
            numbering.chunk(1, &bytes, lines);
        }
        let mut lines = [origin(0, 0), origin(10, 1), origin(30, 2), origin(50, 4)];
        let numbers = |numbering: &Numbering, lines: &[Origin]| {
            let numbers = numbering.resolve();
            lines.iter().map(|&line| numbers.line(line)).collect::<Vec<_>>()
        };
        assert_eq!(numbers(&numbering, &lines), [Some(1), Some(3), Some(6), None]);
        let joined = numbering.join();
        lines.iter_mut().for_each(|line| joined.follow(line));
        assert_eq!(lines, [origin(0, 0), origin(0, 2), origin(0, 5), origin(50, 4)]);
        assert_eq!(
            numbers(&numbering, &lines),
            [Some(1), Some(3), Some(6), None],
            "the bytes from 40 to 50 are missing"
        );
        assert_eq!(numbering.stretches.len(), 2);
    }

    #[test]
    fn lines_before_the_first_byte_count_until_the_bytes_are_there() {
        let mut later = Numbering::default();
        later.begin(1, 10, 4);
        later.chunk(1, &(10..20), 2);
        assert_eq!(later.resolve().line(origin(10, 1)), Some(6));
        let mut all = Numbering::default();
        all.chunk(1, &(0..10), 4);
        all.merge(later);
        let mut line = origin(10, 1);
        all.join().follow(&mut line);
        assert_eq!((line, all.resolve().line(line)), (origin(0, 5), Some(6)));
        assert!(all.before.is_empty());
    }
}
