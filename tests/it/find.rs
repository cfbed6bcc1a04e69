//! Finding ids: a search that looks at few lines finds what a scan of all lines finds.

use std::collections::HashSet;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;
use resplog::internals::engine::{self, Options, Run, RunControl};
use resplog::internals::ids::{self, IdSet, Wanted};
use resplog::internals::input::Input;
use resplog::internals::input::order::Order;
use resplog::internals::input::source::Sizes;
use resplog::internals::inspect::Reading;
use resplog::profile::{Pointer, Profile};
use resplog::record::Line;

use crate::library::options;
use crate::packing::pack;
use crate::program::{command, folder, on_pipe, run, send, testdata};
use crate::scanners::{cases, line};

/// Ids that are looked for; some need escapes, some are parts of others.
const IDS: [&str; 6] = ["abcd-efgh", "abcd", "a\"b\\c", "a/b-é", "你好-1", "x\ty-z"];

/// Lines with these ids where an id counts and where it does not, spelt in every way.
const SEEDS: &[&str] = &[
    r#"{"Response":{"RequestId":"abcd-efgh"}}"#,
    r#"{"Response":{"Error":{"Code":"A.B","Message":"abcd"},"RequestId":"abcd"}}"#,
    r#"{"Response" : { "RequestId" :	"abcd-efgh" , "n" : 1 } }"#,
    r#"{"Response":{"RequestId":"\u0061bcd"}}"#,
    r#"{"Response":{"\u0052equestId":"abcd"}}"#,
    r#"{"Response":{"RequestId":"a\"b\\c"}}"#,
    r#"{"Response":{"RequestId":"a\/b-\u00e9"}}"#,
    r#"{"Response":{"RequestId":"a/b-é"}}"#,
    r#"{"Response":{"RequestId":"你好-1"}}"#,
    r#"{"Response":{"RequestId":"x\ty-z"}}"#,
    r#"{"Response":{"RequestId":"other","Items":[{"RequestId":"abcd"}]}}"#,
    r#"{"Response":{"Items":[{"RequestId":"other"}],"RequestId":"abcd"}}"#,
    r#"{"Response":{"RequestId":"abcd","RequestId":"other"}}"#,
    r#"{"Response":{"RequestId":"other","RequestId":"abcd"}}"#,
    r#"{"Response":{"a":"RequestId","b":"\"RequestId\":\"abcd\"","RequestId":"abcd"}}"#,
    r#"{"Response":{"a":"\\","RequestId":"abcd"}}"#,
    r#"{"w":{"Response":{"RequestId":"abcd-efgh"}}}"#,
    r#"{"message":"{\"Response\":{\"RequestId\":\"abcd-efgh\"}}"}"#,
    r#"{"message":"{\u0022Response\u0022:{\u0022RequestId\u0022:\u0022abcd\u0022}}"}"#,
    r#"{"message":"{\n \"Response\"\t: {\n \"RequestId\"\n:\t\n\"abcd\" } }\n"}"#,
    r#"{"message":"{\"Response\":{\"RequestId\":\"\\u0061bcd\"}}"}"#,
    r#"{"message":"{\"Response\":{\"RequestId\":\"a\\\"b\\\\c\"}}"}"#,
    r#"{"RequestId":"abcd","Response":{}}"#,
    "\u{feff}{\"Response\":{\"RequestId\":\"abcd\"}}\r",
    "\0\0\0{\"Response\":{\"RequestId\":\"abcd\"}}",
];

/// Where something was found: input, line, offset, id, and the line itself.
type Found = Vec<(u32, u64, u64, String, Vec<u8>)>;

fn searched(inputs: &[Input], ids: &[&str], options: &Options) -> Found {
    let mut set = IdSet::default();
    ids.iter().for_each(|id| set.insert(id.as_bytes()).unwrap());
    let set = Arc::new(set);
    let wanted = Wanted::Ids { ids: Arc::clone(&set), raw: true };
    let mut found = Vec::new();
    ids::list(inputs, options, &RunControl::default(), &wanted, |listed| {
        let id = String::from_utf8(set.get(listed.number).to_vec()).unwrap();
        found.push((listed.input, listed.line, listed.offset, id, listed.text));
    })
    .unwrap();
    found
}

/// The same by looking at every line.
fn scanned(inputs: &[Input], ids: &[&str], options: &Options) -> Found {
    let options = Options { threads: 1, ..options.clone() };
    let run = Run { inputs, order: Order::Paths, sieve: None, options: &options, watch: &RunControl::default() };
    let wanted: HashSet<_> = ids.iter().copied().collect();
    let each = |(found, lines): &mut (Found, u64), seen: &engine::Seen<'_>| {
        *lines = if seen.origin.offset == 0 { 1 } else { *lines + 1 };
        if let Line::Record(record) = &seen.scanned.line
            && let Some(id) = record.request_id.filter(|id| wanted.contains(id))
        {
            found.push((seen.origin.input, *lines, seen.origin.offset, id.to_owned(), seen.text.to_vec()));
        }
    };
    let driven = engine::drive(&run, || (Vec::new(), 0), each, |_, _| {}, |_, _| {}).unwrap();
    driven.folds.into_iter().flat_map(|(found, _)| found).collect()
}

