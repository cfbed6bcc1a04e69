//! Every format says what the JSON report says, whatever the log holds, and none grows beyond its limit.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::injection::only_our_elements;
use crate::program::{folder, run, testdata};
use resplog::Format;

fn failure(time: u32, text: &str) -> String {
    let (hour, minute) = (time / 60 % 24, time % 60);
    json!({
        "time": format!("2026-11-24T{hour:02}:{minute:02}:00Z"), "service": text, "action": text, "region": text,
        "tenant": text, "duration_ms": 1 + time,
        "Response": {"Error": {"Code": text, "Message": text}, "RequestId": text},
    })
    .to_string()
}

pub fn report(folder: &Path, format: &str, more: &[&str], input: &str) -> String {
    let fixed =
        ["report", "-f", format, "--now", "2026-11-25", "--by", "tenant=/tenant", "--by", "day", "--top", "1000"];
    run(folder, fixed.iter().chain(more).chain(&[input]), None).stdout
}

/// The rows of a CSV table as RFC 4180 has it.
pub fn rows(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' if quoted && rest.peek() == Some(&'"') => cell.extend(rest.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            c => cell.push(c),
        }
    }
    assert!(!quoted && cell.is_empty() && row.is_empty(), "it ends in a row");
    rows
}

/// The numbers of a table by column, in the order of its rows.
fn numbers(text: &str, column: &str) -> Vec<f64> {
    let rows = rows(text);
    let place = rows[0].iter().position(|name| name == column).unwrap();
    rows[1..].iter().map(|row| row[place].parse().unwrap_or(f64::NAN)).collect()
}

fn of(json: &Value, list: &str, key: &str) -> Vec<f64> {
    json[list].as_array().unwrap().iter().map(|row| row[key].as_f64().unwrap_or(f64::NAN)).collect()
}

fn same(a: &[f64], b: &[f64], what: &str) {
    // The JSON parser at hand reads a number to the last digit but one.
    let is_same = |(a, b): (&f64, &f64)| (a - b).abs() <= 4.0 * f64::EPSILON * a.abs() || (a.is_nan() && b.is_nan());
    assert!(a.len() == b.len() && a.iter().zip(b).all(is_same), "{what}: {a:?} {b:?}");
}

/// A count as people read it.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(|it| std::str::from_utf8(it).unwrap()).collect();
    groups.join(",")
}

#[test]
fn csv_has_the_numbers_of_json() {
    let path = testdata().join("wrapped.ndjson");
    let input = path.to_str().unwrap();
    let table = |name| report(&testdata(), "csv", &["--table", name], input);
    let json: Value = serde_json::from_str(&report(&testdata(), "json", &[], input)).unwrap();
    for (name, keys) in [
        ("codes", &["count", "share"][..]),
        ("families", &["count"]),
        ("classes", &["count"]),
        ("services", &["ok", "failed", "failure_rate"]),
        ("actions", &["ok", "failed", "failure_rate"]),
        ("regions", &["ok", "failed", "failure_rate"]),
        ("by", &["ok", "failed", "failure_rate"]),
        ("look_into", &["line", "offset", "duration_ms"]),
        ("inputs", &["bytes", "lines", "blank", "malformed", "no_envelope", "ok", "failed", "dry_run", "filtered"]),
    ] {
        for key in keys {
            same(&numbers(&table(name), key), &of(&json, name, key), &format!("{name} {key}"));
        }
    }
    let buckets = &json["timeline"];
    same(&numbers(&table("timeline"), "failed"), &of(buckets, "buckets", "failed"), "timeline");
    let p99: Vec<_> = ["all", "ok", "failed"].map(|it| json["latency"][it]["p99"].as_f64().unwrap()).into();
    same(&numbers(&table("latency"), "p99_ms"), &p99, "latency");
    let totals = table("totals");
    for key in ["lines", "ok", "failed", "malformed", "no_envelope", "bytes", "failure_rate", "distinct_request_ids"] {
        let row = rows(&totals).into_iter().find(|row| row[0] == "totals" && row[1] == key).unwrap();
        same(&[row[2].parse().unwrap()], &[json["totals"][key].as_f64().unwrap()], key);
    }
}

