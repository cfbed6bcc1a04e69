//! What is new in files and pipes since the last look: where each stream stands, what is opened and read of it, and what became
//! of it. A look is what a run with a state is, but for the positions, which stay in memory. It does not know what lines say.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::collect::{Collected, Frame, Shown, collect};
use super::held::Held;
use super::names::{is_descriptor, is_own, shown_path, tails};
use super::outcomes::{confirm, outcome, reading};
use super::pipe::{Batch, Outlet};
use super::progress::Progress;
use super::shares::{Shares, Turns};
use super::signature::Signature;
use super::troubles::Troubles;
use crate::disk::Disk;
use crate::engine::{Options, RunControl, ThreadsError, survey};
use crate::follow::{self, CALM_READS, Limits, OpenFrom, Plan, Position, ReadBefore, Sought, UNCOUNTED};
use crate::input::feed::InputRead;
use crate::input::{FileId, Input, discover};
use crate::redact::redact;
use crate::time::Nanos;

/// What a file is that has no lines to follow.
const NO_LINES: &str = "a stream of JSON values cannot be followed, only lines can";

/// What is followed.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Files, folders and globs.
    pub inputs: Vec<PathBuf>,
    /// Files that are never inputs.
    pub own: Vec<PathBuf>,
    /// Folders that logs may be rotated into, besides their own.
    pub rotated_into: Vec<PathBuf>,
}

/// What a look needs besides what is followed.
#[derive(Clone, Copy)]
pub struct Means<'m> {
    /// The file system.
    pub disk: &'m Disk,
    /// How lines are read.
    pub options: &'m Options,
    /// What is shared with whoever watches the look.
    pub control: &'m RunControl,
}

/// What a look found, with the bytes of each input by its path.
#[derive(Debug, Default)]
pub struct Found {
    /// What the lines say.
    pub collected: Collected,
    /// How many bytes were read.
    pub bytes: BTreeMap<Arc<str>, u64>,
}

/// Follows files and pipes.
#[derive(Debug)]
pub struct Follower {
    names: Names,
    /// None before the first look.
    positions: Option<Vec<Position>>,
    outlets: Vec<Outlet>,
    held: Held,
    /// Files that have no lines to follow, with their sizes.
    ignored: HashMap<FileId, u64>,
    signature: Signature,
    turns: Turns,
    /// How far it is.
    pub progress: Progress,
    /// How inputs are read, and what is wrong with them.
    pub troubles: Troubles,
}

impl Follower {
    /// Follows these names and pipes; a look reads about this number of bytes at the most.
    #[must_use]
    pub fn new(names: Names, outlets: Vec<Outlet>, look_bytes: u64) -> Self {
        Self {
            names,
            positions: None,
            outlets,
            held: Held::default(),
            ignored: HashMap::new(),
            signature: Signature::default(),
            turns: Turns::new(look_bytes),
            progress: Progress::default(),
            troubles: Troubles::default(),
        }
    }

    /// Takes the places where the streams end as those that were read, but for files that were written to since a time: of
    /// these everything is read. Tells the newest time of a record that is there.
    ///
    /// # Errors
    ///
    /// The threads cannot be started.
    pub fn begin(
        &mut self,
        means: Means<'_>,
        frame: Frame,
        since: Option<Nanos>,
    ) -> Result<Option<Nanos>, ThreadsError> {
        let found = self.found(means);
        let mut plan = self.plan(means, found, &Limits::new(), None, frame.now);
        self.leave_out(means, &plan)?;
        plan.inputs.retain(|input| input.start.as_ref().is_some_and(|start| !self.ignored.contains_key(&start.file)));
        let tails = tails(&plan.inputs);
        let mut positions = plan.at_ends();
        positions.retain(|it| !self.ignored.contains_key(&it.file));
        if let Some(since) = since {
            let is_read =
                |it: &&Position| it.packed.is_none() && it.times.written.is_none_or(|written| written >= since.0);
            self.progress.backlog = positions.iter().filter(is_read).map(|it| it.size).sum();
            positions.retain(|it| it.times.written.is_some_and(|written| written < since.0));
        }
        self.held.go_on(means.disk, &positions, frame.now);
        self.positions = Some(positions);
        let shown: Vec<_> = tails.iter().map(|input| self.shown(input)).collect();
        Ok(collect(&tails, &shown, frame, means.options, means.control)?.newest)
    }

