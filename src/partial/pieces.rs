//! Which bytes of an input are summed up: arithmetic on ranges. A line is summed up with the byte that it begins with.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// Ranges of bytes of one input, in order, none empty; those that touch are one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pieces(Vec<Range<u64>>);

/// What the pieces of two summaries are to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// They have no byte in common, as when one of them is empty.
    Apart,
    /// The first have all bytes of the second.
    Holds,
    /// The second have all bytes of the first, and more.
    IsHeld,
    /// Both have bytes in common, and others alone.
    Overlap,
}

impl Pieces {
    /// One range; nothing when it is empty.
    #[must_use]
    pub fn of(range: Range<u64>) -> Self {
        Self(if range.is_empty() { Vec::new() } else { vec![range] })
    }

    /// The ranges, in order.
    #[must_use]
    pub fn ranges(&self) -> &[Range<u64>] {
        &self.0
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether they are all bytes of an input of that size.
    #[must_use]
    pub fn are_all(&self, size: u64) -> bool {
        *self == Self::of(0..size)
    }

    /// What these are to others.
    #[must_use]
    pub fn relation(&self, other: &Self) -> Relation {
        let mut joined = self.clone();
        joined.add(other);
        if joined.bytes() == self.bytes() + other.bytes() {
            Relation::Apart
        } else if joined == *self {
            Relation::Holds
        } else if joined == *other {
            Relation::IsHeld
        } else {
            Relation::Overlap
        }
    }

    /// Adds others.
    pub fn add(&mut self, other: &Self) {
        // Parts mostly come in order, each after the ones before it.
        if let ([.., last], [next]) = (&mut *self.0, &*other.0)
            && last.end <= next.start
        {
            if last.end == next.start {
                last.end = next.end;
            } else {
                self.0.push(next.clone());
            }
            return;
        }
        let mut ranges = std::mem::take(&mut self.0);
        ranges.extend(other.0.iter().cloned());
        ranges.sort_unstable_by_key(|range| (range.start, range.end));
        for range in ranges {
            match self.0.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => self.0.push(range),
            }
        }
    }

    fn bytes(&self) -> u64 {
        self.0.iter().map(|range| range.end - range.start).sum()
    }

    /// Whether they are pieces of an input of that size.
    pub(super) fn is_sound(&self, size: u64) -> bool {
        let mut after = None;
        self.0.iter().all(|range| {
            let follows = after.replace(range.end).is_none_or(|end| end < range.start);
            follows && range.start < range.end && range.end <= size
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pieces(bits: u16) -> Pieces {
        let mut pieces = Pieces::default();
        (0..16).filter(|bit| bits >> bit & 1 == 1).for_each(|bit| pieces.add(&Pieces::of(bit..bit + 1)));
        pieces
    }

    proptest! {
        #[test]
        fn pieces_are_sets_of_bytes(a: u16, b: u16) {
            let mut both = pieces(a);
            both.add(&pieces(b));
            prop_assert_eq!(&both, &pieces(a | b));
            prop_assert!(both.is_sound(16));
            prop_assert_eq!(both.are_all(16), a | b == u16::MAX);
            let expected = match (a & b, a | b) {
                (0, _) => Relation::Apart,
                (_, all) if all == a => Relation::Holds,
                (_, all) if all == b => Relation::IsHeld,
                _ => Relation::Overlap,
            };
            prop_assert_eq!(pieces(a).relation(&pieces(b)), expected);
        }
    }

    #[test]
    fn nothing_is_apart_from_everything() {
        assert_eq!(Pieces::default().relation(&Pieces::of(0..9)), Relation::Apart);
        assert!(Pieces::of(3..3).is_empty() && Pieces::default().are_all(0));
    }
}
