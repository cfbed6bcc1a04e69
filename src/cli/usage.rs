//! Why a command line cannot be followed. Arguments may come from a log or from somebody else's script, so nothing in
//! what is shown of them acts or hides.

use std::io::{self, Write};

use clap::builder::StyledStr;
use clap::error::ContextValue;
use resplog::internals::render::escape;
use resplog::rule::RuleError;

use super::said::complain;
use super::{config, exit, stdout};

/// Prints what the reader of the command line says, and tells the exit code. Help and version go to standard output and
/// are no errors.
pub fn print(mut error: clap::Error) -> u8 {
    let context: Vec<_> = error.context().map(|(kind, value)| (kind, visible(value))).collect();
    for (kind, value) in context {
        error.insert(kind, value);
    }
    let printed = error.print();
    match printed {
        _ if error.use_stderr() => exit::USAGE,
        _ if stdout::is_closed() => exit::CLOSED,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => exit::CLOSED,
        Err(error) => complain(&anyhow::Error::new(error).context("standard output"), exit::WRITE),
        Ok(()) => exit::DONE,
    }
}

/// A part of a message, in which arguments may stand.
fn visible(value: &ContextValue) -> ContextValue {
    let text = |text: &String| escape::terminal(text).into_owned();
    match value {
        ContextValue::String(one) => ContextValue::String(text(one)),
        ContextValue::Strings(several) => ContextValue::Strings(several.iter().map(text).collect()),
        // How a command is used stands on several lines, what else might be typed on one each.
        ContextValue::StyledStr(one) => ContextValue::StyledStr(styled(one, |text| {
            text.split('\n').map(escape::terminal).collect::<Vec<_>>().join("\n")
        })),
        ContextValue::StyledStrs(several) => ContextValue::StyledStrs(
            several.iter().map(|one| styled(one, |text| escape::terminal(text).into_owned())).collect(),
        ),
        other => other.clone(),
    }
}

/// A text with its colours, or without them when something in it has to be made visible.
fn styled(text: &StyledStr, visible: impl Fn(&str) -> String) -> StyledStr {
    let plain = text.to_string();
    let shown = visible(&plain);
    if shown == plain { text.clone() } else { shown.into() }
}

/// Says why the command line cannot be followed, and tells the exit code; a rule and a file of `--config` are shown
/// with the place that is wrong, on lines of their own.
pub fn refuse(error: &anyhow::Error) -> u8 {
    let shown = |cause: &(dyn std::error::Error + 'static)| {
        let text = cause.to_string();
        if cause.is::<RuleError>() || config::shows_lines(cause) {
            text.lines().map(escape::terminal).collect::<Vec<_>>().join("\n")
        } else {
            escape::terminal(&text).into_owned()
        }
    };
    let causes: Vec<_> = error.chain().map(shown).collect();
    let _ = writeln!(io::stderr(), "resplog: {}", causes.join(": ").trim_end());
    exit::USAGE
}
