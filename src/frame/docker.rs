//! Lines of Docker's `json-file` driver: `{"log":"TEXT\n","stream":"stdout","attrs":{…},"time":"TIME"}`.

use bumpalo::Bump;

use super::{Framed, Kind, Stream, json, stamp, without_cr};
use crate::string_bytes::{Unescaped, unescaped_string};
use crate::time::Nanos;

/// Docker cuts lines that are longer than this into pieces of this length, in bytes; only the last has a line feed.
const PIECE_BYTES: usize = 16 * 1024;

/// Undoes a line that begins with a brace. It is Docker's when it has a text, a time or a stream, and nothing that Docker
/// does not write.
pub fn undo<'a>(line: &'a [u8], bump: &'a Bump) -> Option<Framed<'a>> {
    usual(line, bump).or_else(|| unusual(line, bump))
}

/// Undoes a line to the byte as Docker writes it without attributes: what follows the text is read from the line's
/// end, and the text in one go.
fn usual<'a>(line: &'a [u8], bump: &'a Bump) -> Option<Framed<'a>> {
    const START: &[u8] = b"{\"log\":\"";
    const TIME_MAX: usize = "2026-11-24T02:41:00.512345678+08:00".len();
    let inside = line.strip_prefix(START)?.strip_suffix(b"\"}")?;
    let reach = inside.len().saturating_sub(TIME_MAX + 1);
    let quote = reach + memchr::memrchr(b'"', &inside[reach..])?;
    let time = stamp::whole(&inside[quote + 1..])?;
    let inside = inside[..quote].strip_suffix(b"\",\"time\":")?;
    let (inside, name) = inside.split_last_chunk::<6>()?;
    let stream = stream(name)?;
    let raw = inside.strip_suffix(b"\",\"stream\":\"")?;
    let Unescaped { text, is_ascii } = unescaped_string(raw, bump)?;
    if !is_ascii && str::from_utf8(line).is_err() {
        return None;
    }
    Some(framed(text, raw.len(), START.len(), stream, Some(time)))
}

/// The same for whatever JSON can be made of those members.
fn unusual<'a>(line: &'a [u8], bump: &'a Bump) -> Option<Framed<'a>> {
    let (mut log, mut named, mut time) = (None, None, None);
    json::object(line, |key, reader| {
        match key.bytes {
            b"log" => log = Some(reader.string()?),
            b"stream" => named = Some(stream(reader.string()?.bytes)?),
            b"time" => time = Some(stamp::whole(reader.string()?.bytes)?),
            b"attrs" => reader.object(|_, reader| reader.string().map(|_| ()))?,
            _ => return None,
        }
        Some(())
    })?;
    if named.is_none() && time.is_none() {
        return None;
    }
    let raw = log?;
    Some(framed(raw.unescape(bump), raw.bytes.len(), raw.at, named.unwrap_or_default(), time))
}

fn stream(name: &[u8]) -> Option<Stream> {
    matches!(name, b"stdout" | b"stderr").then(|| Stream::named(name))
}

