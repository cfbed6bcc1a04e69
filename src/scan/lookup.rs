//! What a record was read from: its response as it was written, and where its context stood. It is for people who want to
//! see it, one line at a time.

use std::collections::BTreeMap;

use bumpalo::Bump;

use super::context::{self, Overrides, Seat};
use super::find::{self, Found, Response};
use super::grammar::{self, Space};
use super::json::Node;
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
    let place = match response(text, profile, &bump) {
        Some(Response { error: Some(error), way, .. }) => {
            let print = way.subject.string().map(|raw| raw.unescape(&bump).as_bytes());
            print.and_then(|print| print.get(error.start..error.end))
        }
        Some(response) => Some(response.place().source()),
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
    let Some(response) = response(text, profile, &bump) else { return seen };
    // A time that names its zone is the same whatever zone is assumed.
    let elsewhere = profile.clone().with_context(profile.fields().to_vec(), Vec::new(), ELSEWHERE);
    let overrides_elsewhere = Overrides::of(Node::root(text), &elsewhere, &bump);
    let (elsewhere, _) = context::read(response.way, &elsewhere, overrides_elsewhere, &bump);
    let overrides = Overrides::of(Node::root(text), profile, &bump);
    context::read_with(response.way, profile, overrides, &bump, |field, seat, context| {
        let pointer = match seat {
            Seat::Member(on_way, sides, key) => {
                let on_way = response.way.names.get(..on_way).unwrap_or_default().iter();
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

fn response<'a>(text: &'a [u8], profile: &Profile, bump: &'a Bump) -> Option<Response<'a>> {
    grammar::check(text, Space::Text).ok()?;
    match find::find(Node::root(text), profile, bump, &mut |text| grammar::check(text, Space::Text)) {
        Found::Response(response) => Some(response),
        Found::Broken(_) | Found::Unidentified(_) | Found::Nothing { .. } => None,
    }
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
