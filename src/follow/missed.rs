//! Looks for what no run saw: what was written to a log and rotated between two runs that name the log and not its
//! folder. Names say which file is newer than another; times only where names do not. It does not say where reading begins.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::find::Listed;
use super::folder::name_beside;
use super::names::{self, Newest};
use super::planner::{Candidate, Moved, Planner};
use super::position::Position;
use crate::input::Compression;
use crate::input::source::folder_of;

/// The logs that were named, whether they are there or not.
#[derive(Debug, Default)]
pub(super) struct Logs {
    /// Their paths as they were named, by the same from the root, without symbolic links.
    paths: BTreeMap<PathBuf, PathBuf>,
    /// Where a name leads to by a link.
    links: HashMap<PathBuf, PathBuf>,
}

impl Logs {
    /// Adds the log that was named by a path and is at a place; of several paths the smallest counts.
    pub(super) fn note(&mut self, path: &Path, place: &Path) {
        let held = self.paths.entry(place.to_owned()).or_insert_with(|| path.to_owned());
        if path < held.as_path() {
            path.clone_into(held);
        }
        if path != place && path.ancestors().any(Path::is_symlink) {
            self.links.insert(path.to_owned(), place.to_owned());
        }
    }

    /// Adds the log at a path where no file is, unless there is no folder for it either.
    pub(super) fn missing(&mut self, path: &Path) {
        if let (Ok(folder), Some(name)) = (folder_of(path).canonicalize(), path.file_name()) {
            self.note(path, &folder.join(name));
        }
    }

    /// Whether a place is that of a rotated file of one of the logs.
    pub(super) fn have_rotated(&self, place: &Path) -> bool {
        names::logs(place).iter().any(|log| self.paths.contains_key(log))
    }

    /// Whether a position was named by a path which led to its file by a link, and leads to another one now.
    pub(super) fn has_left(&self, position: &Position) -> bool {
        self.links.get(position.path.as_path()).is_some_and(|place| !position.was_at(place))
    }
}

/// Since when what was written to some logs and rotated could not be looked at; in nanoseconds since 1970, by log.
#[derive(Debug, Default)]
pub(super) struct UnmetSince(HashMap<PathBuf, i64>);

impl UnmetSince {
    /// That of the log at a place, or of the log that the file there was rotated from.
    pub(super) fn of(&self, place: &Path) -> Option<i64> {
        if self.0.is_empty() {
            return None;
        }
        let own = self.0.get(place).copied();
        own.or_else(|| names::logs(place).iter().filter_map(|log| self.0.get(log).copied()).min())
    }
}

/// A log of which parts are looked for that no run saw.
#[derive(Debug, Default)]
struct Search {
    path: PathBuf,
    /// When any file of it was last written to, as far as runs saw, or since when not all could be looked at.
    since: Option<i64>,
    /// Whether it is looked for although the log goes on.
    is_reopened: bool,
    /// Whether every folder could be read.
    is_whole: bool,
    /// The time of the latest change of its folder, or of any of its files: nothing was written later.
    latest: Option<i64>,
    /// Its rotated files that are inputs or have nothing new.
    known: Newest,
    /// Its rotated files that are no inputs.
    others: Vec<Listed>,
}

type Searches = BTreeMap<PathBuf, Search>;

