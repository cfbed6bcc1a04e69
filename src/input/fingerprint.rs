//! What a stream begins and ends with, kept while it is read, so that another run knows it again. It reads nothing.

/// How many bytes at either end identify a stream.
pub const IDENTITY_BYTES: usize = 4096;

/// What is kept of the bytes of a stream while it is read.
#[derive(Debug, Default)]
pub(super) struct Kept {
    head: Vec<u8>,
    tail: Vec<u8>,
    /// Offset after the lines that were handed out.
    pub(super) lines_end: u64,
}

impl Kept {
    pub(super) fn append(&mut self, bytes: &[u8]) {
        let room = IDENTITY_BYTES.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(bytes.get(..room).unwrap_or_default());
        keep_last(&mut self.tail, bytes);
    }

    /// What is known of a stream after this number of bytes.
    pub(super) fn ends(&self, bytes: u64) -> Fingerprint {
        let Self { head, tail, lines_end } = self;
        Fingerprint { lines_end: *lines_end, bytes, head: head.clone(), tail: tail.clone() }
    }
}

/// Appends bytes to a buffer that keeps the last [`IDENTITY_BYTES`] of them.
pub fn keep_last(tail: &mut Vec<u8>, bytes: &[u8]) {
    let fresh = bytes.get(bytes.len().saturating_sub(IDENTITY_BYTES)..).unwrap_or_default();
    let excess = (tail.len() + fresh.len()).saturating_sub(IDENTITY_BYTES);
    tail.drain(..excess.min(tail.len()));
    tail.extend_from_slice(fresh);
}

/// Where a stream ended, and what it begins and ends with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// Offset after the last line that was handed out. It is the end of all bytes, unless the stream is damaged.
    pub lines_end: u64,
    /// How many bytes there are.
    pub bytes: u64,
    /// The first bytes, at most [`IDENTITY_BYTES`].
    pub head: Vec<u8>,
    /// The last bytes, at most [`IDENTITY_BYTES`].
    pub tail: Vec<u8>,
}
