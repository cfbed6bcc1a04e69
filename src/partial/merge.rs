//! Summaries become one, each byte of each input counted once. Many of them merge in a tree, so that this takes time that
//! grows with their number and hardly any memory that does.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::thread;

use super::apart::{APART_MAX, Apart, Files};
use super::coverage::{Coverage, News};
use super::each;
use super::filed::Filed;
use super::wire::WireError;
use super::{Held, Partial};
use crate::input::Facts;
use crate::settings::{Changed, Settings};

/// Why two summaries cannot be one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MergeError {
    /// They were made with other options that change numbers.
    #[error("{} is '{}' there and '{}' here: expected the same, since numbers of both would not add up", .0.named(), .0.was, .0.is)]
    Settings(Changed),
    /// They group calls by other fields.
    #[error("calls are grouped by {} there and by {} here: expected the same --by", by(.was), by(.is))]
    By {
        /// The fields of the summary.
        was: Vec<String>,
        /// Those that are expected.
        is: Vec<String>,
    },
    /// They have inputs of one path that are not the same.
    #[error("another input is named {0}: expected the same one, or another name")]
    OtherInput(String),
    /// They have bytes of an input in common, and each has others.
    #[error(
        "the input {0} would be counted twice: expected summaries that have nothing in common, or of which one has all of the other"
    )]
    SharedInput(String),
    /// What one of them says of an input alone cannot be read.
    #[error(transparent)]
    Damaged(#[from] WireError),
}

fn by(fields: &[String]) -> String {
    if fields.is_empty() { "no field".to_owned() } else { fields.join(", ") }
}

/// What became of a summary that was to be merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merged {
    /// It was added.
    Added,
    /// All of it was there already.
    Known,
}

impl Partial {
    /// Adds another summary, unless all of it is there. The order in which summaries are merged changes nothing.
    ///
    /// # Errors
    ///
    /// They cannot be one; nothing is added then.
    pub fn merge(&mut self, other: Self) -> Result<(), MergeError> {
        other.agrees(self)?;
        let (mut mine, mut theirs) = (Coverage::default(), Coverage::default());
        mine.add(self);
        theirs.add(&other);
        match mine.news(&other) {
            News::All => self.join(other)?,
            News::None => {}
            News::Other(path) => return Err(MergeError::OtherInput(path)),
            News::Some(_) if theirs.news(self) == News::None => *self = other,
            News::Some(path) => match (self.each()?, other.each()?) {
                (Some(mine), Some(theirs)) if mine.len() + theirs.len() > 2 => *self = largest_first(mine, theirs)?,
                _ => return Err(MergeError::SharedInput(path)),
            },
        }
        Ok(())
    }

    /// Adds a summary of other bytes, and to what each input says alone what the other's say.
    pub(super) fn join(&mut self, other: Self) -> Result<(), WireError> {
        let apart = match (self.files()?, other.files()?) {
            (Some(mut mine), Some(theirs)) => {
                each::add(&mut mine, theirs)?;
                let inputs = mine.len();
                Apart::of(mine, inputs)
            }
            _ => Apart::default(),
        };
        self.add(other);
        self.apart = apart;
        Ok(())
    }

    /// Whether it was made with the options of another one.
    ///
    /// # Errors
    ///
    /// It was not; which option differs.
    pub fn agrees(&self, expected: &Self) -> Result<(), MergeError> {
        if self.settings != expected.settings {
            match Settings::from_kept(&expected.settings) {
                Ok(settings) => settings.changed(&self.settings).map_or(Ok(()), |it| Err(MergeError::Settings(it)))?,
                Err(_) => return Err(MergeError::Settings(unreadable(&self.settings, &expected.settings))),
            }
        }
        if self.by != expected.by {
            return Err(MergeError::By { was: self.by.clone(), is: expected.by.clone() });
        }
        Ok(())
    }

    /// Adds a summary of other bytes, and forgets what each input says alone.
    pub(super) fn add(&mut self, other: Self) {
        self.add_unsettled(other);
        self.summary.settle();
    }

