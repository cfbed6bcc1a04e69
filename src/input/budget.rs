//! Memory for what is longer than a chunk: one budget for the long lines of all threads of a run. It knows neither files
//! nor what a line is.
//!
//! A thread that meets a long line takes a lease, which grows with the line and is given back when the line was scanned.
//! A lease that does not fit waits; only the oldest of those that can go on never waits, so one line always gets to its
//! end, however long lines may be. Whoever holds a lease must therefore wait for nothing but the bytes of its own
//! input, and says so meanwhile ([`Lease::stall`]): then the next oldest goes first.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What the long lines of a run may hold together, in bytes, but for the line that goes first: two of the longest.
const BUDGET_BYTES: usize = 4 * MAPPED_BYTES;
/// A buffer that is larger than a chunk by this holds a long line.
const ROOM_BYTES: usize = 896 * 1024;
/// What a byte of a long line costs: itself, and twice its text while a response in a string is unescaped.
const BYTES_PER_BYTE: usize = 3;
/// A line that is longer than this gets blocks that are mapped by themselves, one for its bytes and one for its texts.
pub const LARGE_BYTES: usize = 4 * 1024 * 1024;
/// A block of this size is mapped by itself: it costs what is written into it, and goes back to the system when it is
/// freed. A smaller one may stay in the heap of the thread that frees it, and sixteen threads would keep sixteen.
pub const MAPPED_BYTES: usize = 33 * 1024 * 1024;
/// How long a wait lasts before the wish to stop is looked at.
const WAIT: Duration = Duration::from_millis(100);

/// The budget of a run.
#[derive(Clone, Debug)]
pub struct Budget(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// Buffers up to this size need no lease.
    usual_bytes: usize,
    bytes_max: usize,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// By age: whether the holder waits for something else than the budget.
    leases: BTreeMap<u64, bool>,
    /// How many leases there were.
    count: u64,
    /// Bytes of all leases.
    used: usize,
    /// Mapped buffers that wait for the next large line: to ask for one again costs more than to scan a line.
    spare: Vec<Vec<u8>>,
}

impl Budget {
    /// The budget of a run with chunks of this size.
    #[must_use]
    pub fn new(chunk_bytes: usize) -> Self {
        Self::with_bytes(chunk_bytes, BUDGET_BYTES)
    }

    fn with_bytes(chunk_bytes: usize, bytes_max: usize) -> Self {
        let usual_bytes = chunk_bytes.saturating_add(ROOM_BYTES);
        Self(Arc::new(Shared { usual_bytes, bytes_max, state: Mutex::default(), changed: Condvar::new() }))
    }

