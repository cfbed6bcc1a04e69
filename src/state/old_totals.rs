//! Sums over all runs as versions 1 and 2 of a state's file hold them: named counts, and hashes of ids in hexadecimal.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::summary::Summary;
use crate::summary::distinct::DistinctIds;
use crate::summary::sums::Sums;
use crate::summary::totals::{AnomalyCounts, Counts, MissingIds, Reasons};

/// Sums over all runs.
#[derive(Deserialize)]
pub(super) struct OldTotals {
    /// Lines by class.
    counts: Lines,
    /// Decompressed bytes.
    bytes: u64,
    missing_request_id: MissingIds,
    malformed: BTreeMap<String, u64>,
    anomalies: BTreeMap<String, u64>,
    codes: BTreeMap<String, u64>,
    /// Failures with codes that are not kept by name.
    other_codes: u64,
    distinct: Distinct,
}

/// Lines by class, and the filtered ones without a time.
#[derive(Deserialize)]
struct Lines {
    #[serde(flatten)]
    classes: Counts,
    #[serde(default)]
    untimed: u64,
}

/// The smallest hashes of ids, and the bound that they lie below.
#[derive(Deserialize)]
struct Distinct {
    bound: Option<u64>,
    hashes: String,
}

impl OldTotals {
    /// The sums, and of how many bytes; none when they are not what runs can have counted.
    pub(super) fn sums(self) -> Option<(Summary, u64)> {
        let Self { counts, bytes, missing_request_id, malformed, anomalies, codes, other_codes, distinct } = self;
        let sums = Sums {
            totals: counts.classes,
            untimed: counts.untimed,
            reasons: Reasons::named(&malformed)?,
            anomalies: AnomalyCounts::named(&anomalies)?,
            missing_ids: missing_request_id,
            distinct_ids: distinct.ids(),
            codes,
            other_codes,
        };
        // Larger counts than any log has may not be added up.
        let are_counts = sums.totals.is_sound() && sums.codes.values().all(|&count| count <= sums.totals.lines);
        (are_counts && sums.other_codes <= sums.totals.lines).then(|| (sums.into(), bytes))
    }
}

impl Distinct {
    fn ids(&self) -> DistinctIds {
        let digits = self.hashes.as_bytes().chunks(16);
        let hashes = digits.filter_map(|digits| u64::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        DistinctIds::from_parts(hashes.collect(), self.bound.unwrap_or(u64::MAX))
    }
}
