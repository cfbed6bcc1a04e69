//! What comes through a pipe, such as standard input: bytes that somebody else reads become lines that a look can read, with
//! the lines before them, on which it depends what a line of text is. What waits is bounded: who writes faster has to wait.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::disk::live::memory_file;
use crate::input::around::BEFORE_BYTES;
use crate::input::{FileId, Input, Start};
use crate::inspect::Reading;

/// How many bytes may wait for a look.
const WAITING_BYTES_MAX: usize = 64 << 20;
/// How long a wait for room lasts before the wish to stop is looked at.
const WAIT: Duration = Duration::from_millis(100);

/// What waits, and whether more will come.
#[derive(Debug, Default)]
struct Waiting {
    bytes: Vec<u8>,
    has_ended: bool,
    error: Option<String>,
}

/// A pipe between who reads bytes and who looks at lines.
#[derive(Debug, Default)]
pub struct Pipe {
    waiting: Mutex<Waiting>,
    has_room: Condvar,
}

impl Pipe {
    /// Adds bytes, when there is room for them; `false` when the watch has ended meanwhile.
    pub fn push(&self, bytes: &[u8], is_stopped: impl Fn() -> bool) -> bool {
        let mut waiting = self.lock();
        while waiting.bytes.len() >= WAITING_BYTES_MAX {
            if is_stopped() {
                return false;
            }
            waiting = self.has_room.wait_timeout(waiting, WAIT).unwrap_or_else(PoisonError::into_inner).0;
        }
        waiting.bytes.extend_from_slice(bytes);
        true
    }

    /// Notes that nothing more will come, and why if something is wrong.
    pub fn end(&self, error: Option<String>) {
        let mut waiting = self.lock();
        waiting.has_ended = true;
        waiting.error = error;
    }

    /// Takes all that waits, whether it was the end, and what is wrong.
    fn take(&self) -> (Vec<u8>, bool, Option<String>) {
        let mut waiting = self.lock();
        let bytes = std::mem::take(&mut waiting.bytes);
        self.has_room.notify_all();
        (bytes, waiting.has_ended, waiting.error.clone())
    }

    /// How many bytes wait.
    fn len(&self) -> usize {
        self.lock().bytes.len()
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The end of a pipe that looks read.
#[derive(Debug)]
pub struct Outlet {
    pipe: Arc<Pipe>,
    /// The name that the input has in reports.
    name: PathBuf,
    /// The last lines that were read, then what was not read yet.
    held: Vec<u8>,
    /// How many bytes of `held` were read.
    read: usize,
    /// Offset of the first byte of `held` in all that came.
    base: u64,
    /// How many lines were read.
    lines: u64,
    /// How many bytes of a line were dropped that is too long in any case.
    dropped: u64,
    has_ended: bool,
    /// Whether what comes has no lines to follow, so that nothing of it is read any more.
    is_refused: bool,
    /// What is wrong with the pipe.
    error: Option<String>,
}

/// Lines of a pipe, as an input of a look.
#[derive(Debug)]
pub struct Batch {
    /// The input, whose bytes are in memory.
    pub input: Input,
    /// Offset of the input's first byte in all that came through the pipe.
    pub base: u64,
    /// How many lines stand before its start.
    pub lines: u64,
    /// Keeps the bytes.
    _file: File,
    end: usize,
}

impl Outlet {
    /// The outlet of a pipe.
    #[must_use]
    pub const fn new(pipe: Arc<Pipe>, name: PathBuf) -> Self {
        Self {
            pipe,
            name,
            held: Vec::new(),
            read: 0,
            base: 0,
            lines: 0,
            dropped: 0,
            has_ended: false,
            is_refused: false,
            error: None,
        }
    }

    /// Reads nothing of what comes any more.
    pub fn refuse(&mut self) {
        self.is_refused = true;
        self.held.clear();
        self.read = 0;
    }

    /// The name of the input.
    #[must_use]
    pub const fn name(&self) -> &PathBuf {
        &self.name
    }

    /// What is wrong with the pipe.
    #[must_use]
    pub fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }

    /// Whether all was read that will ever come.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        self.has_ended && self.read == self.held.len()
    }

