//! How many calls of an action in a region there were in a second, and how many of them were refused for their number: at
//! what rate a service refuses is read off seconds, not off minutes. Of long logs a sample of the seconds is kept, whole,
//! those with the smallest fixed hashes; so every count is exact, and no order matters. It draws no conclusion.

use std::collections::BTreeSet;

use hashbrown::HashMap;
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};
use xxhash_rust::xxh3::xxh3_64;

use super::aggregate::Aggregate;
use super::bounds::COUNT_MAX;
use super::names::{is_itself, kept};
use super::stored_rates::{Entry, Sorted, Steps, hash};
use crate::catalog::{Class, Classes};
use crate::record::{Origin, Outcome, Record};
use crate::time::NS_PER_SECOND;

/// How many pairs of second and name are kept, those with the smallest hashes of the second.
const ENTRIES_MAX: usize = 16_384;
/// What an entry takes in a table that may be half empty, in bytes, and what a name takes beside its text.
const ENTRY_BYTES: usize = 48;
const NAME_BYTES: usize = 64;
/// How many codes are kept with what was looked up of them.
const LOOKED_UP_MAX: usize = 1024;
/// Between the parts of a name: service, action, region and code.
const SEPARATOR: char = '\u{1f}';

/// Calls by second and name.
#[derive(Clone, Debug, Default)]
pub struct CallRates {
    counts: HashMap<Entry, u64>,
    /// Names by their hash.
    names: HashMap<u64, Box<str>>,
    name_bytes: usize,
    /// The smallest entry that is not kept; all are when there is none.
    bound: Option<Entry>,
    /// The second that was seen last, with its hash: most often it is the next record's too.
    recent: Option<(i64, u64)>,
    scratch: String,
    classes: Classes,
    /// Of codes that were looked up whether they say that there were too many calls.
    throttles: HashMap<Box<str>, bool>,
    /// What summaries' files have, as long as no record is added to it. Then nothing else counts any. All of it is below the
    /// bound.
    stored: Option<Box<Sorted>>,
}

/// Calls that have a limit of their own; what the log does not name is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Limited<'n> {
    /// The product.
    pub service: &'n str,
    /// The API.
    pub action: &'n str,
    /// The region.
    pub region: &'n str,
}

/// Calls of one second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Second<'n> {
    /// The second since 1970.
    pub second: i64,
    /// Which calls.
    pub of: Limited<'n>,
    /// The code with which they were refused; without one they are all calls that succeeded or failed.
    pub code: Option<&'n str>,
    /// How many.
    pub calls: u64,
}

impl Aggregate for CallRates {
    #[inline]
    fn observe(&mut self, record: &Record<'_>, _: Origin) {
        let Some(time) = record.context.time else { return };
        let second = time.0.div_euclid(NS_PER_SECOND);
        let hash = match self.recent {
            Some((recent, hash)) if recent == second => hash,
            _ => hash(second),
        };
        self.recent = Some((second, hash));
        if self.bound.is_none_or(|bound| hash <= bound.hash) && record.outcome != Outcome::DryRun {
            self.count(record, second, hash);
        }
    }

    fn merge(&mut self, other: Self) {
        if self.counts.is_empty() && self.stored.is_none() && self.bound.is_none() {
            let (classes, throttles) = (std::mem::take(&mut self.classes), std::mem::take(&mut self.throttles));
            *self = Self { classes, throttles, ..other };
            return;
        }
        let Self { counts, names, name_bytes: _, bound, recent: _, scratch: _, classes: _, throttles: _, stored } =
            other;
        let before = self.bound;
        self.bound = before.into_iter().chain(bound).min();
        if let Some(held) = self.stored.as_mut().filter(|_| counts.is_empty()) {
            self.bound.filter(|_| self.bound != before).into_iter().for_each(|bound| held.cut(bound));
            if let Some(mut stored) = stored {
                // Of days that follow each other ever less is kept.
                self.bound.into_iter().for_each(|bound| stored.cut(bound));
                held.merge(*stored);
            }
            return self.shrink_stored(2 * ENTRIES_MAX);
        }
        self.open();
        stored.into_iter().for_each(|stored| self.add_stored(*stored));
        for (hash, name) in names {
            self.keep_name(hash, || name);
        }
        for (entry, calls) in counts {
            self.add(entry, calls);
        }
    }
}

impl CallRates {
    #[inline(never)]
    fn count(&mut self, record: &Record<'_>, second: i64, hash: u64) {
        self.open();
        let context = &record.context;
        let names = [context.service, context.action, context.region].map(Option::unwrap_or_default);
        self.count_name((second, hash), names, "");
        if record.outcome == Outcome::Failed && self.is_throttle(record.code) {
            self.count_name((second, hash), names, record.code);
        }
    }

