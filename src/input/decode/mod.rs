//! Compressed bytes become plain bytes, recognised by content: all members and frames of gzip, zstd, bzip2, xz and LZ4, and
//! what is wrong with them and where. It knows neither lines nor file names.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::time::Duration;

use super::blob::Blob;
use super::{Compression, Status, wait};

mod bzip2;
mod chain;
mod codec;
mod gzip;
mod lz4;
pub mod memory;
mod step;
mod xz;
mod zstd;

#[cfg(test)]
mod tests;

use chain::{Chain, Then};
use memory::Memory;
use step::Magic;

/// How many bytes [`sniff`] wants to see; fewer only when the input has no more.
pub const SNIFF_BYTES: usize = 10;

/// How many compressed bytes one read asks for.
const INPUT_BYTES: usize = 64 * 1024;

/// How the bytes are packed that begin with `head`; nothing when they are plain. A skippable frame counts as zstd
/// until [`Decoder::compression`] knows better.
#[must_use]
pub fn sniff(head: &[u8]) -> Option<Compression> {
    // Of a block, pi; of a stream without blocks, its square root. Three letters and a digit may well begin a text.
    const BZIP2_BLOCK: [u8; 6] = [0x31, 0x41, 0x59, 0x26, 0x53, 0x59];
    const BZIP2_END: [u8; 6] = [0x17, 0x72, 0x45, 0x38, 0x50, 0x90];
    let bzip2 = || {
        let [b'B', b'Z', b'h', b'1'..=b'9', rest @ ..] = head else { return false };
        let rest = rest.get(..6).unwrap_or(rest);
        [BZIP2_BLOCK, BZIP2_END].iter().any(|magic| Magic::compare(rest, magic) != Magic::Other)
    };
    if head.starts_with(&gzip::MAGIC) {
        Some(Compression::Gzip)
    } else if zstd::magic(head) == Magic::Whole || head.len() >= 4 && step::skippable(head).is_some() {
        Some(Compression::Zstd)
    } else if bzip2() {
        Some(Compression::Bzip2)
    } else if head.starts_with(&xz::MAGIC) {
        Some(Compression::Xz)
    } else if head.starts_with(&lz4::MAGIC) || head.starts_with(&lz4::MAGIC_LEGACY) {
        Some(Compression::Lz4)
    } else {
        None
    }
}

/// Why an archive could not be decoded to its end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct DecodeError {
    /// `Incomplete`: it is cut, or unreadable bytes follow a good part; `Corrupt`: a checksum or the format is wrong;
    /// `Error`: it is refused (a limit, a dictionary, an old format) before a byte was decoded.
    pub status: Status,
    /// What is wrong, and in which member; the same however much is read or asked for at a time.
    pub text: String,
}

/// Why there are no bytes at the moment, or no more.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The error of the source, as it came. After `WouldBlock` and `Interrupted` the next call goes on;
    /// `WouldBlock` comes also when one read of the source was not enough to decode a byte.
    #[error(transparent)]
    Source(io::Error),
    /// Other decoders hold the memory that this one needs; see [`Memory::wait`].
    #[error("other archives hold the memory that this one needs")]
    Memory,
    /// The archive is damaged; everything before the damage was handed out. Further calls say the same.
    #[error(transparent)]
    Damage(#[from] DecodeError),
}

/// Where a decoder gets its bytes.
#[derive(Debug)]
pub enum Source {
    /// A file or a pipe, from where it stands.
    File(File),
    /// The bytes of a file or an object from one place to another, whatever others read of it.
    Span {
        /// The file, or the object.
        file: Blob,
        /// Where the next byte stands.
        at: u64,
        /// Where the bytes end.
        end: u64,
    },
    /// A file or a pipe from where it stands, with all bytes that were read of it, up to a limit at which it seems to end.
    Kept {
        /// The file.
        file: File,
        /// The bytes.
        kept: Vec<u8>,
        /// How many they may be.
        bytes_max: usize,
    },
    /// So many bytes of those that another decoder gives.
    Inside {
        /// The other decoder.
        outer: Box<Outer>,
        /// How many bytes are left.
        left: u64,
    },
}

impl From<File> for Source {
    fn from(file: File) -> Self {
        Self::File(file)
    }
}

