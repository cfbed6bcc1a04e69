//! Calls before and after a point in time, which a report compares: codes, actions and durations of either side. It
//! compares nothing itself, and is empty when no run asked for it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::aggregate::Aggregate;
use super::bounded::Bounded;
use super::bounds::COUNT_MAX;
use super::groups::Groups;
use super::latency::Latency;
use super::names::kept;
use super::timeline::Calls;
use crate::record::{Origin, Outcome, Record};
use crate::time::Nanos;

/// How many codes a side keeps by name: all that are listed, and some thousands more.
const CODES_MAX: usize = 16_384;

/// Calls before a point in time, and from it on. Calls without a time are on neither side.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Split {
    /// Calls before it.
    pub before: Half,
    /// Calls from it on.
    pub after: Half,
}

/// Calls of one side.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Half {
    /// The calls.
    pub calls: Calls,
    /// Failures by code.
    pub codes: Bounded<u64>,
    /// Calls by action.
    pub groups: Groups,
    /// How long calls took.
    pub latency: Latency,
}

impl Default for Half {
    fn default() -> Self {
        Self {
            calls: Calls::default(),
            codes: Bounded::new(CODES_MAX),
            groups: Groups::default(),
            latency: Latency::default(),
        }
    }
}

impl Aggregate for Half {
    fn observe(&mut self, record: &Record<'_>, origin: Origin) {
        self.calls.count(record.outcome);
        if record.outcome == Outcome::Failed {
            let code = kept(record.code);
            *self.codes.entry(&code, Cow::Borrowed, add) += 1;
        }
        self.groups.observe(record, origin);
        self.latency.observe(record, origin);
    }

    fn merge(&mut self, other: Self) {
        let Self { calls, codes, groups, latency } = other;
        self.calls.add(calls);
        self.codes.merge(codes, add);
        self.groups.merge(groups);
        self.latency.merge(latency);
    }
}

const fn add(count: &mut u64, more: u64) {
    *count += more;
}

impl Split {
    /// Counts a call on its side of a point in time.
    #[inline(never)]
    pub fn observe(&mut self, record: &Record<'_>, origin: Origin, at: Nanos) {
        match record.context.time {
            Some(time) if time < at => self.before.observe(record, origin),
            Some(_) => self.after.observe(record, origin),
            None => {}
        }
    }

    /// Adds what another one counted of other records with the same point in time.
    pub fn merge(&mut self, other: Self) {
        let Self { before, after } = other;
        self.before.merge(before);
        self.after.merge(after);
    }

    /// Whether it is one that records and merging can make.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        [&self.before, &self.after].into_iter().all(|half| {
            let codes = half.codes.iter().map(|(_, count)| count).chain(half.codes.rest());
            half.calls.is_sound()
                && half.codes.cap() == CODES_MAX
                && codes.into_iter().all(|&count| count <= COUNT_MAX)
                && half.groups.is_sound()
        })
    }

    /// About how much memory it takes, in bytes, as far as that grows with what the log says.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.before.groups.bytes() + self.after.groups.bytes()
    }
}
