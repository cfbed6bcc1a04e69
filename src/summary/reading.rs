//! How the records of each input were read: in which forms, at which pointers, and where their context stood. It is what
//! a report says of an input besides its counts; nothing is decided by it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::bounds::COUNT_MAX;
use crate::profile::FieldSeen;
use crate::profile::names::Field;
use crate::record::{Context, Doubt, Doubts, Form, Record};
use crate::redact::redact;

/// How many pointers are kept of an input: the smallest.
pub const POINTERS_MAX: usize = 16;

/// How the records of one input were read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    forms: [u64; Form::ALL.len()],
    doubts: [u64; Doubt::ALL.len()],
    /// Malformed lines that look like a part of a document over several lines.
    pieces: u64,
    /// Sorted, each once; most inputs have one.
    pointers: Vec<String>,
    /// The pointer of the last record, which most records have in common.
    #[serde(skip)]
    last: String,
    /// Of each field the first record that has it, by its offset.
    fields: BTreeMap<Field, (u64, FieldSeen)>,
    /// The same fields as bits.
    #[serde(skip)]
    known: u8,
}

impl Reading {
    /// Counts a record, whatever filters say of it. Whether it is the first one seen of some field, so that
    /// [`Reading::insert_fields`] should get where its fields stand.
    #[inline]
    pub fn observe(&mut self, record: &Record<'_>, offset: u64) -> bool {
        self.forms[record.form as usize] += 1;
        // No pointer leads to what stands in a text.
        if let Some(pointer) = record.pointer
            && (pointer != self.last || self.pointers.is_empty())
        {
            self.insert_pointer(pointer);
        }
        let has = fields_of(&record.context);
        has & !self.known != 0 || (has != 0 && self.fields.values().any(|&(first, _)| offset < first))
    }

    /// Counts what is doubtful about a line.
    #[inline]
    pub fn doubt(&mut self, doubts: Doubts) {
        if !doubts.is_empty() {
            doubts.iter().for_each(|doubt| self.doubts[doubt as usize] += 1);
        }
    }

    /// Counts a malformed line that looks like a part of a document over several lines.
    pub fn piece(&mut self) {
        self.pieces += 1;
    }

    /// How many malformed lines look like a part of a document over several lines.
    #[must_use]
    pub const fn pieces(&self) -> u64 {
        self.pieces
    }

    /// Takes where the fields of a record stand.
    pub fn insert_fields(&mut self, offset: u64, fields: BTreeMap<Field, FieldSeen>) {
        for (field, seen) in fields {
            self.known |= 1 << field as u8;
            self.insert_field(field, offset, seen);
        }
    }

    fn insert_field(&mut self, field: Field, offset: u64, seen: FieldSeen) {
        let held = self.fields.entry(field).or_insert_with(|| (offset, seen.clone()));
        if offset < held.0 {
            *held = (offset, seen);
        }
    }

    #[cold]
    fn insert_pointer(&mut self, pointer: &str) {
        pointer.clone_into(&mut self.last);
        self.keep_pointer(pointer.to_owned());
    }

    fn keep_pointer(&mut self, pointer: String) {
        if let Err(place) = self.pointers.binary_search(&pointer) {
            // A vector that grows by itself begins with room for four.
            self.pointers.reserve_exact(1);
            self.pointers.insert(place, pointer);
            self.pointers.truncate(POINTERS_MAX);
        }
    }

    /// Adds how other records of the same input were read.
    pub fn merge(&mut self, other: Self) {
        let Self { forms, doubts, pieces, pointers, last: _, fields, known } = other;
        self.pieces += pieces;
        self.forms.iter_mut().zip(forms).for_each(|(count, more)| *count += more);
        self.doubts.iter_mut().zip(doubts).for_each(|(count, more)| *count += more);
        pointers.into_iter().for_each(|pointer| self.keep_pointer(pointer));
        self.known |= known;
        for (field, (offset, seen)) in fields {
            self.insert_field(field, offset, seen);
        }
    }

    /// Takes secrets out of the pointers: keys of a log can hold them like any other text, and are written with escapes.
    pub(super) fn redact(&mut self) {
        let pointers = std::mem::take(&mut self.pointers);
        pointers.iter().for_each(|pointer| self.keep_pointer(redacted_pointer(pointer)));
        self.last.clear();
        for (_, seen) in self.fields.values_mut() {
            seen.pointer = redacted_pointer(&seen.pointer);
        }
    }

    /// Whether it is one that records can make.
    pub(super) fn is_sound(&self) -> bool {
        self.pointers.len() <= POINTERS_MAX
            && self.pointers.is_sorted_by(|a, b| a < b)
            && self.forms.iter().chain(&self.doubts).chain([&self.pieces]).all(|&count| count <= COUNT_MAX)
    }

    /// How many records had which form, those that had some.
    pub fn forms(&self) -> impl Iterator<Item = (Form, u64)> {
        Form::ALL.into_iter().zip(self.forms).filter(|&(_, count)| count > 0)
    }

    /// How many lines are doubtful, by doubt.
    pub fn doubts(&self) -> impl Iterator<Item = (Doubt, u64)> {
        Doubt::ALL.into_iter().zip(self.doubts).filter(|&(_, count)| count > 0)
    }

    /// The pointers at which records were found, sorted; the smallest [`POINTERS_MAX`] of them.
    pub fn pointers(&self) -> impl Iterator<Item = &str> {
        self.pointers.iter().map(String::as_str)
    }

    /// Where each field stood first.
    pub fn fields(&self) -> impl Iterator<Item = (Field, &FieldSeen)> {
        self.fields.iter().map(|(field, (_, seen))| (*field, seen))
    }
}

fn redacted_pointer(pointer: &str) -> String {
    let key = |key: &str| redact(&key.replace("~1", "/").replace("~0", "~")).replace('~', "~0").replace('/', "~1");
    pointer.split('/').map(key).collect::<Vec<_>>().join("/")
}

/// The fields that a context has, as bits.
#[inline(always)]
fn fields_of(context: &Context<'_>) -> u8 {
    let has = |field: Field, is_there: bool| u8::from(is_there) << field as u8;
    has(Field::Time, context.time.is_some())
        | has(Field::Service, context.service.is_some())
        | has(Field::Action, context.action.is_some())
        | has(Field::Region, context.region.is_some())
        | has(Field::Duration, context.duration_ns.is_some())
        | has(Field::Status, context.status.is_some())
}
