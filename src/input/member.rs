//! The files of tars as inputs of their own. A tar is listed before anything is read, because inputs are ranked by path;
//! then each of its files is a span of the tar: of the file on disk when the tar is plain, else of what its decoder gives,
//! which `lane` hands on from file to file.

use std::collections::HashMap;
use std::ffi::OsString;
use std::ops::Range;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use super::blob::Blob;
use super::chunk::Damage;
use super::decode::memory::Memory;
use super::decode::{self, Decoder, Outer, SNIFF_BYTES, Source};
use super::headers::{self, BLOCK_BYTES, Blocks, Found, Listing};
use super::lane::{fill, pass_to};
use super::object::Object;
use super::source;
use super::{Compression, Input, is_summary};

/// A file of a tar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The tar.
    pub archive: Arc<Path>,
    /// How the tar is packed.
    pub compression: Compression,
    /// Where its bytes stand in the tar, unpacked.
    pub span: Range<u64>,
    /// Why they are not all of its bytes.
    pub damage: Option<Damage>,
}

impl Member {
    /// Whether it can only be read in the order of its tar.
    #[must_use]
    pub fn is_packed(&self) -> bool {
        self.compression != Compression::None && !self.span.is_empty()
    }
}

/// Replaces each tar among the inputs, known by its first bytes, plain or packed, by its regular files, and sorts the inputs
/// by path; a summary is marked as one. What is wrong with a tar outside of its files, or that it has none, is an input of its own, under its path.
/// Pipes are left as they are. When `stop` is set not all files are found.
#[must_use]
pub fn with_members(inputs: Vec<Input>, stop: &AtomicBool) -> Vec<Input> {
    let mut all = Vec::with_capacity(inputs.len());
    let mut has_tar = false;
    let mut logs = plain_objects(&inputs, stop).into_iter();
    for input in inputs {
        // Most objects are neither tars nor summaries, which is known by now; the others are looked at again.
        let is_log = logs.next().unwrap_or_default();
        match if is_log { None } else { look(&input, stop) } {
            Some(Content::Tar(compression, listing)) => {
                has_tar = true;
                add(&mut all, &input, compression, listing);
            }
            Some(Content::Summary) => all.push(Input { is_summary: true, ..input }),
            None => all.push(input),
        }
    }
    if has_tar {
        all.sort_by(|a, b| a.path.as_os_str().cmp(b.path.as_os_str()));
    }
    all
}

/// What is in an input that is not a log.
enum Content {
    Tar(Compression, Listing),
    Summary,
}

/// How many objects are looked at together: each look is mostly a wait.
const LOOKS_AT_ONCE: usize = 16;

/// Which of the inputs are objects that are neither tars nor summaries, or cannot be read, which they say later.
fn plain_objects(inputs: &[Input], stop: &AtomicBool) -> Vec<bool> {
    let is_log: Vec<_> = inputs.iter().map(|_| AtomicBool::new(false)).collect();
    let objects: Vec<_> = inputs.iter().zip(&is_log).filter(|(input, _)| input.object.is_some()).collect();
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..LOOKS_AT_ONCE.min(objects.len()) {
            scope.spawn(|| {
                while let Some((input, is_log)) = objects.get(next.fetch_add(1, Ordering::Relaxed)) {
                    is_log.store(!is_tar_or_summary(input, stop), Ordering::Relaxed);
                }
            });
        }
    });
    is_log.into_iter().map(AtomicBool::into_inner).collect()
}

fn is_tar_or_summary(input: &Input, stop: &AtomicBool) -> bool {
    let Some((blob, size, head)) = input.object.as_ref().and_then(head_of_object) else { return false };
    match decode::sniff(head.get(..SNIFF_BYTES).unwrap_or(&head)) {
        _ if is_summary(&head, &input.path) => true,
        None => headers::is_tar(&head),
        Some(compression) => Packed::begin(compression, Source::Span { file: blob, at: 0, end: size }, stop).is_some(),
    }
}

/// An object, opened to look at its beginning, how long it is, and its first bytes.
fn head_of_object(object: &Object) -> Option<(Blob, u64, Vec<u8>)> {
    let blob = Blob::Object(object.open_head());
    let mut head = vec![0; BLOCK_BYTES];
    let length = blob.read_at(0, &mut head).ok()?;
    head.truncate(length);
    object.note_magic(&head);
    Some((blob, object.size(), head))
}

/// What is in an input if it is a tar, or a summary. One that cannot be read says so when it is read.
fn look(input: &Input, stop: &AtomicBool) -> Option<Content> {
    if input.error.is_some() || input.is_stdin() && input.copy.is_none() {
        return None;
    }
    if let Some(object) = &input.object {
        let (_, size, head) = head_of_object(object)?;
        let blob = Blob::Object(object.open(None));
        return content(&input.path, blob, size, &head, stop);
    }
    // To open a pipe and close it again would end whoever writes to it.
    let path = input.bytes_path();
    let metadata = path.metadata().ok().filter(std::fs::Metadata::is_file)?;
    let file = source::open_path(path).ok()?;
    let mut head = [0; BLOCK_BYTES];
    let length = source::read_at(&file, 0, &mut head).ok()?;
    content(&input.path, file.into(), metadata.len(), head.get(..length)?, stop)
}

/// What is in bytes that begin with `head`.
fn content(path: &Path, blob: Blob, size: u64, head: &[u8], stop: &AtomicBool) -> Option<Content> {
    if is_summary(head, path) {
        return Some(Content::Summary);
    }
    match decode::sniff(head.get(..SNIFF_BYTES).unwrap_or(head)) {
        None if headers::is_tar(head) => {
            let mut blocks = Plain { file: &blob, at: 0, size };
            Some(Content::Tar(Compression::None, headers::list(&mut blocks)))
        }
        None => None,
        Some(compression) => {
            let source = match blob {
                Blob::File(file) => file.into(),
                Blob::Object(_) => Source::Span { file: blob, at: 0, end: size },
            };
            let mut blocks = Packed::begin(compression, source, stop)?;
            let listing = headers::list(&mut blocks);
            Some(Content::Tar(blocks.rest.outer.compression(), listing))
        }
    }
}

