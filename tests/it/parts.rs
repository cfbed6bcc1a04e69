//! Parts and summaries: however inputs are cut and in whatever tree the parts are merged, they say what one machine says, to
//! the byte.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use proptest::sample::Index;
use resplog::internals::engine::{self, Duplicates, Options, RunControl};
use resplog::internals::input::Input;
use resplog::internals::input::source::Sizes;
use resplog::internals::partial::Partial;
use resplog::internals::partial::merge::{Merged, Merger};
use resplog::internals::partial::pieces::Pieces;
use resplog::internals::partial::wire;
use resplog::internals::summary::counting::Counting;
use resplog::internals::summary::rejects::Reject;
use resplog::settings::Settings;
use serde_json::Value;

use crate::library;
use crate::program::{Ran, folder, run, testdata};
use crate::scanners::cases;

fn empty() -> Partial {
    Partial::empty(&Settings::default(), &[])
}

/// As a run that writes a summary: inputs are kept apart.
fn options() -> Options {
    let options = library::options();
    Options { counting: Counting { apart: true, ..options.counting.clone() }, ..options }
}

/// The summary of inputs, or of pieces of them.
fn read(inputs: &[(PathBuf, Option<Range<u64>>)], options: &Options) -> Partial {
    let inputs: Vec<_> =
        inputs.iter().map(|(path, piece)| Input { piece: piece.clone(), ..Input::new(path.clone()) }).collect();
    let none = None::<fn(&Reject, u64)>;
    let analysis = engine::analyze(&inputs, options, &RunControl::default(), &Duplicates::default(), none).unwrap();
    let facts = engine::facts(&inputs, &analysis);
    engine::partial(empty(), &inputs, &facts, &analysis.reads, analysis.summary).with_each(analysis.apart)
}

fn bytes(partial: &Partial) -> Vec<u8> {
    wire::encode(partial).unwrap()
}

/// Where a summary differs from one that was written.
fn differences(partial: &Partial, expected: &[u8]) -> String {
    let (told, expected) = (format!("{partial:#?}"), format!("{:#?}", wire::decode(expected).unwrap()));
    let pairs = told.lines().zip(expected.lines()).zip(1..);
    let differ = pairs.filter(|((told, expected), _)| told != expected).take(20);
    differ.map(|((told, expected), line)| format!("{line}: {told} | {expected}\n")).collect()
}

/// Lines of logs of every kind, damaged ones too, with their line ends.
fn lines() -> Vec<Vec<u8>> {
    let mut logs =
        vec![testdata().join("bare.ndjson"), testdata().join("wrapped.ndjson"), testdata().join("damaged.ndjson")];
    logs.extend(fs::read_dir(testdata().join("texts")).unwrap().map(|entry| entry.unwrap().path()));
    logs.retain(|path| path.extension().is_some_and(|extension| extension != "tsv"));
    logs.sort();
    let of = |log: PathBuf| fs::read(log).unwrap().split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
    logs.into_iter().flat_map(|log| -> Vec<Vec<u8>> { of(log) }).collect()
}

/// Which lines a log has: some that follow each other, from some places.
type Picks = Vec<(Index, usize)>;

