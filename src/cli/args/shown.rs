//! Which records count and what a report lists of them, as options that a report and a watch share. Nothing is resolved here.

use std::path::PathBuf;

use clap::Args;

/// The default of --ids.
pub const IDS: usize = 5;

/// Of whom records count.
#[derive(Clone, Debug, Default, Args)]
pub struct NameArgs {
    /// Count only records of this service. Repeat it for several.
    #[arg(long, value_name = "NAME", help_heading = "Filters")]
    pub service: Vec<String>,

    /// Count only records of this action. Repeat it for several.
    #[arg(long, value_name = "NAME", help_heading = "Filters")]
    pub action: Vec<String>,

    /// Count only records of this region. Repeat it for several.
    #[arg(long, value_name = "NAME", help_heading = "Filters")]
    pub region: Vec<String>,
}

/// What is listed.
#[derive(Debug, Args)]
pub struct ShownArgs {
    /// List this many RequestIds for a code.
    #[arg(long, value_name = "N", default_value_t = IDS, help_heading = "Output")]
    pub ids: usize,

    /// List only this code. Totals and rates stay. Repeat it for several.
    #[arg(long, value_name = "CODE", help_heading = "Output")]
    pub code: Vec<String>,

    /// List only codes of this class. Totals and rates stay. Repeat it for several.
    #[arg(long, value_name = "CLASS", help_heading = "Output")]
    pub class: Vec<String>,

    /// Group calls by a field: NAME=POINTER, or by a period of --tz: hour, day, week, month. Repeat it for several.
    #[arg(long, value_name = "NAME=POINTER|PERIOD", help_heading = "Output")]
    pub by: Vec<String>,

    /// Read classes of codes that differ from the built-in ones: lines of CODE, tab, CLASS.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub classes: Option<PathBuf>,

    /// Show times in this zone: UTC, an offset such as +08:00, or an IANA name. JSON stays in UTC.
    #[arg(long, value_name = "ZONE", default_value = "UTC", allow_hyphen_values = true, help_heading = "Output")]
    pub tz: String,
}
