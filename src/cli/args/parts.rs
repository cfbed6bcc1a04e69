//! Parts of a work for many machines, as options. Nothing is resolved here.

use std::path::PathBuf;

use clap::Args;

use super::{FilterArgs, Given, InputArgs};

#[derive(Debug, Args)]
pub struct PlanArgs {
    #[command(flatten)]
    pub input: InputArgs,

    #[command(flatten)]
    pub filter: FilterArgs,

    /// Group calls by a field, as `report` does.
    #[arg(long, value_name = "NAME=POINTER", help_heading = "Output")]
    pub by: Vec<String>,

    /// Make parts of about this many bytes. Plain inputs are cut, archives are not. Accepts K, M and G.
    #[arg(long, value_name = "BYTES", default_value = "256M", help_heading = "Output")]
    pub part_bytes: String,

    /// Plan for files that this program cannot open: a line of JSON each, {"path": TEXT, "size": BYTES}. For files
    /// larger than a part it asks for bytes on standard output and expects them on standard input, as `part --stdin`
    /// does.
    #[arg(long, value_name = "FILE", requires = "output", conflicts_with = "inputs", help_heading = "Reading")]
    pub listing: Option<PathBuf>,

    /// Put temporary files into this folder.
    #[arg(long, value_name = "FOLDER", help_heading = "Reading")]
    pub tmp_dir: Option<PathBuf>,

    /// Write the plan to a file, replaced atomically, and not to standard output.
    #[arg(short = 'o', long, value_name = "FILE", help_heading = "Output")]
    pub output: Option<PathBuf>,

    /// What of the command line the commands repeat that the report suggests.
    #[arg(skip)]
    pub given: Given,
}

#[derive(Debug, Args)]
pub struct PartArgs {
    /// Follow this plan, which `resplog plan` wrote.
    #[arg(long, value_name = "FILE")]
    pub plan: PathBuf,

    /// The number of the part, from 0.
    pub part: u64,

    /// Write the summary to a file, replaced atomically, and not to standard output.
    #[arg(short = 'o', long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Read no file: ask for its bytes on standard output, a line of JSON each, {"path":…,"offset":…,"length":…}, and expect just
    /// these on standard input.
    #[arg(long, requires = "output")]
    pub stdin: bool,

    /// Put temporary files into this folder.
    #[arg(long, value_name = "FOLDER")]
    pub tmp_dir: Option<PathBuf>,

    /// Read and scan with this many threads: by default one for each processor, at most four for each.
    #[arg(short = 'j', long, value_name = "N")]
    pub threads: Option<usize>,
}