fn log() -> impl Strategy<Value = (Picks, Vec<Index>, bool)> {
    let picks = prop::collection::vec((any::<Index>(), 1..9_usize), 0..12);
    (picks, prop::collection::vec(any::<Index>(), 0..6), any::<bool>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn any_parts_merged_in_any_tree_are_one_machine(
        logs in prop::collection::vec(log(), 1..4),
        order in prop::collection::vec(any::<Index>(), 40),
        chunk_bytes in 1..4_000_usize,
    ) {
        let lines = lines();
        let folder = folder(&[]);
        let (mut whole, mut pieces, mut sizes) = (Vec::new(), Vec::new(), Sizes { chunk_bytes, ..Sizes::default() });
        for (number, (picks, cuts, is_unfinished)) in logs.iter().enumerate() {
            let mut log: Vec<u8> = Vec::new();
            for (index, count) in picks {
                log.extend(lines.iter().skip(index.index(lines.len())).take(*count).flatten());
            }
            if *is_unfinished {
                log.pop();
            }
            let path = folder.path().join(format!("{number}.log"));
            fs::write(&path, &log).unwrap();
            let input = Input::new(path.clone());
            let seen = engine::survey(std::slice::from_ref(&input), &options(), &RunControl::default()).unwrap();
            // What turns out to be a stream of JSON is not cut.
            let cuts = if seen[0].is_plain { cuts.as_slice() } else { &[] };
            if !seen[0].is_plain {
                // How much of one is read that is damaged depends on how much is read at once, which no option changes.
                sizes = Sizes::default();
            }
            let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(log.len() + 1) as u64).collect();
            cuts.extend([0, log.len() as u64]);
            cuts.sort_unstable();
            pieces.extend(cuts.windows(2).map(|cut| (path.clone(), Some(cut[0]..cut[1]))));
            whole.push((path, None));
        }
        let expected = bytes(&read(&whole, &options()));
        // A part has at most one piece of an input.
        let parts: Vec<_> = pieces
            .chunk_by(|a, b| a.0 != b.0)
            .map(|pieces| read(pieces, &Options { sizes, ..options() }))
            .collect();

        let mut left = parts.clone();
        for at in order.iter().cycle() {
            if left.len() == 1 {
                break;
            }
            let other = left.swap_remove(at.index(left.len()));
            let place = at.index(left.len());
            // What travels is written and read again.
            left[place].merge(wire::decode(&bytes(&other)).unwrap()).unwrap();
        }
        prop_assert!(bytes(&left[0]) == expected, "{}", differences(&left[0], &expected));

        let mut merger = Merger::new(&empty()).keeping_apart();
        let mut order = order.iter();
        let mut rest: Vec<_> = (0..parts.len()).collect();
        while !rest.is_empty() {
            let next = order.next().map_or(0, |at| at.index(rest.len()));
            let part = &parts[rest.swap_remove(next)];
            merger.add(part.clone()).unwrap();
            // What was tried again counts once.
            let is_something = part.inputs.iter().any(|held| !held.pieces.is_empty());
            let again = merger.add(part.clone()).unwrap();
            prop_assert!(!is_something || again == Merged::Known);
        }
        let merged = merger.finish();
        prop_assert!(bytes(&merged) == expected, "{}", differences(&merged, &expected));
    }
}

#[test]
fn options_of_the_plan_and_of_the_report_are_one_command_line() {
    let folder = folder(&[("api.ndjson", &fs::read(testdata().join("wrapped.ndjson")).unwrap())]);
    let path = folder.path();
    fs::write(path.join("own.toml"), "service = \"cvm\"\nby = [\"app=/app\"]\ntop = 3\nassume-tz = \"+08:00\"\n")
        .unwrap();
    let both = ["--config", "own.toml", "--now", "2026-11-25", "--since", "30h"];
    let of_report = ["--code", "InternalError", "--tz", "+08:00", "--fail-if", "newest_age > 15m"];
    let planned =
        run(path, [&["plan", "api.ndjson", "--part-bytes", "60K", "-o", "plan.json"], &both[..]].concat(), None);
    assert_eq!(planned.exit, 0, "{planned:?}");
    fs::create_dir(path.join("parts")).unwrap();
    for part in 0..5 {
        let (number, file) = (part.to_string(), format!("parts/{part}.summary"));
        assert_eq!(run(path, ["part", "--plan", "plan.json", &number, "-o", &file], None).exit, 0);
    }
    for format in ["json", "text", "html"] {
        let one = run(path, [&["report", "api.ndjson", "-f", format], &both[..], &of_report].concat(), None);
        assert!(one.exit == 1 && (format == "json" || one.stdout.contains("--by app=/app")), "{one:?}");
        for given in [&both[..], &both[..4], &both[2..4]] {
            let mut given = [&["report", "--plan", "plan.json", "parts", "-f", format], given, &of_report].concat();
            if !given.contains(&"--config") {
                // Without the file the report does not know how many rows to show.
                given.extend(["--top", "3"]);
            }
            let many = run(path, &given, None);
            assert_eq!((many.stdout, many.exit), (one.stdout.clone(), one.exit), "{format} {given:?}");
        }
    }
    let other = ["report", "--plan", "plan.json", "parts", "--now", "2026-11-25", "--since", "31h"];
    assert_refused(path, &other, "--since");
}

