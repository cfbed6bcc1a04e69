//! Standard output, on which a reader that does not read cannot hold up a run that is asked to end.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use resplog::input::wait;

use super::signals;

/// How much is written at once into what may be full: a pipe that can take anything can take so much without a wait.
const PIECE_BYTES: usize = 4096;
/// How long a wait lasts before signals are looked at.
const WAIT: Duration = Duration::from_millis(100);
/// How long a reader may take nothing once a signal came.
const PATIENCE: Duration = Duration::from_millis(500);

/// Standard output, buffered. A write fails with `TimedOut` when a signal came and nobody reads.
///
/// # Errors
///
/// There is no standard output.
pub fn open() -> io::Result<BufWriter<Stdout>> {
    let file = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    let may_block = !file.metadata()?.is_file();
    Ok(BufWriter::with_capacity(64 * 1024, Stdout { file, may_block }))
}

/// See [`open`].
pub struct Stdout {
    file: File,
    may_block: bool,
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.may_block {
            return self.file.write(bytes);
        }
        let piece = bytes.get(..PIECE_BYTES).unwrap_or(bytes);
        let mut signalled = None;
        loop {
            if wait::until_writable(&self.file, WAIT)? {
                match self.file.write(piece) {
                    Err(error) if wait::is_passing(&error) => {}
                    written => return written,
                }
            }
            if signals::received().is_some() && signalled.get_or_insert_with(Instant::now).elapsed() >= PATIENCE {
                return Err(io::ErrorKind::TimedOut.into());
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
