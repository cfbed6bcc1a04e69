//! A watch: what it follows, its slices, and what it has seen so far. Views and windows of that are made elsewhere.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::collect::Frame;
use super::failures::Newest;
use super::follower::{Follower, Found, Means, Names};
use super::outside::Outside;
use super::pipe::{Outlet, Pipe};
use super::rules::RuleState;
use super::slices::{Arrived, Slices};
use super::windows::Windows;
use crate::baseline::Baseline;
use crate::catalog::{Class, Classes};
use crate::disk::Disk;
use crate::engine::{Options, RunControl, ThreadsError};
use crate::report::LawBroken;
use crate::rule::Rule;
use crate::settings::Value;
use crate::time::{NS_PER_SECOND, Nanos, Period};

/// How many slices a window is made of at the most; a slice is never shorter than a second.
const SLICES: i64 = 60;
/// How far clocks may be ahead, in nanoseconds: later times are in no window.
pub const AHEAD_MAX_NS: i64 = 5 * 60 * NS_PER_SECOND;
/// Over how many seconds the speed is measured that is shown.
pub(super) const SPEED_SECONDS: i64 = 10;

/// What is watched, and what its reports show.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What is followed.
    pub names: Names,
    /// How lines are read; times do not filter here.
    pub options: Options,
    /// How long a window is, in nanoseconds.
    pub window_ns: i64,
    /// Whether windows are read one after another, by [`Watch::next_window`]; else only the last one counts.
    pub has_windows: bool,
    /// From when on what is there already is read; nothing of it when there is none.
    pub since: Option<Nanos>,
    /// The class of each code.
    pub classes: Classes,
    /// How many ids a code lists.
    pub ids: usize,
    /// Codes that are listed; all when empty.
    pub codes: Vec<String>,
    /// Classes that are listed; all when empty.
    pub only_classes: Vec<Class>,
    /// Names of the fields that calls are grouped by.
    pub by: Vec<String>,
    /// Periods to group by.
    pub periods: Vec<Period>,
    /// The options that change numbers or lists.
    pub filters: std::collections::BTreeMap<&'static str, Value>,
    /// The rules.
    pub rules: Vec<Rule>,
    /// An earlier report to compare with.
    pub baseline: Option<Baseline>,
    /// How many bytes of files a look reads at the most: [`LOOK_BYTES`](super::LOOK_BYTES), or less in tests.
    pub look_bytes: u64,
}

