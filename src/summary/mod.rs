//! What is kept of the lines: a summary that grows by records and merges with others, the same in any order. It is
//! plain counting; what a report makes of it is not known here.

pub mod bounded;
pub mod bounds;
mod code_origins;
pub mod code_table;
pub mod codes;
pub mod days;
pub mod distinct;
pub mod exemplars;
pub mod failed_timeline;
pub mod groups;
pub mod latency;
pub mod mask;
pub mod names;
pub mod numbering;
pub mod overlap;
pub mod pairs;
pub mod reading;
pub mod recalled;
pub mod rejects;
pub mod shapes;
mod shared;
pub mod timeline;
pub mod totals;

use std::collections::BTreeMap;
use std::ops::Range;

use crate::record::{Anomalies, Line, Origin, Record};
use crate::time::Nanos;
use bounds::Bounds;
use codes::Codes;
use days::Days;
use distinct::DistinctIds;
use groups::Groups;
use latency::Latency;
use numbering::Numbering;
use overlap::Overlap;
use reading::Reading;
use rejects::{Reject, Samples};
use shapes::Shapes;
use timeline::Timeline;
use totals::{AnomalyCounts, Counts, MissingIds, Reasons};

/// A part of a summary: a commutative monoid under `merge`, whose identity is `Default`.
pub trait Aggregate: Default {
    /// Counts one record that no filter took out.
    fn observe(&mut self, record: &Record<'_>, origin: Origin);

    /// Adds what another one counted of other records.
    fn merge(&mut self, other: Self);
}

/// Everything that is kept of the lines of some inputs.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Lines by class.
    pub totals: Counts,
    /// Lines by class of each input, by its rank.
    pub inputs: BTreeMap<u32, Counts>,
    /// How the records of each input were read, by its rank.
    pub readings: BTreeMap<u32, Reading>,
    /// Records that a filter took out because they have no time.
    pub untimed: u64,
    /// Malformed lines by reason.
    pub reasons: Reasons,
    /// The first malformed lines.
    pub samples: Samples,
    /// Lines by anomaly.
    pub anomalies: AnomalyCounts,
    /// What lines that are no response look like.
    pub shapes: Shapes,
    /// The earliest and the latest time of any record.
    pub span: Span,
    /// How many lines each chunk had.
    pub numbering: Numbering,
    /// Records without an id.
    pub missing_ids: MissingIds,
    /// Different request ids.
    pub distinct_ids: DistinctIds,
    /// Which inputs hold the same ids.
    pub overlap: Overlap,
    /// Failures by code.
    pub codes: Codes,
    /// Calls by the fields of their context.
    pub groups: Groups,
    /// Calls over time.
    pub timeline: Timeline,
    /// Calls by day.
    pub days: Days,
    /// How long calls took.
    pub latency: Latency,
}

/// The earliest and the latest time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// The earliest time of a record.
    pub first: Option<Nanos>,
    /// The latest time of a record.
    pub last: Option<Nanos>,
}

impl Aggregate for Span {
    #[inline]
    fn observe(&mut self, record: &Record<'_>, _: Origin) {
        if let Some(time) = record.context.time {
            self.first = Some(self.first.map_or(time, |first| first.min(time)));
            self.last = self.last.max(Some(time));
        }
    }

    fn merge(&mut self, other: Self) {
        let Self { first, last } = other;
        self.first = match (self.first, first) {
            (Some(held), Some(new)) => Some(held.min(new)),
            (held, new) => held.or(new),
        };
        self.last = self.last.max(last);
    }
}

/// What a chunk counted on the way, before it goes into the summary.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    /// Lines by class.
    pub counts: Counts,
    /// Records that a filter took out because they have no time.
    pub untimed: u64,
}

impl Summary {
    /// Nothing, of which no more than this will be kept.
    #[must_use]
    pub fn new(bounds: Bounds) -> Self {
        Self { codes: Codes::new(bounds), ..Self::default() }
    }

