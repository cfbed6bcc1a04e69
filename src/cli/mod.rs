//! The plot of every command. The library does the work and never prints; here is what is printed, and where to.

mod args;
mod by;
mod cache;
mod cached;
mod compared;
mod config;
mod copy;
mod deliver;
mod exit;
mod filters;
mod host;
mod incremental;
mod list;
mod manual;
mod outputs;
mod parts;
mod piped;
mod plan;
mod planned;
mod progress;
mod report;
mod rules;
mod said;
mod screen;
mod shape;
mod signals;
mod state;
mod stdout;
mod stores;
mod summaries;
mod ticket;
mod usage;
mod wanted;
mod watch;

use clap::FromArgMatches;
use resplog::catalog;
use resplog::internals::render::{codes, json};
use resplog::settings::{SOURCE, Source};

use args::{Cli, CodesArgs, Command, FormatArg};
use said::{complain, print};

/// Runs the command line and tells the exit code.
pub fn run() -> u8 {
    let cli = match command_line() {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    match cli.command {
        Command::Report(args) => report::run(&args),
        Command::Ids(args) => list::ids(&args),
        Command::Find(args) => list::find(&args),
        Command::Ticket(args) => ticket::run(&args),
        Command::Plan(args) => planned::run(&args),
        Command::Part(args) => parts::part(&args),
        Command::Cache(command) => cache::run(&command),
        Command::State(command) => state::run(&command),
        Command::Watch(args) => watch::run(&args),
        Command::Codes(args) => run_codes(&args),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut args::complete::command(), "resplog", &mut script);
            print(|out| out.write_all(&script))
        }
        Command::Man { command } => manual::print(&command),
    }
}

/// The command line, with the options of `--config` in it; or the exit code when it cannot be read.
fn command_line() -> Result<Cli, u8> {
    let program = args::short::command();
    let arguments: Vec<_> = std::env::args_os().collect();
    let matches = program.clone().try_get_matches_from(&arguments).map_err(usage::print)?;
    let typed = arguments.len();
    let (whole, sources) = config::with_file(arguments, &matches, &program).map_err(|error| usage::refuse(&error))?;
    let has_file = whole.len() > typed;
    let alone = matches.clone();
    let matches = if has_file { program.clone().try_get_matches_from(whole) } else { Ok(matches) };
    let parsed = matches.and_then(|matches| {
        let mut cli = Cli::from_arg_matches(&matches)?;
        let (name, own) = matches.subcommand().unwrap_or(("", &matches));
        let typed = alone.subcommand().map_or(&alone, |(_, typed)| typed);
        if let (Some(given), Some(command)) = (cli.command.given(), program.find_subcommand(name)) {
            *given = args::Given::of(&program, command, own, typed, !sources.is_empty());
        }
        if let Command::Report(args) = &mut cli.command {
            args.in_force = program.find_subcommand(name).map(|it| config::in_force(it, own)).unwrap_or_default();
            args.in_force.extend((!sources.is_empty()).then(|| (SOURCE.to_owned(), texts(&sources))));
            args.in_force.sort();
        }
        if let Some(input) = cli.command.input() {
            input.sources = sources;
        }
        Ok(cli)
    });
    parsed.map_err(|error| {
        let code = usage::print(error);
        if has_file {
            said::warn("some of these options are from the file of --config");
        }
        code
    })
}

fn texts(sources: &[Source]) -> Vec<String> {
    sources.iter().map(Source::to_json).collect()
}

fn run_codes(args: &CodesArgs) -> u8 {
    let classes = match plan::classes(args.classes.as_ref()) {
        Ok(classes) => classes,
        Err(error) => return complain(&error, exit::USAGE),
    };
    let format = if args.json { FormatArg::Json } else { args.format };
    let Some(code) = &args.code else {
        return print(|out| match format {
            FormatArg::Text if args.all => codes::list(&classes, out),
            FormatArg::Text => codes::groups(&classes, out),
            FormatArg::Json => json::value(&codes::rows(&classes), out),
        });
    };
    let entry = catalog::describe(code, &classes);
    let near = if entry.listed { Vec::new() } else { catalog::suggest(code) };
    print(|out| match format {
        FormatArg::Text => codes::describe(&entry, &near, out),
        FormatArg::Json => json::value(&codes::row(&entry, &near), out),
    })
}
