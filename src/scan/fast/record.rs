//! The record of a line that the block scanner decided, read from the places of its members.

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;

use super::found::{Around, Found};
use super::hit::{Hit, Inside};
use super::span::NOWHERE;
use crate::profile::Profile;
use crate::profile::names::Name;
use crate::record::{Context, Form, Line};
use crate::scan::asked::{self, Overrides};
use crate::scan::context;
use crate::scan::forms::Way;
use crate::scan::json::{Node, Raw};
use crate::scan::plain_context::PlainReader;
use crate::scan::policy::{self, Members, Spot, Value};
use crate::scan::scanned::Scanned;
use crate::scan::simd;

impl<'a> Hit<'a> {
    /// The record of a line that the block scanner accepted. A record is large, and is made where it is used.
    #[inline(always)]
    pub fn record(&'a self, profile: &Profile, bump: &'a Bump) -> Scanned<'a> {
        match self.inside {
            Inside::Response(found) => self.of_line(found, profile, bump),
            Inside::Text(_) => self.of_text(profile, bump),
        }
    }

    /// The record of a line in which the response stands.
    #[inline(always)]
    fn of_line(&'a self, found: &'a Found, profile: &Profile, bump: &'a Bump) -> Scanned<'a> {
        let members = found.members(self.chunk, bump);
        let spot = self.spot();
        let Around { context, has_nested_context, .. } = self.around;
        let asks_more = !profile.fields().is_empty() || !profile.by().is_empty();
        if context.is_empty() && !has_nested_context && !asks_more {
            let (record, anomalies) = policy::judge(members, Context::default(), &[], spot);
            return Scanned { anomalies, ..Scanned::of(Line::Record(record)) };
        }
        if !has_nested_context && let Some((by, overrides)) = self.asked(profile, bump) {
            let mut reader = PlainReader::new(overrides.fields, profile, bump);
            if reader.text(self.offers(bump)) {
                let (context, odd) = reader.finish(overrides);
                let (record, anomalies) = policy::judge(members, context, by, spot);
                return Scanned { anomalies: anomalies.union(odd), ..Scanned::of(Line::Record(record)) };
            }
        }
        self.in_order(members, spot, profile, bump)
    }

    /// The record of a line in which the response stands in the text of a string.
    #[inline(never)]
    fn of_text(&'a self, profile: &Profile, bump: &'a Bump) -> Scanned<'a> {
        let texts = BumpVec::from_iter_in(self.texts(), bump);
        let innermost = texts.last().copied().unwrap_or(self);
        let Inside::Response(found) = innermost.inside else { return Scanned::of(Line::NoEnvelope) };
        let members = found.members(innermost.chunk, bump);
        let spot = self.spot();
        if !texts.iter().any(|text| text.around.has_nested_context)
            && let Some((by, overrides)) = self.asked(profile, bump)
        {
            let mut reader = PlainReader::new(overrides.fields, profile, bump);
            if texts.iter().rev().all(|text| reader.text(text.offers(bump))) {
                let (context, odd) = reader.finish(overrides);
                let (record, anomalies) = policy::judge(members, context, by, spot);
                return Scanned { anomalies: anomalies.union(odd), ..Scanned::of(Line::Record(record)) };
            }
        }
        self.in_order(members, spot, profile, bump)
    }

    /// Where the response stands.
    fn spot(&'a self) -> Spot<'a> {
        Spot { form: self.way.form, pointer: Some(&self.way.pointer) }
    }

    /// The members around the way whose names are in the table of context names.
    #[inline(always)]
    fn offers(&'a self, bump: &'a Bump) -> impl Iterator<Item = (Name, Value<'a>)> {
        self.around.context.iter().map(|&(name, place)| (name, value(self.chunk, place, bump)))
    }

    /// What `--by` and `--field` say of a line; nothing when they ask for something else than members of its root.
    #[inline(always)]
    fn asked(&'a self, profile: &Profile, bump: &'a Bump) -> Option<(&'a [Option<&'a str>], Overrides<'a>)> {
        if profile.fields().is_empty() && profile.by().is_empty() {
            return Some((&[], Overrides::default()));
        }
        (!self.around.asked.is_empty()).then(|| self.asked_members(profile, bump))
    }

    #[inline(never)]
    fn asked_members(&'a self, profile: &Profile, bump: &'a Bump) -> (&'a [Option<&'a str>], Overrides<'a>) {
        let Around { asked, .. } = self.around;
        let (by, fields) = asked.split_at(profile.by().len().min(asked.len()));
        let texts =
            by.iter().map(|&place| (place != NOWHERE).then(|| value(self.chunk, place, bump)).and_then(asked::by_text));
        let text = self.chunk.get(..self.span.end).unwrap_or_default();
        let values = fields.iter().map(|&place| (place != NOWHERE).then(|| Node::at(text, place)));
        (BumpVec::from_iter_in(texts, bump).into_bump_slice(), Overrides::known(profile, values, bump))
    }

    /// The record of a line whose context has to be put in order.
    #[inline(never)]
    fn in_order(&'a self, members: Members<'a>, spot: Spot<'a>, profile: &Profile, bump: &'a Bump) -> Scanned<'a> {
        let (mut around, mut names) = (BumpVec::new_in(bump), BumpVec::new_in(bump));
        let root = self.root();
        let mut subject = root;
        for text in self.texts() {
            subject = text.root();
            for name in &text.way.path {
                around.push(subject);
                // A key that leads on is written without escapes, or the trail would have declined the line.
                names.push(Raw(name));
                // The way leads through the text, or the trail would have declined it.
                subject = subject.last(str::from_utf8(name).unwrap_or_default()).unwrap_or(subject);
            }
        }
        // The last one is that of the response, where there is an envelope.
        if self.way.form != Form::Unwrapped {
            names.pop();
        }
        let way = Way { subject, around: around.into_bump_slice(), names: names.into_bump_slice() };
        let (context, odd) = context::read(way, profile, Overrides::of(root, profile, bump), bump);
        let by = asked::by(root, profile, bump);
        let (record, anomalies) = policy::judge(members, context, by, spot);
        Scanned { anomalies: anomalies.union(odd), ..Scanned::of(Line::Record(record)) }
    }

    /// The object that the text is.
    fn root(&self) -> Node<'a> {
        Node::at(self.chunk.get(..self.span.end).unwrap_or_default(), self.span.start)
    }
}

impl Found {
    /// What the response object says, which stands in this chunk.
    #[inline(always)]
    fn members<'a>(&self, chunk: &'a [u8], bump: &'a Bump) -> Members<'a> {
        let value = |place: usize| if place == NOWHERE { Value::Absent } else { value(chunk, place, bump) };
        let mut members = Members { request_id: value(self.request_id), ..Members::default() };
        if self.error != NOWHERE {
            members.error = value(self.error);
            members.code = value(self.code);
            members.message = value(self.message);
        }
        members
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
