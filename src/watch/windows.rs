//! Windows one after another, for who reads them as a list: each call is in one of them, or is counted apart. A window is
//! ready when a later call was seen, or nobody can be expected to be that late.

use crate::time::{NS_PER_SECOND, Nanos};

/// How long after its end a window is ready at the earliest, in nanoseconds.
const READY_NS: i64 = 2 * NS_PER_SECOND;
/// How long after its end it is ready in any case: a window later, but never more than this.
const LATE_NS: i64 = 60 * NS_PER_SECOND;
/// How far a watch is.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// The present time.
    pub now: Nanos,
    /// The newest time of a call.
    pub newest: Option<Nanos>,
    /// Whether something was left that could be read: calls of any time may be in it.
    pub is_behind: bool,
    /// Whether the watch ends.
    pub is_end: bool,
}

/// Which windows have been written.
#[derive(Clone, Copy, Debug)]
pub struct Windows {
    /// Where the next one begins; none when nobody reads windows one after another.
    pub next: Option<Nanos>,
    length: i64,
    pub written: u64,
}

impl Windows {
    /// Windows of a length in nanoseconds from a time on, when somebody reads them.
    pub const fn new(from: Nanos, length: i64, are_read: bool) -> Self {
        Self { next: if are_read { Some(from) } else { None }, length, written: 0 }
    }

    /// The earliest time that is still to be written; the first window has earlier ones too.
    pub fn open(&self) -> Nanos {
        let earlier = if self.written == 0 { self.length } else { 0 };
        self.next.map_or(Nanos(i64::MAX), |next| Nanos(next.0.saturating_sub(earlier)))
    }

    /// What is earlier has been written already.
    pub fn shown(&self) -> Nanos {
        self.next.filter(|_| self.written > 0).unwrap_or(Nanos(i64::MIN))
    }

    /// The next window, when it is ready, or when the watch ends.
    pub fn ready(&self, pace: Pace) -> Option<(Nanos, Nanos)> {
        let Pace { now, newest, is_behind, is_end } = pace;
        let from = self.next?;
        let to = Nanos(from.0.saturating_add(self.length));
        let since = now.0.saturating_sub(to.0);
        let is_over = newest.is_some_and(|newest| newest >= to) && !is_behind;
        let patience = if is_behind { LATE_NS } else { self.length.min(LATE_NS) };
        let is_ready = since >= READY_NS && (is_over || since >= patience);
        match is_end {
            true if to >= now => Some((from, Nanos(i64::MAX))),
            _ => (is_end || is_ready).then_some((from, to)),
        }
    }
}
