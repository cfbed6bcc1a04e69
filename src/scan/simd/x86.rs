//! Masks by vector instructions of x86-64. The functions are safe inside a function that has the same instructions;
//! the two ways in check the processor first.

#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::{BLOCK, Masks, class, utf8};
use crate::scan::fast::{self, Found, Span, Trail};

/// Whether the processor has what the 256-bit version needs.
pub fn has_avx2() -> bool {
    is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("lzcnt")
        && is_x86_feature_detected!("popcnt")
        && is_x86_feature_detected!("pclmulqdq")
}

/// Whether the processor has what the 512-bit version needs.
pub fn has_avx512() -> bool {
    has_avx2() && is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw")
}

/// The block scanner with 256-bit vectors; without them it does nothing.
pub fn run_avx2(chunk: &[u8], trail: &mut Trail, line: &mut impl FnMut(Span, Option<&Found>)) -> usize {
    if !has_avx2() {
        return 0;
    }
    // SAFETY: the processor has every instruction set that the function asks for.
    unsafe { avx2(chunk, trail, line) }
}

/// The block scanner with 512-bit vectors; without them it does nothing.
pub fn run_avx512(chunk: &[u8], trail: &mut Trail, line: &mut impl FnMut(Span, Option<&Found>)) -> usize {
    if !has_avx512() {
        return 0;
    }
    // SAFETY: the processor has every instruction set that the function asks for.
    unsafe { avx512(chunk, trail, line) }
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt,pclmulqdq")]
fn avx2(chunk: &[u8], trail: &mut Trail, line: &mut impl FnMut(Span, Option<&Found>)) -> usize {
    let mut state = Avx2::new();
    fast::run(chunk, trail, line, |block| state.block(block), |bits| prefix_xor(bits))
}

#[target_feature(enable = "avx512f,avx512bw,avx2,bmi1,bmi2,lzcnt,popcnt,pclmulqdq")]
fn avx512(chunk: &[u8], trail: &mut Trail, line: &mut impl FnMut(Span, Option<&Found>)) -> usize {
    let mut state = Avx512::new();
    fast::run(chunk, trail, line, |block| state.block(block), |bits| prefix_xor(bits))
}

/// Bit `i` of the result is the exclusive or of bits 0 to `i`: a multiplication without carries by all ones.
#[inline]
#[target_feature(enable = "pclmulqdq")]
fn prefix_xor(bits: u64) -> u64 {
    let bits: __m128i = _mm_set_epi64x(0, bits.cast_signed());
    _mm_cvtsi128_si64(_mm_clmulepi64_si128(bits, _mm_set1_epi8(-1), 0)).cast_unsigned()
}

/// A table of sixteen bytes as a vector.
#[inline]
#[target_feature(enable = "sse2")]
fn table(bytes: &[u8; 16]) -> __m128i {
    // SAFETY: the reference is to 16 readable bytes, and the load asks for no alignment.
    unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
}

/// What the 512-bit version keeps from block to block.
pub(super) struct Avx512 {
    /// What may stand behind each byte of the block before.
    behind: __m512i,
    /// The block before.
    bytes: __m512i,
    /// Whether the block before may end inside a character.
    high: u64,
}

impl Avx512 {
    /// The start of a chunk.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    pub(super) fn new() -> Self {
        let behind = _mm512_set1_epi8(class::behind(class::NEWLINE).cast_signed());
        Self { behind, bytes: _mm512_setzero_si512(), high: 0 }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    pub(super) fn block(&mut self, block: &[u8; BLOCK]) -> Masks {
        // SAFETY: the reference is to 64 readable bytes, and the load asks for no alignment.
        let bytes: __m512i = unsafe { _mm512_loadu_si512(block.as_ptr().cast()) };
        let lookup = |of: &[u8; 16], index: __m512i| _mm512_shuffle_epi8(_mm512_broadcast_i32x4(table(of)), index);
        let half = _mm512_set1_epi8(0x0f);
        let upper = |bytes: __m512i| _mm512_and_si512(_mm512_srli_epi16::<4>(bytes), half);
        // A byte of 0x80 or more looks up nothing by its lower half, and so belongs to no class but the last.
        let named = _mm512_and_si512(lookup(&class::LOW_NIBBLE, bytes), lookup(&class::HIGH_NIBBLE, upper(bytes)));
        let scalar = _mm512_testn_epi8_mask(named, named);
        let class = _mm512_mask_mov_epi8(named, scalar, _mm512_set1_epi8(class::SCALAR.cast_signed()));
        let behind = _mm512_or_si512(
            lookup(&class::BEHIND_LOW, _mm512_and_si512(class, half)),
            lookup(&class::BEHIND_HIGH, upper(class)),
        );
        let misplaced = _mm512_testn_epi8_mask(shift_512::<15>(behind, self.behind), class);
        self.behind = behind;
        let is = |byte: u8| _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(byte.cast_signed()));
        let has = |class: u8| _mm512_test_epi8_mask(named, _mm512_set1_epi8(class.cast_signed()));
        let from_zero = _mm512_sub_epi8(bytes, _mm512_set1_epi8(b'0'.cast_signed()));
        let high = _mm512_movepi8_mask(bytes);
        let not_utf8 = if high | self.high == 0 { 0 } else { self.not_utf8(bytes) };
        self.bytes = bytes;
        // Only the last three bytes can begin a character that goes on behind the block.
        self.high = high >> 61;
        Masks {
            quote: has(class::QUOTE),
            backslash: is(b'\\'),
            open: has(class::OPEN),
            close: has(class::CLOSE),
            curly: _mm512_test_epi8_mask(bytes, _mm512_set1_epi8(0x20)),
            comma: has(class::COMMA),
            colon: has(class::COLON),
            newline: is(b'\n'),
            blank: has(class::BLANK),
            control: _mm512_cmplt_epu8_mask(bytes, _mm512_set1_epi8(0x20)),
            scalar,
            digit: _mm512_cmplt_epu8_mask(from_zero, _mm512_set1_epi8(10)),
            zero: is(b'0'),
            initial: is(b'R') | is(b'E'),
            misplaced,
            not_utf8,
        }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    fn not_utf8(&self, bytes: __m512i) -> u64 {
        let lookup = |of: &[u8; 16], index: __m512i| _mm512_shuffle_epi8(_mm512_broadcast_i32x4(table(of)), index);
        let half = _mm512_set1_epi8(0x0f);
        let upper = |bytes: __m512i| _mm512_and_si512(_mm512_srli_epi16::<4>(bytes), half);
        let before = shift_512::<15>(bytes, self.bytes);
        let pairs = _mm512_and_si512(
            _mm512_and_si512(
                lookup(&utf8::BEFORE_HIGH, upper(before)),
                lookup(&utf8::BEFORE_LOW, _mm512_and_si512(before, half)),
            ),
            lookup(&utf8::SELF_HIGH, upper(bytes)),
        );
        // The third byte of three and the third and fourth of four have to be second continuations.
        let third = _mm512_subs_epu8(shift_512::<14>(bytes, self.bytes), _mm512_set1_epi8(0x60));
        let fourth = _mm512_subs_epu8(shift_512::<13>(bytes, self.bytes), _mm512_set1_epi8(0x70));
        let due = _mm512_and_si512(_mm512_or_si512(third, fourth), _mm512_set1_epi8(-0x80));
        let wrong = _mm512_xor_si512(pairs, due);
        _mm512_test_epi8_mask(wrong, wrong)
    }
}

/// The bytes that stand `16 - KEEP` places before those of `now`.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn shift_512<const KEEP: i32>(now: __m512i, before: __m512i) -> __m512i {
    _mm512_alignr_epi8::<KEEP>(now, _mm512_alignr_epi32::<12>(now, before))
}

