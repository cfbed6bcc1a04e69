//! The inputs of a summary, by path and identity, with their lines by class. The place of an input in the table is its
//! rank, which nothing outside of the summary knows it by.

use serde::{Deserialize, Serialize};

use super::totals::Counts;

/// What an input is known by.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct InputId {
    /// Its path, as reports show it.
    pub path: String,
    /// XXH3-128 of its first bytes, decompressed, at most [`IDENTITY_BYTES_MAX`]; none when it was not opened.
    pub identity: Option<u128>,
}

/// How many bytes of an input its identity is made of.
pub const IDENTITY_BYTES_MAX: usize = 4096;

/// Inputs with their lines by class.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inputs(Vec<(InputId, Counts)>);

/// The ranks that the inputs of two tables have in the table of both.
#[derive(Clone, Debug, Default)]
pub(super) struct Ranks {
    pub(super) mine: Vec<u32>,
    pub(super) theirs: Vec<u32>,
}

impl Inputs {
    /// These inputs, in the order of their ranks.
    #[must_use]
    pub const fn new(inputs: Vec<(InputId, Counts)>) -> Self {
        Self(inputs)
    }

    /// The inputs in the order of their ranks.
    pub fn iter(&self) -> impl Iterator<Item = (&InputId, Counts)> {
        self.0.iter().map(|(id, counts)| (id, *counts))
    }

    /// How many inputs there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the table is empty.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Lines by class of an input; none of one that is not in the table.
    #[must_use]
    pub fn counts(&self, rank: usize) -> Counts {
        self.0.get(rank).map(|(_, counts)| *counts).unwrap_or_default()
    }

    /// The ranks of the inputs when they are sorted, which they then are; none when they were.
    pub(super) fn sort(&mut self) -> Option<Vec<u32>> {
        if self.0.is_sorted_by(|a, b| a.0 <= b.0) {
            return None;
        }
        let mut places: Vec<_> = (0_u32..).zip(std::mem::take(&mut self.0)).collect();
        places.sort_by(|a, b| a.1.0.cmp(&b.1.0));
        let mut ranks = vec![0; places.len()];
        for (rank, &(place, _)) in (0..).zip(&places) {
            ranks[place as usize] = rank;
        }
        self.0 = places.into_iter().map(|(_, input)| input).collect();
        Some(ranks)
    }

    /// Adds the inputs of another table; both are sorted. An input that both have is one. Of inputs that one table has
    /// more than once the first is the first of the other.
    pub(super) fn merge(&mut self, other: Self) -> Ranks {
        let mut ranks = Ranks::default();
        let mut mine = std::mem::take(&mut self.0).into_iter().peekable();
        let mut theirs = other.0.into_iter().peekable();
        loop {
            let rank = self.0.len() as u32;
            let is_theirs = match (mine.peek(), theirs.peek()) {
                (None, None) => return ranks,
                (Some(held), Some(new)) => held.0 >= new.0,
                (None, Some(_)) => true,
                (Some(_), None) => false,
            };
            let new = theirs.next_if(|_| is_theirs);
            let held = mine.next_if(|held| new.as_ref().is_none_or(|new| held.0 == new.0));
            ranks.mine.extend(held.is_some().then_some(rank));
            ranks.theirs.extend(new.is_some().then_some(rank));
            let more = new.as_ref().map(|(_, counts)| *counts);
            if let Some((id, mut counts)) = held {
                counts.add(more.unwrap_or_default());
                self.0.push((id, counts));
            } else {
                self.0.extend(new);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::LineClass;

    fn table(inputs: &[(&str, u64)]) -> Inputs {
        let input = |&(path, lines): &(&str, u64)| {
            let id = InputId { path: path.to_owned(), identity: None };
            (id, Counts::of(&[(LineClass::Blank, lines)]))
        };
        Inputs::new(inputs.iter().map(input).collect())
    }

    #[test]
    fn an_input_of_both_tables_is_one() {
        let mut inputs = table(&[("a", 1), ("c", 2), ("c", 3), ("e", 4)]);
        let Ranks { mine, theirs } = inputs.merge(table(&[("b", 5), ("c", 6), ("f", 7)]));
        assert_eq!((mine, theirs), (vec![0, 2, 3, 4], vec![1, 2, 5]));
        assert_eq!(inputs, table(&[("a", 1), ("b", 5), ("c", 8), ("c", 3), ("e", 4), ("f", 7)]));
    }

    #[test]
    fn inputs_are_sorted_by_path() {
        let mut inputs = table(&[("b", 1), ("c", 2), ("a", 3)]);
        assert_eq!(inputs.sort(), Some(vec![1, 2, 0]));
        assert_eq!(inputs, table(&[("a", 3), ("b", 1), ("c", 2)]));
        assert_eq!(inputs.sort(), None);
    }
}
