//! `resplog plan`: lists inputs and deals them out into parts for many machines. It reads no lines.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use resplog::internals::engine::{self, Options, RunControl, Surveyed};
use resplog::internals::input::{Input, discover, with_members};
use resplog::internals::inspect::Reading;
use resplog::internals::partial::listing::Listed;
use resplog::internals::partial::plan::{FileStamp, Plan, Planned, SCHEMA, Whole, Window, parts};
use resplog::internals::render::json;

use super::args::PlanArgs;
use super::outputs::{self, Named, Output};
use super::piped::{self, Piped};
use super::said::warn;
use super::stores::stores;
use super::{by, exit, host, plan, stdout, usage};

pub fn run(args: &PlanArgs) -> u8 {
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
    let listed = match &args.listing {
        Some(path) => {
            // Whether a file lies outside of a window would have to be seen at its end.
            options.reading.prune = false;
            offered(&piped::listing(path)?, part_bytes, &options, &piped::folder(args.tmp_dir.as_deref()))?
        }
        None => found(&names, args.output.as_deref(), &options)?,
    };
    let Dealt { files, inputs, wholes } = listed;
    let plan = Plan {
        schema: SCHEMA.to_owned(),
        settings: settings.absolute().kept(),
        by: fields,
        window: Window::of(&settings),
        prune: options.reading.prune,
        words: args.given.words(&names),
        files,
        inputs,
        parts: parts(&wholes, part_bytes),
    };
    Ok((plan, output))
}

/// The files, the inputs that they hold, and what there is to deal out.
#[derive(Default)]
struct Dealt {
    files: Vec<FileStamp>,
    inputs: Vec<Planned>,
    wholes: Vec<Whole>,
}

/// The inputs that names mean on this machine.
fn found(names: &[PathBuf], output: Option<&Path>, options: &Options) -> Result<Dealt> {
    let watch = RunControl::default();
    let own: Vec<_> = output.map(Path::to_owned).into_iter().chain(stdout::own()).collect();
    let stores = stores(options.threads, &watch.stop);
    let inputs = with_members(discover::discover_in(names, &own, &stores, &watch.stop), &watch.stop);
    if let Some(input) = inputs.iter().find(|input| input.is_summary) {
        bail!("{} is a summary, which needs no plan: expected logs", engine::shown_path(input));
    }
    if let Some(input) = inputs.iter().find(|input| input.is_stdin() || !is_file(input)) {
        bail!(
            "{} does not go with a plan: only files and objects can be read on other machines",
            engine::shown_path(input)
        );
    }
    let surveyed = engine::survey(&inputs, options, &watch)?;
    listed(&inputs, surveyed)
}

/// The inputs that somebody else listed and offers to read. Those that are larger than a part are looked at.
fn offered(listed: &[Listed], part_bytes: u64, options: &Options, folder: &Path) -> Result<Dealt> {
    let (watch, mut piped) = (RunControl::default(), Piped::new()?);
    let mut dealt = Dealt::default();
    for (place, file) in listed.iter().enumerate() {
        let (mut is_plain, mut error) = (false, None);
        if file.size > part_bytes {
            let head = piped.head(file, folder).with_context(|| file.path.clone())?;
            match head.input(&file.path, &watch.stop) {
                Ok(input) => is_plain = engine::survey(&[input], options, &watch)?.iter().all(|seen| seen.is_plain),
                Err(text) => error = Some(text),
            }
        }
        let (path, size) = (file.path.clone(), file.size);
        let stamp = FileStamp { size: Some(size), modified: file.modified, ..FileStamp::missing(Path::new(&path)) };
        dealt.files.push(stamp);
        dealt.inputs.push(Planned { path, file: place, size, error });
        dealt.wholes.push(Whole { file: place, size, is_plain });
    }
    Ok(dealt)
}

/// Whether an input is a file or an object, or not there at all.
fn is_file(input: &Input) -> bool {
    input.error.is_some()
        || input.object.is_some()
        || input.file().metadata().map_or(true, |metadata| metadata.is_file())
}

fn listed(inputs: &[Input], surveyed: Vec<Surveyed>) -> Result<Dealt> {
    let mut places = std::collections::HashMap::new();
    let Dealt { mut files, inputs: mut planned, mut wholes } = Dealt::default();
    for (input, seen) in inputs.iter().zip(surveyed) {
        let path = input.file();
        if path.to_str().is_none() {
            bail!("{}: a plan is text: expected a path that is UTF-8", engine::shown_path(input));
        }
        let file = *places.entry(path.to_owned()).or_insert_with(|| {
            files.push(FileStamp::of_input(input).unwrap_or_else(|_| FileStamp::missing(path)));
            files.len() - 1
        });
        let is_plain = seen.is_plain && input.member.is_none();
        let error = input.error.clone().or(seen.error);
        planned.push(Planned { path: engine::shown_path(input), file, size: seen.size, error });
        wholes.push(Whole { file, size: seen.size, is_plain });
    }
    Ok(Dealt { files, inputs: planned, wholes })
}
