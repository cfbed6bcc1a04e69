//! From the inputs that were found and the positions of earlier runs to what is read: step by step, files that were named,
//! renamed, compressed, and written and rotated between two runs. Which file has which stream is for `find` and `decide`.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Path, PathBuf};

use super::archive;
use super::find::{Gone, Listed, find};
use super::folder::{Folders, name_beside};
use super::known::{Files, Known};
use super::missed::{self, Logs};
use super::originals::{Original, Originals};
use super::position::Position;
use super::probe::{self, Probe};
use super::settle;
use crate::disk::Disk;
use crate::input::Input;
use crate::input::source::{Damage, folder_of};

/// What a run reads, and what becomes of the positions.
#[derive(Debug)]
pub struct Plan {
    /// The inputs, sorted by path, with their starts.
    pub inputs: Vec<Input>,
    /// By the rank of the input; none for one that cannot be followed.
    pub(super) tracks: Vec<Option<Track>>,
    /// Positions of streams that this run does not go on with.
    pub(super) left: Vec<Position>,
    /// Whether an input was not there any more when it was looked at.
    pub is_stale: bool,
    /// How many positions were compared with files to make the plan.
    pub comparisons: u64,
}

/// A stream that goes on.
#[derive(Clone, Debug)]
pub(super) struct Track {
    /// Where it stands after this run, but for what only reading shows.
    pub position: Position,
    /// Whether anything is read of it.
    pub reads: bool,
    /// Whether it is known only since this run that another stream has the same bytes.
    pub is_new_copy: bool,
    /// What the reader does not see.
    pub damage: Option<Damage>,
}

/// Where reading a file must end because something after that place is wrong, and what; by path.
pub type Limits = BTreeMap<PathBuf, (u64, String)>;

/// What is followed, and where it is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Sought<'s> {
    /// The file system.
    pub disk: &'s Disk,
    /// What earlier runs left.
    pub positions: &'s [Position],
    /// Files that are never inputs.
    pub own: &'s [PathBuf],
    /// Folders that logs may be rotated into, besides their own.
    pub rotated_into: &'s [PathBuf],
    /// Where reading must end.
    pub limits: &'s Limits,
}

/// Compares the inputs that were found with the positions of earlier runs, and says where each is read from. It takes time in
/// proportion to the number of files and positions, whatever the order of the files.
#[must_use]
pub fn plan(sought: Sought<'_>, found: Vec<Input>) -> Plan {
    let mut planner = Planner {
        sought,
        known: Known::new(sought.positions),
        folders: Folders::new(sought.disk, sought.own),
        inputs: Inputs::default(),
    };
    let elsewhere = planner.elsewhere();
    let (mut candidates, logs) = planner.named(found);
    let moved = planner.renamed(&logs, &elsewhere, &mut candidates);
    planner.decide_all(candidates);
    planner.compressed(&moved, &elsewhere);
    let unmet_since = missed::add(&mut planner, logs, &moved, &elsewhere);
    settle::settle(planner, &moved, &unmet_since)
}

/// An input before it is known where reading begins.
pub(super) struct Candidate {
    pub input: Input,
    pub probe: Probe,
    pub found_beside: bool,
    /// Whether it is an input also when it matches no position.
    pub is_certain: bool,
    /// Whether nobody is expected to write to it any more.
    pub rotated: bool,
    /// The log that it was rotated from since the last run, when no run saw it before.
    pub rotated_from: Option<PathBuf>,
    /// What it begins with when it is an archive.
    pub decoded: Option<archive::Beginning>,
}

impl Candidate {
    pub(super) fn new(path: PathBuf, probe: Probe) -> Self {
        Self {
            input: Input::new(path),
            probe,
            found_beside: false,
            is_certain: true,
            rotated: false,
            rotated_from: None,
            decoded: None,
        }
    }

    /// A file that was not named.
    pub(super) fn beside(path: PathBuf, probe: Probe) -> Self {
        Self { found_beside: true, is_certain: false, ..Self::new(path, probe) }
    }
}

/// An input of the run.
#[derive(Default)]
pub(super) struct Row {
    pub input: Input,
    pub track: Option<Track>,
    /// The position of an earlier run that it goes on from, by index.
    pub before: Option<usize>,
}

impl Row {
    /// An input that cannot be read.
    pub(super) fn failed(path: PathBuf, error: String) -> Self {
        Self { input: Input { error: Some(error), ..Input::new(path) }, ..Self::default() }
    }
}

/// The inputs so far.
#[derive(Default)]
pub(super) struct Inputs {
    pub files: Files,
    pub originals: Originals,
    pub rows: Vec<Row>,
    /// Whether there is a log at a path that others were rotated from.
    pub logs: HashMap<PathBuf, bool>,
}

