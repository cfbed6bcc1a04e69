//! Summaries among the inputs of a report: read one after another, refused where numbers would not add up, and merged with
//! what the logs say.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashSet};
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::thread;

use anyhow::{Context, Result, bail};
use resplog::internals::engine::{self, Options};
use resplog::internals::input::discover::discover;
use resplog::internals::input::object::{Stores, above, is_object};
use resplog::internals::input::source;
use resplog::internals::input::{Facts, Input, Status, with_members};
use resplog::internals::inspect::Reading;
use resplog::internals::partial::apart::Apart;
use resplog::internals::partial::filed::Filed;
use resplog::internals::partial::merge::{AT_ONCE, MergeError, Merger};
use resplog::internals::partial::wire::WireError;
use resplog::internals::partial::{Held, Partial};
use resplog::internals::summary::Summary;
use resplog::internals::summary::inputs::{InputId, Inputs};
use resplog::record::LineClass;
use resplog::settings::{Bound, Settings};

use super::args::ReportArgs;
use super::plan::ReportPlan;
use super::{by, filters};

/// Takes the summaries out of the inputs.
pub fn take(inputs: &mut Vec<Input>) -> Vec<Input> {
    inputs.extract_if(.., |input| input.is_summary && input.error.is_none()).collect()
}

/// Merges summaries for a report that reads `logs` logs too. Where no option that changes numbers is given and no log is
/// read, those of the summaries hold, and the plan is changed accordingly.
///
/// # Errors
///
/// They cannot be one, or not with the logs; or what is asked for is not in them.
pub fn merge(files: &[Input], plan: &mut ReportPlan, args: &ReportArgs, logs: usize) -> Result<Merger> {
    if args.dedupe {
        bail!("--dedupe does not go with summaries, which hold no ids to compare: expected the logs");
    }
    if args.rejects.is_some() {
        bail!("--rejects does not go with summaries, which hold only the first of such lines: expected the logs");
    }
    if let Some(counts) = plan.counts {
        bail!("{counts} does not go with summaries, which know days of UTC alone: expected the logs");
    }
    let mut asked = Asked::of(plan);
    if logs == 0 && asked.is_nothing() {
        adopt(files, plan, args, &mut asked)?;
    }
    let in_order = merged(files, &asked, plan);
    let shares = |error: &anyhow::Error| matches!(error.downcast_ref(), Some(MergeError::SharedInput(_)));
    let merger = match in_order {
        Err(error) if shares(&error) => merged(&largest_first(files)?, &asked, plan)?,
        other => other?,
    };
    // What they suggest would read the summaries, which hold no records to look into.
    plan.commands = None;
    if plan.settings.dedupe && files.len() + logs > 1 {
        bail!(
            "a summary that was made with --dedupe cannot be merged, as it holds no ids to compare: expected the logs"
        );
    }
    Ok(merger)
}

/// Puts the logs that summaries name in the places of the summaries, for commands that look for records. Where no option
/// that changes numbers is given, and the summaries were made with some, those hold.
///
/// # Errors
///
/// A newer version wrote a summary.
pub fn expand(
    mut inputs: Vec<Input>,
    options: &mut Options,
    settings: &Settings,
    stores: &Stores,
    stop: &AtomicBool,
) -> Result<Vec<Input>> {
    let files = take(&mut inputs);
    if files.is_empty() {
        return Ok(inputs);
    }
    let (mut named, mut unread, mut own) = (BTreeSet::new(), Vec::new(), None);
    for file in files {
        match load(&file)? {
            Ok(filed) => {
                let partial = Partial::from(filed);
                named.extend(partial.held().map(|(id, _)| OsString::from(&id.path)));
                own = own.or(Some(partial.settings));
            }
            Err(Facts { error, .. }) => unread.push(Input { error, ..file }),
        }
    }
    if let Some(own) = own.filter(|_| *settings == Settings::default()) {
        options.reading =
            Reading { prune: options.reading.prune, ..Reading::of(&Settings::from_kept(&own)?, Vec::new()) };
    }
    // A file of a tar has no path of its own.
    let holder = |path: &PathBuf| path.ancestors().find(|path| path.is_file()).map(Path::to_owned);
    let is_named = |input: &Input| named.contains(input.path.as_os_str());
    let (objects, paths): (Vec<_>, Vec<_>) = named.iter().map(PathBuf::from).partition(|path| is_object(path));
    let files: BTreeSet<_> = paths.iter().map(|path| holder(path).unwrap_or_else(|| path.clone())).collect();
    let mut found = discover(&files.into_iter().collect::<Vec<_>>(), &[]);
    found.extend(held_in(objects, stores));
    let found = with_members(found, stop);
    inputs.extend(found.into_iter().filter(is_named));
    inputs.extend(unread);
    inputs.sort_by(|a, b| a.path.as_os_str().cmp(b.path.as_os_str()));
    inputs.dedup_by(|a, b| a.path.as_os_str() == b.path.as_os_str());
    Ok(inputs)
}

