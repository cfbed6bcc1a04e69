//! `resplog part` and `resplog report --plan`: parts of a work for many machines are read, and become one report.

use std::io::{self, ErrorKind, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use anyhow::{Context, Result, anyhow, bail};
use resplog::internals::engine::{self, Options, RunControl, Summarized};
use resplog::internals::input::object::{Failure, FailureKind, Object, Stores, is_object};
use resplog::internals::input::source::Sizes;
use resplog::internals::input::{Facts, Input, Status, discover, with_members};
use resplog::internals::inspect::Reading;
use resplog::internals::partial::listing::Listed;
use resplog::internals::partial::merge::AT_ONCE;
use resplog::internals::partial::pieces::Pieces;
use resplog::internals::partial::plan::{FileStamp, Part, Plan};
use resplog::internals::partial::{Partial, wire};
use resplog::internals::summary::counting::Counting;
use resplog::scan::ScannerKind;
use resplog::settings::Settings;

use super::args::{PartArgs, ReportArgs};
use super::outputs::{self, Output};
use super::piped::{self, Copied, Piped};
use super::plan::{self, ReportPlan};
use super::said::{complain, warn, warn_of_inputs};
use super::signals::Signals;
use super::stores::stores;
use super::{by, exit, filters, host, summaries, usage};

/// How many missing parts of an input are named.
const NAMED_MAX: usize = 10;

/// Why a part gives no summary, and the exit code.
struct Failed(anyhow::Error, u8);

pub fn part(args: &PartArgs) -> u8 {
    let prepared = load(&args.plan).and_then(|plan| {
        if args.output.is_none() && io::stdout().is_terminal() {
            bail!("a summary is not text: expected -o FILE, or standard output in a file or pipe");
        }
        let options = options(&plan, args)?;
        let output = args.output.as_deref().map(Output::at).transpose()?;
        Ok((plan, options, output))
    });
    let (plan, options, output) = match prepared {
        Ok(prepared) => prepared,
        Err(error) => return usage::refuse(&error),
    };
    let Some(part) = plan.parts.iter().find(|part| part.part == args.part) else {
        let (last, name) = (plan.parts.len().saturating_sub(1), args.plan.display());
        return usage::refuse(&anyhow!("part {} is not in {name}: expected 0 to {last}", args.part));
    };
    let watch = RunControl::default();
    let signals = match Signals::stop(&watch) {
        Ok(signals) => signals,
        Err(error) => return complain(&anyhow::Error::new(error).context("signals"), exit::WRITE),
    };
    let partial = match read(&plan, part, &options, &watch, args) {
        Ok(partial) => partial,
        Err(Failed(error, code)) => return complain(&error, code),
    };
    if let Some(signal) = signals.received() {
        return 128 + signal;
    }
    let is_whole = partial.inputs.iter().all(|held| held.read.status == Status::Ok);
    let bytes = match wire::encode(&partial) {
        Ok(bytes) => bytes,
        Err(error) => return complain(&error.into(), exit::LAW),
    };
    match outputs::hand_in(output.as_ref(), &host::disk(), |out| out.write_all(&bytes)) {
        exit::DONE if !is_whole => exit::INPUT,
        code => code,
    }
}

fn options(plan: &Plan, args: &PartArgs) -> Result<Options> {
    let settings = Settings::from_kept(&plan.settings).context("the options of the plan")?;
    let by = by::read(&plan.by).context("the options of the plan")?;
    let tier = plan::tier(host::simd().as_deref())?;
    Ok(Options {
        threads: plan::threads(args.threads)?,
        sizes: Sizes { line_bytes_max: settings.line_bytes_max, ..Sizes::default() },
        way: ScannerKind::Fast(tier),
        counting: Counting { apart: true, ..Counting::default() },
        reading: Reading { prune: plan.prune, ..Reading::of(&settings, by.pointers) },
    })
}

fn load(path: &Path) -> Result<Plan> {
    let name = || path.display().to_string();
    let text = std::fs::read(path).with_context(name)?;
    Plan::parse(&text).with_context(name)
}

/// Reads a part.
fn read(plan: &Plan, part: &Part, options: &Options, watch: &RunControl, args: &PartArgs) -> Result<Partial, Failed> {
    let (inputs, _copies) = match args.stdin {
        true => piped_inputs(plan, part, &piped::folder(args.tmp_dir.as_deref()), &watch.stop)?,
        false => (inputs(plan, part, &stores(options.threads, &watch.stop), &watch.stop)?, Vec::new()),
    };
    let empty = Partial { settings: plan.settings.clone(), by: plan.by.clone(), ..Partial::default() };
    let Summarized { mut partial, reads, .. } =
        engine::summarize(empty, &inputs, options, watch).map_err(|error| Failed(error.into(), exit::AGAIN))?;
    for input in &inputs {
        if let Some(failure) = input.object.as_ref().and_then(Object::failure) {
            return Err(failed(input, failure));
        }
    }
    for (read, input) in reads.iter().zip(&inputs).filter(|(_, input)| input.error.is_none()) {
        if let Some(damage) = read.damage.as_ref().filter(|damage| damage.is_of_system()) {
            let error = anyhow!("{}: {}", engine::shown_path(input), damage.text);
            return Err(Failed(error, exit::AGAIN));
        }
    }
    if args.stdin {
        // What is read from copies is known by what it is a copy of.
        for (place, piece) in part.pieces.iter().enumerate() {
            let size = plan.inputs.get(piece.input).map_or(0, |it| it.size);
            partial.note_bytes(place, size, &Pieces::of(piece.range()));
        }
    } else {
        stamps(plan, part)?;
    }
    warn_of_inputs(&engine::held_facts(&partial));
    Ok(partial)
}

/// The inputs of a part with copies of their bytes, which somebody else reads. Whether they are what was planned for, only the
/// reader can tell.
fn piped_inputs(
    plan: &Plan,
    part: &Part,
    folder: &Path,
    stop: &AtomicBool,
) -> Result<(Vec<Input>, Vec<Copied>), Failed> {
    let again = |error: std::io::Error| Failed(anyhow::Error::new(error).context("standard input"), exit::AGAIN);
    let mut piped = Piped::new().map_err(again)?;
    let (mut inputs, mut copies) = (Vec::with_capacity(part.pieces.len()), Vec::new());
    for piece in &part.pieces {
        let damaged = || Failed(anyhow!("the plan is damaged: it names an input that it does not list"), exit::USAGE);
        let planned = plan.inputs.get(piece.input).ok_or_else(damaged)?;
        let (path, size) = (planned.path.clone(), planned.size);
        let failed = |error| Input { error: Some(error), ..Input::new(path.clone().into()) };
        if let Some(error) = &planned.error {
            inputs.push(failed(error.clone()));
            continue;
        }
        let copied =
            piped.piece(&Listed { path: path.clone(), size, modified: 0 }, piece.range(), folder).map_err(again)?;
        let is_whole = piece.range() == (0..size);
        let input = copied.input(&path, stop).unwrap_or_else(failed);
        let is_cut = !is_whole && input.error.is_none();
        inputs.push(Input { piece: Some(piece.range()).filter(|_| is_cut), ..input });
        copies.push(copied);
    }
    Ok((inputs, copies))
}

/// What it means for a part that an object cannot be read.
fn failed(input: &Input, failure: &Failure) -> Failed {
    let code = match failure.kind {
        FailureKind::Unavailable | FailureKind::Stopped => exit::AGAIN,
        FailureKind::Changed | FailureKind::Denied | FailureKind::Refused => exit::CHANGED,
    };
    Failed(anyhow!("{}: {failure}", engine::shown_path(input)), code)
}

/// Refuses files that are not what was planned for. Objects are read only as they were planned for.
fn stamps(plan: &Plan, part: &Part) -> Result<(), Failed> {
    let of = |input: usize| plan.inputs.get(input).filter(|input| input.error.is_none()).map(|input| input.file);
    let mut files: Vec<_> = part.pieces.iter().filter_map(|piece| of(piece.input)).collect();
    files.dedup();
    for file in files.into_iter().filter_map(|file| plan.files.get(file)).filter(|file| file.etag.is_none()) {
        let named = |error: anyhow::Error| error.context(file.path.display().to_string());
        match FileStamp::of(&file.path) {
            Ok(now) => {
                if let Some(changed) = file.changed(&now) {
                    return Err(Failed(named(anyhow!("{changed}")), exit::CHANGED));
                }
            }
            Err(error) => {
                let is_lasting = matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied);
                let code = if is_lasting { exit::CHANGED } else { exit::AGAIN };
                return Err(Failed(named(error.into()), code));
            }
        }
    }
    Ok(())
}

