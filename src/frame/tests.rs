//! Laws of all frames together, and their samples in `testdata/frames`.

use std::fs;
use std::path::Path;

use proptest::prelude::*;

use super::*;

/// Long enough that looking at all of it for each byte would take half an hour.
const LONG_BYTES: usize = 1024 * 1024;

fn sample(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/frames").join(name)).unwrap()
}

/// A text as a collector of this kind writes it, on a line.
fn framed(kind: Kind, text: &str) -> String {
    let json = |text: &str| serde_json::to_string(text).unwrap();
    match kind {
        Kind::Docker => {
            format!(r#"{{"log":{},"stream":"stdout","time":"2026-11-24T02:41:00.5Z"}}"#, json(&format!("{text}\n")))
        }
        Kind::Cri => format!("2026-11-24T02:41:00.5Z stderr F {text}"),
        Kind::Syslog3164 => format!("<134>Nov 24 02:41:00 web-01 app[12]: {text}"),
        Kind::SyslogIso => format!("2026-11-24T02:41:00+0800 web-01 app[12]: {text}"),
        Kind::Syslog5424 => format!("<134>1 2026-11-24T02:41:00Z web-01 app 12 - [a b=\"c\"] {text}"),
        Kind::Journald => {
            format!(r#"{{"_PID":"12","MESSAGE":{},"__REALTIME_TIMESTAMP":"1795488060412000"}}"#, json(text))
        }
        Kind::Kubectl => format!("[pod/web/app] {text}"),
        Kind::Compose => format!("web-1  | {text}"),
        Kind::Ansi => format!("\x1b[1;32m{text}\x1b[0m"),
    }
}

/// What the suite demands of the recipe for a new frame: a sample of each, which holds the lines of `plain.txt`.
#[test]
fn every_frame_has_a_sample_and_all_hold_the_same_lines() {
    let plain = sample("plain.txt");
    for kind in Kind::ALL {
        let framed = sample(&format!("{}.log", kind.as_str()));
        assert_eq!(framed.lines().count(), plain.lines().count(), "{kind:?}");
        for (line, text) in framed.lines().zip(plain.lines()) {
            let bump = Bump::new();
            let found = undo(line.as_bytes(), &bump).unwrap_or_else(|| panic!("{kind:?}: {line}"));
            assert_eq!((found.kind, String::from_utf8_lossy(found.text)), (kind, text.into()), "{line}");
            let has_time = line.contains("2026-11-24T") || line.contains("REALTIME");
            assert_eq!(found.time.is_some(), has_time, "{line}");
            assert!(!found.is_partial && !found.is_open, "{line}");
        }
    }
    assert!(plain.lines().all(|line| undo(line.as_bytes(), &Bump::new()).is_none()));
}

#[test]
fn what_programs_write_is_not_a_frame() {
    for line in [
        "",
        "x",
        r#"{"Response":{"RequestId":"b5b41468-520d-4192-b42f-595cc34b6c1c"}}"#,
        r#"{"time":"2026-11-24T02:41:00Z","level":"INFO","msg":"a"}"#,
        r#"{"log":"a","stream":"stdout","time":"2026-11-24T02:41:00Z","kubernetes":{"pod_name":"a"}}"#,
        r#"{"MESSAGE":"a","level":"info"}"#,
        "2026-11-20T08:24:55Z INFO app: x",
        "2026-11-20T08:24:55.123Z stdout is closed",
        "2026-11-20 08:24:55,123 - app - INFO - x",
        "E1122 17:25:51.358134   12 main.go:5] x",
        "I, [2026-11-22T17:25:51.358134 #12]  INFO -- : x",
        "[2026-11-22 17:25:51,358] [12] [tccli.main] [INFO] x",
        "Nov 22 10:00:00 ERROR app: x",
        "127.0.0.1 - - [24/Nov/2026:10:41:07 +0800] \"POST / HTTP/1.1\" 200 1",
        "<html>",
        "│ Error: [TencentCloudSDKError] Code=a, Message=b, RequestId=c",
    ] {
        assert_eq!(undo(line.as_bytes(), &Bump::new()), None, "{line}");
    }
}

#[test]
fn frames_around_frames_are_undone_to_four() {
    let bump = Bump::new();
    let text = "{\"Response\":{}}";
    let docker = framed(Kind::Docker, &framed(Kind::Ansi, text));
    for line in [
        framed(Kind::Syslog5424, &docker),
        framed(Kind::Compose, &framed(Kind::Cri, &framed(Kind::Ansi, text))),
        format!("\x1b[36mweb-1  |\x1b[0m {}", framed(Kind::Journald, text)),
        format!("[pod/web/app] 2026-11-24T02:41:00.512345678Z {docker}"),
    ] {
        let found = undo(line.as_bytes(), &bump).unwrap();
        assert_eq!(found.text, text.as_bytes(), "{line}");
        assert_ne!(found.kind, Kind::Ansi, "{line}");
    }
    let mut line = text.to_owned();
    for _ in 0..5 {
        line = framed(Kind::Compose, &line);
    }
    assert_eq!(undo(line.as_bytes(), &bump).unwrap().text, framed(Kind::Compose, text).as_bytes());
    // The time that is nearest to the program counts.
    let line = framed(Kind::Syslog5424, &framed(Kind::Docker, text));
    assert_eq!(undo(line.as_bytes(), &bump).unwrap().time.unwrap().to_string(), "2026-11-24T02:41:00.500Z");
}

#[test]
fn pieces_are_left_as_they_are() {
    let bump = Bump::new();
    let line = "2026-11-24T02:41:00Z stdout P \x1b[32m{\"log\":\"a\\n\",\"stream\":\"stdout\"}";
    let found = undo(line.as_bytes(), &bump).unwrap();
    assert!(found.is_partial);
    assert_eq!(found.text, &line.as_bytes()[30..]);
    assert_eq!(found.offset, Some(30));
    // The last piece does not say that it is one, so what is in it waits as well.
    let line = line.replace(" P ", " F ");
    assert_eq!(undo_outer(line.as_bytes(), &bump).unwrap().text, &line.as_bytes()[30..]);
    assert_eq!(undo(line.as_bytes(), &bump).unwrap().text, b"a");
    let line = framed(Kind::Compose, &framed(Kind::Docker, &framed(Kind::Ansi, "x")));
    assert_eq!(undo_outer(line.as_bytes(), &bump).unwrap().text, framed(Kind::Ansi, "x").as_bytes());
}

#[test]
fn streams_are_told_apart() {
    let bump = Bump::new();
    let stream = |line: String| undo(line.as_bytes(), &bump).unwrap().stream;
    let cri = |stream: &str| format!("2026-11-24T02:41:00Z {stream} F x");
    let docker = framed(Kind::Docker, "x");
    let different = [
        stream(docker.clone()),
        stream(docker.replace("stdout", "stderr")),
        stream(format!("web-1  | {}", cri("stdout"))),
        stream(format!("web-2  | {}", cri("stdout"))),
        stream(format!("web-2  | {}", cri("stderr"))),
        stream("web-2  | x".to_owned()),
        Stream::default(),
    ];
    for (place, one) in different.iter().enumerate() {
        assert!(!different[..place].contains(one), "{place}");
    }
    assert_eq!(stream(cri("stdout")), stream(docker));
}

#[test]
fn long_lines_take_time_that_is_linear() {
    let long = |head: &str, unit: &str| format!("{head}{}", unit.repeat(LONG_BYTES / unit.len()));
    for line in [
        long("", "{"),
        long("{\"log\":\"", "\\\""),
        long("{\"log\":\"", "{"),
        long("{", "\"log\":\"\","),
        long("{\"_A\":[", "["),
        long("{\"MESSAGE\":[", "1,"),
        long("{\"MESSAGE\":\"", "\\ud800"),
        long("", "\x1b["),
        long("", "\x1b]"),
        long("", "\x1b]0;\x1b"),
        long("", "\x1b[31m"),
        long("a", "\x1b[1;"),
        long("<134>1 - a b c d ", "["),
        long("<134>1 - a b c d ", "[a b=\"\\\"\"]"),
        long("<134>1 - a b c d [a b=\"", "\\"),
        long("<134>Nov 24 02:41:00 web-01 app: ", "#012"),
        long("<134>Nov 24 02:41:00 ", "a"),
        long("[pod/", "a/"),
        long("web-1 ", " "),
        long("2026-11-24T02:41:00.", "0"),
        long("2026-11-24T02:41:00Z stdout F:", "a"),
        long("web-1 | web-1 | web-1 | web-1 | ", "web-1 | "),
    ] {
        for line in [&line, &format!("{line}\"}}"), &format!("{line}]}}")] {
            let _ = undo(line.as_bytes(), &Bump::new());
        }
    }
}

fn kinds() -> impl Strategy<Value = Kind> {
    prop::sample::select(&Kind::ALL[..])
}

proptest! {
    #[test]
    fn undoing_a_frame_gives_the_text(kind in kinds(), text in "[^\\p{Cc}#\u{feff}]{0,60}") {
        let bump = Bump::new();
        let line = framed(kind, &text);
        let found = one(line.as_bytes(), &bump).unwrap();
        prop_assert_eq!((found.kind, found.text), (kind, text.as_bytes()));
        if let Some(offset) = found.offset {
            prop_assert!(line.as_bytes()[offset..].starts_with(text.as_bytes()));
        }
    }

    #[test]
    fn json_frames_keep_every_character(text in "(\\PC|[\\x00-\\x09\\x0b-\\x0c\\x0e-\\x7f]){0,60}") {
        for kind in [Kind::Docker, Kind::Journald] {
            let bump = Bump::new();
            let line = framed(kind, &text);
            prop_assert_eq!(one(line.as_bytes(), &bump).unwrap().text, text.as_bytes());
        }
    }

    #[test]
    fn two_frames_are_undone_as_one(outer in kinds(), inner in kinds(), text in "[ a-z\"{}\\\\é]{0,30}") {
        let bump = Bump::new();
        let line = framed(outer, &framed(inner, &text));
        prop_assert_eq!(undo(line.as_bytes(), &bump).unwrap().text, text.as_bytes());
    }

    #[test]
    fn a_cut_line_is_another_line_and_no_fault(kind in kinds(), text in "\\PC{0,20}", keep in 0.0..1.0) {
        let line = framed(kind, &text);
        let keep = (line.len() as f64 * keep) as usize;
        let bump = Bump::new();
        if let Some(found) = undo(&line.as_bytes()[..keep], &bump) {
            // What stands between quotes is known to be whole only with its end.
            prop_assert!(!matches!(kind, Kind::Docker | Kind::Journald));
            prop_assert!(found.text.len() <= keep);
        }
    }

    #[test]
    fn no_line_is_too_odd(bytes: Vec<u8>, like in "[\\{\\[<0-9NWovwe\"\\\\:T.Z| #\\x1bm-]{0,40}") {
        let bump = Bump::new();
        for line in [&bytes, like.as_bytes()] {
            if let Some(found) = undo(line, &bump)
                && let Some(offset) = found.offset
            {
                prop_assert!(line[offset..].starts_with(found.text));
            }
        }
    }
}

/// The same calls, as one program wrote them, in four frames; skipped when `RESPLOG_CORPORA` names no folder.
#[test]
fn the_same_calls_are_the_same_lines_in_every_frame() {
    let Some(corpora) = std::env::var_os("RESPLOG_CORPORA") else { return };
    let read = |name: &str| fs::read(Path::new(&corpora).join("text").join(name)).unwrap();
    let plain = read("same-plain.log");
    for name in ["same-docker.log", "same-cri.log", "same-journald-all.ndjson", "same-rfc5424.log"] {
        let (log, bump) = (read(name), Bump::new());
        let mut text = Vec::new();
        for line in log.strip_suffix(b"\n").unwrap().split(|&byte| byte == b'\n') {
            let found = undo(line, &bump).unwrap_or_else(|| panic!("{name}: {}", String::from_utf8_lossy(line)));
            text.extend_from_slice(found.text);
            text.extend_from_slice(if found.is_partial { b"" } else { b"\n" });
        }
        let differs = text.split(|&byte| byte == b'\n').zip(plain.split(|&byte| byte == b'\n')).find(|(a, b)| a != b);
        assert_eq!(differs.map(|(a, b)| (String::from_utf8_lossy(a), String::from_utf8_lossy(b))), None, "{name}");
        assert_eq!(text.len(), plain.len(), "{name}");
    }
}
