//! What is remembered of the lines of an input that were seen: records, dumps, what goes on over lines. It says what a record
//! is to those before it.

use super::dumps::Dumps;
use super::lines::{Each, echo, is_at_root, is_envelope};
use super::ring::{Relation, Ring};
use super::several::Unclosed;
use super::streams::Streams;
use super::view::{Own, View};
use crate::record::{Anomaly, Line};
use crate::scan::Scanned;
use crate::summary::distinct;

/// How long a record can be that later ones are compared with, in bytes.
const RECORD_BYTES_MAX: u64 = 256 * 1024;

/// The lines that were seen.
#[derive(Debug, Default)]
pub struct Memory {
    /// The number of the present line, from any line on.
    pub number: u64,
    /// What goes on from line to line.
    pub streams: Streams,
    /// The dump that the present line may belong to.
    pub dumps: Dumps,
    /// Blocks that do not close.
    pub unclosed: Unclosed,
    ring: Ring,
}

impl Memory {
    /// Forgets everything.
    pub fn clear(&mut self) {
        self.streams.clear();
        self.ring.clear();
        self.dumps.clear();
        self.unclosed.clear();
    }

    /// Whether a line belongs to a record that began before it.
    pub fn is_covered(&self, view: &View<'_>, own: Own<'_>) -> bool {
        !own.is_object() && view.start(own.span) < self.streams.covered_to(own.stream)
    }

    /// Gives a record that begins in a line, for what it is beside those before it.
    #[inline]
    pub fn record(&mut self, view: &View<'_>, own: Own<'_>, scanned: &Scanned<'_>, each: &mut impl Each) {
        let Line::Record(record) = &scanned.line else { return each(own.span, scanned, None) };
        let start = view.start(own.span);
        // What a program sent is not a response, whatever it quotes; but nobody sends an envelope.
        if own.is_object() && self.dumps.is_request() && !is_at_root(record) {
            self.dumps.end_at_object();
            let anomalies = scanned.anomalies.of_line();
            return each(own.span, &Scanned { anomalies, ..Scanned::of(Line::NoEnvelope) }, None);
        }
        let id = record.request_id.map(distinct::id_hash);
        let mut relation = Relation::New;
        if let Some(id) = id.filter(|_| own.length as u64 <= RECORD_BYTES_MAX) {
            relation = self.ring.see(start, start + own.length as u64, id, record.outcome, is_envelope(record));
        }
        match relation {
            Relation::New if self.dumps.is_empty() => each(own.span, scanned, id),
            Relation::Echo => echo(own.span, scanned, each),
            Relation::New | Relation::Conflict => self.filled(own, start, scanned, relation, id, each),
        }
        if own.is_object() {
            self.dumps.end_at_object();
        }
    }

    /// A record with what the dump that it stands in says of it.
    #[inline(never)]
    fn filled(
        &self,
        own: Own<'_>,
        start: u64,
        scanned: &Scanned<'_>,
        relation: Relation,
        id: Option<u64>,
        each: &mut impl Each,
    ) {
        let mut scanned = *scanned;
        if let Line::Record(record) = &mut scanned.line
            && let Some((context, doubts)) = self.dumps.fill(record.context, start)
        {
            record.context = context;
            scanned.doubts = scanned.doubts.union(doubts);
        }
        if relation == Relation::Conflict {
            scanned.anomalies.insert(Anomaly::ConflictingOutcome);
        }
        each(own.span, &scanned, id);
    }
}
