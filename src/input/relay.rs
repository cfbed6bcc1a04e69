//! One stream for several threads: one decodes, and the others take what it decoded. It does not know what a chunk
//! holds.
//!
//! A decoder has tables, a window and buffers in the cache of its core, and it is what a run over an archive waits for.
//! So one thread stays with it, and no chunk waits for a thread to wake up. When the others do not keep up it scans a
//! chunk and comes back; another one takes its place only when there is nothing else to do.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

use super::around::{AFTER_BYTES, BEFORE_BYTES};
use super::budget::Lease;
use super::chunk::Lines;
use super::stream::{Stream, Taken};
use crate::frame;

/// How many decoded chunks may wait for each thread that does not decode. One is ready when it comes back; the others
/// bridge the milliseconds in which a busy machine does not let it run.
const READY_EACH: usize = 4;

/// A stream that threads share.
#[derive(Debug)]
pub(super) struct Relay {
    state: Mutex<State>,
    changed: Condvar,
    /// As many bytes count as one chunk that is ready.
    chunk_bytes: usize,
}

#[derive(Debug)]
struct State {
    /// Nothing while a thread reads it.
    stream: Option<Stream>,
    /// How many threads are here.
    threads: usize,
    /// The thread that read last.
    reader: Option<ThreadId>,
    ready: VecDeque<Chunk>,
    ready_bytes: usize,
    /// The last chunks that left, for those who have to look back.
    recent: VecDeque<Arc<Vec<u8>>>,
    recent_bytes: usize,
    /// The thread that got the last chunk, which remembers it.
    taker: Option<ThreadId>,
    /// Whether a long line comes next.
    is_long: bool,
    /// Buffers to decode into.
    spare: Vec<Vec<u8>>,
    /// How many chunks were read.
    chunks: u32,
    ended: bool,
}

#[derive(Debug)]
struct Chunk {
    place: u32,
    lines: Lines,
    buffer: Vec<u8>,
}

/// The bytes around a chunk.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// The chunks before it; none for the thread that got the last one.
    pub(super) before: Vec<Arc<Vec<u8>>>,
    /// The bytes after it, as far as something can go on over its end.
    pub(super) after: Vec<u8>,
}

/// What a thread gets.
pub(super) enum Handed {
    /// The chunk in its buffer, by its place.
    Chunk(u32, Lines),
    /// The number of chunks that the stream had.
    End(u32),
}

impl Relay {
    pub(super) fn new(mut stream: Stream, chunk_bytes: usize) -> Self {
        let passed = stream.passed.take();
        let state = State {
            recent_bytes: passed.len(),
            recent: VecDeque::from([Arc::new(passed)]),
            taker: None,
            stream: Some(stream),
            threads: 0,
            reader: None,
            ready: VecDeque::new(),
            ready_bytes: 0,
            is_long: false,
            spare: Vec::new(),
            chunks: 0,
            ended: false,
        };
        Self { state: Mutex::new(state), changed: Condvar::new(), chunk_bytes }
    }

    /// Every thread says once that it will come for chunks. A thread that is alone scans each chunk while it is warm.
    pub(super) fn join(&self) {
        self.lock().threads += 1;
    }

    /// The stream, for those who go on with what it is inside of, when it was read to its end.
    pub(super) fn take_stream(&self) -> Option<Stream> {
        self.lock().stream.take()
    }

    /// Whether the stream was read to its end; chunks may be left.
    pub(super) fn is_ended(&self) -> bool {
        self.lock().ended
    }

