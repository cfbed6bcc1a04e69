//! A bounded table with a memo in front of it: a name that was met before is found by a few of its bytes, without
//! hashing all of them. The memo only says where to look first; what counts is the name that is kept there.

use std::borrow::Cow;

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

/// The length of a name and some of its bytes: all of a short one, else those at the beginning, in the middle and at
/// the end, as most names begin with one of a few words and end with another.
#[inline]
fn sketch(name: &[u8]) -> u64 {
    let word = |at: usize| name.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |bytes| u64::from_le_bytes(*bytes));
    let half = |at: usize| name.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |bytes| u32::from_le_bytes(*bytes));
    let length = name.len();
    let bytes = if length >= 8 {
        word(0) ^ word(length / 2 - 4).rotate_left(21) ^ word(length - 8).rotate_left(42)
    } else if length >= 4 {
        u64::from(half(0)) << 32 | u64::from(half(length - 4))
    } else {
        name.iter().fold(0, |bytes, &byte| bytes << 8 | u64::from(byte))
    };
    bytes ^ length as u64
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
