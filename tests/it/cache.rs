//! A cache changes no report, whatever happened to the files, to it, or to the runs that used it.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;

use crate::program::{Ran, command, folder, number, run, send_if_it_runs, testdata};

/// Sets the time of a file to one at which nobody writes to it any more.
fn settle(path: &Path) {
    let hour_ago = SystemTime::now() - Duration::from_secs(3_600);
    File::options().append(true).open(path).unwrap().set_modified(hour_ago).unwrap();
}

fn logs() -> tempfile::TempDir {
    let folder = folder(&[]);
    let path = folder.path();
    fs::create_dir(path.join("logs")).unwrap();
    for name in ["bare.ndjson", "wrapped.ndjson", "damaged.ndjson", "pretty.json"] {
        fs::copy(testdata().join(name), path.join("logs").join(name)).unwrap();
    }
    let packed = std::process::Command::new("sh")
        .args(["-c", "cd logs && gzip -k wrapped.ndjson && tar -cf all.tar bare.ndjson damaged.ndjson && head -c 900 wrapped.ndjson.gz > cut.gz"])
        .current_dir(path)
        .status();
    assert!(packed.unwrap().success());
    fs::read_dir(path.join("logs")).unwrap().for_each(|log| settle(&log.unwrap().path()));
    folder
}

fn plain(folder: &Path) -> Ran {
    run(folder, ["report", "logs", "-f", "json"], None)
}

fn cached(folder: &Path, options: &[&str]) -> Ran {
    run(folder, [&["report", "logs", "-f", "json", "--cache", "cache"], options].concat(), None)
}

/// The entries of the cache, by the names of their inputs.
fn entries(folder: &Path) -> Vec<String> {
    let shown = run(folder, ["cache", "show", "cache", "-f", "json"], None).json();
    let names =
        |entry: &Value| entry["inputs"].as_array().unwrap().iter().map(|it| it.as_str().unwrap().to_owned()).collect();
    let mut names: Vec<_> =
        shown["entries"].as_array().unwrap().iter().flat_map(|it| -> Vec<String> { names(it) }).collect();
    names.sort();
    names
}

fn assert_same(folder: &Path, what: &str) {
    let (told, expected) = (cached(folder, &[]), plain(folder));
    assert_eq!((told.stdout, told.stderr, told.exit), (expected.stdout, expected.stderr, expected.exit), "{what}");
}

#[test]
fn a_cache_changes_no_report() {
    let folder = logs();
    let path = folder.path();
    assert_same(path, "the first run");
    let whole = [
        "logs/all.tar/bare.ndjson",
        "logs/all.tar/damaged.ndjson",
        "logs/bare.ndjson",
        "logs/damaged.ndjson",
        "logs/pretty.json",
        "logs/wrapped.ndjson",
        "logs/wrapped.ndjson.gz",
    ];
    assert_eq!(entries(path), whole, "what is cut is not kept");
    assert_same(path, "the second run");
    let told = cached(path, &["--verify"]);
    assert_eq!((told.stdout, told.exit), (plain(path).stdout, 3));
    for options in [&["--service", "cvm"][..], &["--by", "app=/app"], &["--by", "day", "--tz", "+08:00"], &["-j", "3"]]
    {
        let expected = run(path, [&["report", "logs", "-f", "json"], options].concat(), None);
        for _ in 0..2 {
            assert_eq!(cached(path, options).stdout, expected.stdout, "{options:?}");
        }
    }
    let listed = run(path, ["report", ".", "-f", "json"], None).json();
    let inputs = listed["inputs"].as_array().unwrap();
    assert!(inputs.iter().all(|input| !input["path"].as_str().unwrap().contains("cache")), "a cache is not a log");
}

