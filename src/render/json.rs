//! The JSON report and NDJSON rows.

use std::io::{self, Write};

use serde::Serialize;

use super::escape::{JsonFormatter, JsonLineFormatter};
use crate::report::Report;
use crate::summary::rejects::Reject;

/// Writes a report, pretty-printed, with a line end.
///
/// # Errors
///
/// `out` fails.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    value(report, out)
}

/// Writes any value in the same manner.
///
/// # Errors
///
/// `out` fails.
pub fn value(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(&mut *out, JsonFormatter::default());
    value.serialize(&mut serializer)?;
    out.write_all(b"\n")
}

/// Writes a value as a line of NDJSON.
///
/// # Errors
///
/// `out` fails.
pub fn row(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(&mut *out, JsonLineFormatter);
    value.serialize(&mut serializer)?;
    out.write_all(b"\n")
}

/// A row of `--rejects`.
#[derive(Serialize)]
struct RejectRow<'a> {
    input: &'a str,
    line: u64,
    offset: u64,
    class: &'static str,
    reason: Option<&'static str>,
}

/// Writes one reject as a line of NDJSON.
///
/// # Errors
///
/// `out` fails.
pub fn reject(reject: &Reject, input: &str, line: u64, out: &mut dyn Write) -> io::Result<()> {
    let row = RejectRow { input, line, offset: reject.origin.offset, class: reject.class(), reason: reject.why() };
    self::row(&row, out)
}
