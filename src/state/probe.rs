//! Looks at a file without reading its lines: what it begins with, what stands before a place, where its last line
//! ends; of an archive the same, decoded. It does not know what was read before.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::position::{Mark, Packed, Times};
use crate::disk::Disk;
use crate::input::decode::memory::Memory;
use crate::input::decode::{self, Decoder, ReadError};
use crate::input::fingerprint::{IDENTITY_BYTES, keep_last};
use crate::input::{Compression, FileId, wait};

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
    /// Its first bytes; of an archive none.
    pub head: Vec<u8>,
    /// What it is when it is an archive.
    pub packed: Option<Packed>,
}

impl Probe {
    /// Looks at a file.
    pub fn of(disk: &Disk, path: &Path) -> io::Result<Self> {
        let place = path.canonicalize()?;
        let file = disk.open(path)?;
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let size = metadata.len();
        let mut head = disk.read_at(&file, 0, IDENTITY_BYTES)?;
        let mut packed = None;
        if let Some(compression) = decode::sniff(&head) {
            let tail = bytes_before(disk, &file, size)?;
            packed = Some(Packed { compression, size, head: Mark::head(&head), tail: Mark::tail(&tail) });
            head.clear();
        }
        Ok(Self { place, file: FileId::of(&metadata), size, times: Times::of(&metadata), head, packed })
    }
}

/// The bytes before a place, as many as identify a stream.
pub fn bytes_before(disk: &Disk, file: &File, offset: u64) -> io::Result<Vec<u8>> {
    let bytes = offset.min(IDENTITY_BYTES as u64);
    disk.read_at(file, offset - bytes, bytes as usize)
}

/// The place behind the last LF of a span of a file; the start of the span when it holds none.
pub fn last_line_end(disk: &Disk, file: &File, start: u64, end: u64) -> io::Result<u64> {
    let mut upto = end;
    let mut bytes = SEARCH_BYTES[0];
    while upto > start {
        let from = upto.saturating_sub(bytes).max(start);
        let block = disk.read_at(file, from, (upto - from) as usize)?;
        if let Some(place) = memchr::memrchr(b'\n', &block) {
            return Ok(from + place as u64 + 1);
        }
        upto = from;
        bytes = SEARCH_BYTES[1];
    }
    Ok(start)
}

/// The place behind the first LF of a span of a file; the end of the span when it holds none.
pub fn first_line_end(disk: &Disk, file: &File, start: u64, end: u64) -> io::Result<u64> {
    let mut from = start;
    while from < end {
        let block = disk.read_at(file, from, (end - from).min(SEARCH_BYTES[1]) as usize)?;
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
