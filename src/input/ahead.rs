//! Objects that are opened before their turn, so that the first bytes of many small ones do not come one after another. It
//! reads none.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::Input;
use super::object::Reader;

/// How many objects are opened before their turn.
const OBJECTS_MAX: usize = 16;

/// Objects that are open, by the ranks of their inputs.
#[derive(Debug, Default)]
pub(super) struct Ahead(Mutex<HashMap<u32, Reader>>);

impl Ahead {
    /// Opens the next of the inputs whose ranks these are, as far as they are objects.
    pub(super) fn open(&self, ranks: impl Iterator<Item = u32>, inputs: &[Input]) {
        for rank in ranks.take(OBJECTS_MAX) {
            let Some(input) = inputs.get(rank as usize).filter(|it| it.member.is_none() && it.error.is_none()) else {
                continue;
            };
            if let Some(object) = &input.object {
                let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                open.entry(rank).or_insert_with(|| object.open(input.piece.as_ref())).prefetch();
            }
        }
    }

    /// An object whose turn it is, if it is open.
    pub(super) fn take(&self, rank: u32) -> Option<Reader> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&rank)
    }
}
