//! Rows of `resplog ids` and `resplog find`: tab-separated values, NDJSON, and blocks for people.

use std::io::{self, Write};

use serde::Serialize;

use super::escape::terminal;
use super::json;
use crate::ids::Listed;
use crate::time::{self, Nanos};

/// Writes a row of request_id, code, time, service, action, region, duration_ms, input, line, offset. What is not
/// known is empty; control characters are made visible.
///
/// # Errors
///
/// `out` fails.
pub fn tsv(listed: &Listed, input: &str, out: &mut dyn Write) -> io::Result<()> {
    let call = &listed.call;
    let text = |text: Option<&str>| terminal(text.unwrap_or_default()).into_owned();
    let time = call.time.map(|time| time.to_string()).unwrap_or_default();
    let duration = milliseconds(listed).map(|ms| ms.to_string()).unwrap_or_default();
    writeln!(
        out,
        "{}\t{}\t{time}\t{}\t{}\t{}\t{duration}\t{}\t{}\t{}",
        text(call.request_id()),
        terminal(&listed.code),
        text(call.service()),
        text(call.action()),
        text(call.region()),
        terminal(input),
        listed.line,
        listed.offset
    )
}

#[derive(Serialize)]
struct Row<'a> {
    request_id: &'a str,
    code: Option<&'a str>,
    time: Option<Nanos>,
    service: Option<&'a str>,
    action: Option<&'a str>,
    region: Option<&'a str>,
    duration_ms: Option<f64>,
    input: &'a str,
    line: u64,
    offset: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    envelope: Option<&'a str>,
}

/// Writes a row as a line of NDJSON; `envelope` adds the envelope, redacted.
///
/// # Errors
///
/// `out` fails.
pub fn ndjson(listed: &Listed, input: &str, envelope: Option<&str>, out: &mut dyn Write) -> io::Result<()> {
    let call = &listed.call;
    let row = Row {
        request_id: call.request_id().unwrap_or_default(),
        code: (!listed.code.is_empty()).then_some(&listed.code),
        time: call.time,
        service: call.service(),
        action: call.action(),
        region: call.region(),
        duration_ms: milliseconds(listed),
        input,
        line: listed.line,
        offset: listed.offset,
        envelope,
    };
    json::row(&row, out)
}

/// Writes a record for people: where it stands, what is known of the call, and the envelope, redacted.
///
/// # Errors
///
/// `out` fails.
pub fn block(listed: &Listed, input: &str, envelope: &str, out: &mut dyn Write) -> io::Result<()> {
    let outcome = if listed.code.is_empty() { "ok" } else { &listed.code };
    let call = &listed.call;
    writeln!(out, "{}  {}", terminal(call.request_id().unwrap_or_default()), terminal(outcome))?;
    let time = call.time.map(|time| time.to_string());
    let duration = milliseconds(listed).map(|ms| format!("{ms} ms"));
    let facts: Vec<_> =
        time.as_deref().into_iter().chain(call.names()).chain(duration.as_deref()).map(terminal).collect();
    if !facts.is_empty() {
        writeln!(out, "  {}", facts.join("  "))?;
    }
    writeln!(out, "  {}:{}  (byte {})", terminal(input), listed.line, listed.offset)?;
    writeln!(out, "  {}", terminal(envelope))
}

fn milliseconds(listed: &Listed) -> Option<f64> {
    listed.call.duration_ns.map(time::milliseconds)
}
