//! The positions of earlier runs, in indexes that a file is looked up in: by device and inode, by place, by first bytes, by
//! packed bytes. Each look-up takes about the logarithm of their number. It opens no file.

use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::names;
use super::position::{Mark, Packed, Position, Times};
use super::probe::Probe;
use crate::input::FileId;

/// The files that are inputs, and when they were made.
#[derive(Debug, Default)]
pub struct Files(HashMap<FileId, Times>);

impl Files {
    /// Adds a file; tells whether it was not there.
    pub(super) fn insert(&mut self, probe: &Probe) -> bool {
        self.0.insert(probe.file, probe.times).is_none()
    }

    pub(super) fn remove(&mut self, file: FileId) {
        self.0.remove(&file);
    }

    pub(super) fn contains(&self, file: FileId) -> bool {
        self.0.contains_key(&file)
    }

    /// Whether the file of a position is there, and not another one that has got its inode.
    pub(super) fn holds(&self, position: &Position) -> bool {
        self.0.get(&position.file).is_some_and(|times| times.same_birth(&position.times) != Some(false))
    }
}

/// Pairs of a key and a position, sorted: of a hundred thousand positions this takes a quarter of what a hash map of lists
/// takes.
#[derive(Debug)]
struct Index<K>(Vec<(K, u32)>);

impl<K: Ord> Index<K> {
    fn new(pairs: impl Iterator<Item = (K, u32)>) -> Self {
        let mut pairs: Vec<_> = pairs.collect();
        pairs.sort_unstable();
        pairs.shrink_to_fit();
        Self(pairs)
    }

    /// The pairs whose keys compare equal; `order` says how a key compares with what is looked for.
    fn range(&self, order: impl Fn(&K) -> std::cmp::Ordering) -> &[(K, u32)] {
        let start = self.0.partition_point(|(key, _)| order(key).is_lt());
        let rest = self.0.get(start..).unwrap_or_default();
        rest.get(..rest.partition_point(|(key, _)| order(key).is_eq())).unwrap_or_default()
    }

    /// The positions of a key, in their order.
    fn of(&self, key: &K) -> impl Iterator<Item = usize> + use<'_, K> {
        numbers(self.range(|held| held.cmp(key)))
    }
}

fn numbers<K>(pairs: &[(K, u32)]) -> impl Iterator<Item = usize> + use<'_, K> {
    pairs.iter().map(|&(_, index)| index as usize)
}

/// What a stream begins with, whether a whole line of it was read, how far, and what stands before that place.
pub(super) type Stream = (Mark, bool, Reverse<u64>, Mark);

/// Positions, and which of them a stream goes on from.
#[derive(Debug)]
pub struct Known<'s> {
    pub(super) positions: &'s [Position],
    by_file: Index<FileId>,
    by_place: Index<&'s Path>,
    by_packed: Index<Packed>,
    /// Of one stream those that only repeat another one come last.
    by_stream: Index<(Stream, bool)>,
    /// Positions of empty files by the name that each had before any rotation.
    empty: Index<PathBuf>,
    /// The lengths of all marks of first bytes.
    lengths: BTreeSet<u32>,
    claimed: Vec<bool>,
    /// Streams of which every position is claimed, so that equal ones need not be gone through again.
    claimed_streams: HashSet<Stream>,
    /// How many positions were compared with a file.
    comparisons: Cell<u64>,
}

impl<'s> Known<'s> {
    /// Sorts positions into indexes.
    #[must_use]
    pub fn new(positions: &'s [Position]) -> Self {
        let numbered = || (0..).zip(positions);
        let with_bytes = || numbered().filter(|(_, it)| it.head.bytes > 0);
        let empty = numbered().filter(|(_, it)| it.is_empty());
        Self {
            positions,
            by_file: Index::new(numbered().map(|(index, it)| (it.file, index))),
            by_place: Index::new(numbered().map(|(index, it)| (it.place.as_path(), index))),
            by_packed: Index::new(numbered().filter_map(|(index, it)| Some((it.packed?, index)))),
            by_stream: Index::new(with_bytes().map(|(index, it)| ((stream(it), it.repeats), index))),
            empty: Index::new(empty.map(|(index, it)| (names::base(it.place.as_path()), index))),
            lengths: with_bytes().map(|(_, it)| it.head.bytes).collect(),
            claimed: vec![false; positions.len()],
            claimed_streams: HashSet::new(),
            comparisons: Cell::new(0),
        }
    }

