//! What a watch runs with, when it looks, when it ends, and what its exit code is; the same for a screen and for rows.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use resplog::internals::disk::Disk;
use resplog::internals::disk::live::Hints;
use resplog::internals::engine::RunControl;
use resplog::internals::watch::{Watch, WatchError};
use resplog::report::{Condition, Report};

use super::super::args::WatchArgs;
use super::super::said::complain;
use super::super::signals::Signals;
use super::super::{exit, host, rules, said};
use super::plan::WatchPlan;

/// How often logs are looked at.
const LOOK: Duration = Duration::from_secs(1);
/// How long a look lasts before a hint of the kernel leads to the next one: a log that is written all the time is looked at
/// twice a second.
const HINT_PAUSE: Duration = Duration::from_millis(500);
/// How often a view is made at the most, when one look follows another without a pause.
const VIEW: Duration = Duration::from_millis(500);
/// How long a wait for a hint lasts before it is seen whether the watch is to end.
const WAIT: Duration = Duration::from_millis(50);

/// What a watch runs with.
pub struct Run<'r> {
    pub args: &'r WatchArgs,
    pub plan: &'r WatchPlan,
    pub disk: &'r Disk,
    pub control: &'r RunControl,
    pub signals: &'r Signals,
    pub began: Instant,
    /// Up to how many bytes is read when the time is over.
    pub bytes_end: OnceLock<u64>,
}

/// What the end of a watch was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It has lasted as long as it was asked to, a rule fired, nothing more will come, or somebody ended it.
    Done,
    /// A signal came.
    Signal,
}

impl Run<'_> {
    /// One look, now.
    pub fn look(&self, watch: &mut Watch) -> Result<bool, WatchError> {
        watch.look(self.disk, self.control, host::clock())
    }

    /// Whether the watch ends, after a look.
    pub fn end(&self, watch: &Watch) -> Option<End> {
        let is_over = self.plan.lasting_ns.is_some_and(|lasting| self.began.elapsed() >= Duration::from_nanos(lasting));
        match () {
            () if self.signals.received().is_some() => Some(End::Signal),
            () if self.args.until_breach && watch.has_fired() => Some(End::Done),
            () if watch.is_done() => Some(End::Done),
            () if is_over && self.has_read_what_was_there(watch) => Some(End::Done),
            () => None,
        }
    }

    /// Whether what was there when the time was over has been read since: what is left of a look counts, what comes later need
    /// not.
    fn has_read_what_was_there(&self, watch: &Watch) -> bool {
        let read = watch.bytes_read();
        let end = *self.bytes_end.get_or_init(|| read.saturating_add(watch.unread()));
        !watch.is_behind() || read >= end
    }

    /// Whether it is time for a view after a look, when the last one was made then: at once, unless the next look comes at once.
    pub fn is_view_due(&self, watch: &Watch, viewed: Option<Instant>) -> bool {
        !watch.is_behind() || viewed.is_none_or(|viewed| viewed.elapsed() >= VIEW)
    }

    /// How long to wait for the next look: until a second has passed since the last one, or the watch is to end.
    fn pause(&self, looked: Instant) -> Duration {
        let pause = LOOK.saturating_sub(looked.elapsed());
        let left =
            self.plan.lasting_ns.map(|lasting| Duration::from_nanos(lasting).saturating_sub(self.began.elapsed()));
        left.map_or(pause, |left| left.min(pause))
    }

    /// Waits for the next look; a hint that something was written makes it come earlier. `is_due` ends the wait.
    pub fn wait(&self, watch: &Watch, hints: &mut Hints, looked: Instant, is_due: impl Fn() -> bool) {
        hints.watch(watch.folders());
        loop {
            let left = self.pause(looked);
            if left.is_zero() || is_due() || watch.is_pressed() || self.signals.received().is_some() {
                return;
            }
            if hints.wait(left.min(WAIT)) {
                std::thread::sleep(HINT_PAUSE.saturating_sub(looked.elapsed()).min(left));
                return;
            }
        }
    }

    /// The exit code of a watch with this last report.
    pub fn exit(&self, watch: &Watch, report: &Report, end: End) -> u8 {
        rules::warn(report, &self.plan.settings.rules, watch.all_outside().ahead.all());
        for input in &report.inputs {
            if let Some(error) = &input.error {
                said::warn(&format!("{}: {error}", input.path));
            }
        }
        match (self.signals.received(), end) {
            (Some(signal), End::Signal) => 128 + signal,
            _ if watch.has_fired() => exit::BREACH,
            _ if report.status.contains(&Condition::Input) || watch.has_lost() => exit::INPUT,
            _ => exit::DONE,
        }
    }
}

/// Says why a watch cannot go on, and tells the exit code.
pub fn failed(error: WatchError) -> u8 {
    let code = if matches!(error, WatchError::Law(_)) { exit::LAW } else { exit::WRITE };
    complain(&error.into(), code)
}
