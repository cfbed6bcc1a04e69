//! Masks by arithmetic on 64-bit words and by tables. This is the specification of the vector versions.

use super::{BLOCK, Masks, class};

const ONES: u64 = 0x0101_0101_0101_0101;
const LOW7: u64 = 0x7f7f_7f7f_7f7f_7f7f;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// What is kept from block to block.
#[derive(Clone, Copy, Debug)]
pub struct Classifier {
    /// The class of the last byte.
    before: u8,
    utf8: Utf8,
}

/// How a multi-byte character goes on.
#[derive(Clone, Copy, Debug, Default)]
struct Utf8 {
    /// How many bytes are missing.
    missing: u8,
    /// The bounds of the next one.
    low: u8,
    high: u8,
}

impl Classifier {
    /// The start of a chunk, which is the start of a line.
    pub const fn new() -> Self {
        Self { before: class::NEWLINE, utf8: Utf8 { missing: 0, low: 0, high: 0 } }
    }

    /// Classifies the next block.
    #[inline]
    pub fn block(&mut self, block: &[u8; BLOCK]) -> Masks {
        let mut masks = Masks::default();
        let (words, _) = block.as_chunks::<8>();
        let mut high = 0;
        let mut cr = 0;
        for (place, word) in words.iter().enumerate() {
            let word = u64::from_le_bytes(*word);
            let folded = word | (ONES * 0x20);
            let at = 8 * place;
            masks.quote |= equal(word, b'"') << at;
            masks.backslash |= equal(word, b'\\') << at;
            masks.open |= equal(folded, b'{') << at;
            masks.close |= equal(folded, b'}') << at;
            masks.curly |= gather(word << 2) << at;
            masks.comma |= equal(word, b',') << at;
            masks.colon |= equal(word, b':') << at;
            masks.newline |= equal(word, b'\n') << at;
            cr |= equal(word, b'\r') << at;
            masks.blank |= equal(word, b' ') << at;
            masks.control |= below(word, 0x20) << at;
            masks.digit |= (below(word, b'9' + 1) & !below(word, b'0')) << at;
            masks.zero |= equal(word, b'0') << at;
            masks.initial |= (equal(word, b'R') | equal(word, b'E')) << at;
            high |= word & HIGH;
        }
        let named = [
            (class::OPEN, masks.open),
            (class::CLOSE, masks.close),
            (class::COMMA, masks.comma),
            (class::COLON, masks.colon),
            (class::QUOTE, masks.quote),
            (class::BLANK, masks.blank),
            (class::NEWLINE, masks.newline | cr),
        ];
        masks.scalar = !named.iter().fold(0, |all, (_, bytes)| all | bytes);
        masks.misplaced = self.misplaced(named.into_iter().chain([(class::SCALAR, masks.scalar)]));
        if high != 0 || self.utf8.missing != 0 {
            masks.not_utf8 = self.utf8.block(block);
        }
        masks
    }

    /// Bytes whose class may not stand behind that of the byte before, of the bytes of each class.
    fn misplaced(&mut self, classes: impl Iterator<Item = (u8, u64)> + Clone) -> u64 {
        let mut placed = 0;
        let mut last = 0;
        for (before, bytes) in classes.clone() {
            let next = bytes << 1 | u64::from(self.before == before);
            let behind = class::behind(before);
            let allowed = classes.clone().filter(|(class, _)| behind & class != 0);
            placed |= next & allowed.fold(0, |all, (_, bytes)| all | bytes);
            last |= if bytes >> 63 == 1 { before } else { 0 };
        }
        self.before = last;
        !placed
    }
}

impl Utf8 {
    /// Which bytes show that something is not UTF-8: at the place of the byte that breaks a sequence.
    fn block(&mut self, block: &[u8; BLOCK]) -> u64 {
        let mut wrong = 0;
        for (place, &byte) in block.iter().enumerate() {
            if self.missing > 0 && (self.low..=self.high).contains(&byte) {
                *self = Self { missing: self.missing - 1, low: 0x80, high: 0xbf };
                continue;
            }
            wrong |= u64::from(self.missing > 0) << place;
            let (missing, low, high) = match byte {
                0..0x80 => (0, 0, 0),
                0xc2..=0xdf => (1, 0x80, 0xbf),
                0xe0 => (2, 0xa0, 0xbf),
                0xed => (2, 0x80, 0x9f),
                0xe1..=0xef => (2, 0x80, 0xbf),
                0xf0 => (3, 0x90, 0xbf),
                0xf1..=0xf3 => (3, 0x80, 0xbf),
                0xf4 => (3, 0x80, 0x8f),
                _ => {
                    wrong |= 1 << place;
                    (0, 0, 0)
                }
            };
            *self = Self { missing, low, high };
        }
        wrong
    }
}

/// Bit `i` of the result is the exclusive or of bits 0 to `i`.
#[inline]
pub const fn prefix_xor(mut bits: u64) -> u64 {
    bits ^= bits << 1;
    bits ^= bits << 2;
    bits ^= bits << 4;
    bits ^= bits << 8;
    bits ^= bits << 16;
    bits ^ (bits << 32)
}

/// The top bits of the eight bytes, as eight bits.
#[inline]
const fn gather(word: u64) -> u64 {
    ((word & HIGH) >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

/// Which bytes are this one. Exact, without carries from byte to byte.
#[inline]
const fn equal(word: u64, byte: u8) -> u64 {
    let differs = word ^ ONES.wrapping_mul(byte as u64);
    gather(!(((differs & LOW7) + LOW7) | differs))
}

/// Which bytes are below a bound of at most 0x80.
#[inline]
const fn below(word: u64, bound: u8) -> u64 {
    let reaches = (word & LOW7) + ONES.wrapping_mul(0x80 - bound as u64);
    gather(!(reaches | word))
}
