//! The library as a caller uses it: inputs and options in, the JSON report out. The front door makes what the program
//! makes.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use resplog::catalog::Classes;
use resplog::internals::engine::{Analysis, Duplicates, Options, RunControl, analyze, facts};
use resplog::internals::hints::hints;
use resplog::internals::input::source::Sizes;
use resplog::internals::input::{Compression, Input};
use resplog::internals::inspect::Reading;
use resplog::internals::partial::apart::APART_MAX;
use resplog::internals::render::json as write_json;
use resplog::internals::summary::Summary as Kept;
use resplog::internals::summary::counting::Counting;
use resplog::internals::summary::rejects::Reject;
use resplog::report::{InputFacts, build};
use resplog::scan::{ScannerKind, Tier};
use resplog::settings::Settings;
use resplog::time::{Nanos, Period};
use resplog::{Analyzer, Error, Format, MergeError, Report, ReportOptions, Summary};

use crate::program::{run, testdata};

/// A thread, the sizes of the program.
pub fn options() -> Options {
    Options {
        threads: 1,
        sizes: Sizes::default(),
        way: ScannerKind::Fast(Tier::best()),
        reading: Reading::default(),
        counting: Counting::default(),
    }
}

/// Reads inputs.
pub fn analysis(paths: &[&Path], options: &Options) -> Analysis {
    let inputs: Vec<_> = paths.iter().map(|&path| Input::new(path.to_owned())).collect();
    let watch = RunControl::default();
    analyze(&inputs, options, &watch, &Duplicates::default(), None::<fn(&Reject, u64)>).unwrap()
}

/// The JSON report of inputs, which it calls by these names.
pub fn report(inputs: &[(&str, &Path)], options: &Options) -> String {
    let paths: Vec<_> = inputs.iter().map(|&(_, path)| path).collect();
    let analysis = analysis(&paths, options);
    let named = |path: &&Path| Input::new((*path).to_owned());
    let mut facts = facts(&paths.iter().map(named).collect::<Vec<_>>(), &analysis);
    for (fact, (name, _)) in facts.iter_mut().zip(inputs) {
        // Neither the name nor the packing of an input changes what its lines say.
        (fact.path, fact.read.compression) = ((*name).to_owned(), Compression::None);
    }
    json_of(&analysis.summary, &facts, hints(&analysis.summary, &facts))
}

/// The JSON report of a summary that was made without reading anything.
pub fn report_of(summary: &Kept) -> String {
    let facts: Vec<_> = summary.inputs.iter().map(|(id, _)| fact(&id.path)).collect();
    json_of(summary, &facts, Vec::new())
}

fn fact(path: &str) -> InputFacts {
    InputFacts { path: path.to_owned(), ..InputFacts::default() }
}

