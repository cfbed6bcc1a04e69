//! zstd (RFC 8878), decoded by libzstd block by block. The walk over headers is done here, so that a frame is judged
//! before memory is given to it, and so that a wrong block does not take the blocks before it along: libzstd tells
//! nothing of what it wrote in a call that fails.

use zstd_safe::zstd_sys::ZSTD_ErrorCode::ZSTD_error_memory_allocation;
use zstd_safe::{DCtx, InBuffer, OutBuffer};

use super::memory::WINDOW_BYTES_MAX;
use super::step::{self, Fault, Magic, Next, Opening, Step};

/// The last three bytes of the magic number; the first is 0x28, or less in the formats before zstd 0.8.
const MAGIC_TAIL: [u8; 3] = [0xB5, 0x2F, 0xFD];
const MAGIC_FIRST: u8 = 0x28;
const MAGIC_FIRST_OLD: std::ops::RangeInclusive<u8> = 0x22..=0x27;

/// What a frame needs beside its window, in bytes: the structure of the library and three blocks.
const BESIDE_BYTES: u64 = 640 * 1024;

/// How the beginning of `head` compares with the magic number, those of old formats included.
pub(super) fn magic(head: &[u8]) -> Magic {
    match head.split_first() {
        None => Magic::Begun,
        Some((&first, rest)) if first == MAGIC_FIRST || MAGIC_FIRST_OLD.contains(&first) => {
            Magic::compare(rest.get(..3).unwrap_or(rest), &MAGIC_TAIL)
        }
        Some(_) => Magic::Other,
    }
}

/// Holds the window of the largest frame so far.
#[derive(Default)]
pub(super) struct Zstd {
    context: Option<DCtx<'static>>,
    granted_bytes: u64,
    needed_bytes: u64,
    /// The part of the frame that is being fed, and how much of it is left.
    part: Part,
    left: usize,
    /// Whether the last step filled its room, so that libzstd may hold back decoded bytes.
    pending: bool,
    checksum: bool,
    /// How many bytes the header announces, and how many came.
    content_bytes: Option<u64>,
    written: u64,
}

/// Parts of a frame in their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Part {
    #[default]
    Header,
    Block {
        last: bool,
    },
    Checksum,
}

impl Zstd {
    pub(super) fn open(&mut self, head: &[u8]) -> Opening {
        if let Some(skippable) = step::skippable(head) {
            return skippable;
        }
        match magic(head) {
            Magic::Other => return Opening::Foreign,
            Magic::Begun => return Opening::Short,
            Magic::Whole if head.first() != Some(&MAGIC_FIRST) => {
                return Opening::Fault(Fault::refused("it is of a zstd before 0.8, which is not supported"));
            }
            Magic::Whole => {}
        }
        let Some(header) = Header::parse(head) else { return Opening::Short };
        if let Some(fault) = header.fault() {
            return Opening::Fault(fault);
        }
        self.needed_bytes = header.window_bytes.min(header.content_bytes.unwrap_or(u64::MAX)) + BESIDE_BYTES;
        self.checksum = header.checksum;
        self.content_bytes = header.content_bytes;
        self.written = 0;
        self.part = Part::Header;
        self.left = header.bytes;
        self.pending = false;
        Opening::Member(0)
    }

    pub(super) fn step(&mut self, input: &[u8], out: &mut [u8]) -> Step {
        if self.needed_bytes > self.granted_bytes {
            return Step::idle(Next::Memory(self.needed_bytes));
        }
        loop {
            if self.left == 0 && !self.pending {
                match self.next_part(input) {
                    Some(Next::More) => {}
                    Some(next) => return Step::idle(next),
                    None => return Step::hungry(),
                }
            }
            let was_pending = self.pending;
            let step = self.feed(input.get(..self.left).unwrap_or(input), out);
            let idle = step.consumed == 0 && step.written == 0 && matches!(step.next, Next::More);
            // Nothing was held back after all: the next part is due.
            if !(idle && was_pending) {
                return step;
            }
        }
    }

