//! `resplog report`: read, sum up, check, write.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use resplog::internals::dedupe;
use resplog::internals::disk::Disk;
use resplog::internals::engine::{self, Analysis, Duplicates, RunControl};
use resplog::internals::follow::ReadBefore;
use resplog::internals::hints;
use resplog::internals::input::{Input, discover};
use resplog::internals::partial::Partial;
use resplog::internals::partial::coverage::Coverage;
use resplog::internals::partial::merge::Merger;
use resplog::internals::partial::wire;
use resplog::internals::render::json;
use resplog::internals::state::read::{Names, NewLines};
use resplog::internals::summary::rejects::Reject;
use resplog::report::build;
use resplog::report::{self, InputFacts, Report, Stamp, Window};
use resplog::time::Nanos;

use tempfile::NamedTempFile;

use super::args::ReportArgs;
use super::deliver::Delivery;
use super::incremental::{Refused, Session};
use super::outputs::Draft;
use super::plan::{self, ReportPlan};
use super::said::{complain, warn_of_inputs, warn_of_sources};
use super::signals::Signals;
use super::stores::stores;
use super::{cached, copy, exit, host, parts, progress, rules, stdout, summaries, usage};

pub fn run(args: &ReportArgs) -> u8 {
    let (began, timer) = (host::clock(), std::time::Instant::now());
    let mut plan = match plan::report(args, host::clock(), host::simd().as_deref()) {
        Ok(plan) => plan,
        Err(error) => return usage::refuse(&error),
    };
    let watch = RunControl::default();
    let signals = match Signals::stop(&watch) {
        Ok(signals) => signals,
        Err(error) => return complain(&anyhow::Error::new(error).context("signals"), exit::WRITE),
    };
    let disk = host::disk().until(Arc::clone(&watch.stop));
    let session =
        args.state.state.as_ref().map(|path| Session::begin(args, &plan.settings, path, &disk, &signals)).transpose();
    let mut session = match session {
        Ok(session) => session,
        Err(Refused(error, code)) => return complain(&error, code),
    };
    let parts = match args.plan.as_ref().map(|path| parts::merge(path, &mut plan, args)).transpose() {
        Ok(parts) => parts,
        Err(error) => return usage::refuse(&error),
    };
    let reads_logs = session.is_none() && parts.is_none();
    let mut inputs = if reads_logs { found(&plan, &watch) } else { Found::default() };
    let files = summaries::take(&mut inputs.logs);
    let mut merger = match files.is_empty() {
        true => plan.cache.as_ref().map(|_| plan.merger(&Partial::empty(&plan.settings, &plan.by_fields))),
        false => match summaries::merge(&files, &mut plan, args, inputs.logs.len()) {
            Ok(merger) => Some(merger),
            Err(error) => return usage::refuse(&error),
        },
    };
    if let (Some(merger), Some(cache)) = (&mut merger, &plan.cache) {
        let add = || cached::add(cache, &inputs.files, &plan, merger, (&disk, &watch));
        if let Err(error) = progress::shown(args.progress, &inputs.files, &watch, add) {
            return usage::refuse(&error);
        }
    }
    let again = merger.as_ref().map(|merger| inputs.covered(merger.coverage())).unwrap_or_default();
    if let Some(merger) = &mut merger
        && let Err(error) = compare(&again, &plan, merger, &watch)
    {
        return usage::refuse(&error);
    }
    let (NewLines { inputs, analysis, rejects, positions, waiting }, _copies) =
        match read(args, &plan, session.as_mut(), inputs, &disk, &watch) {
            Ok(done) => done,
            Err(error) => return complain(&error, exit::WRITE),
        };
    let facts = engine::facts(&inputs, &analysis);
    let whole = match parts.map_or_else(|| whole(&plan, merger, &inputs, &facts, &analysis), |parts| Ok(Some(parts))) {
        Ok(whole) => whole,
        Err(error) => return usage::refuse(&error),
    };
    let (summary, facts) = match &whole {
        Some(partial) => (&partial.summary, engine::held_facts(partial)),
        None => (&analysis.summary, facts),
    };
    warn_of_inputs(&facts);
    warn_of_sources(&args.input, &plan.options, &inputs);
    let history = session.as_ref().map(Session::history).unwrap_or_default();
    let newest = session.as_ref().and_then(|session| session.newest(plan.horizon()));
    let newest = newest.max(summary.span.last.filter(|&last| last <= plan.horizon()));
    let options = report::Options {
        classes: &plan.classes,
        ids: args.shown.ids,
        codes: &args.shown.code,
        only_classes: &plan.only_classes,
        by: &plan.by,
        periods: &plan.periods,
        filters: &plan.filters,
        split: plan.options.counting.split,
        against: plan.against(&history, newest.max(analysis.newest)),
    };
    let mut hints = hints::hints(summary, &facts);
    hints.extend(hints::waiting(&waiting));
    let mut report = match build::report(summary, facts, analysis.interrupted, hints, &options) {
        Ok(report) => report,
        Err(broken) => {
            return complain(
                &anyhow::Error::new(broken).context("the numbers do not add up; please report this"),
                exit::LAW,
            );
        }
    };
    report.window = session.as_ref().map(|session| Window {
        generation: session.generation(),
        from: analysis.summary.span.first,
        to: analysis.summary.span.last,
    });
    report.cumulative = session.as_ref().map(|session| session.cumulative(&analysis));
    rules::warn(&report, &plan.rules, analysis.ahead);
    if args.stamp {
        report.stamp = Some(stamp(args, &plan, &report, began, timer.elapsed().as_secs_f64()));
    }
    let encoded = match whole.filter(|_| !analysis.interrupted && plan.writes_summary()).map(|it| wire::encode(&it)) {
        Some(Err(error)) => return complain(&error.into(), exit::LAW),
        encoded => encoded.and_then(Result::ok),
    };
    let delivery = Delivery::new(args, &plan, &disk, report, encoded);
    let commit = || match (&session, positions) {
        (Some(session), Some(positions)) if !analysis.interrupted => session.commit(&disk, &analysis, positions),
        _ => Ok(()),
    };
    delivery.run(rejects, commit, signals.received())
}