/// What a machine would print, and what its parts do, in each format.
fn assert_parts(folder: &Path, inputs: &[&str], options: &[&str], part_bytes: &str) -> usize {
    let planned =
        run(folder, [&["plan", "--part-bytes", part_bytes, "-o", "plan.json"], inputs, options].concat(), None);
    assert!([0, 3].contains(&planned.exit), "{planned:?}");
    let plan: Value = serde_json::from_slice(&fs::read(folder.join("plan.json")).unwrap()).unwrap();
    let count = plan["parts"].as_array().unwrap().len();
    let _ = fs::remove_dir_all(folder.join("parts"));
    fs::create_dir(folder.join("parts")).unwrap();
    for part in (0..count).rev() {
        let (number, file) = (part.to_string(), format!("parts/{part}.summary"));
        let ran = run(folder, ["part", "--plan", "plan.json", &number, "-o", &file], None);
        assert!([0, 3].contains(&ran.exit), "{ran:?}");
    }
    for format in ["json", "text", "html", "markdown", "csv", "prometheus"] {
        let now = ["--now", "2026-11-28", "-f", format];
        let one = run(folder, [&["report"], inputs, options, &now].concat(), None);
        let many = run(folder, [&["report", "--plan", "plan.json", "parts"], &now[..]].concat(), None);
        assert_eq!((many.stdout, many.exit), (one.stdout, one.exit), "{format} {inputs:?} {part_bytes}");
    }
    let one = run(folder, [&["report", "-o", "one.summary"], inputs, options].concat(), None);
    let many = run(folder, ["report", "--plan", "plan.json", "parts", "-o", "many.summary"], None);
    assert_eq!(one.exit, many.exit);
    assert_eq!(fs::read(folder.join("one.summary")).unwrap(), fs::read(folder.join("many.summary")).unwrap());
    count
}

fn logs() -> tempfile::TempDir {
    let of = |name: &str| fs::read(testdata().join(name)).unwrap();
    let text = of("texts/python.log");
    let folder = folder(&[
        ("bare.ndjson", &of("bare.ndjson")),
        ("text.log", &text),
        ("empty.log", b""),
        ("damaged.ndjson", &of("damaged.ndjson")),
        ("pretty.json", &of("pretty.json")),
        ("cut.gz", &[0x1f, 0x8b, 8, 0, 0, 0]),
    ]);
    let packed = std::process::Command::new("sh")
        .args([
            "-c",
            "gzip -k text.log && tar -cf all.tar bare.ndjson text.log && tar -czf all.tgz damaged.ndjson bare.ndjson",
        ])
        .current_dir(folder.path())
        .status();
    assert!(packed.unwrap().success());
    folder
}

#[test]
fn parts_of_everything_are_one_machine() {
    let folder = logs();
    let path = folder.path();
    let all = [
        "all.tar",
        "all.tgz",
        "bare.ndjson",
        "cut.gz",
        "damaged.ndjson",
        "empty.log",
        "nothere",
        "pretty.json",
        "text.log",
        "text.log.gz",
    ];
    assert!(assert_parts(path, &all, &[], "5K") > 10);
    assert_eq!(assert_parts(path, &all, &[], "1G"), 1);
    assert!(assert_parts(path, &["text.log"], &[], "100") > 20);
    assert_parts(
        path,
        &["bare.ndjson"],
        &["--service", "cvm", "--since", "2026-11-24T01:00:00Z", "--by", "app=/app"],
        "7K",
    );
    assert_parts(path, &["empty.log"], &[], "5K");
}

