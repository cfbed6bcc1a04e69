//! Bytes of files that somebody else reads, from a file system that this program does not know: they are asked for on standard
//! output, a line of JSON each, and come on standard input. It knows no part and no plan.

use std::fs::File;
use std::io::{self, Read, Write};
use std::ops::Range;
use std::os::fd::AsFd;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use anyhow::{Context, Result};
use resplog::internals::input::around::{AFTER_BYTES, BEFORE_BYTES};
use resplog::internals::input::discover::TEMPORARY;
use resplog::internals::input::feed::HEAD_BYTES;
use resplog::internals::input::{Input, with_members};
use resplog::internals::partial::listing::{self, Listed, Wanted};
use tempfile::NamedTempFile;

use super::stdout;

/// How much is asked for at once.
const ASKED_BYTES: u64 = 4 * 1024 * 1024;
/// How much is asked for at once where a line may end any moment.
const STEP_BYTES: u64 = 64 * 1024;

/// Reads a list of files.
///
/// # Errors
///
/// It cannot be read, or is not a list.
pub fn listing(path: &Path) -> Result<Vec<Listed>> {
    let name = || format!("--listing {}", path.display());
    let text = std::fs::read_to_string(path).with_context(name)?;
    listing::parse(&text).with_context(name)
}

/// Where copies go.
pub fn folder(named: Option<&Path>) -> PathBuf {
    named.map_or_else(std::env::temp_dir, Path::to_owned)
}

/// A copy of some bytes of a file, which vanishes with this.
pub struct Copied(NamedTempFile);

impl Copied {
    /// The input under its own path, read from here; or why it cannot be.
    pub fn input(&self, path: &str, stop: &AtomicBool) -> Result<Input, String> {
        let input = Input { copy: Some(self.0.path().to_owned()), ..Input::new(path.into()) };
        let mut found = with_members(vec![input], stop);
        match found.pop().filter(|it| found.is_empty() && it.member.is_none() && !it.is_summary) {
            Some(input) => Ok(input),
            None => Err("tars and summaries do not come on standard input: expected a log, plain or packed".to_owned()),
        }
    }
}

/// Somebody who reads files for this program.
pub struct Piped {
    questions: io::BufWriter<stdout::Stdout>,
    answers: File,
}

impl Piped {
    /// Those at the other ends of standard input and output.
    ///
    /// # Errors
    ///
    /// There is none of both.
    pub fn new() -> io::Result<Self> {
        Ok(Self { questions: stdout::open()?, answers: File::from(io::stdin().as_fd().try_clone_to_owned()?) })
    }

    /// A copy of the first bytes of a file, to its size: enough to see what it is.
    ///
    /// # Errors
    ///
    /// Nobody answers, or the copy cannot be written.
    pub fn head(&mut self, file: &Listed, folder: &Path) -> io::Result<Copied> {
        let mut copy = Copy::new(self, file, folder)?;
        copy.lines(0, HEAD_BYTES as u64, 0)?;
        Ok(Copied(copy.copied))
    }

    /// A copy of a file that has all bytes which reading the lines that begin in a range looks at: its first ones, those
    /// before the range, the range, the rest of its last line and those after that. The others are holes.
    ///
    /// # Errors
    ///
    /// Nobody answers, or the copy cannot be written.
    pub fn piece(&mut self, file: &Listed, range: Range<u64>, folder: &Path) -> io::Result<Copied> {
        let mut copy = Copy::new(self, file, folder)?;
        let head = copy.lines(0, HEAD_BYTES as u64, 0)?;
        // The byte before the range tells whether a line begins with it.
        let start = range.start.saturating_sub(BEFORE_BYTES as u64 + 1);
        copy.lines(start.max(head), range.end, AFTER_BYTES as u64)?;
        Ok(Copied(copy.copied))
    }

    /// Asks for bytes of a file, which are there.
    fn ask(&mut self, path: &str, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
        let question = Wanted { path, offset, length: bytes.len() as u64 }.line()?;
        self.questions.write_all(question.as_bytes())?;
        self.questions.flush()?;
        self.answers.read_exact(bytes)
    }
}

/// A copy that is being made.
struct Copy<'p> {
    piped: &'p mut Piped,
    file: &'p Listed,
    copied: NamedTempFile,
    bytes: Vec<u8>,
}

impl<'p> Copy<'p> {
    fn new(piped: &'p mut Piped, file: &'p Listed, folder: &Path) -> io::Result<Self> {
        let copied = tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(folder)?;
        copied.as_file().set_len(file.size)?;
        Ok(Self { piped, file, copied, bytes: Vec::new() })
    }

    /// Copies from a byte on to the end of the line that holds the byte before `end`, and `more` bytes after that; tells
    /// where it stopped.
    fn lines(&mut self, start: u64, end: u64, more: u64) -> io::Result<u64> {
        let (size, mut at) = (self.file.size, start);
        let mut last = None;
        while at < last.unwrap_or(size).min(size) {
            let step = if at < end { ASKED_BYTES.min(end - at) } else { STEP_BYTES };
            let length = last.map_or(step, |last: u64| ASKED_BYTES.min(last - at)).min(size - at);
            self.bytes.resize(usize::try_from(length).map_err(io::Error::other)?, 0);
            self.piped.ask(&self.file.path, at, &mut self.bytes)?;
            self.copied.as_file().write_all_at(&self.bytes, at)?;
            if last.is_none() {
                let from = usize::try_from(end.saturating_sub(at + 1)).map_err(io::Error::other)?;
                let ends = self.bytes.get(from..).unwrap_or_default().iter().position(|&byte| byte == b'\n');
                last = ends.map(|place| at + (from + place) as u64 + 1 + more);
            }
            at += length;
        }
        Ok(at)
    }
}
