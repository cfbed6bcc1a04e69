//! A part of the work: a summary with what makes it mean something elsewhere, which are the options that it was made with,
//! and which bytes of which inputs it is of. It reads no log and makes no report.

pub mod apart;
pub mod cache;
pub mod coverage;
mod each;
pub mod filed;
pub mod listing;
pub mod merge;
pub mod pieces;
pub mod plan;
pub mod wire;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::input::{Facts, Status};
use crate::settings::Settings;
use crate::summary::Summary;
use crate::summary::inputs::InputId;
use apart::Apart;
use pieces::Pieces;

/// A summary that can travel.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Partial {
    /// The options that change numbers, as [`Settings::kept`] gives them.
    pub settings: BTreeMap<String, String>,
    /// The fields that calls are grouped by, as `--by` has them: `NAME=POINTER`.
    pub by: Vec<String>,
    /// What there is to say of each input, in the order of the summary's table of inputs.
    pub inputs: Vec<Held>,
    /// What is kept of the lines.
    pub summary: Summary,
    /// What each input says alone.
    pub apart: Apart,
}

/// An input of a summary.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// How it was read.
    pub read: Facts,
    /// How many bytes it has, as they are packed.
    pub size: u64,
    /// Which of them the summary is of.
    pub pieces: Pieces,
}

impl Partial {
    /// Nothing, under these options.
    #[must_use]
    pub fn empty(settings: &Settings, by: &[String]) -> Self {
        Self { settings: settings.absolute().kept(), by: by.to_vec(), ..Self::default() }
    }

    /// The inputs by path and identity, and what there is to say of them.
    pub fn held(&self) -> impl Iterator<Item = (&InputId, &Held)> {
        self.summary.inputs.iter().map(|(id, _)| id).zip(&self.inputs)
    }

    /// Says of an input that something of it is missing.
    pub fn note_missing(&mut self, path: &str, size: u64, text: String) {
        let place = self.summary.inputs.iter().position(|(id, _)| id.path == path);
        if let Some(place) = place {
            return self.change(place, |held| {
                held.read.status = held.read.status.max(Status::Incomplete);
                held.read.error = Some(held.read.error.take().map_or(text.clone(), |error| format!("{text}; {error}")));
            });
        }
        let read = Facts { status: Status::Incomplete, error: Some(text), ..Facts::default() };
        let unread = self.unread(path.to_owned(), Held { read, size, pieces: Pieces::default() });
        // It has no byte that could be there already.
        let _ = self.join(unread);
    }

    /// Says of an input that was read from a copy how many bytes it has, and which of them this is of.
    pub fn note_bytes(&mut self, place: usize, size: u64, pieces: &Pieces) {
        self.change(place, |held| (held.size, held.pieces) = (size, pieces.clone()));
    }

    /// Whether it is one that a run can make, as far as that can be seen.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.inputs.len() == self.summary.inputs.len()
            && self.inputs.iter().all(|held| held.pieces.is_sound(held.size))
            && self.apart.is_sound(self.inputs.len())
            && self.summary.is_sound()
    }
}
