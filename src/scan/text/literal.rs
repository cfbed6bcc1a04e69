//! Objects as programs print them in a text, written as JSON: JSON itself in any quoting, Python's literals, what Node's
//! `util.inspect` shows. It judges no object; what it cannot read it says where and why.

use bumpalo::Bump;

use super::quoting::{Cursor, LEVELS_MAX, Quoting};
use super::value::Reader;
use crate::record::Reason;
use crate::scan::grammar::{self, Space};

/// An object of a text.
#[derive(Clone, Copy, Debug)]
pub struct Object<'a> {
    /// The object as valid JSON.
    pub json: &'a [u8],
    /// The place after it in the text.
    pub end: usize,
}

/// What begins like an object and is not one.
#[derive(Clone, Copy, Debug)]
pub struct Broken {
    /// The place of the byte that offends; the end of the text when none does. It is after the bracket.
    pub at: usize,
    /// What is wrong.
    pub reason: Reason,
}

/// Reads the object whose bracket stands at a place of a text.
///
/// # Errors
///
/// Where the first byte offends. Time and memory are linear in what lies before it.
pub fn object<'a>(text: &'a [u8], at: usize, bump: &'a Bump) -> Result<Object<'a>, Broken> {
    let quoting = quoting(text, at);
    let is_json = quoting == Some(Quoting::None) && first_of(text, at + 1) == Some(b'"');
    if is_json {
        return match grammar::value_end(text, at, Space::Text) {
            Ok(end) => Ok(Object { json: text.get(at..end).unwrap_or_default(), end }),
            Err((reason, place)) => Err(Broken { at: place.max(at + 1), reason }),
        };
    }
    read(text, at, quoting.ok_or(Broken { at: at + 1, reason: Reason::Syntax })?, bump)
}

fn read<'a>(text: &'a [u8], at: usize, quoting: Quoting, bump: &'a Bump) -> Result<Object<'a>, Broken> {
    let mut reader = Reader::new(Cursor::new(text, at, quoting), bump);
    let read = reader.value();
    let end = reader.cursor.at();
    let is_at_end = reader.cursor.peek().is_none();
    read.map_err(|reason| Broken {
        at: end.max(at + 1),
        reason: if reason == Reason::Syntax && is_at_end { Reason::Truncated } else { reason },
    })?;
    let json = reader.json.into_bump_slice();
    match grammar::check(json, Space::Text) {
        Ok(()) => Ok(Object { json, end }),
        Err(reason) => Err(Broken { at: end.max(at + 1), reason }),
    }
}

/// Reads the list in round brackets that stands at a place of a text that is not quoted: the arguments of a call.
///
/// # Errors
///
/// As [`object`].
pub fn list<'a>(text: &'a [u8], at: usize, bump: &'a Bump) -> Result<Object<'a>, Broken> {
    read(text, at, Quoting::None, bump)
}

/// How the text quotes the object at a place, by what stands in front of it and by its first bytes; none when no object
/// begins like this.
fn quoting(text: &[u8], at: usize) -> Option<Quoting> {
    let mut rest = text.get(at + 1..).unwrap_or_default();
    while let [b' ' | b'\t' | b'\r' | b'\n', after @ ..] = rest {
        rest = after;
    }
    let in_bytes = text.get(..at).is_some_and(|before| before.ends_with(b"b'"));
    match rest {
        [b'"', b'"', after @ ..] if !matches!(after.first(), None | Some(b':' | b' ')) => Some(Quoting::Doubled),
        [b'"', ..] if in_bytes => Some(Quoting::Bytes),
        [b'"' | b'\'' | b'}' | 0x1b, ..] => Some(Quoting::None),
        [b'A'..=b'Z' | b'a'..=b'z' | b'_' | b'$', ..] => Some(Quoting::None),
        [b'\\', ..] if in_bytes => Some(Quoting::Bytes),
        [b'\\', ..] => escaped_levels(rest).map(Quoting::Escaped),
        _ => None,
    }
}

/// In how many literals a key lies whose escapes these are: each doubles the backslashes of the one before it.
fn escaped_levels(mut rest: &[u8]) -> Option<u8> {
    loop {
        let backslashes = rest.iter().take_while(|&&byte| byte == b'\\').count();
        let levels = (1..=LEVELS_MAX).find(|&levels| backslashes == (1 << levels) - 1);
        match (rest.get(backslashes), levels) {
            (Some(b'"'), Some(levels)) => return Some(levels),
            // White space in an escape.
            (Some(b'n' | b'r' | b't'), _) if backslashes.is_power_of_two() => rest = rest.get(backslashes + 1..)?,
            (Some(b' '), _) if backslashes == 0 => rest = rest.get(1..)?,
            _ => return None,
        }
    }
}

/// The first byte from a place on that is not white space.
fn first_of(text: &[u8], at: usize) -> Option<u8> {
    text.get(at..)?.iter().copied().find(|&byte| !Space::Text.has(byte))
}
