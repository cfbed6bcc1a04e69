//! Finds out where reading goes on: the inputs that were found are held against the positions of the runs before. A
//! stream is known by its bytes, whatever its file is called by now: renamed, compressed, or copied and truncated.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};

use super::beside::{Listing, name_beside};
use super::known::{Files, Known};
use super::missed::Log;
use super::names;
use super::position::{Mark, Position, StoredPath};
use super::probe::{self, Probe};
use super::{State, UNSEEN_RUNS_MAX};
use crate::disk::Disk;
use crate::input::feed;
use crate::input::source::Damage;
use crate::input::{Compression, FileId, Input, Start, Status};
use crate::profile::Pointer;

/// So many equal first bytes make it worth while to look whether two files hold one stream.
const FAMILY_BYTES: usize = 64;

/// What a run reads, and what becomes of the positions.
#[derive(Debug)]
pub struct Plan {
    /// The inputs, sorted by path, with their starts.
    pub inputs: Vec<Input>,
    /// By the rank of the input; none for one that cannot be followed.
    pub(super) tracks: Vec<Option<Track>>,
    /// Positions of streams that this run does not go on with.
    pub(super) left: Vec<Position>,
    /// Whether an input was not there any more when it was looked at.
    pub is_stale: bool,
}

/// A stream that goes on.
#[derive(Clone, Debug)]
pub(super) struct Track {
    /// Where it stands after this run, but for what only reading tells.
    pub position: Position,
    /// Whether anything is read of it.
    pub reads: bool,
    /// Whether it is known only since this run that another stream has the same bytes.
    pub is_new_copy: bool,
    /// What the reader does not see.
    pub damage: Option<Damage>,
}

/// Where reading a file must end because something is wrong behind, and what; by path.
pub type Limits = BTreeMap<PathBuf, (u64, String)>;

/// Holds the inputs that were found against the positions of a state. `own` are files that are never inputs.
#[must_use]
pub fn plan(disk: &Disk, state: &State, found: Vec<Input>, own: &[PathBuf], limits: &Limits) -> Plan {
    let mut planner = Planner {
        disk,
        limits,
        known: Known::new(&state.positions),
        own: own.iter().filter_map(|path| Some(FileId::of(&path.metadata().ok()?))).collect(),
        logs: Vec::new(),
        files: Files::default(),
        listings: HashMap::new(),
        moved: HashMap::new(),
        unmet_since: Vec::new(),
        rows: Vec::new(),
        failed: false,
        is_stale: false,
    };
    let mut candidates = planner.named(found);
    planner.renamed(&mut candidates);
    planner.decide_all(candidates);
    planner.compressed();
    planner.missed();
    planner.finish()
}

/// An input before it is known where reading begins.
pub(super) struct Candidate {
    pub input: Input,
    pub probe: Probe,
    pub found_beside: bool,
    /// Whether it is an input also when it matches no position.
    pub is_certain: bool,
    /// Whether nobody is expected to write to it any more.
    pub rotated: bool,
    /// The log that it was rotated from since the last run, when no run saw it before.
    pub rotated_from: Option<PathBuf>,
}

/// An input of the run.
#[derive(Default)]
pub(super) struct Row {
    pub input: Input,
    pub probe: Option<Probe>,
    track: Option<Track>,
    /// The position of an earlier run that it goes on from, by index.
    pub before: Option<usize>,
}

pub(super) struct Planner<'s> {
    pub(super) disk: &'s Disk,
    limits: &'s Limits,
    pub(super) known: Known<'s>,
    pub(super) own: HashSet<FileId>,
    /// The files that were named, also those that are not there.
    pub(super) logs: Vec<Log>,
    /// The files that are inputs.
    pub(super) files: Files,
    /// Directories that were read, while one step lasts.
    pub(super) listings: HashMap<PathBuf, Listing>,
    /// Where files are by now that have nothing new, by position.
    pub(super) moved: HashMap<usize, PathBuf>,
    /// Logs of which not all could be looked at that was written since a time.
    pub(super) unmet_since: Vec<(Log, i64)>,
    pub(super) rows: Vec<Row>,
    /// Whether a file could not be looked at, so that it is not known which streams are gone.
    pub(super) failed: bool,
    pub(super) is_stale: bool,
}