/// The inputs of a part, as they are to be read.
fn inputs(plan: &Plan, part: &Part, stores: &Stores, stop: &AtomicBool) -> Result<Vec<Input>, Failed> {
    stamps(plan, part)?;
    let mut inputs = Vec::with_capacity(part.pieces.len());
    let mut members: Option<(usize, Vec<Input>)> = None;
    for piece in &part.pieces {
        let damaged = || Failed(anyhow!("the plan is damaged: it names an input that it does not list"), exit::USAGE);
        let planned = plan.inputs.get(piece.input).ok_or_else(damaged)?;
        let file = plan.files.get(planned.file).ok_or_else(damaged)?;
        if planned.error.is_some() {
            inputs.push(Input { error: planned.error.clone(), ..Input::new(planned.path.clone().into()) });
            continue;
        }
        if members.as_ref().is_none_or(|(of, _)| *of != planned.file) {
            members = Some((planned.file, with_members(vec![holder(file, stores)?], stop)));
        }
        let found = members.as_ref().map(|(_, found)| found.as_slice()).unwrap_or_default();
        let failure = found.first().and_then(|input| Some((input, input.object.as_ref()?.failure()?)));
        if let Some((input, failure)) = failure {
            return Err(failed(input, failure));
        }
        let input = found.iter().find(|input| engine::shown_path(input) == planned.path);
        let changed = || Failed(anyhow!("{}: the tar does not hold it any more", planned.path), exit::CHANGED);
        let input = input.cloned().ok_or_else(changed)?;
        let is_whole = piece.range() == (0..planned.size);
        inputs.push(Input { piece: Some(piece.range()).filter(|_| !is_whole), ..input });
    }
    Ok(inputs)
}

