//! Each library in the fastest way that was found to check a whole line and to get the three facts.
//!
//! CPU seconds for a gigabyte of bare responses, two threads on Zen 5, built without link-time optimisation, of what was
//! tried: simd-json 1.18 by the tape in place, 1.18 by the tape on a copy of the line, 1.58 by serde on that tape;
//! sonic-rs 1.46 by `from_slice`, 1.57 by `from_str` behind the standard library's check of UTF-8; serde_json 1.20 by
//! `from_str` behind that check, 1.17 by `from_slice`. simd-json's values took twice the tape's time on the clock. A
//! build for the very processor (`-C target-cpu=native`) took 2 to 5 % off each.

use simd_json::{Buffers, Tape};

use crate::counts::Counts;
use crate::record::Record;
use crate::tape;

/// How many bytes of any content have to stand behind a line, for simd-json.
pub const PADDING_BYTES: usize = simd_json::INPUT_PADDING;

/// Who parses.
#[derive(Clone, Copy)]
pub enum Library {
    SimdJson,
    SonicRs,
    SerdeJson,
}

impl Library {
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "simd-json" => Some(Self::SimdJson),
            "sonic-rs" => Some(Self::SonicRs),
            "serde_json" => Some(Self::SerdeJson),
            _ => None,
        }
    }
}

/// A library with what it keeps from line to line.
pub struct Parser {
    library: Library,
    buffers: Buffers,
    tape: Tape<'static>,
}

impl Parser {
    pub fn new(library: Library) -> Self {
        Self { library, buffers: Buffers::default(), tape: Tape::null() }
    }

    /// Counts the line that `padded` begins with. What is no JSON, or has no response object, does not count.
    pub fn line(&mut self, padded: &mut [u8], length: usize, counts: &mut Counts) {
        match self.library {
            Library::SimdJson => self.simd_json(padded, length, counts),
            // It checks UTF-8 and ignored values as well. Its `get_many` is content with less: it stops at the last
            // fact that it finds, and never looks at what follows the object.
            Library::SonicRs => observe(sonic_rs::from_slice(&padded[..length]).ok(), counts),
            // Its `from_slice` checks UTF-8 only in the strings that are asked for.
            Library::SerdeJson => {
                let text = std::str::from_utf8(&padded[..length]).ok();
                observe(text.and_then(|text| serde_json::from_str(text).ok()), counts);
            }
        }
    }

    /// It writes into the line, which nobody reads again.
    fn simd_json(&mut self, padded: &mut [u8], length: usize, counts: &mut Counts) {
        let mut tape = std::mem::replace(&mut self.tape, Tape(Vec::new())).reset();
        if simd_json::fill_tape_padded(padded, length, &mut self.buffers, &mut tape).is_ok() {
            tape::observe(&tape, counts);
        }
        self.tape = tape.reset();
    }
}

fn observe(record: Option<Record<'_>>, counts: &mut Counts) {
    if let Some(record) = record {
        counts.observe(record.code(), record.request_id());
    }
}
