//! Reads the context of a line whose members need not be put in order, as that of most: in each text a field stands once, with
//! a plain value. It declines what is not so, and finds no members.

use bumpalo::Bump;

use super::asked::Overrides;
use super::context::{Readable, Reader};
use super::field_set::Fields;
use super::policy::Value;
use crate::catalog;
use crate::profile::Profile;
use crate::profile::names::{Field, Name};
use crate::record::{Anomalies, Context};

/// Reads fields from texts, the innermost first: what is read in one counts before what those around it say.
pub struct PlainReader<'a, 'p> {
    reader: Reader<'a, 'p>,
    /// The fields that `--field` gives.
    overridden: Fields,
    /// The fields that were read.
    read: Fields,
    /// The fields that some text names, and those that one names by a name that only fills gaps.
    named: Fields,
    filled: Fields,
    /// Whether a service was unreadable.
    has_odd_service: bool,
}

impl<'a, 'p> PlainReader<'a, 'p> {
    /// Nothing read yet.
    #[inline]
    pub fn new(overridden: Fields, profile: &'p Profile, bump: &'a Bump) -> Self {
        let (read, named, filled) = (Fields::default(), Fields::default(), Fields::default());
        Self { reader: Reader::new(profile, bump), overridden, read, named, filled, has_odd_service: false }
    }

    /// Reads the members of the next text. Whether they need not be put in order.
    #[inline]
    pub fn text(&mut self, offers: impl Iterator<Item = (Name, Value<'a>)>) -> bool {
        let mut here = Fields::default();
        for (name, mut value) in offers {
            let is_plain = !matches!(value, Value::Object | Value::Other);
            let product = match (name.field, value) {
                (Field::Action, Value::Str(text)) if memchr::memchr(b'.', text.as_bytes()).is_some() => {
                    let (service, action) = catalog::split_action(text);
                    value = Value::Str(action);
                    service.filter(|_| !self.overridden.contains(Field::Service))
                }
                _ => None,
            };
            if self.overridden.contains(name.field) {
                // An action that is not asked for may still carry its product.
                if name.field == Field::Action && (product.is_some() || !is_plain) {
                    return false;
                }
                continue;
            }
            let fills = name.is_fallback || self.filled.contains(name.field);
            if fills && self.named.contains(name.field) || here.contains(name.field) || !is_plain {
                return false;
            }
            here.insert(name.field);
            if name.is_fallback {
                self.filled.insert(name.field);
            }
            if let Some(service) = product {
                let name = Name { field: Field::Service, is_host: false, ..name };
                if here.contains(Field::Service) || !self.read(name, Value::Str(service)) {
                    return false;
                }
                here.insert(Field::Service);
            }
            if !self.read(name, value) {
                return false;
            }
        }
        self.named.add(here);
        true
    }

    /// Reads a member of a text. Whether what it says depends on no other member.
    #[inline]
    fn read(&mut self, name: Name, value: Value<'a>) -> bool {
        let Self { reader, .. } = self;
        let is_again = self.named.contains(name.field);
        if name.field == Field::Service && is_again {
            // Of several the first one that is a product counts, and then nothing is odd about the others.
            let known = reader.context.service;
            if known.is_some_and(catalog::is_product) {
                return true;
            }
            let is_readable = reader.plain(name, value) != Readable::No;
            let is_product = reader.context.service.is_some_and(catalog::is_product);
            if known.is_some() && !is_product {
                reader.context.service = known;
            }
            return is_readable && !self.has_odd_service;
        }
        if !self.read.contains(name.field) {
            match reader.plain(name, value) {
                Readable::Yes => self.read.insert(name.field),
                Readable::No if name.field == Field::Service => self.has_odd_service = true,
                Readable::No | Readable::Silent => {}
            }
        }
        true
    }

    /// What was read, with what `--field` gives.
    #[inline]
    pub fn finish(mut self, overrides: Overrides<'a>) -> (Context<'a>, Anomalies) {
        if !overrides.values.is_empty() {
            self.reader.overrides(overrides, &mut |_, _, _| {});
        }
        (self.reader.context, self.reader.anomalies)
    }
}
