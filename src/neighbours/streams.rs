//! What goes on from line to line in each stream of an input: a record that is printed over several lines, a line of which a
//! collector made pieces. Lines of other streams can stand between.

use crate::frame::Stream;

/// How many streams are distinguished; the oldest gives way.
const STREAMS_MAX: usize = 64;

/// The streams that were seen.
#[derive(Debug, Default)]
pub struct Streams(Vec<State>);

#[derive(Debug)]
struct State {
    stream: Option<Stream>,
    /// Lines that begin before this offset belong to a record that began before them, unless they begin with an object.
    covered_to: u64,
    /// Whether the last line was a piece that goes on.
    goes_on: bool,
}

impl Streams {
    /// Forgets everything.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Up to which offset lines belong to a record that began before them.
    pub fn covered_to(&self, stream: Option<Stream>) -> u64 {
        self.get(stream).map_or(0, |state| state.covered_to)
    }

    /// Notes that a record goes on up to an offset.
    pub fn cover(&mut self, stream: Option<Stream>, to: u64) {
        let state = self.of(stream);
        state.covered_to = state.covered_to.max(to);
    }

    /// Whether the last line of a stream was a piece that goes on.
    pub fn goes_on(&self, stream: Stream) -> bool {
        self.get(Some(stream)).is_some_and(|state| state.goes_on)
    }

    /// Notes whether the last line of a stream was a piece that goes on.
    pub fn set_goes_on(&mut self, stream: Stream, goes_on: bool) {
        if goes_on || self.goes_on(stream) {
            self.of(Some(stream)).goes_on = goes_on;
        }
    }

    fn get(&self, stream: Option<Stream>) -> Option<&State> {
        self.0.iter().find(|state| state.stream == stream)
    }

    fn of(&mut self, stream: Option<Stream>) -> &mut State {
        let place = self.0.iter().position(|state| state.stream == stream).unwrap_or_else(|| {
            if self.0.len() >= STREAMS_MAX {
                self.0.remove(0);
            }
            self.0.push(State { stream, covered_to: 0, goes_on: false });
            self.0.len() - 1
        });
        &mut self.0[place]
    }
}
