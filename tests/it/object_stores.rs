//! Objects of stores are read as files are: the same report, and what goes wrong with a store is said and never counted.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use resplog::internals::engine::{self, Duplicates, Options, RunControl};
use resplog::internals::input::discover::discover_in;
use resplog::internals::input::object::{Access, Keys, Service, Settings, Stores};
use resplog::internals::input::source::Sizes;
use resplog::internals::input::{Input, with_members};
use resplog::internals::partial::{Partial, wire};
use resplog::internals::summary::rejects::Reject;
use resplog::time::Nanos;

use crate::library::options;
use crate::program::{Ran, command, folder, send, testdata};
use crate::store::{Store, Trouble};

/// Runs the program in a folder with a store as S3 and COS.
fn run(store: &Store, folder: &Path, arguments: &[&str]) -> Ran {
    run_as("AKIDEXAMPLE", store, folder, arguments)
}

fn run_as(key: &str, store: &Store, folder: &Path, arguments: &[&str]) -> Ran {
    Ran::of(stores(command(folder), key, store).args(arguments).output().unwrap())
}

fn stores(mut command: std::process::Command, key: &str, store: &Store) -> std::process::Command {
    command
        .envs([("AWS_ACCESS_KEY_ID", key), ("AWS_SECRET_ACCESS_KEY", "a secret/key+"), ("AWS_MAX_ATTEMPTS", "3")])
        .envs([("TENCENTCLOUD_SECRET_ID", key), ("TENCENTCLOUD_SECRET_KEY", "a secret/key+")])
        .env("AWS_ENDPOINT_URL", store.endpoint())
        .env("TENCENTCLOUD_ENDPOINT_URL_COS", store.endpoint());
    command
}

/// A folder `logs` with logs of every kind, and a store with the same objects in the bucket `logs`.
fn both() -> (tempfile::TempDir, Store) {
    let (folder, store) = (folder(&[]), Store::start());
    let logs = folder.path().join("logs");
    fs::create_dir_all(logs.join("sub")).unwrap();
    let put = |name: &str, bytes: &[u8]| {
        fs::write(logs.join(name), bytes).unwrap();
        store.put(&format!("logs/{name}"), bytes);
    };
    let log = |name: &str| fs::read(testdata().join(name)).unwrap();
    for name in ["bare.ndjson", "wrapped.ndjson", "damaged.ndjson", "pretty.json", "crlf.ndjson"] {
        put(name, &log(name));
    }
    for entry in fs::read_dir(testdata().join("texts")).unwrap() {
        let path = entry.unwrap().path();
        put(&format!("sub/{}", path.file_name().unwrap().to_str().unwrap()), &fs::read(&path).unwrap());
    }
    let packed = pack(&log("wrapped.ndjson"));
    put("wrapped.ndjson.gz", &packed);
    put("cut.ndjson.gz", &packed[..packed.len() / 2]);
    let tar = tar(&[("a.log", &log("bare.ndjson")), ("b.log", &log("crlf.ndjson"))]);
    put("logs.tar", &tar);
    put("logs.tar.gz", &pack(&tar));
    put("empty.log", b"");
    put("empty.log.gz", b"");
    (folder, store)
}

fn pack(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, bytes).unwrap();
    encoder.finish().unwrap()
}

fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, name, *bytes).unwrap();
    }
    tar.into_inner().unwrap()
}

/// A report over objects as one over files has it.
fn as_files(text: &str) -> String {
    text.replace("s3://logs/", "logs/").replace("cos://logs/", "logs/")
}

