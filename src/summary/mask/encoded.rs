//! Bytes that are written as `%E5%9B`: two letters or digits and a `%` each. Nothing can be said of such a pair but by
//! itself, so that one look-up tells what becomes of it; it does not know what they encode.

use super::kinds::{Mask, PLACE};
use super::words::{KNOWN, UNITS};

/// What becomes of a pair of letters and digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Pair {
    /// One of them is neither a letter nor a digit.
    Other,
    Stays,
    Number,
    Id,
    /// The second one is a number.
    NumberLast,
    /// The first one is a number, the second one its unit.
    NumberFirst,
}

/// By the first byte of a pair, and seven more bits for the second one.
static PAIRS: [Pair; 1 << 14] = {
    let mut pairs = [Pair::Other; 1 << 14];
    let mut place = 0;
    while place < pairs.len() {
        let (high, low) = ((place >> 7) as u8, (place & 127) as u8);
        if high.is_ascii_alphanumeric() && low.is_ascii_alphanumeric() {
            pairs[place] = match (high.is_ascii_digit(), low.is_ascii_digit()) {
                (false, false) => Pair::Stays,
                (true, true) => Pair::Number,
                (false, true) => Pair::NumberLast,
                (true, false) => Pair::Id,
            };
        }
        place += 1;
    }
    let mut unit = 0;
    while unit < UNITS.words.len() {
        if let &[unit] = UNITS.words[unit].as_bytes() {
            let mut digit = b'0';
            while digit <= b'9' {
                pairs[place_of(digit, unit)] = Pair::NumberFirst;
                pairs[place_of(digit, unit.to_ascii_uppercase())] = Pair::NumberFirst;
                digit += 1;
            }
        }
        unit += 1;
    }
    let mut word = 0;
    while word < KNOWN.words.len() {
        if let &[high, low] = KNOWN.words[word].as_bytes() {
            pairs[place_of(high, low)] = Pair::Stays;
            pairs[place_of(high, low.to_ascii_uppercase())] = Pair::Stays;
            pairs[place_of(high.to_ascii_uppercase(), low)] = Pair::Stays;
            pairs[place_of(high.to_ascii_uppercase(), low.to_ascii_uppercase())] = Pair::Stays;
        }
        word += 1;
    }
    pairs
};

const fn place_of(high: u8, low: u8) -> usize {
    (high as usize) << 7 | low as usize
}

impl Pair {
    /// What becomes of a pair before a `%`.
    #[inline]
    pub(super) fn of(high: u8, low: u8) -> Self {
        let is_ascii = (high | low).is_ascii();
        PAIRS.get(place_of(high, low)).copied().filter(|_| is_ascii).unwrap_or(Self::Other)
    }

    /// What is written for it and the `%` after it, without a branch, which a processor would mispredict.
    #[inline]
    pub(super) fn written(self, high: u8, low: u8) -> Written {
        const ALL: u8 = u8::MAX;
        let [first, second, mark, length, kind] = match self {
            Self::Other | Self::Stays => [ALL, ALL, 0, 3, 0],
            Self::Number => [0, 0, b'%', 2, Mask::Number as u8],
            Self::Id => [0, 0, b'%', 2, Mask::Id as u8],
            Self::NumberLast => [ALL, 0, 0, 3, Mask::Number as u8],
            Self::NumberFirst => [0, ALL, 0, 3, Mask::Number as u8],
        };
        // What no bit is left of is a place.
        const { assert!(PLACE == '\0', "a mask takes the place of letters by taking their bits") };
        Written { text: [high & first, low & second | mark, b'%'], length: length.into(), kind }
    }
}

/// What is written for a pair.
pub(super) struct Written {
    pub(super) text: [u8; 3],
    /// How many bytes of it count.
    pub(super) length: usize,
    /// The kind of its mask; 0 for none.
    pub(super) kind: u8,
}
