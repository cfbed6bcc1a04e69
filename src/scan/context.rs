//! Reads the context of a call from the members that stand around the response (SPEC 5): in the envelope first, then
//! outwards, after each object in its side objects. It is shared by the three scanners.

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;

use super::asked::Overrides;
use super::field_set::Fields;
use super::forms::Way;
use super::json::{Node, Raw};
use super::policy::Value;
use crate::catalog;
use crate::profile::Profile;
use crate::profile::names::{self, ACTION_PREFIX_RANK, Field, Name, Side};
use crate::profile::status::status_from_number;
use crate::record::{Anomalies, Anomaly, Context};
use crate::time;

/// A member whose name stands in the table of context names, with the object that holds it.
#[derive(Clone, Copy, Debug)]
struct Offer<'a> {
    name: Name,
    /// The place of the object in the order in which objects are looked at, and the place of the member in it.
    place: (u32, u32),
    key: Raw<'a>,
    value: Node<'a>,
    pointer: Names<'a>,
}

/// The names that lead to an object: the first ones of the record's way, then those of side objects.
#[derive(Clone, Copy, Debug)]
struct Names<'a> {
    on_way: usize,
    sides: [Option<Raw<'a>>; SIDES_MAX],
}

/// How many members down side objects are looked at.
const SIDES_MAX: usize = 2;

/// Where a field was read.
#[derive(Clone, Copy, Debug)]
pub enum Seat<'a> {
    /// In a member: the number of names of the record's way that lead to it, the side objects after them, and its key.
    Member(usize, [Option<Raw<'a>>; SIDES_MAX], Raw<'a>),
    /// Where `--field` says.
    Given,
}

/// Reads every field around a response.
pub fn read<'a>(way: Way<'a>, profile: &Profile, overrides: Overrides<'a>, bump: &'a Bump) -> (Context<'a>, Anomalies) {
    read_with(way, profile, overrides, bump, |_, _, _| {})
}

/// Reads every field around a response, and shows each that is there with its place.
pub fn read_with<'a>(
    way: Way<'a>,
    profile: &Profile,
    overrides: Overrides<'a>,
    bump: &'a Bump,
    mut show: impl FnMut(Field, Seat<'a>, &Context<'a>),
) -> (Context<'a>, Anomalies) {
    let mut offers = Offers { way, list: BumpVec::new_in(bump), objects: 0, bump };
    for (level, object) in way.around.iter().enumerate().rev() {
        offers.object(*object, None, Names { on_way: level, sides: [None; SIDES_MAX] }, 0);
    }
    let list = offers.in_order();
    let mut reader = Reader::new(profile, bump);
    for field in Field::ALL {
        if !overrides.fields.contains(field)
            && let Some(offer) = reader.field(field, list)
        {
            show(field, Seat::Member(offer.pointer.on_way, offer.pointer.sides, offer.key), &reader.context);
        }
    }
    reader.overrides(overrides, &mut show);
    (reader.context, reader.anomalies)
}

/// Reads fields whose members are known by now, of each the first readable one, and shows each that is there with its place.
pub fn read_known<'a>(
    offers: &[(Field, Seat<'a>, Value<'a>)],
    profile: &Profile,
    overrides: Overrides<'a>,
    bump: &'a Bump,
    mut show: impl FnMut(Field, Seat<'a>, &Context<'a>),
) -> (Context<'a>, Anomalies) {
    let mut reader = Reader::new(profile, bump);
    let mut seen = overrides.fields;
    for &(field, seat, value) in offers {
        let name = Name { field, unit: None, rank: 0, is_fallback: false, is_host: false };
        if !seen.contains(field) && reader.plain(name, value) == Readable::Yes {
            seen.insert(field);
            show(field, seat, &reader.context);
        }
    }
    reader.overrides(overrides, &mut show);
    (reader.context, reader.anomalies)
}

/// The members around a response whose names stand in the table.
struct Offers<'a> {
    way: Way<'a>,
    list: BumpVec<'a, Offer<'a>>,
    objects: u32,
    bump: &'a Bump,
}