#[test]
fn a_folder_gets_every_table() {
    let log = std::fs::read(testdata().join("wrapped.ndjson")).unwrap();
    let folder = folder(&[("log.ndjson", &log)]);
    std::fs::create_dir(folder.path().join("tables")).unwrap();
    let ran = run(folder.path(), ["report", "log.ndjson", "-o", "tables"], None);
    assert!(ran.stdout.is_empty(), "{ran:?}");
    for table in resplog::report::tables::Table::ALL {
        let file = folder.path().join("tables").join(table.as_str()).with_extension("csv");
        let text = std::fs::read_to_string(&file).unwrap();
        let rows = rows(&text);
        assert!(rows.iter().all(|row| row.len() == rows[0].len()), "{}", table.as_str());
    }
}

/// Samples by name and labels.
pub fn samples(text: &str) -> BTreeMap<&str, f64> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let samples: Vec<_> = lines.map(|line| line.rsplit_once(' ').unwrap()).collect();
    let by_name: BTreeMap<_, _> = samples.iter().map(|&(name, value)| (name, value.parse().unwrap())).collect();
    assert_eq!(samples.len(), by_name.len(), "no series twice");
    by_name
}

#[test]
fn prometheus_has_the_numbers_of_json() {
    let path = testdata().join("wrapped.ndjson");
    let input = path.to_str().unwrap();
    let json: Value = serde_json::from_str(&report(&testdata(), "json", &[], input)).unwrap();
    let text = report(&testdata(), "prometheus", &[], input);
    let samples = samples(&text);
    for class in ["blank", "malformed", "no_envelope", "ok", "failed", "dry_run", "duplicates", "filtered"] {
        let sample = samples[format!("resplog_lines{{class=\"{class}\"}}").as_str()];
        assert_eq!(Some(sample), json["totals"][class].as_f64(), "{class}");
    }
    same(&[samples["resplog_failure_rate"]], &[json["totals"]["failure_rate"].as_f64().unwrap()], "rate");
    for code in json["codes"].as_array().unwrap() {
        let name =
            format!("resplog_code_failures{{code={},class={},kind={}}}", code["code"], code["class"], code["kind"]);
        if let Some(sample) = samples.get(name.as_str()) {
            assert_eq!(Some(*sample), code["count"].as_f64(), "{name}");
        }
    }
    let failures = samples.iter().filter(|(name, _)| name.starts_with("resplog_code_failures{")).map(|it| it.1);
    assert_eq!(Some(failures.sum::<f64>() + samples["resplog_code_failures_rest"]), json["totals"]["failed"].as_f64());
    let median = json["latency"]["failed"]["p50"].as_f64().unwrap();
    assert_eq!(samples["resplog_duration_seconds{outcome=\"failed\",percentile=\"p50\"}"], median / 1e3);
    assert_eq!(samples["resplog_last_success_timestamp_seconds"], 1_795_564_800.0);
}

#[test]
fn the_last_success_survives_a_run_that_fails() {
    let folder = folder(&[("log.ndjson", b"{\"Response\":{\"RequestId\":\"abcd-1\"}}\n")]);
    let run_at = |now, inputs: &[&str]| {
        let fixed = ["report", "-o", "out.prom", "--now", now];
        run(folder.path(), fixed.iter().chain(inputs), None);
        let text = std::fs::read_to_string(folder.path().join("out.prom")).unwrap();
        let all = samples(&text);
        (all.get("resplog_last_success_timestamp_seconds").copied(), all["resplog_status{condition=\"input\"}"])
    };
    assert_eq!(run_at("2026-11-24", &["missing"]), (None, 1.0));
    assert_eq!(run_at("2026-11-25", &["log.ndjson"]), (Some(1_795_564_800.0), 0.0));
    assert_eq!(run_at("2026-11-26", &["log.ndjson", "missing"]), (Some(1_795_564_800.0), 1.0));
}

