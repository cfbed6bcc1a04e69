//! RFC 8259 byte by byte: is a text exactly one JSON value, and if not, which byte offends first? It knows no envelope.

use crate::record::Reason;
use crate::string_bytes::before_special_or_non_ascii;

/// Deepest nesting that is accepted; the bracket that would open one more level is `depth`.
pub const DEPTH_MAX: usize = 1024;

/// Which line end is white space: inside a text member a line feed is, in a line it cannot stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Space {
    /// Space, tab and CR.
    Line,
    /// Space, tab, CR and LF.
    Text,
}

impl Space {
    /// Whether the byte is white space here.
    #[must_use]
    pub const fn has(self, byte: u8) -> bool {
        matches!(byte, b' ' | b'\t' | b'\r') || (matches!(self, Self::Text) && byte == b'\n')
    }
}

/// Checks that `text` is exactly one value with white space around it.
///
/// # Errors
///
/// The reason that the first offending byte gives; `Truncated` when no byte offends and the value is not complete.
pub fn check(text: &[u8], space: Space) -> Result<(), Reason> {
    let mut checker = Checker::new(text, space);
    checker.value()?;
    checker.skip_space();
    if checker.at < text.len() { Err(checker.offence(true)) } else { Ok(()) }
}

/// Whether a text that is not blank can be one value, as far as a look at its beginning tells: a number, a literal, or
/// something in brackets or quotes.
pub fn may_be_value(text: &[u8], space: Space) -> bool {
    let start = text.iter().position(|&byte| !space.has(byte)).unwrap_or(text.len());
    let text = text.get(start..).unwrap_or_default();
    match text.first() {
        Some(b'{' | b'[' | b'"') => true,
        Some(b't') => text.starts_with(b"true"),
        Some(b'f') => text.starts_with(b"false"),
        Some(b'n') => text.starts_with(b"null"),
        Some(b'-' | b'0'..=b'9') => {
            let is_of_number = |byte: &&u8| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-');
            let length = text.iter().take_while(is_of_number).count();
            text.iter().skip(length).all(|&byte| space.has(byte))
        }
        _ => false,
    }
}

/// Checks the one value that begins at or after `from` in a stream of values, and tells where it ends.
///
/// # Errors
///
/// The reason that the first offending byte gives, and the place of the offending byte, which is the end for a value that is not
/// complete. Bytes behind the value are not looked at.
pub fn value_end(text: &[u8], from: usize, space: Space) -> Result<usize, (Reason, usize)> {
    let mut checker = Checker::new(text, space);
    checker.at = from;
    match checker.value() {
        Ok(()) => Ok(checker.at),
        Err(reason) => Err((reason, checker.at)),
    }
}

/// What the bytes at some place are, as UTF-8.
enum Sequence {
    /// A whole sequence of so many bytes.
    Whole(usize),
    /// The beginning of a sequence that the end of the text cuts.
    Cut,
    /// No sequence begins like this.
    Invalid,
}

struct Checker<'a> {
    text: &'a [u8],
    at: usize,
    space: Space,
    depth: usize,
    /// One bit a level: whether it is an object.
    objects: [u64; DEPTH_MAX / 64],
}

impl<'a> Checker<'a> {
    const fn new(text: &'a [u8], space: Space) -> Self {
        Self { text, at: 0, space, depth: 0, objects: [0; DEPTH_MAX / 64] }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(|byte| self.space.has(byte)) {
            self.at += 1;
        }
    }

