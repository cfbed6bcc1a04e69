//! What the documentation shows is what the program says: every `console` block of `README.md` and `docs/` is run, and
//! every link to a file leads to one. `RESPLOG_BLESS=1` writes what the program says now.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::program::{root, testdata};

/// A line that stands for any lines.
const ANY: &str = "…";

fn pages() -> Vec<PathBuf> {
    let docs = fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let mut pages: Vec<_> = docs.filter(|path| path.extension().is_some_and(|it| it == "md")).collect();
    let others = [
        "README.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "contrib/README.md",
        "docs/examples/README.md",
        "testdata/README.md",
    ];
    pages.extend(others.map(|name| root().join(name)));
    pages.sort();
    pages
}

/// A command of a `console` block with the lines that follow it.
#[derive(Debug)]
struct Shown {
    line: usize,
    command: String,
    output: Vec<String>,
}

fn shown(page: &str) -> Vec<Vec<Shown>> {
    let mut blocks = Vec::new();
    let mut inside = false;
    for (number, line) in page.lines().enumerate() {
        if line.starts_with("```") {
            inside = line == "```console";
            if inside {
                blocks.push(Vec::new());
            }
        } else if inside {
            let block: &mut Vec<Shown> = blocks.last_mut().unwrap();
            if let Some(command) = line.strip_prefix("$ ") {
                block.push(Shown { line: number + 1, command: command.to_owned(), output: Vec::new() });
            } else {
                block.last_mut().expect("a block begins with a command").output.push(line.to_owned());
            }
        }
    }
    blocks
}

/// What a shell says to a command, in a folder with a copy of the logs and with the program at hand. The exit code of
/// the command before is what `$?` says.
fn said(folder: &Path, command: &str, exit: i32) -> (Vec<String>, i32) {
    let program = Path::new(env!("CARGO_BIN_EXE_resplog")).parent().unwrap();
    let (mut reader, writer) = std::io::pipe().unwrap();
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("(exit {exit}); {command}")]).current_dir(folder).stdin(Stdio::null());
    shell.env_clear().env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", program.display()));
    shell.stdout(writer.try_clone().unwrap()).stderr(writer);
    let mut child = shell.spawn().unwrap();
    drop(shell);
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    let lines = text.lines().map(|line| line.trim_end().to_owned()).collect();
    (lines, child.wait().unwrap().code().unwrap())
}

/// Whether lines are those that are shown, with [`ANY`] for any lines.
fn matches(said: &[String], shown: &[String]) -> bool {
    match shown.split_first() {
        None => said.is_empty(),
        Some((first, rest)) if first.trim() == ANY => (0..=said.len()).any(|skip| matches(&said[skip..], rest)),
        Some((first, rest)) => {
            said.split_first().is_some_and(|(line, said)| line == first.trim_end() && matches(said, rest))
        }
    }
}

/// A folder with copies of the logs, of what `contrib/` offers and of the programs of `docs/loggers.md`.
fn copy_of_the_logs() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let copied =
        [("testdata", testdata()), ("contrib", root().join("contrib")), ("loggers", root().join("docs/loggers"))];
    for (name, from) in copied {
        let to = folder.path().join(name);
        fs::create_dir(&to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
            }
        }
    }
    folder
}

/// The page with what the program says now; outputs that match, with their [`ANY`], stay.
fn blessed(page: &str, now: &[(Shown, Vec<String>)]) -> String {
    let mut lines: Vec<_> = page.lines().map(str::to_owned).collect();
    for (shown, said) in now.iter().rev() {
        if !matches(said, &shown.output) {
            lines.splice(shown.line..shown.line + shown.output.len(), said.iter().cloned());
        }
    }
    lines.join("\n") + "\n"
}

#[test]
fn what_the_pages_show_is_what_the_program_says() {
    let blessing = std::env::var_os("RESPLOG_BLESS").is_some();
    let mut wrong = String::new();
    let mut count = 0;
    for path in pages() {
        let page = fs::read_to_string(&path).unwrap();
        let mut now = Vec::new();
        for block in shown(&page) {
            let folder = copy_of_the_logs();
            let mut exit = 0;
            for shown in block {
                let lines;
                (lines, exit) = said(folder.path(), &shown.command, exit);
                count += 1;
                if !matches(&lines, &shown.output) {
                    wrong +=
                        &format!("{}:{}: $ {}\n{}\n\n", path.display(), shown.line, shown.command, lines.join("\n"));
                }
                now.push((shown, lines));
            }
        }
        if blessing {
            fs::write(&path, blessed(&page, &now)).unwrap();
        }
    }
    assert!(wrong.is_empty() || blessing, "RESPLOG_BLESS=1 takes what the program says now:\n\n{wrong}");
    assert!(count > 3, "the pages show {count} commands");
}

#[test]
fn every_link_of_the_pages_leads_to_a_file() {
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for (place, _) in text.match_indices("](") {
            let target = text[place + 2..].split(')').next().unwrap();
            let file = target.split('#').next().unwrap();
            if !file.is_empty() && !target.contains("://") {
                let path = page.parent().unwrap().join(file);
                assert!(path.exists(), "{}: {target} leads nowhere", page.display());
            }
        }
    }
}

/// The options of the commands that a page shows: `resplog NAME`, and what follows in the same line up to what ends a command.
fn options_shown(page: &str) -> Vec<(String, String)> {
    let mut options = Vec::new();
    for (place, found) in page.match_indices("resplog ") {
        let rest = page[place + found.len()..].split(['\n', '|', '`', ';', '#', '>']).next().unwrap();
        let mut words = rest.split_whitespace();
        let Some(name) = words.next().filter(|name| COMMANDS.contains(name)) else { continue };
        let flags = words.filter_map(|word| word.strip_prefix("--")).filter(|flag| !flag.is_empty());
        options.extend(flags.map(|flag| (name.to_owned(), flag.split('=').next().unwrap().to_owned())));
    }
    options
}

/// The commands that take options of their own.
const COMMANDS: [&str; 8] = ["report", "ids", "find", "ticket", "plan", "part", "watch", "codes"];

#[test]
fn every_option_that_a_page_shows_is_one_of_its_command() {
    let help = |name: &str| crate::program::run(root(), [name, "--help"], None).stdout;
    let helps: Vec<_> = COMMANDS.map(|name| (name, help(name))).into();
    let mut count = 0;
    for path in pages() {
        for (name, flag) in options_shown(&fs::read_to_string(&path).unwrap()) {
            let (_, help) = helps.iter().find(|(command, _)| *command == name).unwrap();
            let flag: String = flag.chars().take_while(|it| it.is_ascii_alphanumeric() || *it == '-').collect();
            let is_known = help.split_whitespace().any(|word| word == format!("--{flag}"));
            assert!(is_known, "{}: resplog {name} has no --{flag}", path.display());
            count += 1;
        }
    }
    assert!(count > 60, "the pages show {count} options");
}

#[test]
fn any_lines_are_any_lines() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert!(matches(&lines("a\nb\nc"), &lines("a\n…\nc")));
    assert!(matches(&lines("a\nc"), &lines("a\n…\nc")));
    assert!(matches(&lines("a\nb"), &lines("…")));
    assert!(!matches(&lines("a\nb"), &lines("a")));
    assert!(!matches(&lines("a"), &lines("a\n…\nc")));
}
