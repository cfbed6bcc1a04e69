//! What a record was read from: its response as it was written, and where its context stood. It is for people who want to
//! see it, one line at a time.

use std::collections::BTreeMap;

use bumpalo::Bump;

use super::asked::Overrides;
use super::cloudaudit::{self, Event};
use super::context::{self, Seat};
use super::find::{self, Found, Response};
use super::grammar::{self, Space};
use super::json::{Node, Raw};
use super::scanned::strip;
use super::text::{self, Evidence};
use crate::frame;
use crate::profile::names::Field;
use crate::profile::{FieldSeen, Profile};
use crate::record::Context;
use crate::redact::redact;
use crate::time::{Zone, milliseconds};

/// The response of a line as it is written there, with secrets redacted: the envelope, or the object without one, or what an
/// SDK printed of an error.
#[must_use]
pub fn envelope(line: &[u8], profile: &Profile) -> String {
    let (text, _) = strip(line, true);
    let bump = Bump::new();
    let text = frame::undo(text, &bump).map_or(text, |framed| framed.text);
    let place = match Source::of(text, profile, &bump) {
        Some(Source::Response(Response { error: Some(error), way, .. })) => {
            let print = way.subject.string().map(|raw| raw.unescape(&bump).as_bytes());
            print.and_then(|print| print.get(error.start..error.end))
        }
        Some(source) => Some(source.place().source()),
        None if profile.reads_text() => match text::search(text, profile.forms(), &bump).evidence {
            Some(Evidence::Object(_, root, ..)) => Some(root.source()),
            Some(Evidence::Error(error)) => text.get(error.start..error.end),
            None => None,
        },
        None => None,
    };
    redact(&String::from_utf8_lossy(place.unwrap_or(text))).into_owned()
}

/// A zone that no clock shows.
const ELSEWHERE: Zone = Zone::Fixed(-12_360);

/// Where each context field of a line's record was found, with what it says.
#[must_use]
pub fn fields(line: &[u8], profile: &Profile) -> BTreeMap<Field, FieldSeen> {
    let mut seen = BTreeMap::new();
    let (text, _) = strip(line, true);
    let bump = Bump::new();
    let text = frame::undo(text, &bump).map_or(text, |framed| framed.text);
    let Some(source) = Source::of(text, profile, &bump) else { return seen };
    // A time that names its zone is the same whatever zone is assumed.
    let elsewhere = profile.clone().with_context(profile.fields().to_vec(), Vec::new(), ELSEWHERE);
    let overrides_elsewhere = Overrides::of(Node::root(text), &elsewhere, &bump);
    let elsewhere = source.context(&elsewhere, overrides_elsewhere, &bump, |_, _, _| {});
    let overrides = Overrides::of(Node::root(text), profile, &bump);
    source.context(profile, overrides, &bump, |field, seat, context| {
        let pointer = match seat {
            Seat::Member(on_way, sides, key) => {
                let on_way = source.names().get(..on_way).unwrap_or_default().iter();
                let names: Vec<_> = on_way.chain(sides.iter().flatten()).chain([&key]).copied().collect();
                find::pointer(&names, &bump).to_owned()
            }
            Seat::Given => given(profile, field),
        };
        let sample = redact(&shown(field, context)).into_owned();
        // A time that is not plausible counts as none.
        if !sample.is_empty() {
            let is_without_zone = field == Field::Time && context.time != elsewhere.time;
            seen.insert(field, FieldSeen { pointer, sample, is_without_zone });
        }
    });
    seen
}

/// What a record was read from.
enum Source<'a> {
    Response(Response<'a>),
    Event(Event<'a>),
}

impl<'a> Source<'a> {
    /// The source of the record of a text, when it is one.
    fn of(text: &'a [u8], profile: &Profile, bump: &'a Bump) -> Option<Self> {
        let check = &mut |text: &[u8]| grammar::check(text, Space::Text);
        check(text).ok()?;
        if profile.is_cloudaudit() {
            return cloudaudit::call(text, bump, check).map(Self::Event);
        }
        match find::find(Node::root(text), profile, bump, check) {
            Found::Response(response) => Some(Self::Response(response)),
            Found::Broken(_) | Found::Unidentified(_) | Found::Nothing { .. } => None,
        }
    }

    /// The object that is the response or the event as it was written.
    fn place(&self) -> Node<'a> {
        match self {
            Self::Response(response) => response.place(),
            Self::Event(event) => event.node,
        }
    }

    /// The names that lead to it.
    const fn names(&self) -> &'a [Raw<'a>] {
        match self {
            Self::Response(response) => response.way.names,
            Self::Event(event) => event.names,
        }
    }

    fn context(
        &self,
        profile: &Profile,
        overrides: Overrides<'a>,
        bump: &'a Bump,
        show: impl FnMut(Field, Seat<'a>, &Context<'a>),
    ) -> Context<'a> {
        match self {
            Self::Response(response) => context::read_with(response.way, profile, overrides, bump, show).0,
            Self::Event(event) => event.context(profile, overrides, bump, show).0,
        }
    }
}

/// Where each context field of a line's record was found, as [`fields`] says it, and those of its context that no member of the
/// line says: they stand in a text, in a collector's frame, or in lines around it, and have the pointer of the line.
#[must_use]
pub fn all_fields(line: &[u8], context: &Context<'_>, profile: &Profile) -> BTreeMap<Field, FieldSeen> {
    let mut seen = fields(line, profile);
    for field in Field::ALL {
        let sample = redact(&shown(field, context)).into_owned();
        if !sample.is_empty() {
            seen.entry(field).or_insert(FieldSeen { pointer: String::new(), sample, is_without_zone: false });
        }
    }
    seen
}

/// The pointer that `--field` gives.
fn given(profile: &Profile, field: Field) -> String {
    let given = profile.fields().iter().find(|it| it.field == field);
    given.map(|it| it.pointer.as_str().to_owned()).unwrap_or_default()
}

/// The value of a field that was just read.
fn shown(field: Field, context: &Context<'_>) -> String {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    match field {
        Field::Time => context.time.map(|time| time.to_string()).unwrap_or_default(),
        Field::Service => text(context.service),
        Field::Action => text(context.action),
        Field::Region => text(context.region),
        Field::Duration => context.duration_ns.map(|ns| format!("{} ms", milliseconds(ns))).unwrap_or_default(),
        Field::Status => context.status.map(|status| status.to_string()).unwrap_or_default(),
    }
}