/// The objects of these names, or those that hold them. One that is not there any more says so.
fn held_in(names: Vec<PathBuf>, stores: &Stores) -> Vec<Input> {
    if names.is_empty() {
        return Vec::new();
    }
    let failed = |name: PathBuf, error: String| Input { error: Some(error), ..Input::new(name) };
    match stores.named(&names) {
        Ok(found) => {
            let held: HashSet<OsString> = found.iter().map(|(name, _)| name.clone().into()).collect();
            let is_held = |name: &PathBuf| {
                held.contains(name.as_os_str()) || above(name).any(|name| held.contains(name.as_os_str()))
            };
            let gone = names.into_iter().filter(|name| !is_held(name));
            let gone: Vec<_> = gone.map(|name| failed(name, "the object is gone".to_owned())).collect();
            found.into_iter().map(|(name, object)| Input::of_object(name, object)).chain(gone).collect()
        }
        Err(failure) => names.into_iter().map(|name| failed(name, failure.to_string())).collect(),
    }
}

/// What a report of summaries is asked for.
struct Asked {
    since: Option<Bound>,
    until: Option<Bound>,
    /// The options that change numbers, the window among them.
    whole: Partial,
    /// The same without the window.
    expected: Partial,
}

impl Asked {
    fn of(plan: &ReportPlan) -> Self {
        let open = Settings { since: None, until: None, ..plan.settings.clone() };
        Self {
            since: plan.settings.since.clone(),
            until: plan.settings.until.clone(),
            whole: Partial::empty(&plan.settings, &plan.by_fields),
            expected: Partial::empty(&open, &plan.by_fields),
        }
    }

    /// Whether no option is given but a window.
    fn is_nothing(&self) -> bool {
        let nothing = Partial::empty(&Settings::default(), &[]);
        self.expected.settings == nothing.settings && self.expected.by.is_empty()
    }

    /// A summary as far as it lies in the window: each of its inputs, where it keeps them apart, has to do so wholly or not
    /// at all, and else all of it has to.
    fn within(&self, filed: Filed, plan: &ReportPlan) -> Result<Filed> {
        if filed.partial().agrees(&self.whole).is_ok() {
            return Ok(filed);
        }
        let partial = Partial::from(filed);
        partial.agrees(&self.expected)?;
        let Some(each) = partial.each()?.filter(|each| each.len() > 1) else {
            return Ok(self.wholly_within(partial)?.into());
        };
        let mut merger = plan.merger(&self.whole);
        for single in each {
            let path = single.held().map(|(id, _)| id.path.clone()).collect::<String>();
            merger.add(self.wholly_within(single).context(path)?)?;
        }
        Ok(merger.finish().into())
    }

    /// A summary that has to lie in the window or outside of it.
    fn wholly_within(&self, partial: Partial) -> Result<Partial> {
        let (settings, by) = (self.whole.settings.clone(), self.whole.by.clone());
        let Summary { totals, span, timeline, .. } = &partial.summary;
        let calls = timeline.calls();
        let are_timed = totals[LineClass::Ok] + totals[LineClass::Failed] == calls.ok + calls.failed;
        let Some((first, last)) = span.first.zip(span.last).filter(|_| are_timed) else {
            if are_timed && totals[LineClass::DryRun] == 0 {
                return Ok(Partial { settings, by, ..partial });
            }
            bail!("it holds records without a time, which a window cannot choose from: expected its logs");
        };
        let is_before = self.since.as_ref().is_some_and(|since| last < since.at);
        let is_after = self.until.as_ref().is_some_and(|until| first >= until.at);
        let begins_before = self.since.as_ref().is_some_and(|since| first < since.at);
        let ends_after = self.until.as_ref().is_some_and(|until| last >= until.at);
        if is_before || is_after {
            return Ok(Partial { settings, by, ..left_out(partial) });
        }
        if begins_before || ends_after {
            bail!(
                "its records are of {first} to {last}, which the window cuts: expected its logs, or a window with all of \
                 them or none"
            );
        }
        Ok(Partial { settings, by, ..partial })
    }
}

