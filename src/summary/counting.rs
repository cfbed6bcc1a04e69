//! What a run tells its folds beside the lines: how times are grouped. It counts nothing.

use crate::time::{Calendar, Nanos};

/// How a fold counts.
#[derive(Clone, Debug, Default)]
pub struct Counting {
    /// The days or hours that calls are grouped by.
    pub calendar: Calendar,
    /// The time before and after which calls are compared.
    pub split: Option<Nanos>,
}
