//! The options of states, and what is done with one. Nothing is resolved here.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{EXIT_CODES, FormatArg};

/// How many runs a state remembers when --history does not say.
pub const HISTORY: usize = 30;

/// What a run leaves for the next one.
#[derive(Debug, Args)]
pub struct StateArgs {
    /// Read only what is new since the last run with this file, and move it when every output is in place. The first
    /// run creates it.
    #[arg(long, value_name = "FILE", help_heading = "State")]
    pub state: Option<PathBuf>,

    /// Wait this long for another run that holds the lock of the state, such as 30s; without it exit 5 at once.
    #[arg(long, value_name = "SPAN", help_heading = "State")]
    pub lock_wait: Option<String>,

    /// Look for rotated logs in this folder too, besides the folder of each log; repeatable. A rotated log that is not
    /// found is exit 3, once.
    #[arg(long, value_name = "DIR", help_heading = "State")]
    pub rotated_into: Vec<PathBuf>,

    /// Remember this many runs in the state [default: 30].
    #[arg(long, value_name = "N", help_heading = "State")]
    pub history: Option<usize>,
}

#[derive(Debug, Subcommand)]
pub enum StateCommand {
    /// Show the totals of all runs, how far each file was read, and the last runs.
    #[command(after_long_help = EXIT_CODES)]
    Show {
        /// The file of the state.
        file: PathBuf,

        /// Write this format to standard output.
        #[arg(short = 'f', long, value_enum, default_value_t = FormatArg::Text)]
        format: FormatArg,

        /// As `-f json`.
        #[arg(long, hide = true, conflicts_with = "format")]
        json: bool,

        /// Write the totals of all runs as a summary instead, for a report or a baseline: FILE.summary.
        #[arg(short = 'o', long, value_name = "FILE", conflicts_with_all = ["format", "json"])]
        output: Option<PathBuf>,
    },
    /// Check whether a state is whole: exit 4 when it is not.
    #[command(after_long_help = EXIT_CODES)]
    Check {
        /// The file of the state.
        file: PathBuf,
    },
}