    fn add_unsettled(&mut self, other: Self) {
        let sorted = |partial: &Self| {
            let mut held: Vec<_> = partial.held().map(|(id, held)| (id.clone(), held.clone())).collect();
            held.sort_by(|(a, _), (b, _)| a.cmp(b));
            held.into_iter().peekable()
        };
        let (mut mine, mut theirs) = (sorted(self), sorted(&other));
        let mut inputs = Vec::with_capacity(self.inputs.len() + other.inputs.len());
        // As the summary's table of inputs merges: sorted, and an input of both is one.
        while let Some(id) = mine.peek().into_iter().chain(theirs.peek()).map(|(id, _)| id.clone()).min() {
            let mut next = [&mut mine, &mut theirs].map(|held| held.next_if(|(it, _)| *it == id)).into_iter().flatten();
            let Some((_, mut held)) = next.next() else { break };
            next.for_each(|(_, more)| held.add(more));
            inputs.push(held);
        }
        self.inputs = inputs;
        self.apart = Apart::default();
        self.summary.merge_unsettled(other.summary);
    }
}

/// The sum of some summaries of different bytes; none when there is none.
fn sum(mut partials: Vec<Partial>, threads: usize) -> Option<Partial> {
    let each = partials.len().div_ceil(threads).max(2);
    thread::scope(|scope| {
        let mut sums = Vec::with_capacity(threads);
        while partials.len() > each {
            let some = partials.split_off(partials.len() - each);
            sums.push(scope.spawn(move || sum_of(some)));
        }
        let own = sum_of(partials);
        let joined = sums.into_iter().map(|sum| sum.join().unwrap_or_else(|panic| resume_unwind(panic)));
        sum_of(joined.chain([own]).flatten().collect())
    })
}

fn sum_of(partials: Vec<Partial>) -> Option<Partial> {
    let are_several = partials.len() > 1;
    let mut sum = partials.into_iter().reduce(|mut sum, partial| {
        sum.add_unsettled(partial);
        sum
    })?;
    if are_several {
        sum.summary.settle();
    }
    Some(sum)
}

/// Merges summaries of single inputs. Of two of one input that have bytes in common one has all of the other's, and counts.
fn largest_first(mine: Vec<Partial>, theirs: Vec<Partial>) -> Result<Partial, MergeError> {
    let mut singles: Vec<_> = mine.into_iter().chain(theirs).collect();
    singles.sort_by_key(|single| Reverse(single.inputs.iter().map(|held| held.pieces.bytes()).sum::<u64>()));
    let expected = singles.first().cloned().unwrap_or_default();
    let mut merger = Merger::new(&expected).keeping_apart();
    for single in singles {
        merger.add(single)?;
    }
    Ok(merger.finish())
}

/// The first option that differs, of options that this version cannot read.
fn unreadable(was: &BTreeMap<String, String>, is: &BTreeMap<String, String>) -> Changed {
    let names = was.keys().chain(is.keys());
    let option = names.into_iter().find(|name| was.get(*name) != is.get(*name)).cloned().unwrap_or_default();
    let of = |of: &BTreeMap<String, String>| of.get(&option).cloned().unwrap_or_default();
    Changed { was: of(was), is: of(is), option }
}

impl Held {
    /// Adds other bytes of the same input.
    fn add(&mut self, other: Self) {
        let Self { read, size: _, pieces } = other;
        self.pieces.add(&pieces);
        let Facts { format: _, compression: _, bytes, status, error, unfinished, skipped, foreign } = read;
        self.read.bytes += bytes;
        self.read.status = self.read.status.max(status);
        // Of errors at several places the first one is shown, which has the smallest number.
        let order = |error: &String| (error.len(), error.clone());
        self.read.error = self.read.error.take().into_iter().chain(error).min_by_key(order);
        self.read.unfinished |= unfinished;
        self.read.skipped &= skipped;
        self.read.foreign = self.read.foreign.or(foreign);
    }
}

/// How many summaries are merged at once.
pub const AT_ONCE: usize = 16;

