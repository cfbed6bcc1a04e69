//! Which files of a folder may hold which streams that were read before, by what a listing says of them: device and inode
//! and the time at which that was made. It opens no file; whether the bytes are those of the stream is for `decide`.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::known::Known;
use super::names;
use super::position::{Position, Times};
use crate::input::FileId;

/// A file of a folder, as a listing shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its path from the root, without symbolic links.
    pub place: PathBuf,
    /// Which file it is.
    pub file: FileId,
    /// Its size in bytes, packed or not.
    pub size: u64,
    /// When it was made and written to.
    pub times: Times,
}

/// The files that positions are about, by position: of several names of one file the smallest. A file that has got the
/// inode of another one is not its file. One look-up a file and one a position.
#[must_use]
pub fn find<'l>(listing: &'l [Listed], known: &Known<'_>) -> HashMap<usize, &'l Listed> {
    let mut found = HashMap::<_, &Listed>::new();
    for listed in listing {
        for (index, position) in known.of_file(listed.file) {
            if may_be_same(position, listed) {
                let first = found.entry(index).or_insert(listed);
                if listed.place < first.place {
                    *first = listed;
                }
            }
        }
    }
    found
}

/// Whether a file is that of a position, as far as inodes tell.
fn may_be_same(position: &Position, listed: &Listed) -> bool {
    listed.file == position.file && position.times.same_birth(&listed.times) != Some(false)
}

/// What the streams have in common whose files are gone from one folder.
#[derive(Clone, Debug, Default)]
pub struct Gone<'p> {
    /// The path under which the first of them was named.
    pub named: Option<&'p Path>,
    /// Whether something new is expected of one of them, so that any file may hold it.
    is_open: bool,
    /// When the earliest of the others was last written to: nothing new is expected of those, unless in a later file.
    since: Option<Option<i64>>,
    /// When each of the others was last written to, and its name before any rotation: a clock may have been set back, and
    /// compressing keeps the time.
    settled: HashSet<(PathBuf, Option<i64>)>,
    bases: HashSet<PathBuf>,
}

impl<'p> Gone<'p> {
    /// Adds a stream.
    pub fn note(&mut self, position: &'p Position) {
        self.named.get_or_insert(position.path.as_path());
        if !position.settled {
            self.is_open = true;
            return;
        }
        let (base, written) = (names::base(position.place.as_path()), position.times.written);
        self.since = Some(self.since.map_or(written, |since| since.min(written)));
        self.settled.insert((base.clone(), written));
        self.bases.insert(base);
    }

    /// Whether a file of the folder, which is not an input, may hold one of them.
    pub fn may_be_in(&self, listed: &Listed, known: &Known<'_>) -> bool {
        if self.is_open {
            return true;
        }
        let Some(since) = self.since else { return false };
        if known.of_file(listed.file).any(|(_, it)| it.times.born == listed.times.born) {
            return false;
        }
        let written = listed.times.written;
        let is_other = || {
            let base = names::base(&listed.place);
            self.bases.contains(&base) && !self.settled.contains(&(base, written))
        };
        written > since || is_other()
    }
}
