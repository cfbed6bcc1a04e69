//! How a text quotes what a program printed: as it is, in a string literal, in a field of CSV, in Python's bytes. Bytes are
//! unquoted one by one as they are asked for, so that reading what is broken costs no more than what was read of it.

/// How a text quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quoting {
    /// As it is.
    None,
    /// In a string literal of JSON, Go or Python, `\"`, this many times over, at most [`LEVELS_MAX`].
    Escaped(u8),
    /// In a field of CSV, `""`.
    Doubled,
    /// In Python's bytes, `b'…'`.
    Bytes,
}

/// How many literals can lie around a value.
pub const LEVELS_MAX: u8 = 3;

/// A place in a quoted text, and what is left of a character that one escape stands for.
#[derive(Clone, Debug)]
pub struct Cursor<'t> {
    text: &'t [u8],
    at: usize,
    quoting: Quoting,
    /// Of each level of literals, the bytes of the last character that have not been asked for, last byte first.
    left: [Bytes; LEVELS_MAX as usize + 1],
    /// How many these are together.
    left_count: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct Bytes {
    bytes: [u8; 4],
    length: usize,
}

impl<'t> Cursor<'t> {
    /// The place `at` of a text that quotes in this way.
    pub fn new(text: &'t [u8], at: usize, quoting: Quoting) -> Self {
        Self { text, at, quoting, left: [Bytes::default(); LEVELS_MAX as usize + 1], left_count: 0 }
    }

    /// The place in the text.
    pub const fn at(&self) -> usize {
        self.at
    }

    /// The next byte, unquoted, without going on; none at the end of the text and of the literal.
    pub fn peek(&self) -> Option<u8> {
        match self.text.get(self.at) {
            Some(&byte) if self.left_count == 0 && self.is_plain(byte) => Some(byte),
            _ => self.clone().next(),
        }
    }

    /// Whether a byte of the text stands for itself.
    const fn is_plain(&self, byte: u8) -> bool {
        match self.quoting {
            Quoting::None => true,
            Quoting::Escaped(_) => !matches!(byte, b'"' | b'\\'),
            Quoting::Doubled => byte != b'"',
            Quoting::Bytes => !matches!(byte, b'\'' | b'\\'),
        }
    }

    /// The next bytes that stand for themselves and are as `is_it` says, which are passed.
    pub fn run(&mut self, is_it: impl Fn(u8) -> bool) -> &'t [u8] {
        if self.left_count > 0 {
            return &[];
        }
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = rest.iter().position(|&byte| !self.is_plain(byte) || !is_it(byte)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    /// The next byte, unquoted.
    pub fn next(&mut self) -> Option<u8> {
        if let Some(&byte) = self.text.get(self.at)
            && self.left_count == 0
            && self.is_plain(byte)
        {
            self.at += 1;
            return Some(byte);
        }
        match self.quoting {
            Quoting::None => self.raw(),
            Quoting::Escaped(levels) => self.escaped(levels),
            Quoting::Doubled => match self.raw()? {
                b'"' if self.text.get(self.at) == Some(&b'"') => self.raw(),
                b'"' => None,
                other => Some(other),
            },
            Quoting::Bytes => match self.raw()? {
                b'\'' => None,
                b'\\' => self.escape(1),
                other => Some(other),
            },
        }
    }

    fn raw(&mut self) -> Option<u8> {
        let byte = self.text.get(self.at).copied()?;
        self.at += 1;
        Some(byte)
    }

    /// The next byte within this many literals.
    fn escaped(&mut self, level: u8) -> Option<u8> {
        if level == 0 {
            return self.raw();
        }
        if let Some(left) = self.left.get_mut(usize::from(level)).filter(|left| left.length > 0) {
            left.length -= 1;
            self.left_count -= 1;
            return left.bytes.get(left.length).copied();
        }
        match self.escaped(level - 1)? {
            b'"' => None,
            b'\\' => self.escape(level),
            other => Some(other),
        }
    }

    /// What an escape stands for, after its backslash.
    fn escape(&mut self, level: u8) -> Option<u8> {
        let is_bytes = self.quoting == Quoting::Bytes;
        Some(match self.escaped(level - 1)? {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'b' => 8,
            b'f' => 12,
            b'u' if !is_bytes => {
                let character = self.code_unit(level, 4)?;
                return self.keep(level, character);
            }
            b'x' if is_bytes => self.code_unit(level, 2)? as u8,
            b'x' => {
                let character = self.code_unit(level, 2)?;
                return self.keep(level, character);
            }
            other => other,
        })
    }

    /// The number that some hexadecimal digits write.
    fn code_unit(&mut self, level: u8, digits: usize) -> Option<u32> {
        (0..digits).try_fold(0, |number, _| {
            let digit = char::from(self.escaped(level - 1)?).to_digit(16)?;
            Some(number * 16 + digit)
        })
    }

    /// Keeps the bytes of a character but for the first, which comes next. A surrogate has no character of its own.
    fn keep(&mut self, level: u8, character: u32) -> Option<u8> {
        let mut room = [0; 4];
        let character = char::from_u32(character).unwrap_or(char::REPLACEMENT_CHARACTER);
        let bytes = character.encode_utf8(&mut room).as_bytes();
        let (first, rest) = bytes.split_first()?;
        let left = self.left.get_mut(usize::from(level))?;
        left.length = rest.len();
        self.left_count += rest.len();
        left.bytes.iter_mut().zip(rest.iter().rev()).for_each(|(place, &byte)| *place = byte);
        Some(*first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unquoted(text: &str, quoting: Quoting) -> String {
        let mut cursor = Cursor::new(text.as_bytes(), 0, quoting);
        let mut bytes = Vec::new();
        while let Some(byte) = cursor.next() {
            bytes.push(byte);
        }
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn what_is_quoted_comes_out_as_it_was() {
        for (text, quoting, expected) in [
            (r#"{"a":1} rest"#, Quoting::None, r#"{"a":1} rest"#),
            (r#"{\"a\":\"\\n\"}" rest"#, Quoting::Escaped(1), r#"{"a":"\n"}"#),
            (r#"{\\\"a\\\":\\\"\u4e0a\\\"}\""#, Quoting::Escaped(2), r#"{"a":"上"}"#),
            (r#"{""a"":""b""}",c"#, Quoting::Doubled, r#"{"a":"b"}"#),
            (r#"{"a":"\xe4\xb8\x8a","b":"\\n\'"}' rest"#, Quoting::Bytes, r#"{"a":"上","b":"\n'"}"#),
            (r"\u00e9\x41", Quoting::Escaped(1), "éA"),
        ] {
            assert_eq!(unquoted(text, quoting), expected, "{text}");
        }
    }
}
