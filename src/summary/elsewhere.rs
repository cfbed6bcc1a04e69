//! Which lines without a time lie outside of a window of time, as far as the records around them say: what stands between
//! two records of one side is of that side, and so is what stands before the first or after the last record of an input in
//! the order of time. Where nobody knows, a line is taken to lie in the window.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::stretches::Stretches;
use super::totals::Counts;
use crate::record::LineClass;
use crate::time::{Nanos, Side};

/// Where lines that are no records lie, of every chunk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Elsewhere {
    stretches: Stretches<Sides>,
}

/// The lines of a stretch of an input, in the order of the input. Joining is associative.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sides {
    /// The first and the last record with a time.
    ends: Option<(End, End)>,
    /// Lines before the first of them; all lines where there is none.
    lead: Counts,
    /// Lines after the last of them.
    trail: Counts,
    /// Lines between two records that are both before the window, or both after it.
    outside: Counts,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct End {
    side: Side,
    /// In nanoseconds since 1970.
    time: i64,
}

impl Sides {
    /// Takes a record with a time.
    pub fn record(&mut self, side: Side, time: Nanos) {
        let end = End { side, time: time.0 };
        self.join(&Self { ends: Some((end, end)), ..Self::default() });
    }

    /// Takes a line that is not a record.
    pub fn line(&mut self, class: LineClass) {
        let counts = if self.ends.is_some() { &mut self.trail } else { &mut self.lead };
        counts.lines += 1;
        counts[class] += 1;
    }

    /// Adds the lines that follow.
    fn join(&mut self, next: &Self) {
        let Self { ends, lead, trail, outside } = next;
        self.outside.add(*outside);
        let Some((first, last)) = *ends else {
            let counts = if self.ends.is_some() { &mut self.trail } else { &mut self.lead };
            return counts.add(*lead);
        };
        match &mut self.ends {
            None => {
                self.lead.add(*lead);
                self.ends = Some((first, last));
            }
            Some((_, held)) => {
                if held.side == first.side && first.side != Side::Within {
                    self.outside.add(self.trail);
                    self.outside.add(*lead);
                }
                *held = last;
            }
        }
        self.trail = *trail;
    }

    /// The lines that lie outside of the window.
    fn outside(&self) -> Counts {
        let mut outside = self.outside;
        if let Some((first, last)) = self.in_order() {
            if first.side == Side::Before {
                outside.add(self.lead);
            }
            if last.side == Side::After {
                outside.add(self.trail);
            }
        }
        outside
    }

    /// The first and the last record, where they are in the order of time.
    fn in_order(&self) -> Option<(End, End)> {
        self.ends.filter(|(first, last)| first.time <= last.time)
    }
}

impl Elsewhere {
    /// Notes the lines of a chunk; each chunk is noted once.
    pub fn chunk(&mut self, input: u32, bytes: &Range<u64>, sides: Sides) {
        self.stretches.chunk(input, bytes, sides);
    }

    /// Adds the chunks of another one.
    pub fn merge(&mut self, other: Self) {
        let Self { stretches } = other;
        self.stretches.merge(stretches);
    }

    /// Joins stretches that follow each other.
    pub fn join(&mut self) {
        self.stretches.join(|(_, held), (_, sides)| held.join(&sides));
    }

    /// Gives inputs other ranks.
    pub fn renumber(&mut self, rank: impl Fn(u32) -> u32) {
        self.stretches.renumber(rank);
    }

    /// The lines of all inputs that lie outside of the window.
    #[must_use]
    pub fn lines(&self) -> Counts {
        let mut lines = Counts::default();
        self.stretches.iter().for_each(|(_, sides)| lines.add(sides.outside()));
        lines
    }

    /// Whether what follows the last record of an input lies after the window.
    #[must_use]
    pub fn ends_after(&self, input: u32) -> bool {
        let last = self.stretches.of_input(input).next_back();
        last.and_then(Sides::in_order).is_some_and(|(_, last)| last.side == Side::After)
    }

    /// Whether every record of an input lies after the window.
    #[must_use]
    pub fn is_all_after(&self, input: u32) -> bool {
        let mut stretches = self.stretches.of_input(input);
        self.ends_after(input)
            && stretches.all(|sides| sides.in_order().is_some_and(|(first, _)| first.side == Side::After))
    }

    /// Whether it is of this many inputs, and of no more lines than there are.
    pub(super) fn is_sound(&self, inputs: u64, totals: &Counts) -> bool {
        let mut sums = Counts::default();
        for (_, Sides { lead, trail, outside, .. }) in self.stretches.iter() {
            for counts in [lead, trail, outside] {
                if !counts.is_sound() || !sums.is_sound() {
                    return false;
                }
                sums.add(*counts);
            }
        }
        self.stretches.is_sound(inputs)
            && sums.lines <= totals.lines
            && sums.iter().zip(totals.iter()).all(|((_, part), (_, all))| part <= all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: (Option<Nanos>, Option<Nanos>) = (Some(Nanos(100)), Some(Nanos(200)));

    /// A record a number, a malformed line a dot.
    fn sides(text: &str) -> Sides {
        let mut sides = Sides::default();
        for word in text.split_whitespace() {
            match word.parse() {
                Ok(time) => sides.record(Side::of(Nanos(time), WINDOW.0, WINDOW.1), Nanos(time)),
                Err(_) => sides.line(LineClass::Malformed),
            }
        }
        sides
    }

    #[test]
    fn lines_lie_where_the_records_around_them_do() {
        for (text, outside) in [
            (". 10 . 20 . .", 2),
            (". 150 . 160 .", 0),
            (". 90 . 110 . 190 . 210 . 220 . .", 4),
            (". 210 . 220 .", 2),
            // Nobody knows when the first and the last line of a log were written that goes back in time.
            (". 220 . 210 . 20 . 10 .", 2),
            (". .", 0),
            ("10 . 150 . 10 .", 0),
        ] {
            assert_eq!(sides(text).outside().lines, outside, "{text}");
        }
    }

    #[test]
    fn any_cut_gives_the_same() {
        let words: Vec<_> = ". 90 . . 95 . 110 . 210 . . 220 .".split_whitespace().collect();
        let whole = sides(&words.join(" "));
        for cut in 0..=words.len() {
            for other in cut..=words.len() {
                let mut all = Elsewhere::default();
                let parts = [&words[..cut], &words[cut..other], &words[other..]].map(|part| sides(&part.join(" ")));
                for (place, part) in [2, 0, 1].into_iter().map(|place| (place as u64, parts[place].clone())) {
                    all.chunk(3, &(10 * place..10 * place + 10), part);
                }
                all.join();
                let mut expected = Elsewhere::default();
                expected.chunk(3, &(0..30), whole.clone());
                assert_eq!(all, expected);
                assert_eq!((all.lines(), all.ends_after(3), all.ends_after(2)), (whole.outside(), true, false));
            }
        }
    }
}
