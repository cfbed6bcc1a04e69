//! Tokens by 512-bit vectors with byte masks, byte permutations and compression: one vector a block.

#![allow(unsafe_code)]

use std::arch::asm;
use std::arch::x86_64::*;

use super::class::{BARE, BLOCK, CLASSES, CODE, ESCAPABLE, ESCAPES, HEX, KEY, ODD, SINGLE};
use super::lex::{self, BEFORE, Carry, Lexed, Masks, Near, Quotes, Steps, Strings};
use super::tokens::{Offset, Tail, Tokens};
use super::utf8;
use super::vector::{prefix_xor, table};

/// The places of a block.
const PLACES: [u8; BLOCK] = {
    let mut places = [0; BLOCK];
    let mut place = 0;
    while place < BLOCK {
        places[place] = place as u8;
        place += 1;
    }
    places
};

/// Numbers in a vector: few blocks have more marks or odd places.
const WIDTH: usize = 16;

/// Finds the tokens of a stretch of the chunk.
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,avx512vbmi2,avx2,bmi1,bmi2,lzcnt,popcnt,pclmulqdq")]
pub fn lex(chunk: &[u8], range: (usize, usize), carry: &mut Carry, out: &mut Tokens) {
    let classes = Table::new(&CLASSES);
    let places = whole(&PLACES);
    let steps = Steps {
        quotes: |near: &Near| quotes(near, &classes),
        backslash: |near: &Near| bits(_mm512_cmpeq_epi8_mask(at::<0>(near), splat(b'\\'))),
        prefix_xor: |bits| prefix_xor(bits),
        flaws: |near: &Near, strings: &Strings| flaws(near, strings),
        masks: |near: &Near, class| masks(near, class),
        write: |tail: &mut Tail, _: &Near, class, base, lexed: &Lexed| write(tail, class, base, lexed, places),
    };
    lex::lex(chunk, range, carry, out, steps);
}

/// The first 128 entries of a table of bytes.
struct Table(__m512i, __m512i);

impl Table {
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    fn new(bytes: &[u8; 256]) -> Self {
        let (quarters, _) = bytes.as_chunks::<BLOCK>();
        match quarters {
            [low, high, ..] => Self(whole(low), whole(high)),
            _ => Self(_mm512_setzero_si512(), _mm512_setzero_si512()),
        }
    }

