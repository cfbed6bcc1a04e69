//! The LZ4 frame format. Frames and their checksums are read here, since the frame reader of lz4_flex takes a cut
//! between two blocks for the end; its block decoder does the rest. The legacy format is refused: it has neither
//! checksums nor an end mark, so a cut would go unseen.

use xxhash_rust::xxh32::{Xxh32, xxh32};

use super::step::{self, Fault, Magic, Next, Opening, Step};

/// The beginning of each frame.
pub(super) const MAGIC: [u8; 4] = [0x04, 0x22, 0x4D, 0x18];

/// The beginning of the legacy format.
pub(super) const MAGIC_LEGACY: [u8; 4] = [0x02, 0x21, 0x4C, 0x18];

/// How far back a linked block may reach, in bytes.
const HISTORY_BYTES: usize = 64 * 1024;

/// Set in the size of a block that is stored as it is.
const STORED: u32 = 1 << 31;

/// Holds two blocks of the largest size that a frame announces, at most 4 MiB each, and the history.
#[derive(Default)]
pub(super) struct Lz4 {
    frame: Frame,
    part: Part,
    granted_bytes: u64,
    /// The block on its way in, when it did not come in one piece.
    packed: Vec<u8>,
    /// History, then the present block.
    plain: Vec<u8>,
    /// Where the present block begins in `plain`, and where it ends.
    begin: usize,
    end: usize,
    /// The checksum of the present block as it is.
    block_sum: u32,
    content_sum: Option<Xxh32>,
    content_bytes: u64,
}

/// What the header of a frame says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Frame {
    block_bytes_max: usize,
    linked: bool,
    block_checksums: bool,
    content_checksum: bool,
    content_bytes: Option<u64>,
}

/// Parts of a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Part {
    #[default]
    Size,
    Block {
        bytes: usize,
        stored: bool,
    },
    /// Decoded bytes from this place on are to be handed out.
    Out(usize),
    BlockChecksum,
    ContentChecksum,
}

impl Lz4 {
    pub(super) fn open(&mut self, head: &[u8]) -> Opening {
        if let Some(skippable) = step::skippable(head) {
            return skippable;
        }
        let start = head.get(..4).unwrap_or(head);
        match (Magic::compare(start, &MAGIC), Magic::compare(start, &MAGIC_LEGACY)) {
            (Magic::Whole, _) => {}
            (_, Magic::Whole) => return Opening::Fault(Fault::refused("the legacy LZ4 format is not supported")),
            (Magic::Begun, _) | (_, Magic::Begun) => return Opening::Short,
            (Magic::Other, Magic::Other) => return Opening::Foreign,
        }
        match Frame::parse(head) {
            None => Opening::Short,
            Some(Err(fault)) => Opening::Fault(fault),
            Some(Ok((frame, header_bytes))) => {
                self.frame = frame;
                self.part = Part::Size;
                self.packed.clear();
                (self.begin, self.end) = (0, 0);
                self.content_sum = frame.content_checksum.then(|| Xxh32::new(0));
                self.content_bytes = 0;
                Opening::Member(header_bytes)
            }
        }
    }

    pub(super) fn step(&mut self, input: &[u8], out: &mut [u8]) -> Step {
        let needed_bytes = self.frame.memory_bytes();
        if needed_bytes > self.granted_bytes {
            return Step::idle(Next::Memory(needed_bytes));
        }
        match self.part {
            Part::Size => self.size(input),
            Part::Block { bytes, stored } => self.block(input, bytes, stored, out),
            Part::Out(from) => self.hand_out(from, out),
            Part::BlockChecksum => match step::u32_at(input, 0) {
                None => Step::hungry(),
                Some(sum) if sum != self.block_sum => fault("the checksum (XXH32) of a block is wrong"),
                Some(_) => {
                    self.part = Part::Size;
                    Step::consumed(4)
                }
            },
            Part::ContentChecksum => match (step::u32_at(input, 0), &self.content_sum) {
                (None, _) => Step::hungry(),
                (Some(told), Some(sum)) if told != sum.digest() => fault("the checksum (XXH32) is wrong"),
                (Some(_), _) => Step { consumed: 4, written: 0, next: Next::End },
            },
        }
    }

    /// Reads the size of a block, or the end mark.
    fn size(&mut self, input: &[u8]) -> Step {
        let Some(size) = step::u32_at(input, 0) else { return Step::hungry() };
        if size == 0 {
            if self.frame.content_bytes.is_some_and(|bytes| bytes != self.content_bytes) {
                return fault("the size in the header is wrong");
            }
            if self.frame.content_checksum {
                self.part = Part::ContentChecksum;
                return Step::consumed(4);
            }
            return Step { consumed: 4, written: 0, next: Next::End };
        }
        let (bytes, stored) = ((size & !STORED) as usize, size & STORED != 0);
        if bytes > self.frame.block_bytes_max {
            return fault("a block is larger than the header allows");
        }
        self.packed.clear();
        self.part = Part::Block { bytes, stored };
        Step::consumed(4)
    }

