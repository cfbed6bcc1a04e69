//! What is known of each error code: how often, when, which messages, which records stand for it.

use serde::{Deserialize, Serialize};

use super::aggregate::Aggregate;
use super::bounds::{Bounds, COUNT_MAX};
use super::code_table::{CodeTable, Place};
use super::days::FailedDays;
use super::exemplars::{First, Slots};
use super::failed_timeline::FailedTimeline;
use super::longest::Longest;
use super::mask::kinds::Kinds;
use super::names::{is_itself, kept};
use super::pairs::{Kept, Place as Counted, Quota, owner_hash, pair_hash};
use super::shared::{MaskedMessage, Pairs};
use super::timeline::BUCKET_SECONDS_MIN;
use crate::record::{Origin, Outcome, Record};
use crate::redact::redact;
use crate::time::{ClockHour, Nanos};

/// Failures with one masked message.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    /// How many failures.
    pub count: u64,
    /// The earliest one that has an id.
    pub first: First,
    /// The kinds of its masks.
    pub(super) kinds: Kinds,
}

impl Variant {
    fn observe(&mut self, record: &Record<'_>, origin: Origin, kinds: &[u8]) {
        self.count += 1;
        self.kinds.widen(kinds);
        if record.request_id.is_some() {
            self.first.observe(record, origin);
        }
    }

    const fn count(&self) -> u64 {
        self.count
    }

    fn add(&mut self, other: Self) {
        let Self { count, first, kinds } = other;
        self.count += count;
        self.first.merge(first);
        self.kinds.widen(kinds.as_slice());
    }
}

/// Failures with one code.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Code {
    /// How many failures.
    pub count: u64,
    /// The earliest time.
    #[serde(with = "super::stored")]
    pub first: Option<Nanos>,
    /// The latest time.
    #[serde(with = "super::stored")]
    pub last: Option<Nanos>,
    /// The records that stand for the code; none for codes that are not kept by name.
    pub slots: Slots,
    /// Failures by masked message, without the kinds of the masks; failures without a message have none.
    pub variants: Kept<Variant>,
    /// Failures over time; none of codes that are not kept by name, as of their days.
    pub timeline: FailedTimeline,
    /// Failures by day or hour.
    pub days: FailedDays,
    /// Failures by service.
    pub services: Kept<u64>,
    /// Failures by action.
    pub actions: Kept<u64>,
    /// Failures by region.
    pub regions: Kept<u64>,
    /// Failures by the values of each `--by` field.
    pub by: Vec<Kept<u64>>,
    /// The hash of the code.
    #[serde(skip)]
    pub(super) owner: u64,
}

impl Code {
    fn observe(&mut self, record: &Record<'_>, origin: Origin, day: Option<ClockHour>, pairs: &mut Pairs) {
        self.count(record.context.time);
        self.timeline.observe(record.context.time);
        self.days.count(day);
        self.slots.observe(record, origin);
        if let Some(MaskedMessage { template, kinds }) = pairs.scratch.message(record) {
            let hash = pair_hash(self.owner, template);
            match self.variants.entry(hash, template, &mut pairs.messages, Variant::count) {
                Counted::Own(variant) => variant.observe(record, origin, kinds),
                Counted::Rest(count) => *count += 1,
            }
        }
        if self.by.len() < record.by.len() {
            self.by.resize_with(record.by.len(), Kept::default);
        }
        let by = self.by.iter_mut();
        let tables = [&mut self.services, &mut self.actions, &mut self.regions].into_iter().chain(by);
        for (table, (owner, name)) in tables.zip(names(self.owner, record)) {
            if let Some(name) = name {
                count(table, owner, name, &mut pairs.names);
            }
        }
    }

    /// Counts a failure with a code that is not kept by name.
    fn observe_rest(&mut self, record: &Record<'_>, pairs: &mut Pairs) {
        self.count(record.context.time);
        let owner = owner_hash(&redact(record.code));
        if let Some(MaskedMessage { template, .. }) = pairs.scratch.message(record) {
            let hash = pair_hash(owner, template);
            pairs.nameless_messages.insert(owner, hash, &mut pairs.messages);
        }
        for (owner, name) in names(owner, record) {
            if let Some(name) = name {
                pairs.nameless_names.insert(owner, pair_hash(owner, &kept(name)), &mut pairs.names);
            }
        }
    }

