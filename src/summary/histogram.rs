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

/// The counts of the cells that hold any, sorted; none when the bytes are not what [`encode`] writes but for the highest
/// value, or add up to more than can be.
#[must_use]
pub fn decode(digits: u8, bytes: &[u8]) -> Option<Vec<(usize, u64)>> {
    let (header, mut body) = bytes.split_at_checked(HEADER_BYTES)?;
    let expected = encode(digits, 0, &[]);
    let is_own = |range: std::ops::Range<usize>| header.get(range.clone()) == expected.get(range);
    if !is_own(0..4)
        || !is_own(8..24)
        || !is_own(32..40)
        || header.get(4..8) != Some(&(body.len() as u32).to_be_bytes())
    {
        return None;
    }
    let mut counts = Vec::new();
    let (mut cells, mut calls) = (0_u64, 0_u64);
    while !body.is_empty() {
        let number = read(&mut body)?;
        let half = number >> 1;
        let (empty, count) = if number & 1 == 1 { (half + 1, 0) } else { (u64::from(half == 0), half) };
        if count > 0 {
            counts.push((cells as usize, count));
        }
        calls = calls.checked_add(count).filter(|&calls| calls <= COUNT_MAX)?;
        cells = cells.checked_add(empty + u64::from(count > 0)).filter(|&cells| cells <= CELLS_MAX)?;
    }
    Some(counts)
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

fn read(bytes: &mut &[u8]) -> Option<u64> {
    let (mut number, mut shift) = (0, 0);
    loop {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        if shift == 56 {
            return Some(number | u64::from(byte) << shift);
        }
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
        shift += 7;
    }
}
