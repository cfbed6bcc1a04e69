//! Looks at a file without reading its lines: what it begins with, what stands before a place, where its last line
//! ends; of an archive the same, decoded. It does not know what was read before.

use std::cell::OnceCell;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::position::{Mark, Packed, Times};
use crate::disk::Disk;
use crate::input::decode::memory::Memory;
use crate::input::decode::{self, Decoder, ReadError};
use crate::input::fingerprint::{IDENTITY_BYTES, keep_last};
use crate::input::{Compression, FileId, SUMMARY_MAGIC, wait};

/// How many bytes a search for a line end reads at a time: few at first, since most often that is enough.
const SEARCH_BYTES: [u64; 2] = [4096, 256 * 1024];
/// How many bytes are decoded at a time.
const DECODE_BYTES: usize = 64 * 1024;
/// How long to wait for memory that other decoders hold.
const WAIT: Duration = Duration::from_millis(10);

/// A regular file that was looked at.
#[derive(Clone, Debug)]
pub struct Probe {
    /// The path from the root, without symbolic links.
    pub place: PathBuf,
    pub file: FileId,
    /// Its size, packed or not.
    pub size: u64,
    /// When it was made and written.
    pub times: Times,
    /// What it begins with; of an archive nothing.
    pub head: Head,
    /// What it is when it is an archive.
    pub packed: Option<Packed>,
    /// Whether it is a summary of logs, which has no lines to be read on from.
    pub is_summary: bool,
}

/// The shortest beginning that tells streams apart well enough to look whether they are one.
pub const FAMILY_BYTES: usize = 64;
/// How many lengths of beginnings are hashed, from [`FAMILY_BYTES`] on, each twice the one before.
const STEPS: usize = 6;
/// How many lengths are hashed of what comes after the first bytes, from [`FURTHER_BYTES`] on, each twice the one before.
const FURTHER_STEPS: usize = 8;
const FURTHER_BYTES: usize = IDENTITY_BYTES >> (FURTHER_STEPS - 1);

/// What a stream begins with, without the bytes themselves: of a hundred thousand files they would be 400 MB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// All of the first bytes.
    pub mark: Mark,
    /// The hashes of the first 64, 128 and so on, as far as there are that many.
    steps: [u64; STEPS],
    /// Halves of hashes of the first 32, 64 and so on after those, and how many there are: many logs of one program begin
    /// with the same banner.
    further: [u32; FURTHER_STEPS],
    further_steps: u8,
}

/// The first bytes of a stream, of a length that is a power of two: that length's place among them, and the hash.
pub type Step = (usize, u64);

impl Head {
    /// Of the first bytes of a stream, and of those after them, as far as they are there.
    pub fn of(bytes: &[u8]) -> Self {
        let (first, rest) = bytes.split_at(bytes.len().min(IDENTITY_BYTES));
        let step = |place: usize| first.get(..FAMILY_BYTES << place).map_or(0, |first| Mark::head(first).hash);
        let further = |place: usize| rest.get(..FURTHER_BYTES << place);
        Self {
            mark: Mark::head(first),
            steps: std::array::from_fn(step),
            further: std::array::from_fn(|place| further(place).map_or(0, |bytes| Mark::head(bytes).hash as u32)),
            further_steps: (0..FURTHER_STEPS).map_while(further).count() as u8,
        }
    }

    /// Whether two streams that begin alike may go on alike, as far as both were looked at.
    pub fn may_go_on_as(&self, other: &Self) -> bool {
        let steps = usize::from(self.further_steps.min(other.further_steps));
        self.further.get(..steps) == other.further.get(..steps)
    }

    /// The beginnings whose lengths are powers of two.
    pub fn steps(&self) -> impl DoubleEndedIterator<Item = Step> {
        let bytes = self.mark.bytes as usize;
        self.steps.into_iter().enumerate().filter(move |&(place, _)| FAMILY_BYTES << place <= bytes)
    }
}

impl Probe {
    /// Looks at the file at a path, which is this place without symbolic links.
    pub fn of(disk: &Disk, path: &Path, place: PathBuf) -> io::Result<Self> {
        let file = disk.open(path)?;
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let size = metadata.len();
        let first = disk.read_at(&file, 0, 2 * IDENTITY_BYTES)?;
        let (mut head, mut packed) = (Head::of(&first), None);
        if let Some(compression) = decode::sniff(&first) {
            let tail = bytes_before(disk, &file, size)?;
            packed = Some(Packed { compression, size, head: head.mark, tail: Mark::tail(&tail) });
            head = Head::default();
        }
        let is_summary = first.starts_with(SUMMARY_MAGIC);
        Ok(Self { place, file: FileId::of(&metadata), size, times: Times::of(&metadata), head, packed, is_summary })
    }
}

/// The bytes before a place, as many as identify a stream.
pub fn bytes_before(disk: &Disk, file: &File, offset: u64) -> io::Result<Vec<u8>> {
    Bytes::new(disk, file).before(offset)
}

