//! The status of a call, from a number's text. It does not know which statuses mean a failure: only `Error` does.

use crate::time::Decimal;

/// A status such as `200`, from a number's text; `200.0` and `2e2` are the same number.
///
/// Whatever whole number fits is a status, since the name `code` also holds numbers that are not of HTTP. None,
/// which is unreadable, for a number with a fraction, one beyond `i64`, and any other text.
#[must_use]
pub fn status_from_number(text: &str) -> Option<i64> {
    let decimal = Decimal::parse(text)?;
    let magnitude = decimal.whole()?;
    if decimal.is_negative() { 0_i64.checked_sub_unsigned(magnitude) } else { i64::try_from(magnitude).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_whole_numbers() {
        for (text, status) in [
            ("200", Some(200)),
            ("0", Some(0)),
            ("-0", Some(0)),
            ("-1", Some(-1)),
            ("200.0", Some(200)),
            ("5.03e2", Some(503)),
            ("200.5", None),
            ("9223372036854775807", Some(i64::MAX)),
            ("9223372036854775808", None),
            ("-9223372036854775808", Some(i64::MIN)),
            ("-9223372036854775809", None),
            ("1e400", None),
            ("OK", None),
            ("200 OK", None),
            ("", None),
        ] {
            assert_eq!(status_from_number(text), status, "{text}");
        }
    }
}
