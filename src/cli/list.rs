//! `resplog ids` and `resplog find`: rows as they are found, in order.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use anyhow::{Result, bail};
use resplog::catalog::{Class, Classes};
use resplog::internals::engine::{self, InOrder, RunControl};
use resplog::internals::filter::Filter;
use resplog::internals::ids::{self, Wanted};
use resplog::internals::input::feed::InputRead;
use resplog::internals::input::{Status, discover};
use resplog::internals::render;
use resplog::report::class_of;

use super::args::{FindArgs, FindFormat, IdsArgs, InputArgs, RowFormat};
use super::plan::{self, Listed};
use super::said::{self, complain};
use super::signals::Signals;
use super::stores::stores;
use super::wanted::Ids;
use super::{copy, exit, stdout, summaries};

pub fn ids(args: &IdsArgs) -> u8 {
    let plan = plan::reading(&args.input, &args.filter, Vec::new()).and_then(|listed| {
        let slow = args.slow.map(nanoseconds).transpose()?;
        Ok((listed, slow, Choice::of(args)?))
    });
    let (plan, slow, choice) = match plan {
        Ok(plan) => plan,
        Err(error) => return complain(&error, exit::USAGE),
    };
    let wanted = slow.map_or(Wanted::Failed, Wanted::Slow);
    let format = if args.json { RowFormat::Ndjson } else { args.format };
    let done = list(plan, &args.input, &wanted, |listed, input, out| match format {
        _ if !choice.has(&listed.code) => Ok(()),
        RowFormat::Tsv => render::ids::tsv(listed, input, out),
        RowFormat::Ndjson => render::ids::ndjson(listed, input, None, out),
    });
    match done {
        Ok(done) => {
            done.say_failures();
            if let Some(stopped) = done.stopped.as_ref().filter(|_| !done.is_closed()) {
                said::warn(&format!("stopped {stopped}; what follows is not listed"));
            }
            done.exit(false)
        }
        Err(failed) => failed.complain(),
    }
}

/// The codes whose failures are listed, as reports choose their rows.
struct Choice<'a> {
    codes: &'a [String],
    only_classes: Vec<Class>,
    classes: Classes,
}

impl<'a> Choice<'a> {
    fn of(args: &'a IdsArgs) -> Result<Self> {
        Ok(Self {
            codes: &args.code,
            only_classes: args.class.iter().map(|name| plan::class(name)).collect::<Result<_>>()?,
            classes: plan::classes(args.classes.as_ref())?,
        })
    }

    fn has(&self, code: &str) -> bool {
        (self.codes.is_empty() || self.codes.iter().any(|it| it == code))
            && (self.only_classes.is_empty() || self.only_classes.contains(&class_of(code, &self.classes)))
    }
}

pub fn find(args: &FindArgs) -> u8 {
    let plan = Ids::of(args).and_then(|(ids, names)| {
        let input = super::args::InputArgs { inputs: names, ..args.input.clone() };
        Ok((ids, plan::reading(&input, &args.filter, Vec::new())?))
    });
    let (mut ids, plan) = match plan {
        Ok(plan) => plan,
        Err(error) => return complain(&error, exit::USAGE),
    };
    let format = if args.json { FindFormat::Ndjson } else { args.format };
    let wanted = Wanted::Ids { ids: Arc::clone(&ids.all), raw: args.raw };
    let is_filtered = plan.options.reading.filter != Filter::default();
    let done = list(plan, &args.input, &wanted, |listed, input, out| {
        let text = String::from_utf8_lossy(&listed.text);
        let printed = match (args.raw, format) {
            (true, _) => out.write_all(&listed.text).and_then(|()| out.write_all(b"\n")),
            (false, FindFormat::Text) => render::ids::block(listed, input, &text, out),
            (false, FindFormat::Ndjson) => render::ids::ndjson(listed, input, Some(&text), out),
        };
        if printed.is_ok() {
            ids.note(listed.number);
        }
        printed
    });
    match done {
        Ok(done) => {
            done.say_failures();
            say_found(&done, &ids, is_filtered);
            done.exit(!ids.are_found())
        }
        Err(failed) => failed.complain(),
    }
}

/// Says which ids were not found, or how far a search came that did not end: only what was searched to its end is known
/// to hold no id.
fn say_found(done: &Listing, ids: &Ids, is_filtered: bool) {
    let (found, all) = (ids.found(), ids.all.len());
    if done.is_closed() {
        return;
    }
    if let Some(stopped) = &done.stopped {
        let rest = match found == all {
            true => "but not every record of theirs was looked for",
            false => "the rest not searched to the end",
        };
        return said::warn(&format!("stopped {stopped}; {found} of {all} ids found, {rest}"));
    }
    if done.failure.is_some() {
        return said::warn(&format!("all inputs were searched; {found} of {all} ids found, not all of it printed"));
    }
    if found == all {
        return;
    }
    ids.say_missing(if done.unread == 0 { "not found" } else { "not found in what was read" });
    if done.unread > 0 {
        said::warn(&format!(
            "{} of {} inputs could not be read to the end; what was not read was not searched",
            done.unread, done.inputs
        ));
    }
    if is_filtered {
        said::warn("only records that the filters leave were searched");
    }
}