/// Adds the rotated files of logs that no run saw and that are newer than all that is known of the log. There are none while
/// the log goes on at its place, unless what was there before could not be looked at, or was empty and is lost.
pub(super) fn add(planner: &mut Planner<'_>, logs: Logs, moved: &Moved, elsewhere: &[PathBuf]) -> UnmetSince {
    planner.folders.refresh();
    let mut searches = searches(planner, logs, moved);
    let elsewhere = Elsewhere::new(elsewhere, &searches);
    know(planner, &mut searches, &elsewhere);
    searches.retain(|_, search| search.since.is_some());
    look(planner, &mut searches, moved, &elsewhere);
    let mut candidates = Vec::new();
    let mut wanted = HashMap::new();
    for (place, search) in &mut searches {
        let others = std::mem::take(&mut search.others);
        for listed in &others {
            if !search.is_new(listed) {
                continue;
            }
            let named = name_beside(&search.path, &listed.place);
            let probe = planner.folders.probe(listed);
            search.is_whole &= probe.is_some();
            if let Some(probe) = probe
                && planner.inputs.files.insert(&probe)
            {
                wanted.insert(named.clone(), place.clone());
                let rotated_from = Some(place.clone());
                let candidate = Candidate::beside(named, probe);
                candidates.push(Candidate { is_certain: true, rotated: true, rotated_from, ..candidate });
            }
        }
    }
    if planner.folders.failed {
        // A file that could not be looked at may be the one that a position without lines is about.
        candidates.iter_mut().for_each(|candidate| candidate.rotated_from = None);
    }
    let rows_before = planner.inputs.rows.len();
    planner.decide_all(candidates);
    for row in planner.inputs.rows.iter().skip(rows_before).filter(|row| row.input.error.is_some()) {
        if let Some(search) = wanted.get(&row.input.path).and_then(|place| searches.get_mut(place)) {
            search.is_whole = false;
        }
    }
    let unmet = searches.into_iter().filter(|(_, search)| !search.is_whole);
    UnmetSince(unmet.filter_map(|(place, search)| Some((place, search.since?))).collect())
}

/// The logs that were named, and those that are gone and were named before, maybe by a pattern; without those whose lines go
/// on at their place, unless they are to be looked at again.
fn searches(planner: &mut Planner<'_>, logs: Logs, moved: &Moved) -> Searches {
    let mut paths = logs.paths;
    for position in planner.sought.positions {
        let was_named = !position.rotated && !position.found_beside && position.packed.is_none();
        let place = position.place.as_path();
        if was_named && !paths.contains_key(place) && planner.is_gone(position) {
            paths.insert(place.to_owned(), position.path.path());
        }
    }
    let goes_on = planner.inputs.rows.iter().filter_map(|row| {
        let before = planner.sought.positions.get(row.before?)?;
        let place = row.track.as_ref()?.position.place.as_path();
        (before.has_line() && before.was_at(place)).then(|| place.to_owned())
    });
    let going_on: HashSet<_> = goes_on.collect();
    let reopened = reopened(planner, moved);
    let searches = paths.into_iter().filter_map(|(place, path)| {
        let is_reopened = reopened.contains(&place);
        let search = Search { path, is_reopened, is_whole: true, ..Search::default() };
        (is_reopened || !going_on.contains(&place)).then_some((place, search))
    });
    searches.collect()
}

/// Places of logs of which something is looked for although they go on: a rotated file is gone that was empty, so that no
/// bytes tell where it is, or the run before could not look at everything.
fn reopened(planner: &mut Planner<'_>, moved: &Moved) -> HashSet<PathBuf> {
    let mut places = HashSet::new();
    for (index, position) in planner.sought.positions.iter().enumerate() {
        let is_found =
            planner.known.is_claimed(index) || moved.contains_key(&index) || planner.inputs.files.holds(position);
        let may_be_lost = position.rotated && position.is_empty() && !is_found;
        if position.unmet_since.is_some() || (may_be_lost && planner.is_gone(position)) {
            places.extend(names::logs(position.place.as_path()));
            places.insert(position.place.path());
        }
    }
    places
}

/// The logs among those that are looked for which a file may be of: at its place or rotated from there; of a file in another
/// folder, into which logs are rotated, its name tells.
fn logs_of(place: &Path, searches: &Searches, elsewhere: &Elsewhere) -> Vec<PathBuf> {
    if searches.is_empty() {
        return Vec::new();
    }
    let mut logs = names::logs(place);
    logs.push(place.to_owned());
    if elsewhere.folders.contains(folder_of(place)) {
        let names = logs.iter().map(|log| names::unpacked(log)).filter_map(|log| elsewhere.by_name.get(&log));
        return names.cloned().collect();
    }
    logs.retain(|log| searches.contains_key(log));
    logs
}

