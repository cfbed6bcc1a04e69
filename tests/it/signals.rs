//! How a run ends when it does not end by itself: signals, closed pipes, files that cannot be read or written.

use std::fs;
use std::io::{PipeReader, PipeWriter, Read, Write, pipe};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use resplog::internals::input::discover::TEMPORARY;
use serde_json::json;

use crate::program::{command, folder, on_pipe, run, send, send_if_it_runs, testdata};
use crate::state::Site;

const LINE: &[u8] = b"{\"Response\":{\"RequestId\":\"0f3ac1de-77b1-4c39-9a55-2d1b6f0e8c41\"}}\n";
/// More than a pipe holds: when that much is written, the program has begun to read.
const LINES: usize = 4096;
/// How long a test waits for something that must come; far more than it takes.
const PATIENCE: Duration = Duration::from_secs(120);

/// A run that reads a pipe whose end has not come, and has read some of it.
fn reading(arguments: &[&str]) -> (Child, PipeWriter) {
    let (child, mut writer) = on_pipe(&testdata(), arguments);
    writer.write_all(&LINE.repeat(LINES)).unwrap();
    // The run ends in the middle of a line.
    writer.write_all(&LINE[..30]).unwrap();
    (child, writer)
}

#[test]
fn a_signal_ends_a_run_with_a_report_of_what_was_read() {
    for (signal, exit) in [("INT", 130), ("TERM", 143)] {
        for arguments in [&["report", "-f", "json"][..], &["report", "-f", "json", "-j", "1", "-", "bare.ndjson"]] {
            let (child, writer) = reading(arguments);
            send(&child, signal);
            let output = child.wait_with_output().unwrap();
            drop(writer);
            assert_eq!(output.status.code(), Some(exit), "{signal} {output:?}");
            let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
            assert_eq!(report["status"], json!(["interrupted"]), "{signal}");
            let row = report["inputs"].as_array().unwrap().iter().find(|input| input["path"] == "-").unwrap();
            let lines = row["lines"].as_u64().unwrap();
            assert!(lines <= LINES as u64, "{signal}: {lines}");
            assert_eq!(
                (&row["ok"], &row["malformed"]),
                (&json!(lines), &json!(0)),
                "{signal}: the cut line is no line"
            );
            assert!(report["totals"]["ok"].as_u64().unwrap() >= lines);
        }
    }
}

#[test]
fn a_signal_before_anything_came_ends_the_run_too() {
    let folder = folder(&[]);
    let arguments = ["report", "-f", "json", "-o", "report.json", "--rejects", "rejects.ndjson", "-"];
    let (mut child, writer) = on_pipe(folder.path(), &arguments);
    // Nothing is written before the first bytes say that they are not those of a tar.
    while !takes_term(&child) && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    send(&child, "TERM");
    let output = child.wait_with_output().unwrap();
    drop(writer);
    assert_eq!(output.status.code(), Some(143), "{output:?}");
    let mut names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["rejects.ndjson", "report.json"], "no temporary file is left");
    let report = fs::read_to_string(folder.path().join("report.json")).unwrap();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&report).unwrap()["status"], json!(["interrupted"]));
}

/// Whether a run has begun and catches SIGTERM, as the kernel says.
fn takes_term(child: &Child) -> bool {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    let caught = caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    caught >> (15 - 1) & 1 == 1
}

/// Waits until a run has got so far that a folder has a file whose name begins so, or has ended.
fn wait_for(folder: &std::path::Path, name: &str, child: &mut Child) {
    let is_it = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name().to_str().unwrap().starts_with(name);
    while !fs::read_dir(folder).unwrap().any(is_it) && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
}

/// Makes a named pipe.
fn named_pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

