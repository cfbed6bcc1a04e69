//! What a line is beside its neighbours (SPEC 5): a part of a record that is printed over several lines, an echo of another
//! one, the response to a request with headers. What a line is by itself the scanner says; that depends on its bytes, and
//! what is said here on those around it in its input, so that neither chunks nor threads nor runs change anything.
//!
//! A thread goes through an input in stretches of chunks, and remembers what it saw. Where it begins it looks back. Lines
//! that begin with an object end everything that goes on over lines, so a log of JSON is seldom looked back at for more than
//! its ids.

mod dumps;
mod heads;
mod lines;
mod ring;
mod several;
mod streams;
mod view;

use std::borrow::Cow;
use std::sync::Arc;

use bumpalo::Bump;

use self::dumps::Dumps;
pub use self::lines::id_hash;
use self::lines::{Each, echo, is_at_root, is_envelope, part, success};
use self::ring::{Relation, Ring};
use self::several::{Unclosed, closing_bracket, length};
use self::streams::Streams;
use self::view::{Own, View};
use crate::frame::{self, Framed};
use crate::input::around::{Around, BEFORE_BYTES, NEAR_BYTES};
use crate::profile::Profile;
use crate::record::{Anomalies, Anomaly, Form, Line, Reason, Record};
use crate::scan::{Scanned, Scanner, ScannerKind, Span, is_request_id, strip, text};
use crate::summary::distinct;
use crate::time::is_plausible;

/// How long a record can be that later ones are compared with, in bytes.
const RECORD_BYTES_MAX: u64 = 256 * 1024;
/// How far the pieces of a line are looked for, in bytes from the start of the first.
const PIECES_BYTES_MAX: usize = 256 * 1024;

