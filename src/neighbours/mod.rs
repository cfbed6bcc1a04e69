//! What a line is beside its neighbours (SPEC 5): a part of a record that is printed over several lines, an echo of another
//! one, the response to a request with headers. What a line is by itself the scanner says; that depends on its bytes, and
//! what is said here on those around it in its input, so that neither chunks nor threads nor runs change anything.
//!
//! A thread goes through an input in stretches of chunks, and remembers what it saw. Where it begins it looks back. Lines
//! that begin with an object end everything that goes on over lines, so a log of JSON is seldom looked back at for more than
//! its ids.

mod beside;
mod dumps;
mod heads;
mod lines;
mod memory;
mod ring;
mod several;
mod streams;
mod unframed;
mod view;

use std::cell::Cell;
use std::sync::Arc;

use bumpalo::Bump;

use self::beside::Beside;
use self::lines::Each;
pub use self::lines::id_hash;
use self::unframed::{Frame, Outer, Unframed};
use self::view::{Own, View};
use crate::frame;
use crate::input::around::{Around, BEFORE_BYTES, NEAR_BYTES};
use crate::profile::Profile;
use crate::record::{Line, Reason};
use crate::scan::{Scanned, Scanner, ScannerKind, Span, strip};

/// What a thread remembers of the lines of an input that it has seen.
pub struct Neighbours {
    profile: Arc<Profile>,
    line_bytes_max: usize,
    /// Where the lines end that were seen: the input, and an offset.
    seen: Option<(u32, u64)>,
    beside: Beside,
    /// What programs wrote into the lines of collectors, and what scans it.
    unframed: Unframed,
    unframed_scanner: Scanner,
}

/// Lines of an input that follow each other.
#[derive(Clone, Copy)]
pub struct Chunk<'c> {
    /// The rank of the input.
    pub input: u32,
    /// The lines.
    pub text: &'c [u8],
    /// Offset of their first byte.
    pub offset: u64,
    /// What lies around them.
    pub around: &'c Around<'c>,
}

impl Neighbours {
    /// Nothing seen yet. Lines whose text is longer than `line_bytes_max` bytes are `oversize`.
    #[must_use]
    pub fn new(profile: &Arc<Profile>, line_bytes_max: usize, kind: ScannerKind) -> Self {
        Self {
            beside: Beside::new(profile),
            unframed: Unframed::default(),
            unframed_scanner: Scanner::new(Arc::clone(profile), line_bytes_max, kind),
            profile: Arc::clone(profile),
            line_bytes_max,
            seen: None,
        }
    }