/// Why a watch cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// The threads cannot be started.
    #[error(transparent)]
    Threads(#[from] ThreadsError),
    /// A number contradicts another one: a bug.
    #[error("the numbers do not add up; please report this")]
    Law(#[from] LawBroken),
}

/// A watch.
#[derive(Debug)]
pub struct Watch {
    pub(super) settings: Settings,
    pub(super) follower: Follower,
    pub(super) slices: Slices,
    pub(super) windows: Windows,
    pub(super) failures: Newest,
    /// The newest time of a call that is not a clock which is ahead.
    pub(super) newest: Option<Nanos>,
    /// When the watch began.
    pub(super) began: Nanos,
    /// When its numbers begin: then, or when it was asked to begin.
    pub(super) since: Nanos,
    pub(super) rules: Vec<RuleState>,
    pub(super) looks: u64,
    /// Calls outside of windows since the last window was written.
    pub(super) outside: Outside,
    /// The same of the whole watch.
    pub(super) all_outside: Outside,
    /// Whether what was there before the watch began is still being read: the numbers are not whole, and nothing is judged.
    pub(super) is_catching_up: bool,
    /// Whether it was ended early.
    pub(super) is_interrupted: bool,
    /// Bytes and lines of the last looks, with their times.
    pub(super) speed: Vec<(Nanos, u64, u64)>,
}

impl Watch {
    /// Begins to watch at a time; of what is there already nothing is read yet. Bytes of `pipes` come through them, under
    /// these names.
    ///
    /// # Errors
    ///
    /// The threads cannot be started.
    pub fn begin(
        settings: Settings,
        pipes: Vec<(PathBuf, Arc<Pipe>)>,
        (disk, control): (&Disk, &RunControl),
        now: Nanos,
    ) -> Result<Self, WatchError> {
        let window = settings.window_ns.max(NS_PER_SECOND);
        let width = (window / SLICES).max(NS_PER_SECOND);
        let since = settings.since.unwrap_or(now).min(now);
        let outlets = pipes.into_iter().map(|(name, pipe)| Outlet::new(pipe, name)).collect();
        let rules = settings.rules.iter().map(RuleState::of).collect();
        let mut watch = Self {
            follower: Follower::new(settings.names.clone(), outlets, settings.look_bytes),
            slices: Slices::new(since, width, window),
            windows: Windows::new(since, window, settings.has_windows),
            failures: Newest::default(),
            newest: None,
            began: now,
            since,
            rules,
            looks: 0,
            outside: Outside::default(),
            all_outside: Outside::default(),
            is_catching_up: settings.since.is_some(),
            is_interrupted: false,
            speed: Vec::new(),
            settings,
        };
        let frame = watch.frame(now);
        let means = Means { disk, options: &watch.settings.options, control };
        watch.newest = watch.follower.begin(means, frame, watch.settings.since)?;
        Ok(watch)
    }

    /// Looks once at all that is followed, and reads what is new; tells whether something was.
    ///
    /// # Errors
    ///
    /// The threads cannot be started.
    pub fn look(&mut self, disk: &Disk, control: &RunControl, now: Nanos) -> Result<bool, WatchError> {
        self.looks += 1;
        let frame = self.frame(now);
        let means = Means { disk, options: &self.settings.options, control };
        let found = self.follower.look(means, frame)?;
        let has_found = found.is_some();
        if let Some(found) = found {
            self.take(found, now);
        }
        let is_stopped = control.stop.load(Ordering::Relaxed);
        self.is_catching_up &= is_stopped || !self.follower.progress.has_caught_up();
        self.expire(now);
        Ok(has_found)
    }

    /// Notes that the watch is ended early, so that its last reports say so.
    pub const fn interrupt(&mut self) {
        self.is_interrupted = true;
    }

    /// Whether nothing will ever come: all that is followed are pipes, and they have ended.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.follower.is_done()
    }

    /// Whether something should be looked at before its time: the last look had to leave something, a pipe is full, or has
    /// ended.
    #[must_use]
    pub fn is_pressed(&self) -> bool {
        self.follower.is_pressed()
    }

    /// Whether the last look had to leave something that could be read.
    #[must_use]
    pub const fn is_behind(&self) -> bool {
        self.follower.progress.is_behind()
    }

    /// How many bytes of plain files and pipes were read so far.
    #[must_use]
    pub const fn bytes_read(&self) -> u64 {
        self.follower.progress.bytes_read
    }

    /// How many bytes are there and were not read.
    #[must_use]
    pub fn unread(&self) -> u64 {
        self.follower.unread()
    }

    /// The folders in which something may happen.
    #[must_use]
    pub fn folders(&self) -> Vec<PathBuf> {
        self.follower.folders()
    }

    /// Whether lines were lost at any time.
    #[must_use]
    pub const fn has_lost(&self) -> bool {
        self.follower.troubles.has_lost()
    }

    /// All calls that were in no window so far.
    #[must_use]
    pub const fn all_outside(&self) -> &Outside {
        &self.all_outside
    }

    /// What is watched, and what reports show.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    fn frame(&self, now: Nanos) -> Frame {
        let first = self.slices.start(self.first(now));
        let first = self.settings.since.map_or(first, |since| first.max(since));
        Frame {
            now,
            grid: self.slices.grid(),
            from: first,
            shown: self.windows.shown(),
            horizon: Nanos(now.0.saturating_add(AHEAD_MAX_NS)),
            is_first: self.is_catching_up,
            look: self.looks,
        }
    }

    /// The first slice that is kept: that of the window, or of one that has not been written yet.
    fn first(&self, now: Nanos) -> i64 {
        let window = self.slices.index(Nanos(now.0.saturating_sub(self.settings.window_ns)));
        window.min(self.slices.index(self.windows.open()))
    }

    fn take(&mut self, found: Found, now: Nanos) {
        let Found { collected, bytes } = found;
        let all: u64 = bytes.values().sum();
        let lines = collected.lines.iter().sum();
        self.speed.push((now, all, lines));
        self.newest = self.newest.max(collected.newest);
        self.failures.merge(collected.failures);
        self.outside.add(&collected.outside);
        self.all_outside.add(&collected.outside);
        for (index, summary) in collected.slices {
            self.slices.add(index, summary);
        }
        let arrived = Arrived { bytes, lines, outside: collected.outside };
        self.slices.arrive(self.slices.index(now), &arrived);
    }

    fn expire(&mut self, now: Nanos) {
        let first = self.first(now);
        self.slices.expire(first);
        let since = self.slices.start(self.first(now));
        self.failures.expire(since);
        let bytes = self.slices.arrivals(first, i64::MAX).bytes;
        self.follower.troubles.expire(since, &bytes);
        self.speed.retain(|(at, ..)| at.0 > now.0.saturating_sub(SPEED_SECONDS * NS_PER_SECOND));
    }
}