/// Lines of the seeds among many others that hold none of the ids and no backslash.
fn log() -> impl Strategy<Value = Vec<u8>> {
    let other =
        (0..1000_u32).prop_map(|number| format!(r#"{{"Response":{{"RequestId":"id-{number}"}}}}"#).into_bytes());
    let line = prop_oneof![40 => other, 1 => line(SEEDS)];
    (prop::collection::vec(line, 0..150), any::<bool>()).prop_map(|(lines, ended)| {
        let mut log = lines.join(&b'\n');
        if ended {
            log.push(b'\n');
        }
        log
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases() / 4))]

    #[test]
    fn a_search_finds_what_a_scan_finds(
        log in log(),
        chunk_bytes in 1..6000_usize,
        line_bytes_max in prop_oneof![0..100_usize, Just(1 << 24)],
        given in any::<bool>(),
        plain in any::<bool>(),
    ) {
        let folder = folder(&[("a", &log), ("b", &pack("gzip", &log))]);
        let inputs = ["a", "b"].map(|name| Input::new(folder.path().join(name)));
        let pointers = ["/w", "/message", ""].map(|pointer| Pointer::parse(pointer).unwrap());
        let reading = if given {
            Reading { profile: Profile::at(pointers.to_vec()), ..Reading::default() }
        } else {
            options().reading
        };
        let sizes = Sizes { chunk_bytes, read_bytes: 1000, line_bytes_max };
        let options = Options { threads: 2, sizes, reading, ..options() };
        // Among plain ids alone the search looks at fewer lines.
        let ids = if plain { &IDS[..2] } else { &IDS[..] };
        prop_assert_eq!(searched(&inputs, ids, &options), scanned(&inputs, ids, &options));
    }
}

#[test]
fn every_id_of_a_log_is_found_at_each_of_its_lines() {
    for name in ["wrapped.ndjson", "bare.ndjson", "damaged.ndjson", "spaced.ndjson", "pretty.json"] {
        let report = run(&testdata(), ["ids", "-f", "ndjson", name], None);
        let rows: Vec<serde_json::Value> =
            report.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let ids: Vec<_> = rows.iter().map(|row| row["request_id"].as_str().unwrap().to_owned()).collect();
        let folder = folder(&[("ids", ids.join("\n").as_bytes())]);
        let list = folder.path().join("ids");
        let found = run(&testdata(), ["find", "-f", "ndjson", "--ids-from", list.to_str().unwrap(), name], None);
        assert_eq!((found.exit, found.stderr.as_str()), (0, ""), "{name}");
        let place = |row: &serde_json::Value| (row["request_id"].to_string(), row["line"].to_string());
        let places: HashSet<_> = found.stdout.lines().map(|line| place(&serde_json::from_str(line).unwrap())).collect();
        assert!(!rows.is_empty() && rows.iter().all(|row| places.contains(&place(row))), "{name}");
    }
}

#[test]
fn an_id_that_stands_twice_is_found_twice_in_plain_and_packed_inputs() {
    let wrapped = fs::read(testdata().join("wrapped.ndjson")).unwrap();
    let log = wrapped.repeat(2);
    let folder = folder(&[("a", &log), ("b.xz", &pack("xz", &log))]);
    let id = "fa5c3eb3-ac64-4a1b-ad18-fe404c08388c";
    let found = run(folder.path(), ["find", id, "a", "b.xz"], None);
    let lines = log.split(|&byte| byte == b'\n').collect::<Vec<_>>();
    let numbers: Vec<_> = (1..=lines.len()).filter(|number| holds(lines[number - 1], id)).collect();
    assert_eq!(numbers.len(), 2);
    for path in ["a", "b.xz"] {
        for number in &numbers {
            assert!(found.stdout.contains(&format!("  {path}:{number}  ")), "{}", found.stdout);
        }
    }
    let raw = run(folder.path(), ["find", "--raw", id, "a", "b.xz"], None);
    let line = String::from_utf8(lines[numbers[0] - 1].to_vec()).unwrap();
    assert_eq!(raw.stdout, format!("{line}\n").repeat(4));
    let missed = run(Path::new(folder.path()), ["find", &format!("{id},no-such-id"), "a"], None);
    assert_eq!((missed.exit, missed.stderr.as_str()), (1, "resplog: not found: no-such-id\n"));
    assert_eq!(missed.stdout.matches(id).count(), 4, "heading and envelope of both: {}", missed.stdout);
}

fn holds(line: &[u8], id: &str) -> bool {
    String::from_utf8_lossy(line).contains(id)
}

/// A log of so many failures with the ids `id-1` and so on.
fn numbered(lines: usize) -> Vec<u8> {
    (1..=lines)
        .map(|id| format!("{{\"Response\":{{\"Error\":{{\"Code\":\"C\"}},\"RequestId\":\"id-{id}\"}}}}\n"))
        .collect::<String>()
        .into()
}

/// What standard error says of a search that was cut short: the text of its only line behind `stopped in `.
fn stopped(stderr: &str) -> &str {
    let line = stderr.strip_prefix("resplog: stopped in ").unwrap_or_else(|| panic!("{stderr}"));
    let line = line.strip_suffix('\n').unwrap();
    assert!(!line.contains('\n') && !stderr.contains("not found"), "{stderr}");
    line
}

#[test]
fn a_search_that_nobody_reads_ends_quietly() {
    let ids = (1..=2000).map(|id| format!("id-{id}\n")).collect::<String>();
    let folder = folder(&[("a", &numbered(2000)), ("ids", ids.as_bytes())]);
    for arguments in [&["find", "--ids-from", "ids", "a"][..], &["find", "id-1,no-such-id", "a", "none"], &["ids", "a"]]
    {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = command(folder.path()).args(arguments).stdout(writer).output().unwrap();
        assert_eq!((output.status.code(), &*output.stderr), (Some(141), &b""[..]), "{arguments:?}");
    }
}

#[test]
fn a_search_that_cannot_be_printed_says_how_far_it_came_and_of_no_id_that_it_is_missing() {
    const FULL: &str = "resplog: standard output: No space left on device (os error 28)\n";
    let ids = (1..=2000).map(|id| format!("id-{id}\n")).collect::<String>();
    // What `ids` prints of the long one is more than a buffer holds.
    let folder = folder(&[("a", &numbered(2000)), ("long", &numbered(20_000)), ("ids", ids.as_bytes())]);
    let printed = |arguments: &[&str]| {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = command(folder.path()).args(arguments).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(4), "{arguments:?}");
        let stderr = String::from_utf8(output.stderr).unwrap();
        stderr.strip_prefix(FULL).unwrap_or_else(|| panic!("{stderr}")).to_owned()
    };
    let said = printed(&["find", "--ids-from", "ids", "a"]);
    let (place, found) = stopped(&said).strip_prefix("a at byte ").unwrap().split_once("; ").unwrap();
    let found = found.strip_suffix(" of 2000 ids found, the rest not searched to the end").unwrap();
    // The record that could not be printed is the one behind those that were.
    let found: usize = found.parse().unwrap();
    assert!((1..2000).contains(&found), "{said}");
    assert_eq!(place.parse::<usize>().unwrap(), numbered(found).len(), "{said}");
    let said = printed(&["find", "id-1,no-such-id", "a"]);
    assert_eq!(said, "resplog: all inputs were searched; 1 of 2 ids found, not all of it printed\n");
    assert!(stopped(&printed(&["ids", "long"])).ends_with("; what follows is not listed"));
}

