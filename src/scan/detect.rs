//! Where the envelope of an input is, told from its first lines (SPEC 5): the pointers that win at least one of them.
//! It judges no line.

use std::collections::BTreeMap;

use bumpalo::Bump;

use super::context::{Offers, Overrides};
use super::grammar::{self, Space};
use super::json::Node;
use super::strip;
use crate::profile::names::Field;
use crate::profile::{Pointer, Profile};
use crate::record::Context;
use crate::redact::redact;
use crate::time::milliseconds;

/// How many lines are looked at.
pub const LINES_MAX: usize = 1000;
/// How many bytes of an input are looked at, but at least one whole line.
pub const BYTES_MAX: usize = 256 * 1024;
/// How many members down an envelope is looked for.
const MEMBERS_MAX: usize = 3;

/// Where a context field was found first, and what it said there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldSeen {
    /// Pointer of the member; inside a text member it goes on behind the text's pointer.
    pub pointer: String,
    /// The value as it was read: a time in RFC 3339, a duration in milliseconds.
    pub sample: String,
}

/// The lines that detection looks at, of the first bytes of an input; the last may be the whole rest.
pub fn sample(head: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut at = 0;
    let lines = std::iter::from_fn(move || {
        let rest = head.get(at..).filter(|rest| !rest.is_empty())?;
        let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let first = at == 0;
        at += length + 1;
        (first || at <= BYTES_MAX + 1).then(|| strip(rest.get(..length).unwrap_or_default(), first).0)
    });
    lines.take(LINES_MAX)
}

/// The pointers that win at least one of these texts, in the order in which they are tried; none when none does.
pub fn candidates<'t>(texts: impl Iterator<Item = &'t [u8]>) -> Vec<Pointer> {
    let mut found = BTreeMap::new();
    let mut bump = Bump::new();
    for text in texts {
        super::reset(&mut bump, text.len());
        if grammar::check(text, Space::Text).is_ok()
            && let Some(pointer) = winner(Node::root(text), &bump)
        {
            found.insert((pointer.members().len(), pointer.as_str().to_owned()), pointer);
        }
    }
    found.into_values().collect()
}

/// The first pointer, by depth and bytes, whose value has a response object.
fn winner(root: Node<'_>, bump: &Bump) -> Option<Pointer> {
    let mut level = vec![(Pointer::default(), root)];
    for depth in 0..=MEMBERS_MAX {
        level.sort_by(|a, b| a.0.as_str().cmp(b.0.as_str()));
        if let Some((pointer, _)) = level.iter().find(|(_, node)| holds_response(*node, bump)) {
            return Some(pointer.clone());
        }
        if depth < MEMBERS_MAX {
            level = level.iter().flat_map(|(pointer, node)| members(pointer, *node, bump)).collect();
        }
    }
    None
}

/// The members of an object, of a name given twice the last.
fn members<'a>(pointer: &Pointer, object: Node<'a>, bump: &'a Bump) -> Vec<(Pointer, Node<'a>)> {
    let last: BTreeMap<&str, Node<'a>> = object.members().map(|(key, value)| (key.unescape(bump), value)).collect();
    let nested = last.into_iter().filter(|(_, node)| node.is_object() || node.string().is_some());
    nested.map(|(name, node)| (pointer.child(name), node)).collect()
}

fn holds_response<'a>(node: Node<'a>, bump: &'a Bump) -> bool {
    let has = |object: Node<'a>| object.last("Response").is_some_and(Node::is_object);
    let Some(raw) = node.string() else { return has(node) };
    // Most strings are no texts: what does not begin an object need not be unescaped.
    let begins = raw.0.iter().find(|byte| !byte.is_ascii_whitespace());
    if !matches!(begins, Some(b'{' | b'\\')) {
        return false;
    }
    let text = raw.unescape(bump).as_bytes();
    grammar::check(text, Space::Text).is_ok() && has(Node::root(text))
}

/// The envelope of a line that holds one, as it is written there, with secrets redacted; of a text member the text.
#[must_use]
pub fn envelope(line: &[u8], profile: &Profile) -> String {
    let (text, _) = strip(line, true);
    let bump = Bump::new();
    let root = Node::root(text);
    let resolve = |pointer: &Pointer| pointer.members().iter().try_fold(root, |object, name| object.last(name));
    let found = profile.candidates().iter().filter_map(resolve).find(|node| holds_response(*node, &bump));
    let shown = match found.map(|node| (node, node.string())) {
        Some((_, Some(raw))) => raw.unescape(&bump).to_owned(),
        Some((node, None)) => String::from_utf8_lossy(node.source()).into_owned(),
        None => String::from_utf8_lossy(text).into_owned(),
    };
    redact(&shown).into_owned()
}

/// Where each context field is found first in these texts, with a sample.
pub fn fields<'t>(texts: impl Iterator<Item = &'t [u8]>, profile: &Profile) -> BTreeMap<&'static str, FieldSeen> {
    let mut seen = BTreeMap::new();
    let mut bump = Bump::new();
    for text in texts {
        super::reset(&mut bump, text.len());
        if seen.len() == Field::ALL.len() {
            break;
        }
        if grammar::check(text, Space::Text).is_ok() {
            look(Node::root(text), profile, &bump, &mut seen);
        }
    }
    seen
}

fn look<'a>(root: Node<'a>, profile: &Profile, bump: &'a Bump, seen: &mut BTreeMap<&'static str, FieldSeen>) {
    for pointer in profile.candidates() {
        let mut offers = Offers::new(bump);
        let mut way = vec![String::new()];
        let mut node = root;
        offers.object(node, bump);
        let mut names = pointer.members().iter();
        let found = names.try_for_each(|name| {
            node = node.last(name)?;
            way.push(format!("{}/{}", way.last().map_or("", String::as_str), escape(name)));
            node.is_object().then(|| offers.object(node, bump))
        });
        if found.is_none() && node.string().is_none() || !holds_response(node, bump) {
            continue;
        }
        if let Some(raw) = node.string() {
            offers.object(Node::root(raw.unescape(bump).as_bytes()), bump);
        }
        offers.read_with(profile, Overrides::of(root, profile, bump), |field, place, context| {
            let pointer = match place {
                Some((level, key)) => {
                    format!("{}/{}", way.get(level).or(way.last()).map_or("", String::as_str), escape(key))
                }
                None => given(profile, field),
            };
            let sample = redact(&told(field, context)).into_owned();
            // An implausible time counts as none.
            if sample.is_empty() {
                return;
            }
            seen.entry(field.as_str()).or_insert(FieldSeen { pointer, sample });
        });
        return;
    }
}

/// The pointer that `--field` gives.
fn given(profile: &Profile, field: Field) -> String {
    let given = profile.fields().iter().find(|it| it.field == field);
    given.map(|it| it.pointer.as_str().to_owned()).unwrap_or_default()
}

/// The value of a field that was just read.
fn told(field: Field, context: &Context<'_>) -> String {
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

/// A name as a JSON Pointer writes it.
fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
