//! Every call of the file system behind the state and the outputs fails once, or from then on, or is the last thing
//! before `kill -9`; and runs are killed at random moments while the log grows and rotates. The next run repairs.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use serde_json::Value;

use crate::program::number;
use crate::state::{Site, line};
use crate::state_model::Dice;

/// A state, and behind it what a run has to find: new lines, a renamed file, an archive, a copy, a file that is gone.
fn site() -> Site {
    let site = Site::new();
    site.write("logs/app.log", 0..20);
    site.write("logs/b.log", 100..110);
    site.append("logs/b.log", &line(110)[..30]);
    site.write("logs/c.log", 200..210);
    assert_eq!(site.new_calls(), 40);
    fs::copy(site.path("state"), site.path("before")).unwrap();
    site.write("logs/app.log", 20..30);
    site.rename("logs/app.log", "logs/app.log.1");
    site.write("logs/app.log", 30..35);
    site.append("logs/b.log", &line(110)[30..]);
    site.write("logs/c.log", 210..215);
    site.compress("logs/c.log");
    site
}

/// A state of runs that name the log alone, which the last one saw empty, and behind it what no run has met: files that
/// were rotated since, one of them compressed.
fn site_of_the_log() -> Site {
    let site = Site::new();
    site.write("logs/app.log", 0..20);
    site.report(&["logs/app.log"]);
    site.rename("logs/app.log", "logs/app.log.1");
    site.append("logs/app.log", "");
    site.report(&["logs/app.log"]);
    fs::copy(site.path("state"), site.path("before")).unwrap();
    for (part, packed) in [(2, false), (3, true), (4, false)] {
        site.write("logs/app.log", part * 10..part * 10 + 10);
        site.rename("logs/app.log", &format!("logs/app.log.{}", 6 - part));
        if packed {
            site.compress(&format!("logs/app.log.{}", 6 - part));
        }
    }
    site.rename("logs/app.log.1", "logs/app.log.5");
    site.rename("logs/app.log.2", "logs/app.log.1");
    site.write("logs/app.log", 50..61);
    site
}

/// What is tried: how the files come about, what is named, and how many calls there are in all.
type Scene = (fn() -> Site, &'static str, u64);

const SCENES: [Scene; 2] = [(site, "logs", 35 + 11 + 15), (site_of_the_log, "logs/app.log", 61)];

/// Runs with a fault, and holds the state and the reports against what they may be. Tells whether the run noticed.
fn fail((site, named, calls): Scene, fault: &str) -> bool {
    let site = site();
    let before = fs::read(site.path("before")).unwrap();
    let mut command = site.command(&[named, "-o", "report.json", "--rejects", "rejects"]);
    let output = command.env("RESPLOG_FAULT", fault).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    let state = fs::read(site.path("state")).unwrap();
    let moved = state != before;
    let generation_before = resplog::internals::state::file::decode(&before).unwrap().generation;
    match output.status.code() {
        Some(exit) => assert!([0, 3, 4].contains(&exit), "{fault}: {exit} {stderr}"),
        None => assert_eq!(output.status.signal(), Some(9), "{fault}"),
    }
    let noticed = output.status.code() != Some(0);
    if !noticed {
        assert!(moved, "{fault}: exit 0 and the state stays");
    }
    if output.status.code() == Some(4) {
        assert!(stderr.starts_with("resplog: "), "{fault}: {stderr}");
    }
    let shown = site.show();
    let generation = shown["generation"].as_u64().unwrap();
    assert_eq!(generation, generation_before + u64::from(moved), "{fault}");
    if moved {
        // The window's report came before the state.
        let report: Value = serde_json::from_slice(&fs::read(site.path("report.json")).unwrap()).unwrap();
        assert_eq!(report["window"]["generation"], generation, "{fault}");
    }
    let ran = site.run(&[named]);
    assert_eq!(ran.exit, 0, "{fault}, then {}", ran.stderr);
    let totals = &site.show()["totals"];
    assert_eq!(totals["responses"], calls, "{named} {fault}, then {totals:#}");
    assert_eq!(totals["distinct_request_ids"], calls, "{named} {fault}");
    assert_eq!(totals["lines"], calls, "{named} {fault}");
    let left = fs::read_dir(site.path("")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let left: Vec<_> = left.filter(|name| name.starts_with(".resplog-")).collect();
    assert!(output.status.code().is_none() || left.is_empty(), "{fault} leaves {left:?}");
    noticed
}

#[test]
fn whichever_call_fails_the_next_run_repairs() {
    if !cfg!(debug_assertions) {
        eprintln!("skipped: a release has no faults");
        return;
    }
    // EIO, EMFILE, ENOSPC, EROFS.
    let long = std::env::var_os("RESPLOG_FAULTS").is_some();
    let faults: &[&str] =
        if long { &["5", "24", "28", "30", "+5", "+24", "+28", "+30", "kill"] } else { &["28", "+5", "kill"] };
    let mut calls = 0;
    for (scene, fault) in SCENES.into_iter().flat_map(|scene| faults.iter().map(move |fault| (scene, fault))) {
        let mut unnoticed = 0;
        // Behind the last call nothing fails any more.
        for call in 1.. {
            let text = match fault.strip_prefix('+') {
                Some(error) => format!("{call}+:{error}"),
                None => format!("{call}:{fault}"),
            };
            unnoticed = if fail(scene, &text) { 0 } else { unnoticed + 1 };
            calls += 1;
            if unnoticed > 8 {
                assert!(call > 20, "there are more calls than {call}");
                break;
            }
        }
    }
    eprintln!("{calls} runs with a fault, all repaired by the next run");
}

/// What writes, rotates and counts, until told to stop.
struct Log<'s> {
    site: &'s Site,
    written: AtomicU64,
    rotations: AtomicU64,
    stop: AtomicBool,
    /// Held while a copy is made and the original truncated, since lines written in between are lost by design.
    whole: Mutex<()>,
}

impl Log<'_> {
    fn write(&self) {
        let mut dice = Dice(7);
        while !self.stop.load(Ordering::Relaxed) {
            let lines = 1 + dice.roll(40);
            let next = self.written.load(Ordering::Relaxed);
            let whole = self.whole.lock().unwrap();
            self.site.write("logs/app.log", next..next + lines);
            drop(whole);
            self.written.store(next + lines, Ordering::Relaxed);
            std::thread::sleep(Duration::from_micros(500 + dice.roll(3000)));
        }
    }

    fn rotate(&self, logrotate: bool) {
        let mut dice = Dice(11);
        for (name, how) in [("rename", "nocreate"), ("copy", "copytruncate")] {
            let folder = self.site.path("logs");
            let text = format!(
                "{}/app.log {{\n rotate 1000\n {how}\n compress\n delaycompress\n missingok\n}}\n",
                folder.display()
            );
            fs::write(self.site.path(name), text).unwrap();
        }
        while !self.stop.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(40 + dice.roll(200)));
            let copies = dice.roll(3) == 0;
            let whole = copies.then(|| self.whole.lock().unwrap());
            if logrotate {
                let name = if copies { "copy" } else { "rename" };
                let mut command = Command::new("logrotate");
                command.args(["-f", "-s"]).arg(self.site.path("rotation")).arg(self.site.path(name));
                let output = command.output().unwrap();
                assert!(output.status.success(), "{output:?}");
            } else {
                self.rotate_here(copies);
            }
            drop(whole);
            self.rotations.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// What logrotate does, where it is not installed.
    fn rotate_here(&self, copies: bool) {
        let last = (1..).find(|number| {
            !self.site.path(&format!("logs/app.log.{number}")).exists()
                && !self.site.path(&format!("logs/app.log.{number}.gz")).exists()
        });
        for number in (1..last.unwrap()).rev() {
            for ending in ["", ".gz"] {
                let from = format!("logs/app.log.{number}{ending}");
                if self.site.path(&from).exists() {
                    self.site.rename(&from, &format!("logs/app.log.{}{ending}", number + 1));
                }
            }
        }
        if self.site.path("logs/app.log.2").exists() {
            self.site.compress("logs/app.log.2");
        }
        if copies {
            self.site.copytruncate("logs/app.log", "logs/app.log.1");
        } else if self.site.path("logs/app.log").exists() {
            self.site.rename("logs/app.log", "logs/app.log.1");
        }
    }
}

