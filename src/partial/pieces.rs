//! Which bytes of an input are summed up: arithmetic on ranges. A line is summed up with the byte that it begins with.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

/// Ranges of bytes of one input, by their first byte, with the byte after the last one; those that touch are one. Parts come
/// in any order, so that adding one takes no longer where there are many.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pieces(BTreeMap<u64, u64>);

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
        Self(if range.is_empty() { BTreeMap::new() } else { BTreeMap::from([(range.start, range.end)]) })
    }

    /// How many bytes they are.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.0.iter().map(|(start, end)| end - start).sum()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether they are all bytes of an input of that size.
    #[must_use]
    pub fn are_all(&self, size: u64) -> bool {
        *self == Self::of(0..size)
    }

    /// What these are to others, which may be a few beside many.
    #[must_use]
    pub fn relation(&self, other: &Self) -> Relation {
        match other.0.iter().map(|(&start, &end)| self.shared(start..end)).sum() {
            0 => Relation::Apart,
            shared if shared == other.bytes() => Relation::Holds,
            shared if shared == self.bytes() => Relation::IsHeld,
            _ => Relation::Overlap,
        }
    }

    /// How many bytes they have of a range.
    fn shared(&self, range: Range<u64>) -> u64 {
        let before = self.0.range(..range.start).next_back();
        let held = before.into_iter().chain(self.0.range(range.clone()));
        held.map(|(&start, &end)| end.min(range.end).saturating_sub(start.max(range.start))).sum()
    }

    /// Adds others.
    pub fn add(&mut self, other: &Self) {
        for (&start, &end) in &other.0 {
            let (mut first, mut last) = (start, end);
            // What it overlaps or touches becomes one with it.
            while let Some((&held, &held_end)) = self.0.range(..=last).next_back().filter(|&(_, &it)| it >= first) {
                self.0.remove(&held);
                (first, last) = (first.min(held), last.max(held_end));
            }
            self.0.insert(first, last);
        }
    }

    /// Whether they are pieces of an input of that size.
    pub(super) fn is_sound(&self, size: u64) -> bool {
        let mut after = None;
        self.0.iter().all(|(&start, &end)| {
            let follows = after.replace(end).is_none_or(|before| before < start);
            follows && start < end && end <= size
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
