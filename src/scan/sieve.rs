//! Finds the lines of a chunk that may hold one of some request ids, far faster than they can be scanned. It never
//! misses one, and decides nothing: a line that it names may hold none.
//!
//! The id is written as it is behind the name `RequestId`, `requestId` or `request_id`, with quotes, a colon and white
//! space between, and in a text inside a string with backslashes among them. Only `\u` can spell letters and digits otherwise, so a line with `\u`
//! may hold anything. When an id that is looked for has characters with escapes of their own, so may a line with any
//! backslash.

use std::sync::Arc;

use memchr::memmem::Finder;

use super::Span;
use super::id_set::IdSet;

/// What all names in front of ids have in common.
const NAME: &[u8] = b"equest";
/// How these names go on.
const NAME_ENDS: [&[u8]; 2] = [b"Id", b"_id"];

/// Request ids that are looked for.
#[derive(Clone, Debug)]
pub struct Sieve {
    ids: Arc<IdSet>,
    name: Finder<'static>,
    /// What makes a line one that may hold anything.
    escape: Finder<'static>,
}

impl Sieve {
    /// Looks for these ids.
    #[must_use]
    pub fn new(ids: Arc<IdSet>) -> Self {
        let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._".contains(byte);
        let escape = Finder::new(if ids.are_all_of(is_plain) { "\\u" } else { "\\" });
        Self { ids, name: Finder::new(NAME), escape }
    }

    /// The lines of a chunk that may hold one of the ids, in order, without their LF. The chunk begins at the start of
    /// a line.
    pub fn lines<'c>(&'c self, chunk: &'c [u8]) -> impl Iterator<Item = Span> + 'c {
        let mut at = 0;
        let mut escape = find(chunk, 0, &self.escape);
        std::iter::from_fn(move || {
            loop {
                let name = find(chunk, at, &self.name);
                let suspect = name.min(escape);
                if suspect == chunk.len() {
                    return None;
                }
                if suspect == name {
                    at = name + NAME.len();
                    let rest = chunk.get(at..).unwrap_or_default();
                    let value_at = NAME_ENDS.iter().find_map(|end| rest.strip_prefix(*end));
                    if value_at.and_then(value).is_none_or(|id| self.ids.number(id).is_none()) {
                        continue;
                    }
                }
                let line = line_around(chunk, suspect);
                at = line.end;
                if escape < at {
                    escape = find(chunk, at, &self.escape);
                }
                return Some(line);
            }
        })
    }
}

/// The place of what is looked for from a place on; the end when there is none.
fn find(chunk: &[u8], from: usize, what: &Finder<'_>) -> usize {
    chunk.get(from..).and_then(|rest| what.find(rest)).map_or(chunk.len(), |place| from + place)
}

/// The string behind a name, without escapes, whether the two stand in JSON or in a text inside a string of JSON.
fn value(mut behind: &[u8]) -> Option<&[u8]> {
    loop {
        behind = match behind {
            // White space of the text, escaped.
            [b'\\', b'n' | b'r' | b't', rest @ ..] => rest,
            [b'"' | b':' | b' ' | b'\t' | b'\r' | b'\\', rest @ ..] => rest,
            _ => return behind.get(..memchr::memchr3(b'"', b'\\', b'\n', behind)?),
        };
    }
}

fn line_around(chunk: &[u8], place: usize) -> Span {
    let (before, behind) = chunk.split_at(place);
    let start = memchr::memrchr(b'\n', before).map_or(0, |end| end + 1);
    Span { start, end: memchr::memchr(b'\n', behind).map_or(chunk.len(), |length| place + length) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept<'c>(ids: &[&str], chunk: &'c str) -> Vec<&'c str> {
        let mut wanted = IdSet::default();
        ids.iter().for_each(|id| wanted.insert(id.as_bytes()).unwrap());
        let sieve = Sieve::new(Arc::new(wanted));
        sieve.lines(chunk.as_bytes()).map(|line| &chunk[line.start..line.end]).collect()
    }

    const IDS: &[&str] = &["id-1", "id-22"];

    #[test]
    fn lines_with_an_id_are_kept_however_they_are_spelt() {
        let line = |id: &str| format!(r#"{{"Response":{{"RequestId":"{id}"}}}}"#);
        let chunk = [&*line("id-1"), &line("id-2"), &line("id-22"), &line("id-22")].join("\n");
        assert_eq!(kept(IDS, &chunk), [line("id-1"), line("id-22"), line("id-22")]);
        assert_eq!(kept(IDS, &(chunk.clone() + "\n")), kept(IDS, &chunk));
        for spelt in [
            r#"{"RequestId" : 	"id-1"}"#,
            r#"{"a":"\u000a"}"#,
            r#"{"a":"RequestId","RequestId":"id-1"}"#,
            r#"{"a":"{\"RequestId\":\"id-1\"}"}"#,
            r#"{"requestId":"id-1"}"#,
            r#"{"a":"{\"request_id\": \"id-22\"}"}"#,
            r#"{"a":"{\n\t\"RequestId\"\r\n:\t\"id-22\"}"}"#,
        ] {
            assert_eq!(kept(IDS, &format!("x\n{spelt}\r\ny")), [format!("{spelt}\r")]);
        }
        for other in [
            r#"{"RequestId":"id-"#,
            r#""RequestId""#,
            r#"{"RequestId":["id-1"]}"#,
            r#"{"requestid":"id-1"}"#,
            r#"{"a":"\n\"\\"}"#,
        ] {
            assert!(kept(IDS, &format!("{other}\n\"id-1\"}}\n{other}")).is_empty(), "{other}");
        }
    }

    #[test]
    fn an_id_with_escapes_of_its_own_may_stand_behind_any_backslash() {
        let chunk = "{\"RequestId\":\"a\\/b\"}\n{}";
        assert!(kept(&["a.b"], chunk).is_empty());
        assert_eq!(kept(&["a.b", "a/b"], chunk).len(), 1);
    }

    #[test]
    fn a_line_is_kept_once_whatever_is_in_it() {
        let line = r#"\u"RequestId":"id-1","RequestId":"id-22"\u"#;
        assert_eq!(kept(IDS, &format!("{line}\n{line}")), [line, line]);
        assert!(kept(IDS, "").is_empty());
        assert_eq!(kept(&["\\"], "\\"), ["\\"]);
    }
}
