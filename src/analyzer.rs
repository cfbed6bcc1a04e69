//! The front door: logs become a summary, summaries are merged and travel, and a summary becomes a report. What a command
//! line says, what time it is and where the report goes, its caller knows.

use std::path::{Path, PathBuf};
use std::thread;

use crate::baseline::Baseline;
use crate::catalog::Classes;
use crate::engine::{self, Options, RunControl, ThreadsError};
use crate::hints::hints;
use crate::input::discover::discover;
use crate::input::source::Sizes;
use crate::input::with_members;
use crate::inspect::Reading;
use crate::partial::Partial;
use crate::partial::merge::MergeError;
use crate::partial::wire::{self, WireError};
use crate::report::{Against, LawBroken, Report, build};
use crate::rule::Rule;
use crate::scan::{ScannerKind, Tier};
use crate::settings::{InvalidSetting, Settings};
use crate::summary::counting::Counting;
use crate::time::{Calendar, Nanos, Period};

/// How many ids a code lists when nobody says otherwise.
const IDS: usize = 5;

/// The report of some logs, read with all processors and the options that `resplog report` has by default.
///
/// What a path may be, [`Analyzer::summary`] says.
///
/// # Errors
///
/// As [`Analyzer::report`].
pub fn analyze(paths: impl IntoIterator<Item = impl AsRef<Path>>) -> Result<Report, Error> {
    Analyzer::new().report(paths)
}

/// Reads logs.
#[derive(Clone, Debug)]
pub struct Analyzer {
    settings: Settings,
    threads: usize,
    calendar: Calendar,
}

impl Default for Analyzer {
    fn default() -> Self {
        Self::new()
    }
}

impl Analyzer {
    /// One thread for each processor, and the settings that `resplog report` has by default.
    #[must_use]
    pub fn new() -> Self {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        Self { settings: Settings::default(), threads, calendar: Calendar::default() }
    }

    /// How many threads read; at least one does. It changes no number.
    #[must_use]
    pub const fn threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// The options that change numbers. [`Settings::dedupe`] is not one that is used here.
    #[must_use]
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = Settings { dedupe: false, ..settings };
        self
    }

    /// The days that calls are grouped by, those of UTC by default, or the hours: without them the periods of
    /// [`ReportOptions::periods`] are no hours. Summaries of different calendars do not add up.
    #[must_use]
    pub fn calendar(mut self, calendar: Calendar) -> Self {
        self.calendar = calendar;
        self
    }

    /// Reads logs: files, folders with all files below them, globs, and `-` for standard input; compressed ones too, and
    /// the files of tars, unless the tar comes from standard input. An input that cannot be read does not fail the call:
    /// the report says so.
    ///
    /// # Errors
    ///
    /// The threads cannot be started.
    pub fn summary(&self, paths: impl IntoIterator<Item = impl AsRef<Path>>) -> Result<Summary, Error> {
        self.read(paths, true)
    }

    /// Reads logs; `apart` says whether a summary of each is kept as well, which only other summaries need.
    fn read(&self, paths: impl IntoIterator<Item = impl AsRef<Path>>, apart: bool) -> Result<Summary, Error> {
        let paths: Vec<PathBuf> = paths.into_iter().map(|path| path.as_ref().to_owned()).collect();
        let control = RunControl::default();
        let inputs = with_members(discover(&paths, &[]), &control.stop);
        let options = Options {
            threads: self.threads.max(1),
            sizes: Sizes { line_bytes_max: self.settings.line_bytes_max, ..Sizes::default() },
            way: ScannerKind::Fast(Tier::best()),
            reading: Reading::of(&self.settings, Vec::new()),
            counting: Counting { calendar: self.calendar.clone(), split: None, apart },
        };
        let empty = Partial::empty(&self.settings, &[]);
        Ok(Summary(engine::summarize(empty, &inputs, &options, &control)?.partial))
    }

    /// The report of some logs, with the settings as its filters.
    ///
    /// # Errors
    ///
    /// The threads cannot be started, or the numbers do not add up.
    pub fn report(&self, paths: impl IntoIterator<Item = impl AsRef<Path>>) -> Result<Report, Error> {
        self.read(paths, false)?.report(&ReportOptions::default())
    }
}

