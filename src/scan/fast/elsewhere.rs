//! Whether a line may hold a response somewhere else than where a trail leads. It only looks for words.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::scan::text::{self, names_id};

/// What the key of an envelope begins with.
const RESPONSE: &[u8] = b"\"Response";

/// Whether some part of a line may hold an envelope, as a key or in a string: it spells the name of the member, or might.
pub fn may_hold_response(text: &[u8]) -> bool {
    static NAME: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(RESPONSE));
    let is_key = |at: usize| matches!(text.get(at + RESPONSE.len()), Some(b'"' | b'\\'));
    NAME.find_iter(text).any(is_key) || has_unicode_escape(text)
}

/// Whether a text may write one of the characters of a word or around it by its number, and so any word in a way that no
/// search finds.
pub fn has_unicode_escape(text: &[u8]) -> bool {
    static ESCAPE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\\u"));
    let is_of_word = |at: usize| match text.get(at + 2..at + 6) {
        // What programs escape for pages of HTML, or since it is not ASCII, is in no word.
        Some([b'0', b'0', digits @ ..]) => !matches!(digits, b"3c" | b"3C" | b"3e" | b"3E" | b"26" | b"27"),
        Some(digits) => !digits.iter().all(u8::is_ascii_hexdigit),
        None => true,
    };
    ESCAPE.find_iter(text).any(is_of_word)
}

/// Whether the name of one id is all that a line has of the words without which nothing says anything of calls.
pub fn names_one_id_only(line: &[u8]) -> bool {
    text::names_one_id_only(line) && !has_unicode_escape(line)
}

/// Whether a weak envelope at the root of a line is all that it holds: whatever goes before one has an id.
#[cold]
pub fn is_best_though_weak(line: &[u8]) -> bool {
    // The first key of this name is its own.
    let own = memchr::memmem::find(line, RESPONSE).map_or(line.len(), |at| at + RESPONSE.len());
    !may_hold_response(line.get(own..).unwrap_or_default()) && !names_id(line) && !has_unicode_escape(line)
}