    /// The value at `at`, with the white space before it; afterwards `at` is the byte behind it.
    fn value(&mut self) -> Result<(), Reason> {
        loop {
            // Here a value is due.
            self.skip_space();
            match self.peek() {
                None => return Err(Reason::Truncated),
                Some(b'{') => {
                    self.open(true)?;
                    self.skip_space();
                    if self.peek() == Some(b'}') {
                        self.close();
                    } else {
                        self.key()?;
                        continue;
                    }
                }
                Some(b'[') => {
                    self.open(false)?;
                    self.skip_space();
                    if self.peek() == Some(b']') {
                        self.close();
                    } else {
                        continue;
                    }
                }
                Some(b'"') => self.string()?,
                Some(b'-' | b'0'..=b'9') => self.number()?,
                Some(b't') => self.literal(b"true")?,
                Some(b'f') => self.literal(b"false")?,
                Some(b'n') => self.literal(b"null")?,
                Some(_) => return Err(self.offence(false)),
            }
            // Here a value has ended: brackets close until a comma asks for the next one.
            loop {
                if self.depth == 0 {
                    return Ok(());
                }
                self.skip_space();
                match (self.peek(), self.in_object()) {
                    (None, _) => return Err(Reason::Truncated),
                    (Some(b','), object) => {
                        self.at += 1;
                        if object {
                            self.skip_space();
                            self.key()?;
                        }
                        break;
                    }
                    (Some(b'}'), true) | (Some(b']'), false) => self.close(),
                    _ => return Err(self.offence(false)),
                }
            }
        }
    }

    fn open(&mut self, object: bool) -> Result<(), Reason> {
        if self.depth == DEPTH_MAX {
            return Err(Reason::Depth);
        }
        let bit = 1 << (self.depth % 64);
        let word = &mut self.objects[self.depth / 64];
        *word = if object { *word | bit } else { *word & !bit };
        self.depth += 1;
        self.at += 1;
        Ok(())
    }

    const fn close(&mut self) {
        self.depth -= 1;
        self.at += 1;
    }

    const fn in_object(&self) -> bool {
        let level = self.depth - 1;
        self.objects[level / 64] & (1 << (level % 64)) != 0
    }

    /// A key and its colon; white space before the key is already skipped.
    fn key(&mut self) -> Result<(), Reason> {
        match self.peek() {
            None => return Err(Reason::Truncated),
            Some(b'"') => self.string()?,
            Some(_) => return Err(self.offence(false)),
        }
        self.skip_space();
        match self.peek() {
            None => Err(Reason::Truncated),
            Some(b':') => {
                self.at += 1;
                Ok(())
            }
            Some(_) => Err(self.offence(false)),
        }
    }

    fn string(&mut self) -> Result<(), Reason> {
        self.at += 1;
        loop {
            self.at += before_special_or_non_ascii(self.text.get(self.at..).unwrap_or_default());
            match self.peek() {
                None => return Err(Reason::Truncated),
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => self.escape()?,
                Some(0..0x20) => return Err(Reason::Syntax),
                Some(0x20..0x80) => self.at += 1,
                Some(0x80..) => match sequence(&self.text[self.at..]) {
                    Sequence::Whole(bytes) => self.at += bytes,
                    Sequence::Cut => return Err(Reason::Truncated),
                    Sequence::Invalid => return Err(Reason::Utf8),
                },
            }
        }
    }

    fn escape(&mut self) -> Result<(), Reason> {
        self.at += 1;
        match self.peek() {
            None => return Err(Reason::Truncated),
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.at += 1;
                return Ok(());
            }
            Some(b'u') => self.at += 1,
            Some(_) => return Err(self.offence(false)),
        }
        for _ in 0..4 {
            match self.peek() {
                None => return Err(Reason::Truncated),
                Some(byte) if byte.is_ascii_hexdigit() => self.at += 1,
                Some(_) => return Err(self.offence(false)),
            }
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), Reason> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    /// One digit or more.
    fn digits(&mut self) -> Result<(), Reason> {
        match self.peek() {
            None => return Err(Reason::Truncated),
            Some(b'0'..=b'9') => {}
            Some(_) => return Err(self.offence(false)),
        }
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        Ok(())
    }

    fn literal(&mut self, word: &[u8]) -> Result<(), Reason> {
        for &letter in word {
            match self.peek() {
                None => return Err(Reason::Truncated),
                Some(byte) if byte == letter => self.at += 1,
                Some(_) => return Err(self.offence(false)),
            }
        }
        Ok(())
    }

    /// The reason that the byte at `at` gives; it stands outside of strings, or behind a backslash.
    fn offence(&self, complete: bool) -> Reason {
        let rest = &self.text[self.at..];
        match rest.first() {
            Some(0x80..) if !matches!(sequence(rest), Sequence::Whole(_)) => Reason::Utf8,
            _ if complete => Reason::Trailing,
            _ => Reason::Syntax,
        }
    }
}