/// The exit code of a run that ends by itself; a failure when it does not.
fn exit_of(mut child: Child) -> Option<i32> {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if began.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("the run does not end");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_signal_moves_no_state_and_ends_a_run_whose_named_pipe_has_no_reader() {
    // The pipe holds the run up: before it reads when it is that of the rejects, and between reading and the state when
    // it is that of a report; by then another one is written, though not in its place yet.
    for (signal, exit) in [("INT", 130), ("TERM", 143)] {
        for (option, name, there) in [("--rejects", "pipe", "state.lock"), ("-o", "pipe.json", TEMPORARY)] {
            for runs_before in [0, 1] {
                let what = format!("{signal} {option} {runs_before}");
                let site = Site::new();
                named_pipe(&site.path(name));
                site.write("logs/app.log", 0..10);
                for _ in 0..runs_before {
                    site.new_calls();
                }
                site.write("logs/app.log", 10..20);
                let before = fs::read(site.path("state")).ok();
                fs::remove_file(site.path("state.lock")).ok();
                let mut command = site.command(&["logs", "-o", "first.json", option, name]);
                let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
                wait_for(&site.path(""), there, &mut child);
                send(&child, signal);
                let mut said = child.stderr.take().unwrap();
                assert_eq!(exit_of(child), Some(exit), "{what}");
                let mut text = String::new();
                said.read_to_string(&mut text).unwrap();
                assert_eq!(text, "", "{what}: what a signal did is not said");
                assert_eq!(fs::read(site.path("state")).ok(), before, "{what}");
                assert_eq!(site.new_calls(), 20 - 10 * runs_before, "{what}");
                assert_eq!(site.show()["totals"]["distinct_request_ids"], 20, "{what}");
            }
        }
    }
}

#[test]
fn a_named_pipe_is_waited_for_until_it_has_a_reader() {
    let site = Site::new();
    let pipe = site.path("pipe.json");
    named_pipe(&pipe);
    site.write("logs/app.log", 0..10);
    // By the time that the first report is written the run waits for the pipe, or soon will.
    let mut command = site.command(&["logs", "-o", "first.json", "-o", "pipe.json"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wait_for(&site.path(""), TEMPORARY, &mut child);
    let report = fs::read_to_string(&pipe).unwrap();
    assert_eq!(exit_of(child), Some(0));
    assert_eq!(report, fs::read_to_string(site.path("first.json")).unwrap());
    assert_eq!(site.new_calls(), 0, "the state has moved");
}

#[test]
fn a_signal_ends_a_ticket_whose_named_pipe_has_no_reader() {
    let failed = "{\"Response\":{\"Error\":{\"Code\":\"InternalError\"},\"RequestId\":\"0f3ac1de-77b1-4c39\"}}\n";
    for option in ["-o", "--evidence"] {
        let folder = folder(&[]);
        named_pipe(&folder.path().join("pipe.txt"));
        let (child, mut writer) = on_pipe(folder.path(), &["ticket", "-", option, "pipe.txt"]);
        writer.write_all(failed.as_bytes()).unwrap();
        // The pipe takes more than it holds once the run has begun.
        writer.write_all(&LINE.repeat(LINES)).unwrap();
        drop(writer);
        send(&child, "TERM");
        assert_eq!(exit_of(child), Some(143), "{option}");
    }
}

#[test]
fn a_signal_before_the_files_of_a_state_are_found_ends_the_run() {
    // Many files, so that the signal comes while they are looked at, or else in a later phase: each has to end.
    let site = Site::new();
    for number in 0..2000 {
        site.write(&format!("logs/{number}.log"), number..number + 1);
    }
    for wait_us in [0, 300, 3_000, 10_000, 30_000, 100_000] {
        let mut command = site.command(&["logs", "-o", "report.json"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        // The lock says that the run takes signals.
        wait_for(&site.path(""), "state.lock", &mut child);
        std::thread::sleep(Duration::from_micros(wait_us));
        send_if_it_runs(&child, "TERM");
        let code = exit_of(child);
        assert!(matches!(code, Some(143 | 0)), "{code:?}");
        assert_eq!(site.path("state").exists(), code == Some(0), "what was read to its end is kept, and only that");
        if let Some(143) = code {
            let report = fs::read_to_string(site.path("report.json")).unwrap();
            let report: serde_json::Value = serde_json::from_str(&report).unwrap();
            assert_eq!(report["status"], json!(["interrupted"]));
        }
        for name in ["state", "state.lock", "report.json"] {
            fs::remove_file(site.path(name)).ok();
        }
    }
    assert_eq!(site.new_calls(), 2000);
}

#[test]
fn a_signal_ends_a_run_whose_output_nobody_reads() {
    let failed = "{\"Response\":{\"Error\":{\"Code\":\"InternalError\"},\"RequestId\":\"0f3ac1de-77b1-4c39\"}}\n";
    let folder = folder(&[("log", failed.repeat(20_000).as_bytes())]);
    for (arguments, signal, exit) in
        [(&["ids", "log"][..], "TERM", 143), (&["find", "0f3ac1de-77b1-4c39", "log"], "INT", 130)]
    {
        let (mut reader, writer) = pipe().unwrap();
        let mut command = command(folder.path());
        let mut child = command.args(arguments).stdout(writer).stderr(Stdio::null()).spawn().unwrap();
        drop(command);
        reader.read_exact(&mut [0]).unwrap();
        send(&child, signal);
        assert_eq!(child.wait().unwrap().code(), Some(exit), "{arguments:?}");
        drop(reader);
    }
}

#[test]
fn a_signal_ends_a_run_that_copies_a_pipe() {
    for arguments in [&["report", "--dedupe", "-"][..], &["ticket", "-"]] {
        let (child, writer) = reading(arguments);
        send(&child, "TERM");
        let output = child.wait_with_output().unwrap();
        drop(writer);
        assert_eq!(output.status.code(), Some(143), "{output:?}");
    }
}

#[test]
fn a_signal_in_a_stream_of_values_leaves_no_broken_value() {
    let (child, mut writer) = on_pipe(&testdata(), &["report", "-f", "json", "--input-format", "json"]);
    writer.write_all(b"[").unwrap();
    writer.write_all(&[&LINE[..LINE.len() - 1], b",\n"].concat().repeat(LINES)).unwrap();
    writer.write_all(&LINE[..30]).unwrap();
    send(&child, "TERM");
    let output = child.wait_with_output().unwrap();
    drop(writer);
    assert_eq!(output.status.code(), Some(143), "{output:?}");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["status"], &report["totals"]["malformed"]), (&json!(["interrupted"]), &json!(0)));
}

#[test]
fn threads_are_four_for_each_processor_at_the_most() {
    let report = |threads: &str| run(&testdata(), ["report", "-f", "json", "-j", threads, "bare.ndjson"], None);
    let (one, many) = (report("1"), report("100000"));
    assert_eq!((one.exit, &*one.stderr), (0, ""));
    assert_eq!((many.exit, &many.stdout), (0, &one.stdout));
    assert!(many.stderr.starts_with("resplog: --threads 100000: "), "{}", many.stderr);
    assert_eq!(many.stderr.lines().count(), 1, "{}", many.stderr);
}

/// Everything a pipe gives, or a failure when its end does not come.
fn all_of(mut reader: PipeReader) -> Vec<u8> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).unwrap();
        sender.send(bytes)
    });
    receiver.recv_timeout(PATIENCE).expect("the pipe is closed")
}