/// The file or the object that holds inputs.
fn holder(file: &FileStamp, stores: &Stores) -> Result<Input, Failed> {
    let path = file.path.clone();
    let Some((etag, size)) = file.etag.as_ref().zip(file.size) else { return Ok(Input::new(path)) };
    let object = stores.object(&path, size, etag).map_err(|failure| failed(&Input::new(path.clone()), &failure))?;
    let input = Input::of_object(path, object);
    // Nothing is read of one without a byte.
    if let Some(object) = input.object.as_ref().filter(|object| object.size() == 0) {
        object.check().map_err(|failure| failed(&input, &failure))?;
    }
    Ok(input)
}

/// Merges the summaries of the parts of a plan, whose options the report takes over.
///
/// # Errors
///
/// They cannot be one, or are not of the plan.
pub fn merge(path: &Path, report: &mut ReportPlan, args: &ReportArgs) -> Result<Partial> {
    if let Some(counts) = report.counts {
        bail!("{counts} does not go with --plan, since parts know days of UTC alone: expected the logs");
    }
    let plan = load(path)?;
    let expected = Partial { settings: plan.settings.clone(), by: plan.by.clone(), ..Partial::default() };
    let mut settings = Settings::from_kept(&plan.settings).context("the options of the plan")?;
    plan.window.name(&mut settings);
    same(&report.settings, &report.by_fields, &settings, &expected)?;
    // A point in time that names no zone is in that of the plan.
    report.now = plan::the_now(&args.filter, host::clock(), &settings.assume_tz)?;
    report.settings = settings;
    let by = by::read(&plan.by).context("the options of the plan")?;
    (report.by, report.by_fields) = (by.names, by.fields);
    report.filters = filters::of(args, &report.by_fields, &report.settings, &report.acknowledged, &report.zone);
    report.commands = args.given.planned(plan.words.clone(), &report.settings);
    let mut merger = report.merger(&expected);
    for name in &report.inputs {
        let mut files = files(name)?.map(Input::new);
        loop {
            let some: Vec<_> = files.by_ref().take(AT_ONCE).collect();
            if some.is_empty() {
                break;
            }
            for (file, loaded) in some.iter().zip(summaries::load_all(&some, report.options.threads)) {
                match loaded? {
                    Ok(filed) => drop(merger.add(filed).with_context(|| engine::shown_path(file))?),
                    Err(Facts { error, .. }) => {
                        warn(&format!("{}: {}", engine::shown_path(file), error.unwrap_or_default()));
                    }
                }
            }
        }
    }
    if let Some(path) = plan.foreign(merger.coverage()) {
        bail!("a summary is of {path}, which is not in the plan as it is there: expected parts of this plan");
    }
    let missing = plan.missing(merger.coverage());
    let mut whole = merger.finish();
    for (input, parts) in missing {
        if let Some(input) = plan.inputs.get(input) {
            whole.note_missing(&input.path, input.size, lacking(&parts));
        }
    }
    Ok(whole)
}

