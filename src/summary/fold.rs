//! What one thread keeps of the lines that it sees. It belongs to that thread and to one run: caches make it fast, and
//! inputs are known by their ranks in the run. Folds of one run merge; a finished one is a summary.

use std::collections::BTreeMap;
use std::ops::Range;

use super::aggregate::Aggregate;
use super::bounds::Bounds;
use super::counting::Counting;
use super::elsewhere::Sides;
use super::inputs::{InputId, Inputs};
use super::reading::Reading;
use super::rejects::Reject;
use super::totals::Counts;
use super::{Summary, distinct};
use crate::record::{Anomalies, Line, LineClass, Origin};
use crate::time::{Nanos, Side};

/// A summary that grows line by line.
#[derive(Clone, Debug, Default)]
pub struct Fold {
    /// Everything but the table of inputs, not settled.
    summary: Summary,
    /// Lines by class of each input, by its rank.
    inputs: BTreeMap<u32, Counts>,
    /// Lines of the present chunk by class.
    counts: Counts,
    /// The input of the last line, which most often is the next one's too, and how its records are read.
    reading: Option<(u32, Reading)>,
    /// How times are grouped.
    counting: Counting,
    /// Where the lines of the present chunk lie, when there is a window of time.
    sides: Option<Sides>,
}

impl Fold {
    /// Nothing, of which no more than this will be kept.
    #[must_use]
    pub fn new(bounds: Bounds) -> Self {
        Self { summary: Summary::new(bounds), ..Self::default() }
    }

    /// The same, counted in this way.
    #[must_use]
    pub fn counting(self, counting: Counting) -> Self {
        Self { counting, ..self }
    }

    /// The same of lines of which some may lie outside of a window of time.
    #[must_use]
    pub fn in_window(self) -> Self {
        Self { sides: Some(Sides::default()), ..self }
    }

    /// Notes on which side of the window the next record lies that has a time, whether or not it counts.
    pub fn side(&mut self, side: Side, time: Nanos) {
        if let Some(sides) = &mut self.sides {
            sides.record(side, time);
        }
    }

    /// Takes a line that no filter took out.
    pub fn observe(&mut self, line: &Line<'_>, anomalies: Anomalies, origin: Origin) {
        let id = match line {
            Line::Record(record) => record.request_id.map(distinct::id_hash),
            _ => None,
        };
        self.observe_hashed(line, anomalies, origin, id);
    }

    /// The same with the hash of the record's id, when it has one (see [`distinct::id_hash`]).
    #[inline]
    pub fn observe_hashed(&mut self, line: &Line<'_>, anomalies: Anomalies, origin: Origin, id: Option<u64>) {
        self.counts[line.class()] += 1;
        let summary = &mut self.summary;
        summary.anomalies.count(anomalies);
        match line {
            Line::Record(record) => {
                summary.span.observe(record, origin);
                summary.missing_ids.observe(record, origin);
                if let Some(hash) = id {
                    summary.distinct_ids.insert(hash);
                    summary.overlap.insert(origin.input, hash);
                }
                let day = record.context.time.map(|time| self.counting.calendar.find(time));
                summary.codes.observe_on(record, origin, day);
                summary.groups.observe(record, origin);
                summary.failed_names.observe(record, origin);
                summary.call_rates.observe(record, origin);
                summary.timeline.observe(record, origin);
                if let Some(at) = self.counting.split {
                    summary.split.observe(record, origin, at);
                }
                if let Some(day) = day {
                    summary.days.count(day, record.outcome);
                }
                summary.latency.observe(record, origin);
                summary.magnitudes.observe(record, origin);
            }
            Line::Malformed(reason) => {
                summary.reasons.count(*reason);
                summary.samples.insert(Reject::malformed(origin, *reason));
            }
            Line::Unidentified(name) => summary.unidentified.observe(name),
            Line::Blank | Line::NoEnvelope | Line::Text | Line::Echo => {}
        }
        if let Some(sides) = &mut self.sides
            && !matches!(line, Line::Record(_))
        {
            sides.line(line.class());
        }
    }

    /// Takes the bytes of a line that is not a response, for its shape.
    pub fn shape(&mut self, line: &[u8], origin: Origin) {
        self.summary.shapes.observe(line, origin);
    }

