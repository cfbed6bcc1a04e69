//! Groups of bytes as two tables of sixteen entries, one for each half of a byte: for vectors that have no larger
//! tables. A byte is in a group when both halves say so.

use super::class::{CLOSE_ARRAY, CLOSE_OBJECT, COMMA, LINE, OPEN_ARRAY, OPEN_OBJECT, STRING};

/// Brackets and commas.
pub const SINGLE: u8 = 1 << 0 | 1 << 1;
/// `0` to `9`
pub const DIGIT: u8 = 1 << 5;

/// The groups of the grammar; what is in none is neither white space nor a quote nor any of the above.
pub const CLASS: Nibbles = Nibbles::new(&[b"[]{}", b",", b" ", b"\t\n\r", b"\"", b"0123456789"]);

/// By the lower half of a byte, the code of the token that is such a byte, for `{`, `}`, `,`, `"` and LF; square
/// brackets look like curly ones.
pub const CODES: [u8; 16] = {
    let mut codes = [0; 16];
    codes[(b'{' & 15) as usize] = OPEN_OBJECT;
    codes[(b'}' & 15) as usize] = CLOSE_OBJECT;
    codes[(b',' & 15) as usize] = COMMA;
    codes[(b'"' & 15) as usize] = STRING;
    codes[(b'\n' & 15) as usize] = LINE;
    codes
};

/// By the lower half of a bracket, what an array's code is above an object's.
pub const ARRAY: [u8; 16] = {
    let mut above = [0; 16];
    above[(b'[' & 15) as usize] = OPEN_ARRAY - OPEN_OBJECT;
    above[(b']' & 15) as usize] = CLOSE_ARRAY - CLOSE_OBJECT;
    above
};

/// Bytes that may stand behind a backslash.
pub const ESCAPABLE: u8 = 0x0f;
/// Hexadecimal digits.
pub const HEX: u8 = 1 << 4 | 1 << 5;

/// The groups of escapes.
pub const ESCAPE: Nibbles = Nibbles::new(&[b"\"/", b"\\", b"bfn", b"rtu", b"0123456789", b"ABCDEFabcdef"]);

/// One bit a group.
pub struct Nibbles {
    /// By the lower half of a byte.
    pub low: [u8; 16],
    /// By the upper half.
    pub high: [u8; 16],
}

impl Nibbles {
    /// Groups that are exact: all lower halves of a group with all upper ones.
    const fn new(groups: &[&[u8]]) -> Self {
        let (mut low, mut high) = ([0; 16], [0; 16]);
        let mut group = 0;
        while group < groups.len() {
            let mut member = 0;
            while member < groups[group].len() {
                let byte = groups[group][member];
                low[(byte & 15) as usize] |= 1 << group;
                high[(byte >> 4) as usize] |= 1 << group;
                member += 1;
            }
            group += 1;
        }
        Self { low, high }
    }
}

#[cfg(test)]
mod tests {
    use super::super::class;
    use super::*;

    fn groups(of: &Nibbles, byte: u8) -> u8 {
        of.low[usize::from(byte & 15)] & of.high[usize::from(byte >> 4)]
    }

    #[test]
    fn the_groups_are_exact() {
        for byte in 0..=255_u8 {
            let group = groups(&CLASS, byte);
            let class = class::of(byte);
            assert_eq!(group & SINGLE != 0, class & class::SINGLE != 0, "{byte:#x}");
            assert_eq!(group & !DIGIT == 0, class & class::BARE != 0, "{byte:#x}");
            assert_eq!(group == 0, class & class::ODD != 0, "{byte:#x}");
            let escape = groups(&ESCAPE, byte);
            assert_eq!(escape & ESCAPABLE != 0, class::escape(byte) & class::ESCAPABLE != 0, "{byte:#x}");
            assert_eq!(escape & HEX != 0, class::escape(byte) & class::HEX != 0, "{byte:#x}");
        }
    }
}
