//! What a line is beside its neighbours, one line after the other. It knows neither chunks nor threads.

use std::borrow::Cow;
use std::sync::Arc;

use bumpalo::Bump;

use super::lines::{Each, part, success};
use super::memory::Memory;
use super::several::{self, closing_bracket, length};
use super::view::{Own, View};
use super::{dumps, heads};
use crate::frame::{self, Framed, Stream};
use crate::profile::Profile;
use crate::record::{Anomalies, Context, Form, Line, Reason, Record};
use crate::scan::{Scanned, Scanner, ScannerKind, Span, is_request_id, strip, text};
use crate::time::{Nanos, is_plausible};

/// How far the pieces of a line are looked for, in bytes from the start of the first.
const PIECES_BYTES_MAX: usize = 256 * 1024;

/// What is known of the lines that were seen, and what scans those that stand in no chunk as they are.
pub struct Beside {
    /// What is remembered.
    pub memory: Memory,
    profile: Arc<Profile>,
    /// What scans lines that are put together.
    aside: Scanner,
    /// Where lines lie that are silent, and that were not shown to the dumps: two places in the chunk.
    silent: Option<(usize, usize)>,
    /// Offset of the first line of a record that goes on after the last line there is, as far as can be known.
    open_from: Option<u64>,
}

impl Beside {
    /// Nothing seen yet.
    pub fn new(profile: &Arc<Profile>) -> Self {
        Self {
            memory: Memory::default(),
            aside: Scanner::new(Arc::clone(profile), usize::MAX, ScannerKind::Full),
            profile: Arc::clone(profile),
            silent: None,
            open_from: None,
        }
    }

    /// Says what a line of a chunk is beside its neighbours; `scanner` reads what is in a frame.
    #[inline]
    pub fn line(
        &mut self,
        view: &View<'_>,
        span: Span,
        scanned: &Scanned<'_>,
        scanner: &mut Scanner,
        each: &mut impl Each,
    ) {
        self.memory.number += 1;
        let own = Own { span, text: view.line(span), length: span.end - span.start, stream: None };
        let unpadded = strip(own.text, false).0;
        if scanned.is_silent && is_alone(own.text) && !frame::may_have_one(unpadded) {
            let from = self.silent.map_or(span.start, |(from, _)| from);
            self.silent = Some((from, span.end));
            return each(span, scanned, None);
        }
        self.end_silence(view);
        // Nobody writes a frame as an object with a member `Response`.
        if let Line::Record(Record { form: Form::Envelope, .. }) = &scanned.line
            && own.is_object()
        {
            return self.memory.record(view, own, scanned, each);
        }
        if matches!(scanned.line, Line::Blank | Line::Malformed(Reason::Oversize)) {
            return each(span, scanned, None);
        }
        let bump = Bump::new();
        match frame::undo_outer(unpadded, &bump) {
            Some(framed) => self.framed(view, span, framed, scanned.anomalies.of_line(), scanner, each),
            None => self.unframed(view, own, scanned, each),
        }
    }

    /// Where a record begins that goes on after the last line there was, as far as can be known.
    pub const fn open_from(&self) -> Option<u64> {
        self.open_from
    }

    /// Notes that what begins in a line goes on after the last one there is.
    fn note_open(&mut self, view: &View<'_>, own: Own<'_>) {
        let start = view.start(own.span);
        self.open_from = Some(self.open_from.map_or(start, |from| from.min(start)));
    }

    /// Shows the dumps what they have to know of silent lines: the last of them that begins a record of the log. It comes
    /// at the end of a chunk, and before everything that asks a dump.
    pub fn end_silence(&mut self, view: &View<'_>) {
        if let Some((from, to)) = self.silent.take() {
            self.show_head(view, from, to);
        }
    }

