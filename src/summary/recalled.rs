//! A bounded table with a memo in front of it: a name that was seen before is found by a few of its bytes, without
//! hashing all of them. The memo only says where to look first; what counts is the name that is kept there.

use std::borrow::Cow;

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use super::bounded::Bounded;

/// How many places are remembered, by a power of two.
const MEMO_BITS: u32 = 8;
/// An odd number without a pattern, 2^64 divided by the golden ratio: the upper bits of a product depend on every bit.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// A bounded table whose names come again and again.
#[derive(Clone, Debug)]
pub struct Recalled<V> {
    table: Bounded<V>,
    /// The places of the names that were found last, by the mark of the name; any place at first.
    memo: Vec<u32>,
    /// A name, put together for looking it up.
    scratch: String,
}

impl<V: Default + Serialize> Serialize for Recalled<V> {
    /// The table alone.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.table.serialize(serializer)
    }
}

impl<'de, V: Default + Deserialize<'de>> Deserialize<'de> for Recalled<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self { table: Bounded::deserialize(deserializer)?, memo: Vec::new(), scratch: String::new() })
    }
}

impl<V: Default> Recalled<V> {
    /// An empty table that keeps at most `cap` entries.
    #[must_use]
    pub fn new(cap: usize) -> Self {
        Self { table: Bounded::new(cap), memo: Vec::new(), scratch: String::new() }
    }

    /// The table itself.
    #[must_use]
    pub const fn table(&self) -> &Bounded<V> {
        &self.table
    }

    /// The entry to count a name in that is given in parts; as [`Bounded::entry`].
    #[inline]
    pub fn entry<const PARTS: usize>(
        &mut self,
        parts: [&str; PARTS],
        rename: impl FnOnce(&str) -> Cow<'_, str>,
        absorb: impl Fn(&mut V, V),
    ) -> &mut V {
        let slot = slot(parts);
        let place = self.memo.get(slot).map(|&place| place as usize);
        let place = match place {
            Some(place) if self.table.name_at(place).is_some_and(|kept| is_joined(kept, parts)) => Some(place),
            _ => self.look_up(slot, parts, rename, absorb),
        };
        self.table.at(place)
    }

    /// The place of a name that the memo does not know.
    #[inline(never)]
    fn look_up<const PARTS: usize>(
        &mut self,
        slot: usize,
        parts: [&str; PARTS],
        rename: impl FnOnce(&str) -> Cow<'_, str>,
        absorb: impl Fn(&mut V, V),
    ) -> Option<usize> {
        let Self { table, memo, scratch } = self;
        scratch.clear();
        scratch.extend(parts);
        let place = table.place(scratch, rename, absorb)?;
        memo.resize(1 << MEMO_BITS, 0);
        if let (Some(held), Ok(place)) = (memo.get_mut(slot), u32::try_from(place)) {
            *held = place;
        }
        Some(place)
    }

    /// Adds another table of the same cap; as [`Bounded::merge`].
    pub fn merge(&mut self, other: Self, add: impl Fn(&mut V, V) + Copy) {
        let Self { table, memo: _, scratch: _ } = other;
        self.table.merge(table, add);
    }
}

/// Where the memo holds the place of a name: of equal names the same.
#[inline]
fn slot<const PARTS: usize>(parts: [&str; PARTS]) -> usize {
    let mark = parts.into_iter().fold(0_u64, |mark, part| (mark ^ sketch(part.as_bytes())).wrapping_mul(SPREAD));
    (mark >> (u64::BITS - MEMO_BITS)) as usize
}

/// The length of a name and five of its bytes, spread over all of it: many names begin with one of a few words and end
/// with another. Words of bytes would tell more, but which ones there are depends on the length, and a branch on that is
/// foreseen wrong too often.
#[inline]
fn sketch(name: &[u8]) -> u64 {
    let byte = |at: usize| name.get(at).copied().map_or(0, u64::from);
    let length = name.len();
    let bytes = [0, length / 4, length / 2, length / 4 * 3, length.saturating_sub(1)].map(byte);
    bytes.into_iter().fold(length as u64, |sketch, byte| sketch << 8 | byte)
}

/// Whether these parts make the name.
#[inline]
fn is_joined<const PARTS: usize>(name: &str, parts: [&str; PARTS]) -> bool {
    let mut rest = name.as_bytes();
    for part in parts {
        let Some(behind) = rest.strip_prefix(part.as_bytes()) else { return false };
        rest = behind;
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::redact;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_memo_changes_nothing(
            names in prop::collection::vec(("[ab]{0,3}", "[ab]{0,9}|name[0-9]{1,3}with much behind"), 0..200),
            cap in 0..12_usize,
        ) {
            let mut recalled = Recalled::<u64>::new(cap);
            let mut bounded = Bounded::<u64>::new(cap);
            let add = |count: &mut u64, more| *count += more;
            for (before, name) in &names {
                *recalled.entry([before, "/", name], redact, add) += 1;
                *bounded.entry(&format!("{before}/{name}"), redact, add) += 1;
            }
            let told = |table: &Bounded<u64>| {
                let mut kept: Vec<_> = table.iter().map(|(name, &count)| (name.to_owned(), count)).collect();
                kept.sort();
                (kept, table.rest().copied())
            };
            prop_assert_eq!(told(recalled.table()), told(&bounded));
        }
    }
}
