//! A stream of JSON values, or one array of them, is cut into values: pretty-printed or not, a line feed is white
//! space. It finds where values end and what stands between them, and judges no envelope. It keeps the bytes of one value
//! at the most: what stands between values, however long, is dropped as it is read.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::input::Status;
use crate::input::source::{Damage, Sizes};
use crate::input::stream::Stream;
use crate::record::Reason;
use crate::scan::{Space, value_end};

/// Whether an input is such a stream, told from its first line that is not blank: it begins with `[`, or is `{`.
#[must_use]
pub fn is_stream(head: &[u8]) -> bool {
    let head = head.strip_prefix(BOM).unwrap_or(head);
    let mut lines = head.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    lines.find(|line| !line.is_empty()).is_some_and(|line| line == b"{" || line.starts_with(b"["))
}

/// Complete values at the beginning of an input, as far as they stand in `head`.
pub fn sample(head: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut at = 0;
    let mut phase = Phase::Begin;
    std::iter::from_fn(move || {
        let Next::Value(start) = phase.next(head, at) else { return None };
        let end = value_end(head, start, Space::Text).ok()?;
        phase.end_value();
        at = end;
        head.get(start..end)
    })
}

/// One value, or what stands where one should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'b> {
    /// A value that is complete and valid.
    Value(&'b [u8]),
    /// Bytes that are no value; the last piece of the input.
    Malformed(Reason),
}

/// A byte order mark.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// What may come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The first byte of the input, where alone a byte order mark may stand.
    Begin,
    /// Only white space came so far.
    Start,
    /// Values follow each other.
    Stream,
    /// A value is due, or, at the start of an array, its end.
    Element { first: bool },
    /// A comma or the end of the array is due.
    Comma,
    /// The array is closed.
    Closed,
}

/// What comes next, and where.
enum Next {
    Value(usize),
    Offence(usize),
    /// The bytes end before; those up to here are done with.
    More(usize),
}

impl Phase {
    /// Skips what stands between values.
    fn next(&mut self, bytes: &[u8], from: usize) -> Next {
        let mut at = from;
        loop {
            if *self == Self::Begin {
                *self = Self::Start;
                at += if bytes.starts_with(BOM) { BOM.len() } else { 0 };
            }
            let Some(&byte) = bytes.get(at) else { return Next::More(at) };
            match (byte, *self) {
                (b' ' | b'\t' | b'\r' | b'\n', _) => at += 1,
                (b'[', Self::Start) => {
                    *self = Self::Element { first: true };
                    at += 1;
                }
                (_, Self::Begin | Self::Start) => *self = Self::Stream,
                (b',', Self::Comma) => {
                    *self = Self::Element { first: false };
                    at += 1;
                }
                (b']', Self::Comma | Self::Element { first: true }) => {
                    *self = Self::Closed;
                    at += 1;
                }
                (_, Self::Stream | Self::Element { .. }) => return Next::Value(at),
                (_, Self::Comma | Self::Closed) => return Next::Offence(at),
            }
        }
    }

    const fn end_value(&mut self) {
        if let Self::Element { .. } = self {
            *self = Self::Comma;
        }
    }
}

/// How many bytes decide whether a byte that offends is the beginning of a character.
const CHARACTER_BYTES: usize = 4;

/// The values of an input, in order.
pub struct Values<'s> {
    stream: Stream,
    sizes: Sizes,
    stop: &'s AtomicBool,
    buffer: Vec<u8>,
    /// Where the next piece is looked for in the buffer.
    at: usize,
    /// Offset of the buffer's first byte.
    offset: u64,
    phase: Phase,
    ended: bool,
    damage: Option<Damage>,
}

impl<'s> Values<'s> {
    /// The values of a stream that nothing was taken from.
    #[must_use]
    pub fn new(stream: Stream, sizes: Sizes, stop: &'s AtomicBool) -> Self {
        Self {
            stream,
            sizes,
            stop,
            buffer: Vec::new(),
            at: 0,
            offset: 0,
            phase: Phase::Begin,
            ended: false,
            damage: None,
        }
    }

