//! Reports become text. A renderer shows what the report says and decides nothing.

pub mod codes;
pub mod csv;
pub mod escape;
pub mod gaps;
pub mod html;
pub mod ids;
pub mod json;
pub mod mail;
pub mod markdown;
pub mod prometheus;
pub mod remarks;
pub mod state;
pub mod sums;
pub mod text;
pub mod ticket;
pub mod verdict;
pub mod view;

use std::path::Path;

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people at a terminal, and for plain files.
    Text,
    /// For programs; documented by a JSON Schema.
    Json,
    /// For chats, tickets and pages that take Markdown.
    Markdown,
    /// For browsers and printers.
    Html,
    /// For spreadsheets and data frames: one table.
    Csv(csv::Table),
    /// For node_exporter's textfile collector.
    Prometheus,
    /// For `sendmail -t`.
    Mail,
}

impl Format {
    /// The format that a file's extension asks for.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "txt" | "text" => Some(Self::Text),
            "json" => Some(Self::Json),
            "md" | "markdown" => Some(Self::Markdown),
            "html" | "htm" => Some(Self::Html),
            "csv" => Some(Self::Csv(csv::Table::Codes)),
            "prom" => Some(Self::Prometheus),
            "eml" => Some(Self::Mail),
            _ => None,
        }
    }
}
