//! A file of options says what the command line would have said, and never more than it was asked for.

use serde_json::{Value, json};

use crate::program::{Ran, folder, run, testdata};

fn ran(file: &str, arguments: &[&str]) -> Ran {
    let log = std::fs::read(testdata().join("bare.ndjson")).unwrap();
    let folder = folder(&[("resplog.toml", file.as_bytes()), ("bare.ndjson", &log), ("-odd.ndjson", &log)]);
    run(folder.path(), arguments, None)
}

#[test]
fn a_file_says_what_the_command_line_would_have_said() {
    let file = "inputs = [\"bare.ndjson\"]\nformat = \"json\"\nids = 2\ndedupe = true\nquiet-if-ok = false\n\
                fail_if = ['failed > 3', \"code(InternalError) > 1\"]\nnow = 2026-11-24T01:00:00Z\n";
    let by_file = ran(file, &["report", "--config", "resplog.toml"]);
    let typed = [
        "report",
        "bare.ndjson",
        "-f",
        "json",
        "--ids",
        "2",
        "--dedupe",
        "--fail-if",
        "failed > 3",
        "--fail-if",
        "code(InternalError) > 1",
        "--now",
        "2026-11-24T01:00:00Z",
    ];
    let typed = ran(file, &typed);
    assert_eq!((by_file.exit, &by_file.stdout), (1, &typed.stdout), "{}", by_file.stderr);
    assert_eq!(by_file.json()["breaches"].as_array().unwrap().len(), 2);
}

