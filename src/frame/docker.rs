//! Lines of Docker's `json-file` driver: `{"log":"TEXT\n","stream":"stdout","attrs":{…},"time":"TIME"}`.

use bumpalo::Bump;

use super::json::{self, Raw};
use super::{Framed, Kind, Stream, stamp, without_cr};

/// Docker cuts lines that are longer than this into pieces of this length, in bytes; only the last has a line feed.
const PIECE_BYTES: usize = 16 * 1024;

/// Undoes a line that begins with a brace. It is Docker's when it has a text, a time or a stream, and nothing that Docker
/// does not write.
pub fn undo<'a>(line: &'a [u8], bump: &'a Bump) -> Option<Framed<'a>> {
    let (mut log, mut stream, mut time) = (None, None, None);
    json::object(line, |key, reader| {
        match key.bytes {
            b"log" => log = Some(reader.string()?),
            b"stream" => {
                let name = reader.string()?.bytes;
                stream = Some(matches!(name, b"stdout" | b"stderr").then(|| Stream::named(name))?);
            }
            b"time" => time = Some(stamp::whole(reader.string()?.bytes)?),
            b"attrs" => reader.object(|_, reader| reader.string().map(|_| ()))?,
            _ => return None,
        }
        Some(())
    })?;
    if stream.is_none() && time.is_none() {
        return None;
    }
    let log = Log::of(log?, bump);
    Some(Framed {
        time,
        is_partial: !log.has_line_end && log.bytes >= PIECE_BYTES,
        is_open: !log.has_line_end && log.bytes < PIECE_BYTES,
        stream: stream.unwrap_or_default(),
        offset: log.offset,
        ..Framed::new(Kind::Docker, log.text)
    })
}

struct Log<'a> {
    text: &'a [u8],
    /// How many bytes the driver got, its line end included.
    bytes: usize,
    has_line_end: bool,
    offset: Option<usize>,
}

impl<'a> Log<'a> {
    fn of(raw: Raw<'a>, bump: &'a Bump) -> Self {
        // Most lines have no other escape than that of their line end, and need no copy.
        let text = match memchr::memchr(b'\\', raw.bytes) {
            Some(at) if raw.bytes.get(at..) == Some(b"\\n") => {
                let text = &raw.bytes[..at];
                return Self { text, bytes: text.len() + 1, has_line_end: true, offset: Some(raw.at) };
            }
            _ => raw.unescape(bump),
        };
        let offset = (text.len() == raw.bytes.len()).then_some(raw.at);
        let bytes = text.len();
        match text.strip_suffix(b"\n") {
            Some(text) => Self { text: without_cr(text), bytes, has_line_end: true, offset },
            None => Self { text, bytes, has_line_end: false, offset },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