impl Source {
    /// Reads once; 0 bytes at the end.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn read(&mut self, out: &mut [u8]) -> Result<usize, ReadError> {
        let room = |left: u64| usize::try_from(left).unwrap_or(usize::MAX).min(out.len());
        match self {
            Self::File(file) => file.read(out).map_err(ReadError::Source),
            Self::Span { file, at, end } => {
                let room = room(end.saturating_sub(*at));
                let read = file.read_at(*at, out.get_mut(..room).unwrap_or_default()).map_err(ReadError::Source)?;
                *at += read as u64;
                Ok(read)
            }
            Self::Kept { file, kept, bytes_max } => {
                let room = room(bytes_max.saturating_sub(kept.len()) as u64);
                let room = out.get_mut(..room).unwrap_or_default();
                let read = file.read(room).map_err(ReadError::Source)?;
                kept.extend_from_slice(room.get(..read).unwrap_or_default());
                Ok(read)
            }
            Self::Inside { left: 0, .. } => Ok(0),
            Self::Inside { outer, left } => {
                let room = room(*left);
                let read = outer.read(out.get_mut(..room).unwrap_or_default())?;
                *left -= read as u64;
                Ok(read)
            }
        }
    }

    /// Whether a read will not block; waits a while for that.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    pub fn wait(&self, wait: Duration) -> io::Result<bool> {
        match self {
            Self::File(file) | Self::Kept { file, .. } => wait::until_ready(file, wait),
            Self::Span { .. } => Ok(true),
            Self::Inside { outer, .. } => outer.wait(wait),
        }
    }

    /// The decoder that the bytes are inside of, where it was left.
    #[must_use]
    pub fn into_outer(self) -> Option<Box<Outer>> {
        match self {
            Self::Inside { outer, .. } => Some(outer),
            Self::File(_) | Self::Span { .. } | Self::Kept { .. } => None,
        }
    }

    /// How many bytes the decoder took that these bytes are inside of.
    fn outer_bytes_read(&self) -> Option<u64> {
        match self {
            Self::Inside { outer, .. } => Some(outer.decoder.compressed_bytes_read()),
            Self::File(_) | Self::Span { .. } | Self::Kept { .. } => None,
        }
    }
}

/// A decoder whose bytes are read in spans, such as the files of a tar.
#[derive(Debug)]
pub struct Outer {
    decoder: Decoder,
    at: u64,
}

impl Outer {
    /// A decoder of which nothing was read.
    #[must_use]
    pub const fn new(decoder: Decoder) -> Self {
        Self { decoder, at: 0 }
    }

    /// How many decoded bytes were read.
    #[must_use]
    pub const fn at(&self) -> u64 {
        self.at
    }

    /// What the bytes come from.
    #[must_use]
    pub fn into_source(self) -> Source {
        self.decoder.into_source()
    }

    /// See [`Decoder::compression`].
    #[must_use]
    pub fn compression(&self) -> Compression {
        self.decoder.compression()
    }

    /// See [`Decoder::compressed_bytes_read`].
    #[must_use]
    pub fn packed_bytes_read(&self) -> u64 {
        self.decoder.compressed_bytes_read()
    }

    /// See [`Decoder::read`].
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn read(&mut self, out: &mut [u8]) -> Result<usize, ReadError> {
        let read = self.decoder.read(out)?;
        self.at += read as u64;
        Ok(read)
    }

    /// See [`Decoder::wait`].
    ///
    /// # Errors
    ///
    /// As the operating system says.
    pub fn wait(&self, wait: Duration) -> io::Result<bool> {
        self.decoder.wait(wait)
    }
}

/// Reads an archive as plain bytes. The source may be a file or a pipe, blocking or not.
pub struct Decoder {
    source: Source,
    /// Nothing for plain bytes.
    chain: Option<Chain>,
    /// Compressed bytes; those from `begin` to `end` are not yet done with.
    buffer: Vec<u8>,
    begin: usize,
    end: usize,
    /// Whether the bytes in `buffer` are not enough to go on.
    hungry: bool,
    source_ended: bool,
    plain_bytes: u64,
}

impl fmt::Debug for Decoder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("Decoder");
        debug.field("source", &self.source).field("compression", &self.compression());
        debug.field("compressed_bytes_read", &self.compressed_bytes_read()).finish_non_exhaustive()
    }
}

