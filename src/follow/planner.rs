//! What a plan is made of while it is made: what is sought, the positions, the folders and the inputs so far. The steps are in
//! other files.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::PathBuf;

use super::folder::Folders;
use super::known::{Files, Known};
use super::originals::{Original, Originals};
use super::position::{Mark, Position};
use super::probe::{self, Head, Probe};
use crate::disk::Disk;
use crate::input::source::Damage;
use crate::input::{FileId, Input};

/// What a run reads, and what becomes of the positions.
#[derive(Debug, Default)]
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
    /// The inputs with an error that tells of lines which are missing for good, by their paths.
    pub lost: Vec<PathBuf>,
    /// Whether something that could be read is left for the next plan, since its share was too small.
    pub has_more: bool,
    /// Whether archives are among that.
    pub puts_off: bool,
    /// The archive larger than its share that others wait for.
    pub archive: Option<FileId>,
}

/// A stream that goes on.
#[derive(Clone, Debug, Default)]
pub(super) struct Track {
    /// Where it stands after this run, but for what only reading shows.
    pub position: Position,
    /// Whether anything is read of it.
    pub reads: bool,
    /// Whether it is known only since this run that another stream has the same bytes.
    pub is_new_copy: bool,
    /// Whether it holds bytes that were not read of the stream which it repeats.
    pub is_ahead: bool,
    /// What the reader does not see.
    pub damage: Option<Damage>,
}

/// Where reading a file must end because something after that place is wrong, and what; by path.
pub type Limits = BTreeMap<PathBuf, (u64, String)>;

/// Says where a record of an input begins that goes on after its last line, which ends at a place; none when there is none.
/// It reads as many bytes before that place as it asks for.
pub type OpenFrom<'s> = dyn Fn(&Input, u64, &ReadBefore<'_>) -> io::Result<Option<u64>> + 's;

/// Whether somebody may still write to a rotated file of this size.
pub type IsWritten<'s> = dyn Fn(FileId, u64) -> bool + 's;

/// How many bytes of a plain file are read at the most, in whole records and at least one of them; none of it when it is 0.
/// Archives are read whole: one that is larger than its share is put off when that is 0, or another one was read before it.
pub type ShareOf<'s> = dyn Fn(FileId) -> u64 + 's;

/// Reads this number of bytes before a place; fewer at the start of a file.
pub type ReadBefore<'r> = dyn Fn(usize) -> io::Result<Vec<u8>> + 'r;

/// What is followed, and where it is looked for.
#[derive(Clone, Copy)]
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
    /// What waits for the next run, since more lines will belong to it.
    pub open_from: &'s OpenFrom<'s>,
    /// Whether somebody may still write to a rotated file, so that its last line without LF waits.
    pub is_written: &'s IsWritten<'s>,
    /// How much of each file is read.
    pub share_of: &'s ShareOf<'s>,
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
    pub decoded: Option<Beginning>,
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

/// What an archive begins with that no run has read.
pub(super) struct Beginning {
    pub head: Head,
    /// The marks of first bytes that positions have and it begins with.
    pub alike: Vec<Mark>,
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
    /// Whether more could be read of a file than its share.
    pub is_cut: bool,
    /// The large archive that is read, so that others have to wait.
    pub archive: Option<FileId>,
    /// Whether archives are left for the next plan: any stream may be in one of them.
    pub puts_off: bool,
}

/// Where files with nothing new are by now, by position.
pub(super) type Moved = HashMap<usize, PathBuf>;

pub(super) struct Planner<'s> {
    pub(super) sought: Sought<'s>,
    pub(super) known: Known<'s>,
    pub(super) folders: Folders<'s>,
    pub(super) inputs: Inputs,
}

impl Planner<'_> {
    /// Whether the stream of a position is not in its file any more: the file is gone, or holds something else.
    pub(super) fn is_gone(&mut self, position: &Position) -> bool {
        self.inputs.files.contains(position.file) || matches!(self.folders.at_its_place(position), Ok(None))
    }

    pub(super) fn open(&self, probe: &Probe) -> io::Result<std::fs::File> {
        self.sought.disk.open_same(&probe.place, probe.file)
    }

    /// Whether a plain file holds a stream of that length that ends so.
    pub(super) fn holds(&self, original: &Original, bytes: u64, tail: &[u8]) -> bool {
        let before = || {
            let file = self.sought.disk.open_same(&original.place, original.file)?;
            probe::bytes_before(self.sought.disk, &file, bytes)
        };
        bytes <= original.size && before().is_ok_and(|before| before == tail)
    }
}