#[test]
fn a_missing_part_is_named_and_what_follows_it_has_no_numbers() {
    let folder = logs();
    let path = folder.path();
    assert_parts(path, &["bare.ndjson"], &[], "10K");
    fs::remove_file(path.join("parts/1.summary")).unwrap();
    let ran = run(path, ["report", "--plan", "plan.json", "parts", "-f", "json"], None);
    assert_eq!(ran.exit, 3);
    let report = ran.json();
    assert_eq!(report["inputs"][0]["error"], "part 1 is missing");
    assert_eq!(report["inputs"][0]["status"], "incomplete");
    let is_known = |row: &Value| row["offset"].as_u64() < Some(10 * 1024);
    let rows = report["look_into"].as_array().unwrap();
    assert!(rows.iter().any(is_known) && !rows.iter().all(is_known));
    assert!(rows.iter().all(|row| row["line"].is_null() != is_known(row)), "{rows:?}");
    let text = run(path, ["report", "--plan", "plan.json", "parts"], None).stdout;
    assert!(text.contains("part 1 is missing") && text.contains("bare.ndjson, byte "), "{text}");
    for summary in fs::read_dir(path.join("parts")).unwrap() {
        fs::remove_file(summary.unwrap().path()).unwrap();
    }
    let none = run(path, ["report", "--plan", "plan.json", "parts"], None);
    assert_eq!(none.exit, 3);
    assert!(none.stdout.contains("parts 0, 1, 2, 3, 4 are missing"), "{none:?}");
}

#[test]
fn an_input_that_changed_since_the_plan_fails_its_parts() {
    let folder = logs();
    let path = folder.path();
    let plan = || {
        assert_eq!(
            run(path, ["plan", "bare.ndjson", "text.log.gz", "--part-bytes", "20K", "-o", "plan.json"], None).exit,
            0
        )
    };
    let part = |number: &str| run(path, ["part", "--plan", "plan.json", number, "-o", "part.summary"], None);
    plan();
    assert_eq!(part("1").exit, 0);
    let kept = fs::read(path.join("bare.ndjson")).unwrap();
    let expect = |exit: u8, text: &str| {
        let ran = part("1");
        assert!(ran.exit == i32::from(exit) && ran.stderr.contains(text), "{ran:?}");
        assert!(part("0").exit == i32::from(exit));
    };
    fs::write(path.join("bare.ndjson"), [&kept[..], b"\n"].concat()).unwrap();
    expect(6, "bytes, ");
    let mut other = kept.clone();
    other[kept.len() / 2] ^= 1;
    fs::write(path.join("bare.ndjson"), &other).unwrap();
    expect(6, "written to since");
    // A copy on another machine is the same file.
    fs::remove_file(path.join("bare.ndjson")).unwrap();
    expect(6, "No such file");
    fs::write(path.join("other"), b"holds the inode").unwrap();
    fs::write(path.join("bare.ndjson"), &kept).unwrap();
    expect(0, "");
    other = kept.clone();
    other[7] ^= 1;
    fs::write(path.join("bare.ndjson"), &other).unwrap();
    expect(6, "");
}

fn assert_refused(folder: &Path, arguments: &[&str], text: &str) {
    let Ran { exit, stderr, stdout } = run(folder, arguments, None);
    assert!(exit == 2 && stderr.contains(text) && stdout.is_empty(), "{arguments:?}: {exit} {stderr} {stdout}");
}

#[test]
fn what_a_plan_cannot_do_is_refused() {
    let folder = logs();
    let path = folder.path();
    assert_eq!(run(path, ["report", "bare.ndjson", "-o", "bare.summary"], None).exit, 0);
    assert_eq!(run(path, ["plan", "text.log", "-o", "plan.json"], None).exit, 0);
    assert_refused(path, &["plan", "-"], "only files and objects can be read on other machines");
    assert_refused(path, &["plan", "bare.summary"], "is a summary");
    assert_refused(path, &["plan", "bare.ndjson", "-o", "bare.ndjson"], "would overwrite");
    assert_refused(path, &["plan", "bare.ndjson", "--by", "day"], "--by day");
    assert_refused(path, &["part", "--plan", "plan.json", "7"], "part 7 is not in plan.json");
    assert_refused(path, &["part", "--plan", "bare.ndjson", "0", "-o", "x.summary"], "not a plan");
    assert_refused(path, &["report", "--plan", "plan.json", "bare.summary"], "which is not in the plan");
    assert_refused(
        path,
        &["report", "--plan", "plan.json", "bare.summary", "--service", "cvm"],
        "'unset' there and 'cvm' here",
    );
    assert_refused(path, &["report", "--plan", "plan.json", "x", "--state", "s"], "--state");
}

