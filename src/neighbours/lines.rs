//! What becomes of a line beside its neighbours: a part of another record, an echo, a success of which only a header is
//! shown. It decides nothing.

use crate::record::{Context, Form, Line, Outcome, Record};
use crate::scan::{Scanned, Span};
use crate::summary::distinct;

/// Gets a line, what it is, and the hash of its id when it is a record that has one.
pub trait Each: FnMut(Span, &Scanned<'_>, Option<u64>) {}

impl<F: FnMut(Span, &Scanned<'_>, Option<u64>)> Each for F {}

/// A line that is a part of a record which began before it.
pub fn part<'a>(scanned: &Scanned<'_>) -> Scanned<'a> {
    Scanned { anomalies: scanned.anomalies.of_line(), ..Scanned::of(Line::Text) }
}

/// A line that says again what another one said.
pub fn echo(span: Span, scanned: &Scanned<'_>, each: &mut impl Each) {
    each(span, &Scanned { line: Line::Echo, anomalies: scanned.anomalies.of_line(), ..*scanned }, None);
}

/// A response of which nothing is shown but its id.
pub const fn success<'a>(id: &'a str, by: &'a [Option<&'a str>]) -> Record<'a> {
    Record {
        outcome: Outcome::Ok,
        code: "",
        message: "",
        request_id: Some(id),
        context: Context { time: None, service: None, action: None, region: None, duration_ns: None, status: None },
        by,
        form: Form::Embedded,
        pointer: None,
    }
}

/// The hash of the id of a record; none of other lines, and of those without one.
pub fn id_hash(scanned: &Scanned<'_>) -> Option<u64> {
    match &scanned.line {
        Line::Record(record) => record.request_id.map(distinct::id_hash),
        _ => None,
    }
}

/// Whether a record is an envelope in a line that is JSON.
pub const fn is_envelope(record: &Record<'_>) -> bool {
    matches!(record.form, Form::Envelope | Form::Layered)
}

/// Whether a record is an envelope that is its whole line.
pub fn is_at_root(record: &Record<'_>) -> bool {
    record.form == Form::Envelope && record.pointer == Some("")
}
