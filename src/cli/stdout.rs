//! Standard output, on which a reader that does not read cannot hold up a run that is asked to end, and which may be
//! closed from the start. Rust's runtime then puts `/dev/null` in its place, before `main`, so it is looked at before that.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use resplog::input::wait;

use super::signals;

/// How much is written at once into what may be full: a pipe that can take anything can take so much without a wait.
const PIECE_BYTES: usize = 4096;
/// How long a wait lasts before signals are looked at.
const WAIT: Duration = Duration::from_millis(100);
/// How long a reader may take nothing once a signal came.
const PATIENCE: Duration = Duration::from_millis(500);

/// The name of standard output among files.
pub const PATH: &str = "/dev/stdout";

/// Whether the program was started without a standard output.
static CLOSED: AtomicBool = AtomicBool::new(false);

ctor::declarative::ctor! {
    /// Runs before the runtime of Rust begins, and so uses nothing of it: one call of the kernel, one atomic store.
    #[ctor(unsafe)]
    fn look() {
        let is_open = rustix::io::fcntl_getfd(rustix::stdio::stdout()).is_ok();
        CLOSED.store(!is_open, Ordering::Relaxed);
    }
}

/// Whether the program was started without a standard output.
pub fn is_closed() -> bool {
    CLOSED.load(Ordering::Relaxed)
}

/// The file that standard output goes to, which is never an input of a folder; what is no file is no input either.
pub fn own() -> [PathBuf; 1] {
    [PATH.into()]
}

/// Standard output, buffered. A write fails with `BrokenPipe` when it was closed from the start, and with `TimedOut` when a signal came and nobody reads.
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
        if is_closed() {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
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
