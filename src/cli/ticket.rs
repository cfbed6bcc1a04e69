//! `resplog ticket`: read, choose, read again, write up.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use resplog::catalog::{Class, Classes};
use resplog::internals::disk::Disk;
use resplog::internals::engine::{self, Analysis, Duplicates, Options, RunControl};
use resplog::internals::input::{Input, discover};
use resplog::internals::render::ticket::{self as render, Format, Language, View};
use resplog::internals::summary::rejects::Reject;
use resplog::internals::ticket::{self, Tickets, evidence};
use resplog::report::Report;
use resplog::report::build;
use resplog::settings::Settings;
use resplog::time::Zone;

use super::args::{LanguageArg, TicketArgs, TicketFormat};
use super::outputs::{self, Named, Output};
use super::said::{complain, warn, warn_of_inputs, warn_of_sources};
use super::signals::Signals;
use super::stores::stores;
use super::{by, copy, exit, host, plan, stdout, summaries};

/// Digits of an account, at the most.
const UIN_DIGITS_MAX: usize = 20;

pub fn run(args: &TicketArgs) -> u8 {
    let mut plan = match resolve(args) {
        Ok(plan) => plan,
        Err(error) => return complain(&error, exit::USAGE),
    };
    let watch = RunControl::default();
    let signals = match Signals::stop(&watch) {
        Ok(signals) => signals,
        Err(error) => return complain(&anyhow::Error::new(error).context("signals"), exit::WRITE),
    };
    let own: Vec<_> = args.output.iter().chain(&args.evidence).cloned().chain(stdout::own()).collect();
    let stores = stores(plan.options.threads, &watch.stop);
    let found = discover::discover_in(&plan.inputs, &own, &stores, &watch.stop);
    let (inputs, _tar) = copy::with_tars(found, &plan.folder, &watch.stop);
    let mut inputs = match summaries::expand(inputs, &mut plan.options, &plan.settings, &stores, &watch.stop) {
        Ok(inputs) => inputs,
        Err(error) => return complain(&error, exit::USAGE),
    };
    warn_of_sources(&args.input, &plan.options, &inputs);
    let _copies = copy::rereadable(&mut inputs, &plan.folder, &watch.stop);
    let mut analysis =
        match engine::analyze(&inputs, &plan.options, &watch, &Duplicates::default(), None::<fn(&Reject, u64)>) {
            Ok(analysis) => analysis,
            Err(error) => return complain(&error.into(), exit::WRITE),
        };
    let mut report = match sum_up(args, &plan, &inputs, &mut analysis) {
        Ok(report) => report,
        Err(error) => return complain(&error, exit::LAW),
    };
    if analysis.interrupted {
        return exit::of(&report, signals.received());
    }
    let tickets = match write_up(args, &plan, &report, &inputs, &watch) {
        Ok(tickets) => tickets,
        Err(error) => return complain(&error, exit::WRITE),
    };
    if tickets.interrupted {
        return signals.received().map_or(exit::WRITE, |signal| 128 + signal);
    }
    let disk = host::disk().until(Arc::clone(&watch.stop));
    let mut unread = None;
    if let Some(output) = &plan.evidence
        && let Err(error) = hand_over(output, &disk, &tickets, &plan.options, &inputs, &watch)
    {
        // A signal is why, then: the file stays as it was.
        if let Some(signal) = signals.received() {
            return 128 + signal;
        }
        unread = output.unread(&error);
        if unread.is_none() {
            complain(&error, exit::WRITE);
            report.fail_write();
        }
    }
    if tickets.tickets.is_empty() {
        warn("no ticket: no failure is of a code or class that is written up; --code or --class chooses others");
    }
    match outputs::hand_in(plan.output.as_ref(), &disk, |out| render::write(&tickets, plan.format, &plan.view, out)) {
        exit::DONE => {}
        exit::WRITE => report.fail_write(),
        code => unread = Some(code),
    }
    match (exit::of(&report, signals.received()), unread) {
        (exit::WRITE, _) => exit::WRITE,
        (_, Some(code)) => code,
        (code, None) => code,
    }
}

/// What `ticket` does, resolved.
struct TicketPlan {
    by: Vec<String>,
    inputs: Vec<PathBuf>,
    options: Options,
    settings: Settings,
    classes: Classes,
    only_classes: Vec<Class>,
    format: Format,
    view: View,
    folder: PathBuf,
    output: Option<Output>,
    evidence: Option<Output>,
}

