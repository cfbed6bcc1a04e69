//! How a report is written, and to which file.

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

/// A file that the report goes to.
pub struct File {
    pub output: Output,
    pub shape: Shape,
    /// The time of the last success in the metrics that it held before.
    pub last_success: Option<Nanos>,
}

impl File {
    /// A report in a format at an output.
    pub fn new(output: Output, shape: Shape) -> Self {
        let before = if shape.format.keeps_success() { output.before() } else { None };
        let last_success = before.and_then(|text| prometheus::last_success(&text));
        Self { output, shape, last_success }
    }
}