/// The folders that logs are rotated into, and the logs by their names. Of logs of one name in several folders the first counts.
struct Elsewhere {
    folders: HashSet<PathBuf>,
    by_name: HashMap<OsString, PathBuf>,
}

impl Elsewhere {
    fn new(folders: &[PathBuf], searches: &Searches) -> Self {
        let mut by_name = HashMap::new();
        for place in searches.keys().filter(|_| !folders.is_empty()) {
            by_name.entry(place.file_name().unwrap_or_default().to_owned()).or_insert_with(|| place.clone());
        }
        Self { folders: folders.iter().cloned().collect(), by_name }
    }
}

/// Finds out until when the logs are known.
fn know(planner: &Planner<'_>, searches: &mut Searches, elsewhere: &Elsewhere) {
    let mut unmet = HashMap::<PathBuf, i64>::new();
    for position in planner.sought.positions {
        for log in logs_of(position.place.as_path(), searches, elsewhere) {
            if let Some(since) = position.unmet_since {
                unmet.entry(log.clone()).and_modify(|held| *held = since.min(*held)).or_insert(since);
            }
            if let Some(search) = searches.get_mut(&log) {
                search.since = search.since.max(position.times.written);
            }
        }
    }
    for (log, since) in unmet {
        if let Some(search) = searches.get_mut(&log) {
            search.since = Some(since);
        }
    }
}

/// Looks through the folders of the logs, and those that logs are rotated into, for rotated files.
fn look(planner: &mut Planner<'_>, searches: &mut Searches, moved: &Moved, elsewhere: &Elsewhere) {
    // A log that was empty may have been written, copied and truncated since, and is then newer than its copy.
    let positions = planner.sought.positions;
    let is_older = |index: usize| positions.get(index).is_some_and(|before| before.has_line() || before.rotated);
    let rows = planner.inputs.rows.iter().filter(|row| row.before.is_some_and(is_older));
    let seen = rows.filter_map(|row| Some(row.track.as_ref()?.position.file));
    let seen: HashSet<_> = seen.chain(moved.keys().filter_map(|&index| Some(positions.get(index)?.file))).collect();
    let own: BTreeSet<_> = searches.keys().map(|place| folder_of(place).to_owned()).collect();
    for folder in own.iter().chain(&elsewhere.folders) {
        let Some((listing, changed)) = planner.folders.calm_files(folder) else {
            let of_folder = |place: &Path| folder_of(place) == folder || elsewhere.folders.contains(folder);
            searches.iter_mut().filter(|(place, _)| of_folder(place)).for_each(|(_, search)| search.is_whole = false);
            continue;
        };
        for listed in listing.iter() {
            for log in logs_of(&listed.place, searches, elsewhere) {
                let Some(search) = searches.get_mut(&log) else { continue };
                search.latest = search.latest.max(changed);
                if log == listed.place {
                    search.latest = search.latest.max(listed.times.written);
                } else if seen.contains(&listed.file) {
                    search.known.note(&listed.place);
                } else if !planner.inputs.files.contains(listed.file) {
                    search.others.push(listed.clone());
                }
            }
        }
    }
}

impl Search {
    /// Whether a rotated file is newer than all that is known of the log.
    fn is_new(&self, listed: &Listed) -> bool {
        // An archive that is being made has nothing that the file beside it has not.
        if Compression::named(&listed.place).is_some() && listed.place.with_extension("").exists() {
            return false;
        }
        let order = if self.is_reopened { None } else { self.known.compare(&listed.place) };
        match order {
            Some(Ordering::Less) => false,
            Some(Ordering::Greater) => true,
            // A time of 0 is none. If nothing was written or renamed as late as the log, as far as the folder tells, then the
            // clock has been set back since, and times say nothing.
            Some(Ordering::Equal) | None => {
                listed.times.written.is_none_or(|written| written <= 0)
                    || listed.times.written > self.since
                    || self.latest < self.since
            }
        }
    }
}
