//! Failures by code as they are stored: sorted, and refused when they are not what records and merging can make.

use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};

use super::bounds::Bounds;
use super::code_table::Place;
use super::codes::{Code, Codes};
use super::pairs::{Kept, Nameless, Quota, owner_hash};

/// The quota of pairs of one kind, and the pairs of codes that are not kept by name.
type StoredPairs<N> = (Quota, N);
/// The bounds, pairs of messages and of names, the codes by name, and the rest.
type Stored<N, C, R, P> = (Bounds, StoredPairs<P>, StoredPairs<P>, Vec<(N, C)>, Option<R>);

impl Serialize for Codes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let pairs = &self.pairs;
        let mut codes: Vec<_> = self.iter().collect();
        codes.sort_unstable_by_key(|&(name, _)| name);
        let stored: Stored<&str, &Code, &Code, &Nameless> = (
            self.bounds,
            (pairs.messages, &pairs.nameless_messages),
            (pairs.names, &pairs.nameless_names),
            codes,
            self.rest(),
        );
        stored.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Codes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (bounds, messages, names, entries, rest): Stored<Box<str>, Code, Code, Nameless> =
            Deserialize::deserialize(deserializer)?;
        let mut codes = Self::new(bounds);
        let entered = entries.len();
        let mut is_sound = true;
        for (name, mut code) in entries {
            code.owner = owner_hash(&name);
            is_sound &= code.is_sound();
            match codes.table.place(&name, |_, _| {}) {
                Place::Own(own) => *own = code,
                Place::Rest(_) => is_sound = false,
            }
        }
        if let Some(rest) = rest {
            *codes.table.rest_mut() = rest;
        }
        is_sound &= codes.table.len() == entered;
        is_sound &= codes.pairs.messages.restore(messages.0) && codes.pairs.names.restore(names.0);
        (codes.pairs.nameless_messages, codes.pairs.nameless_names) = (messages.1, names.1);
        let held = codes.iter().map(|(_, code)| (code.variants.len(), code.tables().map(Kept::len).sum::<usize>()));
        let (held_messages, held_names) = held.fold((0, 0), |sum, held| (sum.0 + held.0, sum.1 + held.1));
        codes.pairs.messages.count_in(held_messages + codes.pairs.nameless_messages.len());
        codes.pairs.names.count_in(held_names + codes.pairs.nameless_names.len());
        is_sound &= !codes.pairs.messages.is_exceeded() && !codes.pairs.names.is_exceeded();
        if is_sound { Ok(codes) } else { Err(D::Error::custom("the table of codes is not one that can be")) }
    }
}
