//! Archives as inputs: packed or not, a log says the same; cut or damaged ones are counted as far as they go, and said
//! to be so.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::chunks::{assert_same, for_each, log, sized};
use crate::corpora;
use crate::library::{options, report};
use crate::packing::{FORMATS, pack, pack_in_parts, skippable_frame};
use crate::program::{Ran, folder, run, testdata};

/// At how many places each archive is cut, and at how many a bit of it is flipped.
const PLACES: usize = 200;

/// The name of every file here, so that only its bytes differ.
const NAME: &str = "log";

#[test]
fn every_archive_of_the_corpus_is_as_expected() {
    let Some(folder) = corpora::folder().map(|folder| folder.join("compressed")) else { return };
    let table = fs::read_to_string(folder.join("EXPECTED.tsv")).unwrap();
    let mut rows = table.lines().map(|row| row.split('\t').collect::<Vec<_>>());
    let names = rows.next().unwrap();
    let mut seen = 0;
    for row in rows {
        let expected = |name: &str| row[names.iter().position(|it| *it == name).unwrap()];
        let file = expected("file");
        check(&expected, &run(&folder, ["report", "-f", "json", file], None));
        // Its name is all that tells an empty file from an empty archive, and a pipe has none.
        if file != "zero.gz" {
            check(&expected, &run(&folder, ["report", "-f", "json"], Some(&fs::read(folder.join(file)).unwrap())));
        }
        seen += 1;
    }
    assert_eq!(seen, 43);
}

fn check<'e>(expected: &dyn Fn(&str) -> &'e str, ran: &Ran) {
    let file = expected("file");
    let row = &ran.json()["inputs"][0];
    for name in ["compression", "status", "lines", "ok", "failed", "malformed"] {
        let told = row[name].as_str().map_or_else(|| row[name].to_string(), str::to_owned);
        assert!(expected(name) == "-" || expected(name) == told, "{file}, {name}: {told}");
    }
    assert_eq!(ran.exit.to_string(), expected("exit"), "{file}: {}", ran.stderr);
    let text = row["error"].as_str();
    assert_eq!(text.is_some(), row["status"] != "ok", "{file}: {row}");
    assert!(ran.stderr.contains(text.unwrap_or_default()), "{file}: {}", ran.stderr);
}

/// Every form that an archive of this log may have, with what it is called here.
fn forms(plain: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut forms = Vec::new();
    for format in FORMATS {
        let parts = pack_in_parts(format, plain);
        forms.push((format.to_owned(), pack(format, plain)));
        forms.push((format!("{format} in parts"), parts.concat()));
        let between = match format {
            "gzip" => vec![0; 700],
            "xz" => vec![0; 8],
            "zstd" | "lz4" => skippable_frame(b"{\"Response\":{}}\n"),
            _ => continue,
        };
        forms.push((format!("{format} with padding"), parts.join(&between[..])));
        if matches!(format, "zstd" | "lz4") {
            forms.push((format!("{format} behind padding"), [&between[..], &parts.concat()].concat()));
        }
    }
    forms
}

/// A report without what its input's row says of the packing, and with the name of the file for that of a pipe.
fn without_packing(stdout: &str) -> String {
    let lines = stdout.lines().filter(|line| !line.contains("\"compression\": "));
    lines.collect::<Vec<_>>().join("\n").replace("\": \"-\"", &format!("\": \"{NAME}\""))
}

#[test]
fn a_packed_log_says_what_the_plain_one_says() {
    for name in ["bare.ndjson", "crlf.ndjson", "damaged.ndjson", "rotated.ndjson", "wrapped.ndjson", "pretty.json"] {
        let plain = fs::read(testdata().join(name)).unwrap();
        let report = |bytes: &[u8], stdin: Option<&[u8]>| {
            let folder = folder(&[(NAME, bytes)]);
            let input = if stdin.is_some() { "-" } else { NAME };
            run(folder.path(), ["report", "-f", "json", "--by", "day", input], stdin)
        };
        let expected = report(&plain, None);
        assert_eq!(expected.json()["inputs"][0]["compression"], "none");
        for (form, archive) in forms(&plain) {
            for stdin in [None, Some(&archive[..])] {
                let told = report(&archive, stdin);
                let how = format!("{name} as {form}, from {}", if stdin.is_some() { "a pipe" } else { "a file" });
                assert_same(&without_packing(&told.stdout), &without_packing(&expected.stdout), &how);
                assert_eq!((told.exit, told.stderr.as_str()), (expected.exit, expected.stderr.as_str()), "{how}");
                assert_eq!(told.json()["inputs"][0]["compression"], form.split(' ').next().unwrap(), "{how}");
            }
        }
    }
}

#[test]
fn reports_without_a_table_of_inputs_do_not_tell_that_a_log_was_packed() {
    let plain = fs::read(testdata().join("wrapped.ndjson")).unwrap();
    for format in ["text", "csv", "prometheus"] {
        let report = |bytes: &[u8]| {
            let folder = folder(&[(NAME, bytes)]);
            run(folder.path(), ["report", "-f", format, "--now", "2026-11-25", NAME], None).stdout
        };
        let expected = report(&plain);
        for packed in FORMATS {
            assert_same(&report(&pack(packed, &plain)), &expected, &format!("{format} of {packed}"));
        }
    }
}

