//! Runs with a state: what is new is read once, whatever became of the files in between.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::program::{Ran, command, folder, run};

/// A line of a log; every third one failed.
pub fn line(number: u64) -> String {
    let time = format!("2026-11-24T{:02}:{:02}:{:02}Z", number / 3600 % 24, number / 60 % 60, number % 60);
    let error = if is_failed(number) { r#""Error":{"Code":"InternalError","Message":"no"},"# } else { "" };
    format!(
        "{{\"time\":\"{time}\",\"Response\":{{{error}\"RequestId\":\"{number:08}-77b1-4c39-9a55-2d1b6f0e8c41\"}}}}\n"
    )
}

pub fn is_failed(number: u64) -> bool {
    number.is_multiple_of(3)
}

/// A folder `logs` with logs, a state and reports beside it.
pub struct Site {
    folder: tempfile::TempDir,
}

impl Site {
    pub fn new() -> Self {
        let folder = folder(&[]);
        fs::create_dir(folder.path().join("logs")).unwrap();
        Self { folder }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn append(&self, name: &str, text: &str) {
        let mut file = OpenOptions::new().append(true).create(true).open(self.path(name)).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    /// Appends lines with these numbers.
    pub fn write(&self, name: &str, numbers: std::ops::Range<u64>) {
        self.append(name, &numbers.map(line).collect::<String>());
    }

    pub fn rename(&self, from: &str, to: &str) {
        fs::rename(self.path(from), self.path(to)).unwrap();
    }

    /// Compresses a file as `gzip` does: under another name, with the time of the original, which then goes.
    pub fn compress(&self, name: &str) {
        self.pack(name);
        fs::remove_file(self.path(name)).unwrap();
    }

    /// Packs a file and leaves it, as gzip does while it works.
    pub fn pack(&self, name: &str) {
        let bytes = fs::read(self.path(name)).unwrap();
        let written = fs::metadata(self.path(name)).unwrap().modified().unwrap();
        let packed = File::create(self.path(&format!("{name}.gz"))).unwrap();
        let mut encoder = flate2::write::GzEncoder::new(packed, flate2::Compression::fast());
        encoder.write_all(&bytes).unwrap();
        encoder.finish().unwrap().set_modified(written).unwrap();
    }

    pub fn copytruncate(&self, name: &str, copy: &str) {
        fs::copy(self.path(name), self.path(copy)).unwrap();
        OpenOptions::new().write(true).truncate(true).open(self.path(name)).unwrap();
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command(self.folder.path());
        command.args(["report", "--state", "state", "-f", "json", "-j", "2"]).args(arguments);
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        run(self.folder.path(), [&["report", "--state", "state", "-f", "json", "-j", "2"], arguments].concat(), None)
    }

    /// The report of a run that must succeed.
    #[track_caller]
    pub fn report(&self, arguments: &[&str]) -> Value {
        let ran = self.run(arguments);
        assert_eq!((ran.exit, &*ran.stderr), (0, ""), "{}", ran.stdout);
        ran.json()
    }

    /// Runs over the folder and tells how many calls were new.
    #[track_caller]
    pub fn new_calls(&self) -> u64 {
        let totals = &self.report(&["logs"])["totals"];
        totals["ok"].as_u64().unwrap() + totals["failed"].as_u64().unwrap()
    }

    pub fn show(&self) -> Value {
        let ran = run(self.folder.path(), ["state", "show", "state", "-f", "json"], None);
        assert_eq!(ran.exit, 0, "{}", ran.stderr);
        ran.json()
    }
}

#[test]
fn only_what_is_new_is_counted_and_numbered_in_the_whole_file() {
    let site = Site::new();
    site.write("logs/app.log", 1..101);
    let report = site.report(&["logs"]);
    assert_eq!(
        report["window"],
        json!({"generation": 1, "from": "2026-11-24T00:00:01Z", "to": "2026-11-24T00:01:40Z"})
    );
    assert_eq!((report["totals"]["ok"].as_u64(), report["totals"]["failed"].as_u64()), (Some(67), Some(33)));
    assert_eq!(site.report(&["logs"])["window"], json!({"generation": 2, "from": null, "to": null}));
    site.write("logs/app.log", 101..104);
    let report = site.report(&["logs", "--rejects", "rejects"]);
    let id = &report["codes"][0]["request_ids"][0];
    let offset = (1..102).map(|number| line(number).len()).sum::<usize>();
    assert_eq!((&id["line"], &id["offset"]), (&json!(102), &json!(offset)));
    site.append("logs/app.log", "{\"not\": \"a response\"}\n");
    site.run(&["logs", "--rejects", "rejects"]);
    let rejects: Value = serde_json::from_str(&fs::read_to_string(site.path("rejects")).unwrap()).unwrap();
    assert_eq!(rejects["line"], 104);
    let shown = site.show();
    assert_eq!(shown["generation"], 4);
    assert_eq!(shown["totals"]["lines"], 104);
    assert_eq!(shown["totals"]["failed"], 34);
    assert_eq!(shown["totals"]["distinct_request_ids"], 103);
    assert_eq!(shown["codes"], json!([{"code": "InternalError", "count": 34}]));
    assert_eq!(shown["history"].as_array().unwrap().len(), 4);
    assert_eq!(shown["positions"][0]["lines"], 104);
    let mode = fs::metadata(site.path("state")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_state_of_everything_says_what_one_report_says() {
    let site = Site::new();
    for part in 0..4 {
        site.write("logs/app.log", part * 50..part * 50 + 50);
        site.append("logs/app.log", "{\"cut\n\n[]\n");
        site.report(&["logs"]);
    }
    let whole = run(&site.path(""), ["report", "-f", "json", "logs"], None).json();
    let shown = site.show();
    assert_eq!(shown["totals"], whole["totals"]);
    assert_eq!(shown["malformed"], whole["malformed"]["reasons"]);
}

#[test]
fn a_log_that_begins_with_a_banner_is_followed_and_an_array_is_not() {
    let site = Site::new();
    site.append("logs/a", "[2026-11-24 01:00:00] INFO started\n");
    site.write("logs/a", 1..11);
    let report = site.report(&["logs"]);
    assert_eq!((&report["totals"]["lines"], &report["totals"]["responses"]), (&json!(11), &json!(10)));
    site.write("logs/a", 11..21);
    assert_eq!(site.new_calls(), 10);
    site.append("logs/b", &format!("[{},\n{}]\n", line(1).trim_end(), line(2).trim_end()));
    let ran = site.run(&["logs"]);
    let input = &ran.json()["inputs"][1];
    assert_eq!((ran.exit, &input["status"], &input["lines"]), (3, &json!("error"), &json!(0)), "{input}");
}

#[test]
fn a_stream_goes_on_under_every_name() {
    let site = Site::new();
    site.write("logs/app.log", 0..10);
    assert_eq!(site.new_calls(), 10);
    // Renamed, with lines that nobody saw.
    site.write("logs/app.log", 10..15);
    site.rename("logs/app.log", "logs/app.log.1");
    site.write("logs/app.log", 15..17);
    assert_eq!(site.new_calls(), 7);
    // Written to after it was renamed, and compressed meanwhile.
    site.write("logs/app.log.1", 17..20);
    site.compress("logs/app.log.1");
    assert_eq!(site.new_calls(), 3);
    assert_eq!(site.new_calls(), 0);
    // Two generations at once, and a date.
    site.rename("logs/app.log.1.gz", "logs/app.log-20261124.gz");
    site.write("logs/app.log", 20..30);
    site.rename("logs/app.log", "logs/app.log.2");
    site.write("logs/app.log", 30..40);
    site.rename("logs/app.log", "logs/app.log.1");
    site.write("logs/app.log", 40..50);
    assert_eq!(site.new_calls(), 30);
    // Copied and truncated, then grown beyond its old size.
    site.write("logs/app.log", 50..55);
    site.copytruncate("logs/app.log", "logs/app.log.0");
    site.write("logs/app.log", 55..90);
    assert_eq!(site.new_calls(), 40);
    // A copy holds nothing new, and a new file with an old name does.
    fs::copy(site.path("logs/app.log"), site.path("logs/copy")).unwrap();
    assert_eq!(site.new_calls(), 0);
    fs::remove_file(site.path("logs/app.log")).unwrap();
    site.write("logs/app.log", 90..200);
    assert_eq!(site.new_calls(), 110);
    assert_eq!(site.show()["totals"]["responses"], 200);
    assert_eq!(site.show()["totals"]["distinct_request_ids"], 200);
}

#[test]
fn a_tracked_file_is_looked_for_in_its_directory() {
    for compressed in [false, true] {
        let site = Site::new();
        site.write("logs/app.log", 0..10);
        site.report(&["logs/app.log"]);
        site.write("logs/app.log", 10..20);
        site.rename("logs/app.log", "logs/app.log.1");
        site.write("logs/app.log", 20..25);
        if compressed {
            site.compress("logs/app.log.1");
        }
        let report = site.report(&["logs/app.log"]);
        assert_eq!(report["totals"]["responses"], 15);
        assert_eq!(report["inputs"].as_array().unwrap().len(), 2);
        // Written to after it was renamed.
        if !compressed {
            site.write("logs/app.log.1", 25..28);
            assert_eq!(site.report(&["logs/app.log"])["totals"]["responses"], 3);
        }
        assert_eq!(site.report(&["logs/app.log"])["totals"]["responses"], 0);
    }
    let site = Site::new();
    site.write("logs/app.log", 0..10);
    site.report(&["logs/app.log"]);
    site.write("logs/app.log", 10..20);
    site.copytruncate("logs/app.log", "logs/old");
    site.write("logs/app.log", 20..21);
    assert_eq!(site.report(&["logs/app.log"])["totals"]["responses"], 11);
}

#[test]
fn a_hole_that_copytruncate_leaves_is_skipped() {
    let site = Site::new();
    site.write("logs/app.log", 0..100);
    let before = site.new_calls();
    let size = fs::metadata(site.path("logs/app.log")).unwrap().len();
    site.copytruncate("logs/app.log", "logs/app.log.1");
    // A writer that does not append goes on at its old place.
    let file = OpenOptions::new().write(true).open(site.path("logs/app.log")).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&file, line(100).as_bytes(), size).unwrap();
    let report = site.report(&["logs"]);
    assert_eq!((before, report["totals"]["responses"].as_u64()), (100, Some(1)));
    assert_eq!(report["anomalies"], json!({"nul_padding": 1}));
}

#[test]
fn a_last_line_without_its_end_waits_unless_its_file_was_rotated() {
    let site = Site::new();
    let (half, rest) = (&line(1)[..30], &line(1)[30..]);
    site.write("logs/app.log", 0..1);
    site.append("logs/app.log", half);
    assert_eq!(site.new_calls(), 1);
    assert_eq!(site.show()["positions"][0]["pending_bytes"], 30);
    site.append("logs/app.log", rest);
    assert_eq!(site.new_calls(), 1);
    site.append("logs/app.log", half);
    assert_eq!(site.new_calls(), 0);
    site.rename("logs/app.log", "logs/app.log.1");
    let ran = site.run(&["logs"]);
    assert_eq!((ran.exit, &ran.json()["status"]), (3, &json!(["nothing_recognised"])));
    assert_eq!(ran.json()["malformed"]["reasons"]["truncated"], 1);
    // What comes late belongs to the line that was counted.
    site.append("logs/app.log.1", rest);
    site.write("logs/app.log.1", 2..4);
    let report = site.report(&["logs"]);
    assert_eq!((&report["totals"]["lines"], &report["totals"]["ok"]), (&json!(2), &json!(1)));
    assert_eq!(report["codes"][0]["request_ids"][0]["line"], 5);
    assert_eq!(site.show()["totals"]["lines"], 5);
}

/// It has no lines to be read on from, and what it is of would count twice. Others are read all the same.
#[test]
fn a_summary_among_the_logs_is_not_read_as_one() {
    let site = Site::new();
    site.write("logs/app.log", 0..2);
    assert_eq!(site.run(&["logs", "-o", "day.summary"]).exit, 0);
    site.rename("day.summary", "logs/day.summary");
    for new in 0..2 {
        site.write("logs/app.log", 2 + new..3 + new);
        let ran = site.run(&["logs"]);
        assert_eq!((ran.exit, &ran.json()["totals"]["lines"]), (3, &json!(1)), "{ran:?}");
        assert!(ran.stderr.contains("logs/day.summary: it is a summary, which does not go with --state"), "{ran:?}");
    }
    assert_eq!(site.show()["totals"]["lines"], 4);
}

#[test]
fn what_waits_from_run_to_run_is_told() {
    let site = Site::new();
    let hints = |site: &Site| site.report(&["logs"])["hints"].to_string();
    site.write("logs/app.log", 0..2);
    site.append("logs/app.log", "{\"Resp");
    assert!(!hints(&site).contains("wait"), "every log that is written to may end so");
    let told = hints(&site);
    assert!(told.contains("the last 6 bytes of logs/app.log wait since an earlier run"), "{told}");
    site.append("logs/app.log", "onse\":{\"RequestId\":\"id-00001\"}}\n");
    // An error without an id may go on in the next line.
    let error = "2026-11-24 10:00:00 tencentcloud.common.exception: [TencentCloudSDKException] \
                 code:ClientNetworkError message:timed out";
    for log in ["app", "b"] {
        site.append(&format!("logs/{log}.log"), &format!("{error}\n"));
    }
    assert!(!hints(&site).contains("wait"));
    let told = hints(&site);
    assert!(
        told.contains(&format!("the last {} bytes of logs/app.log, and of 1 more inputs wait", error.len() + 1)),
        "{told}"
    );
    site.append("logs/app.log", &line(9));
    let told = hints(&site);
    assert!(told.contains("of logs/b.log wait since"), "{told}");
}

#[test]
fn a_file_that_vanishes_with_an_unread_tail_is_told_once() {
    let site = Site::new();
    site.write("logs/other.log", 100..101);
    site.write("logs/app.log", 0..10);
    site.append("logs/app.log", "{\"Resp");
    site.new_calls();
    fs::remove_file(site.path("logs/app.log")).unwrap();
    let ran = site.run(&["logs"]);
    assert_eq!(ran.exit, 3);
    assert_eq!(ran.json()["status"], json!(["input"]));
    assert!(ran.stderr.contains("logs/app.log: the file is gone, with 6 bytes"), "{}", ran.stderr);
    for _ in 0..90 {
        assert_eq!(site.show()["positions"].as_array().unwrap().len(), 2);
        assert_eq!(site.new_calls(), 0);
    }
    assert_eq!(site.show()["positions"].as_array().unwrap().len(), 1, "90 runs later nobody remembers it");
    // A file without an unread tail goes quietly.
    fs::remove_file(site.path("logs/other.log")).unwrap();
    site.write("logs/app.log", 10..11);
    assert_eq!(site.new_calls(), 1);
}

#[test]
fn an_archive_that_is_damaged_is_counted_to_there_and_read_on_when_it_is_whole() {
    let site = Site::new();
    site.write("logs/app.log", 0..2000);
    site.compress("logs/app.log");
    let whole = fs::read(site.path("logs/app.log.gz")).unwrap();
    fs::write(site.path("logs/app.log.gz"), &whole[..whole.len() / 2]).unwrap();
    let ran = site.run(&["logs"]);
    assert_eq!(ran.exit, 3);
    let first = ran.json()["totals"]["responses"].as_u64().unwrap();
    assert!((1..2000).contains(&first));
    assert_eq!(ran.json()["totals"]["malformed"], 0, "the line that the damage cuts waits");
    let ran = site.run(&["logs"]);
    assert_eq!((ran.exit, ran.json()["totals"]["lines"].as_u64()), (3, Some(0)), "it is still damaged");
    fs::write(site.path("logs/app.log.gz"), &whole).unwrap();
    assert_eq!(site.new_calls(), 2000 - first);
    assert_eq!(site.new_calls(), 0);
}

#[test]
fn own_files_are_never_inputs() {
    let site = Site::new();
    site.write("logs/app.log", 0..10);
    let folder = site.path("logs");
    let arguments = ["report", "--state", "state", "-o", "report.json", "--rejects", "rejects", "."];
    fs::write(folder.join(".resplog-left"), "what a run left that was killed").unwrap();
    for _ in 0..3 {
        let ran = run(&folder, arguments, None);
        assert_eq!(ran.exit, 0, "{}", ran.stderr);
        let report: Value = serde_json::from_str(&fs::read_to_string(folder.join("report.json")).unwrap()).unwrap();
        let paths: Vec<_> = report["inputs"].as_array().unwrap().iter().map(|input| &input["path"]).collect();
        assert_eq!(paths, ["./app.log"]);
    }
}

#[test]
fn what_would_not_add_up_is_refused() {
    let site = Site::new();
    site.write("logs/app.log", 0..10);
    site.report(&["logs", "--service", "cvm"]);
    let before = fs::read(site.path("state")).unwrap();
    let wrong: &[(&[&str], &str)] = &[
        (&["logs"], "--service"),
        (&["logs", "--service", "cbs"], "--service"),
        (&["logs", "--service", "cvm", "--region", "r"], "--region"),
        (&["logs", "--service", "cvm", "--envelope", "/e"], "--envelope"),
        (&["logs", "--service", "cvm", "--max-line", "1M"], "--max-line"),
        (&["logs", "--service", "cvm", "--assume-tz", "+08:00"], "--assume-tz"),
        (&["logs", "--service", "cvm", "--since", "24h"], "--since"),
        (&["logs", "--service", "cvm", "--since", "2026-11-24"], "--since"),
        (&["logs", "--service", "cvm", "--dedupe"], "--dedupe"),
        (&["logs", "--service", "cvm", "-"], "-"),
        (&["--service", "cvm"], "-"),
        (&["logs", "--service", "cvm", "--lock-wait", "soon"], "--lock-wait"),
    ];
    for (arguments, told) in wrong {
        let ran = site.run(arguments);
        assert_eq!((ran.exit, &*ran.stdout), (2, ""), "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(told), "{arguments:?} does not say {told}: {}", ran.stderr);
    }
    assert_eq!(fs::read(site.path("state")).unwrap(), before);
    site.report(&["logs", "--service", "cvm", "--top", "3", "--code", "X", "--tz", "+08:00"]);
    let ran = run(&site.path(""), ["report", "logs", "--lock-wait", "3s"], None);
    assert_eq!(ran.exit, 2);
}

#[test]
fn a_state_that_is_not_what_was_written_is_refused() {
    let site = Site::new();
    site.write("logs/app.log", 0..10);
    site.new_calls();
    let good = fs::read(site.path("state")).unwrap();
    let mut bad: Vec<(String, Vec<u8>)> = Vec::new();
    // The whole is done where it is fast: in the tests of the file's format. Here the program meets some of it.
    for place in (0..good.len()).step_by(good.len() / 20) {
        bad.push((format!("cut at {place}"), good[..place].to_vec()));
        let mut flipped = good.clone();
        flipped[place] ^= 1;
        bad.push((format!("flipped at {place}"), flipped));
    }
    for (what, bytes) in bad {
        fs::write(site.path("state"), &bytes).unwrap();
        for arguments in
            [&["report", "--state", "state", "logs"][..], &["state", "show", "state"], &["state", "check", "state"]]
        {
            let ran = run(&site.path(""), arguments, None);
            assert_eq!((ran.exit, &*ran.stdout), (4, ""), "{what} {arguments:?}");
            assert!(ran.stderr.contains("state: the state is damaged ("), "{what}: {}", ran.stderr);
            assert_eq!(fs::read(site.path("state")).unwrap(), bytes, "{what}");
        }
    }
    for place in 0..good.len() {
        use resplog::internals::state::file::decode;
        assert!(decode(&good[..place]).is_err(), "cut at {place}");
        let mut flipped = good.clone();
        flipped[place] ^= 0x20;
        assert!(decode(&flipped).is_err(), "flipped at {place}");
    }
    fs::write(site.path("state"), &good).unwrap();
    assert_eq!(run(&site.path(""), ["state", "check", "state"], None).exit, 0);
    assert_eq!(site.new_calls(), 0);
    assert_eq!(run(&site.path(""), ["state", "show", "nothing"], None).exit, 4);
}

#[test]
fn of_fifty_runs_at_once_one_works() {
    let site = Site::new();
    site.write("logs/app.log", 0..1000);
    let start = |arguments: &[&str]| {
        let mut command = site.command(arguments);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let held = File::create(site.path("state.lock")).unwrap();
    held.lock().unwrap();
    let refused: Vec<_> = (0..50).map(|_| start(&["logs"])).collect();
    for mut child in refused {
        assert_eq!(child.wait().unwrap().code(), Some(5));
    }
    assert!(!site.path("state").exists());
    let waiting: Vec<_> = (0..10).map(|_| start(&["logs", "--lock-wait", "1h"])).collect();
    held.unlock().unwrap();
    for mut child in waiting {
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
    let racing: Vec<_> = (0..50).map(|_| start(&["logs"])).collect();
    let exits: Vec<_> = racing.into_iter().map(|mut child| child.wait().unwrap().code()).collect();
    let worked = exits.iter().filter(|exit| **exit == Some(0)).count();
    assert!(worked >= 1 && exits.iter().all(|exit| matches!(exit, Some(0 | 5))), "{exits:?}");
    let shown = site.show();
    assert_eq!(shown["generation"], 10 + worked);
    assert_eq!(shown["totals"]["responses"], 1000);
}

#[test]
fn the_state_moves_last_and_only_when_everything_is_in_place() {
    let site = Site::new();
    site.write("logs/app.log", 0..10);
    let ran = site.run(&["logs", "-o", "no/report.json"]);
    assert_eq!((ran.exit, ran.json()["status"].clone()), (4, json!(["write_failed"])));
    assert!(!site.path("state").exists());
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = site.command(&["logs"]);
    let mut child = command.stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
    drop(command);
    assert_eq!(child.wait().unwrap().code(), Some(141));
    assert!(!site.path("state").exists());
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    assert_eq!(site.command(&["logs"]).stdout(full).stderr(Stdio::null()).status().unwrap().code(), Some(4));
    assert!(!site.path("state").exists());
    // A missing input is no reason to stay.
    let ran = site.run(&["logs", "missing"]);
    assert_eq!((ran.exit, ran.json()["totals"]["responses"].as_u64()), (3, Some(10)));
    assert_eq!(site.new_calls(), 0);
}

/// Bytes that a command reads, those of libraries and of the state too.
fn bytes_read(site: &Site, arguments: &str) -> u64 {
    let program = env!("CARGO_BIN_EXE_resplog");
    let script = format!("'{program}' {arguments} > report && cat /proc/$$/io");
    let output = Command::new("sh").args(["-c", &script]).current_dir(site.path("")).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().find_map(|line| line.strip_prefix("rchar: ")).unwrap().parse().unwrap()
}

#[test]
fn a_run_with_nothing_new_reads_little_of_each_file() {
    const FILES: u64 = 40;
    let site = Site::new();
    for file in 0..FILES {
        site.write(&format!("logs/{file}.log"), file * 10_000..file * 10_000 + 6_000);
        if file % 2 == 0 {
            site.compress(&format!("logs/{file}.log"));
        }
    }
    let first = bytes_read(&site, "report --state state -f json logs");
    assert!(first > FILES * 128 * 1024, "the logs are large enough to tell: {first}");
    let second = bytes_read(&site, "report --state state -f json logs");
    // Beside the logs there are the program, its libraries and the state, read once.
    assert!(second < FILES * 48 * 1024, "{second}");
    let report: Value = serde_json::from_slice(&fs::read(site.path("report")).unwrap()).unwrap();
    assert_eq!(report["totals"]["bytes"], 0);
    assert_eq!(report["inputs"].as_array().unwrap().len() as u64, FILES);
    assert_eq!(report["inputs"][0]["envelope"], json!([]));
}

#[test]
fn a_state_can_be_read_by_people() {
    let site = Site::new();
    site.write("logs/app.log", 0..9);
    site.append("logs/app.log", "{");
    site.report(&["logs", "--history", "2"]);
    for _ in 0..3 {
        site.report(&["logs", "--history", "2"]);
    }
    let ran = run(&site.path(""), ["state", "show", "state"], None);
    for told in ["4 runs", "InternalError", "logs/app.log", "different ids"] {
        assert!(ran.stdout.contains(told), "{told}: {}", ran.stdout);
    }
    assert_eq!(site.show()["history"].as_array().unwrap().len(), 2);
    assert!(Path::new(&site.path("state.lock")).exists());
}
