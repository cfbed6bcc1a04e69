//! What is said of a report as plain text on one line, in which nothing of the log acts. It decides nothing.

use super::escape::terminal;
use crate::report::parts::Part;

/// Words and texts one after the other, harmless: as for a terminal, which other formats escape on.
#[must_use]
pub fn line(parts: &[Part]) -> String {
    let texts = parts.iter().map(|part| match part {
        Part::Words(text) => text.clone(),
        Part::Quoted(text) => terminal(text).into_owned(),
        Part::Code(text) => code(text),
    });
    texts.collect()
}

/// A code as it is shown: harmless, and in quotes when blanks at its ends would not be seen.
#[must_use]
pub fn code(code: &str) -> String {
    let text = terminal(code);
    if text.trim() == text { text.into_owned() } else { format!("\"{text}\"") }
}
