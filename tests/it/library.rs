//! The library as a caller uses it: inputs and options in, the JSON report out.

use std::collections::BTreeMap;
use std::path::Path;

use resplog::catalog::Classes;
use resplog::engine::{Analysis, Duplicates, Options, RunControl, analyze, facts};
use resplog::hints::hints;
use resplog::input::source::Sizes;
use resplog::input::{Compression, Framing, Input, Status};
use resplog::inspect::Reading;
use resplog::render::json;
use resplog::report::{InputFacts, build};
use resplog::scan::{ScannerKind, Tier};
use resplog::summary::Summary;
use resplog::summary::rejects::Reject;
use resplog::time::Period;

/// A thread, the sizes of the program.
pub fn options() -> Options {
    Options { threads: 1, sizes: Sizes::default(), way: ScannerKind::Fast(Tier::best()), reading: Reading::default() }
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
        (fact.path, fact.compression) = ((*name).to_owned(), Compression::None);
    }
    let names: Vec<_> = inputs.iter().map(|&(name, _)| name).collect();
    json_of(&analysis.summary, &facts, hints(&analysis, &names))
}

/// The JSON report of a summary that was made without reading anything.
pub fn report_of(summary: &Summary) -> String {
    let facts: Vec<_> = summary.inputs.iter().map(|(id, _)| fact(&id.path)).collect();
    json_of(summary, &facts, Vec::new())
}

fn fact(path: &str) -> InputFacts {
    InputFacts {
        path: path.to_owned(),
        format: Framing::Lines,
        compression: Compression::None,
        bytes: 0,
        status: Status::Ok,
        error: None,
        unfinished: false,
        skipped: false,
    }
}

pub fn json_of(summary: &Summary, facts: &[InputFacts], hints: Vec<String>) -> String {
    let by: Vec<_> = (0..summary.groups.by().len()).map(|field| format!("field{field}")).collect();
    let options = resplog::report::Options {
        classes: &Classes::default(),
        ids: 8,
        codes: &[],
        only_classes: &[],
        by: &by,
        periods: &Period::ALL,
        filters: &BTreeMap::new(),
        against: resplog::report::Against::default(),
    };
    let report = build::report(summary, facts.to_vec(), false, hints, &options).unwrap();
    let mut out = Vec::new();
    json::write(&report, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}
