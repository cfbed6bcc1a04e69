//! Ranges of objects that were asked for, are on their way, or are here: threads that fetch, and the memory for what they
//! bring. Scanning threads wait for the range that they need; meanwhile those after it are fetched.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::{CELL_BYTES, Failure, FailureKind, Settings};

/// The shortest range that is asked for where there are many threads.
const CELL_BYTES_MIN: u64 = 512 * 1024;
/// How many ranges each thread has room for: the one that it reads, one before it and one after it.
const CELLS_EACH: u64 = 3;
/// How many ranges after the one that is read are asked for.
const AHEAD: usize = 4;
/// How many fetch at once, at least and at the most.
const FETCHERS_MIN: usize = 16;
const FETCHERS_MAX: usize = 32;
/// How long a wait lasts before the wish to stop is looked at.
const WAIT: Duration = Duration::from_millis(100);
/// How long a thread that fetches has nothing to do before it ends.
const IDLE: Duration = Duration::from_secs(2);

/// What ranges are fetched of.
pub(super) trait Fetch: Clone + Send + 'static {
    /// The bytes of a range, which is not empty.
    fn fetch(&self, range: Range<u64>) -> Result<Vec<u8>, Failure>;
}

/// The ranges of all readers of a run.
#[derive(Debug)]
pub(super) struct Pool<O> {
    state: Mutex<State<O>>,
    arrived: Condvar,
    wanted: Condvar,
    /// How many bytes one range has at the most.
    pub(super) cell_bytes: u64,
    /// What all ranges may take together, in bytes, but for those that a thread waits for.
    memory_bytes: u64,
    fetchers_max: usize,
    stop: Arc<AtomicBool>,
}

#[derive(Debug)]
struct State<O> {
    cells: HashMap<Key, Slot>,
    /// How many bytes the cells have, or will have.
    bytes: u64,
    queue: VecDeque<Job<O>>,
    /// Counts what is touched.
    clock: u64,
    fetchers: usize,
    idle: usize,
    readers: u64,
}

/// A reader, and where a range of its object begins.
type Key = (u64, u64);

/// A range.
#[derive(Debug)]
struct Slot {
    cell: Cell,
    length: u64,
    /// How many threads wait for it.
    awaited: u32,
}

#[derive(Debug)]
enum Cell {
    Waiting,
    Coming,
    Held { bytes: Arc<Vec<u8>>, touched: Option<u64> },
    Failed(Failure),
}

#[derive(Debug)]
struct Job<O> {
    key: Key,
    object: O,
    range: Range<u64>,
}

impl<O> Default for State<O> {
    fn default() -> Self {
        let (cells, queue) = (HashMap::new(), VecDeque::new());
        Self { cells, bytes: 0, queue, clock: 0, fetchers: 0, idle: 0, readers: 0 }
    }
}

impl<O: Fetch> Pool<O> {
    pub(super) fn new(settings: &Settings, stop: Arc<AtomicBool>) -> Self {
        let threads = settings.threads.max(1);
        let share = settings.memory_bytes / (CELLS_EACH * threads as u64);
        let cell_bytes = share.clamp(CELL_BYTES_MIN, CELL_BYTES).min(settings.cell_bytes.max(1));
        Self {
            state: Mutex::default(),
            arrived: Condvar::new(),
            wanted: Condvar::new(),
            cell_bytes,
            memory_bytes: settings.memory_bytes,
            fetchers_max: (2 * threads).clamp(FETCHERS_MIN, FETCHERS_MAX),
            stop,
        }
    }

    /// The number of another reader.
    pub(super) fn reader(&self) -> u64 {
        let mut state = self.lock();
        state.readers += 1;
        state.readers
    }

    /// Forgets what a reader asked for.
    pub(super) fn close(&self, reader: u64) {
        let mut state = self.lock();
        let State { cells, bytes, queue, .. } = &mut *state;
        cells.retain(|key, slot| {
            let is_kept = key.0 != reader;
            *bytes -= if is_kept { 0 } else { slot.length };
            is_kept
        });
        queue.retain(|job| job.key.0 != reader);
    }

