//! Bytes that come in order: pipes and archives. They become chunks of whole lines, however they arrive. It knows no
//! format of compression.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::Compression;
use super::budget::{Budget, Lease};
use super::chunk::{Damage, Lines, Sizes};
use super::decode::memory::Memory;
use super::decode::{Outer, ReadError, Source};
use super::fingerprint::{Fingerprint, Kept};
use super::packed::Bytes;
use super::passed::Passed;
use super::split;
use super::wait;

/// How long a wait for a pipe lasts before the wish to stop is looked at.
const WAIT: Duration = Duration::from_millis(100);

/// Bytes that come in order, decompressed.
#[derive(Debug)]
pub struct Stream {
    bytes: Bytes,
    memory: Memory,
    /// What the beginning of a long line holds of the memory for such lines.
    lease: Lease,
    /// The beginning of the next chunk.
    carry: Vec<u8>,
    /// Offset of the first byte of `carry`.
    offset: u64,
    /// How many bytes of NUL padding were left out of the first line of `carry`.
    dropped: usize,
    /// Offset after everything that was read so far.
    read: u64,
    ended: bool,
    /// Whether it ended early.
    damaged: bool,
    /// What is kept of the bytes, for those who go on from here another time.
    kept: Option<Kept>,
    /// The last of the bytes that were passed over.
    pub(super) passed: Passed,
}

/// What comes next of a stream.
#[derive(Debug)]
pub enum Taken {
    /// Lines, in the buffer.
    Lines(Lines),
    /// A long line, which was not asked for; what was read of it stays in the stream.
    Long,
    /// Nothing any more.
    End,
}

/// What one read of a stream gave.
enum Next {
    Bytes,
    End,
    Stopped,
}

impl Stream {
    /// The bytes of a source; their first bytes say how they are packed.
    #[must_use]
    pub fn new(source: impl Into<Source>, memory: &Memory, budget: &Budget) -> Self {
        Self::after(&[], source, memory, budget)
    }

    /// The same with bytes that were already taken from it.
    #[must_use]
    pub fn after(head: &[u8], source: impl Into<Source>, memory: &Memory, budget: &Budget) -> Self {
        Self {
            bytes: Bytes::after(head, source.into(), memory),
            memory: memory.clone(),
            lease: budget.lease(),
            carry: Vec::new(),
            offset: 0,
            dropped: 0,
            read: 0,
            ended: false,
            damaged: false,
            kept: None,
            passed: Passed::default(),
        }
    }

    /// The decoder that the bytes are inside of, where it was left.
    #[must_use]
    pub fn into_outer(self) -> Option<Box<Outer>> {
        self.bytes.into_outer()
    }

    /// From now on keeps what [`ends`](Self::ends) tells. A last line that damage cuts is then not handed out.
    pub fn keep_ends(&mut self) {
        self.kept = Some(Kept::default());
    }

    /// Where the stream ended, when that was kept.
    #[must_use]
    pub fn ends(&self) -> Option<Fingerprint> {
        self.kept.as_ref().map(|kept| kept.ends(self.read))
    }

    /// Passes over the first `offset` bytes, and when that place is inside a line, over the rest of the line too.
    /// Nothing was taken from the stream before, at most looked at.
    pub fn start_at(&mut self, offset: u64, mid_line: bool, sizes: Sizes, stop: &AtomicBool) -> Option<Damage> {
        let mut bytes = std::mem::take(&mut self.carry);
        let (mut at, mut in_line, mut damage) = (0_u64, mid_line, None);
        loop {
            let passed = usize::try_from(offset - at).unwrap_or(usize::MAX).min(bytes.len());
            self.passed.pass(bytes.get(..passed).unwrap_or_default());
            bytes.drain(..passed);
            at += passed as u64;
            if at == offset && in_line && !bytes.is_empty() {
                let end = memchr::memchr(b'\n', &bytes).map_or(bytes.len(), |place| place + 1);
                in_line = bytes.get(end - 1) != Some(&b'\n');
                self.passed.pass(bytes.get(..end).unwrap_or_default());
                bytes.drain(..end);
            }
            if self.ended || (at == offset && !in_line) {
                break;
            }
            match self.append(&mut bytes, sizes.read_bytes, stop) {
                Ok(Next::Bytes) => {}
                Ok(Next::End | Next::Stopped) => self.ended = true,
                Err(error) => {
                    self.ended = true;
                    damage = Some(error);
                }
            }
        }
        self.lease.give_back(&mut bytes);
        self.carry = bytes;
        self.offset = self.read - self.carry.len() as u64;
        if let Some(kept) = &mut self.kept {
            kept.lines_end = self.offset;
        }
        damage
    }

    /// How the bytes are packed, as far as that is known.
    #[must_use]
    pub fn compression(&self) -> Compression {
        self.bytes.compression()
    }

