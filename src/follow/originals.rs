//! Which file another one may be a copy of: files that begin alike, found by hashes of their beginnings. A file is compared
//! with those of equal beginnings only, not with all others. It opens no file.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};

use super::known::Known;
use super::names;
use super::position::{Mark, Position};
use super::probe::{FAMILY_BYTES, Head, Probe, Step};
use crate::input::FileId;
use crate::input::fingerprint::IDENTITY_BYTES;

/// Which copies an original is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum For {
    /// All of its bytes: it goes on from a position with bytes.
    Any,
    /// Files that no run saw before: it goes on from a position of an empty file. Of two files that were known when the one
    /// was empty, neither is a copy of the other.
    New,
    /// Files whose names come from the same log.
    Log(PathBuf),
}

/// A plain file that may be an original.
#[derive(Clone, Debug)]
pub struct Original {
    pub place: PathBuf,
    pub file: FileId,
    pub size: u64,
    /// Up to which place it is read by the end of this run.
    pub read_to: u64,
    /// What stands before its end.
    pub tail: Mark,
    head: Head,
}

/// Plain files, by what they begin with, at the lengths that the candidates for copies have.
#[derive(Debug, Default)]
pub struct Originals {
    files: Vec<Original>,
    /// What candidates begin with, and how long such beginnings are, by their longest step.
    wanted: HashSet<Mark>,
    lengths: HashMap<Step, HashSet<u32>>,
    /// The originals that begin so.
    by_head: HashMap<(Mark, For), Vec<u32>>,
    /// Files that are too short for their bytes to tell them apart, with their names.
    tiny: HashMap<Mark, Vec<(PathBuf, Original)>>,
    /// Lengths of originals shorter than a beginning can be, by their longest step: what is copied from them may be longer.
    short: HashMap<Step, HashSet<u32>>,
}

impl Originals {
    /// Says that copies of what begins so will be looked for; originals that are added later are found.
    pub fn want(&mut self, head: &Head) {
        let Some(step) = head.steps().next_back() else { return };
        self.wanted.insert(head.mark);
        if (head.mark.bytes as usize) < IDENTITY_BYTES {
            self.lengths.entry(step).or_default().insert(head.mark.bytes);
        }
    }

    /// Adds a file under the name that it has, or had before it was deleted. It ends so and is read up to a place; it goes on
    /// from a position, if any. `first` gives its first bytes.
    ///
    /// # Errors
    ///
    /// Those of `first`.
    pub fn add(
        &mut self,
        (probe, named): (&Probe, &Path),
        (read_to, tail): (u64, Mark),
        before: Option<&Position>,
        first: impl Fn() -> io::Result<Vec<u8>>,
    ) -> io::Result<()> {
        let own = probe.head.mark;
        if own.bytes == 0 || probe.packed.is_some() {
            return Ok(());
        }
        let Probe { place, file, size, head, .. } = probe;
        let original = Original { place: place.clone(), file: *file, size: *size, read_to, tail, head: *head };
        if (own.bytes as usize) < FAMILY_BYTES {
            self.tiny.entry(own).or_default().push((named.to_owned(), original));
            return Ok(());
        }
        let mut marks: Vec<_> = Some(own).into_iter().collect();
        let lengths = probe.head.steps().filter_map(|step| self.lengths.get(&step)).flatten().copied();
        let lengths: Vec<_> = lengths.filter(|&bytes| bytes < own.bytes).collect();
        if !lengths.is_empty() {
            let head = first()?;
            let mark = |bytes: u32| head.get(..bytes as usize).map(Mark::head);
            marks.extend(lengths.into_iter().filter_map(mark).filter(|mark| self.wanted.contains(mark)));
        }
        let number = u32::try_from(self.files.len()).unwrap_or(u32::MAX);
        self.files.push(original);
        let mut kinds = vec![For::Log(names::base(named))];
        kinds.extend(before.map(|before| if before.is_empty() { For::New } else { For::Any }));
        if before.is_some()
            && (own.bytes as usize) < IDENTITY_BYTES
            && let Some(step) = probe.head.steps().next_back()
        {
            self.short.entry(step).or_default().insert(own.bytes);
        }
        for kind in kinds {
            for &mark in &marks {
                self.by_head.entry((mark, kind.clone())).or_default().push(number);
            }
        }
        Ok(())
    }

    /// The files of which an archive at a place is made by its name, or may be made because they were deleted, and which are so
    /// short that their bytes alone say nothing: less than a line, most often. All bytes are the same.
    pub fn tiny<'o>(&'o self, head: &Head, archive: &Path) -> impl Iterator<Item = &'o Original> + use<'o> {
        let archive = archive.to_owned();
        let files = self.tiny.get(&head.mark).into_iter().flatten();
        let is_of = move |(named, it): &&(PathBuf, Original)| {
            let is_same = named.parent() == archive.parent() && named.file_name() == Some(&names::unpacked(&archive));
            is_same || (*named != it.place && names::base(named) == names::base(&archive))
        };
        files.filter(is_of).map(|(_, original)| original)
    }

    /// Files that begin like a stream at a place and may be its original; `first` gives the first bytes of the stream.
    /// `is_known` tells whether the stream goes on from a position.
    ///
    /// # Errors
    ///
    /// Those of `first`.
    pub fn of(
        &self,
        head: &Head,
        place: &Path,
        is_known: bool,
        known: &Known<'_>,
        first: impl Fn() -> io::Result<Vec<u8>>,
    ) -> io::Result<impl Iterator<Item = &Original>> {
        let mut marks = Vec::new();
        if head.mark.bytes as usize >= FAMILY_BYTES && !self.files.is_empty() {
            marks.push(head.mark);
            let lengths = head.steps().filter_map(|step| self.short.get(&step)).flatten().copied();
            let mut lengths: Vec<_> = lengths.filter(|&bytes| bytes < head.mark.bytes).collect();
            lengths.sort_unstable_by(|one, other| other.cmp(one));
            if !lengths.is_empty() {
                let head = first()?;
                marks.extend(lengths.into_iter().filter_map(|bytes| head.get(..bytes as usize).map(Mark::head)));
            }
        }
        // Without a position only names say that a longer file may be the original.
        let mut kinds = vec![For::Any, For::Log(names::base(place))];
        kinds.extend((!is_known).then_some(For::New));
        let keys = kinds.into_iter().flat_map(move |kind| {
            let marks: Vec<_> = marks.iter().map(|&mark| (mark, kind.clone())).collect();
            marks
        });
        let numbers = keys.flat_map(|key| self.by_head.get(&key).into_iter().flatten());
        let files = numbers.filter_map(|&number| self.files.get(number as usize));
        let (place, head) = (place.to_owned(), *head);
        let may_be = move |it: &&Original| it.head.may_go_on_as(&head) && !known.was_at(it.file, &place);
        Ok(files.filter(may_be))
    }
}
