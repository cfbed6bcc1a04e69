//! What loggers and gateways write around a response: those in `testdata/loggers`, and the held-out ones of
//! `RESPLOG_CORPORA`, which is skipped when that names no folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use resplog::time::time_from_text;
use serde_json::Value;

use crate::corpora;
use crate::library::{options, report};
use crate::program::testdata;

/// The rows of a table with the names of its columns in the first line.
fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let text = fs::read_to_string(path).unwrap();
    let mut lines = text.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').map(str::to_owned));
    let columns: Vec<_> = lines.next().unwrap().collect();
    lines.map(|row| columns.iter().cloned().zip(row).collect()).collect()
}

fn report_of(path: &Path) -> Value {
    serde_json::from_str(&report(&[("log", path)], &options())).unwrap()
}

/// What a field of the first record was read as.
fn sample(report: &Value, field: &str) -> Option<String> {
    report["inputs"][0]["fields"][field]["sample"].as_str().map(str::to_owned)
}

#[test]
fn the_lines_of_every_logger_are_read_as_its_row_says() {
    let folder = testdata().join("loggers");
    let rows = rows(&folder.join("EXPECTED.tsv"));
    assert_eq!(rows.len(), fs::read_dir(&folder).unwrap().count() - 1, "a row for each file");
    for row in &rows {
        let name = &row["logger"];
        let report = report_of(&folder.join(format!("{name}.ndjson")));
        let totals = &report["totals"];
        assert_eq!((&totals["lines"], &totals["ok"], &totals["failed"]), (&2.into(), &1.into(), &1.into()), "{name}");
        let pointers = report["inputs"][0]["envelope"].as_array().unwrap();
        let pointers: Vec<_> = pointers.iter().map(|pointer| pointer.as_str().unwrap()).collect();
        assert_eq!(pointers.join(" "), row["pointers"], "{name}");
        for field in ["time", "duration", "action", "region", "service"] {
            assert_eq!(sample(&report, field).unwrap_or("-".into()), row[field], "{field} of {name}");
        }
    }
}

#[test]
fn held_out_logs_are_read_as_expected() {
    let Some(folder) = corpora::folder().map(|folder| folder.join("field")).filter(|folder| folder.exists()) else {
        return;
    };
    let utc = resplog::time::Zone::Utc;
    let time = |text: &str| time_from_text(text, &utc).map_or(text.to_owned(), |time| time.to_string());
    let rows = rows(&folder.join("EXPECTED.tsv"));
    for row in &rows {
        let name = &row["file"];
        let report = report_of(&folder.join(name));
        for count in ["ok", "failed", "malformed", "no_envelope"] {
            assert_eq!(report["totals"][count].to_string(), row[count], "{count} of {name}");
        }
        for (column, field) in [
            ("time", "time"),
            ("duration_ms", "duration"),
            ("action", "action"),
            ("region", "region"),
            ("service", "service"),
        ] {
            let read = sample(&report, field).unwrap_or("(null)".into());
            let read = read.strip_suffix(" ms").filter(|_| field == "duration").unwrap_or(&read);
            let expected = if field == "time" { time(&row[column]) } else { row[column].clone() };
            assert!(expected == "-" || read == expected, "{field} of {name}: {read}, expected {expected}");
        }
    }
}
