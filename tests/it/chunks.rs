//! How a log is read changes nothing: chunks, reads, threads, files or pipes, the order of the names.

use std::fs;
use std::io::{PipeReader, Write, pipe};
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use resplog::internals::engine::{self, Options, Run, RunControl};
use resplog::internals::input::Input;
use resplog::internals::input::feed::HEAD_BYTES;
use resplog::internals::input::order::Order;
use resplog::internals::input::source::Sizes;
use resplog::settings::InputFormat;
use serde_json::Value;

use crate::library::{options, report};
use crate::program::{folder, run, testdata};

/// The longest line, in bytes, for these tests: some lines are longer.
const LINE_BYTES_MAX: usize = 150;

/// 200 short lines of every class, with everything that makes the place of a line hard to tell: padding in front of
/// it, lines over the limit, characters of several bytes, line ends of both kinds, and a last line that is cut.
pub fn log() -> Vec<u8> {
    let mut log = Vec::new();
    for number in 0..199_usize {
        let id = format!("{number:04}-é{}", number.wrapping_mul(2_654_435_761) % 9973);
        let line = match number % 13 {
            0 | 7 => format!(r#"{{"Response":{{"RequestId":"{id}"}}}}"#),
            1 => format!(
                r#"{{"time":"2026-11-24T0{}:{:02}:00Z","Response":{{"Error":{{"Code":"Busy.你好","Message":"try {number}"}},"RequestId":"{id}"}}}}"#,
                number % 10,
                number % 60
            ),
            2 => format!(r#"{{"Response":{{"Error":{{"Code":"InternalError"}},"RequestId":"{id}"}}}}"#),
            3 => "\0".repeat(number) + r#"{"Response":{}}"#,
            4 => format!(r#"{{"Response":{{"pad":"{}"}}}}"#, "x".repeat(LINE_BYTES_MAX / 2 + number)),
            5 => "\r".to_owned(),
            6 => format!(r#"{{"n":{number}}}"#),
            8 => format!(r#"{{"Response":{{"RequestId":"{id}""#),
            9 => "\u{feff}{\"Response\":{}}\r".to_owned(),
            10 => "\0".repeat(2 * LINE_BYTES_MAX) + &"\r".repeat(number),
            11 => String::new(),
            _ => format!(r#"{{"Response":{{"RequestId":"{id}","a":["\\\"",{number}]}}}}"#),
        };
        log.extend_from_slice(line.as_bytes());
        log.push(b'\n');
    }
    log.extend_from_slice(br#"{"Response":{"Error":{"Code":"Cut"#);
    log
}

pub fn sized(chunk_bytes: usize, read_bytes: usize) -> Options {
    Options { sizes: Sizes { chunk_bytes, read_bytes, line_bytes_max: LINE_BYTES_MAX }, ..options() }
}

/// A pipe that holds these bytes and has come to its end, and a path to it.
fn piped(bytes: &[u8]) -> (PipeReader, PathBuf) {
    let (reader, mut writer) = pipe().unwrap();
    assert!(bytes.len() <= 64 * 1024, "a pipe holds no more without a reader");
    writer.write_all(bytes).unwrap();
    let path = PathBuf::from(format!("/proc/self/fd/{}", reader.as_raw_fd()));
    (reader, path)
}

pub fn from_pipe(log: &[u8], options: &Options) -> String {
    let (_reader, path) = piped(log);
    report(&[("log", &path)], options)
}

/// As [`from_pipe`], of bytes of any number, all of which are read.
pub fn from_written_pipe(log: &[u8], options: &Options) -> String {
    let (reader, mut writer) = pipe().unwrap();
    let path = PathBuf::from(format!("/proc/self/fd/{}", reader.as_raw_fd()));
    std::thread::scope(|scope| {
        scope.spawn(move || writer.write_all(log).unwrap());
        report(&[("log", &path)], options)
    })
}

/// Two reports are the same to the byte; if not, the first line that differs is shown.
pub fn assert_same(told: &str, expected: &str, how: &str) {
    if told != expected {
        let line = told.lines().zip(expected.lines()).enumerate().find(|(_, (told, expected))| told != expected);
        panic!("{how}: (line, (told, expected)) {line:?}");
    }
}

/// Does the same for every number, on all processors.
pub fn for_each(numbers: std::ops::RangeInclusive<usize>, each: impl Fn(usize) + Sync) {
    let next = AtomicUsize::new(*numbers.start());
    let threads = std::thread::available_parallelism().unwrap().get();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number > *numbers.end() {
                        return;
                    }
                    each(number);
                }
            });
        }
    });
}

#[test]
fn the_log_of_these_tests_has_every_kind_of_line() {
    let folder = folder(&[("log", &log())]);
    let report: Value =
        serde_json::from_str(&report(&[("log", &folder.path().join("log"))], &sized(1 << 20, 1 << 16))).unwrap();
    let totals = &report["totals"];
    assert_eq!(totals["lines"], 200);
    for class in ["blank", "malformed", "no_envelope", "ok", "failed"] {
        assert!(totals[class].as_u64().unwrap() > 10, "{class}: {totals}");
    }
    for reason in ["oversize", "truncated"] {
        assert!(report["malformed"]["reasons"][reason].as_u64().unwrap() > 10, "{report}");
    }
    for anomaly in ["nul_padding", "bom"] {
        assert!(report["anomalies"][anomaly].as_u64().unwrap() > 10, "{report}");
    }
    assert_eq!(report["inputs"][0]["unfinished"], true);
    assert_eq!(totals["bytes"], log().len());
}

#[test]
fn every_chunk_size_of_a_file_gives_the_same_report() {
    let log = log();
    let folder = folder(&[("log", &log)]);
    let path = folder.path().join("log");
    let expected = report(&[("log", &path)], &sized(1 << 20, 1 << 16));
    for_each(1..=log.len(), |chunk_bytes| {
        let read_bytes = 1 + chunk_bytes % 97;
        let told = report(&[("log", &path)], &sized(chunk_bytes, read_bytes));
        assert_same(&told, &expected, &format!("chunks of {chunk_bytes}"));
    });
}

#[test]
fn every_read_size_of_a_pipe_gives_the_same_report() {
    let log = log();
    let folder = folder(&[("log", &log)]);
    let expected = report(&[("log", &folder.path().join("log"))], &sized(1 << 20, 1 << 16));
    for_each(1..=300, |read_bytes| {
        for chunk_bytes in [1, 100, 4096] {
            let told = from_pipe(&log, &sized(chunk_bytes, read_bytes));
            assert_same(&told, &expected, &format!("reads of {read_bytes}, chunks of {chunk_bytes}"));
        }
    });
}

#[test]
fn every_number_of_threads_gives_the_same_report() {
    let names = ["bare.ndjson", "crlf.ndjson", "damaged.ndjson", "rotated.ndjson", "wrapped.ndjson"];
    let paths = names.map(|name| testdata().join(name));
    let inputs: Vec<_> = names.into_iter().zip(paths.iter().map(PathBuf::as_path)).collect();
    let expected = report(&inputs, &options());
    for threads in 1..=8 {
        for chunk_bytes in [512, 4096, 1 << 20] {
            let sizes = Sizes { chunk_bytes, ..Sizes::default() };
            let told = report(&inputs, &Options { threads, sizes, ..options() });
            assert_same(&told, &expected, &format!("{threads} threads, chunks of {chunk_bytes}"));
        }
    }
    let log = log();
    let expected = from_pipe(&log, &sized(100, 10));
    for threads in 1..=8 {
        let told = from_pipe(&log, &Options { threads, ..sized(100, 10) });
        assert_same(&told, &expected, &format!("a pipe, {threads} threads"));
    }
}

#[test]
fn a_log_cut_anywhere_is_read_alike_from_a_file_and_from_a_pipe() {
    let log = log();
    let folder = folder(&[]);
    for_each(0..=log.len() / 7, |sevenths| {
        let cut = &log[..sevenths * 7];
        let path = folder.path().join(format!("log{sevenths}"));
        fs::write(&path, cut).unwrap();
        let expected = report(&[("log", &path)], &sized(1 << 20, 1 << 16));
        let of = |what| format!("the first {} bytes of a {what}", cut.len());
        assert_same(&report(&[("log", &path)], &sized(64, 16)), &expected, &of("file"));
        assert_same(&from_pipe(cut, &sized(64, 16)), &expected, &of("pipe"));
    });
}

/// The report without what tells how the log came.
fn without_paths(stdout: &str) -> Value {
    let mut report: Value = serde_json::from_str(stdout).unwrap();
    for list in ["inputs", "look_into"] {
        for row in report[list].as_array_mut().unwrap() {
            row.as_object_mut().unwrap().retain(|key, _| key != "path" && key != "input");
        }
    }
    for code in report["codes"].as_array_mut().unwrap() {
        for id in code["request_ids"].as_array_mut().unwrap() {
            id.as_object_mut().unwrap().remove("input");
        }
    }
    for sample in report["malformed"]["samples"].as_array_mut().unwrap() {
        sample.as_object_mut().unwrap().remove("input");
    }
    report
}

#[test]
fn the_program_says_the_same_of_a_file_and_of_standard_input() {
    for name in ["bare.ndjson", "damaged.ndjson", "rotated.ndjson", "wrapped.ndjson"] {
        let file = run(&testdata(), ["report", "-f", "json", name], None);
        for arguments in
            [&["report", "-f", "json"][..], &["report", "-f", "json", "-"], &["report", "-f", "json", "-j1", "-"]]
        {
            let piped = run(&testdata(), arguments, Some(&fs::read(testdata().join(name)).unwrap()));
            assert_eq!(without_paths(&piped.stdout), without_paths(&file.stdout), "{name} {arguments:?}");
            assert_eq!((piped.exit, piped.stderr), (file.exit, file.stderr.clone()), "{name} {arguments:?}");
        }
    }
}

#[test]
fn the_order_of_the_names_and_a_file_named_twice_change_nothing() {
    let names = ["bare.ndjson", "damaged.ndjson", "wrapped.ndjson"];
    let said = |names: &[&str]| {
        let arguments = ["report", "-f", "json"].iter().chain(names);
        run(&testdata(), arguments, None).stdout
    };
    let expected = said(&names);
    for order in [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        assert_eq!(said(&order.map(|place| names[place])), expected, "{order:?}");
    }
    assert_eq!(said(&["wrapped.ndjson", "bare.ndjson", "wrapped.ndjson", "damaged.ndjson", "bare.ndjson"]), expected);
    assert_eq!(said(&["{bare,wrapped}.ndjson", "dam*.ndjson"]), expected);
}

#[test]
fn the_newest_input_is_read_first_and_changes_nothing() {
    let names = ["app.log", "app.log.1", "app.log.2.gz", "app.log.10", "old-2026-11-24", "old-2026-11-25"];
    let wrapped = fs::read(testdata().join("wrapped.ndjson")).unwrap();
    let lines: Vec<_> = wrapped.split_inclusive(|&byte| byte == b'\n').collect();
    let folder = folder(&[]);
    for (name, lines) in names.iter().zip(lines.chunks(lines.len() / names.len())) {
        let plain = lines.concat();
        let bytes = if name.ends_with("gz") { crate::packing::pack("gzip", &plain) } else { plain };
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    let inputs: Vec<_> = names.iter().map(|name| Input::new(folder.path().join(name))).collect();
    let read = |order| {
        let options = sized(4096, 512);
        let run = Run { inputs: &inputs, order, sieve: None, options: &options, watch: &RunControl::default() };
        let see = |seen: &mut Vec<u32>, line: &engine::Seen<'_>| seen.push(line.origin.input);
        let driven = engine::drive(&run, Vec::new, see, |_, _| {}, |_, _| {}).unwrap();
        let mut seen = driven.folds.concat();
        seen.dedup();
        seen
    };
    assert_eq!(read(Order::Paths), [0, 1, 2, 3, 4, 5]);
    assert_eq!(read(Order::NewestFirst), [0, 1, 2, 3, 5, 4]);
    let rejects = tempfile::NamedTempFile::new().unwrap();
    // Rejects are told in the order of the paths, so a run that tells them reads in that order.
    let said = |arguments: &[&str]| {
        let ran = run(folder.path(), ["report", "-f", "json"].iter().chain(arguments).chain(&["."]), None);
        (ran.exit, ran.stdout)
    };
    assert_eq!(said(&[]), said(&["--rejects", rejects.path().to_str().unwrap()]));
    assert_eq!(said(&["-j1"]), said(&["-j8"]));
}

#[test]
fn what_is_told_in_order_comes_in_order_from_many_archives() {
    let log = log();
    let folder = folder(&[]);
    let inputs: Vec<_> = (0..4).map(|number| Input::new(folder.path().join(format!("log{number}")))).collect();
    for (number, input) in inputs.iter().enumerate() {
        fs::write(&input.path, crate::packing::pack("gzip", &log[number * 100..])).unwrap();
    }
    // Each archive has more chunks than may wait for one before it.
    let told = |threads: usize, chunk_bytes: usize| {
        let options = Options { threads, ..sized(chunk_bytes, 8) };
        let run =
            Run { inputs: &inputs, order: Order::Paths, sieve: None, options: &options, watch: &RunControl::default() };
        let mut told = Vec::new();
        let find = |seen: &engine::Seen<'_>| Some((seen.origin.input, seen.origin.offset));
        engine::in_order(&run, find, |line, (input, offset)| told.push((input, line, offset))).unwrap();
        told
    };
    let expected = told(1, 1 << 20);
    assert!(expected.is_sorted() && expected.len() > 700);
    for threads in 1..=8 {
        for chunk_bytes in [1, 40, 500] {
            assert!(told(threads, chunk_bytes) == expected, "{threads} threads, chunks of {chunk_bytes}");
        }
    }
}

#[test]
fn a_folder_gives_what_its_files_give_and_a_link_is_no_second_file() {
    let folder = folder(&[]);
    let files = folder.path().join("logs");
    fs::create_dir_all(files.join(".hidden")).unwrap();
    let log = |name: &str| testdata().join(name);
    fs::copy(log("bare.ndjson"), files.join("a.ndjson")).unwrap();
    fs::copy(log("wrapped.ndjson"), files.join(".hidden/b")).unwrap();
    fs::write(files.join(".gitignore"), "").unwrap();
    std::os::unix::fs::symlink(files.join("a.ndjson"), files.join("z.ndjson")).unwrap();
    fs::hard_link(files.join(".hidden/b"), files.join("y.ndjson")).unwrap();
    let said = |arguments: &[&str]| run(folder.path(), ["report", "-f", "json"].iter().chain(arguments), None).stdout;
    let walked = said(&["logs"]);
    assert_eq!(walked, said(&["logs/y.ndjson", "logs/z.ndjson", "logs/a.ndjson", "logs/.hidden/b", "logs/.gitignore"]));
    let report: Value = serde_json::from_str(&walked).unwrap();
    let paths: Vec<_> =
        report["inputs"].as_array().unwrap().iter().map(|input| input["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["logs/.gitignore", "logs/.hidden/b", "logs/a.ndjson"]);
}

#[test]
fn what_the_program_writes_is_no_input_of_the_next_run() {
    let folder = folder(&[]);
    let logs = folder.path().join("logs");
    fs::create_dir(&logs).unwrap();
    fs::copy(testdata().join("bare.ndjson"), logs.join("a.ndjson")).unwrap();
    let arguments = ["report", "logs", "-o", "logs/report.json", "--rejects", "logs/rejects.ndjson"];
    let again = || {
        let ran = run(folder.path(), arguments, None);
        assert_eq!((ran.exit, &*ran.stdout, &*ran.stderr), (0, "", ""));
        fs::read(Path::new(&logs).join("report.json")).unwrap()
    };
    assert_eq!(again(), again());
}

/// What stands around the values of a stream.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Around {
    /// Values one after another.
    Nothing,
    /// One array of them.
    Array,
    /// Arrays behind each other, with values between them and separators of RFC 7464.
    Arrays,
}

/// Values with everything that may stand between them and around them; the last one is longer than a line may be when
/// `is_long` is set, and then nothing behind it is parsed.
fn values(around: Around, is_long: bool) -> Vec<u8> {
    let mut text = "\u{feff} \t\r\n".to_owned();
    for number in 0..60_usize {
        let space = [" ", "\n", "\r\n\t", ""][number % 4].repeat(1 + number * 5);
        let before = match (around, number % 7) {
            (Around::Array, _) if number > 0 => ",",
            (Around::Array, _) | (Around::Arrays, 0) => "[",
            (Around::Nothing, _) => "\n",
            (Around::Arrays, 1 | 2) => ",",
            (Around::Arrays, 3) => "][]\u{1e}[",
            (Around::Arrays, 4) => "]",
            (Around::Arrays, _) => "\u{1e}",
        };
        let value = match number % 5 {
            0 => format!("{{ \"Response\" :\n{{\"RequestId\":\"{number:04}-é你\"}}}}"),
            1 => format!(r#"{{"Response":{{"Error":{{"Code":"Busy"}},"RequestId":"{number:04}"}}}}"#),
            2 => number.to_string(),
            // Where an array of values may stand, this would be two of them.
            3 if around == Around::Array => "[[],{}]".to_owned(),
            _ => format!(r#"{{"n":"{}"}}"#, "]".repeat(number)),
        };
        text += &[&*space, before, &space, &value, &space].concat();
    }
    text += if around == Around::Arrays { "]" } else { "" };
    if is_long {
        let before = if around == Around::Array { "," } else { "" };
        text += &format!("{before}{{\"n\":{}1}}", "\n".repeat(2 * LINE_BYTES_MAX));
    }
    text += if around == Around::Array { " ] \n" } else { "\n" };
    text.into_bytes()
}

#[test]
fn every_read_size_of_a_stream_of_values_gives_the_same_report() {
    let each = [Around::Nothing, Around::Array, Around::Arrays].map(|around| [(around, false), (around, true)]);
    for (around, is_long) in each.concat() {
        let log = values(around, is_long);
        let folder = folder(&[("log", &log)]);
        let path = folder.path().join("log");
        let with = |read_bytes| {
            let mut options = sized(4096, read_bytes);
            options.reading.format = InputFormat::Json;
            options
        };
        let expected = report(&[("log", &path)], &with(1 << 16));
        let totals: Value = serde_json::from_str(&expected).unwrap();
        assert_eq!(totals["totals"]["lines"], 60 + u64::from(is_long), "{expected}");
        assert_eq!((&totals["totals"]["ok"], &totals["totals"]["failed"]), (&12.into(), &12.into()));
        assert_eq!(totals["malformed"]["reasons"]["oversize"], u64::from(is_long));
        assert_eq!(totals["totals"]["bytes"], log.len());
        for_each(1..=200, |read_bytes| {
            let how = format!("{around:?}, long {is_long}, reads of {read_bytes}");
            assert_same(&report(&[("log", &path)], &with(read_bytes)), &expected, &format!("file, {how}"));
            assert_same(&from_pipe(&log, &with(read_bytes)), &expected, &format!("pipe, {how}"));
        });
    }
}

#[test]
fn an_array_is_told_by_its_first_bytes_however_they_are_read_and_however_long_it_is() {
    let value = r#"{"Response":{"RequestId":"abcd"}}"#;
    let array = |count: usize| format!("[{}]", vec![value; count].join(","));
    let cut = |bytes: usize| array(HEAD_BYTES / value.len() + 100)[..bytes].to_owned();
    let offends = |bytes: usize| format!("{}{}{value}", cut(bytes).rsplit_once(',').unwrap().0, " ".repeat(40));
    for (log, format) in [
        (array(3), "json"),
        (array(2 * HEAD_BYTES / value.len()), "json"),
        // A value is cut at the end of the first 256 KiB, and the file is longer than a line may be.
        (array(HEAD_BYTES / value.len() + 2), "json"),
        (offends(1000), "lines"),
        (offends(HEAD_BYTES - 100), "lines"),
        (offends(HEAD_BYTES + 100), "json"),
    ] {
        let folder = folder(&[("log", log.as_bytes())]);
        let path = folder.path().join("log");
        for line_bytes_max in [100, 4096, HEAD_BYTES - 6, HEAD_BYTES, LINE_BYTES_MAX] {
            for (chunk_bytes, read_bytes) in [(1, 1000), (4096, 4096), (1 << 20, 1 << 16)] {
                let mut options = sized(chunk_bytes, read_bytes);
                options.sizes.line_bytes_max = line_bytes_max;
                let expected = report(&[("log", &path)], &options);
                let told: Value = serde_json::from_str(&expected).unwrap();
                let how = format!("{} bytes, lines of {line_bytes_max}, reads of {read_bytes}", log.len());
                assert_eq!(told["inputs"][0]["format"], format, "{how}");
                assert_same(&from_written_pipe(log.as_bytes(), &options), &expected, &how);
            }
        }
    }
}

#[test]
fn what_a_thread_was_to_read_of_one_file_is_not_read_of_the_next() {
    let (short, long) = (log(), log().repeat(3));
    let folder = folder(&[("a", &long), ("b", &short), ("c", &long)]);
    let inputs = ["a", "b", "c"].map(|name| (name, folder.path().join(name)));
    let inputs: Vec<_> = inputs.iter().map(|(name, path)| (*name, path.as_path())).collect();
    let expected = report(&inputs, &options());
    for chunk_bytes in 20..220 {
        let sizes = Sizes { chunk_bytes, ..Sizes::default() };
        let told = report(&inputs, &Options { sizes, threads: 1 + chunk_bytes % 3, ..options() });
        assert_same(&told, &expected, &format!("chunks of {chunk_bytes}"));
    }
}
