//! What a report is made of beside the summary: the options that change numbers or lists, and how the inputs were read.

use std::collections::BTreeMap;

use super::Against;
use crate::catalog::{self, Classes};
use crate::input;
use crate::settings::Value;
use crate::time::{Nanos, Period};

/// What a report is made of, beside the summary.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// The class of each code.
    pub classes: &'a Classes,
    /// How many ids a code lists.
    pub ids: usize,
    /// Codes that are listed; all when empty. Totals are never cut.
    pub codes: &'a [String],
    /// Classes that are listed; all when empty.
    pub only_classes: &'a [catalog::Class],
    /// Names of the `--by` fields.
    pub by: &'a [String],
    /// Periods to group by.
    pub periods: &'a [Period],
    /// The options that change numbers or lists.
    pub filters: &'a BTreeMap<&'static str, Value>,
    /// The time before and after which calls are compared, as they were counted.
    pub split: Option<Nanos>,
    /// What the report is compared with.
    pub against: Against<'a>,
}

/// An input of a report.
#[derive(Clone, Debug, Default)]
pub struct InputFacts {
    /// Its path as it is shown.
    pub path: String,
    /// How it was read.
    pub read: input::Facts,
}
