//! Lines whose response stands in the text of a string, until their texts are read: those of many are scanned as one chunk. It
//! knows neither tokens nor keys.

use super::found::{Around, Way};
use super::guess::Guess;
use super::hit::{Hit, Inside};
use super::sight::Sight;
use super::span::Span;
use crate::profile::names::Name;
use crate::string_bytes;

/// Texts that took more than this are not kept for the next chunk, in bytes.
const KEPT_BYTES: usize = 1024 * 1024;

/// What gets lines in order, and may say where the envelopes of the next ones are.
pub type Each<'e> = &'e mut dyn FnMut(Span, Sight<'_>) -> Option<Box<Guess>>;

/// Lines that wait, and the texts of their strings.
#[derive(Debug, Default)]
pub struct Waiting {
    /// The texts, each with a line feed after it. Line feeds in them are carriage returns here, which are white space where
    /// these are.
    texts: Vec<u8>,
    lines: Vec<One>,
    /// The context and the places that are asked for of all lines.
    context: Vec<(Name, usize)>,
    asked: Vec<usize>,
}

/// A line that waits.
#[derive(Debug)]
struct One {
    span: Span,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    /// The next text belongs to it, and so much of the lists, from where the line before ends.
    Text {
        context_end: usize,
        asked_end: usize,
        has_nested_context: bool,
    },
    /// It only keeps its place.
    Sound,
    Spoilt,
}

impl Kind {
    /// What is seen of a line that only keeps its place.
    const fn sight(&self) -> Sight<'static> {
        match self {
            Self::Spoilt => Sight::Spoilt,
            Self::Sound | Self::Text { .. } => Sight::Sound,
        }
    }
}

impl Waiting {
    /// Lets a line wait for the text of its string, whose bytes between the quotes are these.
    pub fn add_text(&mut self, span: Span, around: Around<'_>, raw: &[u8]) {
        self.context.extend_from_slice(around.context);
        self.asked.extend_from_slice(around.asked);
        string_bytes::append_text(raw, &mut self.texts);
        self.texts.push(b'\n');
        let kind = Kind::Text {
            context_end: self.context.len(),
            asked_end: self.asked.len(),
            has_nested_context: around.has_nested_context,
        };
        self.lines.push(One { span, kind });
    }

    /// Lets a line wait for those before it.
    pub fn add(&mut self, span: Span, is_spoilt: bool) {
        self.lines.push(One { span, kind: if is_spoilt { Kind::Spoilt } else { Kind::Sound } });
    }

    /// Gives the lines in order. They stand in a chunk, on the same way, and `scan` scans their texts. The last guess that
    /// `line` makes is given.
    pub fn give(
        &mut self,
        chunk: &[u8],
        way: &Way,
        line: &mut impl FnMut(Span, Sight<'_>) -> Option<Box<Guess>>,
        scan: impl FnOnce(&[u8], Each<'_>),
    ) -> Option<Box<Guess>> {
        let Self { texts, lines, context, asked } = self;
        let (mut context_at, mut asked_at, mut guess) = (0, 0, None);
        let mut waiting = lines.drain(..);
        let mut give = |span: Span, sight: Sight<'_>| {
            if let Some(new) = line(span, sight) {
                guess = Some(new);
            }
        };
        scan(texts, &mut |_, inner| {
            for One { span, kind } in waiting.by_ref() {
                let Kind::Text { context_end, asked_end, has_nested_context } = kind else {
                    give(span, kind.sight());
                    continue;
                };
                let around = Around {
                    context: context.get(context_at..context_end).unwrap_or_default(),
                    has_nested_context,
                    asked: asked.get(asked_at..asked_end).unwrap_or_default(),
                };
                (context_at, asked_at) = (context_end, asked_end);
                match inner {
                    Sight::Clear(inner) => {
                        give(span, Sight::Clear(&Hit { chunk, span, way, around, inside: Inside::Text(inner) }));
                    }
                    // A slower scanner finds out what the text is.
                    Sight::Sound | Sight::Unclear | Sight::Spoilt => give(span, Sight::Sound),
                }
                break;
            }
            None
        });
        for One { span, kind } in waiting {
            give(span, kind.sight());
        }
        texts.clear();
        texts.shrink_to(KEPT_BYTES);
        context.clear();
        asked.clear();
        guess
    }
}
