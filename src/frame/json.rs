//! Objects of strings and small arrays, as collectors write them, read strictly and in one pass. It accepts nothing that
//! is not JSON, and not all that is: no numbers, no nesting beyond what frames have.

use bumpalo::Bump;

use crate::string_bytes::{before_quote_or_escape, before_special, escape_length, unescaped};

/// What stands between the quotes of a string: valid escapes, no control characters.
#[derive(Clone, Copy, Debug)]
pub struct Raw<'a> {
    /// The bytes, escapes and all.
    pub bytes: &'a [u8],
    /// Where they begin in the text.
    pub at: usize,
}

/// Reads a text that is one object. `each` gets every key, and reads its value; none when it gives none.
pub fn object<'a>(text: &'a [u8], each: impl FnMut(Raw<'a>, &mut Reader<'a>) -> Option<()>) -> Option<()> {
    // Seldom, so that it is looked for once, and not in every string.
    let has_controls = text.iter().fold(false, |has, &byte| has | (byte < b' '));
    let mut reader = Reader { text, at: 0, has_controls };
    reader.object(each)?;
    reader.skip_space();
    // The bytes outside of strings are ASCII by now.
    (reader.at == text.len() && str::from_utf8(text).is_ok()).then_some(())
}

/// A place in a text.
pub struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    /// Whether the text holds control characters, of which none may stand in a string.
    has_controls: bool,
}

impl<'a> Reader<'a> {
    /// The next byte that is not white space.
    pub fn peek(&mut self) -> Option<u8> {
        self.skip_space();
        self.text.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\r') = self.text.get(self.at) {
            self.at += 1;
        }
    }

    /// Takes this byte, which has to be the next.
    pub fn take(&mut self, byte: u8) -> Option<()> {
        self.take_if(byte).then_some(())
    }

    /// Takes this byte when it is the next.
    pub fn take_if(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    /// Takes this word, which has to be next.
    pub fn word(&mut self, word: &[u8]) -> Option<()> {
        self.skip_space();
        self.at += self.text.get(self.at..)?.starts_with(word).then_some(word.len())?;
        Some(())
    }

    /// Reads an object.
    pub fn object(&mut self, mut each: impl FnMut(Raw<'a>, &mut Self) -> Option<()>) -> Option<()> {
        self.take(b'{')?;
        if self.take_if(b'}') {
            return Some(());
        }
        loop {
            let key = self.string()?;
            self.take(b':')?;
            each(key, self)?;
            if !self.take_if(b',') {
                return self.take(b'}');
            }
        }
    }

    /// Reads an array.
    pub fn array(&mut self, mut each: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.take(b'[')?;
        if self.take_if(b']') {
            return Some(());
        }
        loop {
            each(self)?;
            if !self.take_if(b',') {
                return self.take(b']');
            }
        }
    }

    /// Reads a number of 0 to 255.
    pub fn byte(&mut self) -> Option<u8> {
        self.skip_space();
        let rest = self.text.get(self.at..)?;
        let digits = rest.iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
        let has_leading_zero = digits > 1 && rest.first() == Some(&b'0');
        self.at += digits;
        if has_leading_zero { None } else { str::from_utf8(&rest[..digits]).ok()?.parse().ok() }
    }

    /// Reads a string.
    pub fn string(&mut self) -> Option<Raw<'a>> {
        self.take(b'"')?;
        let start = self.at;
        loop {
            let rest = self.text.get(self.at..)?;
            self.at += if self.has_controls { before_special(rest) } else { before_quote_or_escape(rest) };
            match self.text.get(self.at)? {
                b'"' => break,
                b'\\' => self.at += escape_length(&self.text[self.at..])?,
                _ => return None,
            }
        }
        self.at += 1;
        Some(Raw { bytes: &self.text[start..self.at - 1], at: start })
    }
}

impl<'a> Raw<'a> {
    /// The string unescaped, in `bump` unless it has no escapes; a lone surrogate becomes U+FFFD.
    pub fn unescape(self, bump: &'a Bump) -> &'a [u8] {
        let Some(first) = memchr::memchr(b'\\', self.bytes) else { return self.bytes };
        unescaped(self.bytes, first, bump)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The strings of an object that holds no other values.
    fn strings(text: &[u8]) -> Option<std::vec::Vec<(String, String)>> {
        let bump = Bump::new();
        let mut members = std::vec::Vec::new();
        let shown = |raw: Raw<'_>, bump: &Bump| {
            let raw = raw.bytes.to_vec();
            String::from_utf8_lossy(Raw { bytes: &raw, at: 0 }.unescape(bump)).into_owned()
        };
        object(text, |key, reader| {
            members.push((shown(key, &bump), shown(reader.string()?, &bump)));
            Some(())
        })?;
        Some(members)
    }

    #[test]
    fn only_json_is_read() {
        for (text, is_one) in [
            (&b"{}"[..], true),
            (b" { \"a\" :\t\"b\" , \"c\":\"\" } \r", true),
            (b"{\"a\":\"\\u00e4\\n\\\\\\/\"}", true),
            (b"{\"a\":\"\\ud800\"}", true),
            (b"{\"a\":\"b\",}", false),
            (b"{\"a\":\"b\"", false),
            (b"{\"a\":\"b\"}}", false),
            (b"{\"a\":\"b\"} x", false),
            (b"{\"a\" \"b\"}", false),
            (b"{a:\"b\"}", false),
            (b"{,}", false),
            (b"{\"a\":1}", false),
            (b"{\"a\":\"b\\\"}", false),
            (b"{\"a\":\"\\x\"}", false),
            (b"{\"a\":\"\\u12g4\"}", false),
            (b"{\"a\":\"\\u12", false),
            (b"{\"a\":\"1234567\t\"}", false),
            (b"{\"a\":\"\x1b[m\"}", false),
            (b"{\"a\":\"\xff\"}", false),
            (b"{\"a\":\"\xe4\xbd\xa0\"}", true),
            (b"{\n}", false),
            (b"[]", false),
            (b"", false),
        ] {
            assert_eq!(strings(text).is_some(), is_one, "{:?}", String::from_utf8_lossy(text));
        }
    }

    proptest! {
        #[test]
        fn strings_are_read_as_they_were_written(key in "\\PC{0,20}", value in "(\\PC|[\\x00-\\x7f]){0,40}") {
            let text = serde_json::json!({ key.clone(): value.clone() }).to_string();
            prop_assert_eq!(strings(text.as_bytes()), Some(vec![(key, value)]));
        }

        #[test]
        fn what_is_read_is_json(text in "[\\{\\}\":,a\\\\ \tu0n\x1fé]{0,24}") {
            if strings(text.as_bytes()).is_some() {
                prop_assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok() || text.contains("\\u"), "{}", text);
            }
        }

        #[test]
        fn plain_bytes_end_at_the_first_other_one(text: std::vec::Vec<u8>, ascii in "[ -~\t]{0,40}") {
            for text in [&text, ascii.as_bytes()] {
                let end = text.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..b' ')).unwrap_or(text.len());
                prop_assert_eq!(before_special(text), end);
            }
        }
    }
}
