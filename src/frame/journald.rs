//! Entries of systemd's journal as `journalctl -o json` prints them: one object a line, its members in any order.

use bumpalo::Bump;
use bumpalo::collections::Vec;

use super::json::{self, Raw, Reader};
use super::{Framed, Kind, Stream, without_line_end};
use crate::time::{Nanos, time_from_number};

/// The fields that tell processes apart, in the order in which their values are looked at.
const PROCESS: [&[u8]; 4] = [b"_HOSTNAME", b"SYSLOG_IDENTIFIER", b"_PID", b"_STREAM_ID"];

/// Undoes a line that begins with a brace. It is an entry when all its members are named as the journal names fields, one
/// of them is set by the journal itself, and there is a message. A message that `journalctl` left out, as it does with
/// long ones, is empty.
pub fn undo<'a>(line: &'a [u8], bump: &'a Bump) -> Option<Framed<'a>> {
    let (mut message, mut time, mut is_trusted) = (None, None, false);
    let mut process = [None; PROCESS.len()];
    json::object(line, |key, reader| {
        is_trusted |= key.bytes.starts_with(b"_");
        match key.bytes {
            b"MESSAGE" => message = Some(Message::read(reader, bump)?),
            b"__REALTIME_TIMESTAMP" => time = microseconds(reader.string()?),
            name if is_field(name) => {
                let value = value(reader)?;
                if let Some(place) = PROCESS.iter().position(|it| *it == name) {
                    process[place] = value;
                }
            }
            _ => return None,
        }
        Some(())
    })?;
    let (text, offset) = message.filter(|_| is_trusted)?.text(bump);
    let stream = |stream: Stream, value: &Option<Raw<'_>>| match value {
        Some(value) => stream.with(Stream::named(value.bytes)),
        None => stream.with(Stream::default()),
    };
    let stream = process.iter().fold(Stream::default(), stream);
    Some(Framed { time, stream, offset, ..Framed::new(Kind::Journald, text) })
}

/// Whether the journal could call a field so.
fn is_field(name: &[u8]) -> bool {
    matches!(name.first(), Some(b'A'..=b'Z' | b'_'))
        && name.iter().all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'_'))
}

/// Reads the value of a field: a string, `null` when it is long, an array of its bytes, or an array of these when the field
/// stands there more than once.
fn value<'a>(reader: &mut Reader<'a>) -> Option<Option<Raw<'a>>> {
    match reader.peek()? {
        b'"' => return reader.string().map(Some),
        b'[' => reader.array(|reader| match reader.peek()? {
            b'"' => reader.string().map(|_| ()),
            b'n' => reader.word(b"null"),
            b'[' => reader.array(|reader| reader.byte().map(|_| ())),
            _ => reader.byte().map(|_| ()),
        })?,
        _ => reader.word(b"null")?,
    }
    Some(None)
}

fn microseconds(raw: Raw<'_>) -> Option<Nanos> {
    let text = str::from_utf8(raw.bytes).ok()?;
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| time_from_number(text)).flatten()
}

enum Message<'a> {
    Text(Raw<'a>),
    Bytes(&'a [u8]),
    Absent,
}

impl<'a> Message<'a> {
    fn read(reader: &mut Reader<'a>, bump: &'a Bump) -> Option<Self> {
        match reader.peek()? {
            b'"' => reader.string().map(Self::Text),
            b'[' => {
                let mut bytes = Vec::new_in(bump);
                reader.array(|reader| {
                    bytes.push(reader.byte()?);
                    Some(())
                })?;
                Some(Self::Bytes(bytes.into_bump_slice()))
            }
            _ => reader.word(b"null").map(|()| Self::Absent),
        }
    }

    /// The text, and where it stands in the line.
    fn text(self, bump: &'a Bump) -> (&'a [u8], Option<usize>) {
        let (text, offset) = match self {
            Self::Text(raw) => {
                let text = raw.unescape(bump);
                (text, (text.len() == raw.bytes.len()).then_some(raw.at))
            }
            Self::Bytes(bytes) => (bytes, None),
            Self::Absent => (&b""[..], None),
        };
        (without_line_end(text), offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(line: &str) -> Option<std::vec::Vec<u8>> {
        let bump = Bump::new();
        undo(line.as_bytes(), &bump).map(|framed| {
            if let Some(offset) = framed.offset {
                assert!(line.as_bytes()[offset..].starts_with(framed.text));
            }
            framed.text.to_vec()
        })
    }

    #[test]
    fn an_entry_has_a_message_and_a_field_of_the_journal() {
        for (line, expected) in [
            (r#"{"MESSAGE":"a","_PID":"1"}"#, Some(&b"a"[..])),
            (r#"{"__CURSOR":"s=1","MESSAGE":"a \"b\"\nc","PRIORITY":"6"}"#, Some(b"a \"b\"\nc")),
            (r#"{ "_PID" : "1" , "MESSAGE" : [27, 91,51 , 109 , 255,0] }"#, Some(b"\x1b[3m\xff\0")),
            (r#"{"_PID":"1","MESSAGE":null}"#, Some(b"")),
            (r#"{"_PID":"1","MESSAGE":[]}"#, Some(b"")),
            (r#"{"_PID":["1","2",null,[1,2]],"X":null,"Y":[1,2],"MESSAGE":"a\r\n"}"#, Some(b"a")),
            (r#"{"MESSAGE":"a"}"#, None),
            (r#"{"_PID":"1"}"#, None),
            (r#"{"MESSAGE":"a","_id":"1"}"#, None),
            (r#"{"MESSAGE":"a","_PID":"1","level":"info"}"#, None),
            (r#"{"MESSAGE":"a","_PID":1}"#, None),
            (r#"{"MESSAGE":{"a":1},"_PID":"1"}"#, None),
            (r#"{"MESSAGE":[1,256],"_PID":"1"}"#, None),
            (r#"{"MESSAGE":[1,-1],"_PID":"1"}"#, None),
            (r#"{"MESSAGE":[01],"_PID":"1"}"#, None),
            (r#"{"MESSAGE":[1,],"_PID":"1"}"#, None),
            (r#"{"MESSAGE":["a","b"],"_PID":"1"}"#, None),
            (r#"{"MESSAGE":nul,"_PID":"1"}"#, None),
            (r#"{"MESSAGE":"a","_PID":"1""#, None),
            (r#"{"Response":{"RequestId":"a"}}"#, None),
        ] {
            assert_eq!(text(line).as_deref(), expected, "{line}");
        }
    }

    #[test]
    fn the_time_is_that_of_the_journal_and_processes_are_told_apart() {
        let bump = Bump::new();
        let line = |order: [&str; 3], pid: u32| {
            let members = order.map(|name| format!(r#""{name}":"{pid}""#)).join(",");
            format!(r#"{{"__REALTIME_TIMESTAMP":"1795488060412000","MESSAGE":"a",{members}}}"#)
        };
        let lines = [
            line(["_PID", "_HOSTNAME", "_UID"], 1),
            line(["_UID", "_HOSTNAME", "_PID"], 1),
            line(["_PID", "_HOSTNAME", "_UID"], 2),
        ];
        let [first, other_order, other] = lines.each_ref().map(|line| undo(line.as_bytes(), &bump).unwrap());
        assert_eq!(first.time.unwrap().to_string(), "2026-11-24T02:41:00.412Z");
        assert_eq!(first.stream, other_order.stream);
        assert_ne!(first.stream, other.stream);
    }
}