/// What the 256-bit version keeps from block to block.
pub(super) struct Avx2 {
    /// What may stand behind each byte of the half before.
    behind: __m256i,
    /// The half before.
    bytes: __m256i,
    /// Whether the block before may end inside a character.
    high: u64,
}

impl Avx2 {
    /// The start of a chunk.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub(super) fn new() -> Self {
        let behind = _mm256_set1_epi8(class::behind(class::NEWLINE).cast_signed());
        Self { behind, bytes: _mm256_setzero_si256(), high: 0 }
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    pub(super) fn block(&mut self, block: &[u8; BLOCK]) -> Masks {
        let (halves, _) = block.as_chunks::<32>();
        let [low, high] = halves else { return Masks::default() };
        // SAFETY: each reference is to 32 readable bytes, and the load asks for no alignment.
        let bytes: [__m256i; 2] =
            unsafe { [_mm256_loadu_si256(low.as_ptr().cast()), _mm256_loadu_si256(high.as_ptr().cast())] };
        let named = bytes.map(|half| named_256(half));
        let none = named.map(|half| _mm256_cmpeq_epi8(half, _mm256_setzero_si256()));
        let scalar_bit = splat(class::SCALAR);
        let class = [
            _mm256_or_si256(named[0], _mm256_and_si256(none[0], scalar_bit)),
            _mm256_or_si256(named[1], _mm256_and_si256(none[1], scalar_bit)),
        ];
        let behind = class.map(|half| behind_256(half));
        let allowed = [
            _mm256_and_si256(shift_256::<15>(behind[0], self.behind), class[0]),
            _mm256_and_si256(shift_256::<15>(behind[1], behind[0]), class[1]),
        ];
        self.behind = behind[1];
        let is = |byte: u8| pair(bytes.map(|half| _mm256_cmpeq_epi8(half, splat(byte))));
        let from_zero = bytes.map(|half| _mm256_sub_epi8(half, splat(b'0')));
        let high = pair(bytes);
        let not_utf8 = if high | self.high == 0 { 0 } else { self.not_utf8(bytes) };
        self.bytes = bytes[1];
        // Only the last three bytes can begin a character that goes on behind the block.
        self.high = high >> 61;
        Masks {
            quote: pair(named.map(|half| _mm256_slli_epi16::<3>(half))),
            backslash: is(b'\\'),
            open: pair(named.map(|half| _mm256_slli_epi16::<7>(half))),
            close: pair(named.map(|half| _mm256_slli_epi16::<6>(half))),
            curly: pair(bytes.map(|half| _mm256_slli_epi16::<2>(half))),
            comma: pair(named.map(|half| _mm256_slli_epi16::<5>(half))),
            colon: pair(named.map(|half| _mm256_slli_epi16::<4>(half))),
            newline: is(b'\n'),
            blank: pair(named.map(|half| _mm256_slli_epi16::<2>(half))),
            control: pair(bytes.map(|half| at_most(half, 0x1f))),
            scalar: pair(none),
            digit: pair(from_zero.map(|half| at_most(half, 9))),
            zero: is(b'0'),
            initial: pair(bytes.map(|half| {
                _mm256_or_si256(_mm256_cmpeq_epi8(half, splat(b'R')), _mm256_cmpeq_epi8(half, splat(b'E')))
            })),
            misplaced: pair(allowed.map(|half| _mm256_cmpeq_epi8(half, _mm256_setzero_si256()))),
            not_utf8,
        }
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn not_utf8(&self, bytes: [__m256i; 2]) -> u64 {
        pair([not_utf8_256(bytes[0], self.bytes), not_utf8_256(bytes[1], bytes[0])])
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn splat(byte: u8) -> __m256i {
    _mm256_set1_epi8(byte.cast_signed())
}

/// The top bits of the bytes of both halves.
#[inline]
#[target_feature(enable = "avx2")]
fn pair(halves: [__m256i; 2]) -> u64 {
    let [low, high] = halves.map(|half| u64::from(_mm256_movemask_epi8(half).cast_unsigned()));
    low | high << 32
}

#[inline]
#[target_feature(enable = "avx2")]
fn lookup_256(of: &[u8; 16], index: __m256i) -> __m256i {
    _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(table(of)), index)
}

#[inline]
#[target_feature(enable = "avx2")]
fn upper_256(bytes: __m256i) -> __m256i {
    _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), splat(0x0f))
}

