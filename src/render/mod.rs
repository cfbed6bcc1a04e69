//! Reports become text. A renderer shows what the report says and decides nothing: a format is a file here and a row of a table.

pub mod cache;
mod clock;
pub mod codes;
pub mod commands;
pub mod csv;
pub mod episodes;
pub mod escape;
pub mod html;
pub mod ids;
pub mod json;
pub mod mail;
pub mod markdown;
pub mod plain;
pub mod prometheus;
pub mod remarks;
pub mod state;
pub mod text;
pub mod ticket;
pub mod view;
pub mod watch;

use std::io::{self, Write};
use std::path::Path;

use self::view::View;
use crate::report::Report;

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// Text for a terminal or a file.
    Text,
    /// JSON, whose keys `docs/report.schema.json` describes.
    Json,
    /// Markdown with tables.
    Markdown,
    /// One static HTML page.
    Html,
    /// One table as CSV.
    Csv,
    /// The text format of Prometheus, for a collector of files.
    Prometheus,
    /// A message for `sendmail -t`.
    Mail,
}

/// What there is to know of a format.
struct Row {
    format: Format,
    name: &'static str,
    extensions: &'static [&'static str],
    writer: fn(&Report, &View, &mut dyn Write) -> io::Result<()>,
}

/// Every format, in the order of the help.
static FORMATS: [Row; Format::ALL.len()] = [
    row(Format::Text, "text", &["txt", "text"], text::write),
    row(Format::Json, "json", &["json"], |report, _, out| json::write(report, out)),
    row(Format::Markdown, "markdown", &["md", "markdown"], markdown::write),
    row(Format::Html, "html", &["html", "htm"], html::write),
    row(Format::Csv, "csv", &["csv"], csv::write),
    row(Format::Prometheus, "prometheus", &["prom"], prometheus::write),
    row(Format::Mail, "mail", &["eml"], mail::write),
];

const fn row(
    format: Format,
    name: &'static str,
    extensions: &'static [&'static str],
    writer: fn(&Report, &View, &mut dyn Write) -> io::Result<()>,
) -> Row {
    Row { format, name, extensions, writer }
}

impl Format {
    /// Every format, in the order of the help.
    pub const ALL: [Self; 7] =
        [Self::Text, Self::Json, Self::Markdown, Self::Html, Self::Csv, Self::Prometheus, Self::Mail];

    fn row(self) -> &'static Row {
        let [first, ..] = &FORMATS;
        FORMATS.iter().find(|row| row.format == self).unwrap_or(first)
    }

    /// The format that a file's extension asks for.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?;
        Self::ALL.into_iter().find(|format| format.extensions().contains(&extension))
    }

    /// The format of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The word of `-f`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The extensions of files that are written so; the first one is the one that people know.
    #[must_use]
    pub fn extensions(self) -> &'static [&'static str] {
        self.row().extensions
    }

    /// The extension that people know.
    #[must_use]
    pub fn extension(self) -> &'static str {
        self.extensions().first().copied().unwrap_or_default()
    }

    /// Whether it shows the table that the view names, and no other.
    #[must_use]
    pub fn is_one_table(self) -> bool {
        self == Self::Csv
    }

    /// Whether it keeps the time of the last success that stands in the file which it replaces.
    #[must_use]
    pub fn keeps_success(self) -> bool {
        self == Self::Prometheus
    }

    /// Writes a report.
    ///
    /// # Errors
    ///
    /// `out` fails, or the view asks for what the format cannot write.
    pub fn write(self, report: &Report, view: &View, out: &mut dyn Write) -> io::Result<()> {
        (self.row().writer)(report, view, out)
    }
}

impl Report {
    /// Writes the report with times in UTC, 20 rows of a table where a format cuts tables, 100 columns of text and no
    /// colour; [`Format::write`] takes what a reader asked for instead.
    ///
    /// # Errors
    ///
    /// `out` fails.
    pub fn write(&self, format: Format, mut out: impl Write) -> io::Result<()> {
        format.write(self, &View::default(), &mut out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_has_its_row() {
        for (format, row) in Format::ALL.into_iter().zip(&FORMATS) {
            assert_eq!(format, row.format);
            assert_eq!(Format::from_name(format.name()), Some(format));
            for extension in format.extensions() {
                assert_eq!(Format::of(Path::new(&format!("a.{extension}"))), Some(format));
            }
        }
    }
}
