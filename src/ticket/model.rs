//! A ticket as plain data, and which names may stand in one. It does not know where they come from.

use crate::catalog::{self, Class};
use crate::report::{At, StandsOut};
use crate::time::Nanos;

/// How many codes are written up in one run.
pub const CODES_MAX: usize = 20;
/// Longest id that a ticket holds, in bytes.
const PLAIN_BYTES_MAX: usize = 64;

/// All tickets of some inputs, and what was not written up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tickets {
    /// By class, then failures descending, code, and failures of the product descending.
    pub tickets: Vec<Ticket>,
    /// Codes that were chosen and have no ticket, with the reason.
    pub left_out: Vec<LeftOut>,
    /// Whether the second reading was stopped before its end.
    pub interrupted: bool,
}

/// A code, or a part of its failures, without a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The code, redacted.
    pub code: String,
    /// Failures that are not written up.
    pub failures: u64,
    /// Why not.
    pub why: Why,
}

/// Why failures are not written up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Calls were refused now and then, not over a stretch of time.
    NotSustained,
    /// There are [`CODES_MAX`] tickets' worth of codes before it.
    TooManyCodes,
    /// The log names more products than are counted apart.
    TooManyProducts,
}

/// The failures of one code in one product.
#[derive(Clone, Debug, PartialEq)]
pub struct Ticket {
    /// The code, redacted.
    pub code: String,
    /// Who can act; a hint.
    pub class: Class,
    /// What the code likely means, in ASCII.
    pub meaning: String,
    /// What to do, in ASCII.
    pub advice: String,
    /// The product.
    pub product: Product,
    /// Failures by action, the most frequent first; none when the log names no actions.
    pub actions: Vec<Share>,
    /// Failures by region, the most frequent first; none when the log names no regions.
    pub regions: Vec<Share>,
    /// Failures of the code in this product.
    pub failures: u64,
    /// The time of the earliest one.
    pub first: Option<Nanos>,
    /// The time of the latest one.
    pub last: Option<Nanos>,
    /// When the rate of the code changed for the worse; only when all its failures are of this product.
    pub since: Option<Nanos>,
    /// How many calls are concerned.
    pub impact: Impact,
    /// The most frequent message; none when the failures have none.
    pub message: Option<Message>,
    /// Ids that stand for the failures, in the order of the slots; each is plain (see [`is_plain`]).
    pub ids: Vec<Picked>,
    /// The latest success of the main action with a plain id, in the same product.
    pub success: Option<Picked>,
    /// Ids of slots that are not plain.
    pub ids_left_out: usize,
    /// Values of `--by` fields that failures of the code, of all products, have much more often than all calls; for the
    /// sender only.
    pub stands_out: Vec<StandsOut>,
}

/// The product of a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Product {
    /// The log names it; redacted.
    Named(String),
    /// The log does not name it, or by no name that the catalog knows; these list the code.
    Suggested(Vec<&'static str>),
    /// Nobody knows.
    Unknown,
}

impl Product {
    /// The name in the log.
    #[must_use]
    pub fn named(&self) -> Option<&str> {
        match self {
            Self::Named(name) => Some(name),
            Self::Suggested(_) | Self::Unknown => None,
        }
    }
}

/// How often a name occurs among the failures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// The name, redacted.
    pub name: String,
    /// Failures with it.
    pub failures: u64,
}

/// Failures among calls: of the main action, or of the product when the log names no actions, or of the whole log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Impact {
    /// Failures with the code.
    pub failures: u64,
    /// Calls, failed or not.
    pub calls: u64,
    /// The action that the calls are of.
    pub action: Option<String>,
}

/// A masked message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Redacted and masked.
    pub text: String,
    /// How many masked messages the failures have.
    pub variants: usize,
}

/// An id, why it was chosen, and what is known of the call. Where the record stands is for the sender only.
#[derive(Clone, Debug, PartialEq)]
pub struct Picked {
    /// The id.
    pub request_id: String,
    /// The slot that chose it.
    pub reason: String,
    /// What is known of the call.
    pub at: At,
}

/// Whether an id may stand in a ticket and in a command: `[0-9A-Za-z._-]{1,64}`.
#[must_use]
pub fn is_plain(id: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=PLAIN_BYTES_MAX).contains(&id.len()) && id.bytes().all(is_allowed)
}

/// The product that a service is, when the catalog knows one of that name: loggers write the name of the program that logs
/// there as well.
pub(super) fn known_product(service: Option<&str>) -> Option<&str> {
    service.filter(|name| catalog::is_product(name))
}
