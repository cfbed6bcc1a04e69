//! `report --cache`: files that were read before are taken from their summaries, and the others are read file by file, so
//! that each has one.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result, anyhow};
use resplog::internals::disk::Disk;
use resplog::internals::engine::{self, Options, RunControl, Summarized};
use resplog::internals::input::{Input, SUMMARY_MAGIC, source, with_members};
use resplog::internals::partial::Partial;
use resplog::internals::partial::cache::{Cache, is_settled};
use resplog::internals::partial::filed::Filed;
use resplog::internals::partial::merge::Merger;
use resplog::internals::partial::plan::FileStamp;
use resplog::internals::partial::wire;
use resplog::internals::summary::counting::Counting;

use super::host;
use super::plan::{Kept, ReportPlan};
use super::said::warn;
use super::shape::SUMMARY;

/// Plain files that are larger are read by all threads together, in bytes; others by one thread each.
const LARGE_BYTES: u64 = 16 << 20;

/// Takes the files out of the inputs of which a cache can hold a summary.
pub fn take(inputs: &mut Vec<Input>) -> Vec<Input> {
    inputs.extract_if(.., |input| input.error.is_none() && !input.is_stdin() && is_log(input)).collect()
}

fn is_log(input: &Input) -> bool {
    let path = &input.path;
    if input.object.is_some() {
        // To look at it would be a request, of which there is none for what the cache has.
        return path.extension().is_none_or(|extension| extension != SUMMARY);
    }
    let mut head = [0; SUMMARY_MAGIC.len()];
    path.is_file()
        && source::open_path(path).and_then(|file| source::read_at(&file, 0, &mut head)).is_ok()
        && head != *SUMMARY_MAGIC
}

/// What a run with a cache shares among its threads.
struct Shared<'a> {
    cache: &'a Cache,
    plan: &'a ReportPlan,
    empty: &'a Partial,
    verify: bool,
    disk: &'a Disk,
    watch: &'a RunControl,
    merger: Mutex<&'a mut Merger>,
    /// The first summary that could not be merged.
    failed: Mutex<Option<anyhow::Error>>,
}

/// Adds the summaries of files, from the cache where it has them.
///
/// # Errors
///
/// They cannot be merged, or the threads not be started.
pub fn add(
    kept: &Kept,
    files: &[Input],
    plan: &ReportPlan,
    merger: &mut Merger,
    (disk, watch): (&Disk, &RunControl),
) -> Result<()> {
    let Kept { folder, bytes_max, verify } = kept;
    let cache = &Cache::open(folder).with_context(|| format!("--cache {}", folder.display()))?;
    let empty = &Partial::empty(&plan.settings, &plan.by_fields);
    // A cache knows no run that will read it, and keeps what any of them may want.
    let counting = Counting { apart: true, ..plan.options.counting.clone() };
    let options = Options { counting, ..plan.options.clone() };
    let (merger, failed) = (Mutex::new(merger), Mutex::new(None));
    let shared = Shared { cache, plan, empty, verify: *verify, disk, watch, merger, failed };
    let mut unread: Vec<_> = files.iter().filter(|file| *verify || !shared.recall(file)).collect();
    let surveyed = engine::survey(&unread.iter().map(|&file| file.clone()).collect::<Vec<_>>(), &options, watch)?;
    let mut is_large = surveyed.iter().map(|seen| seen.is_plain && seen.size > LARGE_BYTES);
    let large: Vec<_> = unread.extract_if(.., |_| is_large.next().unwrap_or_default()).collect();
    large.into_iter().for_each(|file| shared.read(file, &options));

    let (next, alone) = (AtomicUsize::new(0), Options { threads: 1, ..options });
    thread::scope(|scope| {
        for _ in 0..plan.options.threads.min(unread.len()) {
            scope.spawn(|| {
                while let Some(file) = unread.get(next.fetch_add(1, Ordering::Relaxed)) {
                    shared.read(file, &alone);
                }
            });
        }
    });
    if let Some(error) = shared.failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(error);
    }
    if let Err(error) = cache.shrink(*bytes_max, host::clock()) {
        warn(&format!("--cache {}: {error}", folder.display()));
    }
    Ok(())
}

impl Shared<'_> {
    /// Takes a file from the cache, and tells whether it was there.
    fn recall(&self, file: &Input) -> bool {
        let Ok(stamp) = FileStamp::of_input(file) else { return false };
        let key = Cache::key(&stamp, self.empty, self.plan.options.reading.prune);
        let Some(filed) = self.cache.get(&key, self.empty, host::clock()) else { return false };
        self.watch.bytes_done.fetch_add(stamp.size.unwrap_or_default(), Ordering::Relaxed);
        self.merge(file, filed);
        true
    }

    /// Reads a file, and keeps its summary when that is settled.
    fn read(&self, file: &Input, options: &Options) {
        if self.watch.stop.load(Ordering::Relaxed) {
            return;
        }
        let before = FileStamp::of_input(file);
        let inputs = with_members(vec![file.clone()], &self.watch.stop);
        if inputs.iter().any(|input| input.is_summary) {
            let error = anyhow!("it is a summary: with --cache the name of one in a store ends in .{SUMMARY}");
            return self.fail(error.context(engine::shown_path(file)));
        }
        let (partial, interrupted) = match engine::summarize(self.empty.clone(), &inputs, options, self.watch) {
            Ok(Summarized { partial, interrupted, .. }) => (partial, interrupted),
            Err(error) => return self.fail(error.into()),
        };
        if let (Ok(before), Ok(after)) = (before, FileStamp::of_input(file))
            && !interrupted
            && is_settled(&before, &after, &partial, host::clock())
        {
            self.keep(&before, &partial);
        }
        self.merge(file, partial);
    }

    fn keep(&self, stamp: &FileStamp, partial: &Partial) {
        let key = Cache::key(stamp, self.empty, self.plan.options.reading.prune);
        if self.verify
            && let Some(held) = self.cache.get(&key, self.empty, host::clock())
            && !wire::are_same(held.partial(), partial)
        {
            warn(&format!("{}: the cache held something else, and holds what was read now", stamp.path.display()));
        }
        if let Err(error) = self.cache.put(self.disk, &key, partial) {
            warn(&format!("{}: its summary is not kept: {error}", stamp.path.display()));
        }
    }

    fn merge(&self, file: &Input, filed: impl Into<Filed>) {
        let mut merger = self.merger.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = merger.add(filed) {
            drop(merger);
            self.fail(anyhow::Error::new(error).context(engine::shown_path(file)));
        }
    }

    fn fail(&self, error: anyhow::Error) {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }
}
