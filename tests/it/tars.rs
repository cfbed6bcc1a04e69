//! Tars: each file of one is an input of its own, read as if it lay in a folder. Tars are made here by the crate `tar`, and by
//! hand where they are wrong.

use std::fs;
use std::path::Path;

use resplog::internals::engine::{Duplicates, Options, RunControl, analyze, facts};
use resplog::internals::input::{discover, with_members};
use resplog::internals::summary::rejects::Reject;
use serde_json::{Value, json};

use crate::chunks::{for_each, log, sized};
use crate::library::json_of;
use crate::packing::{FORMATS, pack, pack_in_parts};
use crate::program::{Ran, folder, run};
use crate::state::{Site, line};

/// A tar of these files.
fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        add(&mut builder, name.as_bytes(), tar::EntryType::Regular, bytes);
    }
    builder.into_inner().unwrap()
}

/// Adds a file under a name that no file may have.
fn add(builder: &mut tar::Builder<Vec<u8>>, name: &[u8], kind: tar::EntryType, bytes: &[u8]) {
    let mut header = tar::Header::new_gnu();
    header.as_old_mut().name[..name.len()].copy_from_slice(name);
    header.set_entry_type(kind);
    header.set_size(bytes.len() as u64);
    header.set_mode(0o644);
    header.set_cksum();
    builder.append(&header, bytes).unwrap();
}

fn lines(numbers: std::ops::Range<u64>) -> Vec<u8> {
    numbers.map(line).collect::<String>().into_bytes()
}

/// The rows of the inputs of a report: path, lines, ok + failed, status.
fn inputs(report: &Value) -> Vec<(String, u64, u64, String)> {
    let row = |input: &Value| {
        let number = |key: &str| input[key].as_u64().unwrap();
        let text = |key: &str| input[key].as_str().unwrap().to_owned();
        (text("path"), number("lines"), number("ok") + number("failed"), text("status"))
    };
    report["inputs"].as_array().unwrap().iter().map(row).collect()
}

fn row(path: &str, lines: u64, calls: u64, status: &str) -> (String, u64, u64, String) {
    (path.to_owned(), lines, calls, status.to_owned())
}

fn ran(files: &[(&str, &[u8])], arguments: &[&str]) -> Ran {
    let folder = folder(files);
    run(folder.path(), arguments, None)
}

fn report_of(name: &str, bytes: &[u8]) -> (Value, i32) {
    let ran = ran(&[(name, bytes)], &["report", "-f", "json", name]);
    (ran.json(), ran.exit)
}

/// The report of a folder as the library makes it, with paths below the folder.
fn library(folder: &Path, options: &Options) -> String {
    let stop = std::sync::atomic::AtomicBool::new(false);
    let inputs = with_members(discover::discover(&[folder.to_owned()], &[]), &stop);
    let watch = RunControl::default();
    let analysis = analyze(&inputs, options, &watch, &Duplicates::default(), None::<fn(&Reject, u64)>).unwrap();
    let mut facts = facts(&inputs, &analysis);
    for fact in &mut facts {
        // What a file is packed with, and where it lies, is all that may differ.
        let path = Path::new(&fact.path).strip_prefix(folder).unwrap().display().to_string();
        fact.path = path.replace("x.tar/", "x/");
        fact.read.compression = resplog::internals::input::Compression::None;
    }
    json_of(&analysis.summary, &facts, Vec::new())
}

#[test]
fn the_front_door_reads_the_files_of_a_tar() {
    let bytes = tar(&[("a.log", &lines(0..30)), ("b/c.log", &lines(30..40))]);
    let folder = folder(&[("x.tar", &bytes)]);
    let path = folder.path().join("x.tar");
    let report = resplog::analyze([&path]).unwrap();
    let mut out = Vec::new();
    report.write(resplog::Format::Json, &mut out).unwrap();
    let ran = run(folder.path(), ["report", "-f", "json", path.to_str().unwrap()], None);
    assert_eq!(inputs(&ran.json()).len(), 2);
    assert_eq!(String::from_utf8(out).unwrap(), ran.stdout);
}

