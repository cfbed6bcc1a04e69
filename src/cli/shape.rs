//! What is written, how, and to which file.

use resplog::Format;
use resplog::internals::render::prometheus;
use resplog::report::tables::Table;
use resplog::time::Nanos;

use super::outputs::Output;

/// How a report is written: a format, and the table that it shows where it shows one.
#[derive(Clone, Copy)]
pub struct Shape {
    pub format: Format,
    pub table: Table,
}

/// What a file holds.
#[derive(Clone, Copy)]
pub enum Content {
    /// The report.
    Report(Shape),
    /// What the report is made of, for other reports.
    Summary,
}

/// The extension of a summary.
pub const SUMMARY: &str = "summary";

/// A file that is written.
pub struct File {
    pub output: Output,
    pub content: Content,
    /// The time of the last success in the metrics that it held before.
    pub last_success: Option<Nanos>,
}

impl File {
    /// A content at an output.
    pub fn new(output: Output, content: Content) -> Self {
        let keeps = matches!(content, Content::Report(shape) if shape.format.keeps_success());
        let before = if keeps { output.before() } else { None };
        let last_success = before.and_then(|text| prometheus::last_success(&text));
        Self { output, content, last_success }
    }
}
