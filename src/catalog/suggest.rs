//! Did you mean: the listed codes nearest to a mistyped one. It refuses to know what a code means.

use super::{is_listed, listed};

/// Longer texts are no codes, in bytes.
const CODE_BYTES_MAX: usize = 256;
/// Suggestions at most.
const SUGGESTIONS_MAX: usize = 3;

/// At most three listed codes near to this one, nearest first; none for a listed code, and none when nothing is near.
///
/// Near is an edit distance (insertions, deletions, replacements, swaps of neighbours; letter case counts only between equals) of at most 2 and a sixth
/// of the length. A text without a dot is compared with second parts too, at a distance greater by one. Ties are in byte order.
pub fn suggest(code: &str) -> Vec<&'static str> {
    let code = code.trim();
    if code.is_empty() || code.len() > CODE_BYTES_MAX || is_listed(code) {
        return Vec::new();
    }
    let limit = 2 + code.len() / 6;
    let wanted = code.to_ascii_lowercase();
    let mut nearest: Vec<_> = listed()
        .filter_map(|candidate| {
            let distance = near(&wanted, candidate, limit)?;
            let by_case = distance_within(code.as_bytes(), candidate.as_bytes(), CODE_BYTES_MAX);
            Some((distance, by_case, candidate))
        })
        .collect();
    nearest.sort_unstable();
    nearest.truncate(SUGGESTIONS_MAX);
    nearest.into_iter().map(|(_, _, candidate)| candidate).collect()
}

/// The distance of a lower-case text to a code, or to its second part; `None` beyond the limit.
fn near(wanted: &str, candidate: &str, limit: usize) -> Option<usize> {
    let candidate = candidate.to_ascii_lowercase();
    let whole = distance_within(wanted.as_bytes(), candidate.as_bytes(), limit);
    let part = match candidate.split_once('.') {
        Some((_, part)) if !wanted.contains('.') => {
            distance_within(wanted.as_bytes(), part.as_bytes(), limit.saturating_sub(1)).map(|distance| distance + 1)
        }
        _ => None,
    };
    whole.into_iter().chain(part).min()
}

/// The edit distance with swaps of neighbours (optimal string alignment); `None` if it is above the limit.
fn distance_within(left: &[u8], right: &[u8], limit: usize) -> Option<usize> {
    if left.len().abs_diff(right.len()) > limit {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for (row, &from) in left.iter().enumerate() {
        let mut current = Vec::with_capacity(above.len());
        current.push(row + 1);
        let mut previous = None;
        for (column, (&to, pair)) in right.iter().zip(above.windows(2)).enumerate() {
            let &[diagonal, up] = pair else { return None };
            let aside = current.last().copied().unwrap_or(row);
            let mut best = (diagonal + usize::from(from != to)).min(up + 1).min(aside + 1);
            let swapped = previous == Some(from) && row.checked_sub(1).and_then(|row| left.get(row)) == Some(&to);
            if let Some(&earlier) = before.get(column.wrapping_sub(1)).filter(|_| swapped) {
                best = best.min(earlier + 1);
            }
            previous = Some(to);
            current.push(best);
        }
        if current.iter().min().is_some_and(|&least| least > limit) {
            return None;
        }
        before = std::mem::replace(&mut above, current);
    }
    above.last().copied().filter(|&distance| distance <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (left, right, expected) in [
            ("", "", 0),
            ("abc", "abc", 0),
            ("abc", "abd", 1),
            ("abc", "acb", 1),
            ("ab", "abc", 1),
            ("kitten", "sitting", 3),
            ("ca", "abc", 3),
            ("", "abc", 3),
        ] {
            assert_eq!(distance_within(left.as_bytes(), right.as_bytes(), 9), Some(expected), "{left} {right}");
            assert_eq!(distance_within(right.as_bytes(), left.as_bytes(), 9), Some(expected), "{right} {left}");
        }
        assert_eq!(distance_within(b"kitten", b"sitting", 2), None);
    }

    #[test]
    fn mistyped_codes_find_the_right_one_first() {
        for (code, expected) in [
            ("internalerror", "InternalError"),
            ("InternalErorr", "InternalError"),
            ("AuthFailure.SignatureFailiure", "AuthFailure.SignatureFailure"),
            ("authfailure.signaturefailure", "AuthFailure.SignatureFailure"),
            ("SignatureFailure", "AuthFailure.SignatureFailure"),
            ("InvalidParamter", "InvalidParameter"),
            (" RequestLimitExceded\n", "RequestLimitExceeded"),
        ] {
            let suggestions = suggest(code);
            assert_eq!(suggestions.first(), Some(&expected), "{code}");
            assert!(suggestions.len() <= SUGGESTIONS_MAX);
        }
        for code in ["", "InternalError", "xyzzy", "(none)", &"a".repeat(257), "💥💥💥💥💥"] {
            assert!(suggest(code).is_empty(), "{code}");
        }
    }
}
