//! Lines of the Container Runtime Interface, as containerd and CRI-O write them: `TIME STREAM TAGS TEXT`.

use super::stamp::Stamp;
use super::{Framed, Kind, Stream};

/// Undoes what follows the time of a line.
pub fn after<'a>(stamp: Stamp, line: &'a [u8], rest: &'a [u8]) -> Option<Framed<'a>> {
    let (stream, rest) = match rest.split_first_chunk::<7>()? {
        (name @ (b"stdout " | b"stderr "), rest) => (Stream::named(name.trim_ascii_end()), rest),
        _ => return None,
    };
    let (&tag, rest) = rest.split_first()?;
    let is_partial = match tag {
        b'F' => false,
        b'P' => true,
        _ => return None,
    };
    let text = text(rest)?;
    Some(Framed { time: Some(stamp.time), is_partial, stream, ..Framed::before(Kind::Cri, line, text) })
}

/// The text after the first tag; others may follow it, each after a colon.
fn text(rest: &[u8]) -> Option<&[u8]> {
    let tags = match rest.first() {
        Some(b':') => rest.iter().position(|&byte| byte == b' ').unwrap_or(rest.len()),
        _ => 0,
    };
    match rest.get(tags..)? {
        // An editor may have taken the blank off.
        [] | [b'\r'] => Some(&rest[rest.len()..]),
        after => after.strip_prefix(b" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::stamp;

    fn undo(line: &str) -> Option<(&str, bool)> {
        let (stamp, rest) = stamp::leading(line.as_bytes())?;
        let framed = after(stamp, line.as_bytes(), rest)?;
        Some((str::from_utf8(framed.text).unwrap(), framed.is_partial))
    }

    #[test]
    fn a_line_has_a_time_a_stream_and_a_tag() {
        for (line, expected) in [
            ("2026-11-24T02:41:00.412345678Z stdout F {}", Some(("{}", false))),
            ("2026-11-24T10:41:00.41+08:00 stderr P a b ", Some(("a b ", true))),
            ("2026-11-24T02:41:00Z stdout F  x\r", Some((" x", false))),
            ("2026-11-24T02:41:00Z stdout F:more:tags x", Some(("x", false))),
            ("2026-11-24T02:41:00Z stdout F ", Some(("", false))),
            ("2026-11-24T02:41:00Z stdout F", Some(("", false))),
            ("2026-11-24T02:41:00Z stdout F\r", Some(("", false))),
            ("2026-11-24T02:41:00Z stdout Failed to start", None),
            ("2026-11-24T02:41:00Z stdout f x", None),
            ("2026-11-24T02:41:00Z stdlog F x", None),
            ("2026-11-24T02:41:00Z stdout", None),
            ("2026-11-24T02:41:00Z INFO app: stdout F x", None),
            ("2026-11-24 02:41:00Z stdout F x", None),
        ] {
            assert_eq!(undo(line), expected, "{line}");
        }
    }
}
