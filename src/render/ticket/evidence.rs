//! Records behind tickets as NDJSON, in the shape of a log: what reads logs can read it again. Each member is named
//! here; nothing else of a line can get in.

use std::io::{self, Write};

use serde::Serialize;

use crate::render::json;
use crate::ticket::evidence::Evidence;
use crate::time::{Nanos, milliseconds};

#[derive(Serialize)]
struct Row<'e> {
    input: &'e str,
    line: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<Nanos>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_ms: Option<f64>,
    #[serde(rename = "Response")]
    response: Response<'e>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Response<'e> {
    error: Error<'e>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'e str>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Error<'e> {
    code: &'e str,
    message: &'e str,
}

/// Writes one record as a line; `input` is the name of its input.
///
/// # Errors
///
/// `out` fails.
pub fn write(evidence: &Evidence, input: &str, out: &mut dyn Write) -> io::Result<()> {
    let call = &evidence.call;
    let row = Row {
        input,
        line: evidence.line,
        time: call.time,
        service: call.service(),
        action: call.action(),
        region: call.region(),
        duration_ms: call.duration_ns.map(milliseconds),
        response: Response {
            error: Error { code: &evidence.code, message: &evidence.message },
            request_id: call.request_id(),
        },
    };
    json::row(&row, out)
}
