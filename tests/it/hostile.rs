//! Logs that somebody wrote to do harm, and logs that accidents have made: the answer stays right, the terminal stays
//! clean, secrets stay in the log.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;

use serde_json::{Value, json};

use crate::program::{Ran, folder, run};
use resplog::Format;

/// Characters that do something to a terminal or hide what a text says.
const HAZARDS: &[(&str, char)] = &[
    ("escape", '\u{1b}'),
    ("bell", '\u{7}'),
    ("backspace", '\u{8}'),
    ("carriage return", '\r'),
    ("delete", '\u{7f}'),
    ("control sequence introducer", '\u{9b}'),
    ("next line", '\u{85}'),
    ("line separator", '\u{2028}'),
    ("paragraph separator", '\u{2029}'),
    ("right-to-left override", '\u{202e}'),
    ("right-to-left isolate", '\u{2067}'),
    ("pop isolate", '\u{2069}'),
    ("right-to-left mark", '\u{200f}'),
    ("arabic letter mark", '\u{61c}'),
    ("null", '\0'),
];

/// Whether a character may stand in text output as it is.
fn is_harmless(character: char) -> bool {
    character == '\n' || !(character.is_control() || HAZARDS.iter().any(|&(_, hazard)| hazard == character))
}

fn assert_harmless(text: &str, what: &str) {
    let found = text.chars().find(|&character| !is_harmless(character));
    assert!(found.is_none(), "{what}: {found:?} in {text:?}");
}

/// A failure with a text in every place that a report shows.
fn failure_with(text: &str) -> String {
    let member = json!(text);
    format!(
        r#"{{"time":"2026-11-24T01:02:03Z","service":{member},"action":{member},"region":{member},"tenant":{member},"Response":{{"Error":{{"Code":{member},"Message":{member}}},"RequestId":{member}}}}}"#
    )
}

const ARGUMENTS: [&str; 5] = ["report", "--by", "tenant=/tenant", "--by", "month"];

fn report(files: &[(&str, &[u8])], more: &[&str]) -> (tempfile::TempDir, Ran) {
    let folder = folder(files);
    let ran = run(folder.path(), ARGUMENTS.iter().chain(more), None);
    (folder, ran)
}

#[test]
fn nothing_that_moves_a_cursor_or_hides_a_text_reaches_the_terminal() {
    for (name, hazard) in HAZARDS {
        let text = format!("evil{hazard}[2J-0123");
        let log = failure_with(&text);
        let (_folder, ran) = report(&[("log", log.as_bytes())], &["log"]);
        assert_eq!(ran.exit, 0, "{name}: {ran:?}");
        assert_harmless(&ran.stdout, name);
        assert!(ran.stdout.contains("evil"), "{name} is shown, but made visible: {}", ran.stdout);
        let codes = run(_folder.path(), ["codes", &text.replace('\0', "")], None);
        assert_harmless(&(codes.stdout + &codes.stderr), name);
    }
}

#[test]
fn json_keeps_the_text_and_escapes_what_a_pager_would_obey() {
    for (name, hazard) in HAZARDS {
        let text = format!("evil{hazard}[2J-0123");
        let log = failure_with(&text);
        let (_folder, ran) = report(&[("log", log.as_bytes())], &["-f", "json", "log"]);
        assert_harmless(&ran.stdout, name);
        let report = ran.json();
        assert_eq!(report["codes"][0]["code"], text, "{name}");
        assert_eq!(report["codes"][0]["request_ids"][0]["request_id"], text, "{name}");
        assert_eq!(report["services"][0]["service"], text, "{name}");
        assert_eq!(report["by"][0]["value"], text, "{name}");
    }
}

#[test]
fn names_of_files_are_hostile_too() {
    for (name, hazard) in HAZARDS.iter().filter(|(_, hazard)| *hazard != '\0') {
        let file = format!("log{hazard}[2J");
        let missing = format!("missing{hazard}[2J");
        let log = failure_with("InternalError") + "\n{";
        for format in ["text", "json"] {
            let (folder, ran) = report(
                &[(&file, log.as_bytes())],
                &["-f", format, &file, &missing, "--rejects", "rejects", "-o", &format!("out{hazard}.json")],
            );
            assert_eq!(ran.exit, 3, "{name}: {ran:?}");
            assert_harmless(&ran.stdout, name);
            assert_harmless(&ran.stderr, name);
            assert!(ran.stderr.contains("missing"), "{name}: {}", ran.stderr);
            assert_harmless(&fs::read_to_string(folder.path().join("rejects")).unwrap(), name);
        }
        let refused = run(folder(&[]).path(), ["report", "--since", &file, "--class", &file, &file], None);
        assert_eq!(refused.exit, 2, "{name}");
        assert_harmless(&refused.stderr, name);
    }
    let folder = folder(&[]);
    let name = OsStr::from_bytes(b"not-utf8-\xff\xfe");
    fs::write(folder.path().join(name), failure_with("InternalError")).unwrap();
    let ran = run(folder.path(), [OsStr::new("report"), OsStr::new("-f"), OsStr::new("json"), name], None);
    assert_eq!((ran.exit, &ran.json()["totals"]["failed"]), (0, &json!(1)));
}

