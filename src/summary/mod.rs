//! What is kept of the lines: a summary that grows by records and merges with others, the same in any order. It is
//! plain counting; what a report makes of it is not known here.

mod aggregate;
pub mod bounded;
pub mod bounds;
pub mod call_rates;
mod chosen;
mod code_bounds;
mod code_origins;
mod code_sums;
pub mod code_table;
pub mod codes;
pub mod counting;
pub mod days;
pub mod distinct;
pub mod elsewhere;
pub mod exemplars;
pub mod failed_names;
pub mod failed_timeline;
pub mod fold;
pub mod groups;
mod histogram;
pub mod inputs;
pub mod latency;
mod longest;
pub mod magnitudes;
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
mod sorted;
pub mod split;
mod stored;
mod stored_codes;
mod stored_rates;
mod stretches;
pub mod sums;
pub mod timeline;
pub mod totals;
pub mod unidentified;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::baseline::{Baseline, READING};
use crate::record::{LineClass, Origin, Record};
use crate::time::Nanos;
pub use aggregate::Aggregate;
use bounds::Bounds;
use call_rates::CallRates;
use codes::Codes;
use days::Days;
use distinct::DistinctIds;
use elsewhere::Elsewhere;
use failed_names::FailedNames;
use groups::Groups;
use inputs::Inputs;
use latency::Latency;
use magnitudes::DailyMagnitudes;
use numbering::Numbering;
use overlap::Overlap;
use reading::Reading;
use rejects::Samples;
use shapes::Shapes;
use split::Split;
use timeline::Timeline;
use totals::{AnomalyCounts, Counts, MissingIds, Reasons};
use unidentified::Unidentified;

/// Everything that is kept of the lines of some inputs.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Summary {
    /// Lines by class.
    pub totals: Counts,
    /// The inputs in the order of their ranks, with their lines by class.
    pub inputs: Inputs,
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
    /// What lines that are not responses look like.
    pub shapes: Shapes,
    /// Errors of SDKs without an id.
    pub unidentified: Unidentified,
    /// The earliest and the latest time of any record.
    pub span: Span,
    /// How many lines each chunk had.
    pub numbering: Numbering,
    /// Which lines that are no records lie outside of a window of time.
    pub elsewhere: Elsewhere,
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
    /// Failures over time by the same fields.
    pub failed_names: FailedNames,
    /// Calls by second, of some seconds.
    pub call_rates: CallRates,
    /// Calls over time.
    pub timeline: Timeline,
    /// Calls before and after a point in time, when one was asked for.
    pub split: Split,
    /// Calls by day or hour.
    pub days: Days,
    /// How long calls took.
    pub latency: Latency,
    /// The same by day, roughly.
    pub magnitudes: DailyMagnitudes,
}

/// The earliest and the latest time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The earliest time of a record.
    #[serde(with = "stored")]
    pub first: Option<Nanos>,
    /// The latest time of a record.
    #[serde(with = "stored")]
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

impl Summary {
    /// Nothing, of which no more than this will be kept.
    #[must_use]
    pub fn new(bounds: Bounds) -> Self {
        Self { codes: Codes::new(bounds), ..Self::default() }
    }

    /// What a later run compares itself with.
    #[must_use]
    pub fn baseline(&self) -> Baseline {
        let codes = self.codes.iter().map(|(code, entry)| (code.to_owned(), entry.count));
        Baseline {
            ok: self.totals[LineClass::Ok],
            failed: self.totals[LineClass::Failed],
            codes: codes.collect(),
            reading: READING,
        }
    }

    /// Lines by class of an input, by its rank.
    #[must_use]
    pub fn input(&self, rank: usize) -> Counts {
        self.inputs.counts(rank)
    }

