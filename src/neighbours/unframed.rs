//! The lines of a chunk without what collectors wrote around them, put below each other, so that they are scanned as one
//! chunk. It judges none, and joins no pieces: a line that cannot stand for itself is left to be looked at alone.

use bumpalo::Bump;

use crate::frame::{self, Stream};
use crate::scan::{Span, strip};
use crate::time::Nanos;

/// What programs wrote into the lines of a chunk.
#[derive(Debug, Default)]
pub struct Unframed {
    /// One line for each of the chunk, each with a line end.
    pub text: Vec<u8>,
    /// What each of them is to that of the chunk.
    pub lines: Vec<Outer>,
    bump: Bump,
}

/// A line of the chunk.
#[derive(Clone, Copy, Debug)]
pub struct Outer {
    /// Where it stands in the chunk.
    pub span: Span,
    /// What was written around it.
    pub frame: Frame,
}

/// What was written around a line.
#[derive(Clone, Copy, Debug)]
pub enum Frame {
    /// Nothing: it stands there as in the chunk.
    None,
    /// A frame.
    Undone {
        /// The stream that the outermost frames name.
        outer: Stream,
        /// The stream that all frames name.
        stream: Stream,
        /// When the innermost collector that says so got the line.
        time: Option<Nanos>,
    },
    /// It is a piece that goes on in the next line of its stream: an empty line stands for it.
    Piece(Stream),
    /// It is too long, or has something odd in front: an empty line stands for it.
    Apart,
}

/// Whether the lines of a chunk have frames, as far as the first of them tells. It is a guess that changes no line.
pub fn begins_with_frame(chunk: &[u8]) -> bool {
    let end = memchr::memchr(b'\n', chunk).unwrap_or(chunk.len());
    let line = strip(chunk.get(..end).unwrap_or_default(), false).0;
    frame::undo_outer(line, &Bump::new()).is_some()
}

impl Unframed {
    /// Undoes the frames of the lines of a chunk, of which the first is the input's when `first` is set. Lines whose text is
    /// longer than `line_bytes_max` are left apart.
    pub fn undo(&mut self, chunk: &[u8], first: bool, line_bytes_max: usize) {
        self.text.clear();
        self.lines.clear();
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', chunk).chain([chunk.len()]) {
            if end > start || end < chunk.len() {
                let span = Span { start, end };
                let line = chunk.get(start..end).unwrap_or_default();
                let frame = self.line(line, first && start == 0, line_bytes_max);
                self.lines.push(Outer { span, frame });
                self.text.push(b'\n');
            }
            start = end + 1;
        }
    }

    fn line(&mut self, line: &[u8], first: bool, line_bytes_max: usize) -> Frame {
        let Self { text, bump, .. } = self;
        bump.reset();
        let (own, anomalies) = strip(line, first);
        if !anomalies.is_empty() || own.len() > line_bytes_max {
            return Frame::Apart;
        }
        let Some(framed) = frame::undo_outer(own, bump) else {
            text.extend_from_slice(line);
            return Frame::None;
        };
        if framed.is_partial {
            return Frame::Piece(framed.stream);
        }
        let inner = frame::undo(framed.text, bump).map_or(framed, |inner| framed.around(inner));
        let (stripped, anomalies) = strip(inner.text, true);
        let is_odd =
            !anomalies.is_empty() || stripped.len() + usize::from(inner.text.ends_with(b"\r")) < inner.text.len();
        if is_odd || memchr::memchr(b'\n', inner.text).is_some() {
            return Frame::Apart;
        }
        text.extend_from_slice(inner.text);
        Frame::Undone { outer: framed.stream, stream: inner.stream, time: inner.time }
    }
}
