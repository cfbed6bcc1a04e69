//! Lines are numbered late: a chunk knows its place, not its first line. When an input is complete, the line counts of
//! its chunks add up to the numbers.

use std::collections::BTreeMap;

use crate::record::Origin;

/// How many lines each chunk of each input had.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Numbering {
    /// Input, chunk, lines; in no order.
    chunks: Vec<(u32, u32, u32)>,
    /// Lines before the first chunk of an input.
    before: BTreeMap<u32, u64>,
}

/// Line numbers of complete inputs.
#[derive(Clone, Debug)]
pub struct Numbers {
    /// Input, chunk, lines before the chunk; sorted.
    starts: Vec<(u32, u32, u64)>,
}

impl Numbering {
    /// Notes how many lines a chunk has; each chunk is noted once.
    pub fn chunk(&mut self, input: u32, chunk: u32, lines: u32) {
        if lines > 0 {
            self.chunks.push((input, chunk, lines));
        }
    }

    /// Notes how many lines of an input stand before its first chunk.
    pub fn begin(&mut self, input: u32, lines: u64) {
        self.before.insert(input, lines);
    }

    /// Adds the chunks of another one.
    pub fn merge(&mut self, other: Self) {
        let Self { chunks, before } = other;
        self.chunks.extend(chunks);
        self.before.extend(before);
    }

    /// How much memory it takes, in bytes.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.chunks.capacity() * size_of::<(u32, u32, u32)>()
    }

    /// Adds up the lines before each chunk.
    #[must_use]
    pub fn resolve(&self) -> Numbers {
        let mut chunks = self.chunks.clone();
        chunks.sort_unstable();
        let mut before = 0;
        let mut of = None;
        let starts = chunks.into_iter().map(|(input, chunk, lines)| {
            if of != Some(input) {
                of = Some(input);
                before = self.before.get(&input).copied().unwrap_or(0);
            }
            let start = before;
            before += u64::from(lines);
            (input, chunk, start)
        });
        Numbers { starts: starts.collect() }
    }
}

impl Numbers {
    /// The line's number in its input, from 1.
    #[must_use]
    pub fn line(&self, origin: Origin) -> u64 {
        let key = (origin.input, origin.chunk);
        let before = self
            .starts
            .binary_search_by_key(&key, |&(input, chunk, _)| (input, chunk))
            .ok()
            .and_then(|place| self.starts.get(place))
            .map_or(0, |&(_, _, before)| before);
        before + u64::from(origin.line) + 1
    }
}
