//! Bytes come from files, directories, globs and pipes, and become chunks of whole lines. It knows no JSON.

pub mod decode;
pub mod discover;
pub mod feed;
pub mod source;
pub mod split;
pub mod stream;

use std::path::PathBuf;

/// What a user named, found and in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// The path as it was named or walked to; `-` is standard input.
    pub path: PathBuf,
    /// Why it cannot be read at all, when that is known already.
    pub error: Option<String>,
    /// Where its bytes are read from instead of the path: a copy of a pipe that has to be read twice.
    pub copy: Option<PathBuf>,
    /// How many of its bytes are read at the most: those of a run before.
    pub bytes_max: Option<u64>,
}

impl Input {
    /// An input at a path.
    #[must_use]
    pub const fn new(path: PathBuf) -> Self {
        Self { path, error: None, copy: None, bytes_max: None }
    }

    /// Whether the input is standard input.
    #[must_use]
    pub fn is_stdin(&self) -> bool {
        self.path.as_os_str() == "-"
    }
}

/// How an input was read (SPEC 5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// As it should be.
    #[default]
    Ok,
    /// Cut, or with unreadable bytes behind a good part.
    Incomplete,
    /// A checksum or the format is wrong.
    Corrupt,
    /// Not read at all.
    Error,
}

impl Status {
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
}

/// How the bytes of an input are packed; told by content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