fn add(all: &mut Vec<Input>, tar: &Input, compression: Compression, listing: Listing) {
    let shared: Arc<Path> = tar.bytes_path().into();
    let Listing { files, damage } = listing;
    let is_empty = files.is_empty();
    let mut names = Names::default();
    for Found { name, span, damage, is_sparse } in files {
        let error = is_sparse.then(|| "a file with holes (sparse) in a tar: expected its whole bytes".to_owned());
        let member = Member { archive: Arc::clone(&shared), compression, span, damage };
        let path = path_of(&tar.path, &names.distinct(name));
        all.push(Input { error, object: tar.object.clone(), member: Some(member), ..Input::new(path) });
    }
    if let Some(damage) = damage {
        let member = Member { archive: shared, compression, span: 0..0, damage: Some(damage) };
        all.push(Input { object: tar.object.clone(), member: Some(member), ..Input::new(tar.path.clone()) });
    } else if is_empty {
        let error = Some("the tar holds no regular file".to_owned());
        all.push(Input { error, ..Input::new(tar.path.clone()) });
    }
}

/// The names of a tar, and how often each was seen.
#[derive(Default)]
struct Names(HashMap<Vec<u8>, u64>);

impl Names {
    /// The name without `./` in front, with a number at its end when the tar has had it before: who appends to a tar may
    /// write a longer log again or another day's log, and only one of the two is a repetition.
    fn distinct(&mut self, name: Vec<u8>) -> Vec<u8> {
        let mut short = &*name;
        while let Some(rest) = short.strip_prefix(b"./") {
            short = rest;
        }
        let short = short.to_vec();
        let mut distinct = short.clone();
        loop {
            if !self.0.contains_key(&distinct) {
                self.0.insert(distinct.clone(), 1);
                return distinct;
            }
            let count = self.0.entry(short.clone()).and_modify(|count| *count += 1).or_insert(1);
            distinct = [&short, format!("#{count}").as_bytes()].concat();
        }
    }
}

/// What a file of a tar is called: a text, which leads nowhere, whatever stands in it.
fn path_of(archive: &Path, name: &[u8]) -> PathBuf {
    let bytes = [archive.as_os_str().as_bytes(), b"/", name].concat();
    OsString::from_vec(bytes).into()
}

/// A tar that is a file on disk.
struct Plain<'f> {
    file: &'f Blob,
    at: u64,
    size: u64,
}

impl Blocks for Plain<'_> {
    fn fill(&mut self, out: &mut [u8]) -> (usize, Option<Damage>) {
        let room = usize::try_from(self.size - self.at).unwrap_or(usize::MAX).min(out.len());
        let (length, damage) = match self.file.read_at(self.at, out.get_mut(..room).unwrap_or_default()) {
            Ok(length) => (length, None),
            Err(error) => (0, Some(Damage::of(&error, self.at))),
        };
        self.at += length as u64;
        (length, damage)
    }

    fn skip(&mut self, bytes: u64) -> (u64, Option<Damage>) {
        let passed = bytes.min(self.size - self.at);
        self.at += passed;
        (passed, None)
    }

    fn at(&self) -> u64 {
        self.at
    }
}

/// A tar that a decoder gives.
struct Packed<'s> {
    outer: Outer,
    memory: Memory,
    stop: &'s AtomicBool,
}

impl<'s> Packed<'s> {
    /// A packed tar, by what its first block decodes to; nothing when it is none.
    fn begin(compression: Compression, source: Source, stop: &'s AtomicBool) -> Option<Begun<'s>> {
        let memory = Memory::default();
        let mut rest = Self { outer: Outer::new(Decoder::new(compression, &[], source, &memory)), memory, stop };
        let mut block = [0; BLOCK_BYTES];
        let (length, _) = rest.fill(&mut block);
        headers::is_tar(block.get(..length)?).then_some(Begun { block, at: 0, rest })
    }
}

impl Blocks for Packed<'_> {
    fn fill(&mut self, out: &mut [u8]) -> (usize, Option<Damage>) {
        fill(&mut self.outer, out, &self.memory, self.stop)
    }

    fn skip(&mut self, bytes: u64) -> (u64, Option<Damage>) {
        let from = self.outer.at();
        let damage = pass_to(&mut self.outer, from.saturating_add(bytes), &self.memory, self.stop).err();
        (self.outer.at() - from, damage)
    }

    fn at(&self) -> u64 {
        self.outer.at()
    }
}

/// A tar of which the first block was taken.
struct Begun<'s> {
    block: [u8; BLOCK_BYTES],
    at: usize,
    rest: Packed<'s>,
}

impl Blocks for Begun<'_> {
    fn fill(&mut self, out: &mut [u8]) -> (usize, Option<Damage>) {
        let taken = self.block.get(self.at..).unwrap_or_default();
        let length = taken.len().min(out.len());
        if let (Some(room), Some(taken)) = (out.get_mut(..length), taken.get(..length)) {
            room.copy_from_slice(taken);
        }
        self.at += length;
        let (read, damage) = self.rest.fill(out.get_mut(length..).unwrap_or_default());
        (length + read, damage)
    }

    fn skip(&mut self, bytes: u64) -> (u64, Option<Damage>) {
        self.rest.skip(bytes)
    }

    fn at(&self) -> u64 {
        self.rest.at() - (BLOCK_BYTES - self.at) as u64
    }
}