    /// About how much memory it takes, in bytes, as far as that grows with what the log says.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let Self { codes, groups, failed_names, call_rates, split, days, .. } = self;
        codes.bytes() + groups.bytes() + failed_names.bytes() + call_rates.bytes() + split.bytes() + days.bytes()
    }

    /// Numbers the lines that are kept, for summaries of which some lines will be dropped and the chunks with them.
    /// `number` gives the number of a line in its input, from 1, when it is known, and its offset.
    pub fn number(&mut self, number: impl Fn(Origin) -> (Option<u64>, u64)) {
        let mut unknown = BTreeSet::new();
        self.move_origins(|origin| {
            let (line, offset) = number(*origin);
            let chunk_offset = if line.is_some() { 0 } else { numbering::NOWHERE.start };
            if line.is_none() {
                unknown.insert(origin.input);
            }
            let line = line.unwrap_or(1).saturating_sub(1);
            *origin = Origin { offset, chunk_offset, line, ..*origin };
        });
        unknown.into_iter().for_each(|input| self.numbering.chunk(input, &numbering::NOWHERE, 0));
    }

    /// Brings everything into the one form that a value has, within the bounds.
    pub(crate) fn settle(&mut self) {
        self.distinct_ids.settle();
        self.codes.fit();
        self.failed_names.settle();
        self.call_rates.settle();
        self.timeline.settle();
        self.days.settle();
        self.magnitudes.settle();
        self.join_chunks();
    }

    /// Joins chunks that follow each other, and says of every line that is kept where it stands in them.
    fn join_chunks(&mut self) {
        self.elsewhere.join();
        let joined = self.numbering.join();
        if !joined.is_empty() {
            self.move_origins(|origin| joined.follow(origin));
        }
    }

    fn move_origins(&mut self, mut change: impl FnMut(&mut Origin)) {
        self.samples.move_origins(&mut change);
        self.shapes.move_origins(&mut change);
        self.codes.move_origins(&mut change);
    }

    /// Gives inputs other ranks.
    fn renumber(&mut self, ranks: &[u32]) {
        let of = |input: u32| ranks.get(input as usize).copied().unwrap_or(input);
        if (0..).zip(ranks).all(|(before, &rank)| before == rank) {
            return;
        }
        self.move_origins(|origin| origin.input = of(origin.input));
        self.overlap.renumber(of);
        let readings = std::mem::take(&mut self.readings).into_iter();
        self.readings = readings.map(|(input, reading)| (of(input), reading)).collect();
        self.numbering.renumber(of);
        self.elsewhere.renumber(of);
    }

    /// Whether it is one that records and merging can make, as far as that can be seen: what a file says may be
    /// anything.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let inputs = self.inputs.len() as u64;
        let mut sums = Counts::default();
        for (_, counts) in self.inputs.iter() {
            if !counts.is_sound() || !sums.is_sound() {
                return false;
            }
            sums.add(counts);
        }

        let are_known = self.numbering.is_sound(inputs) && self.overlap.is_sound(inputs);
        let mut origins = self.samples.iter().map(|reject| reject.origin).chain(self.codes.origins());
        let are_known = are_known && origins.all(|origin| u64::from(origin.input) < inputs);
        let codes = self.codes.iter().map(|(_, code)| code.count).chain(self.codes.rest().map(|rest| rest.count));
        let failed = codes.into_iter().try_fold(0_u64, u64::checked_add);
        let are_known = are_known && self.readings.keys().all(|&input| u64::from(input) < inputs);
        are_known
            && sums == self.totals
            && self.totals.lines == self.totals.classed()
            && failed == Some(self.totals[LineClass::Failed])
            && self.readings.values().all(Reading::is_sound)
            && self.elsewhere.is_sound(inputs, &self.totals)
            && self.timeline.is_sound()
            && self.split.is_sound()
            && self.days.is_sound()
            && self.magnitudes.is_sound()
            && self.groups.is_sound()
            && self.failed_names.is_sound()
            && self.shapes.is_sound(inputs)
            && self.unidentified.is_sound(self.totals[LineClass::Unidentified])
    }

    /// Adds a summary of other lines: of other inputs, or of other parts of the same ones. Inputs are the same when their
    /// path and their identity are.
    pub fn merge(&mut self, other: Self) {
        self.merge_unsettled(other);
        self.settle();
    }

    /// The same without settling, for whoever merges more: it settles a sum of a few as well as each.
    pub fn merge_unsettled(&mut self, other: Self) {
        let mut other = other;
        for summary in [&mut *self, &mut other] {
            if let Some(ranks) = summary.inputs.sort() {
                summary.renumber(&ranks);
            }
        }
        let ranks = self.inputs.merge(std::mem::take(&mut other.inputs));
        self.renumber(&ranks.mine);
        other.renumber(&ranks.theirs);
        self.add(other);
    }

    /// Adds a summary of other chunks whose inputs have the same ranks, but for the table of inputs.
    fn add(&mut self, other: Self) {
        let Self {
            totals,
            inputs: _,
            readings,
            untimed,
            reasons,
            samples,
            anomalies,
            shapes,
            unidentified,
            span,
            numbering,
            elsewhere,
            missing_ids,
            distinct_ids,
            overlap,
            codes,
            groups,
            failed_names,
            call_rates,
            timeline,
            split,
            days,
            latency,
            magnitudes,
        } = other;
        self.totals.add(totals);
        for (input, reading) in readings {
            self.readings.entry(input).or_default().merge(reading);
        }
        self.untimed += untimed;
        self.reasons.add(reasons);
        self.samples.merge(samples);
        self.anomalies.add(anomalies);
        self.shapes.merge(shapes);
        self.unidentified.merge(unidentified);
        self.span.merge(span);
        self.numbering.merge(numbering);
        self.elsewhere.merge(elsewhere);
        self.missing_ids.merge(missing_ids);
        self.distinct_ids.merge(distinct_ids);
        self.overlap.merge(overlap);
        self.codes.add(codes);
        self.groups.merge(groups);
        self.failed_names.merge(failed_names);
        self.call_rates.merge(call_rates);
        self.timeline.merge(timeline);
        self.split.merge(split);
        self.days.merge(days);
        self.latency.merge(latency);
        self.magnitudes.merge(magnitudes);
        if self.numbering.is_long() {
            self.join_chunks();
        }
    }
}