/// What a report shows beside the summary, and what it is compared with and judged by.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ReportOptions {
    /// The class of each code.
    pub classes: Classes,
    /// How many ids a code lists.
    pub ids: usize,
    /// Periods to group calls by.
    pub periods: Vec<Period>,
    /// The rules that make the report an alarm when they hold.
    pub rules: Vec<Rule>,
    /// An earlier report to compare with.
    pub baseline: Option<Baseline>,
    /// The present time, from which rules count the age of the newest record. With none it is the newest record's.
    pub now: Option<Nanos>,
}

impl Default for ReportOptions {
    /// What `resplog report` shows by default.
    fn default() -> Self {
        Self {
            classes: Classes::default(),
            ids: IDS,
            periods: Vec::new(),
            rules: Vec::new(),
            baseline: None,
            now: None,
        }
    }
}

/// What is kept of logs: a value that can be merged, stored and sent, and that a report can be made of.
#[derive(Clone, Debug)]
pub struct Summary(Partial);

impl Summary {
    /// Adds the summary of other logs. The order in which summaries are merged changes nothing. Inputs are the same when
    /// their paths, their sizes and the hashes of their first bytes are; when one summary holds all inputs of the other,
    /// they count once.
    ///
    /// # Errors
    ///
    /// Both have some of their inputs alone and share others, which would be counted twice; inputs of one path are not the
    /// same; or the summaries were made with other settings. Nothing is added then.
    pub fn merge(&mut self, other: Self) -> Result<(), Error> {
        Ok(self.0.merge(other.0)?)
    }

    /// The bytes of a summary's file: versioned, checksummed, compressed, and the same for the same value.
    ///
    /// # Errors
    ///
    /// None that a summary from here can cause.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        Ok(wire::encode(&self.0)?)
    }

    /// The summary of such bytes.
    ///
    /// # Errors
    ///
    /// The bytes are damaged, are something else, or were written by a newer version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        Ok(Self(wire::decode(bytes)?))
    }

    /// Makes a report.
    ///
    /// # Errors
    ///
    /// The numbers do not add up, which no summary from here can cause, or the settings are those of another version.
    pub fn report(&self, options: &ReportOptions) -> Result<Report, Error> {
        let Partial { settings, by: _, inputs: _, summary, apart: _ } = &self.0;
        let filters = Settings::from_kept(settings)?.given();
        let facts = engine::held_facts(&self.0);
        let newest = summary.span.last;
        let options = crate::report::Options {
            classes: &options.classes,
            ids: options.ids,
            codes: &[],
            only_classes: &[],
            by: &[],
            periods: &options.periods,
            filters: &filters,
            split: None,
            against: Against {
                baseline: options.baseline.as_ref(),
                rules: &options.rules,
                now: options.now.or(newest).unwrap_or_default(),
                newest,
                ..Against::default()
            },
        };
        let hints = hints(summary, &facts);
        Ok(build::report(summary, facts, false, hints, &options)?)
    }
}

/// Why a summary or a report cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The threads cannot be started.
    #[error(transparent)]
    Threads(#[from] ThreadsError),
    /// A number contradicts another one: a bug, and a report of it would be wrong.
    #[error("the numbers do not add up; please report this")]
    Law(#[from] LawBroken),
    /// The bytes are not a summary that can be used.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// The settings of a summary cannot be read.
    #[error("the settings of the summary cannot be read")]
    Setting(#[from] InvalidSetting),
    /// Two summaries cannot be one.
    #[error("the summaries cannot be merged: {0}")]
    Merge(#[from] MergeError),
}
