//! The manual pages. What stands in them is what the command line says of itself.

use anyhow::anyhow;
use clap::{Command, CommandFactory};

use super::args::Cli;
use super::{said, usage};

/// Prints the page of the program, or that of the command of these names, such as `state show`.
pub fn print(names: &[String]) -> u8 {
    let mut program = without_help(Cli::command());
    program.build();
    let mut command = &program;
    for name in names {
        match command.find_subcommand(name) {
            Some(found) => command = found,
            None => return usage::refuse(&unknown(name, command)),
        }
    }
    // Without it the foot of the page of a command names the command as if it were a program.
    let page = clap_mangen::Man::new(command.clone()).source(concat!("resplog ", env!("CARGO_PKG_VERSION")));
    said::print(|out| page.render(out))
}

/// A command whose pages do not name `help`, which says no more than they do.
fn without_help(command: Command) -> Command {
    command.disable_help_subcommand(true).mut_subcommands(without_help)
}

fn unknown(name: &str, of: &Command) -> anyhow::Error {
    let known: Vec<_> = of.get_subcommands().map(Command::get_name).collect();
    match known.is_empty() {
        true => anyhow!("invalid command '{name}': '{}' has no commands", of.get_bin_name().unwrap_or("resplog")),
        false => anyhow!("invalid command '{name}': expected one of {}", known.join(", ")),
    }
}
