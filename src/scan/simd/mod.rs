//! Bytes become tokens: brackets, commas, keys, strings, numbers and literals, line ends, in blocks of 64 bytes. The
//! portable version is the specification, the vector versions are held to it. It knows where tokens are and which bytes
//! spoil a line whatever stands around them, not what may follow what.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod class;
mod lex;
#[cfg(target_arch = "x86_64")]
mod nibbles;
mod plain;
mod portable;
mod skip;
mod tokens;
#[cfg(target_arch = "x86_64")]
mod utf8;
#[cfg(target_arch = "x86_64")]
mod vector;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use class::{BLOCK, CLOSE_ARRAY, CLOSE_OBJECT, COMMA, KEY, LINE, NOTHING, OPEN_ARRAY, OPEN_OBJECT, SCALAR, STRING};
pub use plain::{plain_end, plain_string, scalar_end};
pub use skip::string_end;
use tokens::GROUP_BYTES;
pub use tokens::{Offset, Tokens};

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

/// Finds the tokens of a chunk, group by group.
#[derive(Debug)]
pub struct Lexer<'c> {
    chunk: &'c [u8],
    at: usize,
    tier: Tier,
    state: portable::State,
    carry: lex::Carry,
}

impl<'c> Lexer<'c> {
    /// The start of a chunk, which is the start of a line. A tier that the processor lacks falls back to the portable
    /// version.
    pub fn new(chunk: &'c [u8], tier: Tier) -> Self {
        let tier = if tier.is_available() { tier } else { Tier::Portable };
        Self { chunk, at: 0, tier, state: portable::State::default(), carry: lex::Carry::default() }
    }

    /// Appends the tokens of the next group, and tells where it ends when there was one.
    pub fn group(&mut self, out: &mut Tokens) -> Option<usize> {
        let range = (self.at, self.chunk.len().min(self.at + GROUP_BYTES));
        if range.0 == range.1 {
            return None;
        }
        out.begin_group(range);
        match self.tier {
            #[cfg(target_arch = "x86_64")]
            Tier::Avx512 => x86::lex_avx512(self.chunk, range, &mut self.carry, out),
            #[cfg(target_arch = "x86_64")]
            Tier::Avx2 => x86::lex_avx2(self.chunk, range, &mut self.carry, out),
            _ => portable::lex(self.chunk, range, &mut self.state, out),
        }
        self.at = range.1;
        Some(range.1)
    }
}

/// The place after the container whose bracket stands at `at`, in a text that is valid JSON; the end of the text when it has
/// none. On other texts the place is wrong, and still not after the end.
#[inline]
pub fn container_end(text: &[u8], at: usize) -> usize {
    #[cfg(target_arch = "x86_64")]
    if text.len().saturating_sub(at) >= BLOCK && x86::has_avx2() {
        return x86::container_end(text, at);
    }
    skip::portable(text, at, 0)
}

#[cfg(test)]
mod tests;
