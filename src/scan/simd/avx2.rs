//! Tokens by 256-bit vectors: two halves a block, and masks through the top bits of their bytes.

#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::class::{BLOCK, SCALAR};
use super::lex::{self, BEFORE, Carry, Lexed, Masks, Near, Quotes, Steps, Strings};
use super::nibbles::{self, Nibbles};
use super::skip::{self, Brackets};
use super::tokens::{Offset, Tail, Tokens};
use super::utf8;
use super::vector::{prefix_xor, table};

/// Finds the tokens of a stretch of the chunk.
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt,pclmulqdq")]
pub fn lex(chunk: &[u8], range: (usize, usize), carry: &mut Carry, out: &mut Tokens) {
    let steps = Steps {
        quotes: |near: &Near| (quotes(near), ()),
        backslash: |near: &Near| at::<0>(near).are(b'\\'),
        prefix_xor: |bits| prefix_xor(bits),
        flaws: |near: &Near, strings: &Strings| flaws(near, strings),
        masks: |near: &Near, ()| masks(near),
        write: |tail: &mut Tail, near: &Near, (), base, lexed: &Lexed| write(tail, near, base, lexed),
    };
    lex::lex(chunk, range, carry, out, steps);
}

/// The place after a container of a valid text.
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt,pclmulqdq")]
pub fn container_end(text: &[u8], at: usize) -> usize {
    let brackets = |block: &[u8; BLOCK]| {
        let bytes = pair(block);
        // The one bit in which square brackets differ from curly ones.
        let curly = bytes.map(|half| _mm256_or_si256(half, splat(0x20)));
        Brackets { quote: bytes.are(b'"'), backslash: bytes.are(b'\\'), open: curly.are(b'{'), close: curly.are(b'}') }
    };
    skip::in_blocks(text, at, brackets, |bits| prefix_xor(bits))
}

/// The halves of 64 bytes.
#[inline]
#[target_feature(enable = "avx2")]
fn pair(block: &[u8; BLOCK]) -> Pair {
    // SAFETY: the block has 64 bytes, and the loads ask for no alignment.
    unsafe { Pair(_mm256_loadu_si256(block.as_ptr().cast()), _mm256_loadu_si256(block.as_ptr().add(32).cast())) }
}

/// The two halves of a block.
#[derive(Clone, Copy)]
struct Pair(__m256i, __m256i);

impl Pair {
    #[inline]
    #[target_feature(enable = "avx2")]
    fn map(self, map: impl Fn(__m256i) -> __m256i) -> Self {
        Self(map(self.0), map(self.1))
    }

    /// Which bytes have their top bit set.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn bits(self) -> u64 {
        let low = _mm256_movemask_epi8(self.0).cast_unsigned();
        let high = _mm256_movemask_epi8(self.1).cast_unsigned();
        u64::from(low) | u64::from(high) << 32
    }

    /// Which bytes are this one.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn are(self, byte: u8) -> u64 {
        self.map(|half| _mm256_cmpeq_epi8(half, splat(byte))).bits()
    }

    /// Which bytes have none of these bits.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn lack(self, of: u8) -> u64 {
        self.map(|half| _mm256_cmpeq_epi8(_mm256_and_si256(half, splat(of)), _mm256_setzero_si256())).bits()
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn splat(byte: u8) -> __m256i {
    _mm256_set1_epi8(byte.cast_signed())
}

/// The bytes so many places before or behind those of the block.
#[inline]
#[target_feature(enable = "avx2")]
fn at<const OFFSET: isize>(near: &Near) -> Pair {
    const { assert!(OFFSET >= -(BEFORE as isize) && OFFSET <= lex::BEHIND as isize) }
    // SAFETY: by the assertion 64 bytes can be read from there on, and the loads ask for no alignment.
    unsafe {
        let start = near.as_ptr().offset(BEFORE as isize + OFFSET);
        Pair(_mm256_loadu_si256(start.cast()), _mm256_loadu_si256(start.add(32).cast()))
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn lookup(of: &[u8; 16], index: __m256i) -> __m256i {
    _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(table(of)), index)
}

#[inline]
#[target_feature(enable = "avx2")]
fn upper(bytes: __m256i) -> __m256i {
    _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), splat(0x0f))
}