/// What was found under the names of the inputs.
#[derive(Default)]
struct Found {
    logs: Vec<Input>,
    /// Files that a cache can hold the summaries of.
    files: Vec<Input>,
    /// Of what came from standard input and is read more than once.
    copy: Option<NamedTempFile>,
}

impl Found {
    /// Takes out the logs of which the summaries have something.
    fn covered(&mut self, coverage: &Coverage) -> Vec<Input> {
        self.logs.extract_if(.., |input| coverage.input(&engine::shown_path(input)).is_some()).collect()
    }
}

/// Reads logs one by one of which the summaries have something, so that each is found to be the same, or is refused.
fn compare(logs: &[Input], plan: &ReportPlan, merger: &mut Merger, watch: &RunControl) -> Result<()> {
    for log in logs {
        let empty = Partial::empty(&plan.settings, &plan.by_fields);
        let read = engine::summarize(empty, std::slice::from_ref(log), &plan.options, watch)?;
        merger.add(read.partial).with_context(|| engine::shown_path(log))?;
    }
    Ok(())
}

/// Finds the inputs, but for the run's own outputs.
fn found(plan: &ReportPlan, watch: &RunControl) -> Found {
    let stores = stores(plan.options.threads, &watch.stop);
    let mut found = discover::discover_in(&plan.inputs, &own(plan), &stores, &watch.stop);
    let files = if plan.cache.is_some() { cached::take(&mut found) } else { Vec::new() };
    let (logs, copy) = copy::with_tars(found, &plan.folder, &watch.stop);
    Found { logs, files, copy }
}

/// The files that the run writes.
fn own(plan: &ReportPlan) -> Vec<PathBuf> {
    let outputs = plan.files.iter().map(|file| &file.output).chain(&plan.rejects).map(|output| output.path.clone());
    outputs.chain(stdout::own()).collect()
}

/// The summaries with what the logs say; none when there are no summaries and none is written.
fn whole(
    plan: &ReportPlan,
    merger: Option<Merger>,
    inputs: &[Input],
    facts: &[InputFacts],
    analysis: &Analysis,
) -> Result<Option<Partial>> {
    if merger.is_none() && !plan.writes_summary() {
        return Ok(None);
    }
    let empty = Partial::empty(&plan.settings, &plan.by_fields);
    let logs = engine::partial(empty, inputs, facts, &analysis.reads, analysis.summary.clone());
    let logs = logs.with_each(analysis.apart.clone());
    let Some(mut merger) = merger else { return Ok(Some(logs)) };
    if !inputs.is_empty() {
        merger.add(logs).context("the logs cannot be merged with the summaries")?;
    }
    Ok(Some(merger.finish()))
}

