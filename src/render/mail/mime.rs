//! How text travels in mail: header lines (RFC 5322, RFC 2047) and quoted-printable (RFC 2045). It knows no report.

use std::fmt::Write as _;

/// Longest line of a header or a body, in bytes.
const LINE_BYTES_MAX: usize = 76;
/// Longest encoded word, in bytes.
const WORD_BYTES_MAX: usize = 75;
const WORD_START: &str = "=?utf-8?Q?";
const WORD_END: &str = "?=";

/// Whether a text may stand after `To:`: addresses of printable ASCII, without blanks but after commas.
#[must_use]
pub fn is_recipient(text: &str) -> bool {
    let is_address = |it: &str| {
        let it = it.strip_prefix(' ').unwrap_or(it);
        !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_graphic() && !b"()<>[]:;\\\"".contains(&byte))
    };
    text.len() <= 900 && text.split(',').all(is_address)
}

/// The text of a header that `used` bytes stand before: folded at blanks, or as encoded words when it holds more than
/// printable ASCII.
#[must_use]
pub fn header(text: &str, used: usize) -> String {
    let is_printable = text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    // What looks like an encoded word would be decoded.
    if is_printable && !text.contains("=?") { folded(text, used) } else { encoded(text, used) }
}

fn folded(text: &str, used: usize) -> String {
    let (mut out, mut column) = (String::with_capacity(text.len()), used);
    for (place, word) in text.split(' ').enumerate() {
        if place > 0 {
            // A line of blanks alone would end the header.
            if column + 1 + word.len() > LINE_BYTES_MAX && !word.is_empty() {
                out.push('\n');
                column = 0;
            }
            out.push(' ');
            column += 1;
        }
        out += word;
        column += word.len();
    }
    out
}

fn encoded(text: &str, used: usize) -> String {
    let mut out = WORD_START.to_owned();
    let mut column = used + out.len();
    let mut word = WORD_START.len();
    for c in text.chars() {
        let mut code = String::new();
        match c {
            ' ' => code.push('_'),
            c if c.is_ascii_alphanumeric() => code.push(c),
            c => {
                for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                    // Writing to a String cannot fail.
                    let _ = write!(code, "={byte:02X}");
                }
            }
        }
        let needed = code.len() + WORD_END.len();
        if word + needed > WORD_BYTES_MAX || column + needed > LINE_BYTES_MAX {
            // Blanks between encoded words do not count.
            out += WORD_END;
            out += "\n ";
            out += WORD_START;
            word = WORD_START.len();
            column = 1 + word;
        }
        out += &code;
        word += code.len();
        column += code.len();
    }
    out + WORD_END
}

/// A body as quoted-printable, with LF as line end.
#[must_use]
pub fn quoted_printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for line in text.split_inclusive('\n') {
        let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
        let mut column = 0;
        for (place, byte) in line.bytes().enumerate() {
            let is_last = place + 1 == line.len();
            let literal = match byte {
                // Mail systems drop blanks at ends, take a dot alone for the end and change From to >From.
                b' ' | b'\t' => !is_last,
                b'.' | b'F' => column > 0,
                b'=' => false,
                byte => byte.is_ascii_graphic(),
            };
            let width = if literal { 1 } else { 3 };
            if column + width > LINE_BYTES_MAX - usize::from(!is_last) {
                out += "=\n";
                column = 0;
            }
            // The first byte of a continued line is as exposed as that of a line.
            if literal && !(column == 0 && matches!(byte, b'.' | b'F')) {
                out.push(char::from(byte));
                column += 1;
            } else {
                // Writing to a String cannot fail.
                let _ = write!(out, "={byte:02X}");
                column += 3;
            }
        }
        out += end;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn unquoted(text: &str) -> String {
        let mut bytes = Vec::new();
        let mut rest = text.as_bytes();
        while let Some((&first, after)) = rest.split_first() {
            rest = after;
            match (first, rest) {
                (b'=', [b'\n', after @ ..]) => rest = after,
                (b'=', [high, low, after @ ..]) => {
                    let digits = String::from_utf8(vec![*high, *low]).unwrap();
                    bytes.push(u8::from_str_radix(&digits, 16).unwrap());
                    rest = after;
                }
                _ => bytes.push(first),
            }
        }
        String::from_utf8(bytes).unwrap()
    }

    fn decoded(header: &str) -> String {
        let words =
            header.split("\n ").map(|word| word.strip_prefix(WORD_START).unwrap().strip_suffix(WORD_END).unwrap());
        words.map(|word| unquoted(&word.replace('_', " "))).collect()
    }

    proptest! {
        #[test]
        fn quoted_printable_gives_the_text_back(text in "([.F= \t\u{e9}\u{4e2d}a-f]{0,90}\n?){0,6}") {
            let quoted = quoted_printable(&text);
            prop_assert_eq!(unquoted(&quoted), text);
            for line in quoted.lines() {
                prop_assert!(line.len() <= LINE_BYTES_MAX && !line.ends_with(' ') && !line.starts_with('.'));
                prop_assert!(line.is_ascii() && !line.starts_with("From") && !line.contains("=_"));
            }
        }

        #[test]
        fn headers_give_the_text_back(text in "[ a-z=?_,\u{e9}\u{4e2d}\u{1f44d}]{0,200}") {
            let header = header(&text, 9);
            let plain = header.replace("\n ", " ");
            prop_assert!(plain == text || decoded(&header) == text);
            for (place, line) in header.lines().enumerate() {
                let used = if place == 0 { 9 } else { 0 };
                prop_assert!(line.is_ascii() && line.len() + used <= 210);
                prop_assert!(place == 0 || !line.trim().is_empty());
            }
        }
    }

    #[test]
    fn recipients_cannot_add_headers() {
        for good in ["sre@example.com", "a@example.com, b@example.com", "root"] {
            assert!(is_recipient(good), "{good}");
        }
        for bad in ["", "a@b.c\nBcc: x@y.z", "a b", "a@b.c,", "<a@b.c>", "a: b;", "\u{e9}@b.c"] {
            assert!(!is_recipient(bad), "{bad}");
        }
    }
}
