//! What passes between the inputs and the threads: chunks and their ends, the first bytes of an input, and what was
//! read of it.

use std::ops::Range;

use super::blob::Blob;
use super::chunk::{Damage, Lines};
use super::fingerprint::Fingerprint;
use super::object::Object;
use super::stream::Stream;
use super::{Compression, Status};

/// What was read of an input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InputRead {
    /// Decompressed bytes.
    pub bytes: u64,
    /// How many bytes the input has, as they are packed; none of a pipe, and of what was not opened.
    pub size: Option<u64>,
    /// How the bytes were packed.
    pub compression: Compression,
    /// The damage that came first, if any.
    pub damage: Option<Damage>,
    /// Where the lines of a stream ended that has a start.
    pub ends: Option<Fingerprint>,
}

impl InputRead {
    /// How the input was read.
    #[must_use]
    pub fn status(&self) -> Status {
        self.damage.as_ref().map_or(Status::Ok, |damage| damage.status)
    }

    /// Notes why an object could not be read where nobody has: it was only looked around a chunk.
    pub(super) fn spoil_by(&mut self, object: Option<&Object>) {
        let failure = object.and_then(Object::failure).filter(|_| self.damage.is_none());
        let offset = self.bytes;
        self.spoil(failure.map(|failure| Damage { offset, status: Status::Incomplete, text: failure.text.clone() }));
    }

    /// Notes damage, of which the first counts.
    pub(super) fn spoil(&mut self, damage: Option<Damage>) {
        if let Some(damage) = damage
            && self.damage.as_ref().is_none_or(|held| damage < *held)
        {
            self.damage = Some(damage);
        }
    }
}

/// What a thread gets.
#[derive(Debug)]
pub enum Event<T> {
    /// Lines in the thread's buffer; nothing when no line begins in the part.
    Chunk {
        /// The rank of the input.
        input: u32,
        /// The place of the chunk in its input; every place comes once.
        chunk: u32,
        /// The bytes of the input that it covers: where one chunk ends, the next one begins.
        bytes: Range<u64>,
        /// The lines.
        lines: Option<Lines>,
        /// What was prepared for the input.
        prepared: T,
    },
    /// A whole input, which the thread reads by itself.
    Values {
        /// The rank of the input.
        input: u32,
        /// Its bytes; nothing was taken from it.
        stream: Stream,
        /// What was prepared for the input.
        prepared: T,
    },
    /// An input has this many chunks, some of which other threads may still work on.
    End {
        /// The rank of the input.
        input: u32,
        /// How many chunks it has.
        chunks: u32,
    },
}

/// How an input is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// Into lines; the threads share it.
    Lines,
    /// By whoever gets it, who needs to see it in order.
    Values,
    /// Not at all: it is left out.
    Skip,
    /// Not at all: it cannot be read, for this reason.
    Refuse(&'static str),
}

/// A plain input, to be read at any place.
#[derive(Clone, Copy, Debug)]
pub struct Whole<'a> {
    /// The file that holds it.
    pub file: &'a Blob,
    /// Where it begins in the file.
    pub start: u64,
    /// How many bytes it has.
    pub size: u64,
}

/// The first bytes of an input, whole lines or the whole input; of a plain file also the last ones.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// The first bytes.
    pub first: &'a [u8],
    /// The file that holds it, for those who want to see its end.
    pub file: Option<Whole<'a>>,
    /// Whether the input is read from a start on.
    pub has_start: bool,
    /// Whether earlier runs read its first bytes, so that `first` are those of a later line.
    pub is_begun: bool,
}