    /// How many bytes came and were not read.
    #[must_use]
    pub fn unread(&self) -> u64 {
        (self.pipe.len() + self.held.len() - self.read) as u64
    }

    /// Whether the pipe has ended since it was read last.
    #[must_use]
    pub fn has_ended_meanwhile(&self) -> bool {
        !self.has_ended && self.pipe.lock().has_ended
    }

    /// Whether so much waits that who writes may soon have to wait.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.pipe.len() >= WAITING_BYTES_MAX / 8
    }

    /// The whole lines that came, but for a record that goes on; at the end all that is there. None when there is nothing.
    ///
    /// # Errors
    ///
    /// There is not enough memory for them.
    pub fn batch(&mut self, reading: &Reading, line_bytes_max: usize) -> io::Result<Option<Batch>> {
        let (bytes, has_ended, error) = self.pipe.take();
        self.has_ended = has_ended;
        self.error = error;
        if self.is_refused {
            return Ok(None);
        }
        self.held.extend_from_slice(&bytes);
        drop(bytes);
        let end = self.end(reading, line_bytes_max)?;
        if end == self.read {
            self.drop_excess(line_bytes_max);
            return Ok(None);
        }
        let file = memory_file()?;
        file.write_all_at(self.held.get(..end).unwrap_or_default(), 0)?;
        let id = FileId::of(&file.metadata()?);
        let input = Input {
            known_as: Some(self.name.clone()),
            bytes_max: Some(end as u64),
            start: Some(Start { file: id, offset: self.read as u64, lines: self.lines, ..Start::default() }),
            ..Input::new(format!("/proc/self/fd/{}", file.as_raw_fd()).into())
        };
        Ok(Some(Batch { input, base: self.base, lines: self.lines, _file: file, end }))
    }

    /// Goes on after a batch that had this number of lines.
    pub fn go_on(&mut self, batch: &Batch, lines: u64) {
        self.read = batch.end;
        self.lines += lines;
        self.base += std::mem::take(&mut self.dropped);
        let keep_from = self.read.saturating_sub(BEFORE_BYTES);
        // What is kept begins with a line.
        let kept = self.held.get(keep_from..self.read).unwrap_or_default();
        let from = match keep_from {
            0 => 0,
            from => memchr::memchr(b'\n', kept).map_or(self.read, |place| from + place + 1),
        };
        self.held.drain(..from);
        self.read -= from;
        self.base += from as u64;
    }

    /// Up to where lines can be read.
    fn end(&self, reading: &Reading, line_bytes_max: usize) -> io::Result<usize> {
        if self.has_ended {
            return Ok(self.held.len());
        }
        let unread = self.held.get(self.read..).unwrap_or_default();
        // After a line of which something was dropped, places are not offsets any more.
        let last = if self.dropped > 0 { memchr::memchr(b'\n', unread) } else { memchr::memrchr(b'\n', unread) };
        let Some(last) = last else { return Ok(self.read) };
        let end = self.read + last + 1;
        let before = |bytes: usize| Ok(self.held.get(end.saturating_sub(bytes)..end).unwrap_or_default().to_vec());
        let named = Input { known_as: Some(self.name.clone()), ..Input::new(self.name.clone()) };
        let open = reading.open_from(&named, end as u64, line_bytes_max, &before)?;
        Ok(open.map_or(end, |open| (open as usize).clamp(self.read, end)))
    }

    /// Drops the middle of a line that is longer than any line may be, and has no end yet: it is oversize in any case.
    fn drop_excess(&mut self, line_bytes_max: usize) {
        let length = self.held.len() - self.read;
        let most = line_bytes_max.saturating_mul(2).saturating_add(BEFORE_BYTES);
        if length > most && memchr::memchr(b'\n', self.held.get(self.read..).unwrap_or_default()).is_none() {
            self.held.truncate(self.read + most);
            self.dropped += (length - most) as u64;
        }
    }
}
