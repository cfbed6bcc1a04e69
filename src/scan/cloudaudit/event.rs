//! Which object of a value is an event: the value itself, or what the API that lists events, a bus or a collector put
//! around it. It does not know what the members mean.

use bumpalo::Bump;
use bumpalo::collections::Vec;

use crate::record::Reason;
use crate::scan::find::{self, MEMBERS_MAX};
use crate::scan::json::{Member, Node, Raw};
use crate::scan::layers::{self, Check};

/// The spellings of one member: in events, and in what the API that lists them puts around each.
pub type Names = &'static [&'static str];

/// The member that every event has.
pub const NAME: Names = &["eventName", "EventName"];
/// The member that holds the id of a call.
pub const REQUEST_ID: Names = &["requestID", "requestId", "RequestID", "RequestId"];
/// Of these members every event has some.
const OTHERS: [&str; 9] = [
    "eventTime",
    "EventTime",
    "eventSource",
    "EventSource",
    "eventVersion",
    "errorCode",
    "ErrorCode",
    "userIdentity",
    "requestID",
];
/// Members that the events of other clouds have, which else look much alike.
const OF_OTHER_CLOUDS: [&str; 2] = ["awsRegion", "acsRegion"];
/// The member that holds an event as a text in what the API lists.
const TEXT: &str = "CloudAuditEvent";
/// The name of the first element of an array in a pointer.
const FIRST: Raw<'static> = Raw(b"0");

/// An event and the way to it.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// The event.
    pub node: Node<'a>,
    /// Its members, in the order of the text.
    pub members: &'a [Member<'a>],
    /// The members of the object that holds it as a text and repeats some of them; none without such an object.
    around: &'a [Member<'a>],
    /// The names that lead to the event.
    pub names: &'a [Raw<'a>],
    /// How many layers lie on the way.
    pub layers: usize,
}

/// A member of an event, or of the object around it.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// How many names of the event's way lead to the object that has it.
    pub level: usize,
    /// Its key.
    pub key: Raw<'a>,
    /// Its value.
    pub value: Node<'a>,
}

impl<'a> Event<'a> {
    /// The member of the first of these names that is there; what stands around the event is looked at after it.
    pub fn member(&self, names: &[&str]) -> Option<Found<'a>> {
        let level = self.names.len();
        let in_object = |members: &'a [Member<'a>], level: usize| {
            let (key, value) = names.iter().find_map(|name| last(members, name))?;
            Some(Found { level, key, value })
        };
        in_object(self.members, level).or_else(|| in_object(self.around, level.saturating_sub(1)))
    }

    /// The text of such a member.
    pub fn text(&self, names: &[&str], bump: &'a Bump) -> Option<&'a str> {
        self.member(names)?.value.string().map(|raw| raw.unescape(bump))
    }
}

/// The last member of a name.
fn last<'a>(members: &[Member<'a>], name: &str) -> Option<Member<'a>> {
    members.iter().rev().find(|(key, _)| key.is(name)).copied()
}

/// Looks for the event of a value.
pub struct Search<'a, 'c, 'p> {
    bump: &'a Bump,
    check: &'p mut Check<'c>,
    names: Vec<'a, Raw<'a>>,
    layers: usize,
    /// How many events were found so far.
    events: usize,
    /// The event that the fewest names lead to, of several the one with the smallest pointer.
    pub best: Option<Event<'a>>,
    /// Why a text that should be an event is not JSON.
    pub broken: Option<Reason>,
}

impl<'a, 'c, 'p> Search<'a, 'c, 'p> {
    /// A search that has found nothing yet.
    pub fn new(bump: &'a Bump, check: &'p mut Check<'c>) -> Self {
        Self { bump, check, names: Vec::new_in(bump), layers: 0, events: 0, best: None, broken: None }
    }

    /// Looks at a value and what it holds.
    pub fn value(&mut self, value: Node<'a>) {
        self.value_around(value, &[]);
    }

    fn value_around(&mut self, value: Node<'a>, around: &'a [Member<'a>]) {
        if value.is_object() {
            self.object(value, around);
        } else if let Some(inner) = value.string().and_then(|raw| self.layer(raw)) {
            self.layers += 1;
            self.value_around(inner, around);
            self.layers -= 1;
        }
    }

    fn object(&mut self, object: Node<'a>, around: &'a [Member<'a>]) {
        let members: &[_] = Vec::from_iter_in(object.members(), self.bump).into_bump_slice();
        if let Some((key, text)) = last(members, TEXT) {
            let before = self.events;
            self.below(key, text, members);
            if self.events > before {
                return;
            }
        }
        if is_event(members) {
            self.offer(Event { node: object, members, around, names: &[], layers: self.layers });
            return;
        }
        for &(key, value) in object.members_that_count(self.bump).iter().filter(|(key, _)| !key.is(TEXT)) {
            // A page with one event is that event.
            match value.sole_element().filter(|_| key.is("Events")) {
                Some(event) => {
                    self.names.push(key);
                    self.below(FIRST, event, &[]);
                    self.names.pop();
                }
                None => self.below(key, value, &[]),
            }
        }
    }

    /// Looks at a value that a name leads to.
    fn below(&mut self, key: Raw<'a>, value: Node<'a>, around: &'a [Member<'a>]) {
        if self.names.len() < MEMBERS_MAX {
            self.names.push(key);
            self.value_around(value, around);
            self.names.pop();
        }
    }

    fn offer(&mut self, event: Event<'a>) {
        self.events += 1;
        let order = |names: &[Raw<'a>]| (names.len(), find::pointer(names, self.bump));
        if self.best.is_none_or(|best| order(&self.names) < order(best.names)) {
            self.best = Some(Event { names: self.bump.alloc_slice_copy(&self.names), ..event });
        }
    }

    /// The value that the text of a string is, when it is a layer.
    fn layer(&mut self, raw: Raw<'a>) -> Option<Node<'a>> {
        match layers::layer(raw, self.layers, self.bump, self.check)? {
            Ok(value) => Some(value),
            Err((reason, _)) => {
                if self.names.last().is_some_and(|name| name.is(TEXT)) {
                    self.broken.get_or_insert(reason);
                }
                None
            }
        }
    }
}

fn is_event(members: &[Member<'_>]) -> bool {
    let has = |name: &str| last(members, name).is_some();
    NAME.iter().any(|name| last(members, name).is_some_and(|(_, value)| value.string().is_some()))
        && (OTHERS.into_iter().any(has) || REQUEST_ID.iter().any(|name| has(name)))
        && !OF_OTHER_CLOUDS.into_iter().any(has)
}
