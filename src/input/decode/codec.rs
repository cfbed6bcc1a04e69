//! The closed set of formats. It knows neither where the bytes come from nor how members follow each other.

use super::Compression;
use super::bzip2::Bzip2;
use super::gzip::Gzip;
use super::lz4::Lz4;
use super::step::{Opening, Step};
use super::xz::Xz;
use super::zstd::Zstd;

/// The formats. One is used again for all members of an archive.
pub(super) enum Codec {
    Gzip(Gzip),
    Zstd(Zstd),
    Bzip2(Bzip2),
    Xz(Xz),
    Lz4(Lz4),
}

impl Codec {
    /// The codec of a format, with nothing allocated; none for plain bytes.
    pub(super) fn new(compression: Compression) -> Option<Self> {
        Some(match compression {
            Compression::None => return None,
            Compression::Gzip => Self::Gzip(Gzip::default()),
            Compression::Zstd => Self::Zstd(Zstd::default()),
            Compression::Bzip2 => Self::Bzip2(Bzip2::default()),
            Compression::Xz => Self::Xz(Xz::default()),
            Compression::Lz4 => Self::Lz4(Lz4::default()),
        })
    }

    /// Looks at what follows a member, or at the beginning; never longer than 19 bytes before it can tell.
    pub(super) fn open(&mut self, head: &[u8]) -> Opening {
        match self {
            Self::Gzip(gzip) => gzip.open(head),
            Self::Zstd(zstd) => zstd.open(head),
            Self::Bzip2(bzip2) => bzip2.open(head),
            Self::Xz(xz) => xz.open(head),
            Self::Lz4(lz4) => lz4.open(head),
        }
    }

    /// Decodes a part of a member. `out` is not empty.
    pub(super) fn step(&mut self, input: &[u8], out: &mut [u8]) -> Step {
        match self {
            Self::Gzip(gzip) => gzip.step(input, out),
            Self::Zstd(zstd) => zstd.step(input, out),
            Self::Bzip2(bzip2) => bzip2.step(input, out),
            Self::Xz(xz) => xz.step(input, out),
            Self::Lz4(lz4) => lz4.step(input, out),
        }
    }

    /// Gives up what can be given up before memory is asked for.
    pub(super) fn release(&mut self) {
        match self {
            Self::Gzip(_) | Self::Xz(_) => {}
            Self::Zstd(zstd) => zstd.release(),
            Self::Bzip2(bzip2) => bzip2.release(),
            Self::Lz4(lz4) => lz4.release(),
        }
    }

    /// Allows this number of bytes of memory, at least what [`Next::Memory`] asked for.
    pub(super) fn grant(&mut self, bytes: u64) {
        match self {
            Self::Gzip(_) => {}
            Self::Zstd(zstd) => zstd.grant(bytes),
            Self::Bzip2(bzip2) => bzip2.grant(bytes),
            Self::Xz(xz) => xz.grant(bytes),
            Self::Lz4(lz4) => lz4.grant(bytes),
        }
    }

    /// What the format calls a member.
    pub(super) const fn member_word(&self) -> &'static str {
        match self {
            Self::Gzip(_) => "member",
            Self::Zstd(_) | Self::Lz4(_) => "frame",
            Self::Bzip2(_) | Self::Xz(_) => "stream",
        }
    }

    /// What zero padding after a member has to be a multiple of, in bytes.
    pub(super) const fn padding_unit(&self) -> u64 {
        match self {
            Self::Xz(_) => 4,
            _ => 1,
        }
    }
}
