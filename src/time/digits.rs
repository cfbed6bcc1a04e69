//! Digits that a text begins with, eight at a time. It knows no signs, points or units.

/// A digit 0 in each byte.
const ZEROS: u64 = u64::from_le_bytes([b'0'; 8]);

/// Up to eight digits in the order of the text, the first one lowest, as their values; bytes after them are 0.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Digits {
    values: u64,
    count: u32,
}

impl Digits {
    /// The digits that a text begins with; when there are more than eight, the first eight.
    #[inline]
    pub(super) fn leading(text: &[u8]) -> Self {
        let values = first_eight(text) ^ ZEROS;
        // The high bit of a byte that is not a digit: values above 9 carry into it, or have it. What a carry does to the
        // bytes after is not looked at.
        let others = (values.wrapping_add(u64::from_le_bytes([0x80 - 10; 8])) | values) & u64::from_le_bytes([0x80; 8]);
        let count = others.trailing_zeros() / 8;
        Self { values: values & 1_u64.checked_shl(8 * count).map_or(u64::MAX, |end| end - 1), count }
    }

    /// How many there are, 0 to 8.
    pub(super) const fn count(self) -> usize {
        self.count as usize
    }

    /// The number that they write.
    #[inline]
    pub(super) const fn number(self) -> u32 {
        // No shift takes all bits away, hence the two steps.
        let missing = 8 - self.count;
        eight(self.values << (4 * missing) << (4 * missing))
    }

    /// What they write after a point, in units of 10 to the power of -8.
    #[inline]
    pub(super) const fn fraction(self) -> u32 {
        eight(self.values)
    }
}

/// The number of eight digits: neighbours become pairs, pairs fours, fours the number.
#[inline]
const fn eight(digits: u64) -> u32 {
    const fn step(pairs: u64, tens: u64, bits: u32) -> u64 {
        // The first of two is the lower one: times `tens`, onto the upper one.
        pairs.wrapping_mul(1 + (tens << bits)) >> bits
    }
    let pairs = step(digits, 10, 8) & 0x00ff_00ff_00ff_00ff;
    let fours = step(pairs, 100, 16) & 0x0000_ffff_0000_ffff;
    step(fours, 10_000, 32) as u32
}

/// The first eight bytes of a text, or all that there are and 0 after them.
#[inline]
fn first_eight(text: &[u8]) -> u64 {
    if let Some(first) = text.first_chunk() {
        return u64::from_le_bytes(*first);
    }
    if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
        // Four to seven bytes, those in the middle twice.
        let [first, last] = [*first, *last].map(|half: [u8; 4]| u64::from(u32::from_le_bytes(half)));
        return first | last << (8 * (text.len() - 4));
    }
    // At most three: the first, the one in the middle and the last, which may be the same.
    let byte = |at: usize| text.get(at).map_or(0, |&byte| u64::from(byte) << (8 * at));
    byte(0) | byte(text.len() / 2) | byte(text.len().saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The same by the standard library.
    fn agrees(text: &[u8]) {
        let length = text.iter().take(8).take_while(|byte| byte.is_ascii_digit()).count();
        let written = std::str::from_utf8(&text[..length]).unwrap();
        let digits = Digits::leading(text);
        assert_eq!(digits.count(), length, "{text:?}");
        assert_eq!(digits.number(), written.parse::<u32>().unwrap_or(0), "{text:?}");
        assert_eq!(digits.fraction(), format!("{written:0<8}").parse::<u32>().unwrap(), "{text:?}");
    }

    #[test]
    fn every_byte_ends_the_digits_but_digits() {
        for byte in 0..=u8::MAX {
            for place in 0..8 {
                let mut text = *b"9081726354";
                text[place] = byte;
                for length in 0..=text.len() {
                    agrees(&text[..length]);
                }
            }
        }
    }

    proptest! {
        #[test]
        fn texts_are_read_as_the_library_does(
            text in prop_oneof![prop::collection::vec(any::<u8>(), 0..20), "[0-9]{0,10}[.Z]?[0-9]{0,4}".prop_map(String::into_bytes)],
        ) {
            agrees(&text);
        }
    }
}