#[test]
fn a_report_of_objects_is_that_of_the_files() {
    let (folder, store) = both();
    let folder = folder.path();
    for format in ["json", "text", "csv"] {
        let files = run(&store, folder, &["report", "logs/", "-f", format]);
        assert_eq!(files.exit, 3, "{files:?}");
        for name in ["s3://logs/", "s3://logs", "cos://logs/"] {
            let objects = run(&store, folder, &["report", name, "-f", format]);
            let (told, expected) = (as_files(&objects.stdout), files.stdout.as_str());
            // Columns are as wide as names are.
            let bare =
                |text: &str| text.split_whitespace().filter(|it| !it.starts_with('─')).collect::<Vec<_>>().join(" ");
            match format {
                "text" => assert!(bare(&told).len() > 1000 && objects.exit == 3),
                _ => assert_eq!((told.as_str(), objects.exit), (expected, 3), "{name}"),
            }
        }
    }
    let window = ["--since", "2026-11-24T02:00:00Z", "--until", "2026-11-24T03:00:00Z", "-f", "json"];
    let with = |name| run(&store, folder, &[&["report", name][..], &window].concat());
    assert_eq!(as_files(&with("s3://logs/").stdout), with("logs/").stdout);
    let ids = |name| run(&store, folder, &["ids", name]).stdout;
    assert_eq!(as_files(&ids("s3://logs/")), ids("logs/"));
    let twice = |name| run(&store, folder, &["report", name, "--dedupe", "-f", "json"]).stdout;
    assert_eq!(as_files(&twice("s3://logs/")), twice("logs/"));
}

#[test]
fn parts_a_cache_and_summaries_of_objects_say_the_same() {
    let (folder, store) = both();
    let folder = folder.path();
    for name in ["cut.ndjson.gz", "empty.log.gz"] {
        store.remove(&format!("logs/{name}"));
    }
    let whole = run(&store, folder, &["report", "s3://logs/", "-f", "json"]);
    assert_eq!(whole.exit, 0, "{whole:?}");

    let planned = run(&store, folder, &["plan", "s3://logs/", "--part-bytes", "20K", "-o", "plan.json"]);
    assert_eq!(planned.exit, 0, "{planned:?}");
    let plan: serde_json::Value = serde_json::from_slice(&fs::read(folder.join("plan.json")).unwrap()).unwrap();
    assert!(plan["files"][0]["etag"].as_str().unwrap().starts_with('"'));
    let parts = plan["parts"].as_array().unwrap().len();
    assert!(parts > 5);
    fs::create_dir(folder.join("parts")).unwrap();
    for part in 0..parts {
        let out = format!("parts/{part}.summary");
        let ran = run(&store, folder, &["part", "--plan", "plan.json", &part.to_string(), "-o", &out]);
        assert_eq!(ran.exit, 0, "{ran:?}");
    }
    let merged = run(&store, folder, &["report", "--plan", "plan.json", "parts", "-f", "json"]);
    assert_eq!((merged.stdout, merged.exit), (whole.stdout.clone(), 0));

    for is_first in [true, false] {
        store.asked();
        let cached = run(&store, folder, &["report", "s3://logs/", "--cache", "cache", "-f", "json"]);
        assert_eq!(cached.stdout, whole.stdout);
        // What is cached is not asked for, not even to be looked at.
        assert_eq!(store.asked().iter().all(super::store::Asked::is_list), !is_first);
    }
    store.put("logs/bare.ndjson", &fs::read(testdata().join("wrapped.ndjson")).unwrap());
    let fresh = run(&store, folder, &["report", "s3://logs/", "-f", "json"]);
    let cached = run(&store, folder, &["report", "s3://logs/", "--cache", "cache", "-f", "json"]);
    assert_eq!(cached.stdout, fresh.stdout);

    // The commands that a summary suggests go back to the objects, files of tars too.
    run(&store, folder, &["report", "s3://logs/", "-o", "all.summary"]);
    let rows = run(&store, folder, &["ids", "s3://logs/"]).stdout;
    let id = rows.lines().find(|row| row.contains("logs.tar.gz/")).unwrap().split('\t').next().unwrap();
    let find = |input| run(&store, folder, &["find", id, input]);
    let (found, expected) = (find("all.summary"), find("s3://logs/"));
    assert_eq!((found.exit, found.stdout), (0, expected.stdout));
    let ticket = |input| run(&store, folder, &["ticket", input]).stdout;
    assert_eq!(ticket("all.summary"), ticket("s3://logs/"));

    // A summary may be an object, too.
    store.put("logs/day.summary", &fs::read(folder.join("all.summary")).unwrap());
    let report = |input| run(&store, folder, &["report", input, "-f", "json"]).stdout;
    assert_eq!(report("s3://logs/day.summary"), report("all.summary"));
}

