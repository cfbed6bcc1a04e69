//! The .xz format, decoded by liblzma, which checks headers, index and the CRC-32, CRC-64 or SHA-256 of each block.
//! Streams follow each other directly or after zero padding, a multiple of four bytes long.

use liblzma::stream::{Action, Error, Status, Stream, TELL_UNSUPPORTED_CHECK};

use super::memory::DECODER_BYTES_MAX;
use super::step::{Fault, Magic, Next, Opening, Step};

/// The beginning of each stream.
pub(super) const MAGIC: [u8; 6] = [0xFD, b'7', b'z', b'X', b'Z', 0];

/// What a stream needs before its first block, in bytes, with room to spare.
const BASE_BYTES: u64 = 256 * 1024;

/// Holds the dictionary of a block; xz makes 8 MiB with `-6` and 64 MiB with `-9`.
#[derive(Default)]
pub(super) struct Xz {
    stream: Option<Stream>,
    granted_bytes: u64,
    needed_bytes: u64,
}

impl Xz {
    pub(super) fn open(&mut self, head: &[u8]) -> Opening {
        match Magic::compare(head.get(..MAGIC.len()).unwrap_or(head), &MAGIC) {
            Magic::Begun => Opening::Short,
            Magic::Whole => {
                let memory_bytes = self.granted_bytes.max(BASE_BYTES);
                match Stream::new_stream_decoder(memory_bytes, TELL_UNSUPPORTED_CHECK) {
                    Ok(stream) => {
                        self.stream = Some(stream);
                        self.needed_bytes = 0;
                        Opening::Member(0)
                    }
                    Err(_) => Opening::Fault(Fault::out_of_memory()),
                }
            }
            Magic::Other => match head.iter().take_while(|&&byte| byte == 0).count() {
                0 => Opening::Foreign,
                zeros => Opening::Padding(zeros),
            },
        }
    }

    pub(super) fn step(&mut self, input: &[u8], out: &mut [u8]) -> Step {
        if self.needed_bytes > self.granted_bytes {
            return Step::idle(Next::Memory(self.needed_bytes));
        }
        let Some(stream) = &mut self.stream else { return Step::idle(Next::End) };
        let before = (stream.total_in(), stream.total_out());
        let result = stream.process(input, out, Action::Run);
        let consumed = stream.total_in().saturating_sub(before.0) as usize;
        let written = stream.total_out().saturating_sub(before.1) as usize;
        let next = match result {
            Ok(Status::StreamEnd) => {
                self.stream = None;
                Next::End
            }
            Ok(Status::Ok | Status::GetCheck | Status::MemNeeded) => Next::More,
            Err(Error::MemLimit) => self.more_memory(),
            Err(Error::Mem) => Next::Fault(Fault::out_of_memory()),
            Err(Error::UnsupportedCheck | Error::NoCheck) => {
                Next::Fault(Fault::refused("its kind of checksum is not supported"))
            }
            Err(Error::Options) => Next::Fault(Fault::refused("its filters are not supported, or a header is wrong")),
            Err(Error::Data | Error::Format | Error::Program) => {
                Next::Fault(Fault::corrupt("a checksum or the data of a block is wrong"))
            }
        };
        Step { consumed, written, next }
    }

    /// The library does not tell how much a block needs, but accepts no limit below it.
    fn more_memory(&mut self) -> Next {
        let Some(stream) = &mut self.stream else { return Next::End };
        let mut bytes = BASE_BYTES;
        while bytes < 1 << 40 {
            let limit = bytes + BASE_BYTES;
            if stream.set_memlimit(limit).is_ok() {
                if limit > DECODER_BYTES_MAX {
                    return Next::Fault(Fault::too_large("dictionary", bytes));
                }
                self.needed_bytes = limit;
                return Next::Memory(limit);
            }
            // Dictionaries are a power of two or three times one.
            bytes = if bytes.is_power_of_two() { bytes + bytes / 2 } else { bytes / 3 * 4 };
        }
        Next::Fault(Fault::refused("its memory needs are beyond all limits"))
    }

    pub(super) const fn grant(&mut self, bytes: u64) {
        self.granted_bytes = bytes;
    }
}
