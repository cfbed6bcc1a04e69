//! JSON text with holes: compiled once, filled many times. It knows no mode and no record, only how text is written.
//!
//! A hole is `<name arguments>`; see [`hole`] for the list. Templates are trusted: a mistake in one panics at start.

use crate::dice::Dice;
use crate::instant;
use crate::words;

/// How the same text is written down.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// One blank after each comma and colon outside strings.
    pub spaced: bool,
    /// Everything beyond ASCII as `\uXXXX`.
    pub ascii: bool,
}

impl Style {
    /// What separates members.
    pub fn comma(self) -> &'static [u8] {
        if self.spaced { b", " } else { b"," }
    }

    /// What separates a name from its value.
    pub fn colon(self) -> &'static [u8] {
        if self.spaced { b": " } else { b":" }
    }
}

/// What a line is about, for the holes that name it.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// Such as `cvm`.
    pub service: &'a str,
    /// Such as `DescribeInstances`.
    pub action: &'a str,
    /// Such as `ap-guangzhou`.
    pub region: &'a str,
    /// Microseconds since 1970-01-01T00:00:00Z: payload times lie before it.
    pub time_us: i64,
}

/// A compiled text.
pub struct Template {
    parts: Vec<Part>,
    separator: &'static [u8],
}

enum Part {
    Literal(Vec<u8>),
    Number { low: u64, span: u64 },
    Hex(usize),
    Alphanumeric(usize),
    Uuid,
    RequestId,
    Address,
    Moment { separator: u8 },
    Pick(Vec<Vec<u8>>),
    Phrase { words: Vec<Vec<u8>>, separator: &'static [u8], low: u64, span: u64 },
    Service,
    Action,
    Region,
    Repeat { low: u64, span: u64, body: Template },
}

impl Template {
    /// Compiles a text that starts outside any string.
    pub fn new(text: &str, style: Style) -> Self {
        Self::compile(text, style, false)
    }

    /// Compiles a text that stands inside a string.
    pub fn inside_string(text: &str, style: Style) -> Self {
        Self::compile(text, style, true)
    }

    fn compile(text: &str, style: Style, mut in_string: bool) -> Self {
        let separator: &'static [u8] = if in_string { b"," } else { style.comma() };
        let mut parts = Vec::new();
        let mut literal = Vec::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            if first == '<' {
                let (inside, after) = split_hole(rest);
                if !literal.is_empty() {
                    parts.push(Part::Literal(std::mem::take(&mut literal)));
                }
                parts.push(hole(inside, style, in_string));
                rest = after;
                continue;
            }
            let width = match first {
                '\\' => 2,
                _ => first.len_utf8(),
            };
            push_text(&mut literal, &rest[..width], style);
            match first {
                '"' => in_string = !in_string,
                ',' | ':' if style.spaced && !in_string => literal.push(b' '),
                _ => {}
            }
            rest = &rest[width..];
        }
        if !literal.is_empty() {
            parts.push(Part::Literal(literal));
        }
        Template { parts, separator }
    }

    /// Appends one filling; the start of the last `<rid>` in `out`, if there was one.
    pub fn fill(&self, dice: &mut Dice, scene: &Scene<'_>, out: &mut Vec<u8>) -> Option<usize> {
        let mut request_id = None;
        for part in &self.parts {
            match part {
                Part::Literal(bytes) => out.extend_from_slice(bytes),
                Part::Number { low, span } => push_number(out, low + dice.below(*span)),
                Part::Hex(len) => push_digits(out, dice, *len, b"0123456789abcdef"),
                Part::Alphanumeric(len) => {
                    push_digits(out, dice, *len, b"abcdefghijklmnopqrstuvwxyz012345");
                }
                Part::Uuid => {
                    let (high, low) = (dice.bits(), dice.bits());
                    push_uuid(out, high, low);
                }
                Part::RequestId => {
                    request_id = Some(out.len());
                    let (high, low) = (dice.unique(), dice.bits());
                    push_uuid(out, high, low);
                }
                Part::Address => push_address(out, dice),
                Part::Moment { separator } => {
                    let age_us = dice.below(400 * 86_400) as i64 * instant::SECOND_US;
                    instant::push_seconds(out, scene.time_us - age_us, *separator);
                }
                Part::Pick(choices) => out.extend_from_slice(&choices[dice.index(choices.len())]),
                Part::Phrase { words, separator, low, span } => {
                    for at in 0..low + dice.below(*span) {
                        if at > 0 {
                            out.extend_from_slice(separator);
                        }
                        out.extend_from_slice(&words[dice.index(words.len())]);
                    }
                }
                Part::Service => out.extend_from_slice(scene.service.as_bytes()),
                Part::Action => out.extend_from_slice(scene.action.as_bytes()),
                Part::Region => out.extend_from_slice(scene.region.as_bytes()),
                Part::Repeat { low, span, body } => {
                    for at in 0..low + dice.below(*span) {
                        if at > 0 {
                            out.extend_from_slice(body.separator);
                        }
                        body.fill(dice, scene, out);
                    }
                }
            }
        }
        request_id
    }

    /// The typical length in bytes, from a fixed sample.
    pub fn typical_bytes(&self) -> usize {
        let scene = Scene { service: "cvm", action: "DescribeInstances", region: "ap-guangzhou", time_us: 0 };
        let (mut dice, mut out) = (Dice::new(0), Vec::new());
        for _ in 0..32 {
            self.fill(&mut dice, &scene, &mut out);
        }
        out.len() / 32
    }
}

/// The text of a JSON value as the content of a string: once for text in a string, twice for text in that text.
pub fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

