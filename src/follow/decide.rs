//! Which stream a file goes on with, and from where: of the positions that it may have by device and inode, by its first
//! bytes or by its name, the one before which its own bytes stand. It decides over plain data; the bytes come from a function.

use std::io;
use std::path::Path;

use super::known::{Files, Known, is_same_file, stream_key};
use super::names;
use super::position::{Mark, Position};
use super::probe::Probe;
use crate::input::fingerprint::IDENTITY_BYTES;

/// Why a file goes on from a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It is the same file, whatever it is called.
    SameFile,
    /// It holds the same bytes: a copy, or the stream under another inode.
    SameBytes,
    /// It was empty, or held less than a line, and is the same file, or was rotated from the log since.
    Begun,
}

/// Where a file goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Continued {
    /// The position, by its index.
    pub index: usize,
    /// Its offset, of the decompressed bytes.
    pub offset: u64,
    /// What tells.
    pub why: Why,
}

/// A plain file before it is known where reading it begins.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'c> {
    /// What was seen of it.
    pub probe: &'c Probe,
    /// The log that it was rotated from since the last run, when no run saw it before.
    pub rotated_from: Option<&'c Path>,
}

/// Chooses the position that a plain file goes on from; none for one that is new. `files` are the inputs, and `read` gives up
/// to so many bytes of the file at a place. Its own positions come first, then those of equal bytes, the furthest first; at
/// most one read for every offset at which a stream that begins alike was left.
///
/// # Errors
///
/// Those of `read`.
pub fn decide(
    candidate: Candidate<'_>,
    known: &Known<'_>,
    files: &Files,
    read: impl Fn(u64, usize) -> io::Result<Vec<u8>>,
) -> io::Result<Option<Continued>> {
    let probe = candidate.probe;
    let before = |offset: u64| {
        let bytes = offset.min(IDENTITY_BYTES as u64);
        Ok::<_, io::Error>(Mark::tail(&read(offset - bytes, bytes as usize)?))
    };
    let begins =
        |mark: Mark| Ok::<_, io::Error>(mark == probe.head.mark || mark.begins(&read(0, mark.bytes as usize)?));
    // What repeats another stream is no place of its own, and less than a line may be of an inode's former file.
    let own = known.of_file(probe.file).filter(|(_, it)| it.has_line() && !it.repeats && it.offset <= probe.size);
    let mut own: Vec<_> = own.collect();
    own.sort_by_key(|&(index, it)| (std::cmp::Reverse(it.offset), index));
    for (index, position) in own {
        if begins(position.head)? && before(position.offset)? == position.tail {
            return Ok(Some(Continued { index, offset: position.offset, why: Why::SameFile }));
        }
    }
    if let Some(found) = by_bytes(candidate, known, files, &read(0, probe.head.mark.bytes as usize)?, before)? {
        return Ok(Some(found));
    }
    let own = known.of_file(probe.file).filter(|(_, it)| it.is_empty() && is_same_file(it, probe));
    let begun = candidate.rotated_from.into_iter().filter_map(|log| known.begun(log).find(|(_, it)| it.is_empty()));
    let empty = own.chain(begun).min_by_key(|&(index, _)| index);
    Ok(empty.map(|(index, _)| Continued { index, offset: 0, why: Why::Begun }))
}

/// A place that streams were read to which begin like a file.
enum Place<'p> {
    /// That of a stream of which whole lines were read.
    Lines(Mark),
    /// That of a position without one.
    Begun(usize, &'p Position),
}

/// The position that the bytes of a file match, the furthest first.
fn by_bytes(
    candidate: Candidate<'_>,
    known: &Known<'_>,
    files: &Files,
    head: &[u8],
    before: impl Fn(u64) -> io::Result<Mark>,
) -> io::Result<Option<Continued>> {
    let Candidate { probe, rotated_from } = candidate;
    let mut places = Vec::new();
    for mark in known.heads(head) {
        places.extend(known.offsets(mark, true).into_iter().map(|offset| (offset, Place::Lines(mark))));
    }
    // Many lines begin alike; less than one of them says nothing of a file that is not the same.
    let is_same =
        |position: &Position| position.size == probe.size || (position.offset == 0 && is_same_file(position, probe));
    let own = known.of_file(probe.file).filter(|(_, it)| !it.has_line() && is_same(it));
    let begun = rotated_from.into_iter().flat_map(|log| known.at(log)).filter(|(_, it)| !it.has_line());
    let begun = own.chain(begun).filter(|(_, it)| it.head.bytes > 0 && it.head.begins(head));
    places.extend(begun.map(|(index, it)| (it.offset, Place::Begun(index, it))));
    places.retain(|&(offset, _)| offset <= probe.size);
    places.sort_by_key(|&(offset, _)| std::cmp::Reverse(offset));
    for (offset, place) in places {
        let tail = before(offset)?;
        match place {
            Place::Begun(index, position) if position.tail == tail => {
                return Ok(Some(Continued { index, offset, why: Why::Begun }));
            }
            Place::Begun(..) => {}
            Place::Lines(mark) => {
                let stream = stream_key(mark, true, offset, tail);
                // Where the file of a stream is still there under another name, a new one has got its old name.
                let may_be = |position: &Position| {
                    position.file == probe.file || !(files.holds(position) && position.was_at(&probe.place))
                };
                let first =
                    |repeats: bool| known.of_stream(&stream).find(|(_, it)| it.repeats == repeats && may_be(it));
                if let Some((index, _)) = first(false).or_else(|| first(true)) {
                    return Ok(Some(Continued { index, offset, why: Why::SameBytes }));
                }
            }
        }
    }
    Ok(None)
}