    /// Collects a block, decodes it when it is whole, and hands out its first bytes.
    fn block(&mut self, input: &[u8], bytes: usize, stored: bool, out: &mut [u8]) -> Step {
        let missing = bytes.saturating_sub(self.packed.len());
        let piece = input.get(..missing).unwrap_or(input);
        let whole = piece.len() == missing;
        let decoded = if whole && self.packed.is_empty() {
            self.decode(piece, stored)
        } else {
            self.packed.reserve_exact(missing);
            self.packed.extend_from_slice(piece);
            if !whole {
                return Step::consumed(piece.len());
            }
            let packed = std::mem::take(&mut self.packed);
            let decoded = self.decode(&packed, stored);
            self.packed = packed;
            decoded
        };
        if !decoded {
            return fault("a block is wrong");
        }
        let step = self.hand_out(self.begin, out);
        Step { consumed: piece.len(), ..step }
    }

    /// Decodes a whole block after the history; false when it is wrong.
    fn decode(&mut self, packed: &[u8], stored: bool) -> bool {
        let frame = self.frame;
        let length = frame.plain_bytes();
        if self.plain.len() < length {
            self.plain = vec![0; length];
        }
        let mut at = if frame.linked { self.end } else { 0 };
        if at + frame.block_bytes_max > length {
            // So rarely that all these moves together cost less than the decoded bytes did.
            let kept = at.min(HISTORY_BYTES);
            self.plain.copy_within(at - kept..at, 0);
            at = kept;
        }
        let (history, room) = self.plain.split_at_mut(at);
        let history = history.get(history.len().saturating_sub(HISTORY_BYTES)..).unwrap_or_default();
        let Some(room) = room.get_mut(..frame.block_bytes_max) else { return false };
        let written = if stored {
            room.get_mut(..packed.len()).map(|room| room.copy_from_slice(packed)).map(|()| packed.len())
        } else if history.is_empty() {
            lz4_flex::block::decompress_into(packed, room).ok()
        } else {
            lz4_flex::block::decompress_into_with_dict(packed, room, history).ok()
        };
        let Some(block) = written.and_then(|written| room.get(..written)) else { return false };
        if frame.block_checksums {
            self.block_sum = xxh32(packed, 0);
        }
        if let Some(sum) = &mut self.content_sum {
            sum.update(block);
        }
        self.content_bytes = self.content_bytes.saturating_add(block.len() as u64);
        (self.begin, self.end) = (at, at + block.len());
        true
    }

    fn hand_out(&mut self, from: usize, out: &mut [u8]) -> Step {
        let block = self.plain.get(from..self.end).unwrap_or_default();
        let written = block.len().min(out.len());
        if let (Some(out), Some(block)) = (out.get_mut(..written), block.get(..written)) {
            out.copy_from_slice(block);
        }
        self.part = match from + written {
            from if from < self.end => Part::Out(from),
            _ if self.frame.block_checksums => Part::BlockChecksum,
            _ => Part::Size,
        };
        Step { consumed: 0, written, next: Next::More }
    }

    pub(super) fn release(&mut self) {
        (self.packed, self.plain) = (Vec::new(), Vec::new());
        self.granted_bytes = 0;
    }

    pub(super) const fn grant(&mut self, bytes: u64) {
        self.granted_bytes = bytes;
    }
}

fn fault(text: &str) -> Step {
    Step::idle(Next::Fault(Fault::corrupt(text)))
}

impl Frame {
    /// Reads a header, and how long it is; nothing when `head` is too short.
    fn parse(head: &[u8]) -> Option<Result<(Self, usize), Fault>> {
        let (flags, sizes) = (*head.get(4)?, *head.get(5)?);
        let has_content_bytes = flags & 0x08 != 0;
        let has_dictionary = flags & 0x01 != 0;
        let sum_at = 6 + if has_content_bytes { 8 } else { 0 } + if has_dictionary { 4 } else { 0 };
        let sum = *head.get(sum_at)?;
        if (xxh32(head.get(4..sum_at)?, 0) >> 8) as u8 != sum {
            return Some(Err(Fault::corrupt("the checksum of its header is wrong")));
        }
        if flags >> 6 != 1 || flags & 0x02 != 0 || sizes & 0x8F != 0 || sizes >> 4 < 4 {
            return Some(Err(Fault::refused("its version of the LZ4 frame format is not supported")));
        }
        if has_dictionary {
            return Some(Err(Fault::refused("it needs a dictionary, which is not at hand")));
        }
        let frame = Self {
            block_bytes_max: 1 << (8 + 2 * (sizes >> 4)),
            linked: flags & 0x20 == 0,
            block_checksums: flags & 0x10 != 0,
            content_checksum: flags & 0x04 != 0,
            content_bytes: head
                .get(6..14)
                .filter(|_| has_content_bytes)
                .and_then(|bytes| bytes.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))),
        };
        Some(Ok((frame, sum_at + 1)))
    }

    /// How much room history and block take; twice the history, so that it is moved only now and then.
    const fn plain_bytes(&self) -> usize {
        if self.linked { 2 * HISTORY_BYTES + self.block_bytes_max } else { self.block_bytes_max }
    }

    const fn memory_bytes(&self) -> u64 {
        (self.plain_bytes() + self.block_bytes_max) as u64
    }
}