/// The bits of each byte; 0 for those of 0x80 and more.
#[inline]
#[target_feature(enable = "avx2")]
fn groups(bytes: Pair, of: &Nibbles) -> Pair {
    bytes.map(|half| _mm256_and_si256(lookup(&of.low, half), lookup(&of.high, upper(half))))
}

#[inline]
#[target_feature(enable = "avx2")]
fn quotes(near: &Near) -> Quotes {
    let bytes = at::<0>(near);
    let newline = bytes.map(|half| _mm256_cmpeq_epi8(half, splat(b'\n')));
    // As signed numbers, bytes of 0x80 and more are below 0x20 too.
    let unusual = |half: __m256i, newline: __m256i| {
        let low = _mm256_andnot_si256(newline, _mm256_cmpgt_epi8(splat(0x20), half));
        _mm256_or_si256(low, _mm256_cmpeq_epi8(half, splat(b'\\')))
    };
    let unusual = _mm256_or_si256(unusual(bytes.0, newline.0), unusual(bytes.1, newline.1));
    Quotes { quote: bytes.are(b'"'), newline: newline.bits(), is_unusual: _mm256_movemask_epi8(unusual) != 0 }
}

#[inline]
#[target_feature(enable = "avx2")]
fn masks(near: &Near) -> Masks {
    let bytes = at::<0>(near);
    let group = groups(bytes, &nibbles::CLASS);
    let (from, quoted) = (at::<-9>(near), at::<-10>(near));
    let long = Pair(both(from.0, b'R', quoted.0), both(from.1, b'R', quoted.1));
    let (from, quoted) = (at::<-5>(near), at::<-6>(near));
    let short = Pair(both(from.0, b'E', quoted.0), both(from.1, b'E', quoted.1));
    Masks {
        single: !group.lack(nibbles::SINGLE),
        bare: group.lack(!nibbles::DIGIT),
        odd: group.are(0),
        zero: bytes.are(b'0'),
        before_colon: at::<1>(near).are(b':'),
        named: Pair(_mm256_or_si256(long.0, short.0), _mm256_or_si256(long.1, short.1)).bits(),
    }
}

/// All ones where one vector has a byte and another one a quote.
#[inline]
#[target_feature(enable = "avx2")]
fn both(from: __m256i, byte: u8, quoted: __m256i) -> __m256i {
    _mm256_and_si256(_mm256_cmpeq_epi8(from, splat(byte)), _mm256_cmpeq_epi8(quoted, splat(b'"')))
}

/// The code of each byte, if a token stands there.
#[inline]
#[target_feature(enable = "avx2")]
fn token_codes(near: &Near) -> Pair {
    let bytes = at::<0>(near);
    let group = groups(bytes, &nibbles::CLASS);
    let codes = |bytes: __m256i, group: __m256i| {
        let single = lookup(&nibbles::CODES, bytes);
        // Of the brackets, the square ones lack a bit that the curly ones have.
        let square = _mm256_cmpeq_epi8(_mm256_and_si256(bytes, splat(0x20)), _mm256_setzero_si256());
        let array = _mm256_and_si256(square, lookup(&nibbles::ARRAY, bytes));
        let bare = _mm256_cmpeq_epi8(_mm256_and_si256(group, splat(!nibbles::DIGIT)), _mm256_setzero_si256());
        _mm256_blendv_epi8(_mm256_add_epi8(single, array), splat(SCALAR), bare)
    };
    Pair(codes(bytes.0, group.0), codes(bytes.1, group.1))
}

/// A one in every byte.
const EACH: u64 = 0x0101_0101_0101_0101;

#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn write(tail: &mut Tail, near: &Near, base: usize, lexed: &Lexed) {
    let mut codes = [0_u64; 8];
    let pair = token_codes(near);
    // SAFETY: the array is of 64 writable bytes, and the stores ask for no alignment.
    unsafe {
        _mm256_storeu_si256(codes.as_mut_ptr().cast(), pair.0);
        _mm256_storeu_si256(codes.as_mut_ptr().add(4).cast(), pair.1);
    }
    for (group, codes) in codes.into_iter().enumerate() {
        let byte = |bits: u64| (bits >> (8 * group)) & 0xff;
        // One bit a byte, as the lowest one of that byte.
        let keys = _pdep_u64(byte(lexed.keys), EACH);
        let tokens = _pdep_u64(byte(lexed.tokens), EACH);
        let codes = _pext_u64(codes + keys, (tokens << 8).wrapping_sub(tokens));
        // SAFETY: there is room for what is left of the group and a block more; the store asks for no alignment.
        unsafe { tail.codes.cast::<u64>().write_unaligned(codes) };
        tail.codes = tail.codes.wrapping_add(tokens.count_ones() as usize);
    }
    // SAFETY: each list has room for what is left of the group and a block more.
    unsafe {
        tail.marks = append(tail.marks, base, lexed.marks);
        tail.odds = append(tail.odds, base, lexed.odds);
    }
}

