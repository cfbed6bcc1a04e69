//! The ways into the vector versions, which check the processor first.

#![allow(unsafe_code)]

use super::lex::Carry;
use super::tokens::Tokens;
use super::{avx2, avx512};

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
    has_avx2()
        && is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vbmi")
        && is_x86_feature_detected!("avx512vbmi2")
}

/// The place after a container with 256-bit vectors, as [`super::container_end`] has it.
///
/// # Panics
///
/// When the processor has not what [`has_avx2`] asks for.
pub fn container_end(text: &[u8], at: usize) -> usize {
    assert!(has_avx2(), "this processor has no AVX2");
    // SAFETY: the processor has every instruction set that the function asks for.
    unsafe { avx2::container_end(text, at) }
}

/// The tokens of a stretch with 256-bit vectors.
///
/// # Panics
///
/// When the processor has not what [`has_avx2`] asks for.
pub fn lex_avx2(chunk: &[u8], range: (usize, usize), carry: &mut Carry, out: &mut Tokens) {
    assert!(has_avx2(), "this processor has no AVX2");
    // SAFETY: the processor has every instruction set that the function asks for.
    unsafe { avx2::lex(chunk, range, carry, out) }
}

/// The tokens of a stretch with 512-bit vectors.
///
/// # Panics
///
/// When the processor has not what [`has_avx512`] asks for.
pub fn lex_avx512(chunk: &[u8], range: (usize, usize), carry: &mut Carry, out: &mut Tokens) {
    assert!(has_avx512(), "this processor has no AVX-512");
    // SAFETY: the processor has every instruction set that the function asks for.
    unsafe { avx512::lex(chunk, range, carry, out) }
}
