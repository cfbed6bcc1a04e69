//! What every part of a summary can do: the one trait that its parts share. It knows no part.

use crate::record::{Origin, Record};

/// A part of a summary: a commutative monoid under `merge`, whose identity is `Default`.
pub trait Aggregate: Default {
    /// Counts one record that no filter took out.
    fn observe(&mut self, record: &Record<'_>, origin: Origin);

    /// Adds what another one counted of other records.
    fn merge(&mut self, other: Self);
}
