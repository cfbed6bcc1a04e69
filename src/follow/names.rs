//! What names say about rotation: `app.log.1`, `app.log-20261124` and `app-20261124.log.gz` come from `app.log`. Names
//! are a hint only; only their bytes show that two files hold one stream.

use std::cmp::Ordering;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use crate::input::names::Name;

/// What archives are called.
const PACKED: [&[u8]; 6] = [b".gz", b".zst", b".bz2", b".xz", b".lz4", b".Z"];

/// The path that a log had before it was rotated, as far as its name tells; the path itself for one that was not.
pub fn base(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().as_bytes();
    let name = PACKED.iter().find_map(|ending| name.strip_suffix(*ending)).unwrap_or(name);
    let mut base = Vec::new();
    let mut rest = name;
    while let [first, tail @ ..] = rest {
        let numbers = rotation_bytes(rest);
        if numbers > 0 && !base.is_empty() {
            rest = rest.get(numbers..).unwrap_or_default();
        } else {
            base.push(*first);
            rest = tail;
        }
    }
    path.with_file_name(OsString::from_vec(base))
}

/// The name of a file without the extension of an archive.
pub fn unpacked(path: &Path) -> OsString {
    let name = path.file_name().unwrap_or_default().as_bytes();
    OsStr::from_bytes(PACKED.iter().find_map(|ending| name.strip_suffix(*ending)).unwrap_or(name)).to_owned()
}

/// How many bytes at the start are a number or a date after a separator.
fn rotation_bytes(text: &[u8]) -> usize {
    if !text.first().is_some_and(|byte| b".-_".contains(byte)) {
        return 0;
    }
    let run = text.iter().take_while(|byte| byte.is_ascii_digit() || b".-_:T".contains(byte)).count();
    let run = text.get(..run).unwrap_or_default();
    let digits_end = run.iter().rposition(u8::is_ascii_digit).map_or(0, |place| place + 1);
    // A name may go on with letters after its digits, which then are part of a word.
    let word = text.get(digits_end).is_some_and(u8::is_ascii_alphanumeric);
    if word { 0 } else { digits_end }
}

/// How many digits make a date of a number.
const DATE_DIGITS: usize = 6;

/// Whether a name is that of a rotated log: the log's own name with something after it, or with a date in it. A short
/// number inside a name may well tell one writer from another.
pub fn is_rotated(path: &Path) -> bool {
    let (base, name) = (base(path), path.file_name().unwrap_or_default().as_bytes());
    let base = base.file_name().unwrap_or_default().as_bytes();
    base != name && (name.starts_with(base) || digits(name) >= digits(base) + DATE_DIGITS)
}

/// Whether a path is what a log may be called when it is rotated: its own with a number or a date after it, or with a
/// date before the extension, packed or not.
pub fn is_rotated_from(path: &Path, log: &Path) -> bool {
    if path.parent() != log.parent() {
        return false;
    }
    let bytes = |path| Path::file_name(path).unwrap_or_default().as_bytes();
    let (name, log) = (bytes(path), bytes(log));
    let name = PACKED.iter().find_map(|ending| name.strip_suffix(*ending)).unwrap_or(name);
    if let Some(rest) = name.strip_prefix(log) {
        return !rest.is_empty() && rotation_bytes(rest) == rest.len();
    }
    let dot = log.iter().rposition(|&byte| byte == b'.').unwrap_or_default();
    let (stem, extension) = log.split_at(dot);
    let date = name.strip_prefix(stem).and_then(|rest| rest.strip_suffix(extension)).unwrap_or_default();
    !stem.is_empty() && digits(date) >= DATE_DIGITS && rotation_bytes(date) == date.len()
}

/// The paths of which a path may be a rotated one: every log for which `is_rotated_from` holds. There are at most as many
/// as a name has separators.
pub fn logs(path: &Path) -> Vec<PathBuf> {
    let name = path.file_name().unwrap_or_default().as_bytes();
    let name = PACKED.iter().find_map(|ending| name.strip_suffix(*ending)).unwrap_or(name);
    let extension = name.iter().rposition(|&byte| byte == b'.').and_then(|dot| name.get(dot..)).unwrap_or_default();
    let starts = (1..name.len()).filter(|&start| name.get(start).is_some_and(|byte| b".-_".contains(byte)));
    let cut = starts.flat_map(|start| {
        let stem = name.get(..start).unwrap_or_default();
        [stem.to_owned(), [stem, extension].concat()]
    });
    let mut logs: Vec<_> = cut.map(|name| path.with_file_name(OsString::from_vec(name))).collect();
    logs.retain(|log| is_rotated_from(path, log));
    logs.dedup();
    logs
}

/// The newest of the rotated files of a log, as far as their names tell: by dates, and by the numbers of rotation.
#[derive(Debug, Default)]
pub struct Newest {
    dated: Option<(i64, Vec<u64>)>,
    rotation: Option<u64>,
}

