//! The record of a line that the block scanner decided, read from the places of its members.

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;

use super::found::Found;
use super::span::{NOWHERE, Span};
use crate::profile::Profile;
use crate::record::{Context, Form, Line};
use crate::scan::asked::{self, Overrides};
use crate::scan::context;
use crate::scan::forms::Way;
use crate::scan::json::{Node, Raw};
use crate::scan::policy::{self, Members, Spot, Value};
use crate::scan::scanned::Scanned;
use crate::scan::simd;

impl Found {
    /// The record of a line that the block scanner accepted. A record is large, and is made where it is used.
    #[inline(always)]
    pub fn record<'a>(&'a self, chunk: &'a [u8], line: Span, profile: &Profile, bump: &'a Bump) -> Scanned<'a> {
        let value = |place: usize| if place == NOWHERE { Value::Absent } else { value(chunk, place, bump) };
        let mut members = Members { request_id: value(self.request_id), ..Members::default() };
        if self.error != NOWHERE {
            members.error = value(self.error);
            members.code = value(self.code);
            members.message = value(self.message);
        }
        let spot = Spot { form: Form::Envelope, pointer: Some(&self.pointer) };
        let asks_more = !profile.fields().is_empty() || !profile.by().is_empty();
        if self.context.is_empty() && !self.has_nested_context && !asks_more {
            let (record, anomalies) = policy::judge(members, Context::default(), &[], spot);
            return Scanned { anomalies, ..Scanned::of(Line::Record(record)) };
        }
        if !self.has_nested_context && (!asks_more || !self.asked.is_empty()) {
            let offers = self.context.iter().map(|&(name, place)| (name, value(place)));
            let (by, overrides) =
                if asks_more { self.asked(chunk, line, profile, bump) } else { (&[][..], Overrides::default()) };
            if let Some((context, odd)) = context::read_each(profile, bump, offers, overrides) {
                let (record, anomalies) = policy::judge(members, context, by, spot);
                return Scanned { anomalies: anomalies.union(odd), ..Scanned::of(Line::Record(record)) };
            }
        }
        self.record_in_order(members, chunk, line, profile, bump)
    }

    /// What `--by` and `--field` say of a line that holds what they ask for in its root.
    #[inline(never)]
    fn asked<'a>(
        &'a self,
        chunk: &'a [u8],
        line: Span,
        profile: &Profile,
        bump: &'a Bump,
    ) -> (&'a [Option<&'a str>], Overrides<'a>) {
        let (by, fields) = self.asked.split_at(profile.by().len().min(self.asked.len()));
        let texts =
            by.iter().map(|&place| (place != NOWHERE).then(|| value(chunk, place, bump)).and_then(asked::by_text));
        let text = chunk.get(..line.end).unwrap_or_default();
        let values = fields.iter().map(|&place| (place != NOWHERE).then(|| Node::at(text, place)));
        (BumpVec::from_iter_in(texts, bump).into_bump_slice(), Overrides::known(profile, values, bump))
    }

    /// The record of a line whose context has to be put in order.
    #[inline(never)]
    fn record_in_order<'a>(
        &'a self,
        members: Members<'a>,
        chunk: &'a [u8],
        line: Span,
        profile: &Profile,
        bump: &'a Bump,
    ) -> Scanned<'a> {
        let root = Node::at(&chunk[..line.end], line.start);
        let mut around = BumpVec::with_capacity_in(self.path.len(), bump);
        let mut subject = root;
        for name in &self.path {
            around.push(subject);
            // The way leads through the line, or the trail would have declined it.
            subject = subject.last(str::from_utf8(name).unwrap_or_default()).unwrap_or(subject);
        }
        // A key that leads on is written without escapes, or the trail would have declined the line.
        let names = self.path.split_last().map_or(&[][..], |(_, names)| names);
        let names = BumpVec::from_iter_in(names.iter().map(|name| Raw(name)), bump).into_bump_slice();
        let way = Way { subject, around: around.into_bump_slice(), names };
        let (context, odd) = context::read(way, profile, Overrides::of(root, profile, bump), bump);
        let by = asked::by(root, profile, bump);
        let spot = Spot { form: Form::Envelope, pointer: Some(&self.pointer) };
        let (record, anomalies) = policy::judge(members, context, by, spot);
        Scanned { anomalies: anomalies.union(odd), ..Scanned::of(Line::Record(record)) }
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