#[test]
fn a_closed_standard_output_ends_quietly() {
    for arguments in [
        &["report", "-f", "json", "wrapped.ndjson"][..],
        &["report", "wrapped.ndjson"],
        &["codes"],
        &["man"],
        &["--help"],
    ] {
        let (reader, writer) = pipe().unwrap();
        drop(reader);
        let (errors, error_writer) = pipe().unwrap();
        let mut command = command(&testdata());
        let mut child = command.args(arguments).stdout(writer).stderr(error_writer).spawn().unwrap();
        drop(command);
        assert_eq!(all_of(errors), b"", "{arguments:?}");
        assert_eq!(child.wait().unwrap().code(), Some(141), "{arguments:?}");
    }
}

#[test]
fn a_full_disk_is_said_and_is_an_exit_code() {
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = command(&testdata()).args(["report", "bare.ndjson"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(4));
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("resplog: standard output: "));
}

#[test]
fn a_missing_file_among_many_is_named_and_the_rest_is_reported() {
    let folder = folder(&[("a", LINE), ("c", LINE), ("empty.gz", b"")]);
    fs::create_dir(folder.path().join("nothing")).unwrap();
    let ran = run(folder.path(), ["report", "-f", "json", "c", "b", "a", "nothing", "x*", "empty.gz"], None);
    assert_eq!(ran.exit, 3);
    let report = ran.json();
    assert_eq!(report["status"], json!(["input"]));
    assert_eq!(report["totals"]["ok"], 2);
    let rows: Vec<_> = report["inputs"].as_array().unwrap().iter().map(|row| (&row["path"], &row["status"])).collect();
    let told = ["a ok", "b error", "c ok", "empty.gz incomplete", "nothing error", "x* error"];
    let expected: Vec<_> = told.iter().map(|it| it.split_once(' ').unwrap()).collect();
    assert_eq!(
        rows.iter().map(|(path, status)| (path.as_str().unwrap(), status.as_str().unwrap())).collect::<Vec<_>>(),
        expected
    );
    for row in report["inputs"].as_array().unwrap() {
        let (path, error) = (row["path"].as_str().unwrap(), &row["error"]);
        assert_eq!(error.is_null(), row["status"] == "ok", "{path}");
        if let Some(error) = error.as_str() {
            assert!(ran.stderr.contains(&format!("resplog: {path}: {error}\n")), "{path} in {}", ran.stderr);
        }
    }
    assert_eq!(ran.stderr.lines().count(), 4, "{}", ran.stderr);
}

