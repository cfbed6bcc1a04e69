//! What a thread holds while it reads: the bytes of its chunk, and its input, which others may read too.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use super::budget::Lease;
use super::relay::Relay;

/// What a thread keeps between two chunks.
#[derive(Debug)]
pub struct Hand<T> {
    /// The bytes of the present chunk.
    pub buffer: Vec<u8>,
    /// What the buffer holds of the memory for long lines.
    pub(super) lease: Lease,
    pub(super) current: Option<Arc<Open<T>>>,
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
    File { file: std::fs::File, input_start: u64, span: Range<u64>, parts: u32, next: AtomicU32 },
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
