//! What is said about a report: our own words beside texts of the log. It knows no format; each format escapes what is
//! not its own in its own manner.

use std::fmt::Display;

/// A piece of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Our own words: ASCII letters, digits and simple punctuation.
    Words(String),
    /// Text from a log, a file name or an option; hostile.
    Quoted(String),
    /// A code of the log, as hostile, and in quotes where blanks at its ends would not be seen.
    Code(String),
}

/// Our own words.
pub fn words(text: impl Into<String>) -> Part {
    Part::Words(text.into())
}

/// Text from a log, a file name or an option.
pub fn quoted(text: impl Into<String>) -> Part {
    Part::Quoted(text.into())
}

/// Where a line stands in an input: `path:line`, or by its first byte when the number of the line is not known.
#[must_use]
pub fn place(input: impl Display, line: Option<u64>, offset: u64) -> String {
    line.map_or_else(|| format!("{input}, byte {offset}"), |line| format!("{input}:{line}"))
}

/// The path of an input as people know it: standard input by its name.
#[must_use]
pub fn path(input: &str) -> &str {
    if input == "-" { "stdin" } else { input }
}