impl Planner<'_> {
    /// Looks at the inputs that were named.
    fn named(&mut self, found: Vec<Input>) -> Vec<Candidate> {
        let mut candidates = Vec::new();
        for mut input in found {
            if input.error.is_some() {
                self.logs.extend(Log::missing(&input.path));
                self.rows.push(Row { input, ..Row::default() });
                continue;
            }
            match Probe::of(self.disk, &input.path) {
                // A file that was renamed since the directory was read may be met twice.
                Ok(probe) => {
                    self.logs.push(Log { path: input.path.clone(), place: probe.place.clone() });
                    if self.files.insert(&probe) {
                        let (is_certain, found_beside, rotated, rotated_from) = (true, false, false, None);
                        candidates.push(Candidate { input, probe, found_beside, is_certain, rotated, rotated_from });
                    }
                }
                Err(error) => {
                    self.logs.extend(Log::missing(&input.path));
                    self.note_failure(&error);
                    input.error = Some(error.to_string());
                    self.rows.push(Row { input, ..Row::default() });
                }
            }
        }
        candidates
    }

    /// Decides where reading begins: tracked files first, then new ones from the largest on, so that a copy that is being
    /// made finds its original; then archives.
    pub(super) fn decide_all(&mut self, mut candidates: Vec<Candidate>) {
        let known = self.known.positions.iter();
        let tracked: HashSet<_> = known.map(|position| (position.file, position.times.born)).collect();
        candidates.sort_by_key(|candidate| {
            let probe = &candidate.probe;
            // An inode may be that of another file by now; a state of the first version does not tell.
            let may_be = |born| tracked.contains(&(probe.file, born));
            let is_new = !may_be(probe.times.born) && !may_be(None);
            (probe.packed.is_some(), is_new, std::cmp::Reverse(probe.size), candidate.input.path.clone())
        });
        for candidate in candidates {
            let (file, is_certain) = (candidate.probe.file, candidate.is_certain);
            let row = self.decide(candidate);
            if row.before.is_some() || is_certain || row.input.error.is_some() {
                self.rows.push(row);
            } else {
                self.files.remove(file);
            }
        }
    }

    pub(super) fn decide(&mut self, candidate: Candidate) -> Row {
        let Candidate { mut input, probe, found_beside, is_certain: _, rotated, rotated_from } = candidate;
        let rotated_from = rotated_from.as_deref();
        if let (Some((_, text)), Some(_)) = (self.limits.get(&input.path), probe.packed) {
            self.failed = true;
            input.error = Some(text.clone());
            return Row { input, ..Row::default() };
        }
        let decided = match probe.packed {
            Some(packed) => self.archive(&input, &probe, packed, rotated_from),
            None => self.plain(&input, &probe, rotated, rotated_from),
        };
        match decided {
            Ok((mut track, start, claims)) => {
                let before = claims.last().copied();
                for index in claims {
                    self.known.claim(index, probe.file);
                }
                track.position.found_beside = found_beside;
                input.bytes_max = probe.packed.is_none().then_some(track.position.offset);
                input.start = Some(start);
                Row { input, probe: Some(probe), track: Some(track), before }
            }
            Err(error) => {
                self.failed = true;
                self.is_stale |= error.kind() == io::ErrorKind::NotFound;
                input.error = Some(error.to_string());
                Row { input, ..Row::default() }
            }
        }
    }

    /// The track of a plain file, where it starts, and the positions that it goes on from.
    fn plain(
        &self,
        input: &Input,
        probe: &Probe,
        rotated: bool,
        rotated_from: Option<&Path>,
    ) -> io::Result<(Track, Start, Vec<usize>)> {
        let file = self.open(probe)?;
        let matched = self.known.of_plain(self.disk, &file, probe, &self.files, rotated_from)?;
        let before = matched.and_then(|index| self.known.positions.get(index)).cloned();
        let is_own = before.as_ref().is_some_and(|it| it.file == probe.file && it.has_line() && !it.repeats);
        let repeated_bytes =
            if is_own || probe.size == 0 { None } else { self.repeated_bytes(&file, probe, before.is_some())? };
        let repeats = repeated_bytes.is_some();
        let rotated = rotated || self.is_rotated(before.as_ref(), probe);
        let mut position = begin(input, probe, before.as_ref());
        let limit = self.limits.get(&input.path);
        let mut size = limit.map_or(probe.size, |&(limit, _)| limit.min(probe.size)).max(position.offset);
        if let Some(bytes) = repeated_bytes {
            size = bytes;
            position.offset = position.offset.min(bytes);
        }
        let mut start = position.offset;
        if position.mid_line && !repeats {
            start = probe::first_line_end(self.disk, &file, start, size)?;
            let found = start > position.offset && self.disk.read_at(&file, start - 1, 1)?.first() == Some(&b'\n');
            // Without its LF the line goes on, and all that is there belongs to it.
            position.mid_line = !found;
        }
        let lines_end = probe::last_line_end(self.disk, &file, start, size)?;
        let cut_off = rotated && limit.is_none() && !repeats && lines_end < size;
        let end = if cut_off { size } else { lines_end };
        position.mid_line |= cut_off && end > start;
        position.repeats = repeats;
        position.settled = rotated && before.as_ref().is_some_and(|it| it.rotated) && end == start;
        position.rotated = rotated;
        position.size = probe.size;
        position.offset = end;
        position.head = Mark::head(&probe.head);
        position.tail = Mark::tail(&probe::bytes_before(self.disk, &file, end)?);
        let reads = !repeats && end > start;
        let is_new_copy = repeats && !before.is_some_and(|before| before.repeats);
        let incomplete = |offset: u64, text: String| Damage { offset, status: Status::Incomplete, text };
        let damage = limit.map(|(offset, text)| incomplete(*offset, text.clone()));
        let damage = damage.or_else(|| is_empty_archive(probe).then(|| incomplete(0, feed::EMPTY_ARCHIVE.to_owned())));
        let start = Start { offset: start, ..start_of(probe, &position, reads, Compression::None) };
        Ok((Track { position, reads, is_new_copy, damage }, start, matched.into_iter().collect()))
    }

    /// Whether nobody is expected to write to a file any more: it was renamed, or has the name of a rotated log beside
    /// the log itself.
    fn is_rotated(&self, before: Option<&Position>, probe: &Probe) -> bool {
        before.is_some_and(|before| before.rotated || before.place.path() != probe.place)
            || (names::is_rotated(&probe.place) && self.is_log(&names::base(&probe.place)))
    }

    /// Whether a log is or was at a path.
    fn is_log(&self, path: &Path) -> bool {
        path.exists() || self.known.positions.iter().any(|position| position.was_at(path))
    }

    /// How many bytes of a file another one holds that may be its original: all of them while a copy is being made, or
    /// was made just now. A copy of a tracked file may also be longer than that was when it was looked at.
    fn repeated_bytes(&self, file: &std::fs::File, probe: &Probe, is_known: bool) -> io::Result<Option<u64>> {
        let tracked = |original: &Probe| self.known.positions.iter().any(|it| it.file == original.file && !it.repeats);
        for original in self.originals(&probe.head, &probe.place, is_known) {
            let common = probe.size.min(original.size);
            if common == probe.size || tracked(original) {
                let own = probe::bytes_before(self.disk, file, common)?;
                if self.holds(original, common, &own) {
                    return Ok(Some(common));
                }
            }
        }
        Ok(None)
    }

    /// Plain files that begin like a stream and may be its original. Of two files that were known when the one was empty,
    /// neither is a copy of the other.
    pub(super) fn originals(&self, head: &[u8], place: &Path, is_known: bool) -> impl Iterator<Item = &Probe> {
        self.rows.iter().filter_map(move |row| {
            let probe = row.probe.as_ref()?;
            let common = head.len().min(probe.head.len());
            let is_family =
                common >= FAMILY_BYTES && probe.head.get(..common) == head.get(..common) && probe.packed.is_none();
            let before = row.before.and_then(|index| self.known.positions.get(index));
            let is_tracked = before.is_some_and(|before| !(before.is_empty() && is_known));
            // Bytes tell most files apart, and names take longer.
            let may_repeat = || is_tracked || names::are_related(&probe.place, place);
            (is_family && may_repeat() && !self.known.was_at(probe.file, place)).then_some(probe)
        })
    }

    /// Whether a plain file holds a stream of so many bytes that ends so.
    pub(super) fn holds(&self, original: &Probe, bytes: u64, tail: &[u8]) -> bool {
        let before = || {
            let file = self.disk.open_same(&original.place, original.file)?;
            probe::bytes_before(self.disk, &file, bytes)
        };
        bytes <= original.size && before().is_ok_and(|before| before == tail)
    }

    pub(super) fn open(&self, probe: &Probe) -> io::Result<std::fs::File> {
        self.disk.open_same(&probe.place, probe.file)
    }

    /// Sorts the inputs and settles what becomes of the positions that no stream goes on from.
    fn finish(mut self) -> Plan {
        let mut left = Vec::new();
        for index in 0..self.known.positions.len() {
            let Some(position) = self.known.positions.get(index) else { continue };
            if self.known.is_claimed(index) {
                continue;
            }
            let mut position = position.clone();
            if let Some(place) = self.moved.get(&index) {
                position.path = StoredPath::of(&name_beside(&position.path.path(), place));
                position.place = StoredPath::of(place);
                position.unseen_runs = 0;
            }
            if self.failed || !self.is_gone(&position) {
                left.push(position);
                continue;
            }
            if position.unseen_runs == 0 && position.pending_bytes() > 0 {
                let bytes = position.pending_bytes();
                let error = format!("the file is gone, with {bytes} bytes behind its last line that were not read");
                let input = Input { error: Some(error), ..Input::new(position.path.path()) };
                self.rows.push(Row { input, ..Row::default() });
            }
            position.unseen_runs += 1;
            if position.unseen_runs <= UNSEEN_RUNS_MAX {
                left.push(position);
            }
        }
        let tracked = self.rows.iter_mut().filter_map(|row| Some(&mut row.track.as_mut()?.position));
        for position in tracked.chain(&mut left) {
            let of_log = self.unmet_since.iter().find(|(log, _)| log.has(&position.place.path()));
            position.unmet_since = of_log.map(|&(_, since)| since);
        }
        self.rows.sort_by(|a, b| a.input.path.as_os_str().cmp(b.input.path.as_os_str()));
        // What repeats a file that could not be read to its end is looked at again.
        let is_whole = self.limits.is_empty() && !self.failed;
        let track = |track: Option<Track>| track.filter(|track| is_whole || !track.is_new_copy);
        let (inputs, tracks) = self.rows.into_iter().map(|row| (row.input, track(row.track))).unzip();
        Plan { inputs, tracks, left, is_stale: self.is_stale }
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
    probe.size == 0 && feed::named_compression(&probe.place).is_some() && !probe.place.with_extension("").exists()
}

pub(super) fn start_of(probe: &Probe, position: &Position, reads: bool, compression: Compression) -> Start {
    let pointers = || position.envelope.iter().map(|pointer| Pointer::parse(pointer).ok()).collect::<Option<Vec<_>>>();
    Start {
        file: probe.file,
        offset: position.offset,
        lines: position.lines,
        mid_line: false,
        envelope: if position.envelope_is_final || !reads { pointers() } else { None },
        nothing_new: (!reads).then_some(compression),
    }
}