#[inline]
#[target_feature(enable = "avx2")]
fn named_256(bytes: __m256i) -> __m256i {
    _mm256_and_si256(lookup_256(&class::LOW_NIBBLE, bytes), lookup_256(&class::HIGH_NIBBLE, upper_256(bytes)))
}

#[inline]
#[target_feature(enable = "avx2")]
fn behind_256(class: __m256i) -> __m256i {
    let low = lookup_256(&class::BEHIND_LOW, _mm256_and_si256(class, splat(0x0f)));
    _mm256_or_si256(low, lookup_256(&class::BEHIND_HIGH, upper_256(class)))
}

#[inline]
#[target_feature(enable = "avx2")]
fn at_most(bytes: __m256i, bound: u8) -> __m256i {
    _mm256_cmpeq_epi8(_mm256_min_epu8(bytes, splat(bound)), bytes)
}

/// The bytes that stand `16 - KEEP` places before those of `now`.
#[inline]
#[target_feature(enable = "avx2")]
fn shift_256<const KEEP: i32>(now: __m256i, before: __m256i) -> __m256i {
    _mm256_alignr_epi8::<KEEP>(now, _mm256_permute2x128_si256::<0x21>(before, now))
}

#[inline]
#[target_feature(enable = "avx2")]
fn not_utf8_256(bytes: __m256i, earlier: __m256i) -> __m256i {
    let before = shift_256::<15>(bytes, earlier);
    let pairs = _mm256_and_si256(
        _mm256_and_si256(
            lookup_256(&utf8::BEFORE_HIGH, upper_256(before)),
            lookup_256(&utf8::BEFORE_LOW, _mm256_and_si256(before, splat(0x0f))),
        ),
        lookup_256(&utf8::SELF_HIGH, upper_256(bytes)),
    );
    let third = _mm256_subs_epu8(shift_256::<14>(bytes, earlier), splat(0x60));
    let fourth = _mm256_subs_epu8(shift_256::<13>(bytes, earlier), splat(0x70));
    let due = _mm256_and_si256(_mm256_or_si256(third, fourth), splat(0x80));
    let wrong = _mm256_xor_si256(pairs, due);
    // All ones where something is wrong.
    let right = _mm256_cmpeq_epi8(wrong, _mm256_setzero_si256());
    _mm256_xor_si256(right, _mm256_set1_epi8(-1))
}

