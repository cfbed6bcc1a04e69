//! The counts of a histogram as bytes, in version 2 of HdrHistogram's own form, read and written without making a histogram
//! of them. The crate of that name is what this is compared with in tests.
//!
//! Forty bytes come first, big-endian: what it is, how many bytes follow the forty, an offset, the digits, the lowest and the
//! highest value, a ratio. Then numbers follow: the count of each cell, or below zero how many cells are empty.

use super::bounds::COUNT_MAX;

/// What every histogram of version 2 begins with.
const COOKIE: u32 = 0x1c84_9313;
/// How many bytes come before the counts.
const HEADER_BYTES: usize = 40;

/// The bytes of a histogram of values from 1 on that tells `digits` digits apart. `counts` are those of the cells that hold any, sorted;
/// `highest` is the highest value that it has room for.
#[must_use]
pub fn encode(digits: u8, highest: u64, counts: &[(usize, u64)]) -> Vec<u8> {
    let mut body = Vec::with_capacity(3 * counts.len());
    let mut next = 0;
    for &(cell, count) in counts {
        match cell - next {
            0 => {}
            1 => write(0, &mut body),
            empty => write(2 * empty as u64 - 1, &mut body),
        }
        write(2 * count, &mut body);
        next = cell + 1;
    }
    let mut bytes = Vec::with_capacity(HEADER_BYTES + body.len());
    for word in [COOKIE, body.len() as u32, 0, u32::from(digits)] {
        bytes.extend_from_slice(&word.to_be_bytes());
    }
    for word in [1, highest, 1.0_f64.to_bits()] {
        bytes.extend_from_slice(&word.to_be_bytes());
    }
    bytes.extend_from_slice(&body);
    bytes
}

/// The last cell that holds any call, of bytes that are exactly what [`encode`] writes: with the highest value that
/// `highest` gives for that cell, and no more calls than there can be. None of others.
#[must_use]
pub fn last(digits: u8, highest: impl Fn(usize) -> u64, bytes: &[u8]) -> Option<usize> {
    let (header, body) = bytes.split_at_checked(HEADER_BYTES)?;
    let mut rest = body;
    let (mut cells, mut calls) = (0_u64, 0_u64);
    let mut is_after_empty = false;
    while !rest.is_empty() {
        if let Some(counts) = several(&mut rest) {
            calls = calls.saturating_add(counts.into_iter().map(u64::from).sum());
            cells = cells.saturating_add(SEVERAL as u64);
            is_after_empty = false;
            continue;
        }
        let number = read(&mut rest)?;
        let count = count(number);
        if count > 0 {
            calls = calls.saturating_add(count);
            cells = cells.saturating_add(1);
        } else if is_after_empty || rest.is_empty() || number == 1 {
            // One number is all empty cells between two that hold any, and none comes after the last of those.
            return None;
        } else {
            cells = cells.saturating_add(empty(number));
        }
        is_after_empty = count == 0;
    }
    if calls > COUNT_MAX || cells > CELLS_MAX {
        return None;
    }
    let last = cells.checked_sub(1)? as usize;
    let mut expected = encode(digits, highest(last), &[]);
    expected.get_mut(4..8)?.copy_from_slice(&u32::try_from(body.len()).ok()?.to_be_bytes());
    (header == expected).then_some(last)
}

/// The counts of the cells that hold any, sorted, of bytes of which [`last`] is some.
#[must_use]
pub fn counts(bytes: &[u8]) -> Vec<(usize, u64)> {
    let mut counts = Vec::new();
    for_each(bytes, |cell, some| match some {
        Counts::One(count) => counts.push((cell, count)),
        Counts::Several(several) => counts.extend((cell..).zip(several.map(u64::from))),
    });
    counts
}

/// How many counts are read at once where they are small: to read one by one would take most of the time of merging.
pub const SEVERAL: usize = 8;
/// No count of several is above this.
pub const SMALL_MAX: u8 = 0x3f;

/// Counts of a cell, or of it and those after it; none of them is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counts {
    /// Of one cell.
    One(u64),
    /// Of several, each at most [`SMALL_MAX`].
    Several([u8; SEVERAL]),
}

/// Calls `each` with these cells and their counts, in order.
#[inline]
pub fn for_each(bytes: &[u8], mut each: impl FnMut(usize, Counts)) {
    let mut body = bytes.get(HEADER_BYTES..).unwrap_or_default();
    let mut next = 0;
    loop {
        if let Some(counts) = several(&mut body) {
            each(next, Counts::Several(counts));
            next += SEVERAL;
            continue;
        }
        let Some(number) = read(&mut body) else { return };
        match count(number) {
            0 => next += empty(number) as usize,
            count => {
                each(next, Counts::One(count));
                next += 1;
            }
        }
    }
}

/// Takes numbers of one byte off that are all counts.
#[inline(always)]
fn several(bytes: &mut &[u8]) -> Option<[u8; SEVERAL]> {
    const EVERY: u64 = u64::MAX / 0xff;
    let (&first, rest) = bytes.split_first_chunk()?;
    let word = u64::from_le_bytes(first);
    // Bytes that are even and below 0x80; if they are, one of them is 0 when the difference borrows.
    let are_counts = word & (EVERY * 0x81) == 0 && word.wrapping_sub(EVERY) & (EVERY * 0x80) == 0;
    *bytes = if are_counts { rest } else { return None };
    Some((word >> 1).to_le_bytes())
}

/// How many empty cells a number says.
#[inline]
const fn empty(number: u64) -> u64 {
    match number {
        0 => 1,
        _ if number & 1 == 1 => (number >> 1) + 1,
        _ => 0,
    }
}

/// How many calls of a cell a number says.
#[inline]
const fn count(number: u64) -> u64 {
    if number & 1 == 1 { 0 } else { number >> 1 }
}

/// More cells than any duration needs.
const CELLS_MAX: u64 = 1 << 20;

/// Appends a number: seven bits a byte, the lowest first; a ninth byte has eight.
fn write(mut number: u64, out: &mut Vec<u8>) {
    for _ in 0..8 {
        if number < 0x80 {
            return out.push(number as u8);
        }
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Takes a number off that is written as [`write`] does, in as few bytes as it can be.
#[inline(always)]
fn read(bytes: &mut &[u8]) -> Option<u64> {
    let (&byte, rest) = bytes.split_first()?;
    if byte < 0x80 {
        *bytes = rest;
        return Some(u64::from(byte));
    }
    read_long(bytes)
}

/// The same of a number that most often has more bytes than one.
#[inline]
fn read_long(bytes: &mut &[u8]) -> Option<u64> {
    let (mut number, mut shift) = (0, 0);
    loop {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        if shift == 56 {
            return Some(number | u64::from(byte) << shift).filter(|_| byte > 0);
        }
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number).filter(|_| byte > 0 || shift == 0);
        }
        shift += 7;
    }
}
