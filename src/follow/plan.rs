//! From the inputs that were found and the positions of earlier runs to what is read: step by step, files that were named,
//! renamed, compressed, and written and rotated between two runs. Which file has which stream is for `find` and `decide`.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Path, PathBuf};

use super::find::{Gone, Listed, find};
use super::folder::{Folders, name_beside};
use super::known::Known;
use super::missed::{self, Logs};
use super::planner::{Candidate, Inputs, Moved, Plan, Planner, Row, Sought};
use super::settle;
use crate::input::Input;
use crate::input::source::folder_of;

/// Compares the inputs that were found with the positions of earlier runs, and says where each is read from. It takes time in
/// proportion to the number of files and positions, whatever the order of the files. When the run is to end meanwhile, the
/// plan is not whole and of no use.
#[must_use]
pub fn plan(sought: Sought<'_>, found: Vec<Input>) -> Plan {
    let mut planner = Planner {
        sought,
        known: Known::new(sought.positions),
        folders: Folders::new(sought.disk, sought.own),
        inputs: Inputs::default(),
    };
    let elsewhere = planner.elsewhere();
    let (mut candidates, logs) = planner.named(found);
    let moved = planner.renamed(&logs, &elsewhere, &mut candidates);
    planner.decide_all(candidates);
    planner.compressed(&moved, &elsewhere);
    let unmet_since = missed::add(&mut planner, logs, &moved, &elsewhere);
    settle::settle(planner, &moved, &unmet_since)
}

impl<'s> Planner<'s> {
    /// The folders that logs are rotated into, without symbolic links. One that cannot be read is an input with an error.
    fn elsewhere(&mut self) -> Vec<PathBuf> {
        let mut elsewhere = Vec::new();
        for folder in self.sought.rotated_into {
            let found = folder.canonicalize().and_then(|place| {
                let is_folder = self.sought.disk.metadata(&place)?.is_dir();
                if is_folder { Ok(place) } else { Err(io::ErrorKind::NotADirectory.into()) }
            });
            match found {
                Ok(place) => elsewhere.push(place),
                Err(error) => {
                    self.folders.failed = true;
                    let error = format!("rotated logs cannot be looked for there: {error}");
                    self.inputs.rows.push(Row::failed(folder.clone(), error));
                }
            }
        }
        elsewhere
    }

    /// Looks at the inputs that were named.
    fn named(&mut self, found: Vec<Input>) -> (Vec<Candidate>, Logs) {
        let (mut candidates, mut logs) = (Vec::new(), Logs::default());
        for input in found {
            if self.sought.disk.is_stopped() {
                break;
            }
            if input.error.is_some() {
                logs.missing(&input.path);
                self.inputs.rows.push(Row { input, ..Row::default() });
                continue;
            }
            match self.folders.probe_named(&input.path) {
                // It is a failure of its own, and no reason to take another file for one that is only hidden.
                Ok(probe) if probe.is_summary => {
                    let error = "it is a summary, which does not go with --state: expected a log";
                    self.inputs.rows.push(Row::failed(input.path, error.to_owned()));
                }
                // A file that was renamed since the directory was read may come twice.
                Ok(probe) => {
                    logs.note(&input.path, &probe.place);
                    if self.inputs.files.insert(&probe) {
                        candidates.push(Candidate { input, ..Candidate::new(PathBuf::new(), probe) });
                    }
                }
                Err(error) => {
                    logs.missing(&input.path);
                    self.folders.note_failure(&error);
                    self.inputs.rows.push(Row::failed(input.path, error.to_string()));
                }
            }
        }
        (candidates, logs)
    }

    /// Looks for tracked files that are gone from their paths in their folders, and in those that logs are rotated into.
    /// Gives the places of those in which nothing is new.
    fn renamed(&mut self, logs: &Logs, elsewhere: &[PathBuf], candidates: &mut Vec<Candidate>) -> Moved {
        let mut moved = Moved::new();
        let mut by_folder = HashMap::<PathBuf, HashMap<usize, Listed>>::new();
        for (index, position) in self.sought.positions.iter().enumerate() {
            // An archive does not grow, but one that was damaged may be whole by now.
            let is_done = position.packed.is_some() && !(position.found_beside && position.damage.is_some());
            if is_done || self.inputs.files.contains(position.file) {
                continue;
            }
            let is_left = logs.has_left(position);
            let found = match self.folders.at_its_place(position) {
                Ok(Some(listed)) => (position.found_beside || is_left).then_some(listed),
                Ok(None) => {
                    let own = folder_of(position.place.as_path());
                    let mut folders = std::iter::once(own).chain(elsewhere.iter().map(PathBuf::as_path));
                    folders.find_map(|folder| self.found_in(folder, &mut by_folder).get(&index).cloned())
                }
                Err(_) => None,
            };
            let Some(listed) = found else { continue };
            if position.settled && position.packed.is_none() && listed.size == position.size {
                moved.insert(index, listed.place);
                continue;
            }
            // What does not go on from its position was emptied and written anew, unless only the inode is the same.
            let is_certain =
                is_left || logs.have_rotated(&listed.place) || position.times.same_birth(&listed.times) == Some(true);
            let named = name_beside(position.path.as_path(), &listed.place);
            if let Some(probe) = self.folders.probe(&listed)
                && self.inputs.files.insert(&probe)
            {
                candidates.push(Candidate { is_certain, rotated: is_left, ..Candidate::beside(named, probe) });
            }
        }
        moved
    }

    /// What `find` finds in a folder, which it is asked once.
    fn found_in<'f>(
        &mut self,
        folder: &Path,
        by_folder: &'f mut HashMap<PathBuf, HashMap<usize, Listed>>,
    ) -> &'f HashMap<usize, Listed> {
        if !by_folder.contains_key(folder) {
            let listing = self.folders.files(folder).unwrap_or_default();
            let found = find(&listing, &self.known).into_iter().map(|(index, listed)| (index, listed.clone()));
            by_folder.insert(folder.to_owned(), found.collect());
        }
        by_folder.entry(folder.to_owned()).or_default()
    }

    /// Looks for streams whose files are gone altogether among the other files of their folders, and of those that logs are
    /// rotated into.
    fn compressed(&mut self, moved: &Moved, elsewhere: &[PathBuf]) {
        self.folders.refresh();
        let positions = self.sought.positions;
        let mut gone = BTreeMap::<&Path, Gone<'_>>::new();
        for (index, position) in positions.iter().enumerate() {
            let is_sought = !self.known.is_claimed(index) && !moved.contains_key(&index) && !position.repeats;
            if !is_sought || position.is_empty() || !self.is_gone(position) {
                continue;
            }
            let own = folder_of(position.place.as_path());
            for folder in std::iter::once(own).chain(elsewhere.iter().map(PathBuf::as_path)) {
                gone.entry(folder).or_default().note(position);
            }
        }
        let mut candidates = Vec::new();
        for (folder, gone) in &gone {
            for listed in self.folders.files(folder).unwrap_or_default().iter() {
                if self.inputs.files.contains(listed.file) || !gone.may_be_in(listed, &self.known) {
                    continue;
                }
                let named = name_beside(gone.named.unwrap_or(folder), &listed.place);
                if let Some(probe) = self.folders.probe(listed)
                    && self.inputs.files.insert(&probe)
                {
                    candidates.push(Candidate::beside(named, probe));
                }
            }
        }
        self.decide_all(candidates);
    }
}
