//! A watch on a screen: one thread looks at logs, this one draws what it found and heeds keys. Only lines that have changed are
//! drawn.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Scope};
use std::time::{Duration, Instant};

use anyhow::Result;
use resplog::internals::disk::live::Hints;
use resplog::internals::render::text;
use resplog::internals::render::text::live::{self, Shown};
use resplog::internals::render::view::View;
use resplog::internals::watch::{View as Watched, Watch, WatchError};

use super::super::said::print;
use super::super::{exit, host, screen};
use super::files;
use super::keys::{Key, keys};
use super::pace::{End, Run, failed};
use super::terminal::Terminal;

/// How long a wait for a key lasts before the screen is drawn again, if something has changed.
const KEY_WAIT: Duration = Duration::from_millis(100);

/// How old a view is when the screen goes on with the clock alone.
const CLOCK: Duration = Duration::from_secs(1);
/// How long a look lasts before the screen shows that it goes on.
const LOOK_SHOWN: Duration = Duration::from_secs(2);

/// What the two threads share.
#[derive(Default)]
struct Shared {
    /// What was found last, and how often something was.
    view: Option<Arc<Watched>>,
    version: u64,
    /// Whether a look goes on.
    is_looking: bool,
    /// Whether the watch has ended, or why it cannot go on.
    ended: Option<Result<End, WatchError>>,
    /// What became of a file that a key asked for.
    said: Option<String>,
}

/// Watches until the end, shows the last report, and tells the exit code.
pub fn run(run: &Run<'_>, mut watch: Watch) -> Result<u8> {
    let shared = Mutex::new(Shared::default());
    let is_ended = AtomicBool::new(false);
    let mut terminal = Terminal::enter()?;
    let drawn = thread::scope(|scope| {
        let follower = scope.spawn(|| follow(run, &mut watch, &shared, &is_ended));
        let ending = Ending { run, shared: &shared, is_ended: &is_ended };
        let drawn = Screen::new(run, &shared).show(&mut terminal, scope, || follower.is_finished());
        drop(ending);
        // The message of a panic stands in the terminal already.
        follower.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        drawn
    });
    drop(terminal);
    drawn?;
    let ended = lock(&shared).ended.take();
    let end = match ended {
        Some(Err(error)) => return Ok(failed(error)),
        Some(Ok(End::Signal)) => End::Signal,
        Some(Ok(End::Done)) | None if run.signals.received().is_some() => End::Signal,
        Some(Ok(End::Done)) | None => End::Done,
    };
    finish(run, &mut watch, end)
}

/// Ends the thread that looks at logs when the one that draws ends, in whatever way.
struct Ending<'e> {
    run: &'e Run<'e>,
    shared: &'e Mutex<Shared>,
    is_ended: &'e AtomicBool,
}

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.is_ended.store(true, Ordering::Relaxed);
        // A look that takes long is not waited for.
        if lock(self.shared).ended.is_none() {
            self.run.control.stop.store(true, Ordering::Relaxed);
        }
    }
}

/// Shows the last report where it stays.
fn finish(run: &Run<'_>, watch: &mut Watch, end: End) -> Result<u8> {
    if end == End::Signal {
        watch.interrupt();
    }
    let view = match watch.view(host::clock()) {
        Ok((view, _)) => view,
        Err(error) => return Ok(failed(error)),
    };
    let shown = View {
        zone: run.plan.zone.clone(),
        top: run.args.top,
        width: screen::columns(),
        color: screen::has_color(run.args.color),
        unicode: screen::has_unicode(),
        ..View::default()
    };
    let written = print(|out| text::write(&view.report, &shown, out));
    let code = run.exit(watch, &view.report, end);
    Ok(match (code, written) {
        (code, exit::DONE) => code,
        (code, _) if code > 128 => code,
        (_, written) => written,
    })
}

/// Looks once a second, or when something was written.
fn follow(run: &Run<'_>, watch: &mut Watch, shared: &Mutex<Shared>, is_ended: &AtomicBool) {
    let mut hints = Hints::new();
    let mut viewed = None;
    loop {
        let looked = Instant::now();
        lock(shared).is_looking = true;
        let found = run.look(watch).and_then(|_| {
            let is_due = run.is_view_due(watch, viewed);
            is_due.then(|| watch.view(host::clock())).transpose()
        });
        let end = match &found {
            Ok(_) => run.end(watch).map(Ok),
            Err(_) => None,
        };
        let mut held = lock(shared);
        held.is_looking = false;
        match found {
            Ok(view) => {
                if let Some((view, _)) = view {
                    viewed = Some(Instant::now());
                    held.view = Some(Arc::new(view));
                    held.version += 1;
                }
                held.ended = end;
            }
            Err(error) => held.ended = Some(Err(error)),
        }
        if held.ended.is_some() || is_ended.load(Ordering::Relaxed) {
            return;
        }
        drop(held);
        run.wait(watch, &mut hints, looked, || is_ended.load(Ordering::Relaxed));
        if is_ended.load(Ordering::Relaxed) {
            return;
        }
    }
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is drawn, and what somebody has chosen.
struct Screen<'s> {
    run: &'s Run<'s>,
    shared: &'s Mutex<Shared>,
    view: Option<Arc<Watched>>,
    version: u64,
    /// When the view was taken, and when it was brought up to the clock.
    taken: Instant,
    brought_up: Instant,
    shown: Shown,
    /// The chosen code, once somebody has chosen one.
    code: Option<String>,
    lines: Vec<String>,
    size: (usize, usize),
}

