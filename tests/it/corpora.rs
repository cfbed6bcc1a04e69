//! The documented responses and the JSON conformance suite, line by line against the files beside them. They are not
//! part of the project: `RESPLOG_CORPORA` names their folder, and without it these tests say that they are skipped.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use resplog::profile::{Pointer, Profile};
use resplog::record::{Anomalies, LINE_BYTES_MAX, Line, Outcome, Record};
use resplog::scan::{Scanned, Scanner, ScannerKind, Tier};
use serde_json::{Map, Value, json};

/// The folder of the corpora, if the environment names one.
pub fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("RESPLOG_CORPORA").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: RESPLOG_CORPORA names no folder");
    }
    folder
}

/// What the expected files say of a line, in their words.
fn told(scanned: &Scanned<'_>) -> Map<String, Value> {
    let mut told = Map::new();
    let class = match scanned.line {
        Line::Blank => "blank",
        Line::Malformed(reason) => {
            told.insert("reason".into(), json!(reason.as_str()));
            "malformed"
        }
        Line::NoEnvelope | Line::Text | Line::Echo | Line::Unidentified(_) => scanned.line.class().as_str(),
        Line::Record(Record { outcome, code, message, request_id, .. }) => {
            if let Some(id) = request_id {
                told.insert("request_id".into(), json!(id));
            }
            if outcome != Outcome::Ok {
                told.insert("code".into(), json!(code));
                told.insert("message".into(), json!(message));
            }
            match outcome {
                Outcome::Ok => "ok",
                Outcome::Failed => "failed",
                Outcome::DryRun => "dry_run",
            }
        }
    };
    told.insert("class".into(), json!(class));
    if scanned.anomalies != Anomalies::NONE {
        let names: Vec<_> = scanned.anomalies.iter().map(|anomaly| anomaly.as_str()).collect();
        told.insert("anomalies".into(), json!(names));
    }
    told
}

fn check(folder: &Path, name: &str) {
    let log = std::fs::read(folder.join(name).with_extension("ndjson")).unwrap();
    let expected = match name.rsplit_once("all") {
        Some((folder, "")) => format!("{folder}expected.ndjson"),
        _ => format!("{name}.expected.ndjson"),
    };
    let expected = std::fs::read_to_string(folder.join(expected)).unwrap();
    let expected: Vec<Map<String, Value>> = expected.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let profile = Arc::new(Profile::at(vec![Pointer::default()]).of_json(true));
    let tiers = Tier::ALL.into_iter().filter(|tier| tier.is_available()).map(ScannerKind::Fast);
    for way in tiers.chain([ScannerKind::Full, ScannerKind::Reference]) {
        let mut scanner = Scanner::new(Arc::clone(&profile), LINE_BYTES_MAX, way);
        let mut lines = expected.iter();
        let mut number = 0;
        scanner.chunk(&log, true, |_, scanned| {
            number += 1;
            let mut expected = lines.next().unwrap().clone();
            assert_eq!(expected.remove("line"), Some(json!(number)));
            expected.remove("from");
            let mut told = told(scanned);
            if !expected.contains_key("message") {
                told.remove("message");
            }
            told.sort_keys();
            expected.sort_keys();
            assert_eq!(told, expected, "{name} line {number}, {way:?}");
        });
        assert_eq!(number, expected.len(), "{name}, {way:?}");
        eprintln!("{name} {way:?}: {:?}", scanner.decided());
    }
}

#[test]
fn every_line_is_as_expected_from_every_scanner() {
    let Some(folder) = folder() else { return };
    for name in ["documented-responses", "jts-envelope/all", "jts-envelope/deep"] {
        check(&folder, name);
    }
}

/// The lines whose classes the search for the response changes, beside the root alone.
fn searched(folder: &Path, name: &str) -> Vec<usize> {
    let log = std::fs::read(folder.join(name).with_extension("ndjson")).unwrap();
    let classes = |profile: Profile| {
        let mut classes = Vec::new();
        let mut scanner = Scanner::new(Arc::new(profile), LINE_BYTES_MAX, ScannerKind::Fast(Tier::best()));
        scanner.chunk(&log, true, |_, scanned| {
            let id = match scanned.line {
                Line::Record(record) => record.request_id.map(str::to_owned),
                _ => None,
            };
            classes.push((scanned.line.class(), id));
        });
        classes
    };
    let (root, anywhere) =
        (classes(Profile::at(vec![Pointer::default()]).of_json(true)), classes(Profile::default().of_json(true)));
    (1..)
        .zip(root.iter().zip(&anywhere))
        .filter(|(_, (root, anywhere))| root != anywhere)
        .map(|(line, _)| line)
        .collect()
}

#[test]
fn the_search_changes_only_responses_without_their_envelope() {
    let Some(folder) = folder() else { return };
    // Two have the id beside `Response`, so that the root is the response; the third has no envelope.
    assert_eq!(searched(&folder, "documented-responses"), [604, 605, 2927]);
    assert!(searched(&folder, "jts-envelope/all").is_empty());
    assert!(searched(&folder, "jts-envelope/deep").is_empty());
}
