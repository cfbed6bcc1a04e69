//! What the program says: data on standard output, everything else on standard error. It does not know what is said.

use std::io::{self, Write};
use std::path::Path;

use resplog::internals::engine::Options;
use resplog::internals::input::{Input, Pattern};
use resplog::internals::render::escape;
use resplog::report::InputFacts;

use super::args::InputArgs;
use super::{exit, stdout};

/// Says on standard error what went wrong, with what it came from.
pub fn complain(error: &anyhow::Error, code: u8) -> u8 {
    let text = format!("{error:#}");
    let _ = writeln!(io::stderr(), "resplog: {}", escape::terminal(&text));
    code
}

/// Writes to standard output; a closed one ends quietly.
pub fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> u8 {
    let written = stdout::open().and_then(|mut out| write(&mut out).and_then(|()| out.flush()));
    match written {
        Ok(()) => exit::DONE,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => exit::CLOSED,
        Err(error) if error.kind() == io::ErrorKind::TimedOut => exit::signalled().unwrap_or(exit::WRITE),
        Err(error) => complain(&anyhow::Error::new(error).context("standard output"), exit::WRITE),
    }
}

/// Says which inputs could not be read as they should.
pub fn warn_of_inputs(facts: &[InputFacts]) {
    for InputFacts { path, read } in facts {
        if let Some(error) = &read.error {
            warn(&format!("{path}: {error}"));
        }
    }
}

/// Says which sources of a file of options hold for none of the inputs.
pub fn warn_of_sources(args: &InputArgs, options: &Options, inputs: &[Input]) {
    let file = args.config.as_deref().unwrap_or(Path::new("")).display();
    for place in options.reading.idle_sources(inputs) {
        let patterns = args.sources.get(place - 1).map(|source| source.inputs.as_slice()).unwrap_or_default();
        let named: Vec<_> = patterns.iter().map(Pattern::as_str).collect();
        warn(&format!("--config {file}: [[source]] {place} is of none of the inputs: {}", named.join(", ")));
    }
}

pub fn warn(text: &str) {
    let _ = writeln!(io::stderr(), "resplog: {}", escape::terminal(text));
}
