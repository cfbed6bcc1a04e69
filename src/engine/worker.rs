//! One thread of a run: it scans the lines of a chunk, or the values of a stream, and shows them to its fold.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::engine::run::{Done, Options, Run, Seen};
use crate::input::around::Around;
use crate::input::feed::{Event, Hand};
use crate::input::source::{Damage, Lines};
use crate::input::stream::Stream;
use crate::json_stream::{Piece, Values};
use crate::neighbours::{Chunk, Neighbours, id_hash};
use crate::profile::Profile;
use crate::record::{Line, Origin, Reason};
use crate::scan::sieve::Sieve;
use crate::scan::{Decided, Scanned, Scanner, Span};

/// When a sieve picks more than one line in this number, all are scanned.
const PICKED_SHARE: usize = 8;

/// What a thread keeps from chunk to chunk for inputs of one profile.
struct Held {
    profile: Arc<Profile>,
    scanner: Scanner,
    neighbours: Neighbours,
}

/// One thread.
pub(super) struct Worker<'r, W> {
    options: &'r Options,
    sieve: Option<&'r Sieve>,
    stop: &'r AtomicBool,
    scanner: Option<Held>,
    decided: Decided,
    /// The lines of the present chunk that the sieve picked.
    picked: Vec<Span>,
    fold: W,
}

impl<'r, W> Worker<'r, W> {
    /// A thread of this run that has read nothing yet.
    pub(super) fn new(run: &Run<'r>, fold: W) -> Self {
        let Run { sieve, options, watch, .. } = *run;
        Self { options, sieve, stop: &watch.stop, scanner: None, decided: Decided::default(), picked: Vec::new(), fold }
    }

