//! What a run adds to a state: its positions, its sums, and itself to the history. It reads and writes no file.

use super::State;
use crate::engine::Analysis;
use crate::follow::Position;

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
        let mut totals = totals.clone().with_options(options);
        totals.add(summary, analysis.reads.iter().map(|read| read.bytes).sum());
        let mut state = Self { generation: *generation, totals, positions, history: runs.clone() };
        state.remember(summary.span.first, summary.span.last, summary.baseline(), history);
        state
    }
}
