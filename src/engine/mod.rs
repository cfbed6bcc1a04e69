//! Runs threads over inputs: every line is scanned once and shown to a fold that belongs to the thread.

mod analysis;
mod drive;
mod duplicates;
mod facts;
pub mod line;
mod run;
mod summarize;
mod survey;
mod worker;

pub use analysis::{Analysis, analyze};
pub use drive::{ThreadsError, drive, in_order};
pub use duplicates::Duplicates;
pub use facts::{facts, held_facts, partial, shown_path};
pub use run::{Done, Driven, InOrder, Options, Run, RunControl, Seen};
pub use summarize::{Summarized, summarize};
pub use survey::{Surveyed, survey};