/// The bytes of an open file, of which the first ones are read once: a short file is nothing else.
pub struct Bytes<'f> {
    disk: &'f Disk,
    file: &'f File,
    first: OnceCell<Vec<u8>>,
}

impl<'f> Bytes<'f> {
    pub const fn new(disk: &'f Disk, file: &'f File) -> Self {
        Self { disk, file, first: OnceCell::new() }
    }

    /// At most this number of bytes at a place; fewer at the end.
    pub fn at(&self, offset: u64, bytes: usize) -> io::Result<Vec<u8>> {
        let end = offset + bytes as u64;
        if end > IDENTITY_BYTES as u64 {
            return self.disk.read_at(self.file, offset, bytes);
        }
        if self.first.get().is_none() {
            let read = self.disk.read_at(self.file, 0, IDENTITY_BYTES)?;
            drop(self.first.set(read));
        }
        let first = self.first.get().map(Vec::as_slice).unwrap_or_default();
        let (start, end) = (first.len().min(offset as usize), first.len().min(end as usize));
        Ok(first.get(start..end).unwrap_or_default().to_vec())
    }

    /// The bytes before a place, as many as identify a stream.
    pub fn before(&self, offset: u64) -> io::Result<Vec<u8>> {
        let bytes = offset.min(IDENTITY_BYTES as u64);
        self.at(offset - bytes, bytes as usize)
    }
}

/// The place after the last LF of a span of a file; the start of the span when it holds none.
pub fn last_line_end(file: &Bytes<'_>, start: u64, end: u64) -> io::Result<u64> {
    let mut upto = end;
    let mut bytes = SEARCH_BYTES[0];
    while upto > start {
        let from = upto.saturating_sub(bytes).max(start);
        let block = file.at(from, (upto - from) as usize)?;
        if let Some(place) = memchr::memrchr(b'\n', &block) {
            return Ok(from + place as u64 + 1);
        }
        upto = from;
        bytes = SEARCH_BYTES[1];
    }
    Ok(start)
}

/// The place after the first LF of a span of a file; the end of the span when it holds none.
pub fn first_line_end(file: &Bytes<'_>, start: u64, end: u64) -> io::Result<u64> {
    let mut from = start;
    while from < end {
        let block = file.at(from, (end - from).min(SEARCH_BYTES[1]) as usize)?;
        if let Some(place) = memchr::memchr(b'\n', &block) {
            return Ok(from + place as u64 + 1);
        }
        if block.is_empty() {
            break;
        }
        from += block.len() as u64;
    }
    Ok(end)
}

/// An archive, decoded.
#[derive(Clone, Debug, Default)]
pub struct Decoded {
    /// Its first bytes.
    pub head: Vec<u8>,
    /// Its last bytes.
    pub tail: Vec<u8>,
    /// How many bytes were decoded, before damage or the end.
    pub bytes: u64,
    /// What stands before each place that was asked for and reached.
    pub marks: Vec<(u64, Mark)>,
}

/// Decodes an archive to its end or its damage, and marks what stands before some places, which are sorted. With
/// `head_only` it decodes no more than the first bytes.
pub fn decode(
    disk: &Disk,
    file: File,
    compression: Compression,
    places: &[u64],
    head_only: bool,
) -> io::Result<Decoded> {
    // Other readers of the archive have places of their own in it.
    let head = disk.read_at(&file, 0, decode::SNIFF_BYTES)?;
    io::Seek::seek(&mut &file, io::SeekFrom::Start(head.len() as u64))?;
    let mut decoder = Decoder::new(compression, &head, file, &Memory::default());
    let mut decoded = Decoded::default();
    let mut places = places.iter().copied().filter(|&place| place > 0).peekable();
    let mut buffer = vec![0; DECODE_BYTES];
    loop {
        disk.go_on()?;
        let mut room = DECODE_BYTES;
        if head_only {
            room = IDENTITY_BYTES - decoded.head.len();
        } else if let Some(&place) = places.peek() {
            room = room.min(usize::try_from(place - decoded.bytes).unwrap_or(usize::MAX));
        }
        if room == 0 {
            return Ok(decoded);
        }
        let read = match decoder.read(buffer.get_mut(..room).unwrap_or_default()) {
            Ok(0) | Err(ReadError::Damage(_)) => return Ok(decoded),
            Ok(read) => read,
            Err(ReadError::Memory) => {
                std::thread::sleep(WAIT);
                continue;
            }
            Err(ReadError::Source(error)) if wait::is_passing(&error) => continue,
            Err(ReadError::Source(error)) => return Err(error),
        };
        let bytes = buffer.get(..read).unwrap_or_default();
        let missing = IDENTITY_BYTES.saturating_sub(decoded.head.len()).min(read);
        decoded.head.extend_from_slice(bytes.get(..missing).unwrap_or_default());
        keep_last(&mut decoded.tail, bytes);
        decoded.bytes += read as u64;
        while places.next_if(|&place| place == decoded.bytes).is_some() {
            if decoded.marks.last().is_none_or(|&(place, _)| place != decoded.bytes) {
                decoded.marks.push((decoded.bytes, Mark::tail(&decoded.tail)));
            }
        }
    }
}
