//! The command line as data, with its documentation beside each flag. Nothing is resolved here.

mod alarms;
mod cache;
pub mod complete;
mod given;
mod list;
mod parts;
pub mod short;
mod shown;
mod state;
mod watch;
mod words;

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};

use resplog::internals::render::Format;
use resplog::settings::Source;

pub use alarms::AlarmArgs;
pub use cache::{CacheArgs, CacheCommand};
pub use given::Given;
pub use list::{FindArgs, IdsArgs};
pub use parts::{PartArgs, PlanArgs};
pub use shown::{IDS, NameArgs, ShownArgs};
pub use state::{HISTORY, StateArgs, StateCommand};
pub use watch::{WatchArgs, WatchFormat};
pub use words::*;

/// How often do calls of the Tencent Cloud API fail, with which codes, and which RequestIds should somebody look into?
///
/// Reads newline-delimited logs of API 3.0 responses: lines of `{"Response":{…,"RequestId":"…"}}`, bare or wrapped.
#[derive(Debug, Parser)]
#[command(bin_name = "resplog", version, propagate_version = true, max_term_width = 100)]
#[command(after_long_help = EXIT_CODES)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "\
Exit codes: 0 done; 1 a rule fired, or an id was not found; 2 usage; 3 an input is missing, unreadable, \
incomplete or corrupt, or holds no response (the report covers the rest); 4 a report or the state could not be \
written, or the state is damaged; 5 another run holds the lock of the state; 6 an input is not what the plan says; 70 the numbers do not add up (a bug); 75 a part may succeed when tried again; 130, 143 interrupted (the report covers what was read); 141 stdout closed.";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read logs and report failures, codes and the RequestIds to look into.
    #[command(after_long_help = EXIT_CODES)]
    Report(Box<ReportArgs>),
    /// List every failed RequestId, in the order of the inputs.
    #[command(after_long_help = EXIT_CODES)]
    Ids(Box<IdsArgs>),
    /// Find the records with these RequestIds.
    #[command(after_long_help = EXIT_CODES)]
    Find(Box<FindArgs>),
    /// Write up failures as text to paste into a support ticket, one for each code and product.
    #[command(after_long_help = EXIT_CODES)]
    Ticket(Box<TicketArgs>),
    /// List inputs, and divide them into parts for many machines.
    #[command(after_long_help = EXIT_CODES)]
    Plan(Box<PlanArgs>),
    /// Read one part of a plan and write its summary.
    #[command(after_long_help = EXIT_CODES)]
    Part(PartArgs),
    /// Show or check what runs with --state left.
    #[command(subcommand)]
    State(StateCommand),
    /// Show what a cache of summaries holds, or remove some of it.
    #[command(subcommand)]
    Cache(CacheCommand),
    /// Follow logs while they are written, and show the report of the last minutes, live.
    #[command(after_long_help = EXIT_CODES)]
    Watch(Box<WatchArgs>),
    /// Explain an error code: what it means, who can act, and what to do.
    Codes(CodesArgs),
    /// Print a completion script for a shell.
    Completions { shell: clap_complete::Shell },
    /// Print a manual page.
    Man {
        /// Print the page of this command, such as `report` or `state show`, instead of the program's
        command: Vec<String>,
    },
}

impl Command {
    /// Which inputs it reads, and how.
    pub fn input(&mut self) -> Option<&mut InputArgs> {
        match self {
            Self::Report(args) => Some(&mut args.input),
            Self::Ids(args) => Some(&mut args.input),
            Self::Find(args) => Some(&mut args.input),
            Self::Ticket(args) => Some(&mut args.input),
            Self::Plan(args) => Some(&mut args.input),
            Self::Watch(args) => Some(&mut args.input),
            Self::Part(_)
            | Self::Cache(_)
            | Self::State(_)
            | Self::Codes(_)
            | Self::Completions { .. }
            | Self::Man { .. } => None,
        }
    }

    /// Where it keeps what the commands repeat that a report suggests.
    pub fn given(&mut self) -> Option<&mut Given> {
        match self {
            Self::Report(args) => Some(&mut args.given),
            Self::Plan(args) => Some(&mut args.given),
            _ => None,
        }
    }
}

/// Which inputs are read, and how.
#[derive(Clone, Debug, Args)]
pub struct InputArgs {
    /// Files, directories, globs, tars and objects (s3://BUCKET/KEY, cos://BUCKET/KEY), or - for standard input, which is also
    /// read when nothing is named.
    pub inputs: Vec<PathBuf>,

    /// Read only the envelope at this JSON Pointer, '' for the root; repeat it to try several in this order. Without it
    /// the response is found wherever it stands in a line.
    #[arg(long, value_name = "POINTER", help_heading = "Reading")]
    pub envelope: Vec<String>,

