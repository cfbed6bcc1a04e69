//! bzip2, decoded by libbz2-rs through the bzip2 crate, which checks the CRC of each block and stream. Nothing may
//! stand between two streams.

use ::bzip2::{Decompress, Error, Status};

use super::step::{Fault, Magic, Next, Opening, Step};

/// The beginning of each stream; the size of its blocks, `1` to `9`, follows.
pub(super) const MAGIC: [u8; 3] = *b"BZh";

/// What a stream needs beside its block, in bytes: tables and the structure of the library.
const BESIDE_BYTES: u64 = 256 * 1024;

/// libbz2 forgets what it wrote in a call that fails inside a block. It is called with room up to the next multiple of
/// this many bytes, so that what is lost is little and does not depend on the room of the caller.
const CELL_BYTES: usize = 4096;

/// Holds four bytes for each byte of a block: at most 3.6 MB.
#[derive(Default)]
pub(super) struct Bzip2 {
    stream: Option<Decompress>,
    granted_bytes: u64,
    needed_bytes: u64,
    /// Decoded bytes for which there was no room yet, from this place on, and what comes after them.
    cell: Vec<u8>,
    from: usize,
    after: Option<Next>,
}

impl Bzip2 {
    pub(super) fn open(&mut self, head: &[u8]) -> Opening {
        match Magic::compare(head.get(..3).unwrap_or(head), &MAGIC) {
            Magic::Other => Opening::Foreign,
            Magic::Begun => Opening::Short,
            Magic::Whole => match head.get(3) {
                None => Opening::Short,
                Some(level @ b'1'..=b'9') => {
                    self.needed_bytes = u64::from(level - b'0') * 400_000 + BESIDE_BYTES;
                    self.stream = None;
                    Opening::Member(0)
                }
                Some(_) => Opening::Foreign,
            },
        }
    }

    pub(super) fn step(&mut self, input: &[u8], out: &mut [u8]) -> Step {
        if self.needed_bytes > self.granted_bytes {
            return Step::idle(Next::Memory(self.needed_bytes));
        }
        if self.after.is_some() {
            return self.hand_out(out);
        }
        let stream = self.stream.get_or_insert_with(|| Decompress::new(false));
        let room = CELL_BYTES - (stream.total_out() % CELL_BYTES as u64) as usize;
        if let Some(out) = out.get_mut(..room) {
            return Self::decode(stream, input, out);
        }
        self.cell.resize(room, 0);
        let step = Self::decode(stream, input, &mut self.cell);
        self.cell.truncate(step.written);
        (self.from, self.after) = (0, Some(step.next));
        Step { consumed: step.consumed, ..self.hand_out(out) }
    }

    fn decode(stream: &mut Decompress, input: &[u8], out: &mut [u8]) -> Step {
        let before = (stream.total_in(), stream.total_out());
        let result = stream.decompress(input, out);
        let consumed = stream.total_in().saturating_sub(before.0) as usize;
        let written = stream.total_out().saturating_sub(before.1) as usize;
        let next = match result {
            Ok(Status::StreamEnd) => Next::End,
            Ok(Status::MemNeeded) => Next::Fault(Fault::out_of_memory()),
            Ok(_) => Next::More,
            Err(Error::Data) => Next::Fault(Fault::corrupt("a checksum (CRC-32) or a block is wrong")),
            Err(_) => Next::Fault(Fault::corrupt("the header is wrong")),
        };
        Step { consumed, written, next }
    }

    fn hand_out(&mut self, out: &mut [u8]) -> Step {
        let rest = self.cell.get(self.from..).unwrap_or_default();
        let written = rest.len().min(out.len());
        if let (Some(out), Some(rest)) = (out.get_mut(..written), rest.get(..written)) {
            out.copy_from_slice(rest);
        }
        self.from += written;
        let next = if self.from < self.cell.len() { None } else { self.after.take() };
        Step { consumed: 0, written, next: next.unwrap_or(Next::More) }
    }

    pub(super) fn release(&mut self) {
        self.stream = None;
        self.granted_bytes = 0;
    }

    pub(super) const fn grant(&mut self, bytes: u64) {
        self.granted_bytes = bytes;
    }
}
