//! Something by error code: codes of the shipped tables are always kept, of others those with the smallest hashes
//! (SPEC 4). Codes are redacted before they are kept.

use hashbrown::HashMap;

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

impl<V: Default> Default for CodeTable<V> {
    fn default() -> Self {
        Self { listed: HashMap::new(), unlisted: Bounded::new(UNLISTED_MAX) }
    }
}

impl<V: Default> CodeTable<V> {
    /// The entry to count a code in; see [`Bounded::entry`].
    pub fn entry(&mut self, code: &str, absorb: fn(&mut V, V)) -> &mut V {
        // What was kept is redacted, and redaction changes nothing twice: a code that is found needs none.
        if self.listed.contains_key(code) {
            return self.listed.entry_ref(code).or_default();
        }
        let redacted = redact(code);
        if *redacted == *catalog::NONE || (self.unlisted.get(&redacted).is_none() && catalog::is_listed(&redacted)) {
            return self.listed.entry_ref(&*redacted).or_default();
        }
        self.unlisted.entry(code, redact, absorb)
    }

    /// Adds another table.
    pub fn merge(&mut self, other: Self, add: fn(&mut V, V)) {
        let Self { listed, unlisted } = other;
        for (code, entry) in listed {
            add(self.listed.entry(code).or_default(), entry);
        }
        self.unlisted.merge(unlisted, add);
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