/// What a thread remembers of the lines of an input that it has seen.
pub struct Neighbours {
    profile: Arc<Profile>,
    /// Where the lines end that were seen: the input, and an offset.
    seen: Option<(u32, u64)>,
    streams: Streams,
    /// The number of the present line, from any line on.
    number: u64,
    ring: Ring,
    dumps: Dumps,
    unclosed: Unclosed,
    /// What scans lines that are put together; not there while it does.
    aside: Option<Scanner>,
    /// What scans what programs wrote into the lines of collectors; not there while it does.
    unframed_lines: Option<Scanner>,
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
    /// Nothing seen yet.
    #[must_use]
    pub fn new(profile: &Arc<Profile>) -> Self {
        Self {
            aside: Some(Scanner::new(Arc::clone(profile), usize::MAX, ScannerKind::Full)),
            unframed_lines: Some(Scanner::new(Arc::clone(profile), usize::MAX, ScannerKind::Full)),
            profile: Arc::clone(profile),
            seen: None,
            streams: Streams::default(),
            number: 0,
            ring: Ring::default(),
            dumps: Dumps::default(),
            unclosed: Unclosed::default(),
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
        let first = offset == 0;
        if !self.profile.reads_text() {
            return scanner.chunk(text, first, |span, scanned| each(span, scanned, id_hash(scanned)));
        }
        if self.seen != Some((input, offset)) {
            self.begin(scanner, chunk);
        }
        let view = View { text, base: offset, next: &[], around };
        let ends = scanner.chunk(text, first, |span, scanned| self.line(&view, span, scanned, &mut each));
        self.seen = Some((input, offset + text.len() as u64));
        ends
    }

    /// Forgets what was seen of another place, and looks back from this one.
    fn begin(&mut self, scanner: &mut Scanner, chunk: Chunk<'_>) {
        self.streams.clear();
        self.ring.clear();
        self.dumps.clear();
        self.unclosed.clear();
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
        let view = View { text: before, base, next: text, around };
        scanner.chunk(before, base == 0, |span, scanned| {
            self.line(&view, span, scanned, &mut |_: Span, _: &Scanned<'_>, _: Option<u64>| {})
        });
    }

    /// Says what a line is beside its neighbours.
    #[inline]
    fn line(&mut self, view: &View<'_>, span: Span, scanned: &Scanned<'_>, each: &mut impl Each) {
        self.number += 1;
        let own = Own { span, text: view.line(span), length: span.end - span.start, stream: None };
        // Nobody writes a frame as an object with a member `Response`.
        if let Line::Record(Record { form: Form::Envelope, .. }) = &scanned.line
            && own.is_object()
        {
            return self.record(view, own, scanned, each);
        }
        if matches!(scanned.line, Line::Blank | Line::Malformed(Reason::Oversize)) {
            return each(span, scanned, None);
        }
        let bump = Bump::new();
        match frame::undo_outer(strip(own.text, false).0, &bump) {
            Some(framed) => self.framed(view, span, framed, scanned.anomalies.of_line(), each),
            None => self.unframed(view, own, scanned, each),
        }
    }

    /// A line around which a collector wrote something.
    fn framed(&mut self, view: &View<'_>, span: Span, framed: Framed<'_>, anomalies: Anomalies, each: &mut impl Each) {
        let goes_on = self.streams.goes_on(framed.stream);
        self.streams.set_goes_on(framed.stream, framed.is_partial);
        if goes_on {
            return each(span, &Scanned { anomalies, ..Scanned::of(Line::Text) }, None);
        }
        let length = span.end - span.start;
        let first = Own { span, text: framed.text, length, stream: Some(framed.stream) };
        let (pieces, length) =
            if framed.is_partial { view.pieces(first, PIECES_BYTES_MAX) } else { (Vec::new(), length) };
        let text = if framed.is_partial { pieces.as_slice() } else { framed.text };
        let bump = Bump::new();
        let inner = frame::undo(text, &bump).map_or(Framed { text, ..framed }, |inner| framed.around(inner));
        let own = Own { span, text: inner.text, length, stream: Some(inner.stream) };
        let Some(mut scanner) = self.unframed_lines.take() else { return };
        let mut scanned = scanner.value(inner.text);
        scanned.anomalies = scanned.anomalies.union(anomalies);
        if let Line::Record(record) = &mut scanned.line {
            record.context.time = record.context.time.or(inner.time.filter(|&time| is_plausible(time)));
        }
        self.unframed(view, own, &scanned, each);
        self.unframed_lines = Some(scanner);
    }

    /// A line as the program wrote it.
    fn unframed(&mut self, view: &View<'_>, own: Own<'_>, scanned: &Scanned<'_>, each: &mut impl Each) {
        match scanned.line {
            Line::Blank | Line::Echo => each(own.span, scanned, None),
            Line::Record(_) if own.is_object() => self.record(view, own, scanned, each),
            Line::NoEnvelope | Line::Unidentified(_) if own.is_object() => {
                self.dumps.end_at_object();
                each(own.span, scanned, None);
            }
            _ => self.text(view, own, scanned, each),
        }
    }

    /// A line that is not an object as a whole.
    #[inline(never)]
    fn text(&mut self, view: &View<'_>, own: Own<'_>, scanned: &Scanned<'_>, each: &mut impl Each) {
        let (span, start) = (own.span, view.start(own.span));
        self.dumps.line(own.text, start, self.profile.zone());
        let is_open = matches!(scanned.line, Line::Unidentified(_)) || closing_bracket(own.text).is_some();
        if is_open || dumps::request_id(own.text).is_some() {
            return self.open(view, own, scanned, each);
        }
        if self.is_covered(view, own) {
            each(span, &part(scanned), None);
        } else if matches!(scanned.line, Line::Record(_)) {
            self.record(view, own, scanned, each);
        } else {
            each(span, scanned, None);
        }
    }

    /// Whether a line belongs to a record that began before it.
    fn is_covered(&self, view: &View<'_>, own: Own<'_>) -> bool {
        !own.is_object() && view.start(own.span) < self.streams.covered_to(own.stream)
    }

    /// A line after which a record may go on.
    fn open(&mut self, view: &View<'_>, own: Own<'_>, scanned: &Scanned<'_>, each: &mut impl Each) {
        let span = own.span;
        let is_covered = self.is_covered(view, own);
        let Some(mut aside) = self.aside.take() else { return each(span, scanned, None) };
        let several = self.several(&mut aside, view, own, scanned);
        if let Some((_, length)) = &several {
            self.streams.cover(own.stream, view.start(span) + *length as u64);
        }
        if is_covered {
            each(span, &part(scanned), None);
        } else if let Some((text, length)) = &several {
            let put_together = aside.value(text);
            let anomalies = put_together.anomalies.union(scanned.anomalies.of_line());
            self.record(view, Own { length: *length, ..own }, &Scanned { anomalies, ..put_together }, each);
        } else if matches!(scanned.line, Line::Record(_)) {
            self.record(view, own, scanned, each);
        } else if let Some(id) = self.lone_header(&mut aside, view, own) {
            let by = vec![None; self.profile.by().len()];
            let anomalies = scanned.anomalies.of_line();
            let scanned = Scanned { anomalies, ..Scanned::of(Line::Record(success(id, &by))) };
            self.record(view, own, &scanned, each);
        } else {
            each(span, scanned, None);
        }
        self.aside = Some(aside);
    }

    /// The record that begins in a line and goes on after it: its text, and how many bytes it has.
    fn several<'v>(
        &mut self,
        aside: &mut Scanner,
        view: &View<'v>,
        own: Own<'_>,
        scanned: &Scanned<'_>,
    ) -> Option<(Cow<'v, [u8]>, usize)> {
        let mut whole = |length: usize| {
            let text = view.gather(own, length);
            let is_one = text::may_hold(&text) && matches!(aside.value(&text).line, Line::Record(_));
            is_one.then_some((text, length))
        };
        if matches!(scanned.line, Line::Unidentified(_)) {
            let until = text::open_error(own.text, self.profile.forms());
            return whole(length(view, own, until)?);
        }
        let close = closing_bracket(own.text)?;
        let length = self.unclosed.block(view, own, self.number, close)?;
        // What is a part of a record already makes no difference.
        if view.start(own.span) + length as u64 <= self.streams.covered_to(own.stream) {
            return None;
        }
        whole(length)
    }

    /// The id of a response whose header stands in a line, when the dump shows no more of it.
    fn lone_header<'l>(&self, aside: &mut Scanner, view: &View<'_>, own: Own<'l>) -> Option<&'l str> {
        let id = dumps::request_id(own.text).filter(|id| is_request_id(id))?;
        let (mut lines, mut has_response) = (0, false);
        view.lines_after(own, 0, several::ERROR_BYTES_MAX, |line, _| {
            lines += 1;
            let is_object = line.first() == Some(&b'{');
            if lines > several::ERROR_LINES_MAX || (heads::is_head(line) && !is_object) {
                return true;
            }
            has_response = text::may_hold(line) && matches!(aside.line(line, false).line, Line::Record(_));
            has_response || is_object
        });
        (!has_response && self.profile.envelope().is_empty()).then_some(id)
    }

    /// A record that begins in a line.
    #[inline]
    fn record(&mut self, view: &View<'_>, own: Own<'_>, scanned: &Scanned<'_>, each: &mut impl Each) {
        let Line::Record(record) = &scanned.line else { return each(own.span, scanned, None) };
        let start = view.start(own.span);
        // What a program sent is not a response, whatever it quotes; but nobody sends an envelope.
        if own.is_object() && self.dumps.is_request() && !is_at_root(record) {
            self.dumps.end_at_object();
            let anomalies = scanned.anomalies.of_line();
            return each(own.span, &Scanned { anomalies, ..Scanned::of(Line::NoEnvelope) }, None);
        }
        let id = record.request_id.map(distinct::id_hash);
        let mut relation = Relation::New;
        if let Some(id) = id.filter(|_| own.length as u64 <= RECORD_BYTES_MAX) {
            relation = self.ring.see(start, start + own.length as u64, id, record.outcome, is_envelope(record));
        }
        match relation {
            Relation::New if self.dumps.is_empty() => each(own.span, scanned, id),
            Relation::Echo => echo(own.span, scanned, each),
            Relation::New | Relation::Conflict => self.filled(own, start, scanned, relation, id, each),
        }
        if own.is_object() {
            self.dumps.end_at_object();
        }
    }

    /// A record with what the dump that it stands in says of it.
    #[inline(never)]
    fn filled(
        &self,
        own: Own<'_>,
        start: u64,
        scanned: &Scanned<'_>,
        relation: Relation,
        id: Option<u64>,
        each: &mut impl Each,
    ) {
        let mut scanned = *scanned;
        if let Line::Record(record) = &mut scanned.line
            && let Some((context, doubts)) = self.dumps.fill(record.context, start)
        {
            record.context = context;
            scanned.doubts = scanned.doubts.union(doubts);
        }
        if relation == Relation::Conflict {
            scanned.anomalies.insert(Anomaly::ConflictingOutcome);
        }
        each(own.span, &scanned, id);
    }
}

/// The whole lines of the bytes before an offset of an input: all of them when they are the input's first.
fn whole_lines(bytes: &[u8], offset: u64) -> &[u8] {
    if bytes.len() as u64 == offset {
        return bytes;
    }
    memchr::memchr(b'\n', bytes).and_then(|end| bytes.get(end + 1..)).unwrap_or_default()
}
