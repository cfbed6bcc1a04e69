//! The records of the last stretch of an input, by the hashes of their ids: does a line say again what one of them said?
//! It knows no line, and forgets what lies too far back.

use crate::record::Outcome;

/// How far back a line can be repeated, in bytes between the end of the one and the start of the other.
pub const REACH_BYTES: u64 = 64 * 1024;
/// How many records are kept at least before those that are too far back are dropped.
const RECORDS_MIN: usize = 1024;

/// A record that was seen.
#[derive(Clone, Copy, Debug)]
struct Seen {
    /// Offset of the byte after its last line.
    end: u64,
    /// The hash of its id.
    id: u64,
    outcome: Outcome,
    /// Whether it is an envelope in a line that is JSON.
    is_envelope: bool,
}

/// What a record is to those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// None of them has its id, or in the same way.
    New,
    /// One of them is about the same call.
    Echo,
    /// One of them says that the same call succeeded, and this one that it failed.
    Conflict,
}

/// The records that were seen, in the order of their places.
#[derive(Debug, Default)]
pub struct Ring {
    seen: Vec<Seen>,
    /// How many may be kept before those that are too far back are dropped: twice as many as were near.
    room: usize,
    /// The end of the last record that is not an envelope in a line that is JSON.
    other_end: u64,
}

impl Ring {
    /// Forgets everything.
    pub fn clear(&mut self) {
        self.seen.clear();
        self.room = 0;
        self.other_end = 0;
    }

    /// Takes a record that begins at `start` and ends before `end`, and says what it is to those before it. Two envelopes in
    /// lines that are JSON are never the same call: such repeats are counted.
    #[inline]
    pub fn see(&mut self, start: u64, end: u64, id: u64, outcome: Outcome, is_envelope: bool) -> Relation {
        let reaches_back = start.saturating_sub(REACH_BYTES);
        let relation = if is_envelope && self.other_end <= reaches_back {
            Relation::New
        } else {
            self.relation(reaches_back, id, outcome, is_envelope)
        };
        if self.seen.len() >= self.room.max(RECORDS_MIN) {
            self.forget(reaches_back);
        }
        self.seen.push(Seen { end, id, outcome, is_envelope });
        if !is_envelope {
            self.other_end = self.other_end.max(end);
        }
        relation
    }

    /// Drops the records that end before an offset.
    #[cold]
    fn forget(&mut self, reaches_back: u64) {
        self.seen.retain(|seen| seen.end > reaches_back);
        self.room = 2 * self.seen.len();
    }

    #[inline(never)]
    fn relation(&self, reaches_back: u64, id: u64, outcome: Outcome, is_envelope: bool) -> Relation {
        let is_near = |seen: &&Seen| seen.end > reaches_back && seen.id == id && !(is_envelope && seen.is_envelope);
        let mut relation = Relation::New;
        for seen in self.seen.iter().rev().filter(is_near) {
            if seen.outcome == outcome {
                return Relation::Echo;
            }
            if seen.outcome == Outcome::Ok && outcome == Outcome::Failed {
                relation = Relation::Conflict;
            }
        }
        relation
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_call_told_again_nearby_is_an_echo() {
        let mut ring = Ring::default();
        let (ok, failed) = (Outcome::Ok, Outcome::Failed);
        assert_eq!(ring.see(0, 100, 7, failed, true), Relation::New);
        assert_eq!(ring.see(100, 200, 7, failed, true), Relation::New, "both are envelopes");
        assert_eq!(ring.see(200, 300, 7, failed, false), Relation::Echo);
        assert_eq!(ring.see(300, 400, 7, failed, true), Relation::Echo);
        assert_eq!(ring.see(400, 500, 8, ok, true), Relation::New);
        assert_eq!(ring.see(500, 600, 8, failed, false), Relation::Conflict);
        assert_eq!(ring.see(600, 700, 8, ok, false), Relation::Echo);
        let far = 500 + REACH_BYTES;
        assert_eq!(ring.see(far - 1, far, 8, ok, false), Relation::Echo, "the print at 600 is near");
        let far = far + 2 * REACH_BYTES;
        assert_eq!(ring.see(far, far + 1, 8, ok, false), Relation::New);
    }
}
