//! `report --state`: one run at a time reads what is new since the last one, and the state moves when everything else is
//! in place.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use resplog::baseline::Baseline;
use resplog::internals::disk::Disk;
use resplog::internals::engine::{Analysis, RunControl};
use resplog::internals::follow::Position;
use resplog::internals::input::object::is_object;
use resplog::internals::input::{Input, source};
use resplog::internals::state::commit::Addition;
use resplog::internals::state::file;
use resplog::internals::state::lock::{self, Lock};
use resplog::internals::state::read::{Names, NewLines};
use resplog::internals::state::{self, State};
use resplog::report::Cumulative;
use resplog::settings::Settings;
use resplog::time;
use resplog::time::Nanos;

use super::args::{ReportArgs, StateArgs};
use super::signals::Signals;
use super::{exit, outputs};

/// How often a lock that another run holds is tried again.
const LOCK_PAUSE: Duration = Duration::from_millis(20);

/// A run that holds the lock of a state.
pub struct Session {
    path: PathBuf,
    state: State,
    options: BTreeMap<String, String>,
    history: usize,
    _lock: Lock,
}

/// Why a run with a state cannot begin, and the exit code.
pub struct Refused(pub anyhow::Error, pub u8);

/// Refuses what a state cannot go with. The command line alone shows everything here.
pub fn check(args: &ReportArgs, inputs: &[PathBuf]) -> Result<()> {
    let StateArgs { state, lock_wait, history, rotated_into } = &args.state;
    if state.is_none() {
        if lock_wait.is_some() || history.is_some() {
            bail!("--lock-wait and --history go with --state");
        }
        if !rotated_into.is_empty() {
            bail!("--rotated-into goes with --state: without one every run reads all of its inputs");
        }
        return Ok(());
    }
    if args.dedupe {
        bail!("--dedupe does not go with --state: a run does not know the ids of the runs before");
    }
    for input in inputs {
        let is_file = |path: &Path| path.metadata().map_or(true, |it| it.is_file() || it.is_dir());
        if input.as_os_str() == "-" || is_object(input) || !is_file(input) {
            bail!("{} does not go with --state: only files can be read on", input.display());
        }
    }
    for (name, time) in [("since", &args.filter.since), ("until", &args.filter.until)] {
        if time.as_deref().is_some_and(time::depends_on_now) {
            bail!(
                "--{name} as seen from now does not go with --state: the runs would not add up; name a point in time"
            );
        }
    }
    patience(args)?;
    Ok(())
}

fn patience(args: &ReportArgs) -> Result<Duration> {
    let Some(text) = &args.state.lock_wait else { return Ok(Duration::ZERO) };
    let wait = time::relative(text).map(Duration::from_nanos);
    wait.with_context(|| format!("--lock-wait: '{text}' is not a span of time; expected e.g. 30s or 5m"))
}

impl Session {
    /// Takes the lock and reads the state.
    pub fn begin(
        args: &ReportArgs,
        settings: &Settings,
        path: &Path,
        disk: &Disk,
        signals: &Signals,
    ) -> Result<Self, Refused> {
        let write = |error: anyhow::Error| Refused(error, exit::WRITE);
        let name = || path.display().to_string();
        // A link stays one: what it leads to is replaced.
        let path = source::target(path).with_context(name).map_err(write)?;
        let name = || path.display().to_string();
        if path.is_dir() {
            return Err(write(outputs::explain(&path, io::ErrorKind::IsADirectory.into())));
        }
        let wait = patience(args).map_err(|error| Refused(error, exit::USAGE))?;
        let lock = locked(disk, &path, wait, signals)?;
        let state = match file::load(disk, &path).with_context(name) {
            Ok(state) => state.unwrap_or_default(),
            Err(error) => return Err(write(error)),
        };
        if let Some(changed) = state.changed_option(settings) {
            return Err(Refused(anyhow::Error::new(changed).context(name()), exit::USAGE));
        }
        let history = args.state.history.unwrap_or(super::args::HISTORY);
        Ok(Self { path, state, options: settings.kept(), history, _lock: lock })
    }

    /// The files of the state itself, which are never inputs.
    pub fn own(&self) -> [PathBuf; 2] {
        [self.path.clone(), lock::path_of(&self.path)]
    }

    /// How often the state will have been written after this run.
    pub const fn generation(&self) -> u64 {
        self.state.generation + 1
    }

    /// What the last runs counted, the oldest first.
    pub fn history(&self) -> Vec<Baseline> {
        self.state.history()
    }

    /// The newest time of a record in the last runs, of those whose records all lie before a horizon.
    pub fn newest(&self, horizon: Nanos) -> Option<Nanos> {
        self.state.history.iter().filter_map(|run| run.to).map(Nanos).filter(|&to| to <= horizon).max()
    }

    /// Sums over all runs, this one too unless it was stopped and does not count.
    pub fn cumulative(&self, analysis: &Analysis) -> Cumulative {
        let mut totals = self.state.totals.clone();
        if !analysis.interrupted {
            totals.add(&analysis.summary, analysis.reads.iter().map(|read| read.bytes).sum());
        }
        let codes = totals.codes().into_iter().map(|(code, count)| (code.to_owned(), count)).collect();
        Cumulative { totals: totals.shown(), codes }
    }

    /// Reads what is new.
    pub fn read<R>(
        &mut self,
        disk: &Disk,
        names: Names<'_>,
        watch: &RunControl,
        analyze: impl FnMut(&[Input]) -> Result<(Analysis, R)>,
    ) -> Result<NewLines<R>> {
        // Nothing asks for the old positions any more, and they may be many.
        state::read::read(disk, std::mem::take(&mut self.state.positions), names, watch, analyze)
    }

    /// Moves the state.
    pub fn commit(&self, disk: &Disk, analysis: &Analysis, positions: Vec<Position>) -> Result<()> {
        let addition = Addition { analysis, positions, options: self.options.clone(), history: self.history };
        file::save(disk, &self.path, &self.state.after(addition)).with_context(|| self.path.display().to_string())
    }
}

fn locked(disk: &Disk, path: &Path, wait: Duration, signals: &Signals) -> Result<Lock, Refused> {
    let name = lock::path_of(path).display().to_string();
    let begun = Instant::now();
    loop {
        match lock::take(disk, path) {
            Ok(Some(lock)) => return Ok(lock),
            Ok(None) => {}
            Err(error) => return Err(Refused(outputs::explain(&lock::path_of(path), error), exit::WRITE)),
        }
        if let Some(signal) = signals.received() {
            return Err(Refused(anyhow::anyhow!("{name}: interrupted while waiting for the lock"), 128 + signal));
        }
        if begun.elapsed() >= wait {
            return Err(Refused(anyhow::anyhow!("{name}: another run holds the lock"), exit::LOCKED));
        }
        thread::sleep(LOCK_PAUSE);
    }
}

/// A state that must be there.
pub fn load(disk: &Disk, path: &Path) -> Result<State> {
    let name = path.display();
    let missing = || anyhow!("{name}: there is no such file: expected the state that --state names");
    file::load(disk, path).with_context(|| name.to_string())?.ok_or_else(missing)
}
