//! Runs threads over inputs: every line is scanned once and shown to a fold that belongs to the thread. What the fold
//! does with the lines is not known here.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use crate::input::Input;
use crate::input::feed::{Event, Feed, Hand, Head, InputRead};
use crate::input::order::Order;
use crate::input::source::{Damage, Lines, Sizes};
use crate::profile::Profile;
use crate::record::{Anomalies, Line, Origin, Reason};
use crate::scan::sieve::Sieve;
use crate::scan::{Decided, Scanned, Scanner, Span, Way};
use crate::sequence::Sequencer;
use crate::survey::{Reading, Survey, Surveyed};
use crate::values::{Piece, Values};

/// How a run goes. Nothing here but `reading` and the longest line changes what it counts.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many threads read and scan; at least one is used.
    pub threads: usize,
    /// Sizes of chunks, reads and lines.
    pub sizes: Sizes,
    /// Which scanner gets a line first.
    pub way: Way,
    /// How inputs are understood, and which of their records count.
    pub reading: Reading,
}

/// What a run shares with whoever watches it.
#[derive(Debug, Default)]
pub struct Watch {
    /// Set to end the run early; what was read until then counts.
    pub stop: Arc<AtomicBool>,
    /// Bytes of files and pipes that were read so far, as they are packed.
    pub bytes_done: AtomicU64,
    /// The rank of the input that was opened last.
    pub input: AtomicU32,
}

/// What is read, how, and who watches.
#[derive(Clone, Copy, Debug)]
pub struct Run<'r> {
    /// The inputs.
    pub inputs: &'r [Input],
    /// In which order they are opened; nothing that is told at the end depends on it.
    pub order: Order,
    /// Picks the lines that are scanned and shown; none when all are. It has no say in streams of values.
    pub sieve: Option<&'r Sieve>,
    /// How they are read.
    pub options: &'r Options,
    /// What is shared with whoever watches.
    pub watch: &'r Watch,
}

/// A chunk whose lines were all shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done {
    /// The rank of the input.
    pub input: u32,
    /// The place of the chunk in its input.
    pub chunk: u32,
    /// How many lines the chunk has, counted apart from the scanner.
    pub lines: u32,
    /// Whether the last line is cut, has no LF, and is the last of the input.
    pub unfinished: bool,
}

/// A line with its bytes, without the LF.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// Where it stands.
    pub origin: Origin,
    /// Its bytes; of an oversize line only the first ones.
    pub text: &'a [u8],
    /// What it is.
    pub scanned: &'a Scanned<'a>,
    /// How its input is read.
    pub profile: &'a Profile,
}

/// What a run leaves.
#[derive(Debug)]
pub struct Driven<W> {
    /// The folds of the threads, in no order.
    pub folds: Vec<W>,
    /// How each input was read, in the order of the inputs.
    pub reads: Vec<InputRead>,
    /// What the first bytes of each input told, in the order of the inputs; none for those not opened.
    pub surveyed: Vec<Option<Surveyed>>,
    /// Whether the run was stopped before its end.
    pub interrupted: bool,
    /// How many lines each scanner decided.
    pub decided: Decided,
}

/// When a sieve picks more than one line in so many, all are scanned.
const PICKED_SHARE: usize = 8;

/// The threads could not be started.
#[derive(Debug, thiserror::Error)]
#[error("cannot start {threads} threads: {source}")]
pub struct ThreadsError {
    threads: usize,
    source: rayon::ThreadPoolBuildError,
}

