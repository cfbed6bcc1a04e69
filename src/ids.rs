//! Every record of a kind, one by one, in the order of input and offset: what `ids` and `find` list. Memory is bounded
//! by what a few chunks hold.

use std::sync::Arc;

use crate::engine::{self, InOrder, Options, Run, RunControl, Seen, ThreadsError};
use crate::filter::Verdict;
use crate::input::Input;
use crate::input::order::Order;
use crate::record::{Call, Line, Outcome, Record};
use crate::redact::redact;
pub use crate::scan::id_set::{IdSet, TooManyIds};
use crate::scan::lookup;
use crate::scan::sieve::Sieve;

/// A record as it is listed; all texts are redacted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listed {
    /// What is known of the call; it has an id.
    pub call: Call,
    /// The code; empty for a call that succeeded.
    pub code: String,
    /// The rank of the input.
    pub input: u32,
    /// Number of the line in its input, from 1.
    pub line: u64,
    /// Offset of the line's first byte.
    pub offset: u64,
    /// The envelope, or the whole line when that is asked for, not redacted; for `find` only.
    pub text: Vec<u8>,
    /// The number of the id among those looked for, for `find` only.
    pub number: usize,
}

/// Which records are listed.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// Failures with an id.
    Failed,
    /// Successes with an id that took at least this number of nanoseconds.
    Slow(u64),
    /// Records with one of these ids, with their text: the whole line, or the envelope, redacted.
    Ids {
        /// The ids, unescaped.
        ids: Arc<IdSet>,
        /// Whether the line is kept as it is.
        raw: bool,
    },
}

impl Wanted {
    fn wants(&self, record: &Record<'_>) -> bool {
        match self {
            Self::Failed => record.outcome == Outcome::Failed && record.request_id.is_some(),
            Self::Slow(ns) => {
                record.outcome == Outcome::Ok
                    && record.request_id.is_some()
                    && record.context.duration_ns.is_some_and(|duration| duration >= *ns)
            }
            Self::Ids { ids, .. } => record.request_id.is_some_and(|id| ids.number(id.as_bytes()).is_some()),
        }
    }
}

/// Lists records of all inputs. `each` gets them in the order of input and offset.
///
/// # Errors
///
/// The threads cannot be started.
pub fn list<F: FnMut(Listed) + Send>(
    inputs: &[Input],
    options: &Options,
    watch: &RunControl,
    wanted: &Wanted,
    mut each: F,
) -> Result<InOrder, ThreadsError> {
    let sieve = match wanted {
        Wanted::Ids { ids, .. } => Some(Sieve::new(Arc::clone(ids))),
        Wanted::Failed | Wanted::Slow(_) => None,
    };
    let run = Run { inputs, order: Order::Paths, sieve: sieve.as_ref(), options, watch };
    engine::in_order(&run, |seen| listed(seen, options, wanted), |line, listed| each(Listed { line, ..listed }))
}

fn listed(seen: &Seen<'_>, options: &Options, wanted: &Wanted) -> Option<Listed> {
    let Line::Record(record) = &seen.scanned.line else { return None };
    if !wanted.wants(record) || options.reading.filter.judge(record) != Verdict::Counts {
        return None;
    }
    let id = record.request_id?;
    let text = match wanted {
        Wanted::Ids { raw: true, .. } => seen.text.to_vec(),
        Wanted::Ids { raw: false, .. } => lookup::envelope(seen.text, seen.profile).into_bytes(),
        Wanted::Failed | Wanted::Slow(_) => Vec::new(),
    };
    let number = match wanted {
        Wanted::Ids { ids, .. } => ids.number(id.as_bytes())?,
        Wanted::Failed | Wanted::Slow(_) => 0,
    };
    Some(Listed {
        call: Call::of(record, redact),
        code: redact(record.code).into_owned(),
        input: seen.origin.input,
        line: 0,
        offset: seen.origin.offset,
        text,
        number,
    })
}