    /// The next chunk, which `read` reads into a buffer; the end of the stream, to one thread; nothing when it is past.
    ///
    /// Chunks leave in the order of their places, also to the thread that decoded them: a thread that has a chunk may
    /// have to wait until all before it are done with. When `stop` is set those that are ready still leave.
    ///
    /// A long line is read when no chunk is ready, and leaves with the thread that read it: with its `lease`, of nothing
    /// before, nothing may wait here.
    pub(super) fn next(
        &self,
        buffer: &mut Vec<u8>,
        kept: &mut Kept,
        lease: &mut Lease,
        stop: &AtomicBool,
        read: impl Fn(&mut Stream, &mut Vec<u8>, Option<&mut Lease>) -> Taken,
    ) -> Option<Handed> {
        let me = thread::current().id();
        let mut state = self.lock();
        // The buffer that was used last is the warmest.
        state.spare.push(std::mem::take(buffer));
        loop {
            let is_over = state.ended || stop.load(Ordering::Relaxed);
            let can_leave = is_over || state.first_can_leave();
            let is_next = state.ready.is_empty();
            let is_due = !can_leave || is_next || state.reader == Some(me) && !state.is_long && self.has_room(&state);
            if !is_over
                && is_due
                && let Some(mut stream) = state.stream.take()
            {
                state.reader = Some(me);
                let mut room = state.spare.pop().unwrap_or_default();
                drop(state);
                let ends = EndsInPanic(self);
                let taken = read(&mut stream, &mut room, is_next.then_some(&mut *lease));
                std::mem::forget(ends);
                state = self.lock();
                state.stream = Some(stream);
                state.is_long = matches!(taken, Taken::Long);
                let lines = match taken {
                    Taken::Lines(lines) => lines,
                    Taken::Long => {
                        state.spare.push(room);
                        continue;
                    }
                    Taken::End => {
                        state.ended = true;
                        self.changed.notify_all();
                        return Some(Handed::End(state.chunks));
                    }
                };
                let place = state.chunks;
                state.chunks += 1;
                self.changed.notify_one();
                if lease.is_held() {
                    state.leave(me, &room, kept);
                    *buffer = room;
                    return Some(Handed::Chunk(place, lines));
                }
                state.ready_bytes += room.len();
                state.ready.push_back(Chunk { place, lines, buffer: room });
            } else if let Some(chunk) = state.ready.pop_front_if(|_| can_leave) {
                state.ready_bytes -= chunk.buffer.len();
                state.leave(me, &chunk.buffer, kept);
                *buffer = chunk.buffer;
                return Some(Handed::Chunk(chunk.place, chunk.lines));
            } else if is_over {
                // Who waits for the thread that saw the stop should see it too.
                self.changed.notify_all();
                return None;
            } else {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    /// Long lines make chunks large, so what is ready is counted in bytes.
    fn has_room(&self, state: &State) -> bool {
        let chunks = READY_EACH * state.threads.saturating_sub(1);
        state.ready_bytes < chunks.saturating_mul(self.chunk_bytes)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Whether the next chunk can leave: nothing goes on over its end, or enough of what comes after it is there.
    fn first_can_leave(&self) -> bool {
        let Some(first) = self.ready.front() else { return true };
        self.is_long || self.ready_bytes - first.buffer.len() >= AFTER_BYTES || ends_in_object(&first.buffer)
    }

    /// Notes that a chunk leaves with a thread, and gives what lies around it.
    fn leave(&mut self, taker: ThreadId, chunk: &[u8], kept: &mut Kept) {
        kept.before.clear();
        if self.taker != Some(taker) {
            kept.before.extend(self.recent.iter().cloned());
        }
        self.taker = Some(taker);
        kept.after.clear();
        if !ends_in_object(chunk) {
            for next in &self.ready {
                let room = AFTER_BYTES - kept.after.len();
                kept.after.extend_from_slice(next.buffer.get(..room.min(next.buffer.len())).unwrap_or_default());
            }
        }
        self.keep(chunk);
    }

    fn keep(&mut self, chunk: &[u8]) {
        let mut room = Vec::new();
        while self.recent_bytes > BEFORE_BYTES
            && let Some(oldest) = self.recent.pop_front()
        {
            self.recent_bytes -= oldest.len();
            if let Ok(buffer) = Arc::try_unwrap(oldest) {
                room = buffer;
            }
        }
        room.clear();
        room.extend_from_slice(chunk.get(chunk.len().saturating_sub(BEFORE_BYTES)..).unwrap_or_default());
        self.recent_bytes += room.len();
        self.recent.push_back(Arc::new(room));
    }
}

/// Whether the last line of a chunk begins and ends with an object, over which nothing goes on. An object that a
/// collector wrote does not count: it can hold a piece of a line, or a line of a record over several.
fn ends_in_object(chunk: &[u8]) -> bool {
    let lines = chunk.strip_suffix(b"\n").unwrap_or(chunk);
    let start = memchr::memrchr(b'\n', lines).map_or(0, |at| at + 1);
    let line = lines.get(start..).unwrap_or_default();
    line.first() == Some(&b'{') && line.trim_ascii_end().last() == Some(&b'}') && !frame::is_around(line)
}

/// Fingerprint a relay whose reader panics, so that nobody waits for it.
struct EndsInPanic<'r>(&'r Relay);

impl Drop for EndsInPanic<'_> {
    fn drop(&mut self) {
        self.0.lock().ended = true;
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Write;

    use super::super::budget::Budget;
    use super::super::decode::memory::Memory;
    use super::*;

    /// What several threads got of a stream of that number of chunks of one byte, the places in the order of each thread.
    fn handed(threads: usize, chunks: u8, stop: &AtomicBool) -> (Vec<Vec<u32>>, Vec<u32>) {
        let (reader, mut writer) = std::io::pipe().unwrap();
        writer.write_all(&vec![b'\n'; chunks.into()]).unwrap();
        drop(writer);
        let file = File::from(std::os::fd::OwnedFd::from(reader));
        let budget = Budget::new(1);
        let relay = Relay::new(Stream::new(file, &Memory::default(), &budget), 1);
        let sizes = super::super::source::Sizes { chunk_bytes: 1, read_bytes: 1, line_bytes_max: 10 };
        let ends = Mutex::new(Vec::new());
        let take = || {
            relay.join();
            let (mut buffer, mut places, mut lease) = (Vec::new(), Vec::new(), budget.lease());
            let mut kept = Kept::default();
            let read = |stream: &mut Stream, buffer: &mut Vec<u8>, lease: Option<&mut Lease>| {
                stream.read_lines(sizes, buffer, lease, stop).0
            };
            while let Some(handed) = relay.next(&mut buffer, &mut kept, &mut lease, stop, read) {
                match handed {
                    Handed::Chunk(place, _) => {
                        assert_eq!(buffer, b"\n");
                        places.push(place);
                    }
                    Handed::End(chunks) => ends.lock().unwrap().push(chunks),
                }
            }
            places
        };
        let places = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..threads).map(|_| scope.spawn(take)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        (places, ends.into_inner().unwrap())
    }

    #[test]
    fn every_chunk_and_the_end_come_once_and_to_each_thread_in_order() {
        for threads in 1..=5 {
            let (places, ends) = handed(threads, 200, &AtomicBool::new(false));
            assert!(places.iter().all(|places| places.is_sorted()), "{places:?}");
            let mut all = places.concat();
            all.sort_unstable();
            assert!(all.into_iter().eq(0..200), "{threads} threads");
            assert_eq!(ends, [200]);
        }
    }

    #[test]
    fn a_reader_that_panics_and_a_stop_leave_nobody_waiting() {
        let (places, ends) = handed(4, 200, &AtomicBool::new(true));
        assert_eq!((places.concat(), ends), (Vec::new(), Vec::new()));
        let budget = Budget::new(1);
        let relay = Relay::new(Stream::new(File::open("/dev/null").unwrap(), &Memory::default(), &budget), 1);
        let stop = AtomicBool::new(false);
        let panics = || {
            relay.join();
            let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                relay.next(&mut Vec::new(), &mut Kept::default(), &mut budget.lease(), &stop, |_, _, _| panic!("a bug"))
            }));
            caught.is_err()
        };
        let panicked = std::thread::scope(|scope| {
            let threads = [scope.spawn(panics), scope.spawn(panics), scope.spawn(panics)];
            threads.map(|thread| thread.join().unwrap())
        });
        assert_eq!(panicked.into_iter().filter(|&it| it).count(), 1);
    }
}
