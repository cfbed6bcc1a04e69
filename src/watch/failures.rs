//! The newest failures, one by one: a few hundred, so that somebody can see what happens just now. What they add up to, slices
//! know.

use std::sync::Arc;

use crate::record::{Call, Record};
use crate::redact::{cut, redact};
use crate::summary::names::kept;
use crate::time::Nanos;

/// How many are kept.
pub const KEPT: usize = 256;
/// How much of a message is kept, in bytes.
const MESSAGE_BYTES_MAX: usize = 160;

/// A call that failed.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// When it was made; by its arrival when it has no time.
    pub at: Nanos,
    /// Which look of the watch found it.
    pub look: u64,
    /// The code, redacted.
    pub code: String,
    /// The beginning of the message, redacted.
    pub message: String,
    /// What is known of the call; its id is redacted.
    pub call: Call,
    /// The path of its input, as reports show it.
    pub input: Arc<str>,
    /// Offset of its line in the input.
    pub offset: u64,
}

impl Failure {
    /// The failure of a record at a place.
    #[must_use]
    pub fn of(record: &Record<'_>, now: Nanos, look: u64, (input, offset): (&Arc<str>, u64)) -> Self {
        Self {
            at: record.context.time.unwrap_or(now),
            look,
            code: redact(record.code).into_owned(),
            message: cut(&redact(record.message), MESSAGE_BYTES_MAX).to_owned(),
            call: Call::of(record, kept),
            input: Arc::clone(input),
            offset,
        }
    }

    /// The later one is the newer one, whichever thread found it.
    fn order(&self) -> (Nanos, u64, &str, u64) {
        (self.at, self.look, &self.input, self.offset)
    }
}

/// The newest failures.
#[derive(Clone, Debug, Default)]
pub struct Newest(Vec<Failure>);

impl Newest {
    /// Whether a failure of such a time could be among them.
    #[must_use]
    pub fn takes(&self, at: Nanos) -> bool {
        self.0.len() < KEPT || self.0.get(KEPT - 1).is_none_or(|oldest| oldest.at <= at)
    }

    /// Adds one.
    pub fn push(&mut self, failure: Failure) {
        self.0.push(failure);
        if self.0.len() >= 4 * KEPT {
            self.fit();
        }
    }

    /// Adds those of another thread or look.
    pub fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
        self.fit();
    }

    /// Drops those before a time.
    pub fn expire(&mut self, before: Nanos) {
        self.0.retain(|failure| failure.at >= before);
    }

    /// The newest first.
    #[must_use]
    pub fn list(&self) -> &[Failure] {
        self.0.get(..self.0.len().min(KEPT)).unwrap_or_default()
    }

    fn fit(&mut self) {
        self.0.sort_by(|one, other| other.order().cmp(&one.order()));
        self.0.truncate(KEPT);
    }
}
