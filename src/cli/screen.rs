//! What the terminal is like: width, colour.

use std::io::IsTerminal;

use super::args::When;

/// Columns of a report that does not go to a terminal.
pub const COLUMNS: usize = 100;

/// Width of standard output in columns.
pub fn columns() -> usize {
    terminal_size::terminal_size_of(std::io::stdout()).map_or(COLUMNS, |(width, _)| usize::from(width.0))
}

/// Whether standard output gets colours.
pub fn has_color(when: When) -> bool {
    match when {
        When::Always => true,
        When::Never => false,
        When::Auto => {
            let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
            !refused && std::io::stdout().is_terminal()
        }
    }
}
