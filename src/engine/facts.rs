//! How each input of a run was read, in the terms of a report and of a summary's file.

use super::Analysis;
use crate::input::feed::InputRead;
use crate::input::{Facts, Framing, Input};
use crate::inspect::Inspected;
use crate::partial::pieces::Pieces;
use crate::partial::{Held, Partial};
use crate::redact::redact;
use crate::report::InputFacts;
use crate::summary::Summary;

/// How each input was read, in the order of the inputs.
#[must_use]
pub fn facts(inputs: &[Input], analysis: &Analysis) -> Vec<InputFacts> {
    let facts = inputs.iter().enumerate().map(|(rank, input)| {
        let read = analysis.reads.get(rank).cloned().unwrap_or_default();
        let inspected = analysis.inspected.get(rank).copied().flatten();
        let facts = Facts {
            format: match inspected {
                Some(Inspected { is_cloudaudit: true, .. }) => Framing::CloudAudit,
                Some(Inspected { is_json: true, .. }) => Framing::Json,
                _ => Framing::Lines,
            },
            compression: read.compression,
            bytes: read.bytes,
            status: read.status(),
            error: read.damage.map(|damage| damage.text),
            unfinished: analysis.unfinished.get(rank).copied().unwrap_or(false),
            skipped: inspected.is_some_and(|it| it.skipped),
            foreign: inspected.and_then(|it| it.foreign),
        };
        InputFacts { path: shown_path(input), read: facts }
    });
    facts.collect()
}

/// What was found as a summary that can travel, `empty` but for its options. `facts` are those of the inputs.
#[must_use]
pub fn partial(
    empty: Partial,
    inputs: &[Input],
    facts: &[InputFacts],
    reads: &[InputRead],
    summary: Summary,
) -> Partial {
    let reads = reads.iter().zip(facts);
    let held = inputs.iter().zip(reads).map(|(input, (read, InputFacts { read: facts, .. }))| {
        // What a pipe has is known once it was read.
        let size = read.size.unwrap_or(facts.bytes);
        let from = input.start.as_ref().map_or(0, |start| start.offset);
        let piece = input.piece.clone().unwrap_or(from.min(size)..size);
        Held { read: facts.clone(), size, pieces: Pieces::of(piece) }
    });
    Partial { inputs: held.collect(), summary, ..empty }
}

/// How each input of a summary was read.
#[must_use]
pub fn held_facts(partial: &Partial) -> Vec<InputFacts> {
    partial.held().map(|(id, held)| InputFacts { path: id.path.clone(), read: held.read.clone() }).collect()
}

/// The path of an input as reports show it, without secrets.
#[must_use]
pub fn shown_path(input: &Input) -> String {
    redact(&input.path.to_string_lossy()).into_owned()
}
