//! The words without which a text says nothing of calls: they are looked for in a whole chunk, so that a line without them
//! costs no search of its own. It reads no text.

use std::sync::LazyLock;

use memchr::memmem::Finder;

/// The words: of ids, of classes of exceptions, of envelopes.
static FINDERS: LazyLock<[Finder<'static>; 3]> =
    LazyLock::new(|| ["equest", "TencentCloudSDK", "Response"].map(Finder::new));

/// Whether a text can say anything of calls. What it turns down does not.
#[must_use]
pub fn may_hold(text: &[u8]) -> bool {
    FINDERS.iter().any(|finder| finder.find(text).is_some())
}

/// Which lines of a chunk hold one of the words.
#[derive(Debug)]
pub struct Needles<'c> {
    chunk: &'c [u8],
    /// Where each word stands next; the end of the chunk when nowhere.
    next: [usize; 3],
}

impl<'c> Needles<'c> {
    /// Nothing looked for yet.
    #[must_use]
    pub const fn new(chunk: &'c [u8]) -> Self {
        Self { chunk, next: [0; 3] }
    }

    /// Whether the line `start..end` holds one of the words. Lines are asked for in order.
    pub fn are_in(&mut self, start: usize, end: usize) -> bool {
        let mut holds = false;
        for (next, finder) in self.next.iter_mut().zip(FINDERS.iter()) {
            if *next < start || start == 0 {
                let rest = self.chunk.get(start..).unwrap_or_default();
                *next = finder.find(rest).map_or(self.chunk.len(), |at| start + at);
            }
            holds |= *next < end;
        }
        holds
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_with_a_word_are_those_that_hold_it() {
        let chunk = b"a\nrequest\n\nResponse TencentCloudSDK\nb\nno\nTencentCloudSDK\nresponse\nRequest";
        let mut needles = Needles::new(chunk);
        let mut start = 0;
        for line in chunk.split(|&byte| byte == b'\n') {
            let shown = String::from_utf8_lossy(line);
            assert_eq!(needles.are_in(start, start + line.len()), may_hold(line), "{shown}");
            start += line.len() + 1;
        }
    }
}
