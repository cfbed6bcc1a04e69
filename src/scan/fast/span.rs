//! Places in a chunk.

/// No place in a chunk.
pub const NOWHERE: usize = usize::MAX;

/// A line of a chunk, without its LF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Place of the first byte in the chunk.
    pub start: usize,
    /// Place behind the last byte.
    pub end: usize,
}
