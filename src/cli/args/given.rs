//! What of a command line is repeated in the commands that a report suggests: every option that changes what they show,
//! and nothing that would write, wait or move a state.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};
use resplog::internals::partial::plan::Words;
use resplog::internals::render::commands::{self, Commands};
use resplog::settings::Settings;

/// Options that change only where output goes, how it looks or how fast it comes; and points in time: a suggested command has
/// a window of its own.
const NOT_REPEATED: [&str; 28] = [
    "cache",
    "cache-bytes",
    "color",
    "config",
    "format",
    "history",
    "json",
    "listing",
    "lock-wait",
    "mail-to",
    "output",
    "part-bytes",
    "plan",
    "progress",
    "quiet-if-ok",
    "rejects",
    "rejects-text",
    "rotated-into",
    "since",
    "split",
    "stamp",
    "state",
    "table",
    "threads",
    "tmp-dir",
    "until",
    "verify",
    "evidence",
];

/// The options of a command line, as they are typed again.
#[derive(Clone, Debug, Default)]
pub struct Given {
    report: Vec<String>,
    ticket: Vec<String>,
    /// The names of all options of the command, in the order in which they are repeated.
    names: Vec<String>,
    /// Whether a command with these options would do nothing else.
    is_repeatable: bool,
}

impl Given {
    /// The options that were given, on the command line and in a file. `typed` is the command line alone, `has_sources`
    /// whether the file gives options for some inputs alone, which only the file can.
    pub fn of(program: &Command, command: &Command, own: &ArgMatches, typed: &ArgMatches, has_sources: bool) -> Self {
        let knows = |name: &str| program.find_subcommand(name).is_some_and(|it| it.get_name() == name);
        let is_given = |matches: &ArgMatches, argument: &Arg| {
            matches.value_source(argument.get_id().as_str()) == Some(ValueSource::CommandLine)
        };
        let names = command.get_arguments().filter_map(Arg::get_long).map(str::to_owned).collect();
        let mut given = Self { names, is_repeatable: knows("report") && knows("ticket"), ..Self::default() };
        for argument in command.get_arguments().filter(|argument| is_given(own, argument)) {
            let Some(name) = argument.get_long() else { continue };
            // A file that says where to write would be followed again.
            let is_from_file = !is_given(typed, argument);
            let acts = ["state", "output", "rejects"].contains(&name);
            given.is_repeatable &= !(has_sources && is_from_file && acts);
            if NOT_REPEATED.contains(&name) && !(has_sources && name == "config") {
                continue;
            }
            let Some(words) = words(name, argument, own) else {
                given.is_repeatable = false;
                continue;
            };
            let is_known = |target: &str| {
                let target = program.find_subcommand(target);
                target.is_some_and(|it| it.get_arguments().any(|known| known.get_long() == Some(name)))
            };
            if is_known("ticket") {
                // A ticket has no periods.
                let is_period = |pair: &&[String]| name == "by" && pair.iter().all(|word| !word.contains('='));
                let pairs = words.chunks(2).filter(|pair| !is_period(pair));
                given.ticket.extend(pairs.flatten().cloned());
            }
            given.report.extend(words);
        }
        given
    }

    /// The inputs and options, word by word; none when the inputs cannot be read again, or not be named.
    pub fn words(&self, inputs: &[PathBuf]) -> Option<Words> {
        let inputs: BTreeSet<_> = inputs.iter().collect();
        let input = |path: &&PathBuf| {
            let path = path.to_str().filter(|path| *path != "-")?;
            // A file that is called like an option.
            Some(if path.starts_with('-') { format!("./{path}") } else { path.to_owned() })
        };
        let inputs: Vec<_> = inputs.iter().map(input).collect::<Option<_>>().filter(|_| self.is_repeatable)?;
        Some(Words { inputs, report: self.report.clone(), ticket: self.ticket.clone() })
    }

    /// The commands to suggest; none when the inputs cannot be read again, or not be named.
    pub fn commands(&self, inputs: &[PathBuf], settings: &Settings) -> Option<Commands> {
        Self::suggest(self.words(inputs)?, settings)
    }

    /// The commands to suggest of what was planned for with these words.
    pub fn planned(&self, words: Option<Words>, settings: &Settings) -> Option<Commands> {
        let Words { inputs, report, ticket } = words?;
        let [report, ticket] =
            [(&report, &self.report), (&ticket, &self.ticket)].map(|(planned, own)| self.joined(planned, own));
        Self::suggest(Words { inputs, report, ticket }, settings)
    }

    /// Options of a plan and those that were given here, which go first, in the order of one command line.
    fn joined(&self, planned: &[String], own: &[String]) -> Vec<String> {
        let of = |words: &[String], name: &str| -> Vec<String> {
            let mut is_it = false;
            let words = words.iter().filter(|word| {
                if let Some(option) = word.strip_prefix("--") {
                    is_it = option.split('=').next() == Some(name);
                }
                is_it
            });
            words.cloned().collect()
        };
        let options = self.names.iter().map(|name| (of(own, name), of(planned, name)));
        options.flat_map(|(own, planned)| if own.is_empty() { planned } else { own }).collect()
    }

    fn suggest(words: Words, settings: &Settings) -> Option<Commands> {
        let line = |command: &str, options: &[String]| {
            let words = ["resplog", command].into_iter().chain(words.inputs.iter().chain(options).map(String::as_str));
            commands::line(&words.collect::<Vec<_>>())
        };
        Some(Commands {
            report: line("report", &words.report)?,
            ticket: line("ticket", &words.ticket)?,
            since: settings.since.as_ref().map(|bound| bound.at),
            until: settings.until.as_ref().map(|bound| bound.at),
        })
    }
}

/// An option with its values, as it is typed; none when a value is not text.
fn words(name: &str, argument: &Arg, own: &ArgMatches) -> Option<Vec<String>> {
    if matches!(argument.get_action(), ArgAction::SetTrue) {
        return Some(vec![format!("--{name}")]);
    }
    let values = own.get_raw(argument.get_id().as_str())?;
    let mut words = Vec::new();
    for value in values {
        match value.to_str()? {
            value if value.starts_with('-') => words.push(format!("--{name}={value}")),
            value => words.extend([format!("--{name}"), value.to_owned()]),
        }
    }
    Some(words)
}
