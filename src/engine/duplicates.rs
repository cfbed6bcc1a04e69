//! Which records repeat the request id of another one, as places. Who found them is not known here.

use crate::record::Origin;

/// Records that do not count, since another one with the same id does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Duplicates {
    /// Offsets by input, sorted.
    offsets: Vec<Vec<u64>>,
}

impl Duplicates {
    /// Takes the offsets of the records that do not count, of each input by its rank, in any order.
    #[must_use]
    pub fn new(mut offsets: Vec<Vec<u64>>) -> Self {
        offsets.iter_mut().for_each(|offsets| offsets.sort_unstable());
        Self { offsets }
    }

    /// Whether the record at this place does not count.
    #[must_use]
    pub fn holds(&self, origin: Origin) -> bool {
        self.offsets.get(origin.input as usize).is_some_and(|offsets| offsets.binary_search(&origin.offset).is_ok())
    }
}