    /// A position by its index.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&'s Position> {
        self.comparisons.set(self.comparisons.get() + 1);
        self.positions.get(index)
    }

    /// How many positions were compared with files so far; it grows as files and positions do, not as their product.
    #[must_use]
    pub const fn comparisons(&self) -> u64 {
        self.comparisons.get()
    }

    /// The positions of a file, by device and inode alone.
    pub(super) fn of_file<'k>(&'k self, file: FileId) -> impl Iterator<Item = (usize, &'s Position)> + use<'k, 's> {
        self.numbered(self.by_file.of(&file))
    }

    /// The positions of what was at a place.
    pub(super) fn at<'k>(&'k self, place: &Path) -> impl Iterator<Item = (usize, &'s Position)> + use<'k, 's> {
        self.numbered(numbers(self.by_place.range(|held| (*held).cmp(place))))
    }

    fn numbered<'k, I: Iterator<Item = usize>>(
        &'k self,
        indexes: I,
    ) -> impl Iterator<Item = (usize, &'s Position)> + use<'k, 's, I> {
        indexes.filter_map(|index| Some((index, self.get(index)?)))
    }

    /// Whether a file was at this path before; what is there now is then no copy of it, but a new file with its old name.
    pub(super) fn was_at(&self, file: FileId, place: &Path) -> bool {
        self.of_file(file).any(|(_, position)| position.was_at(place))
    }

    /// Whether a stream of this very file was read, other than as a repetition of another one.
    pub(super) fn is_tracked(&self, file: FileId) -> bool {
        self.of_file(file).any(|(_, position)| !position.repeats)
    }

    /// The marks of first bytes, of any length, that positions have and these bytes begin with.
    pub(super) fn heads(&self, head: &[u8]) -> Vec<Mark> {
        let upto = u32::try_from(head.len()).unwrap_or(u32::MAX);
        let marks =
            self.lengths.range(..=upto).map(|&bytes| Mark::head(head.get(..bytes as usize).unwrap_or_default()));
        marks.filter(|mark| !self.by_stream.range(|((held, ..), _)| held.cmp(mark)).is_empty()).collect()
    }

    /// The offsets of the positions that begin so, with or without a whole line, each once, the furthest first.
    pub(super) fn offsets(&self, head: Mark, has_line: bool) -> Vec<u64> {
        let mut rest = self.by_stream.range(|&((held, lines, ..), _)| (held, lines).cmp(&(head, has_line)));
        let mut offsets = Vec::new();
        while let Some(&(((_, _, Reverse(offset), _), _), _)) = rest.first() {
            offsets.push(offset);
            let next = rest.partition_point(|(((_, _, Reverse(held), _), _), _)| *held >= offset);
            rest = rest.get(next..).unwrap_or_default();
        }
        offsets
    }

    /// The positions of one stream at one place, those that only repeat another stream last.
    pub(super) fn of_stream<'k>(
        &'k self,
        stream: &Stream,
    ) -> impl Iterator<Item = (usize, &'s Position)> + use<'k, 's> {
        let range = self.by_stream.range(|(held, _)| held.cmp(stream));
        self.numbered(numbers(range))
    }

    /// The position of an archive that did not change.
    pub(super) fn of_packed(&self, packed: &Packed) -> Option<usize> {
        self.by_packed.of(packed).next()
    }

    /// The positions that hold no line yet of a log of which a part was rotated since: any part may be the one.
    pub(super) fn begun<'k>(&'k self, log: &'k Path) -> impl Iterator<Item = (usize, &'s Position)> + use<'k, 's> {
        let base = names::base(log);
        let empty = numbers(self.empty.range(|held| held.cmp(&base)));
        let rotated = self.numbered(empty).filter(move |(_, it)| names::is_rotated_from(it.place.as_path(), log));
        self.at(log).filter(|(_, it)| !it.has_line()).chain(rotated)
    }

    /// Whether a stream goes on from a position.
    pub(super) fn is_claimed(&self, index: usize) -> bool {
        self.claimed.get(index).copied().unwrap_or(true)
    }

    /// Notes that a file goes on from a position; what it only repeated before is forgotten, and that it was empty.
    pub(super) fn claim(&mut self, index: usize, file: FileId) {
        let also: Vec<_> = self.of_file(file).filter(|(_, it)| it.repeats || it.is_empty()).collect();
        for index in also.into_iter().map(|(index, _)| index).chain([index]) {
            if let Some(claimed) = self.claimed.get_mut(index) {
                *claimed = true;
            }
        }
    }

    /// Notes that a file goes on from a position, and from all others that say the same of a stream.
    pub(super) fn claim_equal(&mut self, index: usize, file: FileId) {
        self.claim(index, file);
        let Some(position) = self.positions.get(index) else { return };
        if !position.has_line() || position.head.bytes == 0 || !self.claimed_streams.insert(stream(position)) {
            return;
        }
        let equal: Vec<_> = self.of_stream(&stream(position)).collect();
        for (index, _) in equal {
            self.claim(index, file);
        }
    }
}

/// The key of a position in the index of streams.
const fn stream(position: &Position) -> Stream {
    (position.head, position.has_line(), Reverse(position.offset), position.tail)
}

/// The key of a stream that begins so, of which whole lines were read or not, up to a place before which these bytes stand.
pub(super) const fn stream_key(head: Mark, has_line: bool, offset: u64, tail: Mark) -> Stream {
    (head, has_line, Reverse(offset), tail)
}

/// Whether a file is that of a position, which has no line to be known by. An inode may be used again: then the files were
/// made at different times, or, where those are not known, the names are not those of one log.
pub(super) fn is_same_file(position: &Position, probe: &Probe) -> bool {
    let is_one_log = || position.was_at(&probe.place) || names::is_rotated_from(&probe.place, position.place.as_path());
    position.file == probe.file && position.times.same_birth(&probe.times).unwrap_or_else(is_one_log)
}

/// Whether a position holds no line yet of a log of which a part was rotated since: any part may be the one.
pub(super) fn is_begun(position: &Position, log: &Path) -> bool {
    let was_rotated = || position.is_empty() && names::is_rotated_from(position.place.as_path(), log);
    !position.has_line() && (position.was_at(log) || was_rotated())
}
