//! A reader that begins where the streams end: what was written before is not read, and nobody knows how many lines it has.

use super::planner::{Plan, Track};
use super::position::Position;

/// So many lines stand before a place when nobody has counted them: more than any log has.
pub const UNCOUNTED: u64 = 1 << 60;

impl Plan {
    /// The positions of a reader that reads nothing of what is there. A line or a record that goes on is read when it ends.
    #[must_use]
    pub fn at_ends(&mut self) -> Vec<Position> {
        let tracks = std::mem::take(&mut self.tracks);
        tracks.into_iter().flatten().map(|Track { position, .. }| at_end(position)).collect()
    }
}

fn at_end(position: Position) -> Position {
    let lines = if position.offset > 0 { UNCOUNTED } else { 0 };
    // An archive is known by its packed bytes, and does not grow.
    let settled = position.settled || position.packed.is_some();
    Position { lines, settled, ..position }
}
