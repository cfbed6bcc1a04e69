//! Inputs become a summary that can travel, for whoever needs nothing else of a run.

use super::analysis::analyze;
use super::drive::ThreadsError;
use super::duplicates::Duplicates;
use super::facts::{facts, partial};
use super::run::{Options, RunControl};
use crate::input::Input;
use crate::input::feed::InputRead;
use crate::partial::Partial;
use crate::summary::rejects::Reject;

/// What a run leaves.
#[derive(Debug)]
pub struct Summarized {
    /// The summary.
    pub partial: Partial,
    /// How each input was read, in the order of the inputs.
    pub reads: Vec<InputRead>,
    /// Whether the run was stopped before its end, so that the summary is not of whole inputs.
    pub interrupted: bool,
}

/// Reads all inputs into a summary, `empty` but for its options.
///
/// # Errors
///
/// The threads cannot be started.
pub fn summarize(
    empty: Partial,
    inputs: &[Input],
    options: &Options,
    watch: &RunControl,
) -> Result<Summarized, ThreadsError> {
    let analysis = analyze(inputs, options, watch, &Duplicates::default(), None::<fn(&Reject, u64)>)?;
    let facts = facts(inputs, &analysis);
    let partial = partial(empty, inputs, &facts, &analysis.reads, analysis.summary).with_each(analysis.apart);
    Ok(Summarized { partial, reads: analysis.reads, interrupted: analysis.interrupted })
}
