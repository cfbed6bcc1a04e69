//! A text as a reader of its escapes sees it: one layer of `\u0041`, `\/`, `\x22` and `%22` undone, and the way back
//! from there to the text as it is written; refuses to know what a secret is.

use std::borrow::Cow;

use memchr::memchr;

/// How many layers of escapes are undone one after the other: more than a message has that went through three loggers.
const LAYERS_MAX: usize = 6;

/// How many bytes are looked at one by one, before it pays to look at many at once.
const NEAR: usize = 16;

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
fn unescaped(text: &str) -> Option<String> {
    let mut escapes = Escapes::of(text);
    let mut next = escapes.next();
    next?;
    let mut said = String::with_capacity(text.len());
    let mut copied = 0;
    while let Some((start, end, character)) = next {
        said.push_str(&text[copied..start]);
        said.push(character);
        copied = end;
        next = escapes.next();
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
        let written = |mark| {
            let mut escapes = Self { text, at: 0, mark };
            let (start, ..) = escapes.next()?;
            escapes.at = start;
            Some(escapes)
        };
        written(b'\\').or_else(|| written(b'%')).unwrap_or(Self { text, at: text.len(), mark: b'%' })
    }
}

impl Iterator for Escapes<'_> {
    type Item = (usize, usize, char);

    fn next(&mut self) -> Option<Self::Item> {
        let bytes = self.text.as_bytes();
        loop {
            let start = self.at + find(self.mark, bytes.get(self.at..)?)?;
            if let Some((length, character)) = escape(&bytes[start..]) {
                self.at = start + length;
                return Some((start, self.at, character));
            }
            self.at = start + 1;
        }
    }
}

/// Where the first such byte is. Where characters are escaped, most often the next one is close by.
fn find(mark: u8, bytes: &[u8]) -> Option<usize> {
    let (near, far) = bytes.split_at(bytes.len().min(NEAR));
    near.iter().position(|&byte| byte == mark).or_else(|| Some(NEAR + memchr(mark, far)?))
}

/// The escape at the start of `bytes`: how long it is, and the character that it stands for.
#[inline]
pub(super) fn escape(bytes: &[u8]) -> Option<(usize, char)> {
    if let Some(b'%') = bytes.first() {
        return encoded::<3>(bytes);
    }
    let character = match bytes.get(1)? {
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return unicode(bytes),
        b'x' => return encoded::<4>(bytes),
        &mark @ (b'"' | b'\'' | b'`' | b'\\' | b'/') => char::from(mark),
        _ => return None,
    };
    Some((2, character))
}

/// `\u0041`, or a pair of them for a character beyond U+FFFF.
fn unicode(bytes: &[u8]) -> Option<(usize, char)> {
    let unit = |bytes: &[u8]| {
        let &[b'\\', b'u', a, b, c, d] = bytes.get(..6)? else { return None };
        Some(u32::from(hex(a, b)?) << 8 | u32::from(hex(c, d)?))
    };
    let high = unit(bytes)?;
    if let 0xd800..=0xdbff = high
        && let Some(low @ 0xdc00..=0xdfff) = bytes.get(6..).and_then(unit)
    {
        return Some((12, char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00))?));
    }
    Some((6, char::from_u32(high)?))
}

/// A character of UTF-8 of which each byte is written as `%` or `\x` and two hex digits, `UNIT` bytes in all.
#[inline]
fn encoded<const UNIT: usize>(bytes: &[u8]) -> Option<(usize, char)> {
    let byte = |index: usize| match *bytes.get(index * UNIT..(index + 1) * UNIT)? {
        [b'%', high, low] | [b'\\', b'x', high, low] => hex(high, low),
        _ => None,
    };
    let first = byte(0)?;
    // How many bytes the character has, what the first one says of it, and from which value on it needs that number.
    let (length, mut point, least) = match first {
        0..0x80 => return Some((UNIT, char::from(first))),
        0xc2..=0xdf => (2, u32::from(first & 0x1f), 0x80),
        0xe0..=0xef => (3, u32::from(first & 0xf), 0x800),
        0xf0..=0xf4 => (4, u32::from(first & 0x7), 0x1_0000),
        _ => return None,
    };
    for index in 1..length {
        let next = byte(index).filter(|byte| byte & 0xc0 == 0x80)?;
        point = point << 6 | u32::from(next & 0x3f);
    }
    Some((length * UNIT, char::from_u32(point).filter(|_| point >= least)?))
}

/// The byte that two hex digits write.
fn hex(high: u8, low: u8) -> Option<u8> {
    let (high, low) = (DIGITS[usize::from(high)], DIGITS[usize::from(low)]);
    (high | low < 16).then_some(high << 4 | low)
}

/// What each byte is as a hex digit; 255 for what is none.
const DIGITS: [u8; 256] = {
    let mut digits = [255; 256];
    let mut value = 0;
    while value < 16 {
        digits[b"0123456789abcdef"[value] as usize] = value as u8;
        digits[b"0123456789ABCDEF"[value] as usize] = value as u8;
        value += 1;
    }
    digits
};
