//! The policy on simd-json's tape: for lines that need a whole parse. It declines what it cannot decide to the byte:
//! whatever simd-json rejects, numbers whose text counts, very long lines.

use bumpalo::Bump;
use simd_json::{Buffers, Node as TapeNode, StaticNode};

use super::context::{Offers, Overrides};
use super::grammar::DEPTH_MAX;
use super::policy::{self, Members, Value};
use crate::profile::{Pointer, Profile};
use crate::record::{Anomalies, Anomaly, Line};

/// The tape costs 24 bytes a node, so longer lines are left to the reference.
const LINE_BYTES_MAX: usize = 256 * 1024;

/// Buffers of the parser, kept from line to line.
#[derive(Default)]
pub struct Full {
    buffers: Buffers,
}

impl Full {
    /// Decides a line that is not blank, or declines it.
    pub fn scan<'a>(&mut self, line: &[u8], profile: &Profile, bump: &'a Bump) -> Option<(Line<'a>, Anomalies)> {
        if line.len() > LINE_BYTES_MAX || !profile.fields().is_empty() || !profile.by().is_empty() {
            return None;
        }
        let tape = self.parse(line, bump)?;
        let root = Item { tape, at: 0 };
        for pointer in profile.candidates() {
            let mut duplicate_key = false;
            let resolved =
                pointer.members().iter().try_fold(root, |object, name| object.last(name, &mut duplicate_key));
            let Some(mut envelope) = resolved else { continue };
            let text = envelope.string();
            if let Some(text) = text {
                // What the parser rejects inside a text, the reference has to name.
                envelope = Item { tape: self.parse(text.as_bytes(), bump)?, at: 0 };
            }
            let response = envelope.last("Response", &mut duplicate_key);
            if let Some(response) = response.filter(|item| item.is_object()) {
                let mut offers = Offers::new(bump);
                offer_path(root, pointer, &mut offers)?;
                if text.is_some() {
                    envelope.offer(&mut offers)?;
                }
                return record(response, profile, offers, duplicate_key);
            }
        }
        Some((Line::NoEnvelope, Anomalies::NONE))
    }

    fn parse<'a>(&mut self, text: &[u8], bump: &'a Bump) -> Option<&'a [TapeNode<'a>]> {
        // The parser has no limit of its own on nesting.
        let opened = memchr::memchr2_iter(b'{', b'[', text).take(DEPTH_MAX + 1).count();
        if opened > DEPTH_MAX {
            return None;
        }
        let copy = bump.alloc_slice_copy(text);
        let tape = simd_json::to_tape_with_buffers(copy, &mut self.buffers).ok()?;
        Some(bump.alloc_slice_copy(&tape.0))
    }
}

fn record<'a>(
    response: Item<'a>,
    profile: &Profile,
    mut offers: Offers<'a>,
    mut duplicate_key: bool,
) -> Option<(Line<'a>, Anomalies)> {
    let error = response.last("Error", &mut duplicate_key);
    let request_id = response.last("RequestId", &mut duplicate_key);
    let mut members = Members { request_id: value_of(request_id)?, ..Members::default() };
    if let Some(error) = error {
        // A number as an error is an error without a code, whatever its text.
        members.error = error.value().unwrap_or(Value::Other);
        members.code = value_of(error.last("Code", &mut duplicate_key))?;
        members.message = value_of(error.last("Message", &mut duplicate_key))?;
    }
    let (context, odd) = offers.read(profile, Overrides::default());
    let (record, mut anomalies) = policy::judge(members, context, &[]);
    if duplicate_key {
        anomalies.insert(Anomaly::DuplicateKey);
    }
    Some((Line::Record(record), anomalies.union(odd)))
}

fn value_of(item: Option<Item<'_>>) -> Option<Value<'_>> {
    item.map_or(Some(Value::Absent), Item::value)
}

fn offer_path<'a>(root: Item<'a>, pointer: &Pointer, offers: &mut Offers<'a>) -> Option<()> {
    let mut item = Some(root);
    let mut path = pointer.members().iter();
    while let Some(object) = item {
        object.offer(offers)?;
        item = path.next().and_then(|name| object.last(name, &mut false));
    }
    Some(())
}

/// A value on the tape.
#[derive(Clone, Copy)]
struct Item<'a> {
    tape: &'a [TapeNode<'a>],
    at: usize,
}

impl<'a> Item<'a> {
    fn node(self) -> Option<TapeNode<'a>> {
        self.tape.get(self.at).copied()
    }

    fn is_object(self) -> bool {
        matches!(self.node(), Some(TapeNode::Object { .. }))
    }

    fn string(self) -> Option<&'a str> {
        match self.node() {
            Some(TapeNode::String(text)) => Some(text),
            _ => None,
        }
    }

    /// The value as the policy looks at it; none when it is a number, whose text the tape does not keep.
    fn value(self) -> Option<Value<'a>> {
        Some(match self.node()? {
            TapeNode::String(text) => Value::Str(text),
            TapeNode::Object { .. } => Value::Object,
            TapeNode::Array { .. } | TapeNode::Static(StaticNode::Bool(_)) => Value::Other,
            TapeNode::Static(StaticNode::Null) => Value::Null,
            TapeNode::Static(_) => return None,
        })
    }

    /// The members of an object; none when the value is no object.
    fn members(self) -> impl Iterator<Item = (&'a str, Self)> {
        let (members, mut at) = match self.node() {
            Some(TapeNode::Object { len, .. }) => (len, self.at + 1),
            _ => (0, self.at),
        };
        (0..members).map_while(move |_| {
            let key = Self { at, ..self }.string()?;
            let value = Self { at: at + 1, ..self };
            at = value.end();
            Some((key, value))
        })
    }

    /// The place behind the value on the tape.
    fn end(self) -> usize {
        match self.node() {
            Some(TapeNode::Object { count, .. } | TapeNode::Array { count, .. }) => self.at + 1 + count,
            _ => self.at + 1,
        }
    }

    fn last(self, name: &str, duplicate_key: &mut bool) -> Option<Self> {
        let mut found = None;
        for (key, value) in self.members() {
            if key == name {
                *duplicate_key |= found.is_some();
                found = Some(value);
            }
        }
        found
    }

    fn offer(self, offers: &mut Offers<'a>) -> Option<()> {
        let mut declined = false;
        for (key, value) in self.members() {
            offers.member(key, || {
                value.value().unwrap_or_else(|| {
                    declined = true;
                    Value::Other
                })
            });
        }
        offers.descend();
        (!declined).then_some(())
    }
}
