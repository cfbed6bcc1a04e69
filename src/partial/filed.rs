//! A summary with the bytes of its file, so that one that is kept beside a sum need not be written anew. It changes none.

use super::Partial;
use super::wire::{self, WireError};

/// A summary, and its file where it is at hand.
#[derive(Clone, Debug, Default)]
pub struct Filed {
    pub(super) partial: Partial,
    /// The bytes of its file, of a version that is written here; of one input, since of more nobody asks for them.
    pub(super) file: Option<Vec<u8>>,
}

impl From<Partial> for Filed {
    fn from(partial: Partial) -> Self {
        Self { partial, file: None }
    }
}

impl From<Filed> for Partial {
    fn from(filed: Filed) -> Self {
        filed.partial
    }
}

impl Filed {
    /// Reads the bytes of a summary's file.
    ///
    /// # Errors
    ///
    /// As [`wire::decode`].
    pub fn decode(file: Vec<u8>) -> Result<Self, WireError> {
        let partial = wire::decode(&file)?;
        let is_of_use = partial.inputs.len() == 1 && wire::is_of_this_version(&file);
        Ok(Self { partial, file: Some(file).filter(|_| is_of_use) })
    }

    /// The summary.
    #[must_use]
    pub const fn partial(&self) -> &Partial {
        &self.partial
    }
}
