//! What the kernel offers to who follows files while they are written: files in memory, and hints that something has changed.
//! A hint may be missing, as on network file systems, or may be about nothing: who follows files looks all the same.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify::{self, CreateFlags, ReadFlags, WatchFlags};

/// How many folders are watched at the most.
const FOLDERS_MAX: usize = 256;

/// A file that is in memory alone, and gone when nobody has it open.
///
/// # Errors
///
/// As the operating system says.
pub fn memory_file() -> io::Result<File> {
    Ok(File::from(rustix::fs::memfd_create("resplog", rustix::fs::MemfdFlags::CLOEXEC)?))
}

/// Hints that something in a folder has changed.
#[derive(Debug, Default)]
pub struct Hints {
    /// None where the kernel gives no hints.
    inotify: Option<OwnedFd>,
    folders: BTreeSet<PathBuf>,
}

impl Hints {
    /// Hints about no folder yet.
    #[must_use]
    pub fn new() -> Self {
        let inotify = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK).ok();
        Self { inotify, folders: BTreeSet::new() }
    }

    /// Asks for hints about these folders; of too many, about the first.
    pub fn watch(&mut self, folders: Vec<PathBuf>) {
        let Some(inotify) = &self.inotify else { return };
        let flags = WatchFlags::MODIFY
            | WatchFlags::CREATE
            | WatchFlags::DELETE
            | WatchFlags::MOVED_FROM
            | WatchFlags::MOVED_TO
            | WatchFlags::ONLYDIR;
        for folder in folders {
            // A folder that was made anew has to be asked for again, which changes nothing for one that is the same.
            if self.folders.len() < FOLDERS_MAX || self.folders.contains(&folder) {
                let _ = inotify::add_watch(inotify, &folder, flags);
                self.folders.insert(folder);
            }
        }
    }

    /// Waits for a hint, at most this long; tells whether there was one.
    pub fn wait(&mut self, at_most: Duration) -> bool {
        let Some(inotify) = &self.inotify else {
            std::thread::sleep(at_most);
            return false;
        };
        let timeout = Timespec { tv_sec: at_most.as_secs() as i64, tv_nsec: i64::from(at_most.subsec_nanos()) };
        let mut fds = [PollFd::new(inotify, PollFlags::IN)];
        // A signal ends the wait early, which is as good as a hint.
        if poll(&mut fds, Some(&timeout)).is_ok_and(|ready| ready == 0) {
            return false;
        }
        let mut buffer = [MaybeUninit::uninit(); 4096];
        let mut reader = inotify::Reader::new(inotify, &mut buffer);
        while let Ok(event) = reader.next() {
            // What the kernel dropped is found by looking.
            if event.events().contains(ReadFlags::QUEUE_OVERFLOW) {
                break;
            }
        }
        true
    }
}