#[test]
fn every_read_size_of_an_archive_gives_the_same_report() {
    let log = log();
    let plain = folder(&[(NAME, &log)]);
    let expected = report(&[(NAME, &plain.path().join(NAME))], &sized(1 << 20, 1 << 16));
    let forms = forms(&log);
    let folder = folder(&[]);
    for (place, (_, archive)) in forms.iter().enumerate() {
        fs::write(folder.path().join(place.to_string()), archive).unwrap();
    }
    for_each(1..=64, |read_bytes| {
        for (place, (form, _)) in forms.iter().enumerate() {
            let path = folder.path().join(place.to_string());
            // An archive is decoded into the rest of a chunk at a time, so chunks are as small as the reads.
            for chunk_bytes in [read_bytes, 1 + read_bytes * 50] {
                let told = report(&[(NAME, &path)], &sized(chunk_bytes, read_bytes));
                assert_same(&told, &expected, &format!("{form} in reads of {read_bytes}, chunks of {chunk_bytes}"));
            }
        }
    });
}

/// Some hundred responses, of which some failed.
fn responses() -> Vec<u8> {
    let mut plain = Vec::new();
    let mut state = 1_u64;
    for number in 0..400 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let error = if number % 9 == 0 { r#""Error":{"Code":"InternalError","Message":"m"},"# } else { "" };
        let line = format!("{{\"Response\":{{{error}\"Total\":{},\"RequestId\":\"{state:016x}\"}}}}\n", state >> 50);
        plain.extend_from_slice(line.as_bytes());
    }
    plain
}

/// The report of an archive, which is checked for its laws while it is made, and whether it makes the exit code 3.
fn told(path: &Path) -> (String, Value, bool) {
    let text = report(&[(NAME, path)], &options());
    let report: Value = serde_json::from_str(&text).unwrap();
    let is_damaged = report["status"].as_array().unwrap().iter().any(|it| it == "input" || it == "nothing_recognised");
    (text, report, is_damaged)
}

fn count_of(report: &Value, name: &str) -> u64 {
    report["totals"][name].as_u64().unwrap()
}

/// Cuts or flips an archive of each format at many places, and shows each of them with its place and the report of
/// the whole.
fn for_each_damage(damage: impl Fn(&[u8], usize) -> Vec<u8> + Sync, check: impl Fn(&Damaged<'_>) + Sync) {
    let plain = responses();
    let folder = folder(&[]);
    for format in FORMATS {
        let parts = pack_in_parts(format, &plain);
        let archive = parts.concat();
        let whole = folder.path().join(format!("{format}.whole"));
        fs::write(&whole, &archive).unwrap();
        let (whole, report, is_damaged) = told(&whole);
        assert!(!is_damaged && count_of(&report, "responses") == 400, "{format}: {whole}");
        let ends: Vec<_> = (1..=parts.len()).map(|count| parts[..count].concat().len()).collect();
        for_each(0..=PLACES - 1, |number| {
            let place = number * archive.len() / PLACES;
            let path = folder.path().join(format!("{format}.{number}.log"));
            fs::write(&path, damage(&archive, place)).unwrap();
            check(&Damaged { format, place, path: &path, whole: &whole, ends: &ends });
            fs::remove_file(&path).unwrap();
        });
    }
}

struct Damaged<'d> {
    format: &'d str,
    place: usize,
    path: &'d Path,
    /// The report of the whole archive.
    whole: &'d str,
    /// Where the parts of the archive end.
    ends: &'d [usize],
}

/// Every twentieth damage is shown to the program too, which says the same.
fn check_program(damaged: &Damaged<'_>, is_damaged: bool) {
    if damaged.place.is_multiple_of(20) {
        let ran = run(damaged.path.parent().unwrap(), ["report".as_ref(), damaged.path.as_os_str()], None);
        assert_eq!(ran.exit, if is_damaged { 3 } else { 0 }, "{}: {}", damaged.path.display(), ran.stderr);
    }
}

#[test]
fn an_archive_cut_anywhere_is_counted_as_far_as_it_goes() {
    for_each_damage(
        |archive, place| archive[..place].to_vec(),
        |damaged| {
            let Damaged { format, place, ends, .. } = *damaged;
            let (text, report, is_damaged) = told(damaged.path);
            // A cut between two parts leaves an archive, and one before the first byte nothing.
            assert_eq!(!is_damaged, ends.contains(&place) || place == 0, "{format} cut at {place}: {text}");
            let read = count_of(&report, "responses");
            // Of whole parts nothing is lost: they hold a third each.
            let parts = ends.iter().filter(|&&end| end <= place).count().min(2);
            assert!(read <= 400 && read + 1 >= 400 * parts as u64 / 3, "{format} cut at {place}: {text}");
            assert!(count_of(&report, "malformed") <= 1, "{format} cut at {place}: {text}");
            check_program(damaged, is_damaged);
        },
    );
}

