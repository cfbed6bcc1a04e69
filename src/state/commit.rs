//! After reading: what was read is held against what was planned, and the positions move. Nothing moves for a file that
//! changed under the reader; it is read once more.

use std::path::PathBuf;

use super::State;
use super::position::{Mark, Position};
use super::probe;
use super::resume::{Plan, Track};
use crate::baseline::Baseline;
use crate::disk::Disk;
use crate::engine::Analysis;
use crate::input::Input;
use crate::input::feed::InputRead;
use crate::input::source::Damage;
use crate::record::LineClass;

/// An input that was not read as it was planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disturbed {
    /// Its path.
    pub path: PathBuf,
    /// How far it could be read.
    pub offset: u64,
    /// What happened.
    pub text: String,
}

impl Plan {
    /// Adds to an analysis what reading alone does not tell: damage of archives that were not read again.
    pub fn complete(&self, analysis: &mut Analysis) {
        for (read, track) in analysis.reads.iter_mut().zip(&self.tracks) {
            if let Some(damage) = track.as_ref().and_then(|track| track.damage.clone()) {
                read.damage.get_or_insert(damage);
            }
        }
    }

    /// The positions after a run, sorted by place.
    ///
    /// # Errors
    ///
    /// The inputs that changed while they were read; then nothing of the analysis may be used.
    pub fn positions(&self, disk: &Disk, analysis: &Analysis) -> Result<Vec<Position>, Vec<Disturbed>> {
        let mut positions = self.left.clone();
        let mut disturbed = Vec::new();
        for (rank, (input, track)) in self.inputs.iter().zip(&self.tracks).enumerate() {
            let Some(track) = track else { continue };
            match after(disk, rank, input, track, analysis) {
                Ok(position) => positions.extend(position),
                Err(error) => disturbed.push(error),
            }
        }
        positions.sort_by(|a, b| (&a.place, a.file, a.offset).cmp(&(&b.place, b.file, b.offset)));
        if disturbed.is_empty() { Ok(positions) } else { Err(disturbed) }
    }
}

/// The position of a stream after it was read; none for one that cannot be followed.
fn after(
    disk: &Disk,
    rank: usize,
    input: &Input,
    track: &Track,
    analysis: &Analysis,
) -> Result<Option<Position>, Disturbed> {
    let mut position = track.position.clone();
    if !track.reads {
        return Ok(Some(position));
    }
    let read = analysis.reads.get(rank).cloned().unwrap_or_default();
    let counted = analysis.summary.inputs.get(rank).map_or(0, |counts| counts.lines);
    if let Some(inspected) = analysis.inspected.get(rank).and_then(Option::as_ref) {
        if inspected.is_json {
            return Ok(None);
        }
        position.envelope = inspected.profile.candidates().iter().map(|it| it.as_str().to_owned()).collect();
        position.envelope_is_final = inspected.is_final;
    }
    position.lines += counted;
    if position.packed.is_some() {
        return archive(disk, position, input, &read).map(Some);
    }
    let offset = input.start.as_ref().map_or(0, |start| start.offset);
    let disturbed = |offset: u64, text: String| Disturbed { path: input.path.clone(), offset, text };
    if let Some(Damage { offset, text, .. }) = read.damage.filter(|_| track.damage.is_none()) {
        return Err(disturbed(offset, text));
    }
    let changed = || disturbed(offset, "the file changed while it was read".to_owned());
    if read.bytes != position.offset - offset {
        return Err(changed());
    }
    let place = position.place.path();
    let file = disk.open_same(&place, position.file).map_err(|error| disturbed(offset, error.to_string()))?;
    let head = disk.read_at(&file, 0, position.head.bytes as usize);
    let tail = probe::bytes_before(disk, &file, position.offset);
    let same = head.is_ok_and(|head| Mark::head(&head) == position.head)
        && tail.is_ok_and(|tail| Mark::tail(&tail) == position.tail);
    if same { Ok(Some(position)) } else { Err(changed()) }
}

fn archive(disk: &Disk, mut position: Position, input: &Input, read: &InputRead) -> Result<Position, Disturbed> {
    let disturbed = |text: String| Disturbed { path: input.path.clone(), offset: 0, text };
    let Some(ends) = &read.ends else {
        let text = read.damage.as_ref().map_or_else(String::new, |damage| damage.text.clone());
        return Err(disturbed(text));
    };
    let place = position.place.path();
    let unchanged = || {
        let file = disk.open_same(&place, position.file)?;
        let packed = position.packed.ok_or(std::io::ErrorKind::InvalidInput)?;
        let size = file.metadata()?.len();
        let head = disk.read_at(&file, 0, packed.head.bytes as usize)?;
        let tail = probe::bytes_before(disk, &file, size)?;
        let same = size == packed.size && Mark::head(&head) == packed.head && Mark::tail(&tail) == packed.tail;
        let places = [ends.lines_end];
        let marks = if same && ends.lines_end != ends.bytes {
            probe::decode(disk, file, packed.compression, &places, false)?.marks
        } else {
            Vec::new()
        };
        Ok::<_, std::io::Error>((same, marks))
    };
    let (same, marks) = unchanged().map_err(|error| disturbed(error.to_string()))?;
    if !same {
        return Err(disturbed("the file changed while it was read".to_owned()));
    }
    position.head = Mark::head(&ends.head);
    position.tail = match marks.first() {
        Some(&(_, mark)) => mark,
        None => Mark::tail(&ends.tail),
    };
    position.size = ends.bytes;
    position.offset = ends.lines_end.max(position.offset);
    let whole = read.damage.is_none() && ends.lines_end == ends.bytes;
    position.mid_line = whole && ends.tail.last().is_some_and(|&byte| byte != b'\n');
    position.damage = read.damage.as_ref().map(|damage| (damage.status.as_str().to_owned(), damage.text.clone()));
    Ok(position)
}

/// What a run adds to a state.
#[derive(Debug)]
pub struct Addition<'a> {
    /// What was read.
    pub analysis: &'a Analysis,
    /// The positions after it.
    pub positions: Vec<Position>,
    /// The options that it ran with.
    pub options: std::collections::BTreeMap<String, String>,
    /// How many runs are remembered.
    pub history: usize,
}

impl State {
    /// The state after a run.
    #[must_use]
    pub fn after(&self, addition: Addition<'_>) -> Self {
        let Addition { analysis, positions, options, history } = addition;
        let summary = &analysis.summary;
        let mut state = Self { options, positions, ..self.clone() };
        state.totals.add(summary, analysis.reads.iter().map(|read| read.bytes).sum());
        let codes = summary.codes.iter().map(|(code, entry)| (code.to_owned(), entry.count));
        let past = Baseline {
            ok: summary.totals[LineClass::Ok],
            failed: summary.totals[LineClass::Failed],
            codes: codes.collect(),
        };
        state.remember(summary.span.first, summary.span.last, past, history);
        state
    }
}
