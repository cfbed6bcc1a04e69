//! The words for a chunk of an input, whether it was read from a file or a stream: its sizes, its lines, and why it ended
//! early. Nothing here reads.

use std::io;

use super::Status;

/// Sizes of reads and lines, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// How many bytes of a file one chunk covers; about as many a chunk of a stream holds.
    pub chunk_bytes: usize,
    /// How many bytes one read of a pipe asks for, and one read after the end of a part; of an archive, at least.
    pub read_bytes: usize,
    /// The longest line, in bytes; see [`crate::record::LINE_BYTES_MAX`].
    pub line_bytes_max: usize,
}

impl Default for Sizes {
    fn default() -> Self {
        // A chunk stays in the second-level cache of a core, with room for the tables beside it.
        Self { chunk_bytes: 128 * 1024, read_bytes: 64 * 1024, line_bytes_max: crate::record::LINE_BYTES_MAX }
    }
}

/// Lines in a worker's buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lines {
    /// Where they begin in the buffer.
    pub start: usize,
    /// Offset of the first byte in the input.
    pub offset: u64,
    /// Offset of the byte after all that belong to the chunk.
    pub end: u64,
    /// Whether the last line has no LF and is the last of the input.
    pub unterminated: bool,
}

impl Lines {
    /// The same lines with offsets from a place before them.
    #[must_use]
    pub const fn since(self, place: u64) -> Self {
        Self { offset: self.offset - place, end: self.end - place, ..self }
    }
}

/// Why reading an input ended early.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Damage {
    /// Where reading ended.
    pub offset: u64,
    /// What it makes of the input.
    pub status: Status,
    /// What is wrong, and where.
    pub text: String,
}

impl Damage {
    /// Whether it is an error of the operating system rather than of the bytes, which says its number.
    #[must_use]
    pub fn is_of_system(&self) -> bool {
        self.text.contains("(os error ")
    }

    /// What an error of the operating system at a place makes of an input.
    #[must_use]
    pub fn of(error: &io::Error, offset: u64) -> Self {
        Self { offset, status: Status::Incomplete, text: format!("{error} at byte {offset}") }
    }
}
