//! Names from a log as they are kept: redacted, and cut. It does not know what they name.

use std::borrow::Cow;

use crate::redact::{cut, redact};

/// How much of a name is kept, in bytes, after redaction: of a service, an action, a region and the value of a `--by`
/// field.
pub const NAME_BYTES_MAX: usize = 256;
/// What is kept of a name that was cut is longer than this, since a character has at most four bytes.
const UNCUT_BYTES_MAX: usize = NAME_BYTES_MAX - 4;

/// What is kept of a name: redacted first, since a secret that was cut might not be recognised, then cut.
#[must_use]
pub fn kept(name: &str) -> Cow<'_, str> {
    match redact(name) {
        Cow::Borrowed(name) => Cow::Borrowed(cut(name, NAME_BYTES_MAX)),
        Cow::Owned(mut name) => {
            name.truncate(name.floor_char_boundary(NAME_BYTES_MAX));
            Cow::Owned(name)
        }
    }
}

/// Whether a name that is found among kept ones, byte for byte, is that one. Redaction changes nothing twice, so it is;
/// but what was cut may look like a secret, and would be kept as another name if it came by itself.
#[inline]
#[must_use]
pub const fn is_itself(name: &str) -> bool {
    name.len() <= UNCUT_BYTES_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_redacted_and_then_cut_at_a_character() {
        assert_eq!(kept("cvm"), "cvm");
        assert_eq!(kept(&"x".repeat(1000)), "x".repeat(256));
        let wide = kept(&"签".repeat(100)).into_owned();
        assert_eq!(wide, "签".repeat(85));
        assert!(!is_itself(&wide));
        let secret = format!("{}Signature=abcdef", "x ".repeat(118));
        assert_eq!(secret.len(), 252);
        assert!(kept(&secret).ends_with("Signature=[redacted]"));
    }
}
