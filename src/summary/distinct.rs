//! How many different request ids there are: exactly while they are few, else within two per cent. It keeps hashes,
//! never ids.

use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};
use xxhash_rust::xxh3::xxh3_64;

use super::aggregate::Aggregate;
use crate::record::{Origin, Record};

/// How many of the smallest hashes are kept. The standard error of the estimate is its inverse square root, 0.55 %.
const KEPT: usize = 1 << 15;

/// The smallest hashes of the ids seen (k minimum values; Bar-Yossef et al., 2002).
#[derive(Clone, Debug)]
pub struct DistinctIds {
    /// Hashes below `bound`; at most twice as many as are kept.
    hashes: Vec<u64>,
    /// So many of them are sorted, each once; those that came later are in no order, with repetitions.
    sorted: usize,
    /// Hashes from here on are not among the smallest.
    bound: u64,
}

/// The hash of an id.
#[inline]
#[must_use]
pub fn id_hash(id: &str) -> u64 {
    xxh3_64(id.as_bytes())
}

impl Default for DistinctIds {
    fn default() -> Self {
        Self { hashes: Vec::new(), sorted: 0, bound: u64::MAX }
    }
}

impl Serialize for DistinctIds {
    /// The differences between the sorted hashes, which are smaller than the hashes, and the bound.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let settled;
        let (hashes, bound) = match self.is_settled() {
            true => (&self.hashes, self.bound),
            false => {
                settled = self.parts();
                (&settled.0, settled.1)
            }
        };
        (Steps(hashes), bound).serialize(serializer)
    }
}

/// The differences between sorted hashes.
struct Steps<'h>(&'h [u64]);

impl Serialize for Steps<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut last = 0;
        serializer.collect_seq(self.0.iter().map(|&hash| hash - std::mem::replace(&mut last, hash)))
    }
}

impl<'de> Deserialize<'de> for DistinctIds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (mut hashes, bound) = <(Vec<u64>, u64)>::deserialize(deserializer)?;
        let mut last: Option<u64> = None;
        // What is read are the steps from one to the next.
        let are_sorted = hashes.iter_mut().all(|hash| {
            let sum = last.map_or(Some(*hash), |last| last.checked_add(*hash).filter(|&sum| sum > last));
            *hash = sum.unwrap_or_default();
            last = sum;
            sum.is_some()
        });
        if are_sorted && hashes.len() <= KEPT && last.is_none_or(|last| last < bound) {
            Ok(Self { sorted: hashes.len(), hashes, bound })
        } else {
            Err(D::Error::custom("hashes of ids are out of order"))
        }
    }
}

impl Aggregate for DistinctIds {
    fn observe(&mut self, record: &Record<'_>, _: Origin) {
        if let Some(id) = record.request_id {
            self.insert(id_hash(id));
        }
    }

    fn merge(&mut self, other: Self) {
        let Self { hashes, sorted, bound } = other;
        self.bound = self.bound.min(bound);
        if self.hashes.is_empty() {
            (self.hashes, self.sorted) = (hashes, sorted);
            return self.shrink();
        }
        if self.sorted == self.hashes.len() && sorted == hashes.len() {
            return self.unite(&hashes);
        }
        for hash in hashes {
            self.insert(hash);
        }
    }
}

impl DistinctIds {
    /// The hashes that are kept, sorted, and the bound that they lie below.
    #[must_use]
    pub fn parts(&self) -> (Vec<u64>, u64) {
        let mut all = self.clone();
        all.shrink();
        (all.hashes, all.bound)
    }

    /// What [`parts`](Self::parts) took apart.
    #[must_use]
    pub const fn from_parts(hashes: Vec<u64>, bound: u64) -> Self {
        Self { hashes, sorted: 0, bound }
    }

