//! The page: styled pieces become lines of a width, wrapped between phrases first, then between words. It knows no
//! report. Its callers pass text that is safe for a terminal already; only colours are added here.

use std::io::{self, Write};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::render::commands::wrapped;

/// What a piece of text is, for its colour; without colours nothing is lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// As it is.
    #[default]
    Plain,
    /// Headings, codes.
    Strong,
    /// Heads of columns, remarks.
    Faint,
    /// All is well.
    Good,
    /// Something is missing.
    Warn,
    /// Something is broken.
    Bad,
}

impl Style {
    const fn sequence(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Strong => "\x1b[1m",
            Self::Faint => "\x1b[2m",
            Self::Good => "\x1b[1;32m",
            Self::Warn => "\x1b[33m",
            Self::Bad => "\x1b[1;31m",
        }
    }
}

/// A piece of text with a style.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// The text, on one line.
    pub text: String,
    /// Its colour.
    pub style: Style,
    /// Whether it is never wrapped apart: ids, places, codes.
    pub is_whole: bool,
}

impl Span {
    /// Text as it is.
    pub fn plain(text: impl Into<String>) -> Self {
        Self::styled(Style::Plain, text)
    }

    /// Text with a style.
    pub fn styled(style: Style, text: impl Into<String>) -> Self {
        Self { text: text.into(), style, is_whole: false }
    }

    /// Text that is never wrapped apart.
    pub fn whole(style: Style, text: impl Into<String>) -> Self {
        Self { text: text.into(), style, is_whole: true }
    }

    /// Columns that it takes.
    #[must_use]
    pub fn width(&self) -> usize {
        self.text.width()
    }
}

/// Pieces that read as one thought; lines break between phrases rather than inside.
pub type Phrase = Vec<Span>;

/// Where lines go.
#[derive(Debug)]
pub struct Page<W> {
    out: W,
    /// Columns of a line.
    pub width: usize,
    has_color: bool,
    is_begun: bool,
    /// The signs to draw with.
    pub signs: Signs,
}

/// The signs that are no ASCII, or what stands for them.
#[derive(Clone, Copy, Debug)]
pub struct Signs {
    /// Between phrases.
    pub dot: &'static str,
    /// Between the ends of a range.
    pub to: &'static str,
    /// Where text is cut.
    pub cut: &'static str,
    /// No calls at all.
    pub gap: char,
    /// From nothing to everything.
    pub levels: [char; 8],
    /// The fractions of a bar's last sign, from one eighth to the whole.
    pub bar: [char; 8],
    /// For the worse and for the better.
    pub arrows: [&'static str; 2],
}

const UNICODE: Signs = Signs {
    dot: " · ",
    to: "–",
    cut: "…",
    gap: ' ',
    levels: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
    bar: ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'],
    arrows: ["▲ ", "▼ "],
};

const ASCII: Signs = Signs {
    dot: " | ",
    to: "-",
    cut: "...",
    gap: ' ',
    levels: ['_', '.', ':', '-', '=', '+', '*', '#'],
    bar: [' ', ' ', ' ', '#', '#', '#', '#', '#'],
    arrows: ["", ""],
};

/// Narrower pages are written as if they had this width.
pub const WIDTH_MIN: usize = 40;

impl<W: Write> Page<W> {
    /// An empty page of a width in columns.
    pub fn new(out: W, width: usize, has_color: bool, has_unicode: bool) -> Self {
        let signs = if has_unicode { UNICODE } else { ASCII };
        Self { out, width: width.max(WIDTH_MIN), has_color, is_begun: false, signs }
    }

    /// A blank line, unless the page is empty.
    pub fn section(&mut self) -> io::Result<()> {
        if self.is_begun { self.out.write_all(b"\n") } else { Ok(()) }
    }

    /// One line as it is, without the blanks at its end.
    pub fn line(&mut self, spans: &[Span]) -> io::Result<()> {
        self.is_begun = true;
        // Neighbours of one style are painted at once.
        let mut runs: Vec<(Style, String)> = Vec::new();
        for span in spans.iter().filter(|span| !span.text.is_empty()) {
            match runs.last_mut() {
                Some((style, text)) if *style == span.style => text.push_str(&span.text),
                _ => runs.push((span.style, span.text.clone())),
            }
        }
        while let Some((_, text)) = runs.last_mut() {
            text.truncate(text.trim_end_matches(' ').len());
            if !text.is_empty() {
                break;
            }
            runs.pop();
        }
        runs.iter().try_for_each(|(style, text)| self.paint(*style, text))?;
        self.out.write_all(b"\n")
    }

