//! Bytes come from files, directories, globs, pipes and object stores, and become chunks of whole lines. It knows no JSON.

mod ahead;
pub mod around;
pub mod blob;
pub mod budget;
pub mod chunk;
pub mod decode;
pub mod discover;
pub mod event;
pub mod feed;
pub mod fingerprint;
mod hand;
mod headers;
mod lane;
mod member;
pub mod names;
pub mod object;
pub mod order;
mod packed;
mod passed;
mod pattern;
mod peek;
mod relay;
pub mod source;
pub mod split;
pub mod stream;
pub mod wait;

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use crate::foreign::Foreign;
pub use headers::is_tar;
pub use member::{Member, with_members};
use object::Object;
pub use pattern::{Pattern, PatternError};
pub use peek::{Peeked, peek};

/// What a file begins with that is a summary of logs.
pub const SUMMARY_MAGIC: &[u8; 8] = b"\xF5resplog";

/// Whether a file is a summary of logs: by its first bytes, or by its name when it is too short to have all of them.
#[must_use]
pub fn is_summary(head: &[u8], path: &Path) -> bool {
    let is_named_so = || path.extension().is_some_and(|extension| extension == "summary");
    head.starts_with(SUMMARY_MAGIC) || SUMMARY_MAGIC.starts_with(head) && is_named_so()
}

/// What a user named, found and in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Input {
    /// The path as it was named or walked to; `-` is standard input.
    pub path: PathBuf,
    /// Why it cannot be read at all, when that is known already.
    pub error: Option<String>,
    /// Where its bytes are read from instead of the path: a copy of a pipe that has to be read twice.
    pub copy: Option<PathBuf>,
    /// Bytes that were taken from standard input already, its first ones.
    pub head: Option<Arc<[u8]>>,
    /// How many of its bytes are read at the most: those of a run before.
    pub bytes_max: Option<u64>,
    /// Where reading begins, for those who read only what is new.
    pub start: Option<Start>,
    /// The path under which earlier runs read it, which it has no more.
    pub known_as: Option<PathBuf>,
    /// The object of a store that holds it, when no file does.
    pub object: Option<Object>,
    /// What it is of a tar, whose name its path then begins with: no file has that path.
    pub member: Option<Member>,
    /// Whether it is a summary instead of a log, by its first bytes.
    pub is_summary: bool,
    /// Which of its bytes are read, when it is plain: the lines that begin in them. All when there are none.
    pub piece: Option<Range<u64>>,
}

/// Where reading a file begins when earlier runs read its first lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Start {
    /// Which file it is, whatever its name is by now.
    pub file: FileId,
    /// Offset of the first byte that is read, of the decompressed bytes. It is the first of a line.
    pub offset: u64,
    /// How many lines stand before.
    pub lines: u64,
    /// Whether the offset of an archive is inside a line, the rest of which is passed over.
    pub mid_line: bool,
    /// Nothing is read at all; this is how the file is packed.
    pub nothing_new: Option<Compression>,
}

impl Start {
    /// What a summary knows by that is of the bytes from here on: those of two runs are of two inputs.
    #[must_use]
    pub fn identity(&self) -> u128 {
        let FileId { device, inode } = self.file;
        xxh3_128([device, inode, self.offset].map(u64::to_le_bytes).as_flattened())
    }
}

/// Device and inode of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FileId {
    /// The device.
    pub device: u64,
    /// The inode.
    pub inode: u64,
}

impl FileId {
    /// The identity in a file's metadata.
    #[must_use]
    pub fn of(metadata: &std::fs::Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self { device: metadata.dev(), inode: metadata.ino() }
    }
}

impl Input {
    /// An input at a path.
    #[must_use]
    pub const fn new(path: PathBuf) -> Self {
        Self {
            path,
            error: None,
            copy: None,
            head: None,
            bytes_max: None,
            start: None,
            known_as: None,
            object: None,
            member: None,
            is_summary: false,
            piece: None,
        }
    }

    /// The object of a store that was listed under a name.
    #[must_use]
    pub fn of_object(name: PathBuf, object: Object) -> Self {
        Self { object: Some(object), ..Self::new(name) }
    }

    /// The path of the file that holds it, or the name of the object.
    #[must_use]
    pub fn file(&self) -> &Path {
        self.member.as_ref().map_or(&self.path, |member| &member.archive)
    }

    /// The path that its bytes are read from.
    #[must_use]
    pub fn bytes_path(&self) -> &Path {
        self.copy.as_ref().unwrap_or(&self.path)
    }

    /// Whether it is opened and looked at, and no line of it is read.
    #[must_use]
    pub fn is_looked_at(&self) -> bool {
        self.piece.as_ref().is_some_and(Range::is_empty)
    }

    /// Whether the input is standard input.
    #[must_use]
    pub fn is_stdin(&self) -> bool {
        self.path.as_os_str() == "-"
    }
}

/// How an input was read, as far as a report shows it: where its records were found, a summary of them knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// How records stand in its bytes.
    pub format: Framing,
    /// How its bytes are packed.
    pub compression: Compression,
    /// Decompressed bytes.
    pub bytes: u64,
    /// Whether it was read whole.
    pub status: Status,
    /// What is wrong.
    pub error: Option<String>,
    /// Whether its last line is cut and has no LF.
    pub unfinished: bool,
    /// Whether it was left out because it lies outside of the window.
    pub skipped: bool,
    /// What its first bytes look like when it is not a log of responses.
    pub foreign: Option<Foreign>,
}

/// Whether an input was read as it should be (SPEC 5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// As it should be.
    #[default]
    Ok,
    /// Cut, or with unreadable bytes after a good part.
    Incomplete,
    /// A checksum or the format is wrong.
    Corrupt,
    /// Not read at all.
    Error,
}

impl Status {
    /// Every status, in the order of the reports.
    pub const ALL: [Self; 4] = [Self::Ok, Self::Incomplete, Self::Corrupt, Self::Error];

    /// The word that reports use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Incomplete => "incomplete",
            Self::Corrupt => "corrupt",
            Self::Error => "error",
        }
    }

    /// The status of that word.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

/// How records stand in the bytes of an input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Framing {
    /// One a line.
    #[default]
    Lines,
    /// A stream of JSON values, or one array of them.
    Json,
    /// Events of CloudAudit, in lines or in a stream.
    #[serde(rename = "cloudaudit")]
    CloudAudit,
}

impl Framing {
    /// The word that reports use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lines => "lines",
            Self::Json => "json",
            Self::CloudAudit => "cloudaudit",
        }
    }
}

/// How the bytes of an input are packed, by their content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compression {
    /// Plain bytes.
    #[default]
    None,
    /// RFC 1952.
    Gzip,
    /// RFC 8878.
    Zstd,
    /// bzip2.
    Bzip2,
    /// The .xz format.
    Xz,
    /// The LZ4 frame format.
    Lz4,
}

impl Compression {
    /// What the name of an archive says of its format; a name matters only when there is nothing in the file.
    #[must_use]
    pub fn named(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "gz" => Some(Self::Gzip),
            "zst" => Some(Self::Zstd),
            "bz2" => Some(Self::Bzip2),
            "xz" => Some(Self::Xz),
            "lz4" => Some(Self::Lz4),
            _ => None,
        }
    }

    /// The word that reports use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
            Self::Lz4 => "lz4",
        }
    }
}
