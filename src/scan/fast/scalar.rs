//! What masks do not tell: numbers with signs, fractions or exponents, literals, and escapes other than of quotes and
//! backslashes. They are read where they stand in the chunk, across the ends of blocks.

/// Numbers with signs, fractions or exponents, and literals: they are read where they stand.
pub fn scalars(chunk: &[u8], base: usize, mut starts: u64) -> u64 {
    let mut wrong = 0;
    while starts != 0 {
        let place = starts.trailing_zeros();
        if !is_scalar(chunk, base + place as usize) {
            wrong |= 1 << place;
        }
        starts &= starts - 1;
    }
    wrong
}

/// Whether a whole number or literal stands here, with a comma or a closing bracket behind it.
pub fn is_scalar(chunk: &[u8], at: usize) -> bool {
    let rest = chunk.get(at..).unwrap_or_default();
    let length = match rest.first() {
        Some(b't') if rest.starts_with(b"true") => 4,
        Some(b'f') if rest.starts_with(b"false") => 5,
        Some(b'n') if rest.starts_with(b"null") => 4,
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
