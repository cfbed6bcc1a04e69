//! Looks beside the files that were named: for tracked files that were renamed, and for streams that were compressed or
//! copied. It does not say where reading begins.

use std::collections::HashSet;
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::names;
use super::position::{Position, Times};
use super::probe::Probe;
use super::resume::{Candidate, Planner};
use crate::input::source::folder_of;
use crate::input::{FileId, Input};

impl Planner<'_> {
    /// Looks for tracked files that are gone from their paths in their directories.
    pub(super) fn renamed(&mut self, candidates: &mut Vec<Candidate>) {
        for (index, position) in self.known.positions.iter().enumerate() {
            // An archive does not grow, but one that was damaged may be whole by now.
            let is_done = position.packed.is_some() && !(position.found_beside && position.damage.is_some());
            if is_done || self.files.contains(position.file) {
                continue;
            }
            let place = position.place.path();
            let is_left = self.logs.iter().any(|log| log.has_left(position));
            let found = match self.at_its_place(position) {
                Ok(Some(metadata)) => (position.found_beside || is_left).then_some((place, metadata)),
                Ok(None) => {
                    let files = self.files_beside(&place).unwrap_or_default();
                    files.iter().find(|(_, metadata)| may_be_same(position, metadata)).cloned()
                }
                Err(_) => None,
            };
            let Some((path, metadata)) = found else { continue };
            if position.settled && position.packed.is_none() && metadata.len() == position.size {
                self.moved.insert(index, path);
                continue;
            }
            let is_rotated_log = self.logs.iter().any(|log| names::is_rotated_from(&path, &log.place));
            // What does not go on from its position was emptied and written anew, unless only the inode is the same.
            let is_certain =
                is_left || is_rotated_log || position.times.same_birth(&Times::of(&metadata)) == Some(true);
            let named = name_beside(&position.path.path(), &path);
            if let Some(candidate) = self.candidate(named, &path, position.file)
                && self.files.insert(&candidate.probe)
            {
                candidates.push(Candidate { is_certain, rotated: is_left, ..candidate });
            }
        }
    }

    /// Looks for streams whose files are gone altogether among the other files of their directories.
    pub(super) fn compressed(&mut self) {
        self.listings.clear();
        let mut seen = HashSet::new();
        let known: HashSet<_> =
            self.known.positions.iter().map(|position| (position.file, position.times.born)).collect();
        for (index, position) in self.known.positions.iter().enumerate() {
            let is_sought = !self.known.is_claimed(index) && !self.moved.contains_key(&index) && !position.repeats;
            if !is_sought || position.is_empty() || !self.is_gone(position) {
                continue;
            }
            for (path, metadata) in self.files_beside(&position.place.path()).unwrap_or_default().iter() {
                let file = FileId::of(metadata);
                // Where nothing new was expected any more, only a file that was written to since may hold something.
                let times = Times::of(metadata);
                let is_later = times.written > position.times.written && !known.contains(&(file, times.born));
                let may_be = !position.settled || is_later;
                if !may_be || self.files.contains(file) || !seen.insert(file) {
                    continue;
                }
                let named = name_beside(&position.path.path(), path);
                let Some(candidate) = self.candidate(named, path, file) else { continue };
                let probe = candidate.probe.clone();
                let row = self.decide(candidate);
                if row.before.is_some() {
                    self.files.insert(&probe);
                    self.rows.push(row);
                }
            }
        }
    }

    /// A file that was found beside others; none when it cannot be looked at, or is never an input.
    pub(super) fn candidate(&mut self, named: PathBuf, path: &Path, file: FileId) -> Option<Candidate> {
        // Since the directory was read its files may have been renamed all around.
        let same = |probe: &Probe| probe.file == file;
        let probe =
            Probe::of(self.disk, path).and_then(|it| Some(it).filter(same).ok_or(io::ErrorKind::NotFound.into()));
        let probe = match probe {
            Ok(probe) => probe,
            Err(error) => {
                self.note_failure(&error);
                return None;
            }
        };
        let input = Input::new(named);
        let candidate =
            Candidate { input, probe, found_beside: true, is_certain: false, rotated: false, rotated_from: None };
        Some(candidate).filter(|candidate| !self.own.contains(&candidate.probe.file))
    }

    /// What could not be looked at is not gone; what is not there any more may be elsewhere by now.
    pub(super) fn note_failure(&mut self, error: &io::Error) {
        let is_gone = error.kind() == io::ErrorKind::NotFound;
        self.is_stale |= is_gone;
        self.failed |= !is_gone;
    }

    /// The files of the directory that a path is in; none when it cannot be read.
    pub(super) fn files_beside(&mut self, place: &Path) -> Option<Listing> {
        let folder = folder_of(place);
        if let Some(listing) = self.listings.get(folder) {
            return Some(Rc::clone(listing));
        }
        let listing = match self.disk.files(folder) {
            Ok(files) => Rc::new(files),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Rc::default(),
            Err(_) => {
                self.failed = true;
                return None;
            }
        };
        self.listings.insert(folder.to_owned(), Rc::clone(&listing));
        Some(listing)
    }

    /// The file of a position, if it is still where it was.
    fn at_its_place(&mut self, position: &Position) -> io::Result<Option<Metadata>> {
        match self.disk.metadata(&position.place.path()) {
            Ok(metadata) => Ok((FileId::of(&metadata) == position.file).then_some(metadata)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => {
                self.failed = true;
                Err(error)
            }
        }
    }

    /// Whether the stream of a position is not in its file any more: the file is gone, or holds something else.
    pub(super) fn is_gone(&mut self, position: &Position) -> bool {
        self.files.contains(position.file) || matches!(self.at_its_place(position), Ok(None))
    }
}

/// The files of a directory, with what is known of them.
pub(super) type Listing = Rc<Vec<(PathBuf, Metadata)>>;

/// Whether a file is that of a position, as far as inodes tell.
fn may_be_same(position: &Position, metadata: &Metadata) -> bool {
    FileId::of(metadata) == position.file && position.times.same_birth(&Times::of(metadata)) != Some(false)
}

/// What a file is called that lies beside another one that was named.
pub(super) fn name_beside(named: &Path, path: &Path) -> PathBuf {
    // Behind a link the directory is not that of the name.
    let is_there = folder_of(named).canonicalize().is_ok_and(|folder| folder == folder_of(path));
    path.file_name().filter(|_| is_there).map_or_else(|| path.to_owned(), |name| named.with_file_name(name))
}
