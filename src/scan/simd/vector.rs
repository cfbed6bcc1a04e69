//! What the vector versions share. The functions are safe inside a function that has the same instructions.

#![allow(unsafe_code)]

use std::arch::x86_64::*;

/// Bit `i` of the result is the exclusive or of bits 0 to `i`: a multiplication without carries by all ones.
#[inline]
#[target_feature(enable = "pclmulqdq")]
pub(super) fn prefix_xor(bits: u64) -> u64 {
    let bits: __m128i = _mm_set_epi64x(0, bits.cast_signed());
    _mm_cvtsi128_si64(_mm_clmulepi64_si128(bits, _mm_set1_epi8(-1), 0)).cast_unsigned()
}

/// A table of sixteen bytes as a vector.
#[inline]
#[target_feature(enable = "sse2")]
pub(super) fn table(bytes: &[u8; 16]) -> __m128i {
    // SAFETY: the reference is to 16 readable bytes, and the load asks for no alignment.
    unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
}