#[test]
fn a_part_of_a_changed_object_is_exit_6_and_of_a_silent_store_75() {
    let (folder, store) = (folder(&[]), Store::start());
    let folder = folder.path();
    let log = fs::read(testdata().join("wrapped.ndjson")).unwrap();
    store.put("b/a.log", &log);
    store.put("b/empty.log", b"");
    run(&store, folder, &["plan", "s3://b/", "--part-bytes", "40K", "-o", "plan.json"]);
    let part = |number: &str| run(&store, folder, &["part", "--plan", "plan.json", number, "-o", "p.summary"]);
    let last = (0..).find(|number: &u32| part(&number.to_string()).exit != 0).unwrap() - 1;
    assert!(last > 0);
    for trouble in [Trouble::Refuse(503, "SlowDown", String::new()), Trouble::Reset, Trouble::Cut(5), Trouble::Short(5)]
    {
        store.fail(move |_| Some(trouble.clone()));
        let failed = part("0");
        assert_eq!(failed.exit, 75, "{failed:?}");
    }
    store.fail(|_| Some(Trouble::Refuse(403, "AccessDenied", String::new())));
    assert_eq!(part("0").exit, 6);
    store.fail(|_| None);
    assert_eq!(part("0").exit, 0);
    store.put("b/empty.log", b"{}\n");
    let changed = part(&last.to_string());
    assert_eq!(changed.exit, 6, "{changed:?}");
    assert!(changed.stderr.contains("has changed since it was listed"), "{changed:?}");
    store.put("b/a.log", &log);
    assert_eq!(part("0").exit, 6);
    store.remove("b/a.log");
    let gone = part("0");
    assert_eq!(gone.exit, 6);
    assert!(gone.stderr.contains("is gone since it was listed"), "{gone:?}");
}

/// The summary of objects, read by ranges of so many bytes.
fn read(store: &Store, name: &str, cell_bytes: u64, options: &Options) -> (Vec<u8>, Vec<resplog::report::InputFacts>) {
    read_within(64 << 20, store, name, cell_bytes, options)
}

/// The same, holding so many bytes at the most.
fn read_within(
    memory_bytes: u64,
    store: &Store,
    name: &str,
    cell_bytes: u64,
    options: &Options,
) -> (Vec<u8>, Vec<resplog::report::InputFacts>) {
    let keys = Keys { id: "id".to_owned(), secret: "secret".to_owned(), token: None };
    let s3 = Service { access: Access::Keys(keys), endpoint: Some(store.endpoint()), ..Service::default() };
    let threads = options.threads;
    let settings = Settings {
        s3,
        threads,
        cell_bytes,
        memory_bytes,
        backoff_ms: 1,
        ..Settings::new(|| Nanos(1_795_516_867_000_000_000))
    };
    let control = RunControl::default();
    let stores = Stores::new(settings, Arc::clone(&control.stop));
    let inputs = with_members(discover_in(&[name.into()], &[], &stores, &control.stop), &control.stop);
    summed(&inputs, options, &control)
}

fn summed(inputs: &[Input], options: &Options, control: &RunControl) -> (Vec<u8>, Vec<resplog::report::InputFacts>) {
    let none = None::<fn(&Reject, u64)>;
    let analysis = engine::analyze(inputs, options, control, &Duplicates::default(), none).unwrap();
    let facts = engine::facts(inputs, &analysis);
    let empty = Partial::empty(&resplog::settings::Settings::default(), &[]);
    let partial = engine::partial(empty, inputs, &facts, &analysis.reads, analysis.summary);
    (wire::encode(&partial).unwrap(), facts)
}

fn reading(threads: usize, chunk_bytes: usize) -> Options {
    Options { threads, sizes: Sizes { chunk_bytes, read_bytes: 4096, ..Sizes::default() }, ..options() }
}

