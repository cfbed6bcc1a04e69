//! The keys around a response object as they stood in an earlier line: logs say the same over and over, so that a comparison
//! tells what a key means. It walks through no line.

use super::span::Span;
use crate::profile::names;

/// How many keys of a line are kept.
pub const KEYS_MAX: usize = 64;

/// What a key around the response object means.
#[derive(Clone, Copy, Debug)]
pub enum Meaning {
    /// It is on the way to the response object.
    OnWay,
    /// It names context, or an object that may hold some, or neither; and the numbers of those who ask for it, as bits.
    Context(names::Meaning, u64),
}

/// A key as it stood at some place of an earlier line.
#[derive(Debug)]
pub struct Key {
    /// How it is written.
    pub word: Word,
    /// How many objects are open around its own.
    pub level: usize,
    /// What it means there.
    pub meaning: Meaning,
}

/// A key of at most sixteen bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    bytes: u128,
    /// Bytes of the key.
    pub length: usize,
}

impl Word {
    /// The key, unless it is longer or the chunk ends too early behind it.
    #[inline(always)]
    pub fn of(chunk: &[u8], key: Span) -> Option<Self> {
        let length = key.end - key.start;
        let bytes = u128::from_le_bytes(*chunk.get(key.start..)?.first_chunk()?);
        let beyond = 16_usize.checked_sub(length)?;
        // In two steps, since no shift takes all bits away.
        Some(Self { bytes: bytes << (4 * beyond) << (4 * beyond), length })
    }
}
