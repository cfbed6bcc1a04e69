//! Which records count: a window of time and exact values of context fields. Lines that are no records always count.

use crate::record::Record;
use crate::time::{Nanos, Side};

/// What `--since`, `--until`, `--service`, `--action` and `--region` ask for. Several values of one option are
/// alternatives; a record without the field is taken out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// The earliest time that counts.
    pub since: Option<Nanos>,
    /// The earliest time that does not count any more.
    pub until: Option<Nanos>,
    /// Services that count; all when empty.
    pub services: Vec<String>,
    /// Actions that count; all when empty.
    pub actions: Vec<String>,
    /// Regions that count; all when empty.
    pub regions: Vec<String>,
}

/// What a filter says of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It counts.
    Counts,
    /// It is taken out.
    Filtered,
    /// It is taken out because it has no time.
    Untimed,
}

impl Filter {
    /// Whether a window of time is asked for.
    #[must_use]
    pub const fn has_window(&self) -> bool {
        self.since.is_some() || self.until.is_some()
    }

    /// On which side of the window a time lies.
    #[must_use]
    pub fn side(&self, time: Nanos) -> Side {
        Side::of(time, self.since, self.until)
    }

    /// Judges a record.
    #[must_use]
    pub fn judge(&self, record: &Record<'_>) -> Verdict {
        if self.has_window() {
            let Some(time) = record.context.time else { return Verdict::Untimed };
            if self.side(time) != Side::Within {
                return Verdict::Filtered;
            }
        }
        let context = &record.context;
        let fields =
            [(&self.services, context.service), (&self.actions, context.action), (&self.regions, context.region)];
        let counts = fields
            .into_iter()
            .all(|(wanted, value)| wanted.is_empty() || value.is_some_and(|value| wanted.iter().any(|it| it == value)));
        if counts { Verdict::Counts } else { Verdict::Filtered }
    }
}