/// How a listing ended.
struct Listing {
    signal: Option<u8>,
    /// Why standard output could not be written.
    failure: Option<io::Error>,
    /// Where it was stopped, `in PATH at byte N`; none when every input was read to its end or to its damage.
    stopped: Option<String>,
    /// How many inputs were not read as they should be.
    unread: usize,
    inputs: usize,
}

impl Listing {
    /// Whether nobody reads standard output any more, so that there is nothing to say.
    fn is_closed(&self) -> bool {
        let is_closed = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;
        self.signal.is_none() && self.failure.as_ref().is_some_and(is_closed)
    }

    fn say_failures(&self) {
        // A write that a signal ended is the signal's doing.
        let is_quiet = |error: &io::Error| matches!(error.kind(), io::ErrorKind::BrokenPipe | io::ErrorKind::TimedOut);
        if let Some(error) = self.failure.as_ref().filter(|error| !is_quiet(error)) {
            said::warn(&format!("standard output: {error}"));
        }
    }

    fn exit(&self, missed: bool) -> u8 {
        match self.signal {
            Some(signal) => 128 + signal,
            None if self.is_closed() => exit::CLOSED,
            None if self.failure.is_some() => exit::WRITE,
            None if missed => exit::BREACH,
            None if self.unread > 0 => exit::INPUT,
            None => exit::DONE,
        }
    }
}

/// Why nothing was listed, and the exit code.
struct Failed(anyhow::Error, u8);

impl<E: Into<anyhow::Error>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self(error.into(), exit::WRITE)
    }
}

impl Failed {
    fn complain(&self) -> u8 {
        complain(&self.0, self.1)
    }
}

/// Lists records to standard output; the first write that fails ends the run.
fn list(
    plan: Listed,
    args: &InputArgs,
    wanted: &Wanted,
    mut write: impl FnMut(&ids::Listed, &str, &mut dyn Write) -> io::Result<()> + Send,
) -> Result<Listing, Failed> {
    let watch = RunControl::default();
    let signals = Signals::stop(&watch)?;
    let Listed { names, mut options, settings } = plan;
    let stores = stores(options.threads, &watch.stop);
    let found = discover::discover_in(&names, &stdout::own(), &stores, &watch.stop);
    let (inputs, _copy) = copy::with_tars(found, &std::env::temp_dir(), &watch.stop);
    let inputs = summaries::expand(inputs, &mut options, &settings, &stores, &watch.stop)
        .map_err(|error| Failed(error, exit::USAGE))?;
    said::warn_of_sources(args, &options, &inputs);
    let paths: Vec<_> = inputs.iter().map(engine::shown_path).collect();
    let path = |rank: usize| paths.get(rank).map_or("", String::as_str);
    let mut out = stdout::open()?;
    let mut failed: Option<(io::Error, ids::Listed)> = None;
    let stop = Arc::clone(&watch.stop);
    let each = |listed: ids::Listed| {
        if failed.is_none()
            && let Err(error) = write(&listed, path(listed.input as usize), &mut out)
        {
            stop.store(true, Ordering::Relaxed);
            failed = Some((error, listed));
        }
    };
    let InOrder { reads, ended, scanned, .. } = ids::list(&inputs, &options, &watch, wanted, each)?;
    let place = match &failed {
        Some((_, listed)) => Some((listed.input as usize, listed.offset)),
        None => scanned.get(ended).map(|&end| (ended, end)),
    };
    let failure = match failed {
        Some((error, _)) => Some(error),
        None => out.flush().err(),
    };
    let done = Listing {
        signal: signals.received(),
        failure,
        stopped: place.map(|(input, offset)| format!("in {} at byte {offset}", path(input))),
        unread: reads.iter().filter(|read| is_damaged(read)).count(),
        inputs: inputs.len(),
    };
    if !done.is_closed() {
        for (read, path) in reads.iter().zip(&paths) {
            if let Some(damage) = &read.damage {
                said::warn(&format!("{path}: {}", damage.text));
            }
        }
    }
    Ok(done)
}

fn is_damaged(read: &InputRead) -> bool {
    read.status() != Status::Ok
}

fn nanoseconds(ms: f64) -> Result<u64> {
    if !ms.is_finite() || ms < 0.0 || ms > u64::MAX as f64 / 1e6 {
        bail!("--slow {ms}: a number of milliseconds is needed");
    }
    Ok((ms * 1e6) as u64)
}
