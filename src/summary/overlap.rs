//! Which inputs hold the same request ids, by the smallest hashes of the ids of each. It keeps hashes, never
//! ids, and tells nothing of inputs of very different sizes.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::aggregate::Aggregate;
use super::distinct::id_hash;
use crate::record::{Origin, Record};

/// How many of the smallest hashes of an input are kept.
const KEPT: usize = 16;
/// How many hashes two inputs must have to be compared.
const COMPARED_MIN: usize = 2;
/// An id that stands in more inputs than this is compared between its first and each other one only.
const PAIRED_MAX: usize = 8;

/// The smallest hashes of the ids of each input.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Overlap {
    /// By the rank of the input.
    inputs: BTreeMap<u32, Least>,
    /// The input of the last id, which most often is the next one's too, and its bound.
    #[serde(skip)]
    recent: Option<(u32, u64)>,
}

/// The smallest hashes of one input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Least {
    /// Sorted, each once.
    hashes: Vec<u64>,
    /// The largest hash that may be among them: any while there are too few. Nearly every hash is larger, and is turned
    /// away by this alone.
    bound: u64,
}

impl Default for Least {
    fn default() -> Self {
        Self { hashes: Vec::new(), bound: u64::MAX }
    }
}

impl Aggregate for Overlap {
    fn observe(&mut self, record: &Record<'_>, origin: Origin) {
        if let Some(id) = record.request_id {
            self.insert(origin.input, id_hash(id));
        }
    }

    fn merge(&mut self, other: Self) {
        let Self { inputs, recent: _ } = other;
        for (rank, Least { hashes, bound: _ }) in inputs {
            for hash in hashes {
                self.insert(rank, hash);
            }
        }
    }
}

impl Overlap {
    /// Takes the hash of an id of an input.
    #[inline]
    pub fn insert(&mut self, input: u32, hash: u64) {
        if self.recent.is_none_or(|(recent, bound)| recent != input || hash <= bound) {
            self.take(input, hash);
        }
    }

    #[inline(never)]
    fn take(&mut self, input: u32, hash: u64) {
        let least = self.inputs.entry(input).or_default();
        if hash <= least.bound {
            least.insert(hash);
        }
        self.recent = Some((input, least.bound));
    }

    /// Whether it is of this many inputs, and one that records and merging can make.
    pub(super) fn is_sound(&self, inputs: u64) -> bool {
        let is_least = |least: &Least| least.hashes.len() <= KEPT && least.hashes.is_sorted_by(|a, b| a < b);
        self.inputs.iter().all(|(&rank, least)| u64::from(rank) < inputs && is_least(least))
    }

    /// Gives inputs other ranks.
    pub fn renumber(&mut self, rank: impl Fn(u32) -> u32) {
        let inputs = std::mem::take(&mut self.inputs).into_iter();
        self.inputs = inputs.map(|(input, least)| (rank(input), least)).collect();
        self.recent = None;
    }

    /// Groups of inputs, by rank, of which at least half of the ids stand in another one of the group.
    #[must_use]
    pub fn groups(&self) -> Vec<Vec<u32>> {
        let mut leaders: BTreeMap<u32, u32> = BTreeMap::new();
        for (a, b) in self.pairs() {
            if self.least(a).repeats(self.least(b)) {
                let (a, b) = (leader(&leaders, a), leader(&leaders, b));
                leaders.insert(a.max(b), a.min(b));
                leaders.entry(a.min(b)).or_insert(a.min(b));
            }
        }
        let mut groups: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for &rank in leaders.keys() {
            groups.entry(leader(&leaders, rank)).or_default().push(rank);
        }
        groups.into_values().collect()
    }

    /// Inputs that have a hash in common.
    fn pairs(&self) -> BTreeSet<(u32, u32)> {
        let each = self.inputs.iter().flat_map(|(&rank, least)| least.hashes.iter().map(move |&hash| (hash, rank)));
        let mut all: Vec<(u64, u32)> = each.collect();
        all.sort_unstable();
        let mut pairs = BTreeSet::new();
        for same in all.chunk_by(|a, b| a.0 == b.0) {
            let firsts = if same.len() > PAIRED_MAX { 1 } else { same.len() };
            for (place, &(_, a)) in same.iter().enumerate().take(firsts) {
                pairs.extend(same.iter().skip(place + 1).map(|&(_, b)| (a, b)));
            }
        }
        pairs
    }

    fn least(&self, rank: u32) -> &Least {
        const NOTHING: &Least = &Least { hashes: Vec::new(), bound: u64::MAX };
        self.inputs.get(&rank).unwrap_or(NOTHING)
    }
}

fn leader(leaders: &BTreeMap<u32, u32>, mut rank: u32) -> u32 {
    while let Some(&above) = leaders.get(&rank).filter(|&&above| above != rank) {
        rank = above;
    }
    rank
}

impl Least {
    fn insert(&mut self, hash: u64) {
        if let Err(place) = self.hashes.binary_search(&hash) {
            self.hashes.insert(place, hash);
            self.hashes.truncate(KEPT);
        }
        if let Some(&largest) = self.hashes.get(KEPT - 1) {
            self.bound = largest;
        }
    }

    /// Whether at least half of the ids of the smaller one of two inputs stand in the other one, as far as the hashes
    /// tell: up to the smaller one of their bounds both have all.
    fn repeats(&self, other: &Self) -> bool {
        let bound = self.bound.min(other.bound);
        let below = |least: &Self| least.hashes.iter().filter(|&&hash| hash <= bound).count();
        let compared = below(self).min(below(other));
        let shared =
            self.hashes.iter().filter(|&&hash| hash <= bound && other.hashes.binary_search(&hash).is_ok()).count();
        compared >= COMPARED_MIN && 2 * shared >= compared
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(inputs: &[std::ops::Range<u32>]) -> Vec<Vec<u32>> {
        let mut overlap = Overlap::default();
        for (rank, ids) in (0..).zip(inputs) {
            ids.clone().for_each(|id| overlap.insert(rank, id_hash(&format!("id-{id}"))));
        }
        overlap.groups()
    }

    #[test]
    fn inputs_with_the_same_ids_are_told() {
        assert!(groups(&[0..1000, 1000..2000, 2000..2100, 0..0]).is_empty());
        assert_eq!(groups(&[0..1000, 1000..2000, 0..1000, 500..510]), [[0, 2]]);
        assert_eq!(groups(&[0..1000, 1000..2000, 50..1000, 1000..2000]), [[0, 2], [1, 3]]);
        assert_eq!(groups(&[0..3, 0..3, 7..8, 7..8]), [[0, 1]], "one id may be a retry");
        let mut many = vec![5..50; 100];
        many.insert(50, 100..200);
        assert_eq!(groups(&many)[0].len(), 100);
        assert!(groups(&[0..1000, 990..1990]).is_empty(), "a few ids at the seam are no repetition");
    }
}