impl<'a> Offers<'a> {
    /// Offers the members of an object, then those of its side objects in the order of their
    /// table. What leads to the response is no context, nor is anything in it.
    fn object(&mut self, object: Node<'a>, of: Option<(Side, u32)>, pointer: Names<'a>, depth: usize) {
        let on_way = (depth == 0).then(|| self.way.names.get(pointer.on_way)).flatten();
        let mut sides = [None; Side::ALL.len()];
        for (number, (key, value)) in (0..).zip(object.members()) {
            let name = key.unescape(self.bump).as_bytes();
            if value.is_same(self.way.subject) || on_way.is_some_and(|it| it.unescape(self.bump).as_bytes() == name) {
                continue;
            }
            let meaning = names::meaning_of(name);
            let field = of.map_or(meaning.name, |(side, _)| names::field_in(side, name));
            // `service` in `cloud` is the name `cloud.service` of the object that holds `cloud`.
            let holder = of.filter(|_| field != meaning.name).map_or(self.objects, |(_, holder)| holder);
            let place = (holder, number);
            if let Some(name) = field {
                self.list.push(Offer { name, place, key, value, pointer });
                if name.field == Field::Action && carries_product(value, self.bump) {
                    let name = Name { field: Field::Service, rank: ACTION_PREFIX_RANK, ..name };
                    self.list.push(Offer { name, place, key, value, pointer });
                }
            }
            if let Some(side) = meaning.side.filter(|_| depth < SIDES_MAX)
                && let Some(last) = sides.get_mut(usize::from(side.rank()))
            {
                *last = Some((side, key, value)).filter(|_| value.is_object());
            }
        }
        let holder = self.objects;
        self.objects += 1;
        for (side, key, value) in sides.into_iter().flatten() {
            let mut pointer = pointer;
            if let Some(last) = pointer.sides.get_mut(depth) {
                *last = Some(key);
            }
            self.object(value, Some((side, holder)), pointer, depth + 1);
        }
    }

    /// The offers of each field in the order in which they are read. Of one name in one object only the last member is
    /// left, and names that only fill gaps go where the field has others.
    fn in_order(mut self) -> &'a [Offer<'a>] {
        self.list.sort_by_key(|offer| (offer.name.field, offer.place.0, offer.name.rank, offer.place.1));
        let mut has_name = Fields::default();
        self.list.iter().filter(|offer| !offer.name.is_fallback).for_each(|offer| has_name.insert(offer.name.field));
        let place = |offer: &Offer<'_>| (offer.name.field, offer.place.0, offer.name.rank);
        let mut kept = BumpVec::with_capacity_in(self.list.len(), self.bump);
        for (number, offer) in self.list.iter().enumerate() {
            let is_last = self.list.get(number + 1).is_none_or(|next| place(next) != place(offer));
            if is_last && !(offer.name.is_fallback && has_name.contains(offer.name.field)) {
                kept.push(*offer);
            }
        }
        kept.into_bump_slice()
    }
}

fn carries_product<'a>(action: Node<'a>, bump: &'a Bump) -> bool {
    text_of(action, bump).is_some_and(|text| catalog::split_action(text).0.is_some())
}

/// What a value says of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readable {
    /// It was read.
    Yes,
    /// It says nothing, as `null` does.
    Silent,
    /// It cannot be read.
    No,
}

/// Reads values as context, one field after the other.
pub struct Reader<'a, 'p> {
    /// How lines are read.
    pub profile: &'p Profile,
    bump: &'a Bump,
    /// What was read so far.
    pub context: Context<'a>,
    /// What was odd about it.
    pub anomalies: Anomalies,
}

impl<'a, 'p> Reader<'a, 'p> {
    /// Nothing read yet.
    pub fn new(profile: &'p Profile, bump: &'a Bump) -> Self {
        Self { profile, bump, context: Context::default(), anomalies: Anomalies::NONE }
    }

    /// Nothing read but this.
    pub const fn after(context: Context<'a>, profile: &'p Profile, bump: &'a Bump) -> Self {
        Self { profile, bump, context, anomalies: Anomalies::NONE }
    }

    /// Reads the fields that `--field` gives.
    pub fn overrides(&mut self, overrides: Overrides<'a>, show: &mut impl FnMut(Field, Seat<'a>, &Context<'a>)) {
        for &(field, unit, value) in overrides.values {
            let name = Name { field, unit, rank: 0, is_fallback: false, is_host: false };
            if self.read(name, value) == Readable::Yes {
                show(field, Seat::Given, &self.context);
            }
        }
    }

    /// Reads a field: the first readable value counts. Of services one that is a product goes before others.
    fn field<'o>(&mut self, field: Field, offers: &'o [Offer<'a>]) -> Option<&'o Offer<'a>> {
        let offers = || offers.iter().filter(|offer| offer.name.field == field);
        if field == Field::Service {
            let is_product = |offer: &&Offer<'a>| matches!(self.service(offer.name, offer.value), (Readable::Yes, Some(name)) if catalog::is_product(name));
            if let Some(product) = offers().find(is_product) {
                self.context.service = self.service(product.name, product.value).1;
                return Some(product);
            }
        }
        offers().find(|offer| self.read(offer.name, offer.value) == Readable::Yes)
    }

