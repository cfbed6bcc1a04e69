//! Something by error code: codes of the shipped tables are always kept, of others those with the smallest hashes
//! (SPEC 4). Codes are redacted before they are kept.

use std::borrow::Cow;

use hashbrown::HashMap;
use xxhash_rust::xxh3::xxh3_64;

use super::bounded::Bounded;
use crate::catalog;
use crate::redact::redact;

/// How many codes that no shipped table lists are kept by name.
const UNLISTED_MAX: usize = 4096;

/// Entries by code.
#[derive(Clone, Debug)]
pub struct CodeTable<V> {
    listed: HashMap<Box<str>, V>,
    unlisted: Bounded<V>,
}

/// Where a code counts.
pub enum Place<'t, V> {
    /// In its own entry.
    Own(&'t mut V),
    /// In the rest, with other codes that are not kept by name.
    Rest(&'t mut V),
}

impl<V: Default> Default for CodeTable<V> {
    fn default() -> Self {
        Self::new(UNLISTED_MAX)
    }
}

impl<V: Default> CodeTable<V> {
    /// An empty table that keeps at most `unlisted_max` codes that no shipped table lists.
    #[must_use]
    pub fn new(unlisted_max: usize) -> Self {
        Self { listed: HashMap::new(), unlisted: Bounded::new(unlisted_max) }
    }

    /// The entry to count a code in; see [`Bounded::entry`].
    pub fn entry(&mut self, code: &str, absorb: impl FnMut(&mut V, V)) -> &mut V {
        match self.place(code, absorb) {
            Place::Own(entry) | Place::Rest(entry) => entry,
        }
    }

    /// As [`entry`](Self::entry), with whether it is the code's own.
    pub fn place(&mut self, code: &str, absorb: impl FnMut(&mut V, V)) -> Place<'_, V> {
        // What was kept is redacted, and redaction changes nothing twice: a code that is found needs none.
        if self.listed.contains_key(code) {
            return Place::Own(self.listed.entry_ref(code).or_default());
        }
        let redacted = redact(code);
        if *redacted == *catalog::NONE || (self.unlisted.get(&redacted).is_none() && catalog::is_listed(&redacted)) {
            return Place::Own(self.listed.entry_ref(&*redacted).or_default());
        }
        match self.unlisted.place(&redacted, Cow::Borrowed, absorb) {
            Some(place) => Place::Own(self.unlisted.at(Some(place))),
            None => Place::Rest(self.unlisted.at(None)),
        }
    }

    /// The entries taken out, and the rest; none when every code is kept.
    pub fn into_parts(self) -> (impl Iterator<Item = (Box<str>, V)>, Option<V>) {
        let Self { listed, unlisted } = self;
        let (unlisted, rest) = unlisted.into_parts();
        (listed.into_iter().chain(unlisted.map(|(code, entry)| ((*code).into(), entry))), rest)
    }

    /// Every entry of a code that is kept by name, to be changed, in no order.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.listed.values_mut().chain(self.unlisted.iter_mut().map(|(_, entry)| entry))
    }

    /// The same in an order in which what stands before a kept entry is kept too, in any part of the data: codes of the
    /// shipped tables, then others, by hash and name.
    pub fn ranked_mut(&mut self) -> Vec<&mut V> {
        let listed = self.listed.iter_mut().map(|(code, entry)| (false, &**code, entry));
        let unlisted = self.unlisted.iter_mut().map(|(code, entry)| (true, code, entry));
        let mut ranked: Vec<_> = listed
            .chain(unlisted)
            .map(|(is_unlisted, code, entry)| ((is_unlisted, xxh3_64(code.as_bytes()), code), entry))
            .collect();
        ranked.sort_unstable_by_key(|&(rank, _)| rank);
        ranked.into_iter().map(|(_, entry)| entry).collect()
    }

    /// What codes that are not kept by name count in.
    pub fn rest_mut(&mut self) -> &mut V {
        self.unlisted.at(None)
    }

    /// How many codes are kept by name.
    #[must_use]
    pub fn len(&self) -> usize {
        self.listed.len() + self.unlisted.len()
    }

    /// Whether no code is kept by name.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every code that is kept by name, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &V)> {
        self.listed.iter().map(|(code, entry)| (&**code, entry)).chain(self.unlisted.iter())
    }

    /// What was counted for codes that are not kept by name.
    #[must_use]
    pub fn rest(&self) -> Option<&V> {
        self.unlisted.rest()
    }
}
