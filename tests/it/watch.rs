//! `watch` as programs and scripts use it: rows on a pipe, exit codes, signals. What becomes of files meanwhile is for
//! `watch_model`, the screen for `watch_screen`.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::program::{Ran, command, on_pipe, run, send};
use crate::state::{Site, is_failed, line};

/// How long a test waits for something that must come; far more than it takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// A line whose time is now.
fn fresh(number: u64) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    line(number).replacen(&format!("\"{}\"", &line(number)[9..29]), &now.to_string(), 1)
}

/// A watch that writes rows.
struct Rows {
    child: Child,
    out: BufReader<std::process::ChildStdout>,
}

impl Rows {
    fn begin(site: &Site, arguments: &[&str]) -> Self {
        let mut command = command(&site.path(""));
        let mut child =
            command.arg("watch").args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        // Time to begin at the ends of the logs.
        std::thread::sleep(Duration::from_millis(1500));
        Self { child, out }
    }

    fn next(&mut self) -> Option<Value> {
        let mut row = String::new();
        self.out.read_line(&mut row).unwrap();
        (!row.is_empty()).then(|| serde_json::from_str(&row).unwrap())
    }

    /// The rest of the rows, and the exit code.
    fn rest(mut self) -> (Vec<Value>, Option<i32>) {
        let mut rows = Vec::new();
        while let Some(row) = self.next() {
            rows.push(row);
        }
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (rows, status.code());
            }
            assert!(begun.elapsed() < PATIENCE, "it does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn rows(ran: &Ran) -> Vec<Value> {
    ran.stdout.lines().map(|row| serde_json::from_str(row).unwrap()).collect()
}

fn watch(site: &Site, arguments: &[&str], stdin: Option<&[u8]>) -> Ran {
    run(&site.path(""), [&["watch"], arguments].concat(), stdin)
}

/// The sums of windows.
fn sum(rows: &[Value], name: &str) -> u64 {
    let windows = rows.iter().filter(|row| row["event"] == "window");
    windows.map(|row| row["totals"][name].as_u64().unwrap()).sum()
}

#[test]
fn what_comes_through_a_pipe_is_counted_and_the_end_of_the_pipe_ends_the_watch() {
    let site = Site::new();
    let text: String = (1..1001).map(fresh).collect();
    let ran = watch(&site, &[], Some(text.as_bytes()));
    assert_eq!((ran.exit, &*ran.stderr), (0, ""));
    let rows = rows(&ran);
    assert_eq!((rows.len(), &rows[0]["schema"], &rows[0]["event"]), (1, &json!("resplog.watch/1"), &json!("window")));
    assert_eq!((sum(&rows, "ok"), sum(&rows, "failed")), (667, 333));
    assert_eq!((&rows[0]["last"], &rows[0]["verdict"]["word"]), (&json!(true), &json!("FAILURES")));
    assert_eq!(rows[0]["codes"][0]["code"], "InternalError");
    assert_eq!(rows[0]["inputs"][0]["path"], "-");
    assert_eq!(rows[0]["unread_bytes"], 0);
}

#[test]
fn a_packed_pipe_is_unpacked() {
    let site = Site::new();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all((1..101).map(fresh).collect::<String>().as_bytes()).unwrap();
    let ran = watch(&site, &["-"], Some(&encoder.finish().unwrap()));
    assert_eq!((ran.exit, sum(&rows(&ran), "responses")), (0, 100));
}

#[test]
fn a_line_that_is_cut_by_the_end_of_a_pipe_is_no_doubt() {
    let site = Site::new();
    let text: String = [1, 2, 4].map(fresh).concat();
    let ran = watch(&site, &["--fail-if", "malformed > 0"], Some(&text.as_bytes()[..text.len() - 20]));
    let row = &rows(&ran)[0];
    assert_eq!(
        (ran.exit, &row["totals"]["malformed"], &row["verdict"]["word"]),
        (0, &json!(1), &json!("OK")),
        "{row:#}"
    );
    assert_eq!((&row["inputs"][0]["unfinished"], &row["inputs"][0]["status"]), (&json!(true), &json!("ok")));
}

#[test]
fn only_what_comes_after_the_start_is_counted_in_windows_that_add_up() {
    let site = Site::new();
    site.append("logs/app.log", &(0..50).map(fresh).collect::<String>());
    let rows = Rows::begin(&site, &["logs", "--window", "1s", "--for", "7s"]);
    for number in 100..120 {
        site.append("logs/app.log", &fresh(number));
        std::thread::sleep(Duration::from_millis(100));
    }
    site.rename("logs/app.log", "logs/app.log.1");
    site.append("logs/app.log", &fresh(120));
    site.append("logs/new.log", &fresh(121));
    let (rows, exit) = rows.rest();
    assert_eq!((exit, sum(&rows, "responses")), (Some(0), 22), "{rows:#?}");
    assert!(rows.len() >= 3, "{}", rows.len());
    let ends: Vec<_> = rows.iter().map(|row| (row["from"].clone(), row["to"].clone())).collect();
    assert!(ends.windows(2).all(|two| two[0].1 == two[1].0), "{ends:?}");
    assert_eq!(rows.iter().filter(|row| row["last"] == true).count(), 1);
}

#[test]
fn a_watch_may_begin_before_it_began() {
    let site = Site::new();
    site.append("logs/app.log", &(0..50).map(fresh).collect::<String>());
    site.write("logs/old.log", 0..50);
    let ran = watch(&site, &["logs", "--since", "30m", "--for", "2s"], None);
    assert_eq!((ran.exit, sum(&rows(&ran), "responses")), (0, 50), "{ran:?}");
}

#[test]
fn a_rule_that_begins_and_ceases_to_hold_is_told_and_sets_the_exit_code() {
    let site = Site::new();
    site.append("logs/app.log", "");
    let rule = "failed >= 2";
    let mut rows = Rows::begin(&site, &["logs/app.log", "--window", "2s", "--fail-if", rule, "--for", "9s"]);
    site.append("logs/app.log", &[3, 6, 9].map(fresh).concat());
    let mut events = Vec::new();
    while let Some(row) = rows.next() {
        if row["event"] == "rule" {
            events.push(row);
        }
    }
    let (_, exit) = rows.rest();
    let told: Vec<_> = events.iter().map(|row| (row["rule"].clone(), row["holds"].clone())).collect();
    assert_eq!(told, [(json!(rule), json!(true)), (json!(rule), json!(false))], "{events:#?}");
    assert_eq!((exit, &events[0]["value"]), (Some(1), &json!(3.0)));
}

#[test]
fn the_first_breach_ends_a_watch_that_waits_for_it() {
    let site = Site::new();
    site.append("logs/app.log", "");
    let begun = Instant::now();
    let rows = Rows::begin(&site, &["logs", "--fail-if", "failed > 0", "--until-breach", "--for", "50s"]);
    site.append("logs/app.log", &fresh(3));
    let (rows, exit) = rows.rest();
    assert_eq!(exit, Some(1));
    assert!(begun.elapsed() < Duration::from_secs(40));
    assert_eq!(
        (&rows[0]["event"], &rows[1]["event"], &rows[1]["breaches"][0]["rule"]),
        (&json!("rule"), &json!("window"), &json!("failed > 0"))
    );
    let ran = watch(&site, &["logs", "--fail-if", "failed > 0", "--until-breach", "--for", "1s"], None);
    assert_eq!(ran.exit, 0, "nothing failed since it began: {ran:?}");
}

#[test]
fn a_rule_on_too_little_waits_for_a_full_window() {
    let site = Site::new();
    site.append("logs/app.log", "");
    let ran = watch(&site, &["logs", "--fail-if", "responses < 5", "--until-breach", "--for", "2s"], None);
    assert_eq!(ran.exit, 0, "{ran:?}");
    let rule = ["--fail-if", "responses < 5", "--until-breach", "--window", "1s", "--for", "30s"];
    assert_eq!(watch(&site, &[&["logs"], &rule[..]].concat(), None).exit, 1);
}

#[test]
fn a_signal_ends_a_watch_with_its_last_window() {
    for (signal, exit) in [("INT", 130), ("TERM", 143)] {
        let site = Site::new();
        site.append("logs/app.log", "");
        let rows = Rows::begin(&site, &["logs"]);
        site.append("logs/app.log", &(0..9).map(fresh).collect::<String>());
        std::thread::sleep(Duration::from_millis(2500));
        send(&rows.child, signal);
        let (rows, code) = rows.rest();
        assert_eq!((code, rows.len(), sum(&rows, "responses")), (Some(exit), 1, 9));
        assert_eq!(rows[0]["status"], json!(["interrupted"]));
    }
}

#[test]
fn a_reader_that_goes_ends_the_watch() {
    let site = Site::new();
    site.append("logs/app.log", "");
    let Rows { mut child, out } = Rows::begin(&site, &["logs", "--for", "50s"]);
    drop(out);
    let begun = Instant::now();
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(141));
    assert!(begun.elapsed() < Duration::from_secs(30));
}

