//! A table that keeps the entries of the smallest fixed hashes when there are too many, so that what is kept is exact
//! and the same in any order; what is not kept is added up in one rest. It does not know what it counts.

use std::borrow::Cow;
use std::collections::BinaryHeap;
use std::sync::Arc;

use hashbrown::HashMap;
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};
use xxhash_rust::xxh3::xxh3_64;

/// Entries by name, at most `cap` of them: those with the smallest XXH3-64 (seed 0) of the name.
#[derive(Clone, Debug)]
pub struct Bounded<V> {
    cap: usize,
    /// The place of each kept name's entry.
    places: HashMap<Arc<str>, usize>,
    entries: Vec<Entry<V>>,
    /// Every kept name with its hash, the largest on top.
    by_hash: BinaryHeap<(u64, Arc<str>)>,
    rest: V,
    /// Whether anything went into the rest.
    overflowed: bool,
}

/// What is kept under a name.
#[derive(Clone, Debug, Default)]
struct Entry<V> {
    name: Arc<str>,
    value: V,
}

/// What is kept, sorted by name, and the rest.
type Stored<N, V, R> = (usize, Vec<(N, V)>, Option<R>);

impl<V: Default + Serialize> Serialize for Bounded<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut entries: Vec<_> = self.iter().collect();
        entries.sort_unstable_by_key(|&(name, _)| name);
        let stored: Stored<&str, &V, &V> = (self.cap, entries, self.rest());
        stored.serialize(serializer)
    }
}

impl<'de, V: Default + Deserialize<'de>> Deserialize<'de> for Bounded<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (cap, entries, rest): Stored<Box<str>, V, V> = Deserialize::deserialize(deserializer)?;
        if entries.len() > cap {
            return Err(D::Error::custom("a table is fuller than it can be"));
        }
        let mut table = Self::new(cap);
        for (name, value) in entries {
            *table.entry(&name, Cow::Borrowed, |_, _| {}) = value;
        }
        table.overflowed = rest.is_some();
        table.rest = rest.unwrap_or_default();
        Ok(table)
    }
}

impl<V: Default> Bounded<V> {
    /// An empty table that keeps at most `cap` entries.
    #[must_use]
    pub fn new(cap: usize) -> Self {
        Self {
            cap,
            places: HashMap::new(),
            entries: Vec::new(),
            by_hash: BinaryHeap::new(),
            rest: V::default(),
            overflowed: false,
        }
    }

    /// How many entries it keeps at the most.
    #[must_use]
    pub const fn cap(&self) -> usize {
        self.cap
    }

    /// The entry that is kept under a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&V> {
        self.entries.get(*self.places.get(name)?).map(|entry| &entry.value)
    }

    /// The entry to count `name` in: its own, or the rest when its hash is too large. What is kept of a name that is
    /// new is `rename(name)`, which must change nothing twice. An entry that gives way is added to the rest by
    /// `absorb`, which must be associative and commutative in whatever is read of the rest.
    pub fn entry<'n>(
        &mut self,
        name: &'n str,
        rename: impl FnOnce(&'n str) -> Cow<'n, str>,
        absorb: impl FnMut(&mut V, V),
    ) -> &mut V {
        let place = self.place(name, rename, absorb);
        self.at(place)
    }

    /// The place of the entry to count `name` in, for [`at`](Self::at); none for the rest. As [`entry`](Self::entry).
    pub fn place<'n>(
        &mut self,
        name: &'n str,
        rename: impl FnOnce(&'n str) -> Cow<'n, str>,
        mut absorb: impl FnMut(&mut V, V),
    ) -> Option<usize> {
        match self.places.get(name) {
            Some(&place) => Some(place),
            None => self.admit(&rename(name), &mut absorb),
        }
    }

    /// The name that is kept at a place; none when nothing is.
    #[must_use]
    pub fn name_at(&self, place: usize) -> Option<&str> {
        self.entries.get(place).map(|entry| &*entry.name)
    }

    /// The entry at a place, or the rest, which then counts something.
    pub fn at(&mut self, place: Option<usize>) -> &mut V {
        match place.and_then(|place| self.entries.get_mut(place)) {
            Some(entry) => &mut entry.value,
            None => {
                self.overflowed = true;
                &mut self.rest
            }
        }
    }

    /// The place of a name that may be new; none when it does not belong to the table. The largest hash gives way
    /// when the table is full.
    fn admit(&mut self, name: &str, absorb: &mut impl FnMut(&mut V, V)) -> Option<usize> {
        if let Some(&place) = self.places.get(name) {
            return Some(place);
        }
        let hash = xxh3_64(name.as_bytes());
        let kept: Arc<str>;
        let place = if self.by_hash.len() < self.cap {
            kept = name.into();
            self.entries.push(Entry { name: Arc::clone(&kept), value: V::default() });
            self.entries.len() - 1
        } else {
            let largest = self.by_hash.peek()?;
            if (hash, name) > (largest.0, &largest.1) {
                return None;
            }
            kept = name.into();
            let (_, gone) = self.by_hash.pop()?;
            let place = self.places.remove(&gone)?;
            let entry = self.entries.get_mut(place)?;
            entry.name = Arc::clone(&kept);
            absorb(&mut self.rest, std::mem::take(&mut entry.value));
            self.overflowed = true;
            place
        };
        self.places.insert(Arc::clone(&kept), place);
        self.by_hash.push((hash, kept));
        Some(place)
    }

    /// Adds another table of the same cap; `add` adds an entry to one of the same name.
    pub fn merge(&mut self, other: Self, add: impl Fn(&mut V, V) + Copy) {
        let Self { cap: _, places: _, entries, by_hash: _, rest, overflowed } = other;
        for Entry { name, value } in entries {
            add(self.entry(&name, Cow::Borrowed, add), value);
        }
        add(&mut self.rest, rest);
        self.overflowed |= overflowed;
    }

    /// The kept entries, in no order, taken out, and the rest; none when everything fits.
    pub fn into_parts(self) -> (impl Iterator<Item = (Arc<str>, V)>, Option<V>) {
        let Self { cap: _, places: _, entries, by_hash: _, rest, overflowed } = self;
        (entries.into_iter().map(|Entry { name, value }| (name, value)), overflowed.then_some(rest))
    }

    /// The kept entries, to be changed, in no order.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut V)> {
        self.entries.iter_mut().map(|entry| (&*entry.name, &mut entry.value))
    }

    /// How many entries are kept.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no entry is kept.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The kept entries, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &V)> {
        self.entries.iter().map(|entry| (&*entry.name, &entry.value))
    }

    /// Forgets what did not fit, but not that something did not.
    pub fn clear_rest(&mut self) {
        self.rest = V::default();
    }

    /// What did not fit, added up; none when everything did.
    #[must_use]
    pub fn rest(&self) -> Option<&V> {
        self.overflowed.then_some(&self.rest)
    }
}
