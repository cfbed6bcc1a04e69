//! Inputs become a summary: each thread folds the lines it sees, then the summaries merge. It decides nothing about
//! lines and prints nothing.

use std::sync::{Mutex, PoisonError};

use crate::engine::drive::{ThreadsError, drive};
use crate::engine::duplicates::Duplicates;
use crate::engine::run::{Done, Options, Run, RunControl, Seen};
use crate::filter::{Filter, Verdict};
use crate::input::Input;
use crate::input::feed::InputRead;
use crate::input::order::Order;
use crate::inspect::Inspected;
use crate::record::{Line, LineClass};
use crate::reorder::ReorderBuffer;
use crate::scan::{Decided, lookup};
use crate::summary::reading::Reading;
use crate::summary::rejects::Reject;
use crate::summary::{Summary, Tally};
use crate::time::Nanos;

/// How much memory the folds of all threads may take together before they merge, in bytes, and that of one.
const FOLDS_BYTES_MAX: usize = 64 << 20;
const FOLD_BYTES_MAX: usize = 16 << 20;
/// After how many chunks a fold is measured again.
const CHUNKS_PER_MEASURE: u32 = 16;

/// What a run found.
#[derive(Clone, Debug, Default)]
pub struct Analysis {
    /// What is kept of the lines.
    pub summary: Summary,
    /// How each input was read, in the order of the inputs.
    pub reads: Vec<InputRead>,
    /// What the first bytes of each input told, in the order of the inputs; none for those not opened.
    pub inspected: Vec<Option<Inspected>>,
    /// The newest time of a record that counts and does not lie after the horizon of the run.
    pub newest: Option<Nanos>,
    /// How many records that count lie after it.
    pub ahead: u64,
    /// Whether the last line of each input is cut and has no LF.
    pub unfinished: Vec<bool>,
    /// Whether the run was stopped before its end.
    pub interrupted: bool,
    /// How many lines each scanner decided.
    pub decided: Decided,
}

/// Reads all inputs. `duplicates` are records that do not count. `on_reject` gets every malformed line and every line
/// without an envelope in the order of input and offset, with its number in the input from 1; a run that needs none
/// passes `None` and pays nothing.
///
/// # Errors
///
/// The threads cannot be started. Inputs that cannot be read are no errors here; `reads` tells them.
pub fn analyze<F: FnMut(&Reject, u64) + Send>(
    inputs: &[Input],
    options: &Options,
    watch: &RunControl,
    duplicates: &Duplicates,
    on_reject: Option<F>,
) -> Result<Analysis, ThreadsError> {
    let rejects = on_reject.map(|mut on_reject| {
        ReorderBuffer::new(move |before: u64, reject: Reject| {
            let earlier = lines_before(inputs, reject.origin.input);
            on_reject(&reject, earlier + before + reject.origin.line + 1);
        })
    });
    // Rejects are told in the order of the paths, so they are read in it; else chunks would wait for each other.
    let order = if rejects.is_some() { Order::Paths } else { Order::NewestFirst };
    let rules = Rules {
        filter: Some(&options.reading.filter).filter(|&filter| *filter != Filter::default()),
        duplicates: Some(duplicates).filter(|&duplicates| *duplicates != Duplicates::default()),
        keep_rejects: rejects.is_some(),
        horizon: options.reading.horizon,
    };
    // What the folds that grew large have found so far. A fold that finds nothing new does not grow, and is never merged
    // before the end.
    let merged = Mutex::new(Summary::default());
    let bytes_max = (FOLDS_BYTES_MAX / options.threads.max(1)).min(FOLD_BYTES_MAX);
    let driven = drive(
        &Run { inputs, order, sieve: None, options, watch },
        || Fold::new(&merged, bytes_max),
        |fold: &mut Fold<'_>, seen| fold.line(seen, &rules),
        |fold, done| {
            let (input, place, lines) = (done.input, done.chunk, done.lines);
            let found = fold.chunk(&done);
            if let Some(rejects) = &rejects {
                rejects.chunk(input, place, lines, found, &watch.stop);
            }
        },
        |input, chunks| {
            if let Some(rejects) = &rejects {
                rejects.end(input, chunks);
            }
        },
    )?;
    if let Some(rejects) = rejects {
        drop(rejects.finish());
    }
    let mut analysis = Analysis {
        reads: driven.reads,
        inspected: driven.inspected,
        unfinished: vec![false; inputs.len()],
        interrupted: driven.interrupted,
        decided: driven.decided,
        ..Analysis::default()
    };
    for mut fold in driven.folds {
        fold.keep_reading(u32::MAX);
        fold.give_up();
        analysis.newest = analysis.newest.max(fold.newest);
        analysis.ahead += fold.ahead;
        for input in fold.unfinished {
            if let Some(unfinished) = analysis.unfinished.get_mut(input as usize) {
                *unfinished = true;
            }
        }
    }
    analysis.summary = merged.into_inner().unwrap_or_else(PoisonError::into_inner);
    for input in (0..).take(inputs.len()) {
        if let Some(start) = inputs.get(input as usize).and_then(|input| input.start.as_ref()).filter(|it| it.lines > 0)
        {
            analysis.summary.numbering.begin(input, start.offset, start.lines);
        }
    }
    Ok(analysis)
}