    /// Scans the lines of a chunk; `each` gets every line in order, as [`Scanner::chunk`] has it, for what it is beside its
    /// neighbours. Gives the number of LF.
    pub fn chunk(
        &mut self,
        scanner: &mut Scanner,
        chunk: Chunk<'_>,
        mut each: impl FnMut(Span, &Scanned<'_>, Option<u64>),
    ) -> usize {
        let Chunk { input, text, offset, around } = chunk;
        if !self.profile.reads_text() {
            return scanner.chunk(text, offset == 0, |span, scanned| each(span, scanned, id_hash(scanned)));
        }
        if self.seen != Some((input, offset)) {
            self.begin(scanner, chunk);
        }
        let ran_out = Cell::new(false);
        let view = View { text, base: offset, next: &[], around, ran_out: &ran_out };
        let ends = self.lines(scanner, &view, &mut each);
        self.seen = Some((input, offset + text.len() as u64));
        ends
    }

    /// Forgets what was seen of another place, and looks back from this one.
    fn begin(&mut self, scanner: &mut Scanner, chunk: Chunk<'_>) {
        self.beside.memory.clear();
        let Chunk { text, offset, around, .. } = chunk;
        if offset == 0 {
            return;
        }
        let near = around.before(NEAR_BYTES);
        let lines = whole_lines(near, offset);
        // A line that ends within reach has to be there from its beginning.
        let is_enough = lines.len() as u64 >= ring::REACH_BYTES || near.len() as u64 == offset;
        let is_object = |line: &[u8]| line.is_empty() || line.first() == Some(&b'{');
        let before = if is_enough && lines.split(|&byte| byte == b'\n').all(is_object) {
            lines
        } else {
            whole_lines(around.before(BEFORE_BYTES), offset)
        };
        let base = offset - before.len() as u64;
        let ran_out = Cell::new(false);
        let view = View { text: before, base, next: text, around, ran_out: &ran_out };
        self.lines(scanner, &view, &mut |_: Span, _: &Scanned<'_>, _: Option<u64>| {});
    }

    /// Scans the lines of a view and gives each for what it is. Where frames begin them they are undone first.
    fn lines(&mut self, scanner: &mut Scanner, view: &View<'_>, each: &mut impl Each) -> usize {
        if unframed::begins_with_frame(view.text) {
            return self.framed_lines(scanner, view, each);
        }
        let Self { beside, unframed_scanner, .. } = self;
        let first = view.base == 0;
        let ends =
            scanner.chunk(view.text, first, |span, scanned| beside.line(view, span, scanned, unframed_scanner, each));
        beside.end_silence(view);
        ends
    }

    fn framed_lines(&mut self, scanner: &mut Scanner, view: &View<'_>, each: &mut impl Each) -> usize {
        let Self { beside, unframed, unframed_scanner, line_bytes_max, .. } = self;
        let first = view.base == 0;
        unframed.undo(view.text, first, *line_bytes_max);
        let mut lines = unframed.lines.iter();
        unframed_scanner.chunk(&unframed.text, first, |inner, scanned| {
            let Some(&Outer { span, frame }) = lines.next() else { return };
            let text = unframed.text.get(inner.start..inner.end).unwrap_or_default();
            match frame {
                // What goes on from a piece before it is a part of that.
                Frame::Piece(stream) if beside.memory.streams.goes_on(stream) => {
                    beside.memory.number += 1;
                    each(span, &Scanned::of(Line::Text), None);
                }
                Frame::Apart | Frame::Piece(_) => apart(beside, view, span, *line_bytes_max, scanner, each),
                Frame::None => {
                    beside.memory.number += 1;
                    let own = Own { span, text, length: span.end - span.start, stream: None };
                    beside.unframed(view, own, scanned, each);
                }
                Frame::Undone { outer, stream, time } => {
                    beside.memory.number += 1;
                    if beside.goes_on(outer, false) {
                        return each(span, &Scanned::of(Line::Text), None);
                    }
                    let own = Own { span, text, length: span.end - span.start, stream: Some(stream) };
                    beside.undone(view, own, time, scanned, each);
                }
            }
        });
        memchr::memchr_iter(b'\n', view.text).count()
    }
}

/// How many bytes before the end of an input are looked at for records that go on after it.
pub const OPEN_BYTES: usize = BEFORE_BYTES;

/// Whether the last line of some bytes is there from its beginning, and begins with an object, which is not a frame and ends
/// in it: nothing goes on over it.
#[must_use]
pub fn ends_in_object(text: &[u8]) -> bool {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    let last = memchr::memrchr(b'\n', text).and_then(|end| text.get(end + 1..)).unwrap_or_default();
    last.first() == Some(&b'{') && several::closing_bracket(last).is_none() && !unframed::begins_with_frame(last)
}

/// Where a record begins that goes on after the last line of an input, as far as can be known: an error whose id is still to
/// come, a value over several lines, the pieces of a line, a dump of which only the headers are there. `text` are the last
/// [`OPEN_BYTES`] of the input, which begin at `base`, and end with a line end.
#[must_use]
pub fn open_from(profile: &Arc<Profile>, text: &[u8], base: u64, line_bytes_max: usize) -> Option<u64> {
    if !profile.reads_text() {
        return None;
    }
    let end = base + text.len() as u64;
    let text = whole_lines(text, end);
    let (around, ran_out) = (Around::default(), Cell::new(false));
    let view = View { text, base: end - text.len() as u64, next: &[], around: &around, ran_out: &ran_out };
    let mut neighbours = Neighbours::new(profile, line_bytes_max, ScannerKind::Full);
    let mut scanner = Scanner::new(Arc::clone(profile), line_bytes_max, ScannerKind::Full);
    neighbours.lines(&mut scanner, &view, &mut |_: Span, _: &Scanned<'_>, _: Option<u64>| {});
    neighbours.beside.open_from()
}

/// A line of a chunk with frames that is looked at alone.
#[cold]
fn apart(
    beside: &mut Beside,
    view: &View<'_>,
    span: Span,
    line_bytes_max: usize,
    scanner: &mut Scanner,
    each: &mut impl Each,
) {
    let first = view.base == 0 && span.start == 0;
    let (text, anomalies) = strip(view.line(span), first);
    let bump = Bump::new();
    beside.memory.number += 1;
    if text.len() <= line_bytes_max
        && let Some(framed) = frame::undo_outer(text, &bump)
    {
        return beside.framed(view, span, framed, anomalies, scanner, each);
    }
    let scanned = scanner.line(view.line(span), first);
    if matches!(scanned.line, Line::Malformed(Reason::Oversize)) {
        return each(span, &scanned, None);
    }
    let own = Own { span, text: view.line(span), length: span.end - span.start, stream: None };
    beside.unframed(view, own, &scanned, each);
}

/// The whole lines of the bytes before an offset of an input: all of them when they are the input's first.
fn whole_lines(bytes: &[u8], offset: u64) -> &[u8] {
    if bytes.len() as u64 == offset {
        return bytes;
    }
    memchr::memchr(b'\n', bytes).and_then(|end| bytes.get(end + 1..)).unwrap_or_default()
}
