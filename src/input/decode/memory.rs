//! How much memory decoders that run at the same time may hold together. It knows no format.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The largest window or dictionary that is decoded, in bytes; the limit of the `zstd` command too. Archives that ask
/// for more are refused.
pub const WINDOW_BYTES_MAX: u64 = 128 * 1024 * 1024;

/// What a decoder may need beside its window, in bytes.
const BESIDE_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// The most that one decoder asks for, in bytes.
pub const DECODER_BYTES_MAX: u64 = WINDOW_BYTES_MAX + BESIDE_BYTES_MAX;

/// Memory shared by the decoders of a run. A decoder that cannot have what it needs waits until another one gives
/// back; it holds nothing meanwhile, so some decoder can always go on.
#[derive(Clone, Debug)]
pub struct Memory(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    free_bytes: Mutex<u64>,
    given_back: Condvar,
}

impl Default for Memory {
    /// One decoder with the largest window beside several with usual ones: 160 MiB.
    fn default() -> Self {
        Self::new(160 * 1024 * 1024)
    }
}

impl Memory {
    /// So many bytes, but at least what one decoder may ask for.
    #[must_use]
    pub fn new(bytes: u64) -> Self {
        let free_bytes = Mutex::new(bytes.max(DECODER_BYTES_MAX));
        Self(Arc::new(Shared { free_bytes, given_back: Condvar::new() }))
    }

    /// Waits until a decoder gives memory back, but not longer than `timeout`.
    pub fn wait(&self, timeout: Duration) {
        let free = self.free_bytes();
        drop(self.0.given_back.wait_timeout(free, timeout));
    }

    fn free_bytes(&self) -> MutexGuard<'_, u64> {
        self.0.free_bytes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The share of one decoder, given back when dropped.
#[derive(Debug)]
pub(super) struct Share {
    memory: Memory,
    bytes: u64,
}

impl Share {
    /// Nothing yet.
    pub(super) fn new(memory: Memory) -> Self {
        Self { memory, bytes: 0 }
    }

    /// How many bytes the decoder may use.
    pub(super) const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Gives back what is held and takes `bytes`; false and nothing when there is not so much.
    pub(super) fn swap(&mut self, bytes: u64) -> bool {
        let mut free = self.memory.free_bytes();
        *free = free.saturating_add(self.bytes);
        self.bytes = 0;
        let enough = *free >= bytes;
        if enough {
            *free -= bytes;
            self.bytes = bytes;
        }
        drop(free);
        self.memory.0.given_back.notify_all();
        enough
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.swap(0);
    }
}
