//! The bytes of a stream, decompressed as their first bytes say. It knows neither lines nor how much is wanted.

use std::fs::File;
use std::io::{self, Read};
use std::time::Duration;

use super::Compression;
use super::decode::memory::Memory;
use super::decode::{self, Decoder, ReadError, SNIFF_BYTES};
use super::wait;

/// Where the bytes come from.
#[derive(Debug)]
pub(super) enum Bytes {
    /// Too few bytes were read to tell how they are packed.
    Undecided(File, Vec<u8>),
    /// Known, or plain.
    Decided(Decoder),
    /// Only while one becomes the other.
    Nothing,
}

impl Bytes {
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
            Bytes::Undecided(mut file, mut head) => {
                let mut room = [0; SNIFF_BYTES];
                let read = file.read(room.get_mut(head.len()..).unwrap_or_default());
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
                    Bytes::Decided(Decoder::new(compression, &head, file, memory))
                } else {
                    *self = Bytes::Undecided(file, head);
                    read.map_err(ReadError::Source)?;
                    return Ok(None);
                }
            }
            Bytes::Nothing => return Ok(Some(0)),
        };
        Ok(None)
    }

    /// Whether a read will not block; waits a while for that.
    pub(super) fn wait(&self, wait: Duration) -> io::Result<bool> {
        let source = match self {
            Bytes::Undecided(file, _) => file,
            Bytes::Decided(decoder) if decoder.needs_source() => decoder.source(),
            Bytes::Decided(_) | Bytes::Nothing => return Ok(true),
        };
        wait::until_ready(source, wait)
    }
}
