//! What was found in a line and in the texts of strings in it, from the outermost to the one that holds the response. It
//! looks for nothing.

use super::found::{Around, Found, Way};
use super::span::Span;

/// A line or the text of a string with a way to the response; all places are in the chunk.
#[derive(Clone, Copy, Debug)]
pub struct Hit<'f> {
    pub(super) chunk: &'f [u8],
    pub(super) span: Span,
    pub(super) way: &'f Way,
    pub(super) around: Around<'f>,
    pub(super) inside: Inside<'f>,
}

/// What the way leads to in one text.
#[derive(Clone, Copy, Debug)]
pub enum Inside<'f> {
    /// The response.
    Response(&'f Found),
    /// A string, whose text goes on.
    Text(&'f Hit<'f>),
}

impl<'f> Hit<'f> {
    /// This text and those inside of it, outermost first.
    pub fn texts(&'f self) -> impl Iterator<Item = &'f Self> {
        std::iter::successors(Some(self), |hit| match hit.inside {
            Inside::Response(_) => None,
            Inside::Text(inner) => Some(inner),
        })
    }
}