    /// Gives libzstd bytes of no more than one part.
    fn feed(&mut self, input: &[u8], out: &mut [u8]) -> Step {
        if self.context.is_none() {
            self.context = DCtx::try_create();
        }
        let Some(context) = &mut self.context else { return Step::idle(Next::Fault(Fault::out_of_memory())) };
        let room = out.len();
        let (mut taken, mut given) = (InBuffer::around(input), OutBuffer::around(out));
        let result = context.decompress_stream(&mut given, &mut taken);
        let (consumed, written) = (taken.pos(), given.pos());
        self.left = self.left.saturating_sub(consumed);
        self.pending = written == room;
        self.written = self.written.saturating_add(written as u64);
        let next = match result {
            Ok(0) => self.end(),
            Ok(_) => Next::More,
            Err(code) if zstd_safe::is_error_kind(code, ZSTD_error_memory_allocation) => {
                Next::Fault(Fault::out_of_memory())
            }
            Err(_) if self.part == Part::Checksum => Next::Fault(Fault::corrupt("the checksum (XXH64) is wrong")),
            Err(code) => Next::Fault(Fault::corrupt(format!("a block is wrong: {}", zstd_safe::get_error_name(code)))),
        };
        Step { consumed, written, next }
    }

    /// Sees what follows the part that is done; nothing when `input` does not show it yet.
    fn next_part(&mut self, input: &[u8]) -> Option<Next> {
        match self.part {
            Part::Header | Part::Block { last: false } => {
                let header = u32::from_le_bytes([*input.first()?, *input.get(1)?, *input.get(2)?, 0]);
                let size = (header >> 3) as usize;
                // A repeated byte is stored once; a wrong kind or size is for libzstd to find.
                self.left = 3 + if header & 0b110 == 0b010 { 1 } else { size };
                self.part = Part::Block { last: header & 1 == 1 };
            }
            Part::Block { last: true } if self.checksum => {
                self.left = 4;
                self.part = Part::Checksum;
            }
            Part::Block { last: true } | Part::Checksum => return Some(self.end()),
        }
        Some(Next::More)
    }

    /// The end of a frame. libzstd overlooks a wrong size when the last block is empty.
    fn end(&self) -> Next {
        match self.content_bytes {
            Some(bytes) if bytes != self.written => Next::Fault(Fault::corrupt("the size in the header is wrong")),
            _ => Next::End,
        }
    }

    pub(super) fn release(&mut self) {
        self.context = None;
        self.granted_bytes = 0;
    }

    pub(super) const fn grant(&mut self, bytes: u64) {
        self.granted_bytes = bytes;
    }
}

/// The header of a frame, RFC 8878 section 3.1.1.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Header {
    /// Its length with the magic number.
    bytes: usize,
    window_bytes: u64,
    content_bytes: Option<u64>,
    dictionary: u32,
    checksum: bool,
    reserved: bool,
}

impl Header {
    /// Nothing when `head` is too short.
    fn parse(head: &[u8]) -> Option<Self> {
        let descriptor = *head.get(4)?;
        let single_segment = descriptor & 0x20 != 0;
        let mut at = 5;
        let mut number = |bytes: usize| -> Option<u64> {
            let mut number = [0; 8];
            number.get_mut(..bytes)?.copy_from_slice(head.get(at..at + bytes)?);
            at += bytes;
            Some(u64::from_le_bytes(number))
        };
        let window = if single_segment { 0 } else { number(1)? };
        let dictionary = number([0, 1, 2, 4][usize::from(descriptor & 3)])? as u32;
        let content_field = descriptor >> 6;
        let content = number(match content_field {
            0 => usize::from(single_segment),
            1 => 2,
            2 => 4,
            _ => 8,
        })?;
        // Two bytes tell sizes from 256 on.
        let content = content.saturating_add(if content_field == 1 { 256 } else { 0 });
        let base = 1 << (10 + (window >> 3));
        let window_bytes = if single_segment { content } else { base + base / 8 * (window & 7) };
        let content_bytes = (single_segment || content_field != 0).then_some(content);
        let (checksum, reserved) = (descriptor & 4 != 0, descriptor & 8 != 0);
        Some(Self { bytes: at, window_bytes, content_bytes, dictionary, checksum, reserved })
    }

    /// Why the frame is not decoded.
    fn fault(&self) -> Option<Fault> {
        if self.reserved {
            return Some(Fault::corrupt("a reserved bit of the header is set"));
        }
        if self.dictionary != 0 {
            return Some(Fault::refused(format!("it needs the dictionary {}, which is not at hand", self.dictionary)));
        }
        (self.window_bytes > WINDOW_BYTES_MAX).then(|| Fault::too_large("window", self.window_bytes))
    }
}
