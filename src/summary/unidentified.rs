//! Errors that an SDK printed without an id, by name. They may have been printed any number of times a call, so they are
//! in no rate.

use serde::{Deserialize, Serialize};

use super::bounded::Bounded;
use crate::record::CODE_BYTES_MAX;
use crate::redact::redact;

/// How many names are counted by themselves.
pub const NAMES_MAX: usize = 4_096;

/// How often each name was printed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Unidentified(Bounded<u64>);

impl Default for Unidentified {
    fn default() -> Self {
        Self(Bounded::new(NAMES_MAX))
    }
}

impl Unidentified {
    /// This many errors of which no name is known.
    pub(super) fn unnamed(errors: u64) -> Self {
        let mut unnamed = Self::default();
        if errors > 0 {
            *unnamed.0.at(None) = errors;
        }
        unnamed
    }

    /// Counts an error by the name of its code, or of its class.
    pub fn observe(&mut self, name: &str) {
        let name = name.get(..name.floor_char_boundary(CODE_BYTES_MAX)).unwrap_or_default();
        *self.0.entry(name, redact, |count, more| *count += more) += 1;
    }

    /// Adds the errors of other lines.
    pub fn merge(&mut self, other: Self) {
        self.0.merge(other.0, |count, more| *count += more);
    }

    /// Each name with its count, in no order; what was too much is `None`.
    pub fn iter(&self) -> impl Iterator<Item = (Option<&str>, u64)> {
        let rest = self.0.rest().map(|&count| (None, count));
        self.0.iter().map(|(name, &count)| (Some(name), count)).chain(rest)
    }

    /// Whether it is one that this number of lines can make.
    #[must_use]
    pub fn is_sound(&self, lines: u64) -> bool {
        let sum = self.iter().try_fold(0_u64, |sum, (_, count)| sum.checked_add(count));
        self.0.cap() == NAMES_MAX && sum == Some(lines)
    }
}