#[test]
fn summaries_are_inputs_like_logs() {
    let folder = logs();
    let path = folder.path();
    let json = |arguments: &[&str]| {
        let ran = run(path, [&["report", "-f", "json"], arguments].concat(), None);
        (ran.stdout, ran.exit)
    };
    for (name, inputs) in [("a", &["bare.ndjson"][..]), ("b", &["text.log", "damaged.ndjson"]), ("c", &["pretty.json"])]
    {
        let file = format!("{name}.summary");
        let ran = run(path, [&["report", "-o", &*file], inputs].concat(), None);
        assert!(ran.exit == 0 && ran.stdout.is_empty(), "{ran:?}");
    }
    let expected = json(&["bare.ndjson", "text.log", "damaged.ndjson", "pretty.json"]);
    for same in [
        &["a.summary", "b.summary", "c.summary"][..],
        &["c.summary", "b.summary", "a.summary", "b.summary"],
        &["pretty.json", "a.summary", "b.summary"],
        &["bare.ndjson", "c.summary", "a.summary", "b.summary"],
    ] {
        assert_eq!(json(same), expected, "{same:?}");
    }
    let merge =
        |inputs: &[&str], file: &str| assert_eq!(run(path, [&["report", "-o", file], inputs].concat(), None).exit, 0);
    merge(&["a.summary", "b.summary"], "ab.summary");
    merge(&["ab.summary", "c.summary"], "abc.summary");
    merge(&["bare.ndjson", "text.log", "damaged.ndjson", "pretty.json"], "logs.summary");
    assert_eq!(fs::read(path.join("abc.summary")).unwrap(), fs::read(path.join("logs.summary")).unwrap());
    assert_eq!(json(&["b.summary", "abc.summary", "a.summary"]), expected, "one that holds all of the others");
    let piped = run(path, ["report", "-f", "json", "-"], Some(&fs::read(path.join("abc.summary")).unwrap()));
    assert_eq!((piped.stdout, piped.exit), expected);

    merge(&["b.summary", "c.summary"], "bc.summary");
    assert_eq!(json(&["ab.summary", "bc.summary"]), expected, "what both have counts once");
    merge(&["bc.summary", "ab.summary"], "abbc.summary");
    assert_eq!(fs::read(path.join("abbc.summary")).unwrap(), fs::read(path.join("logs.summary")).unwrap());
    assert_refused(
        path,
        &["report", "a.summary", "--service", "cvm"],
        "a.summary: --service is 'unset' there and 'cvm' here",
    );
    assert_refused(
        path,
        &["report", "a.summary", "--by", "app=/app"],
        "grouped by no field there and by app=/app here",
    );
    assert_refused(path, &["report", "a.summary", "--dedupe"], "--dedupe");
    assert_refused(path, &["report", "a.summary", "--rejects", "r"], "--rejects");
    fs::write(path.join("bare.ndjson"), b"another\n").unwrap();
    assert_refused(path, &["report", "a.summary", "bare.ndjson"], "another input is named bare.ndjson");
}

/// The report of summaries is that of their logs, its hints too, so an option that goes with logs alone is suggested as one.
#[test]
fn what_is_suggested_of_the_logs_works_there() {
    let log = fs::read(testdata().join("wrapped.ndjson")).unwrap();
    let folder = folder(&[("a.log", &log), ("b.log", &log)]);
    let path = folder.path();
    for name in ["a", "b"] {
        let ran = run(path, ["report", &format!("{name}.log"), "-o", &format!("{name}.summary")], None);
        assert_eq!(ran.exit, 0, "{ran:?}");
    }
    for inputs in [["a.log", "b.log"], ["a.summary", "b.summary"], ["a.summary", "b.log"]] {
        let hints = run(path, ["report", "-f", "json", inputs[0], inputs[1]], None).json()["hints"].to_string();
        for option in ["--dedupe", "--rejects FILE"] {
            assert!(hints.contains(&format!("{option} over the logs")), "{inputs:?}: {hints}");
        }
    }
    let once = run(path, ["report", "-f", "json", "a.log", "b.log", "--dedupe"], None);
    assert!(once.exit == 0 && once.json()["totals"]["duplicates"].as_u64() > Some(500), "{once:?}");
    assert_eq!(run(path, ["report", "a.log", "b.log", "--rejects", "r"], None).exit, 0);
    for option in [&["--dedupe"][..], &["--rejects", "r"]] {
        assert_refused(path, &[&["report", "a.summary", "b.summary"], option].concat(), "expected the logs");
    }
}

