//! Reads the context of a call from the members that stand around the envelope (SPEC 5). It is shared by the three
//! scanners, which only differ in how they find those members.

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;

use super::json::Node;
use super::policy::Value;
use crate::catalog;
use crate::profile::names::{self, Field};
use crate::profile::status::status_from_number;
use crate::profile::{FieldPointer, Pointer, Profile};
use crate::record::{Anomalies, Anomaly, Context};
use crate::time::Nanos;
use crate::time::{self, Unit};

/// Members whose names stand in the table of context names, with the object that held them.
#[derive(Debug)]
pub struct Offers<'a> {
    list: BumpVec<'a, Offer<'a>>,
    level: u8,
}

#[derive(Clone, Copy, Debug)]
struct Offer<'a> {
    name: names::Name,
    /// How deep the object lies that holds the member; the root is 0.
    level: u8,
    key: &'a str,
    value: Value<'a>,
}

impl Offer<'_> {
    /// By field, then objects outermost first, in one object the names in table order.
    const fn order(&self) -> (Field, u8, u8) {
        (self.name.field, self.level, self.name.rank)
    }
}

impl<'a> Offers<'a> {
    /// No offers yet, at the root.
    #[must_use]
    pub fn new(bump: &'a Bump) -> Self {
        Self { list: BumpVec::new_in(bump), level: 0 }
    }

    /// One member of the present object; names that are not in the table are passed over.
    pub fn member(&mut self, key: &'a str, value: impl FnOnce() -> Value<'a>) {
        if let Some(name) = names::field_of(key) {
            self.known(name, key, value());
        }
    }

    /// One member of the present object whose name was looked up already.
    pub fn known(&mut self, name: names::Name, key: &'a str, value: Value<'a>) {
        self.list.push(Offer { name, level: self.level, key, value });
    }

    /// Goes on to the next object inwards.
    pub fn descend(&mut self) {
        self.level = self.level.saturating_add(1);
    }

    /// Offers all members of an object, then goes inwards.
    pub fn object(&mut self, object: Node<'a>, bump: &'a Bump) {
        for (key, value) in object.members() {
            self.member(key.unescape(bump), || value.value(bump));
        }
        self.descend();
    }

    /// Reads every field: objects outermost first, in one object the names in table order, of one name the last
    /// member. The first readable value wins; an unreadable one before it makes the record `bad_context`.
    pub fn read(&mut self, profile: &Profile, overrides: Overrides<'a>) -> (Context<'a>, Anomalies) {
        self.read_with(profile, overrides, |_, _, _| {})
    }

    /// Reads every field, and shows each with the level and the key of its member, or without when `--field` gave it.
    pub fn read_with(
        &mut self,
        profile: &Profile,
        overrides: Overrides<'a>,
        mut show: impl FnMut(Field, Option<(usize, &'a str)>, &Context<'a>),
    ) -> (Context<'a>, Anomalies) {
        // The sort is stable, so that of one name in one object the last member ends its run.
        self.list.sort_by_key(Offer::order);
        let mut reader = Reader { profile, context: Context::default(), anomalies: Anomalies::NONE };
        let mut done = overrides.fields;
        for (place, offer) in self.list.iter().enumerate() {
            let spelt_again = self.list.get(place + 1).is_some_and(|next| next.order() == offer.order());
            let field = offer.name.field;
            if !spelt_again && !done.contains(field) && reader.named(offer.name, offer.value) {
                done.insert(field);
                show(field, Some((usize::from(offer.level), offer.key)), &reader.context);
            }
        }
        for &(field, unit, value) in overrides.values {
            if reader.read(field, unit, value) {
                show(field, None, &reader.context);
            }
        }
        (reader.context, reader.anomalies)
    }
}

/// Reads the fields of a line that offers each of them once, as nearly every line does; then there is nothing to put in
/// order.
#[inline]
pub fn read_each<'a>(
    profile: &Profile,
    offers: impl Iterator<Item = (names::Name, Value<'a>)>,
) -> (Context<'a>, Anomalies) {
    let mut reader = Reader { profile, context: Context::default(), anomalies: Anomalies::NONE };
    for (name, value) in offers {
        reader.named(name, value);
    }
    (reader.context, reader.anomalies)
}

/// Whether no field stands in the list twice.
pub fn are_distinct(fields: impl Iterator<Item = Field>) -> bool {
    let mut seen = Fields::default();
    for field in fields {
        if seen.contains(field) {
            return false;
        }
        seen.insert(field);
    }
    true
}

/// What `--field` says of a line: it stands instead of the table.
#[derive(Clone, Copy, Debug, Default)]
pub struct Overrides<'a> {
    fields: Fields,
    values: &'a [(Field, Option<Unit>, Value<'a>)],
}