/// `<n LOW HIGH>` a number; `<hex N>`, `<id N>` random letters and digits; `<uuid>`; `<rid>` a uuid that is unique in the run; `<ip>`;
/// `<when>` and `<whent>` a past time; `<pick a|b|…>`; `<words LOW HIGH>`, `<cn LOW HIGH>`, `<mixed LOW HIGH>` English, Chinese, and
/// scripts and emoji of two to four bytes a character; `<service>`, `<action>`, `<region>`; `<rep LOW HIGH text>` a list without brackets.
fn hole(inside: &str, style: Style, in_string: bool) -> Part {
    let (name, arguments) = inside.split_once(' ').unwrap_or((inside, ""));
    match name {
        "n" => {
            let (low, span, _) = range(arguments);
            Part::Number { low, span }
        }
        "hex" => Part::Hex(count(arguments) as usize),
        "id" => Part::Alphanumeric(count(arguments) as usize),
        "uuid" => Part::Uuid,
        "rid" => Part::RequestId,
        "ip" => Part::Address,
        "when" => Part::Moment { separator: b' ' },
        "whent" => Part::Moment { separator: b'T' },
        "pick" => Part::Pick(written(arguments.split('|'), style)),
        "words" => phrase(arguments, written(words::ENGLISH.iter().copied(), style), b" "),
        "cn" => phrase(arguments, written(words::CHINESE.iter().copied(), style), b""),
        "mixed" => phrase(arguments, written(words::MIXED.iter().copied(), style), b""),
        "service" => Part::Service,
        "action" => Part::Action,
        "region" => Part::Region,
        "rep" => {
            let (low, span, text) = range(arguments);
            Part::Repeat { low, span, body: Template::compile(text, style, in_string) }
        }
        _ => panic!("a template has an unknown hole <{inside}>"),
    }
}

fn phrase(arguments: &str, words: Vec<Vec<u8>>, separator: &'static [u8]) -> Part {
    let (low, span, _) = range(arguments);
    Part::Phrase { words, separator, low, span }
}

fn written<'a>(words: impl Iterator<Item = &'a str>, style: Style) -> Vec<Vec<u8>> {
    words
        .map(|word| {
            let mut out = Vec::new();
            push_text(&mut out, word, style);
            out
        })
        .collect()
}

/// `LOW HIGH rest` as (low, number of values, rest).
fn range(arguments: &str) -> (u64, u64, &str) {
    let mut pieces = arguments.splitn(3, ' ');
    let low = count(pieces.next().unwrap_or(""));
    let high = count(pieces.next().unwrap_or(""));
    assert!(low <= high, "a template has an empty range {arguments:?}");
    (low, high - low + 1, pieces.next().unwrap_or(""))
}

fn count(text: &str) -> u64 {
    text.parse().unwrap_or_else(|_| panic!("a template has {text:?} where a number belongs"))
}

/// Splits `<…>rest`, counting nested holes.
fn split_hole(text: &str) -> (&str, &str) {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'<' => depth += 1,
            b'>' if depth == 1 => return (&text[1..at], &text[at + 1..]),
            b'>' => depth -= 1,
            _ => {}
        }
    }
    panic!("a template has an unclosed hole: {text}");
}

fn push_text(out: &mut Vec<u8>, text: &str, style: Style) {
    if !style.ascii || text.is_ascii() {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    for unit in text.encode_utf16() {
        match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii() => out.push(byte),
            _ => out.extend_from_slice(format!("\\u{unit:04x}").as_bytes()),
        }
    }
}

/// Appends a decimal number.
pub fn push_number(out: &mut Vec<u8>, mut value: u64) {
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

/// Appends a number of microseconds as milliseconds without trailing zeros: 12500 as `12.5`.
pub fn push_milliseconds(out: &mut Vec<u8>, micros: u64) {
    push_number(out, micros / 1_000);
    let fraction = micros % 1_000;
    if fraction > 0 {
        let digits = [fraction / 100, fraction / 10 % 10, fraction % 10].map(|digit| b'0' + digit as u8);
        let kept = 3 - digits.iter().rev().take_while(|digit| **digit == b'0').count();
        out.push(b'.');
        out.extend_from_slice(&digits[..kept]);
    }
}

/// Appends 8-4-4-4-12 lower-case hexadecimal digits.
pub fn push_uuid(out: &mut Vec<u8>, high: u64, low: u64) {
    let mut text = [b'-'; 36];
    let mut bits = u128::from(high) << 64 | u128::from(low);
    for at in (0..36).rev() {
        if !matches!(at, 8 | 13 | 18 | 23) {
            text[at] = b"0123456789abcdef"[(bits & 15) as usize];
            bits >>= 4;
        }
    }
    out.extend_from_slice(&text);
}

/// Appends `len` digits of an alphabet of 16 or 32.
fn push_digits(out: &mut Vec<u8>, dice: &mut Dice, len: usize, alphabet: &[u8]) {
    let width = alphabet.len().trailing_zeros();
    let mut bits = 0;
    for at in 0..len {
        if at % 12 == 0 {
            bits = dice.bits();
        }
        out.push(alphabet[(bits & ((1 << width) - 1)) as usize]);
        bits >>= width;
    }
}

fn push_address(out: &mut Vec<u8>, dice: &mut Dice) {
    let bits = dice.bits();
    out.extend_from_slice(if bits & 1 == 0 { b"10." } else { b"172." });
    push_number(out, 16 + (bits >> 1 & 15));
    out.push(b'.');
    push_number(out, bits >> 8 & 255);
    out.push(b'.');
    push_number(out, bits >> 16 & 255);
}
