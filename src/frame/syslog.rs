//! Lines of syslog: RFC 3164 with and without its priority, RFC 5424, and what rsyslog and `journalctl` make of them.

use bumpalo::Bump;
use bumpalo::collections::Vec;

use super::stamp::{self, Stamp};
use super::{Framed, Kind, Stream, without_line_end};

const MONTHS: [&[u8; 3]; 12] =
    [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];
/// What stands where a host would in the lines of programs that begin with a time.
const LEVELS: [&str; 13] = [
    "trace", "debug", "info", "notice", "warn", "warning", "err", "error", "crit", "critical", "alert", "fatal",
    "panic",
];
/// The highest priority: facility 23, severity 7.
const PRIORITY_MAX: u32 = 191;
/// The longest name of a host, in bytes.
const HOST_MAX: usize = 255;
/// The longest tag, in bytes; rsyslog allows more than RFC 3164 does.
const TAG_MAX: usize = 128;

/// Undoes a line that begins with a priority in angle brackets.
pub fn with_priority<'a>(line: &'a [u8], bump: &'a Bump) -> Option<Framed<'a>> {
    let digits = line.get(1..)?.iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
    let priority: u32 = str::from_utf8(&line[1..=digits]).ok()?.parse().ok()?;
    let rest = line.get(digits + 1..)?.strip_prefix(b">")?;
    if priority > PRIORITY_MAX {
        return None;
    }
    if let Some(rest) = rest.strip_prefix(b"1 ") {
        return rfc5424(line, rest, bump);
    }
    let after_time = after_clock(rest)?;
    // Programs on the host itself do not name it.
    let (stream, text) = after_host_and_tag(after_time).or_else(|| after_tag(after_time, false))?;
    Some(framed(Kind::Syslog3164, line, text, stream, bump))
}

/// Undoes `Nov 24 02:41:00 HOST TAG[PID]: TEXT`.
pub fn rfc3164<'a>(line: &'a [u8], bump: &'a Bump) -> Option<Framed<'a>> {
    let (stream, text) = after_host_and_tag(after_clock(line)?)?;
    Some(framed(Kind::Syslog3164, line, text, stream, bump))
}

/// Undoes `TIME HOST TAG[PID]: TEXT`, of which the time is read already. Programs write lines that are much alike, so the
/// number of the process has to be there.
pub fn iso<'a>(stamp: Stamp, line: &'a [u8], rest: &'a [u8], bump: &'a Bump) -> Option<Framed<'a>> {
    let (_, tag) = host(rest)?;
    let (_, text) = after_tag(tag, true)?;
    let stream = Stream::named(&rest[..rest.len() - text.len()]);
    Some(Framed { time: Some(stamp.time), ..framed(Kind::SyslogIso, line, text, stream, bump) })
}

fn framed<'a>(kind: Kind, line: &'a [u8], text: &'a [u8], stream: Stream, bump: &'a Bump) -> Framed<'a> {
    let framed = Framed { stream, ..Framed::before(kind, line, text) };
    match without_escapes(framed.text, bump) {
        Some(text) => Framed { text: without_line_end(text), offset: None, ..framed },
        None => framed,
    }
}

/// Whether a line begins with the name of a month.
pub fn may_be_rfc3164(line: &[u8]) -> bool {
    line.first_chunk::<3>().is_some_and(|month| MONTHS.contains(&month)) && line.get(3) == Some(&b' ')
}

/// What follows `Nov 24 02:41:00 `; the day has one digit or two, and the second may have a fraction.
fn after_clock(line: &[u8]) -> Option<&[u8]> {
    let (month, rest) = line.split_first_chunk::<3>()?;
    if !MONTHS.contains(&month) {
        return None;
    }
    let rest = rest.strip_prefix(b" ")?;
    let (day, rest) = number(rest.strip_prefix(b" ").unwrap_or(rest), 1)?;
    let (hour, rest) = number(rest.strip_prefix(b" ")?, 2)?;
    let (minute, rest) = number(rest.strip_prefix(b":")?, 2)?;
    let (second, rest) = number(rest.strip_prefix(b":")?, 2)?;
    let fits = (1..=31).contains(&day) && hour < 24 && minute < 60 && second <= 60;
    let rest = match rest.strip_prefix(b".") {
        Some(rest) => &rest[rest.iter().take(9).take_while(|byte| byte.is_ascii_digit()).count()..],
        None => rest,
    };
    rest.strip_prefix(b" ").filter(|_| fits)
}

