//! What lines that are not responses look like: how often each shape occurs, and where first. A shape is what such lines have
//! in common: the names at the root of an object, or the first words of a text. No value of the log is kept but these words.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::bounded::Bounded;
use crate::record::Origin;
use crate::redact::redact;

/// How many shapes are counted by themselves.
pub const SHAPES_MAX: usize = 1_024;
/// How much of a line a shape is made of, in bytes.
const LINE_BYTES_MAX: usize = 256;
/// How long a shape becomes, in bytes.
const SHAPE_BYTES_MAX: usize = 72;
/// How many names of an object are in its shape.
const NAMES_MAX: usize = 6;

/// Lines of one shape.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// How many there are.
    pub lines: u64,
    /// The first of them.
    pub first: Option<Origin>,
}

impl Shape {
    fn add(&mut self, other: Self) {
        let Self { lines, first } = other;
        self.lines += lines;
        self.first = match (self.first, first) {
            (Some(held), Some(new)) => Some(held.min(new)),
            (held, new) => held.or(new),
        };
    }
}

/// The shapes of lines that are not responses.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Shapes(Bounded<Shape>);

impl Default for Shapes {
    fn default() -> Self {
        Self(Bounded::new(SHAPES_MAX))
    }
}

impl Shapes {
    /// Counts a line; `line` is its bytes.
    pub fn observe(&mut self, line: &[u8], origin: Origin) {
        let shape = shape_of(line);
        let shape = redact(&shape);
        self.0.entry(&shape, Cow::Borrowed, Shape::add).add(Shape { lines: 1, first: Some(origin) });
    }

    /// Adds the shapes of other lines.
    pub fn merge(&mut self, other: Self) {
        self.0.merge(other.0, Shape::add);
    }

    /// Whether it is one that lines of this number of inputs can make.
    #[must_use]
    pub fn is_sound(&self, inputs: u64) -> bool {
        let lines = || self.0.iter().map(|(_, shape)| shape).chain(self.0.rest());
        let sum = lines().try_fold(0_u64, |sum, shape| sum.checked_add(shape.lines));
        let is_known = |shape: &Shape| shape.first.is_some_and(|origin| u64::from(origin.input) < inputs);
        self.0.cap() == SHAPES_MAX && sum.is_some() && lines().all(is_known)
    }

    /// Changes where the first lines stand, but not their order.
    pub fn move_origins(&mut self, change: &mut impl FnMut(&mut Origin)) {
        self.0.iter_mut().filter_map(|(_, shape)| shape.first.as_mut()).for_each(change);
    }

    /// The most frequent shapes, by count, then by text.
    #[must_use]
    pub fn most_frequent(&self, most: usize) -> Vec<(&str, Shape)> {
        let mut shapes: Vec<_> = self.0.iter().map(|(text, shape)| (text, *shape)).collect();
        shapes.sort_by(|a, b| b.1.lines.cmp(&a.1.lines).then_with(|| a.0.cmp(b.0)));
        shapes.truncate(most);
        shapes
    }
}

/// Whether a line looks like a part of a JSON document that is printed over several lines: brackets alone, or a name with a
/// value or with what begins one.
#[must_use]
pub fn is_piece(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    let are_brackets = !line.is_empty() && line.iter().all(|byte| b"{}[],".contains(byte));
    are_brackets || (line.starts_with(b"\"") && line.windows(2).any(|two| two == b"\":"))
}

/// The shape of a line.
fn shape_of(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line.get(..line.len().min(LINE_BYTES_MAX)).unwrap_or_default());
    let text = text.trim_matches(|it: char| it.is_whitespace() || it == '\0' || it == '\u{feff}');
    let mut shape = if text.starts_with('{') { names(text) } else { words(text) };
    if let Some((end, _)) = shape.char_indices().nth(SHAPE_BYTES_MAX) {
        shape.truncate(end);
        shape.push('…');
    }
    shape
}

/// The names at the root of an object, as far as the text goes: `{level, msg, time}`.
fn names(text: &str) -> String {
    let (mut depth, mut in_string, mut is_escaped) = (0_usize, false, false);
    let (mut names, mut start) = (Vec::new(), 0);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_string => is_escaped = true,
            b'"' => {
                in_string = !in_string;
                if in_string {
                    start = at + 1;
                } else if depth == 1 && text.get(at + 1..).is_some_and(|rest| rest.trim_start().starts_with(':')) {
                    names.extend(text.get(start..at));
                }
            }
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    names.sort_unstable();
    names.dedup();
    let more = if names.len() > NAMES_MAX { ", …" } else { "" };
    names.truncate(NAMES_MAX);
    format!("{{{}{more}}}", names.join(", "))
}

/// The first words of a text; what has a digit in it differs from line to line.
fn words(text: &str) -> String {
    let mut shape = String::new();
    for word in text.split_whitespace() {
        if shape.len() > SHAPE_BYTES_MAX {
            break;
        }
        if !shape.is_empty() {
            shape.push(' ');
        }
        shape.push_str(if word.bytes().any(|byte| byte.is_ascii_digit()) { "<…>" } else { word });
    }
    shape
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_is_a_line_of_a_document() {
        for line in ["{", "[", "  },", "}]", r#""Response": {"#, r#"    "RequestId": "x""#, r#""n": 1,"#] {
            assert!(is_piece(line.as_bytes()), "{line}");
        }
        for line in ["", "  ", r#"{"a":1"#, "\"text\"", "text", r#"12 "a": 1"#] {
            assert!(!is_piece(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn lines_of_one_kind_have_one_shape() {
        for (line, shape) in [
            (r#"{"level":"info","msg":"a \"b\": {","time":1,"x":{"y":2}}"#, "{level, msg, time, x}"),
            (r#"  {"time": 2, "level": "warn", "msg": "cut"#, "{level, msg, time}"),
            (r#"{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1}"#, "{a, b, c, d, e, f, …}"),
            ("{}", "{}"),
            ("2026-11-24 01:02:03 [INFO] started in 231 ms", "<…> <…> [INFO] started in <…> ms"),
            ("[]", "[]"),
            ("", ""),
        ] {
            assert_eq!(shape_of(line.as_bytes()), shape, "{line}");
        }
        assert!(shape_of("word ".repeat(1_000).as_bytes()).len() <= SHAPE_BYTES_MAX + 8);
        assert_eq!(shape_of(b"\xff\xfe"), "\u{fffd}\u{fffd}");
    }
}
