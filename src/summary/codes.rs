//! What is known of each error code: how often, when, which messages, which records stand for it.

use std::borrow::Cow;
use std::collections::HashSet;

use super::Aggregate;
use super::bounded::Bounded;
use super::code_table::CodeTable;
use super::exemplars::{Exemplar, First, Slots};
use super::mask::mask;
use super::timeline::Timeline;
use crate::record::{MESSAGE_BYTES_MAX, Origin, Outcome, Record};
use crate::redact::{cut, redact};
use crate::time::Nanos;

/// How many masked messages of a code are kept.
const VARIANTS_MAX: usize = 64;
/// How many names of a field are counted for one code.
const NAMES_MAX: usize = 256;

/// Failures with one masked message.
#[derive(Clone, Debug, Default)]
pub struct Variant {
    /// How many failures.
    pub count: u64,
    /// The earliest one that has an id.
    pub first: First,
}

impl Variant {
    fn add(&mut self, other: Self) {
        let Self { count, first } = other;
        self.count += count;
        self.first.merge(first);
    }
}

/// Failures with one code.
#[derive(Clone, Debug)]
pub struct Code {
    /// How many failures.
    pub count: u64,
    /// The earliest time.
    pub first: Option<Nanos>,
    /// The latest time.
    pub last: Option<Nanos>,
    /// The records that stand for the code.
    pub slots: Slots,
    /// Failures by masked message; failures without a message have none.
    pub variants: Bounded<Variant>,
    /// Failures over time.
    pub timeline: Timeline,
    /// Failures by service.
    pub services: Bounded<u64>,
    /// Failures by action.
    pub actions: Bounded<u64>,
    /// Failures by region.
    pub regions: Bounded<u64>,
    /// Failures by the values of each `--by` field.
    pub by: Vec<Bounded<u64>>,
}

impl Default for Code {
    fn default() -> Self {
        Self {
            count: 0,
            first: None,
            last: None,
            slots: Slots::default(),
            variants: Bounded::new(VARIANTS_MAX),
            timeline: Timeline::default(),
            services: Bounded::new(NAMES_MAX),
            actions: Bounded::new(NAMES_MAX),
            regions: Bounded::new(NAMES_MAX),
            by: Vec::new(),
        }
    }
}

impl Code {
    fn observe(&mut self, record: &Record<'_>, origin: Origin, masked: &mut String) {
        self.count += 1;
        let context = &record.context;
        if let Some(time) = context.time {
            self.first = Some(self.first.map_or(time, |first| first.min(time)));
            self.last = self.last.max(Some(time));
        }
        self.slots.observe(record, origin);
        self.timeline.observe(record, origin);
        if !record.message.is_empty() {
            masked.clear();
            mask(cut(&redact(record.message), MESSAGE_BYTES_MAX), record.request_id, masked);
            let variant = self.variants.entry(masked, Cow::Borrowed, Variant::add);
            variant.count += 1;
            if record.request_id.is_some() {
                variant.first.observe(record, origin);
            }
        }
        let fields = [
            (&mut self.services, context.service),
            (&mut self.actions, context.action),
            (&mut self.regions, context.region),
        ];
        for (table, name) in fields {
            if let Some(name) = name {
                *table.entry(name, redact, add) += 1;
            }
        }
        if self.by.len() < record.by.len() {
            self.by.resize_with(record.by.len(), || Bounded::new(NAMES_MAX));
        }
        for (table, name) in self.by.iter_mut().zip(record.by) {
            if let Some(name) = name {
                *table.entry(name, redact, add) += 1;
            }
        }
    }

    fn merge(&mut self, other: Self) {
        let Self { count, first, last, slots, variants, timeline, services, actions, regions, by } = other;
        self.count += count;
        self.first = match (self.first, first) {
            (Some(held), Some(new)) => Some(held.min(new)),
            (held, new) => held.or(new),
        };
        self.last = self.last.max(last);
        self.slots.merge(slots);
        self.variants.merge(variants, Variant::add);
        self.timeline.merge(timeline);
        self.services.merge(services, add);
        self.actions.merge(actions, add);
        self.regions.merge(regions, add);
        if self.by.len() < by.len() {
            self.by.resize_with(by.len(), || Bounded::new(NAMES_MAX));
        }
        for (table, more) in self.by.iter_mut().zip(by) {
            table.merge(more, add);
        }
    }

    /// The variants of the message: by count descending, then masked text.
    #[must_use]
    pub fn ranked_variants(&self) -> Vec<(&str, &Variant)> {
        let mut variants: Vec<_> = self.variants.iter().collect();
        variants.sort_by(|a, b| b.1.count.cmp(&a.1.count).then_with(|| a.0.cmp(b.0)));
        variants
    }

    /// The exemplars in the order of the slots, each id once, with the slot that chose it.
    #[must_use]
    pub fn chosen(&self) -> Vec<(String, &Exemplar)> {
        let Slots { first, last, slowest, sample } = &self.slots;
        let variants = self.ranked_variants();
        let of = variants.len();
        let named = [("first", &first.0), ("last", last), ("slowest", slowest)];
        let named = named.map(|(reason, exemplar)| (reason.to_owned(), exemplar));
        let numbered = variants.iter().enumerate();
        let numbered =
            numbered.map(|(place, (_, variant))| (format!("variant {} of {of}", place + 1), &variant.first.0));
        let slots = named.into_iter().chain(numbered).chain([("sample".to_owned(), sample)]);
        let mut seen = HashSet::new();
        slots
            .filter_map(|(reason, exemplar)| Some((reason, exemplar.as_ref()?)))
            .filter(|(_, exemplar)| seen.insert(exemplar.request_id.as_str()))
            .collect()
    }
}

const fn add(count: &mut u64, more: u64) {
    *count += more;
}

/// Failures by code.
#[derive(Clone, Debug, Default)]
pub struct Codes {
    table: CodeTable<Code>,
    /// A message being masked.
    scratch: String,
}

impl Aggregate for Codes {
    #[inline]
    fn observe(&mut self, record: &Record<'_>, origin: Origin) {
        if record.outcome == Outcome::Failed {
            self.failed(record, origin);
        }
    }

    fn merge(&mut self, other: Self) {
        let Self { table, scratch: _ } = other;
        self.table.merge(table, Code::merge);
    }
}

impl Codes {
    #[inline(never)]
    fn failed(&mut self, record: &Record<'_>, origin: Origin) {
        self.table.entry(record.code, Code::merge).observe(record, origin, &mut self.scratch);
    }

    /// Every code that is kept by name, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Code)> {
        self.table.iter()
    }

    /// The failures with codes that are not kept by name.
    #[must_use]
    pub fn rest(&self) -> Option<&Code> {
        self.table.rest()
    }
}
