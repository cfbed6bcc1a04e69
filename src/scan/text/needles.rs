//! The words without which a text says nothing of calls: they are looked for in a whole chunk, so that a line without them
//! costs no search of its own. It reads no text.

use std::sync::LazyLock;

use memchr::memmem::Finder;

/// The words: of ids, of classes of exceptions, of envelopes.
static FINDERS: LazyLock<[Finder<'static>; 3]> =
    LazyLock::new(|| ["equest", "TencentCloudSDK", "Response"].map(Finder::new));
/// The word that is a part of an id's name only when it goes on as one.
const OF_ID: usize = 0;
/// What begins a control sequence of a terminal, which can stand within a word.
const ESCAPE: u8 = 0x1b;

/// Whether a text can say anything of calls. What it turns down does not.
#[must_use]
pub fn may_hold(text: &[u8]) -> bool {
    (0..FINDERS.len()).any(|word| next(word, text, 0) < text.len())
}

/// Whether a text has the name of an id, in any spelling that pairs have.
#[must_use]
pub fn names_id(text: &[u8]) -> bool {
    next(OF_ID, text, 0) < text.len()
}

/// Whether the name of one id is all that a text has of the words.
#[must_use]
pub fn names_one_id_only(text: &[u8]) -> bool {
    let first = next(OF_ID, text, 0);
    first < text.len()
        && next(OF_ID, text, first + 1) == text.len()
        && (OF_ID + 1..FINDERS.len()).all(|word| next(word, text, 0) == text.len())
}

/// Where a word stands next in a text, from a place on; the end of the text when nowhere.
fn next(word: usize, text: &[u8], from: usize) -> usize {
    let (Some(finder), Some(rest)) = (FINDERS.get(word), text.get(from..)) else { return text.len() };
    let mut places = finder.find_iter(rest).map(|at| from + at);
    let counts = |&at: &usize| {
        let after = text.get(at + finder.needle().len()..).unwrap_or_default();
        word != OF_ID || goes_on_as_id(after)
    };
    places.find(counts).unwrap_or(text.len())
}

/// Whether what follows `request` makes it the name of an id, or the head of a dump, which names the host.
fn goes_on_as_id(after: &[u8]) -> bool {
    let separators = after.iter().take_while(|byte| matches!(byte, b'_' | b'-')).count();
    matches!(after.get(separators), Some(b'I' | b'i' | b'\\')) || after.starts_with(b": Host: ")
}

/// What the words of a line say of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// Whether its text can say anything of calls.
    pub may_hold: bool,
    /// Whether that is so whatever colours are in it.
    pub is_silent: bool,
}

impl Words {
    /// Those of a text.
    #[must_use]
    pub fn of(text: &[u8]) -> Self {
        let may_hold = may_hold(text);
        Self { may_hold, is_silent: !may_hold && memchr::memchr(ESCAPE, text).is_none() }
    }
}

/// Which lines of a chunk hold one of the words.
#[derive(Debug)]
pub struct Needles<'c> {
    chunk: &'c [u8],
    /// Where each word stands next; the end of the chunk when nowhere.
    next: [Option<usize>; 3],
    next_escape: Option<usize>,
}

impl<'c> Needles<'c> {
    /// Nothing looked for yet.
    #[must_use]
    pub const fn new(chunk: &'c [u8]) -> Self {
        Self { chunk, next: [None; 3], next_escape: None }
    }

    /// Those of the line `start..end`. Lines are asked for in order.
    pub fn words(&mut self, start: usize, end: usize) -> Words {
        let Self { chunk, .. } = *self;
        let mut may_hold = false;
        for (word, place) in self.next.iter_mut().enumerate() {
            let at = match *place {
                Some(at) if at >= start => at,
                _ => *place.insert(next(word, chunk, start)),
            };
            may_hold |= at < end;
        }
        let escape = match self.next_escape {
            Some(at) if at >= start => at,
            _ => {
                let rest = chunk.get(start..).unwrap_or_default();
                *self.next_escape.insert(memchr::memchr(ESCAPE, rest).map_or(chunk.len(), |at| start + at))
            }
        };
        Words { may_hold, is_silent: !may_hold && escape >= end }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_with_a_word_are_those_that_hold_it() {
        let chunk = b"a\nrequestId\n\nResponse TencentCloudSDK\nb\nno\nTencentCloudSDK\nresponse\nRequest\n\x1b[0m\n\
            request request\nRequest: Host: x\nrequest_-id\nrequest_\nrequest";
        let mut needles = Needles::new(chunk);
        let mut start = 0;
        let mut held = Vec::new();
        for line in chunk.split(|&byte| byte == b'\n') {
            let words = needles.words(start, start + line.len());
            assert_eq!(words, Words::of(line), "{}", String::from_utf8_lossy(line));
            held.push(match words {
                Words { may_hold: true, .. } => '+',
                Words { is_silent: true, .. } => '-',
                Words { .. } => '?',
            });
            start += line.len() + 1;
        }
        assert_eq!(held.iter().collect::<String>(), "-+-+--+--?-++--");
        assert!(names_id(b"request__i-d=a") && !names_id(b"request a Response"));
        for (text, is_it) in [
            (&b"RequestId"[..], true),
            (b"request a, requestId", true),
            (b"RequestId RequestId", false),
            (b"RequestId Response", false),
            (b"RequestId TencentCloudSDK", false),
            (b"request", false),
        ] {
            assert_eq!(names_one_id_only(text), is_it, "{}", String::from_utf8_lossy(text));
        }
    }
}
