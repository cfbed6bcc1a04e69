//! A stream of JSON values and of arrays, whose elements are values too, is cut into values: pretty-printed or not, a
//! line feed is white space. It finds where values end and what stands between them, and judges no envelope. It keeps
//! the bytes of one value at the most: what stands between values, however long, is dropped as it is read.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::input::Status;
use crate::input::source::{Damage, Sizes};
use crate::input::stream::Stream;
use crate::record::Reason;
use crate::scan::{Space, value_end};

/// Whether an input is such a stream, by its first bytes: its first line that is not blank begins with `[` and goes on
/// with `{`, `[`, `]` or nothing, and the bytes are the beginning of a stream, as far as they go. A banner in brackets,
/// a level or the name of a pod is not one.
#[must_use]
pub fn is_stream(head: &[u8]) -> bool {
    let text = head.strip_prefix(BOM).unwrap_or(head);
    let mut lines = text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    let Some([b'[', rest @ ..]) = lines.find(|line| !line.is_empty()) else { return false };
    matches!(rest.trim_ascii_start().first(), None | Some(b'{' | b'[' | b']')) && begins_stream(head)
}

/// Whether no byte offends in these first bytes of a stream.
fn begins_stream(head: &[u8]) -> bool {
    let mut at = 0;
    let mut phase = Phase::Begin;
    loop {
        match phase.next(head, at) {
            Next::More(_) => return true,
            Next::Offence(_) => return false,
            Next::Value(start) => match value_end(head, start, Space::Text) {
                Ok(end) => at = end,
                Err((reason, _)) => return reason == Reason::Truncated,
            },
        }
        phase.end_value();
    }
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

/// What RFC 7464 puts in front of each value.
const RECORD_SEPARATOR: u8 = 0x1e;

/// What may come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The first byte of the input, where alone a byte order mark may stand.
    Begin,
    /// A value or an array is due.
    Start,
    /// A value is due, or, at the start of an array, its end.
    Element { first: bool },
    /// A comma or the end of the array is due.
    Comma,
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
                (b' ' | b'\t' | b'\r' | b'\n', _) | (RECORD_SEPARATOR, Self::Start) => at += 1,
                (b'[', Self::Start) => {
                    *self = Self::Element { first: true };
                    at += 1;
                }
                (b',', Self::Comma) => {
                    *self = Self::Element { first: false };
                    at += 1;
                }
                (b']', Self::Comma | Self::Element { first: true }) => {
                    *self = Self::Start;
                    at += 1;
                }
                (_, Self::Comma) => return Next::Offence(at),
                (_, Self::Begin | Self::Start | Self::Element { .. }) => return Next::Value(at),
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
                        let whole = value_end(&self.buffer, at, Space::Text) != Err((Reason::Utf8, at));
                        return Some(self.malformed(if whole { Reason::Syntax } else { Reason::Utf8 }));
                    }
                    self.more();
                }
            }
        }
    }

    /// Where the value at `start` ends, or why it is not one; nothing when that is not known yet.
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

    /// The stream, which was read, and why it ended early.
    #[must_use]
    pub fn finish(self) -> (Stream, Option<Damage>) {
        (self.stream, self.damage)
    }

    fn end(&mut self) {
        if matches!(self.phase, Phase::Element { .. } | Phase::Comma) && self.damage.is_none() {
            self.spoil("the array is not closed", self.stream.bytes_read());
        }
    }

    /// What stands at `at` is not a value: the rest of the input is read, for its bytes, and not parsed.
    fn malformed(&mut self, reason: Reason) -> (u64, Piece<'_>) {
        let offset = self.offset + self.at as u64;
        self.spoil(&format!("no value ({})", reason.as_str()), offset);
        while !self.ended {
            self.at = self.buffer.len();
            self.more();
        }
        self.at = self.buffer.len();
        self.phase = Phase::Start;
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
    fn the_first_bytes_tell_a_stream_of_values() {
        let cut = [b"[{\"a\":\"".to_vec(), vec![b'x'; 1000]].concat();
        for (head, expected) in [
            (&b"{\n  \"Response\": {}\n}\n"[..], false),
            (b"\n \n  [\n", true),
            (b"[{\"Response\":{}}]", true),
            (b"\xef\xbb\xbf{\r\n", false),
            (b"\xef\xbb\xbf\r\n [ {} ]\r\n", true),
            (b"[{\"a\":1}]\n[{\"a\":1},2]\n[]\n", true),
            (b"[[1],\n[2]]{}3", true),
            (b"[]", true),
            (b"[{\"a\":tr", true),
            (b"[{\"a\":\"\xe4\xbd", true),
            (&cut, true),
            (b"{\"Response\":{}}\n{\n", false),
            (b"", false),
            (b"{}", false),
            (b"[1,2]", false),
            (b"[\"a\"]", false),
            (b"[2026-11-24 01:00:00] INFO started\n", false),
            (b"[GIN] 2026/11/24 - 01:00:00 | 200 |\n", false),
            (b"[main] {\"a\":1}\n", false),
            (b"[pod/x-1/y] {\"Response\":{}}\n", false),
            (b"[] started\n", false),
            (b"[[main]] started\n", false),
            (b"[{main}] {}\n", false),
            (b"[\nstarted\n", false),
            (b"[{\"a\":1}] and then\n", false),
            (b"[{\"a\":1}]\n{\"a\":1}]\n", false),
            (b"[{\"a\":\"\xff", false),
        ] {
            assert_eq!(is_stream(head), expected, "{:?}", String::from_utf8_lossy(head));
        }
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
                (3 + 8001 + 2 + 8001 + 7 + 8001, Err(Reason::Syntax)),
            ];
            assert_eq!(pieces(text.as_bytes(), read_bytes), expected[..], "reads of {read_bytes}");
        }
        // A byte order mark is one at the first byte only.
        assert_eq!(pieces("  \u{feff}1".as_bytes(), 1), [(2, Err(Reason::Syntax))]);
        assert_eq!(pieces(b"\xef", 1), [(0, Err(Reason::Utf8))]);
    }

    #[test]
    fn arrays_and_values_follow_each_other() {
        let value = |text: &str| Ok::<_, Reason>(text.as_bytes().to_vec());
        let text = "[1,[2]]\u{1e}[]\n\u{1e}{\"a\":[3]}[ 4 ]5\n[\n6\n,{}]";
        for read_bytes in [1, 2, 3, 7, 64] {
            let found = pieces(text.as_bytes(), read_bytes);
            let values = ["1", "[2]", "{\"a\":[3]}", "4", "5", "6", "{}"].map(value);
            assert!(found.iter().map(|(_, value)| value).eq(&values), "{found:?}");
            for (offset, found) in found {
                let found = String::from_utf8(found.unwrap()).unwrap();
                assert!(text[offset as usize..].starts_with(&found), "{found} at {offset}");
            }
            // What is not a value is the last line, be it a bracket, a comma or a separator inside of an array.
            assert_eq!(pieces(b"[1]]", read_bytes), [(1, value("1")), (3, Err(Reason::Syntax))]);
            assert_eq!(pieces(b"[1],[2]", read_bytes), [(1, value("1")), (3, Err(Reason::Syntax))]);
            assert_eq!(pieces(b"[1,\x1e2]", read_bytes), [(1, value("1")), (3, Err(Reason::Syntax))]);
            assert_eq!(pieces(b"[1]\n[2,]\n[3]", read_bytes)[1..], [(5, value("2")), (7, Err(Reason::Syntax))]);
        }
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