impl Decoder {
    /// A decoder of what [`sniff`] found, or of plain bytes, which pass as they are. `head` are the bytes that were
    /// already taken from `source`. Holds 64 KiB and what the format needs, of which `memory` keeps account.
    #[must_use]
    pub fn new(compression: Compression, head: &[u8], source: impl Into<Source>, memory: &Memory) -> Self {
        let source = source.into();
        let chain = Chain::new(compression, memory);
        let buffer = head.to_vec();
        let (end, hungry) = (head.len(), head.is_empty());
        Self { source, chain, buffer, begin: 0, end, hungry, source_ended: false, plain_bytes: 0 }
    }

    /// How the bytes are packed; final once a byte was read, or the end.
    #[must_use]
    pub fn compression(&self) -> Compression {
        self.chain.as_ref().map_or(Compression::None, Chain::compression)
    }

    /// Whether a read will not block; waits a while for that, less than a second.
    ///
    /// # Errors
    ///
    /// As the operating system says.
    pub fn wait(&self, wait: Duration) -> io::Result<bool> {
        if self.needs_source() { self.source.wait(wait) } else { Ok(true) }
    }

    /// What the compressed bytes come from.
    #[must_use]
    pub fn into_source(self) -> Source {
        self.source
    }

    /// How many compressed bytes are done with, of the outermost decoder; they never exceed the size of the source.
    #[must_use]
    pub fn compressed_bytes_read(&self) -> u64 {
        let own = || self.chain.as_ref().map_or(self.plain_bytes, Chain::consumed);
        self.source.outer_bytes_read().unwrap_or_else(own)
    }

    /// Whether the next call of [`read`](Self::read) reads the source, and so may block or should be preceded by a
    /// poll.
    #[must_use]
    pub const fn needs_source(&self) -> bool {
        self.hungry && !self.source_ended
    }

    /// Decodes up to `out.len()` bytes, which must not be 0, and tells how many; 0 at the end. Reads the source at
    /// most once, and only when nothing could be decoded without.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn read(&mut self, out: &mut [u8]) -> Result<usize, ReadError> {
        if self.chain.is_none() {
            return self.read_plain(out);
        }
        let mut source_read = false;
        let mut written = 0;
        while written < out.len() {
            if self.needs_source() {
                match (written, source_read) {
                    (0, false) => self.fill()?,
                    (0, true) => return Err(ReadError::Source(io::ErrorKind::WouldBlock.into())),
                    _ => break,
                }
                source_read = true;
            }
            let Some(chain) = &mut self.chain else { break };
            let room = out.get_mut(written..).unwrap_or_default();
            let input = self.buffer.get(self.begin..self.end).unwrap_or_default();
            let turn = chain.turn(input, self.source_ended, room);
            self.begin += turn.consumed;
            written += turn.written;
            match turn.then {
                Then::Again => {}
                Then::Hungry => self.hungry = true,
                Then::End => break,
                // What was decoded goes out first; the next call meets the same.
                Then::Memory | Then::Damage(_) if written > 0 => break,
                Then::Memory => return Err(ReadError::Memory),
                Then::Damage(error) => return Err(error.into()),
            }
        }
        Ok(written)
    }

    /// Reads the source once, after what is left in the buffer, which is less than a header.
    fn fill(&mut self) -> Result<(), ReadError> {
        self.buffer.copy_within(self.begin..self.end, 0);
        (self.begin, self.end) = (0, self.end - self.begin);
        // There is always room: an empty read would look like the end.
        let length = INPUT_BYTES.max(self.end * 2);
        if self.buffer.len() < length {
            self.buffer.resize(length, 0);
        }
        let bytes = self.source.read(self.buffer.get_mut(self.end..).unwrap_or_default())?;
        self.end += bytes;
        self.source_ended = bytes == 0;
        self.hungry = false;
        Ok(())
    }

    fn read_plain(&mut self, out: &mut [u8]) -> Result<usize, ReadError> {
        let head = self.buffer.get(self.begin..self.end).unwrap_or_default();
        let bytes = if head.is_empty() {
            self.source.read(out)?
        } else {
            let bytes = head.len().min(out.len());
            if let (Some(out), Some(head)) = (out.get_mut(..bytes), head.get(..bytes)) {
                out.copy_from_slice(head);
            }
            self.begin += bytes;
            bytes
        };
        self.plain_bytes += bytes as u64;
        self.hungry = self.begin >= self.end;
        Ok(bytes)
    }
}
