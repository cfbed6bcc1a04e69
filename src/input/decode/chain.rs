//! The members of an archive one after another, from compressed bytes in memory to plain bytes in memory: what stands
//! between them, where they begin, and what becomes of the archive when one of them is wrong. It reads no file.

use super::codec::Codec;
use super::memory::{Memory, Share};
use super::step::{Fault, Magic, Next, Opening};
use super::{Compression, DecodeError, Status, lz4, zstd};

/// An archive that is being decoded.
pub(super) struct Chain {
    compression: Compression,
    codec: Codec,
    place: Place,
    share: Share,
    /// How many members began, and where the last one did.
    members: u64,
    member_at: u64,
    /// How many bytes of zero padding stand after the last member so far.
    padding: u64,
    consumed: u64,
    decoded: u64,
}

/// Where in the archive the next byte is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    Between,
    /// In a part without content, this number of bytes before its end.
    Skipping(u64),
    Inside,
    Ended,
    Damaged(DecodeError),
}

/// What a turn did.
#[derive(Debug, Default)]
pub(super) struct Turn {
    /// How many bytes of the input are done with.
    pub(super) consumed: usize,
    /// How many bytes were decoded.
    pub(super) written: usize,
    pub(super) then: Then,
}

/// What comes after a turn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Then {
    /// Another turn.
    #[default]
    Again,
    /// Another turn with more input than this one had.
    Hungry,
    /// Another turn when other decoders have given memory back.
    Memory,
    /// Nothing.
    End,
    /// Nothing, because of this.
    Damage(DecodeError),
}

impl Turn {
    fn then(then: Then) -> Self {
        Self { then, ..Self::default() }
    }
}

impl Chain {
    /// An archive of which nothing was seen; none for plain bytes.
    pub(super) fn new(compression: Compression, memory: &Memory) -> Option<Self> {
        Some(Self {
            compression,
            codec: Codec::new(compression)?,
            place: Place::Between,
            share: Share::new(memory.clone()),
            members: 0,
            member_at: 0,
            padding: 0,
            consumed: 0,
            decoded: 0,
        })
    }

    pub(super) const fn compression(&self) -> Compression {
        self.compression
    }

    /// How many compressed bytes are done with.
    pub(super) const fn consumed(&self) -> u64 {
        self.consumed
    }

    /// Goes on with `input`, which begins with the first byte that is not done with; `last` says that nothing follows
    /// it. `out` is not empty. As long as the answer is `Again`, a turn makes progress.
    pub(super) fn turn(&mut self, input: &[u8], last: bool, out: &mut [u8]) -> Turn {
        let turn = match &self.place {
            Place::Between => self.open(input, last),
            Place::Skipping(left) => self.skip(*left, input, last),
            Place::Inside => self.step(input, last, out),
            Place::Ended => Turn::then(Then::End),
            Place::Damaged(error) => Turn::then(Then::Damage(error.clone())),
        };
        self.consumed += turn.consumed as u64;
        turn
    }

    fn open(&mut self, head: &[u8], last: bool) -> Turn {
        self.settle(head);
        match self.codec.open(head) {
            Opening::Short if !last => Turn::then(Then::Hungry),
            Opening::Short if head.is_empty() => self.end(),
            Opening::Short => {
                let text = format!("{} {} is cut in its header", self.codec.member_word(), self.members + 1);
                self.damage(Status::Incomplete, format!("{text}, at the end of the file, {}", self.so_far(head.len())))
            }
            Opening::Member(_) | Opening::Foreign | Opening::Fault(_) if self.bad_padding().is_some() => self.end(),
            Opening::Member(header_bytes) => {
                self.members += 1;
                self.member_at = self.consumed;
                self.padding = 0;
                self.place = Place::Inside;
                Turn { consumed: header_bytes, ..Turn::default() }
            }
            Opening::Padding(bytes) if self.members > 0 => {
                self.padding += bytes as u64;
                Turn { consumed: bytes, ..Turn::default() }
            }
            Opening::Skip(bytes) => {
                self.place = Place::Skipping(bytes);
                Turn::default()
            }
            Opening::Foreign | Opening::Padding(_) => {
                let status = if self.members > 0 { Status::Incomplete } else { Status::Corrupt };
                let text =
                    format!("what begins at compressed byte {} is not {}", self.consumed, self.compression.as_str());
                self.damage(status, format!("{text}, {}", self.so_far(0)))
            }
            Opening::Fault(fault) => {
                self.members += 1;
                self.member_at = self.consumed;
                self.fault(fault)
            }
        }
    }

