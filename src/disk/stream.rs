//! Writes into what may be full, or have no reader: pipes, terminals, devices. A reader that does not read cannot hold up
//! a run that is asked to end. It does not know what is written.

use std::fs::{File, Metadata};
use std::io::{self, Write};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;
use std::time::Duration;

use rustix::fs::OFlags;
use rustix::io::Errno;

use crate::input::wait;

/// How much is written at once: a pipe that can take anything can take this without a wait.
const PIECE_BYTES: usize = 4096;
/// How long a wait lasts before it is asked whether the run is to end.
const WAIT: Duration = Duration::from_millis(50);
/// How many waits a reader may take nothing, or not come at all, once the run is to end.
const WAITS_MAX: u32 = 6;

/// A file that may block, and what tells whether the run is to end. Writes fail with `TimedOut` when it is and nobody
/// reads; from then on at once.
#[derive(Debug)]
pub struct Stream<S> {
    file: File,
    may_block: bool,
    patience: Patience<S>,
}

/// How long something may take once the run is to end.
#[derive(Debug)]
struct Patience<S> {
    is_stopped: S,
    /// Waits since the run is to end.
    waits: u32,
}

impl<S: Fn() -> bool> Patience<S> {
    /// Goes on waiting, or does not.
    fn go_on(&mut self) -> io::Result<()> {
        self.waits += u32::from((self.is_stopped)());
        if self.waits > WAITS_MAX { Err(io::ErrorKind::TimedOut.into()) } else { Ok(()) }
    }
}

impl<S: Fn() -> bool> Stream<S> {
    /// Into an open file.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    pub fn new(file: File, is_stopped: S) -> io::Result<Self> {
        Self::with_patience(file, Patience { is_stopped, waits: 0 })
    }

    /// Opens what is at a path, to append to what is in it. The reader of a named pipe is waited for.
    ///
    /// # Errors
    ///
    /// `TimedOut` when the run is to end and there is no reader; else as the operating system says.
    pub fn open(path: &Path, is_stopped: S) -> io::Result<Self> {
        let mut patience = Patience { is_stopped, waits: 0 };
        let nonblock = OFlags::NONBLOCK.bits().cast_signed();
        loop {
            match File::options().append(true).custom_flags(nonblock).open(path) {
                Err(error) if is_unread(path, &error) => {
                    patience.go_on()?;
                    std::thread::sleep(WAIT);
                }
                opened => return Self::with_patience(opened?, patience),
            }
        }
    }

    fn with_patience(file: File, patience: Patience<S>) -> io::Result<Self> {
        let may_block = !file.metadata()?.is_file();
        Ok(Self { file, may_block, patience })
    }
}

/// Whether an error says that a named pipe has no reader.
fn is_unread(path: &Path, error: &io::Error) -> bool {
    let is_pipe = |metadata: Metadata| metadata.file_type().is_fifo();
    error.raw_os_error() == Some(Errno::NXIO.raw_os_error()) && path.metadata().is_ok_and(is_pipe)
}

impl<S: Fn() -> bool> Write for Stream<S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.may_block {
            return self.file.write(bytes);
        }
        let piece = bytes.get(..PIECE_BYTES).unwrap_or(bytes);
        loop {
            if wait::until_writable(&self.file, WAIT)? {
                match self.file.write(piece) {
                    Err(error) if wait::is_passing(&error) => {}
                    written => {
                        // A reader that reads has all the time it wants.
                        self.patience.waits = 0;
                        return written;
                    }
                }
            }
            self.patience.go_on()?;
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
