//! Finds the lines of a chunk that may hold one of some request ids, far faster than they can be scanned. It never
//! misses one, and decides nothing: a line that it names may hold none.
//!
//! A line without a backslash has its names and ids written as they are, so the id stands in quotes behind
//! `"RequestId"`. In a line with a backslash anything may be spelt otherwise, or stand in a text inside a string.

use std::collections::HashSet;

use memchr::memmem::Finder;

use super::Span;

/// What stands before every id that is spelt as it is.
const KEY: &[u8] = b"\"RequestId\"";

/// Request ids that are looked for.
#[derive(Clone, Debug)]
pub struct Sieve {
    ids: HashSet<Box<[u8]>>,
    key: Finder<'static>,
}

impl Sieve {
    /// Looks for these ids, which are unescaped.
    #[must_use]
    pub fn new<'i>(ids: impl IntoIterator<Item = &'i str>) -> Self {
        Self { ids: ids.into_iter().map(|id| id.as_bytes().into()).collect(), key: Finder::new(KEY) }
    }

    /// The lines of a chunk that may hold one of the ids, in order, without their LF. The chunk begins at the start of
    /// a line.
    pub fn lines<'c>(&'c self, chunk: &'c [u8]) -> impl Iterator<Item = Span> + 'c {
        let mut at = 0;
        let mut backslash = find(chunk, 0, |rest| memchr::memchr(b'\\', rest));
        std::iter::from_fn(move || {
            loop {
                let key = find(chunk, at, |rest| self.key.find(rest));
                let suspect = key.min(backslash);
                if suspect == chunk.len() {
                    return None;
                }
                if suspect == key {
                    at = key + KEY.len();
                    if !value(chunk.get(at..).unwrap_or_default()).is_some_and(|id| self.ids.contains(id)) {
                        continue;
                    }
                }
                let line = line_around(chunk, suspect);
                at = line.end;
                if backslash < at {
                    backslash = find(chunk, at, |rest| memchr::memchr(b'\\', rest));
                }
                return Some(line);
            }
        })
    }
}

/// The place of what a search finds from a place on; the end when it finds nothing.
fn find(chunk: &[u8], from: usize, search: impl Fn(&[u8]) -> Option<usize>) -> usize {
    chunk.get(from..).and_then(search).map_or(chunk.len(), |place| from + place)
}

/// The string behind a key, if that is what stands there; it has no escapes.
fn value(behind: &[u8]) -> Option<&[u8]> {
    let text = behind.trim_ascii_start().strip_prefix(b":")?.trim_ascii_start().strip_prefix(b"\"")?;
    text.get(..memchr::memchr2(b'"', b'\n', text)?)
}

fn line_around(chunk: &[u8], place: usize) -> Span {
    let (before, behind) = chunk.split_at(place);
    let start = memchr::memrchr(b'\n', before).map_or(0, |end| end + 1);
    Span { start, end: memchr::memchr(b'\n', behind).map_or(chunk.len(), |length| place + length) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(chunk: &str) -> Vec<&str> {
        let sieve = Sieve::new(["id-1", "id-22"]);
        sieve.lines(chunk.as_bytes()).map(|line| &chunk[line.start..line.end]).collect()
    }

    #[test]
    fn lines_with_an_id_or_a_backslash_are_kept() {
        let line = |id: &str| format!(r#"{{"Response":{{"RequestId":"{id}"}}}}"#);
        let chunk = [&*line("id-1"), &line("id-2"), &line("id-22"), &line("id-22")].join("\n");
        assert_eq!(kept(&chunk), [line("id-1"), line("id-22"), line("id-22")]);
        assert_eq!(kept(&(chunk.clone() + "\n")), kept(&chunk));
        for spelt in [r#"{"RequestId" : 	"id-1"}"#, r#"{"a":"\n"}"#, r#"{"a":"RequestId","RequestId":"id-1"}"#] {
            assert_eq!(kept(&format!("x\n{spelt}\r\ny")), [format!("{spelt}\r")]);
        }
        for other in [r#"{"RequestId":"id-"#, r#""RequestId""#, r#"{"RequestId":["id-1"]}"#, r#"{"requestid":"id-1"}"#]
        {
            assert!(kept(&format!("{other}\n\"id-1\"}}\n{other}")).is_empty(), "{other}");
        }
    }

    #[test]
    fn a_line_is_kept_once_whatever_is_in_it() {
        let line = r#"\"RequestId":"id-1","RequestId":"id-22"\"#;
        assert_eq!(kept(&format!("{line}\n{line}")), [line, line]);
        assert!(kept("").is_empty());
        assert_eq!(kept("\\"), ["\\"]);
    }
}