/// What becomes of a position that no file goes on from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// Its file is gone, with this number of bytes that were not read because they had no line end.
    Unread(u64),
    /// Another file, or another stream in the same file, stands where the log was, and what became of it cannot be found.
    Rotated,
    /// It was read to its end, as far as runs saw.
    Quietly,
}

/// Says what is lost with a position that was seen by the last run and is gone. `is_replaced` tells whether a log is at its
/// place by now.
#[must_use]
pub fn lost(position: &Position, is_replaced: bool) -> Lost {
    let is_log = !position.rotated && !position.found_beside && position.packed.is_none() && !position.repeats;
    match position.pending_bytes() {
        0 if is_replaced && is_log && !names::is_rotated(position.place.as_path()) => Lost::Rotated,
        0 => Lost::Quietly,
        bytes => Lost::Unread(bytes),
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::follow::probe::Head;
    use crate::follow::{StoredPath, Times};
    use crate::input::FileId;

    fn file(inode: u64) -> FileId {
        FileId { device: 1, inode }
    }

    /// The position of a stream that was read to its end.
    fn read(place: &str, inode: u64, text: &str) -> Position {
        let bytes = text.as_bytes();
        Position {
            place: StoredPath::of(Path::new(place)),
            file: file(inode),
            size: bytes.len() as u64,
            offset: bytes.len() as u64,
            lines: bytes.iter().filter(|&&byte| byte == b'\n').count() as u64,
            head: Mark::head(bytes),
            tail: Mark::tail(bytes),
            ..Position::default()
        }
    }

    fn decided(positions: &[Position], place: &str, inode: u64, text: &str, from: Option<&str>) -> Option<Continued> {
        let bytes = text.as_bytes();
        let probe = Probe {
            place: PathBuf::from(place),
            file: file(inode),
            size: bytes.len() as u64,
            times: Times::default(),
            head: Head::of(bytes.get(..IDENTITY_BYTES).unwrap_or(bytes)),
            packed: None,
            is_summary: false,
        };
        let at = |offset: u64, length: usize| {
            let rest = bytes.get(offset as usize..).unwrap_or_default();
            Ok(rest.get(..length).unwrap_or(rest).to_vec())
        };
        let candidate = Candidate { probe: &probe, rotated_from: from.map(Path::new) };
        decide(candidate, &Known::new(positions), &Files::default(), at).unwrap()
    }

    fn continued(index: usize, offset: u64, why: Why) -> Option<Continued> {
        Some(Continued { index, offset, why })
    }

    #[test]
    fn a_file_goes_on_where_its_own_bytes_say() {
        let long = "line\n".repeat(2000);
        let positions = [read("l/a", 1, "one\n"), read("l/b", 2, "one\ntwo\n"), read("l/c", 3, &long)];
        assert_eq!(decided(&positions, "l/a", 1, "one\nmore\n", None), continued(0, 4, Why::SameFile));
        assert_eq!(decided(&positions, "l/a.1", 1, "one\n", None), continued(0, 4, Why::SameFile));
        // The furthest of equal beginnings, under any inode.
        assert_eq!(decided(&positions, "l/x", 9, "one\ntwo\nthree\n", None), continued(1, 8, Why::SameBytes));
        assert_eq!(decided(&positions, "l/x", 9, &format!("{long}x\n"), None), continued(2, 10_000, Why::SameBytes));
        // Its inode, but other bytes; its bytes, but cut; nothing of it.
        assert_eq!(decided(&positions, "l/b", 2, "one\nother\n", None), continued(0, 4, Why::SameBytes));
        assert_eq!(decided(&positions, "l/c", 3, &long[..9000], None), None);
        assert_eq!(decided(&positions, "l/a", 1, "two\n", None), None);
    }

    #[test]
    fn less_than_a_line_says_nothing_of_another_file() {
        let positions = [read("l/a", 1, "{"), read("l/b", 2, "")];
        let begun = Position { offset: 0, tail: Mark::tail(&[]), ..positions[0].clone() };
        let positions = [begun, positions[1].clone()];
        assert_eq!(decided(&positions, "l/x", 9, "{}\n", None), None);
        assert_eq!(decided(&positions, "l/a", 1, "{}\n", None), continued(0, 0, Why::Begun));
        assert_eq!(decided(&positions, "l/a.1", 9, "{}\n", Some("l/a")), continued(0, 0, Why::Begun));
        assert_eq!(decided(&positions, "l/b.1", 9, "{}\n", Some("l/b")), continued(1, 0, Why::Begun));
        assert_eq!(decided(&positions, "l/b", 2, "{}\n", None), continued(1, 0, Why::Begun));
    }

    #[test]
    fn what_is_lost_is_said_of_logs_alone() {
        let log = read("l/a", 1, "one\n");
        let unread = Position { size: 6, ..log.clone() };
        let rotated = Position { rotated: true, ..log.clone() };
        let found = Position { found_beside: true, ..log.clone() };
        assert_eq!((lost(&log, true), lost(&log, false)), (Lost::Rotated, Lost::Quietly));
        assert_eq!((lost(&unread, true), lost(&unread, false)), (Lost::Unread(2), Lost::Unread(2)));
        assert_eq!((lost(&rotated, true), lost(&found, true)), (Lost::Quietly, Lost::Quietly));
        assert_eq!(lost(&read("l/a.1", 1, "one\n"), true), Lost::Quietly);
    }
}