    /// Takes a record that does not count, by the line class that it gets instead: of its anomalies only those of the
    /// line do. `is_untimed` says that it was filtered because it has no time.
    pub fn leave_out(&mut self, class: LineClass, is_untimed: bool, anomalies: Anomalies) {
        self.counts[class] += 1;
        self.summary.untimed += u64::from(is_untimed);
        self.summary.anomalies.count(anomalies.of_line());
    }

    /// How the records of an input are read.
    #[inline]
    pub fn reading(&mut self, input: u32) -> &mut Reading {
        if self.reading.as_ref().is_none_or(|(of, _)| *of != input) {
            self.keep_reading();
            self.reading = Some((input, self.summary.readings.remove(&input).unwrap_or_default()));
        }
        &mut self.reading.get_or_insert_default().1
    }

    /// Puts the reading of the present input to those of the others.
    fn keep_reading(&mut self) {
        if let Some((input, reading)) = self.reading.take()
            && reading != Reading::default()
        {
            self.summary.readings.insert(input, reading);
        }
    }

    /// Ends a chunk that covers these bytes of its input; `lines` is how many lines begin in it.
    pub fn chunk(&mut self, input: u32, bytes: &Range<u64>, lines: u64) {
        self.part(input, lines);
        self.summary.numbering.chunk(input, bytes, lines);
        if let Some(sides) = &mut self.sides {
            self.summary.elsewhere.chunk(input, bytes, std::mem::take(sides));
        }
    }

    /// Ends a chunk of which this fold saw only some lines: where they stand in it, somebody else knows.
    pub fn part(&mut self, input: u32, lines: u64) {
        let mut counts = std::mem::take(&mut self.counts);
        counts.lines += lines;
        self.summary.totals.add(counts);
        self.inputs.entry(input).or_default().add(counts);
    }

    /// Notes how many lines of an input begin before the byte that it is read from.
    pub fn begin(&mut self, input: u32, offset: u64, lines: u64) {
        self.summary.numbering.begin(input, offset, lines);
    }

    /// About how much memory the failures take, in bytes: what can grow much within one chunk.
    #[must_use]
    pub fn codes_bytes(&self) -> usize {
        self.summary.codes.bytes()
    }

    /// About how much memory it takes, in bytes, as far as that grows with what the log says.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.summary.bytes()
    }

    /// Whether it should be merged with the folds that hold the chunks between its own, of which there are many.
    #[must_use]
    pub fn is_scattered(&self) -> bool {
        self.summary.numbering.is_long()
    }

    /// Adds a fold of other chunks of the same run.
    pub fn merge(&mut self, other: Self) {
        let mut other = other;
        other.keep_reading();
        self.keep_reading();
        let Self { summary, inputs, counts, reading: _, counting: _, sides: _ } = other;
        self.summary.add(summary);
        for (input, more) in inputs {
            self.inputs.entry(input).or_default().add(more);
        }
        self.counts.add(counts);
    }

    /// Takes everything out but the lines of the present chunk, which has not ended.
    #[must_use]
    pub fn take(&mut self) -> Self {
        let (counts, sides) = (std::mem::take(&mut self.counts), self.sides.take());
        let counting = self.counting.clone();
        std::mem::replace(self, Self { counts, sides, counting, ..Self::default() })
    }

    /// What was kept, all of it of the input of this rank.
    #[must_use]
    pub fn alone(mut self, rank: u32, input: InputId) -> Summary {
        self.keep_reading();
        self.summary.renumber(&vec![0; rank as usize + 1]);
        self.inputs = self.inputs.into_values().map(|counts| (0, counts)).collect();
        self.finish([input])
    }

    /// What was kept, of the inputs of the run in the order of their ranks.
    #[must_use]
    pub fn finish(mut self, inputs: impl IntoIterator<Item = InputId>) -> Summary {
        self.keep_reading();
        let Self { mut summary, inputs: counts, counts: _, reading: _, counting: _, sides: _ } = self;
        summary.readings.values_mut().for_each(Reading::redact);
        let counts = |rank: u32| counts.get(&rank).copied().unwrap_or_default();
        summary.inputs = Inputs::new(inputs.into_iter().zip(0..).map(|(id, rank)| (id, counts(rank))).collect());
        summary.settle();
        summary
    }
}
