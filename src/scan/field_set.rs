//! A set of fields of context.

use crate::profile::names::Field;

/// A set of fields.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fields(u8);

impl Fields {
    /// Adds a field.
    pub const fn insert(&mut self, field: Field) {
        self.0 |= 1 << field as u8;
    }

    /// Adds the fields of another set.
    pub const fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Whether it holds a field.
    pub const fn contains(self, field: Field) -> bool {
        self.0 & (1 << field as u8) != 0
    }
}
