//! A line that is one JSON value, whole: the response is found in it, the policy applied, the context read. It is what the
//! full scanner and the reference share; they differ in how they check the bytes.

use bumpalo::Bump;

use super::context::{self, Overrides};
use super::find::{self, Check, Found, Response, Way};
use super::forms::{ERROR_CODES, ERROR_IDS, ERROR_MESSAGES, Kind};
use super::json::Node;
use super::policy::{self, Members, Spot, Value, is_request_id};
use super::scanned::Scanned;
use crate::catalog;
use crate::profile::Profile;
use crate::record::{Anomaly, Doubt, Doubts, Line};

/// What a valid line is.
pub fn line<'a>(text: &'a [u8], profile: &Profile, bump: &'a Bump, check: &mut Check<'_>) -> Scanned<'a> {
    let root = Node::root(text);
    match find::find(root, profile, bump, check) {
        Found::Response(response) => record(root, &response, profile, bump),
        Found::Broken(reason) => Scanned::of(Line::Malformed(reason)),
        Found::Nothing { has_unmarked_error } => {
            let mut doubts = Doubts::NONE;
            if has_unmarked_error {
                doubts.insert(Doubt::UnmarkedError);
            }
            Scanned { doubts, ..Scanned::of(Line::NoEnvelope) }
        }
    }
}

fn record<'a>(root: Node<'a>, response: &Response<'a>, profile: &Profile, bump: &'a Bump) -> Scanned<'a> {
    let Way { subject, around, names } = response.way;
    let mut twice = Twice(false);
    for (object, name) in around.iter().zip(names) {
        twice.look(*object, name.unescape(bump));
    }
    if let Some(envelope) = around.get(names.len()) {
        twice.look(*envelope, "Response");
    }
    let members = match response.kind {
        Kind::Strong | Kind::Weak => in_envelope(subject, &mut twice, bump),
        Kind::Unwrapped => Members { request_id: twice.value(subject, "RequestId", bump), ..Members::default() },
        Kind::ErrorObject => of_error_object(subject, &mut twice, bump),
    };
    let (context, odd) = context::read(response.way, profile, Overrides::of(root, profile, bump), bump);
    let by = context::by(root, profile, bump);
    let spot = Spot { form: response.form(), pointer: response.pointer(bump) };
    let (record, mut anomalies) = policy::judge(members, context, by, spot);
    if twice.0 {
        anomalies.insert(Anomaly::DuplicateKey);
    }
    Scanned { line: Line::Record(record), anomalies: anomalies.union(odd), doubts: Doubts::NONE }
}

/// What a response object says.
fn in_envelope<'a>(subject: Node<'a>, twice: &mut Twice, bump: &'a Bump) -> Members<'a> {
    let mut members = Members { request_id: twice.value(subject, "RequestId", bump), ..Members::default() };
    twice.look(subject, "Error");
    if let Some(error) = subject.last("Error") {
        members.error = error.value(bump);
        members.code = twice.value(error, "Code", bump);
        members.message = twice.value(error, "Message", bump);
    }
    members
}

/// What an error that an SDK threw says: of each part the first name that holds what makes it one.
fn of_error_object<'a>(subject: Node<'a>, twice: &mut Twice, bump: &'a Bump) -> Members<'a> {
    let mut first = |names: &[&str], fits: fn(&str) -> bool| {
        let mut values = names.iter().map(|name| twice.value(subject, name, bump));
        values.find(|value| matches!(value, Value::Str(text) if fits(text))).unwrap_or_default()
    };
    Members {
        error: Value::Object,
        code: first(&ERROR_CODES, catalog::names_error),
        message: first(&ERROR_MESSAGES, |_| true),
        request_id: first(&ERROR_IDS, is_request_id),
    }
}

/// Whether a key that was looked up is given twice.
struct Twice(bool);

impl Twice {
    fn look(&mut self, object: Node<'_>, name: &str) {
        self.0 |= object.members().filter(|(key, _)| key.is(name)).nth(1).is_some();
    }

    fn value<'a>(&mut self, object: Node<'a>, name: &str, bump: &'a Bump) -> Value<'a> {
        self.look(object, name);
        object.last(name).map_or(Value::Absent, |value| value.value(bump))
    }
}
