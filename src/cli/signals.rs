//! SIGINT and SIGTERM end a run early; the second one ends the program at once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use resplog::internals::engine::RunControl;
use signal_hook::consts::{SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::flag;

/// The signals of the one run of this process.
static RUN: OnceLock<Signals> = OnceLock::new();

/// The number of the signal that asked this process to end, if one came.
pub fn received() -> Option<u8> {
    RUN.get().and_then(Signals::received)
}

/// Which signal came, if any.
#[derive(Clone, Debug, Default)]
pub struct Signals(Arc<AtomicUsize>);

impl Signals {
    /// Lets signals stop the run that `watch` belongs to.
    pub fn stop(watch: &RunControl) -> std::io::Result<Self> {
        let signals = Self::default();
        for signal in [SIGINT, SIGTERM] {
            // The order matters: a first signal finds the flag unset and sets it.
            flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&watch.stop))?;
            flag::register_usize(signal, Arc::clone(&signals.0), signal.unsigned_abs() as usize)?;
            flag::register(signal, Arc::clone(&watch.stop))?;
        }
        outlive_limits()?;
        Ok(RUN.get_or_init(|| signals.clone()).clone())
    }

    /// The same without an end at once: what a terminal was made to show has to be taken back first.
    pub fn note(watch: &RunControl) -> std::io::Result<Self> {
        let signals = Self::default();
        for signal in [SIGINT, SIGTERM] {
            flag::register_usize(signal, Arc::clone(&signals.0), signal.unsigned_abs() as usize)?;
            flag::register(signal, Arc::clone(&watch.stop))?;
        }
        Ok(RUN.get_or_init(|| signals.clone()).clone())
    }

    /// The number of the signal that came.
    pub fn received(&self) -> Option<u8> {
        u8::try_from(self.0.load(Ordering::Relaxed)).ok().filter(|&signal| signal != 0)
    }
}

/// Makes a file that may not grow further (`ulimit -f`) a write that fails, as a full disk is, and not the end of the program.
fn outlive_limits() -> std::io::Result<()> {
    flag::register(SIGXFSZ, Arc::default()).map(drop)
}
