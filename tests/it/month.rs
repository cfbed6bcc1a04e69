//! A month of a machine with a state, in minutes: logs that grow and are rotated, an incident, a log that changes its
//! unit of time, and runs that are killed. What is known of it is a ledger; the program knows nothing of that.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use crate::program::{command, run};

const DAYS: u32 = 30;
/// The day of the incident.
const INCIDENT: u32 = 12;
/// From this day on the log says durations in seconds, not in milliseconds.
const NEW_UNIT: u32 = 20;
/// Calls a day.
const CALLS: u32 = 600;
/// The code that only the incident has.
const CULPRIT: &str = "InternalError.ResourceOpFailed";

/// What was logged.
#[derive(Default)]
struct Ledger {
    lines: u64,
    ok: u64,
    failed: u64,
    codes: BTreeMap<&'static str, u64>,
}

/// The code that a call of a day fails with; the same few calls fail every day.
fn code(day: u32, call: u32) -> Option<&'static str> {
    match call % 100 {
        7 => Some("InvalidInstanceId.NotFound"),
        31 if call.is_multiple_of(3) => Some("RequestLimitExceeded"),
        40..60 if day == INCIDENT => Some(CULPRIT),
        _ => None,
    }
}

fn line(day: u32, call: u32, ledger: &mut Ledger) -> String {
    let seconds = call * 86_400 / CALLS;
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let ms = 40 + call * 7 % 300;
    let duration = if day < NEW_UNIT { format!("\"duration_ms\":{ms}") } else { format!("\"duration_s\":0.{ms:03}") };
    let error = code(day, call).map(|code| {
        *ledger.codes.entry(code).or_default() += 1;
        format!("\"Error\":{{\"Code\":\"{code}\",\"Message\":\"no {call}\"}},")
    });
    ledger.lines += 1;
    if error.is_some() {
        ledger.failed += 1
    } else {
        ledger.ok += 1
    }
    format!(
        "{{\"time\":\"2026-11-{day:02}T{hour:02}:{minute:02}:{second:02}Z\",{duration},\
         \"Response\":{{{}\"RequestId\":\"{day:08}-{call:04}-4000-8000-000000000000\"}}}}\n",
        error.unwrap_or_default()
    )
}

/// A day's calls behind what the log holds.
fn write_log(folder: &Path, day: u32, calls: std::ops::Range<u32>, ledger: &mut Ledger) {
    let text: String = calls.map(|call| line(day, call, ledger)).collect();
    let mut log = OpenOptions::new().create(true).append(true).open(folder.join("log/api.ndjson")).unwrap();
    log.write_all(text.as_bytes()).unwrap();
}

/// Rotates as the machine does: with logrotate where it is installed, else as logrotate would.
fn rotate(folder: &Path) {
    let log = folder.join("log/api.ndjson");
    let snippet = fs::read_to_string(crate::program::root().join("contrib/resplog.logrotate")).unwrap();
    let snippet = snippet.replace("/var/log/tcapi", folder.join("log").to_str().unwrap());
    fs::write(folder.join("logrotate"), snippet).unwrap();
    let arguments = ["-f", "-s", "logrotate.state", "logrotate"];
    match Command::new("logrotate").args(arguments).current_dir(folder).status() {
        Ok(status) => assert!(status.success()),
        Err(error) => {
            eprintln!("without logrotate ({error}): logs are only renamed");
            let name = |number: u32| folder.join(format!("log/api.ndjson.{number}"));
            for number in (1..14).rev().filter(|&number| name(number).exists()) {
                fs::rename(name(number), name(number + 1)).unwrap();
            }
            fs::rename(log, name(1)).unwrap();
        }
    }
}

/// The arguments of a run at the end of a day.
fn arguments(day: u32) -> Vec<String> {
    let fixed = [
        "report",
        "log",
        "--state",
        "state",
        "-o",
        "api.prom",
        "-f",
        "mail",
        "--mail-to",
        "sre@example.com",
        "--quiet-if-ok",
        "--fail-if",
        "responses >= 100 and failure_rate > 4%",
        "--fail-if",
        "class(provider) >= 20",
        "--fail-if",
        "max > 5s",
        "--fail-if",
        "malformed > 0",
        "--now",
    ];
    let now = format!("2026-11-{day:02}T23:59:59Z");
    fixed.map(str::to_owned).into_iter().chain([now]).collect()
}

