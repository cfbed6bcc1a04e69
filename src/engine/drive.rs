//! Starts the threads of a run and gives each its own fold. What the folds do with the lines is not known here.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::engine::run::{Done, Driven, InOrder, Run, Seen};
use crate::engine::worker::Worker;
use crate::input::feed::{Feed, Head};
use crate::input::order::Order;
use crate::inspect::Inspector;
use crate::reorder::ReorderBuffer;
use crate::scan::Decided;

/// The threads could not be started.
#[derive(Debug, thiserror::Error)]
#[error("cannot start {threads} threads")]
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
    let Run { inputs, order, options, watch, .. } = *run;
    let threads = options.threads.max(1);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|source| ThreadsError { threads, source })?;
    let inspector = Inspector::new(&options.reading, inputs);
    let prepare = |input: u32, head: Head<'_>| {
        watch.input.store(input, Ordering::Relaxed);
        inspector.prepare(input, head)
    };
    let feed = Feed::new(inputs, order, options.sizes, &watch.stop, &watch.bytes_done, prepare);
    let parts = pool.broadcast(|_| {
        let mut worker = Worker::new(run, start());
        let mut hand = feed.hand();
        while let Some(event) = feed.next(&mut hand) {
            if let Some((input, stream, damage)) = worker.take(event, &mut hand, &line, &chunk, &end) {
                feed.note_values(input, stream, damage);
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
        inspected: inspector.finish(),
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
) -> Result<InOrder, ThreadsError> {
    // Any other order would make chunks wait for each other.
    let run = &Run { order: Order::Paths, ..*run };
    let scanned: Vec<_> = run.inputs.iter().map(|_| AtomicU64::new(0)).collect();
    let reorder = ReorderBuffer::new(move |before: u64, (line, item): (u64, T)| each(before + line + 1, item));
    let driven = drive(
        run,
        Vec::new,
        |found: &mut Vec<(u64, T)>, seen| found.extend(find(seen).map(|item| (seen.origin.line, item))),
        |found, done| {
            // Whatever was handed out is scanned, also after a stop, so there is no gap before the last byte.
            if let Some(end) = scanned.get(done.input as usize) {
                end.fetch_max(done.end, Ordering::Relaxed);
            }
            reorder.chunk(done.input, done.chunk, done.lines, std::mem::take(found), &run.watch.stop);
        },
        // A stream that is stopped ends like one that was read to its end; what was read is delivered either way.
        |input, chunks| {
            if !run.watch.stop.load(Ordering::Relaxed) {
                reorder.end(input, chunks);
            }
        },
    )?;
    let ended = reorder.inputs_delivered() as usize;
    drop(reorder.finish());
    let scanned = scanned.into_iter().map(AtomicU64::into_inner).collect();
    Ok(InOrder { reads: driven.reads, ended, scanned, interrupted: driven.interrupted })
}