    /// The next piece with the offset of its first byte; nothing at the end.
    pub fn next_piece(&mut self) -> Option<(u64, Piece<'_>)> {
        while self.phase == Phase::Begin && self.buffer.len() < BOM.len() && !self.ended {
            self.more();
        }
        loop {
            // A run that is stopped ends before the value that it stopped in.
            let is_stopped = self.ended && self.stop.load(Ordering::Relaxed);
            match self.phase.next(&self.buffer, self.at) {
                Next::More(at) => {
                    self.at = at;
                    if self.ended {
                        if !is_stopped {
                            self.end();
                        }
                        return None;
                    }
                    self.more();
                }
                _ if is_stopped => return None,
                Next::Value(start) => {
                    self.at = start;
                    if let Some(found) = self.value(start) {
                        return Some(match found {
                            Ok(end) => (self.offset + start as u64, Piece::Value(&self.buffer[start..end])),
                            Err(reason) => self.malformed(reason),
                        });
                    }
                    self.more();
                }
                Next::Offence(at) => {
                    self.at = at;
                    if self.ended || self.buffer.len() >= at + CHARACTER_BYTES {
                        let closed = if self.phase == Phase::Closed { Reason::Trailing } else { Reason::Syntax };
                        let whole = value_end(&self.buffer, at, Space::Text) != Err((Reason::Utf8, at));
                        return Some(self.malformed(if whole { closed } else { Reason::Utf8 }));
                    }
                    self.more();
                }
            }
        }
    }

    /// Where the value at `start` ends, or why it is none; nothing when that cannot be told yet.
    fn value(&mut self, start: usize) -> Option<Result<usize, Reason>> {
        let rest = self.buffer.len() - start;
        match value_end(&self.buffer, start, Space::Text) {
            Ok(end) if end - start > self.sizes.line_bytes_max => Some(Err(Reason::Oversize)),
            // A number at the end of the bytes may go on.
            Ok(end) if end < self.buffer.len() || self.ended => {
                self.phase.end_value();
                self.at = end;
                Some(Ok(end))
            }
            Err((reason, at)) if self.ended || at + CHARACTER_BYTES <= self.buffer.len() => {
                let oversize = at - start > self.sizes.line_bytes_max;
                Some(Err(if oversize { Reason::Oversize } else { reason }))
            }
            _ if rest > self.sizes.line_bytes_max.saturating_add(CHARACTER_BYTES) => Some(Err(Reason::Oversize)),
            Ok(_) | Err(_) => None,
        }
    }

    /// What was read, and why it ended early.
    #[must_use]
    pub fn finish(self) -> (u64, Option<Damage>) {
        (self.stream.bytes_read(), self.damage)
    }

    fn end(&mut self) {
        if matches!(self.phase, Phase::Element { .. } | Phase::Comma) && self.damage.is_none() {
            self.spoil("the array is not closed", self.stream.bytes_read());
        }
    }

    /// What stands at `at` is no value: the rest of the input is read, for its bytes, and not parsed.
    fn malformed(&mut self, reason: Reason) -> (u64, Piece<'_>) {
        let offset = self.offset + self.at as u64;
        self.spoil(&format!("no value ({})", reason.as_str()), offset);
        while !self.ended {
            self.at = self.buffer.len();
            self.more();
        }
        self.at = self.buffer.len();
        self.phase = Phase::Stream;
        (offset, Piece::Malformed(reason))
    }

    fn spoil(&mut self, text: &str, offset: u64) {
        let text = format!("{text} at byte {offset}; the rest is not parsed");
        self.damage.get_or_insert(Damage { offset, status: Status::Incomplete, text });
    }

