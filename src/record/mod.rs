//! The glossary: what a line of a log can be, and where it stood. It knows no format, no file and no report.

mod call;
mod forms;
mod odd;

pub use call::Call;
pub use forms::{Form, Forms};
pub use odd::{Anomalies, Anomaly, Doubt, Doubts};
use serde::{Deserialize, Serialize};

use crate::time::Nanos;

/// How a request ended, of a line that holds an envelope (SPEC 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// The response object has no `Error`, or `Error: null`.
    Ok,
    /// The response object has an `Error`.
    Failed,
    /// The `Error` says that the request would have succeeded.
    DryRun,
}

impl Outcome {
    /// Every outcome, in the order of the reports.
    pub const ALL: [Self; 3] = [Self::Ok, Self::Failed, Self::DryRun];

    /// The line class of a record with this outcome.
    #[must_use]
    pub const fn class(self) -> LineClass {
        match self {
            Self::Ok => LineClass::Ok,
            Self::Failed => LineClass::Failed,
            Self::DryRun => LineClass::DryRun,
        }
    }

    /// The word that reports use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.class().as_str()
    }
}

/// What a line counts as: each line has exactly one line class (SPEC 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LineClass {
    /// Nothing but space, tab and CR.
    Blank,
    /// Not exactly one JSON value.
    Malformed,
    /// Valid JSON without a response.
    NoEnvelope,
    /// Other text without a response.
    Text,
    /// Says again what another line shortly before it said.
    Echo,
    /// An SDK's error without an id.
    Unidentified,
    /// A call that succeeded.
    Ok,
    /// A call that failed.
    Failed,
    /// A call that would have succeeded.
    DryRun,
    /// A record that `--dedupe` took out.
    Duplicates,
    /// A record that a filter took out.
    Filtered,
}

impl LineClass {
    /// Every line class, in the order of the reports.
    pub const ALL: [Self; 11] = [
        Self::Blank,
        Self::Malformed,
        Self::NoEnvelope,
        Self::Text,
        Self::Echo,
        Self::Unidentified,
        Self::Ok,
        Self::Failed,
        Self::DryRun,
        Self::Duplicates,
        Self::Filtered,
    ];

    /// The word that reports use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Blank => "blank",
            Self::Malformed => "malformed",
            Self::NoEnvelope => "no_envelope",
            Self::Text => "text",
            Self::Echo => "echo",
            Self::Unidentified => "unidentified",
            Self::Ok => "ok",
            Self::Failed => "failed",
            Self::DryRun => "dry_run",
            Self::Duplicates => "duplicates",
            Self::Filtered => "filtered",
        }
    }
}

/// Why a line is not exactly one JSON value; the first offending byte decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Reason {
    /// Longer than `--max-line`; its bytes are not looked at.
    Oversize,
    /// No byte offends, but the value is not complete at the end.
    Truncated,
    /// A complete value is followed by something.
    Trailing,
    /// A bracket would open nesting level 1,025.
    Depth,
    /// A byte sequence is not UTF-8.
    Utf8,
    /// Any other violation of the grammar.
    Syntax,
}

impl Reason {
    /// Every reason, in the order of the reports.
    pub const ALL: [Self; 6] = [Self::Oversize, Self::Truncated, Self::Trailing, Self::Depth, Self::Utf8, Self::Syntax];

    /// The word that reports use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Oversize => "oversize",
            Self::Truncated => "truncated",
            Self::Trailing => "trailing",
            Self::Depth => "depth",
            Self::Utf8 => "utf8",
            Self::Syntax => "syntax",
        }
    }
}

/// Longest line that is looked at by default, in bytes.
pub const LINE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Longest code that is kept, in bytes after unescaping; a longer one counts as `(none)`.
pub const CODE_BYTES_MAX: usize = 256;
/// Longest request id, in bytes after unescaping; a longer one counts as missing.
pub const REQUEST_ID_BYTES_MAX: usize = 256;
/// Shortest request id, in bytes after unescaping.
pub const REQUEST_ID_BYTES_MIN: usize = 4;
/// How much of a message is kept, in bytes, after redaction.
pub const MESSAGE_BYTES_MAX: usize = 512;

/// What wrappers around an envelope say of a call; a bare log has none of it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Context<'a> {
    /// When the call was made or logged; always plausible.
    pub time: Option<Nanos>,
    /// The product, such as `cvm`.
    pub service: Option<&'a str>,
    /// The API, such as `DescribeInstances`.
    pub action: Option<&'a str>,
    /// The region, such as `ap-guangzhou`.
    pub region: Option<&'a str>,
    /// How long the call took, in nanoseconds.
    pub duration_ns: Option<u64>,
    /// The HTTP status.
    pub status: Option<i64>,
}

/// A line with an envelope: what the response says and what the wrapper says. It borrows from its chunk.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Record<'a> {
    /// How the request ended.
    pub outcome: Outcome,
    /// The code, unescaped; `(none)` when there is no usable one; empty when `outcome` is `Ok`.
    pub code: &'a str,
    /// The message, unescaped, not yet redacted; empty when there is none.
    pub message: &'a str,
    /// The request id, unescaped; none when it counts as missing (SPEC 2).
    pub request_id: Option<&'a str>,
    /// What stands around the envelope.
    pub context: Context<'a>,
    /// The values of the `--by` fields, in the order of the options; empty when there are none.
    pub by: &'a [Option<&'a str>],
    /// How the response stood in the line.
    pub form: Form,
    /// Pointer (RFC 6901) of the object that held it: of the envelope, or of the object without one. Names inside of a
    /// layer or a text come after those that lead to it. None in a line that is text.
    pub pointer: Option<&'a str>,
}

/// What a line is, before filters and deduplication.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Line<'a> {
    /// Nothing but space, tab and CR.
    Blank,
    /// Not exactly one JSON value.
    Malformed(Reason),
    /// Valid JSON without a response.
    NoEnvelope,
    /// Other text without a response.
    Text,
    /// Says again what another line shortly before it said.
    Echo,
    /// An SDK's error without an id, by the name that it is counted under: of its code, or of its class.
    Unidentified(&'a str),
    /// A response, or an error that an SDK made of one.
    Record(Record<'a>),
}

impl Line<'_> {
    /// The line class, before filters and deduplication.
    #[must_use]
    pub const fn class(&self) -> LineClass {
        match self {
            Self::Blank => LineClass::Blank,
            Self::Malformed(_) => LineClass::Malformed,
            Self::NoEnvelope => LineClass::NoEnvelope,
            Self::Text => LineClass::Text,
            Self::Echo => LineClass::Echo,
            Self::Unidentified(_) => LineClass::Unidentified,
            Self::Record(record) => record.outcome.class(),
        }
    }
}

/// Where a line stands in its chunk; absolute line numbers are resolved when an input is complete.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Origin {
    /// The rank of the input's path among all inputs.
    pub input: u32,
    /// Offset of the line's first byte in the decompressed input, from 0.
    pub offset: u64,
    /// Offset of the first byte of the chunk that the line begins in, or of the chunks that were joined to one.
    pub chunk_offset: u64,
    /// How many lines begin in the chunk before this one.
    pub line: u64,
}
