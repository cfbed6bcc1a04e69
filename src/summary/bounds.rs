//! How much a summary keeps. The numbers hold together: a log that reaches all of them fits into the memory that the
//! program promises.

use serde::{Deserialize, Serialize};

/// More lines than any log has. Counts of a stored summary are not larger, so that some of them can be added up.
pub const COUNT_MAX: u64 = 1 << 56;

/// How many entries the tables of error codes keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    /// Codes that no shipped table lists.
    pub unlisted: usize,
    /// Pairs of code and masked message.
    pub messages: usize,
    /// Masked messages of one code.
    pub messages_each: usize,
    /// Pairs of code and the name of a service, an action, a region or a value of a `--by` field.
    pub names: usize,
    /// Buckets of the timelines of all codes.
    pub buckets: usize,
    /// Buckets of the timeline of one code.
    pub buckets_each: usize,
    /// Pairs of code and day, or hour.
    pub days: usize,
    /// Bytes of the names of the calls that stand for codes and messages: each name of each of them has an equal share.
    pub call_names: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            unlisted: 4096,
            messages: 65_536,
            messages_each: 64,
            names: 131_072,
            buckets: 1_048_576,
            buckets_each: 2048,
            days: 1_048_576,
            call_names: 32 << 20,
        }
    }
}
