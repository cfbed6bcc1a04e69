//! Files that are kept open, so that their last lines can be read when somebody deletes them. A deleted file is let go when it is
//! read to its end and has been quiet: as long as it is open it takes room on the disk.

use std::collections::HashMap;
use std::fs::File;
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::disk::Disk;
use crate::follow::{Position, StoredPath};
use crate::input::{FileId, Input};
use crate::time::Nanos;

/// How many files are kept open at the most, those that were written last.
const FILES_MAX: usize = 256;
/// How long nothing may be written to a rotated or deleted file until its last line without LF counts as it is, in nanoseconds.
pub const QUIET_NS: i64 = 5_000_000_000;
/// Where the kernel shows the files that this process has open.
const FOLDER: &str = "/proc/self/fd";

/// A file that is kept open.
#[derive(Debug)]
struct Open {
    file: File,
    /// Its path when it had one, as it was named.
    path: PathBuf,
    /// The same from the root, without symbolic links.
    place: StoredPath,
    /// How large it was, and since when.
    size: u64,
    since: Nanos,
}

/// Files that are kept open.
#[derive(Debug, Default)]
pub struct Held(HashMap<FileId, Open>);

impl Held {
    /// The files that have no name any more, as inputs.
    pub fn deleted(&self) -> Vec<Input> {
        let deleted = self.0.values().filter(|open| open.is_deleted());
        // Who compressed it may have done so under the name of its log.
        let input = |open: &Open| Input { known_as: Some(open.place.path()), ..Input::new(open.descriptor()) };
        let mut inputs: Vec<_> = deleted.map(input).collect();
        inputs.sort_by(|one, other| one.path.cmp(&other.path));
        inputs
    }

    /// The path that a file had when it was last seen with one.
    pub fn named(&self, file: FileId) -> Option<&Path> {
        self.0.get(&file).map(|open| open.path.as_path())
    }

    /// Whether a file of this size may still be written to: not when nothing was for a while.
    pub fn is_written(&self, file: FileId, size: u64, now: Nanos) -> bool {
        self.0.get(&file).is_none_or(|open| open.size != size || now.0.saturating_sub(open.since.0) < QUIET_NS)
    }

    /// Says of files without a name where they were when they had one: what comes to their place goes on with their log.
    pub fn restore(&self, positions: &mut [Position]) {
        for position in positions.iter_mut().filter(|it| it.path.as_path().starts_with(FOLDER)) {
            if let Some(open) = self.0.get(&position.file) {
                position.path = StoredPath::of(&open.path);
                position.place = open.place.clone();
            }
        }
    }

    /// Goes on after a look: keeps the files of the positions open, lets others go, and notes how large they are.
    pub fn go_on(&mut self, disk: &Disk, positions: &[Position], now: Nanos) {
        let is_open = |it: &&Position| it.packed.is_none() && !it.settled && !it.repeats;
        let mut wanted: Vec<_> = positions.iter().filter(is_open).collect();
        wanted.sort_by_key(|position| std::cmp::Reverse(position.times.written));
        wanted.truncate(FILES_MAX);
        let mut before = std::mem::take(&mut self.0);
        for position in wanted {
            let place = position.place.as_path();
            let held = before.remove(&position.file).or_else(|| {
                let file = disk.open_same(place, position.file).ok()?;
                Some(Open {
                    file,
                    path: position.path.path(),
                    place: position.place.clone(),
                    size: position.size,
                    since: now,
                })
            });
            let Some(mut open) = held else { continue };
            if open.size != position.size {
                (open.size, open.since) = (position.size, now);
            }
            if !open.is_deleted() {
                open.path = position.path.path();
                open.place = position.place.clone();
            }
            self.0.insert(position.file, open);
        }
    }

    /// How many bytes of each file are there by now.
    pub fn sizes(&self) -> HashMap<FileId, u64> {
        self.0.keys().filter_map(|&file| Some((file, self.size(file)?))).collect()
    }

    /// How many bytes of a file are there by now.
    pub fn size(&self, file: FileId) -> Option<u64> {
        self.0.get(&file)?.file.metadata().ok().map(|metadata| metadata.len())
    }
}

impl Open {
    fn is_deleted(&self) -> bool {
        self.file.metadata().is_ok_and(|metadata| metadata.nlink() == 0)
    }

    fn descriptor(&self) -> PathBuf {
        Path::new(FOLDER).join(self.file.as_raw_fd().to_string())
    }
}