    /// Adds sorted hashes to sorted ones.
    fn unite(&mut self, hashes: &[u64]) {
        let below = |hashes: &[u64], bound: u64| hashes.partition_point(|&hash| hash < bound);
        let held = std::mem::take(&mut self.hashes);
        let held = held.get(..below(&held, self.bound)).unwrap_or_default();
        let new = hashes.get(..below(hashes, self.bound)).unwrap_or_default();
        let mut united = Vec::with_capacity((held.len() + new.len()).min(KEPT + 1));
        let (mut mine, mut theirs) = (0, 0);
        while united.len() <= KEPT {
            let hash = match (held.get(mine), new.get(theirs)) {
                (Some(&held), Some(&new)) => held.min(new),
                (Some(&hash), None) | (None, Some(&hash)) => hash,
                (None, None) => break,
            };
            mine += usize::from(held.get(mine) == Some(&hash));
            theirs += usize::from(new.get(theirs) == Some(&hash));
            united.push(hash);
        }
        if let Some(&bound) = united.get(KEPT) {
            self.bound = bound;
            united.truncate(KEPT);
        }
        (self.sorted, self.hashes) = (united.len(), united);
    }

    #[inline]
    pub(super) fn insert(&mut self, hash: u64) {
        if hash < self.bound {
            self.take(hash);
        }
    }

    #[inline(never)]
    fn take(&mut self, hash: u64) {
        self.hashes.push(hash);
        if self.hashes.len() >= 2 * KEPT {
            self.shrink();
        }
    }

    /// Brings the hashes into order, and keeps the smallest.
    pub(super) fn settle(&mut self) {
        self.shrink();
        self.hashes.shrink_to_fit();
    }

    /// Whether the hashes are sorted, each of them once, and no more than are kept.
    fn is_settled(&self) -> bool {
        self.sorted == self.hashes.len() && self.hashes.last().is_none_or(|&last| last < self.bound)
    }

    /// Keeps the smallest hashes, each once.
    fn shrink(&mut self) {
        if self.is_settled() {
            return;
        }
        if let Some(late) = self.hashes.get_mut(self.sorted..) {
            late.sort_unstable();
        }
        // What is sorted comes in two runs, which the stable sort finds and merges.
        self.hashes.sort();
        self.hashes.dedup();
        if let Some(&bound) = self.hashes.get(KEPT) {
            self.bound = self.bound.min(bound);
            self.hashes.truncate(KEPT);
        }
        self.sorted = self.hashes.len();
    }

    /// The number of different ids: exact up to the number of kept hashes, else an estimate.
    #[must_use]
    pub fn count(&self) -> u64 {
        let mut all = self.clone();
        all.shrink();
        match all.hashes.last() {
            Some(&largest) if all.bound < u64::MAX => {
                let share = (largest as f64 + 1.0) / (u64::MAX as f64 + 1.0);
                ((all.hashes.len() as f64 - 1.0) / share).round() as u64
            }
            _ => all.hashes.len() as u64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(ids: impl IntoIterator<Item = u64>) -> DistinctIds {
        let mut kept = DistinctIds::default();
        ids.into_iter().for_each(|id| kept.insert(xxh3_64(&id.to_le_bytes())));
        kept
    }

    /// Settled ones, as files have them, and others merge to the same, with ids in common and beyond what is kept.
    #[test]
    fn what_is_kept_knows_no_order() {
        for (first, second) in
            [(0..90_000, 40_000..130_000), (0..20_000, 10_000..30_000), (0..50_000, 0..9), (0..0, 3..5)]
        {
            let mut whole = of(first.clone().chain(second.clone()));
            whole.settle();
            for settled in 0..4 {
                let mut parts = [of(first.clone()), of(second.clone())];
                parts
                    .iter_mut()
                    .enumerate()
                    .filter(|(place, _)| settled >> place & 1 == 1)
                    .for_each(|(_, it)| it.settle());
                let [mut one, other] = parts;
                one.merge(other);
                one.settle();
                assert_eq!(
                    (&one.hashes, one.bound, one.sorted),
                    (&whole.hashes, whole.bound, whole.sorted),
                    "{settled}"
                );
            }
        }
    }
}
