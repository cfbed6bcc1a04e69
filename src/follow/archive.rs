//! Where reading an archive goes on: one that did not change is not decoded, a new one is compared with what is known by
//! its decoded bytes.

use std::io;

use super::known::{self, stream_key};
use super::originals::Original;
use super::plain::{Decided, begin, start_of};
use super::planner::{Beginning, Candidate, Planner, Track};
use super::position::{Mark, Packed, Position};
use super::probe::{self, Decoded, Head, Probe};
use crate::input::source::Damage;
use crate::input::{Input, Start, Status};

/// Decodes the first bytes of an archive that is not known yet; none for one that is known or cannot be read.
pub(super) fn beginning(planner: &Planner<'_>, probe: &Probe) -> Option<Beginning> {
    let packed = probe.packed.filter(|packed| planner.known.of_packed(packed).is_none())?;
    let head = decode(planner, probe, packed, &[], true).ok()?.head;
    Some(Beginning { head: Head::of(&head), alike: planner.known.heads(&head) })
}

/// Where an archive goes on.
pub(super) fn decide(planner: &mut Planner<'_>, candidate: &Candidate, packed: Packed) -> io::Result<Decided> {
    let Candidate { input, probe, rotated_from, .. } = candidate;
    if let Some(index) = planner.known.of_packed(&packed) {
        let (track, start) = unchanged(input, probe, packed, planner.known.get(index));
        planner.known.claim_equal(index, probe.file);
        return Ok((track, start, Some(index)));
    }
    let decoded;
    let seen = match &candidate.decoded {
        Some(seen) => seen,
        None => {
            let head = decode(planner, probe, packed, &[], true)?.head;
            decoded = Beginning { head: Head::of(&head), alike: planner.known.heads(&head) };
            &decoded
        }
    };
    let rotated_from = rotated_from.as_deref();
    let is_begun = |position: &Position| rotated_from.is_some_and(|log| known::is_begun(position, log));
    let mut matches = Vec::new();
    if !seen.alike.is_empty() || originals(planner, seen, probe, packed)?.next().is_some() {
        let of = |&mark: &Mark| planner.known.offsets(mark, true).into_iter().chain(planner.known.offsets(mark, false));
        let mut places: Vec<_> = seen.alike.iter().flat_map(of).collect();
        places.sort_unstable();
        let decoded = decode(planner, probe, packed, &places, false)?;
        let mut originals = originals(planner, seen, probe, packed)?;
        if let Some(original) = originals.find(|original| planner.holds(original, decoded.bytes, &decoded.tail)) {
            let track = Track { is_ahead: decoded.bytes > original.read_to, ..repeated(input, probe, &decoded) };
            return Ok((track, nothing_of(probe, packed), None));
        }
        drop(originals);
        let nothing = (0, Mark::tail(&[]));
        for &mark in &seen.alike {
            for &(offset, tail) in decoded.marks.iter().chain([&nothing]) {
                // Equal streams are claimed together.
                let lines = planner.known.of_stream(&stream_key(mark, true, offset, tail)).next();
                matches.extend(lines.map(|(index, _)| (offset, index)));
                // Less than a line says nothing, unless it is all that there was.
                let begun = planner.known.of_stream(&stream_key(mark, false, offset, tail));
                let begun = begun.filter(|(_, it)| it.size == decoded.bytes || is_begun(it));
                matches.extend(begun.map(|(index, _)| (offset, index)));
            }
        }
        matches.sort_unstable();
    }
    let matched = matches.last().map(|&(_, index)| index);
    let position = begin(input, probe, matched.and_then(|index| planner.known.get(index)));
    let position = Position { repeats: false, rotated: true, ..position };
    let start = Start { mid_line: position.mid_line, ..start_of(probe, &position, true, packed.compression) };
    let own = planner.known.of_file(probe.file).filter(|(_, it)| it.is_empty() && known::is_same_file(it, probe));
    let begun = rotated_from.into_iter().filter_map(|log| planner.known.begun(log).find(|(_, it)| it.is_empty()));
    let empty = own.chain(begun).map(|(index, _)| index).min();
    for (_, index) in matches {
        planner.known.claim_equal(index, probe.file);
    }
    if let Some(index) = empty {
        planner.known.claim(index, probe.file);
    }
    Ok((Track { position, reads: true, ..Track::default() }, start, empty.or(matched)))
}

fn decode(
    planner: &Planner<'_>,
    probe: &Probe,
    packed: Packed,
    places: &[u64],
    head_only: bool,
) -> io::Result<Decoded> {
    probe::decode(planner.sought.disk, planner.open(probe)?, packed.compression, places, head_only)
}

/// The plain files that may hold the stream of an archive.
fn originals<'p>(
    planner: &'p Planner<'_>,
    seen: &Beginning,
    probe: &Probe,
    packed: Packed,
) -> io::Result<impl Iterator<Item = &'p Original>> {
    let first = move || Ok(decode(planner, probe, packed, &[], true)?.head);
    let originals = planner.inputs.originals.of(&seen.head, &probe.place, false, &planner.known, first)?;
    Ok(originals.chain(planner.inputs.originals.tiny(&seen.head, &probe.place)))
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
    (Track { position, damage, ..Track::default() }, start)
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
    Track { position, is_new_copy: true, ..Track::default() }
}

fn nothing_of(probe: &Probe, packed: Packed) -> Start {
    Start { file: probe.file, nothing_new: Some(packed.compression), ..Start::default() }
}
