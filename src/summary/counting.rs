//! What a run tells its folds beside the lines: how times are grouped, and inputs kept apart. It counts nothing.

use crate::time::{Calendar, Nanos};

/// How a fold counts.
#[derive(Clone, Debug, Default)]
pub struct Counting {
    /// The days or hours that calls are grouped by.
    pub calendar: Calendar,
    /// The time before and after which calls are compared.
    pub split: Option<Nanos>,
    /// Whether a summary of each input is made as well.
    pub apart: bool,
}
