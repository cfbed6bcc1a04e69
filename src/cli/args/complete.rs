//! What completions offer beside the words that an option takes in any case: codes, classes, tables, zones and products. It
//! changes nothing of what is read.

use clap::builder::PossibleValuesParser;
use clap::{Arg, Command, CommandFactory};
use resplog::catalog::{self, Class};
use resplog::report::tables::Table;
use resplog::time::Zone;

use super::Cli;

/// The command line with the values that an option may have.
pub fn command() -> Command {
    let mut command = Cli::command();
    let names: Vec<_> = command.get_subcommands().map(|it| it.get_name().to_owned()).collect();
    for name in names {
        command = command.mut_subcommand(name, |sub| sub.mut_args(offering));
    }
    command
}

fn offering(argument: Arg) -> Arg {
    let values: Vec<&'static str> = match argument.get_id().as_str() {
        "class" => Class::ALL.map(|class| class.as_str()).to_vec(),
        "code" => codes(),
        "table" => Table::ALL.map(Table::as_str).to_vec(),
        // A command line keeps its words for good, and the program ends with this one.
        "tz" | "assume_tz" => Zone::names().into_iter().map(|name| &*name.leak()).collect(),
        "service" => catalog::products().collect(),
        _ => return argument,
    };
    // A default is one of them in any spelling.
    argument.value_parser(PossibleValuesParser::new(values))
}

/// The codes that every service may give, and the families: twelve thousand are too many for a shell.
fn codes() -> Vec<&'static str> {
    let common = catalog::listed().filter(|code| catalog::kind(code) == catalog::Kind::Common);
    let mut codes: Vec<_> = common.chain(catalog::listed().map(catalog::family)).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}