impl Newest {
    /// Takes a file into account.
    pub fn note(&mut self, path: &Path) {
        let name = Name::of(path);
        if let Some(date) = name.date {
            self.dated = self.dated.take().max(Some((date, name.numbers)));
        } else if let Some(rotation) = name.rotation {
            self.rotation = Some(self.rotation.map_or(rotation, |held| held.min(rotation)));
        }
    }

    /// How a file stands to the newest one: later, the same or earlier; nothing when names do not tell.
    pub fn compare(&self, path: &Path) -> Option<Ordering> {
        let name = Name::of(path);
        match (name.date, name.rotation) {
            (Some(date), _) => self.dated.as_ref().map(|held| (date, name.numbers).cmp(held)),
            (None, Some(rotation)) => self.rotation.map(|held| held.cmp(&rotation)),
            (None, None) => None,
        }
    }
}

fn digits(text: &[u8]) -> usize {
    text.iter().filter(|byte| byte.is_ascii_digit()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_is_the_name_before_rotation() {
        for (name, expected) in [
            ("l/app.log", "l/app.log"),
            ("l/app.log.1", "l/app.log"),
            ("l/app.log.12.gz", "l/app.log"),
            ("l/app.log-20261124", "l/app.log"),
            ("l/app.log-20261124-0930.zst", "l/app.log"),
            ("l/app-2026-11-24T09:30.log", "l/app.log"),
            ("l/node1.log", "l/node1.log"),
            ("l/v2-api3x.log", "l/v2-api3x.log"),
            ("l/app-3x.log", "l/app-3x.log"),
            ("l/2026-11-24.log", "l/2026.log"),
        ] {
            assert_eq!(base(Path::new(name)), Path::new(expected), "{name}");
        }
    }

    #[test]
    fn rotated_logs_are_told_from_their_neighbours() {
        for name in ["app.log.1", "app.log.2.gz", "app.log-20261124", "app-20261124.log", "app-2026-11-24T10.log.zst"] {
            assert!(is_rotated_from(&Path::new("l").join(name), Path::new("l/app.log")), "{name}");
            assert_eq!(base(&Path::new("l").join(name)), Path::new("l/app.log"), "{name}");
        }
        for name in ["app.log", "app.log.gz", "app.log.bak", "app.log.1.bak", "app-1.log", "app.logs.1", "b.log.1"] {
            assert!(!is_rotated_from(&Path::new("l").join(name), Path::new("l/app.log")), "{name}");
        }
        assert!(is_rotated_from(Path::new("svc-1.log.1"), Path::new("svc-1.log")));
        assert!(!is_rotated_from(Path::new("svc-2.log.1"), Path::new("svc-1.log")));
        assert!(!is_rotated_from(Path::new("app-20261124.log.1"), Path::new("app-20261123.log")));
        assert!(!is_rotated_from(Path::new("old/app.log.1"), Path::new("app.log")));
        assert!(!is_rotated_from(Path::new("20261124.log"), Path::new(".log")));
    }

    #[test]
    fn the_logs_of_a_rotated_file_are_those_that_it_may_come_from() {
        for (name, expected) in [
            ("l/app.log", &[][..]),
            ("l/app.log.1", &["l/app.log"]),
            ("l/app.log.2.gz", &["l/app.log"]),
            ("l/app.log.2.1", &["l/app.log", "l/app.log.2"]),
            ("l/app-20261124.log.xz", &["l/app.log"]),
            ("l/app-20261124.log.1", &["l/app-20261124.log"]),
            ("l/app.log-20261124", &["l/app.log"]),
        ] {
            let found = logs(Path::new(name));
            assert_eq!(found, expected.iter().map(PathBuf::from).collect::<Vec<_>>(), "{name}");
        }
    }

    #[test]
    fn numbers_and_dates_tell_the_newer_one() {
        let compare = |one, than| {
            let mut newest = Newest::default();
            newest.note(Path::new(than));
            newest.compare(Path::new(one))
        };
        assert_eq!(compare("app.log.1", "app.log.10.gz"), Some(Ordering::Greater));
        assert_eq!(compare("app.log.2", "app.log.1"), Some(Ordering::Less));
        assert_eq!(compare("app.log.2", "app.log.2.gz"), Some(Ordering::Equal));
        assert_eq!(compare("app.log-20261125", "app.log-20261124.gz"), Some(Ordering::Greater));
        assert_eq!(compare("app.log-2026112407", "app.log-2026112408"), Some(Ordering::Less));
        assert_eq!(compare("app.log-20261125", "app.log.1"), None);
    }

    #[test]
    fn a_rotated_log_has_more_than_a_number_in_its_name() {
        for name in ["app.log.1", "app.log.2.gz", "app.log-20261124", "app-2026-11-24.log"] {
            assert!(is_rotated(Path::new(name)), "{name}");
        }
        for name in ["app.log", "svc-1.log", "node1.log"] {
            assert!(!is_rotated(Path::new(name)), "{name}");
        }
    }
}
