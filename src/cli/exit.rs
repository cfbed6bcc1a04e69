//! Exit codes, and which one wins when several apply (SPEC 7).

use resplog::report::{Condition, Report};

use super::signals;

pub const DONE: u8 = 0;
pub const BREACH: u8 = 1;
pub const USAGE: u8 = 2;
pub const INPUT: u8 = 3;
pub const WRITE: u8 = 4;
pub const LOCKED: u8 = 5;
pub const CHANGED: u8 = 6;
pub const LAW: u8 = 70;
pub const AGAIN: u8 = 75;
pub const CLOSED: u8 = 141;

/// The code of a run that a signal ended, if one came.
pub fn signalled() -> Option<u8> {
    signals::received().map(|signal| 128 + signal)
}

/// The code of a report; `signal` is the number of the signal that ended the run.
pub fn of(report: &Report, signal: Option<u8>) -> u8 {
    let holds = |condition| report.status.contains(&condition);
    match signal {
        Some(signal) if holds(Condition::Interrupted) => 128 + signal,
        _ if holds(Condition::WriteFailed) => WRITE,
        _ if holds(Condition::Breach) || holds(Condition::NothingMatched) => BREACH,
        _ if holds(Condition::Input) || holds(Condition::NothingRecognised) => INPUT,
        _ => DONE,
    }
}