    /// The bytes of a range of an object, once they are here. `after` are the ranges that are read next.
    ///
    /// # Errors
    ///
    /// They could not be fetched, or the run was stopped.
    pub(super) fn get(
        self: &Arc<Self>,
        reader: u64,
        object: &O,
        range: &Range<u64>,
        after: impl Iterator<Item = Range<u64>>,
    ) -> Result<Arc<Vec<u8>>, Failure> {
        let key = (reader, range.start);
        let mut state = self.lock();
        let mut after = Some(after);
        let mut is_waiting = false;
        loop {
            state.clock += 1;
            let now = state.clock;
            if state.cells.contains_key(&key) {
                state.hurry(key);
            } else {
                state.make_room(range.end - range.start, self.memory_bytes);
                state.ask(key, object, range.clone(), true);
                self.wake(&mut state)?;
            }
            let Some(slot) = state.cells.get_mut(&key) else { continue };
            slot.awaited += u32::from(!std::mem::replace(&mut is_waiting, true));
            let arrived = match &mut slot.cell {
                Cell::Held { bytes, touched } => {
                    *touched = Some(now);
                    Some(Ok(Arc::clone(bytes)))
                }
                Cell::Failed(failure) => Some(Err(failure.clone())),
                Cell::Waiting | Cell::Coming if self.stop.load(Ordering::Relaxed) => Some(Err(Failure::stopped())),
                Cell::Waiting | Cell::Coming => None,
            };
            slot.awaited -= u32::from(arrived.is_some());
            if let Some(after) = after.take() {
                after.into_iter().try_for_each(|range| self.ask_ahead(&mut state, reader, object, range));
            }
            if let Some(arrived) = arrived {
                return arrived;
            }
            state = self.arrived.wait_timeout(state, WAIT).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Asks for a range that nobody waits for yet, unless all room is taken.
    pub(super) fn prefetch(self: &Arc<Self>, reader: u64, object: &O, range: Range<u64>) {
        self.ask_ahead(&mut self.lock(), reader, object, range);
    }

    /// The same; nothing when all room is taken, and then also for those after it.
    fn ask_ahead(self: &Arc<Self>, state: &mut State<O>, reader: u64, object: &O, range: Range<u64>) -> Option<()> {
        let key = (reader, range.start);
        if state.cells.contains_key(&key) {
            return Some(());
        }
        while state.bytes + (range.end - range.start) > self.memory_bytes {
            state.drop_oldest(false)?;
        }
        state.ask(key, object, range, false);
        // Who fetches already comes back for it.
        self.wake(state).ok()
    }

    /// Sees to it that somebody fetches.
    fn wake(self: &Arc<Self>, state: &mut State<O>) -> Result<(), Failure> {
        if state.idle >= state.queue.len() || state.fetchers >= self.fetchers_max {
            self.wanted.notify_one();
            return Ok(());
        }
        let pool = Arc::clone(self);
        match thread::Builder::new().name("fetch".to_owned()).spawn(move || pool.fetch()) {
            Ok(_) => state.fetchers += 1,
            Err(error) if state.fetchers == 0 => {
                return Err(Failure::new(FailureKind::Unavailable, format!("no thread to fetch with: {error}")));
            }
            Err(_) => {}
        }
        Ok(())
    }

    /// Fetches what is wanted until there was nothing for a while.
    fn fetch(&self) {
        let mut state = self.lock();
        loop {
            let Some(job) = state.queue.pop_front() else {
                state.idle += 1;
                let (woken, wait) = self.wanted.wait_timeout(state, IDLE).unwrap_or_else(PoisonError::into_inner);
                state = woken;
                state.idle -= 1;
                if wait.timed_out() && state.queue.is_empty() {
                    state.fetchers -= 1;
                    return;
                }
                continue;
            };
            // Its reader may be closed.
            let Some(slot) = state.cells.get_mut(&job.key) else { continue };
            slot.cell = Cell::Coming;
            drop(state);
            // Nobody should wait for a thread that is gone.
            let fetched = catch_unwind(AssertUnwindSafe(|| job.object.fetch(job.range.clone())));
            let fetched = fetched.unwrap_or_else(|_| Err(Failure::refused("the thread that fetched it failed")));
            state = self.lock();
            if let Some(slot) = state.cells.get_mut(&job.key) {
                slot.cell = match fetched {
                    Ok(bytes) => Cell::Held { bytes: Arc::new(bytes), touched: None },
                    Err(failure) => Cell::Failed(failure),
                };
            }
            self.arrived.notify_all();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<O>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<O: Fetch> State<O> {
    /// Puts a range into the queue, before all others when somebody waits for it.
    fn ask(&mut self, key: Key, object: &O, range: Range<u64>, is_urgent: bool) {
        let length = range.end - range.start;
        self.bytes += length;
        self.cells.insert(key, Slot { cell: Cell::Waiting, length, awaited: 0 });
        let job = Job { key, object: object.clone(), range };
        if is_urgent { self.queue.push_front(job) } else { self.queue.push_back(job) }
    }

    /// Moves a range that is in the queue before all others: somebody waits for it now.
    fn hurry(&mut self, key: Key) {
        let is_waiting = matches!(self.cells.get(&key), Some(Slot { cell: Cell::Waiting, awaited: 0, .. }));
        if is_waiting
            && let Some(place) = self.queue.iter().position(|job| job.key == key)
            && let Some(job) = self.queue.remove(place)
        {
            self.queue.push_front(job);
        }
    }

    /// Makes room for a range that a thread waits for, as far as others are done with or nobody waits for them.
    fn make_room(&mut self, length: u64, memory_bytes: u64) {
        while self.bytes + length > memory_bytes && self.drop_oldest(true).is_some() {}
    }

    /// Drops the range that was touched the longest time ago and that nobody waits for; with `any` also one that nobody has
    /// read yet.
    fn drop_oldest(&mut self, any: bool) -> Option<()> {
        let age = |slot: &Slot| match &slot.cell {
            Cell::Held { touched, .. } if slot.awaited == 0 => {
                touched.map(|touched| (0, touched)).or(any.then_some((1, 0)))
            }
            _ => None,
        };
        let (_, key) = self.cells.iter().filter_map(|(key, slot)| Some((age(slot)?, *key))).min()?;
        self.bytes -= self.cells.remove(&key)?.length;
        Some(())
    }
}

/// How many of the ranges after one are asked for.
pub(super) const fn ahead() -> usize {
    AHEAD
}
