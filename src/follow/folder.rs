//! Reads folders, each once while a step lasts, and notes what could not be looked at. It does not know what is looked for.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::find::Listed;
use super::position::{Position, Times};
use super::probe::Probe;
use crate::disk::Disk;
use crate::input::FileId;
use crate::input::source::folder_of;

/// The files of a folder, sorted by path.
pub(super) type Listing = Rc<Vec<Listed>>;

/// Folders, and the doubts that arose while they were read.
pub(super) struct Folders<'s> {
    pub disk: &'s Disk,
    /// Files that are never inputs.
    own: HashSet<FileId>,
    listings: HashMap<PathBuf, Listing>,
    /// Folders as they were named, without symbolic links.
    places: HashMap<PathBuf, PathBuf>,
    /// Whether a file could not be looked at, so that it is not known which streams are gone.
    pub failed: bool,
    /// Whether a file was not there any more when it was looked at.
    pub is_stale: bool,
}

impl<'s> Folders<'s> {
    pub(super) fn new(disk: &'s Disk, own: &[PathBuf]) -> Self {
        let own = own.iter().filter_map(|path| Some(FileId::of(&path.metadata().ok()?))).collect();
        Self { disk, own, listings: HashMap::new(), places: HashMap::new(), failed: false, is_stale: false }
    }

    /// Forgets what was read, since files may have been renamed meanwhile.
    pub(super) fn refresh(&mut self) {
        self.listings.clear();
        self.places.clear();
    }

    /// The files of a folder that may be inputs; none when it cannot be read.
    pub(super) fn files(&mut self, folder: &Path) -> Option<Listing> {
        if let Some(listing) = self.listings.get(folder) {
            return Some(Rc::clone(listing));
        }
        let listing = match self.disk.files(folder) {
            // What a process has open is not a folder of logs; a deleted file is there under the name that it was given.
            Ok(_) if folder.starts_with("/proc") => Rc::default(),
            Ok(files) => {
                let listed = files.into_iter().map(|(place, metadata)| listed(place, &metadata));
                Rc::new(listed.filter(|listed| !self.own.contains(&listed.file)).collect())
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Rc::default(),
            Err(_) => {
                self.failed = true;
                return None;
            }
        };
        self.listings.insert(folder.to_owned(), Rc::clone(&listing));
        Some(listing)
    }

    /// The files of a folder, with the time of its last change; none when it cannot be read or changes meanwhile: who reads a
    /// folder while files are renamed in it may miss some of them.
    pub(super) fn calm_files(&mut self, folder: &Path) -> Option<(Listing, Option<i64>)> {
        let changed = |folders: &Self| Some(Times::of(&folders.disk.metadata(folder).ok()?).written);
        let before = changed(self)?;
        let files = self.files(folder)?;
        (changed(self)? == before).then_some((files, before))
    }

    /// The file of a position, if it is still where it was.
    pub(super) fn at_its_place(&mut self, position: &Position) -> io::Result<Option<Listed>> {
        let place = position.place.as_path();
        match self.disk.metadata(place) {
            Ok(metadata) => {
                let listed = listed(place.to_owned(), &metadata);
                Ok((listed.file == position.file).then_some(listed))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => {
                self.failed = true;
                Err(error)
            }
        }
    }

    /// Looks at a file that a listing showed; none when it cannot be looked at.
    pub(super) fn probe(&mut self, listed: &Listed) -> Option<Probe> {
        // Since the folder was read its files may have been renamed all around.
        let same = |probe: &Probe| probe.file == listed.file;
        match self.probe_named(&listed.place).and_then(|it| Some(it).filter(same).ok_or(io::ErrorKind::NotFound.into()))
        {
            Ok(probe) => Some(probe).filter(|probe| !probe.is_summary),
            Err(error) => {
                self.note_failure(&error);
                None
            }
        }
    }

    /// Looks at a file that was named.
    pub(super) fn probe_named(&mut self, path: &Path) -> io::Result<Probe> {
        let place = self.place_of(path)?;
        Probe::of(self.disk, path, place)
    }

    /// A path without symbolic links. Those of its folder are followed once, not for every file in it.
    fn place_of(&mut self, path: &Path) -> io::Result<PathBuf> {
        let (folder, Some(name)) = (folder_of(path), path.file_name()) else { return path.canonicalize() };
        if path.symlink_metadata()?.is_symlink() {
            let place = path.canonicalize();
            // A file that is open and deleted has no other name.
            return if place.is_err() && path.exists() { Ok(folder.canonicalize()?.join(name)) } else { place };
        }
        if let Some(place) = self.places.get(folder) {
            return Ok(place.join(name));
        }
        let place = folder.canonicalize()?;
        self.places.insert(folder.to_owned(), place.clone());
        Ok(place.join(name))
    }

    /// What could not be looked at is not gone; what is not there any more may be elsewhere by now.
    pub(super) fn note_failure(&mut self, error: &io::Error) {
        let is_gone = error.kind() == io::ErrorKind::NotFound;
        self.is_stale |= is_gone;
        self.failed |= !is_gone;
    }
}

fn listed(place: PathBuf, metadata: &std::fs::Metadata) -> Listed {
    Listed { place, file: FileId::of(metadata), size: metadata.len(), times: Times::of(metadata) }
}

/// What a file is called that lies in the same folder as another one that was named, or in any other.
pub(super) fn name_beside(named: &Path, path: &Path) -> PathBuf {
    // Where a link leads elsewhere the folder is not that of the name.
    let is_there = folder_of(named).canonicalize().is_ok_and(|folder| folder == folder_of(path));
    path.file_name().filter(|_| is_there).map_or_else(|| path.to_owned(), |name| named.with_file_name(name))
}