#[test]
fn a_search_that_is_interrupted_says_how_far_it_came_and_of_no_id_that_it_is_missing() {
    let log = numbered(10_000);
    let folder = folder(&[("a", &log)]);
    let cut = numbered(9_999).len() + 10;
    for (signal, exit) in [("INT", 130), ("TERM", 143)] {
        for (ids, rest) in [
            ("id-7,no-such-id,id-7", "1 of 2 ids found, the rest not searched to the end"),
            ("id-7,id-10000", "1 of 2 ids found, the rest not searched to the end"),
            ("id-7", "1 of 1 ids found, but not every record of theirs was looked for"),
        ] {
            for arguments in [&["find", ids, "-"][..], &["find", "-j1", ids, "-", "a"]] {
                let (child, mut writer) = on_pipe(folder.path(), arguments);
                writer.write_all(&log[..cut]).unwrap();
                // The pipe took more than it holds, so the search has begun, and its end never comes.
                send(&child, signal);
                let output = child.wait_with_output().unwrap();
                drop(writer);
                assert_eq!(output.status.code(), Some(exit), "{signal} {arguments:?}");
                let stderr = String::from_utf8(output.stderr).unwrap();
                let (place, said) = stopped(&stderr).strip_prefix("- at byte ").unwrap().split_once("; ").unwrap();
                let place: usize = place.parse().unwrap();
                assert!(place < cut && (place == 0 || log[place - 1] == b'\n'), "{stderr}");
                let is_found = output.stdout.starts_with(b"id-7 ");
                assert_eq!(is_found, place > 0, "{stderr}");
                assert_eq!(said, if is_found { rest.to_owned() } else { nothing_of(rest) });
            }
        }
    }
}

/// The same sentence when nothing was found.
fn nothing_of(rest: &str) -> String {
    let all = if rest.contains("of 2") { 2 } else { 1 };
    format!("0 of {all} ids found, the rest not searched to the end")
}
