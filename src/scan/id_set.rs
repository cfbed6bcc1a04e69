//! Request ids that are looked for, many of them in little memory: their bytes stand one after another, and a table
//! finds them. It does not know where they come from or which were found.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

/// Different ids, unescaped, numbered from 0 in the order in which they were first added.
///
/// One costs its bytes and about 16 more; three million UUIDs 160 MiB at most while they are added.
#[derive(Clone, Debug, Default)]
pub struct IdSet {
    bytes: Vec<u8>,
    /// Where each id ends in `bytes`; it begins where the one before it ends.
    ends: Vec<usize>,
    /// The numbers of the ids, by hash.
    numbers: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

/// There are more ids than can be numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("more than {} different ids", u32::MAX)]
pub struct TooManyIds;

impl IdSet {
    /// Adds an id; one that is there already stays as it is.
    ///
    /// # Errors
    ///
    /// The set has 4,294,967,295 ids.
    pub fn insert(&mut self, id: &[u8]) -> Result<(), TooManyIds> {
        if self.number(id).is_some() {
            return Ok(());
        }
        let Self { bytes, ends, numbers, hasher } = self;
        let number = u32::try_from(ends.len()).ok().filter(|&number| number < u32::MAX).ok_or(TooManyIds)?;
        bytes.extend_from_slice(id);
        ends.push(bytes.len());
        let hash = |&number: &u32| hasher.hash_one(at(bytes, ends, number as usize));
        numbers.insert_unique(hasher.hash_one(id), number, hash);
        Ok(())
    }

    /// The number of an id; none when it is not in the set.
    #[must_use]
    pub fn number(&self, id: &[u8]) -> Option<usize> {
        let is_it = |&number: &u32| self.get(number as usize) == id;
        self.numbers.find(self.hasher.hash_one(id), is_it).map(|&number| number as usize)
    }

    /// The id of a number; empty when there is no such number.
    #[must_use]
    pub fn get(&self, number: usize) -> &[u8] {
        at(&self.bytes, &self.ends, number)
    }

    /// How many ids there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Whether each byte of every id is one of these.
    pub(super) fn are_all_of(&self, is_one: impl Fn(&u8) -> bool) -> bool {
        self.bytes.iter().all(is_one)
    }
}

fn at<'b>(bytes: &'b [u8], ends: &[usize], number: usize) -> &'b [u8] {
    let start = number.checked_sub(1).map_or(Some(0), |before| ends.get(before).copied());
    let end = ends.get(number).copied();
    start.zip(end).and_then(|(start, end)| bytes.get(start..end)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_id_costs_little_more_than_its_bytes() {
        let mut ids = IdSet::default();
        for number in 0..100_000_u32 {
            ids.insert(format!("{number:036}").as_bytes()).unwrap();
        }
        // Room that is reserved and not written to takes no memory of the machine.
        let held = ids.bytes.len() + ids.ends.len() * size_of::<usize>() + ids.numbers.allocation_size();
        assert!(held < ids.len() * (36 + 20), "{held} bytes");
    }

    proptest! {
        #[test]
        fn it_holds_what_was_added_and_nothing_else(
            added in prop::collection::vec("[ab]{0,4}", 0..60),
            asked in prop::collection::vec("[abc]{0,5}", 0..30),
        ) {
            let mut ids = IdSet::default();
            let mut first = Vec::new();
            for id in &added {
                ids.insert(id.as_bytes()).unwrap();
                if !first.contains(id) {
                    first.push(id.clone());
                }
            }
            prop_assert_eq!(ids.len(), first.len());
            for (number, id) in first.iter().enumerate() {
                prop_assert_eq!(ids.get(number), id.as_bytes());
                prop_assert_eq!(ids.number(id.as_bytes()), Some(number));
            }
            let held: HashSet<_> = added.iter().collect();
            for id in &asked {
                prop_assert_eq!(ids.number(id.as_bytes()).is_some(), held.contains(id), "{}", id);
            }
            prop_assert!(ids.get(first.len()).is_empty());
        }
    }
}
