//! How much one look reads of each file. A look is bounded, so that it does not last: files are renamed and deleted meanwhile, and
//! somebody waits for the screen. What is left is for the next look, which comes at once. It opens no file.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::signature::Signature;
use crate::follow::{self, Plan, Position};
use crate::input::FileId;

/// How many bytes of files one look reads at the most, but for what cannot be divided: a record, a line, an archive. Two cores
/// read the slowest shape of logs, text, at 0.14 GB/s: that is half a second for a look, and the screen is refreshed every
/// second. Less would cost more: each look walks the folders.
pub const LOOK_BYTES: u64 = 64 << 20;
/// What part of that a file gets at least, when it is its turn: when all of very many files have something new, some wait for
/// the next look.
const LEAST_PART: u64 = 64;

/// How much is read of files.
#[derive(Clone, Debug, Default)]
pub struct Shares {
    /// Of those that do not get all that they have.
    limited: HashMap<FileId, u64>,
    /// Of all others, which may have grown meanwhile.
    others: u64,
}

impl Shares {
    /// How many bytes are read of a file at the most.
    pub fn of(&self, file: FileId) -> u64 {
        self.limited.get(&file).copied().unwrap_or(self.others)
    }
}

/// When a file had its turn last, and how far it was read before.
#[derive(Clone, Copy, Debug, Default)]
struct Turn {
    look: u64,
    offset: u64,
}

/// Who had a turn when.
#[derive(Clone, Debug)]
pub struct Turns {
    look_bytes: u64,
    look: u64,
    /// Of the files that had something new in the last look that could not read everything.
    turns: HashMap<FileId, Turn>,
    /// Large archives that were read while others waited: one may have to be read again and again.
    archives: HashSet<FileId>,
}

impl Turns {
    /// Looks that read this number of bytes.
    pub fn new(look_bytes: u64) -> Self {
        Self { look_bytes, look: 0, turns: HashMap::new(), archives: HashSet::new() }
    }

    /// Notes which archive was read for which others wait.
    pub fn note(&mut self, plan: &Plan) {
        match plan.archive {
            Some(archive) if plan.puts_off => drop(self.archives.insert(archive)),
            _ => self.archives.clear(),
        }
    }

    /// Divides a look among the files that have something new: equally, but for those that need less. Who got nothing comes
    /// first in the next look, and a log gets nothing before the file that it was rotated to is read to its end, except for one
    /// record, by which it is known again whatever becomes of it.
    pub fn divide(&mut self, signature: &Signature, positions: &[Position], held: &HashMap<FileId, u64>) -> Shares {
        let waiting = self.archives.iter().map(|&archive| (archive, 0));
        let mut shares = Shares { limited: waiting.collect(), others: self.look_bytes };
        let files = unread(signature, positions, held);
        if files.values().map(|it| it.bytes).sum::<u64>() <= self.look_bytes {
            self.turns.clear();
            return shares;
        }
        self.look += 1;
        let older = self.older(signature, positions, &files);
        let turn = |file: FileId| self.turns.get(&file).copied().unwrap_or_default();
        let mut queue: Vec<_> = files.into_iter().filter(|(_, it)| it.bytes > 0).collect();
        queue.sort_by_key(|&(file, it)| (older.contains_key(&file), turn(file).look, it.bytes, file));
        let (mut left, mut count) = (self.look_bytes, queue.len() as u64);
        let mut turns = HashMap::new();
        for (file, Unread { bytes, offset }) in queue {
            let fair = (left / count.max(1)).max(self.look_bytes / LEAST_PART).max(1);
            count = count.saturating_sub(1);
            let is_whole = |old: &FileId| !shares.limited.contains_key(old);
            let waits = older.get(&file).is_some_and(|older| !older.iter().all(is_whole));
            let share = if waits { 0 } else { bytes.min(fair).min(left) };
            left -= share;
            turns.insert(file, if share > 0 { Turn { look: self.look, offset } } else { turn(file) });
            let share = if offset == 0 { share.max(1) } else { share };
            if share < bytes && !self.archives.contains(&file) {
                shares.limited.insert(file, share);
            }
        }
        self.turns = turns;
        shares
    }

    /// Of files that stand where others were that have something unread: those others, unless nothing could be read of them.
    fn older(
        &self,
        signature: &Signature,
        positions: &[Position],
        files: &HashMap<FileId, Unread>,
    ) -> HashMap<FileId, Vec<FileId>> {
        let tracked = positions.iter().zip(signature.tracked());
        let now: HashMap<&Path, FileId> = tracked.filter_map(|(it, file)| Some((it.place.as_path(), file?))).collect();
        let mut older = HashMap::<_, Vec<_>>::new();
        for position in positions.iter().filter(|it| it.packed.is_none() && !it.repeats) {
            let Some(Unread { bytes: 1.., offset }) = files.get(&position.file) else { continue };
            let is_stuck = |turn: &Turn| turn.look + 1 == self.look && turn.offset == *offset;
            if self.turns.get(&position.file).is_some_and(is_stuck) {
                continue;
            }
            let place = position.place.as_path();
            let logs = if position.rotated { follow::logs(place) } else { Vec::new() };
            let places = logs.iter().map(PathBuf::as_path).chain([place]);
            let newer = places.filter_map(|place| now.get(place)).filter(|&&file| file != position.file);
            newer.for_each(|&file| older.entry(file).or_default().push(position.file));
        }
        older
    }
}

/// What is there of a file and was not read; of an archive its packed bytes.
#[derive(Clone, Copy, Debug)]
struct Unread {
    bytes: u64,
    /// Where that begins.
    offset: u64,
}

