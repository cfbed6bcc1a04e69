//! `resplog plan`, `resplog part` and `resplog report --plan`: parts of a work for many machines.

use std::io::{self, ErrorKind, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use anyhow::{Context, Result, anyhow, bail};
use resplog::internals::engine::{self, Options, RunControl, Summarized, Surveyed};
use resplog::internals::input::source::Sizes;
use resplog::internals::input::{Facts, Input, Status, discover, with_members};
use resplog::internals::inspect::Reading;
use resplog::internals::partial::merge::{AT_ONCE, Merger};
use resplog::internals::partial::plan::{FileStamp, Part, Plan, Planned, SCHEMA, Whole, parts};
use resplog::internals::partial::{Partial, wire};
use resplog::internals::render::json;
use resplog::internals::summary::counting::Counting;
use resplog::scan::ScannerKind;
use resplog::settings::Settings;

use super::args::{PartArgs, PlanArgs, ReportArgs};
use super::outputs::{self, Named, Output};
use super::plan::{self, ReportPlan};
use super::said::{complain, warn, warn_of_inputs};
use super::signals::Signals;
use super::{by, exit, filters, host, stdout, summaries, usage};

/// How many missing parts of an input are named.
const NAMED_MAX: usize = 10;

pub fn plan(args: &PlanArgs) -> u8 {
    let planned = planned(args);
    let (plan, output) = match planned {
        Ok(planned) => planned,
        Err(error) => return usage::refuse(&error),
    };
    for input in &plan.inputs {
        if let Some(error) = &input.error {
            warn(&format!("{}: {error}", input.path));
        }
    }
    let has_errors = plan.inputs.iter().any(|input| input.error.is_some());
    match outputs::hand_in(output.as_ref(), &host::disk(), |out| json::value(&plan, out)) {
        exit::DONE if has_errors => exit::INPUT,
        code => code,
    }
}

fn planned(args: &PlanArgs) -> Result<(Plan, Option<Output>)> {
    let plan::Listed { names, mut options, settings } = plan::reading(&args.input, &args.filter, Vec::new())?;
    let by::By { pointers, fields, periods, .. } = by::read(&args.by)?;
    if let Some(period) = periods.first() {
        bail!("--by {}: periods belong to the report of the parts: expected NAME=POINTER", period.as_str());
    }
    options.reading = Reading { prune: options.reading.prune, ..Reading::of(&settings, pointers) };
    let part_bytes = resplog::settings::bytes(&args.part_bytes).context("--part-bytes")?.max(1) as u64;
    Named::new(&names, &args.input).writes("-o", args.output.as_deref()).prints(args.output.is_none()).check()?;
    let output = args.output.as_deref().map(Output::at).transpose()?;
    let watch = RunControl::default();
    let own: Vec<_> = args.output.iter().cloned().chain(stdout::own()).collect();
    let inputs = with_members(discover::discover(&names, &own), &watch.stop);
    if let Some(input) = inputs.iter().find(|input| input.is_summary) {
        bail!("{} is a summary, which needs no plan: expected logs", engine::shown_path(input));
    }
    if let Some(input) = inputs.iter().find(|input| input.is_stdin() || !is_file(input)) {
        bail!("{} does not go with a plan: only files can be read on other machines", engine::shown_path(input));
    }
    let surveyed = engine::survey(&inputs, &options, &watch)?;
    let (files, planned, wholes) = listed(&inputs, surveyed)?;
    let plan = Plan {
        schema: SCHEMA.to_owned(),
        settings: settings.absolute().kept(),
        by: fields,
        prune: options.reading.prune,
        words: args.given.words(&names),
        files,
        inputs: planned,
        parts: parts(&wholes, part_bytes),
    };
    Ok((plan, output))
}

/// Whether an input is a file, or not there at all.
fn is_file(input: &Input) -> bool {
    input.error.is_some() || input.file().metadata().map_or(true, |metadata| metadata.is_file())
}

/// The files, the inputs that they hold, and what there is to deal out.
fn listed(inputs: &[Input], surveyed: Vec<Surveyed>) -> Result<(Vec<FileStamp>, Vec<Planned>, Vec<Whole>)> {
    let mut places = std::collections::HashMap::new();
    let (mut files, mut planned, mut wholes) = (Vec::new(), Vec::new(), Vec::new());
    for (input, seen) in inputs.iter().zip(surveyed) {
        let path = input.file();
        if path.to_str().is_none() {
            bail!("{}: a plan is text: expected a path that is UTF-8", engine::shown_path(input));
        }
        let file = *places.entry(path.to_owned()).or_insert_with(|| {
            files.push(FileStamp::of(path).unwrap_or_else(|_| FileStamp::missing(path)));
            files.len() - 1
        });
        let is_plain = seen.is_plain && input.member.is_none();
        let error = input.error.clone().or(seen.error);
        planned.push(Planned { path: engine::shown_path(input), file, size: seen.size, error });
        wholes.push(Whole { file, size: seen.size, is_plain });
    }
    Ok((files, planned, wholes))
}

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
    let partial = match read(&plan, part, &options, &watch) {
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
fn read(plan: &Plan, part: &Part, options: &Options, watch: &RunControl) -> Result<Partial, Failed> {
    let inputs = inputs(plan, part, &watch.stop)?;
    let empty = Partial { settings: plan.settings.clone(), by: plan.by.clone(), ..Partial::default() };
    let Summarized { partial, reads, .. } =
        engine::summarize(empty, &inputs, options, watch).map_err(|error| Failed(error.into(), exit::AGAIN))?;
    for (read, input) in reads.iter().zip(&inputs).filter(|(_, input)| input.error.is_none()) {
        if let Some(damage) = read.damage.as_ref().filter(|damage| damage.is_of_system()) {
            let error = anyhow!("{}: {}", engine::shown_path(input), damage.text);
            return Err(Failed(error, exit::AGAIN));
        }
    }
    stamps(plan, part)?;
    warn_of_inputs(&engine::held_facts(&partial));
    Ok(partial)
}

/// Refuses files that are not what was planned for.
fn stamps(plan: &Plan, part: &Part) -> Result<(), Failed> {
    let of = |input: usize| plan.inputs.get(input).filter(|input| input.error.is_none()).map(|input| input.file);
    let mut files: Vec<_> = part.pieces.iter().filter_map(|piece| of(piece.input)).collect();
    files.dedup();
    for file in files.into_iter().filter_map(|file| plan.files.get(file)) {
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
fn inputs(plan: &Plan, part: &Part, stop: &AtomicBool) -> Result<Vec<Input>, Failed> {
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
            members = Some((planned.file, with_members(vec![Input::new(file.path.clone())], stop)));
        }
        let found = members.as_ref().map(|(_, found)| found.as_slice()).unwrap_or_default();
        let input = found.iter().find(|input| engine::shown_path(input) == planned.path);
        let changed = || Failed(anyhow!("{}: the tar does not hold it any more", planned.path), exit::CHANGED);
        let input = input.cloned().ok_or_else(changed)?;
        let is_whole = piece.range() == (0..planned.size);
        inputs.push(Input { piece: Some(piece.range()).filter(|_| !is_whole), ..input });
    }
    Ok(inputs)
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
    let own = Partial::empty(&report.settings, &report.by_fields);
    if report.settings != Settings::default() || !report.by_fields.is_empty() {
        own.agrees(&expected).context("--plan")?;
    }
    report.settings = Settings::from_kept(&plan.settings).context("the options of the plan")?;
    let by = by::read(&plan.by).context("the options of the plan")?;
    (report.by, report.by_fields) = (by.names, by.fields);
    report.filters = filters::of(args, &report.by_fields, &report.settings, &report.acknowledged, &report.zone);
    report.commands = args.given.planned(plan.words.clone(), &report.settings);
    let mut merger = Merger::new(&expected).threads(report.options.threads);
    if report.writes_summary() {
        merger = merger.keeping_apart();
    }
    for name in &report.inputs {
        let mut files = files(name)?.map(Input::new);
        loop {
            let some: Vec<_> = files.by_ref().take(AT_ONCE).collect();
            if some.is_empty() {
                break;
            }
            for (file, loaded) in some.iter().zip(summaries::load_all(&some, report.options.threads)) {
                match loaded? {
                    Ok(partial) => drop(merger.add(partial).with_context(|| engine::shown_path(file))?),
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

/// The files of a folder, in no order, or the one that is named.
fn files(name: &Path) -> Result<Box<dyn Iterator<Item = PathBuf>>> {
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