#[test]
fn runs_that_are_killed_count_every_line_once() {
    kill_runs("logs");
}

/// What is rotated while no run gets far enough to see it is found beside the log.
#[test]
fn runs_of_the_log_alone_that_are_killed_count_every_line_once() {
    kill_runs("logs/app.log");
}

fn kill_runs(named: &str) {
    let kills = number("RESPLOG_KILLS", 12);
    let logrotate = Command::new("logrotate").arg("--version").output().is_ok();
    let site = Site::new();
    let log = Log {
        site: &site,
        written: AtomicU64::new(1),
        rotations: AtomicU64::new(0),
        stop: AtomicBool::new(false),
        whole: Mutex::new(()),
    };
    // A run that names the log alone has to find it once. Of an empty log nothing would be known by which it is found again
    // when every run is killed until it was rotated twice; then lines may be missing, and the last run would say so.
    site.write("logs/app.log", 0..1);
    site.report(&[named, "-o", "report.json"]);
    let (mut killed, mut finished) = (0_u64, 0_u64);
    std::thread::scope(|scope| {
        scope.spawn(|| log.write());
        scope.spawn(|| log.rotate(logrotate));
        let mut dice = Dice(kills);
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            while killed < kills {
                let mut command = site.command(&[named, "-o", "report.json"]);
                let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
                // A moment of a run, or a little later than its end.
                std::thread::sleep(Duration::from_micros(dice.roll(120_000)));
                child.kill().unwrap();
                match child.wait().unwrap().code() {
                    None => killed += 1,
                    // The status of a folder that is rotated just now may be that a file vanished.
                    Some(exit) => {
                        assert!([0, 3].contains(&exit), "{exit}");
                        finished += 1;
                    }
                }
                reports_come_before_the_state(&site);
            }
        }));
        log.stop.store(true, Ordering::Relaxed);
        if let Err(panic) = done {
            std::panic::resume_unwind(panic);
        }
    });
    site.append("logs/app.log", "");
    let ran = site.run(&[named]);
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    let shown = site.show();
    let written = log.written.load(Ordering::Relaxed);
    let failed = (0..written).filter(|&number| crate::state::is_failed(number)).count();
    assert_eq!(shown["totals"]["lines"], written, "{:#}", shown["totals"]);
    assert_eq!(shown["totals"]["failed"], failed);
    assert_eq!(shown["totals"]["ok"], written - failed as u64);
    eprintln!(
        "{named}: {killed} runs killed, {finished} finished before that, {} rotations by {}: {written} lines, each counted once",
        log.rotations.load(Ordering::Relaxed),
        if logrotate { "logrotate" } else { "the test" },
    );
}

/// A window's report may be written twice, never not at all.
fn reports_come_before_the_state(site: &Site) {
    if !site.path("state").exists() {
        return;
    }
    let report: Value = serde_json::from_slice(&fs::read(site.path("report.json")).unwrap()).unwrap();
    let state = site.show()["generation"].as_u64().unwrap();
    assert!(report["window"]["generation"].as_u64().unwrap() >= state);
}
