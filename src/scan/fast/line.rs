//! A sound line as its tokens: where they stand, and how deep. What its keys mean is the trail's.

use super::span::Span;
use crate::scan::simd::{BLOCK, CLOSE_OBJECT, LINE, Offset, Tokens};

/// A sound line and its tokens.
pub struct Line<'l> {
    /// The chunk that holds it.
    pub chunk: &'l [u8],
    /// Where it stands.
    pub span: Span,
    /// The tokens of the chunk.
    pub tokens: &'l Tokens,
    /// The closing quotes of those keys that may be `RequestId` or `Error`, of earlier groups: places in the chunk.
    pub earlier_keys: &'l [u32],
    /// The same of this group.
    pub keys: &'l [Offset],
    /// Whether its root is known to have one member at most.
    pub is_lone: bool,
}

impl Line<'_> {
    /// How many of its keys may count.
    pub const fn key_count(&self) -> usize {
        self.earlier_keys.len() + self.keys.len()
    }

    /// The closing quotes of these keys, in order: places in the chunk.
    pub fn key_places(&self) -> impl Iterator<Item = usize> {
        let earlier = self.earlier_keys.iter().map(|&place| place as usize);
        earlier.chain(self.keys.iter().map(|&offset| self.tokens.place(offset)))
    }

    /// The code of a token.
    #[inline(always)]
    pub fn code(&self, token: usize) -> u8 {
        self.tokens.codes.get(token).copied().unwrap_or_default()
    }

    /// How many containers are open behind some tokens, when so many were before.
    pub fn depth_behind(&self, depth: u32, from: usize, to: usize) -> u32 {
        let codes = self.tokens.codes.get(from..to).unwrap_or_default();
        let (words, rest) = codes.as_chunks();
        let mut depth = depth;
        for &word in words {
            let (opened, closed) = brackets(u64::from_le_bytes(word));
            depth = (depth + opened).wrapping_sub(closed);
        }
        for &code in rest {
            let (opened, closed) = brackets(u64::from(code));
            depth = (depth + opened).wrapping_sub(closed);
        }
        depth
    }

    /// Whether from a token on only so many objects are closed, and the line ends.
    pub fn closes(&self, from: usize, count: usize) -> bool {
        let codes = self.tokens.codes.get(from..).unwrap_or_default();
        let closed = codes.iter().take_while(|&&code| code == CLOSE_OBJECT).count();
        closed == count && codes.get(count) == Some(&LINE)
    }

    /// The token that closes what a token opens.
    pub fn close_of(&self, open: usize) -> Option<usize> {
        // What is taken from the depth behind each token of a word: a level that stays open, and those of `sums`.
        const TAKEN: u64 = u64::from_le_bytes([2, 3, 4, 5, 6, 7, 8, 9]);
        const TOPS: u64 = EACH << 7;
        // More levels than that cannot all be closed by one word.
        const DEEP: u64 = 100;
        let (mut depth, mut token) = (1_u64, open + 1);
        loop {
            let codes = u64::from_le_bytes(*self.tokens.codes.get(token..)?.first_chunk()?);
            let opened = codes >> 2 & EACH;
            let closed = codes >> 1 & !(codes >> 3) & EACH;
            // In each byte how many levels are more up to its token, and how many tokens that are.
            let sums = (opened + EACH - closed).wrapping_mul(EACH);
            let left = sums + (depth.min(DEEP) * EACH + TOPS - TAKEN);
            if left & TOPS != TOPS {
                return Some(token + ((!left & TOPS).trailing_zeros() / u8::BITS) as usize);
            }
            depth = depth + (sums >> 56) - 8;
            token += 8;
        }
    }
}

/// A one in every byte.
const EACH: u64 = 0x0101_0101_0101_0101;

/// How many of eight tokens open containers, and how many close one.
#[inline(always)]
const fn brackets(codes: u64) -> (u32, u32) {
    // By the codes: those that open have the third bit, those that close the second and not the fourth.
    let opened = codes & EACH << 2;
    let closed = codes & EACH << 1 & !(codes >> 2);
    (opened.count_ones(), closed.count_ones())
}

/// Finds the places of tokens that are asked for in order.
#[derive(Clone, Copy)]
pub struct Cursor<'l> {
    line: &'l Line<'l>,
    block: usize,
    /// The tokens of the block from `token` on.
    bits: u64,
    token: usize,
}

impl<'l> Cursor<'l> {
    /// The first token of a line.
    pub fn new(line: &'l Line<'l>) -> Self {
        let mut cursor = Self { line, block: line.span.start / BLOCK, bits: 0, token: 0 };
        cursor.load();
        cursor
    }

    #[inline(always)]
    fn load(&mut self) {
        let block = self.line.tokens.blocks.get(self.block).copied().unwrap_or_default();
        self.bits = block.tokens;
        self.token = block.before as usize;
    }

    #[inline(always)]
    /// Where a token stands, which is not before the last one that was asked for.
    pub fn place(&mut self, token: usize) -> usize {
        while self.token + self.bits.count_ones() as usize <= token && self.block * BLOCK < self.line.span.end {
            self.block += 1;
            self.load();
        }
        while self.token < token {
            self.bits &= self.bits.wrapping_sub(1);
            self.token += 1;
        }
        self.block * BLOCK + self.bits.trailing_zeros() as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::simd::{CLOSE_ARRAY, COMMA, KEY, OPEN_ARRAY, OPEN_OBJECT, SCALAR, STRING};

    #[test]
    fn a_container_closes_where_a_count_says() {
        const CODES: [u8; 9] = [OPEN_OBJECT, OPEN_ARRAY, CLOSE_OBJECT, CLOSE_ARRAY, COMMA, KEY, STRING, SCALAR, LINE];
        let mut seed = 1_u64;
        let mut next = |bound: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as usize % bound
        };
        for round in 0..20_000 {
            let mut tokens = Tokens { codes: vec![OPEN_ARRAY; 1 + round % 300], ..Tokens::default() };
            tokens.codes.extend((0..round % 70).map(|_| CODES[next(CODES.len())]));
            let mut depth = 0;
            let mut expected = None;
            let count = tokens.codes.len() + 400;
            for place in 0..count {
                if place == tokens.codes.len() {
                    tokens.codes.push(CLOSE_ARRAY);
                }
                match tokens.codes[place] {
                    OPEN_OBJECT | OPEN_ARRAY => depth += 1,
                    CLOSE_OBJECT | CLOSE_ARRAY => depth -= 1,
                    _ => {}
                }
                if depth == 0 {
                    expected = expected.or(Some(place));
                }
            }
            let span = Span { start: 0, end: 0 };
            let line = Line { chunk: b"", span, tokens: &tokens, earlier_keys: &[], keys: &[], is_lone: false };
            assert_eq!(line.close_of(0), expected, "{:?}", tokens.codes);
        }
    }
}
