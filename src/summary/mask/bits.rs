//! Which bytes of a text are of some classes, as a bit for each byte: where a run of them ends is one count of bits then,
//! and no loop whose end a processor foresees wrong. It does not know what the classes are for.

/// Bytes of a block, each with a bit in a word.
const BLOCK: usize = u64::BITS as usize;

/// The bits of a text, which can be used again for another one.
#[derive(Clone, Debug, Default)]
pub(super) struct Bits {
    blocks: Vec<Block>,
    length: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct Block {
    /// Letters and digits of ASCII.
    alphanumeric: u64,
    /// Digits of ASCII.
    digits: u64,
    /// Letters, digits, and what else may begin a shape, a quote or a mask.
    begins: u64,
}

impl Bits {
    /// Takes the bits of another text.
    pub(super) fn read(&mut self, text: &[u8]) {
        let (blocks, rest) = text.as_chunks();
        self.length = text.len();
        self.blocks.clear();
        self.blocks.extend(blocks.iter().map(Block::of));
        if !rest.is_empty() {
            let mut last = [0; BLOCK];
            last[..rest.len()].copy_from_slice(rest);
            self.blocks.push(Block::of(&last));
        }
    }

    /// Where the letters and digits end that stand from a place on.
    #[inline]
    pub(super) fn alphanumeric_end(&self, at: usize) -> usize {
        self.first(at, |block| !block.alphanumeric)
    }

    /// Where the digits end that stand from a place on.
    #[inline]
    pub(super) fn digits_end(&self, at: usize) -> usize {
        self.first(at, |block| !block.digits)
    }

    /// Where the first byte stands from a place on that is not prose.
    #[inline]
    pub(super) fn prose_end(&self, at: usize) -> usize {
        self.first(at, |block| block.begins)
    }

    /// Which of the next 64 bytes from a place on are digits.
    #[inline]
    pub(super) fn digits(&self, at: usize) -> u64 {
        let digits = |place: usize| self.blocks.get(place).map_or(0, |block| block.digits);
        let (place, shift) = (at / BLOCK, at % BLOCK);
        let next = if shift == 0 { 0 } else { digits(place + 1) << (BLOCK - shift) };
        digits(place) >> shift | next
    }

    /// The first place from `at` on whose bit is set; the end of the text when there is none.
    #[inline]
    fn first(&self, at: usize, bits: impl Fn(&Block) -> u64) -> usize {
        let mut place = at / BLOCK;
        let mut skipped = at % BLOCK;
        while let Some(block) = self.blocks.get(place) {
            let found = bits(block) >> skipped;
            if found != 0 {
                return (place * BLOCK + skipped + found.trailing_zeros() as usize).min(self.length);
            }
            (place, skipped) = (place + 1, 0);
        }
        self.length
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
                prop_assert_eq!(bits.digits(at), digits);
            }
        }
    }
}