/// Merges many summaries, a few at once.
#[derive(Debug)]
pub struct Merger {
    /// What all of them have to agree with.
    expected: Partial,
    coverage: Coverage,
    /// Summaries that are added, but not merged.
    pending: Vec<Partial>,
    /// Summaries of twice as many others as the next one, or more.
    stack: Vec<(u64, Partial)>,
    /// How many threads merge.
    threads: usize,
    /// What each input says alone; none when that is not kept, or not known of all.
    files: Option<Files<'static>>,
}

impl Merger {
    /// Nothing merged yet; all summaries have to be made with the options of this one.
    #[must_use]
    pub fn new(expected: &Partial) -> Self {
        let (settings, by) = (expected.settings.clone(), expected.by.clone());
        let expected = Partial { settings, by, ..Partial::default() };
        let (coverage, pending, stack) = (Coverage::default(), Vec::new(), Vec::new());
        Self { expected, coverage, pending, stack, threads: 1, files: None }
    }

    /// The same with some threads.
    #[must_use]
    pub fn threads(self, threads: usize) -> Self {
        Self { threads: threads.max(1), ..self }
    }

    /// The same for a summary that is written: what each input says alone is kept as well.
    #[must_use]
    pub fn keeping_apart(self) -> Self {
        Self { files: Some(Files::new()), ..self }
    }

    /// Adds a summary.
    ///
    /// # Errors
    ///
    /// It cannot be one with the others. When it shares inputs with them, a summary that has all of theirs has to come
    /// before them.
    pub fn add(&mut self, added: impl Into<Filed>) -> Result<Merged, MergeError> {
        let Filed { mut partial, file } = added.into();
        partial.agrees(&self.expected)?;
        match self.coverage.news(&partial) {
            News::None if !partial.inputs.is_empty() => return Ok(Merged::Known),
            News::None | News::All => {}
            News::Some(path) => return self.add_each(path, &partial),
            News::Other(path) => return Err(MergeError::OtherInput(path)),
        }
        self.coverage.add(&partial);
        self.keep(&mut partial, file)?;
        self.pending.push(partial);
        if self.pending.len() == AT_ONCE {
            self.merge_pending();
        }
        Ok(Merged::Added)
    }

    /// Merges what was added, with all threads, and the sum with those before.
    fn merge_pending(&mut self) {
        let (mut count, pending) = (self.pending.len() as u64, std::mem::take(&mut self.pending));
        let Some(mut newest) = sum(pending, self.threads) else { return };
        while let Some((held, mut before)) = self.stack.pop_if(|(held, _)| *held <= count) {
            before.add(newest);
            (count, newest) = (held + count, before);
        }
        self.stack.push((count, newest));
    }

    /// Adds those inputs of a summary that are not there yet, of which `shared` is none.
    fn add_each(&mut self, shared: String, partial: &Partial) -> Result<Merged, MergeError> {
        match partial.each_filed()?.filter(|each| each.len() > 1) {
            None => Err(MergeError::SharedInput(shared)),
            Some(each) => {
                each.into_iter().try_for_each(|single| self.add(single).map(drop))?;
                Ok(Merged::Added)
            }
        }
    }

    fn keep(&mut self, partial: &mut Partial, file: Option<Vec<u8>>) -> Result<(), WireError> {
        let Some(mut files) = self.files.take() else { return Ok(()) };
        let Some(more) = partial.take_files(file)? else { return Ok(()) };
        each::add(&mut files, more)?;
        self.files = Some(files).filter(|files| files.len() <= APART_MAX);
        Ok(())
    }

    /// What the summaries are of.
    #[must_use]
    pub const fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// The one summary.
    #[must_use]
    pub fn finish(mut self) -> Partial {
        self.merge_pending();
        let Self { expected, stack, files, .. } = self;
        let mut all = stack.into_iter().rev().map(|(_, partial)| partial);
        let mut merged = all.next().unwrap_or_default();
        for partial in all {
            merged.add(partial);
        }
        let apart = files.map(|files| Apart::of(files, merged.inputs.len())).unwrap_or_default();
        Partial { settings: expected.settings, by: expected.by, apart, ..merged }
    }
}
