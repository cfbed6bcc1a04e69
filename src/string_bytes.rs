//! How far the bytes of a string of JSON stand for themselves, eight at a time: a search with vectors takes longer to begin
//! than most strings are; and what its escapes stand for. It checks nothing, and knows no value but a string.

use bumpalo::Bump;

const ONES: u64 = u64::from_ne_bytes([1; 8]);
/// The high bit of every byte of a word.
pub const HIGHS: u64 = ONES << 7;

/// How many bytes a text begins with that are neither a quote nor a backslash.
pub fn before_quote_or_escape(text: &[u8]) -> usize {
    let is_it = |byte: u8| matches!(byte, b'"' | b'\\');
    position(text, |word| is(word, b'"') | is(word, b'\\'), is_it)
}

/// How many bytes a text begins with that are neither a quote, a backslash nor a control character.
pub fn before_special(text: &[u8]) -> usize {
    let is_it = |byte: u8| matches!(byte, b'"' | b'\\' | 0..b' ');
    position(text, |word| is(word, b'"') | is(word, b'\\') | below(word, b' '), is_it)
}

/// The same for ASCII alone.
pub fn before_special_or_non_ascii(text: &[u8]) -> usize {
    let is_it = |byte: u8| matches!(byte, b'"' | b'\\' | 0..b' ' | 0x80..);
    position(text, |word| is(word, b'"') | is(word, b'\\') | below(word, b' ') | word & HIGHS, is_it)
}

/// The bytes of a string without its escapes, of which the first stands at a place, in `bump`. A lone surrogate becomes
/// U+FFFD.
pub fn unescaped<'a>(raw: &[u8], first: usize, bump: &'a Bump) -> &'a [u8] {
    let (plain, raw) = raw.split_at(first.min(raw.len()));
    let text = bump.alloc_slice_fill_copy(plain.len() + raw.len() + WORD, 0);
    let (start, room) = text.split_at_mut(plain.len());
    start.copy_from_slice(plain);
    let length = unescape::<false>(raw, room, b'\n').map_or(0, |written| written.length);
    text.get(..plain.len() + length).unwrap_or_default()
}

/// What stands between two quotes, when it is a string, checked and unescaped in one go; that its bytes are UTF-8 is left to
/// check when they are not ASCII.
pub fn unescaped_string<'a>(raw: &[u8], bump: &'a Bump) -> Option<Unescaped<'a>> {
    let text = bump.alloc_slice_fill_copy(raw.len() + WORD, 0);
    let Written { length, highs } = unescape::<true>(raw, text, b'\n')?;
    Some(Unescaped { text: text.get(..length)?, is_ascii: highs & HIGHS == 0 })
}

/// A string without its escapes.
pub struct Unescaped<'a> {
    /// What it stands for.
    pub text: &'a [u8],
    /// Whether all bytes that it is written with are ASCII.
    pub is_ascii: bool,
}

/// Appends what the bytes between the quotes of a string stand for. A line feed is a carriage return here, and a lone surrogate
/// U+FFFD.
pub fn append_text(raw: &[u8], text: &mut Vec<u8>) {
    let start = text.len();
    text.resize(start + raw.len() + WORD, 0);
    let room = text.get_mut(start..).unwrap_or_default();
    let length = unescape::<false>(raw, room, b'\r').map_or(0, |written| written.length);
    text.truncate(start + length);
}

/// Bytes of a word.
const WORD: usize = 8;

/// What was written of a string.
struct Written {
    /// How many bytes.
    length: usize,
    /// All words of the string, one over the other.
    highs: u64,
}

/// Writes what a string stands for, with this byte for a line feed. The room has a word more than the string: no escape is
/// shorter than what it stands for, and of a word too much is written at once. With `CHECKED` there is nothing when the string
/// holds a quote, a control character or what only looks like an escape.
#[inline(always)]
fn unescape<const CHECKED: bool>(mut raw: &[u8], room: &mut [u8], line_feed: u8) -> Option<Written> {
    let (mut length, mut highs) = (0, 0);
    loop {
        while let Some(word) = raw.first_chunk::<WORD>() {
            let bytes = u64::from_le_bytes(*word);
            highs |= bytes;
            let special = is(bytes, b'"') | is(bytes, b'\\') | if CHECKED { below(bytes, b' ') } else { 0 };
            let plain = special.trailing_zeros() as usize / 8;
            *room.get_mut(length..)?.first_chunk_mut()? = *word;
            length += plain;
            raw = &raw[plain..];
            if plain < WORD {
                break;
            }
        }
        if raw.len() < WORD {
            let plain = if CHECKED { before_special(raw) } else { before_quote_or_escape(raw) };
            highs |= raw.iter().fold(0, |all, &byte| all | u64::from(byte));
            put(room, &mut length, &raw[..plain])?;
            raw = &raw[plain..];
        }
        if raw.is_empty() {
            return Some(Written { length, highs });
        }
        // Nearly all escapes are of one sign.
        if let Some(&[b'\\', sign]) = raw.first_chunk()
            && let byte @ 1.. = SHORT[usize::from(sign)]
        {
            *room.get_mut(length)? = if byte == b'\n' { line_feed } else { byte };
            length += 1;
            raw = &raw[2..];
            continue;
        }
        if CHECKED && escape_length(raw).is_none() {
            return None;
        }
        let (bytes, character) = escape(raw);
        let character = if character == '\n' { char::from(line_feed) } else { character };
        put(room, &mut length, character.encode_utf8(&mut [0; 4]).as_bytes())?;
        raw = raw.get(bytes..).unwrap_or_default();
    }
}