#[test]
fn an_archive_flipped_anywhere_is_whole_or_said_to_be_damaged() {
    for_each_damage(
        |archive, place| {
            let mut flipped = archive.to_vec();
            flipped[place] ^= 1 << (place % 8);
            flipped
        },
        |damaged| {
            let Damaged { format, place, .. } = *damaged;
            let (text, _, is_damaged) = told(damaged.path);
            if !is_damaged {
                assert_same(&text, damaged.whole, &format!("{format} flipped at {place}"));
            }
            check_program(damaged, is_damaged);
        },
    );
}

/// Runs the program with at most `kib` KiB of data and `descriptors` descriptors.
pub fn run_within(kib: u32, descriptors: u32, folder: &Path, arguments: &[&str]) -> Ran {
    let program = env!("CARGO_BIN_EXE_resplog");
    let script = format!("ulimit -d {kib} && ulimit -n {descriptors} && exec \"$@\"");
    let output = Command::new("sh")
        .args(["-c", &script, "sh", program])
        .args(arguments)
        .env_clear()
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    Ran {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        exit: output.status.code().unwrap_or_else(|| panic!("{:?} ended {arguments:?}", output.status)),
    }
}

/// What a run may take in memory, in KiB.
pub const MEMORY_KIB: u32 = 256 * 1024;

/// Packs many parts of the same bytes.
fn pack_many(format: &str, part: &[u8], count: usize) -> Vec<u8> {
    pack(format, part).repeat(count)
}

#[test]
fn bombs_take_no_memory() {
    // Each holds more than a run may take, in one line.
    let (part, count) = (vec![0; 16 << 20], 20);
    let text = [&b"{\"Response\":{\"pad\":\""[..], &vec![b'x'; 16 << 20]].concat();
    let folder = folder(&[]);
    for format in FORMATS {
        fs::write(folder.path().join(NAME), pack_many(format, &part, count)).unwrap();
        let ran = run_within(MEMORY_KIB, 32, folder.path(), &["report", "-f", "json", NAME]);
        let report = ran.json();
        assert_eq!(ran.exit, 0, "{format}: {}", ran.stderr);
        assert_eq!(count_of(&report, "bytes"), (part.len() * count) as u64, "{format}");
        assert_eq!((count_of(&report, "lines"), count_of(&report, "blank")), (1, 1), "{format}");
        fs::write(folder.path().join(NAME), pack_many(format, &text, count)).unwrap();
        let ran = run_within(MEMORY_KIB, 32, folder.path(), &["report", "-f", "json", NAME]);
        let report = ran.json();
        assert_eq!(ran.exit, 3, "{format}: nothing is recognised in it");
        assert_eq!(report["malformed"]["reasons"]["oversize"], 1, "{format}");
        assert_eq!(report["inputs"][0]["status"], "ok", "{format}");
    }
}

#[test]
fn a_dictionary_that_is_too_large_is_refused_with_its_size() {
    let mut archive = pack("xz", b"{\"Response\":{}}\n");
    // Behind the stream's header of 12 bytes, of the block's: the filter at 14, its dictionary at 16, and at its end
    // a checksum. 37 says 1.5 GiB.
    assert_eq!(archive[14..16], [0x21, 1]);
    archive[16] = 37;
    let end = 12 + 4 * usize::from(archive[12]);
    let mut checksum = flate2::Crc::new();
    checksum.update(&archive[12..end]);
    archive[end..end + 4].copy_from_slice(&checksum.sum().to_le_bytes());
    let folder = folder(&[(NAME, &archive), ("good", &testdata_bytes("bare.ndjson"))]);
    let ran = run_within(MEMORY_KIB, 32, folder.path(), &["report", "-f", "json", NAME, "good"]);
    let row = &ran.json()["inputs"][1];
    assert_eq!((ran.exit, row["status"].as_str()), (3, Some("error")), "{row}");
    assert!(row["error"].as_str().unwrap().contains("1536 MiB, the limit is 128 MiB"), "{row}");
    assert_eq!(count_of(&ran.json(), "lines"), 200, "the other input is read");
}

fn testdata_bytes(name: &str) -> Vec<u8> {
    fs::read(testdata().join(name)).unwrap()
}

#[test]
fn many_files_need_few_descriptors() {
    let folder = folder(&[]);
    let log = testdata_bytes("documentation.ndjson");
    for number in 0..500 {
        let bytes = if number % 2 == 0 { log.clone() } else { pack(FORMATS[number / 2 % 5], &log) };
        fs::write(folder.path().join(format!("part-{number:05}")), bytes).unwrap();
    }
    for threads in ["1", "2", "8"] {
        let ran = run_within(MEMORY_KIB, 32, folder.path(), &["report", "-f", "json", "-j", threads, "."]);
        assert_eq!((ran.exit, count_of(&ran.json(), "responses")), (0, 1000), "{}", ran.stderr);
    }
}
