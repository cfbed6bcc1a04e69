//! Strings that are taken as they stand: ASCII without escapes, as nearly every id, code and name is.

#![allow(unsafe_code)]

use crate::string_bytes::{HIGHS, is};

/// The string that ends at the first quote of some bytes, when it is ASCII without escapes. Nothing also when fewer than
/// eight bytes stand from the word with the quote on.
#[inline]
pub fn plain_string(bytes: &[u8]) -> Option<&str> {
    let end = first(bytes, |word| is(word, b'"') | is(word, b'\\') | word & HIGHS)?;
    let text = bytes.get(..end).filter(|_| bytes.get(end) == Some(&b'"'))?;
    // SAFETY: no byte before the first stop has its top bit set, so the text is ASCII.
    Some(unsafe { str::from_utf8_unchecked(text) })
}

/// Where the string ends of which some bytes are the rest, when no escape comes before; nothing also when it ends among
/// the last bytes.
#[inline]
pub fn plain_end(bytes: &[u8]) -> Option<usize> {
    let end = first(bytes, |word| is(word, b'"') | is(word, b'\\'))?;
    (bytes.get(end) == Some(&b'"')).then_some(end)
}

/// Where a number or literal ends of which some bytes are the rest; nothing also when it ends among the last bytes.
#[inline]
pub fn scalar_end(bytes: &[u8]) -> Option<usize> {
    // Of what may stand behind one, CR and `]` are left to those who read with more care.
    first(bytes, |word| is(word, b',') | is(word, b'}') | is(word, b' '))
}

/// The first byte of whole words of which a word tells the top bit.
#[inline(always)]
fn first(bytes: &[u8], stops: impl Fn(u64) -> u64) -> Option<usize> {
    let (words, _) = bytes.as_chunks();
    words.iter().enumerate().find_map(|(number, &word)| {
        let stops = stops(u64::from_le_bytes(word));
        (stops != 0).then(|| size_of::<u64>() * number + (stops.trailing_zeros() / u8::BITS) as usize)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_is_plain_up_to_its_quote_or_not_at_all() {
        let words = ["", "a", "0123456", "01234567", "b5b41468-520d-4192-b42f-595cc34b6c1c", "#!]", "\u{1}\u{7f}"];
        let behind = "}}\n{\"Response\"";
        for word in words {
            for padding in 0..20 {
                let text = format!("{}{word}", "x".repeat(padding));
                assert_eq!(plain_string(format!("{text}\"{behind}").as_bytes()), Some(&*text));
                for odd in ["\\\"", "é", "\u{80}", "\\u0041"] {
                    assert_eq!(plain_string(format!("{text}{odd}\"{behind}").as_bytes()), None, "{text}{odd}");
                    assert_eq!(plain_string(format!("{text}\"{odd}{behind}").as_bytes()), Some(&*text), "{odd}");
                }
                assert_eq!(plain_string(text.as_bytes()), None);
            }
        }
        assert_eq!(plain_end("né\"xxxxxxxx".as_bytes()), Some(3));
        assert_eq!(plain_end(b"n\\\"\"xxxxxxxx"), None);
        for (text, end) in [("1.5,xxxxxxx", 3), ("null}}\nxxxx", 4), ("123456789012 ,xxxxxxxx", 12)] {
            assert_eq!(scalar_end(text.as_bytes()), Some(end), "{text}");
        }
        for byte in 0..=255_u8 {
            let bytes = [b'x', byte, b'"', b'x', b'x', b'x', b'x', b'x'];
            let expected = match byte {
                b'"' => Some("x"),
                b'\\' | 0x80.. => None,
                _ => str::from_utf8(&bytes[..2]).ok(),
            };
            assert_eq!(plain_string(&bytes), expected, "{byte}");
        }
    }
}