    /// Reads what is new; none when nothing is.
    ///
    /// # Errors
    ///
    /// The threads cannot be started.
    pub fn look(&mut self, means: Means<'_>, frame: Frame) -> Result<Option<Found>, ThreadsError> {
        let (mut limits, mut reads) = (Limits::new(), 0);
        let batches = self.batches(means);
        loop {
            reads += 1;
            let found = self.found(means);
            let signature = Signature::of(&found, self.positions());
            let is_calm = signature == self.signature && !self.is_restless();
            if is_calm && batches.is_empty() || means.control.stop.load(Ordering::Relaxed) {
                return Ok(None);
            }
            let found = if is_calm { Vec::new() } else { found };
            let mut plan = if is_calm {
                Plan::default()
            } else {
                let shares =
                    self.turns.divide(&signature, self.positions.as_deref().unwrap_or_default(), &self.held.sizes());
                self.plan(means, found, &limits, Some(&shares), frame.now)
            };
            if plan.is_stale && reads < CALM_READS {
                continue;
            }
            let ranks = reading(&plan.inputs);
            let files = ranks.len();
            let logs = ranks.iter().filter_map(|&rank| plan.inputs.get(rank));
            let inputs: Vec<_> = logs.chain(batches.iter().map(|(_, batch)| &batch.input)).cloned().collect();
            let shown = inputs.iter().enumerate().map(|(rank, input)| match rank.checked_sub(files) {
                Some(place) => self.shown_batch(batches.get(place)),
                None => self.shown(input),
            });
            let shown: Vec<_> = shown.collect();
            means.control.bytes_done.store(0, Ordering::Relaxed);
            let mut collected = collect(&inputs, &shown, frame, means.options, means.control)?;
            if collected.interrupted {
                return Ok(None);
            }
            if !is_calm {
                match confirm(means.disk, &mut plan, &ranks, &mut collected) {
                    Ok(positions) => {
                        self.progress.plan(&plan);
                        self.turns.note(&plan);
                        self.settle(means, positions, signature, frame.now);
                    }
                    Err(_) if means.control.stop.load(Ordering::Relaxed) => return Ok(None),
                    Err(disturbed) => {
                        if reads >= CALM_READS {
                            follow::limit(&mut limits, disturbed);
                        }
                        continue;
                    }
                }
            }
            for (place, (outlet, batch)) in (files..).zip(&batches) {
                let Some(outlet) = self.outlets.get_mut(*outlet) else { continue };
                if outcome(&collected, place, InputRead::default()).is_without_lines {
                    outlet.refuse();
                    self.troubles.refuse(shown_path(outlet.name()), NO_LINES.to_owned());
                } else {
                    outlet.go_on(batch, collected.lines.get(place).copied().unwrap_or_default());
                }
            }
            self.ignore(&inputs, &collected);
            let is_lost = |input: &Input| input.error.is_none() || plan.lost.contains(&input.path);
            let lost: Vec<_> = inputs.iter().map(is_lost).collect();
            if !plan.lost.is_empty() {
                self.troubles.lose();
            }
            self.troubles.note(&shown, &lost, &collected, !is_calm, frame.now);
            let mut bytes = BTreeMap::new();
            for (shown, read) in shown.iter().zip(&collected.reads).filter(|(_, read)| read.bytes > 0) {
                *bytes.entry(Arc::clone(&shown.path)).or_default() += read.bytes;
            }
            self.progress.read(&collected.reads);
            return Ok(Some(Found { collected, bytes }));
        }
    }

    /// How many bytes are there and not read: lines that have no end yet, and what was written since the last look.
    #[must_use]
    pub fn unread(&self) -> u64 {
        let open = self.positions().iter().filter(|it| it.packed.is_none() && !it.repeats);
        let files = open.map(|it| self.held.size(it.file).unwrap_or(it.size).max(it.size).saturating_sub(it.offset));
        files.sum::<u64>() + self.put_off() + self.outlets.iter().map(Outlet::unread).sum::<u64>()
    }

    /// How many packed bytes there are of archives that are read later.
    fn put_off(&self) -> u64 {
        if !self.progress.puts_off {
            return 0;
        }
        let known: HashSet<_> = self.positions().iter().map(|it| it.file).collect();
        let others: HashMap<_, _> = self.signature.sizes().filter(|(file, _)| !known.contains(file)).collect();
        others.values().sum()
    }

    /// How many files and pipes are followed.
    #[must_use]
    pub fn streams(&self) -> usize {
        let live = self.positions().iter().filter(|it| it.packed.is_none() && !it.settled && !it.rotated);
        live.count() + self.outlets.iter().filter(|outlet| !outlet.is_done()).count()
    }

    /// Whether a pipe should be looked at at once.
    #[must_use]
    pub fn is_pressed(&self) -> bool {
        self.progress.is_behind() || self.outlets.iter().any(|outlet| outlet.is_full() || outlet.has_ended_meanwhile())
    }