#[test]
fn usage_errors_are_exit_code_2_and_say_what_would_be_right() {
    let wrong: &[(&[&str], &str)] = &[
        (&[], "Usage"),
        (&["reprot"], "report"),
        (&["report", "--no-such-flag", "bare.ndjson"], "--no-such-flag"),
        (&["report", "-f", "yaml", "bare.ndjson"], "json"),
        (&["report", "-j", "0", "bare.ndjson"], "at least 1"),
        (&["report", "-o", "report.docx", "bare.ndjson"], ".json"),
        (&["report", "--class", "providr", "bare.ndjson"], "provider"),
        (&["report", "--envelope", "Response", "bare.ndjson"], "begins with '/'"),
        (&["report", "--since", "yesterdayish", "bare.ndjson"], "--since yesterdayish"),
        (&["report", "--since", "2026-11-25", "--until", "2026-11-24", "bare.ndjson"], "not before"),
        (&["report", "--max-line", "16X", "bare.ndjson"], "16M"),
        (&["report", "--tz", "Mars/Phobos", "bare.ndjson"], "Asia/Shanghai"),
        (&["report", "--by", "tenant", "bare.ndjson"], "NAME=POINTER"),
        (&["report", "--field", "size=/n", "bare.ndjson"], "duration"),
        (&["report", "--classes", "no-such-file", "bare.ndjson"], "no-such-file"),
    ];
    for (arguments, hint) in wrong {
        let ran = run(&testdata(), *arguments, None);
        assert_eq!((ran.exit, &*ran.stdout), (2, ""), "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(hint), "{arguments:?} does not say {hint}: {}", ran.stderr);
    }
    let mut command = command(&testdata());
    let refused = command.args(["report", "bare.ndjson"]).env("RESPLOG_SIMD", "mmx").output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
}

#[test]
fn a_report_that_cannot_be_written_is_exit_code_4_and_the_others_are_written() {
    let folder = folder(&[("a", LINE)]);
    let ran = run(folder.path(), ["report", "a", "-f", "json", "-o", "no/folder.json", "-o", "good.json"], None);
    assert_eq!(ran.exit, 4);
    assert!(ran.stderr.starts_with("resplog: no/folder.json: "), "{}", ran.stderr);
    assert_eq!(ran.json()["status"], json!(["write_failed"]));
    let good = fs::read_to_string(folder.path().join("good.json")).unwrap();
    assert_eq!(good, ran.stdout, "what failed before is in every report after it");
    let ran = run(folder.path(), ["report", "a", "-f", "json", "--rejects", "no/rejects"], None);
    assert_eq!(ran.exit, 4);
    assert_eq!(ran.json()["totals"]["ok"], 1, "the report is made all the same");
}

#[test]
fn a_report_replaces_a_file_in_one_step() {
    let folder = folder(&[("a", LINE), ("report.json", b"the old report"), ("report.txt", b"old")]);
    let path = folder.path().join("report.json");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    let mut old = fs::File::open(&path).unwrap();
    let before = fs::metadata(&path).unwrap().ino();
    let ran = run(folder.path(), ["report", "a", "-o", "report.json", "-o", "report.txt"], None);
    assert_eq!((ran.exit, &*ran.stdout, &*ran.stderr), (0, "", ""), "with -o nothing is printed unless -f asks for it");
    let mut text = String::new();
    old.read_to_string(&mut text).unwrap();
    assert_eq!(text, "the old report", "who had opened it still reads the old one, whole");
    assert_ne!(fs::metadata(&path).unwrap().ino(), before);
    let report: serde_json::Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(report["totals"]["ok"], 1);
    assert_ne!(fs::read_to_string(folder.path().join("report.txt")).unwrap(), "old");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3, "no temporary file is left");
    // A folder that came to stand in its place cannot be replaced; nothing is left then either.
    fs::create_dir(folder.path().join("rejects")).unwrap();
    let ran = run(folder.path(), ["report", "a", "--rejects", "rejects"], None);
    assert_eq!(ran.exit, 4, "{}", ran.stderr);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4, "no temporary file is left");
}

