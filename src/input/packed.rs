//! The bytes of a stream, decompressed as their first bytes say. It knows neither lines nor how much is wanted.

use std::io;
use std::time::Duration;

use super::Compression;
use super::decode::memory::Memory;
use super::decode::{self, Decoder, Outer, ReadError, SNIFF_BYTES, Source};

/// Where the bytes come from.
#[derive(Debug)]
pub(super) enum Bytes {
    /// Too few bytes were read to tell how they are packed.
    Undecided(Source, Vec<u8>),
    /// Known, or plain.
    Decided(Decoder),
    /// Only while one becomes the other.
    Nothing,
}

impl Bytes {
    /// The bytes of a source of which `head` was taken.
    pub(super) fn after(head: &[u8], source: Source, memory: &Memory) -> Self {
        if head.len() < SNIFF_BYTES {
            return Self::Undecided(source, head.to_vec());
        }
        let compression = head.get(..SNIFF_BYTES).and_then(decode::sniff).unwrap_or_default();
        Self::Decided(Decoder::new(compression, head, source, memory))
    }

    /// How the bytes are packed, as far as that is known.
    pub(super) fn compression(&self) -> Compression {
        match self {
            Self::Decided(decoder) => decoder.compression(),
            Self::Undecided(..) | Self::Nothing => Compression::None,
        }
    }

    /// How many bytes of the file or the pipe are done with, as they are packed.
    pub(super) fn packed_bytes_read(&self) -> u64 {
        match self {
            Self::Decided(decoder) => decoder.compressed_bytes_read(),
            Self::Undecided(..) | Self::Nothing => 0,
        }
    }

    /// One read of up to `room` bytes; nothing when it only served to tell how the bytes are packed.
    pub(super) fn read(
        &mut self,
        buffer: &mut Vec<u8>,
        room: usize,
        memory: &Memory,
    ) -> Result<Option<usize>, ReadError> {
        *self = match std::mem::replace(self, Bytes::Nothing) {
            Bytes::Decided(mut decoder) => {
                let before = buffer.len();
                buffer.resize(before + room, 0);
                let read = if room == 0 { Ok(0) } else { decoder.read(buffer.get_mut(before..).unwrap_or_default()) };
                buffer.truncate(before + read.as_ref().map_or(0, |&read| read));
                *self = Bytes::Decided(decoder);
                return read.map(Some);
            }
            Bytes::Undecided(mut source, mut head) => {
                let mut room = [0; SNIFF_BYTES];
                let read = source.read(room.get_mut(head.len()..).unwrap_or_default());
                let end = match &read {
                    Ok(read) => {
                        let from = head.len();
                        head.extend_from_slice(room.get(from..from + read).unwrap_or_default());
                        *read == 0
                    }
                    Err(_) => false,
                };
                if end || head.len() >= SNIFF_BYTES {
                    let compression = decode::sniff(&head).unwrap_or_default();
                    Bytes::Decided(Decoder::new(compression, &head, source, memory))
                } else {
                    *self = Bytes::Undecided(source, head);
                    read?;
                    return Ok(None);
                }
            }
            Bytes::Nothing => return Ok(Some(0)),
        };
        Ok(None)
    }

    /// Whether a read will not block; waits a while for that.
    pub(super) fn wait(&self, wait: Duration) -> io::Result<bool> {
        match self {
            Bytes::Undecided(source, _) => source.wait(wait),
            Bytes::Decided(decoder) => decoder.wait(wait),
            Bytes::Nothing => Ok(true),
        }
    }

    /// The decoder that the bytes are inside of, where it was left.
    pub(super) fn into_outer(self) -> Option<Box<Outer>> {
        match self {
            Bytes::Undecided(source, _) => source.into_outer(),
            Bytes::Decided(decoder) => decoder.into_source().into_outer(),
            Bytes::Nothing => None,
        }
    }
}
