//! Which records stand for a code: each slot is a minimum or a maximum over a total order on the data, so any order of
//! reading and merging chooses the same ones (SPEC 4). It does not know codes.

use std::cmp::{Ordering, Reverse};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::record::{Call, Origin, Record};
use crate::redact::redact;
use crate::summary::names::{is_itself, kept};
use crate::time::Nanos;

/// A failed record with an id, as much of it as a report shows; its texts are as they are kept.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Exemplar {
    /// Where the line stands.
    pub origin: Origin,
    /// What is known of the call.
    pub call: Call,
    /// XXH3-64 (seed 0) of the unescaped id, before redaction.
    hash: u64,
}

impl Exemplar {
    /// The exemplar of a record; none when the record has no id.
    #[must_use]
    pub fn of(record: &Record<'_>, origin: Origin) -> Option<Self> {
        let mut slot = None;
        take(&mut slot, record, origin);
        slot
    }

    /// The id, redacted.
    #[must_use]
    pub fn request_id(&self) -> &str {
        self.call.request_id().unwrap_or_default()
    }

    /// The order of records: timed before untimed, then time, input, offset.
    fn order(&self) -> Order {
        order(self.call.time, self.origin)
    }
}

/// Timed before untimed, then time, input, offset.
type Order = (bool, Option<Nanos>, u32, u64);

fn order(time: Option<Nanos>, origin: Origin) -> Order {
    (time.is_none(), time, origin.input, origin.offset)
}

/// The earliest record.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct First(pub Option<Exemplar>);

impl First {
    /// Takes the record if it is earlier.
    pub fn observe(&mut self, record: &Record<'_>, origin: Origin) {
        if self.0.as_ref().is_none_or(|held| order(record.context.time, origin) < held.order()) {
            take(&mut self.0, record, origin);
        }
    }

    /// Cuts the names of the call after this many bytes.
    pub(super) fn cut_names(&mut self, bytes_max: usize) {
        self.0.iter_mut().for_each(|exemplar| exemplar.call.cut_names(bytes_max));
    }

    /// Keeps the earlier one.
    pub fn merge(&mut self, other: Self) {
        keep(&mut self.0, other.0, |held, new| new.order().cmp(&held.order()));
    }
}

/// How many slots a code has beside those of its messages.
pub(super) const SLOTS: usize = 4;

/// The slots of a code, but for the variants of its message.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Slots {
    /// The earliest record.
    pub first: First,
    /// The latest timed record, or the last one of all when none has a time.
    pub last: Option<Exemplar>,
    /// The record of the longest duration, ties to the earlier one.
    pub slowest: Option<Exemplar>,
    /// The record whose id has the smallest hash, ties by id, then to the earlier one.
    pub sample: Option<Exemplar>,
}

impl Slots {
    /// Considers a failed record with an id for every slot.
    pub fn observe(&mut self, record: &Record<'_>, origin: Origin) {
        let Some(id) = record.request_id else { return };
        let time = record.context.time;
        let order = order(time, origin);
        self.first.observe(record, origin);
        if self.last.as_ref().is_none_or(|held| (time, origin.input, origin.offset) > latest(held)) {
            take(&mut self.last, record, origin);
        }
        let duration = record.context.duration_ns;
        if let Some(duration) = duration
            && self.slowest.as_ref().is_none_or(|held| (Some(duration), Reverse(order)) > slow(held))
        {
            take(&mut self.slowest, record, origin);
        }
        let hash = xxh3_64(id.as_bytes());
        if self.sample.as_ref().is_none_or(|held| hash <= held.hash)
            && let Some(new) = Exemplar::of(record, origin)
        {
            keep(&mut self.sample, Some(new), by_sample);
        }
    }

    /// Changes where the records stand, but not their order.
    pub fn move_origins(&mut self, change: &mut impl FnMut(&mut Origin)) {
        let Self { first, last, slowest, sample } = self;
        let slots = [&mut first.0, last, slowest, sample].into_iter().flatten();
        slots.for_each(|exemplar| change(&mut exemplar.origin));
    }

    /// Cuts the names of the calls after this many bytes.
    pub(super) fn cut_names(&mut self, bytes_max: usize) {
        let Self { first, last, slowest, sample } = self;
        first.cut_names(bytes_max);
        [last, slowest, sample].into_iter().flatten().for_each(|exemplar| exemplar.call.cut_names(bytes_max));
    }

    /// Keeps the better record of each slot.
    pub fn merge(&mut self, other: Self) {
        let Self { first, last, slowest, sample } = other;
        self.first.merge(first);
        keep(&mut self.last, last, |held, new| latest(held).cmp(&latest(new)));
        keep(&mut self.slowest, slowest, |held, new| slow(held).cmp(&slow(new)));
        keep(&mut self.sample, sample, by_sample);
    }
}

/// Timed records are later than untimed ones here: `None` is less than any time.
fn latest(exemplar: &Exemplar) -> (Option<Nanos>, u32, u64) {
    (exemplar.call.time, exemplar.origin.input, exemplar.origin.offset)
}

fn slow(exemplar: &Exemplar) -> (Option<u64>, Reverse<Order>) {
    (exemplar.call.duration_ns, Reverse(exemplar.order()))
}

fn by_sample(held: &Exemplar, new: &Exemplar) -> Ordering {
    // The smaller key is the better sample.
    fn key(exemplar: &Exemplar) -> (u64, &str, Order) {
        (exemplar.hash, exemplar.request_id(), exemplar.order())
    }
    key(new).cmp(&key(held))
}

/// Puts a record into a slot; one without an id leaves it as it is. In a log in the order of time each failure is the
/// latest, so what the slot held is written over and its memory kept.
fn take(slot: &mut Option<Exemplar>, record: &Record<'_>, origin: Origin) {
    let Some(id) = record.request_id else { return };
    let Exemplar { origin: held_origin, call, hash } = slot.get_or_insert_default();
    *held_origin = origin;
    call.replace(record, kept, redact, is_itself);
    *hash = xxh3_64(id.as_bytes());
}

/// Replaces the held exemplar when `compare(held, new)` says that the new one ranks higher.
fn keep(slot: &mut Option<Exemplar>, new: Option<Exemplar>, compare: impl Fn(&Exemplar, &Exemplar) -> Ordering) {
    let Some(new) = new else { return };
    if slot.as_ref().is_none_or(|held| compare(held, &new) == Ordering::Less) {
        *slot = Some(new);
    }
}
