//! A stream of JSON values, or one array of them, is cut into values: pretty-printed or not, a line feed is white
//! space. It finds where values end and what stands between them, and judges no envelope.

use std::sync::atomic::AtomicBool;

use crate::input::Status;
use crate::input::source::{Damage, Sizes};
use crate::input::stream::Stream;
use crate::record::Reason;
use crate::scan::{Space, value_end};

/// Whether an input is such a stream, told from its first line that is not blank: it begins with `[`, or is `{`.
#[must_use]
pub fn is_stream(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let mut lines = head.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    lines.find(|line| !line.is_empty()).is_some_and(|line| line == b"{" || line.starts_with(b"["))
}

/// Complete values at the beginning of an input, as far as they stand in `head`.
pub fn sample(head: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut at = 0;
    let mut phase = Phase::Start;
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

/// What may come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nothing was read yet.
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
            let Some(&byte) = bytes.get(at) else { return Next::More(at) };
            match (byte, *self) {
                (b' ' | b'\t' | b'\r' | b'\n', _) => at += 1,
                (0xef, Self::Start) if at == 0 && bytes.starts_with(b"\xef\xbb\xbf") => at += 3,
                (b'[', Self::Start) => {
                    *self = Self::Element { first: true };
                    at += 1;
                }
                (_, Self::Start) => *self = Self::Stream,
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
            phase: Phase::Start,
            ended: false,
            damage: None,
        }
    }

    /// The next piece with the offset of its first byte; nothing at the end.
    pub fn next_piece(&mut self) -> Option<(u64, Piece<'_>)> {
        self.buffer.drain(..self.at);
        self.offset += self.at as u64;
        self.at = 0;
        loop {
            match self.phase.next(&self.buffer, self.at) {
                Next::More(at) => {
                    self.at = at;
                    if self.ended {
                        self.end();
                        return None;
                    }
                    self.more();
                }
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
            _ if rest > self.sizes.line_bytes_max + CHARACTER_BYTES => Some(Err(Reason::Oversize)),
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
            self.buffer.clear();
            self.more();
        }
        self.buffer.clear();
        self.at = 0;
        self.phase = Phase::Stream;
        (offset, Piece::Malformed(reason))
    }

    fn spoil(&mut self, text: &str, offset: u64) {
        let text = format!("{text} at byte {offset}; the rest is not parsed");
        self.damage.get_or_insert(Damage { offset, status: Status::Incomplete, text });
    }

    fn more(&mut self) {
        // Growing steps keep the cost of a long value linear.
        let bytes = self.sizes.read_bytes.max(self.buffer.len() / 2);
        let (ended, damage) = self.stream.read_bytes(bytes, &mut self.buffer, self.stop);
        self.ended = ended;
        if let Some(damage) = damage {
            self.damage.get_or_insert(damage);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
