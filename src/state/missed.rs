//! Looks for what no run has met: what was written to a log and rotated between two runs that name the log and not its
//! directory. Names and times tell it, since nothing else is known of such a file. It does not say where reading begins.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::beside::name_beside;
use super::names;
use super::position::{Position, Times};
use super::resume::{Candidate, Planner, Row};
use crate::input::source::folder_of;
use crate::input::{FileId, feed};

/// A log that was named, whether it is there or not.
#[derive(Clone, Debug)]
pub(super) struct Log {
    /// Its path as it was named.
    pub path: PathBuf,
    /// The same from the root, without symbolic links.
    pub place: PathBuf,
}

impl Log {
    /// The log at a path where no file is; none when there is no directory for it either.
    pub fn missing(path: &Path) -> Option<Self> {
        let folder = folder_of(path).canonicalize().ok()?;
        Some(Self { path: path.to_owned(), place: folder.join(path.file_name()?) })
    }

    /// Whether a place is that of the log or of a rotated file of it.
    pub fn has(&self, place: &Path) -> bool {
        place == self.place || names::is_rotated_from(place, &self.place)
    }

    /// Whether a position was named by this path, which led to its file by a link, and leads to another one now.
    pub fn has_left(&self, position: &Position) -> bool {
        self.path == position.path.path()
            && self.place != position.place.path()
            && self.path.ancestors().any(Path::is_symlink)
    }
}

/// A file that is no input: where it is, which one, and when it was written to.
type Other = (PathBuf, FileId, Option<i64>);

/// The files of a directory that are no inputs, by the names that they had before any rotation.
#[derive(Debug, Default)]
struct Others(HashMap<PathBuf, Vec<Other>>);

impl Others {
    fn rotated_from(&self, log: &Log) -> Vec<Other> {
        let related = self.0.get(&names::base(&log.place)).into_iter().flatten();
        related.filter(|(path, ..)| names::is_rotated_from(path, &log.place)).cloned().collect()
    }
}

impl<'s> Planner<'s> {
    /// Adds the rotated files of logs that were written to later than all that is known of the log. There are none while
    /// the log goes on at its place, unless what was there before could not be looked at, or was empty and is lost.
    pub(super) fn missed(&mut self) {
        self.listings.clear();
        let mut others = HashMap::new();
        let known = self.known_by_base();
        let reopened = self.reopened();
        for log in self.logs_not_going_on(&reopened) {
            let folder = folder_of(&log.place).to_owned();
            let others = others.entry(folder).or_insert_with(|| self.others_beside(&log.place));
            let rotated = others.as_ref().map(|others| others.rotated_from(&log));
            // Most often there is none, and then positions need not be looked through.
            if rotated.as_ref().is_some_and(Vec::is_empty) {
                continue;
            }
            let known = known.get(&names::base(&log.place)).map(Vec::as_slice).unwrap_or_default();
            let Some(since) = known_until(&log, known) else { continue };
            let is_reopened = reopened.iter().any(|place| log.has(place));
            if !rotated.is_some_and(|rotated| self.add_unmet(&log, since, is_reopened, &rotated)) {
                self.unmet_since.push((log, since));
            }
        }
    }

    /// The files of a directory that are no inputs; none when it cannot be read, or is being changed.
    fn others_beside(&mut self, place: &Path) -> Option<Others> {
        let folder = folder_of(place);
        let changed = |planner: &Self| Some(Times::of(&planner.disk.metadata(folder).ok()?).written);
        // Who reads a directory while files are renamed in it may miss some of them.
        let before = changed(self)?;
        let files = self.files_beside(place)?;
        if changed(self)? != before {
            return None;
        }
        let mut others = Others::default();
        for (path, metadata) in files.iter() {
            let file = FileId::of(metadata);
            if !self.files.contains(file) && !self.own.contains(&file) {
                others.0.entry(names::base(path)).or_default().push((path.clone(), file, Times::of(metadata).written));
            }
        }
        Some(others)
    }