#[test]
fn ranges_of_any_length_and_any_number_of_threads_give_the_same_summary() {
    let (_folder, store) = both();
    let (expected, _) = read(&store, "s3://logs/", 1 << 23, &reading(1, 128 * 1024));
    for (threads, chunk_bytes, cell_bytes) in
        [(1, 4000, 3001), (2, 3000, 10_000), (4, 8192, 8192), (3, 10_000, 1_000_000)]
    {
        store.asked();
        let (told, _) = read(&store, "s3://logs/", cell_bytes, &reading(threads, chunk_bytes));
        assert!(told == expected, "{threads} threads, chunks of {chunk_bytes}, ranges of {cell_bytes}");
        let asked = store.asked();
        let conditions =
            asked.iter().filter(|asked| !asked.is_list()).map(|asked| asked.headers.contains_key("if-match"));
        assert!(conditions.fold(0, |count, has| count + u32::from(has)) as usize + 1 == asked.len());
    }
}

#[test]
fn little_memory_makes_no_difference() {
    let (_folder, store) = both();
    let options = reading(4, 4096);
    let (expected, _) = read(&store, "s3://logs/", 10_000, &options);
    for memory_bytes in [0, 10_000, 35_000] {
        let (told, _) = read_within(memory_bytes, &store, "s3://logs/", 10_000, &options);
        assert!(told == expected, "{memory_bytes} bytes");
    }
}

#[test]
fn small_objects_are_fetched_together_and_once() {
    let store = Store::start();
    let line = |number: usize| format!("{{\"Response\":{{\"RequestId\":\"b5b41468-520d-4192-b42f-{number:012}\"}}}}\n");
    (0..150).for_each(|number| store.put(&format!("b/{number:03}.log"), line(number).as_bytes()));
    store.fail(|_| Some(Trouble::Slow(20)));
    let (_, facts) = read(&store, "s3://b/", 1 << 23, &reading(1, 128 * 1024));
    assert_eq!(facts.len(), 150);
    assert!(facts.iter().all(|it| it.read.bytes == line(0).len() as u64), "{facts:?}");
    // A look at each, and its bytes.
    assert_eq!(store.asked().len(), 1 + 2 * 150);
    assert!(store.busy_max() > 4, "{}", store.busy_max());
}

#[test]
fn troubles_that_pass_change_nothing() {
    let (_folder, store) = both();
    let options = reading(2, 8192);
    let (expected, _) = read(&store, "s3://logs/", 20_000, &options);
    let troubles = [
        Trouble::Refuse(503, "SlowDown", String::new()),
        Trouble::Refuse(500, "InternalError", String::new()),
        Trouble::Refuse(429, "TooManyRequests", String::new()),
        Trouble::Reset,
        Trouble::Cut(7),
        Trouble::Cut(0),
        Trouble::Short(9),
        Trouble::Slow(5),
    ];
    // Each request fails twice, in some way, and then does not.
    let mut seen = std::collections::HashMap::new();
    let mut turn = 0;
    store.fail(move |asked| {
        let key = (asked.path.clone(), asked.query.clone(), asked.headers.get("range").cloned());
        let count = seen.entry(key).or_insert(0);
        *count += 1;
        turn += 1;
        troubles.get(turn % troubles.len()).filter(|_| *count <= 2).cloned()
    });
    let (told, _) = read(&store, "s3://logs/", 20_000, &options);
    assert!(told == expected);
}

#[test]
fn an_object_that_changes_while_it_is_read_is_incomplete() {
    let store = Store::start();
    let log = fs::read(testdata().join("wrapped.ndjson")).unwrap();
    for is_gone in [false, true] {
        store.put("b/a.log", &log);
        store.put("b/b.log", &log);
        let (own, changed) = (store.clone(), log.repeat(2));
        let mut count = 0;
        store.fail(move |asked| {
            count += u32::from(asked.path.ends_with("a.log"));
            if count == 4 {
                // In place before the range is given, but outside of this lock.
                let (own, changed) = (own.clone(), changed.clone());
                std::thread::spawn(move || if is_gone { own.remove("b/a.log") } else { own.put("b/a.log", &changed) });
                count += 1;
            }
            (count > 4 && asked.path.ends_with("a.log")).then_some(Trouble::Slow(100))
        });
        let (_, facts) = read(&store, "s3://b", 10_000, &reading(2, 4096));
        let [a, b] = &facts[..] else { panic!("{facts:?}") };
        assert_eq!(a.read.status.as_str(), "incomplete");
        let said = if is_gone { "is gone since it was listed" } else { "has changed since it was listed" };
        assert!(a.read.error.as_ref().unwrap().contains(said), "{a:?}");
        assert!(a.read.bytes < log.len() as u64);
        assert_eq!((b.read.status.as_str(), b.read.bytes), ("ok", log.len() as u64));
        store.fail(|_| None);
    }
}

