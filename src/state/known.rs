//! The positions of earlier runs, and which of them the bytes of a file match. It opens only files that it is given.

use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::io;
use std::path::Path;

use super::names;
use super::position::{Mark, Packed, Position, Times};
use super::probe::{self, Probe};
use crate::disk::Disk;
use crate::input::FileId;

/// The files that are inputs, and when they were made.
#[derive(Debug, Default)]
pub struct Files(HashMap<FileId, Times>);

impl Files {
    /// Adds a file; tells whether it was not there.
    pub fn insert(&mut self, probe: &Probe) -> bool {
        self.0.insert(probe.file, probe.times).is_none()
    }

    pub fn remove(&mut self, file: FileId) {
        self.0.remove(&file);
    }

    pub fn contains(&self, file: FileId) -> bool {
        self.0.contains_key(&file)
    }

    /// Whether the file of a position is there, and not another one that has got its inode.
    pub fn holds(&self, position: &Position) -> bool {
        self.0.get(&position.file).is_some_and(|times| times.same_birth(&position.times) != Some(false))
    }
}

/// Positions, found by file and by first bytes.
pub struct Known<'s> {
    pub positions: &'s [Position],
    by_head: HashMap<Mark, Vec<usize>>,
    head_bytes: BTreeSet<u32>,
    /// Which of them a stream goes on from.
    claimed: Vec<bool>,
}

impl<'s> Known<'s> {
    pub fn new(positions: &'s [Position]) -> Self {
        let mut by_head = HashMap::<_, Vec<_>>::new();
        for (index, position) in positions.iter().enumerate() {
            by_head.entry(position.head).or_default().push(index);
        }
        let head_bytes = positions.iter().map(|position| position.head.bytes).collect();
        Self { positions, by_head, head_bytes, claimed: vec![false; positions.len()] }
    }

    /// The positions of streams that begin like this one, those of this very file first, then the furthest.
    pub fn beginning(&self, head: &[u8], file: FileId) -> Vec<usize> {
        let lengths = self.head_bytes.iter().filter(|&&bytes| bytes > 0 && bytes as usize <= head.len());
        let marks = lengths.map(|&bytes| Mark::head(head.get(..bytes as usize).unwrap_or_default()));
        let mut found: Vec<_> = marks.filter_map(|mark| self.by_head.get(&mark)).flatten().copied().collect();
        let rank = |&index: &usize| {
            let position = self.positions.get(index);
            // What repeats another stream is no place of its own, and less than a line may be of an inode's former file.
            let repeats = position.is_some_and(|position| position.repeats);
            let same = !repeats && position.is_some_and(|position| position.file == file && position.has_line());
            (!same, std::cmp::Reverse(position.map_or(0, |position| position.offset)), repeats, index)
        };
        found.sort_by_key(rank);
        found
    }

    /// The position that a plain file goes on from; `files` are the files that are there, and `rotated_from` is the log
    /// that this one was rotated from since the last run, when no run saw it before.
    pub fn of_plain(
        &self,
        disk: &Disk,
        file: &File,
        probe: &Probe,
        files: &Files,
        rotated_from: Option<&Path>,
    ) -> io::Result<Option<usize>> {
        for index in self.beginning(&probe.head, probe.file) {
            let Some(position) = self.positions.get(index).filter(|position| position.offset <= probe.size) else {
                continue;
            };
            // Many lines begin alike; less than one of them says nothing of a file that is not the same.
            let is_copy = position.has_line() && !(files.holds(position) && position.was_at(&probe.place));
            // An inode that is used again may hold another file that begins alike.
            let is_same = position.file == probe.file
                && (position.has_line()
                    || position.size == probe.size
                    || (position.offset == 0 && is_same_file(position, probe)));
            if !is_same && !is_copy && !is_begun(position, rotated_from) {
                continue;
            }
            let before = probe::bytes_before(disk, file, position.offset)?;
            if Mark::tail(&before) == position.tail {
                return Ok(Some(index));
            }
        }
        let of_empty = |position: &Position| {
            position.is_empty() && (is_same_file(position, probe) || is_begun(position, rotated_from))
        };
        Ok(self.positions.iter().position(of_empty))
    }

    /// Whether a stream goes on from a position.
    pub fn is_claimed(&self, index: usize) -> bool {
        self.claimed.get(index).copied().unwrap_or(true)
    }

    /// The position of an archive that did not change.
    pub fn of_packed(&self, packed: &Packed) -> Option<usize> {
        self.positions.iter().position(|position| position.packed.as_ref() == Some(packed))
    }

    /// A position and all others that say the same of a stream.
    pub fn equals(&self, index: usize) -> Vec<usize> {
        let key = |position: &Position| (position.offset, position.head, position.tail);
        let Some(one) = self.positions.get(index) else { return Vec::new() };
        let alike = self.by_head.get(&one.head).into_iter().flatten().copied();
        alike.filter(|&other| self.positions.get(other).is_some_and(|other| key(other) == key(one))).collect()
    }

    /// Whether a file was at this path before; what is there now is then no copy of it, but a new file with its old name.
    pub fn was_at(&self, file: FileId, place: &Path) -> bool {
        self.positions.iter().any(|position| position.file == file && position.was_at(place))
    }

    /// Notes that a file goes on from a position; what it only repeated before is forgotten, and that it was empty.
    pub fn claim(&mut self, index: usize, file: FileId) {
        for (at, (position, claimed)) in self.positions.iter().zip(&mut self.claimed).enumerate() {
            *claimed |= at == index || ((position.repeats || position.is_empty()) && position.file == file);
        }
    }
}

/// Whether a file is that of a position, which has no line to be known by. An inode may be used again: then the files were
/// made at different times, or, where those are not known, the names are not those of one log.
pub fn is_same_file(position: &Position, probe: &Probe) -> bool {
    let is_one_log = || position.was_at(&probe.place) || names::is_rotated_from(&probe.place, &position.place.path());
    position.file == probe.file && position.times.same_birth(&probe.times).unwrap_or_else(is_one_log)
}

/// Whether a position holds no line yet of a log of which a part was rotated since: any part may be the one.
pub fn is_begun(position: &Position, rotated_from: Option<&Path>) -> bool {
    let was_rotated = |log| position.is_empty() && names::is_rotated_from(&position.place.path(), log);
    !position.has_line() && rotated_from.is_some_and(|log| position.was_at(log) || was_rotated(log))
}
