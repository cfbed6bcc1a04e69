//! Standard output, on which a reader that does not read cannot hold up a run that is asked to end, and which may be
//! closed from the start. Rust's runtime then puts `/dev/null` in its place, before `main`, so it is looked at before that.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use resplog::internals::disk::stream::Stream;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::signals;

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

/// Whether it is known that nobody will ever read what is written: the reader of a pipe has gone.
pub fn is_unread() -> bool {
    let stdout = rustix::stdio::stdout();
    let mut fds = [PollFd::new(&stdout, PollFlags::empty())];
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut fds, Some(&now)).is_ok_and(|ready| ready > 0)
        && fds.iter().any(|fd| fd.revents().intersects(PollFlags::ERR | PollFlags::NVAL))
}

/// The file that standard output goes to, which is never an input of a folder; what is not a file is not an input either.
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
    let stream = Stream::new(file, is_signalled as fn() -> bool)?;
    Ok(BufWriter::with_capacity(64 * 1024, Stdout(stream)))
}

/// See [`open`].
pub struct Stdout(Stream<fn() -> bool>);

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if is_closed() { Err(io::ErrorKind::BrokenPipe.into()) } else { self.0.write(bytes) }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn is_signalled() -> bool {
    signals::received().is_some()
}