    fn is_throttle(&mut self, code: &str) -> bool {
        if let Some(&known) = self.throttles.get(code) {
            return known;
        }
        let is_one = self.classes.class(code) == Class::Throttle;
        if self.throttles.len() == LOOKED_UP_MAX {
            self.throttles.clear();
        }
        self.throttles.insert(code.into(), is_one);
        is_one
    }

    fn count_name(&mut self, (second, hash): (i64, u64), names: [&str; 3], code: &str) {
        let mut scratch = std::mem::take(&mut self.scratch);
        put_together(&mut scratch, names, code);
        let mut name = xxh3_64(scratch.as_bytes());
        let is_itself = names.into_iter().chain([code]).all(is_itself);
        if !(is_itself && self.names.contains_key(&name)) {
            let names = names.map(kept);
            put_together(&mut scratch, [&*names[0], &*names[1], &*names[2]], &kept(code));
            name = xxh3_64(scratch.as_bytes());
        }
        let entry = Entry { hash, second, name };
        if self.bound.is_none_or(|bound| entry < bound) {
            self.keep_name(name, || scratch.as_str().into());
            self.add(entry, 1);
        }
        self.scratch = scratch;
    }

    fn keep_name(&mut self, hash: u64, name: impl FnOnce() -> Box<str>) {
        let name_bytes = &mut self.name_bytes;
        self.names.entry(hash).or_insert_with(|| {
            let name = name();
            *name_bytes += NAME_BYTES + name.len();
            name
        });
    }

    fn add(&mut self, entry: Entry, calls: u64) {
        if self.bound.is_none_or(|bound| entry < bound) {
            *self.counts.entry(entry).or_default() += calls;
            if self.counts.len() >= 2 * ENTRIES_MAX {
                self.shrink();
            }
        }
    }

    /// Keeps the entries with the smallest hashes.
    fn shrink(&mut self) {
        let mut entries: Vec<_> = self.counts.keys().copied().collect();
        if entries.len() > ENTRIES_MAX {
            let (_, &mut bound, _) = entries.select_nth_unstable(ENTRIES_MAX);
            self.bound = self.bound.into_iter().chain([bound]).min();
        }
        let bound = self.bound;
        self.counts.retain(|entry, _| bound.is_none_or(|bound| *entry < bound));
    }

    /// Keeps those of the entries of files with the smallest hashes, if there are more than this many.
    fn shrink_stored(&mut self, entries_max: usize) {
        let Some(stored) = &mut self.stored else { return };
        if stored.entries.len() > entries_max {
            let mut ranks = stored.ranks();
            let (_, &mut bound, _) = ranks.select_nth_unstable(ENTRIES_MAX);
            self.bound = Some(bound);
            stored.cut(bound);
        }
    }

    /// Brings everything within the bounds: what is kept then depends on the data alone.
    pub fn settle(&mut self) {
        if self.stored.is_some() {
            self.shrink_stored(ENTRIES_MAX);
            self.stored.iter_mut().for_each(|stored| stored.forget_unused());
            self.stored.take_if(|stored| stored.entries.is_empty());
            return;
        }
        self.shrink();
        self.counts.shrink_to_fit();
        let used: BTreeSet<u64> = self.counts.keys().map(|entry| entry.name).collect();
        self.names.retain(|hash, _| used.contains(hash));
        self.name_bytes = self.names.values().map(|name| NAME_BYTES + name.len()).sum();
    }

    /// Makes tables of what a file has, to be added to.
    fn open(&mut self) {
        if let Some(stored) = self.stored.take() {
            self.add_stored(*stored);
        }
    }

    fn add_stored(&mut self, stored: Sorted) {
        for (entry, &(.., calls)) in stored.ranks().into_iter().zip(&stored.entries) {
            self.add(entry, calls);
        }
        for name in stored.names {
            self.keep_name(xxh3_64(name.as_bytes()), || name);
        }
    }

    /// About how much memory it takes, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let stored = self.stored.as_ref().map_or(0, |stored| stored.entries.len() * ENTRY_BYTES);
        self.counts.len() * ENTRY_BYTES + self.name_bytes + stored
    }

    /// Whether only some seconds are kept.
    #[must_use]
    pub const fn is_sample(&self) -> bool {
        self.bound.is_some()
    }

    /// The seconds that are kept whole, in no order.
    pub fn iter(&self) -> impl Iterator<Item = Second<'_>> {
        let cut = self.bound.map(|bound| bound.second);
        let counted =
            self.counts.iter().filter_map(|(entry, &calls)| Some((*entry, &**self.names.get(&entry.name)?, calls)));
        let stored = self.stored.iter().flat_map(|stored| {
            let named = |(entry, &(_, place, calls)): (Entry, &(i64, u32, u64))| {
                Some((entry, &**stored.names.get(place as usize)?, calls))
            };
            stored.ranks().into_iter().zip(&stored.entries).filter_map(named)
        });
        let all = counted.chain(stored);
        all.filter(move |(entry, ..)| cut != Some(entry.second)).filter_map(|(entry, name, calls)| {
            let mut parts = name.splitn(4, SEPARATOR);
            let of = Limited { service: parts.next()?, action: parts.next()?, region: parts.next()? };
            let code = parts.next().filter(|code| !code.is_empty());
            Some(Second { second: entry.second, of, code, calls })
        })
    }
}