#[test]
fn what_is_missing_at_the_end_is_told() {
    let site = Site::new();
    let ran = watch(&site, &["logs/none.log", "--for", "1s"], None);
    assert_eq!((ran.exit, &rows(&ran)[0]["inputs"][0]["status"]), (3, &json!("error")));
    assert!(ran.stderr.contains("logs/none.log: No such file"), "{}", ran.stderr);
    // A folder that comes while it is watched is no error.
    let rows = Rows::begin(&site, &["late", "--for", "5s"]);
    std::fs::create_dir(site.path("late")).unwrap();
    site.append("late/app.log", &fresh(1));
    let (rows, exit) = rows.rest();
    assert_eq!((exit, sum(&rows, "responses")), (Some(0), 1), "{rows:#?}");
}

#[test]
fn what_cannot_be_followed_is_refused_or_named() {
    let site = Site::new();
    for arguments in [
        &["cos://bucket/logs"][..],
        &["s3://bucket/logs"],
        &["logs", "--window", "0s"],
        &["logs", "--window", "soon"],
        &["logs", "--for", "-1"],
        &["logs", "--until-breach"],
        &["logs", "--fail-if", "nonsense >"],
        &["logs", "--window", "1s", "--since", "7d"],
        &["logs", "--exec", "true"],
        &["logs", "--state", "state"],
    ] {
        let ran = watch(&site, arguments, None);
        assert_eq!((ran.exit, &*ran.stdout), (2, ""), "{arguments:?}: {ran:?}");
    }
    assert!(watch(&site, &["cos://bucket/logs"], None).stderr.contains("objects of a store cannot be followed"));
    site.append("logs/values.json", "[{\"Response\":{\"RequestId\":\"0f3ac1de-77b1-4c39-9a55-2d1b6f0e8c41\"}}]\n");
    let ran = watch(&site, &["logs", "--for", "1s"], None);
    assert_eq!((ran.exit, sum(&rows(&ran), "responses")), (3, 0));
    assert!(ran.stderr.contains("a stream of JSON values cannot be followed"), "{}", ran.stderr);
}

