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
