//! What a byte is to the grammar: the code of the token that it begins or ends, and flags for the search of tokens.

/// Bytes in a block; bit `i` of a mask belongs to byte `i`.
pub const BLOCK: usize = 64;

/// No token: white space, and what fills up a window.
pub const NOTHING: u8 = 0;
/// LF, the end of a line.
pub const LINE: u8 = 1;
/// `}`
pub const CLOSE_OBJECT: u8 = 2;
/// `]`
pub const CLOSE_ARRAY: u8 = 3;
/// `{`
pub const OPEN_OBJECT: u8 = 4;
/// `[`
pub const OPEN_ARRAY: u8 = 5;
/// `,`
pub const COMMA: u8 = 8;
/// A string; the token stands at its closing quote.
pub const STRING: u8 = 9;
/// A string with a colon right behind it. The colon itself is no token.
pub const KEY: u8 = STRING + 1;
/// A number or literal; the token stands at its first byte.
pub const SCALAR: u8 = 11;

/// The bits of a byte that hold a code.
pub const CODE: u8 = 0x0f;
/// A bracket or comma: each is a token of its own.
pub const SINGLE: u8 = 0x10;
/// What numbers and literals are made of, and everything that can stand in strings only.
pub const BARE: u8 = 0x20;
/// Of those what is no digit.
pub const ODD: u8 = 0x40;
/// A byte that a block without escapes and control characters does not have; those of 0x80 and more are told apart.
pub const UNUSUAL: u8 = 0x80;

/// The code and flags of a byte. One of 0x80 or more is a flaw outside of strings, whatever its class; a tier may take it
/// for the one of its lower seven bits.
pub const fn of(byte: u8) -> u8 {
    match byte {
        b'\n' => LINE,
        b'{' => OPEN_OBJECT | SINGLE,
        b'}' => CLOSE_OBJECT | SINGLE,
        b'[' => OPEN_ARRAY | SINGLE,
        b']' => CLOSE_ARRAY | SINGLE,
        b',' => COMMA | SINGLE,
        b'"' => STRING,
        b' ' => NOTHING,
        b'\t' | b'\r' => NOTHING | UNUSUAL,
        b'\\' | 0..0x20 => SCALAR | BARE | ODD | UNUSUAL,
        b'0'..=b'9' => SCALAR | BARE,
        _ => SCALAR | BARE | ODD,
    }
}

/// [`of`] as a table.
pub static CLASSES: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = of(byte as u8);
        byte += 1;
    }
    table
};

/// A byte that may stand behind a backslash.
pub const ESCAPABLE: u8 = 1;
/// A hexadecimal digit.
pub const HEX: u8 = 2;

/// What a byte below 0x80 is to an escape.
pub const fn escape(byte: u8) -> u8 {
    let escapable = matches!(byte, b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' | b'u');
    (if escapable { ESCAPABLE } else { 0 }) | if byte.is_ascii_hexdigit() { HEX } else { 0 }
}

/// [`escape`] as a table.
pub static ESCAPES: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = escape(byte as u8);
        byte += 1;
    }
    table
};
