//! What an earlier run counted, as trends compare it. It does not know where that run stands: in a state or in a JSON
//! report.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The failures of one earlier run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Past {
    /// Calls that succeeded.
    pub ok: u64,
    /// Calls that failed.
    pub failed: u64,
    /// Failures by code, as reports show it; only those above 0.
    pub codes: BTreeMap<String, u64>,
}

impl Past {
    /// How many calls its rates divide by.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.ok.saturating_add(self.failed)
    }
}
