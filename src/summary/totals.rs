//! How many lines of each class there are, whatever they say. It keeps no text.

use std::collections::BTreeMap;
use std::ops::{Index, IndexMut};

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::aggregate::Aggregate;
use super::bounds::COUNT_MAX;
use crate::record::{Anomalies, Anomaly, LineClass, Origin, Outcome, Reason, Record};

/// Lines by line class; `lines` is counted apart from the classes, so that each checks the other.
///
/// Serialised as a map where people read it: `lines`, then every class by its word; else as numbers in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Lines, however they end.
    pub lines: u64,
    classes: [u64; LineClass::ALL.len()],
}

impl Index<LineClass> for Counts {
    type Output = u64;

    #[inline]
    fn index(&self, class: LineClass) -> &u64 {
        &self.classes[class as usize]
    }
}

impl IndexMut<LineClass> for Counts {
    #[inline]
    fn index_mut(&mut self, class: LineClass) -> &mut u64 {
        &mut self.classes[class as usize]
    }
}

impl Counts {
    /// Counts of these classes, each line counted once in `lines`.
    #[must_use]
    pub fn of(classes: &[(LineClass, u64)]) -> Self {
        let mut counts = Self::default();
        for &(class, lines) in classes {
            counts[class] += lines;
        }
        Self { lines: counts.classed(), ..counts }
    }

    /// Adds other counts.
    pub fn add(&mut self, other: Self) {
        let Self { lines, classes } = other;
        self.lines += lines;
        for (count, more) in self.classes.iter_mut().zip(classes) {
            *count += more;
        }
    }

    /// What is left without some of the lines.
    #[must_use]
    pub fn without(mut self, some: Self) -> Self {
        let Self { lines, classes } = some;
        self.lines = self.lines.saturating_sub(lines);
        for (count, less) in self.classes.iter_mut().zip(classes) {
            *count = count.saturating_sub(less);
        }
        self
    }

    /// Every class with its lines, in the order of the reports.
    pub fn iter(&self) -> impl Iterator<Item = (LineClass, u64)> {
        LineClass::ALL.into_iter().zip(self.classes)
    }

    /// Whether a log can have these lines.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.classes.iter().chain([&self.lines]).all(|&lines| lines <= COUNT_MAX)
    }

    /// The sum of the classes, which must be `lines`.
    #[must_use]
    pub fn classed(&self) -> u64 {
        self.classes.iter().sum()
    }

    /// What rates are divided by: calls that succeeded or failed.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self[LineClass::Ok].saturating_add(self[LineClass::Failed])
    }

    /// Lines that hold a record which counts.
    #[must_use]
    pub fn responses(&self) -> u64 {
        self.calls().saturating_add(self[LineClass::DryRun])
    }

    /// Lines that hold a record, whether or not it counts.
    #[must_use]
    pub fn recognised(&self) -> u64 {
        self.responses() + self[LineClass::Duplicates] + self[LineClass::Filtered]
    }

    /// Lines that should be a response each: not blank, and neither other text nor an echo.
    #[must_use]
    pub fn expected(&self) -> u64 {
        self.not_blank().saturating_sub(self[LineClass::Text]).saturating_sub(self[LineClass::Echo])
    }

    /// Lines that are not blank.
    #[must_use]
    pub fn not_blank(&self) -> u64 {
        self.lines.saturating_sub(self[LineClass::Blank])
    }
}

impl Serialize for Counts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !serializer.is_human_readable() {
            return (self.lines, self.classes).serialize(serializer);
        }
        let mut map = serializer.serialize_map(Some(1 + LineClass::ALL.len()))?;
        map.serialize_entry("lines", &self.lines)?;
        self.iter().try_for_each(|(class, lines)| map.serialize_entry(class.as_str(), &lines))?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for Counts {
    /// A class that is missing has no lines; a name that is not a class is passed over.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            let (lines, classes) = Deserialize::deserialize(deserializer)?;
            return Ok(Self { lines, classes });
        }
        let named = BTreeMap::<String, u64>::deserialize(deserializer)?;
        let of = |name: &str| named.get(name).copied().unwrap_or(0);
        Ok(Self { lines: of("lines"), classes: LineClass::ALL.map(|class| of(class.as_str())) })
    }
}

/// Malformed lines by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
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

    /// Counts by the words of the reports; none when a word is not a reason.
    #[must_use]
    pub fn named(counts: &BTreeMap<String, u64>) -> Option<Self> {
        named(counts, Reason::ALL.map(Reason::as_str)).map(Self)
    }

    /// Every reason with its count, in the order of the reports.
    pub fn iter(&self) -> impl Iterator<Item = (Reason, u64)> {
        Reason::ALL.into_iter().zip(self.0)
    }
}

/// Lines by anomaly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
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

    /// Counts by the words of the reports; none when a word is not an anomaly.
    #[must_use]
    pub fn named(counts: &BTreeMap<String, u64>) -> Option<Self> {
        named(counts, Anomaly::ALL.map(Anomaly::as_str)).map(Self)
    }

    /// Every anomaly with its count, in the order of the reports.
    pub fn iter(&self) -> impl Iterator<Item = (Anomaly, u64)> {
        Anomaly::ALL.into_iter().zip(self.0)
    }
}

fn named<const COUNT: usize>(counts: &BTreeMap<String, u64>, names: [&str; COUNT]) -> Option<[u64; COUNT]> {
    let are_known = counts.keys().all(|name| names.contains(&name.as_str()));
    are_known.then(|| names.map(|name| counts.get(name).copied().unwrap_or(0)))
}

/// Records by outcome. Serialised as a map.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutcomeCounts([u64; Outcome::ALL.len()]);

impl OutcomeCounts {
    /// Counts of these outcomes.
    #[must_use]
    pub fn of(outcomes: &[(Outcome, u64)]) -> Self {
        let mut counts = Self::default();
        for &(outcome, records) in outcomes {
            counts.0[outcome as usize] += records;
        }
        counts
    }

    /// Adds other counts.
    pub fn add(&mut self, other: Self) {
        for (count, more) in self.0.iter_mut().zip(other.0) {
            *count += more;
        }
    }

    /// Every outcome with its records, in the order of the reports.
    pub fn iter(&self) -> impl Iterator<Item = (Outcome, u64)> {
        Outcome::ALL.into_iter().zip(self.0)
    }

    /// Records of any outcome.
    #[must_use]
    pub fn sum(&self) -> u64 {
        self.0.iter().sum()
    }
}

impl Index<Outcome> for OutcomeCounts {
    type Output = u64;

    fn index(&self, outcome: Outcome) -> &u64 {
        &self.0[outcome as usize]
    }
}

impl Serialize for OutcomeCounts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(outcome, records)| (outcome.as_str(), records)))
    }
}

impl<'de> Deserialize<'de> for OutcomeCounts {
    /// An outcome that is missing has no records; a name that is not an outcome is passed over.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let named = BTreeMap::<String, u64>::deserialize(deserializer)?;
        Ok(Self(Outcome::ALL.map(|outcome| named.get(outcome.as_str()).copied().unwrap_or(0))))
    }
}

/// Records without a request id, by outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct MissingIds(pub OutcomeCounts);

impl Aggregate for MissingIds {
    #[inline]
    fn observe(&mut self, record: &Record<'_>, _: Origin) {
        if record.request_id.is_none() {
            self.0.0[record.outcome as usize] += 1;
        }
    }

    fn merge(&mut self, other: Self) {
        let Self(counts) = other;
        self.0.add(counts);
    }
}
