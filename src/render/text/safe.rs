//! Text of a log, a file name or an option, made harmless for a page of text.

use crate::render::escape::terminal;
use crate::report::parts;

/// A text as a page shows it.
#[must_use]
pub fn safe(text: &str) -> String {
    terminal(text).into_owned()
}

/// The path of an input; standard input by its name.
#[must_use]
pub fn path(input: &str) -> String {
    safe(parts::path(input))
}