    /// What the table holds for the lower seven bits of each byte.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
    fn of(&self, bytes: __m512i) -> __m512i {
        _mm512_permutex2var_epi8(self.0, bytes, self.1)
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn whole(bytes: &[u8; BLOCK]) -> __m512i {
    // SAFETY: the reference is to 64 readable bytes, and the load asks for no alignment.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
}

/// The bytes so many places before or behind those of the block.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn at<const OFFSET: isize>(near: &Near) -> __m512i {
    const { assert!(OFFSET >= -(BEFORE as isize) && OFFSET <= lex::BEHIND as isize) }
    // SAFETY: by the assertion 64 bytes can be read from there on, and the load asks for no alignment.
    unsafe { _mm512_loadu_si512(near.as_ptr().offset(BEFORE as isize + OFFSET).cast()) }
}

/// A mask as a number. Left to itself, the compiler moves masks through memory.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn bits(mask: __mmask64) -> u64 {
    let bits;
    // SAFETY: it moves a register and does nothing else.
    unsafe { asm!("kmovq {}, {}", out(reg) bits, in(kreg) mask, options(pure, nomem, nostack, preserves_flags)) };
    bits
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn splat(byte: u8) -> __m512i {
    _mm512_set1_epi8(byte.cast_signed())
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn quotes(near: &Near, classes: &Table) -> (Quotes, __m512i) {
    let bytes = at::<0>(near);
    let class = classes.of(bytes);
    let quotes = Quotes {
        quote: bits(_mm512_cmpeq_epi8_mask(bytes, splat(b'"'))),
        newline: bits(_mm512_cmpeq_epi8_mask(bytes, splat(b'\n'))),
        is_unusual: bits(_mm512_movepi8_mask(_mm512_or_si512(bytes, class))) != 0,
    };
    (quotes, class)
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn masks(near: &Near, class: __m512i) -> Masks {
    let long = _mm512_cmpeq_epi8_mask(at::<-9>(near), splat(b'R'));
    let long = _mm512_mask_cmpeq_epi8_mask(long, at::<-10>(near), splat(b'"'));
    let short = _mm512_cmpeq_epi8_mask(at::<-5>(near), splat(b'E'));
    let short = _mm512_mask_cmpeq_epi8_mask(short, at::<-6>(near), splat(b'"'));
    Masks {
        single: bits(_mm512_test_epi8_mask(class, splat(SINGLE))),
        bare: bits(_mm512_test_epi8_mask(class, splat(BARE))),
        odd: bits(_mm512_test_epi8_mask(class, splat(ODD))),
        zero: bits(_mm512_cmpeq_epi8_mask(at::<0>(near), splat(b'0'))),
        before_colon: bits(_mm512_cmpeq_epi8_mask(at::<1>(near), splat(b':'))),
        named: bits(long | short),
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,avx512vbmi2,popcnt")]
fn write(tail: &mut Tail, class: __m512i, base: usize, lexed: &Lexed, places: __m512i) {
    let codes = _mm512_mask_mov_epi8(_mm512_and_si512(class, splat(CODE)), lexed.keys, splat(KEY));
    let codes = _mm512_maskz_compress_epi8(lexed.tokens, codes);
    // SAFETY: there is room for what is left of the group and a block more; the store asks for no alignment.
    unsafe { _mm512_storeu_si512(tail.codes.cast(), codes) };
    tail.codes = tail.codes.wrapping_add(lexed.tokens.count_ones() as usize);
    // SAFETY: each list has room for what is left of the group and a block more.
    unsafe {
        tail.marks = append(tail.marks, base, lexed.marks, places);
        tail.odds = append(tail.odds, base, lexed.odds, places);
    }
}

/// Writes the places of the set bits, and gives the place behind them.
///
/// # Safety
///
/// A block of numbers can be written to `list`.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi2,popcnt")]
unsafe fn append(list: *mut Offset, base: usize, bits: u64, places: __m512i) -> *mut Offset {
    let count = bits.count_ones() as usize;
    let places = _mm512_maskz_compress_epi8(bits, places);
    let first = _mm256_cvtepu8_epi16(_mm512_castsi512_si128(places));
    // SAFETY: by the caller, 64 numbers can be written; the stores ask for no alignment.
    unsafe {
        _mm256_storeu_si256(list.cast(), _mm256_add_epi16(first, _mm256_set1_epi16(base as i16)));
        if count > WIDTH {
            let base = _mm512_set1_epi16(base as i16);
            let wide = |places: __m256i| _mm512_add_epi16(_mm512_cvtepu8_epi16(places), base);
            _mm512_storeu_si512(list.cast(), wide(_mm512_castsi512_si256(places)));
            _mm512_storeu_si512(list.add(2 * WIDTH).cast(), wide(_mm512_extracti64x4_epi64::<1>(places)));
        }
    }
    list.wrapping_add(count)
}

/// Which bytes are wrong, and which of the last three may begin a character that goes on behind the block. Apart, since
/// most blocks need the registers otherwise.
#[inline(never)]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn flaws(near: &Near, strings: &Strings) -> (u64, u64) {
    let bytes = at::<0>(near);
    let high = bits(_mm512_movepi8_mask(bytes));
    let control = bits(_mm512_cmplt_epu8_mask(bytes, splat(0x20)));
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
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn escapes(near: &Near, escaped: u64) -> u64 {
    let table = Table::new(&ESCAPES);
    let is = |bytes: __m512i, of: u8| {
        bits(_mm512_test_epi8_mask(table.of(bytes), splat(of))) & !bits(_mm512_movepi8_mask(bytes))
    };
    let wrong = escaped & !is(at::<0>(near), ESCAPABLE);
    let long = escaped & bits(_mm512_cmpeq_epi8_mask(at::<0>(near), splat(b'u')));
    if long == 0 {
        return wrong;
    }
    let hex = is(at::<1>(near), HEX) & is(at::<2>(near), HEX) & is(at::<3>(near), HEX) & is(at::<4>(near), HEX);
    let zeros = bits(_mm512_cmpeq_epi8_mask(at::<1>(near), splat(b'0')))
        & bits(_mm512_cmpeq_epi8_mask(at::<2>(near), splat(b'0')));
    let letters = bits(_mm512_cmplt_epu8_mask(_mm512_sub_epi8(at::<3>(near), splat(b'4')), splat(4)));
    wrong | long & (!hex | zeros & letters)
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn not_utf8(near: &Near) -> u64 {
    let lookup = |of: &[u8; 16], index: __m512i| _mm512_shuffle_epi8(_mm512_broadcast_i32x4(table(of)), index);
    let half = splat(0x0f);
    let upper = |bytes: __m512i| _mm512_and_si512(_mm512_srli_epi16::<4>(bytes), half);
    let before = at::<-1>(near);
    let pairs = _mm512_and_si512(
        _mm512_and_si512(
            lookup(&utf8::BEFORE_HIGH, upper(before)),
            lookup(&utf8::BEFORE_LOW, _mm512_and_si512(before, half)),
        ),
        lookup(&utf8::SELF_HIGH, upper(at::<0>(near))),
    );
    // The third byte of three and the third and fourth of four have to be second continuations.
    let third = _mm512_subs_epu8(at::<-2>(near), splat(0x60));
    let fourth = _mm512_subs_epu8(at::<-3>(near), splat(0x70));
    let due = _mm512_and_si512(_mm512_or_si512(third, fourth), splat(0x80));
    let wrong = _mm512_xor_si512(pairs, due);
    bits(_mm512_test_epi8_mask(wrong, wrong))
}
