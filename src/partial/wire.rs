//! The bytes of a summary's file. The same value has the same bytes; bytes that are not exactly what was written are
//! refused, and no file can ask for much more memory than it has bytes.
//!
//! A file is: [`MAGIC`], the version (two bytes), whether the body is packed (one byte), its length unpacked (eight bytes),
//! the body, and the XXH3-128 of all that (16 bytes). Numbers are little-endian. The body is the value in the encoding of
//! postcard, histograms in HdrHistogram's V2 form, packed by zstd where that helps.

use std::borrow::Cow;

use postcard::ser_flavors::Flavor;
use xxhash_rust::xxh3::xxh3_128;

use super::Partial;
use crate::input::SUMMARY_MAGIC;

/// What every file begins with.
pub const MAGIC: &[u8; 8] = SUMMARY_MAGIC;
/// The version of the format.
pub const VERSION: u16 = 2;
/// Bytes before the body.
const HEADER_BYTES: usize = MAGIC.len() + 2 + 1 + 8;
/// Bytes after the body.
const CHECKSUM_BYTES: usize = 16;
/// How many times its packed length a body may have, beside [`BODY_BYTES_FREE`]; one that would have more is not packed.
const RATIO_MAX: usize = 256;
/// How long a body may be whatever its packed length is, in bytes.
const BODY_BYTES_FREE: usize = 64 * 1024;
/// The level of zstd: higher ones take much more time and save a few per cent.
const LEVEL: i32 = 3;
/// The level for files of single inputs, which are packed already: little more than copying.
const LEVEL_OF_PACKED: i32 = -100;
/// From how many bytes on such files are packed so; small ones have much in common.
const PACKED_BYTES_MIN: usize = 1 << 20;

/// Why bytes are not a summary that can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WireError {
    /// The bytes begin otherwise.
    #[error("this is not a summary of resplog")]
    Foreign,
    /// The file has been changed or cut.
    #[error("the summary is damaged ({0}); make it again from its inputs")]
    Damaged(&'static str),
    /// The file is of a later version.
    #[error("the summary is of version {0}, which a newer resplog wrote; this one knows versions up to {VERSION}")]
    Newer(u16),
    /// A value cannot be written.
    #[error("the summary cannot be written: {0}")]
    Unwritten(String),
}

/// Whether a file that begins with these bytes claims to be a summary.
#[must_use]
pub fn begins(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// Whether these bytes, which can be decoded, are of the version that is written here.
pub(super) fn is_of_this_version(bytes: &[u8]) -> bool {
    bytes.get(MAGIC.len()..).is_some_and(|rest| rest.starts_with(&VERSION.to_le_bytes()))
}

/// The bytes of a summary's file.
///
/// # Errors
///
/// None that a settled summary can cause.
pub fn encode(partial: &Partial) -> Result<Vec<u8>, WireError> {
    let body = body(partial)?;
    let packed = pack(&body, partial.apart.stored_bytes())?;
    let is_packed = packed.len() < body.len() && body.len() <= body_bytes_max(packed.len());
    let mut bytes = Vec::with_capacity(HEADER_BYTES + packed.len().min(body.len()) + CHECKSUM_BYTES);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&VERSION.to_le_bytes());
    bytes.push(u8::from(is_packed));
    bytes.extend_from_slice(&(body.len() as u64).to_le_bytes());
    bytes.extend_from_slice(if is_packed { &packed } else { &body });
    bytes.extend_from_slice(&xxh3_128(&bytes).to_le_bytes());
    Ok(bytes)
}

/// Whether two summaries say the same: whether their bytes are.
#[must_use]
pub fn are_same(one: &Partial, other: &Partial) -> bool {
    matches!((encode(one), encode(other)), (Ok(one), Ok(other)) if one == other)
}

