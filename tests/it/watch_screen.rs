//! What `watch` shows in a terminal, at three widths, as tmux sees it; without tmux there is nothing to look at.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use unicode_width::UnicodeWidthStr;

use crate::state::Site;

/// How long something that must come is waited for; far more than it takes.
const PATIENCE: Duration = Duration::from_secs(60);
const ID: &str = "0000cafe-77b1-4c39-9a55-2d1b6f0e8c41";

/// A terminal.
struct Tmux {
    site: Site,
    socket: String,
}

impl Tmux {
    /// Starts the program in a terminal of a size; none where tmux is not installed.
    fn begin(name: &str, columns: usize, rows: usize, arguments: &str) -> Option<Self> {
        let site = Site::new();
        site.append("logs/app.log", "");
        let tmux = Self::start(site, name, (columns, rows), arguments, "")?;
        tmux.until(|screen| screen.contains("no call with a time yet"));
        Some(tmux)
    }

    /// Starts the program with settings of its environment, and does not wait for anything. After it a `cat` echoes keys, as
    /// far as the terminal does.
    fn start(
        site: Site,
        name: &str,
        (columns, rows): (usize, usize),
        arguments: &str,
        environment: &str,
    ) -> Option<Self> {
        if Command::new("tmux").arg("-V").output().is_err() {
            eprintln!("tmux is not installed: the screen is not looked at");
            return None;
        }
        let socket = format!("resplog-{}-{name}", std::process::id());
        let program = env!("CARGO_BIN_EXE_resplog");
        let shell = format!("{environment} {program} watch {arguments}; echo EXIT=$?; stty -a; exec cat");
        let tmux = Self { site, socket };
        let (columns, rows) = (columns.to_string(), rows.to_string());
        let mut command = tmux.command(&["-f", "/dev/null", "new-session", "-d", "-x", &columns, "-y", &rows, &shell]);
        assert!(command.env("LC_ALL", "C.UTF-8").current_dir(tmux.site.path("")).status().unwrap().success());
        Some(tmux)
    }