    /// How many bytes of the file or the pipe are done with, as they are packed.
    #[must_use]
    pub fn packed_bytes_read(&self) -> u64 {
        self.bytes.packed_bytes_read()
    }

    /// Appends about `bytes` bytes to a buffer, or the rest, and tells whether the stream has ended.
    pub fn read_bytes(&mut self, bytes: usize, buffer: &mut Vec<u8>, stop: &AtomicBool) -> (bool, Option<Damage>) {
        if !self.carry.is_empty() {
            self.take_carry(buffer);
            return (self.ended, None);
        }
        let mut damage = None;
        match self.append(buffer, bytes, stop) {
            Ok(Next::Bytes) => {}
            Ok(Next::End | Next::Stopped) => self.ended = true,
            Err(error) => {
                self.ended = true;
                damage = Some(error);
            }
        }
        (self.ended, damage)
    }

    /// Gives back what a long line held, which is done with; the buffer gets short again.
    pub fn give_back(&mut self, buffer: &mut Vec<u8>) {
        self.lease.give_back(buffer);
    }

    /// Takes what was read ahead; a long beginning moves without a copy.
    fn take_carry(&mut self, buffer: &mut Vec<u8>) {
        if buffer.is_empty() && self.lease.is_held() {
            std::mem::swap(buffer, &mut self.carry);
        } else {
            buffer.append(&mut self.carry);
        }
    }

    /// How many bytes were read so far.
    #[must_use]
    pub const fn bytes_read(&self) -> u64 {
        self.read
    }

    /// Reads on until `bytes` bytes and a whole line are there, or the end, and shows them without taking them.
    pub fn peek(&mut self, bytes: usize, sizes: Sizes, stop: &AtomicBool) -> (&[u8], Option<Damage>) {
        let mut carry = std::mem::take(&mut self.carry);
        let mut damage = None;
        let mut whole_line = false;
        let enough = |whole_line: bool, length: usize| {
            length >= if whole_line { bytes } else { bytes.max(sizes.line_bytes_max) }
        };
        while !self.ended && !enough(whole_line, carry.len()) {
            let before = carry.len();
            match self.append(&mut carry, sizes.read_bytes, stop) {
                Ok(Next::Bytes) => {}
                Ok(Next::End) => self.ended = true,
                Ok(Next::Stopped) => {
                    self.ended = true;
                    carry.truncate(split::complete_lines(&carry));
                }
                Err(error) => {
                    self.ended = true;
                    damage = Some(error);
                }
            }
            whole_line |= memchr::memchr(b'\n', carry.get(before..).unwrap_or_default()).is_some();
        }
        self.carry = carry;
        (&self.carry, damage)
    }

    /// Reads the next lines into `buffer`: about a chunk of them, or what is left before the end. A long line comes only
    /// when there is a `lease`, of nothing, to go with it. When `stop` is set the stream ends before the line that it
    /// stopped in.
    pub fn read_lines(
        &mut self,
        sizes: Sizes,
        buffer: &mut Vec<u8>,
        lease: Option<&mut Lease>,
        stop: &AtomicBool,
    ) -> (Taken, Option<Damage>) {
        if lease.is_none() && self.lease.is_held() {
            return (Taken::Long, None);
        }
        buffer.clear();
        self.take_carry(buffer);
        let mut damage = None;
        let mut complete = split::complete_lines(buffer);
        let mut tail_dropped = 0;
        let mut oversize = false;
        // Behind a line whose padding was left out, places in the buffer are not offsets any more.
        while !self.ended
            && !oversize
            && (complete == 0 || (buffer.len() < sizes.chunk_bytes && self.dropped + tail_dropped == 0))
        {
            let before = buffer.len();
            let room = self.room(sizes, before);
            if lease.is_none() && self.lease.is_long(before + room) {
                self.carry.append(buffer);
                return (Taken::Long, None);
            }
            match self.append(buffer, room, stop) {
                Ok(Next::Bytes) => {}
                Ok(Next::End) => self.ended = true,
                Ok(Next::Stopped) => {
                    self.ended = true;
                    buffer.truncate(complete);
                }
                Err(error) => {
                    self.ended = true;
                    damage = Some(error);
                }
            }
            if let Some(place) = memchr::memrchr(b'\n', buffer.get(before..).unwrap_or_default()) {
                complete = before + place + 1;
                if self.dropped > 0 {
                    break;
                }
            }
            let dropped = split::shrink_padding(buffer, complete);
            *(if complete == 0 { &mut self.dropped } else { &mut tail_dropped }) += dropped;
            oversize = split::cut_oversize(buffer, complete, sizes.line_bytes_max);
        }
        let first = memchr::memchr(b'\n', buffer).map_or(0, |place| place + 1);
        if self.dropped > 0 && first > 0 && first < buffer.len() {
            // It goes alone.
            let end = self.offset + (first + self.dropped) as u64;
            let lines = Lines { start: 0, offset: self.offset, end, unterminated: false };
            self.carry.extend_from_slice(&buffer[first..]);
            buffer.truncate(first);
            self.offset = end;
            self.dropped = 0;
            self.pass_on(lease);
            return (Taken::Lines(lines), damage);
        }
        if self.ended && self.damaged && !oversize && self.kept.is_some() {
            buffer.truncate(complete);
        }
        let held = if self.ended { buffer.len() + tail_dropped } else { complete };
        let mut lines = Lines {
            start: 0,
            offset: self.offset,
            end: self.offset + (held + self.dropped) as u64,
            unterminated: self.ended && !self.damaged && !oversize && complete < buffer.len(),
        };
        if oversize {
            damage = self.skip_line(sizes, stop);
            lines.end = if self.ended { self.read } else { self.offset };
        } else if !self.ended {
            self.carry.extend_from_slice(&buffer[complete..]);
            buffer.truncate(complete);
            self.offset += (complete + self.dropped) as u64;
            self.dropped = tail_dropped;
        } else if self.damaged && complete > 0 {
            self.offset += (complete + self.dropped) as u64;
        }
        if let Some(kept) = &mut self.kept {
            // A line that is too long counts although damage cuts it.
            let whole = self.ended && (!self.damaged || oversize);
            kept.lines_end = if whole { self.read } else { self.offset };
        }
        self.pass_on(lease);
        (if buffer.is_empty() { Taken::End } else { Taken::Lines(lines) }, damage)
    }

