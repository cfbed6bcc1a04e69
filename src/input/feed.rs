//! Hands chunks of lines to the threads: parts of files in any order, streams in order, inputs in the order that is
//! asked for. A thread stays with its input and helps others when there is nothing left to open. It does not know what
//! a line is.

use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::budget::{Budget, Lease};
use super::decode::memory::Memory;
pub use super::event::{Event, Framing, Head, InputRead};
use super::fingerprint::Fingerprint;
use super::order::Order;
use super::relay::{Handed, Relay};
use super::source::{self, Damage, Opened, Sizes};
use super::stream::{Stream, Taken};
use super::{Compression, Input, Start, Status};

/// What a thread keeps between two chunks.
#[derive(Debug)]
pub struct Hand<T> {
    /// The bytes of the present chunk.
    pub buffer: Vec<u8>,
    /// What the buffer holds of the memory for long lines.
    lease: Lease,
    current: Option<Arc<Open<T>>>,
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

#[derive(Debug)]
struct Open<T> {
    input: u32,
    prepared: T,
    body: Body,
}

#[derive(Debug)]
enum Body {
    File { file: std::fs::File, span: Range<u64>, parts: u32, next: AtomicU32 },
    Stream(Relay),
}

impl<T> Open<T> {
    fn is_exhausted(&self) -> bool {
        match &self.body {
            Body::File { parts, next, .. } => next.load(Ordering::Relaxed) > *parts,
            Body::Stream(relay) => relay.is_ended(),
        }
    }

    const fn is_stream(&self) -> bool {
        matches!(self.body, Body::Stream(_))
    }
}

enum Opening<T> {
    Shared(Open<T>),
    Alone(Stream, T),
    Skipped,
}

struct Queue<T> {
    /// The ranks of the inputs that nobody has opened yet.
    unopened: std::vec::IntoIter<u32>,
    /// How many threads are opening an input just now.
    opening: usize,
    open: Vec<Arc<Open<T>>>,
}

/// The inputs of a run, shared by its threads. `prepare` looks at the first bytes of an input and says how it
/// is cut, and what goes with its chunks.
pub struct Feed<'a, T, P> {
    inputs: &'a [Input],
    sizes: Sizes,
    stop: &'a AtomicBool,
    bytes_done: &'a AtomicU64,
    prepare: P,
    queue: Mutex<Queue<T>>,
    opened: Condvar,
    read: Mutex<Vec<InputRead>>,
    /// What the decoders of a run may hold together.
    memory: Memory,
    /// What its long lines may hold together.
    budget: Budget,
}

/// How many bytes `prepare` gets to see.
pub const HEAD_BYTES: usize = 256 * 1024;

