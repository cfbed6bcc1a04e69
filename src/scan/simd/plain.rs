//! Strings that are taken as they stand: ASCII without escapes, as nearly every id, code and name is.

#![allow(unsafe_code)]

/// A one in every byte.
const EACH: u64 = 0x0101_0101_0101_0101;
/// The top bit of every byte.
const TOPS: u64 = EACH << 7;

/// The string that ends at the first quote of some bytes, when it is ASCII without escapes. Nothing also when fewer than
/// eight bytes stand from the word with the quote on.
#[inline]
pub fn plain_string(bytes: &[u8]) -> Option<&str> {
    let (words, _) = bytes.as_chunks();
    for (number, &word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(word);
        let stops = zeros(word ^ (EACH * b'"' as u64)) | zeros(word ^ (EACH * b'\\' as u64)) | word & TOPS;
        if stops != 0 {
            let end = size_of::<u64>() * number + (stops.trailing_zeros() / u8::BITS) as usize;
            let text = bytes.get(..end).filter(|_| bytes.get(end) == Some(&b'"'))?;
            // SAFETY: no byte before the first stop has its top bit set, so the text is ASCII.
            return Some(unsafe { str::from_utf8_unchecked(text) });
        }
    }
    None
}

/// The top bits of the bytes that are zero; above the lowest of them there may be others.
#[inline(always)]
const fn zeros(word: u64) -> u64 {
    word.wrapping_sub(EACH) & !word & TOPS
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
