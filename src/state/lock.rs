//! One run at a time: a lock on a file beside the state, which is never renamed and never removed. It does not know how
//! long somebody is willing to wait.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::disk::Disk;

/// A lock, held until it is dropped or the process ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// The file that the lock of a state is held on.
#[must_use]
pub fn path_of(state: &Path) -> PathBuf {
    let mut name = OsString::from(state);
    name.push(".lock");
    name.into()
}

/// Takes the lock of a state; nothing when another run holds it.
///
/// # Errors
///
/// The file of the lock cannot be made or locked.
pub fn take(disk: &Disk, state: &Path) -> io::Result<Option<Lock>> {
    let file = disk.open_lock(&path_of(state))?;
    Ok(disk.try_lock(&file)?.then_some(Lock { _file: file }))
}