    /// About how much memory it takes, in bytes, as far as that grows with what the log says.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.codes.bytes() + self.groups.bytes()
    }

    /// Lines by class of an input.
    #[must_use]
    pub fn input(&self, rank: usize) -> Counts {
        u32::try_from(rank).ok().and_then(|rank| self.inputs.get(&rank)).copied().unwrap_or_default()
    }

    /// Brings what is kept within the bounds, and says of every line that is kept where it stands in chunks that follow each
    /// other. Merging does the former by itself; a summary that was never merged needs it before it is read.
    pub fn fit(&mut self) {
        self.codes.fit();
        self.join_chunks();
        self.join_chunks();
    }

    /// Takes a line that no filter took out.
    pub fn observe(&mut self, line: &Line<'_>, anomalies: Anomalies, origin: Origin, tally: &mut Tally) {
        tally.counts[line.class()] += 1;
        self.anomalies.count(anomalies);
        match line {
            Line::Record(record) => {
                self.span.observe(record, origin);
                self.missing_ids.observe(record, origin);
                if let Some(id) = record.request_id {
                    // One hash for both.
                    let hash = distinct::hash_of(id);
                    self.distinct_ids.insert(hash);
                    self.overlap.insert(origin.input, hash);
                }
                self.codes.observe(record, origin);
                self.groups.observe(record, origin);
                self.timeline.observe(record, origin);
                self.days.observe(record, origin);
                self.latency.observe(record, origin);
            }
            Line::Malformed(reason) => {
                self.reasons.count(*reason);
                self.samples.insert(Reject { origin, reason: Some(*reason) });
            }
            Line::Blank | Line::NoEnvelope => {}
        }
    }

    /// Takes a record that does not count: of its anomalies only those of the line do.
    pub fn leave_out(&mut self, anomalies: Anomalies) {
        self.anomalies.count(anomalies.of_line());
    }

    /// Takes what a chunk counted that covers these bytes of its input; `lines` is how many lines begin in it.
    pub fn settle(&mut self, input: u32, bytes: &Range<u64>, lines: u64, mut tally: Tally) {
        tally.counts.lines += lines;
        self.totals.add(tally.counts);
        self.untimed += tally.untimed;
        self.inputs.entry(input).or_default().add(tally.counts);
        self.numbering.chunk(input, bytes, lines);
    }

    /// Joins chunks that follow each other, and says of every line that is kept where it stands in them.
    fn join_chunks(&mut self) {
        let joined = self.numbering.join();
        if !joined.is_empty() {
            let mut follow = |origin: &mut Origin| joined.follow(origin);
            self.samples.move_origins(&mut follow);
            self.shapes.move_origins(&mut follow);
            self.codes.move_origins(&mut follow);
        }
    }

    /// Adds a summary of other chunks.
    pub fn merge(&mut self, other: Self) {
        let Self {
            totals,
            inputs,
            readings,
            untimed,
            reasons,
            samples,
            anomalies,
            shapes,
            span,
            numbering,
            missing_ids,
            distinct_ids,
            overlap,
            codes,
            groups,
            timeline,
            days,
            latency,
        } = other;
        self.totals.add(totals);
        for (input, more) in inputs {
            self.inputs.entry(input).or_default().add(more);
        }
        for (input, reading) in readings {
            self.readings.entry(input).or_default().merge(reading);
        }
        self.untimed += untimed;
        self.reasons.add(reasons);
        self.samples.merge(samples);
        self.anomalies.add(anomalies);
        self.shapes.merge(shapes);
        self.span.merge(span);
        self.numbering.merge(numbering);
        self.missing_ids.merge(missing_ids);
        self.distinct_ids.merge(distinct_ids);
        self.overlap.merge(overlap);
        self.codes.merge(codes);
        self.groups.merge(groups);
        self.timeline.merge(timeline);
        self.days.merge(days);
        self.latency.merge(latency);
        if self.numbering.is_long() {
            self.join_chunks();
        }
    }
}
