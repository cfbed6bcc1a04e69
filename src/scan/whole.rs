//! A line that is one JSON value, whole: the response is found in it, the policy applied, the context read. It is what the
//! full scanner and the reference share; they differ in how they check the bytes.

use bumpalo::Bump;

use super::asked::{self, Overrides};
use super::cloudaudit;
use super::context;
use super::find::{self, Found, Response};
use super::forms::{ERROR_CODES, ERROR_IDS, ERROR_MESSAGES, Kind, Way};
use super::json::Node;
use super::layers::Check;
use super::policy::{self, Members, Spot, Value, is_request_id};
use super::scanned::Scanned;
use super::text::errors::SdkError;
use crate::catalog;
use crate::profile::Profile;
use crate::record::{Anomaly, Doubt, Doubts, Line};

/// What a valid line is.
pub fn line<'a>(text: &'a [u8], profile: &Profile, bump: &'a Bump, check: &mut Check<'_>) -> Scanned<'a> {
    if profile.is_cloudaudit() {
        return cloudaudit::line(text, profile, bump, check);
    }
    let root = Node::root(text);
    match find::find(root, profile, bump, check) {
        Found::Response(response) => record(root, &response, profile, bump),
        Found::Broken(reason) => Scanned::of(Line::Malformed(reason)),
        Found::Unidentified(name) => Scanned::of(Line::Unidentified(name)),
        Found::Nothing { has_unmarked_error, names_exception } => {
            let mut doubts = Doubts::NONE;
            if has_unmarked_error {
                doubts.insert(Doubt::UnmarkedError);
            }
            if names_exception {
                doubts.insert(Doubt::SdkError);
            }
            Scanned { doubts, ..Scanned::of(Line::NoEnvelope) }
        }
    }
}

fn record<'a>(root: Node<'a>, response: &Response<'a>, profile: &Profile, bump: &'a Bump) -> Scanned<'a> {
    let mut twice = Twice::default();
    let members = match &response.error {
        Some(error) => of_error(error),
        None => members(response.judged_as, response.way, &mut twice, bump),
    };
    let (context, odd) = context::read(response.way, profile, Overrides::of(root, profile, bump), bump);
    let by = asked::by(root, profile, bump);
    let spot = Spot { form: response.form(), pointer: Some(response.pointer(bump)) };
    let (record, mut anomalies) = policy::judge(members, context, by, spot);
    if twice.is_found() {
        anomalies.insert(Anomaly::DuplicateKey);
    }
    let mut doubts = Doubts::NONE;
    if response.has_others {
        doubts.insert(Doubt::OthersInLine);
    }
    Scanned { anomalies: anomalies.union(odd), doubts, ..Scanned::of(Line::Record(record)) }
}

/// What the response at the end of a way says.
pub fn members<'a>(kind: Kind, way: Way<'a>, twice: &mut Twice, bump: &'a Bump) -> Members<'a> {
    let Way { subject, around, names } = way;
    for (object, name) in around.iter().zip(names) {
        twice.look(*object, name.unescape(bump));
    }
    if let Some(envelope) = around.get(names.len()) {
        twice.look(*envelope, "Response");
    }
    match kind {
        Kind::Strong | Kind::Weak => in_envelope(subject, twice, bump),
        Kind::ErrorObject => of_error_object(subject, twice, bump),
        Kind::Unwrapped | Kind::Embedded | Kind::SdkError => {
            Members { request_id: twice.value(subject, "RequestId", bump), ..Members::default() }
        }
    }
}

/// What an SDK printed of an error. A code that it does not print is none, and not one that is missing.
pub fn of_error<'a>(error: &SdkError<'a>) -> Members<'a> {
    Members {
        error: Value::Object,
        code: Value::Str(error.code.unwrap_or(policy::NO_CODE)),
        message: Value::Str(error.message),
        request_id: error.request_id.map_or(Value::Absent, Value::Str),
    }
}

/// What a response object says.
fn in_envelope<'a>(subject: Node<'a>, twice: &mut Twice, bump: &'a Bump) -> Members<'a> {
    let [request_id, error] = twice.values(subject, ["RequestId", "Error"]);
    let value = |node: Option<Node<'a>>| node.map_or(Value::Absent, |node| node.value(bump));
    let mut members = Members { request_id: value(request_id), error: value(error), ..Members::default() };
    if let Some(error) = error {
        let [code, message] = twice.values(error, ["Code", "Message"]);
        (members.code, members.message) = (value(code), value(message));
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
#[derive(Default)]
pub struct Twice(bool);

impl Twice {
    /// Whether one is.
    pub const fn is_found(&self) -> bool {
        self.0
    }

    fn look(&mut self, object: Node<'_>, name: &str) {
        self.values(object, [name]);
    }

    fn values<'a, const N: usize>(&mut self, object: Node<'a>, names: [&str; N]) -> [Option<Node<'a>>; N] {
        let (found, is_twice) = object.last_of(names);
        self.0 |= is_twice;
        found
    }

    fn value<'a>(&mut self, object: Node<'a>, name: &str, bump: &'a Bump) -> Value<'a> {
        let [value] = self.values(object, [name]);
        value.map_or(Value::Absent, |value| value.value(bump))
    }
}
