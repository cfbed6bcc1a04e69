//! The sums of a report, and its malformed lines.

use serde::Serialize;

use crate::summary::totals::{Counts, OutcomeCounts};

/// Sums over all inputs.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Totals {
    /// Lines by class.
    #[serde(flatten)]
    pub counts: Counts,
    /// Of these the lines that are not records and are known to lie outside of the window of time.
    #[serde(skip)]
    pub elsewhere: Counts,
    /// Records that were filtered because they have no time.
    pub untimed: u64,
    /// `ok + failed + dry_run`.
    pub responses: u64,
    /// Decompressed bytes.
    pub bytes: u64,
    /// `failed / (ok + failed)`, 0 to 1; none when there is nothing to divide.
    pub failure_rate: Option<f64>,
    /// Why the rate is not known although calls failed.
    pub rate_unknown: Option<&'static str>,
    /// The least and the greatest rate that the malformed lines could make of it.
    pub failure_rate_bounds: Option<[f64; 2]>,
    /// Records without an id.
    pub missing_request_id: OutcomeCounts,
    /// Different ids: exact to 4,096, then within 2 %.
    pub distinct_request_ids: u64,
}

impl Totals {
    /// The lines without those that are known to lie outside of the window of time: what doubts and shares are about.
    #[must_use]
    pub fn in_window(&self) -> Counts {
        self.counts.without(self.elsewhere)
    }
}

/// Lines that are not one JSON value.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Malformed {
    /// Every reason with its count, in the order of the reasons.
    pub reasons: Ordered<u64>,
    /// The first of them.
    pub samples: Vec<MalformedSample>,
}

/// A small map in a given order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ordered<V>(pub Vec<(&'static str, V)>);

impl<V: Serialize> Serialize for Ordered<V> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// Where a malformed line stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MalformedSample {
    /// Path of the input.
    pub input: String,
    /// Number of the line, from 1; none when what stands before it was not read.
    pub line: Option<u64>,
    /// Offset of its first byte.
    pub offset: u64,
    /// Why it is malformed.
    pub reason: &'static str,
}
