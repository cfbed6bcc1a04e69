//! After reading: what was read is compared with what was planned, and the positions move. Nothing moves for a file that
//! changed under the reader; it is read once more. It does not know what was counted.

use std::path::PathBuf;

use super::planner::{Limits, Plan, Track};
use super::position::{Mark, Position};
use super::probe::{self, Bytes};
use crate::disk::Disk;
use crate::input::Input;
use crate::input::feed::InputRead;
use crate::input::source::Damage;

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

/// How an input was read.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Its bytes, and what is wrong with them.
    pub read: InputRead,
    /// How many lines were counted.
    pub lines: u64,
    /// Whether it has no lines to go on from: a stream of JSON values, a tar or a zip.
    pub is_without_lines: bool,
}

/// How often inputs that change under the reader are read again before they are left for the next time.
pub const CALM_READS: u32 = 2;

/// Leaves what cannot be read for the next time: first what comes after the place, then all that is new.
pub fn limit(limits: &mut Limits, disturbed: Vec<Disturbed>) {
    for Disturbed { path, offset, text } in disturbed {
        let offset = if limits.contains_key(&path) { 0 } else { offset };
        limits.insert(path, (offset, text));
    }
}

impl Plan {
    /// Adds to what was read of the inputs what reading alone does not show: damage of archives that were not read again.
    pub fn complete(&self, reads: &mut [InputRead]) {
        for (read, track) in reads.iter_mut().zip(&self.tracks) {
            if let Some(damage) = track.as_ref().and_then(|track| track.damage.clone()) {
                read.damage.get_or_insert(damage);
            }
        }
    }

    /// The positions after a run, sorted by place; they are taken from the plan. `outcome` tells how the input of a rank was read.
    ///
    /// # Errors
    ///
    /// The inputs that changed while they were read; then nothing that was counted may be used.
    pub fn positions(
        &mut self,
        disk: &Disk,
        outcome: impl Fn(usize) -> Outcome,
    ) -> Result<Vec<Position>, Vec<Disturbed>> {
        let mut positions = std::mem::take(&mut self.left);
        let mut disturbed = Vec::new();
        for (rank, (input, track)) in self.inputs.iter().zip(&mut self.tracks).enumerate() {
            let Some(track) = track else { continue };
            match after(disk, input, track, || outcome(rank)) {
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
    input: &Input,
    track: &mut Track,
    outcome: impl FnOnce() -> Outcome,
) -> Result<Option<Position>, Disturbed> {
    let mut position = std::mem::take(&mut track.position);
    if !track.reads {
        return Ok(Some(position));
    }
    let Outcome { read, lines, is_without_lines } = outcome();
    if is_without_lines {
        return Ok(None);
    }
    position.lines += lines;
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
    let file = Bytes::new(disk, &file);
    let head = file.at(0, position.head.bytes as usize);
    let tail = file.before(position.offset);
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
