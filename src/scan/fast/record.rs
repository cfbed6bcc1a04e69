//! The record of a line that the block scanner decided, read from the places of its members.

use bumpalo::Bump;

use super::span::{NOWHERE, Span};
use super::trail::Found;
use crate::profile::Profile;
use crate::record::{Context, Line};
use crate::scan::Scanned;
use crate::scan::context::{self, Offers, Overrides};
use crate::scan::json::Node;
use crate::scan::policy::{self, Members, Value};
use crate::scan::simd;

impl Found {
    /// The record of a line that the block scanner accepted. A record is large, and is made where it is used.
    #[inline(always)]
    pub fn record<'a>(&self, chunk: &'a [u8], line: Span, profile: &Profile, bump: &'a Bump) -> Scanned<'a> {
        let value = |place: usize| if place == NOWHERE { Value::Absent } else { value(chunk, place, bump) };
        let mut members = Members { request_id: value(self.request_id), ..Members::default() };
        if self.error != NOWHERE {
            members.error = value(self.error);
            members.code = value(self.code);
            members.message = value(self.message);
        }
        let asks_more = !profile.fields().is_empty() || !profile.by().is_empty();
        if self.context.is_empty() && !asks_more {
            let (record, anomalies) = policy::judge(members, Context::default(), &[]);
            return Scanned { line: Line::Record(record), anomalies };
        }
        let fields = self.context.iter().map(|&(_, name, _, _)| name.field);
        if !asks_more && context::are_distinct(fields) {
            let offers = self.context.iter().map(|&(_, name, _, place)| (name, value(place)));
            let (context, odd) = context::read_each(profile, offers);
            let (record, anomalies) = policy::judge(members, context, &[]);
            return Scanned { line: Line::Record(record), anomalies: anomalies.union(odd) };
        }
        self.record_in_order(members, chunk, line, profile, bump)
    }

    /// The record of a line whose context has to be put in order.
    #[inline(never)]
    fn record_in_order<'a>(
        &self,
        members: Members<'a>,
        chunk: &'a [u8],
        line: Span,
        profile: &Profile,
        bump: &'a Bump,
    ) -> Scanned<'a> {
        let mut offers = Offers::new(bump);
        let mut level = 0;
        for &(at, name, key, place) in &self.context {
            while level < at {
                offers.descend();
                level += 1;
            }
            let key = str::from_utf8(&chunk[key.start..key.end]).unwrap_or_default();
            offers.known(name, key, value(chunk, place, bump));
        }
        let root = Node::at(&chunk[..line.end], line.start);
        let (context, odd) = offers.read(profile, Overrides::of(root, profile, bump));
        let by = context::by(root, profile, bump);
        let (record, anomalies) = policy::judge(members, context, by);
        Scanned { line: Line::Record(record), anomalies: anomalies.union(odd) }
    }
}

/// The value at a place of the chunk. Strings of ASCII without escapes, as ids and codes are, take a short way.
#[inline]
fn value<'a>(chunk: &'a [u8], place: usize, bump: &'a Bump) -> Value<'a> {
    if let Some((b'"', text)) =
        chunk.get(place..).and_then(|rest| rest.split_first().map(|(first, rest)| (*first, rest)))
        && let Some(text) = simd::plain_string(text)
    {
        return Value::Str(text);
    }
    Node::at(chunk, place).value(bump)
}
