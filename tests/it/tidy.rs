//! The rules of the house that no lint knows: who may import whom, where each outside crate lives, how long files are,
//! and what must not stand in them. `docs/architecture.md` says why.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::program::root;

/// The modules of the library; each imports only from rows above its own.
const RANKS: &[&[&str]] = &[
    &["time", "catalog", "redact", "foreign", "reorder", "string_bytes"],
    &["record", "baseline", "rule", "acknowledged", "frame"],
    &["profile"],
    &["filter", "input", "summary"],
    &["scan", "disk", "settings"],
    &["coverage", "follow", "partial", "report", "json_stream", "neighbours"],
    &["inspect"],
    &["engine"],
    &["dedupe", "ids"],
    &["hints", "state"],
    &["ticket", "watch"],
    &["render", "analyzer"],
];

/// Outside crates and their homes: files, or folders with everything in them.
const HOMES: &[(&str, &[&str])] = &[
    ("anyhow", &["cli/"]),
    ("askama", &["render/html/", "render/mail/"]),
    ("bumpalo", &["frame/", "neighbours/", "scan/", "string_bytes.rs"]),
    ("bzip2", &["input/decode/bzip2.rs"]),
    ("clap", &["cli/args/", "cli/config.rs", "cli/manual.rs", "cli/mod.rs", "cli/usage.rs"]),
    ("clap_complete", &["cli/args/", "cli/mod.rs"]),
    ("clap_mangen", &["cli/manual.rs"]),
    ("ctor", &["cli/stdout.rs"]),
    ("flate2", &["input/decode/gzip.rs"]),
    ("globset", &["input/discover.rs", "input/object/list.rs", "input/pattern.rs"]),
    ("hashbrown", &["scan/id_set.rs", "summary/"]),
    ("hdrhistogram", &["summary/latency.rs"]),
    ("hmac", &["input/object/sign.rs"]),
    ("ignore", &["input/discover.rs"]),
    ("indicatif", &["cli/progress.rs"]),
    ("jiff", &["time/"]),
    ("liblzma", &["input/decode/xz.rs"]),
    ("lz4_flex", &["input/decode/lz4.rs"]),
    (
        "memchr",
        &[
            "engine/",
            "foreign.rs",
            "follow/probe.rs",
            "frame/",
            "input/",
            "inspect.rs",
            "neighbours/",
            "redact/",
            "scan/",
            "watch/pipe.rs",
        ],
    ),
    ("postcard", &["partial/wire.rs"]),
    ("quick_xml", &["input/object/xml.rs"]),
    ("rayon", &["engine/"]),
    ("rustix", &["cli/stdout.rs", "cli/watch/terminal.rs", "disk/", "input/source.rs", "input/wait.rs"]),
    (
        "serde",
        &[
            "baseline.rs",
            "catalog/",
            "follow/position.rs",
            "foreign.rs",
            "input/mod.rs",
            "input/object/",
            "partial/",
            "profile/",
            "record/",
            "render/",
            "report/",
            "settings/",
            "state/",
            "summary/",
            "time/",
        ],
    ),
    ("serde_bytes", &["partial/apart.rs", "summary/latency.rs"]),
    (
        "serde_json",
        &[
            "baseline.rs",
            "input/object/",
            "partial/listing.rs",
            "partial/plan.rs",
            "render/escape.rs",
            "render/json.rs",
            "settings/source.rs",
            "state/file.rs",
            "time/json_forms.rs",
        ],
    ),
    ("sha1", &["input/object/sign.rs"]),
    ("sha2", &["input/object/sign.rs"]),
    ("signal_hook", &["cli/signals.rs", "cli/watch/terminal.rs"]),
    ("simd_json", &["scan/full.rs"]),
    ("tempfile", &["cli/copy.rs", "cli/piped.rs", "cli/report.rs", "dedupe.rs", "disk/"]),
    ("terminal_size", &["cli/screen.rs"]),
    ("tar", &["input/headers.rs"]),
    ("strsim", &["cli/config.rs", "rule/error.rs"]),
    (
        "thiserror",
        &[
            "acknowledged.rs",
            "analyzer.rs",
            "baseline.rs",
            "dedupe.rs",
            "engine/",
            "input/object/failure.rs",
            "input/pattern.rs",
            "partial/",
            "profile/",
            "report/",
            "rule/error.rs",
            "scan/id_set.rs",
            "settings/",
            "state/",
            "watch/",
        ],
    ),
    ("toml", &["cli/config.rs"]),
    ("unicode_width", &["render/"]),
    ("ureq", &["input/object/http.rs"]),
    (
        "xxhash_rust",
        &[
            "dedupe.rs",
            "follow/position.rs",
            "frame/mod.rs",
            "inspect.rs",
            "input/decode/lz4.rs",
            "input/mod.rs",
            "partial/",
            "render/escape.rs",
            "state/",
            "summary/",
            "neighbours/",
        ],
    ),
    ("zstd_safe", &["input/decode/zstd.rs", "partial/wire.rs"]),
];

