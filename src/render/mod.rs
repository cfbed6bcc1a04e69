//! Reports become text. A renderer shows what the report says and decides nothing: a format is a file here and a row of
//! [`FORMATS`].

pub mod clock;
pub mod codes;
pub mod csv;
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

use std::fmt;
use std::io::{self, Write};
use std::path::Path;

use self::view::View;
use crate::report::Report;

/// How a report is written.
pub struct Format {
    /// The word of `-f`.
    pub name: &'static str,
    /// The extensions of files that are written so; the first one is the one that people know.
    pub extensions: &'static [&'static str],
    /// Whether it shows the table that the view names, and no other.
    pub is_one_table: bool,
    /// Whether it keeps the time of the last success that stands in the file which it replaces.
    pub keeps_success: bool,
    writer: fn(&Report, &View, &mut dyn Write) -> io::Result<()>,
}

/// Every format, in the order of the help.
pub static FORMATS: [Format; 7] = [
    Format::new("text", &["txt", "text"], text::write),
    Format::new("json", &["json"], |report, _, out| json::write(report, out)),
    Format::new("markdown", &["md", "markdown"], markdown::write),
    Format::new("html", &["html", "htm"], html::write),
    Format { is_one_table: true, ..Format::new("csv", &["csv"], csv::write) },
    Format { keeps_success: true, ..Format::new("prometheus", &["prom"], prometheus::write) },
    Format::new("mail", &["eml"], mail::write),
];

impl Format {
    const fn new(
        name: &'static str,
        extensions: &'static [&'static str],
        writer: fn(&Report, &View, &mut dyn Write) -> io::Result<()>,
    ) -> Self {
        Self { name, extensions, is_one_table: false, keeps_success: false, writer }
    }

    /// The format that a file's extension asks for.
    #[must_use]
    pub fn of(path: &Path) -> Option<&'static Self> {
        let extension = path.extension()?.to_str()?;
        FORMATS.iter().find(|format| format.extensions.contains(&extension))
    }

    /// The format of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<&'static Self> {
        FORMATS.iter().find(|format| format.name == name)
    }

    /// The extension that people know.
    #[must_use]
    pub fn extension(&self) -> &'static str {
        self.extensions.first().copied().unwrap_or_default()
    }

    /// Writes a report.
    ///
    /// # Errors
    ///
    /// `out` fails, or the view asks for what the format cannot write.
    pub fn write(&self, report: &Report, view: &View, out: &mut dyn Write) -> io::Result<()> {
        (self.writer)(report, view, out)
    }
}

impl fmt::Debug for Format {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name)
    }
}
