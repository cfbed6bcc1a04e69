//! What keys write: the report of the window, and a ticket of the chosen code, in files whose names tell the time.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, Result, bail};
use resplog::internals::engine::{Options, RunControl};
use resplog::internals::input::discover;
use resplog::internals::render::Format;
use resplog::internals::render::ticket::{self as render, Language, View as TicketView};
use resplog::internals::render::view::View;
use resplog::internals::watch::{FILES, View as Watched};
use resplog::internals::{engine, ticket};

use super::super::outputs::Output;
use super::super::screen;
use super::pace::Run;

/// Writes the report as text and as JSON, and tells the names of the files.
pub fn report(run: &Run<'_>, watched: &Watched) -> Result<String> {
    let view = View {
        zone: run.plan.zone.clone(),
        top: run.args.top,
        width: screen::COLUMNS,
        unicode: screen::has_unicode(),
        ..View::default()
    };
    let mut names = Vec::new();
    for format in [Format::Text, Format::Json] {
        let path = name(run, watched, "", format.extension());
        let output = Output::at(&path)?;
        let draft = output.draft(run.disk, false, |out| format.write(&watched.report, &view, out))?;
        output.place(run.disk, draft)?;
        names.push(path.display().to_string());
    }
    Ok(format!("wrote {}", names.join(" and ")))
}

/// Writes the ticket of a code, from the calls of the window, which are read once more; tells the name of the file.
pub fn ticket(run: &Run<'_>, watched: &Watched, code: &str, stop: &Arc<AtomicBool>) -> Result<String> {
    let settings = &run.plan.settings;
    if settings.names.inputs.is_empty() {
        bail!("no ticket: what came through a pipe cannot be read again");
    }
    let mut report = watched.report.clone();
    report.codes.retain(|row| row.code == code);
    let inputs = discover::discover_until(&settings.names.inputs, &settings.names.own, stop);
    let paths: Vec<_> = inputs.iter().map(engine::shown_path).collect();
    let mut options: Options = settings.options.clone();
    options.reading.filter.since = Some(watched.first);
    options.reading.prune = true;
    let control = RunControl { stop: Arc::clone(stop), ..RunControl::default() };
    let choice = ticket::Choice {
        classes: &settings.classes,
        by: &settings.by,
        any_throttling: true,
        ids_max: run.args.shown.ids,
    };
    let tickets = ticket::tickets(&report, &inputs, &paths, &options, &control, &choice)?;
    if tickets.tickets.is_empty() {
        bail!("no ticket: the logs hold no failure of the window with this code any more");
    }
    let path = name(run, watched, "ticket-", "txt");
    let output = Output::at(&path)?;
    let view = TicketView { language: Language::English, zone: run.plan.zone.clone(), uin: None };
    let draft = output.draft(run.disk, false, |out| render::write(&tickets, render::Format::Text, &view, out))?;
    output.place(run.disk, draft).context("the ticket")?;
    Ok(format!("wrote {}", path.display()))
}

/// `resplog-20261124T024107Z.txt`, in the folder that is asked for.
fn name(run: &Run<'_>, watched: &Watched, kind: &str, extension: &str) -> PathBuf {
    let second = resplog::time::Nanos(watched.now.0.div_euclid(1_000_000_000) * 1_000_000_000);
    let time: String = second.civil().to_string().chars().filter(char::is_ascii_digit).collect();
    let (date, clock) = time.split_at(time.len().min(8));
    run.args.write_to.join(format!("{FILES}{kind}{date}T{clock}Z.{extension}"))
}