/// How many lines of an input earlier runs read.
fn lines_before(inputs: &[Input], input: u32) -> u64 {
    inputs.get(input as usize).and_then(|input| input.start.as_ref()).map_or(0, |start| start.lines)
}

/// Which lines count, and whether rejects are kept. What takes no record out is none.
struct Rules<'r> {
    filter: Option<&'r Filter>,
    duplicates: Option<&'r Duplicates>,
    keep_rejects: bool,
    horizon: Option<Nanos>,
}

/// What one thread found, and what it counts of the present chunk.
struct Fold<'m> {
    summary: Summary,
    unfinished: Vec<u32>,
    newest: Option<Nanos>,
    ahead: u64,
    /// How the records of an input are read, which is the present one.
    reading: (u32, Reading),
    tally: Tally,
    rejects: Vec<Reject>,
    merged: &'m Mutex<Summary>,
    /// How large the summary may become.
    bytes_max: usize,
    chunks: u32,
}

impl<'m> Fold<'m> {
    fn new(merged: &'m Mutex<Summary>, bytes_max: usize) -> Self {
        Self {
            summary: Summary::default(),
            unfinished: Vec::new(),
            newest: None,
            ahead: 0,
            reading: (u32::MAX, Reading::default()),
            tally: Tally::default(),
            rejects: Vec::new(),
            merged,
            bytes_max,
            chunks: 0,
        }
    }

    fn line(&mut self, seen: &Seen<'_>, rules: &Rules<'_>) {
        let Seen { origin, scanned, .. } = seen;
        let origin = *origin;
        if origin.input != self.reading.0 {
            self.keep_reading(origin.input);
        }
        self.reading.1.doubt(scanned.doubts);
        if let Line::Record(record) = &scanned.line {
            if self.reading.1.observe(record, origin.offset) {
                self.reading.1.insert_fields(origin.offset, lookup::fields(seen.text, seen.profile));
            }
            let verdict = rules.filter.map_or(Verdict::Counts, |filter| filter.judge(record));
            if verdict != Verdict::Counts {
                self.tally.counts[LineClass::Filtered] += 1;
                self.tally.untimed += u64::from(verdict == Verdict::Untimed);
                return self.summary.leave_out(scanned.anomalies);
            }
            if rules.duplicates.is_some_and(|duplicates| duplicates.holds(origin)) {
                self.tally.counts[LineClass::Duplicates] += 1;
                return self.summary.leave_out(scanned.anomalies);
            }
            if let Some(time) = record.context.time {
                match rules.horizon {
                    Some(horizon) if time > horizon => self.ahead += 1,
                    _ => self.newest = self.newest.max(Some(time)),
                }
            }
        } else if rules.keep_rejects
            && let Some(reject) = Reject::of(&scanned.line, origin)
        {
            self.rejects.push(reject);
        }
        if matches!(scanned.line, Line::NoEnvelope | Line::Malformed(_)) {
            self.summary.shapes.observe(seen.text, origin);
        }
        self.summary.observe(&scanned.line, scanned.anomalies, origin, &mut self.tally);
        // Lines of one chunk can be failures of thousands of codes. What else a summary keeps grows slowly.
        if scanned.line.class() == LineClass::Failed && self.summary.codes.bytes() > self.bytes_max {
            self.give_up();
        }
    }

    /// Puts the reading of the present input away, and begins that of another.
    #[cold]
    fn keep_reading(&mut self, input: u32) {
        let reading = self.summary.readings.remove(&input).unwrap_or_default();
        let (before, held) = std::mem::replace(&mut self.reading, (input, reading));
        if held != Reading::default() {
            self.summary.readings.insert(before, held);
        }
    }

    /// Settles the counts of a chunk and gives its rejects.
    fn chunk(&mut self, done: &Done) -> Vec<Reject> {
        if done.unfinished {
            self.unfinished.push(done.input);
        }
        self.summary.settle(done.input, &done.bytes, done.lines, std::mem::take(&mut self.tally));
        self.chunks += 1;
        let is_large = || self.summary.bytes() > self.bytes_max || self.summary.numbering.is_long();
        if self.chunks.is_multiple_of(CHUNKS_PER_MEASURE) && is_large() {
            self.give_up();
        }
        std::mem::take(&mut self.rejects)
    }

    /// Merges what was found so far with what the others found, and begins again.
    fn give_up(&mut self) {
        let mut merged = self.merged.lock().unwrap_or_else(PoisonError::into_inner);
        merged.merge(std::mem::take(&mut self.summary));
    }
}