/// How many lines a file may have before its tests.
const LINES_MAX: usize = 400;

/// A file of `src/` by its path in there, without comments and without its tests.
struct Source {
    path: String,
    text: String,
    code: String,
    lines: usize,
}

impl Source {
    /// The module of the library that the file belongs to; none for the program's own files.
    fn module(&self) -> Option<&str> {
        let first = self.path.split('/').next().unwrap().trim_end_matches(".rs");
        (!["cli", "lib", "main"].contains(&first)).then_some(first)
    }
}

fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let walk = ignore::WalkBuilder::new(root().join(folder)).build();
    let paths = walk.map(|entry| entry.unwrap().into_path());
    let mut files: Vec<_> = paths.filter(|path| path.extension().is_some_and(|it| it == extension)).collect();
    files.sort();
    files
}

fn sources() -> Vec<Source> {
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.strip_prefix(root().join("src")).unwrap().to_str().unwrap().to_owned();
        let is_test = is_test_module(&path);
        let code: Vec<_> = text.lines().take_while(|line| *line != "#[cfg(test)]" && !is_test).collect();
        let lines = code.len();
        let code: Vec<_> = code.into_iter().filter(|line| !line.trim_start().starts_with("//")).collect();
        Source { path: name, code: code.join("\n"), text, lines }
    };
    files("src", "rs").into_iter().map(read).collect()
}

/// Whether a file is a module that its parent declares for tests only.
fn is_test_module(path: &Path) -> bool {
    let parent = fs::read_to_string(path.with_file_name("mod.rs")).unwrap_or_default();
    let name = path.file_stem().unwrap().to_str().unwrap();
    parent.contains(&format!("#[cfg(test)]\nmod {name};"))
}

/// The names that follow a text, such as modules behind `crate::`, where the text does not go on a longer name.
fn names_after<'t>(code: &'t str, text: &str) -> Vec<&'t str> {
    let is_name = |it: char| it.is_ascii_alphanumeric() || it == '_';
    let mut names = Vec::new();
    for (place, _) in code.match_indices(text) {
        // A path may begin with two colons; behind a name they make it go on.
        let before = code[..place].strip_suffix("::").unwrap_or(&code[..place]);
        if before.ends_with(is_name) {
            continue;
        }
        let rest = &code[place + text.len()..];
        let list = rest.strip_prefix('{').map_or(rest, |group| group.split('}').next().unwrap());
        let count = if rest.starts_with('{') { usize::MAX } else { 1 };
        names.extend(list.split(',').take(count).map(|item| item.trim().split(|it| !is_name(it)).next().unwrap()));
    }
    names.retain(|name| !name.is_empty());
    names
}

