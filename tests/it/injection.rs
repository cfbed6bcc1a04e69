//! Texts written to do harm to whatever shows a report, and secrets: each of `testdata/injection.json` goes into every
//! field of a log, into keys, into file names and into options, and every output is looked at.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::formats::{rows, samples};
use crate::program::{folder, run, testdata};
use crate::read_back::read_back;
use resplog::Format;

/// What the pages are made of; an element that is none of these came from the log.
const ELEMENTS: &str = "a article b body br code dd details div dl dt figcaption figure h1 h2 h3 head header html li \
                        main meta p path pre q rect section span style summary svg table tbody td th thead title tr ul";

/// A text of the corpus.
struct Injection {
    name: String,
    text: String,
    /// What must not reach any output.
    secret: Option<String>,
}

fn corpus() -> Vec<Injection> {
    let text = fs::read_to_string(testdata().join("injection.json")).unwrap();
    let corpus: Value = serde_json::from_str(&text).unwrap();
    let of = |row: &Value, key: &str| row[key].as_str().map(str::to_owned);
    let row = |row: &Value| Injection {
        name: of(row, "name").unwrap(),
        text: of(row, "text").unwrap(),
        secret: of(row, "secret"),
    };
    corpus.as_array().unwrap().iter().map(row).collect()
}

/// Failures and successes with a text in every field, one of each under a key that is the text.
fn lines(text: &str, minute: usize) -> String {
    let time = format!("2026-11-24T{:02}:{:02}:00Z", minute / 60 % 24, minute % 60);
    let failed = json!({"Error": {"Code": text, "Message": text}, "RequestId": text});
    let record = |response: &Value| {
        json!({"time": time, "service": text, "action": text, "region": text, "tenant": text,
               "duration_ms": 1 + minute, "Response": response})
    };
    let ok = json!({"RequestId": format!("{text} ok")});
    // The second key says where the time is, so that a pointer with the text is shown for a field, too.
    let under = json!({"api": text, text: {"ts": 1_795_478_400_u64, "Response": failed}});
    let records = [record(&failed), record(&ok), record(&ok), under];
    records.iter().map(|record| format!("{record}\n")).collect()
}

/// What a file may be called; a secret that needs slashes is none without them.
fn file_name(injection: &Injection) -> Option<String> {
    let text = &injection.text;
    let name: String = text.replace('/', "_").chars().take(60).collect();
    let is_spoilt = text.contains('\0') || (injection.secret.is_some() && text.contains('/'));
    (!is_spoilt).then(|| format!("{name}.ndjson"))
}

/// The arguments that make a report of `logs` in every format.
const EVERY_FORMAT: &str = "report logs --top 1000 --now 2026-11-25 --by tenant=/tenant --by day --rejects \
                            out/rejects.ndjson -o out/report.txt -o out/report.json -o out/report.md -o \
                            out/report.html -o out/report.eml -o out/report.prom -o out/tables";

#[test]
fn hostile_texts_are_written_in_every_format() {
    for extension in Format::ALL.map(Format::extension) {
        // The tables of CSV go into a folder.
        let is_written = extension == "csv" || EVERY_FORMAT.contains(&format!("out/report.{extension}"));
        assert!(is_written, "{extension} is not among the outputs");
    }
}

/// A folder with a folder of logs, and one for what is made of them.
fn prepared(injections: &[Injection]) -> tempfile::TempDir {
    let folder = folder(&[]);
    fs::create_dir_all(folder.path().join("logs")).unwrap();
    fs::create_dir_all(folder.path().join("out/tables")).unwrap();
    let mut all = String::new();
    for (place, injection) in injections.iter().enumerate() {
        all += &lines(&injection.text, 7 * place);
        if let Some(name) = file_name(injection) {
            // Half of a line, and none: both make a remark that names the file.
            let log = lines(&injection.text, 7 * place) + "{\"cut\": \"";
            fs::write(folder.path().join("logs").join(&name), log).unwrap();
            // A page of a gateway: a hint names the first such file.
            fs::write(
                folder.path().join("logs").join(format!("{name}.html")),
                "<html>\n<title>502 Bad Gateway</title>\n</html>\n",
            )
            .unwrap();
        }
    }
    fs::write(folder.path().join("logs/all.ndjson"), all + "{\"cut").unwrap();
    folder
}

/// Runs the program and keeps what it prints.
fn keep(folder: &Path, arguments: &[&str], name: &str) {
    let ran = run(folder, arguments, None);
    assert!([0, 1, 3].contains(&ran.exit), "{arguments:?}: {ran:?}");
    fs::write(folder.join("out").join(name), ran.stdout).unwrap();
    fs::write(folder.join("out").join(format!("{name}.stderr.txt")), ran.stderr).unwrap();
}