    /// Read only these forms of responses: envelope, layered, embedded, unwrapped, error_object, sdk_error. All by default.
    #[arg(long, value_name = "FORM,…", help_heading = "Reading")]
    pub forms: Option<String>,

    /// Read each line as one JSON value (ndjson), the input as a stream of values and arrays, pretty-printed or not
    /// (json), or as events of CloudAudit (cloudaudit). auto reads json when the input begins with an array of objects,
    /// else lines.
    #[arg(long, value_enum, default_value_t = InputFormatArg::Auto, help_heading = "Reading")]
    pub input_format: InputFormatArg,

    /// Read a context field from a place: NAME=POINTER, for durations NAME=POINTER:UNIT (ns, us, ms, s).
    #[arg(long, value_name = "NAME=POINTER[:UNIT]", help_heading = "Reading")]
    pub field: Vec<String>,

    /// Count lines longer than this as malformed (oversize). Accepts K, M and G.
    #[arg(long, value_name = "BYTES", default_value = "16M", help_heading = "Reading")]
    pub max_line: String,

    /// Read times without a zone in this one: UTC, an offset such as +08:00, or an IANA name.
    #[arg(long, value_name = "ZONE", default_value = "UTC", allow_hyphen_values = true, help_heading = "Reading")]
    pub assume_tz: String,

    /// Read options from a TOML file, under the long names of the flags; those of the command line go first.
    /// [[source]] gives field, assume-tz, envelope and input-format for some inputs alone. No file is read unless it is
    /// named here.
    #[arg(long, value_name = "FILE", help_heading = "Reading")]
    pub config: Option<PathBuf>,

    /// Options of the file for some inputs alone, which no flag gives.
    #[arg(skip)]
    pub sources: Vec<Source>,

    /// Read and scan with this many threads: by default one for each processor, at most four for each.
    #[arg(short = 'j', long, value_name = "N", help_heading = "Reading")]
    pub threads: Option<usize>,
}

/// Which records count.
#[derive(Debug, Args)]
pub struct FilterArgs {
    /// Count only records from this time on: RFC 3339, a date, a time without zone, 10:30 today, or 30m, 24h, 7d before now.
    #[arg(long, aliases = ["last", "from"], value_name = "TIME", help_heading = "Filters")]
    pub since: Option<String>,

    /// Count only records before this time.
    #[arg(long, alias = "to", value_name = "TIME", help_heading = "Filters")]
    pub until: Option<String>,

    /// Take this time for now, in place of the clock.
    #[arg(long, value_name = "TIME", help_heading = "Filters")]
    pub now: Option<String>,

    /// Also read files whose times all lie outside of the window.
    #[arg(long, help_heading = "Filters")]
    pub no_prune: bool,

    #[command(flatten)]
    pub names: NameArgs,
}

#[derive(Debug, Args)]
pub struct ReportArgs {
    #[command(flatten)]
    pub input: InputArgs,

    #[command(flatten)]
    pub state: StateArgs,

    #[command(flatten)]
    pub cache: CacheArgs,

    #[command(flatten)]
    pub filter: FilterArgs,

    /// Count each RequestId once, over all inputs: a failure before a success before a dry run, then the earliest.
    /// Reads the inputs twice.
    #[arg(long, help_heading = "Filters")]
    pub dedupe: bool,

    /// Report what `resplog part` wrote for this plan: the inputs are summaries, or folders of them. The report is that
    /// of one machine, and names missing parts.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["state", "dedupe", "rejects"], help_heading = "Reading")]
    pub plan: Option<PathBuf>,

    /// Put temporary files into this folder.
    #[arg(long, value_name = "FOLDER", help_heading = "Filters")]
    pub tmp_dir: Option<PathBuf>,

    /// Write this format to standard output.
    #[arg(short = 'f', long, value_parser = formats(), help_heading = "Output")]
    pub format: Option<Format>,

    /// As `-f json`.
    #[arg(long, hide = true, conflicts_with = "format")]
    pub json: bool,

    /// Write the report to a file, replaced atomically; the extension is the format: txt, json, md, html, csv, prom, eml, or
    /// summary, which other reports read like a log. A folder gets every table as a CSV file. Repeat it for several. Standard output then gets a report only
    /// with -f.
    #[arg(short = 'o', long, value_name = "PATH", help_heading = "Output")]
    pub output: Vec<PathBuf>,

    /// Write every malformed line and every line without an envelope as NDJSON: where it stands and why.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub rejects: Option<PathBuf>,

    /// Write lines of text to the file of --rejects too.
    #[arg(long, requires = "rejects", help_heading = "Output")]
    pub rejects_text: bool,

    /// Show people this many rows of a table; JSON and CSV are never cut.
    #[arg(long, alias = "limit", value_name = "N", default_value_t = 20, help_heading = "Output")]
    pub top: usize,

