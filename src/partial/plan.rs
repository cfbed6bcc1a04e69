//! Parts of a work for many machines: which bytes of which inputs each one reads, and by what an input is known to be the
//! one that was planned for. It reads no lines.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use super::coverage::Coverage;
use super::pieces::{Pieces, Relation};
use crate::input::source::{open_path, read_at};
use crate::input::{FileId, Input};
use crate::settings::{Bound, Settings};
use crate::time::NS_PER_SECOND;

/// The name and version of the format.
pub const SCHEMA: &str = "resplog.plan/1";
/// How many bytes of the beginning and of the end of a file are hashed.
pub const ENDS_BYTES: usize = 4096;

/// What is to be read, and in which parts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// [`SCHEMA`].
    pub schema: String,
    /// The options that change numbers.
    pub settings: BTreeMap<String, String>,
    /// The fields that calls are grouped by.
    pub by: Vec<String>,
    /// The window of time as it was typed, `24h` for instance; the points in time are among the options that change numbers.
    #[serde(default)]
    pub window: Window,
    /// Whether files that lie outside of the window are left out.
    pub prune: bool,
    /// What the commands of a report repeat, word by word; none when they cannot be repeated.
    pub words: Option<Words>,
    /// The files that hold the inputs.
    pub files: Vec<FileStamp>,
    /// The inputs, in the order of a report.
    pub inputs: Vec<Planned>,
    /// The parts, by their numbers from 0.
    pub parts: Vec<Part>,
}

/// The texts of the ends of a window of time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Of its beginning.
    pub since: Option<String>,
    /// Of its end.
    pub until: Option<String>,
}

impl Window {
    /// The window of these options.
    #[must_use]
    pub fn of(settings: &Settings) -> Self {
        let text = |bound: &Option<Bound>| bound.as_ref().map(|bound| bound.text.clone());
        Self { since: text(&settings.since), until: text(&settings.until) }
    }

    /// Writes the ends of a window as they were typed.
    pub fn name(&self, settings: &mut Settings) {
        for (bound, text) in [(&mut settings.since, &self.since), (&mut settings.until, &self.until)] {
            if let (Some(bound), Some(text)) = (bound, text) {
                bound.text.clone_from(text);
            }
        }
    }
}

/// The inputs and options of a command line, to repeat them in others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// The inputs.
    pub inputs: Vec<String>,
    /// The options that `report` knows.
    pub report: Vec<String>,
    /// Those that `ticket` knows.
    pub ticket: Vec<String>,
}

/// What a file is known by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileStamp {
    /// Its path.
    pub path: PathBuf,
    /// Its size in bytes; none when there was no such file.
    pub size: Option<u64>,
    /// When it was changed last, in nanoseconds since 1970. It is compared when it is the same file, not a copy.
    pub modified: i64,
    /// When anything about it was changed last, its name for instance, in nanoseconds since 1970. It is not compared, as it
    /// changes where nothing was written.
    #[serde(skip)]
    pub touched: i64,
    /// Its device and inode.
    #[serde(flatten)]
    pub id: FileId,
    /// XXH3-128 of its first and last [`ENDS_BYTES`] bytes; empty of an object.
    pub ends: String,
    /// What changes whenever the bytes of an object do; none of a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
}

/// An input.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// Its path, as a report shows it.
    pub path: String,
    /// The file that holds it, by its place in [`Plan::files`].
    pub file: usize,
    /// How many bytes it has, as they are packed.
    pub size: u64,
    /// Why it cannot be read.
    pub error: Option<String>,
}

/// What one machine reads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its number, from 0.
    pub part: u64,
    /// How many bytes it reads, as they are packed.
    pub bytes: u64,
    /// Which.
    pub pieces: Vec<Piece>,
}

/// Bytes of an input: the lines that begin in them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// The input, by its place in [`Plan::inputs`].
    pub input: usize,
    /// The first byte.
    pub start: u64,
    /// The byte after the last one.
    pub end: u64,
}

impl Piece {
    /// The bytes.
    #[must_use]
    pub const fn range(&self) -> Range<u64> {
        self.start..self.end
    }
}