/// A number of at least this many digits and at most two, and what follows.
fn number(text: &[u8], digits_min: usize) -> Option<(u8, &[u8])> {
    let digits = text.iter().take(2).take_while(|byte| byte.is_ascii_digit()).count();
    let number = str::from_utf8(&text[..digits]).ok()?.parse().ok()?;
    (digits >= digits_min).then_some((number, &text[digits..]))
}

/// The stream and the text of what follows a time.
fn after_host_and_tag(rest: &[u8]) -> Option<(Stream, &[u8])> {
    let (_, tag) = host(rest)?;
    let (_, text) = after_tag(tag, false)?;
    Some((Stream::named(&rest[..rest.len() - text.len()]), text))
}

/// The name of a host, and what follows after a blank.
fn host(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr::memchr(b' ', text.get(..=HOST_MAX).unwrap_or(text))?;
    let name = &text[..end];
    let is_name = !name.is_empty()
        && !name.ends_with(b":")
        && name.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b':'))
        && !LEVELS.iter().any(|level| name.eq_ignore_ascii_case(level.as_bytes()));
    is_name.then(|| (name, &text[end + 1..]))
}

/// The stream of a tag, and what follows its colon and one blank.
fn after_tag(text: &[u8], needs_process: bool) -> Option<(Stream, &[u8])> {
    let head = text.get(..TAG_MAX).unwrap_or(text);
    let is_in_name =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'/' | b'(' | b')' | b'@');
    let name = head.iter().take_while(|byte| is_in_name(byte)).count();
    let process = match head.get(name)? {
        b'[' => memchr::memchr2(b']', b' ', &head[name..]).filter(|&end| end > 1 && head[name + end] == b']')? + 1,
        _ => 0,
    };
    let rest = text.get(name + process..)?.strip_prefix(b":")?;
    if name == 0 || process == 0 && needs_process {
        return None;
    }
    let text_after = match rest {
        [] | [b'\r'] => &rest[rest.len()..],
        _ => rest.strip_prefix(b" ")?,
    };
    Some((Stream::named(&head[..name + process]), text_after))
}

/// What follows the version of RFC 5424: `TIME HOST APP PROCID MSGID SD TEXT`.
fn rfc5424<'a>(line: &'a [u8], rest: &'a [u8], bump: &'a Bump) -> Option<Framed<'a>> {
    let (time, source) = match rest.strip_prefix(b"- ") {
        Some(rest) => (None, rest),
        None => {
            let (stamp, rest) = stamp::leading(rest)?;
            (Some(stamp.time), rest)
        }
    };
    let mut rest = source;
    for _ in 0..3 {
        rest = after_word(rest)?;
    }
    // Host, program and process tell streams apart; the kind of the message does not.
    let stream = Stream::named(&source[..source.len() - rest.len()]);
    let rest = after_structured_data(after_word(rest)?)?;
    let text = match rest {
        [] | [b'\r'] => &rest[rest.len()..],
        _ => rest.strip_prefix(b" ")?,
    };
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    Some(Framed { time, ..framed(Kind::Syslog5424, line, text, stream, bump) })
}

/// What follows a word of printable ASCII and a blank.
fn after_word(text: &[u8]) -> Option<&[u8]> {
    let end = text.iter().take(HOST_MAX + 1).take_while(|byte| byte.is_ascii_graphic()).count();
    (end > 0).then(|| text[end..].strip_prefix(b" ")).flatten()
}

/// What follows `-` or elements such as `[id name="value"]`.
fn after_structured_data(text: &[u8]) -> Option<&[u8]> {
    if let Some(rest) = text.strip_prefix(b"-") {
        return Some(rest);
    }
    let mut rest = text;
    while let Some(element) = rest.strip_prefix(b"[") {
        rest = after_element(element)?;
    }
    (rest.len() < text.len()).then_some(rest)
}

/// What follows an element, of which the bracket is taken.
fn after_element(text: &[u8]) -> Option<&[u8]> {
    let mut rest = after_name(text)?;
    loop {
        if let Some(rest) = rest.strip_prefix(b"]") {
            return Some(rest);
        }
        let value = after_name(rest.strip_prefix(b" ")?)?.strip_prefix(b"=\"")?;
        rest = after_value(value)?;
    }
}

