//! The headers of a tar (ustar, pax, GNU) become a list of its files: names, and where their bytes stand. It reads no file
//! of it, and no name is ever opened.

use std::ops::Range;

use tar::{EntryType, Header};

use super::Status;
use super::chunk::Damage;

/// The size of a header, to a multiple of which everything else is padded.
pub(super) const BLOCK_BYTES: usize = 512;

/// The longest name, and the longest list of attributes, that is read.
const EXTENSION_BYTES_MAX: u64 = 1024 * 1024;

/// Where GNU says that another block of a map of holes follows, in the header and in such a block.
const MORE_HOLES: [usize; 2] = [482, 504];

/// Whether these are the first bytes of a tar: a header with its magic number, or with nothing after its old fields as
/// before POSIX, and the right checksum, since a log may hold the letters, too.
#[must_use]
pub fn is_tar(head: &[u8]) -> bool {
    head.first_chunk().is_some_and(|block: &[u8; BLOCK_BYTES]| is_header(block))
}

fn is_header(block: &[u8; BLOCK_BYTES]) -> bool {
    let header = Header::from_byte_slice(block);
    let sum: u32 =
        block.iter().enumerate().map(|(at, &byte)| u32::from(if (148..156).contains(&at) { b' ' } else { byte })).sum();
    let is_old =
        || block.first() != Some(&0) && block.get(257..).is_some_and(|rest| rest.iter().all(|&byte| byte == 0));
    (block.get(257..262) == Some(b"ustar") || is_old()) && header.cksum().is_ok_and(|expected| expected == sum)
}

/// A tar that is read in order.
pub(super) trait Blocks {
    /// Fills the buffer, and tells how much of it; less at the end and at damage only.
    fn fill(&mut self, out: &mut [u8]) -> (usize, Option<Damage>);
    /// Passes over bytes, and tells over how many; fewer at the end and at damage only.
    fn skip(&mut self, bytes: u64) -> (u64, Option<Damage>);
    /// How many bytes were passed.
    fn at(&self) -> u64;
}

/// A regular file of a tar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Its name as it is written; neither UTF-8 nor a path that leads anywhere.
    pub(super) name: Vec<u8>,
    /// Where its bytes stand in the tar, as far as they are there.
    pub(super) span: Range<u64>,
    /// Why there are not all of them.
    pub(super) damage: Option<Damage>,
    /// Whether it has holes, and its bytes are not those of the file.
    pub(super) is_sparse: bool,
}

/// What is in a tar.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Listing {
    /// Its regular files in the order of the tar.
    pub(super) files: Vec<Found>,
    /// What is wrong with it outside of its files.
    pub(super) damage: Option<Damage>,
}

/// Lists a tar to its end or its damage.
pub(super) fn list(blocks: &mut impl Blocks) -> Listing {
    let mut walk = Walk { blocks, next: Attributes::default(), all: Attributes::default(), is_ended: false };
    let mut files = Vec::new();
    let damage = loop {
        match walk.step() {
            Ok(Step::File(found)) => {
                let is_cut = found.damage.is_some();
                files.push(found);
                if is_cut {
                    break None;
                }
            }
            Ok(Step::Other) => {}
            Ok(Step::End) => break None,
            Err(damage) => break Some(damage),
        }
    };
    Listing { files, damage }
}

/// What one header led to.
enum Step {
    File(Found),
    Other,
    End,
}

/// What headers in front of a header say of its file.
#[derive(Clone, Debug, Default)]
struct Attributes {
    name: Option<Vec<u8>>,
    size: Option<u64>,
    is_sparse: bool,
}

impl Attributes {
    /// Takes the records `LENGTH KEY=VALUE\n` of pax; what is wrong ends the list.
    fn read_pax(&mut self, mut records: &[u8]) {
        while let Some((key, value, rest)) = record(records) {
            records = rest;
            match key {
                b"path" | b"GNU.sparse.name" => self.name = Some(value.to_vec()),
                b"size" => self.size = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok()),
                _ => {}
            }
            self.is_sparse |= key.starts_with(b"GNU.sparse.");
        }
    }
}

/// The first of the records: key, value, and the records after it.
fn record(records: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let blank = memchr::memchr(b' ', records)?;
    let length: usize = std::str::from_utf8(records.get(..blank)?).ok()?.parse().ok()?;
    let (record, rest) = (records.get(blank + 1..length)?, records.get(length..)?);
    let record = record.strip_suffix(b"\n")?;
    let equals = memchr::memchr(b'=', record)?;
    Some((record.get(..equals)?, record.get(equals + 1..)?, rest))
}

struct Walk<'b, B> {
    blocks: &'b mut B,
    /// Of the next file.
    next: Attributes,
    /// Of all files from here on.
    all: Attributes,
    /// Whether an end mark was seen. Tars that were put one after another go on there.
    is_ended: bool,
}

