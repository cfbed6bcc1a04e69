//! Which records repeat the request id of another one (SPEC 5). A first pass writes every id with its place to
//! temporary files, parted by hash; each part is then small enough to be sorted out in memory. It is exact: ids are
//! compared, not their hashes.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use xxhash_rust::xxh3::xxh3_64;

use crate::engine::{self, Duplicates, Options, Run, RunControl, Seen, ThreadsError};
use crate::filter::Verdict;
use crate::input::Input;
use crate::input::order::Order;
use crate::record::{Line, Origin, Outcome, Record};
use crate::time::Nanos;

/// Into how many parts ids are spilled: a part of a terabyte of short responses is about a gigabyte.
const PARTS: usize = 256;
/// How much a thread gathers of a part before it writes.
const GATHER_BYTES: usize = 16 * 1024;

/// Why duplicates could not be found.
#[derive(Debug, thiserror::Error)]
pub enum DedupeError {
    /// The temporary files cannot be written or read.
    #[error("temporary files in {folder}")]
    Spill {
        /// Where they are.
        folder: String,
        /// What went wrong.
        source: io::Error,
    },
    /// The threads could not be started.
    #[error(transparent)]
    Threads(#[from] ThreadsError),
}

/// Which record of an id counts: the smallest claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Claim {
    /// Failed, ok, dry run.
    outcome: u8,
    untimed: bool,
    time: i64,
    input: u32,
    offset: u64,
}

impl Claim {
    fn of(record: &Record<'_>, origin: Origin) -> Self {
        let outcome = match record.outcome {
            Outcome::Failed => 0,
            Outcome::Ok => 1,
            Outcome::DryRun => 2,
        };
        let Nanos(time) = record.context.time.unwrap_or_default();
        Self { outcome, untimed: record.context.time.is_none(), time, input: origin.input, offset: origin.offset }
    }
}

/// Finds the records that repeat an id among those that `options` lets count. Inputs must be files that can be read
/// again; `folder` is where temporary files go, which vanish with the process. When the run is stopped not all are found.
///
/// # Errors
///
/// Temporary files cannot be written or read, or the threads cannot be started.
pub fn duplicates(
    inputs: &[Input],
    options: &Options,
    watch: &RunControl,
    folder: &Path,
) -> Result<Duplicates, DedupeError> {
    let failed = |source| DedupeError::Spill { folder: folder.display().to_string(), source };
    let parts = (0..PARTS).map(|_| tempfile::tempfile_in(folder).map(Mutex::new)).collect::<io::Result<Vec<_>>>();
    let parts = parts.map_err(failed)?;
    let spilled = engine::drive(
        &Run { inputs, order: Order::Paths, sieve: None, options, watch },
        || Spill { gathered: vec![Vec::new(); PARTS], parts: &parts, result: Ok(()) },
        |spill: &mut Spill<'_>, seen| spill.line(seen, options),
        |_, _| {},
        |_, _| {},
    )?;
    for spill in spilled.folds {
        spill.finish().map_err(failed)?;
    }
    let mut offsets = vec![Vec::new(); inputs.len()];
    for part in parts {
        if watch.stop.load(Ordering::Relaxed) {
            break;
        }
        let file = part.into_inner().unwrap_or_else(PoisonError::into_inner);
        sort_out(file, &mut offsets, &watch.stop).map_err(failed)?;
    }
    Ok(Duplicates::new(offsets))
}

/// Ids of one thread on their way to the parts.
struct Spill<'p> {
    gathered: Vec<Vec<u8>>,
    parts: &'p [Mutex<File>],
    result: io::Result<()>,
}

impl Spill<'_> {
    fn line(&mut self, seen: &Seen<'_>, options: &Options) {
        let Line::Record(record) = &seen.scanned.line else { return };
        let Some(id) = record.request_id else { return };
        if options.reading.filter.judge(record) != Verdict::Counts || self.result.is_err() {
            return;
        }
        let part = (xxh3_64(id.as_bytes()) % PARTS as u64) as usize;
        let Some(gathered) = self.gathered.get_mut(part) else { return };
        let claim = Claim::of(record, seen.origin);
        // An id has at most 256 bytes.
        gathered.extend_from_slice(&(id.len() as u16).to_le_bytes());
        gathered.extend_from_slice(id.as_bytes());
        gathered.push(claim.outcome);
        gathered.push(u8::from(claim.untimed));
        gathered.extend_from_slice(&claim.time.to_le_bytes());
        gathered.extend_from_slice(&claim.input.to_le_bytes());
        gathered.extend_from_slice(&claim.offset.to_le_bytes());
        if gathered.len() >= GATHER_BYTES {
            self.result = self.write(part);
        }
    }

    fn write(&mut self, part: usize) -> io::Result<()> {
        if let (Some(gathered), Some(file)) = (self.gathered.get_mut(part), self.parts.get(part)) {
            file.lock().unwrap_or_else(PoisonError::into_inner).write_all(gathered)?;
            gathered.clear();
        }
        Ok(())
    }

    fn finish(mut self) -> io::Result<()> {
        std::mem::replace(&mut self.result, Ok(()))?;
        (0..PARTS).try_for_each(|part| self.write(part))
    }
}

/// Adds the places of the records of one part that do not count; not all of them when the run is stopped.
fn sort_out(mut file: File, offsets: &mut [Vec<u64>], stop: &AtomicBool) -> io::Result<()> {
    file.seek(SeekFrom::Start(0))?;
    let mut reader = BufReader::new(file);
    let mut winners: HashMap<Vec<u8>, Claim> = HashMap::new();
    while !stop.load(Ordering::Relaxed)
        && let Some((id, claim)) = read_entry(&mut reader)?
    {
        let loser = match winners.get_mut(&id) {
            None => {
                winners.insert(id, claim);
                continue;
            }
            Some(winner) if claim < *winner => std::mem::replace(winner, claim),
            Some(_) => claim,
        };
        if let Some(offsets) = offsets.get_mut(loser.input as usize) {
            offsets.push(loser.offset);
        }
    }
    Ok(())
}

fn read_entry(reader: &mut impl Read) -> io::Result<Option<(Vec<u8>, Claim)>> {
    let mut length = [0; 2];
    match reader.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let mut id = vec![0; usize::from(u16::from_le_bytes(length))];
    reader.read_exact(&mut id)?;
    let [outcome, untimed] = array(reader)?;
    let time = i64::from_le_bytes(array(reader)?);
    let input = u32::from_le_bytes(array(reader)?);
    let offset = u64::from_le_bytes(array(reader)?);
    Ok(Some((id, Claim { outcome, untimed: untimed != 0, time, input, offset })))
}

fn array<const BYTES: usize>(reader: &mut impl Read) -> io::Result<[u8; BYTES]> {
    let mut bytes = [0; BYTES];
    reader.read_exact(&mut bytes)?;
    Ok(bytes)
}