    /// Drops what is done with and reads on. What begins a value is looked at again from its start, so each time half as
    /// much again is read of it, however little a pipe gives at once: the cost of a long value stays linear.
    fn more(&mut self) {
        self.buffer.drain(..self.at);
        self.offset += self.at as u64;
        self.at = 0;
        self.stream.give_back(&mut self.buffer);
        let held = self.buffer.len();
        // One byte more than a value may have tells that it is too long.
        let value_bytes_max = self.sizes.line_bytes_max.saturating_add(CHARACTER_BYTES + 1);
        let step = (held / 2).min(value_bytes_max.saturating_sub(held)).max(self.sizes.read_bytes).max(1);
        while !self.ended && self.buffer.len() < held + step {
            // A read clears the room that it gets, which a pipe does not fill.
            let wanted = (held + step - self.buffer.len()).min(self.sizes.read_bytes.max(self.sizes.chunk_bytes));
            let (ended, damage) = self.stream.read_bytes(wanted, &mut self.buffer, self.stop);
            self.ended = ended;
            if let Some(damage) = damage {
                self.damage.get_or_insert(damage);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::input::budget::Budget;
    use crate::input::decode::memory::Memory;

    #[test]
    fn the_first_line_tells_a_stream_of_values() {
        for (head, expected) in [
            (&b"{\n  \"Response\": {}\n}\n"[..], true),
            (b"\n \n  [\n", true),
            (b"[{\"Response\":{}}]", true),
            (b"\xef\xbb\xbf{\r\n", true),
            (b"{\"Response\":{}}\n{\n", false),
            (b"", false),
            (b"{}", false),
        ] {
            assert_eq!(is_stream(head), expected, "{:?}", String::from_utf8_lossy(head));
        }
    }

    #[test]
    fn a_sample_holds_the_complete_values() {
        let values: Vec<_> = sample(b" [ {\"a\" : 1}, 2 ,\n\"x\", {\"cut").collect();
        assert_eq!(values, [&b"{\"a\" : 1}"[..], b"2", b"\"x\""]);
        let values: Vec<_> = sample(b"{}{}\n{ }").collect();
        assert_eq!(values, [&b"{}"[..], b"{}", b"{ }"]);
    }

    /// The pieces of a text that comes through a pipe.
    fn pieces(text: &[u8], read_bytes: usize) -> Vec<(u64, Result<Vec<u8>, Reason>)> {
        let (reader, mut writer) = std::io::pipe().unwrap();
        writer.write_all(text).unwrap();
        drop(writer);
        let file = std::fs::File::from(std::os::fd::OwnedFd::from(reader));
        let sizes = Sizes { chunk_bytes: 1, read_bytes, line_bytes_max: 20 };
        let stop = AtomicBool::new(false);
        let mut values = Values::new(Stream::new(file, &Memory::default(), &Budget::new(1)), sizes, &stop);
        let mut pieces = Vec::new();
        while let Some((offset, piece)) = values.next_piece() {
            pieces.push(match piece {
                Piece::Value(value) => (offset, Ok(value.to_vec())),
                Piece::Malformed(reason) => (offset, Err(reason)),
            });
        }
        pieces
    }

    #[test]
    fn what_stands_between_values_is_not_kept() {
        let blank = " \n".repeat(2000);
        let text = format!("\u{feff}{blank}[{blank}12{blank},{blank}{{\"a\":1}}{blank}]{blank}\u{feff}");
        for read_bytes in [1, 2, 3, 7, 64, 4096] {
            let expected = [
                (3 + 8001, Ok(b"12".to_vec())),
                (3 + 8001 + 2 + 8001, Ok(b"{\"a\":1}".to_vec())),
                (3 + 8001 + 2 + 8001 + 7 + 8001, Err(Reason::Trailing)),
            ];
            assert_eq!(pieces(text.as_bytes(), read_bytes), expected[..], "reads of {read_bytes}");
        }
        // A byte order mark is one at the first byte only.
        assert_eq!(pieces("  \u{feff}1".as_bytes(), 1), [(2, Err(Reason::Syntax))]);
        assert_eq!(pieces(b"\xef", 1), [(0, Err(Reason::Utf8))]);
    }

    #[test]
    fn a_value_is_kept_up_to_the_longest_line() {
        for read_bytes in [1, 5, 4096] {
            let pieces = |length: usize| pieces(format!("1 \"{}\" 2", "x".repeat(length - 2)).as_bytes(), read_bytes);
            assert_eq!(pieces(20).len(), 3);
            assert_eq!(pieces(21), [(0, Ok(b"1".to_vec())), (2, Err(Reason::Oversize))]);
            assert_eq!(pieces(1000), [(0, Ok(b"1".to_vec())), (2, Err(Reason::Oversize))]);
        }
    }
}
