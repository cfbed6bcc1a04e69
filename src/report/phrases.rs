//! What the words of a report mean, in a phrase: for readers who see one for the first time. Words without a phrase
//! stand for themselves.

use crate::catalog::{Class, NONE, OTHER};
use crate::input::Status;
use crate::report::numbers::{count, counted, rough_percent};
use crate::report::{Comparison, Throttled};
use crate::time::Nanos;

/// Who can act on failures of a class, and how; a hint.
#[must_use]
pub const fn class(class: Class) -> &'static str {
    match class {
        Class::Provider => "the service failed; retry, then send these ids to support",
        Class::Capacity => "the cloud is short of it; try another zone or type, or wait",
        Class::State => "a resource or the account is in a state that forbids it now",
        Class::Throttle => "too many calls in too short a time; slow down",
        Class::Quota => "an allowance is used up; raise it or free some",
        Class::ClientSide => "made up by an SDK: no response came back",
        Class::Auth => "key, signature or permission; check the credentials and policies",
        Class::Caller => "the request itself is at fault; correct the call",
        Class::Unknown => "the code does not tell who can act",
    }
}

/// Why an input is not whole.
#[must_use]
pub const fn status(status: Status) -> &'static str {
    match status {
        Status::Error => "not read",
        other => other.as_str(),
    }
}

/// Why a line is not one JSON value.
#[must_use]
pub fn reason(reason: &str) -> &'static str {
    match reason {
        "oversize" => "longer than --max-line",
        "truncated" => "cut before the end of the JSON",
        "trailing" => "something stands behind the JSON",
        "depth" => "nested more than 1,024 deep",
        "utf8" => "not UTF-8",
        "syntax" => "not JSON",
        _ => "",
    }
}

/// How many records have a form, in words.
#[must_use]
pub fn form(form: &str, records: u64) -> String {
    let (one, many) = match form {
        "envelope" => ("envelope", "envelopes"),
        "layered" => ("envelope in a string", "envelopes in strings"),
        "embedded" => ("response in text", "responses in text"),
        "unwrapped" => ("unwrapped response", "unwrapped responses"),
        "error_object" => ("error object", "error objects"),
        "sdk_error" => ("SDK error", "SDK errors"),
        other => (other, other),
    };
    counted(records, one, many)
}

/// What is odd about a line that counts all the same, after a number.
#[must_use]
pub fn anomaly(anomaly: &str) -> &'static str {
    match anomaly {
        "nul_padding" => "after NUL bytes, as copytruncate leaves them",
        "bom" => "after a byte order mark",
        "null_error" => "with Error: null, counted as ok",
        "duplicate_key" => "with a key given twice, the last one counts",
        "code_not_string" => "with a number as Code",
        "error_without_code" => "with an Error, but no Code",
        "code_too_long" => "with a Code longer than 256 bytes",
        "implausible_time" => "with a time before 2010 or after 2100, counted as none",
        "bad_context" => "with a context field that cannot be read",
        "conflicting_outcome" => "with a failure of which a line shortly before it tells as a success",
        _ => "",
    }
}

/// What a comparison is of: `before and after 2026-11-24 10:00`, with the time spelt by the format.
#[must_use]
pub fn comparison(comparison: &Comparison, time: impl Fn(Nanos) -> String) -> String {
    comparison.split.map_or_else(|| "the baseline and now".to_owned(), |at| format!("before and after {}", time(at)))
}

/// Of how many actions a throttle code says at which rates it refuses.
pub const REFUSED_MAX: usize = 3;

/// At which rates calls are refused: `from 41/s, peak 61/s, 36 % of calls then`.
#[must_use]
pub fn refused(row: &Throttled) -> String {
    let [less, more] = if row.is_sample { [" or less", " or more"] } else { [""; 2] };
    format!(
        "from {}/s{less}, peak {}/s{more}, {} of calls then",
        count(row.from_per_second),
        count(row.peak_per_second),
        rough_percent(row.refused as f64 / row.calls.max(1) as f64)
    )
}

/// What stands for codes that are none.
#[must_use]
pub fn code(code: &str) -> &'static str {
    match code {
        NONE => "the error has no code",
        OTHER => "codes that did not fit into the table",
        _ => "",
    }
}