/// Reads the bytes of a summary's file.
///
/// # Errors
///
/// They are not exactly what [`encode`] wrote, or a newer version did.
pub fn decode(bytes: &[u8]) -> Result<Partial, WireError> {
    if !begins(bytes) {
        return Err(WireError::Foreign);
    }
    let cut = WireError::Damaged("it is cut");
    let place = bytes.len().checked_sub(CHECKSUM_BYTES).filter(|&place| place >= HEADER_BYTES).ok_or(cut)?;
    let (written, checksum) = bytes.split_at(place);
    if xxh3_128(written).to_le_bytes() != checksum {
        return Err(WireError::Damaged("its checksum is wrong"));
    }
    // The checksum is right, so that somebody wrote exactly this; it may still be anybody.
    let mut header = written.iter().copied().skip(MAGIC.len());
    let mut number =
        |bytes: u32| (0..bytes).fold(0, |sum, place| sum | u64::from(header.next().unwrap_or(0)) << (8 * place));
    let version = number(2) as u16;
    let (is_packed, length) = (number(1), number(8));
    if version > VERSION {
        return Err(WireError::Newer(version));
    }
    let held = written.get(HEADER_BYTES..).unwrap_or_default();
    let mut body = match is_packed {
        0 if length == held.len() as u64 => Cow::Borrowed(held),
        1 => Cow::Owned(unpack(held, length)?),
        _ => return Err(WireError::Damaged("its length is wrong")),
    };
    if version < 2 {
        // An empty list: version 1 kept nothing of each input alone.
        body.to_mut().push(0);
    }
    read(&body)
}

fn body(partial: &Partial) -> Result<Vec<u8>, WireError> {
    postcard::to_allocvec(partial).map_err(|error| WireError::Unwritten(error.to_string()))
}

fn read(body: &[u8]) -> Result<Partial, WireError> {
    let unsound = WireError::Damaged("it is not what a run can have found");
    let (partial, rest) = postcard::take_from_bytes::<Partial>(body).map_err(|_| unsound.clone())?;
    // Whatever could be written in two ways is in the one that is written here: then it is sorted, and complete.
    if !rest.is_empty() || !partial.is_sound() {
        return Err(unsound);
    }
    postcard::serialize_with_flavor(&partial, Same { expected: body }).map_err(|_| unsound)?;
    Ok(partial)
}

/// How many bytes are compared one by one.
const FEW_BYTES: usize = 10;

/// A place to write to that takes only the bytes that are expected, so that they need not be made to be compared.
struct Same<'b> {
    expected: &'b [u8],
}

impl Flavor for Same<'_> {
    type Output = ();

    #[inline]
    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        let unlike = postcard::Error::SerializeBufferFull;
        let Some((expected, rest)) = self.expected.split_at_checked(bytes.len()) else { return Err(unlike) };
        self.expected = rest;
        // Most are numbers of a few bytes, and to call for a comparison takes longer than that.
        let is_same = match bytes.len() <= FEW_BYTES {
            true => !(0..bytes.len()).any(|place| expected.get(place) != bytes.get(place)),
            false => expected == bytes,
        };
        if is_same { Ok(()) } else { Err(unlike) }
    }

    #[inline]
    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        match self.expected.split_first() {
            Some((&first, rest)) if first == byte => self.expected = rest,
            _ => return Err(postcard::Error::SerializeBufferFull),
        }
        Ok(())
    }

    fn finalize(self) -> postcard::Result<()> {
        if self.expected.is_empty() { Ok(()) } else { Err(postcard::Error::SerializeBufferFull) }
    }
}

const fn body_bytes_max(packed: usize) -> usize {
    packed.saturating_mul(RATIO_MAX).saturating_add(BODY_BYTES_FREE)
}

/// Packs a body that ends with the files of single inputs, as a frame of zstd, or as two where those are large.
fn pack(body: &[u8], files: usize) -> Result<Vec<u8>, WireError> {
    let (sum, files) = match files {
        PACKED_BYTES_MIN.. => body.split_at(body.len().saturating_sub(files)),
        _ => (body, [].as_slice()),
    };
    let mut packed = frame(sum, LEVEL)?;
    if !files.is_empty() {
        packed.append(&mut frame(files, LEVEL_OF_PACKED)?);
    }
    Ok(packed)
}

fn frame(bytes: &[u8], level: i32) -> Result<Vec<u8>, WireError> {
    let mut packed = vec![0; zstd_safe::compress_bound(bytes.len())];
    let length = zstd_safe::compress(packed.as_mut_slice(), bytes, level)
        .map_err(|code| WireError::Unwritten(zstd_safe::get_error_name(code).to_owned()))?;
    packed.truncate(length);
    Ok(packed)
}

fn unpack(packed: &[u8], length: u64) -> Result<Vec<u8>, WireError> {
    let wrong = WireError::Damaged("its length is wrong");
    let length = usize::try_from(length).ok().filter(|&length| length <= body_bytes_max(packed.len()));
    let length = length.ok_or_else(|| wrong.clone())?;
    let mut body = vec![0; length];
    match zstd_safe::decompress(body.as_mut_slice(), packed) {
        Ok(unpacked) if unpacked == length => Ok(body),
        _ => Err(wrong),
    }
}