fn complain(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn a_module_imports_only_from_a_lower_rank() {
    let rank = |module: &str| RANKS.iter().position(|row| row.contains(&module));
    let mut wrong = Vec::new();
    let mut modules = BTreeSet::new();
    for source in sources() {
        let Some(module) = source.module() else { continue };
        modules.insert(module.to_owned());
        let Some(own) = rank(module) else {
            wrong.push(format!("{module} has no rank"));
            continue;
        };
        for name in names_after(&source.code, "crate::") {
            if name != module && rank(name).is_some_and(|of| of >= own) {
                wrong.push(format!("src/{}: {module} imports {name}", source.path));
            }
        }
        if !source.path.contains('/') && source.code.contains("super::") {
            wrong.push(format!("src/{}: super is the crate here; say crate", source.path));
        }
    }
    for module in RANKS.iter().copied().flatten() {
        if !modules.contains(*module) {
            wrong.push(format!("there is no module {module}"));
        }
    }
    complain(&wrong);
}

/// How many modules the library shows.
const PUBLIC_MODULES_MAX: usize = 12;

#[test]
fn the_library_shows_a_few_modules_and_the_example_uses_nothing_else() {
    let front = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let shown = front.lines().filter(|line| line.starts_with("pub mod ") && line.ends_with(';')).count();
    assert!((1..=PUBLIC_MODULES_MAX).contains(&shown), "{shown} public modules");
    for path in files("examples", "rs") {
        assert!(!fs::read_to_string(&path).unwrap().contains("internals"), "{}", path.display());
    }
}

#[test]
fn the_program_sees_the_library_from_outside() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| source.path.starts_with("cli/")) {
        for name in names_after(&source.code, "crate::") {
            if name != "cli" {
                wrong.push(format!("src/{}: crate::{name}", source.path));
            }
        }
    }
    complain(&wrong);
}

#[test]
fn each_outside_crate_has_its_home() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let dependencies = manifest.split("[dependencies]\n").nth(1).unwrap().split("\n[").next().unwrap();
    let dependencies = dependencies.lines().filter(|line| !line.starts_with('#'));
    let dependencies: BTreeSet<_> =
        dependencies.filter_map(|line| Some(line.split_once('=')?.0.trim().replace('-', "_"))).collect();
    let sources = sources();
    let mut wrong = Vec::new();
    for dependency in &dependencies {
        let Some((_, homes)) = HOMES.iter().find(|(name, _)| name == dependency) else {
            wrong.push(format!("{dependency} has no home"));
            continue;
        };
        let mut unused = true;
        let mention = format!("{dependency}::");
        for source in &sources {
            let uses =
                !names_after(&source.code, &mention).is_empty() || source.code.contains(&format!("use {dependency};"));
            unused &= !uses;
            if uses && !homes.iter().any(|home| source.path.starts_with(home)) {
                wrong.push(format!("src/{}: {dependency} does not live here", source.path));
            }
        }
        if unused {
            wrong.push(format!("{dependency} is a dependency that nothing uses"));
        }
    }
    for (name, _) in HOMES {
        if !dependencies.contains(*name) {
            wrong.push(format!("{name} is no dependency"));
        }
    }
    complain(&wrong);
}

#[test]
fn every_file_says_first_what_it_is_for() {
    let mut wrong = Vec::new();
    for file in ["src", "tests", "benches"].into_iter().flat_map(|folder| files(folder, "rs")) {
        let text = fs::read_to_string(&file).unwrap();
        if !text.starts_with("//! ") {
            wrong.push(format!("{}: no sentence", file.display()));
        }
    }
    complain(&wrong);
}

#[test]
fn no_file_is_longer_than_400_lines_without_its_tests() {
    let sources = sources();
    let long = sources.iter().filter(|source| source.lines > LINES_MAX);
    complain(&long.map(|source| format!("src/{}: {} lines", source.path, source.lines)).collect::<Vec<_>>());
}

#[test]
fn nothing_panics_prints_or_exits_and_only_the_vector_code_is_unsafe() {
    const EVERYWHERE: &[&str] = &[
        ".unwrap()",
        ".expect(",
        "panic!(",
        "todo!(",
        "unreachable!(",
        "unimplemented!(",
        "println!(",
        "print!(",
        "eprintln!(",
        "eprint!(",
        "dbg!(",
        "process::exit",
        "process::abort",
    ];
    const IN_THE_LIBRARY: &[&str] =
        &["std::env", "SystemTime", "Instant", "io::stdout", "io::stderr", "IsTerminal", "terminal_size"];
    let mut wrong = Vec::new();
    for source in sources() {
        let library: &[&str] = if source.module().is_some() { IN_THE_LIBRARY } else { &[] };
        for word in EVERYWHERE.iter().chain(library) {
            let found = source.code.match_indices(word).any(|(place, _)| {
                let before = source.code[..place].chars().next_back();
                word.starts_with('.') || !before.is_some_and(|it| it.is_ascii_alphanumeric() || it == '_')
            });
            if found {
                wrong.push(format!("src/{}: {word}", source.path));
            }
        }
        let is_simd = source.path.starts_with("scan/simd/");
        if !is_simd && (source.code.contains("unsafe ") || source.code.contains("unsafe_code")) {
            wrong.push(format!("src/{}: unsafe", source.path));
        }
        if !is_simd && (source.text.contains("#![allow") || source.text.contains("#[allow")) {
            wrong.push(format!("src/{}: a lint is allowed", source.path));
        }
    }
    complain(&wrong);
}

