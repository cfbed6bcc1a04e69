//! Waits for a file or a pipe, so that a thread that waits can be stopped. It reads and writes nothing.

use std::fs::File;
use std::io;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// Whether a read will not block; waits a while for that, less than a second.
///
/// # Errors
///
/// As the operating system says.
pub fn until_ready(source: &File, wait: Duration) -> io::Result<bool> {
    until(source, PollFlags::IN, wait)
}

/// Whether a write will not block, of a few bytes at least; waits a while for that, less than a second.
///
/// # Errors
///
/// As the operating system says.
pub fn until_writable(target: &File, wait: Duration) -> io::Result<bool> {
    until(target, PollFlags::OUT, wait)
}

fn until(file: &File, event: PollFlags, wait: Duration) -> io::Result<bool> {
    let timeout = Timespec { tv_sec: 0, tv_nsec: i64::from(wait.subsec_nanos()) };
    match poll(&mut [PollFd::new(file, event)], Some(&timeout)) {
        Ok(ready) => Ok(ready > 0),
        Err(rustix::io::Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Whether an error of a read says only that there is nothing just now.
pub fn is_passing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock)
}