fn unread(signature: &Signature, positions: &[Position], held: &HashMap<FileId, u64>) -> HashMap<FileId, Unread> {
    let sizes = signature.sizes().chain(held.iter().map(|(&file, &size)| (file, size)));
    let mut unread: HashMap<_, _> = sizes.map(|(file, bytes)| (file, Unread { bytes, offset: 0 })).collect();
    for position in positions {
        let Some(file) = unread.get_mut(&position.file) else { continue };
        let size = file.bytes + file.offset;
        let read = match position.packed {
            Some(packed) => {
                if packed.size == size {
                    size
                } else {
                    0
                }
            }
            None => position.offset.max(position.searched),
        };
        // What is shorter than before was written anew.
        if (file.offset..=size).contains(&read) {
            *file = Unread { bytes: size - read, offset: read };
        }
    }
    unread
}

#[cfg(test)]
mod tests {
    use std::fs::{File, metadata, rename};

    use super::*;
    use crate::follow::StoredPath;
    use crate::input::Input;

    /// A folder with files of sizes, and their positions, each read up to a place.
    struct Logs {
        folder: tempfile::TempDir,
        positions: Vec<Position>,
    }

    impl Logs {
        fn new(files: &[(&str, u64, u64)]) -> Self {
            let mut logs = Self { folder: tempfile::tempdir().unwrap(), positions: Vec::new() };
            for &(name, size, offset) in files {
                let path = logs.write(name, size);
                let place = StoredPath::of(&path);
                let file = FileId::of(&metadata(path).unwrap());
                logs.positions.push(Position { place, file, size, offset, ..Position::default() });
            }
            logs
        }

        fn write(&self, name: &str, size: u64) -> PathBuf {
            let path = self.folder.path().join(name);
            File::create(&path).unwrap().set_len(size).unwrap();
            path
        }

        /// What each file gets of a look, by name.
        fn divide(&self, turns: &mut Turns) -> Vec<(String, u64)> {
            let mut paths: Vec<_> = self.folder.path().read_dir().unwrap().map(|it| it.unwrap().path()).collect();
            paths.sort();
            let found: Vec<_> = paths.iter().map(|path| Input::new(path.clone())).collect();
            let shares = turns.divide(&Signature::of(&found, &self.positions), &self.positions, &HashMap::new());
            let named = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
            paths.iter().map(|path| (named(path), shares.of(FileId::of(&metadata(path).unwrap())))).collect()
        }

        fn read(&mut self, place: usize, bytes: u64) {
            self.positions[place].offset += bytes;
        }
    }

    fn shares(shares: &[(&str, u64)]) -> Vec<(String, u64)> {
        shares.iter().map(|&(name, share)| (name.to_owned(), share)).collect()
    }

    #[test]
    fn a_look_is_divided_equally_but_for_those_that_need_less() {
        let logs = Logs::new(&[("a", 1000, 300), ("b", 310, 300), ("c", 1000, 0), ("d", 50, 50)]);
        assert_eq!(logs.divide(&mut Turns::new(100)), shares(&[("a", 45), ("b", 100), ("c", 45), ("d", 100)]));
        let all = [("a", 2000), ("b", 2000), ("c", 2000), ("d", 2000)];
        assert_eq!(logs.divide(&mut Turns::new(2000)), shares(&all), "nothing is limited that fits");
    }

    #[test]
    fn nobody_waits_for_long() {
        let names: Vec<_> = (0..300).map(|number| format!("{number:03}")).collect();
        let files: Vec<_> = names.iter().map(|name| (name.as_str(), 1000, 1)).collect();
        let (logs, mut turns) = (Logs::new(&files), Turns::new(100));
        let mut read = vec![0; names.len()];
        for _ in 0..6 {
            let shares = logs.divide(&mut turns);
            assert!(shares.iter().map(|(_, share)| share).sum::<u64>() <= 100);
            shares.iter().zip(&mut read).for_each(|((_, share), read)| *read += share);
        }
        assert!(read.iter().all(|&bytes| bytes == 2), "{read:?}");
    }

    #[test]
    fn a_log_waits_for_what_it_was_rotated_to() {
        let mut logs = Logs::new(&[("app.log", 1000, 10), ("other", 1000, 10)]);
        let mut turns = Turns::new(300);
        rename(logs.folder.path().join("app.log"), logs.folder.path().join("app.log.1")).unwrap();
        logs.write("app.log", 500);
        let waits = shares(&[("app.log", 1), ("app.log.1", 100), ("other", 100)]);
        assert_eq!(logs.divide(&mut turns), waits);
        logs.read(0, 100);
        assert_eq!(logs.divide(&mut turns), waits);
        logs.read(0, 800);
        let goes_on = shares(&[("app.log", 105), ("app.log.1", 300), ("other", 105)]);
        assert_eq!(logs.divide(&mut turns), goes_on, "the rest of it fits into this look");
    }

    #[test]
    fn a_file_that_cannot_be_read_holds_nothing_up() {
        let logs = Logs::new(&[("app.log", 1000, 10)]);
        let mut turns = Turns::new(200);
        rename(logs.folder.path().join("app.log"), logs.folder.path().join("app.log.1")).unwrap();
        logs.write("app.log", 500);
        assert_eq!(logs.divide(&mut turns), shares(&[("app.log", 1), ("app.log.1", 100)]));
        assert_eq!(logs.divide(&mut turns), shares(&[("app.log", 100), ("app.log.1", 100)]));
    }
}
