//! Lines that are no records: where they stand and why, never what they say.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::record::{Doubt, Doubts, Line, LineClass, Origin, Reason};

/// How many malformed lines a report shows.
pub const SAMPLES_MAX: usize = 20;

/// A line that is malformed, has no envelope, or is text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reject {
    /// Where it stands.
    pub origin: Origin,
    /// Why it is malformed; none for a line without an envelope.
    pub reason: Option<Reason>,
    /// What may be a failure in a line without an envelope, and is not counted as one.
    #[serde(skip)]
    pub doubt: Option<Doubt>,
    /// Whether it is a line of text.
    #[serde(skip)]
    pub is_text: bool,
}

impl Reject {
    /// The reject of a line; none for blank lines and records.
    #[must_use]
    pub fn of(line: &Line<'_>, doubts: Doubts, origin: Origin) -> Option<Self> {
        match line {
            Line::Malformed(reason) => Some(Self::malformed(origin, *reason)),
            Line::NoEnvelope => Some(Self { origin, reason: None, doubt: doubts.iter().next(), is_text: false }),
            Line::Text => Some(Self { origin, reason: None, doubt: doubts.iter().next(), is_text: true }),
            Line::Blank | Line::Echo | Line::Unidentified(_) | Line::Record(_) => None,
        }
    }

    /// A malformed line.
    #[must_use]
    pub const fn malformed(origin: Origin, reason: Reason) -> Self {
        Self { origin, reason: Some(reason), doubt: None, is_text: false }
    }

    /// The word for why it is not a record; none of JSON that holds nothing like a response.
    #[must_use]
    pub const fn why(&self) -> Option<&'static str> {
        match (self.reason, self.doubt) {
            (Some(reason), _) => Some(reason.as_str()),
            (None, Some(Doubt::UnmarkedError)) => Some("unmarked_error"),
            (None, Some(Doubt::SdkError)) => Some("sdk_error"),
            (None, Some(Doubt::OthersInLine | Doubt::NoZone) | None) => None,
        }
    }

    /// The word for its line class.
    #[must_use]
    pub const fn class(&self) -> &'static str {
        match (self.reason, self.is_text) {
            (Some(_), _) => LineClass::Malformed.as_str(),
            (None, true) => LineClass::Text.as_str(),
            (None, false) => LineClass::NoEnvelope.as_str(),
        }
    }
}

/// The first malformed lines in the order of input and offset.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Samples(BTreeSet<Reject>);

impl Samples {
    /// Takes a malformed line if it is among the first.
    pub fn insert(&mut self, reject: Reject) {
        if self.0.len() < SAMPLES_MAX || self.0.last().is_some_and(|last| reject < *last) {
            self.0.insert(reject);
            if self.0.len() > SAMPLES_MAX {
                self.0.pop_last();
            }
        }
    }

    /// Keeps the first of both.
    pub fn merge(&mut self, other: Self) {
        for reject in other.0 {
            self.insert(reject);
        }
    }

    /// Changes where the lines stand, but not their order.
    pub fn move_origins(&mut self, change: &mut impl FnMut(&mut Origin)) {
        let moved = std::mem::take(&mut self.0).into_iter().map(|mut reject| {
            change(&mut reject.origin);
            reject
        });
        self.0 = moved.collect();
    }

    /// The samples in order.
    pub fn iter(&self) -> impl Iterator<Item = &Reject> {
        self.0.iter()
    }
}
