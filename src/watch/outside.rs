//! Calls that are in no window, because of what their times say. They are shown beside the window, so that nothing hides there.

use crate::record::Outcome;
use crate::time::Nanos;

/// Calls with such times.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Strays {
    /// Those that succeeded.
    pub ok: u64,
    /// Those that failed.
    pub failed: u64,
    /// Those that would have succeeded.
    pub dry_run: u64,
    /// The earliest and the latest of the times.
    pub span: Option<(Nanos, Nanos)>,
}

/// Calls outside of all windows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outside {
    /// They came after everything of their time was shown.
    pub late: Strays,
    /// Their times lie more than five minutes after the clock.
    pub ahead: Strays,
}

impl Strays {
    /// Takes a call.
    pub fn observe(&mut self, outcome: Outcome, time: Nanos) {
        match outcome {
            Outcome::Ok => self.ok += 1,
            Outcome::Failed => self.failed += 1,
            Outcome::DryRun => self.dry_run += 1,
        }
        self.widen((time, time));
    }

    /// All of them.
    #[must_use]
    pub const fn all(&self) -> u64 {
        self.ok + self.failed + self.dry_run
    }

    fn add(&mut self, other: &Self) {
        let Self { ok, failed, dry_run, span } = other;
        self.ok += ok;
        self.failed += failed;
        self.dry_run += dry_run;
        if let Some(span) = span {
            self.widen(*span);
        }
    }

    fn widen(&mut self, (first, last): (Nanos, Nanos)) {
        let (held_first, held_last) = self.span.unwrap_or((first, last));
        self.span = Some((held_first.min(first), held_last.max(last)));
    }
}

impl Outside {
    /// Adds those of another time or thread.
    pub fn add(&mut self, other: &Self) {
        let Self { late, ahead } = other;
        self.late.add(late);
        self.ahead.add(ahead);
    }

    /// How many of them failed.
    #[must_use]
    pub const fn failed(&self) -> u64 {
        self.late.failed + self.ahead.failed
    }
}