    /// Frames that are skipped do not tell zstd and LZ4 apart; the first real one does.
    fn settle(&mut self, head: &[u8]) {
        if self.members > 0 {
            return;
        }
        let other = match self.compression {
            Compression::Zstd if head.starts_with(&lz4::MAGIC) || head.starts_with(&lz4::MAGIC_LEGACY) => {
                Compression::Lz4
            }
            Compression::Lz4 if zstd::magic(head) == Magic::Whole => Compression::Zstd,
            _ => return,
        };
        if let Some(codec) = Codec::new(other) {
            (self.compression, self.codec) = (other, codec);
        }
    }

    fn skip(&mut self, left: u64, input: &[u8], last: bool) -> Turn {
        let bytes = left.min(input.len() as u64);
        self.place = if bytes == left { Place::Between } else { Place::Skipping(left - bytes) };
        if bytes == 0 && left > 0 {
            if !last {
                return Turn::then(Then::Hungry);
            }
            return self.damage(Status::Incomplete, format!("it ends inside a skippable frame, {}", self.so_far(0)));
        }
        Turn { consumed: bytes as usize, ..Turn::default() }
    }

    fn step(&mut self, input: &[u8], last: bool, out: &mut [u8]) -> Turn {
        let step = self.codec.step(input, out);
        self.decoded += step.written as u64;
        let idle = step.consumed == 0 && step.written == 0;
        let then = match step.next {
            Next::More if idle && !last => Then::Hungry,
            Next::More if idle => {
                let text = format!("it ends inside {}", self.member());
                self.damage(Status::Incomplete, format!("{text}, {}", self.so_far(input.len()))).then
            }
            Next::More => Then::Again,
            Next::End => {
                self.place = Place::Between;
                Then::Again
            }
            Next::Memory(bytes) => {
                self.codec.release();
                if self.share.swap(bytes) {
                    self.codec.grant(self.share.bytes());
                    Then::Again
                } else {
                    Then::Memory
                }
            }
            Next::Fault(fault) => {
                let damage = self.fault(fault).then;
                // What was decoded before comes first; the damage stays.
                if step.written > 0 { Then::Again } else { damage }
            }
        };
        Turn { consumed: step.consumed, written: step.written, then }
    }

    /// Nothing follows what was read so far.
    fn end(&mut self) -> Turn {
        if let Some(text) = self.bad_padding() {
            return self.damage(Status::Incomplete, text);
        }
        self.rest(Place::Ended);
        Turn::then(Then::End)
    }

    /// Whether the padding after the last member is of a wrong length.
    fn bad_padding(&self) -> Option<String> {
        let unit = self.codec.padding_unit();
        (!self.padding.is_multiple_of(unit)).then(|| {
            let (padding, at) = (self.padding, self.consumed - self.padding);
            let text = format!("{padding} bytes of padding at compressed byte {at} are not a multiple of {unit}");
            format!("{text}, {}", self.so_far(0))
        })
    }

    fn fault(&mut self, fault: Fault) -> Turn {
        let (status, text) = match fault {
            Fault::Corrupt(text) => (Status::Corrupt, text),
            Fault::Refused(text) if self.decoded > 0 => (Status::Incomplete, text),
            Fault::Refused(text) => (Status::Error, text),
        };
        // The exact compressed byte would depend on how much was read at a time.
        self.damage(status, format!("{text}: {}, after {} decoded bytes", self.member(), self.decoded))
    }

    fn damage(&mut self, status: Status, text: String) -> Turn {
        let text = format!("{}: {text}", self.compression.as_str());
        let error = DecodeError { status, text };
        self.rest(Place::Damaged(error.clone()));
        Turn::then(Then::Damage(error))
    }

    /// Comes to an end, and gives all memory back.
    fn rest(&mut self, place: Place) {
        self.place = place;
        if let Some(codec) = Codec::new(self.compression) {
            self.codec = codec;
        }
        self.share.swap(0);
    }

    /// The present member, with the place where it begins.
    fn member(&self) -> String {
        format!("{} {}, which begins at compressed byte {}", self.codec.member_word(), self.members, self.member_at)
    }

    /// How far decoding came; `unused` bytes were seen but are part of nothing whole.
    fn so_far(&self, unused: usize) -> String {
        let seen = self.consumed.saturating_add(unused as u64);
        format!("after {seen} compressed and {} decoded bytes", self.decoded)
    }
}
