//! Parts of what an SDK prints: labels, ids, names in a text of bytes. It knows no form of an error.

use bumpalo::Bump;

use crate::scan::policy::is_request_id;

/// How long an id can be that ends by itself.
const UUID_BYTES: usize = 36;
/// How far an id is looked for that something else ends.
const ID_BYTES_MAX: usize = 256;

/// The place of a needle in a text, from a place on.
pub fn find(text: &[u8], from: usize, needle: &[u8]) -> Option<usize> {
    memchr::memmem::find(text.get(from..)?, needle).map(|at| from + at)
}

/// The last place of a needle in a text.
pub fn find_last(text: &[u8], needle: &[u8]) -> Option<usize> {
    memchr::memmem::rfind(text, needle)
}

/// A text as characters, white space around it taken off.
pub fn shown<'a>(text: &'a [u8], bump: &'a Bump) -> &'a str {
    match str::from_utf8(text.trim_ascii()) {
        Ok(text) => text,
        Err(_) => bump.alloc_str(&String::from_utf8_lossy(text.trim_ascii())),
    }
}

/// The id that a text begins with, and how long it is: a UUID ends after its last digit, another id where something begins
/// that ids do not hold.
pub fn id(text: &[u8]) -> (Option<&str>, usize) {
    let length = if starts_with_uuid(text) {
        UUID_BYTES
    } else {
        text.iter().take(ID_BYTES_MAX + 1).take_while(|&&byte| is_of_id(byte)).count()
    };
    let id = text.get(..length).and_then(|id| str::from_utf8(id).ok());
    (id.filter(|id| is_request_id(id)), length)
}

/// Whether a text begins with a UUID, in letters of either case.
pub fn starts_with_uuid(text: &[u8]) -> bool {
    text.get(..UUID_BYTES).is_some_and(|id| {
        id.iter().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
    })
}

const fn is_of_id(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'_' | b'.' | b'*' | b'+' | b'@' | b'#')
}

/// The name of letters that a text begins with.
pub fn name(text: &[u8]) -> &[u8] {
    let length = text.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    text.get(..length).unwrap_or_default()
}

/// A code that is one: SDKs print an empty one, or the word of their language for nothing.
pub fn some_code<'a>(code: &'a [u8], bump: &'a Bump) -> Option<&'a str> {
    Some(shown(code, bump)).filter(|code| !matches!(*code, "" | "null" | "None" | "nil" | "undefined" | "<nil>"))
}

/// What a text begins with that can be a code.
pub fn name_of_code(text: &[u8]) -> &[u8] {
    let text = text.trim_ascii_start();
    let length =
        text.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')).count();
    text.get(..length).unwrap_or_default()
}
