//! What sums over many runs keep of a summary: its counts. No line, message or id is found in them again.

use std::collections::BTreeMap;

use super::Summary;
use super::codes::Codes;
use super::distinct::DistinctIds;
use super::inputs::{InputId, Inputs};
use super::totals::{AnomalyCounts, Counts, MissingIds, Reasons};
use super::unidentified::Unidentified;
use crate::record::LineClass;

/// Counts that were not made of a summary.
#[derive(Clone, Debug, Default)]
pub struct Sums {
    /// Lines by class.
    pub totals: Counts,
    /// Records that a filter took out because they have no time.
    pub untimed: u64,
    /// Malformed lines by reason.
    pub reasons: Reasons,
    /// Lines by anomaly.
    pub anomalies: AnomalyCounts,
    /// Records without an id.
    pub missing_ids: MissingIds,
    /// Different request ids.
    pub distinct_ids: DistinctIds,
    /// Failures by code.
    pub codes: BTreeMap<String, u64>,
    /// Failures with codes that are not kept by name.
    pub other_codes: u64,
}

impl Summary {
    /// Its counts alone. All inputs are one, which has no name.
    #[must_use]
    pub fn sums(&self) -> Self {
        Self {
            totals: self.totals,
            inputs: one_input(self.totals),
            untimed: self.untimed,
            reasons: self.reasons,
            anomalies: self.anomalies,
            unidentified: self.unidentified.clone(),
            span: self.span,
            missing_ids: self.missing_ids,
            distinct_ids: self.distinct_ids.clone(),
            codes: self.codes.sums(),
            ..Self::default()
        }
    }
}

impl From<Sums> for Summary {
    fn from(sums: Sums) -> Self {
        let Sums { totals, untimed, reasons, anomalies, missing_ids, distinct_ids, codes, other_codes } = sums;
        let mut summary = Self {
            totals,
            inputs: one_input(totals),
            untimed,
            reasons,
            anomalies,
            unidentified: Unidentified::unnamed(totals[LineClass::Unidentified]),
            missing_ids,
            distinct_ids,
            codes: Codes::of_counts(&codes, other_codes),
            ..Self::default()
        };
        summary.settle();
        summary
    }
}

fn one_input(totals: Counts) -> Inputs {
    Inputs::new(vec![(InputId::default(), totals)])
}
