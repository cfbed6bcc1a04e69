//! The policy of SPEC 2 in plain, slow, safe code: it decides every line, gives every reason, and is the oracle that
//! the other scanners are held to.

use bumpalo::Bump;

use super::context::{self, Offers, Overrides};
use super::grammar::{self, Space};
use super::json::Node;
use super::policy::{self, Members, Value};
use crate::profile::{Pointer, Profile};
use crate::record::{Anomalies, Anomaly, Line};

/// Decides a line that is not blank; `line` has no line end, padding or byte order mark any more.
pub fn scan<'a>(line: &'a [u8], space: Space, profile: &Profile, bump: &'a Bump) -> (Line<'a>, Anomalies) {
    if let Err(reason) = grammar::check(line, space) {
        return (Line::Malformed(reason), Anomalies::NONE);
    }
    let root = Node::root(line);
    let mut first_text = None;
    for pointer in profile.candidates() {
        let mut found = Lookup::default();
        let Some(value) = found.resolve(root, pointer) else { continue };
        if let Some(response) = found.response(value) {
            let offers = offer_path(root, pointer, bump);
            return found.record(root, response, profile, bump, offers);
        }
        let Some(raw) = value.string() else { continue };
        let text = raw.unescape(bump).as_bytes();
        let checked = grammar::check(text, Space::Text);
        if checked.is_ok() {
            let inner = Node::root(text);
            if let Some(response) = found.response(inner) {
                let mut offers = offer_path(root, pointer, bump);
                offers.object(inner, bump);
                return found.record(root, response, profile, bump, offers);
            }
        }
        first_text.get_or_insert((text, checked));
    }
    match first_text {
        Some((text, Err(reason))) if begins_object(text) => (Line::Malformed(reason), Anomalies::NONE),
        _ => (Line::NoEnvelope, Anomalies::NONE),
    }
}

fn begins_object(text: &[u8]) -> bool {
    text.iter().find(|&&byte| !Space::Text.has(byte)) == Some(&b'{')
}

/// Offers the members of every object from the root down to the pointer's value, outermost first.
fn offer_path<'a>(root: Node<'a>, pointer: &Pointer, bump: &'a Bump) -> Offers<'a> {
    let mut offers = Offers::new(bump);
    let mut node = Some(root);
    let mut path = pointer.members().iter();
    while let Some(object) = node {
        offers.object(object, bump);
        node = path.next().and_then(|name| last(object, name).0);
    }
    offers
}

/// The last member of this name, and whether there were several.
fn last<'a>(object: Node<'a>, name: &str) -> (Option<Node<'a>>, bool) {
    let mut found = None;
    let mut twice = false;
    for (key, value) in object.members() {
        if key.is(name) {
            twice |= found.is_some();
            found = Some(value);
        }
    }
    (found, twice)
}

/// A look-up on the way to an envelope, which remembers whether a key was given twice on that way.
#[derive(Default)]
struct Lookup {
    duplicate_key: bool,
}

impl Lookup {
    fn last<'a>(&mut self, object: Node<'a>, name: &str) -> Option<Node<'a>> {
        let (found, twice) = last(object, name);
        self.duplicate_key |= twice;
        found
    }

    fn resolve<'a>(&mut self, root: Node<'a>, pointer: &Pointer) -> Option<Node<'a>> {
        pointer.members().iter().try_fold(root, |object, name| self.last(object, name))
    }

    /// The response object, when the envelope has one.
    fn response<'a>(&mut self, envelope: Node<'a>) -> Option<Node<'a>> {
        self.last(envelope, "Response").filter(|value| value.is_object())
    }

    fn record<'a>(
        mut self,
        root: Node<'a>,
        response: Node<'a>,
        profile: &Profile,
        bump: &'a Bump,
        mut offers: Offers<'a>,
    ) -> (Line<'a>, Anomalies) {
        let value = |node: Option<Node<'a>>| node.map_or(Value::Absent, |node| node.value(bump));
        let error = self.last(response, "Error");
        let request_id = self.last(response, "RequestId");
        let (code, message) = match error {
            Some(error) => (self.last(error, "Code"), self.last(error, "Message")),
            None => (None, None),
        };
        let members =
            Members { error: value(error), code: value(code), message: value(message), request_id: value(request_id) };
        let (context, odd) = offers.read(profile, Overrides::of(root, profile, bump));
        let by = context::by(root, profile, bump);
        let (record, mut anomalies) = policy::judge(members, context, by);
        if self.duplicate_key {
            anomalies.insert(Anomaly::DuplicateKey);
        }
        (Line::Record(record), anomalies.union(odd))
    }
}
