//! How each input of a run was read, in the terms of a report.

use super::Analysis;
use crate::input::{Facts, Framing, Input};
use crate::inspect::Inspected;
use crate::redact::redact;
use crate::report::InputFacts;

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

/// The path of an input as reports show it, without secrets.
#[must_use]
pub fn shown_path(input: &Input) -> String {
    redact(&input.path.to_string_lossy()).into_owned()
}