#[test]
fn files_that_changed_are_read() {
    let folder = logs();
    let path = folder.path();
    let log = path.join("logs/bare.ndjson");
    let kept = fs::read(&log).unwrap();
    let mut other = kept.clone();
    let place = kept.windows(15).position(|it| it == br#""InternalError."#.get(..15).unwrap()).unwrap();
    other[place + 1] = b'X';
    assert_same(path, "at first");
    let times = fs::metadata(&log).unwrap().modified().unwrap();

    fs::write(&log, &other).unwrap();
    File::options().append(true).open(&log).unwrap().set_modified(times).unwrap();
    assert_same(path, "written over, with the same size and time");
    fs::write(path.join("new"), &kept).unwrap();
    File::options().append(true).open(path.join("new")).unwrap().set_modified(times).unwrap();
    fs::rename(path.join("new"), &log).unwrap();
    assert_same(path, "replaced by another file of the same size and time");
    fs::write(&log, [&kept[..], &kept[..]].concat()).unwrap();
    assert_same(path, "grown");
    let before = entries(path).len();
    assert_same(path, "written to just now");
    assert_eq!(entries(path).len(), before, "what was written to just now is not kept");
    settle(&log);
    assert_same(path, "touched");
    fs::remove_file(&log).unwrap();
    assert_same(path, "gone");
}

#[test]
fn a_damaged_cache_is_read_afresh_and_replaced() {
    let folder = logs();
    let path = folder.path();
    assert_same(path, "at first");
    let files = || fs::read_dir(path.join("cache")).unwrap().map(|entry| entry.unwrap().path());
    let entries: Vec<_> = files().filter(|it| it.extension().is_some_and(|it| it == "cached")).collect();
    assert!(!entries.is_empty());
    for (number, entry) in entries.iter().enumerate() {
        let mut bytes = fs::read(entry).unwrap();
        match number % 3 {
            0 => bytes.truncate(bytes.len() / 2),
            1 => bytes[number * 7 + 8] ^= 4,
            _ => bytes.clear(),
        }
        fs::write(entry, bytes).unwrap();
    }
    assert_same(path, "damaged");
    let repaired = entries.iter().all(|entry| fs::metadata(entry).unwrap().len() > 100);
    assert!(repaired, "damaged entries are replaced");
    // An entry that is whole, and of another file: by its name, and then by what it says of itself too.
    fs::copy(&entries[0], &entries[1]).unwrap();
    assert_same(path, "put in the place of another");
    let key = |entry: &Path| entry.file_stem().unwrap().as_encoded_bytes().to_vec();
    let mut forged = fs::read(&entries[0]).unwrap();
    forged.truncate(forged.len() - key(&entries[0]).len());
    forged.extend(key(&entries[1]));
    fs::write(&entries[1], forged).unwrap();
    let told = cached(path, &["--verify"]);
    assert_eq!(told.stdout, plain(path).stdout);
    assert!(told.stderr.contains("the cache held something else"), "{}", told.stderr);
    assert_same(path, "repaired");
}

#[test]
fn what_fails_in_a_cache_fails_nothing_else() {
    let folder = logs();
    let path = folder.path();
    let expected = plain(path).stdout;
    // No room on the disk, from each call of the file system on.
    for call in 1..12 {
        let _ = fs::remove_dir_all(path.join("cache"));
        let mut full = command(path);
        full.args(["report", "logs", "-f", "json", "--cache", "cache"]).env("RESPLOG_FAULT", format!("{call}+:28"));
        assert_eq!(String::from_utf8(full.output().unwrap().stdout).unwrap(), expected, "{call}");
    }
    // A run that is killed at any call, and others beside it.
    for call in 1..40 {
        let mut killed = command(path);
        killed.args(["report", "logs", "-f", "json", "--cache", "cache"]).env("RESPLOG_FAULT", format!("{call}:kill"));
        let mut beside = command(path);
        beside.args(["report", "logs", "-f", "json", "--cache", "cache"]);
        let beside = beside.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null()).spawn().unwrap();
        let _ = killed.output().unwrap();
        assert_eq!(String::from_utf8(beside.wait_with_output().unwrap().stdout).unwrap(), expected, "{call}");
        assert_eq!(cached(path, &[]).stdout, expected, "{call}");
        if call % 10 == 0 {
            let _ = fs::remove_dir_all(path.join("cache"));
        }
    }
    // A file may not grow as far as an entry needs.
    let _ = fs::remove_dir_all(path.join("cache"));
    let mut limited = Command::new("/bin/sh");
    limited.args(["-c", "ulimit -f 1; exec \"$0\" report logs -f json --cache cache", env!("CARGO_BIN_EXE_resplog")]);
    let limited = limited.env_clear().current_dir(path).output().unwrap();
    assert_eq!(String::from_utf8(limited.stdout).unwrap(), expected);
    assert!(String::from_utf8_lossy(&limited.stderr).contains("its summary is not kept"), "{:?}", limited.status);
    assert_eq!(run(path, ["report", "logs", "--cache", "logs/bare.ndjson"], None).exit, 2);
}

#[test]
fn runs_that_are_killed_leave_no_wrong_report() {
    let folder = logs();
    let path = folder.path();
    let expected = plain(path).stdout;
    // Moments from its start to a little later than its end, however fast the program was built to be.
    let began = Instant::now();
    assert_eq!(cached(path, &[]).stdout, expected);
    let whole = began.elapsed();
    fs::remove_dir_all(path.join("cache")).unwrap();
    // `.ci/long` asks for more.
    let kills = number("RESPLOG_KILLS", 10);
    let (mut tried, mut done) = (0, 0);
    while done < kills {
        let mut killed = command(path);
        killed.args(["report", "logs", "-f", "json", "--cache", "cache", "-o", "report.json"]);
        let mut child = killed.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap();
        std::thread::sleep(whole * (tried * 7 % 60) / 50);
        send_if_it_runs(&child, "KILL");
        done += u64::from(child.wait().unwrap().code().is_none());
        tried += 1;
        if let Ok(report) = fs::read_to_string(path.join("report.json")) {
            assert_eq!(report, expected);
        }
        assert_eq!(cached(path, &[]).stdout, expected, "{tried}");
        if tried % 5 == 0 {
            let _ = fs::remove_dir_all(path.join("cache"));
        }
    }
    println!("{done} runs killed, {} ended before that", u64::from(tried) - done);
}

#[test]
fn a_cache_is_bounded_and_pruned() {
    let folder = logs();
    let path = folder.path();
    assert_same(path, "at first");
    let all = entries(path).len();
    let bytes = run(path, ["cache", "show", "cache", "-f", "json"], None).json()["bytes"].as_u64().unwrap();
    let half = (bytes / 2).to_string();
    assert_eq!(cached(path, &["--cache-bytes", &half]).stdout, plain(path).stdout);
    let left = entries(path).len();
    assert!(left > 0 && left < all, "{left} of {all}");
    let pruned = run(path, ["cache", "prune", "cache", "--cache-bytes", "1"], None);
    assert!(pruned.exit == 0 && pruned.stdout.starts_with("removed "), "{pruned:?}");
    assert_eq!(run(path, ["cache", "show", "cache"], None).stdout, "0 summaries, 0 bytes\n");
    let other = run(path, ["cache", "prune", "logs"], None);
    assert!(other.exit == 4 && other.stderr.contains("this is not a cache of resplog"), "{other:?}");
    for option in [&["--state", "state"][..], &["--dedupe"], &["--rejects", "rejects"]] {
        assert_eq!(cached(path, option).exit, 2, "{option:?}");
    }
}
