//! Windows one after another, for who reads them as a list: each call is in one of them, or is counted apart. A window is
//! ready when a later call was seen, or nobody can be expected to be that late.

use super::outside::Outside;
use super::view::RuleState;
use super::{Failure, Watch, WatchError};
use crate::report::Report;
use crate::time::{NS_PER_SECOND, Nanos};

/// How long after its end a window is ready at the earliest, in nanoseconds.
const READY_NS: i64 = 2 * NS_PER_SECOND;
/// How long after its end it is ready in any case: a window later, but never more than this.
const LATE_NS: i64 = 60 * NS_PER_SECOND;
/// How many failures a window lists.
const FAILURES_MAX: usize = 20;

/// A window that is over.
#[derive(Clone, Debug)]
pub struct WindowReport {
    /// Its first moment; the first window also has what came after the watch began with an earlier time.
    pub from: Nanos,
    /// Its last moment, which belongs to the next one.
    pub to: Nanos,
    /// Whether it is the last one, which is mostly not whole.
    pub is_last: bool,
    /// Its report.
    pub report: Report,
    /// The newest time of a call so far.
    pub newest: Option<Nanos>,
    /// The present time.
    pub now: Nanos,
    /// Bytes that are there and were not read.
    pub unread: u64,
    /// Calls that are in no window, of those that came since the window before was written.
    pub outside: Outside,
    /// The rules as they hold now, over the last window up to now.
    pub rules: Vec<RuleState>,
    /// Its newest failures, the newest first.
    pub failures: Vec<Failure>,
}

/// Which windows have been written.
#[derive(Clone, Copy, Debug)]
pub struct Windows {
    /// Where the next one begins; none when nobody reads windows one after another.
    next: Option<Nanos>,
    length: i64,
    written: u64,
}

impl Windows {
    /// Windows of a length in nanoseconds from a time on, when somebody reads them.
    pub const fn new(from: Nanos, length: i64, are_read: bool) -> Self {
        Self { next: if are_read { Some(from) } else { None }, length, written: 0 }
    }

    /// The earliest time that is still to be written; the first window has earlier ones too.
    pub fn open(&self) -> Nanos {
        let earlier = if self.written == 0 { self.length } else { 0 };
        self.next.map_or(Nanos(i64::MAX), |next| Nanos(next.0.saturating_sub(earlier)))
    }

    /// What is earlier has been written already.
    pub fn shown(&self) -> Nanos {
        self.next.filter(|_| self.written > 0).unwrap_or(Nanos(i64::MIN))
    }

    /// The next window, when it is ready, or when the watch ends.
    fn ready(&self, now: Nanos, newest: Option<Nanos>, is_end: bool) -> Option<(Nanos, Nanos)> {
        let from = self.next?;
        let to = Nanos(from.0.saturating_add(self.length));
        let since = now.0.saturating_sub(to.0);
        let is_over = newest.is_some_and(|newest| newest >= to);
        let is_ready = since >= READY_NS && (is_over || since >= self.length.min(LATE_NS));
        match is_end {
            true if to >= now => Some((from, Nanos(i64::MAX))),
            _ => (is_end || is_ready).then_some((from, to)),
        }
    }
}

impl Watch {
    /// The next window that is ready; at the end of the watch the rest, of which the last one goes on to the latest time.
    ///
    /// # Errors
    ///
    /// The numbers do not add up.
    pub fn next_window(&mut self, now: Nanos, is_end: bool) -> Result<Option<WindowReport>, WatchError> {
        let Some((from, to)) = self.windows.ready(now, self.newest, is_end) else { return Ok(None) };
        let is_last = to == Nanos(i64::MAX);
        let first = if self.windows.written == 0 { i64::MIN / 2 } else { self.slices.index_from(from) };
        let last = if is_last { i64::MAX / 2 } else { self.slices.index_from(to) - 1 };
        let report = self.report((first, last), now, &self.settings.rules.clone())?;
        self.windows.next = (!is_last).then_some(to);
        self.windows.written += 1;
        let is_in = |failure: &&Failure| (first..=last).contains(&self.slices.index(failure.at));
        let failures = self.failures.list().iter().filter(is_in).take(FAILURES_MAX).cloned().collect();
        Ok(Some(WindowReport {
            from,
            to: to.min(now.max(from)),
            is_last,
            report,
            newest: self.newest,
            now,
            unread: self.follower.unread(),
            outside: std::mem::take(&mut self.outside),
            rules: self.rules.clone(),
            failures,
        }))
    }
}