    #[inline(never)]
    fn show_head(&mut self, view: &View<'_>, from: usize, to: usize) {
        let mut end = to;
        loop {
            let lines = view.text.get(from..end).unwrap_or_default();
            let start = from + memchr::memrchr(b'\n', lines).map_or(0, |at| at + 1);
            let line = view.text.get(start..end).unwrap_or_default();
            if heads::is_head(line) {
                return self.memory.dumps.line(line, view.base + start as u64, self.profile.zone());
            }
            if start == from {
                return;
            }
            end = start - 1;
        }
    }

    /// A line around which a collector wrote something; `scanner` reads what is in it.
    pub fn framed(
        &mut self,
        view: &View<'_>,
        span: Span,
        framed: Framed<'_>,
        anomalies: Anomalies,
        scanner: &mut Scanner,
        each: &mut impl Each,
    ) {
        if self.goes_on(framed.stream, framed.is_partial) {
            return each(span, &Scanned { anomalies, ..Scanned::of(Line::Text) }, None);
        }
        let length = span.end - span.start;
        let first = Own { span, text: framed.text, length, stream: Some(framed.stream) };
        view.ran_out.set(false);
        let (pieces, length) =
            if framed.is_partial { view.pieces(first, PIECES_BYTES_MAX) } else { (Vec::new(), length) };
        if view.ran_out.take() {
            self.note_open(view, first);
        }
        let text = if framed.is_partial { pieces.as_slice() } else { framed.text };
        let bump = Bump::new();
        let inner = frame::undo(text, &bump).map_or(Framed { text, ..framed }, |inner| framed.around(inner));
        let own = Own { span, text: inner.text, length, stream: Some(inner.stream) };
        let scanned = scanner.value(inner.text);
        self.undone(view, own, inner.time, &Scanned { anomalies: scanned.anomalies.union(anomalies), ..scanned }, each);
    }

    /// Whether a line of a stream goes on from a piece before it; `is_partial` says whether it is one itself.
    pub fn goes_on(&mut self, stream: Stream, is_partial: bool) -> bool {
        let goes_on = self.memory.streams.goes_on(stream);
        self.memory.streams.set_goes_on(stream, is_partial);
        goes_on
    }

    /// A line that was in a frame, which says when a collector got it.
    #[inline]
    pub fn undone(
        &mut self,
        view: &View<'_>,
        own: Own<'_>,
        time: Option<Nanos>,
        scanned: &Scanned<'_>,
        each: &mut impl Each,
    ) {
        let timed;
        let scanned = match &scanned.line {
            Line::Record(record) if record.context.time.is_none() => {
                let time = time.filter(|&time| is_plausible(time));
                let line = Line::Record(Record { context: Context { time, ..record.context }, ..*record });
                timed = Scanned { line, ..*scanned };
                &timed
            }
            _ => scanned,
        };
        self.unframed(view, own, scanned, each);
    }

    /// A line as the program wrote it.
    #[inline]
    pub fn unframed(&mut self, view: &View<'_>, own: Own<'_>, scanned: &Scanned<'_>, each: &mut impl Each) {
        match scanned.line {
            Line::Blank | Line::Echo => each(own.span, scanned, None),
            Line::Record(_) if own.is_object() => self.memory.record(view, own, scanned, each),
            Line::NoEnvelope | Line::Unidentified(_) if own.is_object() => {
                self.memory.dumps.end_at_object();
                each(own.span, scanned, None);
            }
            _ => self.text(view, own, scanned, each),
        }
    }

    /// A line that is not an object as a whole.
    #[inline(never)]
    fn text(&mut self, view: &View<'_>, own: Own<'_>, scanned: &Scanned<'_>, each: &mut impl Each) {
        let (span, start) = (own.span, view.start(own.span));
        self.memory.dumps.line(own.text, start, self.profile.zone());
        let is_open = matches!(scanned.line, Line::Unidentified(_)) || closing_bracket(own.text).is_some();
        if is_open || dumps::request_id(own.text).is_some() {
            return self.open(view, own, scanned, each);
        }
        if self.memory.is_covered(view, own) {
            each(span, &part(scanned), None);
        } else if matches!(scanned.line, Line::Record(_)) {
            self.memory.record(view, own, scanned, each);
        } else {
            each(span, scanned, None);
        }
    }