/// Every file in a folder and those in it, with what it says.
fn written(folder: &Path) -> Vec<(PathBuf, String)> {
    let walk = ignore::WalkBuilder::new(folder).standard_filters(false).build().map(|entry| entry.unwrap().into_path());
    walk.filter(|path| path.is_file()).map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

fn is_csv(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "csv")
}

#[test]
fn nothing_acts_or_hides_and_no_secret_is_told() {
    let corpus = corpus();
    let folder = prepared(&corpus);
    let arguments: Vec<_> = EVERY_FORMAT.split_whitespace().collect();
    keep(folder.path(), &arguments, "report.stdout");
    keep(folder.path(), &["ids", "logs"], "ids.tsv");
    keep(folder.path(), &["ids", "logs", "-f", "ndjson"], "ids.ndjson");
    for format in ["text", "markdown", "csv"] {
        keep(folder.path(), &["ticket", "logs", "-f", format, "--class", "unknown"], &format!("ticket.{format}"));
    }
    let ids: Vec<_> = corpus.iter().map(|it| it.text.as_str()).filter(|it| !it.contains(['\0', ','])).collect();
    fs::write(folder.path().join("ids"), ids.join("\n")).unwrap();
    for format in ["text", "ndjson"] {
        keep(folder.path(), &["find", "--ids-from", "ids", "logs", "-f", format], &format!("find.{format}"));
    }
    let written = written(&folder.path().join("out"));
    assert!(written.len() >= 40, "every output was made: {}", written.len());
    for (path, text) in &written {
        let acts = |c: char| match c {
            '\n' => false,
            '\t' | '\r' => !(is_csv(path) || path.ends_with("ids.tsv") && c == '\t'),
            c => acts(c),
        };
        let at = text.find(acts).map(|at| &text[text.floor_char_boundary(at.saturating_sub(60))..][..60]);
        assert_eq!(at, None, "{}", path.display());
        for injection in &corpus {
            let told = injection.secret.as_ref().and_then(|secret| text.find(secret.as_str()));
            let shown = told.map(|at| &text[text.floor_char_boundary(at.saturating_sub(80))..at + 20]);
            assert_eq!(shown, None, "{} tells the secret of {}", path.display(), injection.name);
        }
    }
    only_our_elements(&fs::read_to_string(folder.path().join("out/report.html")).unwrap());
}

#[test]
fn parsers_of_others_read_the_outputs_back() {
    let folder = prepared(&corpus());
    let arguments: Vec<_> = EVERY_FORMAT.split_whitespace().collect();
    let ran = run(folder.path(), arguments, None);
    assert_eq!(ran.exit, 0, "{}", ran.stderr);
    read_back(&folder.path().join("out"));
}

#[test]
fn options_are_as_hostile_as_logs() {
    for injection in corpus().iter().filter(|it| !it.text.contains('\0')) {
        let folder = prepared(std::slice::from_ref(injection));
        let mut arguments: Vec<_> = EVERY_FORMAT.split_whitespace().map(str::to_owned).collect();
        for option in ["--code", "--service", "--action", "--region"] {
            arguments.push(format!("{option}={}", injection.text));
        }
        // A name ends at the first equals sign.
        if !injection.text.contains('=') {
            arguments.push(format!("--by={}=/tenant", injection.text));
        }
        // A rule names a code, if the grammar takes it.
        if !injection.text.contains(['(', ')']) {
            let rule = format!("code({}) >= 0", injection.text);
            if run(folder.path(), ["report", "--fail-if", rule.as_str(), "logs"], None).exit != 2 {
                arguments.extend(["--fail-if".to_owned(), rule]);
            }
        }
        let ran = run(folder.path(), &arguments, None);
        if let Some(name) = file_name(injection).filter(|_| ran.exit != 2) {
            let json = fs::read_to_string(folder.path().join("out/report.json")).unwrap();
            let report: Value = serde_json::from_str(&json).unwrap();
            let hints = report["hints"].as_array().unwrap();
            let told = resplog::redact::redact(&format!("logs/{name}.html")).into_owned();
            assert!(hints.iter().any(|hint| hint.as_str().unwrap().starts_with(&told)), "{told:?}: {hints:?}");
        }
        if ran.exit == 2 {
            // A name that cannot be taken is no name of a column either.
            assert!(!ran.stderr.trim_end().contains(acts), "{}", ran.stderr);
            continue;
        }
        for (path, text) in written(&folder.path().join("out")) {
            let acts = |c: char| acts(c) && !(is_csv(&path) && "\t\r".contains(c));
            assert!(!text.contains(acts), "{} of {}: {text}", path.display(), injection.name);
            if let Some(secret) = &injection.secret {
                assert!(!text.contains(secret.as_str()), "{} of {}: {text}", path.display(), injection.name);
            }
        }
        read_back(&folder.path().join("out"));
    }
}