    fn paint(&mut self, style: Style, text: &str) -> io::Result<()> {
        let sequence = style.sequence();
        if !self.has_color || sequence.is_empty() {
            return self.out.write_all(text.as_bytes());
        }
        write!(self.out, "{sequence}{text}\x1b[0m")
    }

    /// A command for a shell, which may be several lines, some columns from the left.
    pub fn command(&mut self, indent: usize, style: Style, command: &str) -> io::Result<()> {
        let lines = wrapped(command, self.width.saturating_sub(indent));
        let spans = |line: String| [Span::plain(" ".repeat(indent)), Span::whole(style, line)];
        lines.into_iter().try_for_each(|line| self.line(&spans(line)))
    }

    /// Phrases one after the other, wrapped at the width; `lead` begins the first line, `indent` columns the others.
    pub fn flow(&mut self, lead: Vec<Span>, indent: usize, phrases: &[Phrase]) -> io::Result<()> {
        let room = self.width.saturating_sub(indent);
        let mut column: usize = lead.iter().map(Span::width).sum();
        let mut line = lead;
        let mut gap = "";
        // A line that holds nothing but its beginning is not broken, unless that takes more than others' do.
        let mut is_begun = column > indent;
        for phrase in phrases {
            let words = words(phrase);
            let phrase_width = words.iter().map(|word| word.width + 1).sum::<usize>().saturating_sub(1);
            // A phrase that fits into a line of its own is not torn.
            let mut is_due = phrase_width <= room && column + gap.width() + phrase_width > self.width;
            for word in words.into_iter().flat_map(|word| word.fitting(room)) {
                let between = if word.is_rest { "" } else { gap };
                if (is_due || column + between.width() + word.width > self.width) && is_begun {
                    self.line(&std::mem::replace(&mut line, vec![Span::plain(" ".repeat(indent))]))?;
                    column = indent;
                } else {
                    let style = if between == " " {
                        line.last().map(|span| span.style).unwrap_or_default()
                    } else {
                        Style::Faint
                    };
                    line.push(Span::styled(style, between));
                    column += between.width();
                }
                column += word.width;
                line.extend(word.spans);
                is_begun = true;
                is_due = false;
                gap = " ";
            }
            if !gap.is_empty() {
                gap = self.signs.dot;
            }
        }
        self.line(&line)
    }
}

/// The start of a text that fits into `width` columns, with the sign of a cut when it does not fit whole.
#[must_use]
pub fn cut(text: &str, width: usize, sign: &str) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let (start, _) = split_at(text, width.saturating_sub(sign.width()));
    format!("{}{sign}", start.trim_end_matches(' '))
}

/// The start of a text that takes at most `width` columns, and the rest. A sign stays with those after it that take no
/// columns of their own: a variation selector makes the digit before it wider.
fn split_at(text: &str, width: usize) -> (&str, &str) {
    let mut end = 0;
    let mut taken = 0;
    while end < text.len() {
        let next = end + joined(&text[end..]);
        // Signs that join further take less together than one by one, never more.
        taken += text[end..next].width();
        if taken > width {
            break;
        }
        end = next;
    }
    text.split_at(end)
}

/// The bytes of the first sign of a text, with those after it that take no columns.
fn joined(text: &str) -> usize {
    let mut signs = text.char_indices().skip(1);
    signs.find(|(_, sign)| sign.width() != Some(0)).map_or(text.len(), |(start, _)| start)
}

/// Pieces between two blanks.
#[derive(Debug, Default)]
struct Word {
    spans: Vec<Span>,
    width: usize,
    /// Whether it goes on with the word before, which no line holds.
    is_rest: bool,
}

impl Word {
    fn push(&mut self, span: Span) {
        self.width += span.width();
        self.spans.push(span);
    }

