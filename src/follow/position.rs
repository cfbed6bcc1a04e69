//! How far a stream of log lines was read, and how it is known again: by the bytes it begins with and the bytes before
//! the place, decompressed, whatever the file is called by then. It opens no file.

use std::ffi::OsStr;
use std::fs::Metadata;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::input::fingerprint::IDENTITY_BYTES;
use crate::input::{Compression, FileId};

/// A path as it is stored: as text, or as bytes when it is none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum StoredPath {
    /// A path in UTF-8.
    Text(String),
    /// Any other path.
    Bytes(Vec<u8>),
}

impl Default for StoredPath {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

impl StoredPath {
    /// Stores a path.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        path.to_str()
            .map_or_else(|| Self::Bytes(path.as_os_str().as_bytes().to_vec()), |text| Self::Text(text.to_owned()))
    }

    /// The path, borrowed.
    #[must_use]
    pub fn as_path(&self) -> &Path {
        match self {
            Self::Text(text) => Path::new(text),
            Self::Bytes(bytes) => Path::new(OsStr::from_bytes(bytes)),
        }
    }

    /// The path.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.as_path().to_owned()
    }
}

/// Some bytes, by their number and hash (XXH3-64, seed 0).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Mark {
    /// How many bytes.
    pub bytes: u32,
    /// Their hash.
    pub hash: u64,
}

impl Mark {
    /// The mark of the first [`IDENTITY_BYTES`] of these bytes.
    #[must_use]
    pub fn head(bytes: &[u8]) -> Self {
        Self::all(bytes.get(..IDENTITY_BYTES).unwrap_or(bytes))
    }

    /// The mark of the last [`IDENTITY_BYTES`] of these bytes.
    #[must_use]
    pub fn tail(bytes: &[u8]) -> Self {
        Self::all(bytes.get(bytes.len().saturating_sub(IDENTITY_BYTES)..).unwrap_or(bytes))
    }

    fn all(bytes: &[u8]) -> Self {
        // Never more than the bytes that identify a stream.
        Self { bytes: bytes.len() as u32, hash: xxh3_64(bytes) }
    }

    /// Whether these bytes begin with the marked ones.
    #[must_use]
    pub fn begins(&self, bytes: &[u8]) -> bool {
        bytes.get(..self.bytes as usize).is_some_and(|head| xxh3_64(head) == self.hash)
    }
}

/// Times of a file, in nanoseconds since 1970. File systems that do not know one give none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    /// When the inode was made for this file. It stays through renaming, and another file that gets the inode has another.
    pub born: Option<i64>,
    /// When the file was written to last.
    pub written: Option<i64>,
}

impl Times {
    /// The times in a file's metadata.
    #[must_use]
    pub fn of(metadata: &Metadata) -> Self {
        let nanos = |since: Duration| i64::try_from(since.as_nanos()).ok();
        let born = metadata.created().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let written = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        Self { born: born.and_then(nanos), written: written.and_then(nanos) }
    }

    /// Whether files with one inode are one file; nothing when that is not known.
    #[must_use]
    pub fn same_birth(&self, other: &Self) -> Option<bool> {
        Some(self.born? == other.born?)
    }
}

/// An archive, known by its packed bytes: it need not be decoded to see that it is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Packed {
    /// How it is packed.
    pub compression: Compression,
    /// Its size in bytes.
    pub size: u64,
    /// Its first bytes.
    pub head: Mark,
    /// Its last bytes.
    pub tail: Mark,
}

/// How far a stream was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Its path as it was named last.
    pub path: StoredPath,
    /// The same from the root, without symbolic links.
    pub place: StoredPath,
    /// Its file.
    pub file: FileId,
    /// When the file was made and written, as the last run saw it.
    #[serde(default)]
    pub times: Times,
    /// How many bytes there were, decompressed.
    pub size: u64,
    /// Offset after the last line that was counted.
    pub offset: u64,
    /// How many lines stand before the offset.
    pub lines: u64,
    /// What the stream begins with.
    pub head: Mark,
    /// What stands before the offset.
    pub tail: Mark,
    /// The archive, when it is one.
    pub packed: Option<Packed>,
    /// What is wrong with the archive: status and text.
    pub damage: Option<(String, String)>,
    /// Whether the file was renamed or compressed, so that nobody is expected to write to it any more.
    pub rotated: bool,
    /// Whether a run found nothing new in it after it was rotated.
    pub settled: bool,
    /// Whether the last line counted has no LF: what comes before the next LF belongs to it.
    pub mid_line: bool,
    /// Whether nothing was read of it because another stream has the same bytes.
    pub repeats: bool,
    /// Whether it was found beside a tracked file, not named.
    pub found_beside: bool,
    /// What was written to the log since then and rotated could not be looked at; in nanoseconds since 1970.
    #[serde(default)]
    pub unmet_since: Option<i64>,
    /// How many runs did not see it.
    pub unseen_runs: u32,
    /// Up to which place no line end stands after the offset, as far as this process looked: a line of gigabytes is searched
    /// for its end once. 0 when that is not known.
    #[serde(skip)]
    pub searched: u64,
}

impl Position {
    /// Whether a whole line stands before the offset.
    #[must_use]
    pub const fn has_line(&self) -> bool {
        self.lines > self.mid_line as u64
    }

    /// Whether nothing stood in the file, so that no bytes tell it from others.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.size == 0 && self.packed.is_none()
    }

    /// Whether the file was at this path, without symbolic links.
    #[must_use]
    pub fn was_at(&self, place: &Path) -> bool {
        self.place.as_path() == place
    }

    /// Bytes that were there and were not read: a line without LF.
    #[must_use]
    pub const fn pending_bytes(&self) -> u64 {
        if self.repeats { 0 } else { self.size.saturating_sub(self.offset) }
    }
}