/// Writes the places of the set bits, and gives the place behind them.
///
/// # Safety
///
/// A block of numbers can be written to `list`.
#[inline]
#[target_feature(enable = "bmi1,popcnt")]
unsafe fn append(list: *mut Offset, base: usize, mut bits: u64) -> *mut Offset {
    let mut next = list;
    while bits != 0 {
        // SAFETY: by the caller, a number for each bit can be written.
        unsafe { next.write((base as u32 | bits.trailing_zeros()) as Offset) };
        next = next.wrapping_add(1);
        bits &= bits - 1;
    }
    next
}

/// Which bytes are wrong, and which of the last three may begin a character that goes on behind the block. Apart, since
/// most blocks need the registers otherwise.
#[inline(never)]
#[target_feature(enable = "avx2")]
fn flaws(near: &Near, strings: &Strings) -> (u64, u64) {
    let bytes = at::<0>(near);
    let high = bytes.bits();
    let control = bytes.map(|half| _mm256_cmpeq_epi8(_mm256_min_epu8(half, splat(0x1f)), half)).bits();
    let mut wrong = control & strings.inside | high & !strings.inside;
    if high | strings.high != 0 {
        wrong |= not_utf8(near);
    }
    if strings.escaped != 0 {
        wrong |= escapes(near, strings.escaped);
    }
    (wrong, high >> 61)
}

/// Which of the bytes behind backslashes are wrong, or may spell a key that counts.
#[inline]
#[target_feature(enable = "avx2")]
fn escapes(near: &Near, escaped: u64) -> u64 {
    let bytes = at::<0>(near);
    let wrong = escaped & groups(bytes, &nibbles::ESCAPE).lack(nibbles::ESCAPABLE);
    let long = escaped & bytes.are(b'u');
    if long == 0 {
        return wrong;
    }
    let no_hex = |bytes: Pair| groups(bytes, &nibbles::ESCAPE).lack(nibbles::HEX);
    let no_hex = no_hex(at::<1>(near)) | no_hex(at::<2>(near)) | no_hex(at::<3>(near)) | no_hex(at::<4>(near));
    let zeros = at::<1>(near).are(b'0') & at::<2>(near).are(b'0');
    // `4` to `7` differ in their two lowest bits.
    let letters = at::<3>(near).map(|half| _mm256_and_si256(half, splat(!3))).are(b'4');
    wrong | long & (no_hex | zeros & letters)
}

#[inline]
#[target_feature(enable = "avx2")]
fn not_utf8(near: &Near) -> u64 {
    let (now, one, two, three) = (at::<0>(near), at::<-1>(near), at::<-2>(near), at::<-3>(near));
    let half = |now: __m256i, one: __m256i, two: __m256i, three: __m256i| {
        let pairs = _mm256_and_si256(
            _mm256_and_si256(
                lookup(&utf8::BEFORE_HIGH, upper(one)),
                lookup(&utf8::BEFORE_LOW, _mm256_and_si256(one, splat(0x0f))),
            ),
            lookup(&utf8::SELF_HIGH, upper(now)),
        );
        // The third byte of three and the third and fourth of four have to be second continuations.
        let third = _mm256_subs_epu8(two, splat(0x60));
        let fourth = _mm256_subs_epu8(three, splat(0x70));
        let due = _mm256_and_si256(_mm256_or_si256(third, fourth), splat(0x80));
        _mm256_cmpeq_epi8(_mm256_xor_si256(pairs, due), _mm256_setzero_si256())
    };
    !Pair(half(now.0, one.0, two.0, three.0), half(now.1, one.1, two.1, three.1)).bits()
}
