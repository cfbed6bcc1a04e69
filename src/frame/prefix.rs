//! What command-line tools put in front of the lines of containers: names, times, or both.

use super::stamp::Stamp;
use super::{Framed, Kind, Stream};

/// How far the end of a prefix is looked for, in bytes; names are shorter.
const PREFIX_MAX: usize = 320;
/// How many bytes a name of Docker Compose takes at the most, with the blanks that put bars below each other.
const COMPOSE_MAX: usize = 96;
/// How many digits of a second these tools print, whatever they are.
const FRACTION_DIGITS: usize = 9;

/// What the prefix of `kubectl logs --prefix` begins with.
pub const KUBECTL: &[u8] = b"[pod/";

/// Undoes `[pod/NAME/CONTAINER] `, as `kubectl logs --prefix` writes it.
pub fn kubectl(line: &[u8]) -> Option<Framed<'_>> {
    let rest = line.strip_prefix(KUBECTL)?;
    let end = memchr::memchr(b']', rest.get(..PREFIX_MAX).unwrap_or(rest))?;
    let (names, rest) = (&rest[..end], &rest[end + 1..]);
    let is_name = |name: &[u8]| {
        !name.is_empty() && name.iter().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.'))
    };
    let slash = memchr::memchr(b'/', names)?;
    if !is_name(&names[..slash]) || !is_name(&names[slash + 1..]) {
        return None;
    }
    let text = text_after(rest)?;
    Some(Framed { stream: Stream::named(names), ..Framed::before(Kind::Kubectl, line, text) })
}

/// Undoes the time in front of a line that `kubectl logs --timestamps` and `docker logs --timestamps` write. Both print
/// nine digits of the second; programs seldom do.
pub fn timestamps<'a>(stamp: Stamp, line: &'a [u8], rest: &'a [u8]) -> Option<Framed<'a>> {
    (stamp.fraction_digits == FRACTION_DIGITS)
        .then(|| Framed { time: Some(stamp.time), ..Framed::before(Kind::Kubectl, line, rest) })
}

/// Undoes `NAME-1  | `, as `docker compose logs` writes it, and `NAME_1  | ` of its first version.
pub fn compose(line: &[u8]) -> Option<Framed<'_>> {
    let bar = memchr::memchr(b'|', line.get(..COMPOSE_MAX).unwrap_or(line))?;
    let blanks = line[..bar].iter().rev().take_while(|&&byte| byte == b' ').count();
    let name = &line[..bar - blanks];
    let digits = name.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let is_name = blanks > 0
        && digits > 0
        && matches!(name[..name.len() - digits], [_, .., b'-' | b'_'])
        && name.iter().copied().all(is_of_name);
    let text = text_after(&line[bar + 1..]).filter(|_| is_name)?;
    Some(Framed { stream: Stream::named(name), ..Framed::before(Kind::Compose, line, text) })
}

/// Whether a line begins with a word and a bar after it, as a prefix of Docker Compose does.
pub fn may_be_compose(line: &[u8]) -> bool {
    let line = line.get(..COMPOSE_MAX).unwrap_or(line);
    let blank = line.iter().position(|&byte| !is_of_name(byte)).unwrap_or(line.len());
    let rest = line.get(blank..).unwrap_or_default();
    rest.first() == Some(&b' ') && rest.iter().find(|&&byte| byte != b' ') == Some(&b'|')
}

const fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

/// What stands after the blank that ends a prefix; an editor may have taken the blank off an empty line.
fn text_after(rest: &[u8]) -> Option<&[u8]> {
    match rest {
        [] | [b'\r'] => Some(&rest[rest.len()..]),
        _ => rest.strip_prefix(b" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::stamp;

    fn text(framed: Option<Framed<'_>>) -> Option<&str> {
        framed.map(|framed| str::from_utf8(framed.text).unwrap())
    }

    #[test]
    fn kubectl_names_a_pod_and_a_container() {
        for (line, expected) in [
            ("[pod/web-7f9c/app] {}", Some("{}")),
            ("[pod/web-7f9c/app]  a\r", Some(" a")),
            ("[pod/web-7f9c/app] ", Some("")),
            ("[pod/web-7f9c/app]", Some("")),
            ("[pod/web-7f9c/app]x", None),
            ("[pod/web-7f9c] x", None),
            ("[pod//app] x", None),
            ("[pod/Web/app] x", None),
            ("[pod/web/app/x] x", None),
            ("[pod/web/app", None),
            ("[main] x", None),
        ] {
            assert_eq!(text(kubectl(line.as_bytes())), expected, "{line}");
        }
        let stream = |line: &'static str| kubectl(line.as_bytes()).unwrap().stream;
        assert_eq!(stream("[pod/a/b] x"), stream("[pod/a/b] y"));
        assert_ne!(stream("[pod/a/b] x"), stream("[pod/a/c] x"));
    }

    #[test]
    fn times_of_tools_have_nine_digits() {
        for (line, expected) in [
            ("2026-11-24T02:41:00.412345678Z {}", Some("{}")),
            ("2026-11-24T02:41:00.400000000+08:00 ", Some("")),
            ("2026-11-24T02:41:00.412345Z INFO app: x", None),
            ("2026-11-24T02:41:00Z INFO app: x", None),
        ] {
            let (stamp, rest) = stamp::leading(line.as_bytes()).unwrap();
            assert_eq!(text(timestamps(stamp, line.as_bytes(), rest)), expected, "{line}");
        }
    }

    #[test]
    fn compose_numbers_its_containers() {
        for (line, expected) in [
            ("web-1  | {}", Some("{}")),
            ("my.app_web_12 | a | b", Some("a | b")),
            ("web-1  |", Some("")),
            ("web-1  | \r", Some("")),
            ("web-1|x", None),
            ("web-1 |x", None),
            ("web | x", None),
            ("INFO  | jvm 1 | x", None),
            ("-1 | x", None),
            ("2026-11-24 10:00:00 | INFO | x", None),
            ("12 | x", None),
            ("a b-1 | x", None),
        ] {
            assert_eq!(text(compose(line.as_bytes())), expected, "{line}");
        }
    }
}
