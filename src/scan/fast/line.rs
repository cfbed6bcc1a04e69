//! A sound line as its tokens: where they stand, and how deep. What its keys mean is the trail's.

use super::Span;
use crate::scan::simd::{BLOCK, CLOSE_OBJECT, LINE, Tokens};

/// A sound line and its tokens.
pub struct Line<'l> {
    /// The chunk that holds it.
    pub chunk: &'l [u8],
    /// Where it stands.
    pub span: Span,
    /// The tokens of the chunk.
    pub tokens: &'l Tokens,
    /// Those of its keys that may be `RequestId` or `Error`: their closing quotes.
    pub keys: &'l [u32],
    /// Whether its root is known to have one member at most.
    pub is_lone: bool,
}

impl Line<'_> {
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
        let mut depth = 1;
        let mut token = open + 1;
        loop {
            let codes = u64::from_le_bytes(*self.tokens.codes.get(token..)?.first_chunk()?);
            let (opened, closed) = brackets(codes);
            if closed < depth {
                depth = depth + opened - closed;
                token += 8;
                continue;
            }
            for place in 0..8 {
                let (opened, closed) = brackets(codes >> (8 * place) & 0xff);
                depth = depth + opened - closed;
                if depth == 0 {
                    return Some(token + place);
                }
            }
            token += 8;
        }
    }
}

/// How many of eight tokens open containers, and how many close one.
#[inline(always)]
const fn brackets(codes: u64) -> (u32, u32) {
    const EACH: u64 = 0x0101_0101_0101_0101;
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