/// An error with its source in its own text is said twice where the whole chain is.
#[test]
fn no_error_repeats_its_source() {
    let sources = sources();
    let repeating = sources.iter().filter(|source| source.code.contains("{source}\")]"));
    complain(&repeating.map(|source| format!("src/{}: {{source}}", source.path)).collect::<Vec<_>>());
}

/// Every text file that may be committed, by its path in the project.
fn committed() -> Vec<(String, String)> {
    let mut walk = ignore::WalkBuilder::new(root());
    let walk = walk.hidden(false).filter_entry(|entry| entry.file_name() != ".git").build();
    let paths = walk.map(|entry| entry.unwrap().into_path()).filter(|path| path.is_file());
    let read = |path: PathBuf| {
        let name = path.strip_prefix(root()).unwrap_or(Path::new("")).display().to_string();
        (name, String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned())
    };
    paths.map(read).collect()
}

#[test]
fn no_file_knows_the_machine_that_it_was_written_on() {
    // Put together here, so that this file does not say them.
    let folders = ["work", "root", "tmp/h", "home"].map(|name| format!("/{name}/"));
    let mut wrong = Vec::new();
    for (name, text) in committed() {
        for folder in &folders {
            let said = text.match_indices(folder.as_str()).any(|(place, _)| {
                !text[..place].ends_with(|it: char| it.is_ascii_alphanumeric() || "._-/~$}*".contains(it))
            });
            if said {
                wrong.push(format!("{name}: {folder}"));
            }
        }
        for (place, scheme) in text.match_indices("http").filter_map(|(place, _)| {
            let rest = &text[place..];
            ["http://", "https://"].into_iter().find(|scheme| rest.starts_with(scheme)).map(|scheme| (place, scheme))
        }) {
            let rest = &text[place + scheme.len()..];
            let host = rest.split(|it: char| !it.is_ascii_alphanumeric() && !"-.".contains(it)).next().unwrap();
            let is_private = ["localhost", "internal", "local", "lan", "corp"]
                .contains(&host.rsplit('.').next().unwrap())
                || host.split('.').all(|part| part.parse::<u8>().is_ok());
            if is_private {
                wrong.push(format!("{name}: the host {host}"));
            }
        }
    }
    complain(&wrong);
}

#[test]
fn names_are_found_behind_a_path() {
    let code = "use crate::a::B; use crate::{b, c::D,\n e}; crate::f(); thecrate::g; x::crate::h";
    assert_eq!(names_after(code, "crate::"), ["a", "b", "c", "e", "f"]);
    assert!(names_after("use serde_json::x", "serde::").is_empty());
    assert_eq!(names_after("use ::serde::x; y::serde::z", "serde::"), ["x"]);
    assert_eq!(names_after("simd_json::x serde::y", "serde::"), ["y"]);
}

/// Words of `src/` that stand for a term of the field, or for an actor who is not named, and how often they still do.
const OLD_WORDS: &[(&str, usize)] =
    &[("told", 54), ("behind", 130), ("so many", 12), ("is no", 41), ("held against", 1), ("met", 1)];

#[test]
fn old_words_only_get_fewer() {
    let sources = sources();
    let is_inside = |letter: Option<char>| letter.is_some_and(|it| it.is_ascii_alphanumeric() || it == '_');
    let mut wrong = Vec::new();
    for &(word, most) in OLD_WORDS {
        let of = |text: &str| {
            let whole = |&(place, found): &(usize, &str)| {
                let after = text[place + found.len()..].chars().next();
                !is_inside(text[..place].chars().next_back()) && !is_inside(after)
            };
            text.match_indices(word).filter(whole).count()
        };
        let found: usize = sources.iter().map(|source| of(&source.text)).sum();
        if found != most {
            wrong.push(format!("'{word}' stands {found} times in src: OLD_WORDS says {most}, and may only be lowered"));
        }
    }
    complain(&wrong);
}