impl<'a> Overrides<'a> {
    /// Looks the overridden fields up in a line.
    #[must_use]
    pub fn of(root: Node<'a>, profile: &Profile, bump: &'a Bump) -> Self {
        if profile.fields().is_empty() {
            return Self::default();
        }
        let mut fields = Fields::default();
        let values = profile.fields().iter().map(|FieldPointer { field, pointer, unit }| {
            fields.insert(*field);
            (*field, *unit, at(root, pointer, bump))
        });
        let values = bump.alloc_slice_fill_iter(values.collect::<Vec<_>>());
        Self { fields, values }
    }
}

/// The texts of the `--by` fields of a line; numbers as they are written.
#[must_use]
pub fn by<'a>(root: Node<'a>, profile: &Profile, bump: &'a Bump) -> &'a [Option<&'a str>] {
    if profile.by().is_empty() {
        return &[];
    }
    let texts = profile.by().iter().map(|pointer| match at(root, pointer, bump) {
        Value::Str(text) if !text.is_empty() => Some(text),
        Value::Number(text) => Some(text),
        _ => None,
    });
    bump.alloc_slice_fill_iter(texts.collect::<Vec<_>>())
}

fn at<'a>(root: Node<'a>, pointer: &Pointer, bump: &'a Bump) -> Value<'a> {
    pointer
        .members()
        .iter()
        .try_fold(root, |object, name| object.last(name))
        .map_or(Value::Absent, |node| node.value(bump))
}

/// A set of fields.
#[derive(Clone, Copy, Debug, Default)]
struct Fields(u8);

impl Fields {
    const fn insert(&mut self, field: Field) {
        self.0 |= 1 << field as u8;
    }

    const fn contains(self, field: Field) -> bool {
        self.0 & (1 << field as u8) != 0
    }
}

struct Reader<'a, 'p> {
    profile: &'p Profile,
    context: Context<'a>,
    anomalies: Anomalies,
}

impl<'a> Reader<'a, '_> {
    /// Whether the value of a name in the table is readable; if so, the field is set. A host that tells no service is
    /// passed over silently: most hosts are somebody else's.
    fn named(&mut self, name: names::Name, value: Value<'a>) -> bool {
        if !name.is_host {
            return self.read(name.field, name.unit, value);
        }
        let service = match value {
            Value::Str(host) => catalog::service_of_host(host),
            _ => None,
        };
        set(&mut self.context.service, service)
    }

    /// Whether the value is readable; if so, the field is set.
    fn read(&mut self, field: Field, unit: Option<Unit>, value: Value<'a>) -> bool {
        if matches!(value, Value::Null | Value::Absent) {
            return false;
        }
        let readable = match field {
            Field::Time => self.time(value),
            Field::Service => text(value, &mut self.context.service),
            Field::Action => text(value, &mut self.context.action),
            Field::Region => text(value, &mut self.context.region),
            Field::Duration => set(
                &mut self.context.duration_ns,
                match value {
                    Value::Number(number) => time::duration_from_number(number, unit),
                    Value::Str(text) => time::duration_from_text(text, unit),
                    _ => None,
                },
            ),
            Field::Status => set(
                &mut self.context.status,
                match value {
                    Value::Number(number) | Value::Str(number) => status_from_number(number),
                    _ => None,
                },
            ),
        };
        if !readable {
            self.anomalies.insert(Anomaly::BadContext);
        }
        readable
    }

    fn time(&mut self, value: Value<'a>) -> bool {
        let time: Option<Nanos> = match value {
            Value::Number(number) => time::time_from_number(number),
            Value::Str(text) => time::time_from_text(text, self.profile.zone()),
            _ => None,
        };
        let Some(time) = time else { return false };
        if time::is_plausible(time) {
            self.context.time = Some(time);
        } else {
            self.anomalies.insert(Anomaly::ImplausibleTime);
        }
        true
    }
}

fn text<'a>(value: Value<'a>, target: &mut Option<&'a str>) -> bool {
    set(
        target,
        match value {
            Value::Str(text) if !text.is_empty() => Some(text),
            _ => None,
        },
    )
}

fn set<T>(target: &mut Option<T>, value: Option<T>) -> bool {
    let readable = value.is_some();
    if readable {
        *target = value;
    }
    readable
}