    /// The word, or pieces of it when it is wider than a line and may be wrapped apart.
    fn fitting(self, width: usize) -> Vec<Self> {
        if self.width <= width || width == 0 || self.spans.iter().any(|span| span.is_whole) {
            return vec![self];
        }
        let mut pieces = Vec::new();
        for span in self.spans {
            let mut rest = span.text.as_str();
            while !rest.is_empty() {
                let (start, end) = match split_at(rest, width) {
                    // A sign that is wider than a line stands alone.
                    ("", _) => rest.split_at(joined(rest)),
                    halves => halves,
                };
                let mut piece = Self { is_rest: !pieces.is_empty(), ..Self::default() };
                piece.push(Span::styled(span.style, start));
                pieces.push(piece);
                rest = end;
            }
        }
        pieces
    }
}

/// The words of a phrase; a unit stays with its number.
fn words(phrase: &[Span]) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut is_open = false;
    for span in phrase {
        if span.is_whole {
            push(&mut words, is_open, span.clone());
            is_open = true;
            continue;
        }
        for (place, text) in span.text.split(' ').enumerate() {
            if place > 0 {
                is_open = is_unit(text) && ends_in_digit(&words);
                if is_open {
                    push(&mut words, true, Span::styled(span.style, format!(" {text}")));
                    continue;
                }
            }
            if !text.is_empty() {
                push(&mut words, is_open, Span::styled(span.style, text));
                is_open = true;
            }
        }
    }
    words
}

fn push(words: &mut Vec<Word>, is_joined: bool, span: Span) {
    match words.last_mut() {
        Some(word) if is_joined => word.push(span),
        _ => {
            let mut word = Word::default();
            word.push(span);
            words.push(word);
        }
    }
}

fn is_unit(text: &str) -> bool {
    let bare = text.trim_end_matches([',', ')', ':', ';', '.']);
    matches!(bare, "%" | "us" | "ms" | "s" | "min" | "h" | "d" | "bytes" | "kB" | "MB" | "GB" | "TB")
}

fn ends_in_digit(words: &[Word]) -> bool {
    let last = words.last().and_then(|word| word.spans.last());
    last.is_some_and(|span| span.text.ends_with(|last: char| last.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flowed(width: usize, lead: &str, indent: usize, phrases: &[Phrase]) -> String {
        let mut out = Vec::new();
        let mut page = Page::new(&mut out, width, false, true);
        page.flow(vec![Span::plain(lead)], indent, phrases).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn breaks_between_phrases_first() {
        let phrases = [vec![Span::plain("one two three four five")], vec![Span::plain("six seven eight nine ten")]];
        assert_eq!(flowed(60, "> ", 2, &phrases), "> one two three four five · six seven eight nine ten\n");
        assert_eq!(flowed(40, "> ", 2, &phrases), "> one two three four five\n  six seven eight nine ten\n");
    }

    #[test]
    fn keeps_numbers_with_their_units_and_wholes_whole() {
        let phrase = vec![
            Span::plain("thirty-eight columns of words behind: 12 %, "),
            Span::whole(Style::Plain, "a path with blanks in it"),
        ];
        assert_eq!(
            flowed(40, "", 2, &[phrase]),
            "thirty-eight columns of words behind:\n  12 %, a path with blanks in it\n"
        );
    }

    #[test]
    fn splits_words_that_no_line_holds() {
        let phrase = vec![Span::plain("字".repeat(30))];
        assert_eq!(flowed(40, "", 2, &[phrase]), format!("{}\n  {}\n", "字".repeat(19), "字".repeat(11)));
        let id = "x".repeat(50);
        assert_eq!(
            flowed(40, "a ", 2, &[vec![Span::whole(Style::Plain, &*id)]]),
            format!("a\n  {id}\n").replace("a\n  ", "a ")
        );
    }

    #[test]
    fn cuts_to_columns() {
        assert_eq!(cut("日本語", 6, "…"), "日本語");
        assert_eq!(cut("日本語", 5, "…"), "日本…");
        assert_eq!(cut("日本語", 4, "…"), "日…");
        assert_eq!(cut("abc def", 5, "…"), "abc…");
        assert_eq!(cut("abc", 0, "…"), "…");
        // A digit in a box takes two columns.
        assert_eq!(cut("ab1\u{fe0f}c", 4, "…"), "ab…");
        assert_eq!(cut("ab1\u{fe0f}cd", 5, "…"), "ab1\u{fe0f}…");
    }
}