    /// The lease of a long line goes with it.
    fn pass_on(&mut self, lease: Option<&mut Lease>) {
        if let Some(lease) = lease {
            std::mem::swap(lease, &mut self.lease);
        }
    }

    /// How much the next read asks for when the chunk holds this number of bytes: of an archive the rest of the chunk, because
    /// decoders are faster into one large room than into several small ones.
    fn room(&self, sizes: Sizes, held: usize) -> usize {
        let rest = if self.compression() == Compression::None { 0 } else { sizes.chunk_bytes.saturating_sub(held) };
        rest.max(sizes.read_bytes)
    }

    /// Reads on to the end of a line without keeping it.
    fn skip_line(&mut self, sizes: Sizes, stop: &AtomicBool) -> Option<Damage> {
        self.dropped = 0;
        let mut bytes = Vec::new();
        while !self.ended {
            bytes.clear();
            match self.append(&mut bytes, sizes.read_bytes, stop) {
                Ok(Next::Bytes) => {}
                Ok(Next::End | Next::Stopped) => self.ended = true,
                Err(error) => {
                    self.ended = true;
                    return Some(error);
                }
            }
            if let Some(place) = memchr::memchr(b'\n', &bytes) {
                self.carry.extend_from_slice(&bytes[place + 1..]);
                self.offset = self.read - self.carry.len() as u64;
                return None;
            }
        }
        None
    }

    /// Appends up to `bytes` bytes to a buffer. At a stop and at an error the stream has ended.
    fn append(&mut self, buffer: &mut Vec<u8>, bytes: usize, stop: &AtomicBool) -> Result<Next, Damage> {
        if !self.lease.make_room(buffer, bytes, stop) {
            return Ok(Next::Stopped);
        }
        loop {
            if stop.load(Ordering::Relaxed) {
                return Ok(Next::Stopped);
            }
            let read = match self.bytes.wait(WAIT) {
                Ok(true) => self.bytes.read(buffer, bytes, &self.memory),
                Ok(false) => {
                    self.lease.stall();
                    continue;
                }
                Err(error) => Err(ReadError::Source(error)),
            };
            match read {
                Ok(None) => {}
                Ok(Some(0)) => return Ok(Next::End),
                Ok(Some(read)) => {
                    self.read += read as u64;
                    if let Some(kept) = &mut self.kept {
                        kept.append(buffer.get(buffer.len() - read..).unwrap_or_default());
                    }
                    return Ok(Next::Bytes);
                }
                Err(ReadError::Memory) => {
                    self.lease.stall();
                    self.memory.wait(WAIT);
                }
                Err(ReadError::Source(error)) if wait::is_passing(&error) => {}
                Err(ReadError::Source(error)) => return Err(self.damage(Damage::of(&error, self.read))),
                Err(ReadError::Damage(error)) => {
                    let (offset, status) = (self.read, error.status);
                    return Err(self.damage(Damage { offset, status, text: error.text }));
                }
            }
        }
    }

    const fn damage(&mut self, damage: Damage) -> Damage {
        self.damaged = true;
        damage
    }
}
