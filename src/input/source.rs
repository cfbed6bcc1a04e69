//! An opened input: a regular file that is read in parts at any place, or a stream that is read in order. What was
//! read before an error counts; the error becomes the input's status.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::fd::AsFd;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::blob::Blob;
pub use super::blob::read_at;
use super::budget::{Budget, Lease};
pub use super::chunk::{Damage, Lines, Sizes};
use super::decode::memory::Memory;
use super::decode::{self, Outer, SNIFF_BYTES, Source};
use super::object::{FailureKind, Object, Reader};
use super::split;
use super::stream::Stream;
use super::{FileId, Input, Status};

/// How much is read after a part to get the end of its last line in the same read; most lines are shorter.
const OVERLAP_BYTES: usize = 4096;

/// What an input is, once it is open.
#[derive(Debug)]
pub enum Opened {
    /// Plain bytes of a regular file or an object, from one place to another.
    File(Blob, Range<u64>),
    /// Anything else, read in order.
    Stream(Stream),
}

/// What the decoders of a run may hold together.
#[derive(Clone, Debug)]
pub struct Memories {
    /// Those of files.
    pub outer: Memory,
    /// Those of packed files in packed tars, which may have to wait while the decoder of the tar holds its share.
    pub inner: Memory,
}

impl Default for Memories {
    fn default() -> Self {
        Self { outer: Memory::default(), inner: Memory::new(0) }
    }
}

/// Opens an input; a directory is not one here. `outer` is the decoder of the packed tar that it is of, at the place where
/// it begins, `ready` the object when that was opened before its turn.
///
/// # Errors
///
/// The error of the operating system.
pub fn open(
    input: &Input,
    outer: Option<Box<Outer>>,
    ready: Option<Reader>,
    memories: &Memories,
    budget: &Budget,
) -> Result<Opened, Damage> {
    if let (Some(outer), Some(member)) = (outer, &input.member) {
        let left = member.span.end - member.span.start;
        return Ok(Opened::Stream(Stream::new(Source::Inside { outer, left }, &memories.inner, budget)));
    }
    open_file(input, ready, &memories.outer, budget).map_err(|error| {
        let failure = input.object.as_ref().and_then(Object::failure);
        let has_changed = failure.is_some_and(|failure| failure.kind == FailureKind::Changed);
        let status = if has_changed { Status::Incomplete } else { Status::Error };
        Damage { offset: 0, status, text: error.to_string() }
    })
}

/// Opens the file or the object that holds an input, which stays what it is.
///
/// # Errors
///
/// The error of the operating system.
pub fn open_blob(input: &Input) -> io::Result<Blob> {
    match &input.object {
        Some(object) => Ok(Blob::Object(object.open(None))),
        None => Ok(Blob::File(open_path(input.member.as_ref().map_or(input.bytes_path(), |it| &it.archive))?)),
    }
}

fn open_file(input: &Input, ready: Option<Reader>, memory: &Memory, budget: &Budget) -> io::Result<Opened> {
    if let Some(member) = &input.member {
        let (file, span) = (open_blob(input)?, member.span.clone());
        if !is_packed(span.clone(), |at, head| file.read_at(at, head))? {
            return Ok(Opened::File(file, span));
        }
        return Ok(Opened::Stream(Stream::new(Source::Span { file, at: span.start, end: span.end }, memory, budget)));
    }
    if let Some(object) = &input.object {
        let magic = object.magic()?;
        let blob = Blob::Object(ready.unwrap_or_else(|| object.open(input.piece.as_ref())));
        if decode::sniff(magic.get(..SNIFF_BYTES).unwrap_or(magic)).is_none() {
            return Ok(Opened::File(blob, 0..object.size()));
        }
        blob.read_ahead();
        let source = Source::Span { file: blob, at: 0, end: object.size() };
        return Ok(Opened::Stream(Stream::new(source, memory, budget)));
    }
    if input.is_stdin() && input.copy.is_none() {
        let stdin = File::from(io::stdin().as_fd().try_clone_to_owned()?);
        let head = input.head.as_deref().unwrap_or_default();
        return Ok(Opened::Stream(Stream::after(head, stdin, memory, budget)));
    }
    let file = match &input.start {
        Some(start) => open_same(&input.path, start.file)?,
        None => open_path(input.bytes_path())?,
    };
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    if metadata.is_file() {
        if is_packed(0..u64::MAX, |at, head| read_at(&file, at, head))? || has_unknown_size(&file)? {
            return Ok(Opened::Stream(Stream::new(file, memory, budget)));
        }
        let size = metadata.len().min(input.bytes_max.unwrap_or(u64::MAX));
        return Ok(Opened::File(file.into(), 0..size));
    }
    Ok(Opened::Stream(Stream::new(file, memory, budget)))
}

