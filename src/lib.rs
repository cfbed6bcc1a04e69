//! The library of `resplog`: logs of Tencent Cloud API 3.0 responses become a summary, summaries are merged, and a
//! summary becomes a report.
//!
//! [`analyze`] is all of it with the defaults of `resplog report`:
//!
//! ```
//! use resplog::Format;
//!
//! let report = resplog::analyze(["testdata/wrapped.ndjson"])?;
//! assert_eq!(report.codes[0].code, "InternalError.ResourceOpFailed");
//! let mut json = Vec::new();
//! report.write(Format::Json, &mut json)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! An [`Analyzer`] takes the [`settings`] that change numbers and gives a [`Summary`]: a value that can be merged with
//! those of other logs, stored as bytes and read again, so that machines can share the work. [`ReportOptions`] say what a
//! [`Report`] is compared with and judged by:
//!
//! ```
//! use resplog::rule::Rule;
//! use resplog::{Analyzer, ReportOptions, Summary};
//!
//! let analyzer = Analyzer::new().threads(1);
//! let stored = analyzer.summary(["testdata/bare.ndjson"])?.to_bytes()?;
//! let mut both = Summary::from_bytes(&stored)?;
//! both.merge(analyzer.summary(["testdata/wrapped.ndjson"])?)?;
//!
//! let mut options = ReportOptions::default();
//! options.rules.push(Rule::parse("failure_rate > 2% and responses >= 200")?);
//! let report = both.report(&options)?;
//! assert_eq!(report.breaches.len(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Below that, [`Scanner::line`] says what one line is ([`record`]), [`redact`] takes secrets out of text, the [`catalog`]
//! knows what codes mean and who can act, and a [`rule`] says when a report is an alarm.
//!
//! The library prints nothing, never ends the process, and reads neither clock nor environment nor terminal. What is
//! read it reads as it is: an input that is damaged is a fact of the report, not an error.

mod analyzer;

pub use analyzer::{Analyzer, Error, ReportOptions, Summary, analyze};
pub use partial::merge::MergeError;
pub use render::Format;
pub use render::view::View;
pub use report::Report;
pub use scan::Scanner;

pub mod baseline;
pub mod catalog;
pub mod profile;
pub mod record;
pub mod redact;
pub mod report;
pub mod rule;
pub mod scan;
pub mod settings;
pub mod time;

/// What only the program, the tests, the fuzzers and the benchmarks use. Nothing here keeps its name or its meaning from
/// one version to the next.
#[doc(hidden)]
#[path = "."]
pub mod internals {
    pub mod acknowledged;
    pub mod coverage;
    pub mod dedupe;
    pub mod disk;
    pub mod engine;
    pub mod filter;
    pub mod follow;
    pub mod foreign;
    pub mod frame;
    pub mod hints;
    pub mod ids;
    pub mod input;
    pub mod inspect;
    pub mod json_stream;
    pub mod neighbours;
    pub mod partial;
    pub mod render;
    pub(crate) mod reorder;
    pub mod state;
    pub(crate) mod string_bytes;
    pub mod summary;
    pub mod ticket;
    pub mod watch;
}

use internals::{
    acknowledged, coverage, disk, engine, filter, follow, foreign, frame, hints, ids, input, inspect, json_stream,
    neighbours, partial, render, reorder, state, string_bytes, summary, ticket, watch,
};