/// The frame of a text, which was written in `raw_length` bytes, the first of them at `at` in the line.
fn framed(text: &[u8], raw_length: usize, at: usize, stream: Stream, time: Option<Nanos>) -> Framed<'_> {
    let whole = text.strip_suffix(b"\n");
    // An escape is longer than what it stands for, that of a line end by one byte.
    let is_same = raw_length - text.len() == usize::from(whole.is_some());
    Framed {
        time,
        is_partial: whole.is_none() && text.len() >= PIECE_BYTES,
        is_open: whole.is_none() && text.len() < PIECE_BYTES,
        stream,
        offset: is_same.then_some(at),
        ..Framed::new(Kind::Docker, whole.map_or(text, without_cr))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(line: &str) -> Option<String> {
        let bump = Bump::new();
        undo(line.as_bytes(), &bump).map(|framed| {
            if let Some(offset) = framed.offset {
                assert!(line.as_bytes()[offset..].starts_with(framed.text), "{line}");
            }
            String::from_utf8(framed.text.to_vec()).unwrap()
        })
    }

    #[test]
    fn a_line_has_what_docker_writes_and_nothing_else() {
        let time = "2026-11-24T02:41:00.512345678Z";
        for (line, expected) in [
            (format!(r#"{{"log":"a\n","stream":"stdout","time":"{time}"}}"#), Some("a")),
            (
                format!(
                    r#"{{"log": "{{\"a\": 1}}\r\n", "stream": "stderr", "attrs": {{"tag": "x"}}, "time": "{time}"}}"#
                ),
                Some("{\"a\": 1}"),
            ),
            (format!(r#"{{"time":"{time}","log":"a"}}"#), Some("a")),
            (r#"{"log":"a\\n","stream":"stdout"}"#.to_owned(), Some("a\\n")),
            (r#"{"log":"\u003ca\u003e \ufffd\ud83d\ude00\n","stream":"stdout"}"#.to_owned(), Some("<a> \u{fffd}😀")),
            (r#"{"log":"\n","stream":"stdout"}"#.to_owned(), Some("")),
            (r#"{"log":"a","log":"b","stream":"stdout"}"#.to_owned(), Some("b")),
            (r#"{"log":"a\n"}"#.to_owned(), None),
            (r#"{"stream":"stdout"}"#.to_owned(), None),
            (r#"{"log":"a\n","stream":"console"}"#.to_owned(), None),
            (r#"{"log":"a\n","time":"yesterday"}"#.to_owned(), None),
            (r#"{"log":{"a":1},"stream":"stdout"}"#.to_owned(), None),
            (r#"{"log":"a\n","stream":"stdout","level":"info"}"#.to_owned(), None),
            (format!(r#"{{"time":"{time}","level":"INFO","msg":"a"}}"#), None),
            (format!(r#"{{"log":"a\n","stream":"stdout","time":"{time}""#), None),
            (r#"{"log":"a"#.to_owned(), None),
            ("{}".to_owned(), None),
            ("{".to_owned(), None),
        ] {
            assert_eq!(text(&line).as_deref(), expected, "{line}");
        }
    }

    #[test]
    fn a_piece_is_as_long_as_docker_cuts_and_has_no_line_end() {
        for (length, end, is_partial, is_open) in [
            (PIECE_BYTES, "", true, false),
            (PIECE_BYTES + 2, "", true, false),
            (PIECE_BYTES, "\\n", false, false),
            (PIECE_BYTES - 1, "", false, true),
            (1, "\\n", false, false),
        ] {
            let line = format!(r#"{{"log":"{}{end}","stream":"stdout"}}"#, "x".repeat(length));
            let bump = Bump::new();
            let framed = undo(line.as_bytes(), &bump).unwrap();
            assert_eq!((framed.is_partial, framed.is_open), (is_partial, is_open), "{length} {end}");
            assert_eq!(framed.text.len(), length);
        }
    }

    proptest! {
        #[test]
        fn usual_lines_are_read_as_any_other(
            log in "(\\\\[nrtu\"\\\\x]|\\\\u00e4|\\\\ud83d|[a\"\\\\\té]|abcdefgh){0,9}(\\\\n|\\\\r\\\\n)?",
            name in "stdout|stderr|console",
            time in "2026-11-24T02:41:0(0|0\\.5|0\\.512345678|)(Z|\\+08:00|)",
            cut in 0_usize..400,
        ) {
            let line = format!(r#"{{"log":"{log}","stream":"{name}","time":"{time}"}}"#);
            let (whole, piece, bump) = (line.as_bytes(), &line.as_bytes()[..cut.min(line.len())], Bump::new());
            prop_assert_eq!(usual(whole, &bump), unusual(whole, &bump), "{}", line);
            prop_assert_eq!(usual(piece, &bump).and(unusual(piece, &bump)), usual(piece, &bump), "{}", line);
        }
    }
}
