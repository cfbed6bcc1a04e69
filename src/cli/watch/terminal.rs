//! The terminal that a screen is shown on. Whatever happens, it is left as it was found: at the end, at a signal, at a panic,
//! and while the program is stopped. It draws nothing.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{self, InputModes, LocalModes, OptionalActions, SpecialCodeIndex, Termios};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
use signal_hook::iterator::Signals;
use signal_hook::low_level;

/// Shows another screen, without a cursor, empty.
const ENTER: &[u8] = b"\x1b[?1049h\x1b[?25l\x1b[2J\x1b[H";
/// Goes back to the screen that was there, with its cursor.
const LEAVE: &[u8] = b"\x1b[0m\x1b[?25h\x1b[?1049l";
/// Where keys come from, even when standard input is a log.
const KEYS: &str = "/dev/tty";

/// How the terminal was found; none while it is as it was.
static FOUND: Mutex<Option<Termios>> = Mutex::new(None);
/// Whether there is a screen, be the terminal given back for a while or not.
static IS_SHOWN: AtomicBool = AtomicBool::new(false);
/// Whether the screen has to be drawn anew.
static IS_STALE: AtomicBool = AtomicBool::new(false);
/// How many signals came that ask the program to end.
static ENDS: AtomicU32 = AtomicU32::new(0);

/// Whether standard output can show a screen, and keys can be read.
pub fn is_there() -> bool {
    let can_draw = std::env::var_os("TERM").is_some_and(|term| term != "dumb" && !term.is_empty());
    can_draw && io::stdout().is_terminal() && File::open(KEYS).is_ok()
}

/// A terminal that shows a screen.
pub struct Terminal {
    keys: File,
}

impl Terminal {
    /// Takes the terminal over; it is given back when this value goes, and before the program ends for other reasons.
    pub fn enter() -> io::Result<Self> {
        let keys = File::open(KEYS)?;
        watch_signals()?;
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            IS_SHOWN.store(false, Ordering::Relaxed);
            leave();
            hook(panic);
        }));
        IS_SHOWN.store(true, Ordering::Relaxed);
        let terminal = Self { keys };
        enter(&terminal.keys)?;
        Ok(terminal)
    }

    /// Draws, all at once; nothing while the terminal is given back.
    pub fn draw(&self, bytes: &[u8]) -> io::Result<()> {
        let found = FOUND.lock().unwrap_or_else(PoisonError::into_inner);
        if found.is_none() {
            return Ok(());
        }
        let mut out = io::stdout().lock();
        out.write_all(bytes)?;
        out.flush()
    }

    /// Whether all has to be drawn anew: the program was stopped meanwhile.
    pub fn is_stale(&self) -> bool {
        IS_STALE.swap(false, Ordering::Relaxed)
    }

    /// The bytes of keys that were pressed, waiting for the first at most this long.
    pub fn keys(&mut self, at_most: Duration) -> Vec<u8> {
        let timeout = Timespec { tv_sec: at_most.as_secs() as i64, tv_nsec: i64::from(at_most.subsec_nanos()) };
        let mut fds = [PollFd::new(&self.keys, PollFlags::IN)];
        if !poll(&mut fds, Some(&timeout)).is_ok_and(|ready| ready > 0) {
            return Vec::new();
        }
        let mut buffer = [0; 64];
        let read = (&self.keys).read(&mut buffer).unwrap_or(0);
        if read == 0 {
            // A terminal that is gone is always ready.
            std::thread::sleep(at_most);
        }
        buffer.get(..read).unwrap_or_default().to_vec()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        IS_SHOWN.store(false, Ordering::Relaxed);
        leave();
        // What follows is said as by any other run; while a panic goes on, its hook cannot be changed.
        if !std::thread::panicking() {
            drop(std::panic::take_hook());
        }
    }
}

/// Takes the terminal over: keys come one by one and are not shown; what signals the keyboard gives stays.
fn enter(keys: &File) -> io::Result<()> {
    let mut found = FOUND.lock().unwrap_or_else(PoisonError::into_inner);
    // A shell may have changed the terminal while the program was stopped without a warning.
    let before = match found.take() {
        Some(before) => before,
        None => termios::tcgetattr(keys)?,
    };
    let mut now = before.clone();
    now.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO | LocalModes::IEXTEN);
    now.input_modes.remove(InputModes::ICRNL | InputModes::IXON);
    now.special_codes[SpecialCodeIndex::VMIN] = 0;
    now.special_codes[SpecialCodeIndex::VTIME] = 0;
    *found = Some(before);
    termios::tcsetattr(keys, OptionalActions::Now, &now)?;
    let mut out = io::stdout();
    out.write_all(ENTER)?;
    out.flush()
}

/// Leaves the terminal as it was found; what cannot be done any more is left.
fn leave() {
    let Ok(mut found) = FOUND.lock() else { return };
    let Some(before) = found.take() else { return };
    let mut out = io::stdout();
    let _ = out.write_all(LEAVE).and_then(|()| out.flush());
    if let Ok(keys) = File::open(KEYS) {
        let _ = termios::tcsetattr(&keys, OptionalActions::Now, &before);
    }
}

/// Gives the terminal back before a signal ends or stops the program. The first one that asks it to end is heeded elsewhere:
/// the watch ends with its report.
fn watch_signals() -> io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT])?;
    std::thread::spawn(move || {
        for signal in signals.forever() {
            match signal {
                SIGINT | SIGTERM => {
                    if ENDS.fetch_add(1, Ordering::Relaxed) > 0 {
                        leave();
                        low_level::exit(128 + signal);
                    }
                }
                SIGCONT => {
                    if IS_SHOWN.load(Ordering::Relaxed)
                        && let Ok(keys) = File::open(KEYS)
                    {
                        let _ = enter(&keys);
                        IS_STALE.store(true, Ordering::Relaxed);
                    }
                }
                _ => {
                    leave();
                    let _ = low_level::emulate_default_handler(signal);
                }
            }
        }
    });
    Ok(())
}