    fn count(&mut self, time: Option<Nanos>) {
        self.count += 1;
        if let Some(time) = time {
            self.first = Some(self.first.map_or(time, |first| first.min(time)));
            self.last = self.last.max(Some(time));
        }
    }

    fn merge(&mut self, other: Self, pairs: &mut Pairs) {
        self.add_bare(&other);
        let Self {
            count: _,
            first: _,
            last: _,
            slots,
            variants,
            timeline,
            days,
            services,
            actions,
            regions,
            by,
            owner,
        } = other;
        self.slots.merge(slots);
        self.variants.merge(variants, &mut pairs.messages, Variant::add, Variant::count);
        self.timeline.merge(timeline);
        self.days.merge(days);
        self.services.merge(services, &mut pairs.names, add, same);
        self.actions.merge(actions, &mut pairs.names, add, same);
        self.regions.merge(regions, &mut pairs.names, add, same);
        if self.by.len() < by.len() {
            self.by.resize_with(by.len(), Kept::default);
        }
        for (table, more) in self.by.iter_mut().zip(by) {
            table.merge(more, &mut pairs.names, add, same);
        }
        self.owner = owner;
    }

    /// Takes a code that is not kept by name any more.
    fn absorb(&mut self, gone: Self, pairs: &mut Pairs) {
        for (field, table) in gone.tables().enumerate() {
            pairs.nameless_names.absorb(field_hash(gone.owner, field), table, &mut pairs.names);
        }
        pairs.nameless_messages.absorb(gone.owner, &gone.variants, &mut pairs.messages);
        self.merge(gone.bare(), pairs);
    }

    pub(super) fn tables(&self) -> impl Iterator<Item = &Kept<u64>> {
        [&self.services, &self.actions, &self.regions].into_iter().chain(&self.by)
    }

    /// Whether it is one that records and merging can make.
    pub(super) fn is_sound(&self) -> bool {
        self.variants.is_of(self.owner)
            && self.tables().enumerate().all(|(field, table)| table.is_of(field_hash(self.owner, field)))
            && self.timeline.is_sound()
            && self.days.is_sound()
            && self.variants.iter().all(|(_, variant)| variant.count <= COUNT_MAX)
            && self.tables().flat_map(Kept::iter).all(|(_, &count)| count <= COUNT_MAX)
            && self.tables().map(Kept::rest).chain([self.variants.rest()]).all(|rest| rest <= Some(COUNT_MAX))
    }

    pub(super) fn trim(&mut self, pairs: &mut Pairs) {
        self.variants.trim(&mut pairs.messages, Variant::count);
        let tables = [&mut self.services, &mut self.actions, &mut self.regions].into_iter().chain(&mut self.by);
        tables.for_each(|table| table.trim(&mut pairs.names, same));
    }

    /// Its count and its earliest and latest time alone.
    #[must_use]
    pub fn bare(&self) -> Self {
        let Self { count, first, last, .. } = *self;
        Self { count, first, last, ..Self::default() }
    }

    /// Adds the count and the times of another one.
    pub fn add_bare(&mut self, other: &Self) {
        self.count += other.count;
        self.first = self.first.into_iter().chain(other.first).min();
        self.last = self.last.max(other.last);
    }

    /// Whether some of its messages or names are not kept.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.variants.rest().is_some() || self.tables().any(|table| table.rest().is_some())
    }
}

const fn add(count: &mut u64, more: u64) {
    *count += more;
}

const fn same(count: &u64) -> u64 {
    *count
}

/// The names of a failure with the owners of their pairs: service, action, region and the `--by` fields.
fn names<'r>(owner: u64, record: &Record<'r>) -> impl Iterator<Item = (u64, Option<&'r str>)> {
    let context = &record.context;
    let names = [context.service, context.action, context.region].into_iter().chain(record.by.iter().copied());
    names.enumerate().map(move |(field, name)| (field_hash(owner, field), name))
}

/// The owner of the names of one field of a code.
const fn field_hash(owner: u64, field: usize) -> u64 {
    owner.wrapping_add(field as u64)
}

fn count(table: &mut Kept<u64>, owner: u64, name: &str, quota: &mut Quota) {
    if is_itself(name)
        && let Some(held) = table.get_mut(pair_hash(owner, name), name)
    {
        *held += 1;
        return;
    }
    let name = kept(name);
    match table.entry(pair_hash(owner, &name), &name, quota, same) {
        Counted::Own(count) | Counted::Rest(count) => *count += 1,
    }
}

