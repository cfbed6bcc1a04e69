//! Blocks of 64 bytes as bit masks: the portable version is the specification, the vector versions are held to it.
//! It knows characters, not JSON.

mod class;
mod portable;
mod utf8;
#[cfg(target_arch = "x86_64")]
mod x86;

use super::fast::{self, Found, Span, Trail};

/// Bytes in a block; bit `i` of a mask belongs to byte `i`.
pub const BLOCK: usize = 64;

/// Which bytes of a block are what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Masks {
    /// `"`
    pub quote: u64,
    /// `\`
    pub backslash: u64,
    /// `{` and `[`
    pub open: u64,
    /// `}` and `]`
    pub close: u64,
    /// Of the brackets the curly ones; other bits are arbitrary.
    pub curly: u64,
    /// `,`
    pub comma: u64,
    /// `:`
    pub colon: u64,
    /// LF
    pub newline: u64,
    /// The blank.
    pub blank: u64,
    /// Bytes below 0x20.
    pub control: u64,
    /// Bytes of no class of their own.
    pub scalar: u64,
    /// `0` to `9`
    pub digit: u64,
    /// `0`
    pub zero: u64,
    /// `R` and `E`, the first letters of the keys of a response object that count.
    pub initial: u64,
    /// Bytes whose class may not stand behind that of the byte before; means something outside of strings only.
    pub misplaced: u64,
    /// Bytes that break a sequence of UTF-8, or follow one that is broken.
    pub not_utf8: u64,
}

/// Which instructions the block scanner may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// Arithmetic on 64-bit words; runs everywhere.
    Portable,
    /// 256-bit vectors.
    Avx2,
    /// 512-bit vectors with byte masks.
    Avx512,
}

impl Tier {
    /// Every tier, slowest first.
    pub const ALL: [Self; 3] = [Self::Portable, Self::Avx2, Self::Avx512];

    /// The word that a setting uses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }

    /// The tier of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| tier.as_str() == name)
    }

    /// Whether this processor has the instructions.
    #[must_use]
    pub fn is_available(self) -> bool {
        match self {
            Self::Portable => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => x86::has_avx2(),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => x86::has_avx512(),
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Avx512 => false,
        }
    }

    /// The best tier of this processor.
    #[must_use]
    pub fn best() -> Self {
        Self::ALL.into_iter().rev().find(|tier| tier.is_available()).unwrap_or(Self::Portable)
    }
}

/// Runs the block scanner over a chunk in a tier and gives the number of LF; one that the processor lacks falls back to the portable version.
pub fn run(tier: Tier, chunk: &[u8], trail: &mut Trail, line: &mut impl FnMut(Span, Option<&Found>)) -> usize {
    match tier {
        #[cfg(target_arch = "x86_64")]
        Tier::Avx512 if x86::has_avx512() => x86::run_avx512(chunk, trail, line),
        #[cfg(target_arch = "x86_64")]
        Tier::Avx2 if x86::has_avx2() => x86::run_avx2(chunk, trail, line),
        _ => {
            let mut state = portable::Classifier::new();
            fast::run(chunk, trail, line, |block| state.block(block), portable::prefix_xor)
        }
    }
}

#[cfg(test)]
mod tests;