#[test]
fn documents_show_the_counts_of_json() {
    let path = testdata().join("wrapped.ndjson");
    let input = path.to_str().unwrap();
    let json: Value = serde_json::from_str(&report(&testdata(), "json", &[], input)).unwrap();
    let count = |value: &Value| grouped(value.as_u64().unwrap());
    let (markdown, html) = (report(&testdata(), "markdown", &[], input), report(&testdata(), "html", &[], input));
    for code in json["codes"].as_array().unwrap() {
        let (name, failed) = (code["code"].as_str().unwrap(), count(&code["count"]));
        let row = markdown.lines().find(|line| line.ends_with(&format!("| `{name}` |"))).unwrap();
        assert!(row.starts_with(&format!("| {failed} |")), "{row}");
        let row = html
            .lines()
            .find(|line| line.starts_with("<tr>") && line.contains(&format!("<code>{name}</code>")))
            .unwrap();
        assert!(row.contains(&format!("data-l=\"failed\">{failed}<")), "{row}");
    }
    for action in json["actions"].as_array().unwrap() {
        let (name, failed) = (action["action"].as_str().unwrap(), count(&action["failed"]));
        let calls = grouped(action["ok"].as_u64().unwrap() + action["failed"].as_u64().unwrap());
        assert!(markdown.contains(&format!("| {calls} | {failed} |")), "{name}");
        let html = html
            .lines()
            .find(|it| it.contains(&format!("<code>{name}</code>")) && it.contains("data-l=\"calls\""))
            .unwrap();
        assert!(html.contains(&format!(">{calls}<")) && html.contains(&format!(">{failed}<")), "{html}");
    }
    for id in json["look_into"].as_array().unwrap() {
        let id = id["request_id"].as_str().unwrap();
        assert!(
            markdown.contains(&format!("`{id}`")) && html.contains(&format!("<code class=\"id\">{id}</code>")),
            "{id}"
        );
    }
}

#[test]
fn classes_over_time_sum_to_the_failures_of_each_stretch() {
    let path = testdata().join("wrapped.ndjson");
    let input = path.to_str().unwrap();
    let json: Value = serde_json::from_str(&report(&testdata(), "json", &[], input)).unwrap();
    let html = report(&testdata(), "html", &["--code", "(none)"], input);
    let rows =
        html.lines().filter(|line| line.starts_with("<tr><td class=\"name\">2026-") && line.contains("-l=\"calls\""));
    let mut failed_in_all = 0;
    for row in rows {
        let cells =
            row.split(" data-l=\"").skip(1).map(|cell| cell.split('<').next().unwrap().split_once("\">").unwrap());
        let cells: Vec<_> = cells.map(|(name, number)| (name, number.parse::<u64>().unwrap_or(0))).collect();
        let failed = cells[1].1;
        assert_eq!(cells[1].0, "failed");
        assert_eq!(cells[2..].iter().map(|cell| cell.1).sum::<u64>(), failed, "{row}");
        failed_in_all += failed;
    }
    assert_eq!(Some(failed_in_all), json["totals"]["failed"].as_u64());
}

#[test]
fn ten_thousand_codes_fit() {
    // The longest names that a log can bring, of signs that grow the most when they are escaped.
    let mut log = String::new();
    for number in 0..10_000 {
        let name = format!("{number}.{}", "\"\u{202e}<".repeat(40));
        let _ = writeln!(log, "{}", failure(number, &name[..name.floor_char_boundary(250)]));
    }
    let folder = folder(&[("log.ndjson", log.as_bytes())]);
    let html = report(folder.path(), "html", &[], "log.ndjson");
    assert!(html.len() <= 200_000, "{}", html.len());
    assert!(html.contains(" more of "), "the rest is counted");
    only_our_elements(&html);
    let mail = report(folder.path(), "mail", &[], "log.ndjson");
    assert!(mail.len() <= 90_000, "{}", mail.len());
    let series = samples(&report(folder.path(), "prometheus", &[], "log.ndjson")).len();
    assert!(series <= 650, "{series}");
}

#[test]
fn an_empty_input_makes_a_report_in_every_format() {
    let folder = folder(&[("empty.ndjson", b"")]);
    for format in Format::ALL.map(Format::name) {
        let ran = run(folder.path(), ["report", "-f", format, "empty.ndjson"], None);
        assert!(ran.exit == 0 && ran.stdout.ends_with('\n'), "{format}: {ran:?}");
    }
}
