//! The report of a window that is over, for who reads windows one after another.

use super::failures::Failure;
use super::outside::Outside;
use super::rules::RuleState;
use super::session::{Watch, WatchError};
use super::windows::Pace;
use crate::report::Report;
use crate::time::Nanos;

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

impl Watch {
    /// The next window that is ready; at the end of the watch the rest, of which the last one goes on to the latest time.
    ///
    /// # Errors
    ///
    /// The numbers do not add up.
    pub fn next_window(&mut self, now: Nanos, is_end: bool) -> Result<Option<WindowReport>, WatchError> {
        if self.is_catching_up && !is_end {
            return Ok(None);
        }
        let pace = Pace { now, newest: self.newest, is_behind: self.follower.progress.is_behind(), is_end };
        let Some((from, to)) = self.windows.ready(pace) else { return Ok(None) };
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