/// Reads the inputs, or with a state what is new in them. Copies of inputs vanish with what comes last.
fn read(
    args: &ReportArgs,
    plan: &ReportPlan,
    session: Option<&mut Session>,
    found: Found,
    disk: &Disk,
    watch: &RunControl,
) -> Result<(NewLines<Result<Draft>>, Vec<NamedTempFile>)> {
    let Some(session) = session else {
        let (inputs, duplicates, mut copies) = sort_out(args, plan, found.logs, watch)?;
        let (analysis, rejects) =
            progress::shown(args.progress, &inputs, watch, || analyze(args, plan, &inputs, disk, &duplicates, watch))?;
        copies.extend(found.copy);
        return Ok((NewLines { inputs, analysis, rejects, positions: None, waiting: Vec::new() }, copies));
    };
    let own: Vec<_> = own(plan).into_iter().chain(session.own()).collect();
    let open_from = |input: &Input, end: u64, before: &ReadBefore<'_>| {
        plan.options.reading.open_from(input, end, plan.options.sizes.line_bytes_max, before)
    };
    let names =
        Names { inputs: &plan.inputs, own: &own, rotated_into: &args.state.rotated_into, open_from: &open_from };
    let read = session.read(disk, names, watch, |inputs| {
        progress::shown(args.progress, inputs, watch, || {
            analyze(args, plan, inputs, disk, &Duplicates::default(), watch)
        })
    })?;
    Ok((read, Vec::new()))
}

/// When and how the report was made.
fn stamp(args: &ReportArgs, plan: &ReportPlan, report: &Report, time: Nanos, seconds: f64) -> Stamp {
    Stamp {
        version: env!("CARGO_PKG_VERSION"),
        time,
        seconds,
        threads: plan.options.threads,
        bytes_per_second: report.totals.bytes as f64 / seconds.max(f64::MIN_POSITIVE),
        options: args.in_force.iter().cloned().collect(),
    }
}

/// For `--dedupe`, finds the records that repeat an id; inputs that cannot be read twice are copied first.
fn sort_out(
    args: &ReportArgs,
    plan: &ReportPlan,
    mut inputs: Vec<Input>,
    watch: &RunControl,
) -> Result<(Vec<Input>, Duplicates, Vec<NamedTempFile>)> {
    if !args.dedupe {
        return Ok((inputs, Duplicates::default(), Vec::new()));
    }
    let copies = copy::rereadable(&mut inputs, &plan.folder, &watch.stop);
    let duplicates = dedupe::duplicates(&inputs, &plan.options, watch, &plan.folder)?;
    watch.bytes_done.store(0, std::sync::atomic::Ordering::Relaxed);
    Ok((inputs, duplicates, copies))
}

/// Runs the pipeline, with the file of rejects beside it.
fn analyze(
    args: &ReportArgs,
    plan: &ReportPlan,
    inputs: &[Input],
    disk: &Disk,
    duplicates: &Duplicates,
    watch: &RunControl,
) -> Result<(Analysis, Result<Draft>)> {
    let Some(output) = &plan.rejects else {
        let analysis = engine::analyze(inputs, &plan.options, watch, duplicates, None::<fn(&Reject, u64)>)?;
        return Ok((analysis, Ok(None)));
    };
    let paths: Vec<_> = inputs.iter().map(engine::shown_path).collect();
    let mut analysis = None;
    let written = output.draft(disk, args.state.state.is_some(), |out| {
        let mut result = Ok(());
        let on_reject = |reject: &Reject, line: u64| {
            if result.is_ok() {
                let input = paths.get(reject.origin.input as usize).map_or("", String::as_str);
                result = json::reject(reject, input, line, out);
            }
        };
        analysis = Some(engine::analyze(inputs, &plan.options, watch, duplicates, Some(on_reject)));
        result
    });
    match analysis {
        Some(analysis) => Ok((analysis?, written)),
        // The file could not even be begun; the report is made all the same.
        None => {
            let analysis = engine::analyze(inputs, &plan.options, watch, duplicates, None::<fn(&Reject, u64)>)?;
            Ok((analysis, written))
        }
    }
}