fn put_together(whole: &mut String, names: [&str; 3], code: &str) {
    whole.clear();
    for name in names {
        whole.push_str(name);
        whole.push(SEPARATOR);
    }
    whole.push_str(code);
}

impl Serialize for CallRates {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bound = self.bound.map(|bound| (bound.second, bound.name));
        if let Some(stored) = &self.stored {
            return stored.serialize_with(bound, serializer);
        }
        let mut names: Vec<(&str, u64)> = self.names.iter().map(|(&hash, name)| (&**name, hash)).collect();
        names.sort_unstable();
        let places: HashMap<u64, u32> = names.iter().zip(0..).map(|((_, hash), place)| (*hash, place)).collect();
        let place = |entry: &Entry| places.get(&entry.name).copied().unwrap_or(u32::MAX);
        let mut entries: Vec<_> = self.counts.iter().map(|(it, &calls)| (it.second, place(it), calls)).collect();
        entries.sort_unstable();
        let names: Vec<_> = names.into_iter().map(|(name, _)| name).collect();
        (names, Steps(&entries), bound).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for CallRates {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (stored, bound) = Sorted::deserialize_with(deserializer)?;
        let bound = bound.map(|(second, name)| Entry { hash: hash(second), second, name });
        let is_sound = stored.entries.len() <= ENTRIES_MAX
            && stored.entries.iter().all(|(.., calls)| (1..=COUNT_MAX).contains(calls))
            && bound.is_none_or(|bound| stored.is_below(bound));
        if !is_sound {
            return Err(D::Error::custom("calls a second are more than can be kept"));
        }
        let stored = Some(Box::new(stored)).filter(|stored| !stored.names.is_empty());
        Ok(Self { bound, stored, ..Self::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Context, Form};
    use crate::time::Nanos;

    fn of(calls: &[(i64, &str, bool)]) -> CallRates {
        let mut rates = CallRates::default();
        for &(second, action, is_refused) in calls {
            let time = Some(Nanos::from_seconds(second, 5));
            let context = Context { time, action: Some(action), ..Context::default() };
            let record = Record {
                outcome: if is_refused { Outcome::Failed } else { Outcome::Ok },
                code: if is_refused { "RequestLimitExceeded" } else { "" },
                message: "",
                request_id: None,
                context,
                by: &[],
                form: Form::Envelope,
                pointer: None,
            };
            rates.observe(&record, Origin::default());
        }
        rates
    }

    fn shown(rates: &CallRates) -> Vec<(i64, String, bool, u64)> {
        let mut shown: Vec<_> =
            rates.iter().map(|it| (it.second, it.of.action.to_owned(), it.code.is_some(), it.calls)).collect();
        shown.sort();
        shown
    }

    #[test]
    fn which_seconds_are_kept_knows_no_order() {
        let calls: Vec<_> = (0..120_000_i64)
            .map(|call| (call / 2, ["DescribeInstances", "AttachDisks"][call as usize % 2], call % 5 == 0))
            .collect();
        let mut whole = of(&calls);
        whole.settle();
        assert!(whole.is_sample() && whole.counts.len() == ENTRIES_MAX);
        // One is half there, and left out.
        let mut names = std::collections::BTreeMap::<i64, usize>::new();
        whole.iter().filter(|it| it.code.is_none()).for_each(|it| *names.entry(it.second).or_default() += 1);
        assert!(names.values().all(|&names| names == 2));
        let backwards: Vec<_> = calls.iter().rev().copied().collect();
        let mut merged = CallRates::default();
        for part in backwards.chunks(7_001) {
            merged.merge(of(part));
        }
        merged.settle();
        assert_eq!((shown(&merged), merged.bound), (shown(&whole), whole.bound));
    }

    #[test]
    fn a_secret_is_not_kept() {
        let rates = of(&[(1, "Signature=abcdef0123", false), (2, "Signature=abcdef4567", true)]);
        assert!(rates.names.values().all(|name| name.contains("[redacted]")), "{:?}", rates.names);
    }
}
