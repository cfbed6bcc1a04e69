//! The report for people, at a terminal or in a file: the verdict first, then what broke, which ids to look into, and
//! what the numbers do not cover. It decides nothing: every number is the report's or a plain ratio of its numbers.

mod bars;
mod cells;
mod codes;
mod comparison;
mod episodes;
mod groups;
mod headline;
pub mod live;
mod look_into;
mod notes;
mod page;
mod safe;
mod table;
mod timeline;

use std::io::{self, Write};

use self::page::Page;
use super::clock::Clock;
use super::view::View;
use crate::report::Report;

/// Writes a report for people.
///
/// # Errors
///
/// `out` fails.
pub fn write(report: &Report, view: &View, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(out, view.width, view.color, view.unicode);
    let clock = Clock::of(report, &view.zone);
    let top = view.top.max(1);
    headline::write(report, &clock, &mut page)?;
    episodes::write(report, view, &clock, &mut page)?;
    comparison::write(report, view, &mut page)?;
    timeline::write(report, &clock, &mut page)?;
    codes::write(report, &clock, top, &mut page)?;
    look_into::write(report, view, &clock, &mut page)?;
    groups::write(report, top, &mut page)?;
    notes::write(report, &clock, top, &mut page)
}

/// Writes calls over time as the report shows them, and nothing without times. No text of a log is in it.
///
/// # Errors
///
/// `out` fails.
pub fn over_time(report: &Report, view: &View, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(out, view.width, view.color, view.unicode);
    timeline::write(report, &Clock::of(report, &view.zone), &mut page)
}

#[cfg(test)]
mod tests;
