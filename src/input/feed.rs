//! Hands chunks of lines to the threads: parts of files in any order, streams in order, inputs in the order that is
//! asked for. A thread stays with its input and helps others when there is nothing left to open. It does not know what
//! a line is.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::ahead::Ahead;
use super::budget::{Budget, Lease};
use super::chunk::{Damage, Sizes};
use super::decode::{Outer, Source};
pub use super::event::{Event, Framing, Head, InputRead, Whole};
pub use super::hand::Hand;
use super::hand::{Body, Open, next_part};
use super::lane::{self, Lane, lanes};
use super::order::Order;
use super::relay::{Handed, Kept, Relay};
use super::source::{self, Memories, Opened};
use super::stream::{Stream, Taken};
use super::{Compression, Input, Start, Status};

enum Opening<T> {
    Shared(Open<T>),
    Alone(Stream, T),
    Skipped,
}

struct Queue<T> {
    /// The inputs that nobody has opened yet.
    unopened: VecDeque<Lane>,
    /// How many threads are opening an input just now.
    opening: usize,
    /// What is opened after an input that is being read.
    after: HashMap<u32, Lane>,
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
    /// Whether a thread panicked, whose input nobody should wait for.
    panicked: Arc<AtomicBool>,
    /// What the decoders of a run may hold together.
    memories: Memories,
    /// What its long lines may hold together.
    budget: Budget,
    ahead: Ahead,
}