#[test]
fn the_command_line_goes_first() {
    let file = "inputs = 'missing'\nformat = 'text'\nids = 2\nfail-if = ['failed > 3']\nquiet-if-ok = true\n";
    let ran =
        ran(file, &["report", "--config=resplog.toml", "-f", "json", "--fail-if", "failed > 99", "./-odd.ndjson"]);
    assert_eq!((ran.exit, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
}

#[test]
fn one_file_serves_all_commands() {
    let file = "inputs = ['-odd.ndjson']\nfail-if = ['failed > 3']\nuin = '1'\n";
    let found =
        ran(file, &["find", "--config", "resplog.toml", "7bdc8d50-fef1-4cc6-8c57-52697be511ba", "-f", "ndjson"]);
    assert_eq!(found.exit, 0, "{}", found.stderr);
    assert_eq!(found.json()["input"], "./-odd.ndjson");
}

#[test]
fn what_no_option_is_called_is_an_error_with_a_line_and_a_suggestion() {
    for (file, said) in [
        ("ids = 2\nfial-if = 'failed > 3'\n", "line 2: there is no option 'fial-if'; did you mean fail-if?"),
        ("\n\nzzzzzzzzzz = 1", "line 3: there is no option 'zzzzzzzzzz'; resplog report --help lists them"),
        ("config = 'other.toml'", "line 1: 'config' stands on the command line only"),
        ("dedupe = 'yes'", "line 1: 'dedupe' is true or false"),
        ("ids = [1, 2]", "line 1: 'ids' takes one value"),
        ("[report]\nids = 1", "line 1: there is no option 'report'"),
        ("code = {}", "line 1: 'code' takes a text or a number"),
        ("ids = ", "line 1, column 7"),
        ("ids = 'many'", "invalid value 'many' for '--ids <N>'"),
        ("fail-if = 'failed >'", "--fail-if: a number is missing here"),
    ] {
        let ran = ran(file, &["report", "--config", "resplog.toml", "bare.ndjson"]);
        assert!(ran.exit == 2 && ran.stderr.contains(said), "{file}: {}", ran.stderr);
    }
    assert!(ran("", &["report", "--config", "none.toml", "bare.ndjson"]).stderr.contains("--config none.toml"));
    assert_eq!(ran("ids = 'many'", &["report", "bare.ndjson"]).exit, 0, "no file is read that is not named");
}

#[test]
fn a_stamp_tells_all_options_in_force() {
    let ran = ran("ids = 2\n", &["report", "--config", "resplog.toml", "bare.ndjson", "-f", "json", "--stamp"]);
    let stamp = &ran.json()["stamp"];
    assert_eq!(stamp["options"]["ids"], json!(["2"]));
    assert_eq!(stamp["options"]["top"], json!(["20"]));
    assert_eq!(stamp["options"]["format"], json!(["json"]));
    assert_eq!(stamp["options"].get("dedupe"), None::<&Value>);
    let filters = ran.json()["filters"].clone();
    assert_eq!(filters, json!({"ids": 2}));
}

/// A log whose times have no zone and whose durations are seconds.
fn local(number: u64) -> String {
    format!(
        "{{\"time\":\"2026-11-24 10:00:0{number}\",\"took\":{number},\"Response\":{{\"Error\":{{\"Code\":\"X\",\"Message\":\"\"}},\
         \"RequestId\":\"{number:08}-77b1-4c39-9a55-2d1b6f0e8c41\"}}}}\n"
    )
}

const SOURCE: &str = "[[source]]\ninputs = 'logs/app.log'\nassume-tz = '+08:00'\nfield = 'duration=/took:s'\n";

#[test]
fn a_source_holds_for_its_inputs_in_every_command_and_in_tars() {
    let mut builder = tar::Builder::new(Vec::new());
    for name in ["in.log", "../../../logs/app.log"] {
        let (mut header, text) = (tar::Header::new_gnu(), local(3));
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(text.len() as u64);
        header.set_cksum();
        builder.append(&header, text.as_bytes()).unwrap();
    }
    let tar = builder.into_inner().unwrap();
    let of_tar = "[[source]]\ninputs = ['*.tar/in.log', '-']\nassume_tz = '-05:00'\n";
    let file = SOURCE.to_owned() + of_tar;
    let folder = folder(&[("o.toml", file.as_bytes()), ("x.tar", &tar), ("other.log", local(2).as_bytes())]);
    std::fs::create_dir(folder.path().join("logs")).unwrap();
    for name in ["app.log", "app.log.1", "app.txt"] {
        std::fs::write(folder.path().join("logs").join(name), local(1)).unwrap();
    }
    let run = |arguments: &[&str]| run(folder.path(), arguments, Some(local(4).as_bytes()));
    let inputs = ["logs", "other.log", "x.tar", "-"];
    let ids = run(&[&["ids", "--config", "o.toml", "-f", "ndjson"], &inputs[..]].concat());
    let rows: Vec<Value> = ids.stdout.lines().map(|row| serde_json::from_str(row).unwrap()).collect();
    let rows: Vec<_> = rows.iter().map(|row| (row["input"].as_str().unwrap(), row["time"].as_str().unwrap())).collect();
    let expected = [
        ("-", "2026-11-24T15:00:04Z"),
        ("logs/app.log", "2026-11-24T02:00:01Z"),
        ("logs/app.log.1", "2026-11-24T02:00:01Z"),
        ("logs/app.txt", "2026-11-24T10:00:01Z"),
        ("other.log", "2026-11-24T10:00:02Z"),
        ("x.tar/../../../logs/app.log", "2026-11-24T10:00:03Z"),
        ("x.tar/in.log", "2026-11-24T15:00:03Z"),
    ];
    assert_eq!(rows, expected, "{}", ids.stderr);
    let found =
        run(&["find", "00000001-77b1-4c39-9a55-2d1b6f0e8c41", "./logs/app.log", "--config=o.toml", "-f", "ndjson"]);
    assert_eq!(found.json()["time"], "2026-11-24T02:00:01Z");
    assert_eq!(found.stderr, "resplog: --config o.toml: [[source]] 2 is of none of the inputs: *.tar/in.log, -\n");
    let ticket = run(&["ticket", "logs/app.log", "--config", "o.toml", "--code", "X"]);
    assert!(ticket.stdout.contains("02:00:01"), "{ticket:?}");
    let report = run(&["report", "logs/app.log", "--config", "o.toml", "-f", "json", "--assume-tz", "UTC", "--stamp"]);
    let report = report.json();
    assert_eq!(
        (&report["span"]["first"], &report["latency"]["all"]["max"]),
        (&json!("2026-11-24T02:00:01Z"), &json!(1000.0))
    );
    let source = r#"{"inputs":["logs/app.log"],"field":["duration=/took:s"],"assume-tz":"+08:00"}"#;
    assert_eq!(report["filters"]["source"][0], source);
    assert_eq!(report["stamp"]["options"]["source"][0], source);
    let text = run(&["report", "logs/app.log", "--config", "o.toml"]);
    assert!(text.stdout.contains("with [[source]] {\"inputs\""), "{}", text.stdout);
}

#[test]
fn a_state_keeps_its_sources_and_a_rotated_log_is_read_as_before() {
    let site = crate::state::Site::new();
    std::fs::create_dir(site.path("old")).unwrap();
    std::fs::write(site.path("o.toml"), SOURCE).unwrap();
    site.append("logs/app.log", &local(1));
    let run = |file: &str| {
        let typed =
            ["report", "logs/app.log", "--state", "state", "--rotated-into", "old", "-f", "json", "--config", file];
        run(&site.path(""), typed, None)
    };
    let first = run("o.toml");
    assert_eq!((first.exit, &first.json()["span"]["last"]), (0, &json!("2026-11-24T02:00:01Z")), "{}", first.stderr);
    // The rest of the log is read where it was rotated to, under a name and in a folder that no source has.
    site.append("logs/app.log", &local(2));
    site.rename("logs/app.log", "old/app.log.1");
    site.append("logs/app.log", &local(3));
    let second = run("o.toml");
    let (report, span) = (second.json(), json!({"first": "2026-11-24T02:00:02Z", "last": "2026-11-24T02:00:03Z"}));
    assert_eq!((second.exit, &report["totals"]["failed"], &report["span"]), (0, &json!(2), &span), "{}", second.stderr);
    std::fs::write(site.path("p.toml"), SOURCE.replace("+08:00", "+09:00")).unwrap();
    let other = run("p.toml");
    assert!(
        other.exit == 2 && other.stderr.contains("[[source]] was '{\"inputs\":[\"logs/app.log\"]"),
        "{}",
        other.stderr
    );
    std::fs::write(site.path("q.toml"), SOURCE.replace("+08:00", "+8")).unwrap();
    assert_eq!(run("q.toml").exit, 0, "the same zone, written otherwise");
}

#[test]
fn what_is_wrong_with_a_source_is_said_with_its_line_and_key() {
    for (file, said) in [
        ("[[source]]\nfield = 'time=/at'\n", "missing field `inputs`"),
        (
            "ids = 2\n\n[[source]]\ninputs = []\n",
            "--config resplog.toml: line 3: [[source]]: 'inputs': no inputs: expected",
        ),
        ("[[source]]\ninputs = 'a'\nassume-tz = 'Mars'\n", "line 1: [[source]]: 'assume-tz': invalid zone 'Mars'"),
        ("[[source]]\ninputs = 'a'\nfield = ['x=/y']\n", "'field': unknown field 'x': expected one of"),
        ("[[source]]\ninputs = 'a'\nenvelope = 'x'\n", "'envelope': invalid pointer 'x'"),
        ("[[source]]\ninputs = 'a'\ninput-format = 'x'\n", "'input-format': invalid input format 'x'"),
        ("[[source]]\ninputs = '['\n", "'inputs': invalid glob '['"),
        ("[[source]]\ninputs = 'a'\nsince = '1d'\n", "unknown field `since`, expected one of `inputs`, `field`"),
        ("[[source]]\ninputs = 5\n", "expected a text or a list of texts"),
        ("[source]\ninputs = 'a'\n", "--config resplog.toml"),
    ] {
        let ran = ran(file, &["report", "--config", "resplog.toml", "bare.ndjson"]);
        assert!(ran.exit == 2 && ran.stderr.contains(said), "{file}: {}", ran.stderr);
    }
}