impl<'a, T: Clone, P: Fn(u32, Head<'_>) -> (T, Framing)> Feed<'a, T, P> {
    /// Inputs that nobody has opened yet. `stop` ends the feed early; `bytes_done` grows with the bytes that were
    /// read of files and pipes, as they are packed.
    pub fn new(
        inputs: &'a [Input],
        order: Order,
        sizes: Sizes,
        stop: &'a AtomicBool,
        bytes_done: &'a AtomicU64,
        prepare: P,
    ) -> Self {
        let unopened = order.ranks(inputs).into_iter();
        let queue = Mutex::new(Queue { unopened, opening: 0, open: Vec::new() });
        let read = Mutex::new(vec![InputRead::default(); inputs.len()]);
        Self {
            inputs,
            sizes,
            stop,
            bytes_done,
            prepare,
            queue,
            opened: Condvar::new(),
            read,
            memory: Memory::default(),
            budget: Budget::new(sizes.chunk_bytes),
        }
    }

    /// What a thread needs to get chunks.
    #[must_use]
    pub fn hand(&self) -> Hand<T> {
        Hand { buffer: Vec::new(), lease: self.budget.lease(), current: None }
    }

    /// The next chunk for a thread, or the end of an input; nothing when all is handed out or the feed was stopped.
    pub fn next(&self, hand: &mut Hand<T>) -> Option<Event<T>> {
        hand.clear();
        loop {
            if let Some(open) = hand.current.clone() {
                if let Some(event) = self.read(&open, &mut hand.buffer, &mut hand.lease) {
                    return Some(event);
                }
                hand.current = None;
                lock(&self.queue).open.retain(|open| !open.is_exhausted());
            }
            if self.is_stopped() {
                return None;
            }
            match self.acquire()? {
                Acquired::Open(open) => {
                    if let Body::Stream(relay) = &open.body {
                        relay.join();
                    }
                    hand.current = Some(open);
                }
                Acquired::Event(event) => return Some(event),
            }
        }
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// What was read of each input, once the threads are done.
    #[must_use]
    pub fn finish(self) -> Vec<InputRead> {
        self.read.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes bytes that were read of an input, and damage.
    pub fn note(&self, input: u32, bytes: u64, damage: Option<Damage>) {
        if let Some(read) = lock(&self.read).get_mut(input as usize) {
            read.bytes += bytes;
            read.spoil(damage);
        }
    }

    fn note_compression(&self, input: u32, compression: Compression) {
        if let Some(read) = lock(&self.read).get_mut(input as usize) {
            read.compression = compression;
        }
    }

    fn note_ends(&self, input: u32, ends: Option<Fingerprint>) {
        if let Some(read) = lock(&self.read).get_mut(input as usize) {
            read.ends = ends;
        }
    }

    /// Passes over what earlier runs read.
    fn skip(&self, stream: &mut Stream, start: &Start) -> Option<Damage> {
        stream.start_at(start.offset, start.mid_line, self.sizes, self.stop)
    }

    fn read(&self, open: &Open<T>, buffer: &mut Vec<u8>, lease: &mut Lease) -> Option<Event<T>> {
        let input = open.input;
        let (chunk, bytes, lines) = match &open.body {
            Body::File { .. } if self.is_stopped() => return None,
            Body::File { file, span, parts, next } => {
                let part = next.fetch_add(1, Ordering::Relaxed);
                if part >= *parts {
                    return (part == *parts).then_some(Event::End { input, chunks: *parts });
                }
                let read = source::read_part(file, span.clone(), part, self.sizes, buffer, lease, self.stop);
                self.note(input, read.bytes, read.damage);
                self.bytes_done.fetch_add(read.bytes, Ordering::Relaxed);
                (part, source::part_bytes(span, part, self.sizes), read.lines)
            }
            Body::Stream(relay) => {
                let read = |stream: &mut Stream, buffer: &mut Vec<u8>, lease: Option<&mut Lease>| {
                    self.read_stream(input, stream, buffer, lease)
                };
                match relay.next(buffer, lease, self.stop, read)? {
                    Handed::Chunk(chunk, lines) => (chunk, lines.offset..lines.end, Some(lines)),
                    Handed::End(chunks) => return Some(Event::End { input, chunks }),
                }
            }
        };
        Some(Event::Chunk { input, chunk, bytes, lines, prepared: open.prepared.clone() })
    }

    fn read_stream(&self, input: u32, stream: &mut Stream, buffer: &mut Vec<u8>, lease: Option<&mut Lease>) -> Taken {
        let (before, packed) = (stream.bytes_read(), stream.packed_bytes_read());
        let (taken, damage) = stream.read_lines(self.sizes, buffer, lease, self.stop);
        self.note(input, stream.bytes_read() - before, damage);
        self.bytes_done.fetch_add(stream.packed_bytes_read() - packed, Ordering::Relaxed);
        if matches!(taken, Taken::End) {
            self.note_ends(input, stream.ends());
        }
        taken
    }

    /// Something to read for a thread that has nothing.
    fn acquire(&self) -> Option<Acquired<T>> {
        let mut queue = lock(&self.queue);
        loop {
            let held = |stream: bool| move |open: &&Arc<Open<T>>| open.is_stream() == stream && !open.is_exhausted();
            if let Some(file) = queue.open.iter().find(held(false)) {
                return Some(Acquired::Open(Arc::clone(file)));
            }
            if let Some(input) = queue.unopened.next() {
                queue.opening += 1;
                drop(queue);
                let open = self.open(input);
                queue = lock(&self.queue);
                queue.opening -= 1;
                self.opened.notify_all();
                return Some(match open {
                    Ok(Opening::Alone(stream, prepared)) => Acquired::Event(Event::Values { input, stream, prepared }),
                    Ok(Opening::Skipped) => Acquired::Event(Event::End { input, chunks: 0 }),
                    Ok(Opening::Shared(open)) => {
                        let open = Arc::new(open);
                        queue.open.push(Arc::clone(&open));
                        Acquired::Open(open)
                    }
                    Err(damage) => {
                        drop(queue);
                        self.note(input, 0, Some(damage));
                        Acquired::Event(Event::End { input, chunks: 0 })
                    }
                });
            }
            if let Some(stream) = queue.open.iter().find(held(true)) {
                return Some(Acquired::Open(Arc::clone(stream)));
            }
            if queue.opening == 0 {
                return None;
            }
            queue = self.opened.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn open(&self, rank: u32) -> Result<Opening<T>, Damage> {
        let failed = |text: String| Damage { offset: 0, status: Status::Error, text };
        let input = self.inputs.get(rank as usize).ok_or_else(|| failed("no such input".into()))?;
        if let Some(error) = &input.error {
            return Err(failed(error.clone()));
        }
        if let Some(compression) = input.start.as_ref().and_then(|start| start.nothing_new) {
            self.note_compression(rank, compression);
            return Ok(Opening::Skipped);
        }
        let opened = source::open(input, &self.memory, &self.budget).map_err(|error| failed(error.to_string()))?;
        let offset = input.start.as_ref().map_or(0, |start| start.offset);
        let (has_start, is_begun) = (input.start.is_some(), offset > 0);
        let refused = || failed("a stream of JSON values cannot be followed, only lines can".into());
        let (prepared, body) = match opened {
            Opened::File(file, size) => {
                let head = source::Sizes { chunk_bytes: HEAD_BYTES, ..self.sizes };
                let (mut buffer, mut lease) = (Vec::new(), self.budget.lease());
                let part =
                    source::read_part(&file, offset..size.max(offset), 0, head, &mut buffer, &mut lease, self.stop);
                let parts = size.saturating_sub(offset).div_ceil(self.sizes.chunk_bytes as u64);
                let parts = u32::try_from(parts).map_err(|_| failed(format!("{size} bytes are too many")))?;
                if size == 0
                    && let Some(compression) = named_compression(&input.path)
                {
                    self.note_compression(rank, compression);
                    self.note(
                        rank,
                        0,
                        Some(Damage { offset: 0, status: Status::Incomplete, text: EMPTY_ARCHIVE.into() }),
                    );
                }
                self.note(rank, 0, part.damage);
                let head = Head { first: &buffer, file: Some((&file, size)), has_start, is_begun };
                match (self.prepare)(rank, head) {
                    (_, Framing::Skip) => return Ok(Opening::Skipped),
                    (_, Framing::Refuse) => return Err(refused()),
                    (prepared, Framing::Values) => {
                        return Ok(Opening::Alone(Stream::of_file(file, size, &self.memory, &self.budget), prepared));
                    }
                    (prepared, Framing::Lines) => {
                        (prepared, Body::File { file, span: offset..size, parts, next: AtomicU32::new(0) })
                    }
                }
            }
            Opened::Stream(mut stream) => {
                let mut skipped = None;
                if let Some(start) = &input.start {
                    stream.keep_ends();
                    if is_begun {
                        skipped = self.skip(&mut stream, start);
                    }
                }
                let (head, damage) = stream.peek(HEAD_BYTES, self.sizes, self.stop);
                let (prepared, framing) = (self.prepare)(rank, Head { first: head, file: None, has_start, is_begun });
                if framing == Framing::Refuse {
                    return Err(refused());
                }
                if let Some(start) = input.start.as_ref().filter(|_| !is_begun) {
                    skipped = self.skip(&mut stream, start);
                }
                let damage = skipped.or(damage);
                if framing == Framing::Values {
                    self.note(rank, 0, damage);
                    self.note_compression(rank, stream.compression());
                    return Ok(Opening::Alone(stream, prepared));
                }
                self.note(rank, stream.bytes_read().saturating_sub(offset), damage);
                self.note_compression(rank, stream.compression());
                self.bytes_done.fetch_add(stream.packed_bytes_read(), Ordering::Relaxed);
                (prepared, Body::Stream(Relay::new(stream, self.sizes.chunk_bytes)))
            }
        };
        Ok(Opening::Shared(Open { input: rank, prepared, body }))
    }
}

enum Acquired<T> {
    Open(Arc<Open<T>>),
    Event(Event<T>),
}

/// What is wrong with an empty file that is called like an archive.
pub const EMPTY_ARCHIVE: &str = "the file is empty, and its name is that of an archive";

/// What the name of an archive says of its format; a name matters only when there is nothing in the file.
#[must_use]
pub fn named_compression(path: &Path) -> Option<Compression> {
    match path.extension()?.to_str()? {
        "gz" => Some(Compression::Gzip),
        "zst" => Some(Compression::Zstd),
        "bz2" => Some(Compression::Bzip2),
        "xz" => Some(Compression::Xz),
        "lz4" => Some(Compression::Lz4),
        _ => None,
    }
}

/// A thread that panicked while it held the lock has ended the run already.
fn lock<V>(mutex: &Mutex<V>) -> MutexGuard<'_, V> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