    /// Adds those rotated files of a log that were written to since a time; tells whether all could be looked at.
    fn add_unmet(&mut self, log: &Log, since: i64, is_reopened: bool, rotated: &[Other]) -> bool {
        let mut paths: Vec<_> =
            rotated.iter().filter(|(.., written)| *written > Some(since)).map(|(path, file, _)| (path, file)).collect();
        // An archive that is being made has nothing that the file beside it has not.
        paths.retain(|(path, _)| feed::named_compression(path).is_none() || !path.with_extension("").exists());
        if !is_reopened && !paths.is_empty() {
            let met = self.rotated_and_met(log);
            paths.retain(|(path, _)| met.iter().all(|met| names::is_newer(met, path) != Some(true)));
        }
        // A file that could not be looked at may be the one that a position without lines is about.
        let rotated_from = (!self.failed).then(|| log.place.clone());
        let mut candidates = Vec::new();
        for (path, file) in &paths {
            if let Some(candidate) = self.candidate(name_beside(&log.path, path), path, **file)
                && self.files.insert(&candidate.probe)
            {
                let rotated_from = rotated_from.clone();
                candidates.push(Candidate { is_certain: true, rotated: true, rotated_from, ..candidate });
            }
        }
        let rows_before = self.rows.len();
        let were_looked_at = candidates.len() == paths.len();
        self.decide_all(candidates);
        let added = self.rows.iter().skip(rows_before);
        were_looked_at && added.map(|row| &row.input.error).all(Option::is_none)
    }

    /// The logs that were named, and those that are gone and were named before, maybe by a pattern; without those whose
    /// lines go on at their place, unless they are to be looked at again.
    fn logs_not_going_on(&mut self, reopened: &[PathBuf]) -> Vec<Log> {
        let mut logs = self.logs.clone();
        let mut places: HashSet<_> = logs.iter().map(|log| log.place.clone()).collect();
        for position in self.known.positions {
            let (path, place) = (position.path.path(), position.place.path());
            let was_named = !position.rotated && !position.found_beside && position.packed.is_none();
            if was_named && !places.contains(&place) && self.is_gone(position) {
                places.insert(place.clone());
                logs.push(Log { path, place });
            }
        }
        let going_on = self.met().filter(|(place, before)| before.has_line() && before.was_at(place));
        let going_on: HashSet<_> = going_on.map(|(place, _)| place).collect();
        logs.retain(|log| !going_on.contains(&log.place) || reopened.iter().any(|place| log.has(place)));
        logs
    }

    /// Places of whose logs something is to be looked for although the log goes on: a rotated file is gone that was empty,
    /// so that no bytes tell where it is, or the run before could not look at everything.
    fn reopened(&mut self) -> Vec<PathBuf> {
        let mut places = Vec::new();
        for (index, position) in self.known.positions.iter().enumerate() {
            let is_found = || self.known.is_claimed(index) || self.moved.contains_key(&index);
            let is_found = is_found() || self.files.holds(position);
            let may_be_lost = position.rotated && position.is_empty() && !is_found;
            if position.unmet_since.is_some() || (may_be_lost && self.is_gone(position)) {
                places.push(position.place.path());
            }
        }
        places
    }

    /// The places of inputs, with the positions that they go on from.
    fn met(&self) -> impl Iterator<Item = (&PathBuf, &Position)> {
        let before = |row: &Row| self.known.positions.get(row.before?);
        self.rows.iter().filter_map(move |row| Some((&row.probe.as_ref()?.place, before(row)?)))
    }

    /// The positions by the names that their files had before any rotation.
    fn known_by_base(&self) -> HashMap<PathBuf, Vec<&'s Position>> {
        let mut known = HashMap::<_, Vec<_>>::new();
        for position in self.known.positions {
            known.entry(names::base(&position.place.path())).or_default().push(position);
        }
        known
    }

    /// Where the known files of a log are that were rotated; what was never met is newer.
    fn rotated_and_met(&mut self, log: &Log) -> Vec<PathBuf> {
        // A log that was empty may have been written, copied and truncated since, and is then newer than its copy.
        let rows = self.rows.iter().filter_map(|row| Some((row.probe.as_ref()?.file, row.before?)));
        let positions = self.known.positions;
        let is_older = |index: usize| positions.get(index).is_some_and(|before| before.has_line() || before.rotated);
        let met = rows.filter(|&(_, before)| is_older(before)).map(|(file, _)| file);
        let moved = self.moved.keys().filter_map(|&index| Some(positions.get(index)?.file));
        let met: HashSet<_> = met.chain(moved).collect();
        // They may have been renamed since they were met, so that only one look at the directory tells their order.
        let files = self.files_beside(&log.place).unwrap_or_default();
        let rotated = files.iter().filter(|(path, _)| names::is_rotated_from(path, &log.place));
        rotated.filter(|(_, it)| met.contains(&FileId::of(it))).map(|(path, _)| path.clone()).collect()
    }
}

/// What was written to a log until then is known: when any file of it was last written to, as far as runs saw.
fn known_until(log: &Log, known: &[&Position]) -> Option<i64> {
    let of_log = || known.iter().filter(|position| log.has(&position.place.path()));
    let unmet_since = of_log().filter_map(|position| position.unmet_since).min();
    unmet_since.or_else(|| of_log().filter_map(|position| position.times.written).max())
}
