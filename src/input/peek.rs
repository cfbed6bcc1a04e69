//! The first bytes of a pipe, which say whether it is a tar: that has to be copied to a file, since a tar is listed before it
//! is read. It copies nothing.

use std::fs::File;
use std::sync::atomic::AtomicBool;

use super::decode::memory::Memory;
use super::decode::{self, Decoder, Outer, SNIFF_BYTES, Source};
use super::headers::{self, BLOCK_BYTES};
use super::lane::fill;

/// How many packed bytes the first header of a tar may take; the blocks of every format are smaller.
const PACKED_BYTES_MAX: usize = 8 * 1024 * 1024;

/// What was taken from a pipe.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peeked {
    /// The bytes, which the pipe does not give again.
    pub head: Vec<u8>,
    /// Whether they begin a tar, plain or packed.
    pub is_tar: bool,
}

/// Takes as many bytes from a pipe as it takes to tell whether it is a tar, 512 of a plain log. What is wrong with the pipe
/// shows again when it is read.
#[must_use]
pub fn peek(pipe: File, stop: &AtomicBool) -> Peeked {
    let memory = Memory::default();
    let plain = |source, head: &[u8], compression| Outer::new(Decoder::new(compression, head, source, &memory));
    let source = Source::Kept { file: pipe, kept: Vec::new(), bytes_max: PACKED_BYTES_MAX };
    let mut outer = plain(source, &[], super::Compression::None);
    let mut magic = [0; SNIFF_BYTES];
    let (length, _) = fill(&mut outer, &mut magic, &memory, stop);
    let magic = magic.get(..length).unwrap_or_default();
    let compression = decode::sniff(magic).unwrap_or_default();
    let mut outer = plain(outer.into_source(), magic, compression);
    let mut block = [0; BLOCK_BYTES];
    let (length, _) = fill(&mut outer, &mut block, &memory, stop);
    let is_tar = headers::is_tar(block.get(..length).unwrap_or_default());
    match outer.into_source() {
        Source::Kept { kept: head, .. } => Peeked { head, is_tar },
        Source::File(_) | Source::Span { .. } | Source::Inside { .. } => Peeked::default(),
    }
}
