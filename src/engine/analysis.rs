//! Inputs become a summary: each thread folds the lines it sees, then the summaries merge. It decides nothing about
//! lines and prints nothing.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{Mutex, PoisonError};

use crate::engine::drive::{ThreadsError, drive};
use crate::engine::duplicates::Duplicates;
use crate::engine::line;
use crate::engine::run::{Done, Options, Run, RunControl, Seen};
use crate::filter::{Filter, Verdict};
use crate::input::feed::InputRead;
use crate::input::order::Order;
use crate::input::{Input, Start};
use crate::inspect::Inspected;
use crate::partial::apart::is_kept;
use crate::record::{Line, LineClass};
use crate::redact::redact;
use crate::reorder::ReorderBuffer;
use crate::scan::Decided;
use crate::summary::Summary;
use crate::summary::fold::Fold;
use crate::summary::inputs::InputId;
use crate::summary::rejects::Reject;
use crate::time::Nanos;

/// How much memory the folds of all threads may take together before they merge, in bytes, and that of one.
const FOLDS_BYTES_MAX: usize = 24 << 20;
const FOLD_BYTES_MAX: usize = 8 << 20;
/// After how many chunks a fold is measured again.
const CHUNKS_PER_MEASURE: u32 = 16;

/// What a run found.
#[derive(Clone, Debug, Default)]
pub struct Analysis {
    /// What is kept of the lines.
    pub summary: Summary,
    /// What is kept of the lines of each input alone, in the order of the inputs, when the run kept them apart.
    pub apart: Vec<Summary>,
    /// How each input was read, in the order of the inputs.
    pub reads: Vec<InputRead>,
    /// What the first bytes of each input say, in the order of the inputs; none for those not opened.
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
    // Rejects are listed in the order of the paths, so they are read in it; else chunks would wait for each other.
    let order = if rejects.is_some() { Order::Paths } else { Order::NewestFirst };
    let rules = Rules {
        filter: Some(&options.reading.filter).filter(|&filter| *filter != Filter::default()),
        duplicates: Some(duplicates).filter(|&duplicates| *duplicates != Duplicates::default()),
        keep_rejects: rejects.is_some(),
        keep_text: options.reading.rejects_text,
        horizon: options.reading.horizon,
    };
    // What the folds that grew large have found so far, by input where these are kept apart. A fold that finds nothing new
    // does not grow, and is never merged before the end of its input or of the run.
    let merged = Mutex::new(BTreeMap::new());
    let is_apart = options.counting.apart && is_kept(inputs.len());
    let bytes_max = (FOLDS_BYTES_MAX / options.threads.max(1)).min(FOLD_BYTES_MAX);
    let driven = drive(
        &Run { inputs, order, sieve: None, options, watch },
        || Thread::new(&merged, bytes_max, fold(options), is_apart),
        |fold: &mut Thread<'_>, seen| fold.line(seen, &rules),
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
        fold.give_up();
        analysis.newest = analysis.newest.max(fold.newest);
        analysis.ahead += fold.ahead;
        for input in fold.unfinished {
            if let Some(unfinished) = analysis.unfinished.get_mut(input as usize) {
                *unfinished = true;
            }
        }
    }
    let ids = inputs.iter().enumerate().map(|(rank, input)| InputId {
        path: redact(&input.path.to_string_lossy()).into_owned(),
        identity: input
            .start
            .as_ref()
            .map(Start::identity)
            .or_else(|| analysis.inspected.get(rank)?.as_ref()?.identity),
    });
    let ids: Vec<_> = ids.collect();
    let merged = merged.into_inner().unwrap_or_else(PoisonError::into_inner);
    (analysis.summary, analysis.apart) = finish(merged, inputs, ids, is_apart);
    Ok(analysis)
}

/// The summary of all inputs, and where they are kept apart that of each.
fn finish(
    mut merged: BTreeMap<u32, Fold>,
    inputs: &[Input],
    ids: Vec<InputId>,
    is_apart: bool,
) -> (Summary, Vec<Summary>) {
    for (rank, input) in (0..).zip(inputs) {
        if let Some(start) = input.start.as_ref().filter(|start| start.offset > 0) {
            let fold = merged.entry(if is_apart { rank } else { 0 }).or_default();
            fold.begin(rank, start.offset, start.lines);
        }
    }
    let mut apart = Vec::new();
    if is_apart {
        let fold = |rank| merged.get(&rank).cloned().unwrap_or_default();
        apart.extend((0..).zip(&ids).map(|(rank, id)| fold(rank).alone(rank, id.clone())));
    }
    let folds = merged.into_values().reduce(|mut all, fold| {
        all.merge(fold);
        all
    });
    (folds.unwrap_or_default().finish(ids), apart)
}

