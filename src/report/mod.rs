//! The report: plain sorted rows with every ratio done, the same for every format. Renderers show it and decide
//! nothing. The field names are the keys of the JSON report (SPEC 6).

mod budget;
pub mod build;
mod calls;
pub mod cells;
mod codes;
pub mod columns;
pub mod comparison;
pub mod episodes;
pub mod gaps;
mod inputs;
pub mod intervals;
mod judge;
mod laws;
pub mod listing;
mod model;
pub mod numbers;
mod options;
pub mod over_time;
pub mod parts;
pub mod phrases;
mod places;
mod rank;
pub mod remarks;
mod rows;
pub mod series;
pub mod singles;
pub mod tables;
mod throttled;
mod totals;
mod trend;
mod triage;
pub mod troubles;
pub mod verdict;

pub use codes::class_of;
pub use comparison::{Comparison, ComparisonKind, ComparisonRow, ComparisonSide};
pub use episodes::Episode;
pub use judge::Against;
pub use laws::LawBroken;
pub use model::*;
pub use options::{InputFacts, Options};
pub use rows::*;
pub use throttled::Throttled;
pub use totals::*;
pub use trend::change;

pub use crate::baseline::{READING, SCHEMA};

#[cfg(test)]
mod samples;
#[cfg(test)]
pub(crate) use samples::*;
