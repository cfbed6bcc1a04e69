//! Where records stand: line numbers are resolved here, late, and inputs get their paths.

use super::options::InputFacts;
use super::{At, MalformedSample};
use crate::summary::Summary;
use crate::summary::exemplars::Exemplar;
use crate::summary::numbering::Numbers;
use crate::summary::rejects::Reject;

/// Line numbers and paths, for resolving where records stand.
pub struct Numbered<'a> {
    numbers: Numbers,
    inputs: &'a [InputFacts],
}

impl<'a> Numbered<'a> {
    /// The lines of a summary and the paths of its inputs.
    #[must_use]
    pub fn of(summary: &Summary, inputs: &'a [InputFacts]) -> Self {
        Self { numbers: summary.numbering.resolve(), inputs }
    }

    /// The path of an input.
    #[must_use]
    pub fn path(&self, input: u32) -> &str {
        self.inputs.get(input as usize).map_or("", |facts| &facts.path)
    }

    /// Where an exemplar stands and what is known of the call.
    #[must_use]
    pub fn at(&self, exemplar: &Exemplar) -> At {
        let Exemplar { origin, call, .. } = exemplar;
        At::of(call, self.path(origin.input).to_owned(), self.numbers.line(*origin), origin.offset)
    }

    /// Where a malformed line stands; none for other rejects.
    #[must_use]
    pub fn sample(&self, reject: &Reject) -> Option<MalformedSample> {
        Some(MalformedSample {
            input: self.path(reject.origin.input).to_owned(),
            line: self.numbers.line(reject.origin),
            offset: reject.origin.offset,
            reason: reject.reason?.as_str(),
        })
    }
}