/// The inputs of a summary, with nothing of their lines.
fn left_out(partial: Partial) -> Partial {
    let ids = partial.summary.inputs.iter().map(|(id, _)| (id.clone(), Default::default())).collect();
    let mut inputs = partial.inputs;
    for held in &mut inputs {
        held.read = Facts { bytes: 0, skipped: true, unfinished: false, ..std::mem::take(&mut held.read) };
    }
    let summary = Summary { inputs: Inputs::new(ids), ..Summary::default() };
    Partial { inputs, summary, apart: Apart::default(), ..partial }
}

/// Takes over the options that the first summary was made with.
fn adopt(files: &[Input], plan: &mut ReportPlan, args: &ReportArgs, asked: &mut Asked) -> Result<()> {
    for file in files {
        let Ok(first) = load(file)? else { continue };
        let Partial { settings, by, .. } = first.partial();
        let own = Settings::from_kept(settings).with_context(|| named(file))?;
        let by = by::read(by).with_context(|| named(file))?;
        let has_window = asked.since.is_some() || asked.until.is_some();
        plan.settings = match has_window {
            true => Settings { since: asked.since.take(), until: asked.until.take(), ..own },
            false => own,
        };
        (plan.by, plan.by_fields) = (by.names, by.fields);
        plan.filters = filters::of(args, &plan.by_fields, &plan.settings, &plan.acknowledged, &plan.zone);
        *asked = Asked::of(plan);
        break;
    }
    Ok(())
}

fn merged(files: &[Input], asked: &Asked, plan: &ReportPlan) -> Result<Merger> {
    let mut merger = plan.merger(&asked.whole);
    for files in files.chunks(AT_ONCE) {
        for (file, loaded) in files.iter().zip(load_all(files, plan.options.threads)) {
            let filed = match loaded? {
                Ok(filed) => asked.within(filed, plan).with_context(|| named(file))?,
                Err(facts) => unread(file, facts, &asked.whole).into(),
            };
            merger.add(filed).with_context(|| named(file))?;
        }
    }
    Ok(merger)
}

/// The summaries in an order in which those that hold all of others come before them.
fn largest_first(files: &[Input]) -> Result<Vec<Input>> {
    let mut sized = Vec::with_capacity(files.len());
    for file in files {
        let held = load(file)?.map(|filed| {
            let inputs = &filed.partial().inputs;
            (inputs.len(), inputs.iter().map(|held| held.pieces.bytes()).sum::<u64>())
        });
        sized.push((Reverse(held.unwrap_or_default()), file));
    }
    sized.sort_by_key(|(size, _)| *size);
    Ok(sized.into_iter().map(|(_, file)| file.clone()).collect())
}

/// Reads some summaries with several threads, in their order.
pub fn load_all(files: &[Input], threads: usize) -> Vec<Result<Result<Filed, Facts>>> {
    let each = files.len().div_ceil(threads.max(1)).max(1);
    thread::scope(|scope| {
        let parts: Vec<_> =
            files.chunks(each).map(|files| scope.spawn(|| files.iter().map(load).collect::<Vec<_>>())).collect();
        let read = parts.into_iter().map(|part| part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        read.collect::<Vec<_>>().into_iter().flatten().collect()
    })
}

/// Reads a summary; of one that cannot be read, what a report says of it.
///
/// # Errors
///
/// A newer version wrote it.
pub fn load(file: &Input) -> Result<Result<Filed, Facts>> {
    let failed = |status, error: String| Err(Facts { status, error: Some(error), ..Facts::default() });
    let bytes = match bytes(file) {
        Ok(bytes) => bytes,
        Err(error) => return Ok(failed(Status::Error, error.to_string())),
    };
    match Filed::decode(bytes) {
        Ok(filed) => Ok(Ok(filed)),
        Err(newer @ WireError::Newer(_)) => Err(anyhow::Error::new(newer).context(named(file))),
        Err(error) => Ok(failed(Status::Corrupt, error.to_string())),
    }
}

/// All bytes of a summary.
fn bytes(file: &Input) -> io::Result<Vec<u8>> {
    let Some(object) = &file.object else { return std::fs::read(file.bytes_path()) };
    let mut bytes = vec![0; usize::try_from(object.size()).map_err(io::Error::other)?];
    let length = source::open_blob(file)?.read_at(0, &mut bytes)?;
    bytes.truncate(length);
    Ok(bytes)
}

/// An input of which nothing is known but why it cannot be read.
fn unread(file: &Input, read: Facts, empty: &Partial) -> Partial {
    let id = InputId { path: named(file), identity: None };
    let summary = Summary { inputs: Inputs::new(vec![(id, Default::default())]), ..Summary::default() };
    Partial { inputs: vec![Held { read, ..Held::default() }], summary, ..empty.clone() }
}

fn named(file: &Input) -> String {
    engine::shown_path(file)
}
