//! `resplog ids` and `resplog find`: rows as they are found, in order.

use std::collections::HashSet;
use std::io::{self, Write};

use anyhow::{Context, Result, bail};
use resplog::engine::{Driven, Options, RunControl};
use resplog::ids::{self, Listed, Wanted};
use resplog::input::feed::InputRead;
use resplog::input::{Input, Status, discover};
use resplog::render;

use super::args::{FindArgs, FindFormat, IdsArgs, RowFormat};
use super::signals::{self, Signals};
use super::{complain, exit, plan, report};

pub fn ids(args: &IdsArgs) -> u8 {
    let plan = plan::reading(&args.input, &args.filter).and_then(|(names, options)| {
        let slow = args.slow.map(nanoseconds).transpose()?;
        Ok((discover::discover(&names, &[]), options, slow))
    });
    let (inputs, options, slow) = match plan {
        Ok(plan) => plan,
        Err(error) => return complain(&error, exit::USAGE),
    };
    let wanted = slow.map_or(Wanted::Failed, Wanted::Slow);
    let done = list(&inputs, &options, &wanted, |listed, input, out| match args.format {
        RowFormat::Tsv => render::ids::tsv(listed, input, out),
        RowFormat::Ndjson => render::ids::ndjson(listed, input, None, out),
    });
    match done {
        Ok(done) => done.exit(false),
        Err(error) => fail(&error),
    }
}

pub fn find(args: &FindArgs) -> u8 {
    let plan = wanted_ids(args).and_then(|(ids, names)| {
        let input = super::args::InputArgs { inputs: names, ..args.input.clone() };
        let (names, options) = plan::reading(&input, &args.filter)?;
        Ok((ids, discover::discover(&names, &[]), options))
    });
    let (ids, inputs, options) = match plan {
        Ok(plan) => plan,
        Err(error) => return complain(&error, exit::USAGE),
    };
    let mut missing: HashSet<String> = ids.iter().cloned().collect();
    let wanted = Wanted::Ids { ids: ids.iter().cloned().collect(), raw: args.raw };
    let done = list(&inputs, &options, &wanted, |listed, input, out| {
        missing.remove(&listed.found);
        let text = String::from_utf8_lossy(&listed.text);
        match (args.raw, args.format) {
            (true, _) => out.write_all(&listed.text).and_then(|()| out.write_all(b"\n")),
            (false, FindFormat::Text) => render::ids::block(listed, input, &text, out),
            (false, FindFormat::Ndjson) => render::ids::ndjson(listed, input, Some(&text), out),
        }
    });
    let mut missing: Vec<_> = missing.into_iter().collect();
    missing.sort_unstable();
    for id in &missing {
        report::warn(&format!("not found: {id}"));
    }
    match done {
        Ok(done) => done.exit(!missing.is_empty()),
        Err(error) => fail(&error),
    }
}

/// The ids of the arguments and of the file, and the inputs.
fn wanted_ids(args: &FindArgs) -> Result<(Vec<String>, Vec<std::path::PathBuf>)> {
    let mut ids = Vec::new();
    let mut inputs = args.input.inputs.clone();
    if let Some(file) = &args.ids_from {
        let text = std::fs::read_to_string(file).with_context(|| format!("--ids-from {}", file.display()))?;
        ids.extend(text.lines().map(|line| line.trim().to_owned()));
        inputs.splice(0..0, args.ids.iter().map(Into::into));
    } else if let Some(listed) = &args.ids {
        ids.extend(listed.split(',').map(|id| id.trim().to_owned()));
    }
    ids.retain(|id| !id.is_empty());
    if ids.is_empty() {
        bail!("no id to find: name them, separated by commas, or give --ids-from a file with one a line");
    }
    Ok((ids, inputs))
}

/// How a listing ended.
struct Listing {
    signal: Option<u8>,
    damaged: bool,
}

impl Listing {
    fn exit(&self, missed: bool) -> u8 {
        match self.signal {
            Some(signal) => 128 + signal,
            None if missed => exit::BREACH,
            None if self.damaged => exit::INPUT,
            None => exit::DONE,
        }
    }
}

/// Lists records to standard output; the first write that fails ends the run.
fn list(
    inputs: &[Input],
    options: &Options,
    wanted: &Wanted,
    mut write: impl FnMut(&Listed, &str, &mut dyn Write) -> io::Result<()> + Send,
) -> Result<Listing> {
    let paths: Vec<_> = inputs.iter().map(report::shown).collect();
    let watch = RunControl::default();
    let signals = Signals::stop(&watch)?;
    let mut out = super::stdout::open()?;
    let mut result = Ok(());
    let stop = std::sync::Arc::clone(&watch.stop);
    let each = |listed: Listed| {
        if result.is_ok() {
            let input = paths.get(listed.input as usize).map_or("", String::as_str);
            result = write(&listed, input, &mut out);
            if result.is_err() {
                stop.store(true, std::sync::atomic::Ordering::Relaxed);
            }
        }
    };
    let Driven { reads, .. } = ids::list(inputs, options, &watch, wanted, each)?;
    result.and_then(|()| out.flush())?;
    for (read, path) in reads.iter().zip(&paths) {
        if let Some(damage) = &read.damage {
            report::warn(&format!("{path}: {}", damage.text));
        }
    }
    Ok(Listing { signal: signals.received(), damaged: reads.iter().any(is_damaged) })
}

fn is_damaged(read: &InputRead) -> bool {
    read.status() != Status::Ok
}

fn fail(error: &anyhow::Error) -> u8 {
    match error.downcast_ref::<io::Error>().map(io::Error::kind) {
        Some(io::ErrorKind::BrokenPipe) => exit::CLOSED,
        Some(io::ErrorKind::TimedOut) => 128 + signals::received().unwrap_or_default(),
        _ => complain(error, exit::WRITE),
    }
}

fn nanoseconds(ms: f64) -> Result<u64> {
    if !ms.is_finite() || ms < 0.0 || ms > u64::MAX as f64 / 1e6 {
        bail!("--slow {ms}: a number of milliseconds is needed");
    }
    Ok((ms * 1e6) as u64)
}
