//! Puts what threads found into the order of input and offset, with line numbers, while they are still reading. It
//! holds back few chunks: a thread that is far ahead waits.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// How many chunks may wait for an earlier one.
const WAITING_MAX: usize = 256;
/// How long a thread waits before it looks at the wish to stop.
const WAIT: Duration = Duration::from_millis(100);

/// What is delivered in order.
struct State<T, D> {
    /// The chunk that comes next: input, chunk.
    next: (u32, u32),
    /// Lines of the present input before the next chunk.
    lines: u64,
    /// Chunks that came early, with their line counts.
    waiting: BTreeMap<(u32, u32), (u64, Vec<T>)>,
    /// How many chunks an input has, once known.
    ends: BTreeMap<u32, u32>,
    deliver: D,
}

/// Delivers items of chunks in order: `deliver` gets the lines of the input before the chunk, and an item.
pub struct ReorderBuffer<T, D> {
    state: Mutex<State<T, D>>,
    delivered: Condvar,
}

impl<T, D: FnMut(u64, T)> ReorderBuffer<T, D> {
    /// Nothing delivered yet.
    pub fn new(deliver: D) -> Self {
        let state = State { next: (0, 0), lines: 0, waiting: BTreeMap::new(), ends: BTreeMap::new(), deliver };
        Self { state: Mutex::new(state), delivered: Condvar::new() }
    }

    /// Takes the items of a chunk that has `lines` lines, and waits while too many chunks wait for an earlier one, of
    /// which this must be one: whoever reads what the others wait for never waits.
    pub fn chunk(&self, input: u32, chunk: u32, lines: u64, items: Vec<T>, stop: &AtomicBool) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.waiting.insert((input, chunk), (lines, items));
        state.advance();
        self.delivered.notify_all();
        let is_early = |state: &State<T, D>| state.waiting.contains_key(&(input, chunk));
        while state.waiting.len() > WAITING_MAX && is_early(&state) && !stop.load(Ordering::Relaxed) {
            state = self.delivered.wait_timeout(state, WAIT).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Notes how many chunks an input has.
    pub fn end(&self, input: u32, chunks: u32) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.ends.insert(input, chunks);
        state.advance();
        self.delivered.notify_all();
    }

    /// How many inputs, from the first on, were delivered to their end.
    pub fn inputs_delivered(&self) -> u32 {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).next.0
    }

    /// Delivers what is left, which is something only after a stop, and gives the receiver back.
    pub fn finish(self) -> D {
        let mut state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        for ((input, _), (lines, items)) in std::mem::take(&mut state.waiting) {
            if state.next.0 != input {
                state.next.0 = input;
                state.lines = 0;
            }
            state.hand_out(lines, items);
        }
        state.deliver
    }
}

impl<T, D: FnMut(u64, T)> State<T, D> {
    fn advance(&mut self) {
        loop {
            if let Some((lines, items)) = self.waiting.remove(&self.next) {
                self.next.1 += 1;
                self.hand_out(lines, items);
            } else if self.ends.get(&self.next.0) == Some(&self.next.1) {
                self.ends.remove(&self.next.0);
                self.next = (self.next.0 + 1, 0);
                self.lines = 0;
            } else {
                return;
            }
        }
    }

    fn hand_out(&mut self, lines: u64, items: Vec<T>) {
        for item in items {
            (self.deliver)(self.lines, item);
        }
        self.lines += lines;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_far_ahead_waits_and_the_one_before_it_does_not() {
        let stop = AtomicBool::new(false);
        let mut delivered = Vec::new();
        let reorder = ReorderBuffer::new(|before: u64, item: u32| delivered.push((before, item)));
        let chunks = 3 * WAITING_MAX as u32;
        let read = |input: u32| {
            (0..chunks).for_each(|chunk| reorder.chunk(input, chunk, 2, vec![input * chunks + chunk], &stop));
            reorder.end(input, chunks);
        };
        let is_full = || reorder.state.lock().unwrap().waiting.len() > WAITING_MAX;
        std::thread::scope(|scope| {
            scope.spawn(|| read(1));
            while !is_full() {
                std::thread::yield_now();
            }
            read(0);
        });
        let _ = reorder.finish();
        let expected: Vec<_> = (0..2 * chunks).map(|item| (2 * u64::from(item % chunks), item)).collect();
        assert_eq!(delivered, expected);
    }
}
