//! Logs of a generator that knows what it wrote: every number of the report is the truth, from files and pipes. The
//! generator is an example of the project, which `cargo test` builds unless it is told to build less.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Map, Value, json};

use crate::program::{folder, run};

pub fn generator() -> Option<PathBuf> {
    let program = Path::new(env!("CARGO_BIN_EXE_resplog")).parent().unwrap().join("examples/generate");
    if !program.exists() {
        eprintln!("skipped: the generator is not built; cargo build --example generate");
        return None;
    }
    Some(program)
}

/// A map from the name of a row to what the row counts.
fn rows(report: &Value, list: &str, name: impl Fn(&Value) -> String, counts: &[&str]) -> Map<String, Value> {
    let row = |row: &Value| {
        let counted = match counts {
            [one] => row[one].clone(),
            several => {
                several.iter().map(|&count| (count.to_owned(), row[count].clone())).collect::<Map<_, _>>().into()
            }
        };
        (name(row), counted)
    };
    report[list].as_array().unwrap().iter().map(row).collect()
}

fn sorted(map: &Value) -> Value {
    let mut map = map.as_object().unwrap().clone();
    map.sort_keys();
    map.into()
}

fn assert_true(report: &Value, truth: &Value, log: &str) {
    let totals = &report["totals"];
    for name in ["lines", "bytes", "blank", "no_envelope", "ok", "failed", "dry_run", "missing_request_id"] {
        assert_eq!(totals[name], truth[name], "{log}: {name}");
    }
    let distinct = |of: &Value| of["distinct_request_ids"].as_f64().unwrap();
    let allowed = if distinct(truth) <= 4096.0 { 0.0 } else { 0.02 * distinct(truth) };
    assert!((distinct(totals) - distinct(truth)).abs() <= allowed, "{log}: distinct ids");
    assert_eq!(sorted(&report["malformed"]["reasons"]), sorted(&truth["malformed"]), "{log}: reasons");
    assert_eq!(sorted(&report["anomalies"]), sorted(&truth["anomalies"]), "{log}: anomalies");
    let word = |key: &'static str| move |row: &Value| row[key].as_str().unwrap().to_owned();
    let calls = ["ok", "failed"];
    let action = |row: &Value| format!("{}/{}", row["service"].as_str().unwrap(), row["action"].as_str().unwrap());
    for (list, told) in [
        ("codes", rows(report, "codes", word("code"), &["count"])),
        ("services", rows(report, "services", word("service"), &calls)),
        ("regions", rows(report, "regions", word("region"), &calls)),
        ("actions", rows(report, "actions", action, &calls)),
    ] {
        assert_eq!(sorted(&told.into()), sorted(&truth[list]), "{log}: {list}");
    }
    let latency =
        |kind: &str| json!({"count": report["latency"][kind]["count"], "max": report["latency"][kind]["max"]});
    for kind in ["ok", "failed"] {
        assert_eq!(latency(kind), truth["latency_ms"][kind], "{log}: durations of {kind}");
    }
    let all = &truth["latency_ms"];
    assert_eq!(latency("all"), json!({"count": all["count"], "max": all["max"]}), "{log}: durations");
    let mut minutes = rows(&report["timeline"], "buckets", word("start"), &calls);
    minutes.retain(|_, calls| *calls != json!({"ok": 0, "failed": 0}));
    assert_eq!(sorted(&minutes.into()), sorted(&truth["timeline"]), "{log}: timeline");
    for code in report["codes"].as_array().unwrap() {
        assert_exemplars(code, &truth["exemplars"][code["code"].as_str().unwrap()], log);
    }
}

/// The ids of each slot stand in the report, where they should, with what the log says of them.
fn assert_exemplars(code: &Value, truth: &Value, log: &str) {
    for (slot, exemplar) in truth.as_object().unwrap() {
        let ids = code["request_ids"].as_array().unwrap();
        if exemplar.is_null() {
            assert!(ids.iter().all(|id| id["reason"] != *slot), "{log}: {slot} of {}", code["code"]);
            continue;
        }
        let id = ids.iter().find(|id| id["request_id"] == exemplar["request_id"]);
        let id = id.unwrap_or_else(|| panic!("{log}: {slot} of {code:#} should be {exemplar}"));
        for (key, value) in exemplar.as_object().unwrap() {
            assert_eq!(id[key], *value, "{log}: {key} of {slot} of {}", code["code"]);
        }
    }
}

#[test]
fn the_report_of_a_generated_log_is_the_truth() {
    let Some(generator) = generator() else { return };
    let folder = folder(&[]);
    let path = |name: &str| folder.path().join(name);
    for mode in ["bare", "wrapped", "spaced", "large", "short", "nonascii", "escapes"] {
        for (damage, size) in [("0", "300K"), ("0.05", "2M")] {
            let generated = Command::new(&generator)
                .args(["--mode", mode, "--size", size, "--damage", damage, "--seed", "7"])
                .args(["-o".as_ref(), path("log").as_os_str(), "--truth".as_ref(), path("truth").as_os_str()])
                .status();
            assert!(generated.unwrap().success());
            let truth: Value = serde_json::from_slice(&fs::read(path("truth")).unwrap()).unwrap();
            let log = format!("--mode {mode} --size {size} --damage {damage} --seed 7");
            // What the generator knows is what the lines are as JSON.
            let arguments = ["report", "-f", "json", "--ids", "80", "--input-format", "ndjson"];
            let file = run(folder.path(), arguments.iter().chain(&["log"]), None);
            assert_eq!(file.exit, 0, "{log}: {}", file.stderr);
            assert_true(&file.json(), &truth, &log);
            let piped = run(folder.path(), arguments, Some(&fs::read(path("log")).unwrap()));
            assert_true(&piped.json(), &truth, &log);
        }
    }
}
