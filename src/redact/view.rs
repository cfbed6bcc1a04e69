//! A text as a reader of its escapes sees it: one layer of `\u0041`, `\/`, `\x22` and `%22` undone, and the way back
//! from there to the text as it is written; refuses to know what a secret is.

use std::borrow::Cow;

use memchr::memchr;

/// How many layers of escapes are undone one after the other: more than a message has that went through three loggers.
const LAYERS_MAX: usize = 6;

/// Shows a text as it is written, then with each layer of escapes undone, and the texts that led there.
pub(super) fn layers(text: &str, mut see: impl FnMut(&str, &[Cow<'_, str>])) {
    see(text, &[]);
    let mut way = Vec::new();
    let mut layer = Cow::Borrowed(text);
    while let Some(deeper) = unescaped(&layer) {
        way.push(std::mem::replace(&mut layer, Cow::Owned(deeper)));
        see(&layer, &way);
        if way.len() == LAYERS_MAX {
            break;
        }
    }
}

/// The text with one layer of escapes undone; none when it has no escapes. What looks like an escape and is not one
/// stays.
pub(super) fn unescaped(text: &str) -> Option<String> {
    let mut escapes = Escapes::of(text);
    let (start, end, character) = escapes.next()?;
    let mut said = String::with_capacity(text.len());
    said.push_str(&text[..start]);
    said.push(character);
    let mut copied = end;
    for (start, end, character) in escapes {
        said.push_str(&text[copied..start]);
        said.push(character);
        copied = end;
    }
    said.push_str(&text[copied..]);
    Some(said)
}

/// Turns places in [`unescaped`] into those in `text`. They are given in ascending order, each between characters.
pub(super) fn to_written(text: &str, places: &mut [usize]) {
    let mut places = places.iter_mut().peekable();
    // What `unescaped` has before its place `said` is written before `written`.
    let (mut said, mut written) = (0, 0);
    for (start, end, character) in Escapes::of(text) {
        let plain_end = said + (start - written);
        while let Some(place) = places.next_if(|place| **place <= plain_end) {
            *place = written + (*place - said);
        }
        (said, written) = (plain_end + character.len_utf8(), end);
    }
    for place in places {
        *place = written + (*place - said);
    }
}

/// The escapes of a text: where each begins and ends, and its character.
struct Escapes<'t> {
    text: &'t str,
    at: usize,
    /// What they begin with.
    mark: u8,
}

impl<'t> Escapes<'t> {
    /// The escapes with a backslash if there are any, else those with `%`: a text of JSON quotes what was encoded, and to
    /// undo both at once would take a backslash out of an inner text for one of the outer.
    fn of(text: &'t str) -> Self {
        let written = |mark| Self { text, at: 0, mark };
        if written(b'\\').next().is_some() { written(b'\\') } else { written(b'%') }
    }
}

impl Iterator for Escapes<'_> {
    type Item = (usize, usize, char);

    fn next(&mut self) -> Option<Self::Item> {
        let bytes = self.text.as_bytes();
        loop {
            let start = self.at + memchr(self.mark, bytes.get(self.at..)?)?;
            if let Some((length, character)) = escape(&bytes[start..]) {
                self.at = start + length;
                return Some((start, self.at, character));
            }
            self.at = start + 1;
        }
    }
}

/// The escape at the start of `bytes`: how long it is, and the character that it stands for.
pub(super) fn escape(bytes: &[u8]) -> Option<(usize, char)> {
    if let Some(b'%') = bytes.first() {
        return encoded(bytes, b"%");
    }
    let character = match bytes.get(1)? {
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return unicode(bytes),
        b'x' => return encoded(bytes, br"\x"),
        &mark @ (b'"' | b'\'' | b'`' | b'\\' | b'/') => char::from(mark),
        _ => return None,
    };
    Some((2, character))
}

/// `\u0041`, or a pair of them for a character beyond U+FFFF.
fn unicode(bytes: &[u8]) -> Option<(usize, char)> {
    let high = hex(bytes.get(2..6)?)?;
    if let 0xd800..=0xdbff = high
        && bytes.get(6..8) == Some(br"\u")
        && let Some(low @ 0xdc00..=0xdfff) = bytes.get(8..12).and_then(hex)
    {
        return Some((12, char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00))?));
    }
    Some((6, char::from_u32(high)?))
}

/// A character of UTF-8 of which each byte is written as `mark` and two hex digits.
fn encoded(bytes: &[u8], mark: &[u8]) -> Option<(usize, char)> {
    let unit = mark.len() + 2;
    let byte = |index: usize| {
        let digits = bytes.get(index * unit..(index + 1) * unit)?.strip_prefix(mark)?;
        u8::try_from(hex(digits)?).ok()
    };
    let first = byte(0)?;
    let length = match first {
        0..0x80 => return Some((unit, char::from(first))),
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return None,
    };
    let mut character = [first; 4];
    for (index, held) in character.iter_mut().enumerate().take(length).skip(1) {
        *held = byte(index)?;
    }
    let text = str::from_utf8(character.get(..length)?).ok()?;
    Some((length * unit, text.chars().next()?))
}

fn hex(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |number, &digit| Some(number * 16 + char::from(digit).to_digit(16)?))
}