/// Where files with nothing new are by now, by position.
pub(super) type Moved = HashMap<usize, PathBuf>;

pub(super) struct Planner<'s> {
    pub(super) sought: Sought<'s>,
    pub(super) known: Known<'s>,
    pub(super) folders: Folders<'s>,
    pub(super) inputs: Inputs,
}

impl<'s> Planner<'s> {
    /// The folders that logs are rotated into, without symbolic links. One that cannot be read is an input with an error.
    fn elsewhere(&mut self) -> Vec<PathBuf> {
        let mut elsewhere = Vec::new();
        for folder in self.sought.rotated_into {
            let found = folder.canonicalize().and_then(|place| {
                let is_folder = self.sought.disk.metadata(&place)?.is_dir();
                if is_folder { Ok(place) } else { Err(io::ErrorKind::NotADirectory.into()) }
            });
            match found {
                Ok(place) => elsewhere.push(place),
                Err(error) => {
                    self.folders.failed = true;
                    let error = format!("rotated logs cannot be looked for there: {error}");
                    self.inputs.rows.push(Row::failed(folder.clone(), error));
                }
            }
        }
        elsewhere
    }

    /// Looks at the inputs that were named.
    fn named(&mut self, found: Vec<Input>) -> (Vec<Candidate>, Logs) {
        let (mut candidates, mut logs) = (Vec::new(), Logs::default());
        for input in found {
            if input.error.is_some() {
                logs.missing(&input.path);
                self.inputs.rows.push(Row { input, ..Row::default() });
                continue;
            }
            match self.folders.probe_named(&input.path) {
                // A file that was renamed since the directory was read may come twice.
                Ok(probe) => {
                    logs.note(&input.path, &probe.place);
                    if self.inputs.files.insert(&probe) {
                        candidates.push(Candidate { input, ..Candidate::new(PathBuf::new(), probe) });
                    }
                }
                Err(error) => {
                    logs.missing(&input.path);
                    self.folders.note_failure(&error);
                    self.inputs.rows.push(Row::failed(input.path, error.to_string()));
                }
            }
        }
        (candidates, logs)
    }

    /// Looks for tracked files that are gone from their paths in their folders, and in those that logs are rotated into.
    /// Gives the places of those in which nothing is new.
    fn renamed(&mut self, logs: &Logs, elsewhere: &[PathBuf], candidates: &mut Vec<Candidate>) -> Moved {
        let mut moved = Moved::new();
        let mut by_folder = HashMap::<PathBuf, HashMap<usize, Listed>>::new();
        for (index, position) in self.sought.positions.iter().enumerate() {
            // An archive does not grow, but one that was damaged may be whole by now.
            let is_done = position.packed.is_some() && !(position.found_beside && position.damage.is_some());
            if is_done || self.inputs.files.contains(position.file) {
                continue;
            }
            let is_left = logs.has_left(position);
            let found = match self.folders.at_its_place(position) {
                Ok(Some(listed)) => (position.found_beside || is_left).then_some(listed),
                Ok(None) => {
                    let own = folder_of(position.place.as_path());
                    let mut folders = std::iter::once(own).chain(elsewhere.iter().map(PathBuf::as_path));
                    folders.find_map(|folder| self.found_in(folder, &mut by_folder).get(&index).cloned())
                }
                Err(_) => None,
            };
            let Some(listed) = found else { continue };
            if position.settled && position.packed.is_none() && listed.size == position.size {
                moved.insert(index, listed.place);
                continue;
            }
            // What does not go on from its position was emptied and written anew, unless only the inode is the same.
            let is_certain =
                is_left || logs.have_rotated(&listed.place) || position.times.same_birth(&listed.times) == Some(true);
            let named = name_beside(position.path.as_path(), &listed.place);
            if let Some(probe) = self.folders.probe(&listed)
                && self.inputs.files.insert(&probe)
            {
                candidates.push(Candidate { is_certain, rotated: is_left, ..Candidate::beside(named, probe) });
            }
        }
        moved
    }