#[test]
fn values_through_a_pipe_are_refused_once() {
    let site = Site::new();
    let (child, mut writer) = on_pipe(&site.path(""), &["watch"]);
    let value = "{\"Response\":{\"RequestId\":\"0f3ac1de-77b1-4c39-9a55-2d1b6f0e8c41\"}}";
    for text in [format!("[{value},\n"), format!("{value},\n"), format!("{value}]\n")] {
        writer.write_all(text.as_bytes()).unwrap();
        std::thread::sleep(Duration::from_millis(1500));
    }
    drop(writer);
    let output = child.wait_with_output().unwrap();
    let row: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &row["totals"]["responses"]), (Some(3), &json!(0)), "{row:#}");
    assert_eq!(row["inputs"][0]["status"], "error");
}

#[test]
fn what_a_watch_writes_is_not_watched() {
    let site = Site::new();
    site.append("logs/app.log", "");
    let rows = Rows::begin(&site, &["logs", "--for", "4s"]);
    site.append("logs/resplog-20261124T024107Z.txt", &fresh(1));
    site.append("logs/resplog-ticket-20261124T024107Z.txt", &fresh(2));
    site.append("logs/resplog-api.log", &fresh(3));
    let (rows, _) = rows.rest();
    assert_eq!(sum(&rows, "responses"), 1, "{rows:#?}");
}

#[test]
fn times_of_another_zone_hide_no_failure() {
    let site = Site::new();
    let now = resplog::time::Nanos(
        i64::try_from(std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos()).unwrap()
            + 8 * 3_600_000_000_000,
    );
    let time = resplog::time::Zone::Utc.show(resplog::time::Nanos(now.0 / 1_000_000_000 * 1_000_000_000));
    let text: String = (0..9).map(|number| line(number).replacen(&line(number)[9..29], &time, 1)).collect();
    let ran = watch(&site, &[], Some(text.as_bytes()));
    let row = &rows(&ran)[0];
    let failed = (0..9).filter(|&number| is_failed(number)).count();
    assert_eq!((&row["verdict"]["word"], &row["ahead"]["failed"]), (&json!("UNSURE"), &json!(failed)), "{row:#}");
}

#[test]
fn text_on_a_pipe_is_the_report_of_each_window() {
    let site = Site::new();
    let text: String = (1..101).map(fresh).collect();
    let (child, mut writer) = on_pipe(Path::new(&site.path("")), &["watch", "-f", "text", "--fail-if", "failed > 3"]);
    writer.write_all(text.as_bytes()).unwrap();
    drop(writer);
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text.contains("rule holds: failed > 3") && text.contains("BREACH  failed > 3 (is 33)"), "{text}");
}