#[test]
fn secrets_stay_in_the_log_wherever_they_stood() {
    let secrets = [
        ("key AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE is unknown", "z8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE"),
        (
            "Authorization: TC3-HMAC-SHA256 Credential=abcdefg1/2019-02-25/cvm/tc3_request, Signature=2230eefd229f582d",
            "2230eefd229f582d",
        ),
        ("body {\"Password\":\"hunter2hunter\"}", "hunter2hunter"),
        ("Token=14dac76c0011", "14dac76c0011"),
        ("https://bucket.cos.example.com/a?q-signature=9f3b9f3b9f3b&q-ak=qqqq", "9f3b9f3b9f3b"),
    ];
    for (text, secret) in secrets {
        // A code or an id is not longer than 256 bytes, so each of these may be one.
        let log = failure_with(text);
        let (folder, text_report) = report(&[("log", log.as_bytes())], &["log", "-o", "report.json", "-f", "text"]);
        assert!(!text_report.stdout.contains(secret), "{secret} in {}", text_report.stdout);
        let json = fs::read_to_string(folder.path().join("report.json")).unwrap();
        assert!(!json.contains(secret), "{secret} in {json}");
        assert!(json.matches("[redacted]").count() >= 10, "{json}");
    }
}

#[test]
fn secrets_stay_in_the_log_whatever_command_reads_it() {
    const SECRET: &str = "9f3bHunter2Secret";
    let texts = [
        "key AKID9f3bHunter2Secret is unknown",
        "Authorization: TC3-HMAC-SHA256 Credential=9f3bHunter2Secret/x, Signature=9f3bHunter2Secret",
        "a=1&Signature=9f3bHunter2Secret&b=2",
        "Credential=9f3bHunter2Secret, x",
        "access_token: 9f3bHunter2Secret",
        r#"body {\"Password\":\"9f3bHunter2Secret\"}"#,
        "https://b.cos/a.jpg?q-sign-algorithm=sha1&q-ak=9f3bHunter2Secret",
        "mysql://root:9f3bHunter2Secret@10.0.0.1/db",
    ];
    for text in texts {
        let text = serde_json::to_string(text).unwrap();
        let short = r#""AKID9f3bHunter2Secret""#;
        // In every place whose text is kept, and in the payload, which `find` shows.
        let line = |code: &str, id: &str| {
            format!(
                r#"{{"time":"2026-11-24T01:00:00Z","service":{text},"action":{text},"region":{text},"duration_ms":1,"Response":{{"Error":{{"Code":{code},"Message":{text}}},"Password":"9f3bHunter2Secret","Url":{text},"RequestId":{id}}}}}"#
            )
        };
        let lines = [line(r#""InternalError""#, r#""id-1""#), line(&text, r#""id-2""#), line(r#""A.B""#, short)];
        let folder = folder(&[("log", lines.join("\n").as_bytes())]);
        let by = ["--by", "x=/service"];
        let reports = Format::ALL.map(|format| [&["report", "log", "-f", format.name()][..], &by].concat());
        let all = ["--class", "provider", "--class", "caller", "--class", "unknown"];
        let tickets = ["text", "markdown", "csv"]
            .map(|format| [&["ticket", "log", "-f", format, "--evidence", "evidence"][..], &all].concat());
        let lists = ["tsv", "ndjson"].map(|format| vec!["ids", "log", "-f", format]);
        let finds = ["text", "ndjson"].map(|format| vec!["find", "id-1,id-2", "log", "-f", format]);
        for command in reports.into_iter().chain(tickets).chain(lists).chain(finds) {
            let ran = run(folder.path(), &command, None);
            assert!(!ran.stdout.is_empty(), "{command:?}: {}", ran.stderr);
            assert!(!(ran.stdout + &ran.stderr).contains(SECRET), "{command:?} of {text}");
        }
        let evidence = fs::read_to_string(folder.path().join("evidence")).unwrap();
        assert!(evidence.lines().count() > 1 && !evidence.contains(SECRET), "{evidence}");
        let raw = run(folder.path(), ["find", "--raw", "id-1", "log"], None);
        assert!(raw.stdout.contains(SECRET), "only --raw shows a line as it is");
    }
}

#[test]
fn a_secret_that_the_cut_of_a_message_would_split_is_gone() {
    for before in 470..512 {
        let message = format!("{} AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE", "x".repeat(before));
        let log = format!(
            r#"{{"Response":{{"Error":{{"Code":"InternalError","Message":"{message}"}},"RequestId":"abcd"}}}}"#
        );
        let (_folder, ran) = report(&[("log", log.as_bytes())], &["-f", "json", "log"]);
        assert!(!ran.stdout.contains("AKIDz"), "{before}");
    }
}

const RECORD: &str = r#"{"Response":{"Error":{"Code":"InternalError","Message":"m"},"RequestId":"behind-it"}}"#;

/// The totals of a log from a file and from a pipe, which must be the same, with those that are 0 left out.
fn totals(log: &[u8]) -> Value {
    let folder = folder(&[("log", log)]);
    let file = run(folder.path(), ["report", "-f", "json", "log"], None).json();
    let piped = run(folder.path(), ["report", "-f", "json"], Some(log)).json();
    assert_eq!(file["totals"], piped["totals"]);
    assert_eq!(file["malformed"]["reasons"], piped["malformed"]["reasons"]);
    assert_eq!(file["anomalies"], piped["anomalies"]);
    assert_eq!(file["totals"]["bytes"], log.len());
    let behind = |report: &Value| {
        let id = &report["codes"][0]["request_ids"][0];
        (id["line"].clone(), id["offset"].clone())
    };
    assert_eq!(behind(&file), behind(&piped));
    let mut told = json!({});
    for (name, count) in file["totals"]
        .as_object()
        .unwrap()
        .iter()
        .take(11)
        .chain(file["malformed"]["reasons"].as_object().unwrap())
        .chain(file["anomalies"].as_object().unwrap())
    {
        if *count != json!(0) {
            told[name] = count.clone();
        }
    }
    if !file["codes"].as_array().unwrap().is_empty() {
        let (line, offset) = behind(&file);
        told["at"] = json!([line, offset]);
    }
    told
}

/// A log that ends with [`RECORD`].
fn before_a_record(bytes: &[u8]) -> Vec<u8> {
    [bytes, b"\n", RECORD.as_bytes(), b"\n"].concat()
}

#[test]
fn a_line_over_16_mib_is_oversize_and_the_next_one_is_found() {
    let line = 17 << 20;
    let pad = "x".repeat(line - 24);
    let long = format!(r#"{{"Response":{{"a":"{pad}"}}}}"#);
    let log = before_a_record(long.as_bytes());
    let at = json!([2, long.len() + 1]);
    assert_eq!(totals(&log), json!({"lines": 2, "malformed": 1, "oversize": 1, "failed": 1, "at": at}));
    // To the byte: as long as the limit is fine, one more is not.
    for (length, class) in [((16 << 20), "ok"), ((16 << 20) + 1, "malformed")] {
        let long = format!(r#"{{"Response":{{"a":"{}"}}}}"#, "x".repeat(length - 21));
        assert_eq!(long.len(), length);
        assert_eq!(totals(long.as_bytes())[class], 1, "{length}");
    }
}

#[test]
fn a_long_line_is_read_with_a_higher_limit() {
    let long = format!(r#"{{"Response":{{"a":"{}","RequestId":"long-line"}}}}"#, "x".repeat(17 << 20));
    let folder = folder(&[("log", long.as_bytes())]);
    let ran = run(folder.path(), ["report", "-f", "json", "--max-line", "32M", "log"], None);
    assert_eq!(ran.json()["totals"]["ok"], 1);
}

#[test]
fn twenty_megabytes_of_padding_are_skipped() {
    let nulls = vec![0; 20 << 20];
    let log = [&nulls, RECORD.as_bytes(), b"\n", RECORD.as_bytes()].concat();
    assert_eq!(totals(&log), json!({"lines": 2, "failed": 2, "nul_padding": 1, "at": [1, 0]}));
    assert_eq!(totals(&nulls), json!({"lines": 1, "blank": 1, "nul_padding": 1}));
    let alone = before_a_record(&nulls);
    assert_eq!(
        totals(&alone),
        json!({"lines": 2, "blank": 1, "failed": 1, "nul_padding": 1, "at": [2, (20 << 20) + 1]})
    );
}

#[test]
fn a_million_quotes_brackets_or_backslashes_cost_no_more_than_other_bytes() {
    let million = 1_000_000;
    // A log whose first line begins with a bracket would be read as an array of values.
    let between = |bytes: &[u8]| [RECORD.as_bytes(), b"\n", bytes, b"\n{}\n"].concat();
    for (unit, reason) in [
        ("\"", "trailing"),
        ("[", "depth"),
        ("{", "syntax"),
        ("]", "syntax"),
        ("}", "syntax"),
        ("\\", "syntax"),
        (",", "syntax"),
        (":", "syntax"),
        ("\"\",", "trailing"),
        ("{\"\":", "depth"),
        // A zero is a value, and another one behind it is not.
        ("0", "trailing"),
        ("-", "syntax"),
        ("é", "syntax"),
        (" [", "depth"),
    ] {
        // What does not begin like an object is text, whatever it is not.
        let mut expected = json!({"lines": 3, "no_envelope": 1, "failed": 1, "at": [1, 0]});
        if unit.starts_with('{') {
            expected["malformed"] = json!(1);
            expected[reason] = json!(1);
        } else {
            expected["text"] = json!(1);
        }
        assert_eq!(totals(&between(unit.repeat(million).as_bytes())), expected, "{unit}");
    }
    let inside = |text: String| between(format!(r#"{{"Response":{{"a":{text},"RequestId":"abcd"}}}}"#).as_bytes());
    for text in [
        format!("\"{}\"", "\\\\".repeat(million)),
        format!("\"{}\"", "\\\"".repeat(million)),
        format!("\"{}\"", "\\u0022\\u005c".repeat(million / 2)),
        format!("\"{}\"", "[{".repeat(million)),
        format!("[{}0]", "0,".repeat(million)),
        format!("[{}{{}}]", "{\"Error\":{}},".repeat(million / 10)),
        "9".repeat(million),
        format!("{{{}\"b\":0}}", "\"RequestId\":\"no\",".repeat(million / 10)),
    ] {
        let log = inside(text);
        assert_eq!(totals(&log)["ok"], 1, "{}", String::from_utf8_lossy(&log[RECORD.len()..][..60]));
    }
}

#[test]
fn keys_given_a_hundred_thousand_times_are_one_anomaly_of_one_record() {
    let errors = r#""Error":{"Code":"Old","Message":"x"},"#.repeat(100_000);
    let log =
        format!(r#"{{"Response":{{{errors}"Error":{{"Code":"InternalError","Message":"m"}},"RequestId":"last"}}}}"#);
    assert_eq!(totals(log.as_bytes()), json!({"lines": 1, "failed": 1, "duplicate_key": 1, "at": [1, 0]}));
}

#[test]
fn a_binary_file_is_lines_that_are_malformed() {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let binary: Vec<u8> = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    })
    .take(1 << 20)
    .collect();
    let folder = folder(&[("core", &binary)]);
    let ran = run(folder.path(), ["report", "-f", "json", "core"], None);
    let report = ran.json();
    assert_eq!(ran.exit, 3);
    assert_eq!(report["status"], json!(["nothing_recognised"]));
    assert!(!report["hints"].as_array().unwrap().is_empty());
    let lines = binary.split_inclusive(|&byte| byte == b'\n').count();
    assert_eq!(report["totals"]["lines"], lines);
    let text = run(folder.path(), ["report", "core"], None);
    assert_eq!(text.exit, 3);
    assert_harmless(&text.stdout, "a binary file");
}

#[test]
fn nothing_is_a_log_too() {
    assert_eq!(totals(b""), json!({}));
    assert_eq!(totals(b"\n"), json!({"lines": 1, "blank": 1}));
    assert_eq!(totals(b"\n\n\r\n \t\n\r"), json!({"lines": 5, "blank": 5}));
    for format in ["text", "json"] {
        let folder = folder(&[("empty", b"")]);
        let ran = run(folder.path(), ["report", "-f", format, "empty"], None);
        assert_eq!((ran.exit, &*ran.stderr), (0, ""));
        let report = run(folder.path(), ["report", "-f", "json", "empty"], None).json();
        assert_eq!(report["status"], json!(["ok"]));
        assert_eq!(report["totals"]["failure_rate"], Value::Null);
        assert_eq!(report["totals"]["failure_rate_bounds"], Value::Null);
    }
}

#[test]
fn line_ends_of_either_kind_and_none_at_the_end() {
    let two = |end: &str, last: &str| format!("{RECORD}{end}{RECORD}{last}");
    for log in
        [two("\n", "\n"), two("\n", ""), two("\r\n", "\r\n"), two("\r\n", ""), two("\r\n", "\r"), two("\n", "\r")]
    {
        assert_eq!(totals(log.as_bytes()), json!({"lines": 2, "failed": 2, "at": [1, 0]}), "{log:?}");
    }
    // A CR alone ends no line, and one of two before the LF belongs to the line, where it is white space.
    // Of two records in one line the first is read.
    assert_eq!(totals(two("\r", "\n").as_bytes()), json!({"lines": 1, "failed": 1, "at": [1, 0]}));
    assert_eq!(totals(two("\r\r\n", "").as_bytes()), json!({"lines": 2, "failed": 2, "at": [1, 0]}));
}
