//! One look at logs: every new line is scanned once, by the code that reports use, and counted in the slice that its time says,
//! or in that of its arrival when it has none. It follows no file and keeps nothing from look to look.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use super::failures::{Failure, Newest};
use super::outside::Outside;
use super::slices::{self, BOUNDS};
use crate::engine::{Done, Options, Run, RunControl, Seen, ThreadsError, drive, line};
use crate::filter::{Filter, Verdict};
use crate::input::Input;
use crate::input::feed::InputRead;
use crate::input::order::Order;
use crate::inspect::Inspected;
use crate::record::{Line, LineClass, Outcome, Record};
use crate::summary::Summary;
use crate::summary::fold::Fold;
use crate::summary::inputs::InputId;
use crate::summary::numbering::Numbering;
use crate::time::Nanos;

/// How much memory the folds of one thread may take before they are merged with those of the others, in bytes.
const FOLDS_BYTES_MAX: usize = 8 << 20;
/// After how many chunks the folds are measured again.
const CHUNKS_PER_MEASURE: u32 = 16;

/// An input of a look as it is shown.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Its path in reports.
    pub path: Arc<str>,
    /// What its offsets are counted from: of what came through a pipe the bytes that were dropped.
    pub base: u64,
    /// How many lines stand before the first one that is read; none when nobody counted them.
    pub lines: Option<u64>,
}

/// Which times fall where.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// The present time.
    pub now: Nanos,
    /// Where slices are counted from, and how long each is, in nanoseconds.
    pub grid: (Nanos, i64),
    /// Earlier times are in no slice any more.
    pub from: Nanos,
    /// What is earlier came too late to be shown with the rest of its time.
    pub shown: Nanos,
    /// Later times were written by a clock that is ahead.
    pub horizon: Nanos,
    /// Whether what is too early is left out quietly, as something that was there before.
    pub is_first: bool,
    /// The number of the look.
    pub look: u64,
}

/// What a look found.
#[derive(Debug, Default)]
pub struct Collected {
    /// What the lines of each slice say.
    pub slices: BTreeMap<i64, Summary>,
    /// Calls that are in no slice.
    pub outside: Outside,
    /// The newest time of a call that counts and does not lie after the horizon.
    pub newest: Option<Nanos>,
    /// The newest failures.
    pub failures: Newest,
    /// How many lines each input had, in the order of the inputs.
    pub lines: Vec<u64>,
    /// The inputs whose last line has no end and is cut, by rank.
    pub unfinished: Vec<u32>,
    /// How each input was read.
    pub reads: Vec<InputRead>,
    /// What the first bytes of each input show.
    pub inspected: Vec<Option<Inspected>>,
    /// Whether it was ended early.
    pub interrupted: bool,
}

/// Reads inputs; `shown` says of each how it is shown.
///
/// # Errors
///
/// The threads cannot be started.
pub fn collect(
    inputs: &[Input],
    shown: &[Shown],
    frame: Frame,
    options: &Options,
    control: &RunControl,
) -> Result<Collected, ThreadsError> {
    let merged = Mutex::new(BTreeMap::<i64, Fold>::new());
    let filter = Some(&options.reading.filter).filter(|&filter| *filter != Filter::default());
    let rules = Rules { frame, filter, shown, options, merged: &merged };
    let run = Run { inputs, order: Order::NewestFirst, sieve: None, options, watch: control };
    let driven = drive(
        &run,
        Thread::default,
        |thread, seen| thread.line(seen, &rules),
        |thread, done| thread.chunk(&done, &rules),
        |_, _| {},
    )?;
    let mut found = Collected {
        reads: driven.reads,
        inspected: driven.inspected,
        interrupted: driven.interrupted,
        lines: vec![0; inputs.len()],
        ..Collected::default()
    };
    let mut numbering = Numbering::default();
    for mut thread in driven.folds {
        thread.give_up(&rules);
        for (input, bytes, lines) in thread.chunks {
            numbering.chunk(input, &bytes, lines);
            found.lines.iter_mut().skip(input as usize).take(1).for_each(|sum| *sum += lines);
        }
        found.unfinished.extend(thread.unfinished);
        found.newest = found.newest.max(thread.newest);
        found.outside.add(&thread.outside);
        found.failures.merge(thread.failures);
    }
    for (rank, (input, shown)) in (0..).zip(inputs.iter().zip(shown)) {
        let offset = input.start.as_ref().map_or(0, |start| start.offset);
        if let Some(lines) = shown.lines {
            numbering.begin(rank, offset, lines);
        }
    }
    let numbers = numbering.resolve();
    let base = |rank: u32| shown.get(rank as usize).map_or(0, |shown| shown.base);
    let ids = || shown.iter().map(|shown| InputId { path: shown.path.as_ref().to_owned(), identity: None });
    let folds = merged.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.slices = folds
        .into_iter()
        .map(|(index, fold)| {
            let mut summary = fold.finish(ids());
            summary.number(|origin| (numbers.line(origin), origin.offset + base(origin.input)));
            (index, summary)
        })
        .collect();
    Ok(found)
}

/// What is the same for all threads.
struct Rules<'r> {
    frame: Frame,
    filter: Option<&'r Filter>,
    shown: &'r [Shown],
    options: &'r Options,
    merged: &'r Mutex<BTreeMap<i64, Fold>>,
}

/// Lines of one slice.
#[derive(Default)]
struct Slot {
    fold: Fold,
    /// How many lines of the present chunk.
    lines: u64,
}