    /// Checks that the screen, the cursor and the modes of the terminal are those from before.
    #[track_caller]
    fn is_given_back(&self) {
        assert_eq!(self.modes(), "0 1");
        let modes = self.until(|screen| screen.contains("icanon"));
        for mode in [" icanon", " echo ", " icrnl", " ixon", " iexten"] {
            assert!(modes.contains(mode) && !modes.contains(&mode.replacen(' ', " -", 1)), "{mode}: {modes}");
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("tmux");
        command.args(["-u", "-L", &self.socket]).args(arguments);
        command
    }

    fn said(&self, arguments: &[&str]) -> String {
        String::from_utf8(self.command(arguments).output().unwrap().stdout).unwrap()
    }

    /// Whether there is another screen, and whether there is a cursor.
    fn modes(&self) -> String {
        self.said(&["display-message", "-p", "#{alternate_on} #{cursor_flag}"]).trim().to_owned()
    }

    /// Sends a signal to the program, which is the child of the shell.
    fn signal(&self, signal: &str) {
        let shell = self.said(&["display-message", "-p", "#{pane_pid}"]);
        let status = Command::new("pkill").args([&format!("-{signal}"), "-P", shell.trim(), "resplog"]).status();
        assert!(status.unwrap().success(), "{signal}");
    }

    fn keys(&self, keys: &[&str]) {
        self.said(&[&["send-keys"], keys].concat());
    }

    fn screen(&self) -> String {
        self.said(&["capture-pane", "-p"])
    }

    /// Waits for a screen.
    #[track_caller]
    fn until(&self, is_wanted: impl Fn(&str) -> bool) -> String {
        let begun = Instant::now();
        loop {
            let screen = self.screen();
            if is_wanted(&screen) {
                return screen;
            }
            assert!(begun.elapsed() < PATIENCE, "{screen}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// A call that failed just now, with a message that would act on a terminal.
    fn fail(&self, code: &str) {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        let text = format!(
            "{{\"time\":{now},\"action\":\"RunInstances\",\"Response\":{{\"Error\":{{\"Code\":\"{code}\",\"Message\":\"\\u001b[2Jgone \
             \\u202e\"}},\"RequestId\":\"{ID}\"}}}}\n"
        );
        self.site.append("logs/app.log", &text);
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        drop(self.command(&["kill-server"]).output());
    }
}

#[test]
fn a_screen_of_three_widths_shows_what_fails() {
    for (columns, rows) in [(60, 24), (80, 24), (120, 40)] {
        let arguments = "logs --fail-if 'failed > 0' --window 10m";
        let Some(tmux) = Tmux::begin(&format!("w{columns}"), columns, rows, arguments) else { return };
        tmux.fail("InternalError");
        tmux.fail("日本語Failure.No");
        let screen = tmux.until(|screen| screen.contains("日本語"));
        assert!(screen.lines().all(|line| line.width() <= columns), "{screen}");
        assert_eq!(screen.lines().count(), rows, "{screen}");
        for part in ["BREACH", "HOLDS for", "newest call", "unread", "InternalError", ID, "q end"] {
            assert!(screen.contains(part), "{part}: {screen}");
        }
        assert!(screen.contains("peak 2 in"), "{screen}");
        // One code, with what stands for it.
        tmux.keys(&["Down", "Enter"]);
        let screen = tmux.until(|screen| screen.contains("ids to look into"));
        assert!(
            screen.contains("\\x1b[") && screen.contains("\\u{202E}") && !screen.contains("InternalError  1"),
            "{screen}"
        );
        tmux.keys(&["Enter"]);
        tmux.until(|screen| screen.contains("newest failures") && !screen.contains("ids to look into"));
        // Another size.
        tmux.said(&["resize-window", "-x", "70", "-y", "30"]);
        let is_drawn = |screen: &str| {
            let fits = screen.lines().count() == 30 && screen.lines().all(|line| line.width() <= 70);
            fits && screen.starts_with("resplog watch") && screen.trim_end().ends_with("q end")
        };
        tmux.until(is_drawn);
        tmux.keys(&["q"]);
        let screen = tmux.until(|screen| screen.contains("EXIT=1"));
        assert_eq!(tmux.modes(), "0 1", "{screen}");
        let all = tmux.said(&["capture-pane", "-p", "-S", "-200"]);
        assert!(all.contains("BREACH  failed > 0 (is 2)") && all.contains("LOOK INTO"), "the last report stays: {all}");
    }
}

#[test]
fn a_screen_that_is_paused_stays_and_keys_write_files() {
    let Some(tmux) = Tmux::begin("keys", 100, 30, "logs --write-to .") else { return };
    tmux.fail("InternalError");
    tmux.until(|screen| screen.contains(ID));
    tmux.keys(&["p"]);
    let before = tmux.until(|screen| screen.contains("PAUSED"));
    tmux.fail("FailedOperation");
    std::thread::sleep(Duration::from_millis(2500));
    assert_eq!(tmux.screen(), before);
    tmux.keys(&["p"]);
    tmux.until(|screen| screen.contains("FailedOperation") && !screen.contains("PAUSED"));
    tmux.keys(&["w"]);
    tmux.until(|screen| screen.contains("wrote ./resplog-"));
    tmux.keys(&["t"]);
    tmux.until(|screen| screen.contains("wrote ./resplog-ticket-"));
    let names = fs::read_dir(tmux.site.path("")).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap());
    let mut endings: Vec<_> = names.filter(|it| it.starts_with("resplog-")).collect();
    endings.sort();
    let ticket = fs::read_to_string(tmux.site.path(endings.iter().find(|it| it.contains("ticket")).unwrap())).unwrap();
    assert!(endings.len() == 3 && ticket.contains(ID), "{endings:?} {ticket}");
    tmux.keys(&["q"]);
    tmux.until(|screen| screen.contains("EXIT=0"));
}

#[test]
fn a_signal_leaves_the_terminal_as_it_was() {
    for (signal, exit) in [("INT", 130), ("TERM", 143), ("HUP", 129), ("QUIT", 131)] {
        let Some(tmux) = Tmux::begin(&format!("sig{signal}"), 80, 24, "logs") else { return };
        assert_eq!(tmux.modes(), "1 0");
        tmux.signal(signal);
        tmux.until(|screen| screen.contains(&format!("EXIT={exit}")));
        tmux.is_given_back();
    }
}

#[test]
fn a_stopped_watch_gives_the_terminal_back_until_it_goes_on() {
    let Some(tmux) = Tmux::begin("stop", 80, 24, "logs") else { return };
    for _ in 0..2 {
        tmux.keys(&["C-z"]);
        tmux.until(|_| tmux.modes() == "0 1");
        tmux.fail("InternalError");
        tmux.signal("CONT");
        tmux.until(|screen| tmux.modes() == "1 0" && screen.starts_with("resplog watch") && screen.contains(ID));
    }
    // Without a warning, and with a shell that changed the terminal meanwhile.
    tmux.signal("STOP");
    let terminal = tmux.said(&["display-message", "-p", "#{pane_tty}"]);
    let shell = Command::new("stty").args(["-F", terminal.trim(), "sane"]).status();
    assert!(shell.unwrap().success());
    tmux.signal("CONT");
    // A key that comes without enter, and is not echoed, shows that the modes are those of a screen.
    tmux.until(|_| {
        tmux.keys(&["p"]);
        tmux.screen().contains("PAUSED")
    });
    tmux.keys(&["C-c"]);
    tmux.until(|screen| screen.contains("EXIT=130"));
    tmux.is_given_back();
}

#[test]
fn a_panic_leaves_the_terminal_as_it_was_with_its_message() {
    let site = Site::new();
    site.append("logs/app.log", "");
    // A call of a look, when the screen has been there for a while.
    let Some(tmux) = Tmux::start(site, "panic", (80, 24), "logs", "RUST_BACKTRACE=0 RESPLOG_FAULT=90:panic") else {
        return;
    };
    tmux.until(|screen| screen.contains("no call with a time yet"));
    assert_eq!(tmux.modes(), "1 0");
    let screen = tmux.until(|screen| {
        tmux.fail("InternalError");
        screen.contains("EXIT=")
    });
    assert!(screen.contains("EXIT=101") && screen.contains("swap_remove index"), "{screen}");
    assert_eq!(screen.matches("panicked at").count(), 1, "{screen}");
    tmux.is_given_back();
}
