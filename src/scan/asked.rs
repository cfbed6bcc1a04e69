//! What `--by` and `--field` ask of a line: the values at their pointers. It looks for no name.

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;

use super::field_set::Fields;
use super::find;
use super::json::Node;
use super::policy::Value;
use crate::profile::names::Field;
use crate::profile::{FieldPointer, Profile};
use crate::time::Unit;

/// What `--field` says of a line: it stands instead of the table.
#[derive(Clone, Copy, Debug, Default)]
pub struct Overrides<'a> {
    /// The fields that are overridden.
    pub fields: Fields,
    /// The values of those that are there, with their units.
    pub values: &'a [(Field, Option<Unit>, Node<'a>)],
}

impl<'a> Overrides<'a> {
    /// Looks the overridden fields up in a line.
    #[must_use]
    pub fn of(root: Node<'a>, profile: &Profile, bump: &'a Bump) -> Self {
        if profile.fields().is_empty() {
            return Self::default();
        }
        Self::known(profile, profile.fields().iter().map(|field| find::at(root, &field.pointer, bump)), bump)
    }

    /// The overridden fields of a line, of which the values are known, in their order.
    #[must_use]
    pub fn known(profile: &Profile, values: impl Iterator<Item = Option<Node<'a>>>, bump: &'a Bump) -> Self {
        let mut fields = Fields::default();
        let mut found = BumpVec::new_in(bump);
        for (FieldPointer { field, unit, .. }, value) in profile.fields().iter().zip(values) {
            fields.insert(*field);
            found.extend(value.map(|value| (*field, *unit, value)));
        }
        Self { fields, values: found.into_bump_slice() }
    }
}

/// The texts of the `--by` fields of a line; numbers as they are written.
#[must_use]
pub fn by<'a>(root: Node<'a>, profile: &Profile, bump: &'a Bump) -> &'a [Option<&'a str>] {
    if profile.by().is_empty() {
        return &[];
    }
    let texts = profile.by().iter().map(|pointer| by_text(find::at(root, pointer, bump)?.value(bump)));
    BumpVec::from_iter_in(texts, bump).into_bump_slice()
}

/// The text that a value is grouped by.
pub fn by_text(value: Value<'_>) -> Option<&str> {
    match value {
        Value::Str(text) => Some(text).filter(|text| !text.is_empty()),
        Value::Number(text) => Some(text),
        _ => None,
    }
}
