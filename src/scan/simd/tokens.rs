//! The tokens of a chunk, in the order of their places: what the tiers write and the walk over lines reads. It knows
//! neither how tokens are found nor what they mean.

use super::class::{BLOCK, LINE};

/// Bytes that are looked at before their tokens are walked over: they stay in the first-level cache.
pub const GROUP_BYTES: usize = 16 * 1024;

/// A place in a group, from its start.
pub type Offset = u16;
const _: () = assert!(GROUP_BYTES <= 1 << Offset::BITS);

/// What the tokens of a block are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// Where they stand, a bit a byte.
    pub tokens: u64,
    /// How many tokens stand before the block.
    pub before: u32,
}

/// The tokens of a chunk so far. The lists are longer than what they hold, so that vectors can be written whole.
#[derive(Debug)]
pub struct Tokens {
    /// A code a token, with flags. The first is the line end in front of the chunk.
    pub codes: Vec<u8>,
    /// The blocks.
    pub blocks: Vec<Block>,
    /// Where the group begins.
    pub group: usize,
    /// Places of the marked tokens of the group: line ends, and keys that may be `RequestId` or `Error`.
    pub marks: Vec<Offset>,
    /// Places of what is no digit in numbers and literals of the group, the first of each stretch, and of digits behind
    /// a zero that begins a number.
    pub odds: Vec<Offset>,
    /// How far these lists are filled.
    pub ends: Ends,
    /// Places of bytes of the group that spoil their line; at least one of each line that has some, in no order.
    pub flaws: Vec<u32>,
    /// How many line ends there are.
    pub line_ends: usize,
}

/// How far the lists of tokens are filled.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ends {
    /// How many codes there are.
    pub codes: usize,
    /// How many marks.
    pub marks: usize,
    /// How many odd places.
    pub odds: usize,
}

impl Default for Tokens {
    fn default() -> Self {
        Self {
            codes: vec![0; BLOCK],
            blocks: Vec::new(),
            group: 0,
            marks: vec![0; GROUP_BYTES + BLOCK],
            odds: vec![0; GROUP_BYTES + BLOCK],
            ends: Ends::default(),
            flaws: Vec::new(),
            line_ends: 0,
        }
    }
}

impl Tokens {
    /// Forgets everything, for a chunk that begins at the start of a line.
    pub fn begin(&mut self) {
        self.codes[0] = LINE;
        self.ends = Ends { codes: 1, marks: 0, odds: 0 };
        self.flaws.clear();
        self.line_ends = 0;
    }

    /// Makes room for the tokens of a group from one place of the chunk to another. The marks, odd places and flaws of the
    /// last group are forgotten.
    pub fn begin_group(&mut self, (from, to): (usize, usize)) {
        self.group = from;
        let room = self.ends.codes + GROUP_BYTES + BLOCK;
        if self.codes.len() < room {
            self.codes.resize(room.next_power_of_two(), 0);
        }
        let blocks = to.div_ceil(BLOCK);
        if self.blocks.len() < blocks {
            self.blocks.resize(blocks.next_power_of_two(), Block::default());
        }
        (self.ends.marks, self.ends.odds) = (0, 0);
        self.flaws.clear();
    }

    /// Where the next entries of a group go.
    ///
    /// # Panics
    ///
    /// When there is no room for all that a group can add.
    pub fn tail(&mut self) -> Tail {
        let Self { codes, marks, odds, ends, .. } = self;
        let number_zero = codes.as_ptr();
        let codes = &mut codes[ends.codes..][..GROUP_BYTES + BLOCK];
        let marks = &mut marks[ends.marks..][..GROUP_BYTES + BLOCK];
        let odds = &mut odds[ends.odds..][..GROUP_BYTES + BLOCK];
        Tail {
            number_zero,
            codes: codes.as_mut_ptr(),
            first_mark: marks.as_ptr(),
            marks: marks.as_mut_ptr(),
            first_odd: odds.as_ptr(),
            odds: odds.as_mut_ptr(),
        }
    }

    /// Takes what a group has written.
    pub fn end_at(&mut self, tail: &Tail) {
        self.ends.codes = tail.next_code() as usize;
        self.ends.marks += since(tail.marks, tail.first_mark);
        self.ends.odds += since(tail.odds, tail.first_odd);
    }

    /// Where a byte of the group stands in the chunk.
    #[inline(always)]
    pub fn place(&self, offset: Offset) -> usize {
        self.group + usize::from(offset)
    }

    /// The token at a place, or else the first one behind it.
    #[inline(always)]
    pub fn token_at(&self, place: usize) -> usize {
        let Block { tokens, before } = self.blocks.get(place / BLOCK).copied().unwrap_or_default();
        let earlier = tokens & ((1 << (place % BLOCK)) - 1);
        before as usize + earlier.count_ones() as usize
    }

    /// Where a token of a group stands that ends at a place of the chunk.
    pub fn place_of(&self, token: usize, to: usize) -> usize {
        let blocks = self.blocks.get(..to.div_ceil(BLOCK)).unwrap_or_default();
        let block = blocks.partition_point(|block| block.before as usize <= token).saturating_sub(1);
        let Block { mut tokens, before } = self.blocks.get(block).copied().unwrap_or_default();
        for _ in before as usize..token {
            tokens &= tokens.wrapping_sub(1);
        }
        block * BLOCK + tokens.trailing_zeros() as usize
    }
}

/// Where the next entries of the lists go while a group is looked at. Behind each there is room for all that is left of
/// the group, an entry a byte, and for a block more, so that vectors can be written whole.
pub struct Tail {
    /// The first code of the chunk.
    number_zero: *const u8,
    /// The next code.
    pub codes: *mut u8,
    first_mark: *const Offset,
    /// The next mark.
    pub marks: *mut Offset,
    first_odd: *const Offset,
    /// The next odd place.
    pub odds: *mut Offset,
}

impl Tail {
    /// The number of the next code, from the start of the chunk.
    #[inline(always)]
    pub fn next_code(&self) -> u32 {
        self.codes.addr().wrapping_sub(self.number_zero.addr()) as u32
    }
}

/// How many entries lie between two places of a list.
#[inline(always)]
fn since<T>(now: *const T, first: *const T) -> usize {
    (now.addr() - first.addr()) / size_of::<T>()
}

/// Notes the flaws of a block: of each line at least one.
#[cold]
pub fn note_flaws(list: &mut Vec<u32>, base: usize, mut flaws: u64, newline: u64) {
    while flaws != 0 {
        let place = flaws.trailing_zeros();
        list.push(base as u32 + place);
        let line_end = newline & (u64::MAX << place);
        if line_end == 0 {
            break;
        }
        flaws &= !(line_end ^ (line_end - 1));
    }
}
