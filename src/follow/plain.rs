//! Where a plain file goes on: after what was read of its stream, up to its last whole line. It does not look for files.

use std::io;
use std::path::PathBuf;

use super::decide::{self, decide};
use super::names;
use super::planner::{Candidate, Planner, Track};
use super::position::{Mark, Position, StoredPath};
use super::probe::{self, Bytes, Probe};
use crate::input::source::Damage;
use crate::input::{Compression, Input, Start, Status, feed};

/// Where a stream goes on: its track, its start, and the position that it goes on from, by index.
pub(super) type Decided = (Track, Start, Option<usize>);

/// How much of a file is read.
struct Span {
    start: u64,
    end: u64,
    /// Whether the last line has no line end and is read all the same.
    cut_off: bool,
}

impl Planner<'_> {
    /// Where a plain file goes on.
    pub(super) fn plain(&mut self, candidate: &Candidate) -> io::Result<Decided> {
        let Candidate { input, probe, rotated_from, .. } = candidate;
        let disk = self.sought.disk;
        let file = self.open(probe)?;
        let file = Bytes::new(disk, &file);
        let asked = decide::Candidate { probe, rotated_from: rotated_from.as_deref() };
        let matched = decide(asked, &self.known, &self.inputs.files, |offset, bytes| file.at(offset, bytes))?
            .map(|continued| continued.index);
        let before = matched.and_then(|index| self.known.get(index));
        let is_own = before.is_some_and(|it| it.file == probe.file && it.has_line() && !it.repeats);
        let whole_tail = Mark::tail(&file.before(probe.size)?);
        let repeated_bytes = if is_own || probe.size == 0 {
            None
        } else {
            self.repeated_bytes(&file, probe, whole_tail, before.is_some())?
        };
        let repeats = repeated_bytes.is_some();
        let rotated = candidate.rotated || self.is_rotated(before, probe);
        let is_written = rotated && (self.sought.is_written)(probe.file, probe.size);
        let mut position = begin(input, probe, before);
        let limit = self.sought.limits.get(&input.path);
        let mut size = limit.map_or(probe.size, |&(limit, _)| limit.min(probe.size)).max(position.offset);
        if let Some(bytes) = repeated_bytes {
            size = bytes;
            position.offset = position.offset.min(bytes);
        }
        let ends_here = rotated && !is_written && limit.is_none() && !repeats;
        let Span { start, end, cut_off } = self.span(input, &file, &mut position, size, repeats, ends_here)?;
        position.mid_line |= cut_off && end > start;
        position.repeats = repeats;
        position.settled = rotated && !is_written && before.is_some_and(|it| it.rotated) && end == start;
        position.rotated = rotated;
        position.size = probe.size;
        position.offset = end;
        position.head = probe.head.mark;
        position.tail = if end == probe.size { whole_tail } else { Mark::tail(&file.before(end)?) };
        let reads = !repeats && end > start;
        let is_new_copy = repeats && !before.is_some_and(|before| before.repeats);
        let incomplete = |offset: u64, text: String| Damage { offset, status: Status::Incomplete, text };
        let damage = limit.map(|(offset, text)| incomplete(*offset, text.clone()));
        let damage = damage.or_else(|| is_empty_archive(probe).then(|| incomplete(0, feed::EMPTY_ARCHIVE.to_owned())));
        let start = Start { offset: start, ..start_of(probe, &position, reads, Compression::None) };
        if before.is_some() || candidate.is_certain {
            self.inputs.originals.add(probe, whole_tail, before, || file.at(0, probe.head.mark.bytes as usize))?;
        }
        if let Some(index) = matched {
            self.known.claim(index, probe.file);
        }
        Ok((Track { position, reads, is_new_copy, damage }, start, matched))
    }

    /// How much is read of a file of that size, of which the rest of a line that was counted is passed over.
    fn span(
        &self,
        input: &Input,
        file: &Bytes<'_>,
        position: &mut Position,
        size: u64,
        repeats: bool,
        ends_here: bool,
    ) -> io::Result<Span> {
        let mut start = position.offset;
        if position.mid_line && !repeats {
            start = probe::first_line_end(file, start, size)?;
            let found = start > position.offset && file.at(start - 1, 1)?.first() == Some(&b'\n');
            // Without its LF the line goes on, and all that is there belongs to it.
            position.mid_line = !found;
        }
        let mut lines_end = probe::last_line_end(file, start, size)?;
        let cut_off = ends_here && lines_end < size;
        if !ends_here && !repeats && lines_end > start {
            let before = |bytes: usize| {
                let from = lines_end.saturating_sub(bytes as u64);
                file.at(from, (lines_end - from) as usize)
            };
            let open = (self.sought.open_from)(input, lines_end, &before)?;
            lines_end = open.map_or(lines_end, |from| from.clamp(start, lines_end));
        }
        Ok(Span { start, end: if cut_off { size } else { lines_end }, cut_off })
    }

    /// Whether nobody is expected to write to a file any more: it was renamed, or has the name of a rotated log beside
    /// the log itself.
    fn is_rotated(&mut self, before: Option<&Position>, probe: &Probe) -> bool {
        before.is_some_and(|before| before.rotated || !before.was_at(&probe.place))
            || (names::is_rotated(&probe.place) && self.is_log(names::base(&probe.place)))
    }

    /// Whether a log is or was at a path.
    fn is_log(&mut self, path: PathBuf) -> bool {
        if let Some(&is_log) = self.inputs.logs.get(&path) {
            return is_log;
        }
        let is_log = self.known.at(&path).next().is_some() || path.exists();
        self.inputs.logs.insert(path, is_log);
        is_log
    }

    /// How many bytes of a file another one holds that may be its original: all of them while a copy is being made, or
    /// was made just now. A copy of a tracked file may also be longer than that was when it was looked at. `tail` is what
    /// stands before its end.
    fn repeated_bytes(&self, file: &Bytes<'_>, probe: &Probe, tail: Mark, is_known: bool) -> io::Result<Option<u64>> {
        let first = || file.at(0, probe.head.mark.bytes as usize);
        for original in self.inputs.originals.of(&probe.head, &probe.place, is_known, &self.known, first)? {
            let common = probe.size.min(original.size);
            if original.size == probe.size && original.tail != tail {
                continue;
            }
            if common == probe.size || self.known.is_tracked(original.file) {
                let own = file.before(common)?;
                if self.holds(original, common, &own) {
                    return Ok(Some(common));
                }
            }
        }
        Ok(None)
    }
}

/// The position of a stream before anything new of it is read.
pub(super) fn begin(input: &Input, probe: &Probe, before: Option<&Position>) -> Position {
    let mut position = before.cloned().unwrap_or_default();
    position.path = StoredPath::of(&input.path);
    position.place = StoredPath::of(&probe.place);
    position.file = probe.file;
    position.times = probe.times;
    position.unmet_since = None;
    position.packed = probe.packed;
    position.unseen_runs = 0;
    position
}

/// Whether a file is empty that should be an archive; not while it is being made from the file beside it.
fn is_empty_archive(probe: &Probe) -> bool {
    probe.size == 0 && Compression::named(&probe.place).is_some() && !probe.place.with_extension("").exists()
}

pub(super) fn start_of(probe: &Probe, position: &Position, reads: bool, compression: Compression) -> Start {
    Start {
        file: probe.file,
        offset: position.offset,
        lines: position.lines,
        mid_line: false,
        nothing_new: (!reads).then_some(compression),
    }
}
