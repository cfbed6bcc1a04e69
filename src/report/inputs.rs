//! Rows about inputs: how each was read. Of very many inputs the first by path have a row, and those that were not read
//! whole; the others are added up.

use std::collections::BTreeMap;

use super::budget::{Budget, text};
use super::options::InputFacts;
use super::{FieldSample, Input, Ordered};
use crate::catalog::OTHER;
use crate::input::{Compression, Framing, Status};
use crate::profile::FieldSeen;
use crate::summary::Summary;
use crate::summary::reading::Reading;

/// How many inputs have a row though they were read whole.
const LISTED_MAX: usize = 4096;
/// What a row takes in JSON beside its texts, in bytes, and what an envelope and a field of it do.
const INPUT_BYTES: usize = 800;
const ENVELOPE_BYTES: usize = 16;
const FIELD_BYTES: usize = 120;

/// Takes off a budget what the rows of inputs that were read whole will take.
pub fn spend(summary: &Summary, inputs: &[InputFacts], budget: &mut Budget) {
    let listed = inputs.iter().enumerate().take(LISTED_MAX).filter(|(_, facts)| facts.read.status == Status::Ok);
    budget.spend(listed.map(|(rank, facts)| bytes(summary, rank, facts)).sum());
}

fn bytes(summary: &Summary, rank: usize, facts: &InputFacts) -> usize {
    let envelope = reading(summary, rank).flat_map(Reading::pointers).map(|pointer| ENVELOPE_BYTES + text(pointer));
    let fields = reading(summary, rank).flat_map(Reading::fields);
    let fields = fields.map(|(_, seen)| FIELD_BYTES + text(&seen.pointer) + text(&seen.sample));
    INPUT_BYTES + text(&facts.path) + envelope.sum::<usize>() + fields.sum::<usize>()
}

/// How the records of an input were read, when it has some.
fn reading(summary: &Summary, rank: usize) -> impl Iterator<Item = &Reading> {
    u32::try_from(rank).ok().and_then(|rank| summary.readings.get(&rank)).into_iter()
}

/// A row an input. Of many inputs their paths are most of a report, so that nothing is copied.
pub fn rows(summary: &Summary, inputs: Vec<InputFacts>) -> Vec<Input> {
    let rows = inputs.into_iter().enumerate().map(|(rank, facts)| Input {
        path: facts.path,
        format: facts.read.format,
        compression: facts.read.compression,
        envelope: reading(summary, rank).flat_map(Reading::pointers).map(str::to_owned).collect(),
        forms: Ordered(
            reading(summary, rank).flat_map(Reading::forms).map(|(form, count)| (form.as_str(), count)).collect(),
        ),
        fields: fields(summary, rank),
        bytes: facts.read.bytes,
        counts: summary.input(rank),
        ends_elsewhere: u32::try_from(rank).is_ok_and(|rank| summary.elsewhere.ends_after(rank)),
        lost_elsewhere: is_lost_elsewhere(summary, rank, facts.read.status),
        status: facts.read.status,
        error: facts.read.error,
        unfinished: facts.read.unfinished,
        skipped: facts.read.skipped,
    });
    rows.collect()
}

/// Whether what could not be read of an input is known to lie outside of the window. What is wrong with a checksum may be
/// anywhere.
fn is_lost_elsewhere(summary: &Summary, rank: usize, status: Status) -> bool {
    let Ok(rank) = u32::try_from(rank) else { return false };
    match status {
        Status::Ok | Status::Error => false,
        Status::Incomplete => summary.elsewhere.ends_after(rank),
        Status::Corrupt => summary.elsewhere.is_all_after(rank),
    }
}

/// Adds the rows up that are not listed, in a last row; returns how many inputs that row stands for, 0 when all are
/// listed.
pub fn fold(inputs: &mut Vec<Input>) -> u64 {
    let listed = LISTED_MAX.min(inputs.len());
    let mut inputs_folded = 0;
    let mut folded = inputs.extract_if(listed.., |input| input.status == Status::Ok).inspect(|_| inputs_folded += 1);
    let Some(first) = folded.next() else { return 0 };
    let mut rest = Input {
        path: OTHER.to_owned(),
        format: first.format,
        compression: first.compression,
        envelope: Vec::new(),
        forms: Ordered::default(),
        fields: BTreeMap::new(),
        bytes: first.bytes,
        counts: first.counts,
        status: Status::Ok,
        error: None,
        unfinished: first.unfinished,
        skipped: first.skipped,
        ends_elsewhere: false,
        lost_elsewhere: false,
    };
    for input in folded {
        rest.bytes += input.bytes;
        rest.counts.add(input.counts);
        rest.unfinished |= input.unfinished;
        rest.skipped &= input.skipped;
        // Where they differ the row shows the plain one.
        if rest.format != input.format {
            rest.format = Framing::Lines;
        }
        if rest.compression != input.compression {
            rest.compression = Compression::None;
        }
    }
    inputs.push(rest);
    inputs_folded
}

fn fields(summary: &Summary, rank: usize) -> BTreeMap<&'static str, FieldSample> {
    let sample = |seen: &FieldSeen| FieldSample { pointer: seen.pointer.clone(), sample: seen.sample.clone() };
    let fields = reading(summary, rank).flat_map(Reading::fields);
    fields.map(|(field, seen)| (field.as_str(), sample(seen))).collect()
}