/// Fails when a tier that this processor has gives other masks. Of broken UTF-8 the tiers may blame different bytes
/// of a sequence and those next to it, but they find it in the same stretch of ASCII to ASCII.
#[cfg(test)]
pub fn assert_like_portable(blocks: &[[u8; BLOCK]]) {
    let mut portable = super::portable::Classifier::new();
    let expected: Vec<_> = blocks.iter().map(|block| portable.block(block)).collect();
    let check = |tier: &str, found: Vec<Masks>| {
        let utf8 = |masks: &[Masks]| masks.iter().any(|masks| masks.not_utf8 != 0);
        assert_eq!(utf8(&found), utf8(&expected), "{tier}");
        for (place, (found, expected)) in found.iter().zip(&expected).enumerate() {
            assert_eq!(
                Masks { not_utf8: 0, ..*found },
                Masks { not_utf8: 0, ..*expected },
                "{tier} {:?}",
                blocks[place]
            );
        }
    };
    if has_avx2() {
        // SAFETY: the processor has AVX2.
        let mut state = unsafe { Avx2::new() };
        // SAFETY: as above.
        check("avx2", blocks.iter().map(|block| unsafe { state.block(block) }).collect());
    }
    if has_avx512() {
        // SAFETY: the processor has AVX-512F and BW.
        let mut state = unsafe { Avx512::new() };
        // SAFETY: as above.
        check("avx512", blocks.iter().map(|block| unsafe { state.block(block) }).collect());
    }
}
