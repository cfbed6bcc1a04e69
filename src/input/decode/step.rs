//! What a format says about the bytes that it is shown. It knows no format.

/// What stands between two members, or before the first.
#[derive(Debug)]
pub(super) enum Opening {
    /// What is there agrees with the format, but is too short to tell.
    Short,
    /// A member; this number of its first bytes are taken, the rest goes to a step.
    Member(usize),
    /// So many bytes of zero padding, of which more may follow.
    Padding(usize),
    /// A part without content, of this number of bytes, that may reach beyond what was shown.
    Skip(u64),
    /// Bytes that are not of the format.
    Foreign,
    /// A member that cannot be decoded.
    Fault(Fault),
}

/// What one step inside a member did.
#[derive(Debug)]
pub(super) struct Step {
    /// How many bytes of the input are done with.
    pub(super) consumed: usize,
    /// How many bytes were decoded; they count whatever `next` says.
    pub(super) written: usize,
    /// How it goes on.
    pub(super) next: Next,
}

/// How it goes on after a step.
#[derive(Debug)]
pub(super) enum Next {
    /// With another step; with more input when this one neither consumed nor wrote.
    More,
    /// The member is whole, and what it says of its content is true.
    End,
    /// With a grant of this number of bytes, and then another step.
    Memory(u64),
    /// Not at all.
    Fault(Fault),
}

impl Step {
    /// A step that needs more input.
    pub(super) const fn hungry() -> Self {
        Self::idle(Next::More)
    }

    /// A step that touched nothing.
    pub(super) const fn idle(next: Next) -> Self {
        Self { consumed: 0, written: 0, next }
    }

    /// A step that went on in the input only.
    pub(super) const fn consumed(consumed: usize) -> Self {
        Self { consumed, written: 0, next: Next::More }
    }
}

/// Why a member cannot be decoded further.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// A checksum or the format is wrong.
    Corrupt(String),
    /// It may be whole, but is above a limit or of a kind that is not supported.
    Refused(String),
}

impl Fault {
    pub(super) fn corrupt(text: impl Into<String>) -> Self {
        Self::Corrupt(text.into())
    }

    pub(super) fn refused(text: impl Into<String>) -> Self {
        Self::Refused(text.into())
    }

    /// A member that needs more than a decoder may have.
    pub(super) fn too_large(what: &str, bytes: u64) -> Self {
        let (asked, limit) = (bytes.div_ceil(1024 * 1024), super::memory::WINDOW_BYTES_MAX / (1024 * 1024));
        Self::Refused(format!("it needs a {what} of {asked} MiB, the limit is {limit} MiB"))
    }

    /// The allocator had no memory.
    pub(super) fn out_of_memory() -> Self {
        Self::refused("there is not enough memory to decode it")
    }
}

/// How the beginning of `head` compares with a magic number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Magic {
    /// It is there.
    Whole,
    /// So far as `head` reaches.
    Begun,
    /// It is not.
    Other,
}

impl Magic {
    /// Compares; an empty head has begun.
    pub(super) fn compare(head: &[u8], magic: &[u8]) -> Self {
        if head.starts_with(magic) {
            Self::Whole
        } else if magic.starts_with(head) {
            Self::Begun
        } else {
            Self::Other
        }
    }
}

/// A little-endian number of four bytes at a place.
pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// A skippable frame, which zstd and LZ4 share: magic number, size, content.
pub(super) fn skippable(head: &[u8]) -> Option<Opening> {
    const KINDS: std::ops::RangeInclusive<u8> = 0x50..=0x5F;
    let (kind, rest) = head.split_first()?;
    if !KINDS.contains(kind) {
        return None;
    }
    match Magic::compare(rest.get(..3).unwrap_or(rest), &[0x2A, 0x4D, 0x18]) {
        Magic::Other => None,
        Magic::Begun => Some(Opening::Short),
        Magic::Whole => Some(u32_at(head, 4).map_or(Opening::Short, |size| Opening::Skip(8 + u64::from(size)))),
    }
}