    /// A lease of nothing.
    #[must_use]
    pub fn lease(&self) -> Lease {
        Lease { budget: self.clone(), age: None, bytes: 0, is_mapped: false, usual: Vec::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The share of one long line, given back when dropped.
#[derive(Debug)]
pub struct Lease {
    budget: Budget,
    /// Its place among all leases; none when it is of nothing.
    age: Option<u64>,
    bytes: usize,
    /// Whether the buffer is a mapped one.
    is_mapped: bool,
    /// The buffer that the mapped one stands in for.
    usual: Vec<u8>,
}

impl Lease {
    /// Whether a buffer of this size needs a lease.
    #[must_use]
    pub fn is_long(&self, bytes: usize) -> bool {
        bytes > self.budget.0.usual_bytes
    }

    /// Whether something is leased.
    #[must_use]
    pub const fn is_held(&self) -> bool {
        self.age.is_some()
    }

    /// Makes room for `bytes` more bytes in a buffer, and waits for the memory when the buffer gets long. False, and no
    /// room, when the run is stopped meanwhile.
    #[must_use]
    pub fn make_room(&mut self, buffer: &mut Vec<u8>, bytes: usize, stop: &AtomicBool) -> bool {
        let wanted = buffer.len().saturating_add(bytes);
        if self.is_long(wanted) {
            if !self.grow(cost(wanted), stop) {
                return false;
            }
            if wanted > LARGE_BYTES && !self.is_mapped {
                let mut mapped = self.budget.state().take_spare().unwrap_or_default();
                mapped.reserve_exact(wanted.max(MAPPED_BYTES));
                mapped.extend_from_slice(buffer);
                self.usual = std::mem::replace(buffer, mapped);
                self.is_mapped = true;
            }
        }
        // No more than is wanted: what a read does not touch costs nothing, but a read fills all there is.
        buffer.reserve_exact(bytes);
        true
    }

    /// Waits until this many bytes may be used; false when the run is stopped first.
    fn grow(&mut self, bytes: usize, stop: &AtomicBool) -> bool {
        if bytes <= self.bytes {
            return true;
        }
        let Shared { bytes_max, changed, .. } = &*self.budget.0;
        let mut state = self.budget.state();
        let age = *self.age.get_or_insert_with(|| {
            state.count += 1;
            state.count
        });
        state.leases.insert(age, false);
        let more = bytes - self.bytes;
        while state.used.saturating_add(more) > *bytes_max && !state.is_oldest(age) {
            if stop.load(Ordering::Relaxed) {
                return false;
            }
            state = changed.wait_timeout(state, WAIT).unwrap_or_else(PoisonError::into_inner).0;
        }
        state.used = state.used.saturating_add(more);
        // Spare buffers give way.
        while state.used.saturating_add(state.spare_bytes()) > *bytes_max && state.take_spare().is_some() {}
        self.bytes = bytes;
        true
    }

    /// Says that the holder waits for something else than the budget, until the lease grows again.
    pub fn stall(&self) {
        let Some(age) = self.age else { return };
        self.budget.state().leases.insert(age, true);
        self.budget.0.changed.notify_all();
    }

    /// Gives everything back, with the long buffer. What stands in the buffer stays there if it is short.
    pub fn give_back(&mut self, buffer: &mut Vec<u8>) {
        if !self.is_held() || self.is_long(buffer.len()) {
            return;
        }
        let mut spare = None;
        if self.is_mapped {
            self.usual.clear();
            self.usual.extend_from_slice(buffer);
            spare = Some(std::mem::replace(buffer, std::mem::take(&mut self.usual)));
        }
        buffer.shrink_to(self.budget.0.usual_bytes);
        self.end(spare);
    }

    fn end(&mut self, spare: Option<Vec<u8>>) {
        let Some(age) = self.age.take() else { return };
        let Shared { bytes_max, changed, .. } = &*self.budget.0;
        let mut state = self.budget.state();
        state.leases.remove(&age);
        state.used = state.used.saturating_sub(self.bytes);
        if let Some(mut spare) = spare
            && state.used.saturating_add(state.spare_bytes()).saturating_add(spare.capacity()) <= *bytes_max
        {
            spare.clear();
            state.spare.push(spare);
        }
        drop(state);
        (self.bytes, self.is_mapped) = (0, false);
        changed.notify_all();
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.end(None);
    }
}

impl State {
    /// Whether every older lease stalls.
    fn is_oldest(&self, age: u64) -> bool {
        self.leases.range(..age).all(|(_, &is_stalled)| is_stalled)
    }

    fn take_spare(&mut self) -> Option<Vec<u8>> {
        self.spare.pop()
    }

    fn spare_bytes(&self) -> usize {
        self.spare.iter().map(Vec::capacity).sum()
    }
}

/// What a line of this length takes while it is read and scanned.
fn cost(bytes: usize) -> usize {
    if bytes > LARGE_BYTES { bytes.max(MAPPED_BYTES).saturating_mul(2) } else { bytes.saturating_mul(BYTES_PER_BYTE) }
}

#[cfg(test)]
mod tests {
    use super::*;

    static GO: AtomicBool = AtomicBool::new(false);

    /// A run whose chunks and their room take next to nothing beside its budget of a few long lines.
    fn budget() -> Budget {
        Budget::with_bytes(0, 10 * BYTES_PER_BYTE * ROOM_BYTES)
    }

    #[test]
    fn short_buffers_need_no_lease_and_long_ones_give_theirs_back() {
        let budget = budget();
        let (mut lease, mut buffer) = (budget.lease(), b"begin".to_vec());
        assert!(lease.make_room(&mut buffer, ROOM_BYTES - 5, &GO) && !lease.is_held());
        assert!(lease.make_room(&mut buffer, 2 * ROOM_BYTES, &GO) && lease.is_held());
        assert_eq!(buffer, b"begin");
        assert!(buffer.capacity() >= 2 * ROOM_BYTES + 5);
        let used = || budget.state().used;
        assert!(used() >= 2 * BYTES_PER_BYTE * ROOM_BYTES);
        buffer.resize(2 * ROOM_BYTES, b'x');
        lease.give_back(&mut buffer);
        assert!(lease.is_held(), "what is long still has to be kept");
        buffer.truncate(3);
        lease.give_back(&mut buffer);
        assert_eq!((lease.is_held(), &*buffer), (false, &b"beg"[..]));
        assert!(buffer.capacity() <= ROOM_BYTES);
        assert!(lease.make_room(&mut buffer, 2 * ROOM_BYTES, &GO));
        drop(lease);
        assert_eq!((used(), budget.state().leases.len()), (0, 0));
    }

    #[test]
    fn the_buffer_of_a_large_line_serves_the_next_one() {
        let budget = Budget::new(0);
        let (mut lease, mut buffer) = (budget.lease(), b"begin".to_vec());
        for _ in 0..2 {
            assert!(lease.make_room(&mut buffer, LARGE_BYTES, &GO));
            assert_eq!(buffer, b"begin");
            assert!(buffer.capacity() >= MAPPED_BYTES);
            assert_eq!(budget.state().spare.len(), 0);
            lease.give_back(&mut buffer);
            assert_eq!(buffer, b"begin");
            assert!(buffer.capacity() <= ROOM_BYTES);
            let state = budget.state();
            assert_eq!((state.spare.len(), state.used), (1, 0));
        }
        // It gives way to what does not fit beside it.
        let mut others = [budget.lease(), budget.lease()];
        for other in &mut others {
            assert!(other.make_room(&mut Vec::new(), LARGE_BYTES + 1, &GO));
        }
        assert_eq!(budget.state().spare.len(), 0);
    }

    #[test]
    fn the_oldest_lease_never_waits_and_the_others_do() {
        let budget = budget();
        let [mut old, mut young] = [budget.lease(), budget.lease()];
        let (mut one, mut other) = (Vec::new(), Vec::new());
        assert!(old.make_room(&mut one, 4 * ROOM_BYTES, &GO));
        assert!(young.make_room(&mut other, 4 * ROOM_BYTES, &GO));
        let stopped = AtomicBool::new(true);
        assert!(!young.make_room(&mut other, 8 * ROOM_BYTES, &stopped), "there is no room, and the run ends");
        assert!(old.make_room(&mut one, 100 * ROOM_BYTES, &GO), "it goes on, however much it takes");
        assert!(!young.make_room(&mut other, 8 * ROOM_BYTES, &stopped));
        old.stall();
        assert!(young.make_room(&mut other, 8 * ROOM_BYTES, &stopped), "it is the oldest of those that can go on");
    }

    #[test]
    fn any_number_of_threads_gets_through() {
        let budget = budget();
        std::thread::scope(|scope| {
            for thread in 0..8_usize {
                let budget = &budget;
                scope.spawn(move || {
                    let (mut lease, mut buffer) = (budget.lease(), Vec::new());
                    for turn in 0..50 {
                        for _ in 0..(thread + turn) % 9 {
                            assert!(lease.make_room(&mut buffer, ROOM_BYTES, &GO));
                            buffer.resize(buffer.len() + ROOM_BYTES, 0);
                            if turn % 3 == 0 {
                                lease.stall();
                            }
                        }
                        buffer.clear();
                        lease.give_back(&mut buffer);
                    }
                });
            }
        });
        assert_eq!(budget.state().used, 0);
    }
}
