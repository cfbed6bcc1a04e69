//! Which records `ids` and `find` list, as options. Nothing is resolved here.

use std::path::PathBuf;

use clap::Args;

use super::{FilterArgs, FindFormat, InputArgs, RowFormat};

#[derive(Debug, Args)]
pub struct IdsArgs {
    #[command(flatten)]
    pub input: InputArgs,

    #[command(flatten)]
    pub filter: FilterArgs,

    /// Format on standard output: columns request_id, code, time, service, action, region, duration_ms, input, line,
    /// offset.
    #[arg(short = 'f', long, value_enum, default_value_t = RowFormat::Tsv, help_heading = "Output")]
    pub format: RowFormat,

    /// As `-f ndjson`.
    #[arg(long, hide = true, conflicts_with = "format")]
    pub json: bool,

    /// Only failures with this code. Repeat it for several.
    #[arg(long, value_name = "CODE", help_heading = "Filters")]
    pub code: Vec<String>,

    /// Only failures with a code of this class. Repeat it for several.
    #[arg(long, value_name = "CLASS", help_heading = "Filters")]
    pub class: Vec<String>,

    /// Read classes of codes that differ from the built-in ones: lines of CODE, tab, CLASS.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub classes: Option<PathBuf>,

    /// List successes that took at least this number of milliseconds instead.
    #[arg(long, value_name = "MS", conflicts_with_all = ["code", "class"], help_heading = "Output")]
    pub slow: Option<f64>,
}

#[derive(Debug, Args)]
pub struct FindArgs {
    /// RequestIds, separated by commas; with --ids-from this is the first input.
    #[arg(required_unless_present = "ids_from")]
    pub ids: Option<String>,

    #[command(flatten)]
    pub input: InputArgs,

    #[command(flatten)]
    pub filter: FilterArgs,

    /// Read RequestIds from a file, one a line; a byte order mark, blank lines and repeats do not matter.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub ids_from: Option<PathBuf>,

    /// Write this format to standard output.
    #[arg(short = 'f', long, value_enum, default_value_t = FindFormat::Text, help_heading = "Output")]
    pub format: FindFormat,

    /// As `-f ndjson`.
    #[arg(long, hide = true, conflicts_with = "format")]
    pub json: bool,

    /// Print the lines as they stand in the log, secrets included.
    #[arg(long, help_heading = "Output")]
    pub raw: bool,
}
