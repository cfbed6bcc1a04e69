//! What summaries are of, without their numbers: each input with its size, its identity and the bytes that were summed up.
//! It tells whether another summary is of something new.

use std::collections::HashMap;

use super::pieces::{Pieces, Relation};
use super::{Held, Partial};
use crate::summary::inputs::InputId;

/// The inputs of some summaries, by path.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    inputs: HashMap<String, Covered>,
}

/// An input, as far as it is summed up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covered {
    /// The hash of its first bytes.
    pub identity: Option<u128>,
    /// How many bytes it has, as they are packed.
    pub size: u64,
    /// Those that are summed up.
    pub pieces: Pieces,
}

/// What another summary is to those that are covered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// Nothing of it is covered.
    All,
    /// All of it is covered.
    None,
    /// Some of it is covered, and some is not: an input that is.
    Some(String),
    /// It has an input of this path that is not the one that is covered.
    Other(String),
}

impl Coverage {
    /// What a summary is to what is covered.
    #[must_use]
    pub fn news(&self, partial: &Partial) -> News {
        let (mut is_known, mut shared) = (true, None);
        for (id, held) in partial.held() {
            let Some(covered) = self.inputs.get(&id.path) else {
                is_known = false;
                continue;
            };
            if (covered.identity, covered.size) != (id.identity, held.size) {
                return News::Other(id.path.clone());
            }
            // There is nothing to count twice in an input without a byte, and nothing new.
            if held.pieces.is_empty() {
                continue;
            }
            match covered.pieces.relation(&held.pieces) {
                Relation::Apart => is_known = false,
                Relation::Holds => shared = Some(&id.path),
                Relation::IsHeld | Relation::Overlap => (is_known, shared) = (false, Some(&id.path)),
            }
        }
        match shared {
            _ if is_known => News::None,
            Some(path) => News::Some(path.clone()),
            None => News::All,
        }
    }

    /// Adds what a summary is of.
    pub fn add(&mut self, partial: &Partial) {
        for (id, held) in partial.held() {
            match self.inputs.get_mut(&id.path) {
                Some(covered) => covered.pieces.add(&held.pieces),
                None => drop(self.inputs.insert(id.path.clone(), Covered::of(id, held))),
            }
        }
    }

    /// An input, by its path.
    #[must_use]
    pub fn input(&self, path: &str) -> Option<&Covered> {
        self.inputs.get(path)
    }

    /// The paths of all inputs, in no order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.inputs.keys().map(String::as_str)
    }
}

impl Covered {
    fn of(id: &InputId, held: &Held) -> Self {
        Self { identity: id.identity, size: held.size, pieces: held.pieces.clone() }
    }
}