/// How many lines of an input earlier runs read.
fn lines_before(inputs: &[Input], input: u32) -> u64 {
    inputs.get(input as usize).and_then(|input| input.start.as_ref()).map_or(0, |start| start.lines)
}

/// What a thread begins with.
fn fold(options: &Options) -> Fold {
    let fold = Fold::default().counting(options.counting.clone());
    if options.reading.filter.has_window() { fold.in_window() } else { fold }
}

/// Which lines count, and whether rejects are kept. What takes no record out is none.
struct Rules<'r> {
    filter: Option<&'r Filter>,
    duplicates: Option<&'r Duplicates>,
    keep_rejects: bool,
    keep_text: bool,
    horizon: Option<Nanos>,
}

/// What one thread found.
struct Thread<'m> {
    fold: Fold,
    unfinished: Vec<u32>,
    newest: Option<Nanos>,
    ahead: u64,
    rejects: Vec<Reject>,
    merged: &'m Mutex<BTreeMap<u32, Fold>>,
    /// Whether the fold is of one input at a time, and of which.
    is_apart: bool,
    input: u32,
    /// How large the fold may become.
    bytes_max: usize,
    chunks: u32,
}

impl<'m> Thread<'m> {
    const fn new(merged: &'m Mutex<BTreeMap<u32, Fold>>, bytes_max: usize, fold: Fold, is_apart: bool) -> Self {
        Self {
            fold,
            unfinished: Vec::new(),
            newest: None,
            ahead: 0,
            rejects: Vec::new(),
            merged,
            is_apart,
            input: 0,
            bytes_max,
            chunks: 0,
        }
    }

    /// Goes on with lines of an input.
    #[inline]
    fn enter(&mut self, input: u32) {
        if self.is_apart && self.input != input {
            self.give_up();
            self.input = input;
        }
    }

    fn line(&mut self, seen: &Seen<'_>, rules: &Rules<'_>) {
        let Seen { origin, scanned, .. } = seen;
        let origin = *origin;
        self.enter(origin.input);
        line::note_reading(&mut self.fold, seen);
        if let Line::Record(record) = &scanned.line {
            if let (Some(filter), Some(time)) = (rules.filter, record.context.time) {
                self.fold.side(filter.side(time), time);
            }
            let verdict = rules.filter.map_or(Verdict::Counts, |filter| filter.judge(record));
            if verdict != Verdict::Counts {
                let is_untimed = verdict == Verdict::Untimed;
                return self.fold.leave_out(LineClass::Filtered, is_untimed, scanned.anomalies);
            }
            if rules.duplicates.is_some_and(|duplicates| duplicates.holds(origin)) {
                return self.fold.leave_out(LineClass::Duplicates, false, scanned.anomalies);
            }
            if let Some(time) = record.context.time {
                match rules.horizon {
                    Some(horizon) if time > horizon => self.ahead += 1,
                    _ => self.newest = self.newest.max(Some(time)),
                }
            }
        } else if rules.keep_rejects
            && (rules.keep_text || !matches!(scanned.line, Line::Text))
            && let Some(reject) = Reject::of(&scanned.line, scanned.doubts, origin)
        {
            self.rejects.push(reject);
        }
        line::count(&mut self.fold, seen);
        // Lines of one chunk can be failures of thousands of codes. What else a fold keeps grows slowly.
        if scanned.line.class() == LineClass::Failed && self.fold.codes_bytes() > self.bytes_max {
            self.give_up();
        }
    }

    /// Ends a chunk and gives its rejects.
    fn chunk(&mut self, done: &Done) -> Vec<Reject> {
        self.enter(done.input);
        if done.unfinished {
            self.unfinished.push(done.input);
        }
        self.fold.chunk(done.input, &done.bytes, done.lines);
        self.chunks += 1;
        let is_large = || self.fold.bytes() > self.bytes_max || self.fold.is_scattered();
        if self.chunks.is_multiple_of(CHUNKS_PER_MEASURE) && is_large() {
            self.give_up();
        }
        std::mem::take(&mut self.rejects)
    }

    /// Merges what was found so far with what the others found, and begins again.
    fn give_up(&mut self) {
        let mut merged = self.merged.lock().unwrap_or_else(PoisonError::into_inner);
        match merged.entry(self.input) {
            Entry::Occupied(mut found) => found.get_mut().merge(self.fold.take()),
            Entry::Vacant(vacant) => drop(vacant.insert(self.fold.take())),
        }
    }
}