    /// Whether nothing will ever come: there are only pipes, and they have ended.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.names.inputs.is_empty() && self.outlets.iter().all(Outlet::is_done)
    }

    /// The folders in which something may happen.
    #[must_use]
    pub fn folders(&self) -> Vec<PathBuf> {
        self.signature.folders()
    }

    fn positions(&self) -> &[Position] {
        self.positions.as_deref().unwrap_or_default()
    }

    /// Whether something has to be looked at although nothing has changed: a rotated file may become quiet.
    fn is_restless(&self) -> bool {
        self.progress.has_more || self.positions().iter().any(|it| it.rotated && !it.settled && it.packed.is_none())
    }

    /// The files that are there, and those that are open and deleted.
    fn found(&self, means: Means<'_>) -> Vec<Input> {
        let Names { inputs, own, .. } = &self.names;
        let mut found = discover::discover_until(inputs, own, &means.control.stop);
        if !self.ignored.is_empty() {
            let is_ignored = |input: &Input| {
                let metadata = input.path.metadata().ok()?;
                Some(metadata.len() >= *self.ignored.get(&FileId::of(&metadata))?)
            };
            found.retain(|input| !is_ignored(input).unwrap_or(false));
        }
        found.retain(|input| !is_own(&input.path));
        found.extend(self.held.deleted());
        found
    }

    /// What is read of the files that were found: their shares, or all.
    fn plan(&self, means: Means<'_>, found: Vec<Input>, limits: &Limits, shares: Option<&Shares>, now: Nanos) -> Plan {
        let Means { disk, options, .. } = means;
        let open_from = |input: &Input, end: u64, before: &ReadBefore<'_>| {
            options.reading.open_from(input, end, options.sizes.line_bytes_max, before)
        };
        let open_from: &OpenFrom<'_> = &open_from;
        let is_written = |file: FileId, size: u64| self.held.is_written(file, size, now);
        let share_of = |file: FileId| shares.map_or(u64::MAX, |shares| shares.of(file));
        let Names { own, rotated_into, .. } = &self.names;
        let sought = Sought {
            disk,
            positions: self.positions(),
            own,
            rotated_into,
            limits,
            open_from,
            is_written: &is_written,
            share_of: &share_of,
        };
        follow::plan(sought, found)
    }

    fn settle(&mut self, means: Means<'_>, mut positions: Vec<Position>, signature: Signature, now: Nanos) {
        self.held.restore(&mut positions);
        self.held.go_on(means.disk, &positions, now);
        self.positions = Some(positions);
        self.signature = signature;
    }

    /// Finds out which files have no lines to follow, before anything of them counts as read.
    fn leave_out(&mut self, means: Means<'_>, plan: &Plan) -> Result<(), ThreadsError> {
        let is_plain = |input: &&Input| input.bytes_max.is_some_and(|bytes| bytes > 0);
        let inputs: Vec<_> = plan.inputs.iter().filter(is_plain).map(|input| Input::new(input.path.clone())).collect();
        let surveyed = survey(&inputs, means.options, means.control)?;
        for (input, surveyed) in inputs.iter().zip(surveyed).filter(|(_, it)| !it.is_plain) {
            let Ok(metadata) = input.path.metadata() else { continue };
            self.ignored.insert(FileId::of(&metadata), metadata.len());
            let error = surveyed.error.unwrap_or_else(|| NO_LINES.to_owned());
            self.troubles.refuse(self.shown(input).path, error);
        }
        Ok(())
    }

    /// Notes the files that turned out to have no lines to follow.
    fn ignore(&mut self, inputs: &[Input], collected: &Collected) {
        for (input, inspected) in inputs.iter().zip(&collected.inspected) {
            let is_without_lines = inspected.is_some_and(|it| it.is_without_lines());
            if let (true, Some(start)) = (is_without_lines, &input.start) {
                self.ignored.insert(start.file, input.bytes_max.unwrap_or_default());
            }
        }
    }

    /// What came through the pipes, by outlet.
    fn batches(&mut self, means: Means<'_>) -> Vec<(usize, Batch)> {
        let Options { reading, sizes, .. } = means.options;
        let mut batches = Vec::new();
        for (place, outlet) in self.outlets.iter_mut().enumerate() {
            let error = match outlet.batch(reading, sizes.line_bytes_max) {
                Ok(batch) => {
                    batches.extend(batch.map(|batch| (place, batch)));
                    outlet.error().map(str::to_owned)
                }
                Err(error) => Some(error.to_string()),
            };
            if let Some(error) = error {
                self.troubles.refuse(shown_path(outlet.name()), error);
            }
        }
        batches
    }

    fn shown(&self, input: &Input) -> Shown {
        let start = input.start.as_ref();
        let lines = start.map(|start| start.lines).filter(|&lines| lines < UNCOUNTED);
        let named = start.and_then(|start| self.held.named(start.file)).filter(|_| is_descriptor(&input.path));
        let path = match named {
            Some(named) => format!("{} (deleted)", redact(&named.to_string_lossy())).into(),
            None => shown_path(&input.path),
        };
        Shown { path, base: 0, lines }
    }

    fn shown_batch(&self, batch: Option<&(usize, Batch)>) -> Shown {
        let named = batch.and_then(|(outlet, _)| self.outlets.get(*outlet)).map(|outlet| shown_path(outlet.name()));
        let batch = batch.map(|(_, batch)| batch);
        Shown {
            path: named.unwrap_or_default(),
            base: batch.map_or(0, |batch| batch.base),
            lines: batch.map(|batch| batch.lines),
        }
    }
}