pub fn json_of(summary: &Kept, facts: &[InputFacts], hints: Vec<String>) -> String {
    let by: Vec<_> = (0..summary.groups.by().len()).map(|field| format!("field{field}")).collect();
    let options = resplog::report::Options {
        classes: &Classes::default(),
        ids: 8,
        codes: &[],
        only_classes: &[],
        by: &by,
        periods: &Period::ALL,
        filters: &BTreeMap::new(),
        split: Some(Nanos(1_795_040_000_000_000_000)),
        against: resplog::report::Against::default(),
    };
    let report = build::report(summary, facts.to_vec(), false, hints, &options).unwrap();
    let mut out = Vec::new();
    write_json::write(&report, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// What the front door writes.
fn json(report: &Report) -> String {
    let mut out = Vec::new();
    report.write(Format::Json, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Logs of the project: with a context and without one, damaged, and no log at all.
const LOGS: [&str; 4] = ["bare.ndjson", "damaged.ndjson", "wrapped.ndjson", "README.md"];

#[test]
fn the_front_door_makes_what_the_program_makes() {
    let folder = testdata();
    // The program names what it was given, so it is given what the library is.
    let paths = LOGS.map(|name| folder.join(name));
    let arguments = ["report", "-f", "json"].map(OsString::from).into_iter();
    let arguments = arguments.chain(paths.iter().map(|path| path.clone().into_os_string()));
    let ran = run(&folder, arguments, None);
    assert_eq!(json(&resplog::analyze(&paths).unwrap()), ran.stdout);
    let text = |report: &Report| {
        let mut out = Vec::new();
        report.write(Format::Text, &mut out).unwrap();
        out
    };
    let report = resplog::analyze([&paths[2]]).unwrap();
    assert!(text(&report).starts_with(b"FAILURES"), "{}", String::from_utf8_lossy(&text(&report)));
}

#[test]
fn summaries_travel_and_merge_in_any_order() {
    let paths = ["bare.ndjson", "damaged.ndjson", "wrapped.ndjson"].map(|name| testdata().join(name));
    let whole = json(&resplog::analyze(&paths).unwrap());
    let analyzer = Analyzer::new().threads(1);
    let one = |path: &PathBuf| {
        let bytes = analyzer.summary([path]).unwrap().to_bytes().unwrap();
        let read = Summary::from_bytes(&bytes).unwrap();
        assert_eq!(read.to_bytes().unwrap(), bytes);
        read
    };
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let [mut merged, second, third] = order.map(|place| one(&paths[place]));
        merged.merge(second).unwrap();
        merged.merge(third).unwrap();
        assert_eq!(json(&merged.report(&ReportOptions::default()).unwrap()), whole, "{order:?}");
    }
}

#[test]
fn what_would_be_counted_twice_or_otherwise_is_refused() {
    let path = testdata().join("bare.ndjson");
    let summary = || Analyzer::new().summary([&path]).unwrap();
    let mut held = summary();
    let before = held.to_bytes().unwrap();
    held.merge(summary()).unwrap();
    assert_eq!(held.to_bytes().unwrap(), before, "the same input counts once");
    let both = || Analyzer::new().summary([&path, &testdata().join("crlf.ndjson")]).unwrap();
    let mut larger = summary();
    larger.merge(both()).unwrap();
    assert_eq!(larger.to_bytes().unwrap(), both().to_bytes().unwrap(), "the larger one holds all");
    let [crlf, wrapped] = ["crlf.ndjson", "wrapped.ndjson"].map(|name| testdata().join(name));
    let mut others = Analyzer::new().summary([&path, &wrapped]).unwrap();
    others.merge(both()).unwrap();
    let all = Analyzer::new().summary([&path, &crlf, &wrapped]).unwrap();
    assert_eq!(others.to_bytes().unwrap(), all.to_bytes().unwrap(), "what both have counts once");
    let folder = tempfile::tempdir().unwrap();
    let logs: Vec<_> = (0..APART_MAX + 2).map(|log| folder.path().join(format!("{log:03}.log"))).collect();
    for log in &logs {
        std::fs::copy(&crlf, log).unwrap();
    }
    let mut others = Analyzer::new().summary(&logs[1..]).unwrap();
    let unmerged = others.to_bytes().unwrap();
    assert!(
        matches!(
            others.merge(Analyzer::new().summary(&logs[..logs.len() - 1]).unwrap()),
            Err(Error::Merge(MergeError::SharedInput(input))) if logs.iter().any(|log| *log.to_string_lossy() == input)
        ),
        "neither holds all, and they are too many to be kept apart"
    );
    assert_eq!(others.to_bytes().unwrap(), unmerged);
    let other = Settings { services: Settings::names(["cvm"]), ..Settings::default() };
    let filtered = Analyzer::new().settings(other).summary([testdata().join("wrapped.ndjson")]).unwrap();
    assert!(matches!(held.merge(filtered.clone()), Err(Error::Merge(MergeError::Settings(_)))));
    assert_eq!(held.to_bytes().unwrap(), before);
    let changing = folder.path().join("log");
    let of = |text: &str| {
        std::fs::write(&changing, text).unwrap();
        Analyzer::new().summary([&changing]).unwrap()
    };
    let mut first = of("{\"Response\":{\"RequestId\":\"id-1\"}}\n");
    let other = of("{\"Response\":{\"RequestId\":\"id-2\"}}\n");
    assert!(
        matches!(first.merge(other), Err(Error::Merge(MergeError::OtherInput(input))) if input == changing.to_string_lossy())
    );
    assert!(matches!(Summary::from_bytes(&before[..before.len() - 1]), Err(Error::Wire(_))));
    assert!(json(&filtered.report(&ReportOptions::default()).unwrap()).contains(r#""service""#));
}

#[test]
fn a_stored_summary_says_what_its_inputs_look_like() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    std::fs::write(&path, "<!DOCTYPE html>\n<html></html>\n").unwrap();
    let summary = Analyzer::new().summary([&path]).unwrap();
    let read = Summary::from_bytes(&summary.to_bytes().unwrap()).unwrap();
    let text = json(&read.report(&ReportOptions::default()).unwrap());
    assert!(text.contains("holds pages of HTML"), "{text}");
    assert_eq!(text, json(&summary.report(&ReportOptions::default()).unwrap()));
}

#[test]
fn a_summary_is_a_baseline_as_its_report_is() {
    let folder = tempfile::tempdir().unwrap();
    let earlier = Analyzer::new().summary([testdata().join("bare.ndjson")]).unwrap();
    let bytes = earlier.to_bytes().unwrap();
    let report = json(&earlier.report(&ReportOptions::default()).unwrap());
    for (name, bytes) in [("last.json", report.as_bytes()), ("last.summary", &bytes[..]), ("cut.summary", &bytes[..99])]
    {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    let log = testdata().join("wrapped.ndjson");
    let shown = |name: &str, format: &str| {
        let file = folder.path().join(name);
        let arguments = ["report", "-f", format, "--baseline", file.to_str().unwrap(), log.to_str().unwrap()];
        run(folder.path(), arguments, None)
    };
    let against = |name: &str| shown(name, "json");
    let (of_report, of_summary) = (against("last.json"), against("last.summary"));
    let table = |name: &str| {
        let text = shown(name, "text").stdout;
        text.split("\n\n").find(|part| part.starts_with("COMPARED  the baseline and now")).unwrap().to_owned()
    };
    assert_eq!(table("last.summary"), table("last.json"));
    assert!(of_report.stdout.contains(r#""trend": "new""#), "{}", of_report.stdout);
    assert_eq!(of_report.stdout, of_summary.stdout);
    let cut = against("cut.summary");
    assert!(cut.exit == 2 && cut.stderr.contains("the summary is damaged"), "{}", cut.stderr);
}