fn after_name(text: &[u8]) -> Option<&[u8]> {
    let is_in_name = |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'=' | b']' | b'"');
    let end = text.iter().take_while(|byte| is_in_name(byte)).count();
    (end > 0).then(|| &text[end..])
}

/// What follows the closing quote of a value, in which a backslash escapes quotes.
fn after_value(text: &[u8]) -> Option<&[u8]> {
    let mut rest = text;
    loop {
        let at = memchr::memchr2(b'"', b'\\', rest)?;
        if rest[at] == b'"' {
            return Some(&rest[at + 1..]);
        }
        rest = rest.get(at + 2..)?;
    }
}

/// A text without the octal escapes that rsyslog writes for control characters; none when it has none. Only those are
/// undone that mean something in a log: tab, line feed, CR and escape.
fn without_escapes<'a>(text: &'a [u8], bump: &'a Bump) -> Option<&'a [u8]> {
    let mut undone: Option<Vec<'a, u8>> = None;
    let mut from = 0;
    for at in memchr::memchr_iter(b'#', text) {
        let Some(byte) = escaped(text, at) else { continue };
        let undone = undone.get_or_insert_with(|| Vec::with_capacity_in(text.len(), bump));
        undone.extend_from_slice_copy(&text[from..at]);
        undone.push(byte);
        from = at + ESCAPE_BYTES;
    }
    let mut undone = undone?;
    undone.extend_from_slice_copy(&text[from..]);
    Some(undone.into_bump_slice())
}

/// How long `#012` is.
const ESCAPE_BYTES: usize = 4;

