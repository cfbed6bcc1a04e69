//! What is read of the machine that the program runs on: clock, environment, file system. It prints nothing.

use std::time::{SystemTime, UNIX_EPOCH};

use resplog::internals::disk::{Disk, Fault};
use resplog::time::Nanos;

/// The file system. In a build for tests, RESPLOG_FAULT makes one of its calls fail.
pub fn disk() -> Disk {
    let fault = if cfg!(debug_assertions) { std::env::var("RESPLOG_FAULT").ok() } else { None };
    Disk::new(fault.and_then(|text| Fault::parse(&text)))
}

/// The clock, which only the binary reads.
pub fn clock() -> Nanos {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Nanos(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}

/// The setting that forces a tier of the block scanner.
pub fn simd() -> Option<String> {
    std::env::var("RESPLOG_SIMD").ok()
}
