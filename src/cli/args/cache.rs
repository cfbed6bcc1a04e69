//! The cache of summaries, as options. Nothing is resolved here.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{EXIT_CODES, FormatArg};

#[derive(Debug, Args)]
pub struct CacheArgs {
    /// Keep the summary of each file in this folder, and take files from there that have not changed since. Never wrong: a
    /// file in doubt is read.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["state", "dedupe", "rejects", "plan"], help_heading = "Reading")]
    pub cache: Option<PathBuf>,

    /// How many bytes the cache may hold; what was not used for the longest time goes first. Accepts K, M and G.
    #[arg(long, value_name = "BYTES", default_value = "1G", requires = "cache", help_heading = "Reading")]
    pub cache_bytes: String,

    /// Read all files, and compare them with what the cache holds.
    #[arg(long, requires = "cache", help_heading = "Reading")]
    pub verify: bool,
}

#[derive(Debug, Subcommand)]
pub enum CacheCommand {
    /// Show of which files a cache holds summaries, the least recently used first.
    #[command(after_long_help = EXIT_CODES)]
    Show {
        /// The folder of --cache.
        folder: PathBuf,

        /// Format on standard output.
        #[arg(short = 'f', long, value_enum, default_value_t = FormatArg::Text)]
        format: FormatArg,

        /// As `-f json`.
        #[arg(long, hide = true, conflicts_with = "format")]
        json: bool,
    },
    /// Remove what is damaged, and what was not used for the longest time.
    #[command(after_long_help = EXIT_CODES)]
    Prune {
        /// The folder of --cache.
        folder: PathBuf,

        /// How many bytes stay at the most. Accepts K, M and G.
        #[arg(long, value_name = "BYTES", default_value = "1G")]
        cache_bytes: String,

        /// Remove what was not used for this long too, such as 30d.
        #[arg(long, value_name = "TIME")]
        unused_for: Option<String>,
    },
}