/// The control character that the `#` at a place stands for. Colours of web pages look alike: a value in quotes, and one of
/// six or eight digits, are left alone.
fn escaped(text: &[u8], at: usize) -> Option<u8> {
    let byte = match text.get(at + 1..at + ESCAPE_BYTES)? {
        b"011" => b'\t',
        b"012" => b'\n',
        b"015" => b'\r',
        b"033" => 0x1b,
        _ => return None,
    };
    let digits = text[at + 1..].iter().take(9).take_while(|byte| byte.is_ascii_hexdigit()).count();
    let next = text.get(at + 1 + digits);
    let before = at.checked_sub(1).map(|at| text[at]);
    let is_quoted = before.is_some_and(|quote| matches!(quote, b'"' | b'\'') && next == Some(&quote));
    let is_color = matches!(digits, 6 | 8) && !next.is_some_and(u8::is_ascii_alphanumeric);
    (!is_quoted && !is_color).then_some(byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(line: &str) -> Option<(String, bool)> {
        let bump = Bump::new();
        let line = line.as_bytes();
        let framed = match line.first() {
            Some(b'<') => with_priority(line, &bump),
            Some(b'0'..=b'9') => stamp::leading(line).and_then(|(stamp, rest)| iso(stamp, line, rest, &bump)),
            _ => rfc3164(line, &bump),
        };
        framed.map(|framed| {
            if let Some(offset) = framed.offset {
                assert!(line[offset..].starts_with(framed.text));
            }
            (String::from_utf8(framed.text.to_vec()).unwrap(), framed.time.is_some())
        })
    }

    fn check(samples: &[(&str, Option<&str>)], has_time: bool) {
        for (line, expected) in samples {
            let found = text(line);
            assert_eq!(found.as_ref().map(|(text, _)| &**text), *expected, "{line}");
            assert!(found.is_none_or(|(_, time)| time == has_time), "{line}");
        }
    }

    #[test]
    fn rfc_3164_has_a_clock_a_host_and_a_tag() {
        let samples = [
            ("Nov 24 02:41:00 web-01 app[12]: {}", Some("{}")),
            ("Nov  4 02:41:00 web-01 app: x", Some("x")),
            ("Nov 24 02:41:00.123456 10.0.0.1 docker/app/ab12[1]:  x\r", Some(" x")),
            ("<134>Nov 24 02:41:00 web-01 app[12]: x", Some("x")),
            ("<0>Nov 24 02:41:00 app[12]: x y: z", Some("x y: z")),
            ("Nov 24 02:41:00 web-01 app[12]:", Some("")),
            ("Nov 24 02:41:00 web-01 app[12]: a#012#011b#033[31mc#015", Some("a\n\tb\x1b[31mc")),
            ("Nov 24 02:41:00 web-01 app[12]: a#012Accept: b#012{", Some("a\nAccept: b\n{")),
            (
                "Nov 24 02:41:00 web-01 app[12]: {\"c\":\"#012\",\"d\":\"#033366\",\"e\":\"x:#01234567;\"}",
                Some("{\"c\":\"#012\",\"d\":\"#033366\",\"e\":\"x:#01234567;\"}"),
            ),
            ("Nov 24 02:41:00 web-01 app[12]: #123 #000 #01 #", Some("#123 #000 #01 #")),
            ("Nov 24 02:41:00 INFO app: x", None),
            ("Nov 24 02:41:00 app[12]: x", None),
            ("Nov 24 02:41:00 web-01 said: x", Some("x")),
            ("Nov 24 02:41:00 web-01 http://example.com", None),
            ("Nov 24 02:41:00 web-01 app[12] x", None),
            ("Nov 24 02:41:00 web-01 app[1 2]: x", None),
            ("Nov 24 02:41:00 web-01 app[]: x", None),
            ("Nov 32 02:41:00 web-01 app: x", None),
            ("Nov 24 24:41:00 web-01 app: x", None),
            ("Nov 24 2:41:00 web-01 app: x", None),
            ("November 24 02:41:00 web-01 app: x", None),
            ("<192>Nov 24 02:41:00 web-01 app: x", None),
            ("<>Nov 24 02:41:00 web-01 app: x", None),
            ("<134Nov 24 02:41:00 web-01 app: x", None),
            ("<134>x", None),
            ("<", None),
            ("Nov", None),
            ("Nov 24 02:41:00 ", None),
        ];
        check(&samples, false);
    }

    #[test]
    fn whole_times_need_a_host_and_a_process() {
        let samples = [
            ("2026-11-24T10:41:00+0800 web-01 app[12]: {}", Some("{}")),
            ("2026-11-24T10:41:00.123456+08:00 web-01 app[12]: a#012b", Some("a\nb")),
            ("2026-11-24T02:41:00Z INFO app[12]: x", None),
            ("2026-11-24T02:41:00Z INFO app: x", None),
            ("2026-11-24T02:41:00Z web-01 app: x", None),
            ("2026-11-24T02:41:00Z app[12]: x", None),
            ("2026-11-24T02:41:00Z web-01 app[12]:x", None),
        ];
        check(&samples, true);
    }

    #[test]
    fn rfc_5424_has_every_field() {
        let samples = [
            ("<134>1 2026-11-24T10:41:00.123456+08:00 web-01 app 12 - - {}", Some("{}")),
            ("<134>1 2026-11-24T02:41:00Z - - - - - \u{feff}x", Some("x")),
            ("<134>1 2026-11-24T02:41:00Z web-01 app 12 ID7 [a@1 b=\"c\\\"]\\\\\" d=\"\"][e] x", Some("x")),
            ("<134>1 2026-11-24T02:41:00Z web-01 app 12 - [e]", Some("")),
            ("<134>1 2026-11-24T02:41:00Z web-01 app 12 - -", Some("")),
            ("<134>1 2026-11-24T02:41:00Z web-01 app 12 - - a#012b", Some("a\nb")),
            ("<134>1 2026-11-24T02:41:00Z web-01 app 12 - x", None),
            ("<134>1 2026-11-24T02:41:00Z web-01 app 12 - [e x", None),
            ("<134>1 2026-11-24T02:41:00Z web-01 app 12 - [e a=b] x", None),
            ("<134>1 2026-11-24T02:41:00Z web-01 app 12 - [e a=\"b] x", None),
            ("<134>1 2026-11-24T02:41:00Z web-01 app", None),
            ("<134>1 2026-11-24 02:41:00 web-01 app 12 - - x", None),
            ("<134>2 2026-11-24T02:41:00Z web-01 app 12 - - x", None),
        ];
        check(&samples, true);
        check(&[("<134>1 - web-01 app 12 - - x", Some("x"))], false);
    }

    #[test]
    fn processes_are_told_apart() {
        let bump = Bump::new();
        let stream = |line: &'static str| super::super::undo(line.as_bytes(), &bump).unwrap().stream;
        let one = stream("Nov 24 02:41:00 web-01 app[1]: x");
        assert_eq!(one, stream("Nov 24 02:41:01 web-01 app[1]: y"));
        assert_ne!(one, stream("Nov 24 02:41:00 web-01 app[2]: x"));
        assert_ne!(one, stream("Nov 24 02:41:00 web-02 app[1]: x"));
    }
}