/// Whether the bytes of a span of a file are packed.
fn is_packed(span: Range<u64>, read_at: impl Fn(u64, &mut [u8]) -> io::Result<usize>) -> io::Result<bool> {
    let mut head = [0; SNIFF_BYTES];
    let room = usize::try_from(span.end - span.start).unwrap_or(usize::MAX).min(SNIFF_BYTES);
    let length = read_at(span.start, head.get_mut(..room).unwrap_or_default())?;
    Ok(decode::sniff(head.get(..length).unwrap_or_default()).is_some())
}

/// Whether a regular file does not have the size that its metadata say, as those that the kernel makes up when they
/// are read: they take no room on a disk, and have 0 bytes in procfs and a page in sysfs whatever is in them.
///
/// # Errors
///
/// As the operating system says.
pub fn has_unknown_size(file: &File) -> io::Result<bool> {
    let metadata = file.metadata()?;
    if metadata.blocks() > 0 {
        return Ok(false);
    }
    let has_byte = |offset| Ok::<_, io::Error>(read_at(file, offset, &mut [0])? > 0);
    match metadata.len().checked_sub(1) {
        Some(last) => Ok(!has_byte(last)?),
        // A log may have got its first bytes meanwhile.
        None => Ok(has_byte(0)? && file.metadata()?.len() == 0),
    }
}

/// Opens a path without waiting.
///
/// # Errors
///
/// The error of the operating system.
pub fn open_path(path: &Path) -> io::Result<File> {
    // A FIFO without a writer would block here and could not be interrupted; a regular file takes no notice.
    let nonblock = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    File::options().read(true).custom_flags(nonblock).open(path)
}

/// Opens a certain file, which may have been renamed in its directory meanwhile.
///
/// # Errors
///
/// The error of the operating system; `NotFound` when the directory does not hold the file any more.
pub fn open_same(path: &Path, id: FileId) -> io::Result<File> {
    let same = |path: &Path| {
        let file = open_path(path)?;
        Ok::<_, io::Error>((FileId::of(&file.metadata()?) == id).then_some(file))
    };
    match same(path) {
        Ok(Some(file)) => return Ok(file),
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(None) | Err(_) => {}
    }
    for entry in folder_of(path).read_dir()? {
        let path = entry?.path();
        if path.metadata().is_ok_and(|metadata| FileId::of(&metadata) == id)
            && let Some(file) = same(&path)?
        {
            return Ok(file);
        }
    }
    Err(io::ErrorKind::NotFound.into())
}

/// The directory that a path names a file in.
#[must_use]
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// How many links one path may lead through, as in the kernel.
const LINKS_MAX: usize = 40;

