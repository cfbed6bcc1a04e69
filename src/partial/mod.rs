//! A part of the work: a summary with what makes it mean something elsewhere, which are the options that it was made with
//! and how its inputs were read. It reads no log and makes no report.

pub mod wire;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::input::{Compression, Framing, Status};
use crate::summary::Summary;

/// A summary that can travel.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Partial {
    /// The options that change numbers, as [`Settings::kept`](crate::settings::Settings::kept) gives them.
    pub settings: BTreeMap<String, String>,
    /// How each input was read, in the order of the summary's table of inputs.
    pub inputs: Vec<InputRead>,
    /// What is kept of the lines.
    pub summary: Summary,
}

/// How an input was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputRead {
    /// How records stand in its bytes.
    pub format: Framing,
    /// How its bytes were packed.
    pub compression: Compression,
    /// Pointers to the envelope.
    pub envelope: Vec<String>,
    /// Where each context field was found, and a sample, by the name of the field.
    pub fields: BTreeMap<String, (String, String)>,
    /// Decompressed bytes.
    pub bytes: u64,
    /// Whether it was read whole.
    pub status: Status,
    /// What is wrong.
    pub error: Option<String>,
    /// Whether its last line is cut and has no LF.
    pub unfinished: bool,
    /// Whether it was left out because it lies outside of the window.
    pub skipped: bool,
}

impl Partial {
    /// Whether it is one that a run can make, as far as that can be seen.
    fn is_sound(&self) -> bool {
        self.inputs.len() == self.summary.inputs.len() && self.summary.is_sound()
    }
}