impl FileStamp {
    /// What a file is known by now.
    ///
    /// # Errors
    ///
    /// Those of the operating system.
    pub fn of(path: &Path) -> io::Result<Self> {
        let file = open_path(path)?;
        let metadata = file.metadata()?;
        let time = |seconds: i64, nanos: i64| seconds.saturating_mul(NS_PER_SECOND).saturating_add(nanos);
        let modified = time(metadata.mtime(), metadata.mtime_nsec());
        let touched = time(metadata.ctime(), metadata.ctime_nsec());
        let ends = if metadata.is_file() { ends(&file, metadata.len())? } else { String::new() };
        let (size, id) = (Some(metadata.len()), FileId::of(&metadata));
        Ok(Self { path: path.to_owned(), size, modified, touched, id, ends, etag: None })
    }

    /// What the file or the object is known by that holds an input.
    ///
    /// # Errors
    ///
    /// Those of the operating system.
    pub fn of_input(input: &Input) -> io::Result<Self> {
        let Some(object) = &input.object else { return Self::of(input.file()) };
        let path = input.file().to_owned();
        Ok(Self { path, size: Some(object.size()), etag: Some(object.etag().to_owned()), ..Self::default() })
    }

    /// What there is to say of a path under which no file can be read.
    #[must_use]
    pub fn missing(path: &Path) -> Self {
        Self { path: path.to_owned(), ..Self::default() }
    }

    /// What has changed since a file was planned for; nothing when it is the same, be it a copy.
    #[must_use]
    pub fn changed(&self, now: &Self) -> Option<String> {
        match (self.size, now.size) {
            (Some(was), Some(is)) if was != is => Some(format!("it has {is} bytes, {was} when it was planned for")),
            _ if self.ends != now.ends || self.etag != now.etag => {
                Some("its bytes are not those that it was planned for".to_owned())
            }
            _ if self.id == now.id && self.modified != now.modified => {
                Some("it was written to since it was planned for".to_owned())
            }
            _ => None,
        }
    }
}

fn ends(file: &File, size: u64) -> io::Result<String> {
    let mut bytes = vec![0; 2 * ENDS_BYTES];
    let (first, last) = bytes.split_at_mut(ENDS_BYTES);
    let held = read_at(file, 0, first)?;
    let length = read_at(file, size.saturating_sub(ENDS_BYTES as u64), last)?;
    let ends = [first.get(..held).unwrap_or_default(), last.get(..length).unwrap_or_default()].concat();
    Ok(format!("{:032x}", xxh3_128(&ends)))
}

/// An input that is to be dealt out.
#[derive(Clone, Debug)]
pub struct Whole {
    /// The file that holds it, by its place.
    pub file: usize,
    /// How many bytes it has, as they are packed.
    pub size: u64,
    /// Whether it can be read in pieces.
    pub is_plain: bool,
}

/// Deals inputs out into parts of about `part_bytes`: large plain ones in pieces, small ones together, and what one file
/// holds never in two parts unless it is plain.
#[must_use]
pub fn parts(inputs: &[Whole], part_bytes: u64) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut push = |pieces: Vec<Piece>| {
        let bytes = pieces.iter().map(|piece| piece.end - piece.start).sum();
        parts.push(Part { part: parts.len() as u64, bytes, pieces });
    };
    let mut of_file: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    inputs.iter().enumerate().for_each(|(place, input)| of_file.entry(input.file).or_default().push(place));
    let (mut together, mut held) = (Vec::new(), 0);
    let (mut is_done, size) =
        (vec![false; of_file.len().max(1)], |place: &usize| inputs.get(*place).map_or(0, |it| it.size));
    for input in inputs {
        // All inputs of a file stand where its first one does.
        if is_done.get_mut(input.file).is_none_or(|done| std::mem::replace(done, true)) {
            continue;
        }
        let places = of_file.get(&input.file).map(Vec::as_slice).unwrap_or_default();
        let bytes: u64 = places.iter().map(size).sum();
        if let ([place], true) = (places, input.is_plain && bytes > part_bytes) {
            let mut start = 0;
            while start < bytes {
                let end = bytes.min(start.saturating_add(part_bytes));
                push(vec![Piece { input: *place, start, end }]);
                start = end;
            }
            continue;
        }
        if held > 0 && held + bytes > part_bytes {
            push(std::mem::take(&mut together));
            held = 0;
        }
        held += bytes;
        together.extend(places.iter().map(|place| Piece { input: *place, start: 0, end: size(place) }));
    }
    if !together.is_empty() {
        push(together);
    }
    parts
}