/// Writes bytes over those from a place on.
fn put(room: &mut [u8], at: &mut usize, bytes: &[u8]) -> Option<()> {
    room.get_mut(*at..*at + bytes.len())?.copy_from_slice(bytes);
    *at += bytes.len();
    Some(())
}

/// What an escape of one sign stands for; 0 where there is none.
const SHORT: [u8; 256] = {
    let mut bytes = [0; 256];
    bytes[b'"' as usize] = b'"';
    bytes[b'\\' as usize] = b'\\';
    bytes[b'/' as usize] = b'/';
    bytes[b'b' as usize] = 8;
    bytes[b'f' as usize] = 12;
    bytes[b'n' as usize] = b'\n';
    bytes[b'r' as usize] = b'\r';
    bytes[b't' as usize] = b'\t';
    bytes
};

/// How long the escape is that a text begins with; none when it is not one.
pub fn escape_length(text: &[u8]) -> Option<usize> {
    match text.first_chunk()? {
        [b'\\', b'u'] => text.get(2..6)?.iter().all(u8::is_ascii_hexdigit).then_some(6),
        [b'\\', sign] if SHORT[usize::from(*sign)] > 0 => Some(2),
        _ => None,
    }
}

/// The escape that some bytes begin with: how many bytes it takes, and the character that it stands for.
pub fn escape(raw: &[u8]) -> (usize, char) {
    match raw.get(1).copied().unwrap_or_default() {
        b'u' => unicode_escape(raw),
        sign => match SHORT[usize::from(sign)] {
            0 => (2, char::from(sign)),
            byte => (2, char::from(byte)),
        },
    }
}

fn unicode_escape(raw: &[u8]) -> (usize, char) {
    let digit = |byte: Option<&u8>| byte.and_then(|&byte| char::from(byte).to_digit(16)).unwrap_or(0);
    let unit = |at: usize| (at..at + 4).fold(0, |unit, place| unit * 16 + digit(raw.get(place)));
    let high = unit(2);
    if let (0xd800..=0xdbff, Some(b"\\u"), low @ 0xdc00..=0xdfff) = (high, raw.get(6..8), unit(8)) {
        let code_point = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
        return (12, char::from_u32(code_point).unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    (6, char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER))
}

/// Where the first byte is that is one; `found` gives its high bit in a word, and maybe those of bytes after it.
#[inline(always)]
fn position(text: &[u8], found: impl Fn(u64) -> u64, is_it: impl Fn(u8) -> bool) -> usize {
    let (words, rest) = text.as_chunks();
    for (number, word) in words.iter().enumerate() {
        let found = found(u64::from_le_bytes(*word));
        if found != 0 {
            return number * 8 + found.trailing_zeros() as usize / 8;
        }
    }
    let end = rest.iter().position(|&byte| is_it(byte)).unwrap_or(rest.len());
    text.len() - rest.len() + end
}

#[inline(always)]
const fn below(word: u64, limit: u8) -> u64 {
    word.wrapping_sub(ONES * limit as u64) & !word & HIGHS
}

/// The high bit of the first byte of a word that is this one, and maybe those of bytes after it.
#[inline(always)]
pub const fn is(word: u64, byte: u8) -> u64 {
    below(word ^ (ONES * byte as u64), 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_at_every_place_is_found_or_passed() {
        for byte in 0..=u8::MAX {
            for place in 0..24 {
                let mut text = vec![b'x'; 24];
                text[place] = byte;
                let expected = |is_it: bool| if is_it { place } else { text.len() };
                let is_end = matches!(byte, b'"' | b'\\');
                assert_eq!(before_quote_or_escape(&text), expected(is_end), "{byte} {place}");
                assert_eq!(before_special(&text), expected(is_end || byte < b' '), "{byte} {place}");
                let is_special = is_end || !(b' '..0x80).contains(&byte);
                assert_eq!(before_special_or_non_ascii(&text), expected(is_special), "{byte} {place}");
            }
        }
    }
}
