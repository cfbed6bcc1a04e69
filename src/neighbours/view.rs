//! A chunk with the bytes after it, as lines that follow each other, without what a collector wrote around them. It judges
//! none.

use std::borrow::Cow;
use std::cell::Cell;

use bumpalo::Bump;

use crate::frame::{self, Stream};
use crate::input::around::Around;
use crate::scan::Span;

/// A chunk, and what lies after it.
#[derive(Clone, Copy)]
pub struct View<'v> {
    /// The lines of the chunk.
    pub text: &'v [u8],
    /// Offset of their first byte.
    pub base: u64,
    /// Whole lines after them that are at hand.
    pub next: &'v [u8],
    /// What lies after these.
    pub around: &'v Around<'v>,
    /// Set when somebody looked for more lines than there are.
    pub ran_out: &'v Cell<bool>,
}

/// A line, and what a program wrote into it.
#[derive(Clone, Copy)]
pub struct Own<'l> {
    /// Where it stands in the chunk.
    pub span: Span,
    /// What the program wrote.
    pub text: &'l [u8],
    /// How many bytes it has up to its end, with the pieces or the lines after it that belong to it.
    pub length: usize,
    /// The stream that it belongs to, when a collector wrote something around it.
    pub stream: Option<Stream>,
}

impl Own<'_> {
    /// Whether the line begins with an object: nothing goes on over it.
    pub fn is_object(&self) -> bool {
        self.text.first() == Some(&b'{')
    }
}

impl<'v> View<'v> {
    /// The bytes of a line.
    pub fn line(&self, span: Span) -> &'v [u8] {
        self.text.get(span.start..span.end).unwrap_or_default()
    }

    /// Offset of a line.
    pub const fn start(&self, span: Span) -> u64 {
        self.base + span.start as u64
    }

    /// Gives the lines after a line one after the other, without line ends, with the place after each, counted from the
    /// start of the first line, until `each` has enough, or `bytes_max` bytes were given. Lines before the place `from`, at
    /// which one begins, are passed over.
    pub fn raw_lines_after(
        &self,
        span: Span,
        from: usize,
        bytes_max: usize,
        mut each: impl FnMut(&'v [u8], usize) -> bool,
    ) {
        let mut place = span.end - span.start + 1;
        let own = self.text.get(span.end + 1..).unwrap_or_default();
        let mut part = |lines: &'v [u8]| {
            let mut at = from.saturating_sub(place).min(lines.len());
            place += at;
            while at < lines.len() && place <= bytes_max {
                let length = memchr::memchr(b'\n', lines.get(at..).unwrap_or_default()).unwrap_or(lines.len() - at);
                let line = lines.get(at..at + length).unwrap_or_default();
                if place + length > bytes_max || each(line.strip_suffix(b"\r").unwrap_or(line), place + length) {
                    return true;
                }
                at += length + 1;
                place += length + 1;
            }
            place > bytes_max
        };
        if part(own) || part(self.next) {
            return;
        }
        if !part(self.around.after()) {
            self.ran_out.set(true);
        }
    }

    /// The same for what the program wrote: lines of other streams are left out.
    pub fn lines_after(&self, own: Own<'_>, from: usize, bytes_max: usize, mut each: impl FnMut(&[u8], usize) -> bool) {
        let Some(stream) = own.stream else {
            return self.raw_lines_after(own.span, from, bytes_max, each);
        };
        let mut bump = Bump::new();
        self.raw_lines_after(own.span, from, bytes_max, |line, end| {
            bump.reset();
            match frame::undo(line, &bump) {
                Some(framed) if framed.stream != stream => false,
                Some(framed) => each(framed.text, end),
                None => each(line, end),
            }
        });
    }

    /// What the program wrote in `length` bytes from the start of a line on, each line without the CR at its end.
    pub fn gather(&self, own: Own<'_>, length: usize) -> Cow<'v, [u8]> {
        let start = own.span.start;
        // Line ends are the same whether or not the lines lie in one chunk.
        if own.stream.is_none()
            && let Some(bytes) = self.text.get(start..start + length)
            && memchr::memchr(b'\r', bytes).is_none()
        {
            return Cow::Borrowed(bytes);
        }
        let mut bytes = own.text.strip_suffix(b"\r").unwrap_or(own.text).to_vec();
        self.lines_after(own, 0, length, |line, end| {
            bytes.push(b'\n');
            bytes.extend_from_slice(line);
            end >= length
        });
        Cow::Owned(bytes)
    }

    /// The pieces that a collector made of the line of which this is the first, put together, and the place after the last
    /// of them, counted from the start of the first.
    pub fn pieces(&self, own: Own<'_>, bytes_max: usize) -> (Vec<u8>, usize) {
        let (mut bytes, mut length) = (own.text.to_vec(), own.length);
        let mut bump = Bump::new();
        self.raw_lines_after(own.span, 0, bytes_max, |line, end| {
            bump.reset();
            let Some(framed) = frame::undo_outer(line, &bump) else { return false };
            if Some(framed.stream) != own.stream {
                return false;
            }
            bytes.extend_from_slice(framed.text);
            length = end;
            !framed.is_partial
        });
        (bytes, length)
    }
}
