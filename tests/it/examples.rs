//! `docs/examples/` holds what the commands in its `README.md` make; `RESPLOG_BLESS=1` makes it again. It also holds that
//! the pages about formats name every key, column and metric that there is.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::program::{folder, root, testdata};

/// How people start the generator, which `cargo test` has built.
const GENERATE: &str = "cargo run -q --release --example generate --";

/// The commands of the page, as a script.
fn script() -> String {
    let page = fs::read_to_string(root().join("docs/examples/README.md")).unwrap();
    let block = page.split("```sh\n").nth(1).unwrap().split("```").next().unwrap();
    assert!(block.contains(GENERATE) && block.contains("resplog report"), "{block}");
    block.replace(GENERATE, "generate").replace("cp ../../testdata", &format!("cp {}", testdata().display()))
}

/// Every file in a folder and in those below, with what it holds.
fn files(folder: &Path) -> Vec<(String, String)> {
    let walk = ignore::WalkBuilder::new(folder).standard_filters(false).build().map(|entry| entry.unwrap().into_path());
    let name = |path: &Path| path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
    walk.filter(|path| path.is_file()).map(|path| (name(&path), fs::read_to_string(&path).unwrap())).collect()
}

#[test]
fn the_examples_are_what_their_commands_make() {
    let programs = Path::new(env!("CARGO_BIN_EXE_resplog")).parent().unwrap();
    if !programs.join("examples/generate").exists() {
        eprintln!("skipped: the generator is not built; cargo build --example generate");
        return;
    }
    let folder = folder(&[]);
    let mut shell = Command::new("sh");
    shell.args(["-e", "-c", &script()]).current_dir(folder.path()).env_clear();
    shell.env("PATH", format!("{0}:{0}/examples:/usr/bin:/bin", programs.display()));
    let ran = shell.output().unwrap();
    assert!(ran.status.success() && ran.stderr.is_empty(), "{ran:?}");
    let made: Vec<_> = files(folder.path()).into_iter().filter(|(name, _)| !name.ends_with(".ndjson")).collect();
    assert_eq!(made.len(), 3 * (6 + resplog::report::tables::Table::ALL.len()));
    let examples = root().join("docs/examples");
    let mut wrong = Vec::new();
    for (name, text) in made {
        let path = examples.join(&name);
        if std::env::var_os("RESPLOG_BLESS").is_some() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &text).unwrap();
        }
        if fs::read_to_string(&path).ok() != Some(text) {
            wrong.push(name);
        }
    }
    assert!(wrong.is_empty(), "RESPLOG_BLESS=1 makes them again: {wrong:?}");
}

fn page(name: &str) -> String {
    fs::read_to_string(root().join("docs").join(name)).unwrap()
}

/// Whether a page has a word that is not a part of another one.
fn says(page: &str, word: &str) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    page.match_indices(word)
        .any(|(place, _)| !page[..place].ends_with(is_name) && !page[place + word.len()..].starts_with(is_name))
}

#[test]
fn every_column_of_csv_is_documented() {
    let page = page("outputs.md");
    for table in resplog::report::tables::Table::ALL {
        let start = format!("| `{}` |", table.as_str());
        let row = page.lines().find(|line| line.starts_with(&start)).unwrap_or_else(|| panic!("no row {start}"));
        // Some rows refer to the columns of another table.
        let has =
            |column: &&str| !says(row, column) && !row.contains("those of `ids`") && !row.contains("as in `actions`");
        let heads = resplog::internals::render::csv::heads(table);
        let missing: Vec<_> = heads.split(',').filter(has).collect();
        assert!(missing.is_empty(), "{}: {missing:?}", table.as_str());
    }
}

#[test]
fn every_format_is_documented() {
    let page = page("outputs.md");
    let help = crate::program::run(Path::new("."), ["report", "--help"], None).stdout;
    for format in resplog::internals::render::Format::ALL {
        let (name, extension) = (format.name(), format.extension());
        assert!(page.contains(&format!("| `{name}` | `.{extension}` |")), "{name}: no row in outputs.md");
        assert!(says(&help, extension) && says(&help, name), "{name}: not in the help");
    }
}

#[test]
fn every_anomaly_is_documented_and_in_the_schemas() {
    let policy = page("policy.md");
    for anomaly in resplog::record::Anomaly::ALL.map(resplog::record::Anomaly::as_str) {
        assert!(policy.contains(&format!("| `{anomaly}` |")), "{anomaly}: no row in policy.md");
        for name in ["report.schema.json", "state.schema.json", "watch.schema.json"] {
            assert!(page(name).contains(&format!("\"{anomaly}\": {{")), "{anomaly}: not in {name}");
        }
        assert_ne!(resplog::report::phrases::anomaly(anomaly), "", "{anomaly}: no phrase");
    }
}

#[test]
fn every_metric_is_documented() {
    let source = fs::read_to_string(root().join("src/render/prometheus.rs")).unwrap();
    let page = page("outputs.md");
    let names = source.match_indices("\"resplog_").map(|(place, _)| source[place + 1..].split('"').next().unwrap());
    let names: Vec<_> = names.collect();
    assert!(names.len() > 20);
    let missing: Vec<_> = names.iter().filter(|name| !says(&page, name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_key_of_json_is_documented() {
    let schema: Value = serde_json::from_str(&page("report.schema.json")).unwrap();
    let mut keys = Vec::new();
    fn walk<'s>(value: &'s Value, keys: &mut Vec<&'s str>) {
        if let Some(properties) = value.get("properties").and_then(Value::as_object) {
            keys.extend(properties.keys().map(String::as_str));
        }
        match value {
            Value::Object(members) => members.values().for_each(|member| walk(member, keys)),
            Value::Array(values) => values.iter().for_each(|value| walk(value, keys)),
            _ => {}
        }
    }
    walk(&schema, &mut keys);
    let pages = page("formats.md") + &page("policy.md");
    let missing: Vec<_> = keys.iter().filter(|key| !says(&pages, key)).collect();
    assert!(keys.len() > 80 && missing.is_empty(), "{missing:?}");
}