fn resolve(args: &TicketArgs) -> Result<TicketPlan> {
    let by::By { names: by, pointers, .. } = by::read(&args.by)?;
    let plan::Listed { names: inputs, options, settings } = plan::reading(&args.input, &args.filter, pointers)?;
    let named = Named::new(&inputs, &args.input)
        .reads("--classes", args.classes.as_deref())
        .writes("-o", args.output.as_deref())
        .writes("--evidence", args.evidence.as_deref())
        .prints(args.output.is_none());
    named.check()?;
    let mut only_classes = args.class.iter().map(|name| plan::class(name)).collect::<Result<Vec<_>>>()?;
    if only_classes.is_empty() && args.code.is_empty() {
        only_classes.extend(ticket::CLASSES);
    }
    let format = match (args.format, &args.output) {
        (Some(TicketFormat::Text), _) => Format::Text,
        (Some(TicketFormat::Markdown), _) => Format::Markdown,
        (Some(TicketFormat::Csv), _) => Format::Csv,
        (None, None) => Format::Text,
        (None, Some(path)) => Format::of(path).with_context(|| {
            format!("-o {}: the extension names no format; expected .txt, .md or .csv", path.display())
        })?,
    };
    let is_account =
        |uin: &String| (1..=UIN_DIGITS_MAX).contains(&uin.len()) && uin.bytes().all(|byte| byte.is_ascii_digit());
    if !args.uin.as_ref().is_none_or(is_account) {
        bail!("--uin: an account is 1 to {UIN_DIGITS_MAX} digits");
    }
    let language = match args.lang {
        LanguageArg::En => Language::English,
        LanguageArg::Zh => Language::Chinese,
        LanguageArg::Ja => Language::Japanese,
    };
    let zone: Zone = plan::zone(&args.tz, "--tz")?;
    Ok(TicketPlan {
        by,
        inputs,
        options,
        settings,
        classes: plan::classes(args.classes.as_ref())?,
        only_classes,
        format,
        view: View { language, zone, uin: args.uin.clone() },
        folder: args.tmp_dir.clone().unwrap_or_else(std::env::temp_dir),
        output: args.output.as_deref().map(Output::at).transpose()?,
        evidence: args.evidence.as_deref().map(Output::at).transpose()?,
    })
}

fn sum_up(args: &TicketArgs, plan: &TicketPlan, inputs: &[Input], analysis: &mut Analysis) -> Result<Report> {
    let facts = engine::facts(inputs, analysis);
    warn_of_inputs(&facts);
    let options = resplog::report::Options {
        classes: &plan.classes,
        ids: args.ids,
        codes: &args.code,
        only_classes: &plan.only_classes,
        by: &plan.by,
        periods: &[],
        filters: &BTreeMap::new(),
        split: None,
        against: resplog::report::Against::default(),
    };
    build::report(&analysis.summary, facts, analysis.interrupted, Vec::new(), &options)
        .context("the numbers do not add up; please report this")
}

fn write_up(
    args: &TicketArgs,
    plan: &TicketPlan,
    report: &Report,
    inputs: &[Input],
    watch: &RunControl,
) -> Result<Tickets> {
    let paths: Vec<_> = inputs.iter().map(engine::shown_path).collect();
    let choice = ticket::Choice {
        classes: &plan.classes,
        by: &plan.by,
        any_throttling: !args.code.is_empty() || !args.class.is_empty(),
        ids_max: args.ids,
    };
    Ok(ticket::tickets(report, inputs, &paths, &plan.options, watch, &choice)?)
}

/// Writes the records behind the tickets.
fn hand_over(
    output: &Output,
    disk: &Disk,
    tickets: &Tickets,
    options: &Options,
    inputs: &[Input],
    watch: &RunControl,
) -> Result<()> {
    let paths: Vec<_> = inputs.iter().map(engine::shown_path).collect();
    let mut run = Ok(false);
    let draft = output.draft(disk, false, |out| {
        let mut written = Ok(());
        run = evidence::evidence(&tickets.tickets, inputs, options, watch, |record| {
            if written.is_ok() {
                let input = paths.get(record.input as usize).map_or("", String::as_str);
                written = write_one(record, input, out);
            }
        });
        match &run {
            Ok(true) => Err(io::ErrorKind::Interrupted.into()),
            _ => written,
        }
    })?;
    run?;
    output.place(disk, draft)
}

fn write_one(record: &evidence::Evidence, input: &str, out: &mut dyn Write) -> io::Result<()> {
    render::evidence::write(record, input, out)
}
