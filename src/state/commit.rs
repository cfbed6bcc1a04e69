//! What a run adds to a state: its positions, its sums, and itself to the history. It reads and writes no file.

use super::State;
use crate::baseline::{Baseline, READING};
use crate::engine::Analysis;
use crate::follow::Position;
use crate::record::LineClass;

/// What a run adds to a state.
#[derive(Debug)]
pub struct Addition<'a> {
    /// What was read.
    pub analysis: &'a Analysis,
    /// The positions after it.
    pub positions: Vec<Position>,
    /// The options that it ran with.
    pub options: std::collections::BTreeMap<String, String>,
    /// How many runs are remembered.
    pub history: usize,
}

impl State {
    /// The state after a run.
    #[must_use]
    pub fn after(&self, addition: Addition<'_>) -> Self {
        let Addition { analysis, positions, options, history } = addition;
        let summary = &analysis.summary;
        // The old positions may be many, so that only the rest is cloned.
        let Self { generation, totals, history: runs, .. } = self;
        let mut state =
            Self { generation: *generation, options, totals: totals.clone(), positions, history: runs.clone() };
        state.totals.add(summary, analysis.reads.iter().map(|read| read.bytes).sum());
        let codes = summary.codes.iter().map(|(code, entry)| (code.to_owned(), entry.count));
        let past = Baseline {
            ok: summary.totals[LineClass::Ok],
            failed: summary.totals[LineClass::Failed],
            codes: codes.collect(),
            reading: READING,
        };
        state.remember(summary.span.first, summary.span.last, past, history);
        state
    }
}
