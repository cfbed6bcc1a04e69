//! Where reading an archive goes on: one that did not change is not decoded, a new one is held against what is known by
//! its decoded bytes.

use std::io;
use std::path::Path;

use super::known;
use super::position::{Mark, Packed, Position};
use super::probe::{self, Decoded, Probe};
use super::resume::{Planner, Track, begin, start_of};
use crate::input::source::Damage;
use crate::input::{Input, Start, Status};

impl Planner<'_> {
    /// The track of an archive, where it starts, and the positions that it goes on from.
    /// `rotated_from` is the log that it was rotated from since the last run, when no run saw it before.
    pub(super) fn archive(
        &self,
        input: &Input,
        probe: &Probe,
        packed: Packed,
        rotated_from: Option<&Path>,
    ) -> io::Result<(Track, Start, Vec<usize>)> {
        if let Some(index) = self.known.of_packed(&packed) {
            let (track, start) = unchanged(input, probe, packed, self.known.positions.get(index));
            return Ok((track, start, self.known.equals(index)));
        }
        let seen = probe::decode(self.disk, self.open(probe)?, packed.compression, &[], true)?;
        let begin_alike = self.known.beginning(&seen.head, probe.file);
        let mut matches = Vec::new();
        if !begin_alike.is_empty() || self.originals(&seen.head, &probe.place, false).next().is_some() {
            let of = |&index: &usize| Some((index, self.known.positions.get(index)?));
            let alike: Vec<_> = begin_alike.iter().filter_map(of).collect();
            let mut places: Vec<_> = alike.iter().map(|(_, position)| position.offset).collect();
            places.sort_unstable();
            let decoded = probe::decode(self.disk, self.open(probe)?, packed.compression, &places, false)?;
            let repeats = self
                .originals(&seen.head, &probe.place, false)
                .any(|original| self.holds(original, decoded.bytes, &decoded.tail));
            if repeats {
                return Ok((repeated(input, probe, &decoded), nothing_of(probe, packed), Vec::new()));
            }
            // Less than a line says nothing, unless it is all that there was.
            let is_before = |position: &Position| {
                (position.has_line() || position.size == decoded.bytes || known::is_begun(position, rotated_from))
                    && (position.offset == 0 || decoded.marks.contains(&(position.offset, position.tail)))
            };
            matches = alike.into_iter().filter(|(_, it)| is_before(it)).map(|(index, it)| (it.offset, index)).collect();
            matches.sort_unstable();
        }
        let matched = matches.last().map(|&(_, index): &(u64, usize)| index);
        let before = matched.and_then(|index| self.known.positions.get(index));
        let position = Position { repeats: false, rotated: true, ..begin(input, probe, before) };
        let start = Start { mid_line: position.mid_line, ..start_of(probe, &position, true, packed.compression) };
        let is_same =
            |position: &Position| known::is_same_file(position, probe) || known::is_begun(position, rotated_from);
        let is_empty = |position: &Position| position.is_empty() && is_same(position);
        let empty = self.known.positions.iter().position(is_empty);
        let claims = matches.into_iter().map(|(_, index)| index).chain(empty).collect();
        Ok((Track { position, reads: true, is_new_copy: false, damage: None }, start, claims))
    }
}

/// An archive that was read before and did not change. If it was a copy then, it stands for its original from now on,
/// which was read to its end.
fn unchanged(input: &Input, probe: &Probe, packed: Packed, before: Option<&Position>) -> (Track, Start) {
    let position = Position { settled: true, repeats: false, ..begin(input, probe, before) };
    let damage = position.damage.clone().map(|(status, text)| {
        let status = Status::from_name(&status).unwrap_or(Status::Corrupt);
        Damage { offset: position.offset, status, text }
    });
    let start = start_of(probe, &position, false, packed.compression);
    (Track { position, reads: false, is_new_copy: false, damage }, start)
}

/// An archive whose original is still there.
fn repeated(input: &Input, probe: &Probe, decoded: &Decoded) -> Track {
    let position = Position {
        head: Mark::head(&decoded.head),
        tail: Mark::tail(&decoded.tail),
        size: decoded.bytes,
        offset: decoded.bytes,
        repeats: true,
        ..begin(input, probe, None)
    };
    Track { position, reads: false, is_new_copy: true, damage: None }
}

fn nothing_of(probe: &Probe, packed: Packed) -> Start {
    Start { file: probe.file, nothing_new: Some(packed.compression), ..Start::default() }
}