/// Where a path leads when all links at its end are followed, whether or not a file is there.
///
/// # Errors
///
/// The links lead in a circle.
pub fn target(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..LINKS_MAX {
        match path.read_link() {
            Ok(next) => path = folder_of(&path).join(next),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::from_raw_os_error(rustix::io::Errno::LOOP.raw_os_error()))
}

/// What reading one part of a file gave.
#[derive(Debug)]
pub struct Part {
    /// The lines that begin in the part; nothing when none does.
    pub lines: Option<Lines>,
    /// How many bytes of the part were there.
    pub bytes: u64,
    /// Why the file could not be read to its size.
    pub damage: Option<Damage>,
}

/// What of a piece lies within a span.
#[must_use]
pub fn within(piece: Range<u64>, span: &Range<u64>) -> Range<u64> {
    let start = piece.start.clamp(span.start, span.end);
    start..piece.end.clamp(start, span.end)
}

/// How many bytes an input has that is read in order, as they are packed; none of a pipe.
#[must_use]
pub fn packed_size(input: &Input) -> Option<u64> {
    match &input.member {
        Some(member) => Some(member.span.end - member.span.start),
        None if input.object.is_some() => input.object.as_ref().map(Object::size),
        None if input.is_stdin() => None,
        None => input.path.metadata().ok().filter(std::fs::Metadata::is_file).map(|metadata| metadata.len()),
    }
}

/// The bytes of a part of a piece of a file.
#[must_use]
pub fn part_bytes(piece: &Range<u64>, part: u32, sizes: Sizes) -> Range<u64> {
    let begin = piece.start + u64::from(part) * sizes.chunk_bytes as u64;
    begin..(begin + sizes.chunk_bytes as u64).min(piece.end)
}

/// Reads the lines that begin in some bytes of a span of a file into `buffer`. The span begins with a line and ends at
/// the size that the file had when it was opened; what was added since is not looked at. `lease` is what the buffer
/// holds of the memory for long lines. When `stop` is set a line that goes on after the part is left out.
pub fn read_part(
    file: &Blob,
    span: &Range<u64>,
    part: Range<u64>,
    sizes: Sizes,
    buffer: &mut Vec<u8>,
    lease: &mut Lease,
    stop: &AtomicBool,
) -> Part {
    buffer.clear();
    let size = span.end;
    let Range { start: begin, end } = part;
    let is_first = begin == span.start;
    let from = if is_first { begin } else { begin - 1 };
    let mut reader = At { file, offset: from, size };
    let wanted = (end - from) as usize + OVERLAP_BYTES.min(sizes.read_bytes);
    let mut damage = None;
    if lease.make_room(buffer, reader.bounded(wanted), stop) {
        damage = reader.append(buffer, wanted);
    }
    let bytes = reader.offset.min(end).saturating_sub(begin);
    let Some(start) = split::first_line(buffer, bytes as usize, is_first) else {
        return Part { lines: None, bytes, damage };
    };
    let offset = from + start as u64;
    // The last line of the part holds its last byte, and ends with the first LF from there on.
    let mut searched = (end - from) as usize - 1;
    loop {
        if let Some(place) = memchr::memchr(b'\n', buffer.get(searched..).unwrap_or_default()) {
            buffer.truncate(searched + place + 1);
            return Part { lines: Some(Lines { start, offset, end, unterminated: false }), bytes, damage };
        }
        let line = split::complete_lines(buffer).max(start);
        split::shrink_padding(buffer, line);
        let oversize = split::cut_oversize(buffer, line, sizes.line_bytes_max);
        searched = buffer.len();
        if oversize || damage.is_some() || reader.offset >= size {
            // What stands after an oversize line is found by the parts that it ends in.
            let lines = Lines { start, offset, end, unterminated: !oversize && damage.is_none() };
            return Part { lines: Some(lines), bytes, damage };
        }
        // Growing steps keep the cost of a long line linear; what is too long need not be read much further.
        let length = buffer.len() - line;
        let left = sizes.line_bytes_max.saturating_add(split::AROUND_TEXT_BYTES + 1).saturating_sub(length);
        let step = sizes.read_bytes.max((length / 2).min(left));
        if stop.load(Ordering::Relaxed) || !lease.make_room(buffer, reader.bounded(step), stop) {
            buffer.truncate(line);
            let lines = (line > start).then_some(Lines { start, offset, end, unterminated: false });
            return Part { lines, bytes, damage: None };
        }
        damage = reader.append(buffer, step);
    }
}

/// Reads a file at a place that moves on.
struct At<'f> {
    file: &'f Blob,
    offset: u64,
    size: u64,
}

impl At<'_> {
    /// So many bytes, or what is left of the file.
    fn bounded(&self, bytes: usize) -> usize {
        bytes.min(usize::try_from(self.size - self.offset).unwrap_or(usize::MAX))
    }

    /// Appends this number of bytes, or what is left of the file; the buffer has room for them.
    fn append(&mut self, buffer: &mut Vec<u8>, bytes: usize) -> Option<Damage> {
        let wanted = buffer.len() + self.bounded(bytes);
        while buffer.len() < wanted {
            match self.read(buffer, wanted) {
                Ok(0) => {
                    let text =
                        format!("the file ends at byte {}, it had {} when it was opened", self.offset, self.size);
                    return Some(Damage { offset: self.offset, status: Status::Incomplete, text });
                }
                Ok(read) => self.offset += read as u64,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => match self.file {
                    Blob::File(_) => {}
                    // The run was stopped, which the caller looks at.
                    Blob::Object(_) => return None,
                },
                Err(error) => return Some(Damage::of(&error, self.offset)),
            }
        }
        None
    }

    /// Reads once, until the buffer has at most `wanted` bytes, and tells how many it read.
    fn read(&self, buffer: &mut Vec<u8>, wanted: usize) -> io::Result<usize> {
        let held = buffer.len();
        let file = match self.file {
            Blob::File(file) => file,
            Blob::Object(object) => {
                buffer.resize(wanted, 0);
                let read = object.read_at(self.offset, &mut buffer[held..]);
                buffer.truncate(held + *read.as_ref().unwrap_or(&0));
                return read;
            }
        };
        if buffer.capacity().saturating_sub(wanted) > wanted / 4 {
            // A long line has left a buffer of which little is wanted; a read into all of it would be for nothing.
            buffer.resize(wanted, 0);
            let read = rustix::io::pread(file, &mut buffer[held..], self.offset);
            buffer.truncate(held + read.unwrap_or(0));
            return Ok(read?);
        }
        // The spare room need not be cleared first; what comes beyond the wanted bytes is dropped again.
        rustix::io::pread(file, rustix::buffer::spare_capacity(buffer), self.offset)?;
        buffer.truncate(wanted);
        Ok(buffer.len() - held)
    }
}
