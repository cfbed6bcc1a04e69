//! Whether a line may hold a response somewhere else than where a trail leads. It only looks for words.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::scan::text::names_id;

/// What the key of an envelope begins with.
const RESPONSE: &[u8] = b"\"Response";

/// Whether some part of a line may hold an envelope, as a key or in a string: it spells the name of the member, or might.
pub fn may_hold_response(text: &[u8]) -> bool {
    static NAME: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(RESPONSE));
    let is_key = |at: usize| matches!(text.get(at + RESPONSE.len()), Some(b'"' | b'\\'));
    NAME.find_iter(text).any(is_key) || has_unicode_escape(text)
}

/// Whether a text may write a character by its number, and so any word in a way that no search finds.
pub fn has_unicode_escape(text: &[u8]) -> bool {
    static ESCAPE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\\u"));
    ESCAPE.find(text).is_some()
}

/// Whether a weak envelope at the root of a line is all that it holds: whatever goes before one has an id.
#[cold]
pub fn is_best_though_weak(line: &[u8]) -> bool {
    // The first key of this name is its own.
    let own = memchr::memmem::find(line, RESPONSE).map_or(line.len(), |at| at + RESPONSE.len());
    !may_hold_response(line.get(own..).unwrap_or_default()) && !names_id(line) && !has_unicode_escape(line)
}