/// What a run printed that was killed some way on, if it was not over by then. Whatever it left, the next one makes
/// good; and when it had moved the state already, it had printed all. Also whether it had: the next run then finds
/// nothing new.
fn killed(folder: &Path, day: u32, after_us: u64) -> (String, bool) {
    let output = folder.join("killed.eml");
    let before = fs::read(folder.join("state")).ok();
    let mut command = command(folder);
    let mut child = command.args(arguments(day)).stdout(fs::File::create(&output).unwrap()).spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_micros(after_us));
    let _ = child.kill();
    child.wait().unwrap();
    (fs::read_to_string(output).unwrap(), fs::read(folder.join("state")).ok() != before)
}

fn metric(folder: &Path, name: &str) -> f64 {
    let metrics = fs::read_to_string(folder.join("api.prom")).unwrap();
    let value = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    value.unwrap_or_else(|| panic!("{name} is missing")).parse().unwrap()
}

/// What a mail says, without its encoding.
fn text_of(mail: &str) -> String {
    let mut text = String::new();
    let mut rest = mail;
    while let Some((before, behind)) = rest.split_once('=') {
        text += before;
        rest = match behind.get(..2) {
            Some(hex) if u8::from_str_radix(hex, 16).is_ok_and(|byte| byte.is_ascii()) => {
                text.push(char::from(u8::from_str_radix(hex, 16).unwrap()));
                &behind[2..]
            }
            _ => behind.strip_prefix('\n').unwrap_or(behind),
        };
    }
    text + rest
}

fn the_incident_is_told(mail: &str, runs: f64) {
    let (head, body) = mail.split_once("\n\n").unwrap();
    assert!(head.contains("To: sre@example.com\n") && head.contains("Subject: BREACH: 2 rules fired"), "{head}");
    let text = text_of(body).split_whitespace().collect::<Vec<_>>().join(" ");
    for said in [
        "responses >= 100 and failure_rate > 4%",
        "class(provider) >= 20 (is 120)",
        &format!("{CULPRIT} (new)"),
        &format!("provider, new, in 0 of {runs} earlier runs"),
        "times last time's",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
}

#[test]
fn a_month_adds_up_and_only_the_incident_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::create_dir(folder.join("log")).unwrap();
    let mut ledger = Ledger::default();
    let mut stamp = 0.0;
    let mut generation = 0.0;
    for day in 1..=DAYS {
        // The log is rotated at some time of the day, not at the time of the run.
        write_log(folder, day, 0..CALLS / 3, &mut ledger);
        rotate(folder);
        write_log(folder, day, CALLS / 3..CALLS, &mut ledger);
        let (first, moved) =
            if day.is_multiple_of(3) { killed(folder, day, u64::from(day) * 700) } else { (String::new(), false) };
        let ran = run(folder, arguments(day), None);
        if day == INCIDENT {
            assert_eq!(ran.exit, i32::from(!ran.stdout.is_empty()), "{ran:?}");
            // A killed run that had moved the state counts as well.
            the_incident_is_told(if ran.stdout.is_empty() { &first } else { &ran.stdout }, generation);
        } else {
            assert_eq!((first.as_str(), ran.stdout.as_str()), ("", ""), "day {day}");
            // A percentile of nothing is not known, and that is said.
            let nothing_new = "resplog: --fail-if 'max > 5s': max is not known, no record has a duration\n";
            assert!(ran.stderr.is_empty() || moved && ran.stderr == nothing_new, "day {day}: {}", ran.stderr);
            assert_eq!(ran.exit, 0, "day {day}");
        }
        let (now, runs) =
            (metric(folder, "resplog_last_success_timestamp_seconds"), metric(folder, "resplog_window_generation"));
        assert!(now > stamp && runs > generation, "day {day}: the stamp advances");
        (stamp, generation) = (now, runs);
    }
    let shown = run(folder, ["state", "show", "-f", "json", "state"], None).json();
    let mut said = String::new();
    for (name, value) in [("lines", ledger.lines), ("ok", ledger.ok), ("failed", ledger.failed), ("malformed", 0)] {
        if shown["totals"][name] != value {
            let _ = writeln!(said, "{name} is {} and was {value}", shown["totals"][name]);
        }
    }
    assert!(said.is_empty(), "{said}");
    for (code, count) in &ledger.codes {
        let rows = shown["codes"].as_array().unwrap();
        let row = rows.iter().find(|row| row["code"] == *code).unwrap_or_else(|| panic!("{code}: {shown}"));
        assert_eq!(row["count"], *count, "{code}");
    }
}