/// Why a text is not a plan that can be followed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// It is something else, or is damaged.
    #[error("this is not a plan: {0}")]
    Foreign(#[from] serde_json::Error),
    /// Another version wrote it.
    #[error("the plan is of {0}: expected {SCHEMA}")]
    Version(String),
}

impl Plan {
    /// Reads the JSON of a plan.
    ///
    /// # Errors
    ///
    /// It is not one, or one of another version.
    pub fn parse(text: &[u8]) -> Result<Self, PlanError> {
        let plan: Self = serde_json::from_slice(text)?;
        if plan.schema == SCHEMA { Ok(plan) } else { Err(PlanError::Version(plan.schema)) }
    }

    /// The parts of which something is not covered, with the inputs that lack it, by their places.
    #[must_use]
    pub fn missing(&self, coverage: &Coverage) -> BTreeMap<usize, Vec<u64>> {
        let mut missing: BTreeMap<usize, Vec<u64>> = BTreeMap::new();
        for part in &self.parts {
            for piece in &part.pieces {
                let Some(input) = self.inputs.get(piece.input) else { continue };
                let covered = coverage.input(&input.path).is_some_and(|covered| {
                    let wanted = Pieces::of(piece.range());
                    wanted.is_empty() || covered.pieces.relation(&wanted) == Relation::Holds
                });
                if !covered {
                    missing.entry(piece.input).or_default().push(part.part);
                }
            }
        }
        missing
    }

    /// An input that is covered and not planned for, if there is one.
    #[must_use]
    pub fn foreign<'c>(&self, coverage: &'c Coverage) -> Option<&'c str> {
        let planned: HashMap<_, _> = self.inputs.iter().map(|input| (&*input.path, input.size)).collect();
        let is_foreign =
            |path: &&str| coverage.input(path).is_none_or(|covered| planned.get(path) != Some(&covered.size));
        coverage.paths().filter(is_foreign).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(file: usize, size: u64, is_plain: bool) -> Whole {
        Whole { file, size, is_plain }
    }

    fn dealt(inputs: &[Whole], part_bytes: u64) -> Vec<Vec<(usize, u64, u64)>> {
        let parts = parts(inputs, part_bytes);
        assert!(parts.iter().zip(0..).all(|(part, number)| part.part == number));
        let pieces = |part: &Part| part.pieces.iter().map(|it| (it.input, it.start, it.end)).collect();
        parts.iter().map(pieces).collect()
    }

    #[test]
    fn large_inputs_are_cut_and_small_ones_stay_together() {
        let inputs = [whole(0, 4, true), whole(1, 25, true), whole(2, 30, false), whole(3, 0, true), whole(4, 6, true)];
        assert_eq!(
            dealt(&inputs, 10),
            [
                vec![(1, 0, 10)],
                vec![(1, 10, 20)],
                vec![(1, 20, 25)],
                vec![(0, 0, 4)],
                vec![(2, 0, 30)],
                vec![(3, 0, 0), (4, 0, 6)]
            ]
            .map(|part| part)
        );
        assert_eq!(dealt(&inputs, 1000).len(), 1);
        assert!(dealt(&[], 10).is_empty());
    }

    #[test]
    fn what_one_file_holds_stays_together() {
        let inputs = [whole(0, 4, true), whole(1, 9, true), whole(0, 9, true)];
        assert_eq!(dealt(&inputs, 10), [vec![(0, 0, 4), (2, 0, 9)], vec![(1, 0, 9)]]);
    }
}