/// Reads all inputs. `line` gets every line, in order within its chunk; `chunk` every chunk after its lines; `end`
/// tells how many chunks an input has, possibly before other threads are done with them.
///
/// # Errors
///
/// The threads cannot be started. Inputs that cannot be read are no errors here; `reads` tells them.
pub fn drive<W: Send>(
    run: &Run<'_>,
    start: impl Fn() -> W + Sync,
    line: impl Fn(&mut W, &Seen<'_>) + Sync,
    chunk: impl Fn(&mut W, Done) + Sync,
    end: impl Fn(u32, u32) + Sync,
) -> Result<Driven<W>, ThreadsError> {
    let Run { inputs, order, sieve, options, watch } = *run;
    let threads = options.threads.max(1);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|source| ThreadsError { threads, source })?;
    let survey = Survey::new(&options.reading, inputs.len());
    let prepare = |input: u32, head: Head<'_>| {
        watch.input.store(input, Ordering::Relaxed);
        survey.prepare(input, head)
    };
    let feed = Feed::new(inputs, order, options.sizes, &watch.stop, &watch.bytes_done, prepare);
    let parts = pool.broadcast(|_| {
        let stop = &watch.stop;
        let (decided, picked) = (Decided::default(), Vec::new());
        let mut worker = Worker { options, sieve, stop, scanner: None, decided, picked, fold: start() };
        let mut hand = Hand::default();
        while let Some(event) = feed.next(&mut hand) {
            if let Some((input, bytes, damage)) = worker.take(event, &hand.buffer, &line, &chunk, &end) {
                feed.note(input, bytes, damage);
            }
        }
        worker.finish()
    });
    let mut decided = Decided::default();
    let folds = parts.into_iter().map(|(fold, part)| {
        decided.add(part);
        fold
    });
    Ok(Driven {
        folds: folds.collect(),
        reads: feed.finish(),
        surveyed: survey.finish(),
        interrupted: watch.stop.load(Ordering::Relaxed),
        decided,
    })
}

/// Reads all inputs in the order of their paths and gives what `find` makes of lines to `each`, in the order of input
/// and offset, with the number of the line in its input, from 1. Memory is bounded by what a few chunks hold.
///
/// # Errors
///
/// As [`drive`].
pub fn in_order<T: Send>(
    run: &Run<'_>,
    find: impl Fn(&Seen<'_>) -> Option<T> + Sync,
    mut each: impl FnMut(u64, T) + Send,
) -> Result<Driven<()>, ThreadsError> {
    // Any other order would make chunks wait for each other.
    let run = &Run { order: Order::Paths, ..*run };
    let sequencer = Sequencer::new(move |before: u64, (line, item): (u32, T)| each(before + u64::from(line) + 1, item));
    let driven = drive(
        run,
        Vec::new,
        |found: &mut Vec<(u32, T)>, seen| found.extend(find(seen).map(|item| (seen.origin.line, item))),
        |found, done| sequencer.chunk(done.input, done.chunk, done.lines, std::mem::take(found), &run.watch.stop),
        |input, chunks| sequencer.end(input, chunks),
    )?;
    drop(sequencer.finish());
    let Driven { folds: _, reads, surveyed, interrupted, decided } = driven;
    Ok(Driven { folds: Vec::new(), reads, surveyed, interrupted, decided })
}

/// One thread.
struct Worker<'r, W> {
    options: &'r Options,
    sieve: Option<&'r Sieve>,
    stop: &'r AtomicBool,
    scanner: Option<(Arc<Profile>, Scanner)>,
    decided: Decided,
    /// The lines of the present chunk that the sieve picked.
    picked: Vec<Span>,
    fold: W,
}

