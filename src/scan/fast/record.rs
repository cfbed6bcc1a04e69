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
        let members = self.members(bump);
        let spot = Spot { form: self.way.form, pointer: Some(&self.way.pointer) };
        let asks_more = !profile.fields().is_empty() || !profile.by().is_empty();
        if matches!(self.inside, Inside::Response(_)) && self.is_without_context() && !asks_more {
            let (record, anomalies) = policy::judge(members, Context::default(), &[], spot);
            return Scanned { anomalies, ..Scanned::of(Line::Record(record)) };
        }
        if let Some((by, overrides)) = self.asked(profile, bump) {
            let mut reader = PlainReader::new(overrides.fields, profile, bump);
            if self.read_context(&mut reader, bump) {
                let (context, odd) = reader.finish(overrides);
                let (record, anomalies) = policy::judge(members, context, by, spot);
                return Scanned { anomalies: anomalies.union(odd), ..Scanned::of(Line::Record(record)) };
            }
        }
        self.in_order(members, spot, profile, bump)
    }

    /// What the response says.
    #[inline]
    fn members(&'a self, bump: &'a Bump) -> Members<'a> {
        match self.inside {
            Inside::Response(found) => found.members(self.chunk, bump),
            Inside::Text(inner) => inner.members(bump),
        }
    }

    /// Reads the context of the texts, the innermost first. Whether it need not be put in order.
    #[inline]
    fn read_context(&'a self, reader: &mut PlainReader<'a, '_>, bump: &'a Bump) -> bool {
        let is_read = match self.inside {
            Inside::Response(_) => true,
            Inside::Text(inner) => inner.read_context(reader, bump),
        };
        is_read && !self.around.has_nested_context && reader.text(self.offers(bump))
    }

    const fn is_without_context(&self) -> bool {
        self.around.context.is_empty() && !self.around.has_nested_context
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
