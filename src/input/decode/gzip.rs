//! gzip (RFC 1952), decoded by zlib-rs through flate2, which checks header, CRC-32 and size of each member. Zero
//! padding between and after members is accepted, as GNU gzip does.

use flate2::{Decompress, FlushDecompress, Status};

use super::step::{Fault, Magic, Next, Opening, Step};

/// The beginning of each member.
pub(super) const MAGIC: [u8; 2] = [0x1F, 0x8B];

/// Windows of deflate have at most 15 bits.
const WINDOW_BITS: u8 = 15;

/// Holds about 48 KiB inside a member, which is not accounted for.
#[derive(Default)]
pub(super) struct Gzip {
    member: Option<Decompress>,
}

impl Gzip {
    pub(super) fn open(&mut self, head: &[u8]) -> Opening {
        match Magic::compare(head.get(..2).unwrap_or(head), &MAGIC) {
            Magic::Begun => Opening::Short,
            Magic::Whole => {
                // The crate's reset makes a new one too.
                self.member = Some(Decompress::new_gzip(WINDOW_BITS));
                Opening::Member(0)
            }
            Magic::Other => match head.iter().take_while(|&&byte| byte == 0).count() {
                0 => Opening::Foreign,
                zeros => Opening::Padding(zeros),
            },
        }
    }

    pub(super) fn step(&mut self, input: &[u8], out: &mut [u8]) -> Step {
        let Some(member) = &mut self.member else { return Step::idle(Next::End) };
        let before = (member.total_in(), member.total_out());
        let result = member.decompress(input, out, FlushDecompress::None);
        let consumed = member.total_in().saturating_sub(before.0) as usize;
        let written = member.total_out().saturating_sub(before.1) as usize;
        let next = match result {
            Ok(Status::StreamEnd) => Next::End,
            Ok(Status::Ok | Status::BufError) => Next::More,
            Err(error) => Next::Fault(Fault::corrupt(text(error.message()))),
        };
        Step { consumed, written, next }
    }
}

/// What zlib says in our words. Which words it has for wrong deflate data depends on how much it is given at a time,
/// so they all become the same.
fn text(message: Option<&str>) -> &'static str {
    match message.unwrap_or_default() {
        "incorrect data check" => "the checksum (CRC-32) is wrong",
        "incorrect length check" => "the size in the trailer (ISIZE) is wrong",
        "unknown compression method" => "the compression method is unknown",
        "unknown header flags set" => "a reserved bit of the header is set",
        "header crc mismatch" => "the checksum of the header is wrong",
        _ => "the deflate data is wrong",
    }
}
