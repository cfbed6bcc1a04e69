//! A watch for programs: a row for each window, and one each time a rule begins or ceases to hold.

use std::io::{self, Write};
use std::time::Instant;

use anyhow::{Context, Result};
use resplog::internals::disk::live::Hints;
use resplog::internals::render::text::{self, live};
use resplog::internals::render::view::View;
use resplog::internals::render::watch as rows;
use resplog::internals::watch::Watch;

use super::super::args::WatchFormat;
use super::super::{exit, host, screen, stdout};
use super::pace::{End, Run, failed};

/// How a row could not be written.
enum Unwritten {
    Io(io::Error),
    Watch(resplog::internals::watch::WatchError),
}

impl From<io::Error> for Unwritten {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<resplog::internals::watch::WatchError> for Unwritten {
    fn from(error: resplog::internals::watch::WatchError) -> Self {
        Self::Watch(error)
    }
}

/// Watches until the end, and tells the exit code.
pub fn run(run: &Run<'_>, mut watch: Watch, format: WatchFormat) -> Result<u8> {
    let mut out = Rows { run, format, judged: None, out: stdout::open().context("standard output")? };
    let mut hints = Hints::new();
    let written = loop {
        let looked = Instant::now();
        match out.step(&mut watch) {
            Ok(None) => run.wait(&watch, &mut hints, looked, stdout::is_unread),
            Ok(Some(end)) => break out.finish(&mut watch, end),
            Err(error) => break Err(error),
        }
    };
    match written {
        Ok(code) => Ok(code),
        Err(Unwritten::Watch(error)) => Ok(failed(error)),
        Err(Unwritten::Io(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(exit::CLOSED),
        Err(Unwritten::Io(error)) if error.kind() == io::ErrorKind::TimedOut => {
            Ok(exit::signalled().unwrap_or(exit::WRITE))
        }
        Err(Unwritten::Io(error)) => Err(error).context("standard output"),
    }
}

/// Writes rows.
struct Rows<'r> {
    run: &'r Run<'r>,
    format: WatchFormat,
    /// When the rules were judged last.
    judged: Option<Instant>,
    out: io::BufWriter<stdout::Stdout>,
}

impl Rows<'_> {
    /// Looks once and writes what there is to say; tells whether the watch ends.
    fn step(&mut self, watch: &mut Watch) -> Result<Option<End>, Unwritten> {
        if stdout::is_unread() {
            return Err(io::Error::from(io::ErrorKind::BrokenPipe).into());
        }
        self.run.look(watch)?;
        self.rules(watch)?;
        self.windows(watch, false)?;
        self.out.flush()?;
        Ok(self.run.end(watch))
    }

    fn finish(&mut self, watch: &mut Watch, end: End) -> Result<u8, Unwritten> {
        if end == End::Signal {
            watch.interrupt();
        }
        self.windows(watch, true)?;
        self.out.flush()?;
        let (view, _) = watch.view(host::clock())?;
        Ok(self.run.exit(watch, &view.report, end))
    }

    fn rules(&mut self, watch: &mut Watch) -> Result<(), Unwritten> {
        if self.run.plan.settings.rules.is_empty() || !self.run.is_view_due(watch, self.judged) {
            return Ok(());
        }
        self.judged = Some(Instant::now());
        let (view, changed) = watch.view(host::clock())?;
        for state in changed {
            match self.format {
                WatchFormat::Ndjson => rows::rule(&state, &view, &mut self.out)?,
                WatchFormat::Text => live::rule(&state, view.now, &self.view(), &mut self.out)?,
            }
        }
        Ok(())
    }

    fn windows(&mut self, watch: &mut Watch, is_end: bool) -> Result<(), Unwritten> {
        while let Some(window) = watch.next_window(host::clock(), is_end)? {
            match self.format {
                WatchFormat::Ndjson => rows::window(&window, &mut self.out)?,
                WatchFormat::Text => {
                    live::window(&window, &self.view(), &mut self.out)?;
                    text::write(&window.report, &self.view(), &mut self.out)?;
                    writeln!(self.out)?;
                }
            }
        }
        Ok(())
    }

    fn view(&self) -> View {
        View {
            zone: self.run.plan.zone.clone(),
            top: self.run.args.top,
            width: screen::COLUMNS,
            color: screen::has_color(self.run.args.color),
            unicode: screen::has_unicode(),
            ..View::default()
        }
    }
}
