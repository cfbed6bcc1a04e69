//! A value as programs print it, byte by byte from a quoted text to JSON: Python's literals, what Node's `util.inspect` shows,
//! and JSON. It does not know where the value stands.

use bumpalo::Bump;
use bumpalo::collections::Vec;

use super::quoting::Cursor;
use crate::record::Reason;
use crate::scan::grammar::{self, DEPTH_MAX, Space};

/// Reads a value, and writes it as JSON.
pub struct Reader<'a> {
    /// The place that comes next.
    pub cursor: Cursor<'a>,
    /// What was read so far, as JSON.
    pub json: Vec<'a, u8>,
    depth: usize,
}

/// The brackets that hold a list.
const LISTS: [(u8, u8); 2] = [(b'[', b']'), (b'(', b')')];
/// What `util.inspect` shows in brackets instead of a value.
const HIDDEN: [&[u8]; 8] =
    [b"Object", b"Array", b"Function", b"Circular", b"Getter", b"Setter", b"class", b"AsyncFunction"];

impl<'a> Reader<'a> {
    /// Nothing read yet.
    pub fn new(cursor: Cursor<'a>, bump: &'a Bump) -> Self {
        Self { cursor, json: Vec::new_in(bump), depth: 0 }
    }

    /// Reads the value that comes next.
    ///
    /// # Errors
    ///
    /// What is wrong with the byte that the cursor stands at.
    pub fn value(&mut self) -> Result<(), Reason> {
        self.skip_space();
        match self.cursor.peek().ok_or(Reason::Truncated)? {
            b'{' => self.object(),
            open @ (b'[' | b'(') => self.list(open),
            quote @ (b'"' | b'\'' | b'`') => self.string(quote),
            b'<' => self.in_angles(),
            _ => self.word(),
        }
    }

    fn enter(&mut self) -> Result<(), Reason> {
        self.depth += 1;
        if self.depth > DEPTH_MAX { Err(Reason::Depth) } else { Ok(()) }
    }

    fn object(&mut self) -> Result<(), Reason> {
        self.enter()?;
        self.cursor.next();
        self.json.push(b'{');
        let mut is_first = true;
        loop {
            self.skip_space();
            match self.cursor.peek().ok_or(Reason::Truncated)? {
                b'}' => break,
                b',' if !is_first => {
                    self.cursor.next();
                    continue;
                }
                b'.' if !is_first => {
                    self.skip_to(b'}')?;
                    break;
                }
                _ => {}
            }
            if !is_first {
                self.json.push(b',');
            }
            is_first = false;
            self.key()?;
            self.skip_space();
            if self.cursor.next().ok_or(Reason::Truncated)? != b':' {
                return Err(Reason::Syntax);
            }
            self.json.push(b':');
            self.value()?;
            self.skip_space();
            if !matches!(self.cursor.peek().ok_or(Reason::Truncated)?, b',' | b'}') {
                return Err(Reason::Syntax);
            }
        }
        self.cursor.next();
        self.json.push(b'}');
        self.depth -= 1;
        Ok(())
    }

    fn key(&mut self) -> Result<(), Reason> {
        match self.cursor.peek().ok_or(Reason::Truncated)? {
            quote @ (b'"' | b'\'' | b'`') => self.string(quote),
            b'[' => {
                let start = self.json.len();
                self.skip_to(b']')?;
                self.json.truncate(start);
                self.json.extend_from_slice(b"\"[]\"");
                self.cursor.next();
                Ok(())
            }
            byte if is_of_word(byte) => {
                let word = self.read_word();
                self.write_string(word);
                Ok(())
            }
            _ => Err(Reason::Syntax),
        }
    }

    fn list(&mut self, open: u8) -> Result<(), Reason> {
        self.enter()?;
        let close = LISTS.iter().find(|(it, _)| *it == open).map_or(b']', |(_, close)| *close);
        self.cursor.next();
        self.skip_space();
        let start = self.json.len();
        if open == b'[' && self.cursor.peek().is_some_and(|byte| byte.is_ascii_alphabetic()) {
            let mut ahead = self.cursor.clone();
            let word = read_word(&mut ahead, self.json.bump());
            if HIDDEN.contains(&word) {
                self.skip_to(close)?;
                self.cursor.next();
                self.json.extend_from_slice(b"null");
                self.depth -= 1;
                return Ok(());
            }
        }
        self.json.truncate(start);
        self.json.push(b'[');
        let mut is_first = true;
        loop {
            self.skip_space();
            match self.cursor.peek().ok_or(Reason::Truncated)? {
                byte if byte == close => break,
                b',' if !is_first => {
                    self.cursor.next();
                    continue;
                }
                b'.' => {
                    self.skip_to(close)?;
                    break;
                }
                _ => {}
            }
            if !is_first {
                self.json.push(b',');
            }
            is_first = false;
            self.value()?;
            self.skip_space();
            let next = self.cursor.peek().ok_or(Reason::Truncated)?;
            if next != b',' && next != close {
                return Err(Reason::Syntax);
            }
        }
        self.cursor.next();
        self.json.push(b']');
        self.depth -= 1;
        Ok(())
    }

    /// A string, and those that are added to it.
    fn string(&mut self, quote: u8) -> Result<(), Reason> {
        self.json.push(b'"');
        self.string_body(quote, false)?;
        loop {
            let mut ahead = self.cursor.clone();
            skip_space(&mut ahead);
            if ahead.next() != Some(b'+') {
                break;
            }
            skip_space(&mut ahead);
            let Some(next @ (b'"' | b'\'' | b'`')) = ahead.peek() else { break };
            self.cursor = ahead;
            self.string_body(next, false)?;
        }
        self.json.push(b'"');
        Ok(())
    }

