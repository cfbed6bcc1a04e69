//! What each input of a summary says alone, kept beside the sum of all: so that a window can leave inputs out, and inputs that
//! two merged summaries share count once. Whether it is kept depends on the set of inputs, never on how it came together.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::summary::inputs::InputId;

/// Up to how many inputs are kept apart: each takes as much as a summary of it alone, in the file and in memory.
pub const APART_MAX: usize = 64;

/// The summaries of single inputs, as files, in the order of the inputs of the sum. There is none of one input, of more than
/// [`APART_MAX`], and where some came from a version that did not keep them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Apart(Vec<ByteBuf>);

/// Summaries of single inputs as files.
pub(super) type Files<'a> = BTreeMap<InputId, Cow<'a, [u8]>>;

impl Apart {
    /// Whether these can stand beside the sum of `inputs` inputs.
    pub(super) fn is_sound(&self, inputs: usize) -> bool {
        self.0.is_empty() || (self.0.len() == inputs && is_kept(inputs))
    }

    /// Those beside the sum of `inputs` inputs; none unless there is one for each.
    pub(super) fn of(files: Files<'_>, inputs: usize) -> Self {
        let is_whole = files.len() == inputs && is_kept(inputs);
        files.into_values().filter(|_| is_whole).map(Cow::into_owned).collect()
    }

    /// Whether nothing is kept.
    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many bytes they have where they are stored, at the end of the sum; about, as their lengths are not counted.
    pub(super) fn stored_bytes(&self) -> usize {
        self.0.iter().map(|file| file.len()).sum()
    }

    /// The files, in the order of the inputs.
    pub(super) fn files(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.0.iter().map(|file| file.as_slice())
    }

    /// The same files, to be kept elsewhere.
    pub(super) fn into_files(self) -> impl Iterator<Item = Vec<u8>> {
        self.0.into_iter().map(ByteBuf::into_vec)
    }

    /// Puts another file in the place of one.
    pub(super) fn replace(&mut self, place: usize, file: Vec<u8>) {
        if let Some(held) = self.0.get_mut(place) {
            *held = ByteBuf::from(file);
        }
    }
}

impl FromIterator<Vec<u8>> for Apart {
    fn from_iter<I: IntoIterator<Item = Vec<u8>>>(files: I) -> Self {
        Self(files.into_iter().map(ByteBuf::from).collect())
    }
}

/// Whether what each of `inputs` inputs says alone is kept.
#[must_use]
pub const fn is_kept(inputs: usize) -> bool {
    2 <= inputs && inputs <= APART_MAX
}