    /// Reads a value; when it is readable, the field is set.
    fn read(&mut self, name: Name, value: Node<'a>) -> Readable {
        let readable = match (name.field, value.value(self.bump)) {
            (Field::Service, _) => {
                let (readable, service) = self.service(name, value);
                self.context.service = service.or(self.context.service);
                readable
            }
            (Field::Time, Value::Object | Value::Other) => {
                self.time(time::time_from_json(value.source(), self.profile.zone()))
            }
            (Field::Action | Field::Region, Value::Str(_) | Value::Object | Value::Other) => {
                return match text_of(value, self.bump) {
                    Some(text) if name.field == Field::Action => {
                        self.plain(name, Value::Str(catalog::split_action(text).1))
                    }
                    Some(text) => self.plain(name, Value::Str(text)),
                    None => self.note(Readable::No),
                };
            }
            (_, plain) => return self.plain(name, plain),
        };
        self.note(readable)
    }

    /// Reads a value that is neither an array nor an object.
    #[inline]
    pub fn plain(&mut self, name: Name, value: Value<'a>) -> Readable {
        let readable = match (name.field, value) {
            (_, Value::Null | Value::Absent) => Readable::Silent,
            (Field::Time, Value::Number(number)) => self.time(time::time_from_number(number)),
            (Field::Time, Value::Str(text)) => self.time(time::time_from_text(text, self.profile.zone())),
            // Most hosts are somebody else's, and that is not a fault.
            (Field::Service, Value::Str(host)) if name.is_host && !host.is_empty() => {
                match catalog::service_of_host(host) {
                    Some(service) => set(&mut self.context.service, Some(service)),
                    None => Readable::Silent,
                }
            }
            (Field::Service, Value::Str(text)) => set(&mut self.context.service, non_empty(text)),
            (Field::Action, Value::Str(text)) => set(&mut self.context.action, non_empty(text)),
            (Field::Region, Value::Str(text)) => set(&mut self.context.region, non_empty(text)),
            (Field::Duration, Value::Number(number)) => {
                set(&mut self.context.duration_ns, time::duration_from_number(number, name.unit))
            }
            (Field::Duration, Value::Str(text)) => {
                set(&mut self.context.duration_ns, time::duration_from_text(text, name.unit))
            }
            (Field::Status, Value::Number(number) | Value::Str(number)) => {
                set(&mut self.context.status, status_from_number(number))
            }
            _ => Readable::No,
        };
        self.note(readable)
    }

    fn note(&mut self, readable: Readable) -> Readable {
        if readable == Readable::No {
            self.anomalies.insert(Anomaly::BadContext);
        }
        readable
    }

    /// The service that a value names.
    fn service(&self, name: Name, value: Node<'a>) -> (Readable, Option<&'a str>) {
        if value.is_null() {
            return (Readable::Silent, None);
        }
        let Some(text) = text_of(value, self.bump) else { return (Readable::No, None) };
        let service = if name.is_host {
            catalog::service_of_host(text)
        } else if name.rank == ACTION_PREFIX_RANK {
            catalog::split_action(text).0
        } else {
            Some(text)
        };
        // Most hosts are somebody else's, and that is not a fault.
        (if service.is_some() { Readable::Yes } else { Readable::Silent }, service)
    }

    /// Takes a time; none is unreadable.
    pub fn time(&mut self, time: Option<time::Nanos>) -> Readable {
        let Some(time) = time else { return Readable::No };
        if time::is_plausible(time) {
            self.context.time = Some(time);
        } else {
            self.anomalies.insert(Anomaly::ImplausibleTime);
        }
        Readable::Yes
    }
}

/// The text that a value is: a string, the first of an array of one, or the name of an object. Not an empty one.
fn text_of<'a>(value: Node<'a>, bump: &'a Bump) -> Option<&'a str> {
    let value = if value.is_object() { value.last("name")? } else { value.sole_element().unwrap_or(value) };
    value.string().map(|raw| raw.unescape(bump)).and_then(non_empty)
}

fn non_empty(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

fn set<T>(target: &mut Option<T>, value: Option<T>) -> Readable {
    match value {
        Some(value) => {
            *target = Some(value);
            Readable::Yes
        }
        None => Readable::No,
    }
}