    /// Show this table as CSV: breaches, episodes, episode_codes, episode_stands_out, comparison, codes, messages, ids, look_into, stands_out, families, classes, services, actions, regions,
    /// by, by_codes, timeline, latency, inputs, malformed or totals.
    #[arg(long, value_name = "NAME", default_value = "codes", help_heading = "Output")]
    pub table: String,

    /// Put this address into To of the mail, or several with commas. Without it the mail has no To.
    #[arg(long, value_name = "ADDRESS", help_heading = "Output")]
    pub mail_to: Option<String>,

    #[command(flatten)]
    pub alarms: AlarmArgs,

    #[command(flatten)]
    pub shown: ShownArgs,

    /// Show progress on standard error.
    #[arg(long, value_enum, default_value_t = When::Auto, help_heading = "Output")]
    pub progress: When,

    /// Say when the report was made, how long it took with how many threads, and all options in force. Without it the
    /// same logs give the same report, to the byte.
    #[arg(long, help_heading = "Output")]
    pub stamp: bool,

    /// What of the command line the commands repeat that the report suggests.
    #[arg(skip)]
    pub given: Given,

    /// Every option with its values.
    #[arg(skip)]
    pub in_force: Vec<(String, Vec<String>)>,

    /// Use colours. NO_COLOR is respected.
    #[arg(long, value_enum, default_value_t = When::Auto, help_heading = "Output")]
    pub color: When,
}

#[derive(Debug, Args)]
pub struct TicketArgs {
    #[command(flatten)]
    pub input: InputArgs,

    #[command(flatten)]
    pub filter: FilterArgs,

    /// Copy standard input, which has to be read twice, into this folder.
    #[arg(long, value_name = "FOLDER", help_heading = "Reading")]
    pub tmp_dir: Option<PathBuf>,

    /// Format; text when neither this nor the extension of -o says otherwise.
    #[arg(short = 'f', long, value_enum, help_heading = "Output")]
    pub format: Option<TicketFormat>,

    /// Write the tickets to a file, replaced atomically, and nothing to standard output.
    #[arg(short = 'o', long, value_name = "PATH", help_heading = "Output")]
    pub output: Option<PathBuf>,

    /// Write up this code. Repeat it for several.
    #[arg(long, value_name = "CODE", help_heading = "Output")]
    pub code: Vec<String>,

    /// Write up codes of this class: provider, capacity and sustained throttling when neither this nor --code is
    /// given. Repeat it for several.
    #[arg(long, value_name = "CLASS", help_heading = "Output")]
    pub class: Vec<String>,

    /// Tell the sender alone which value of a field failures have more often than calls: NAME=POINTER, such as app=/app.
    /// Repeat it for several.
    #[arg(long, value_name = "NAME=POINTER", help_heading = "Output")]
    pub by: Vec<String>,

    /// List this many RequestIds in a ticket, as far as they fit.
    #[arg(long, value_name = "N", default_value_t = 5, help_heading = "Output")]
    pub ids: usize,

    /// Name the account that calls failed for; without it a blank is left.
    #[arg(long, value_name = "UIN", help_heading = "Output")]
    pub uin: Option<String>,

    /// Write the headings in this language.
    #[arg(long, value_enum, default_value_t = LanguageArg::En, help_heading = "Output")]
    pub lang: LanguageArg,

    /// Write the records behind the tickets as NDJSON: error, RequestId, time, service, action, region, duration, and
    /// where they stand. Nothing else of a line gets in.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub evidence: Option<PathBuf>,

    /// Read classes of codes that differ from the built-in ones: lines of CODE, tab, CLASS.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub classes: Option<PathBuf>,

    /// Show times in this zone: UTC, an offset such as +08:00, or an IANA name.
    #[arg(long, value_name = "ZONE", default_value = "UTC", allow_hyphen_values = true, help_heading = "Output")]
    pub tz: String,
}

#[derive(Debug, Args)]
pub struct CodesArgs {
    /// The code, such as AuthFailure.SignatureFailure; a summary of all by class and family when not given.
    pub code: Option<String>,

    /// List every code with its class, a line each.
    #[arg(long, conflicts_with = "code")]
    pub all: bool,

    /// Write this format to standard output.
    #[arg(short = 'f', long, value_enum, default_value_t = FormatArg::Text)]
    pub format: FormatArg,

    /// As `-f json`.
    #[arg(long, hide = true, conflicts_with = "format")]
    pub json: bool,

    /// Read classes of codes that differ from the built-in ones: lines of CODE, tab, CLASS.
    #[arg(long, value_name = "FILE")]
    pub classes: Option<PathBuf>,
}

/// Reads the name of a format.
fn formats() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.map(Format::name))
        .try_map(|name| Format::from_name(&name).ok_or_else(|| format!("there is no format '{name}'")))
}
