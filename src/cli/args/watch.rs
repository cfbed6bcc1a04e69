//! The options of `watch`. Nothing is resolved here.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

use super::{InputArgs, NameArgs, ShownArgs, When};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum WatchFormat {
    Text,
    Ndjson,
}

/// What is followed.
const INPUTS: &str = "Files, folders and globs, which are followed by name, and - for standard input, which is also read when nothing \
     is named. Objects of a store (s3://, cos://) do not grow and are refused: resplog report reads them.";

#[derive(Debug, Args)]
#[command(mut_arg("inputs", |inputs| inputs.help(INPUTS)))]
pub struct WatchArgs {
    #[command(flatten)]
    pub input: InputArgs,

    /// How much time is shown, up to now: 30s, 10m, 24h.
    #[arg(long, value_name = "SPAN", default_value = "10m", help_heading = "Watch")]
    pub window: String,

    /// Begin with what is there since this time, such as 30m; without it with what comes from now on. Written as for report.
    #[arg(long, aliases = ["last", "from"], value_name = "TIME", help_heading = "Watch")]
    pub since: Option<String>,

    /// End after this time, such as 10m: exit 1 when a rule held at any time, else 0.
    #[arg(long = "for", value_name = "SPAN", help_heading = "Watch")]
    pub lasting: Option<String>,

    /// End with exit 1 as soon as a rule of --fail-if holds.
    #[arg(long, requires = "fail_if", help_heading = "Watch")]
    pub until_breach: bool,

    /// Look for rotated logs in this folder too, besides the folder of each log; repeatable.
    #[arg(long, value_name = "DIR", help_heading = "Watch")]
    pub rotated_into: Vec<PathBuf>,

    /// A screen, or the report of each window without a terminal (text); an object a window and one each time a rule begins
    /// or ceases to hold (ndjson). By default a screen on a terminal, else ndjson.
    #[arg(short = 'f', long, value_enum, help_heading = "Output")]
    pub format: Option<WatchFormat>,

    /// As `-f ndjson`.
    #[arg(long, hide = true, conflicts_with = "format")]
    pub json: bool,

    /// Folder that the keys w and t write reports and tickets to.
    #[arg(long, value_name = "FOLDER", default_value = ".", help_heading = "Output")]
    pub write_to: PathBuf,

    /// Note when this holds of the last window, such as 'failure_rate > 2% and responses >= 200'. Repeat it for several.
    #[arg(long, value_name = "RULE", help_heading = "Alarms")]
    pub fail_if: Vec<String>,

    /// An earlier JSON report, or a summary, to tell what is new, gone, escalating or easing. Without it the later half of the
    /// window is compared with the earlier one.
    #[arg(long, value_name = "FILE", help_heading = "Alarms")]
    pub baseline: Option<PathBuf>,

    #[command(flatten)]
    pub names: NameArgs,

    /// How many rows of a table are shown to people; JSON is never cut.
    #[arg(long, alias = "limit", value_name = "N", default_value_t = 20, help_heading = "Output")]
    pub top: usize,

    #[command(flatten)]
    pub shown: ShownArgs,

    /// When to use colours. NO_COLOR is respected.
    #[arg(long, value_enum, default_value_t = When::Auto, help_heading = "Output")]
    pub color: When,
}