impl<W> Worker<'_, W> {
    /// Takes an event; of an input that it read by itself it tells how much that was, and the damage.
    fn take(
        &mut self,
        event: Event<Arc<Profile>>,
        buffer: &[u8],
        line: &impl Fn(&mut W, &Seen<'_>),
        chunk: &impl Fn(&mut W, Done),
        end: &impl Fn(u32, u32),
    ) -> Option<(u32, u64, Option<Damage>)> {
        match event {
            Event::End { input, chunks } => end(input, chunks),
            Event::Chunk { input, chunk: place, lines, prepared } => {
                let mut done = Done { input, chunk: place, lines: 0, unfinished: false };
                if let Some(lines) = lines {
                    let text = buffer.get(lines.start..).unwrap_or_default();
                    self.lines(&mut done, lines, &prepared, text, line);
                }
                chunk(&mut self.fold, done);
            }
            Event::Values { input, stream, prepared } => {
                let mut values = Values::new(stream, self.options.sizes, self.stop);
                let lines = self.values(input, &mut values, &prepared, line);
                chunk(&mut self.fold, Done { input, chunk: 0, lines, unfinished: false });
                end(input, 1);
                let (bytes, damage) = values.finish();
                return Some((input, bytes, damage));
            }
        }
        None
    }

    fn lines(
        &mut self,
        done: &mut Done,
        lines: Lines,
        profile: &Arc<Profile>,
        text: &[u8],
        line: &impl Fn(&mut W, &Seen<'_>),
    ) {
        let Self { options, sieve, scanner, decided, picked, fold, .. } = self;
        let scanner = scanner_of(scanner, profile, options, decided);
        let line_count = |ends: u32| ends + u32::from(!text.is_empty() && !text.ends_with(b"\n"));
        let mut show = |span: Span, number: u32, scanned: &Scanned<'_>| {
            let offset = lines.offset + span.start as u64;
            let origin = Origin { input: done.input, offset, chunk: done.chunk, line: number };
            line(fold, &Seen { origin, text: bytes(text, span), scanned, profile });
        };
        let (mut number, mut counted) = (0, 0);
        if let Some(sieve) = sieve {
            done.lines = line_count(ends(text));
            picked.clear();
            picked.extend(sieve.lines(text));
            // One line scanned by itself costs more than one among others.
            if picked.len() <= done.lines as usize / PICKED_SHARE {
                for &span in picked.iter() {
                    number += ends(bytes(text, Span { start: counted, end: span.start }));
                    counted = span.start;
                    let first = lines.offset == 0 && span.start == 0;
                    show(span, number, &scanner.line(bytes(text, span), first));
                }
                return;
            }
        }
        let mut cut = false;
        let ends = scanner.chunk(text, lines.offset == 0, |span, scanned| {
            cut = scanned.line == Line::Malformed(Reason::Truncated);
            show(span, number, scanned);
            number += 1;
        });
        done.unfinished = cut && lines.unterminated;
        done.lines = line_count(ends as u32);
    }

    /// Shows the values of an input and tells how many there are.
    fn values(
        &mut self,
        input: u32,
        values: &mut Values<'_>,
        profile: &Arc<Profile>,
        line: &impl Fn(&mut W, &Seen<'_>),
    ) -> u32 {
        let Self { options, scanner, decided, fold, .. } = self;
        let scanner = scanner_of(scanner, profile, options, decided);
        let mut count = 0;
        while let Some((offset, piece)) = values.next_piece() {
            let origin = Origin { input, offset, chunk: 0, line: count };
            let malformed = |reason| Scanned { line: Line::Malformed(reason), anomalies: Anomalies::NONE };
            let (text, scanned) = match piece {
                Piece::Value(text) => (text, scanner.value(text)),
                Piece::Malformed(reason) => (&[][..], malformed(reason)),
            };
            line(fold, &Seen { origin, text, scanned: &scanned, profile });
            count += 1;
        }
        count
    }

    fn finish(mut self) -> (W, Decided) {
        if let Some((_, scanner)) = &self.scanner {
            self.decided.add(scanner.decided());
        }
        (self.fold, self.decided)
    }
}

fn bytes(text: &[u8], span: Span) -> &[u8] {
    text.get(span.start..span.end).unwrap_or_default()
}

fn ends(text: &[u8]) -> u32 {
    memchr::memchr_iter(b'\n', text).count() as u32
}

/// The scanner of a profile: the held one, or a new one when the profile is another.
fn scanner_of<'s>(
    held: &'s mut Option<(Arc<Profile>, Scanner)>,
    profile: &Arc<Profile>,
    options: &Options,
    decided: &mut Decided,
) -> &'s mut Scanner {
    if held.as_ref().is_some_and(|(of, _)| !Arc::ptr_eq(of, profile))
        && let Some((_, stale)) = held.take()
    {
        decided.add(stale.decided());
    }
    let new = || {
        let scanner = Scanner::new(Arc::clone(profile), options.sizes.line_bytes_max, options.way);
        (Arc::clone(profile), scanner)
    };
    &mut held.get_or_insert_with(new).1
}
