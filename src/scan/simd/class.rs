//! Classes of bytes, and which class may stand behind which, outside of strings. One bit a class, so that a byte of
//! what may follow and a byte of what does are compared with one AND.

/// `{` and `[`
pub const OPEN: u8 = 1 << 0;
/// `}` and `]`
pub const CLOSE: u8 = 1 << 1;
/// `,`
pub const COMMA: u8 = 1 << 2;
/// `:`
pub const COLON: u8 = 1 << 3;
/// `"`; in front of something it is a closing one, behind something an opening one.
pub const QUOTE: u8 = 1 << 4;
/// The blank.
pub const BLANK: u8 = 1 << 5;
/// LF and CR
pub const NEWLINE: u8 = 1 << 6;
/// Everything else. What is no digit is looked at again.
pub const SCALAR: u8 = 1 << 7;

/// What a value begins with.
const VALUE: u8 = OPEN | QUOTE | SCALAR;

/// The class of a byte.
pub const fn of(byte: u8) -> u8 {
    match byte {
        b'{' | b'[' => OPEN,
        b'}' | b']' => CLOSE,
        b',' => COMMA,
        b':' => COLON,
        b'"' => QUOTE,
        b' ' => BLANK,
        b'\n' | b'\r' => NEWLINE,
        _ => SCALAR,
    }
}

/// The classes that may stand behind a class. One blank may stand behind a comma or a colon, as Python writes it;
/// other white space is left to the slower scanners. What else the container asks for is not known here.
pub const fn behind(class: u8) -> u8 {
    match class {
        OPEN => VALUE | CLOSE,
        CLOSE => CLOSE | COMMA | NEWLINE,
        COMMA | COLON => VALUE | BLANK,
        QUOTE => CLOSE | COMMA | COLON,
        BLANK => VALUE,
        NEWLINE => OPEN | NEWLINE,
        _ => SCALAR | COMMA | CLOSE,
    }
}

/// For the lower half of a byte, the classes but [`SCALAR`] that it may belong to.
pub const LOW_NIBBLE: [u8; 16] = nibbles(false);
/// For the upper half of a byte, the classes but [`SCALAR`] that it may belong to: both halves together are exact.
pub const HIGH_NIBBLE: [u8; 16] = nibbles(true);

const fn nibbles(high: bool) -> [u8; 16] {
    let mut table = [0; 16];
    let mut byte = 0;
    while byte < 256 {
        let class = of(byte as u8);
        if class != SCALAR {
            table[if high { byte >> 4 } else { byte & 15 }] |= class;
        }
        byte += 1;
    }
    table
}

/// What may stand behind the classes of the lower four bits, by those bits.
pub const BEHIND_LOW: [u8; 16] = behinds(0);
/// What may stand behind the classes of the upper four bits, by those bits.
pub const BEHIND_HIGH: [u8; 16] = behinds(4);

const fn behinds(shift: u32) -> [u8; 16] {
    let mut table = [0; 16];
    let mut bit = 0;
    while bit < 4 {
        table[1 << bit] = behind(1 << (bit + shift));
        bit += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_of_halves_are_exact() {
        for byte in 0..=255_u8 {
            let both = LOW_NIBBLE[usize::from(byte & 15)] & HIGH_NIBBLE[usize::from(byte >> 4)];
            let class = if both == 0 { SCALAR } else { both };
            assert_eq!(class, of(byte), "{byte:#x}");
            let follow = BEHIND_LOW[usize::from(class & 15)] | BEHIND_HIGH[usize::from(class >> 4)];
            assert_eq!(follow, behind(class), "{byte:#x}");
        }
    }
}