#[test]
fn a_pipe_is_written_into_and_a_link_stays_a_link() {
    let folder = folder(&[("log", b"{no response\n"), ("target", b"old")]);
    let path = |name: &str| folder.path().join(name);
    assert!(Command::new("mkfifo").arg(path("pipe")).status().unwrap().success());
    std::os::unix::fs::symlink("target", path("report.json")).unwrap();
    let reader = std::thread::spawn({
        let pipe = path("pipe");
        move || fs::read_to_string(pipe).unwrap()
    });
    let ran = run(folder.path(), ["report", "log", "-o", "report.json", "--rejects", "pipe"], None);
    assert_eq!(ran.exit, 3, "nothing was recognised: {}", ran.stderr);
    assert!(reader.join().unwrap().contains("\"syntax\""));
    assert!(!fs::metadata(path("pipe")).unwrap().is_file(), "a pipe, as before");
    assert!(fs::symlink_metadata(path("report.json")).unwrap().is_symlink());
    let report: serde_json::Value = serde_json::from_str(&fs::read_to_string(path("target")).unwrap()).unwrap();
    assert_eq!(report["totals"]["malformed"], 1);
}

#[test]
fn a_file_that_may_not_be_read_is_an_error_of_that_file() {
    let folder = folder(&[("a", LINE), ("secret", LINE)]);
    fs::set_permissions(folder.path().join("secret"), fs::Permissions::from_mode(0o000)).unwrap();
    if fs::File::open(folder.path().join("secret")).is_ok() {
        eprintln!("skipped: this user may read everything");
        return;
    }
    let ran = run(folder.path(), ["report", "-f", "json", "a", "secret"], None);
    assert_eq!((ran.exit, ran.json()["totals"]["ok"].as_u64()), (3, Some(1)));
}
