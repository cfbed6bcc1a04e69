//! What a user sees, as data: every folder of `testdata/cases/` is a run of the program with what it should say.
//! `testdata/README.md` tells what is in a folder; `RESPLOG_BLESS=1` writes what the program says now.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use crate::program::{Ran, run, testdata};

/// Where a case lets the program write files, and where it keeps what they should be.
const WRITTEN: (&str, &str) = ("written", "expected.written");

/// Every case, by name.
pub fn folders() -> Vec<PathBuf> {
    let entries = fs::read_dir(testdata().join("cases")).unwrap();
    let mut folders: Vec<_> = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

/// Runs a case in its folder.
pub fn ran(folder: &Path) -> Ran {
    let arguments = fs::read_to_string(folder.join("args")).unwrap();
    let written = folder.join(WRITTEN.0);
    let _ = fs::remove_dir_all(&written);
    if arguments.lines().any(|argument| Path::new(argument).starts_with(WRITTEN.0)) {
        fs::create_dir(&written).unwrap();
    }
    let stdin = fs::read(folder.join("stdin")).ok();
    run(folder, arguments.lines(), stdin.as_deref())
}

/// What a run left, as files of the case: name and text.
fn told(folder: &Path, ran: &Ran) -> Vec<(String, String)> {
    let stdout = if ran.stdout.starts_with(['{', '[']) { "expected.json" } else { "expected.txt" };
    let exit = if ran.exit == 0 { String::new() } else { format!("{}\n", ran.exit) };
    let mut told = vec![
        (stdout.to_owned(), ran.stdout.clone()),
        ("expected.stderr".to_owned(), ran.stderr.clone()),
        ("expected.exit".to_owned(), exit),
    ];
    for (name, text) in texts(&folder.join(WRITTEN.0)) {
        told.push((format!("{}/{name}", WRITTEN.1), text));
    }
    told.retain(|(_, text)| !text.is_empty());
    told
}

/// What a case expects, in the same form.
fn expected(folder: &Path) -> Vec<(String, String)> {
    let mut expected = texts(folder);
    expected.retain(|(name, _)| name.starts_with("expected."));
    for (name, text) in texts(&folder.join(WRITTEN.1)) {
        expected.push((format!("{}/{name}", WRITTEN.1), text));
    }
    expected
}

/// The files of a folder, hidden ones too; nothing when there is no such folder.
fn texts(folder: &Path) -> Vec<(String, String)> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let files = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    files
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned())
        })
        .collect()
}

fn bless(folder: &Path, told: &[(String, String)]) {
    for (name, _) in expected(folder) {
        fs::remove_file(folder.join(name)).unwrap();
    }
    for (name, text) in told {
        if name.starts_with(WRITTEN.1) {
            fs::create_dir_all(folder.join(WRITTEN.1)).unwrap();
        }
        fs::write(folder.join(name), text).unwrap();
    }
}

/// The first line in which two texts differ.
fn difference(name: &str, expected: &str, told: &str) -> String {
    let (expected, told): (Vec<_>, Vec<_>) = (expected.lines().collect(), told.lines().collect());
    let lines = 0..expected.len().max(told.len());
    let number = lines.into_iter().find(|&line| expected.get(line) != told.get(line)).unwrap_or(expected.len());
    let shown = |text: &[&str]| text.get(number).map_or("(nothing)".to_owned(), |line| format!("{line:?}"));
    format!("  {name}:{}\n    expected {}\n    told     {}\n", number + 1, shown(&expected), shown(&told))
}

#[test]
fn every_case_is_as_expected() {
    let blessing = std::env::var_os("RESPLOG_BLESS").is_some();
    let mut differences = String::new();
    let folders = folders();
    assert!(!folders.is_empty());
    for folder in &folders {
        let mut told = told(folder, &ran(folder));
        told.sort();
        let _ = fs::remove_dir_all(folder.join(WRITTEN.0));
        if blessing {
            bless(folder, &told);
        }
        let mut expected = expected(folder);
        expected.sort();
        if expected == told {
            continue;
        }
        writeln!(differences, "{}", folder.file_name().unwrap().display()).unwrap();
        let text = |of: &[(String, String)], name: &str| {
            of.iter().find(|(held, _)| held == name).map(|(_, text)| text.clone()).unwrap_or_default()
        };
        let names: std::collections::BTreeSet<_> = expected.iter().chain(&told).map(|(name, _)| name).collect();
        for name in names {
            let (expected, told) = (text(&expected, name), text(&told, name));
            if expected != told {
                differences.push_str(&difference(name, &expected, &told));
            }
        }
    }
    assert!(differences.is_empty(), "RESPLOG_BLESS=1 takes what the program says now:\n{differences}");
}