/// Failures by code.
#[derive(Clone, Debug)]
pub struct Codes {
    pub(super) bounds: Bounds,
    pub(super) table: CodeTable<Code>,
    pub(super) pairs: Pairs,
    /// How many buckets and days were added by records; more than there are when some became one.
    pub(super) buckets: usize,
    /// About how many bytes were added by other parts since everything was brought within the bounds.
    pub(super) added: usize,
    pub(super) longest: Longest,
}

impl Default for Codes {
    fn default() -> Self {
        Self::new(Bounds::default())
    }
}

impl Aggregate for Codes {
    #[inline]
    fn observe(&mut self, record: &Record<'_>, origin: Origin) {
        self.observe_on(record, origin, record.context.time.map(ClockHour::of_utc_day));
    }

    fn merge(&mut self, other: Self) {
        self.add(other);
        self.fit();
    }
}

impl Codes {
    /// No failures, of which no more than this will be kept.
    #[must_use]
    pub fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            table: CodeTable::new(bounds.unlisted),
            pairs: Pairs::new(&bounds),
            buckets: 0,
            added: 0,
            longest: Longest::default(),
        }
    }

    /// Counts one record that lies in a day or an hour.
    #[inline]
    pub(super) fn observe_on(&mut self, record: &Record<'_>, origin: Origin, day: Option<ClockHour>) {
        if record.outcome == Outcome::Failed {
            self.failed(record, origin, day);
        }
    }

    /// Adds other failures as [`merge`](Aggregate::merge) does, but brings everything within the bounds only now and
    /// then, since that looks at all that is kept: [`fit`](Self::fit) does it in the end.
    pub(super) fn add(&mut self, other: Self) {
        self.added += other.bytes();
        let Self { bounds: _, table, pairs: theirs, buckets, added: _, longest } = other;
        self.buckets += buckets;
        self.longest.merge(longest);
        if self.pairs.messages.lower(&theirs.messages) | self.pairs.names.lower(&theirs.names) {
            self.trim();
        }
        let pairs = &mut self.pairs;
        pairs.nameless_messages.merge(theirs.nameless_messages, &mut pairs.messages);
        pairs.nameless_names.merge(theirs.nameless_names, &mut pairs.names);
        let (entries, rest) = table.into_parts();
        for (name, entry) in entries {
            match self.table.place(&name, |rest, gone| rest.absorb(gone, pairs)) {
                Place::Own(own) => own.merge(entry, pairs),
                Place::Rest(rest) => {
                    // Its pairs were counted by the other part only.
                    let held = entry.variants.len();
                    let names = entry.tables().map(Kept::len).sum();
                    pairs.messages.count_in(held);
                    pairs.names.count_in(names);
                    rest.absorb(entry, pairs);
                }
            }
        }
        if let Some(rest) = rest {
            self.table.rest_mut().merge(rest, pairs);
        }
        self.fit_often();
    }

    #[inline(never)]
    fn failed(&mut self, record: &Record<'_>, origin: Origin, day: Option<ClockHour>) {
        self.longest.observe(record);
        let pairs = &mut self.pairs;
        match self.table.place(record.code, |rest, gone| rest.absorb(gone, pairs)) {
            Place::Own(code) => {
                if code.count == 0 {
                    code.owner = owner_hash(&redact(record.code));
                }
                let before = code.timeline.len() + code.days.len();
                code.observe(record, origin, day, pairs);
                self.buckets += (code.timeline.len() + code.days.len()).saturating_sub(before);
                code.timeline.limit(self.bounds.buckets_each);
            }
            Place::Rest(rest) => rest.observe_rest(record, pairs),
        }
        self.fit_often();
    }

    /// Every code that is kept by name, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Code)> {
        self.table.iter()
    }

    /// The width of the buckets in which the timelines of all codes can be shown beside each other, in seconds; those of
    /// some codes may be wider still.
    #[must_use]
    pub fn shared_seconds(&self) -> i64 {
        self.table.iter().map(|(_, code)| code.timeline.shared_seconds()).max().unwrap_or(BUCKET_SECONDS_MIN)
    }

    /// The failures with codes that are not kept by name: their count and times.
    #[must_use]
    pub fn rest(&self) -> Option<&Code> {
        self.table.rest()
    }
}