#[test]
fn a_summary_says_with_which_options_it_was_made() {
    let folder = logs();
    let path = folder.path();
    let options = ["--service", "cvm", "--by", "app=/app"];
    let made = run(path, [&["report", "wrapped", "-o", "w.summary"], &options[..]].concat(), None);
    assert_eq!(made.exit, 3, "{made:?}");
    let made = run(path, [&["report", "bare.ndjson", "-o", "w.summary"], &options[..]].concat(), None);
    assert_eq!(made.exit, 0, "{made:?}");
    let expected = run(path, [&["report", "-f", "json", "bare.ndjson"], &options[..]].concat(), None);
    for options in [&options[..], &[]] {
        let told = run(path, [&["report", "-f", "json", "w.summary"], options].concat(), None);
        assert_eq!(told.stdout, expected.stdout);
    }
}

#[test]
fn damaged_summaries_are_inputs_that_could_not_be_read() {
    let folder = logs();
    let path = folder.path();
    assert_eq!(run(path, ["report", "bare.ndjson", "-o", "a.summary"], None).exit, 0);
    let whole = fs::read(path.join("a.summary")).unwrap();
    let mut lengths: Vec<_> = (0..whole.len()).step_by(whole.len() / 40).collect();
    lengths.extend([1, 5, 8, whole.len() - 1]);
    for length in lengths {
        fs::write(path.join("b.summary"), &whole[..length]).unwrap();
        let ran = run(path, ["report", "b.summary", "-f", "json"], None);
        assert_eq!(ran.exit, 3, "{length}: {ran:?}");
        assert_eq!(ran.json()["inputs"][0]["status"], "corrupt");
    }
    let mut newer = whole.clone();
    newer[8] = 9;
    let end = newer.len() - 16;
    let checksum = xxhash_rust::xxh3::xxh3_128(&newer[..end]).to_le_bytes();
    newer[end..].copy_from_slice(&checksum);
    fs::write(path.join("b.summary"), newer).unwrap();
    for command in [&["report"][..], &["ids"], &["find", "an-id"], &["ticket"]] {
        assert_refused(path, &[command, &["b.summary"]].concat(), "which a newer resplog wrote");
    }
}

