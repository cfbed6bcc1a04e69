//! What files look like from outside: as long as that stays the same, nothing has to be opened. It reads no file.

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use crate::follow::Position;
use crate::input::source::folder_of;
use crate::input::{FileId, Input};

/// A file from outside: which it is, its size, when it was written and changed.
type Looks = (FileId, u64, (i64, i64), (i64, i64));

/// The files that were found, and those that positions are about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signature {
    found: Vec<(PathBuf, Option<Looks>, Option<String>)>,
    tracked: Vec<Option<Looks>>,
}

impl Signature {
    /// Looks at files.
    pub fn of(found: &[Input], positions: &[Position]) -> Self {
        let looks = |path: &std::path::Path| {
            let metadata = path.metadata().ok()?;
            let (written, changed) =
                ((metadata.mtime(), metadata.mtime_nsec()), (metadata.ctime(), metadata.ctime_nsec()));
            Some((FileId::of(&metadata), metadata.len(), written, changed))
        };
        Self {
            found: found.iter().map(|it| (it.path.clone(), looks(&it.path), it.error.clone())).collect(),
            tracked: positions.iter().map(|it| looks(it.place.as_path())).collect(),
        }
    }

    /// The sizes of the files.
    pub fn sizes(&self) -> impl Iterator<Item = (FileId, u64)> {
        let found = self.found.iter().filter_map(|(_, looks, _)| *looks);
        found.chain(self.tracked.iter().flatten().copied()).map(|(file, size, ..)| (file, size))
    }

    /// The files that stand now where the positions are, in their order.
    pub fn tracked(&self) -> impl Iterator<Item = Option<FileId>> {
        self.tracked.iter().map(|looks| Some((*looks)?.0))
    }

    /// The folders of the files.
    pub fn folders(&self) -> Vec<PathBuf> {
        let folders: BTreeSet<_> = self.found.iter().map(|(path, ..)| folder_of(path).to_owned()).collect();
        folders.into_iter().collect()
    }
}
