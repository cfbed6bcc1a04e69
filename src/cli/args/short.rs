//! `-h`: one screen, with the options that people need first, a line each, and examples. `--help` is all of it. What an
//! option means is not known here.

use clap::{Arg, Command, CommandFactory};

use super::Cli;

/// The options that `-h` shows, with what it says of them.
const SHOWN: [(&str, &str); 23] = [
    ("all", "List every code with its class, a line each"),
    ("class", "Only codes of this class, such as provider"),
    ("code", "Only this code"),
    ("evidence", "Write the records behind the tickets to a file"),
    ("fail_if", "Exit with 1 when this holds: 'failure_rate > 2%'"),
    ("file", "The file of the state"),
    ("format", "Write this format to standard output"),
    ("ids", "RequestIds, separated by commas"),
    ("ids_from", "Read RequestIds from a file, one a line"),
    ("inputs", "Files, folders, globs, tars, objects, or - for standard input"),
    ("lang", "Write the headings in this language"),
    ("lasting", "End after this time, such as 10m"),
    ("output", "Write to a file: .txt .json .html .md .csv .prom .eml"),
    ("raw", "Print the lines as they stand in the log"),
    ("shell", "The shell"),
    ("since", "Only records from this time on: 24h, 2026-11-24T02:00"),
    ("slow", "List successes that took this many ms or more instead"),
    ("state", "Read only what is new since the last run with this file"),
    ("top", "How many rows of a table are shown"),
    ("tz", "Zone of the times that people read: +08:00"),
    ("until", "Count only records before this time"),
    ("until_breach", "End with exit 1 as soon as a rule holds"),
    ("window", "How much time is shown, up to now"),
];

/// What it says of options that mean something else to `watch`.
const OF_WATCH: [(&str, &str); 2] = [
    ("inputs", "Files, folders, globs, or - for standard input"),
    ("since", "Begin with what is there since then, such as 30m"),
];

/// Three examples of each command; the first are those of the program itself.
const EXAMPLES: [(&str, &str); 7] = [
    (
        "",
        "Examples:
  resplog report /var/log/tcapi --since 24h
  resplog report logs/*.gz -o report.html
  resplog codes InternalError",
    ),
    (
        "report",
        "Examples:
  resplog report /var/log/tcapi --since 24h --tz +08:00
  resplog report logs/*.gz -o report.html -o report.json
  resplog report app.log --fail-if 'failure_rate > 2%' --state app.state",
    ),
    (
        "ids",
        "Examples:
  resplog ids app.log > ids.tsv
  resplog ids app.log --code InternalError --since 24h
  resplog ids logs/ --class provider -f ndjson",
    ),
    (
        "find",
        "Examples:
  resplog find ed93f3cb-f35e-473f-b9f3-0d451b8b79c6 logs/
  resplog find ID1,ID2 app.log --raw
  resplog find --ids-from ids.txt logs/*.gz",
    ),
    (
        "ticket",
        "Examples:
  resplog ticket app.log --since 24h
  resplog ticket app.log --code InternalError --lang zh -o ticket.md
  resplog ticket logs/ --uin 100000000001 --evidence records.ndjson",
    ),
    (
        "watch",
        "Examples:
  resplog watch /var/log/tcapi --window 30m --since 30m
  resplog watch app.log --fail-if 'failure_rate > 2%' --until-breach --for 10m
  kubectl logs -f deploy/api | resplog watch",
    ),
    (
        "codes",
        "Examples:
  resplog codes
  resplog codes AuthFailure.SignatureFailure
  resplog codes InternalError -f json",
    ),
];

/// The command line, with the short help of each command.
pub fn command() -> Command {
    let mut command = with_examples(Cli::command());
    let names: Vec<_> = command.get_subcommands().map(|it| it.get_name().to_owned()).collect();
    for name in names {
        let own: &[(&str, &str)] = if name == "watch" { &OF_WATCH } else { &[] };
        command = command.mut_subcommand(name, |sub| with_examples(sub.mut_args(|it| shortened(it, own))));
    }
    command
}

fn with_examples(command: Command) -> Command {
    let name = if command.get_name() == "resplog" { "" } else { command.get_name() };
    match EXAMPLES.iter().find(|(of, _)| *of == name) {
        Some((_, examples)) => command.after_help(*examples),
        None => command,
    }
}

fn shortened(argument: Arg, own: &[(&str, &'static str)]) -> Arg {
    // How many ids are listed has the name of the ids that are looked for.
    let is_number = argument.get_id() == "ids" && argument.get_long().is_some();
    let Some((_, text)) = own.iter().chain(&SHOWN).find(|(id, _)| argument.get_id() == id && !is_number) else {
        return argument.hide_short_help(true);
    };
    let whole = argument.get_long_help().or(argument.get_help()).cloned();
    match whole {
        Some(whole) => argument.help(*text).long_help(whole),
        None => argument.help(*text),
    }
}
