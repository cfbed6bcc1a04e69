//! Follows streams of log lines through growth, renaming, compression, copies and truncation: how far each was read
//! (positions), which file holds it by now (`find`), and where reading goes on (`decide`). It does not know what a line
//! says, what is summed up, or where positions are kept.

mod archive;
mod at_ends;
mod confirm;
pub mod decide;
mod each;
pub mod find;
mod folder;
pub mod known;
mod missed;
mod names;
mod originals;
mod plain;
mod plan;
mod planner;
mod position;
mod probe;
mod settle;

pub use at_ends::UNCOUNTED;
pub use confirm::{CALM_READS, Disturbed, Outcome, limit};
pub use names::logs;
pub use plan::plan;
pub use planner::{IsWritten, Limits, OpenFrom, Plan, ReadBefore, ShareOf, Sought};
pub use position::{Mark, Packed, Position, StoredPath, Times};
pub use settle::UNSEEN_RUNS_MAX;
