//! A line that is not one JSON value: a response or an error in its text, or neither (SPEC 2 g). It is what all scanners
//! do with such a line, whoever found out that it is one.

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;

use super::asked::Overrides;
use super::context::{self, Reader};
use super::find::{self, Found, Response};
use super::forms::{Kind, Way};
use super::grammar::{self, Space};
use super::json::Node;
use super::policy::{self, Spot};
use super::scanned::Scanned;
use super::text::errors::SdkError;
use super::text::{self, Evidence, front};
use super::whole::{self, Twice};
use crate::profile::Profile;
use crate::record::{Anomaly, Context, Doubt, Doubts, Form, Line, Reason};

/// What a text without line end is that is not JSON for a reason; `may_hold` says whether it can say anything of calls.
pub fn line<'a>(text: &'a [u8], reason: Reason, may_hold: bool, profile: &Profile, bump: &'a Bump) -> Scanned<'a> {
    if !profile.reads_text() {
        return Scanned::malformed(reason);
    }
    let is_object = text.iter().find(|&&byte| !Space::Line.has(byte)) == Some(&b'{');
    let nothing = || if is_object { Line::Malformed(reason) } else { Line::Text };
    if !profile.envelope().is_empty() || !may_hold {
        return Scanned::of(nothing());
    }
    let found = text::search(text, profile.forms(), bump);
    let mut doubts = Doubts::NONE;
    if found.has_others {
        doubts.insert(Doubt::OthersInLine);
    }
    let scanned = match found.evidence {
        Some(evidence) => of_evidence(evidence, text, profile, bump),
        None => {
            let inside =
                found.inside.iter().find_map(|&(root, start)| inside(root, (text, start, text.len()), profile, bump));
            inside.unwrap_or_else(|| {
                if found.names_exception {
                    doubts.insert(Doubt::SdkError);
                }
                match found.broken {
                    Some(_) if is_object => Scanned::malformed(reason),
                    Some(broken) => Scanned::malformed(broken),
                    None => Scanned::of(nothing()),
                }
            })
        }
    };
    Scanned { doubts: scanned.doubts.union(doubts), ..scanned }
}

/// What the response or the error that counts in a text says.
fn of_evidence<'a>(evidence: Evidence<'a>, text: &'a [u8], profile: &Profile, bump: &'a Bump) -> Scanned<'a> {
    let (candidate, root, start, end) = match evidence {
        Evidence::Error(error) => return of_error(&error, text, profile, bump),
        Evidence::Object(candidate, root, start, end) => (candidate, root, start, end),
    };
    // A wrapper of somebody else yields to what it holds.
    let held = (candidate.kind == Kind::Weak).then(|| inside(root, (text, start, end), profile, bump)).flatten();
    held.unwrap_or_else(|| {
        let way = text::way(candidate, root, bump);
        of_object(way, candidate.kind, (text, start, end), profile, bump)
    })
}

/// The record of a response that lies somewhere inside of an object of a text; the object stands from one place to another.
fn inside<'a>(
    root: Node<'a>,
    (text, start, end): (&'a [u8], usize, usize),
    profile: &Profile,
    bump: &'a Bump,
) -> Option<Scanned<'a>> {
    let check = &mut |text: &[u8]| grammar::check(text, Space::Text);
    match find::find(root, profile, bump, check) {
        Found::Response(Response { error: Some(error), .. }) => Some(of_error(&error, text, profile, bump)),
        Found::Response(response) => {
            Some(of_object(response.way, response.judged_as, (text, start, end), profile, bump))
        }
        Found::Unidentified(name) => Some(Scanned::of(Line::Unidentified(name))),
        Found::Broken(_) | Found::Nothing { .. } => None,
    }
}

fn of_object<'a>(
    way: Way<'a>,
    kind: Kind,
    (text, start, end): (&'a [u8], usize, usize),
    profile: &Profile,
    bump: &'a Bump,
) -> Scanned<'a> {
    let mut twice = Twice::default();
    let members = whole::members(kind, way, &mut twice, bump);
    let (context, odd) = context::read(way, profile, Overrides::default(), bump);
    let mut reader = Reader::after(context, profile, bump);
    let doubts = front::read(text, start, end, &mut reader);
    let form = match kind {
        Kind::Unwrapped => Form::Unwrapped,
        Kind::ErrorObject => Form::ErrorObject,
        Kind::Strong | Kind::Weak | Kind::Embedded | Kind::SdkError => Form::Embedded,
    };
    let spot = Spot { form, pointer: None };
    let (record, mut anomalies) = policy::judge(members, reader.context, no_fields(profile, bump), spot);
    if twice.is_found() {
        anomalies.insert(Anomaly::DuplicateKey);
    }
    Scanned { anomalies: anomalies.union(odd).union(reader.anomalies), doubts, ..Scanned::of(Line::Record(record)) }
}

fn of_error<'a>(error: &SdkError<'a>, text: &'a [u8], profile: &Profile, bump: &'a Bump) -> Scanned<'a> {
    if error.request_id.is_none() {
        return Scanned::of(Line::Unidentified(error.counted_as()));
    }
    let mut reader = Reader::after(Context::default(), profile, bump);
    let doubts = front::read(text, error.start, error.end, &mut reader);
    let spot = Spot { form: Form::SdkError, pointer: None };
    let (record, odd) = policy::judge(whole::of_error(error), reader.context, no_fields(profile, bump), spot);
    Scanned { anomalies: odd.union(reader.anomalies), doubts, ..Scanned::of(Line::Record(record)) }
}

/// The `--by` fields of a text, which has none.
fn no_fields<'a>(profile: &Profile, bump: &'a Bump) -> &'a [Option<&'a str>] {
    BumpVec::from_iter_in(profile.by().iter().map(|_| None), bump).into_bump_slice()
}