/// Whether a character acts or hides where text is shown.
fn acts(c: char) -> bool {
    const HIDDEN: &str = "\u{ad}\u{61c}\u{180e}\u{200b}\u{200d}\u{200f}\u{2028}\u{2029}\u{202e}\u{2060}\u{2066}\u{2069}\
                          \u{3164}\u{feff}\u{e0041}";
    (c.is_control() && c != '\n') || HIDDEN.contains(c)
}

/// A report of the whole corpus in one log.
fn report(format: &str) -> String {
    let folder = prepared(&corpus());
    let fixed =
        ["report", "-f", format, "--now", "2026-11-25", "--by", "tenant=/tenant", "--by", "day", "--top", "1000"];
    run(folder.path(), fixed.iter().chain(&["logs"]), None).stdout
}

#[test]
fn labels_of_prometheus_have_the_grammar() {
    let text = report("prometheus");
    assert!(samples(&text)["resplog_lines{class=\"failed\"}"] > 100.0);
    for (_, labels) in text.lines().filter_map(|line| line.split_once('{')) {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "._/-\",=} ".contains(c);
        assert!(labels.chars().all(is_plain), "{labels}");
    }
}

#[test]
fn a_mail_has_the_headers_and_parts_that_it_should() {
    let mail = report("mail");
    let head = mail.split("\n\n").next().unwrap();
    let names: Vec<_> =
        head.lines().filter(|line| !line.starts_with(' ')).map(|it| it.split(':').next().unwrap()).collect();
    assert_eq!(names, ["Subject", "MIME-Version", "Auto-Submitted", "Content-Type"]);
    assert!(mail.is_ascii() && mail.lines().all(|line| line.len() <= 78), "lines of mail are short");
    assert_eq!(mail.matches("\n--=_resplog_part_=").count(), 3);
}

#[test]
fn no_cell_of_a_spreadsheet_is_a_formula() {
    let folder = prepared(&corpus());
    let arguments: Vec<_> = EVERY_FORMAT.split_whitespace().collect();
    run(folder.path(), arguments, None);
    let tables: Vec<_> = written(&folder.path().join("out")).into_iter().filter(|(path, _)| is_csv(path)).collect();
    assert_eq!(tables.len(), resplog::report::tables::Table::ALL.len());
    for (path, text) in tables {
        let rows = rows(&text);
        for row in &rows {
            assert_eq!(row.len(), rows[0].len(), "{}: {row:?}", path.display());
            let formula = row.iter().find(|cell| cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\u{ff1d}']));
            assert_eq!(formula, None, "{}", path.display());
        }
    }
}

#[test]
fn text_of_a_log_stands_in_code_spans_of_markdown() {
    let (mut text, mut is_fenced) = (report("markdown"), false);
    assert_eq!(text.matches("\n```").count(), 2, "one block, of our own");
    text.retain(|c| !"\u{2581}\u{2582}\u{2583}\u{2584}\u{2585}\u{2586}\u{2587}\u{2588}\u{b7}".contains(c));
    for line in text.lines() {
        if line.starts_with("```") {
            is_fenced = !is_fenced;
            continue;
        }
        let outside = if is_fenced { line.to_owned() } else { without_code_spans(line) };
        let rest = outside.replace(r"\--", "").replace(r"\_", "_");
        for sign in ["<s", "<i", "<b", "<h", "`", "*", "](", "www.", "://", "@", "HYPERLINK", "{{", "$(", "\u{4e2d}"] {
            assert!(!rest.contains(sign), "{sign} in {outside}");
        }
    }
}

/// A line without its code spans: runs of backticks of equal length and what is between them.
fn without_code_spans(line: &str) -> String {
    let (mut outside, mut rest) = (String::new(), line);
    while let Some(start) = rest.find('`') {
        outside += &rest[..start];
        let fence = rest[start..].len() - rest[start..].trim_start_matches('`').len();
        let inside = &rest[start + fence..];
        let mut from = 0;
        let end = loop {
            let Some(run) = inside[from..].find('`').map(|at| from + at) else { panic!("no end: {line}") };
            let length = inside[run..].len() - inside[run..].trim_start_matches('`').len();
            if length == fence {
                break run + length;
            }
            from = run + length;
        };
        rest = &inside[end..];
    }
    outside + rest
}

/// Every tag is one of the templates'.
pub fn only_our_elements(html: &str) {
    let elements: Vec<_> = ELEMENTS.split_whitespace().collect();
    for (place, _) in html.match_indices('<') {
        let tag = &html[place + 1..].split('>').next().unwrap();
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap();
        assert!(name == "!DOCTYPE" || elements.contains(&name), "<{tag}>");
        assert!(!tag.contains(" on") && !tag.contains("javascript"), "<{tag}>");
        for wanted in [" href=\"", " src=\""] {
            let after = tag.split(wanted).nth(1);
            assert!(after.is_none_or(|target| target.starts_with("#c") || target.starts_with("#s-")), "<{tag}>");
        }
    }
}
