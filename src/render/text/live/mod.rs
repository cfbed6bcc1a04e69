//! The screen of a watch: what the last window shows, as lines of a terminal that stay where they are as long as the terminal
//! keeps its size. It knows no terminal.

mod chart;
mod codes;
mod drawn;
mod failures;
mod head;
mod layout;

use std::io::{self, Write};

use super::page::{Span, Style};
use super::safe::safe;
use crate::render::view::View;
use crate::report::numbers::stretch;
use crate::time::Nanos;
use crate::watch::{RuleState, View as Watched, WindowReport};
use drawn::Drawn;
pub use drawn::Shown;
use layout::Layout;

/// The lines of a screen of a number of rows.
#[must_use]
pub fn screen(watched: &Watched, shown: &Shown, view: &View, rows: usize) -> Vec<String> {
    let mut drawn = Drawn::new(view);
    let layout = Layout::of(rows, watched.rules.len());
    head::draw(watched, shown, view, &layout, &mut drawn);
    chart::draw(watched, &layout, &mut drawn);
    let chosen = watched.report.codes.get(shown.chosen).or(watched.report.codes.last());
    match chosen.filter(|_| shown.is_open) {
        Some(code) => failures::of_code(watched, code, view, &layout, &mut drawn),
        None => {
            codes::draw(watched, shown, &layout, &mut drawn);
            failures::draw(watched, view, &layout, &mut drawn);
        }
    }
    drawn.fill(rows.saturating_sub(1));
    head::foot(shown, &mut drawn);
    drawn.lines
}

/// The screen before anything was found.
#[must_use]
pub fn waiting(view: &View) -> Vec<String> {
    let mut drawn = Drawn::new(view);
    drawn.line(&[Span::styled(Style::Faint, "resplog watch: looking at the logs")]);
    drawn.lines
}

/// Writes that a rule began or ceased to hold, for people.
///
/// # Errors
///
/// `out` fails.
pub fn rule(state: &RuleState, now: Nanos, view: &View, out: &mut dyn Write) -> io::Result<()> {
    let what = if state.holds() { "holds" } else { "does not hold any more" };
    writeln!(out, "{} {}  rule {what}: {}", view.second(now), view.zone.offset_text(now), safe(&state.rule))
}

/// Writes which window a report is of, for people.
///
/// # Errors
///
/// `out` fails.
pub fn window(window: &WindowReport, view: &View, out: &mut dyn Write) -> io::Result<()> {
    let length = (window.to.0.saturating_sub(window.from.0)) / crate::time::NS_PER_SECOND;
    let zone = view.zone.offset_text(window.to);
    writeln!(out, "{} to {} {zone}, {}", view.second(window.from), view.second(window.to), stretch(length))
}

#[cfg(test)]
mod tests;