    /// Takes an event; of an input that it read by itself it gives back the stream, and the damage.
    pub(super) fn take(
        &mut self,
        event: Event<Arc<Profile>>,
        hand: &mut Hand<Arc<Profile>>,
        line: &impl Fn(&mut W, &Seen<'_>),
        chunk: &impl Fn(&mut W, Done),
        end: &impl Fn(u32, u32),
    ) -> Option<(u32, Stream, Option<Damage>)> {
        match event {
            Event::End { input, chunks } => end(input, chunks),
            Event::Chunk { input, chunk: place, bytes, lines, prepared } => {
                let mut done = Done { input, chunk: place, bytes, lines: 0, end: 0, unfinished: false };
                if let Some(lines) = lines {
                    let text = hand.buffer.get(lines.start..).unwrap_or_default();
                    done.end = lines.offset + text.len() as u64;
                    self.lines(&mut done, lines, &prepared, (text, &hand.around(lines)), line);
                }
                if hand.is_long() {
                    self.forget_long_line();
                }
                // Who is done with a chunk may wait for others, and those for the memory that it held.
                hand.clear();
                chunk(&mut self.fold, done);
            }
            Event::Values { input, stream, prepared } => {
                let mut values = Values::new(stream, self.options.sizes, self.stop);
                let (lines, last) = self.values(input, &mut values, &prepared, line);
                let (stream, damage) = values.finish();
                self.forget_long_line();
                let bytes = 0..stream.bytes_read();
                chunk(&mut self.fold, Done { input, chunk: 0, bytes, lines, end: last, unfinished: false });
                end(input, 1);
                return Some((input, stream, damage));
            }
        }
        None
    }

    fn lines(
        &mut self,
        done: &mut Done,
        lines: Lines,
        profile: &Arc<Profile>,
        (text, around): (&[u8], &Around<'_>),
        line: &impl Fn(&mut W, &Seen<'_>),
    ) {
        let Self { options, sieve, scanner, decided, picked, fold, .. } = self;
        let Held { scanner, neighbours, .. } = scanner_of(scanner, profile, options, decided);
        let line_count = |ends: u64| ends + u64::from(!text.is_empty() && !text.ends_with(b"\n"));
        let mut show = |span: Span, number: u64, scanned: &Scanned<'_>, id_hash: Option<u64>| {
            let offset = lines.offset + span.start as u64;
            let origin = Origin { input: done.input, offset, chunk_offset: done.bytes.start, line: number };
            line(fold, &Seen { origin, text: bytes(text, span), scanned, id_hash, profile });
        };
        let (mut number, mut counted) = (0, 0);
        // What a line of text is depends on those around it.
        if let Some(sieve) = sieve.filter(|_| !profile.reads_text() || has_objects_alone(text)) {
            done.lines = line_count(ends(text));
            picked.clear();
            picked.extend(sieve.lines(text));
            // A record can be the echo of one before it, so that its neighbours have to be seen.
            let mut is_record = |span: Span| {
                let first = lines.offset == 0 && span.start == 0;
                matches!(scanner.line(bytes(text, span), first).line, Line::Record(_))
            };
            // One line scanned by itself costs more than one among others.
            let are_few = picked.len() <= done.lines as usize / PICKED_SHARE;
            if are_few && !(profile.reads_text() && picked.iter().any(|&span| is_record(span))) {
                for &span in picked.iter() {
                    number += ends(bytes(text, Span { start: counted, end: span.start }));
                    counted = span.start;
                    let first = lines.offset == 0 && span.start == 0;
                    let scanned = scanner.line(bytes(text, span), first);
                    show(span, number, &scanned, id_hash(&scanned));
                }
                return;
            }
        }
        let mut cut = false;
        let chunk = Chunk { input: done.input, text, offset: lines.offset, around };
        let ends = neighbours.chunk(scanner, chunk, |span, scanned, id_hash| {
            cut = scanned.line == Line::Malformed(Reason::Truncated);
            show(span, number, scanned, id_hash);
            number += 1;
        });
        done.unfinished = cut && lines.unterminated;
        done.lines = line_count(ends as u64);
    }

    /// Shows the values of an input and tells how many there are, and where the last one ends.
    fn values(
        &mut self,
        input: u32,
        values: &mut Values<'_>,
        profile: &Arc<Profile>,
        line: &impl Fn(&mut W, &Seen<'_>),
    ) -> (u64, u64) {
        let Self { options, scanner, decided, fold, .. } = self;
        let Held { scanner, .. } = scanner_of(scanner, profile, options, decided);
        let (mut count, mut end) = (0, 0);
        while let Some((offset, piece)) = values.next_piece() {
            let mut show = |offset, text, scanned: &Scanned<'_>| {
                let origin = Origin { input, offset, chunk_offset: 0, line: count };
                line(fold, &Seen { origin, text, scanned, id_hash: id_hash(scanned), profile });
                count += 1;
            };
            end = offset;
            match piece {
                Piece::Value(text) => {
                    end += text.len() as u64;
                    for (at, text) in scanner.parts(text) {
                        show(offset + at as u64, text, &scanner.value(text));
                    }
                }
                Piece::Malformed(reason) => show(offset, &[], &Scanned::malformed(reason)),
            }
        }
        (count, end)
    }

    /// Drops what the scanner keeps for the next line of the same length.
    fn forget_long_line(&mut self) {
        if let Some(held) = &mut self.scanner {
            held.scanner.forget_long_line();
        }
    }

    pub(super) fn finish(mut self) -> (W, Decided) {
        if let Some(held) = &self.scanner {
            self.decided.add(held.scanner.decided());
        }
        (self.fold, self.decided)
    }
}

fn bytes(text: &[u8], span: Span) -> &[u8] {
    text.get(span.start..span.end).unwrap_or_default()
}

fn ends(text: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', text).count() as u64
}

/// Whether every line is an object, or empty.
fn has_objects_alone(text: &[u8]) -> bool {
    let begins_one = |at: usize| matches!(text.get(at), None | Some(b'{' | b'\n' | b'\r'));
    begins_one(0) && memchr::memchr_iter(b'\n', text).all(|end| begins_one(end + 1))
}

/// What is kept for a profile: what is held, or a new one when the profile is another.
fn scanner_of<'s>(
    held: &'s mut Option<Held>,
    profile: &Arc<Profile>,
    options: &Options,
    decided: &mut Decided,
) -> &'s mut Held {
    if held.as_ref().is_some_and(|held| !Arc::ptr_eq(&held.profile, profile))
        && let Some(stale) = held.take()
    {
        decided.add(stale.scanner.decided());
    }
    let new = || Held {
        profile: Arc::clone(profile),
        scanner: Scanner::new(Arc::clone(profile), options.sizes.line_bytes_max, options.way),
        neighbours: Neighbours::new(profile, options.sizes.line_bytes_max, options.way),
    };
    held.get_or_insert_with(new)
}
