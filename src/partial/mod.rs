//! A part of the work: a summary with what makes it mean something elsewhere, which are the options that it was made with
//! and how its inputs were read. It reads no log and makes no report.

pub mod wire;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::input::Facts;
use crate::summary::Summary;

/// A summary that can travel.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Partial {
    /// The options that change numbers, as [`Settings::kept`](crate::settings::Settings::kept) gives them.
    pub settings: BTreeMap<String, String>,
    /// How each input was read, in the order of the summary's table of inputs.
    pub inputs: Vec<Facts>,
    /// What is kept of the lines.
    pub summary: Summary,
}

impl Partial {
    /// Whether it is one that a run can make, as far as that can be seen.
    fn is_sound(&self) -> bool {
        self.inputs.len() == self.summary.inputs.len() && self.summary.is_sound()
    }
}
