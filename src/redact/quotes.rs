//! Quotes around a value, also inside JSON that stands in a string of JSON; refuses to know what a
//! secret is.

/// Backslashes before a quote are counted up to here; it takes a sixfold nested text to have more.
const BACKSLASHES_MAX: usize = 64;

/// A quote with the backslashes before it: `"` in plain text, `\"` in JSON inside a string.
#[derive(Clone, Copy)]
pub(super) struct Quote {
    pub(super) mark: u8,
    pub(super) backslashes: usize,
}

impl Quote {
    /// A quote is escaped 0, 1, 3, 7, … times; any other number is a backslash and a quote.
    fn new(mark: u8, backslashes: usize) -> Option<Self> {
        let is_quote = matches!(mark, b'"' | b'\'' | b'`') && (backslashes + 1).is_power_of_two();
        is_quote.then_some(Self { mark, backslashes })
    }

    pub(super) fn len(self) -> usize {
        self.backslashes + 1
    }
}

/// The quote that opens at `at`.
pub(super) fn quote_at(bytes: &[u8], at: usize) -> Option<Quote> {
    let rest = &bytes[at..];
    let backslashes = rest.iter().take(BACKSLASHES_MAX).take_while(|&&byte| byte == b'\\').count();
    Quote::new(*rest.get(backslashes)?, backslashes)
}

/// Where the content that begins at `start` ends, and where to read on.
///
/// JSON in a string writes its quotes after 1 backslash, a level deeper after 3, then 7: as many
/// as there are ones at the end of a binary number. Backslashes of the value itself come in front
/// of these in multiples that leave those ones alone. So the ones tell the level of a quote: deeper
/// than the opening one is part of the value, less deep ends the string around it, and a value that
/// was cut there.
pub(super) fn closing(bytes: &[u8], start: usize, quote: Quote) -> (usize, usize) {
    let mut run = 0_usize;
    for (at, &byte) in bytes.iter().enumerate().skip(start) {
        if byte == b'\\' {
            run += 1;
            continue;
        }
        let own = (1_usize << run.trailing_ones()) - 1;
        if byte == quote.mark && own <= quote.backslashes {
            let end = at - own;
            return (end, if own == quote.backslashes { at + 1 } else { end });
        }
        run = 0;
    }
    (bytes.len(), bytes.len())
}

/// Whether the quote in front of `start` looks like one that closes.
pub(super) fn closes_here(bytes: &[u8], start: usize) -> bool {
    match bytes.get(start) {
        None | Some(b',' | b'}' | b']' | b')' | b':' | b';' | b' ' | b'\n' | b'\r' | b'\t') => true,
        Some(_) => quote_at(bytes, start).is_some(),
    }
}

/// The quote that `bytes` ends with.
pub(super) fn quote_at_end(bytes: &[u8]) -> Option<Quote> {
    let (&mark, before) = bytes.split_last()?;
    Quote::new(mark, backslashes_at_end(before))
}

fn backslashes_at_end(bytes: &[u8]) -> usize {
    bytes.iter().rev().take(BACKSLASHES_MAX).take_while(|&&byte| byte == b'\\').count()
}
