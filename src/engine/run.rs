//! What a run takes, shows of each line and chunk, and leaves. Nothing here starts a thread.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64};

use crate::input::Input;
use crate::input::feed::InputRead;
use crate::input::order::Order;
use crate::input::source::Sizes;
use crate::inspect::{Inspected, Reading};
use crate::profile::Profile;
use crate::record::Origin;
use crate::scan::sieve::Sieve;
use crate::scan::{Decided, Scanned, ScannerKind};
use crate::summary::counting::Counting;

/// How a run goes. Nothing here but `reading`, `counting` and the longest line changes what it counts.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many threads read and scan; at least one is used.
    pub threads: usize,
    /// Sizes of chunks, reads and lines.
    pub sizes: Sizes,
    /// Which scanner gets a line first.
    pub way: ScannerKind,
    /// How inputs are understood, and which of their records count.
    pub reading: Reading,
    /// How times are grouped.
    pub counting: Counting,
}

/// What a run shares with whoever watches it.
#[derive(Debug, Default)]
pub struct RunControl {
    /// Set to end the run early; what was read until then counts.
    pub stop: Arc<AtomicBool>,
    /// Bytes of files and pipes that were read so far, as they are packed.
    pub bytes_done: AtomicU64,
    /// The rank of the input that was opened last.
    pub input: AtomicU32,
}

/// What is read, how, and who watches.
#[derive(Clone, Copy, Debug)]
pub struct Run<'r> {
    /// The inputs.
    pub inputs: &'r [Input],
    /// In which order they are opened; no result depends on it.
    pub order: Order,
    /// Picks the lines that are scanned and shown; none when all are. It has no say in streams of values.
    pub sieve: Option<&'r Sieve>,
    /// How they are read.
    pub options: &'r Options,
    /// What is shared with whoever watches.
    pub watch: &'r RunControl,
}

/// A chunk whose lines were all shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// The rank of the input.
    pub input: u32,
    /// The place of the chunk in its input.
    pub chunk: u32,
    /// The bytes of the input that it covers: where one chunk ends, the next one begins.
    pub bytes: Range<u64>,
    /// How many lines begin in the chunk, counted apart from the scanner.
    pub lines: u64,
    /// Offset of the byte after its last line; 0 when it has no line.
    pub end: u64,
    /// Whether the last line is cut, has no LF, and is the last of the input.
    pub unfinished: bool,
}

/// A line with its bytes, without the LF.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// Where it stands.
    pub origin: Origin,
    /// Its bytes; of an oversize line only the first ones.
    pub text: &'a [u8],
    /// What it is.
    pub scanned: &'a Scanned<'a>,
    /// The hash of the record's id, when it is a record that has one.
    pub id_hash: Option<u64>,
    /// How its input is read.
    pub profile: &'a Profile,
}

/// What a run leaves.
#[derive(Debug)]
pub struct Driven<W> {
    /// The folds of the threads, in no order.
    pub folds: Vec<W>,
    /// How each input was read, in the order of the inputs.
    pub reads: Vec<InputRead>,
    /// What the first bytes of each input say, in the order of the inputs; none for those not opened.
    pub inspected: Vec<Option<Inspected>>,
    /// Whether the run was stopped before its end.
    pub interrupted: bool,
    /// How many lines each scanner decided.
    pub decided: Decided,
}

/// What a run in order leaves.
#[derive(Debug)]
pub struct InOrder {
    /// How each input was read, in the order of the inputs.
    pub reads: Vec<InputRead>,
    /// How many inputs, from the first on, were read to their end or to damage before the run was stopped: all of them
    /// when it was not.
    pub ended: usize,
    /// Up to which byte each input was scanned, in the order of the inputs.
    pub scanned: Vec<u64>,
    /// Whether the run was stopped, be it after its end.
    pub interrupted: bool,
}
