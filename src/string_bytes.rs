//! How far the bytes of a string stand for themselves, eight at a time: a search with vectors takes longer to begin than most
//! strings are. It knows neither JSON nor what an escape means.

const ONES: u64 = u64::from_ne_bytes([1; 8]);
const HIGHS: u64 = ONES << 7;

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

const fn below(word: u64, limit: u8) -> u64 {
    word.wrapping_sub(ONES * limit as u64) & !word & HIGHS
}

const fn is(word: u64, byte: u8) -> u64 {
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
