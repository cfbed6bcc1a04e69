//! One report of logs and of summaries that were stored before: `merged [INPUT]…`. With a first argument `-o FILE` it
//! stores the summary of all of them instead.

use std::error::Error;
use std::io::{self, Write};
use std::{env, fs};

use resplog::{Analyzer, Format, ReportOptions, Summary};

fn main() -> Result<(), Box<dyn Error>> {
    let mut inputs: Vec<_> = env::args_os().skip(1).collect();
    let store =
        inputs.first().is_some_and(|first| first == "-o").then(|| inputs.drain(..2.min(inputs.len())).next_back());
    let analyzer = Analyzer::new();
    let mut merged: Option<Summary> = None;
    for input in inputs {
        // What is no summary is a log, or a folder of logs.
        let stored = fs::read(&input).ok().and_then(|bytes| Summary::from_bytes(&bytes).ok());
        let summary = stored.map_or_else(|| analyzer.summary([&input]), Ok)?;
        match &mut merged {
            Some(merged) => merged.merge(summary)?,
            None => merged = Some(summary),
        }
    }
    let merged = merged.ok_or("no input: expected logs or summaries")?;
    match store.flatten() {
        Some(path) => fs::write(path, merged.to_bytes()?)?,
        None => merged.report(&ReportOptions::default())?.write(Format::Text, io::stdout().lock())?,
    }
    io::stdout().flush()?;
    Ok(())
}
