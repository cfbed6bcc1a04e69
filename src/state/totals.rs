//! Sums over all runs of a state: what a report of everything would say in its totals. They are the counts of a summary,
//! stored as summaries are; there are no ids in them, only hashes, and no messages.

use std::collections::BTreeMap;

use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{self, Serialize, Serializer};

use super::old_totals::OldTotals;
use crate::input::Facts;
use crate::partial::pieces::Pieces;
use crate::partial::{Held, Partial, wire};
use crate::report;
use crate::summary::Summary;
use crate::summary::inputs::{InputId, Inputs};
use crate::summary::totals::Counts;

/// Sums over all runs, and the options that they were made with. All inputs are one, which has no name.
#[derive(Clone, Debug)]
pub struct Totals(Partial);

impl Default for Totals {
    fn default() -> Self {
        Self::of(Summary::default().sums(), 0)
    }
}

impl Totals {
    pub(super) fn of(sums: Summary, bytes: u64) -> Self {
        let read = Facts { bytes, ..Facts::default() };
        Self(Partial { inputs: vec![Held { read, ..Held::default() }], summary: sums, ..Partial::default() })
    }

    /// The options that change numbers.
    #[must_use]
    pub const fn options(&self) -> &BTreeMap<String, String> {
        &self.0.settings
    }

    /// The same sums, made with these options.
    #[must_use]
    pub fn with_options(mut self, options: BTreeMap<String, String>) -> Self {
        self.0.settings = options;
        self
    }

    /// The sums as a summary that can travel: one input of this name, which is as large as all that was read.
    #[must_use]
    pub fn summary(&self, name: String) -> Partial {
        let Partial { settings, by, inputs, summary, .. } = self.0.clone();
        let read = inputs.into_iter().next().unwrap_or_default().read;
        let id = InputId { path: name, identity: None };
        let inputs = Inputs::new(vec![(id, summary.totals)]);
        let held = Held { size: read.bytes, pieces: Pieces::of(0..read.bytes), read };
        Partial { settings, by, inputs: vec![held], summary: Summary { inputs, ..summary }, ..Partial::default() }
    }

    /// Adds what a run counted in this many bytes.
    pub fn add(&mut self, summary: &Summary, bytes: u64) {
        self.0.summary.merge(summary.sums());
        for input in &mut self.0.inputs {
            input.read.bytes = input.read.bytes.saturating_add(bytes);
        }
    }

    /// Malformed lines by reason.
    #[must_use]
    pub fn malformed(&self) -> BTreeMap<&'static str, u64> {
        self.0.summary.reasons.iter().map(|(reason, count)| (reason.as_str(), count)).collect()
    }

    /// Lines by anomaly, of those that were seen.
    #[must_use]
    pub fn anomalies(&self) -> BTreeMap<&'static str, u64> {
        let counts = self.0.summary.anomalies.iter().filter(|&(_, count)| count > 0);
        counts.map(|(anomaly, count)| (anomaly.as_str(), count)).collect()
    }

    /// Failures by code, the most frequent first.
    #[must_use]
    pub fn codes(&self) -> Vec<(&str, u64)> {
        let mut codes: Vec<_> = self.0.summary.codes.iter().map(|(name, code)| (name, code.count)).collect();
        codes.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        codes
    }

    /// Failures with codes that are not kept by name.
    #[must_use]
    pub fn other_codes(&self) -> u64 {
        self.0.summary.codes.rest().map_or(0, |rest| rest.count)
    }

    /// The sums as a report shows them.
    #[must_use]
    pub fn shown(&self) -> report::Totals {
        let Summary { totals, untimed, missing_ids, distinct_ids, .. } = &self.0.summary;
        let bytes = self.0.inputs.iter().fold(0_u64, |sum, input| sum.saturating_add(input.read.bytes));
        report::build::totals(*totals, Counts::default(), *untimed, bytes, *missing_ids, distinct_ids.count(), None)
    }
}

impl Serialize for Totals {
    /// The bytes of a summary's file, in hexadecimal.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hexadecimal(&wire::encode(&self.0).map_err(ser::Error::custom)?))
    }
}

impl<'de> Deserialize<'de> for Totals {
    /// What was written, or what versions before the third wrote.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let totals = match Stored::deserialize(deserializer)? {
            Stored::Old(old) => {
                let (sums, bytes) = old.sums().ok_or_else(|| D::Error::custom("sums that no run counts"))?;
                Self::of(sums, bytes)
            }
            Stored::Summary(digits) => {
                let bytes = bytes(&digits).ok_or_else(|| D::Error::custom("these are not hexadecimal digits"))?;
                Self(wire::decode(&bytes).map_err(D::Error::custom)?)
            }
        };
        let is_one = totals.0.summary.inputs.iter().map(|(id, _)| id).eq([&InputId::default()]);
        if is_one && totals.0.is_sound() { Ok(totals) } else { Err(D::Error::custom("sums that do not add up")) }
    }
}

#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Stored {
    Summary(String),
    Old(OldTotals),
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(half.into(), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn bytes(digits: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    let digit = |&digit: &u8| char::from(digit).to_digit(16);
    let byte = |[high, low]: &[u8; 2]| Some((digit(high)? << 4 | digit(low)?) as u8);
    rest.is_empty().then(|| pairs.iter().map(byte).collect())?
}
