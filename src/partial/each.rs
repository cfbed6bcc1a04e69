//! What each input of a summary says alone, made, read, changed and added up.

use std::borrow::Cow;

use super::apart::{Apart, Files, is_kept};
use super::filed::Filed;
use super::wire::{self, WireError};
use super::{Held, Partial};
use crate::summary::Summary;
use crate::summary::inputs::{InputId, Inputs};

impl Partial {
    /// The same with what each input says alone, in the order of the inputs.
    #[must_use]
    pub fn with_each(mut self, each: Vec<Summary>) -> Self {
        if each.len() != self.inputs.len() || !is_kept(each.len()) {
            return self;
        }
        let singles = self.held().zip(each).map(|((_, held), summary)| self.single(held.clone(), summary));
        let files: Result<Apart, _> = singles.map(|single| wire::encode(&single)).collect();
        // A settled summary can be written.
        self.apart = files.unwrap_or_default();
        self
    }

    fn single(&self, held: Held, summary: Summary) -> Self {
        let (settings, by) = (self.settings.clone(), self.by.clone());
        Self { settings, by, inputs: vec![held], summary, apart: Apart::default() }
    }

    /// What each input says alone; none when that is not known.
    ///
    /// # Errors
    ///
    /// Somebody has changed the file.
    pub fn each(&self) -> Result<Option<Vec<Self>>, WireError> {
        Ok(self.each_filed()?.map(|each| each.into_iter().map(Self::from).collect()))
    }

    /// The same with their files.
    pub(super) fn each_filed(&self) -> Result<Option<Vec<Filed>>, WireError> {
        if self.inputs.len() < 2 {
            return Ok(Some(vec![self.clone().into()]));
        }
        if self.apart.is_empty() {
            return Ok(None);
        }
        let singles = self.apart.files().zip(self.held()).map(|(file, (id, held))| {
            let single = Filed::decode(file.to_vec())?;
            let Self { settings, by, .. } = single.partial();
            let is_own = single.partial().held().eq([(id, held)]) && *settings == self.settings && *by == self.by;
            is_own.then_some(single).ok_or(WireError::Damaged("what it says of one input is not of that input"))
        });
        singles.collect::<Result<_, _>>().map(Some)
    }

    /// The files of what each input says alone; none when that is not known.
    ///
    /// # Errors
    ///
    /// None that a settled summary can cause.
    pub(super) fn files(&self) -> Result<Option<Files<'_>>, WireError> {
        let ids = || self.held().map(|(id, _)| id.clone());
        match self.inputs.len() {
            0 => Ok(Some(Files::new())),
            1 => Ok(Some(ids().zip([Cow::Owned(wire::encode(self)?)]).collect())),
            _ if self.apart.is_empty() => Ok(None),
            _ => Ok(Some(ids().zip(self.apart.files().map(Cow::Borrowed)).collect())),
        }
    }

    /// The same, taken out of it; `file` is its own.
    ///
    /// # Errors
    ///
    /// None that a settled summary can cause.
    pub(super) fn take_files(&mut self, file: Option<Vec<u8>>) -> Result<Option<Files<'static>>, WireError> {
        let files = match self.inputs.len() {
            0 => Vec::new(),
            1 => vec![file.map_or_else(|| wire::encode(self), Ok)?],
            _ if self.apart.is_empty() => return Ok(None),
            _ => std::mem::take(&mut self.apart).into_files().collect(),
        };
        Ok(Some(self.held().map(|(id, _)| id.clone()).zip(files.into_iter().map(Cow::Owned)).collect()))
    }

    /// Changes what is said of an input, in what it says alone too.
    pub(super) fn change(&mut self, place: usize, change: impl Fn(&mut Held)) {
        self.inputs.get_mut(place).into_iter().for_each(&change);
        let Some(file) = self.apart.files().nth(place) else { return };
        let changed = wire::decode(file).and_then(|mut single| {
            single.inputs.iter_mut().for_each(&change);
            wire::encode(&single)
        });
        match changed {
            Ok(bytes) => self.apart.replace(place, bytes),
            Err(_) => self.apart = Apart::default(),
        }
    }

    /// An input of which nothing was read.
    pub(super) fn unread(&self, path: String, held: Held) -> Self {
        let id = InputId { path, identity: None };
        self.single(held, Summary { inputs: Inputs::new(vec![(id, Default::default())]), ..Summary::default() })
    }
}

/// Adds files to others. Two of one input are of other bytes of it, and become one.
///
/// # Errors
///
/// Somebody has changed a file.
pub(super) fn add<'a>(mine: &mut Files<'a>, theirs: Files<'a>) -> Result<(), WireError> {
    for (id, file) in theirs {
        let both = match mine.remove(&id) {
            None => file,
            Some(held) => {
                let mut single = wire::decode(&held)?;
                single.add(wire::decode(&file)?);
                Cow::Owned(wire::encode(&single)?)
            }
        };
        mine.insert(id, both);
    }
    Ok(())
}
