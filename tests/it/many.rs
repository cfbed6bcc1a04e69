//! Very many inputs, and very much to say about each code: a report stays small, and says that it leaves something out.

use std::fmt::Write;
use std::fs;

use resplog::internals::summary::fold::Fold;
use resplog::internals::summary::inputs::InputId;
use resplog::record::{Anomalies, Context, Form, Line, Origin, Outcome, Record};
use resplog::time::Nanos;
use serde_json::Value;

use crate::archives::{MEMORY_KIB, run_within};
use crate::library::report_of;
use crate::program::run;

const FAILED: &str = r#"{"Response":{"Error":{"Code":"InternalError","Message":"it failed"},"RequestId":"id-0001"}}"#;

#[test]
fn of_many_inputs_the_first_have_a_row_and_those_that_were_not_read_whole() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..4_110 {
        fs::write(folder.path().join(format!("{number:04}.log")), format!("{FAILED}\n")).unwrap();
    }
    // A gzip without its end.
    fs::write(folder.path().join("4105.log"), [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]).unwrap();
    let report = run(folder.path(), ["report", "-f", "json", "."], None).json();
    let inputs = report["inputs"].as_array().unwrap();
    assert_eq!(inputs.len(), 4_096 + 1 + 1);
    assert_eq!((&inputs[4_096]["path"], &inputs[4_096]["status"]), (&"./4105.log".into(), &"incomplete".into()));
    let rest = &inputs[4_097];
    assert_eq!(
        (&rest["path"], &rest["failed"], &rest["bytes"]),
        (&"(other)".into(), &13.into(), &(13 * (FAILED.len() + 1)).into())
    );
    assert_eq!(report["approximate"], true);
    let text = run(folder.path(), ["report", "."], None).stdout;
    assert!(text.contains("1 of 4110 inputs incomplete") && text.contains("4,110 inputs"), "{text}");
}

/// Every table is full: codes, messages, names, ids and buckets of time, none of which occurs twice.
#[test]
fn a_log_of_which_nothing_repeats_fits_into_the_memory_that_is_promised() {
    let folder = tempfile::tempdir().unwrap();
    let (lines, long) = (20_000_usize, "word ".repeat(60));
    let mut log = String::new();
    for number in 0..lines {
        let letters: String = number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect();
        let time = Nanos(1_400_000_000_000_000_000 + 23_333_000_000_000 * number as i64);
        writeln!(
            log,
            r#"{{"time":"{time}","service":"s{letters}{long}","action":"a{letters}{long}","region":"r{letters}","duration_ms":{number},"Response":{{"Error":{{"Code":"Made.Up{letters}","Message":"{letters} {long}"}},"RequestId":"id-{letters}"}}}}"#
        )
        .unwrap();
    }
    fs::write(folder.path().join("log"), log).unwrap();
    let ran =
        run_within(MEMORY_KIB, 32, folder.path(), &["report", "-f", "json", "-j", "8", "--by", "r=/region", "log"]);
    assert_eq!((ran.exit, &ran.json()["totals"]["failed"]), (0, &lines.into()), "{}", ran.stderr);
    assert_eq!(ran.json()["approximate"], true);
}

/// Text that grows sixfold when it is written as JSON.
fn hostile(name: &str, number: usize, length: usize) -> String {
    format!("{name}{number}{}", "\u{7f}".repeat(length))
}

#[test]
fn the_json_of_a_log_that_wants_much_of_it_stays_below_20_mb() {
    let mut fold = Fold::default();
    let mut offset = 0;
    for number in 0..80_000 {
        let (service, action) = (hostile("s", number % 1_100, 240), hostile("a", number % 4_200, 240));
        let (code, id) = (hostile("Made.Up", number % 5_000, 200), hostile("id-", number, 200));
        let message = hostile(&"word ".repeat(1 + number % 17), 0, 400);
        let context = Context {
            time: Some(Nanos(1_300_000_000_000_000_000 + 9_973_000_000_000 * number as i64)),
            service: Some(&service),
            action: Some(&action),
            region: Some(&service),
            ..Context::default()
        };
        let by = [Some(&*action)];
        let record = Record {
            outcome: Outcome::Failed,
            code: &code,
            message: &message,
            request_id: Some(&id),
            context,
            by: &by,
            form: Form::Envelope,
            pointer: Some(""),
        };
        let origin = Origin { input: 0, offset, chunk_offset: 0, line: offset };
        fold.observe(&Line::Record(record), Anomalies::NONE, origin);
        offset += 1;
    }
    fold.chunk(0, &(0..offset), offset);
    let summary = fold.finish([InputId { path: hostile("log", 0, 3_000), identity: None }]);
    let json = report_of(&summary);
    assert!(json.len() < 20_000_000, "{} bytes", json.len());
    let report: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(report["approximate"], true);
    assert_eq!(report["totals"]["failed"], 80_000);
    let listed = |list: &str, of: &str| {
        let codes = report["codes"].as_array().unwrap();
        codes
            .iter()
            .map(|code| code[list].as_array().unwrap().iter().filter(|row| row[of] != "(other)").count())
            .sum::<usize>()
    };
    let (messages, ids) = (listed("messages", "text"), listed("request_ids", "request_id"));
    // Of each kind some have room.
    assert!(messages > 20 && ids > 20, "{messages} messages and {ids} ids in {} bytes", json.len());
}
