//! What masks do not tell: numbers with signs, fractions or exponents, literals, and escapes other than of quotes and
//! backslashes. They are read where they stand in the chunk, across the ends of blocks.

use super::NOWHERE;

/// Checks the numbers and literals of a block that are more than digits: `odd` are their bytes that are no digits,
/// `begun` is where the last one of the blocks before began. Gives a byte of each that is wrong.
pub fn check(chunk: &[u8], base: usize, all: u64, starts: u64, odd: u64, begun: &mut usize) -> u64 {
    let goes_on = all & !starts & 1;
    // Adding a start to its digits carries to the first byte that is none.
    let mut firsts = (starts | goes_on).wrapping_add(all & !odd) & odd;
    let mut wrong = 0;
    while firsts != 0 {
        let first = firsts & firsts.wrapping_neg();
        let before = starts & (first | (first - 1));
        let at = if before == 0 { *begun } else { base + (63 - before.leading_zeros() as usize) };
        if !is_scalar(chunk, at) {
            wrong |= first;
            if before == 0 {
                // What is wrong once need not be read again in the blocks that it goes on through.
                *begun = NOWHERE;
            }
        }
        firsts &= firsts - 1;
    }
    wrong
}

/// Whether a whole number or literal stands here, with a comma or a closing bracket behind it.
fn is_scalar(chunk: &[u8], at: usize) -> bool {
    let rest = chunk.get(at..).unwrap_or_default();
    let length = match rest.first_chunk() {
        Some(b"true" | b"null") => 4,
        Some(b"fals") if rest.get(4) == Some(&b'e') => 5,
        _ => number_length(rest),
    };
    length > 0 && matches!(rest.get(length), Some(b',' | b'}' | b']'))
}

/// How many bytes of a number stand at the start; 0 when it is none.
fn number_length(bytes: &[u8]) -> usize {
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut at = usize::from(bytes.first() == Some(&b'-'));
    let whole = digits(at);
    if whole == 0 || (whole > 1 && bytes[at] == b'0') {
        return 0;
    }
    at += whole;
    if bytes.get(at) == Some(&b'.') {
        let fraction = digits(at + 1);
        if fraction == 0 {
            return 0;
        }
        at += 1 + fraction;
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits((at + 1 + sign).min(bytes.len()));
        if exponent == 0 {
            return 0;
        }
        at += 1 + sign + exponent;
    }
    at
}

/// Escapes other than of quotes and backslashes.
pub fn escape_letters(chunk: &[u8], base: usize, mut escapes: u64) -> u64 {
    let mut wrong = 0;
    while escapes != 0 {
        let place = escapes.trailing_zeros();
        let rest = chunk.get(base + place as usize..).unwrap_or_default();
        let fine = match rest.first() {
            Some(b'/' | b'b' | b'f' | b'n' | b'r' | b't') => true,
            Some(b'u') => rest.get(1..5).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)),
            _ => false,
        };
        if !fine {
            wrong |= 1 << place;
        }
        escapes &= escapes - 1;
    }
    wrong
}
