//! Tokens byte by byte: runs everywhere, and is the specification of the vector versions.

use super::class::{self, BARE, BLOCK, CODE, KEY, LINE, ODD, SINGLE, STRING};
use super::tokens::{Block, Offset, Tokens};

/// What the bytes before left.
#[derive(Clone, Copy, Debug, Default)]
pub struct State {
    in_string: bool,
    /// Behind a backslash that is not itself escaped.
    escaped: bool,
    /// In a number or literal, or in something that is neither.
    bare: bool,
    /// In a stretch of it without digits.
    odd: bool,
    /// Right behind a zero that begins a number.
    zero: bool,
    /// Right behind a key, where a colon stands.
    key: bool,
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

/// Finds the tokens of the bytes from `from` up to `to`; `from` is a multiple of the block.
pub fn lex(chunk: &[u8], (from, to): (usize, usize), state: &mut State, out: &mut Tokens) {
    for base in (from..to).step_by(BLOCK) {
        let before = out.ends.codes as u32;
        let mut tokens = 0;
        let block = chunk.get(base..to.min(base + BLOCK)).unwrap_or_default();
        for (place, &byte) in block.iter().enumerate() {
            if let Some(code) = state.byte(chunk, base + place, byte, out) {
                tokens |= 1 << place;
                out.codes[out.ends.codes] = code;
                out.ends.codes += 1;
            }
        }
        out.blocks[base / BLOCK] = Block { tokens, before };
    }
}

impl State {
    /// The code of the token at a byte, when there is one.
    #[inline]
    fn byte(&mut self, chunk: &[u8], at: usize, byte: u8, out: &mut Tokens) -> Option<u8> {
        let escaped = std::mem::take(&mut self.escaped);
        let behind_key = std::mem::take(&mut self.key);
        let was_bare = std::mem::take(&mut self.bare);
        let was_odd = std::mem::take(&mut self.odd);
        let behind_zero = std::mem::take(&mut self.zero);
        let mut flaw = !self.utf8.takes(byte) || escaped && !is_escape(chunk, at, byte);
        let mut mark = byte == b'\n';
        self.escaped = byte == b'\\' && !escaped;
        let code = if byte == b'\n' {
            flaw |= std::mem::take(&mut self.in_string);
            out.line_ends += 1;
            Some(LINE)
        } else if byte == b'"' && !escaped {
            self.in_string = !self.in_string;
            (!self.in_string).then(|| {
                self.key = chunk.get(at + 1) == Some(&b':');
                mark = self.key && may_count(chunk, at);
                if self.key { KEY } else { STRING }
            })
        } else if self.in_string {
            flaw |= byte < 0x20;
            None
        } else {
            flaw |= byte >= 0x80;
            let class = class::of(byte);
            self.bare = class & BARE != 0 && !behind_key;
            self.odd = self.bare && class & ODD != 0;
            let starts = self.bare && !was_bare;
            self.zero = starts && byte == b'0';
            if self.odd && !was_odd || behind_zero && self.bare && !self.odd {
                out.odds[out.ends.odds] = (at - out.group) as Offset;
                out.ends.odds += 1;
            }
            (class & SINGLE != 0 || starts).then_some(class & CODE)
        };
        if mark {
            out.marks[out.ends.marks] = (at - out.group) as Offset;
            out.ends.marks += 1;
        }
        if flaw {
            out.flaws.push(at as u32);
        }
        code
    }
}

/// Whether the key that closes here may be `RequestId` or `Error`.
fn may_count(chunk: &[u8], closing: usize) -> bool {
    let before = |length: usize| closing.checked_sub(length).and_then(|place| chunk.get(place)).copied();
    (before(10), before(9)) == (Some(b'"'), Some(b'R')) || (before(6), before(5)) == (Some(b'"'), Some(b'E'))
}

/// Whether a byte may stand behind a backslash, with digits behind a `u`. Letters that could spell a key that counts
/// are left to the slower scanners.
fn is_escape(chunk: &[u8], at: usize, byte: u8) -> bool {
    match byte {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => true,
        b'u' => match chunk.get(at + 1..at + 5) {
            Some([b'0', b'0', b'4'..=b'7', _]) | None => false,
            Some(digits) => digits.iter().all(u8::is_ascii_hexdigit),
        },
        _ => false,
    }
}

impl Utf8 {
    /// Goes on by a byte; whether that is UTF-8 so far. Broken sequences end.
    #[inline]
    fn takes(&mut self, byte: u8) -> bool {
        if self.missing == 0 && byte < 0x80 {
            return true;
        }
        if self.missing > 0 && (self.low..=self.high).contains(&byte) {
            *self = Self { missing: self.missing - 1, low: 0x80, high: 0xbf };
            return true;
        }
        let was_whole = self.missing == 0;
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
                *self = Self::default();
                return false;
            }
        };
        *self = Self { missing, low, high };
        was_whole
    }
}