/// What is wrong with an empty file that is called like an archive.
pub const EMPTY_ARCHIVE: &str = "the file is empty, and its name is that of an archive";
/// How long a wait for an input lasts before the wish to stop is looked at.
const WAIT: Duration = Duration::from_millis(100);

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
        let unopened = lanes(order.ranks(inputs), inputs, order == Order::Paths).into();
        let queue = Mutex::new(Queue { unopened, opening: 0, after: HashMap::new(), open: Vec::new() });
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
            panicked: Arc::default(),
            memories: Memories::default(),
            budget: Budget::new(sizes.chunk_bytes),
            ahead: Ahead::default(),
        }
    }

    /// What a thread needs to get chunks.
    #[must_use]
    pub fn hand(&self) -> Hand<T> {
        let (lease, kept, panicked) = (self.budget.lease(), Kept::default(), Arc::clone(&self.panicked));
        Hand { buffer: Vec::new(), lease, current: None, panicked, stretch: 0..0, kept }
    }

    /// The next chunk for a thread, or the end of an input; nothing when all is handed out or the feed was stopped.
    pub fn next(&self, hand: &mut Hand<T>) -> Option<Event<T>> {
        hand.clear();
        loop {
            if let Some(open) = hand.current.clone() {
                if let Some(event) = self.read(&open, hand) {
                    return Some(event);
                }
                hand.current = None;
                // What is left of a stretch lies after the end of this file, and means nothing in the next one.
                hand.stretch = 0..0;
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
        let mut reads = self.read.into_inner().unwrap_or_else(PoisonError::into_inner);
        for (read, input) in reads.iter_mut().zip(self.inputs) {
            read.spoil_by(input.object.as_ref());
        }
        reads
    }

    /// Notes bytes that were read of an input, and damage.
    pub fn note(&self, input: u32, bytes: u64, damage: Option<Damage>) {
        if let Some(read) = lock(&self.read).get_mut(input as usize) {
            read.bytes += bytes;
            read.spoil(damage);
        }
    }

    /// Notes something else of what is read of an input.
    fn note_of(&self, input: u32, note: impl FnOnce(&mut InputRead)) {
        lock(&self.read).get_mut(input as usize).map(note);
    }

    /// Passes over what earlier runs read.
    fn skip(&self, stream: &mut Stream, start: &Start) -> Option<Damage> {
        stream.start_at(start.offset, start.mid_line, self.sizes, self.stop)
    }

    /// Notes that an input which a thread read by itself was read, and damage.
    pub fn note_values(&self, input: u32, stream: Stream, damage: Option<Damage>) {
        self.note(input, stream.bytes_read(), damage);
        self.ended(input, 1, Some(stream));
    }

    /// The end of an input; what comes after it in its lane may be opened.
    fn ended(&self, input: u32, chunks: u32, stream: Option<Stream>) -> Event<T> {
        let mut queue = lock(&self.queue);
        if let Some(mut lane) = queue.after.remove(&input) {
            lane.outer = stream.and_then(Stream::into_outer).or(lane.outer);
            queue.unopened.push_front(lane);
            self.opened.notify_all();
        }
        Event::End { input, chunks }
    }

    fn read(&self, open: &Open<T>, hand: &mut Hand<T>) -> Option<Event<T>> {
        let Hand { buffer, lease, stretch, kept, .. } = hand;
        let input = open.input;
        let (chunk, bytes, mut lines) = match &open.body {
            Body::File { .. } if self.is_stopped() => return None,
            Body::File { file, input_start, span, piece, parts, next } => {
                let part = next_part(stretch, next, *parts)?;
                if part >= *parts {
                    return (part == *parts).then(|| self.ended(input, *parts, None));
                }
                let bytes = source::part_bytes(piece, part, self.sizes);
                let read = source::read_part(file, span, bytes.clone(), self.sizes, buffer, lease, self.stop);
                self.note(input, read.bytes, read.damage);
                self.bytes_done.fetch_add(read.bytes, Ordering::Relaxed);
                let lines = read.lines.map(|lines| lines.since(*input_start));
                (part, bytes.start - input_start..bytes.end - input_start, lines)
            }
            Body::Stream(relay) => {
                let read = |stream: &mut Stream, buffer: &mut Vec<u8>, lease: Option<&mut Lease>| {
                    self.read_stream(input, stream, buffer, lease)
                };
                match relay.next(buffer, kept, lease, self.stop, read)? {
                    Handed::Chunk(chunk, lines) => (chunk, lines.offset..lines.end, Some(lines)),
                    Handed::End(chunks) => return Some(self.ended(input, chunks, relay.take_stream())),
                }
            }
        };
        if let Some(lines) = &mut lines {
            lines.unterminated &= !open.is_cut;
        }
        Some(Event::Chunk { input, chunk, bytes, lines, prepared: open.prepared.clone() })
    }

    fn read_stream(&self, input: u32, stream: &mut Stream, buffer: &mut Vec<u8>, lease: Option<&mut Lease>) -> Taken {
        let (before, packed) = (stream.bytes_read(), stream.packed_bytes_read());
        let (taken, damage) = stream.read_lines(self.sizes, buffer, lease, self.stop);
        self.note(input, stream.bytes_read() - before, damage);
        self.bytes_done.fetch_add(stream.packed_bytes_read() - packed, Ordering::Relaxed);
        if matches!(taken, Taken::End) {
            self.note_of(input, |read| read.ends = stream.ends());
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
            if let Some(mut lane) = queue.unopened.pop_front() {
                queue.opening += 1;
                self.ahead.open(queue.unopened.iter().map(|lane| lane.first), self.inputs);
                drop(queue);
                let input = lane.first;
                let open = self.open(input, &mut lane.outer);
                queue = lock(&self.queue);
                queue.opening -= 1;
                match (lane.after_first(), &open) {
                    (Some(lane), Ok(Opening::Shared(_) | Opening::Alone(..))) => {
                        queue.after.insert(input, lane);
                    }
                    (Some(lane), _) => queue.unopened.push_front(lane),
                    (None, _) => {}
                }
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
            if queue.opening == 0 && queue.after.is_empty()
                || self.is_stopped()
                || self.panicked.load(Ordering::Relaxed)
            {
                return None;
            }
            queue = self.opened.wait_timeout(queue, WAIT).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn open(&self, rank: u32, outer: &mut Option<Box<Outer>>) -> Result<Opening<T>, Damage> {
        let failed = |text: String| Damage { offset: 0, status: Status::Error, text };
        let input = self.inputs.get(rank as usize).ok_or_else(|| failed("no such input".into()))?;
        if let Some(error) = &input.error {
            return Err(failed(error.clone()));
        }
        if let Some(compression) = input.start.as_ref().and_then(|start| start.nothing_new) {
            self.note_of(rank, |read| read.compression = compression);
            return Ok(Opening::Skipped);
        }
        let packed_before = outer.as_ref().map_or(0, |outer| outer.packed_bytes_read());
        let opened = source::open(
            input,
            lane::seek(input, outer, &self.memories.outer, self.stop)?,
            self.ahead.take(rank),
            &self.memories,
            &self.budget,
        )?;
        let cut = input.member.as_ref().and_then(|member| member.damage.clone());
        let is_cut = cut.is_some();
        self.note(rank, 0, cut);
        let offset = input.start.as_ref().map_or(0, |start| start.offset);
        let (has_start, is_begun) = (input.start.is_some(), offset > 0);
        let (prepared, body) = match opened {
            Opened::File(file, whole) => {
                let head = Sizes { chunk_bytes: HEAD_BYTES, ..self.sizes };
                let (mut buffer, mut lease) = (Vec::new(), self.budget.lease());
                let begin = whole.start + offset;
                let span = begin..whole.end.max(begin);
                let first = source::part_bytes(&span, 0, head);
                let part = source::read_part(&file, &span, first, head, &mut buffer, &mut lease, self.stop);
                let size = whole.end - whole.start;
                self.note_of(rank, |read| read.size = Some(size));
                let piece = match &input.piece {
                    Some(piece) => source::within(whole.start + piece.start..whole.start + piece.end, &span),
                    None => span.clone(),
                };
                let parts = (piece.end - piece.start).div_ceil(self.sizes.chunk_bytes as u64);
                let parts = u32::try_from(parts).map_err(|_| failed(format!("{size} bytes are too many")))?;
                // What is wrong with a tar stands under its own path.
                if size == 0
                    && !(is_cut && input.path == input.file())
                    && let Some(compression) = Compression::named(&input.path)
                {
                    self.note_of(rank, |read| read.compression = compression);
                    let damage = Damage { offset: 0, status: Status::Incomplete, text: EMPTY_ARCHIVE.into() };
                    self.note(rank, 0, Some(damage));
                }
                self.note(rank, 0, part.damage);
                let file_of = Whole { file: &file, start: whole.start, size };
                let head = Head { first: &buffer, file: Some(file_of), has_start, is_begun };
                match (self.prepare)(rank, head) {
                    (_, Framing::Skip) => return Ok(Opening::Skipped),
                    (_, Framing::Refuse(text)) => return Err(failed(text.into())),
                    (_, Framing::Values) if input.is_looked_at() => return Ok(Opening::Skipped),
                    (prepared, Framing::Values) => {
                        file.read_ahead();
                        let source = Source::Span { file, at: whole.start, end: whole.end };
                        return Ok(Opening::Alone(Stream::new(source, &self.memories.outer, &self.budget), prepared));
                    }
                    (prepared, Framing::Lines) => {
                        file.read_ahead();
                        let next = AtomicU32::new(0);
                        (prepared, Body::File { file, input_start: whole.start, span, piece, parts, next })
                    }
                }
            }
            Opened::Stream(mut stream) => {
                self.note_of(rank, |read| read.size = source::packed_size(input));
                let mut skipped = None;
                if let Some(start) = &input.start {
                    stream.keep_ends();
                    if is_begun {
                        skipped = self.skip(&mut stream, start);
                    }
                }
                let (head, damage) = stream.peek(HEAD_BYTES, self.sizes, self.stop);
                let (prepared, framing) = (self.prepare)(rank, Head { first: head, file: None, has_start, is_begun });
                if let Framing::Refuse(text) = framing {
                    *outer = stream.into_outer();
                    return Err(failed(text.into()));
                }
                if input.is_looked_at() {
                    self.note(rank, 0, damage);
                    self.note_of(rank, |read| read.compression = packed(input, &stream));
                    return Ok(Opening::Skipped);
                }
                if let Some(start) = input.start.as_ref().filter(|_| !is_begun) {
                    skipped = self.skip(&mut stream, start);
                }
                let damage = skipped.or(damage);
                if framing == Framing::Values {
                    self.note(rank, 0, damage);
                    self.note_of(rank, |read| read.compression = packed(input, &stream));
                    return Ok(Opening::Alone(stream, prepared));
                }
                self.note(rank, stream.bytes_read().saturating_sub(offset), damage);
                self.note_of(rank, |read| read.compression = packed(input, &stream));
                // A decoder that began anew has read less than the one before it.
                let packed_read = stream.packed_bytes_read().saturating_sub(packed_before);
                self.bytes_done.fetch_add(packed_read, Ordering::Relaxed);
                (prepared, Body::Stream(Relay::new(stream, self.sizes.chunk_bytes)))
            }
        };
        Ok(Opening::Shared(Open { input: rank, is_cut, prepared, body }))
    }
}

enum Acquired<T> {
    Open(Arc<Open<T>>),
    Event(Event<T>),
}

/// How an input is packed: by itself, or with the tar that it is of.
fn packed(input: &Input, stream: &Stream) -> Compression {
    let own = stream.compression();
    input.member.as_ref().filter(|_| own == Compression::None).map_or(own, |member| member.compression)
}

/// A thread that panicked while it held the lock has ended the run already.
fn lock<V>(mutex: &Mutex<V>) -> MutexGuard<'_, V> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
