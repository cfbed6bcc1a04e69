//! What a ticket promises beyond its text: its ids stand where it says, and its commands do what they say, nothing else.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::packing::pack;
use crate::program::{folder, root, run, testdata};
use crate::{corpora, truth};

/// The ids of a ticket in text, each with where it says that the record stands.
fn places(ticket: &str) -> Vec<(&str, &str)> {
    let notes = ticket.split("below: for you").skip(1).flat_map(str::lines);
    notes.filter_map(|line| line.split_once(" at ")).filter(|(id, _)| !id.contains(' ')).collect()
}

/// Looks up every id that a ticket or a report of a log names: `find` tells the same line of each form of the log, and
/// of the plain one `sed` shows it.
fn check_places(log: &[u8], arguments: &[&str]) {
    let folder = folder(&[("plain", log), ("gzip", &pack("gzip", log)), ("xz", &pack("xz", log))]);
    for form in ["plain", "gzip", "xz"] {
        let ticket = run(folder.path(), ["ticket"].iter().chain(arguments).chain(&[form]), None).stdout;
        let report = run(folder.path(), ["report", "-f", "json", form], None).json();
        let rows = report["codes"].as_array().unwrap().iter().flat_map(|code| code["request_ids"].as_array().unwrap());
        let rows = rows.chain(report["look_into"].as_array().unwrap());
        let mut placed: BTreeSet<(String, u64)> =
            rows.map(|row| (row["request_id"].as_str().unwrap().to_owned(), row["line"].as_u64().unwrap())).collect();
        let of_ticket = places(&ticket);
        assert!(!of_ticket.is_empty(), "{ticket}");
        placed.extend(of_ticket.iter().map(|(id, place)| {
            let number = place.strip_prefix(form).unwrap().strip_prefix(':').unwrap();
            ((*id).to_owned(), number.parse().unwrap())
        }));
        let ids: BTreeSet<&str> = placed.iter().map(|(id, _)| id.as_str()).collect();
        let list = ids.into_iter().collect::<Vec<_>>().join("\n");
        fs::write(folder.path().join("ids"), list).unwrap();
        let found = run(folder.path(), ["find", "-f", "ndjson", "--ids-from", "ids", form], None);
        assert_eq!((found.exit, found.stderr.as_str()), (0, ""), "{form}");
        let row = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap();
        let found: BTreeSet<(String, u64)> = found
            .stdout
            .lines()
            .map(row)
            .map(|row| (row["request_id"].as_str().unwrap().to_owned(), row["line"].as_u64().unwrap()))
            .collect();
        assert!(placed.is_subset(&found), "{form}: {:?}", placed.difference(&found).collect::<Vec<_>>());
        if form == "plain" {
            placed.iter().for_each(|(id, number)| check_sed(folder.path(), id, *number));
        }
    }
}

/// What `sed` shows of the line of an id holds it, as JSON spells it or with other escapes.
fn check_sed(folder: &Path, id: &str, number: u64) {
    let command = format!("sed -n {number}p plain");
    let shown = Command::new("sh").args(["-c", &command]).current_dir(folder).output().unwrap().stdout;
    let shown = String::from_utf8_lossy(&shown).into_owned();
    assert_eq!(shown.matches('\n').count(), 1, "{command}");
    assert!(shown.contains(id) || shown.contains("\\u"), "{id} is not in line {number}: {shown}");
}

#[test]
fn ids_stand_at_the_lines_that_ticket_and_report_name() {
    for name in ["wrapped.ndjson", "bare.ndjson"] {
        check_places(&fs::read(testdata().join(name)).unwrap(), &["--class", "provider", "--class", "throttle"]);
    }
    if let Some(corpora) = corpora::folder() {
        check_places(&fs::read(corpora.join("documented-responses.ndjson")).unwrap(), &[]);
    }
}

/// A folder with the logs that the examples are made of, as far as they are at hand.
fn logs() -> tempfile::TempDir {
    let folder = folder(&[("wrapped.ndjson", &fs::read(testdata().join("wrapped.ndjson")).unwrap())]);
    if let Some(corpora) = corpora::folder() {
        let name = "documented-responses.ndjson";
        fs::copy(corpora.join(name), folder.path().join(name)).unwrap();
    }
    folder
}

#[test]
fn the_examples_are_what_their_commands_write() {
    let page = fs::read_to_string(root().join("docs/tickets.md")).unwrap();
    let examples = root().join("docs/examples");
    let folder = logs();
    let blessing = std::env::var_os("RESPLOG_BLESS").is_some();
    let commands = page.split("\n## Examples\n").nth(1).unwrap().lines();
    let mut compared = 0;
    for command in commands.map(|line| line.split(' ').collect::<Vec<_>>()) {
        if command[0] == "cargo" {
            let arguments = command.iter().skip_while(|argument| **argument != "--").skip(1);
            let Some(generator) = truth::generator() else { continue };
            assert!(Command::new(generator).args(arguments).current_dir(folder.path()).status().unwrap().success());
            check_places(&fs::read(folder.path().join("incident.ndjson")).unwrap(), &[]);
        } else if command[0] == "resplog" && folder.path().join(command[2]).exists() {
            let ran = run(folder.path(), &command[1..], None);
            assert_eq!((ran.exit, ran.stdout.as_str(), ran.stderr.as_str()), (0, "", ""), "{command:?}");
            let name = command.last().unwrap();
            let told = fs::read_to_string(folder.path().join(name)).unwrap();
            if blessing {
                fs::write(examples.join(name), &told).unwrap();
            }
            assert_eq!(told, fs::read_to_string(examples.join(name)).unwrap(), "{command:?}");
            compared += 1;
        }
    }
    assert!(compared >= 2);
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
    let folder = logs();
    if folder.path().join("documented-responses.ndjson").exists() {
        check_commands(folder.path(), "documented-responses.ndjson");
    }
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