#[test]
fn lists_of_more_than_a_thousand_are_whole_and_in_order() {
    let (folder, store) = (folder(&[]), Store::start());
    let line = |number: usize| format!("{{\"Response\":{{\"RequestId\":\"b5b41468-520d-4192-b42f-{number:012}\"}}}}\n");
    // The order of keys is that of their bytes, and names need care in an address.
    let name = |number: usize| format!("day {}/+&<ü>%{number:04}.log", number % 7);
    (0..2345).for_each(|number| store.put(&format!("b/{}", name(number)), line(number).as_bytes()));
    for scheme in ["s3", "cos"] {
        let prefix = format!("{scheme}://b/");
        store.asked();
        let ran = run(&store, folder.path(), &["report", &prefix, "-f", "json"]);
        let report = ran.json();
        assert_eq!((&report["totals"]["ok"], ran.exit), (&2345.into(), 0), "{scheme}");
        let paths: Vec<_> =
            report["inputs"].as_array().unwrap().iter().map(|input| input["path"].as_str().unwrap()).collect();
        let mut expected: Vec<_> = (0..2345).map(|number| format!("{prefix}{}", name(number))).collect();
        expected.sort();
        assert_eq!(paths, expected);
        assert_eq!(store.asked().iter().filter(|asked| asked.is_list()).count(), 3);
    }
    let ran = run(&store, folder.path(), &["report", "s3://b/day 3/*", "s3://b/day 3/+&<ü>%0003.log", "-f", "json"]);
    assert_eq!(ran.json()["totals"]["ok"], 335);
}

#[test]
fn an_object_that_is_said_to_be_encoded_is_read_as_it_is() {
    let (folder, store) = (folder(&[]), Store::start());
    let log = fs::read(testdata().join("bare.ndjson")).unwrap();
    store.put_encoded("b/a.log", &log, Some("gzip"));
    store.put_encoded("b/b.log", &pack(&log), Some("gzip"));
    let ran = run(&store, folder.path(), &["report", "s3://b", "-f", "json"]);
    let report = ran.json();
    let inputs = report["inputs"].as_array().unwrap();
    assert_eq!((&inputs[0]["compression"], &inputs[1]["compression"]), (&"none".into(), &"gzip".into()));
    assert_eq!((&inputs[0]["bytes"], &inputs[1]["bytes"]), (&log.len().into(), &log.len().into()));
    assert_eq!(ran.exit, 0);
}