#[test]
fn a_tar_says_what_the_folder_said_plain_or_packed_in_any_read_size_and_by_any_number_of_threads() {
    let log = log();
    let array = format!("[{},\n{}]", line(1).trim_end(), line(2).trim_end());
    let packed = pack("zstd", &lines(30..60));
    // Not in the order of their paths, and an empty one.
    let files: [(&str, &[u8]); 6] = [
        ("2026/b.log", &log),
        ("2026/empty", b""),
        ("a.json", array.as_bytes()),
        ("2025/z.log.zst", &packed),
        ("c.log", &log[..log.len() / 2]),
        ("2026/a.log", &lines(60..90)),
    ];
    let plain = folder(&[]);
    for (name, bytes) in files {
        let path = plain.path().join("x").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let expected = library(plain.path(), &sized(1 << 20, 1 << 16));
    let tar = tar(&files);
    let mut forms = vec![("plain".to_owned(), tar.clone())];
    forms.extend(FORMATS.map(|format| (format.to_owned(), pack(format, &tar))));
    forms.push(("gzip in parts".to_owned(), pack_in_parts("gzip", &tar).concat()));
    let folders: Vec<_> = forms.iter().map(|(form, bytes)| (form, folder(&[("x.tar", bytes)]))).collect();
    for_each(1..=40, |size| {
        for (form, folder) in &folders {
            let mut options = sized(1 + size * 97 % 5000, size * 31 % 700 + 1);
            options.threads = 1 + size % 4;
            let told = library(folder.path(), &options);
            crate::chunks::assert_same(&told, &expected, &format!("{form}, {:?}, {}", options.sizes, options.threads));
        }
    });
}

#[test]
fn what_lists_records_works_on_the_files_of_a_tar() {
    let rejected = [line(1).as_bytes(), b"{\n", line(3).as_bytes()].concat();
    let files: [(&str, &[u8]); 3] = [("b/2.log", &lines(10..20)), ("a.log", &rejected), ("b/1.log", &lines(10..13))];
    for (name, bytes) in [("x.tar".to_owned(), tar(&files)), ("x.tar.gz".to_owned(), pack("gzip", &tar(&files)))] {
        let folder = folder(&[(&name, &bytes)]);
        let run = |arguments: &[&str]| run(folder.path(), arguments, None);
        let ids = run(&["ids", &name]);
        let rows: Vec<_> = ids.stdout.lines().map(|row| row.split('\t').collect::<Vec<_>>()).collect();
        let places: Vec<_> = rows.iter().map(|row| (row[7], row[8])).collect();
        let path = |of: &str| format!("{name}/{of}");
        let (a, one, two) = (path("a.log"), path("b/1.log"), path("b/2.log"));
        assert_eq!(places, [(&*a, "3"), (&one, "3"), (&two, "3"), (&two, "6"), (&two, "9")], "{}", ids.stdout);
        let found = run(&["find", rows[0][0], &name, "-f", "ndjson"]);
        assert_eq!(found.exit, 0, "{}", found.stderr);
        let found: Value = serde_json::from_str(&found.stdout).unwrap();
        assert_eq!((&found["input"], &found["line"]), (&json!(a), &json!(3)));
        assert_eq!(found["offset"], line(1).len() + 2);
        let report = run(&["report", "-f", "json", "--dedupe", "--rejects", "rejects", &name]);
        let reject: Value = serde_json::from_str(&fs::read_to_string(folder.path().join("rejects")).unwrap()).unwrap();
        assert_eq!(
            (&reject["input"], &reject["line"], &reject["offset"]),
            (&json!(a), &json!(2), &json!(line(1).len()))
        );
        assert_eq!(report.json()["totals"]["duplicates"], 3);
        let ticket = run(&["ticket", &name, "--code", "InternalError"]);
        assert_eq!((ticket.exit, ticket.stdout.contains("InternalError")), (0, true), "{}", ticket.stderr);
    }
}

#[test]
fn only_regular_files_are_inputs_under_whatever_names() {
    let mut builder = tar::Builder::new(Vec::new());
    add(&mut builder, b"./", tar::EntryType::Directory, b"");
    add(&mut builder, b"./dot.log", tar::EntryType::Regular, &lines(0..1));
    add(&mut builder, b"/etc/passwd", tar::EntryType::Regular, &lines(1..2));
    add(&mut builder, b"../../up", tar::EntryType::Regular, &lines(2..3));
    add(&mut builder, b"\x1b[31m\xff\n", tar::EntryType::Regular, &lines(3..4));
    add(&mut builder, b"link", tar::EntryType::Symlink, b"");
    add(&mut builder, b"hard", tar::EntryType::Link, b"");
    add(&mut builder, b"pipe", tar::EntryType::Fifo, b"");
    add(&mut builder, b"old-folder/", tar::EntryType::Regular, b"");
    let long = "long/".repeat(60) + "name.log";
    let mut header = tar::Header::new_gnu();
    header.set_size(line(4).len() as u64);
    builder.append_data(&mut header, &long, line(4).as_bytes()).unwrap();
    builder.append_pax_extensions([("path", "名/pax.log".as_bytes())]).unwrap();
    add(&mut builder, b"short", tar::EntryType::Regular, &lines(5..6));
    add(&mut builder, b"twice", tar::EntryType::Regular, &lines(0..3));
    add(&mut builder, b"twice", tar::EntryType::Regular, &lines(6..8));
    add(&mut builder, b"./twice", tar::EntryType::Regular, &lines(8..9));
    add(&mut builder, b"sparse", tar::EntryType::GNUSparse, &lines(0..1));
    let bytes = builder.into_inner().unwrap();
    let (report, exit) = report_of("x.tar", &bytes);
    let expected = [
        row("x.tar/\u{1b}[31m\u{fffd}\n", 1, 1, "ok"),
        row("x.tar/../../up", 1, 1, "ok"),
        row("x.tar//etc/passwd", 1, 1, "ok"),
        row("x.tar/dot.log", 1, 1, "ok"),
        row(&format!("x.tar/{long}"), 1, 1, "ok"),
        row("x.tar/sparse", 0, 0, "error"),
        row("x.tar/twice", 3, 3, "ok"),
        row("x.tar/twice#2", 2, 2, "ok"),
        row("x.tar/twice#3", 1, 1, "ok"),
        row("x.tar/名/pax.log", 1, 1, "ok"),
    ];
    assert_eq!(inputs(&report), expected);
    assert_eq!(exit, 3, "the sparse file is not read");
}

#[test]
fn a_tar_that_is_cut_anywhere_is_incomplete_and_what_was_there_counts() {
    let files: [(&str, &[u8]); 2] = [("a.log", &lines(0..7)), ("b.log", &lines(7..12))];
    let tar = tar(&files);
    let whole = inputs(&report_of("x.tar", &tar).0);
    assert_eq!(whole, [row("x.tar/a.log", 7, 7, "ok"), row("x.tar/b.log", 5, 5, "ok")]);
    let (a, b) = (files[0].1.len(), files[1].1.len());
    let second = 512 + a.next_multiple_of(512);
    let end = second + 512 + b.next_multiple_of(512);
    let places =
        [512, 513, 700, 512 + a - 1, 512 + a, second - 1, second, second + 100, second + 512, end - 600, end - 1, end];
    for place in places {
        // Who packs a cut tar makes an archive that is whole.
        for bytes in [tar[..place].to_vec(), pack("gzip", &tar[..place])] {
            let (report, exit) = report_of("x", &bytes);
            assert_eq!((exit, &report["status"][0]), (3, &json!("input")), "cut at {place}");
            let calls: u64 = inputs(&report).iter().map(|(_, _, calls, _)| calls).sum();
            let there = |start: usize, bytes: &[u8]| {
                let there = bytes.get(..place.saturating_sub(start).min(bytes.len())).unwrap_or_default();
                // The line that is cut counts when nothing of it but its line end is missing.
                let is_call = |line: &&[u8]| serde_json::from_slice::<Value>(line).is_ok();
                there.split(|&byte| byte == b'\n').filter(is_call).count() as u64
            };
            assert_eq!(calls, there(512, files[0].1) + there(second + 512, files[1].1), "cut at {place}: {report}");
            let incomplete = inputs(&report).iter().filter(|(.., status)| status == "incomplete").count();
            assert_eq!(incomplete, 1, "cut at {place}: {report}");
            assert!(report["inputs"].as_array().unwrap().iter().all(|input| input["unfinished"] == false));
        }
    }
    // The end of the tar is there, the end of its packing is not.
    let packed = pack("gzip", &tar);
    let (report, exit) = report_of("x.tgz", &packed[..packed.len() - 4]);
    assert_eq!((exit, inputs(&report).len()), (3, 3), "{report}");
    let (report, _) = report_of("x.tgz", &packed[..packed.len() / 2]);
    assert!(inputs(&report).iter().any(|(.., status)| status == "incomplete"), "{report}");
    let mut wrong = tar;
    wrong[second + 20] ^= 1;
    let (report, exit) = report_of("x.tar", &wrong);
    assert_eq!(exit, 3);
    assert_eq!(inputs(&report), [row("x.tar", 0, 0, "corrupt"), row("x.tar/a.log", 7, 7, "ok")]);
}

#[test]
fn what_is_no_tar_of_logs_says_so() {
    let zip = b"PK\x03\x04\x14\0\0\0\x08\0whatever".to_vec();
    let inner = tar(&[("a.log", &lines(0..3))]);
    for (name, bytes, path, says) in [
        ("logs.zip", zip.clone(), "logs.zip", "unzip -p FILE | resplog report -"),
        ("logs.zip.gz", pack("gzip", &zip), "logs.zip.gz", "unzip -p"),
        ("x.tar", tar(&[("in.zip", &zip)]), "x.tar/in.zip", "unzip -p"),
        ("x.tar", tar(&[("in.tar", &inner)]), "x.tar/in.tar", "tar -xOf FILE"),
        ("x.tgz", pack("gzip", &tar(&[("in.tgz", &pack("gzip", &inner))])), "x.tgz/in.tgz", "tar -xOf FILE"),
        ("x.tar", tar(&[("folder/", b"")]), "x.tar", "the tar holds no regular file"),
    ] {
        let ran = ran(&[(name, &bytes)], &["report", "-f", "json", name]);
        assert_eq!((ran.exit, inputs(&ran.json())), (3, vec![row(path, 0, 0, "error")]), "{path}");
        assert!(ran.stderr.contains(says), "{}", ran.stderr);
    }
    // Letters alone do not make a tar.
    let mut text = lines(0..6);
    text[257..262].copy_from_slice(b"ustar");
    let (report, _) = report_of("log", &text);
    assert_eq!(inputs(&report)[0].1, 6);
}

#[test]
fn tars_behind_each_other_are_read_to_the_last() {
    let both = [tar(&[("a", &lines(0..2))]), tar(&[("b", &lines(2..5))])];
    for bytes in [both.concat(), pack("xz", &both.concat()), both.map(|it| pack("gzip", &it)).concat()] {
        let (report, exit) = report_of("x", &bytes);
        assert_eq!((exit, inputs(&report)), (0, vec![row("x/a", 2, 2, "ok"), row("x/b", 3, 3, "ok")]));
    }
}

#[test]
fn a_tar_on_standard_input_is_read_like_a_file_and_a_log_as_before() {
    let files: [(&str, &[u8]); 2] = [("b/2.log", &lines(10..20)), ("a.log", &pack("gzip", &lines(10..13)))];
    let plain = tar(&files);
    let folder = folder(&[]);
    let mut forms = vec![plain.clone()];
    forms.extend(FORMATS.map(|format| pack(format, &plain)));
    for bytes in &forms {
        let run = |arguments: &[&str]| run(folder.path(), arguments, Some(bytes));
        let report = run(&["report", "-f", "json", "-"]);
        let expected = vec![row("-/a.log", 3, 3, "ok"), row("-/b/2.log", 10, 10, "ok")];
        assert_eq!((report.exit, inputs(&report.json())), (0, expected), "{}", report.stderr);
        let once = run(&["report", "-f", "json", "--dedupe"]);
        assert_eq!((once.exit, &once.json()["totals"]["duplicates"]), (0, &json!(3)), "{}", once.stderr);
        let ids = run(&["ids"]);
        assert_eq!(ids.stdout.lines().filter(|row| row.contains("\t-/")).count(), 4, "{}", ids.stdout);
        assert_eq!(run(&["ticket", "--code", "InternalError"]).exit, 0);
    }
    let cut = run(folder.path(), ["report", "-f", "json"], Some(&plain[..700]));
    assert_eq!((cut.exit, cut.stderr.contains("-/b/2.log: the tar ends inside")), (3, true), "{}", cut.stderr);
    let long = lines(0..5000);
    for log in
        [&b""[..], b"\n", &lines(0..1), &long, &pack("bzip2", &long), &pack("lz4", b""), &pack("xz", &lines(0..1))]
    {
        fs::write(folder.path().join("log"), log).unwrap();
        for dedupe in [&[][..], &["--dedupe"]] {
            let of = |name, pipe| run(folder.path(), [&["report", "-f", "json", name], dedupe].concat(), pipe).json();
            assert_eq!(of("-", Some(log))["totals"], of("log", None)["totals"]);
        }
    }
}

#[test]
fn a_tar_from_before_posix_is_told_by_its_checksum() {
    let mut builder = tar::Builder::new(Vec::new());
    let bytes = lines(0..3);
    let mut header = tar::Header::new_old();
    header.set_path("a.log").unwrap();
    header.set_size(bytes.len() as u64);
    header.set_cksum();
    builder.append(&header, &bytes[..]).unwrap();
    let (report, exit) = report_of("x", &builder.into_inner().unwrap());
    assert_eq!((exit, inputs(&report)), (0, vec![row("x/a.log", 3, 3, "ok")]));
    // Nothing but NUL bytes is a log that was cut by rotation.
    let (report, exit) = report_of("x", &[0; 10240]);
    assert_eq!((exit, inputs(&report)), (0, vec![row("x", 1, 0, "ok")]));
}

#[test]
fn a_tar_cannot_be_followed_and_takes_no_position() {
    let site = Site::new();
    site.write("logs/a", 0..5);
    let bytes = tar(&[("b.log", &lines(5..10))]);
    for (name, bytes) in [("logs/x.tar", bytes.clone()), ("logs/y.tar.gz", pack("gzip", &bytes))] {
        fs::write(site.path(name), bytes).unwrap();
    }
    for new in [5, 0] {
        let ran = site.run(&["logs"]);
        assert_eq!(ran.exit, 3, "{}", ran.stderr);
        assert_eq!(ran.stderr.matches("a tar cannot be followed").count(), 2, "{}", ran.stderr);
        let rows =
            [row("logs/a", new, new, "ok"), row("logs/x.tar", 0, 0, "error"), row("logs/y.tar.gz", 0, 0, "error")];
        assert_eq!(inputs(&ran.json()), rows);
    }
}
