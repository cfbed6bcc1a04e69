//! The bytes around a chunk, for those who have to look at the lines before and after it. It reads only what is asked for,
//! and does not know what a line is.

use std::cell::OnceCell;
use std::ops::Range;
use std::sync::Arc;

use super::blob::Blob;
pub use super::passed::BEFORE_BYTES;

/// How much of it is read at first.
pub const NEAR_BYTES: usize = 80 * 1024;
/// How much of an input can be seen after a chunk, in bytes.
pub const AFTER_BYTES: usize = 256 * 1024;

/// The bytes around a chunk. What cannot be read is not there.
#[derive(Debug, Default)]
pub struct Around<'h> {
    file: Option<Part<'h>>,
    kept: Kept<'h>,
    read_near: OnceCell<Vec<u8>>,
    read_before: OnceCell<Vec<u8>>,
    read_after: OnceCell<Vec<u8>>,
}

/// What was kept of a stream.
#[derive(Clone, Copy, Debug, Default)]
struct Kept<'h> {
    before: &'h [Arc<Vec<u8>>],
    after: &'h [u8],
}

/// A part of a file.
#[derive(Clone, Copy, Debug)]
struct Part<'h> {
    file: &'h Blob,
    /// Where the input lies in the file.
    input_start: u64,
    input_end: u64,
    /// Where the chunk lies in it.
    start: u64,
    end: u64,
}

impl<'h> Around<'h> {
    /// Around some bytes of a file, within those of an input.
    #[must_use]
    pub fn of_file(file: &'h Blob, input: Range<u64>, chunk: Range<u64>) -> Self {
        let (input_start, input_end) = (input.start, input.end);
        let part = Part { file, input_start, input_end, start: chunk.start, end: chunk.end };
        Self { file: Some(part), ..Self::default() }
    }

    /// Around a chunk of a stream, of which the pieces before it and the bytes after it were kept.
    #[must_use]
    pub fn of_stream(before: &'h [Arc<Vec<u8>>], after: &'h [u8]) -> Self {
        Self { kept: Kept { before, after }, ..Self::default() }
    }

    /// Up to `bytes` bytes that end where the chunk begins, at most [`BEFORE_BYTES`].
    pub fn before(&self, bytes: usize) -> &[u8] {
        let (held, length) =
            if bytes <= NEAR_BYTES { (&self.read_near, NEAR_BYTES) } else { (&self.read_before, BEFORE_BYTES) };
        let held = held.get_or_init(|| match self.file {
            Some(part) => {
                let start = part.start.saturating_sub(length as u64).max(part.input_start);
                read(part.file, start, part.start)
            }
            None => join(self.kept.before, length),
        });
        held.get(held.len().saturating_sub(bytes)..).unwrap_or_default()
    }

    /// Up to [`AFTER_BYTES`] bytes that begin where the chunk ends.
    pub fn after(&self) -> &[u8] {
        self.file.map_or(self.kept.after, |part| {
            let end = part.input_end.min(part.end.saturating_add(AFTER_BYTES as u64));
            self.read_after.get_or_init(|| read(part.file, part.end, end))
        })
    }
}

/// The last bytes of pieces that follow each other.
fn join(pieces: &[Arc<Vec<u8>>], length: usize) -> Vec<u8> {
    let (mut first, mut held) = (pieces.len(), 0);
    while held < length
        && let Some(piece) = first.checked_sub(1).and_then(|place| pieces.get(place))
    {
        first -= 1;
        held += piece.len();
    }
    let mut bytes = Vec::with_capacity(held);
    pieces.iter().skip(first).for_each(|piece| bytes.extend_from_slice(piece));
    bytes.drain(..bytes.len().saturating_sub(length));
    bytes
}

/// The bytes of a range of a file; of a file that is shorter by now, those that are there.
fn read(file: &Blob, start: u64, end: u64) -> Vec<u8> {
    let mut bytes = vec![0; usize::try_from(end.saturating_sub(start)).unwrap_or_default()];
    let length = file.read_at(start, &mut bytes).unwrap_or_default();
    bytes.truncate(length);
    bytes
}
