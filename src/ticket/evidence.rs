//! The records behind tickets, one by one, with what may leave the company: error, request id, time, service, action,
//! region and duration. Nothing else of a line is ever kept here.

use std::collections::BTreeSet;

use crate::engine::{self, Options, Run, RunControl, Seen, ThreadsError};
use crate::filter::Verdict;
use crate::input::Input;
use crate::input::order::Order;
use crate::record::{Call, Line, MESSAGE_BYTES_MAX, Outcome};
use crate::redact::{cut, redact};

use super::model::{Ticket, known_product};

/// A failure; all texts are redacted, the message is cut.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence {
    /// The code.
    pub code: String,
    /// The message, at most [`MESSAGE_BYTES_MAX`] bytes.
    pub message: String,
    /// What is known of the call.
    pub call: Call,
    /// The rank of the input.
    pub input: u32,
    /// Number of the line in its input, from 1.
    pub line: u64,
}

/// Shows every failure that the tickets are about, in the order of input and offset. The inputs are read again; memory
/// is bounded by what a few chunks hold. Tells whether the reading was stopped before its end.
///
/// # Errors
///
/// The threads cannot be started.
pub fn evidence<F: FnMut(&Evidence) + Send>(
    tickets: &[Ticket],
    inputs: &[Input],
    options: &Options,
    watch: &RunControl,
    mut each: F,
) -> Result<bool, ThreadsError> {
    let wanted: BTreeSet<_> = tickets.iter().map(|ticket| (ticket.code.as_str(), ticket.product.named())).collect();
    let run = Run { inputs, order: Order::Paths, sieve: None, options, watch };
    let find = |seen: &Seen<'_>| one(seen, options, &wanted);
    Ok(engine::in_order(&run, find, |line, evidence| each(&Evidence { line, ..evidence }))?.interrupted)
}

fn one(seen: &Seen<'_>, options: &Options, wanted: &BTreeSet<(&str, Option<&str>)>) -> Option<Evidence> {
    let Line::Record(record) = &seen.scanned.line else { return None };
    if record.outcome != Outcome::Failed || options.reading.filter.judge(record) != Verdict::Counts {
        return None;
    }
    let code = redact(record.code).into_owned();
    let call = Call::of(record, redact);
    if !wanted.contains(&(code.as_str(), known_product(call.service()))) {
        return None;
    }
    Some(Evidence {
        code,
        message: cut(&redact(record.message), MESSAGE_BYTES_MAX).to_owned(),
        call,
        input: seen.origin.input,
        line: 0,
    })
}
