//! Lines of a screen as they are drawn, each cut at its width. It knows nothing of what they say.

use std::io::Write;

use unicode_width::UnicodeWidthStr;

use crate::render::text::page::{self, Page, Span};
use crate::render::view::View;

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
    /// How many bytes a look has read that goes on, when it lasts: of an archive.
    pub reading: Option<u64>,
}

/// Lines that were drawn.
pub struct Drawn {
    pub lines: Vec<String>,
    pub width: usize,
    color: bool,
    unicode: bool,
}

impl Drawn {
    pub const fn new(view: &View) -> Self {
        Self { lines: Vec::new(), width: view.width, color: view.color, unicode: view.unicode }
    }

    fn page<W: Write>(&self, out: W) -> Page<W> {
        Page::new(out, self.width, self.color, self.unicode)
    }

    pub fn signs(&self) -> page::Signs {
        self.page(Vec::new()).signs
    }

    /// Draws a line, cut at the width.
    pub fn line(&mut self, spans: &[Span]) {
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
            if left >= sign.width() {
                fitting.push(Span::styled(span.style, page::cut(&span.text, left, sign)));
            }
            break;
        }
        let mut out = Vec::new();
        // Writing to a vector does not fail.
        let _ = self.page(&mut out).line(&fitting);
        let line = String::from_utf8_lossy(&out);
        self.lines.push(line.trim_end_matches('\n').to_owned());
    }

    /// Draws a text over a number of lines, no more and no less.
    pub fn flow(&mut self, lead: Vec<Span>, text: &str, lines: usize) {
        if self.width < page::WIDTH_MIN {
            let before = self.lines.len();
            let spans: Vec<_> = lead.into_iter().chain([Span::plain(text)]).collect();
            self.line(&spans);
            self.fill(before + lines);
            return;
        }
        let mut out = Vec::new();
        let _ = self.page(&mut out).flow(lead, 2, &[vec![Span::plain(text)]]);
        let text = String::from_utf8_lossy(&out).into_owned();
        let mut flowed: Vec<_> = text.lines().map(str::to_owned).collect();
        if flowed.len() > lines {
            flowed.truncate(lines);
            let sign = self.signs().cut;
            let room = self.width.saturating_sub(sign.width() + 1);
            // The first one has the lead.
            if let [_, .., last] = flowed.as_mut_slice() {
                *last = format!("{} {sign}", page::cut(last, room, ""));
            }
        }
        flowed.resize(lines, String::new());
        self.lines.append(&mut flowed);
    }

    /// Adds empty lines up to a number of lines, or takes some away.
    pub fn fill(&mut self, lines: usize) {
        self.lines.resize(lines, String::new());
    }
}

/// Spaces to the right of a text, up to a width.
pub fn padded(text: &str, width: usize) -> String {
    let text = Span::plain(text);
    let blanks = width.saturating_sub(text.width());
    format!("{}{}", text.text, " ".repeat(blanks))
}
