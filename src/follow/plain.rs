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

/// What is read of a file.
struct Span {
    start: u64,
    end: u64,
    /// Whether the last line has no line end and is read all the same.
    cut_off: bool,
    /// Whether more could be read.
    has_more: bool,
}

/// How much of a file may be read.
struct Room {
    /// Where it ends for the reader.
    size: u64,
    /// How much of that is its share.
    share: u64,
    /// Up to which place it holds what another file holds, and up to which that one is read.
    repeats: Option<(u64, u64)>,
    /// Whether a last line without a line end is read.
    ends_here: bool,
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
        let repeated = if is_own || probe.size == 0 {
            None
        } else {
            self.repeated_bytes(&file, probe, whole_tail, before.is_some())?
        };
        let repeats = repeated.is_some();
        let rotated = candidate.rotated || self.is_rotated(before, probe);
        let is_written = rotated && (self.sought.is_written)(probe.file, probe.size);
        let mut position = begin(input, probe, before);
        let limit = self.sought.limits.get(&input.path);
        let mut size = limit.map_or(probe.size, |&(limit, _)| limit.min(probe.size)).max(position.offset);
        if let Some((bytes, _)) = repeated {
            size = bytes;
            position.offset = position.offset.min(bytes);
        }
        let ends_here = rotated && !is_written && limit.is_none() && !repeats;
        let room = Room { size, share: (self.sought.share_of)(probe.file), repeats: repeated, ends_here };
        let Span { start, end, cut_off, has_more } = self.span(input, &file, &mut position, &room)?;
        self.inputs.is_cut |= has_more;
        position.mid_line |= cut_off && end > start;
        position.repeats = repeats;
        let was_rotated = before.is_some_and(|it| it.rotated);
        position.settled = rotated && !is_written && was_rotated && end == start && !has_more;
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
            let named = input.known_as.as_deref().unwrap_or(&probe.place);
            self.inputs
                .originals
                .add((probe, named), (end, whole_tail), before, || file.at(0, probe.head.mark.bytes as usize))?;
        }
        if let Some(index) = matched {
            self.known.claim(index, probe.file);
        }
        Ok((Track { position, reads, is_new_copy, damage, is_ahead: false }, start, matched))
    }

    /// What is read of a file, of which the rest of a line that was counted is passed over.
    fn span(&self, input: &Input, file: &Bytes<'_>, position: &mut Position, room: &Room) -> io::Result<Span> {
        let &Room { size, mut share, repeats, ends_here } = room;
        let mut start = position.offset;
        if let Some((_, read_to)) = repeats {
            // What its original holds and was not read is read here when the original is gone.
            let end = probe::last_line_end(file, start, size)?.min(read_to.max(start));
            return Ok(Span { start, end, cut_off: false, has_more: false });
        }
        if share == 0 {
            return Ok(Span { start, end: start, cut_off: false, has_more: size > start });
        }
        if position.mid_line {
            start = probe::first_line_end(file, start, size)?;
            let found = start > position.offset && file.at(start - 1, 1)?.first() == Some(&b'\n');
            // Without its LF the line goes on, and all that is there belongs to it.
            position.mid_line = !found;
        }
        let searched = std::mem::take(&mut position.searched).clamp(start, size.max(start));
        loop {
            let (lines_end, has_more) = lines_end(file, (start, searched), start.saturating_add(share), size)?;
            if ends_here && !has_more && lines_end < size {
                return Ok(Span { start, end: size, cut_off: true, has_more });
            }
            let mut end = lines_end;
            if lines_end > start && (!ends_here || has_more) {
                let before = |bytes: usize| {
                    let from = lines_end.saturating_sub(bytes as u64);
                    file.at(from, (lines_end - from) as usize)
                };
                let open = (self.sought.open_from)(input, lines_end, &before)?;
                end = open.map_or(lines_end, |from| from.clamp(start, lines_end));
            }
            if end > start || !has_more {
                position.searched = if end == lines_end && !has_more { size } else { 0 };
                return Ok(Span { start, end, cut_off: false, has_more });
            }
            // A record that is larger than the share.
            share = share.saturating_mul(2);
        }
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
    /// stands before its end. And up to which place the original is read.
    fn repeated_bytes(
        &self,
        file: &Bytes<'_>,
        probe: &Probe,
        tail: Mark,
        is_known: bool,
    ) -> io::Result<Option<(u64, u64)>> {
        let first = || file.at(0, probe.head.mark.bytes as usize);
        for original in self.inputs.originals.of(&probe.head, &probe.place, is_known, &self.known, first)? {
            let common = probe.size.min(original.size);
            if original.size == probe.size && original.tail != tail {
                continue;
            }
            if common == probe.size || self.known.is_tracked(original.file) {
                let own = file.before(common)?;
                if self.holds(original, common, &own) {
                    return Ok(Some((common, original.read_to)));
                }
            }
        }
        Ok(None)
    }
}

/// The last line end of a file of a size between its start and a place, or the first one after that; the start when there is
/// none. No line end stands before `searched`. And whether more may come after it.
fn lines_end(file: &Bytes<'_>, (start, searched): (u64, u64), upto: u64, size: u64) -> io::Result<(u64, bool)> {
    let upto = upto.clamp(searched, size.max(searched));
    let last = probe::last_line_end(file, searched, upto)?;
    if last > searched {
        return Ok((last, upto < size));
    }
    if upto >= size {
        return Ok((start, false));
    }
    let first = probe::first_line_end(file, upto, size)?;
    let is_found = file.at(first - 1, 1)?.first() == Some(&b'\n');
    Ok(if is_found { (first, first < size) } else { (start, false) })
}

/// The position of a stream before anything new of it is read.
pub(super) fn begin(input: &Input, probe: &Probe, before: Option<&Position>) -> Position {
    let mut position = before.cloned().unwrap_or_default();
    if position.file != probe.file || position.size > probe.size {
        position.searched = 0;
    }
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
