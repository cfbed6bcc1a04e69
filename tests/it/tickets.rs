//! What a ticket promises beyond its text: its ids stand where it says, and its commands do what they say, nothing else.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::program::{folder, run, testdata};

/// The ids of a ticket in text, each with where it says that the record stands.
fn places(ticket: &str) -> Vec<(&str, &str)> {
    let notes = ticket.split("below: for you").skip(1).flat_map(str::lines);
    notes.filter_map(|line| line.split_once(" at ")).filter(|(id, _)| !id.contains(' ')).collect()
}

#[test]
fn ids_stand_at_the_lines_that_the_ticket_names() {
    for name in ["wrapped.ndjson", "bare.ndjson"] {
        let ticket = run(&testdata(), ["ticket", "--class", "provider", "--class", "throttle", name], None);
        let log = fs::read_to_string(testdata().join(name)).unwrap();
        let places = places(&ticket.stdout);
        assert!(!places.is_empty(), "{}", ticket.stdout);
        for (id, place) in places {
            let number: usize = place.strip_prefix(name).unwrap().strip_prefix(':').unwrap().parse().unwrap();
            assert!(log.lines().nth(number - 1).unwrap().contains(id), "{id} {place}");
            let found = run(&testdata(), ["find", id, name], None);
            assert!(found.exit == 0 && found.stdout.contains(place), "{id} {place}: {found:?}");
        }
    }
}

/// Runs a line under bash with a `tccli` that writes down its arguments, and gives them and what else the line left.
fn run_command(command: &str) -> (Vec<String>, Vec<String>) {
    let folder = folder(&[("tccli", b"#!/bin/sh\nprintf '%s\\n' \"$@\" > arguments\n")]);
    let stub = folder.path().join("tccli");
    fs::set_permissions(&stub, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", folder.path().display());
    let status =
        Command::new("bash").args(["-c", command]).current_dir(folder.path()).env("PATH", path).status().unwrap();
    assert!(status.success(), "{command}");
    let arguments = fs::read_to_string(folder.path().join("arguments")).unwrap();
    let entries = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut left: Vec<_> = entries.filter(|name| name != "tccli" && name != "arguments").collect();
    left.sort();
    (arguments.lines().map(str::to_owned).collect(), left)
}

fn check_commands(folder: &Path, log: &str) {
    for format in ["text", "markdown"] {
        let ticket = run(folder, ["ticket", "-f", format, log], None);
        let commands: Vec<_> = ticket.stdout.lines().map(str::trim).filter(|line| line.starts_with("tccli ")).collect();
        assert!(!commands.is_empty(), "{}", ticket.stdout);
        for command in commands {
            let (arguments, left) = run_command(command);
            assert!(left.is_empty(), "{command}: {left:?}");
            let [service, action, _, _, from, start, to, end, attributes, json] = &arguments[..] else {
                panic!("{command}: {arguments:?}")
            };
            assert_eq!(
                [service, action, from, to, attributes],
                ["cloudaudit", "DescribeEvents", "--StartTime", "--EndTime", "--LookupAttributes"]
            );
            let (start, end): (u64, u64) = (start.parse().unwrap(), end.parse().unwrap());
            assert!(start < end && end - start < 30 * 86_400);
            let json: serde_json::Value = serde_json::from_str(json).unwrap();
            assert_eq!(json[0]["AttributeKey"], "RequestId");
            assert!(ticket.stdout.contains(json[0]["AttributeValue"].as_str().unwrap()));
        }
    }
}

#[test]
fn commands_ask_for_one_id_and_do_nothing_else() {
    check_commands(&testdata(), "wrapped.ndjson");
    check_commands(&testdata(), "bare.ndjson");
    check_commands(&testdata().join("cases/ticket-hostile"), "a.ndjson");
}

#[test]
fn evidence_is_a_log_of_the_failures_that_are_written_up() {
    let folder = folder(&[]);
    let evidence = folder.path().join("evidence.ndjson");
    let evidence = evidence.to_str().unwrap();
    let all = ["--class", "provider", "--class", "capacity", "--class", "throttle"];
    let ticket = ["ticket", "wrapped.ndjson", "--evidence", evidence];
    run(&testdata(), ticket.into_iter().chain(all), None);
    let again = run(&testdata(), ["report", "-f", "json", evidence], None).json();
    let whole = run(&testdata(), ["report", "-f", "json", "wrapped.ndjson"].into_iter().chain(all), None).json();
    assert_eq!(again["totals"]["ok"], 0);
    let counts = |report: &serde_json::Value| {
        let rows = report["codes"].as_array().unwrap().iter();
        rows.map(|row| (row["code"].to_string(), row["count"].to_string())).collect::<Vec<_>>()
    };
    assert_eq!(counts(&again), counts(&whole));
    for line in fs::read_to_string(evidence).unwrap().lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let allowed = ["input", "line", "time", "service", "action", "region", "duration_ms", "Response"];
        assert!(row.as_object().unwrap().keys().all(|key| allowed.contains(&key.as_str())), "{line}");
        let response = row["Response"].as_object().unwrap();
        assert!(response.keys().all(|key| ["Error", "RequestId"].contains(&key.as_str())), "{line}");
    }
}

#[test]
fn a_pipe_is_read_twice() {
    let log = fs::read(testdata().join("wrapped.ndjson")).unwrap();
    let piped = run(&testdata(), ["ticket", "-f", "csv"], Some(&log));
    let named = run(&testdata(), ["ticket", "-f", "csv", "wrapped.ndjson"], None);
    assert_eq!((piped.stdout, piped.exit), (named.stdout, 0));
}
