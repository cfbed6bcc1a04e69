//! What a thread holds while it reads: the bytes of its chunk, and its input, which others may read too.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use super::around::Around;
use super::blob::Blob;
use super::budget::Lease;
use super::chunk::Lines;
use super::relay::{Kept, Relay};

/// What a thread keeps between two chunks.
#[derive(Debug)]
pub struct Hand<T> {
    /// The bytes of the present chunk.
    pub buffer: Vec<u8>,
    /// What the buffer holds of the memory for long lines.
    pub(super) lease: Lease,
    pub(super) current: Option<Arc<Open<T>>>,
    /// The parts of the present file that this thread reads next.
    pub(super) stretch: Range<u32>,
    /// What lies around the present chunk of a stream.
    pub(super) kept: Kept,
    /// Set when the thread panics.
    pub(super) panicked: Arc<AtomicBool>,
}

impl<T> Drop for Hand<T> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.panicked.store(true, Ordering::Relaxed);
        }
    }
}

impl<T> Hand<T> {
    /// Whether the present chunk holds a long line.
    #[must_use]
    pub const fn is_long(&self) -> bool {
        self.lease.is_held()
    }

    /// What lies around the lines of the present chunk, within their input.
    #[must_use]
    pub fn around(&self, lines: Lines) -> Around<'_> {
        let text = self.buffer.get(lines.start..).unwrap_or_default();
        match self.current.as_ref().map(|open| &open.body) {
            Some(Body::File { file, input_start, span, .. }) => {
                let start = lines.offset + input_start;
                // Behind a line that was cut nobody knows where the next one begins.
                let end = if text.ends_with(b"\n") { start + text.len() as u64 } else { span.end };
                Around::of_file(file, *input_start..span.end, start..end)
            }
            Some(Body::Stream(_)) => Around::of_stream(&self.kept.before, &self.kept.after),
            None => Around::default(),
        }
    }

    /// Drops the bytes of the present chunk, which are done with. Until then the thread must wait for no other one.
    pub fn clear(&mut self) {
        self.buffer.clear();
        self.lease.give_back(&mut self.buffer);
    }
}

/// An input that is being read.
#[derive(Debug)]
pub(super) struct Open<T> {
    pub(super) input: u32,
    /// Whether not all bytes of the input are there.
    pub(super) is_cut: bool,
    pub(super) prepared: T,
    pub(super) body: Body,
}

#[derive(Debug)]
pub(super) enum Body {
    File {
        file: Blob,
        input_start: u64,
        /// Where the lines stand that can be seen.
        span: Range<u64>,
        /// Those that are read begin here.
        piece: Range<u64>,
        parts: u32,
        next: AtomicU32,
    },
    Stream(Relay),
}

impl<T> Open<T> {
    pub(super) fn is_exhausted(&self) -> bool {
        match &self.body {
            Body::File { parts, next, .. } => next.load(Ordering::Relaxed) > *parts,
            Body::Stream(relay) => relay.is_ended(),
        }
    }

    pub(super) const fn is_stream(&self) -> bool {
        matches!(self.body, Body::Stream(_))
    }
}

/// How many parts a thread takes at once, and what share of those that are left at the most. Who goes on where it ended
/// need not look back.
const STRETCH_PARTS_MAX: u32 = 64;
const STRETCH_SHARE: u32 = 16;
/// How many a thread takes at least of a large file, and of how many parts a file is large enough for one of them. Where a
/// thread looks back at text, it reads as much again as two parts have.
const STRETCH_PARTS_MIN: u32 = 8;
const PARTS_PER_STRETCH_PART: u32 = 32;

/// The part of a file that a thread reads next, from its stretch or a new one; as many as there are parts stand for the end.
pub(super) fn next_part(stretch: &mut Range<u32>, next: &AtomicU32, parts: u32) -> Option<u32> {
    stretch.next().or_else(|| {
        *stretch = next_stretch(next, parts);
        stretch.next()
    })
}

/// Takes the next parts of a file, or what stands for its end.
fn next_stretch(next: &AtomicU32, parts: u32) -> Range<u32> {
    let least = (parts / PARTS_PER_STRETCH_PART).clamp(1, STRETCH_PARTS_MIN);
    let length = |start: u32| (parts.saturating_sub(start) / STRETCH_SHARE).clamp(least, STRETCH_PARTS_MAX);
    let taken = next.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |start| start.checked_add(length(start)));
    let start = taken.unwrap_or(u32::MAX);
    start..start.saturating_add(length(start))
}