/// What one thread found.
#[derive(Default)]
struct Thread {
    /// The slice of the last line, which most often is the next one's too.
    last: Option<(i64, Slot)>,
    others: BTreeMap<i64, Slot>,
    /// The other slices that have lines of the present chunk.
    touched: BTreeSet<i64>,
    /// How many lines of the present chunk are in no slice.
    strays: u64,
    outside: Outside,
    newest: Option<Nanos>,
    failures: Newest,
    /// The inputs whose last line is cut.
    unfinished: Vec<u32>,
    /// How many lines each chunk had.
    chunks: Vec<(u32, Range<u64>, u64)>,
}

impl Thread {
    fn line(&mut self, seen: &Seen<'_>, rules: &Rules<'_>) {
        let frame = &rules.frame;
        let record = match &seen.scanned.line {
            Line::Record(record) => Some(record),
            _ => None,
        };
        let verdict = record.zip(rules.filter).map_or(Verdict::Counts, |(record, filter)| filter.judge(record));
        let counted = record.filter(|_| verdict == Verdict::Counts);
        let time = record.and_then(|record| record.context.time);
        if let (Some(record), Some(time)) = (counted, time)
            && !self.is_in_a_slice(record, time, frame)
        {
            self.strays += 1;
            return;
        }
        // What is filtered out of a slice that is gone has to be counted somewhere.
        let time = time.filter(|&time| (frame.from..=frame.horizon).contains(&time)).unwrap_or(frame.now);
        let slot = self.slot(slices::index(frame.grid.0, frame.grid.1, time), rules);
        slot.lines += 1;
        line::note_reading(&mut slot.fold, seen);
        if verdict != Verdict::Counts {
            let is_untimed = verdict == Verdict::Untimed;
            return slot.fold.leave_out(LineClass::Filtered, is_untimed, seen.scanned.anomalies);
        }
        line::count(&mut slot.fold, seen);
        if let Some(record) = counted.filter(|record| record.outcome == Outcome::Failed) {
            self.keep(record, seen, rules);
        }
    }

    /// Whether a call is in a slice by its time; one that is not is counted outside, and one that is may be late too.
    fn is_in_a_slice(&mut self, record: &Record<'_>, time: Nanos, frame: &Frame) -> bool {
        if time > frame.horizon {
            self.outside.ahead.observe(record.outcome, time);
            return false;
        }
        self.newest = self.newest.max(Some(time));
        let is_early = time < frame.from.max(frame.shown);
        if is_early && !frame.is_first {
            self.outside.late.observe(record.outcome, time);
        }
        time >= frame.from
    }

    fn keep(&mut self, record: &Record<'_>, seen: &Seen<'_>, rules: &Rules<'_>) {
        let Frame { now, look, .. } = rules.frame;
        if let Some(shown) = rules.shown.get(seen.origin.input as usize)
            && self.failures.takes(record.context.time.unwrap_or(now))
        {
            self.failures.push(Failure::of(record, now, look, (&shown.path, shown.base + seen.origin.offset)));
        }
    }

    fn slot(&mut self, index: i64, rules: &Rules<'_>) -> &mut Slot {
        if self.last.as_ref().is_none_or(|(held, _)| *held != index) {
            self.put_by();
            let new = || Slot { fold: Fold::new(BOUNDS).counting(rules.options.counting.clone()), lines: 0 };
            self.last = Some((index, self.others.remove(&index).unwrap_or_else(new)));
        }
        &mut self.last.get_or_insert_default().1
    }

    /// Puts the slot of the last line to the others.
    fn put_by(&mut self) {
        if let Some((index, slot)) = self.last.take() {
            if slot.lines > 0 {
                self.touched.insert(index);
            }
            self.others.insert(index, slot);
        }
    }

    fn chunk(&mut self, done: &Done, rules: &Rules<'_>) {
        let Frame { now, grid, .. } = rules.frame;
        self.put_by();
        let touched = std::mem::take(&mut self.touched);
        let seen: u64 = touched.iter().filter_map(|index| self.others.get(index)).map(|slot| slot.lines).sum();
        let seen = seen + std::mem::take(&mut self.strays);
        if seen != done.lines {
            // The report will say that the lines do not add up.
            let slot = self.slot(slices::index(grid.0, grid.1, now), rules);
            slot.fold.part(done.input, done.lines.abs_diff(seen));
            self.put_by();
        }
        for index in touched {
            if let Some(slot) = self.others.get_mut(&index) {
                slot.fold.part(done.input, std::mem::take(&mut slot.lines));
            }
        }
        self.unfinished.extend(done.unfinished.then_some(done.input));
        self.chunks.push((done.input, done.bytes.clone(), done.lines));
        let bytes = || self.others.values().map(|slot| slot.fold.bytes()).sum::<usize>();
        if (self.chunks.len() as u32).is_multiple_of(CHUNKS_PER_MEASURE) && bytes() > FOLDS_BYTES_MAX {
            self.give_up(rules);
        }
    }

    /// Merges what was found so far with what the others found.
    fn give_up(&mut self, rules: &Rules<'_>) {
        self.put_by();
        let mut merged = rules.merged.lock().unwrap_or_else(PoisonError::into_inner);
        for (index, slot) in std::mem::take(&mut self.others) {
            merged.entry(index).or_insert_with(|| Fold::new(BOUNDS)).merge(slot.fold);
        }
    }
}
