//! The screen of a watch: what the last window shows, as lines of a terminal that stay where they are as long as the terminal
//! keeps its size. It knows no terminal.

mod chart;
mod codes;
mod failures;
mod head;
mod layout;

use std::io::{self, Write};

use super::page::{Page, Span, Style};
use super::safe::safe;
use crate::render::view::View;
use crate::report::numbers::stretch;
use crate::time::Nanos;
use crate::watch::{RuleState, View as Watched, WindowReport};
use layout::Layout;

/// What somebody has chosen to see.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// The place of the chosen code.
    pub chosen: usize,
    /// Whether its ids are shown instead of all codes.
    pub is_open: bool,
    /// Whether what is shown stays as it is.
    pub is_paused: bool,
    /// What became of the last key.
    pub message: Option<String>,
}

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

/// Lines that were drawn.
struct Drawn {
    lines: Vec<String>,
    width: usize,
    color: bool,
    unicode: bool,
}

impl Drawn {
    const fn new(view: &View) -> Self {
        Self { lines: Vec::new(), width: view.width, color: view.color, unicode: view.unicode }
    }

    fn page<W: Write>(&self, out: W) -> Page<W> {
        Page::new(out, self.width, self.color, self.unicode)
    }

    fn signs(&self) -> super::page::Signs {
        self.page(Vec::new()).signs
    }

    /// Draws a line, cut at the width.
    fn line(&mut self, spans: &[Span]) {
        let sign = self.signs().cut;
        let mut left = self.width;
        let mut fitting = Vec::new();
        for span in spans {
            let width = span.width();
            if width <= left {
                left -= width;
                fitting.push(span.clone());
                continue;
            }
            fitting.push(Span::styled(span.style, super::page::cut(&span.text, left, sign)));
            break;
        }
        let mut out = Vec::new();
        // Writing to a vector does not fail.
        let _ = self.page(&mut out).line(&fitting);
        let line = String::from_utf8_lossy(&out);
        self.lines.push(line.trim_end_matches('\n').to_owned());
    }

    /// Draws a text over a number of lines, no more and no less.
    fn flow(&mut self, lead: Vec<Span>, text: &str, lines: usize) {
        let mut out = Vec::new();
        let _ = self.page(&mut out).flow(lead, 2, &[vec![Span::plain(text)]]);
        let text = String::from_utf8_lossy(&out).into_owned();
        let mut flowed: Vec<_> = text.lines().take(lines).map(str::to_owned).collect();
        flowed.resize(lines, String::new());
        self.lines.append(&mut flowed);
    }

    /// Adds empty lines up to a number of lines, or takes some away.
    fn fill(&mut self, lines: usize) {
        self.lines.resize(lines, String::new());
    }
}

/// Spaces to the right of a text, up to a width.
fn padded(text: &str, width: usize) -> String {
    let text = Span::plain(text);
    let blanks = width.saturating_sub(text.width());
    format!("{}{}", text.text, " ".repeat(blanks))
}

#[cfg(test)]
mod tests;