    /// What `find` finds in a folder, which it is asked once.
    fn found_in<'f>(
        &mut self,
        folder: &Path,
        by_folder: &'f mut HashMap<PathBuf, HashMap<usize, Listed>>,
    ) -> &'f HashMap<usize, Listed> {
        if !by_folder.contains_key(folder) {
            let listing = self.folders.files(folder).unwrap_or_default();
            let found = find(&listing, &self.known).into_iter().map(|(index, listed)| (index, listed.clone()));
            by_folder.insert(folder.to_owned(), found.collect());
        }
        by_folder.entry(folder.to_owned()).or_default()
    }

    /// Looks for streams whose files are gone altogether among the other files of their folders, and of those that logs are
    /// rotated into.
    fn compressed(&mut self, moved: &Moved, elsewhere: &[PathBuf]) {
        self.folders.refresh();
        let positions = self.sought.positions;
        let mut gone = BTreeMap::<&Path, Gone<'_>>::new();
        for (index, position) in positions.iter().enumerate() {
            let is_sought = !self.known.is_claimed(index) && !moved.contains_key(&index) && !position.repeats;
            if !is_sought || position.is_empty() || !self.is_gone(position) {
                continue;
            }
            let own = folder_of(position.place.as_path());
            for folder in std::iter::once(own).chain(elsewhere.iter().map(PathBuf::as_path)) {
                gone.entry(folder).or_default().note(position);
            }
        }
        let mut candidates = Vec::new();
        for (folder, gone) in &gone {
            for listed in self.folders.files(folder).unwrap_or_default().iter() {
                if self.inputs.files.contains(listed.file) || !gone.may_be_in(listed, &self.known) {
                    continue;
                }
                let named = name_beside(gone.named.unwrap_or(folder), &listed.place);
                if let Some(probe) = self.folders.probe(listed)
                    && self.inputs.files.insert(&probe)
                {
                    candidates.push(Candidate::beside(named, probe));
                }
            }
        }
        self.decide_all(candidates);
    }

    /// Decides where reading begins: tracked files first, then new ones from the largest on, so that a copy that is being
    /// made finds its original; then archives.
    pub(super) fn decide_all(&mut self, mut candidates: Vec<Candidate>) {
        candidates.sort_by_cached_key(|candidate| {
            let probe = &candidate.probe;
            // An inode may be that of another file by now; a state of the first version does not tell.
            let may_be = |born: Option<i64>| born.is_none() || born == probe.times.born;
            let is_new = !self.known.of_file(probe.file).any(|(_, it)| may_be(it.times.born));
            (probe.packed.is_some(), is_new, std::cmp::Reverse(probe.size), candidate.input.path.clone())
        });
        for candidate in &mut candidates {
            candidate.decoded = archive::beginning(self, &candidate.probe);
            let head = candidate.decoded.as_ref().map_or(&candidate.probe.head, |decoded| &decoded.head);
            self.inputs.originals.want(head);
        }
        for candidate in candidates {
            let (file, is_certain) = (candidate.probe.file, candidate.is_certain);
            let is_tracked = || self.known.of_file(file).next().is_some();
            let tells_errors = is_certain || is_tracked();
            let row = self.decide(candidate);
            if row.before.is_some() || is_certain || (row.input.error.is_some() && tells_errors) {
                self.inputs.rows.push(row);
            } else {
                self.inputs.files.remove(file);
            }
        }
    }

    fn decide(&mut self, candidate: Candidate) -> Row {
        if let (Some((_, text)), Some(_)) = (self.sought.limits.get(&candidate.input.path), candidate.probe.packed) {
            self.folders.failed = true;
            return Row::failed(candidate.input.path, text.clone());
        }
        let decided = match candidate.probe.packed {
            Some(packed) => archive::decide(self, &candidate, packed),
            None => self.plain(&candidate),
        };
        let Candidate { mut input, probe, found_beside, .. } = candidate;
        match decided {
            Ok((mut track, start, before)) => {
                track.position.found_beside = found_beside;
                input.bytes_max = probe.packed.is_none().then_some(track.position.offset);
                input.start = Some(start);
                Row { input, track: Some(track), before }
            }
            Err(error) => {
                self.folders.failed = true;
                self.folders.is_stale |= error.kind() == io::ErrorKind::NotFound;
                Row::failed(input.path, error.to_string())
            }
        }
    }

    /// Whether the stream of a position is not in its file any more: the file is gone, or holds something else.
    pub(super) fn is_gone(&mut self, position: &Position) -> bool {
        self.inputs.files.contains(position.file) || matches!(self.folders.at_its_place(position), Ok(None))
    }

    pub(super) fn open(&self, probe: &Probe) -> io::Result<std::fs::File> {
        self.sought.disk.open_same(&probe.place, probe.file)
    }

    /// Whether a plain file holds a stream of so many bytes that ends so.
    pub(super) fn holds(&self, original: &Original, bytes: u64, tail: &[u8]) -> bool {
        let before = || {
            let file = self.sought.disk.open_same(&original.place, original.file)?;
            probe::bytes_before(self.sought.disk, &file, bytes)
        };
        bytes <= original.size && before().is_ok_and(|before| before == tail)
    }
}
