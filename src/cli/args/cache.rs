//! The cache of summaries, as options. Nothing is resolved here.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{EXIT_CODES, FormatArg};

#[derive(Debug, Args)]
pub struct CacheArgs {
    /// Keep the summary of each file in this folder, and use it as long as the file has not changed. A file in doubt is
    /// read.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["state", "dedupe", "rejects", "plan"], help_heading = "Reading")]
    pub cache: Option<PathBuf>,

    /// Keep at most this many bytes in the cache; the least recently used entries go first. Accepts K, M and G.
    #[arg(long, value_name = "BYTES", default_value = "1G", requires = "cache", help_heading = "Reading")]
    pub cache_bytes: String,

    /// Read all files, and compare them with what the cache holds.
    #[arg(long, requires = "cache", help_heading = "Reading")]
    pub verify: bool,
}

#[derive(Debug, Subcommand)]
pub enum CacheCommand {
    /// List the files whose summaries a cache holds, the least recently used first.
    #[command(after_long_help = EXIT_CODES)]
    Show {
        /// The folder of --cache.
        folder: PathBuf,

        /// Write this format to standard output.
        #[arg(short = 'f', long, value_enum, default_value_t = FormatArg::Text)]
        format: FormatArg,

        /// As `-f json`.
        #[arg(long, hide = true, conflicts_with = "format")]
        json: bool,
    },
    /// Remove damaged entries, and the least recently used ones.
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
