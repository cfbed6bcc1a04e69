//! The rules of SPEC 2 on what a scanner found in an envelope: outcome, code, message, request id. It sees no bytes.

use crate::record::{
    Anomalies, Anomaly, CODE_BYTES_MAX, Context, Form, Outcome, REQUEST_ID_BYTES_MAX, REQUEST_ID_BYTES_MIN, Record,
};

/// The code of a failure that names none.
pub const NO_CODE: &str = "(none)";
/// Codes that say that the request would have succeeded.
const DRY_RUN: [&str; 2] = ["DryRunOperation", "DryRunOperation.DryRunOperationError"];
/// Texts that programs write when they have no id.
const NO_REQUEST_ID: [&str; 4] = ["None", "null", "nil", "undefined"];

/// A member's value, as far as the policy looks at it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Value<'a> {
    /// There is no such member.
    #[default]
    Absent,
    /// `null`.
    Null,
    /// A string, unescaped.
    Str(&'a str),
    /// A number, as its text.
    Number(&'a str),
    /// An object.
    Object,
    /// An array or a boolean.
    Other,
}

/// What an envelope holds under the names that the policy looks up; of a name given twice, the last.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Members<'a> {
    /// `Error` of the response object.
    pub error: Value<'a>,
    /// `Code` of `Error`, when that is an object.
    pub code: Value<'a>,
    /// `Message` of `Error`, when that is an object.
    pub message: Value<'a>,
    /// `RequestId` of the response object.
    pub request_id: Value<'a>,
}

/// Where a response was found.
#[derive(Clone, Copy, Debug)]
pub struct Spot<'a> {
    /// How it stood there.
    pub form: Form,
    /// The pointer of the place; none in a text.
    pub pointer: Option<&'a str>,
}

/// Tells what a response says. The anomalies are those of the error; others are the scanner's.
#[inline(always)]
#[must_use]
pub fn judge<'a>(
    members: Members<'a>,
    context: Context<'a>,
    by: &'a [Option<&'a str>],
    spot: Spot<'a>,
) -> (Record<'a>, Anomalies) {
    let mut anomalies = Anomalies::NONE;
    let (outcome, code) = match members.error {
        Value::Absent => (Outcome::Ok, ""),
        Value::Null => {
            anomalies.insert(Anomaly::NullError);
            (Outcome::Ok, "")
        }
        Value::Object => code(members.code, &mut anomalies),
        Value::Str(_) | Value::Number(_) | Value::Other => code(Value::Absent, &mut anomalies),
    };
    let message = match members.message {
        Value::Str(text) if outcome != Outcome::Ok => text,
        _ => "",
    };
    let request_id = match members.request_id {
        Value::Str(text) if is_request_id(text) => Some(text),
        _ => None,
    };
    (Record { outcome, code, message, request_id, context, by, form: spot.form, pointer: spot.pointer }, anomalies)
}

fn code<'a>(value: Value<'a>, anomalies: &mut Anomalies) -> (Outcome, &'a str) {
    let text = match value {
        Value::Str(text) if DRY_RUN.contains(&text) => return (Outcome::DryRun, text),
        Value::Str(text) if !text.is_empty() => text,
        Value::Number(text) => {
            anomalies.insert(Anomaly::CodeNotString);
            text
        }
        _ => {
            anomalies.insert(Anomaly::ErrorWithoutCode);
            NO_CODE
        }
    };
    if text.len() > CODE_BYTES_MAX {
        anomalies.insert(Anomaly::CodeTooLong);
        return (Outcome::Failed, NO_CODE);
    }
    (Outcome::Failed, text)
}

/// Whether a text counts as a request id.
pub fn is_request_id(text: &str) -> bool {
    (REQUEST_ID_BYTES_MIN..=REQUEST_ID_BYTES_MAX).contains(&text.len())
        // Ids are short: comparing every byte costs less than a search that can stop.
        && !text.bytes().fold(false, |found, byte| found | (byte == b'*'))
        && !NO_REQUEST_ID.contains(&text)
}