impl<B: Blocks> Walk<'_, B> {
    fn step(&mut self) -> Result<Step, Damage> {
        let place = self.blocks.at();
        let mut block = [0; BLOCK_BYTES];
        let (length, damage) = self.blocks.fill(&mut block);
        if length < BLOCK_BYTES {
            return match damage {
                Some(damage) => Err(damage),
                None if self.is_ended => Ok(Step::End),
                None if length == 0 => Err(cut(place, "without an end mark")),
                None => Err(cut(place + length as u64, "inside a header")),
            };
        }
        if block.iter().all(|&byte| byte == 0) {
            self.is_ended = true;
            return Ok(Step::Other);
        }
        if !is_header(&block) {
            let text = format!("the tar has no header at byte {place}; what follows is not read");
            let damage = Damage { offset: place, status: Status::Corrupt, text };
            // What stands after the end is padding, whatever it is.
            return if self.is_ended { Ok(Step::End) } else { Err(damage) };
        }
        self.is_ended = false;
        self.entry(&block)
    }

    /// What the header is of.
    fn entry(&mut self, block: &[u8; BLOCK_BYTES]) -> Result<Step, Damage> {
        let header = Header::from_byte_slice(block);
        let size = header.entry_size().map_err(|_| {
            let place = self.blocks.at() - BLOCK_BYTES as u64;
            let text = format!("the tar has a size that is not a number at byte {place}; what follows is not read");
            Damage { offset: place, status: Status::Corrupt, text }
        })?;
        match header.entry_type() {
            EntryType::XHeader => {
                let records = self.extension(size)?;
                self.next.read_pax(&records);
            }
            EntryType::XGlobalHeader => {
                let records = self.extension(size)?;
                self.all.read_pax(&records);
            }
            EntryType::GNULongName => {
                let mut name = self.extension(size)?;
                name.truncate(memchr::memchr(0, &name).unwrap_or(name.len()));
                self.next.name = Some(name);
            }
            EntryType::GNULongLink => self.pass(size)?,
            other => return self.file(header, other, size),
        }
        Ok(Step::Other)
    }

    /// A file, a folder or a link, with what the headers in front of it said.
    fn file(&mut self, header: &Header, kind: EntryType, size: u64) -> Result<Step, Damage> {
        let Attributes { name, size: size_before, is_sparse } = std::mem::take(&mut self.next);
        let name = name.or_else(|| self.all.name.clone()).unwrap_or_else(|| header.path_bytes().into_owned());
        let size = size_before.or(self.all.size).unwrap_or(size);
        if kind == EntryType::GNUSparse {
            self.holes(header)?;
        }
        let is_file = matches!(kind, EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse);
        // The oldest tars mark a folder by its name alone.
        if !is_file || name.ends_with(b"/") {
            let has_bytes = !matches!(
                kind,
                EntryType::Link
                    | EntryType::Symlink
                    | EntryType::Char
                    | EntryType::Block
                    | EntryType::Directory
                    | EntryType::Fifo
            );
            if has_bytes {
                self.pass(size)?;
            }
            return Ok(Step::Other);
        }
        let start = self.blocks.at();
        let is_sparse = is_sparse || kind == EntryType::GNUSparse;
        let found = |length: u64, damage| Found { name, span: start..start + length, damage, is_sparse };
        let (passed, damage) = self.blocks.skip(padded(size));
        if passed >= size {
            // What is wrong after the file comes with the next header.
            return Ok(Step::File(found(size, None)));
        }
        let damage = damage.unwrap_or_else(|| {
            let text = format!("the tar ends inside this file, after {passed} of {size} bytes");
            Damage { offset: passed, status: Status::Incomplete, text }
        });
        Ok(Step::File(found(passed, Some(Damage { offset: passed, ..damage }))))
    }

    /// Passes over the blocks in which GNU goes on with its map of holes.
    fn holes(&mut self, header: &Header) -> Result<(), Damage> {
        let mut has_more = header.as_bytes().get(MORE_HOLES[0]).is_some_and(|&more| more != 0);
        while has_more {
            let block = self.extension(BLOCK_BYTES as u64)?;
            has_more = block.get(MORE_HOLES[1]).is_some_and(|&more| more != 0);
        }
        Ok(())
    }

    /// The bytes that belong to a header.
    fn extension(&mut self, size: u64) -> Result<Vec<u8>, Damage> {
        let place = self.blocks.at();
        if size > EXTENSION_BYTES_MAX {
            let text = format!("the tar has a header of {size} bytes at byte {place}, the limit is 1 MiB");
            return Err(Damage { offset: place, status: Status::Corrupt, text });
        }
        let mut bytes = vec![0; padded(size) as usize];
        let (length, damage) = self.blocks.fill(&mut bytes);
        if length < bytes.len() {
            return Err(damage.unwrap_or_else(|| cut(place + length as u64, "inside a header")));
        }
        bytes.truncate(size as usize);
        Ok(bytes)
    }

    fn pass(&mut self, size: u64) -> Result<(), Damage> {
        let place = self.blocks.at();
        let (passed, damage) = self.blocks.skip(padded(size));
        if passed < size {
            return Err(damage.unwrap_or_else(|| cut(place + passed, "inside an entry that is not a file")));
        }
        Ok(())
    }
}

fn cut(place: u64, how: &str) -> Damage {
    let text = format!("the tar ends at byte {place} {how}: it may be cut");
    Damage { offset: place, status: Status::Incomplete, text }
}

/// A size with its padding.
const fn padded(size: u64) -> u64 {
    size.saturating_add(BLOCK_BYTES as u64 - 1) / BLOCK_BYTES as u64 * BLOCK_BYTES as u64
}
