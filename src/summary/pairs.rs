//! Pairs of an owner and a name: of all pairs those with the smallest fixed hashes are kept, and of one owner at most a
//! number. So what is kept is exact, does not depend on any order, and takes memory that does not grow with the owners.
//! It does not know what it counts.
//!
//! Whether a pair is kept depends on how many pairs have a smaller hash, and that number only grows. A pair that was
//! left out never comes back, in whatever order lines are read and parts merge.

use std::collections::{BTreeMap, BTreeSet, btree_map};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

/// The hash of an owner: XXH3-64 (seed 0) of its name.
#[must_use]
pub fn owner_hash(name: &str) -> u64 {
    xxh3_64(name.as_bytes())
}

/// The hash of a pair: XXH3-64 (seed 0) of the owner's hash and that of the name, both as little-endian bytes.
#[must_use]
pub fn pair_hash(owner: u64, name: &str) -> u64 {
    let mut both = [0; 16];
    let (first, last) = both.split_at_mut(8);
    first.copy_from_slice(&owner.to_le_bytes());
    last.copy_from_slice(&xxh3_64(name.as_bytes()).to_le_bytes());
    xxh3_64(&both)
}

/// How many pairs may be kept, and how many are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quota {
    /// Over all owners.
    all: usize,
    /// Of one owner.
    each: usize,
    /// How many are kept at present. It may be above what is allowed until [`Quota::excess`] is asked.
    #[serde(skip)]
    held: usize,
    /// Pairs whose hash is not below this are not kept.
    bound: u64,
}

impl Quota {
    /// At most `all` pairs over all owners, and `each` of one owner.
    #[must_use]
    pub const fn new(all: usize, each: usize) -> Self {
        Self { all, each, held: 0, bound: u64::MAX }
    }

    /// How many pairs are kept.
    #[must_use]
    pub const fn held(&self) -> usize {
        self.held
    }

    /// Whether more pairs are kept than may be.
    #[must_use]
    pub const fn is_exceeded(&self) -> bool {
        self.held > self.all
    }

    /// Counts pairs in that another part kept.
    pub const fn count_in(&mut self, pairs: usize) {
        self.held += pairs;
    }

    /// Takes the bound of a stored one over, if it is of the same kind.
    pub fn restore(&mut self, stored: Self) -> bool {
        self.bound = stored.bound;
        (self.all, self.each) == (stored.all, stored.each)
    }

    /// Takes the bound of another part over if it is lower; whether it was.
    pub fn lower(&mut self, other: &Self) -> bool {
        let is_lower = other.bound < self.bound;
        self.bound = self.bound.min(other.bound);
        is_lower
    }

    /// Lowers the bound so that the pairs with these hashes, which are all that are kept, are as many as allowed.
    pub fn fit(&mut self, mut hashes: Vec<u64>) {
        if hashes.len() > self.all {
            let (_, &mut bound, _) = hashes.select_nth_unstable(self.all);
            self.bound = self.bound.min(bound);
        }
    }
}