impl<'s> Screen<'s> {
    fn new(run: &'s Run<'s>, shared: &'s Mutex<Shared>) -> Self {
        Self {
            run,
            shared,
            view: None,
            version: 0,
            taken: Instant::now(),
            brought_up: Instant::now(),
            shown: Shown::default(),
            code: None,
            lines: Vec::new(),
            size: (0, 0),
        }
    }

    /// Draws and heeds keys until the watch ends.
    fn show<'scope, 'env>(
        &mut self,
        terminal: &mut Terminal,
        scope: &'scope Scope<'scope, 'env>,
        has_ended: impl Fn() -> bool,
    ) -> std::io::Result<()>
    where
        's: 'scope,
    {
        loop {
            self.take();
            self.draw(terminal)?;
            if has_ended() || self.run.signals.received().is_some() {
                return Ok(());
            }
            for key in keys(&terminal.keys(KEY_WAIT)) {
                if key == Key::End {
                    return Ok(());
                }
                self.heed(key, scope);
            }
        }
    }

    /// Takes what was found, unless somebody looks at what was found before.
    fn take(&mut self) {
        let mut shared = lock(self.shared);
        if let Some(said) = shared.said.take() {
            self.shown.message = Some(said);
        }
        if !self.shown.is_paused && shared.version != self.version {
            self.version = shared.version;
            self.view.clone_from(&shared.view);
            drop(shared);
            self.taken = Instant::now();
            (self.brought_up, self.shown.reading) = (self.taken, None);
            self.choose_again();
        } else if !self.shown.is_paused && self.brought_up.elapsed() > CLOCK {
            let is_looking = shared.is_looking;
            drop(shared);
            self.go_on(is_looking);
        }
    }

    /// Shows what was found before as it is now, while a look lasts.
    fn go_on(&mut self, is_looking: bool) {
        self.brought_up = Instant::now();
        let lasts = is_looking && self.taken.elapsed() > LOOK_SHOWN;
        self.shown.reading = lasts.then(|| self.run.control.bytes_done.load(Ordering::Relaxed));
        if let Some(view) = &mut self.view {
            Arc::make_mut(view).now = host::clock();
        }
    }

    /// Keeps the code that was chosen, wherever it stands by now.
    fn choose_again(&mut self) {
        let Some(view) = &self.view else { return };
        let codes = &view.report.codes;
        let place = self.code.as_ref().and_then(|chosen| codes.iter().position(|code| code.code == *chosen));
        self.shown.chosen = place.unwrap_or(self.shown.chosen).min(codes.len().saturating_sub(1));
    }

    fn heed<'scope, 'env>(&mut self, key: Key, scope: &'scope Scope<'scope, 'env>)
    where
        's: 'scope,
    {
        self.shown.message = None;
        let codes = self.view.as_ref().map_or(0, |view| view.report.codes.len());
        match key {
            Key::Up => self.shown.chosen = self.shown.chosen.saturating_sub(1),
            Key::Down => self.shown.chosen = (self.shown.chosen + 1).min(codes.saturating_sub(1)),
            Key::Enter => self.shown.is_open = !self.shown.is_open && codes > 0,
            Key::Back => self.shown.is_open = false,
            Key::Pause => self.shown.is_paused = !self.shown.is_paused,
            Key::Report => {
                let written = self.view.as_ref().map(|view| files::report(self.run, view));
                self.shown.message = written.map(|written| written.unwrap_or_else(|error| format!("{error:#}")));
            }
            Key::Ticket => self.ticket(scope),
            Key::End => {}
        }
        if matches!(key, Key::Up | Key::Down | Key::Enter) {
            let chosen = self.view.as_ref().and_then(|view| view.report.codes.get(self.shown.chosen));
            self.code = chosen.map(|code| code.code.clone());
        }
    }

    /// Writes a ticket in a thread of its own, since it reads the logs again.
    fn ticket<'scope, 'env>(&mut self, scope: &'scope Scope<'scope, 'env>)
    where
        's: 'scope,
    {
        let Some(view) = self.view.clone() else { return };
        let Some(code) = view.report.codes.get(self.shown.chosen).map(|code| code.code.clone()) else {
            self.shown.message = Some("no ticket: nothing failed in the window".to_owned());
            return;
        };
        self.shown.message = Some("writing the ticket".to_owned());
        let (run, shared) = (self.run, self.shared);
        scope.spawn(move || {
            let written = files::ticket(run, &view, &code, &run.control.stop);
            lock(shared).said = Some(written.unwrap_or_else(|error| format!("{error:#}")));
        });
    }

    /// Draws the lines that have changed.
    fn draw(&mut self, terminal: &Terminal) -> std::io::Result<()> {
        let mut out = String::new();
        let size = screen::size();
        if size != self.size || terminal.is_stale() {
            self.size = size;
            self.lines.clear();
            out.push_str("\x1b[2J");
        }
        let view = View {
            zone: self.run.plan.zone.clone(),
            top: self.run.args.top,
            width: size.0,
            color: screen::has_color(self.run.args.color),
            unicode: screen::has_unicode(),
            ..View::default()
        };
        let lines = match &self.view {
            Some(watched) => live::screen(watched, &self.shown, &view, size.1),
            None => live::waiting(&view),
        };
        for (row, line) in lines.iter().enumerate().filter(|(row, line)| self.lines.get(*row) != Some(*line)) {
            // Writing to a string does not fail.
            let _ = write!(out, "\x1b[{};1H{line}\x1b[K", row + 1);
        }
        for row in lines.len()..self.lines.len() {
            let _ = write!(out, "\x1b[{};1H\x1b[K", row + 1);
        }
        self.lines = lines;
        if out.is_empty() { Ok(()) } else { terminal.draw(out.as_bytes()) }
    }
}
