//! What a run leaves for the next one: how far every stream was read, sums over all runs, and the last runs one by one,
//! in one file that is replaced in one step. Where a stream is by now is for `follow`; it writes no report.

pub mod commit;
pub mod file;
pub mod lock;
mod old_totals;
pub mod read;
pub mod totals;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::baseline::Baseline;
use crate::follow::Position;
use crate::settings::{Changed, Settings};
use crate::time::Nanos;
use totals::Totals;

/// What is stored between runs.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Stored")]
pub struct State {
    /// How often the state was written.
    pub generation: u64,
    /// Sums over all runs, with the options that change numbers; a run with others is refused.
    pub totals: Totals,
    /// How far each stream was read, sorted by place.
    pub positions: Vec<Position>,
    /// The last runs, the oldest first.
    pub history: Vec<Run>,
}

/// The same in any version of the file: of the first ones the options stand beside the sums.
#[derive(Deserialize)]
struct Stored {
    generation: u64,
    options: Option<BTreeMap<String, String>>,
    totals: Totals,
    positions: Vec<Position>,
    history: Vec<Run>,
}

impl From<Stored> for State {
    fn from(stored: Stored) -> Self {
        let Stored { generation, options, totals, positions, history } = stored;
        let totals = match options {
            Some(options) => totals.with_options(options),
            None => totals,
        };
        Self { generation, totals, positions, history }
    }
}

/// One run of the past.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// The generation of the state that it left.
    pub generation: u64,
    /// The earliest time of its records, in nanoseconds since 1970.
    pub from: Option<i64>,
    /// The latest time.
    pub to: Option<i64>,
    /// What it counted.
    pub past: Baseline,
}

impl State {
    /// What the last runs counted, the oldest first.
    #[must_use]
    pub fn history(&self) -> Vec<Baseline> {
        self.history.iter().map(|run| run.past.clone()).collect()
    }

    /// The first option that is not what it was, with what it was and what it is; nothing for a state that no run wrote.
    #[must_use]
    pub fn changed_option(&self, settings: &Settings) -> Option<Changed> {
        if self.generation == 0 { None } else { settings.changed(self.totals.options()) }
    }

    /// Notes a run that has counted `past`; of the runs before the last `keep` stay.
    pub fn remember(&mut self, from: Option<Nanos>, to: Option<Nanos>, past: Baseline, keep: usize) {
        self.generation += 1;
        let time = |time: Option<Nanos>| time.map(|time| time.0);
        self.history.push(Run { generation: self.generation, from: time(from), to: time(to), past });
        let excess = self.history.len().saturating_sub(keep);
        self.history.drain(..excess);
    }
}
