//! How much of a report goes into a document, so that it stays short enough. It knows no document.

use std::io;

use crate::render::view::{View, more};

/// More rows than this no table has.
const ROWS_MAX: usize = 1_000;
/// Longer texts of the log are cut, apart from ids and places.
const CHARS_MAX: usize = 1_024;

/// How much of a report goes into a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Rows of a table.
    pub rows: usize,
    /// Characters of a text; ids and places get four times as many.
    pub chars: usize,
}

impl Limits {
    /// A text, cut where it is too long, and in quotes when blanks at its ends would not be seen.
    #[must_use]
    pub fn text(self, text: &str) -> String {
        let shown = cut(text, self.chars);
        if text.trim() == text { shown } else { format!("\"{shown}\"") }
    }

    /// An id or a place, whole but for the most hostile.
    #[must_use]
    pub fn whole(self, text: &str) -> String {
        cut(text, self.chars.saturating_mul(4))
    }

    /// What a table says about the rest of its rows; empty when there is none.
    #[must_use]
    pub fn more(self, rows: usize) -> String {
        more(rows, self.rows).unwrap_or_default()
    }
}

fn cut(text: &str, chars: usize) -> String {
    match text.char_indices().nth(chars) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Makes a document with as many rows as asked for, and with fewer until it fits; when one row of each table is still
/// too much, with shorter texts.
///
/// # Errors
///
/// `make` fails.
pub fn fitting(view: &View, bytes_max: usize, make: impl Fn(Limits) -> io::Result<String>) -> io::Result<String> {
    let mut limits = Limits { rows: view.top.clamp(1, ROWS_MAX), chars: CHARS_MAX };
    loop {
        let made = make(limits)?;
        if made.len() <= bytes_max {
            return Ok(made);
        }
        limits = match limits {
            Limits { rows: 1, chars: 0..=16 } => return Ok(made),
            Limits { rows: 1, chars } => Limits { rows: 1, chars: chars / 2 },
            Limits { rows, chars } => Limits { rows: rows * 2 / 3, chars },
        };
    }
}
