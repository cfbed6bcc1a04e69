//! The report for people, at a terminal or in a file: the verdict first, then what broke, which ids to look into, and
//! what the numbers do not cover. It decides nothing: every number is the report's or a plain ratio of its numbers.

mod bars;
pub mod clock;
mod codes;
mod groups;
mod headline;
mod look_into;
mod notes;
pub mod numbers;
mod page;
pub mod phrases;
mod table;
pub mod timeline;

use std::io::{self, Write};

use self::clock::Clock;
use self::page::Page;
use super::escape::terminal;
use crate::report::Report;
use crate::time::Zone;

/// What the reader has in front of him.
#[derive(Clone, Debug)]
pub struct View {
    /// Columns of a line; fewer than 40 count as 40. Ids, codes and places are never cut for it.
    pub width: usize,
    /// Whether colours are shown; they add nothing that words do not say.
    pub color: bool,
    /// The zone of all times.
    pub zone: Zone,
    /// How many rows of a table are shown, at least one.
    pub top: usize,
    /// The inputs as one would type them behind `resplog ticket`, safe for a shell; may be empty.
    pub command: String,
    /// Whether signs that are no ASCII may be drawn. Text of the log is shown as it is either way.
    pub unicode: bool,
}

/// Writes a report for people.
///
/// # Errors
///
/// `out` fails.
pub fn write(report: &Report, view: &View, out: &mut impl Write) -> io::Result<()> {
    let mut page = Page::new(out, view.width, view.color, view.unicode);
    let clock = Clock::of(report, &view.zone);
    let top = view.top.max(1);
    headline::write(report, &clock, &mut page)?;
    timeline::write(report, &clock, &mut page)?;
    codes::write(report, &clock, top, &mut page)?;
    look_into::write(report, &clock, top, &view.command, &mut page)?;
    groups::write(report, top, &mut page)?;
    notes::write(report, &clock, top, &mut page)
}

/// Writes calls over time as the report shows them, and nothing without times. No text of a log is in it.
///
/// # Errors
///
/// `out` fails.
pub fn over_time(report: &Report, view: &View, out: &mut impl Write) -> io::Result<()> {
    let mut page = Page::new(out, view.width, view.color, view.unicode);
    timeline::write(report, &Clock::of(report, &view.zone), &mut page)
}

/// Text of a log, a file name or an option, made harmless.
fn safe(text: &str) -> String {
    terminal(text).into_owned()
}

/// The path of an input; standard input by its name.
fn path(input: &str) -> String {
    if input == "-" { "stdin".to_owned() } else { safe(input) }
}

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

#[cfg(test)]
pub(super) use samples::*;