    /// What stands between quotes, as the inside of a JSON string. In `bytes` an escape can stand for a byte.
    fn string_body(&mut self, quote: u8, bytes: bool) -> Result<(), Reason> {
        self.cursor.next();
        loop {
            let plain = self.cursor.run(|byte| byte != quote && !matches!(byte, b'"' | b'\\' | 0..0x20));
            self.json.extend_from_slice_copy(plain);
            match self.cursor.next().ok_or(Reason::Truncated)? {
                byte if byte == quote => return Ok(()),
                b'\\' => self.escape(bytes)?,
                byte => self.write_byte(byte),
            }
        }
    }

    fn escape(&mut self, bytes: bool) -> Result<(), Reason> {
        let escape = self.cursor.next().ok_or(Reason::Truncated)?;
        let digits = match escape {
            b'u' => 4,
            b'U' => 8,
            b'x' => 2,
            b'n' | b'r' | b't' | b'b' | b'f' | b'"' | b'\\' | b'/' => {
                self.json.extend_from_slice(&[b'\\', escape]);
                return Ok(());
            }
            other => {
                self.write_byte(other);
                return Ok(());
            }
        };
        let mut number = 0;
        for _ in 0..digits {
            let digit = char::from(self.cursor.next().ok_or(Reason::Truncated)?).to_digit(16).ok_or(Reason::Syntax)?;
            number = number * 16 + digit;
        }
        if digits == 4 {
            // Surrogates are paired by whoever reads the JSON.
            self.json.extend_from_slice(format!("\\u{number:04x}").as_bytes());
        } else if bytes && digits == 2 {
            self.write_byte(number as u8);
        } else {
            let character = char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER);
            character.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| self.write_byte(byte));
        }
        Ok(())
    }

    /// A byte of a string.
    fn write_byte(&mut self, byte: u8) {
        match byte {
            b'"' | b'\\' => self.json.extend_from_slice(&[b'\\', byte]),
            0..0x20 => self.json.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => self.json.push(byte),
        }
    }

    fn write_string(&mut self, text: &[u8]) {
        self.json.push(b'"');
        text.iter().for_each(|&byte| self.write_byte(byte));
        self.json.push(b'"');
    }

    /// A number, a literal, a date, or a value after the name of its class.
    fn word(&mut self) -> Result<(), Reason> {
        let word = self.read_word();
        if word.is_empty() {
            return Err(Reason::Syntax);
        }
        if let Some(quote @ (b'"' | b'\'')) = self.cursor.peek().filter(|_| word.len() <= 2) {
            self.json.push(b'"');
            self.string_body(quote, matches!(word, b"b" | b"B" | b"br" | b"rb"))?;
            self.json.push(b'"');
            return Ok(());
        }
        let is_number = matches!(word.first(), Some(b'-' | b'0'..=b'9'));
        if !is_number && self.cursor.peek() == Some(b'(') {
            self.skip_to(b')')?;
            self.cursor.next();
        }
        let mut ahead = self.cursor.clone();
        skip_space(&mut ahead);
        if !is_number && let Some(open @ (b'{' | b'[')) = ahead.peek() {
            self.cursor = ahead;
            return if open == b'{' { self.object() } else { self.list(open) };
        }
        match word {
            b"true" | b"True" => self.json.extend_from_slice(b"true"),
            b"false" | b"False" => self.json.extend_from_slice(b"false"),
            b"null" | b"None" | b"undefined" | b"NaN" | b"nan" | b"nil" => self.json.extend_from_slice(b"null"),
            _ if is_number && grammar::check(word, Space::Line).is_ok() => self.json.extend_from_slice(word),
            _ => self.write_string(word),
        }
        Ok(())
    }

    /// What `util.inspect` writes in angle brackets: a reference in front of a value, or instead of one.
    fn in_angles(&mut self) -> Result<(), Reason> {
        self.skip_to(b'>')?;
        self.cursor.next();
        let mut ahead = self.cursor.clone();
        skip_space(&mut ahead);
        match ahead.peek() {
            Some(b'{' | b'[') => self.value(),
            _ => {
                self.json.extend_from_slice(b"null");
                Ok(())
            }
        }
    }

    fn read_word(&mut self) -> &'a [u8] {
        let bump = self.json.bump();
        read_word(&mut self.cursor, bump)
    }

    /// Goes on to a byte, which must come.
    fn skip_to(&mut self, close: u8) -> Result<(), Reason> {
        while self.cursor.peek().ok_or(Reason::Truncated)? != close {
            self.cursor.next();
        }
        Ok(())
    }

    fn skip_space(&mut self) {
        skip_space(&mut self.cursor);
    }
}

/// What words are made of: names, numbers, dates.
const fn is_of_word(byte: u8) -> bool {
    matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' | b'$' | b'-' | b'+' | b'.' | 0x80..)
}

fn read_word<'a>(cursor: &mut Cursor<'_>, bump: &'a Bump) -> &'a [u8] {
    let mut word = Vec::new_in(bump);
    while let Some(byte) = cursor.peek() {
        // A date goes on after its colons.
        let is_of_time = byte == b':' && word.len() >= 13 && word.first().is_some_and(u8::is_ascii_digit);
        if !is_of_word(byte) && !is_of_time {
            break;
        }
        word.push(byte);
        cursor.next();
    }
    word.into_bump_slice()
}

/// Passes over white space and colours.
fn skip_space(cursor: &mut Cursor<'_>) {
    while let Some(byte) = cursor.peek() {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {
                cursor.next();
            }
            0x1b => {
                cursor.next();
                while let Some(byte) = cursor.next() {
                    if byte.is_ascii_alphabetic() {
                        break;
                    }
                }
            }
            _ => break,
        }
    }
}
