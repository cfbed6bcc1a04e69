//! `--config FILE`: options under the long names of the flags, in TOML. They become arguments in front of those of the
//! command line, so the same code reads and checks both. It does not know what an option means.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};
use resplog::settings::{SOURCE, Source, SourceTexts, Sources};
use toml::{Spanned, Value};

/// The name of the inputs, which have no flag.
const INPUTS: &str = "inputs";
/// What a file cannot say.
const NOT_IN_FILES: [&str; 3] = ["config", "help", "version"];

/// The arguments with those of the file in it, if there is one, and the options that it gives for some inputs alone;
/// `matches` is what the arguments were read as.
pub fn with_file(
    arguments: Vec<OsString>,
    matches: &ArgMatches,
    program: &Command,
) -> Result<(Vec<OsString>, Vec<Source>)> {
    let Some((name, own)) = matches.subcommand() else { return Ok((arguments, Vec::new())) };
    let Ok(Some(file)) = own.try_get_one::<std::path::PathBuf>("config") else { return Ok((arguments, Vec::new())) };
    let command = program.find_subcommand(name).context("a command without a name")?;
    let from_file = options(file, command, own, program).with_context(|| format!("--config {}", file.display()))?;
    let mut arguments = arguments;
    // Inputs go after everything: a command may take something else first.
    arguments.extend(from_file.inputs);
    // The name of the command stands before all its options.
    let command = arguments.iter().skip(1).position(|argument| argument == name);
    let place = command.map_or(arguments.len(), |place| place + 2);
    arguments.splice(place..place, from_file.options);
    Ok((arguments, from_file.sources))
}

/// Whether an error shows the lines of the file, with marks under the place that is wrong.
pub fn shows_lines(error: &(dyn std::error::Error + 'static)) -> bool {
    error.is::<toml::de::Error>()
}

/// What a file says, as arguments.
#[derive(Default)]
struct FromFile {
    options: Vec<OsString>,
    inputs: Vec<OsString>,
    sources: Vec<Source>,
}

/// The options of the file that the command line does not give.
fn options(file: &Path, command: &Command, own: &ArgMatches, program: &Command) -> Result<FromFile> {
    let text = std::fs::read_to_string(file)?;
    let entries: std::collections::BTreeMap<Spanned<String>, Spanned<Value>> = toml::from_str(&text)?;
    let line = |at: usize| text.bytes().take(at).filter(|&byte| byte == b'\n').count() + 1;
    let mut from_file = FromFile::default();
    for (key, value) in &entries {
        let here = || format!("line {}", line(key.span().start));
        if key.get_ref() == SOURCE {
            for source in toml::from_str::<Sources<Spanned<SourceTexts>>>(&text)?.source {
                let here = || format!("line {}: [[{SOURCE}]]", line(source.span().start));
                from_file.sources.push(Source::parse(source.get_ref()).with_context(here)?);
            }
            continue;
        }
        let name = key.get_ref().replace('_', "-");
        let Some(argument) = argument(command, &name) else {
            // One file serves all commands: what another one knows is left to it.
            known_elsewhere(program, &name).with_context(here)?;
            continue;
        };
        if own.value_source(argument.get_id().as_str()) == Some(ValueSource::CommandLine) {
            continue;
        }
        let given = given(argument, &name, value.get_ref()).with_context(here)?;
        if argument.is_positional() { from_file.inputs.extend(given) } else { from_file.options.extend(given) }
    }
    Ok(from_file)
}

fn argument<'c>(command: &'c Command, name: &str) -> Option<&'c Arg> {
    let is_it = |argument: &&Arg| match argument.get_long() {
        Some(long) => long == name && !NOT_IN_FILES.contains(&name),
        None => name == INPUTS && argument.get_id() == INPUTS,
    };
    command.get_arguments().find(is_it)
}

fn known_elsewhere(program: &Command, name: &str) -> Result<()> {
    if program.get_subcommands().any(|command| argument(command, name).is_some()) {
        return Ok(());
    }
    if NOT_IN_FILES.contains(&name) {
        bail!("'{name}' stands on the command line only");
    }
    let names = program.get_subcommands().flat_map(Command::get_arguments).filter_map(Arg::get_long);
    let names: BTreeSet<&str> = names.filter(|name| !NOT_IN_FILES.contains(name)).chain([INPUTS]).collect();
    let nearest = names.into_iter().map(|known| (strsim::damerau_levenshtein(name, known), known)).min();
    match nearest {
        Some((distance, known)) if distance <= (known.len() / 2).max(2) => {
            bail!("there is no option '{name}'; did you mean {known}?")
        }
        _ => bail!("there is no option '{name}'; resplog report --help lists them"),
    }
}

/// A value, or several, as the command line gives them.
fn given(argument: &Arg, name: &str, value: &Value) -> Result<Vec<OsString>> {
    let values = match value {
        Value::Array(values) if takes_several(argument) => values.as_slice(),
        Value::Array(_) => bail!("'{name}' takes one value"),
        one => std::slice::from_ref(one),
    };
    let mut given = Vec::new();
    for value in values {
        given.extend(one(argument, name, value)?);
    }
    Ok(given)
}

fn takes_several(argument: &Arg) -> bool {
    matches!(argument.get_action(), ArgAction::Append) || argument.is_positional()
}

fn one(argument: &Arg, name: &str, value: &Value) -> Result<Option<OsString>> {
    let is_switch = matches!(argument.get_action(), ArgAction::SetTrue);
    let text = match value {
        Value::Boolean(on) if is_switch => return Ok(on.then(|| format!("--{name}").into())),
        _ if is_switch => bail!("'{name}' is true or false"),
        Value::String(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Datetime(time) => time.to_string(),
        Value::Boolean(_) | Value::Array(_) | Value::Table(_) => {
            return Err(anyhow!("'{name}' takes a text or a number"));
        }
    };
    Ok(Some(match argument.is_positional() {
        // An input is not a flag, however it begins.
        true if text.starts_with('-') && text != "-" => format!("./{text}").into(),
        true => text.into(),
        false => format!("--{name}={text}").into(),
    }))
}

/// Every option of a command with its values, as they were given or are by default: for `--stamp`.
pub fn in_force(command: &Command, own: &ArgMatches) -> Vec<(String, Vec<String>)> {
    let named = command.get_arguments().filter_map(|argument| Some((argument.get_long()?, argument)));
    let value = |(name, argument): (&str, &Arg)| {
        let id = argument.get_id().as_str();
        let raw = own.try_get_raw(id).ok()??;
        let values: Vec<_> = raw.map(|value| value.to_string_lossy().into_owned()).collect();
        let is_off = matches!(argument.get_action(), ArgAction::SetTrue) && values == ["false"];
        (!is_off && !values.is_empty()).then(|| (name.to_owned(), values))
    };
    let mut options: Vec<_> = named.filter_map(value).collect();
    options.sort();
    options
}