#[test]
fn what_a_store_refuses_is_said_and_keeps_secrets() {
    let (folder, store) = (folder(&[]), Store::start());
    let log = fs::read(testdata().join("bare.ndjson")).unwrap();
    store.put("b/a.log", &log);
    store.expect_key("AKIDEXAMPLE");
    let told = |key: &str, name: &str| {
        let ran = run_as(key, &store, folder.path(), &["report", name]);
        assert!(!format!("{ran:?}").contains("secret/key"), "{ran:?}");
        (ran.exit, ran.stderr)
    };
    let is_told = |(exit, stderr): (i32, String), expected: &str| {
        assert_eq!(exit, 3, "{stderr}");
        assert!(stderr.contains(expected), "{stderr}");
    };
    assert_eq!(told("AKIDEXAMPLE", "s3://b/a.log").0, 0);
    assert_eq!(told("AKIDEXAMPLE", "cos://b/a.log").0, 0);
    is_told(told("AKIDOTHER", "s3://b/a.log"), "access denied (403 InvalidAccessKeyId)");
    is_told(told("AKIDOTHER", "cos://b/a.log"), "access denied (403 InvalidAccessKeyId)");
    is_told(told("AKIDEXAMPLE", "s3://c/"), "has no bucket 'c'");
    is_told(told("AKIDEXAMPLE", "s3://b/x"), "no object matches");
    is_told(told("AKIDEXAMPLE", "s3://b/[x"), "unclosed character class");
    is_told(told("AKIDEXAMPLE", "s3://"), "invalid bucket");

    let other = Store::start();
    other.put("b/a.log", &log);
    let location = format!("Location: {}/b/a.log\r\nx-amz-bucket-region: eu-west-1\r\n", other.endpoint());
    store.fail(move |_| Some(Trouble::Refuse(307, "TemporaryRedirect", location.clone())));
    is_told(
        told("AKIDEXAMPLE", "s3://b/a.log"),
        "(307 TemporaryRedirect), which is not followed: expected AWS_REGION=eu-west-1",
    );
    assert_eq!(other.asked().len(), 0);
    store.fail(|asked| (!asked.is_list()).then(|| Trouble::Refuse(403, "AccessDenied", String::new())));
    is_told(told("AKIDEXAMPLE", "s3://b/a.log"), "access denied (403 AccessDenied)");
    store.fail(|asked| asked.headers.contains_key("range").then_some(Trouble::Whole));
    store.put("b/a.log", &log.repeat(200));
    is_told(told("AKIDEXAMPLE", "s3://b/a.log"), "the store sends whole objects: expected ranges of them");
    store.fail(|_| Some(Trouble::Refuse(503, "SlowDown", String::new())));
    store.asked();
    is_told(told("AKIDEXAMPLE", "s3://b/a.log"), "in 3 attempts: 503 SlowDown");
    assert_eq!(store.asked().len(), 3);

    let plan = run_as("AKIDOTHER", &store, folder.path(), &["plan", "s3://b/"]);
    assert_eq!(plan.exit, 3);
    for arguments in [&["report", "--state", "s"][..], &["report", "--plan", "p"]] {
        fs::write(folder.path().join("p"), "{}").unwrap();
        let ran = run(&store, folder.path(), &[arguments, &["s3://b/"]].concat());
        assert_eq!(ran.exit, 2, "{ran:?}");
    }
}