/// The kept names of one owner, with their values.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "V: Deserialize<'de>"))]
pub struct Kept<V> {
    #[serde(deserialize_with = "super::sorted::deserialize")]
    entries: Entries<V>,
    /// What was counted for names that are not kept.
    rest: u64,
    /// Whether anything went into the rest.
    overflowed: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Entry<V> {
    name: Box<str>,
    value: V,
}

/// Names with their values by the hashes of their pairs.
type Entries<V> = BTreeMap<u64, Box<Entry<V>>>;

/// How many times as many names one table may have as another for both to be walked along.
const ALIKE: usize = 8;

/// Where a name counts.
pub enum Place<'k, V> {
    /// In its own value.
    Own(&'k mut V),
    /// With the other names that are not kept, of which nothing but a number is known.
    Rest(&'k mut u64),
}

impl<V: Default> Kept<V> {
    /// The value of a name whose pair has this hash.
    pub fn get_mut(&mut self, hash: u64, name: &str) -> Option<&mut V> {
        self.entries.get_mut(&hash).filter(|entry| *entry.name == *name).map(|entry| &mut entry.value)
    }

    /// Where to count a name: the rest when its pair does not belong to those that are kept. Of a value that gives way
    /// `count` is added to the rest.
    pub fn entry(&mut self, hash: u64, name: &str, quota: &mut Quota, count: impl Fn(&V) -> u64) -> Place<'_, V> {
        let Self { entries, rest, overflowed } = self;
        let is_known = entries.contains_key(&hash);
        let largest = entries.last_key_value().map(|(&largest, _)| largest);
        let is_full = entries.len() >= quota.each;
        if !is_known && (hash >= quota.bound || (is_full && largest.is_none_or(|largest| largest < hash))) {
            *overflowed = true;
            return Place::Rest(rest);
        }
        if !is_known
            && is_full
            && let Some((_, gone)) = entries.pop_last()
        {
            *rest += count(&gone.value);
            *overflowed = true;
            quota.held -= 1;
        }
        match entries.entry(hash) {
            btree_map::Entry::Vacant(place) => {
                quota.held += 1;
                Place::Own(&mut place.insert(Box::new(Entry { name: name.into(), value: V::default() })).value)
            }
            btree_map::Entry::Occupied(place) => {
                let entry = place.into_mut();
                // Two names of one hash are made on purpose; the smaller one stays.
                if *name < *entry.name {
                    *rest += count(&std::mem::take(&mut entry.value));
                    *overflowed = true;
                    entry.name = name.into();
                } else if *name > *entry.name {
                    *overflowed = true;
                    return Place::Rest(rest);
                }
                Place::Own(&mut entry.value)
            }
        }
    }

    /// Adds what another one kept for the same owner.
    pub fn merge(&mut self, other: Self, quota: &mut Quota, add: impl Fn(&mut V, V), count: impl Fn(&V) -> u64) {
        let Self { entries, rest, overflowed } = other;
        let new = if entries.len() >= self.entries.len() / ALIKE {
            self.add_known(entries, &add)
        } else {
            entries.into_iter().collect()
        };
        for (hash, entry) in new {
            let Entry { name, value } = *entry;
            match self.entry(hash, &name, quota, &count) {
                Place::Own(own) => add(own, value),
                Place::Rest(rest) => *rest += count(&value),
            }
        }
        self.rest += rest;
        self.overflowed |= overflowed;
    }

    /// Adds the values of names that are here too, in one walk along both, and gives back the others.
    fn add_known(&mut self, entries: Entries<V>, add: impl Fn(&mut V, V)) -> Vec<(u64, Box<Entry<V>>)> {
        let mut new = Vec::new();
        let mut held = self.entries.iter_mut().peekable();
        for (hash, entry) in entries {
            while held.next_if(|&(&held, _)| held < hash).is_some() {}
            match held.next_if(|(held, own)| **held == hash && own.name == entry.name) {
                Some((_, own)) => add(&mut own.value, entry.value),
                None => new.push((hash, entry)),
            }
        }
        new
    }

    /// Gives up the pairs that are not below the bound.
    pub fn trim(&mut self, quota: &mut Quota, count: impl Fn(&V) -> u64) {
        if self.entries.last_key_value().is_none_or(|(&largest, _)| largest < quota.bound) {
            return;
        }
        for (_, gone) in self.entries.split_off(&quota.bound) {
            self.rest += count(&gone.value);
            self.overflowed = true;
            quota.held -= 1;
        }
    }

    /// How many names are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no name is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The hashes of the pairs that are kept.
    pub fn hashes(&self) -> impl Iterator<Item = u64> {
        self.entries.keys().copied()
    }

    /// The kept names with their values, in no order that means anything.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &V)> {
        self.entries.values().map(|entry| (&*entry.name, &entry.value))
    }

    /// The values of the kept names, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.entries.values_mut().map(|entry| &mut entry.value)
    }

    /// Whether the hash of each name is that of its pair.
    #[must_use]
    pub fn is_of(&self, owner: u64) -> bool {
        self.entries.iter().all(|(&hash, entry)| hash == pair_hash(owner, &entry.name))
    }

    /// What was counted for names that are not kept; none when all are.
    #[must_use]
    pub fn rest(&self) -> Option<u64> {
        self.overflowed.then_some(self.rest)
    }
}

/// Pairs of owners that are not kept by name. They count among all pairs, since their owners may have been kept in
/// another order of reading, so their hashes are needed; their values are not.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Nameless(BTreeMap<u64, BTreeSet<u64>>);

impl Nameless {
    /// Takes a pair of an owner.
    pub fn insert(&mut self, owner: u64, pair: u64, quota: &mut Quota) {
        if pair >= quota.bound || quota.each == 0 {
            return;
        }
        let pairs = self.0.entry(owner).or_default();
        if pairs.len() >= quota.each && pairs.last().is_some_and(|&largest| largest < pair) {
            return;
        }
        if pairs.insert(pair) {
            quota.held += 1;
            if pairs.len() > quota.each {
                pairs.pop_last();
                quota.held -= 1;
            }
        }
    }

    /// Takes the pairs of an owner that gives way.
    pub fn absorb<V: Default>(&mut self, owner: u64, gone: &Kept<V>, quota: &mut Quota) {
        quota.held -= gone.len();
        gone.hashes().for_each(|pair| self.insert(owner, pair, quota));
    }

    /// Adds the pairs of another one.
    pub fn merge(&mut self, other: Self, quota: &mut Quota) {
        for (owner, pairs) in other.0 {
            pairs.into_iter().for_each(|pair| self.insert(owner, pair, quota));
        }
    }

    /// Gives up the pairs that are not below the bound.
    pub fn trim(&mut self, quota: &mut Quota) {
        self.0.retain(|_, pairs| {
            quota.held -= pairs.split_off(&quota.bound).len();
            !pairs.is_empty()
        });
    }

    /// How many pairs there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.values().map(BTreeSet::len).sum()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The hashes of all pairs.
    pub fn hashes(&self) -> impl Iterator<Item = u64> {
        self.0.values().flatten().copied()
    }
}