/// Reads the sequence at the start of `bytes`, by table 3-7 of the Unicode standard.
fn sequence(bytes: &[u8]) -> Sequence {
    let Some(&lead) = bytes.first() else { return Sequence::Cut };
    let (second, length) = match lead {
        0x00..=0x7f => return Sequence::Whole(1),
        0xc2..=0xdf => (0x80..=0xbf, 2),
        0xe0 => (0xa0..=0xbf, 3),
        0xed => (0x80..=0x9f, 3),
        0xe1..=0xef => (0x80..=0xbf, 3),
        0xf0 => (0x90..=0xbf, 4),
        0xf4 => (0x80..=0x8f, 4),
        0xf1..=0xf3 => (0x80..=0xbf, 4),
        _ => return Sequence::Invalid,
    };
    match bytes.get(1) {
        None => return Sequence::Cut,
        Some(byte) if second.contains(byte) => {}
        Some(_) => return Sequence::Invalid,
    }
    for place in 2..length {
        match bytes.get(place) {
            None => return Sequence::Cut,
            Some(0x80..=0xbf) => {}
            Some(_) => return Sequence::Invalid,
        }
    }
    Sequence::Whole(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(text: &[u8]) -> Option<Reason> {
        check(text, Space::Line).err()
    }

    #[test]
    fn the_first_offending_byte_decides() {
        use Reason::{Syntax, Trailing, Truncated, Utf8};
        for (text, expected) in [
            (&b"{}"[..], None),
            (b" \t{\"a\" : [1e400, -0.5E+3, true, null] }\r ", None),
            (b"1", None),
            (b"\"\\ud800\"", None),
            (b"tru", Some(Truncated)),
            (b"trux", Some(Syntax)),
            (b"truex", Some(Trailing)),
            (b"01", Some(Trailing)),
            (b"[01]", Some(Syntax)),
            (b"1.", Some(Truncated)),
            (b"1.x", Some(Syntax)),
            (b"-", Some(Truncated)),
            (b"NaN", Some(Syntax)),
            (b"}", Some(Syntax)),
            (b"{}}", Some(Trailing)),
            (b"{\"a\":1,}", Some(Syntax)),
            (b"[1:2]", Some(Syntax)),
            (b"[1}", Some(Syntax)),
            (b"\"a\tb\"", Some(Syntax)),
            (b"\"\\", Some(Truncated)),
            (b"\"\\u12", Some(Truncated)),
            (b"\"\\u12g4\"", Some(Syntax)),
            (b"\"\\\xc3\xa9\"", Some(Syntax)),
            (b"\"\\\xc3\"", Some(Utf8)),
            (b"\"\\u1\xe4\xbd", Some(Utf8)),
            (b"\"\xe4\xbd", Some(Truncated)),
            (b"\"\xe4\xbd\"", Some(Utf8)),
            (b"\"\xe0\x80", Some(Utf8)),
            (b"{\"a\":\xe4\xbd", Some(Utf8)),
            (b"{\"a\":\xe4\xbd\xa0", Some(Syntax)),
            (b"{} \xe4\xbd\xa0", Some(Trailing)),
            (b"{} \xff", Some(Utf8)),
            (b"{}\n", Some(Trailing)),
        ] {
            assert_eq!(reason(text), expected, "{:?}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn level_1025_is_too_deep() {
        let nested = |levels: usize| [vec![b'['; levels], vec![b']'; levels]].concat();
        assert_eq!(reason(&nested(DEPTH_MAX)), None);
        assert_eq!(reason(&nested(DEPTH_MAX + 1)), Some(Reason::Depth));
        assert_eq!(reason(&vec![b'['; DEPTH_MAX]), Some(Reason::Truncated));
    }

    #[test]
    fn a_line_feed_is_white_space_in_texts_only() {
        assert_eq!(check(b"{\n}", Space::Text), Ok(()));
        assert_eq!(check(b"{\n}", Space::Line), Err(Reason::Syntax));
    }
}
