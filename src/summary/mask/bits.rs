//! Which bytes of a text are of some classes, as a bit for each byte: where a run of them ends is one count of bits then,
//! and no loop whose end a processor foresees wrong. It does not know what the classes are for.

/// Bytes of a block, each with a bit in a word.
const BLOCK: usize = u64::BITS as usize;

/// A text with its bits, which can be used again for another one.
#[derive(Clone, Debug, Default)]
pub(super) struct Bits {
    /// The text, and at least a block of zeros.
    padded: Vec<u8>,
    blocks: Vec<Block>,
    length: usize,
}

/// A bit for each byte of a block, or of 64 bytes from anywhere on.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Block {
    /// Letters and digits of ASCII.
    pub(super) alphanumeric: u64,
    /// Digits of ASCII.
    pub(super) digits: u64,
    /// Letters, digits, and what else may begin a shape, a quote or a mask.
    begins: u64,
}

impl Bits {
    /// Takes another text.
    pub(super) fn read(&mut self, text: &[u8]) {
        let Self { padded, blocks, length } = self;
        *length = text.len();
        padded.clear();
        padded.extend_from_slice(text);
        padded.resize(text.len().next_multiple_of(BLOCK) + BLOCK, 0);
        blocks.clear();
        blocks.extend(padded.as_chunks().0.iter().map(Block::of));
    }

    /// The text, and at least 64 zeros.
    pub(super) fn padded(&self) -> &[u8] {
        &self.padded
    }

    /// The next 64 bytes from a place on. What comes after the text has no bit.
    #[inline]
    pub(super) fn window(&self, at: usize) -> Block {
        let (place, shift) = (at / BLOCK, at % BLOCK);
        let Some([block, next]) = self.blocks.get(place..).and_then(<[Block]>::first_chunk) else {
            return Block::default();
        };
        // Two shifts, since there is none by 64.
        let both = |low: u64, high: u64| low >> shift | (high << 1) << (BLOCK - 1 - shift);
        Block {
            alphanumeric: both(block.alphanumeric, next.alphanumeric),
            digits: both(block.digits, next.digits),
            begins: both(block.begins, next.begins),
        }
    }

    /// Where the letters and digits end that stand from a place on.
    #[inline]
    pub(super) fn alphanumeric_end(&self, at: usize) -> usize {
        self.end(at, |window| !window.alphanumeric)
    }

    /// Where the digits end that stand from a place on.
    #[inline]
    pub(super) fn digits_end(&self, at: usize) -> usize {
        self.end(at, |window| !window.digits)
    }

    /// Where the first byte stands from a place on that is not prose.
    #[inline]
    pub(super) fn prose_end(&self, at: usize) -> usize {
        self.end(at, |window| window.begins)
    }

    /// The first place from `at` on whose bit is set; the end of the text when there is none.
    #[inline]
    fn end(&self, at: usize, bits: impl Fn(Block) -> u64) -> usize {
        let mut at = at;
        while at < self.length {
            let found = bits(self.window(at));
            if found != 0 {
                return (at + found.trailing_zeros() as usize).min(self.length);
            }
            at += BLOCK;
        }
        at.min(self.length)
    }
}

impl Block {
    fn of(block: &[u8; BLOCK]) -> Self {
        let digits = bits(block, is_digit);
        let alphanumeric = digits | bits(block, |byte| (byte | 0x20).wrapping_sub(b'a') < 26);
        Self { alphanumeric, digits, begins: alphanumeric | bits(block, is_mark) }
    }
}

const fn is_digit(byte: u8) -> bool {
    byte.wrapping_sub(b'0') < 10
}

/// Whether a byte may begin a quote, a sign, an address or a mask. Each comparison is made, so that many bytes can be
/// compared at once.
pub(super) const fn is_mark(byte: u8) -> bool {
    (byte == b'\'')
        | (byte == b'"')
        | (byte == b'`')
        | (byte == b'[')
        | (byte == b'<')
        | (byte == b':')
        | (byte == b'+')
        | (byte == b'-')
        // `“` and `‘`, `「` and `『` begin so; no other quote and no mask is beyond ASCII.
        | (byte & 0xfe == 0xe2)
}

/// A bit for each byte, the first one lowest.
#[inline]
fn bits(block: &[u8; BLOCK], is_set: impl Fn(u8) -> bool) -> u64 {
    /// Moves the lowest bits of eight bytes into the highest byte, that of the first byte lowest.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let flags = block.map(|byte| u8::from(is_set(byte)));
    let (eights, _) = flags.as_chunks();
    let gathered = eights.iter().map(|eight| u64::from_le_bytes(*eight).wrapping_mul(GATHER) >> 56);
    gathered.enumerate().fold(0, |bits, (place, eight)| bits | eight << (8 * place))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bits_tell_what_the_bytes_tell(text in "[ab09\"<é“ ]{0,150}|[a-z]{60,70}[0-9]{60,140}|\\PC{0,200}") {
            let bytes = text.as_bytes();
            let mut bits = Bits::default();
            bits.read(b"something that was there before");
            bits.read(bytes);
            for at in 0..=bytes.len() + 1 {
                let rest = bytes.get(at..).unwrap_or_default();
                let end = |length: usize| (at + length).min(bytes.len());
                let run = |belongs: fn(&u8) -> bool| end(rest.iter().take_while(|byte| belongs(byte)).count());
                prop_assert_eq!(bits.alphanumeric_end(at), run(u8::is_ascii_alphanumeric));
                prop_assert_eq!(bits.digits_end(at), run(u8::is_ascii_digit));
                prop_assert_eq!(bits.prose_end(at), run(|&byte| !byte.is_ascii_alphanumeric() && !is_mark(byte)));
                let digits = rest.iter().take(BLOCK).enumerate();
                let digits = digits.fold(0, |bits, (place, byte)| bits | u64::from(byte.is_ascii_digit()) << place);
                prop_assert_eq!(bits.window(at).digits, digits);
            }
        }
    }
}
