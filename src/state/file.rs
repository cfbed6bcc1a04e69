//! The file of a state: JSON, with a checksum of all its bytes in its last line. A file that is not exactly what was
//! written is refused; a fresh state is begun only where there is no file.

use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use super::State;
use crate::disk::Disk;

/// The version of the format. What 2 has and 1 had not are the times of files, without which they are known by inode and
/// bytes alone; in 3 the sums over all runs stand as a summary does in its own file.
pub const VERSION: u32 = 3;
/// What the last line begins with, in every version.
const CHECKSUM: &[u8] = b"xxh3-128 ";
/// Hexadecimal digits of the checksum.
const DIGITS: usize = 32;

/// Why a state cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The file cannot be read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The file has been changed or cut.
    #[error("the state is damaged ({0}); restore it from a backup, or move it away to begin afresh")]
    Damaged(&'static str),
    /// The file is of a later version.
    #[error("the state is of version {0}, which a newer resplog wrote; this one knows versions up to {VERSION}")]
    Newer(u64),
}

#[derive(Serialize)]
struct Out<'s> {
    resplog_state: u32,
    #[serde(flatten)]
    state: &'s State,
}

#[derive(Deserialize)]
struct Version {
    resplog_state: u64,
}

/// Reads a state; nothing when there is no file.
///
/// # Errors
///
/// The file cannot be read, is damaged, or is of a newer version.
pub fn load(disk: &Disk, path: &Path) -> Result<Option<State>, StateError> {
    let bytes = match disk.read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    decode(&bytes).map(Some)
}

/// Replaces a state in one step and durably, with mode 0600.
///
/// # Errors
///
/// The file cannot be written; what was there before stays.
pub fn save(disk: &Disk, path: &Path, state: &State) -> Result<(), StateError> {
    Ok(disk.replace_private(path, |out| write(state, out))?)
}

/// The bytes of a state's file.
///
/// # Errors
///
/// None that a state can cause.
pub fn encode(state: &State) -> Result<Vec<u8>, StateError> {
    let mut bytes = Vec::new();
    write(state, &mut bytes)?;
    Ok(bytes)
}

/// Writes a state. Of a hundred thousand positions it is a hundred megabytes, which are never held at once.
fn write(state: &State, out: &mut dyn Write) -> io::Result<()> {
    let mut out = Hashed { out, hash: Xxh3::new() };
    serde_json::to_writer(&mut out, &Out { resplog_state: VERSION, state })?;
    out.write_all(b"\n")?;
    let Hashed { out, hash } = out;
    out.write_all(CHECKSUM)?;
    writeln!(out, "{:032x}", hash.digest128())
}

/// Hashes what is written.
struct Hashed<'o> {
    out: &'o mut dyn Write,
    hash: Xxh3,
}

impl Write for Hashed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hash.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Reads the bytes of a state's file.
///
/// # Errors
///
/// They are not exactly what [`encode`] wrote, or a newer version did.
pub fn decode(bytes: &[u8]) -> Result<State, StateError> {
    if bytes.is_empty() {
        return Err(StateError::Damaged("it is empty"));
    }
    let place = bytes.len().checked_sub(CHECKSUM.len() + DIGITS + 1);
    let (body, last) = place
        .and_then(|place| bytes.split_at_checked(place))
        .filter(|(_, last)| last.starts_with(CHECKSUM) && last.ends_with(b"\n"))
        .ok_or(StateError::Damaged("its last line, which holds a checksum, is not there"))?;
    let told = last.get(CHECKSUM.len()..CHECKSUM.len() + DIGITS).unwrap_or_default();
    if told != format!("{:032x}", xxh3_128(body)).as_bytes() {
        return Err(StateError::Damaged("its checksum is wrong"));
    }
    // The checksum is right, so that somebody wrote exactly this.
    let foreign = |_| StateError::Damaged("it is not a state of resplog");
    let Version { resplog_state } = serde_json::from_slice(body).map_err(foreign)?;
    if resplog_state > u64::from(VERSION) {
        return Err(StateError::Newer(resplog_state));
    }
    serde_json::from_slice(body).map_err(foreign)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::LineClass;
    use crate::state::totals::Totals;
    use crate::summary::sums::Sums;
    use crate::summary::totals::Counts;

    fn state() -> State {
        let sums = Sums {
            totals: Counts::of(&[(LineClass::Ok, 2), (LineClass::Failed, 3)]),
            codes: [("InternalError".to_owned(), 2)].into(),
            other_codes: 1,
            ..Sums::default()
        };
        let mut state = State { totals: Totals::of(sums.into(), 7), ..State::default() };
        state.totals = state.totals.with_options(std::iter::once(("service".into(), "cvm".into())).collect());
        state.remember(Some(crate::time::Nanos(7)), None, crate::baseline::Baseline::default(), 30);
        state
    }

    #[test]
    fn a_state_is_read_as_it_was_written() {
        let bytes = encode(&state()).unwrap();
        let read = decode(&bytes).unwrap();
        assert_eq!(encode(&read).unwrap(), bytes);
        assert_eq!((read.generation, read.history), (1, state().history));
        assert_eq!(read.totals.options(), state().totals.options());
        assert_eq!((read.totals.codes(), read.totals.other_codes()), (vec![("InternalError", 2)], 1));
        assert_eq!((read.totals.shown().counts[LineClass::Failed], read.totals.shown().bytes), (3, 7));
    }

    #[test]
    fn a_state_begins_as_those_who_walk_folders_know_it() {
        use crate::input::discover::begins_state;
        assert!(begins_state(&encode(&state()).unwrap()));
        assert!(begins_state(b"{\n  \"resplog_state\": 2,"), "versions 1 and 2 were written with white space");
        assert!(!begins_state(b"{\"Response\":{}}") && !begins_state(b""));
    }

    #[test]
    fn every_bit_flipped_and_every_prefix_is_refused() {
        let good = encode(&state()).unwrap();
        for place in 0..good.len() {
            assert!(matches!(decode(&good[..place]), Err(StateError::Damaged(_))), "cut at {place}");
            for bit in 0..8 {
                let mut bad = good.clone();
                bad[place] ^= 1 << bit;
                assert!(matches!(decode(&bad), Err(StateError::Damaged(_))), "bit {bit} of byte {place}");
            }
        }
        assert!(matches!(decode(&[&good[..], b"\n"].concat()), Err(StateError::Damaged(_))));
    }

    #[test]
    fn a_newer_version_is_named() {
        let text = format!("{{\"resplog_state\":{},\"future\":true}}\n", VERSION + 1);
        let bytes = format!("{text}xxh3-128 {:032x}\n", xxh3_128(text.as_bytes()));
        assert!(decode(bytes.as_bytes()).unwrap_err().to_string().contains("is of version 4"));
    }
}
