//! Sums over all runs of a state: what a report of everything would say in its totals. It keeps no ids, only hashes of
//! them, and no messages.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::report;
use crate::summary::code_table::CodeTable;
use crate::summary::distinct::DistinctIds;
use crate::summary::totals::{Counts, MissingIds};
use crate::summary::{Aggregate, Summary};

/// Sums over all runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Lines by class.
    counts: Lines,
    /// Decompressed bytes.
    pub bytes: u64,
    /// Records without an id, by outcome.
    missing_request_id: MissingIds,
    /// Malformed lines by reason.
    pub malformed: BTreeMap<String, u64>,
    /// Lines by anomaly.
    pub anomalies: BTreeMap<String, u64>,
    /// Failures by code.
    pub codes: BTreeMap<String, u64>,
    /// Failures with codes that are not kept by name.
    pub other_codes: u64,
    /// Hashes of request ids: the smallest ones, in hexadecimal, and the bound that they lie below.
    distinct: Distinct,
}

/// Lines by class, and the filtered ones without a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Lines {
    #[serde(flatten)]
    classes: Counts,
    #[serde(default)]
    untimed: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Distinct {
    bound: Option<u64>,
    hashes: String,
}

impl Totals {
    /// Adds what a run counted in so many bytes.
    pub fn add(&mut self, summary: &Summary, bytes: u64) {
        self.counts.classes.add(summary.totals);
        self.counts.untimed = self.counts.untimed.saturating_add(summary.untimed);
        self.missing_request_id.merge(summary.missing_ids);
        add(&mut self.malformed, summary.reasons.iter().map(|(reason, count)| (reason.as_str(), count)));
        let anomalies = summary.anomalies.iter().filter(|&(_, count)| count > 0);
        add(&mut self.anomalies, anomalies.map(|(anomaly, count)| (anomaly.as_str(), count)));
        self.bytes = self.bytes.saturating_add(bytes);
        self.add_codes(summary);
        let mut distinct = self.distinct.ids();
        distinct.merge(summary.distinct_ids.clone());
        self.distinct = Distinct::of(&distinct);
    }

    /// Adds failures by code; of codes that no table lists those stay that a report of everything would keep.
    fn add_codes(&mut self, summary: &Summary) {
        let mut table = CodeTable::<u64>::default();
        for (code, &count) in &self.codes {
            *table.entry(code, absorb) += count;
        }
        for (code, entry) in summary.codes.iter() {
            *table.entry(code, absorb) += entry.count;
        }
        absorb(&mut self.other_codes, summary.codes.rest().map_or(0, |rest| rest.count));
        absorb(&mut self.other_codes, table.rest().copied().unwrap_or(0));
        self.codes = table.iter().map(|(code, &count)| (code.to_owned(), count)).collect();
    }

    /// The sums as a report shows them.
    #[must_use]
    pub fn shown(&self) -> report::Totals {
        let Lines { classes, untimed } = self.counts;
        report::build::totals(
            classes,
            Counts::default(),
            untimed,
            self.bytes,
            self.missing_request_id,
            self.distinct.ids().count(),
            None,
        )
    }
}

fn absorb(count: &mut u64, more: u64) {
    *count = count.saturating_add(more);
}

fn add<'n>(sums: &mut BTreeMap<String, u64>, more: impl IntoIterator<Item = (&'n str, u64)>) {
    for (name, count) in more {
        let sum = sums.entry(name.to_owned()).or_default();
        *sum = sum.saturating_add(count);
    }
}

impl Distinct {
    fn of(ids: &DistinctIds) -> Self {
        let (hashes, bound) = ids.parts();
        let hashes = hashes.iter().map(|hash| format!("{hash:016x}")).collect();
        Self { bound: (bound < u64::MAX).then_some(bound), hashes }
    }

    fn ids(&self) -> DistinctIds {
        let digits = self.hashes.as_bytes().chunks(16);
        let hashes = digits.filter_map(|digits| u64::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        DistinctIds::from_parts(hashes.collect(), self.bound.unwrap_or(u64::MAX))
    }
}
