//! Sums over all runs of a state: what a report of everything would say in its totals. It keeps no ids, only hashes of
//! them, and no messages.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::report;
use crate::summary::Summary;
use crate::summary::code_table::CodeTable;
use crate::summary::distinct::DistinctIds;
use crate::summary::totals::{Counts, MissingIds};

/// Sums over all runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Lines by class, under the names of the report.
    pub counts: BTreeMap<String, u64>,
    /// Decompressed bytes.
    pub bytes: u64,
    /// Records without an id, by outcome.
    pub missing_request_id: BTreeMap<String, u64>,
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

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Distinct {
    bound: Option<u64>,
    hashes: String,
}

impl Totals {
    /// Adds what a run counted in so many bytes.
    pub fn add(&mut self, summary: &Summary, bytes: u64) {
        let Counts { lines, blank, malformed, no_envelope, ok, failed, dry_run, duplicates, filtered } = summary.totals;
        let counts = [
            ("lines", lines),
            ("blank", blank),
            ("malformed", malformed),
            ("no_envelope", no_envelope),
            ("ok", ok),
            ("failed", failed),
            ("dry_run", dry_run),
            ("duplicates", duplicates),
            ("filtered", filtered),
            ("untimed", summary.untimed),
        ];
        let MissingIds { ok, failed, dry_run } = summary.missing_ids;
        add(&mut self.counts, counts);
        add(&mut self.missing_request_id, [("ok", ok), ("failed", failed), ("dry_run", dry_run)]);
        add(&mut self.malformed, summary.reasons.iter().map(|(reason, count)| (reason.as_str(), count)));
        let anomalies = summary.anomalies.iter().filter(|&(_, count)| count > 0);
        add(&mut self.anomalies, anomalies.map(|(anomaly, count)| (anomaly.as_str(), count)));
        self.bytes = self.bytes.saturating_add(bytes);
        self.add_codes(summary);
        let mut distinct = self.distinct.ids();
        crate::summary::Aggregate::merge(&mut distinct, summary.distinct_ids.clone());
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
        let count = |name: &str| self.counts.get(name).copied().unwrap_or(0);
        let missing = |name: &str| self.missing_request_id.get(name).copied().unwrap_or(0);
        let counts = Counts {
            lines: count("lines"),
            blank: count("blank"),
            malformed: count("malformed"),
            no_envelope: count("no_envelope"),
            ok: count("ok"),
            failed: count("failed"),
            dry_run: count("dry_run"),
            duplicates: count("duplicates"),
            filtered: count("filtered"),
        };
        let missing = MissingIds { ok: missing("ok"), failed: missing("failed"), dry_run: missing("dry_run") };
        report::build::totals(counts, count("untimed"), self.bytes, missing, self.distinct.ids().count())
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