#[test]
fn a_window_has_all_of_a_summary_or_nothing() {
    let hour = |hour: u32| {
        let line = |minute: u32| {
            format!(
                "{{\"time\":\"2026-11-24T{hour:02}:{minute:02}:00Z\",\"Response\":{{\"RequestId\":\"id-{hour}-{minute}\"}}}}\n"
            )
        };
        (0..60).map(line).collect::<String>()
    };
    let folder = folder(&[
        ("1.log", hour(1).as_bytes()),
        ("2.log", hour(2).as_bytes()),
        ("no", b"{\"Response\":{\"RequestId\":\"x\"}}\n"),
    ]);
    let path = folder.path();
    for log in ["1", "2"] {
        assert_eq!(run(path, ["report", &format!("{log}.log"), "-o", &format!("{log}.summary")], None).exit, 0);
    }
    assert_eq!(run(path, ["report", "no", "-o", "no.summary"], None).exit, 0);
    let ok = |arguments: &[&str]| {
        let ran = run(path, [&["report", "1.summary", "2.summary", "-f", "json"], arguments].concat(), None);
        assert_eq!(ran.exit, 0, "{ran:?}");
        ran.json()["totals"]["ok"].as_u64().unwrap()
    };
    assert_eq!(ok(&[]), 120);
    assert_eq!(ok(&["--since", "2026-11-24T01:00"]), 120);
    assert_eq!(ok(&["--since", "2026-11-24T01:59:30"]), 60);
    assert_eq!(ok(&["--until", "2026-11-24T02:00"]), 60);
    assert_eq!(ok(&["--until", "2026-11-24T01:00"]), 0);
    let window = ["report", "1.summary", "2.summary", "--since", "2026-11-24T01:30"];
    assert_refused(path, &window, "1.summary: its records are of 2026-11-24T01:00:00Z to 2026-11-24T01:59:00Z");
    assert_refused(path, &["report", "no.summary", "--since", "2026-11-24"], "records without a time");

    // A merged one leaves out those of its inputs that lie outside, and only a window that cuts one of them is refused.
    assert_eq!(run(path, ["report", "1.summary", "2.summary", "-o", "both.summary"], None).exit, 0);
    for window in [["--since", "2026-11-24T01:59:30"], ["--until", "2026-11-24T02:00"]] {
        let shown = |inputs: &[&str]| {
            let ran = run(path, [&["report", "-f", "json", "-o", "in.summary"], inputs, &window[..]].concat(), None);
            (ran.stdout, ran.exit, fs::read(path.join("in.summary")).unwrap())
        };
        assert_eq!(shown(&["both.summary"]), shown(&["1.summary", "2.summary"]));
    }
    let window = ["report", "both.summary", "--since", "2026-11-24T01:30"];
    assert_refused(
        path,
        &window,
        "both.summary: 1.log: its records are of 2026-11-24T01:00:00Z to 2026-11-24T01:59:00Z",
    );
}

#[test]
fn records_are_looked_for_in_the_logs_that_a_summary_names() {
    let folder = logs();
    let path = folder.path();
    let inputs = ["bare.ndjson", "all.tar"];
    assert_eq!(run(path, [&["report", "-o", "a.summary"], &inputs[..]].concat(), None).exit, 0);
    for command in ["ids", "ticket"] {
        let expected = run(path, [&[command], &inputs[..]].concat(), None);
        let told = run(path, [command, "a.summary"], None);
        assert_eq!((&told.stdout, told.exit), (&expected.stdout, expected.exit), "{command}");
        assert!(!told.stdout.is_empty());
    }
    fs::remove_file(path.join("bare.ndjson")).unwrap();
    let told = run(path, ["ids", "a.summary"], None);
    assert_eq!(told.exit, 3);
    assert!(told.stderr.contains("bare.ndjson: No such file"), "{}", told.stderr);
}

/// The most memory that this process has had, in kB.
fn peak_kb() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// `.ci/long` merges a million of them.
#[test]
fn parts_without_a_line_merge_in_memory_that_does_not_grow() {
    let count: u64 = std::env::var("RESPLOG_PARTS").ok().and_then(|parts| parts.parse().ok()).unwrap_or(4_000);
    let folder = folder(&[("log", &vec![b' '; count as usize])]);
    let path = folder.path().join("log");
    let part = |piece: u64| wire::decode(&bytes(&read(&[(path.clone(), Some(piece..piece + 1))], &options()))).unwrap();
    let (first, second) = (part(0), part(1));
    let mut merger = Merger::new(&empty());
    merger.add(first).unwrap();
    let (begun, mut before) = (std::time::Instant::now(), peak_kb());
    for piece in 1..count {
        // Only where it is differs from part to part, and to read a file a million times takes long.
        let mut part = second.clone();
        part.inputs[0].pieces = Pieces::of(piece..piece + 1);
        let part = wire::decode(&bytes(&part)).unwrap();
        assert_eq!(merger.add(part).unwrap(), Merged::Added);
        if piece == count / 10 {
            before = peak_kb();
        }
    }
    println!("{count} parts: {:?}, {} kB more after the first tenth", begun.elapsed(), peak_kb() - before);
    let merged = merger.finish();
    assert!(merged.inputs[0].pieces.are_all(count));
    assert!(count < 100_000 || peak_kb() - before < 8_192, "{} kB", peak_kb() - before);
}