#[test]
fn keys_come_from_a_profile_and_the_metadata_service() {
    let (folder, store) = (folder(&[]), Store::start());
    store.put("b/a.log", &fs::read(testdata().join("bare.ndjson")).unwrap());
    store.expect_key("AKIDPROFILE");
    let folder = folder.path();
    fs::create_dir_all(folder.join(".aws")).unwrap();
    fs::create_dir_all(folder.join(".tccli")).unwrap();
    fs::write(
        folder.join(".aws/credentials"),
        "[default]\naws_access_key_id=AKIDNONE\naws_secret_access_key=s\n[ops]\naws_access_key_id = AKIDPROFILE\naws_secret_access_key = s\n",
    )
    .unwrap();
    fs::write(folder.join(".aws/config"), format!("[profile ops]\nendpoint_url = {}\nregion = x\n", store.endpoint()))
        .unwrap();
    fs::write(folder.join(".tccli/default.credential"), r#"{"secretId": "AKIDPROFILE", "secretKey": "s"}"#).unwrap();
    let report = |name: &str, variables: &[(&str, &OsStr)]| {
        let mut command = command(folder);
        command.env("HOME", folder).envs(variables.iter().copied()).args(["report", name]);
        Ran::of(command.output().unwrap())
    };
    let endpoint = store.endpoint();
    assert_eq!(report("s3://b/", &[("AWS_PROFILE", OsStr::new("ops"))]).exit, 0);
    assert_eq!(report("s3://b/", &[("AWS_ENDPOINT_URL_S3", OsStr::new(&endpoint))]).exit, 3);
    assert_eq!(report("cos://b/", &[("COS_ENDPOINT_URL", OsStr::new(&endpoint))]).exit, 0);

    // The role of an instance.
    let metadata = Store::start();
    let credentials = |names: [&str; 2]| {
        let [id, secret] = names;
        format!(
            r#"{{"{id}":"AKIDPROFILE","{secret}":"s","Token":"t","Expiration":"2099-01-01T00:00:00Z","Code":"Success"}}"#
        )
    };
    metadata.put("latest/api/token", b"t");
    metadata.put("latest/meta-data/iam/security-credentials/", b"role\n");
    metadata.put("latest/meta-data/cam/security-credentials/", b"role");
    metadata.put(
        "latest/meta-data/iam/security-credentials/role",
        credentials(["AccessKeyId", "SecretAccessKey"]).as_bytes(),
    );
    metadata
        .put("latest/meta-data/cam/security-credentials/role", credentials(["TmpSecretId", "TmpSecretKey"]).as_bytes());
    fs::remove_dir_all(folder.join(".tccli")).unwrap();
    fs::remove_dir_all(folder.join(".aws")).unwrap();
    let (at, service) = (OsStr::new(&endpoint), metadata.endpoint());
    let service = OsStr::new(&service);
    store.asked();
    let variables = [("AWS_ENDPOINT_URL", at), ("AWS_EC2_METADATA_SERVICE_ENDPOINT", service)];
    assert_eq!(report("s3://b/", &variables).exit, 0);
    assert!(store.asked().iter().all(|asked| asked.headers.get("x-amz-security-token").is_some_and(|it| it == "t")));
    let variables = [("COS_ENDPOINT_URL", at), ("TENCENTCLOUD_METADATA_ENDPOINT", service)];
    assert_eq!(report("cos://b/", &variables).exit, 0);
    assert!(store.asked().iter().all(|asked| asked.headers.get("x-cos-security-token").is_some_and(|it| it == "t")));
    metadata.remove("latest/meta-data/iam/security-credentials/role");
    let none = report("s3://b/", &[("AWS_ENDPOINT_URL", at), ("AWS_EC2_METADATA_SERVICE_ENDPOINT", service)]);
    assert_eq!(none.exit, 3);
    assert!(none.stderr.contains("no credentials: expected AWS_ACCESS_KEY_ID"), "{none:?}");
    let anonymous = report("s3://b/", &[("AWS_ENDPOINT_URL", at), ("AWS_SKIP_SIGNATURE", OsStr::new("true"))]);
    assert!(anonymous.stderr.contains("access denied (403"), "{anonymous:?}");
}

#[test]
fn a_signal_ends_a_wait_for_a_store() {
    let (folder, store) = (folder(&[]), Store::start());
    store.put("b/a.log", &fs::read(testdata().join("bare.ndjson")).unwrap());
    for is_list in [true, false] {
        store.fail(move |asked| (asked.is_list() == is_list).then_some(Trouble::Slow(60_000)));
        store.asked();
        let mut command = stores(command(folder.path()), "id", &store);
        let mut child =
            command.args(["report", "s3://b/"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let begun = Instant::now();
        let mut seen = 0;
        while seen < if is_list { 1 } else { 2 } {
            seen += store.asked().len();
            assert!(begun.elapsed() < Duration::from_secs(30));
            std::thread::sleep(Duration::from_millis(20));
        }
        let sent = Instant::now();
        send(&child, "INT");
        assert_eq!(child.wait().unwrap().code(), Some(130));
        assert!(sent.elapsed() < Duration::from_secs(10));
    }
}

#[test]
fn no_more_is_fetched_than_is_read() {
    let store = Store::start();
    let log = fs::read(testdata().join("wrapped.ndjson")).unwrap().repeat(40);
    store.put("b/a.log", &log);
    let (_, facts) = read(&store, "s3://b/a.log", 100_000, &reading(2, 16 * 1024));
    assert_eq!(facts[0].read.bytes, log.len() as u64);
    let asked = store.asked();
    let ranges: Vec<_> = asked.iter().filter_map(|asked| asked.headers.get("range")).collect();
    // A look at the first bytes, and each range once.
    let once: HashSet<_> = ranges.iter().collect();
    assert_eq!(once.len(), ranges.len());
    assert_eq!(ranges.len(), 1 + log.len().div_ceil(100_000));
}
