//! Every format says what the JSON report says: `tests/read_back.py` reads the files with parsers that somebody else
//! wrote, those of Python's library and of `prometheus_client`. Where these are missing, a test says so and is skipped.

use std::env;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::LazyLock;

use crate::program::{folder, root, run, testdata};

/// A Python that has `prometheus_client`: `RESPLOG_PYTHON`, else that of the system.
static PYTHON: LazyLock<Option<String>> = LazyLock::new(|| {
    let python = env::var("RESPLOG_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let asked = Command::new(&python).args(["-c", "import prometheus_client"]).output();
    let is_there = asked.is_ok_and(|output| output.status.success());
    // Who names one wants it used.
    assert!(is_there || env::var_os("RESPLOG_PYTHON").is_none(), "{python} has no prometheus_client");
    is_there.then_some(python)
});

fn told(folder: &Path) -> Option<Output> {
    let Some(python) = PYTHON.as_ref() else {
        eprintln!("skipped: there is no Python with prometheus_client; RESPLOG_PYTHON names one");
        return None;
    };
    let script = root().join("tests/read_back.py");
    Some(Command::new(python).arg(script).arg(folder).env("PYTHONDONTWRITEBYTECODE", "1").output().unwrap())
}

/// Reads the formats in a folder back and compares them with its `report.json`.
pub fn read_back(folder: &Path) {
    let Some(output) = told(folder) else { return };
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
}

/// Makes every format of these inputs.
fn made(inputs: &[&str]) -> tempfile::TempDir {
    let out = folder(&[]);
    fs::create_dir(out.path().join("tables")).unwrap();
    let files = ["report.json", "report.html", "report.md", "report.eml", "report.prom", "tables"];
    let outputs = files.iter().flat_map(|name| ["-o".to_owned(), out.path().join(name).display().to_string()]);
    let fixed = ["report", "--top", "1000", "--now", "2026-11-25", "--by", "day", "--by", "place=/region"];
    let arguments = fixed.iter().chain(inputs).map(|&it| it.to_owned()).chain(outputs);
    let ran = run(&testdata(), arguments, None);
    assert!([0, 3].contains(&ran.exit), "{ran:?}");
    out
}

#[test]
fn every_format_has_the_numbers_of_json() {
    for inputs in [
        &["wrapped.ndjson"][..],
        &["bare.ndjson"],
        &["damaged.ndjson"],
        &["documentation.ndjson"],
        &["wrapped.ndjson", "bare.ndjson", "damaged.ndjson", "pretty.json", "rotated.ndjson", "foreign", "missing"],
        &["/dev/null"],
    ] {
        read_back(made(inputs).path());
    }
}

#[test]
fn a_number_that_differs_is_noticed() {
    let out = made(&["wrapped.ndjson"]);
    for (name, from, to) in [
        ("report.html", "data-l=\"failed\">57<", "data-l=\"failed\">58<"),
        ("report.html", ">62.6 %<", ">62.7 %<"),
        ("report.html", "fa5c3eb3-ac64", "fa5c3eb3-ac65"),
        ("report.html", "<h1>", "<h1><img>"),
        ("report.md", "| 57 |", "| 58 |"),
        ("report.eml", ">57</td>", ">58</td>"),
        ("report.prom", "resplog_lines{class=\"ok\"} 818", "resplog_lines{class=\"ok\"} 819"),
        ("tables/actions.csv", ",53,", ",54,"),
        ("tables/timeline.csv", "\"2026-11-24T01:45:00Z\"", "\"2026-11-24T01:46:00Z\""),
    ] {
        let path = out.path().join(name);
        let text = fs::read_to_string(&path).unwrap();
        let changed = text.replacen(from, to, 1);
        assert_ne!(text, changed, "{name} has {from}");
        fs::write(&path, changed).unwrap();
        if let Some(output) = told(out.path()) {
            assert_eq!(output.status.code(), Some(1), "{name}: {from} became {to}");
        }
        fs::write(&path, text).unwrap();
    }
}
