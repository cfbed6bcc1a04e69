//! How many lines of each class there are, whatever they say. It keeps no text.

use super::Aggregate;
use crate::record::{Anomalies, Anomaly, Line, Origin, Outcome, Reason, Record};

/// Lines by line class; `lines` is counted apart from the classes, so that the two can be held against each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Lines, however they end.
    pub lines: u64,
    /// Nothing but white space.
    pub blank: u64,
    /// Not one JSON value.
    pub malformed: u64,
    /// Without an envelope.
    pub no_envelope: u64,
    /// Succeeded.
    pub ok: u64,
    /// Failed.
    pub failed: u64,
    /// Would have succeeded.
    pub dry_run: u64,
    /// Taken out by `--dedupe`.
    pub duplicates: u64,
    /// Taken out by a filter.
    pub filtered: u64,
}

impl Counts {
    /// Counts a line that no filter took out, under its class; not in `lines`.
    pub const fn count(&mut self, line: &Line<'_>) {
        let class = match line {
            Line::Blank => &mut self.blank,
            Line::Malformed(_) => &mut self.malformed,
            Line::NoEnvelope => &mut self.no_envelope,
            Line::Record(record) => match record.outcome {
                Outcome::Ok => &mut self.ok,
                Outcome::Failed => &mut self.failed,
                Outcome::DryRun => &mut self.dry_run,
            },
        };
        *class += 1;
    }

    /// Adds other counts.
    pub const fn add(&mut self, other: Self) {
        let Self { lines, blank, malformed, no_envelope, ok, failed, dry_run, duplicates, filtered } = other;
        self.lines += lines;
        self.blank += blank;
        self.malformed += malformed;
        self.no_envelope += no_envelope;
        self.ok += ok;
        self.failed += failed;
        self.dry_run += dry_run;
        self.duplicates += duplicates;
        self.filtered += filtered;
    }

    /// The sum of the classes, which must be `lines`.
    #[must_use]
    pub const fn classed(&self) -> u64 {
        self.blank
            + self.malformed
            + self.no_envelope
            + self.ok
            + self.failed
            + self.dry_run
            + self.duplicates
            + self.filtered
    }

    /// Lines that hold a record which counts.
    #[must_use]
    pub const fn responses(&self) -> u64 {
        self.ok + self.failed + self.dry_run
    }
}

/// Malformed lines by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reasons([u64; Reason::ALL.len()]);

impl Reasons {
    /// Counts one line.
    pub const fn count(&mut self, reason: Reason) {
        self.0[reason as usize] += 1;
    }

    /// Adds other counts.
    pub fn add(&mut self, other: Self) {
        for (count, more) in self.0.iter_mut().zip(other.0) {
            *count += more;
        }
    }

    /// Every reason with its count, in the order of the reports.
    pub fn iter(&self) -> impl Iterator<Item = (Reason, u64)> {
        Reason::ALL.into_iter().zip(self.0)
    }
}

/// Lines by anomaly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AnomalyCounts([u64; Anomaly::ALL.len()]);

impl AnomalyCounts {
    /// Counts the anomalies of one line.
    pub fn count(&mut self, anomalies: Anomalies) {
        if !anomalies.is_empty() {
            for anomaly in anomalies.iter() {
                self.0[anomaly as usize] += 1;
            }
        }
    }

    /// Adds other counts.
    pub fn add(&mut self, other: Self) {
        for (count, more) in self.0.iter_mut().zip(other.0) {
            *count += more;
        }
    }

    /// Every anomaly with its count, in the order of the reports.
    pub fn iter(&self) -> impl Iterator<Item = (Anomaly, u64)> {
        Anomaly::ALL.into_iter().zip(self.0)
    }
}

/// Records without a request id, by outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MissingIds {
    /// Of calls that succeeded.
    pub ok: u64,
    /// Of calls that failed.
    pub failed: u64,
    /// Of dry runs.
    pub dry_run: u64,
}

impl Aggregate for MissingIds {
    #[inline]
    fn observe(&mut self, record: &Record<'_>, _: Origin) {
        if record.request_id.is_none() {
            *match record.outcome {
                Outcome::Ok => &mut self.ok,
                Outcome::Failed => &mut self.failed,
                Outcome::DryRun => &mut self.dry_run,
            } += 1;
        }
    }

    fn merge(&mut self, other: Self) {
        let Self { ok, failed, dry_run } = other;
        self.ok += ok;
        self.failed += failed;
        self.dry_run += dry_run;
    }
}