    /// A line after which a record may go on.
    fn open(&mut self, view: &View<'_>, own: Own<'_>, scanned: &Scanned<'_>, each: &mut impl Each) {
        let span = own.span;
        let is_covered = self.memory.is_covered(view, own);
        view.ran_out.set(false);
        let several = self.several(view, own, scanned);
        let lone_header = match several {
            None if !is_covered && !matches!(scanned.line, Line::Record(_)) => self.lone_header(view, own),
            _ => None,
        };
        let is_being_written = view.ran_out.take()
            || closing_bracket(own.text).is_some_and(|close| self.memory.unclosed.is_being_written(view, own, close));
        if !is_covered && several.is_none() && is_being_written {
            self.note_open(view, own);
        }
        let Self { memory, aside, profile, .. } = self;
        if let Some((_, length)) = &several {
            memory.streams.cover(own.stream, view.start(span) + *length as u64);
        }
        if is_covered {
            each(span, &part(scanned), None);
        } else if let Some((text, length)) = &several {
            let put_together = aside.value(text);
            let anomalies = put_together.anomalies.union(scanned.anomalies.of_line());
            memory.record(view, Own { length: *length, ..own }, &Scanned { anomalies, ..put_together }, each);
        } else if matches!(scanned.line, Line::Record(_)) {
            memory.record(view, own, scanned, each);
        } else if let Some(id) = lone_header {
            let by = vec![None; profile.by().len()];
            let anomalies = scanned.anomalies.of_line();
            let scanned = Scanned { anomalies, ..Scanned::of(Line::Record(success(id, &by))) };
            memory.record(view, own, &scanned, each);
        } else {
            each(span, scanned, None);
        }
    }

    /// The record that begins in a line and goes on after it: its text, and how many bytes it has.
    fn several<'v>(&mut self, view: &View<'v>, own: Own<'_>, scanned: &Scanned<'_>) -> Option<(Cow<'v, [u8]>, usize)> {
        let Self { memory, aside, profile, .. } = self;
        let mut whole = |length: usize| {
            let text = view.gather(own, length);
            let is_one = text::may_hold(&text) && matches!(aside.value(&text).line, Line::Record(_));
            is_one.then_some((text, length))
        };
        if matches!(scanned.line, Line::Unidentified(_)) {
            let until = text::open_error(own.text, profile.forms());
            return whole(length(view, own, until)?);
        }
        let close = closing_bracket(own.text)?;
        let length = memory.unclosed.block(view, own, memory.number, close)?;
        // What is a part of a record already makes no difference.
        if view.start(own.span) + length as u64 <= memory.streams.covered_to(own.stream) {
            return None;
        }
        whole(length)
    }

    /// The id of a response whose header stands in a line, when the dump shows no more of it.
    fn lone_header<'l>(&mut self, view: &View<'_>, own: Own<'l>) -> Option<&'l str> {
        let is_asked = self.profile.envelope().is_empty();
        let id = dumps::request_id(own.text).filter(|id| is_asked && is_request_id(id))?;
        let (mut lines, mut has_response) = (0, false);
        view.lines_after(own, 0, several::ERROR_BYTES_MAX, |line, _| {
            lines += 1;
            let is_object = line.first() == Some(&b'{');
            if lines > several::ERROR_LINES_MAX || (heads::is_head(line) && !is_object) {
                return true;
            }
            has_response = text::may_hold(line) && matches!(self.aside.line(line, false).line, Line::Record(_));
            has_response || is_object
        });
        (!has_response).then_some(id)
    }
}

/// Whether a silent line stands for itself: it opens no block, and is not a header.
fn is_alone(line: &[u8]) -> bool {
    !dumps::may_be_header(line) && closing_bracket(line).is_none()
}
