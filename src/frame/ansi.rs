//! Control sequences of terminals (ECMA-48): colours and cursors (CSI), titles and links (OSC), character sets. Only whole
//! ones are taken out; a lone escape character is a byte of the text.

use bumpalo::Bump;
use bumpalo::collections::Vec;

use super::{Framed, Kind};

const ESCAPE: u8 = 0x1b;
/// How long a title or a link can be, in bytes; what is longer is text, so that no forgotten end hides a line.
const STRING_MAX: usize = 4096;

/// Takes the sequences out of a text; none when it has none.
pub fn undo<'a>(line: &'a [u8], bump: &'a Bump) -> Option<Framed<'a>> {
    let mut kept = Kept::new(line, bump);
    let mut from = 0;
    let mut has_sequence = false;
    for at in memchr::memchr_iter(ESCAPE, line) {
        // An escape character within a sequence ends a title.
        if at < from {
            continue;
        }
        if let Some(length) = sequence_length(&line[at..]) {
            kept.push(from, at);
            from = at + length;
            has_sequence = true;
        }
    }
    if !has_sequence {
        return None;
    }
    kept.push(from, line.len());
    let (text, offset) = kept.finish();
    Some(Framed { offset, ..Framed::new(Kind::Ansi, text) })
}

/// What is left of a line: one stretch of it, or a copy of several.
struct Kept<'a> {
    line: &'a [u8],
    first: (usize, usize),
    copy: Vec<'a, u8>,
}

impl<'a> Kept<'a> {
    fn new(line: &'a [u8], bump: &'a Bump) -> Self {
        Self { line, first: (0, 0), copy: Vec::new_in(bump) }
    }

    fn push(&mut self, start: usize, end: usize) {
        if start == end {
            return;
        }
        if self.first.0 == self.first.1 {
            self.first = (start, end);
            return;
        }
        if self.copy.is_empty() {
            self.copy.reserve(self.line.len());
            self.copy.extend_from_slice_copy(&self.line[self.first.0..self.first.1]);
        }
        self.copy.extend_from_slice_copy(&self.line[start..end]);
    }

    /// The text, and where it stands in the line when it is a stretch of it.
    fn finish(self) -> (&'a [u8], Option<usize>) {
        if self.copy.is_empty() {
            let (start, end) = self.first;
            return (&self.line[start..end], Some(start));
        }
        (self.copy.into_bump_slice(), None)
    }
}

/// How long the sequence is that a text begins with; none when it is not whole.
fn sequence_length(text: &[u8]) -> Option<usize> {
    match text.get(1)? {
        b'[' => {
            let rest = text.get(2..)?;
            let parameters = rest.iter().take_while(|byte| matches!(byte, 0x20..=0x3f)).count();
            rest.get(parameters).filter(|byte| byte.is_ascii_alphabetic()).map(|_| 2 + parameters + 1)
        }
        b']' => {
            let rest = text.get(2..)?;
            let end = memchr::memchr2(0x07, ESCAPE, rest.get(..STRING_MAX).unwrap_or(rest))?;
            match rest.get(end..)? {
                [0x07, ..] => Some(2 + end + 1),
                [ESCAPE, b'\\', ..] => Some(2 + end + 2),
                _ => None,
            }
        }
        b'(' | b')' => text.get(2).filter(|byte| byte.is_ascii_alphanumeric()).map(|_| 3),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(line: &str) -> Option<(String, bool)> {
        let bump = Bump::new();
        undo(line.as_bytes(), &bump).map(|framed| {
            if let Some(offset) = framed.offset {
                assert!(line.as_bytes()[offset..].starts_with(framed.text));
            }
            (String::from_utf8(framed.text.to_vec()).unwrap(), framed.offset.is_some())
        })
    }

    #[test]
    fn whole_sequences_are_taken_out() {
        for (line, expected) in [
            ("\x1b[32mINFO\x1b[0m", Some(("INFO", true))),
            ("\x1b[1;38;5;9m\x1b[4mx\x1b[0m\x1b[K", Some(("x", true))),
            ("a\x1b[31mb\x1b[0mc", Some(("abc", false))),
            ("\x1b[?25l\x1b[2 qx", Some(("x", true))),
            ("\x1b]0;title\x07x", Some(("x", true))),
            ("\x1b]8;;https://example.com\x1b\\link\x1b]8;;\x1b\\", Some(("link", true))),
            ("\x1b(B\x1b[mx", Some(("x", true))),
            ("\x1b[m", Some(("", true))),
            ("a\x1b[32mb\x1b", Some(("ab\x1b", false))),
            ("plain", None),
            ("", None),
            ("\x1b", None),
            ("\x1b[", None),
            ("\x1b[31", None),
            ("\x1b[{\"Response\":{}}", None),
            ("\x1bx", None),
            ("\x1b]0;{\"Response\":{}}", None),
            ("\x1b]0;\x1b[", None),
        ] {
            let found = text(line);
            assert_eq!(found.as_ref().map(|(text, is_slice)| (&**text, *is_slice)), expected, "{line:?}");
        }
    }

    #[test]
    fn a_title_without_an_end_hides_nothing() {
        let line = format!("\x1b]0;{}\x07", "x".repeat(STRING_MAX));
        assert_eq!(text(&line), None);
    }

    proptest! {
        #[test]
        fn what_stands_between_sequences_is_kept(parts in prop::collection::vec("[ -Z\\\\^-~é]{0,6}", 1..6)) {
            let line = parts.join("\x1b[1;31m");
            let expected = parts.concat();
            match text(&line) {
                Some((found, _)) => prop_assert_eq!(found, expected),
                None => prop_assert_eq!(parts.len(), 1),
            }
        }
    }
}