/// Refuses options that are given for the report and are not those of the plan.
fn same(given: &Settings, by: &[String], planned: &Settings, expected: &Partial) -> Result<()> {
    let mut own = given.clone();
    // What was typed alike is one window, though the clock has gone on since the plan.
    for (bound, planned) in [(&mut own.since, &planned.since), (&mut own.until, &planned.until)] {
        if bound.as_ref().map(|it| &it.text) == planned.as_ref().map(|it| &it.text) {
            bound.clone_from(planned);
        }
    }
    let by_default = Settings::default().kept();
    let mut settings = expected.settings.clone();
    settings.extend(own.absolute().kept().into_iter().filter(|(name, value)| by_default.get(name) != Some(value)));
    let by = if by.is_empty() { expected.by.clone() } else { by.to_vec() };
    expected.agrees(&Partial { settings, by, ..Partial::default() }).context("--plan")
}

/// The files of a folder, in no order, or the one that is named.
fn files(name: &Path) -> Result<Box<dyn Iterator<Item = PathBuf>>> {
    if is_object(name) {
        bail!("{}: parts are read from files: expected a folder or files", name.display());
    }
    if !name.is_dir() {
        return Ok(Box::new(std::iter::once(name.to_owned())));
    }
    let named = || name.display().to_string();
    let entries = name.read_dir().with_context(named)?;
    // Whoever writes a part puts it in place when it is whole.
    let is_draft =
        |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(discover::TEMPORARY));
    let files = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    Ok(Box::new(files.filter(move |path| path.is_file() && !is_draft(path))))
}

fn lacking(parts: &[u64]) -> String {
    let names: Vec<_> = parts.iter().take(NAMED_MAX).map(u64::to_string).collect();
    match (names.as_slice(), parts.len().saturating_sub(NAMED_MAX)) {
        ([one], _) => format!("part {one} is missing"),
        (names, 0) => format!("parts {} are missing", names.join(", ")),
        (names, more) => format!("parts {} and {more} more are missing", names.join(", ")),
    }
}
