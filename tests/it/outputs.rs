//! Nothing of the user's is overwritten, whatever it is and however it is named; what stands in an output is true of the
//! others; and a file that is written has the mode that it should have.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::{command, folder, run};
use crate::state::line;

/// Runs a command line of a shell in a folder, with the program as `$0`.
fn shell(folder: &Path, line: &str) -> Output {
    let mut command = Command::new("sh");
    command.args(["-c", line, env!("CARGO_BIN_EXE_resplog")]).env_clear().current_dir(folder).stdin(Stdio::null());
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A folder with a log, and beside it what is named in the tests.
fn site() -> TempDir {
    let log: String = (0..9).map(line).collect();
    let site = folder(&[("a.log", log.as_bytes())]);
    for name in ["d", "d/e", "elsewhere"] {
        fs::create_dir(site.path().join(name)).unwrap();
    }
    symlink("d", site.path().join("linked")).unwrap();
    site
}

/// Every path below a folder.
fn listing(folder: &Path) -> BTreeSet<PathBuf> {
    let walk = ignore::WalkBuilder::new(folder).standard_filters(false).build();
    walk.map(|entry| entry.unwrap().into_path()).collect()
}

/// How a file `d/NAME` may be named; a link is made for some.
const WAYS: [&str; 8] =
    ["path", "dot", "parent", "absolute", "folder by a link", "link", "link to a link", "hard link"];

/// The path by which the file is named, and whether that is possible when it does not exist.
fn by(way: &str, site: &Path, name: &str) -> (String, bool) {
    let link = |target: String| {
        symlink(target, site.join("elsewhere").join(name)).unwrap();
        format!("elsewhere/{name}")
    };
    match way {
        "path" => (format!("d/{name}"), true),
        "dot" => (format!("./d/./{name}"), true),
        "parent" => (format!("d/e/../{name}"), true),
        "absolute" => (site.join("d").join(name).to_str().unwrap().to_owned(), true),
        "folder by a link" => (format!("linked/{name}"), true),
        "link" => (link(format!("../d/{name}")), true),
        "link to a link" => {
            symlink(name, site.join("d/between")).unwrap();
            (link("../d/between".to_owned()), true)
        }
        "hard link" => {
            let made = fs::hard_link(site.join("d").join(name), site.join("elsewhere").join(name));
            (format!("elsewhere/{name}"), made.is_ok())
        }
        _ => unreachable!("{way}"),
    }
}

/// The ways to name a file that is written: the arguments before the path, and what the path is made of.
const WRITERS: [(&str, &[&str]); 6] = [
    ("report", &["-o"]),
    ("report", &["--rejects"]),
    ("report", &["--state"]),
    ("report", &["-f", "json", "-o"]),
    ("ticket", &["-o"]),
    ("ticket", &["--evidence"]),
];

/// The files that are read, by the flag in front of their path.
const READ: [(&str, &str); 7] = [
    ("report", ""),
    ("report", "--config"),
    ("report", "--ack"),
    ("report", "--classes"),
    ("report", "--baseline"),
    ("ticket", "--config"),
    ("ticket", "--classes"),
];

#[test]
fn no_output_overwrites_what_is_read_however_it_is_named() {
    let mut tried = 0;
    for (command, writer) in WRITERS {
        for (_, reader) in READ.iter().filter(|(of, reader)| *of == command || reader.is_empty()) {
            for way in WAYS {
                let site = site();
                let kept = site.path().join("d/kept.txt");
                // A file of options is read first, since it may name outputs.
                let held = if *reader == "--config" { "top = 5\n".to_owned() } else { line(1) };
                fs::write(&kept, &held).unwrap();
                let inode = fs::metadata(&kept).unwrap().ino();
                let (path, _) = by(way, site.path(), "kept.txt");
                let before = listing(site.path());
                let mut arguments = vec![command, "a.log"];
                arguments.extend(Some(*reader).filter(|flag| !flag.is_empty()));
                arguments.push("d/kept.txt");
                arguments.extend(writer);
                arguments.push(&path);
                let ran = run(site.path(), &arguments, None);
                assert_eq!((ran.exit, &*ran.stdout), (2, ""), "{arguments:?}: {}", ran.stderr);
                let flag = writer.last().unwrap();
                let reader = if reader.is_empty() { "the input" } else { reader };
                let expected = format!("resplog: {flag} {path} would overwrite {reader} d/kept.txt: expected ");
                assert!(ran.stderr.starts_with(&expected), "{arguments:?}: {} is not {expected}", ran.stderr);
                assert_eq!(fs::read_to_string(&kept).unwrap(), held, "{arguments:?}");
                assert_eq!(fs::metadata(&kept).unwrap().ino(), inode, "{arguments:?}");
                assert_eq!(listing(site.path()), before, "{arguments:?}");
                tried += 1;
            }
        }
    }
    assert_eq!(tried, 8 * (4 * 5 + 2 * 3));
}

#[test]
fn no_output_overwrites_another_one_whether_or_not_they_are_there() {
    let pairs: [(&str, &[&str], &[&str]); 7] = [
        ("report", &["-o"], &["-o"]),
        ("report", &["-o"], &["--rejects"]),
        ("report", &["-o"], &["--state"]),
        ("report", &["--rejects"], &["--state"]),
        ("report", &["--rejects"], &["-f", "json", "-o"]),
        ("ticket", &["-o"], &["--evidence"]),
        ("ticket", &["--evidence"], &["-o"]),
    ];
    let mut absent = 0;
    for (command, one, other) in pairs {
        for way in WAYS {
            for exists in [true, false] {
                let site = site();
                let kept = site.path().join("d/kept.txt");
                if exists {
                    fs::write(&kept, "of the run before").unwrap();
                }
                let (path, is_possible) = by(way, site.path(), "kept.txt");
                if !is_possible {
                    continue;
                }
                let before = listing(site.path());
                let arguments = [&[command, "a.log"], one, &["d/kept.txt"], other, &[&*path]].concat();
                let ran = run(site.path(), &arguments, None);
                assert_eq!((ran.exit, &*ran.stdout), (2, ""), "{arguments:?}: {}", ran.stderr);
                let [one, other] = [one, other].map(|flags| *flags.last().unwrap());
                let names = [format!("{one} d/kept.txt"), format!("{other} {path}")];
                assert!(names.iter().all(|name| ran.stderr.contains(name)), "{arguments:?}: {}", ran.stderr);
                assert!(ran.stderr.contains(" would overwrite "), "{arguments:?}: {}", ran.stderr);
                assert_eq!(listing(site.path()), before, "{arguments:?}");
                assert!(!exists || fs::read_to_string(&kept).unwrap() == "of the run before", "{arguments:?}");
                absent += usize::from(!exists);
            }
        }
    }
    assert_eq!(absent, 7 * 7, "there is no hard link to what is not there");
}

#[test]
fn every_kind_of_name_counts() {
    let cases: [(&str, &str); 16] = [
        ("report a.log f/codes.csv -o f", "-o f/codes.csv would overwrite the input f/codes.csv"),
        ("report a.log --ack f/codes.csv -o f", "-o f/codes.csv would overwrite --ack f/codes.csv"),
        ("report a.log -o f -o f", "-o f/breaches.csv would overwrite -o f/breaches.csv"),
        ("report a.log -o f -o f/codes.csv", "-o f/codes.csv would overwrite -o f/codes.csv"),
        ("report 'f/*.csv' -o f/codes.csv", "-o f/codes.csv would overwrite the input f/*.csv"),
        ("report 'f/*.csv' -o f/new.csv", "-o f/new.csv would overwrite the input f/*.csv"),
        ("report '**/*.csv' -o $PWD/f/new.csv", "/f/new.csv would overwrite the input **/*.csv"),
        ("report missing.txt -o ./missing.txt", "-o ./missing.txt would overwrite the input missing.txt"),
        ("report - -o a.txt < a.txt", "-o a.txt would overwrite the input standard input"),
        ("report -o a.txt < a.txt", "-o a.txt would overwrite the input standard input"),
        ("ticket -o a.txt < a.txt", "-o a.txt would overwrite the input standard input"),
        ("report a.log -f text -o out.txt > out.txt", "standard output would overwrite -o out.txt"),
        ("report a.txt >> a.txt", "standard output would overwrite the input a.txt"),
        ("ids a.txt >> a.txt", "standard output would overwrite the input a.txt"),
        ("report a.log --state s --rejects s.lock", "the lock of --state, s.lock would overwrite --rejects s.lock"),
        ("report s.lock --state s", "the lock of --state, s.lock would overwrite the input s.lock"),
    ];
    for (arguments, expected) in cases {
        let site = site();
        fs::create_dir(site.path().join("f")).unwrap();
        for name in ["f/codes.csv", "a.txt", "s.lock"] {
            fs::write(site.path().join(name), line(1)).unwrap();
        }
        let ran = shell(site.path(), &format!("\"$0\" {arguments}"));
        let stderr = text(&ran.stderr);
        assert_eq!(ran.status.code(), Some(2), "{arguments}: {stderr}");
        assert!(stderr.contains(expected), "{arguments}: {stderr}");
        for name in ["f/codes.csv", "a.txt", "s.lock"] {
            assert_eq!(fs::read_to_string(site.path().join(name)).unwrap(), line(1), "{arguments}: {name}");
        }
    }
}

#[test]
fn what_is_no_danger_is_no_error() {
    let right: [(&str, i32); 10] = [
        ("report a.log --rejects /dev/null -f text > /dev/null", 0),
        ("report a.log --rejects /dev/stdout -f json | cat > both.txt", 0),
        ("report a.log --rejects /dev/stdout -f json > both.txt", 0),
        ("report a.log --rejects /dev/stderr -f json 2> errors.txt > /dev/null", 0),
        ("ticket a.log --code InternalError --evidence /dev/null > /dev/null", 0),
        // Outputs in a folder that is walked are passed over, and written.
        ("report d -o d/report.json --rejects d/rejects --state d/state", 0),
        ("report d -o d", 0),
        ("report d > d/printed.txt", 0),
        ("report d/a.log -o d/report.json", 0),
        ("report 'd/*.log' -o d/report.json --rejects d/b", 0),
    ];
    for (arguments, exit) in right {
        let site = site();
        fs::copy(site.path().join("a.log"), site.path().join("d/a.log")).unwrap();
        for run in ["first", "second"] {
            let ran = shell(site.path(), &format!("\"$0\" {arguments}"));
            assert_eq!(ran.status.code(), Some(exit), "{arguments}, {run} run: {}", text(&ran.stderr));
        }
        let log: String = (0..9).map(line).collect();
        assert_eq!(fs::read_to_string(site.path().join("d/a.log")).unwrap(), log, "{arguments}");
    }
}

#[test]
fn what_is_written_into_standard_output_stands_before_what_is_printed() {
    let site = folder(&[("a.log", b"{no response\n")]);
    let ran = shell(site.path(), "\"$0\" report a.log --rejects /dev/stdout -f csv --table totals > both.txt");
    assert_eq!(ran.status.code(), Some(3), "{}", text(&ran.stderr));
    let both = fs::read_to_string(site.path().join("both.txt")).unwrap();
    assert!(both.starts_with("{\"input\":\"a.log\""), "{both}");
    assert!(both.lines().nth(1).unwrap().starts_with("name,key,value"), "{both}");
}

#[test]
fn a_link_to_nothing_stays_a_link() {
    let site = site();
    for name in ["report.json", "state", "rejects"] {
        symlink(format!("d/{name}"), site.path().join(name)).unwrap();
    }
    let ran =
        run(site.path(), ["report", "a.log", "-o", "report.json", "--state", "state", "--rejects", "rejects"], None);
    assert_eq!((ran.exit, &*ran.stderr), (0, ""));
    for name in ["report.json", "state", "rejects"] {
        assert!(site.path().join(name).is_symlink(), "{name}");
        assert!(site.path().join("d").join(name).is_file(), "{name}");
    }
    symlink("circle.json", site.path().join("circle.json")).unwrap();
    let ran = run(site.path(), ["report", "a.log", "-o", "circle.json"], None);
    assert_eq!(ran.exit, 2, "{}", ran.stderr);
    assert!(site.path().join("circle.json").is_symlink());
}

#[test]
fn the_state_of_another_job_is_no_log() {
    let site = site();
    fs::rename(site.path().join("a.log"), site.path().join("d/a.log")).unwrap();
    let ran = run(site.path(), ["report", "d", "--state", "d/one.state", "-f", "json"], None);
    assert_eq!((ran.exit, ran.json()["totals"]["lines"].clone()), (0, json!(9)), "{}", ran.stderr);
    fs::write(site.path().join("d/two.state.lock"), "").unwrap();
    fs::write(site.path().join("d/.resplog-x1y2z3"), "half a report").unwrap();
    // A log may be called like a lock.
    fs::write(site.path().join("d/door.lock"), line(20)).unwrap();
    for arguments in [
        &["report", "d", "-f", "json"][..],
        &["report", "d", "--state", "two", "-f", "json"],
        &["report", "d/*", "-f", "json"],
    ] {
        let ran = run(site.path(), arguments, None);
        let report = ran.json();
        let paths: Vec<_> =
            report["inputs"].as_array().unwrap().iter().map(|it| it["path"].as_str().unwrap()).collect();
        assert_eq!(paths, ["d/a.log", "d/door.lock"], "{arguments:?}: {}", ran.stderr);
        assert_eq!(report["totals"]["lines"], 10);
        assert_eq!(ran.exit, 0, "{arguments:?}: {}", ran.stderr);
    }
}

#[test]
fn modes_do_not_depend_on_the_umask_and_are_kept() {
    for umask in ["000", "022", "077", "0377"] {
        let site = site();
        fs::create_dir(site.path().join("f")).unwrap();
        let arguments = "report a.log -o r.json -o r.prom -o f --rejects rejects --state state";
        let ran = shell(site.path(), &format!("umask {umask}; \"$0\" {arguments} && \"$0\" {arguments}"));
        assert_eq!(ran.status.code(), Some(0), "{umask}: {}", text(&ran.stderr));
        let ran = shell(site.path(), &format!("umask {umask}; \"$0\" ticket a.log -o t.txt --evidence evidence"));
        assert_eq!(ran.status.code(), Some(0), "{umask}: {}", text(&ran.stderr));
        let mode = |name: &str| fs::metadata(site.path().join(name)).unwrap().permissions().mode() & 0o7777;
        for name in ["r.json", "r.prom", "f/codes.csv", "rejects", "t.txt", "evidence"] {
            assert_eq!(mode(name), 0o644, "{name} at umask {umask}");
        }
        assert_eq!((mode("state"), mode("state.lock")), (0o600, 0o600), "{umask}");
        let kept = [("r.json", 0o600), ("r.prom", 0o664), ("rejects", 0o440), ("state", 0o640), ("t.txt", 0o666)];
        for (name, mode) in kept {
            fs::set_permissions(site.path().join(name), fs::Permissions::from_mode(mode)).unwrap();
        }
        let ran = shell(site.path(), &format!("umask {umask}; \"$0\" {arguments} && \"$0\" ticket a.log -o t.txt"));
        assert_eq!(ran.status.code(), Some(0), "{umask}: {}", text(&ran.stderr));
        for (name, expected) in kept {
            assert_eq!(mode(name), expected, "{name} at umask {umask}");
        }
    }
}

#[test]
fn an_owner_is_kept_where_that_is_allowed() {
    let site = site();
    let path = site.path().join("r.json");
    fs::write(&path, "of somebody else").unwrap();
    if std::os::unix::fs::chown(&path, Some(12_345), Some(23_456)).is_err() {
        eprintln!("skipped: this user cannot give files away");
        return;
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let ran = run(site.path(), ["report", "a.log", "-o", "r.json"], None);
    assert_eq!((ran.exit, &*ran.stderr), (0, ""));
    let metadata = fs::metadata(&path).unwrap();
    assert_eq!((metadata.uid(), metadata.gid(), metadata.mode() & 0o7777), (12_345, 23_456, 0o640));
}

#[test]
fn a_standard_output_that_is_not_there_is_exit_code_141_and_moves_no_state() {
    for arguments in [
        "report a.log --state state -o r.json -f text",
        "report a.log --state state",
        "report a.log --state state --rejects /dev/stdout -o r.json",
        "report a.log",
        "ids a.log",
        "find 00000003-77b1-4c39-9a55-2d1b6f0e8c41 a.log",
        "ticket a.log --code InternalError",
        "ticket a.log --code InternalError --evidence /dev/stdout -o t.txt",
        "codes",
        "man",
        "completions bash",
        "--help",
        "report --help",
        "--version",
    ] {
        let site = site();
        fs::write(site.path().join("a.log"), format!("{}{{no response\n", (0..9).map(line).collect::<String>()))
            .unwrap();
        let ran = shell(site.path(), &format!("\"$0\" {arguments} >&-"));
        assert_eq!((ran.status.code(), &*text(&ran.stderr)), (Some(141), ""), "{arguments}");
        assert!(!site.path().join("state").exists(), "{arguments}");
        if let Ok(report) = fs::read(site.path().join("r.json")) {
            let report: Value = serde_json::from_slice(&report).unwrap();
            assert_eq!(report["status"], json!(["write_failed"]), "{arguments}");
        }
        let ran = shell(site.path(), &format!("\"$0\" {arguments} > /dev/full"));
        assert_eq!(ran.status.code(), Some(4), "{arguments}");
        let stderr = text(&ran.stderr);
        let full = "No space left on device (os error 28)\n";
        assert!(
            stderr.starts_with("resplog: ") && stderr.contains("stdout") | stderr.contains("standard output"),
            "{stderr}"
        );
        let lines: Vec<_> = stderr.split_inclusive('\n').collect();
        // What was found is said as well.
        let count = if arguments.starts_with("find ") { 2 } else { 1 };
        assert_eq!((lines[0].ends_with(full), lines.len()), (true, count), "{arguments}: {stderr}");
        assert!(!site.path().join("state").exists(), "{arguments}");
    }
    // Who prints nothing does not need it.
    let site = site();
    for arguments in ["report a.log --state state -o r.json", "report a.log --quiet-if-ok"] {
        let ran = shell(site.path(), &format!("\"$0\" {arguments} >&-"));
        assert_eq!(ran.status.code(), Some(0), "{arguments}: {}", text(&ran.stderr));
    }
    assert!(site.path().join("state").exists());
    let ran = shell(site.path(), "\"$0\" report a.log --state state <&- > /dev/null 2>&-");
    assert_eq!(ran.status.code(), Some(0), "standard output is there");
}

#[test]
fn a_report_in_place_is_true_of_what_is_not() {
    for arguments in [
        &["-o", "nodir/x.json"][..],
        &["-o", "full.json"],
        &["--rejects", "nodir/x"],
        &["--rejects", "/dev/full"],
        &["--rejects", "d"],
    ] {
        let site = site();
        fs::write(site.path().join("a.log"), format!("{}{{no response\n", line(1))).unwrap();
        symlink("/dev/full", site.path().join("full.json")).unwrap();
        let arguments = [&["report", "a.log", "-o", "first.json"], arguments, &["-o", "last.json", "-o", "m.prom"]];
        let ran = run(site.path(), arguments.concat(), None);
        assert_eq!(ran.exit, 4, "{arguments:?}: {}", ran.stderr);
        assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
        for name in ["first.json", "last.json"] {
            let report: Value = serde_json::from_slice(&fs::read(site.path().join(name)).unwrap()).unwrap();
            assert_eq!(report["status"], json!(["write_failed"]), "{arguments:?}: {name}");
        }
        let metrics = fs::read_to_string(site.path().join("m.prom")).unwrap();
        assert!(metrics.contains("resplog_status{condition=\"write_failed\"} 1\n"), "{arguments:?}");
        assert!(!metrics.contains("resplog_last_success_timestamp_seconds "), "{arguments:?}");
    }
}

#[test]
fn whichever_call_fails_reports_in_place_say_so() {
    if !cfg!(debug_assertions) {
        eprintln!("skipped: a release has no faults");
        return;
    }
    let arguments = ["report", "a.log", "--state", "state", "-o", "one.json", "-o", "two.json", "-o", "m.prom"];
    let mut wrong = 0;
    for call in 1.. {
        let site = site();
        // What the last success was before.
        let ran = run(site.path(), [&arguments[..], &["--now", "2026-11-24T01:00:00Z"]].concat(), None);
        assert_eq!((ran.exit, &*ran.stderr), (0, ""));
        let output = command(site.path()).args(arguments).env("RESPLOG_FAULT", format!("{call}:28")).output().unwrap();
        let stderr = text(&output.stderr);
        let read = |name: &str| fs::read_to_string(site.path().join(name)).unwrap();
        let reports = ["one.json", "two.json"].map(|name| serde_json::from_str::<Value>(&read(name)).unwrap());
        let metrics = read("m.prom");
        if output.status.code() == Some(0) {
            assert_eq!(reports[0]["status"], json!(["ok"]));
            // A call after the last one does not fail.
            if reports[0]["window"]["generation"] == 2 && wrong > 10 {
                break;
            }
            continue;
        }
        wrong += 1;
        assert_eq!(stderr.lines().count(), 1, "{call}: {stderr}");
        for report in &reports {
            let is_new = report["window"]["generation"] == 2;
            let status = &report["status"];
            let says = status.as_array().unwrap().iter().any(|it| it != "ok");
            assert_eq!(is_new, says, "call {call}: {status} {stderr}");
        }
        assert!(metrics.contains("resplog_last_success_timestamp_seconds 1795482000.000\n"), "{call}: {stderr}");
    }
    assert!(wrong > 20, "{wrong}");
}

#[test]
fn a_message_names_the_file_and_what_was_expected() {
    let said: [(&[&str], i32, &str); 8] = [
        (
            &["report", "a.log", "-o", "nodir/x.json"],
            4,
            "nodir/x.json: there is no folder nodir: expected one that exists",
        ),
        (
            &["report", "a.log", "--state", "nodir/s"],
            4,
            "nodir/s.lock: there is no folder nodir: expected one that exists",
        ),
        (&["report", "a.log", "--state", "d"], 4, "d: it is a folder: expected the name of a file"),
        (&["report", "a.log", "--rejects", "d"], 4, "d: it is a folder: expected the name of a file"),
        (
            &["report", "a.log", "--rejects", "nodir/r"],
            4,
            "nodir/r: there is no folder nodir: expected one that exists",
        ),
        (&["ticket", "a.log", "-o", "nodir/x.md"], 4, "nodir/x.md: there is no folder nodir: expected one that exists"),
        (&["state", "show", "nost"], 4, "nost: there is no such file: expected the state that --state names"),
        (
            &["report", "a.log", "--dedupe", "--tmp-dir", "nodir"],
            4,
            "temporary files in nodir: No such file or directory (os error 2)",
        ),
    ];
    for (arguments, exit, message) in said {
        let site = site();
        let ran = run(site.path(), arguments, None);
        let said = ran.stderr.replace(&format!(" at path \"{}\"", site.path().display()), "");
        assert_eq!((ran.exit, &*said), (exit, &*format!("resplog: {message}\n")), "{arguments:?}");
    }
}
