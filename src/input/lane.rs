//! Inputs in the order in which they are opened, and the decoder that goes from one file of a packed tar to the next. It
//! lists no tar.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::chunk::Damage;
use super::decode::memory::Memory;
use super::decode::{Decoder, Outer, ReadError, Source};
use super::source;
use super::{Input, Status, wait};

/// How long a wait lasts before the wish to stop is looked at.
const WAIT: Duration = Duration::from_millis(100);
/// How much is decoded at once of what is passed over.
const SKIP_BYTES: usize = 64 * 1024;

/// Inputs that one thread after another opens, each when the one before it was read: the files of a packed tar, which all
/// come from one decoder, or any other input alone.
#[derive(Debug)]
pub(super) struct Lane {
    /// The rank of the input that comes next.
    pub(super) first: u32,
    /// The ranks of those after it, the next one last.
    rest: Vec<u32>,
    /// The decoder, where the last file was left.
    pub(super) outer: Option<Box<Outer>>,
}

impl Lane {
    /// What is left when the first input was opened; nothing when it was the last.
    pub(super) fn after_first(mut self) -> Option<Self> {
        let first = self.rest.pop()?;
        Some(Self { first, ..self })
    }
}

/// The lanes of these ranks. In the order of paths a decoder begins anew for each file that stands before the last one in
/// the tar; else the files are read as they stand in it, wherever the first of them is due.
pub(super) fn lanes(ranks: Vec<u32>, inputs: &[Input], by_path: bool) -> Vec<Lane> {
    let mut lanes: Vec<Lane> = Vec::with_capacity(ranks.len());
    let mut of_archive: HashMap<&Path, usize> = HashMap::new();
    let packed = |rank: u32| inputs.get(rank as usize)?.member.as_ref().filter(|member| member.is_packed());
    for rank in ranks {
        if let Some(member) = packed(rank) {
            if let Some(lane) = of_archive.get(&*member.archive).and_then(|&place| lanes.get_mut(place)) {
                lane.rest.push(rank);
                continue;
            }
            of_archive.insert(&member.archive, lanes.len());
        }
        lanes.push(Lane { first: rank, rest: Vec::new(), outer: None });
    }
    for lane in lanes.iter_mut().filter(|lane| !lane.rest.is_empty()) {
        lane.rest.insert(0, lane.first);
        if !by_path {
            lane.rest.sort_by_key(|&rank| packed(rank).map(|member| member.span.start));
        }
        lane.rest.reverse();
        lane.first = lane.rest.pop().unwrap_or_default();
    }
    lanes
}

/// Decodes and drops bytes up to a place, or to the end.
///
/// # Errors
///
/// The damage of the archive, and that the run was stopped.
pub(super) fn pass_to(outer: &mut Outer, place: u64, memory: &Memory, stop: &AtomicBool) -> Result<(), Damage> {
    let mut buffer = vec![0; SKIP_BYTES];
    while outer.at() < place {
        let room = usize::try_from(place - outer.at()).unwrap_or(usize::MAX).min(SKIP_BYTES);
        if read(outer, buffer.get_mut(..room).unwrap_or_default(), memory, stop)? == 0 {
            break;
        }
    }
    Ok(())
}

/// Decodes some bytes; none at the end.
///
/// # Errors
///
/// As [`pass_to`].
fn read(outer: &mut Outer, out: &mut [u8], memory: &Memory, stop: &AtomicBool) -> Result<usize, Damage> {
    loop {
        let damage = |status, text| Damage { offset: outer.at(), status, text };
        if stop.load(Ordering::Relaxed) {
            return Err(damage(Status::Incomplete, "the run was stopped before the whole tar was listed".to_owned()));
        }
        match outer.wait(WAIT) {
            Ok(true) => {}
            Ok(false) => continue,
            Err(error) => return Err(Damage::of(&error, outer.at())),
        }
        match outer.read(out) {
            Ok(read) => return Ok(read),
            Err(ReadError::Memory) => memory.wait(WAIT),
            Err(ReadError::Source(error)) if wait::is_passing(&error) => {}
            Err(ReadError::Source(error)) => return Err(Damage::of(&error, outer.at())),
            Err(ReadError::Damage(error)) => {
                return Err(Damage { offset: outer.at(), status: error.status, text: error.text });
            }
        }
    }
}

/// Fills a buffer with decoded bytes, and tells how much of it; less at the end and at damage only.
pub(super) fn fill(outer: &mut Outer, out: &mut [u8], memory: &Memory, stop: &AtomicBool) -> (usize, Option<Damage>) {
    let mut length = 0;
    while length < out.len() {
        match read(outer, out.get_mut(length..).unwrap_or_default(), memory, stop) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(damage) => return (length, Some(damage)),
        }
    }
    (length, None)
}

/// The decoder of the packed tar that an input is of, at the place where the input begins: the one that was read so far when
/// it has not gone past the place, else a new one. Other inputs have none.
///
/// # Errors
///
/// The tar cannot be opened, or is damaged before the place; then `before` is where it was left.
pub(super) fn seek(
    input: &Input,
    before: &mut Option<Box<Outer>>,
    memory: &Memory,
    stop: &AtomicBool,
) -> Result<Option<Box<Outer>>, Damage> {
    let Some(member) = input.member.as_ref().filter(|member| member.is_packed()) else { return Ok(None) };
    let open = || {
        let source = match &input.object {
            Some(object) => Source::Span { file: source::open_blob(input)?, at: 0, end: object.size() },
            None => source::open_path(&member.archive)?.into(),
        };
        Ok::<_, io::Error>(Box::new(Outer::new(Decoder::new(member.compression, &[], source, memory))))
    };
    let mut outer = match before.take() {
        Some(outer) if outer.at() <= member.span.start => outer,
        _ => open().map_err(|error| Damage { offset: 0, status: Status::Error, text: error.to_string() })?,
    };
    match pass_to(&mut outer, member.span.start, memory, stop) {
        Ok(()) => Ok(Some(outer)),
        Err(damage) => {
            *before = Some(outer);
            Err(damage)
        }
    }
}
