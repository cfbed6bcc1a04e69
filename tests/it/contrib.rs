//! What `contrib/` offers is what the tools that read it accept, and names only metrics and options that there are.
//! A tool that is not installed is named and left out.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::program::{folder, root, run, testdata};

fn contrib(name: &str) -> String {
    fs::read_to_string(root().join("contrib").join(name)).unwrap()
}

/// Runs a tool; none, with a word about it, when it is not installed.
fn tool(name: &str, arguments: &[&str], folder: &Path) -> Option<Output> {
    match Command::new(name).args(arguments).current_dir(folder).output() {
        Ok(output) => Some(output),
        Err(error) => {
            eprintln!("left out: {name}: {error}");
            None
        }
    }
}

fn assert_accepts(output: Option<Output>, file: &str) {
    if let Some(output) = output {
        let said = [output.stdout, output.stderr].concat();
        assert!(output.status.success(), "{file}: {}", String::from_utf8_lossy(&said));
    }
}

/// A file with the machine's folders below this one.
fn below(text: &str, folder: &Path) -> String {
    let folder = folder.display();
    text.replace("/var/", &format!("{folder}/var/")).replace("/etc/", &format!("{folder}/etc/"))
}

/// A machine with a log, the file of options, and the folders that it names.
fn machine() -> tempfile::TempDir {
    let machine = tempfile::tempdir().unwrap();
    for name in ["etc", "var/log/tcapi", "var/lib/resplog", "var/lib/node_exporter/textfile"] {
        fs::create_dir_all(machine.path().join(name)).unwrap();
    }
    fs::copy(testdata().join("wrapped.ndjson"), machine.path().join("var/log/tcapi/api.ndjson")).unwrap();
    fs::write(machine.path().join("etc/resplog.toml"), below(&contrib("resplog.toml"), machine.path())).unwrap();
    machine
}

#[test]
fn the_crontab_line_reports_what_is_wrong_and_nothing_else() {
    let machine = machine();
    let cron = contrib("resplog.cron");
    let line = cron.lines().rfind(|line| !line.starts_with('#') && !line.contains('=')).unwrap();
    let mut words = line.split_whitespace();
    let times: Vec<_> = words.by_ref().take(5).collect();
    assert_eq!(times, ["*/15", "*", "*", "*", "*"]);
    assert_eq!((words.next(), words.next()), (Some("resplog"), Some("resplog")), "a user and the program");
    let mut arguments: Vec<_> = words.map(|word| below(word, machine.path())).collect();
    arguments.extend(["--now".to_owned(), "2026-11-24T03:10:00Z".to_owned()]);
    let first = run(machine.path(), &arguments, None);
    assert_eq!((first.exit, first.stderr.as_str()), (1, ""), "{first:?}");
    assert!(first.stdout.starts_with("BREACH"), "{}", first.stdout);
    let prometheus = machine.path().join("var/lib/node_exporter/textfile/resplog.prom");
    assert!(fs::read_to_string(&prometheus).unwrap().contains("\nresplog_window_generation 1\n"));
    let second = run(machine.path(), &arguments, None);
    assert_eq!((second.exit, second.stdout.as_str()), (0, ""), "{second:?}");
    assert!(fs::read_to_string(&prometheus).unwrap().contains("\nresplog_window_generation 2\n"));
    *arguments.last_mut().unwrap() = "2026-11-24T04:30:00Z".to_owned();
    let silent_log = run(machine.path(), &arguments, None);
    assert!(silent_log.exit == 1 && silent_log.stdout.contains("newest_age > 1h"), "{silent_log:?}");
}

#[test]
fn systemd_accepts_the_units() {
    let machine = machine();
    let program = env!("CARGO_BIN_EXE_resplog");
    let service = contrib("resplog.service").replace("/usr/local/bin/resplog", program);
    let arguments = service.lines().find_map(|line| line.strip_prefix(&format!("ExecStart={program} "))).unwrap();
    let arguments: Vec<_> = arguments.split(' ').map(|word| below(word, machine.path())).collect();
    assert_eq!(run(machine.path(), &arguments, None).exit, 1);
    fs::write(machine.path().join("resplog.service"), &service).unwrap();
    fs::write(machine.path().join("resplog.timer"), contrib("resplog.timer")).unwrap();
    let output = tool("systemd-analyze", &["verify", "./resplog.service", "./resplog.timer"], machine.path());
    assert_accepts(output, "systemd units");
}

#[test]
fn logrotate_accepts_the_snippet_and_a_state_follows_it() {
    let machine = machine();
    let snippet = machine.path().join("etc/logrotate");
    fs::write(&snippet, below(&contrib("resplog.logrotate"), machine.path())).unwrap();
    let state = machine.path().join("logrotate.state");
    let arguments = ["-s", state.to_str().unwrap(), "-f", snippet.to_str().unwrap()];
    let report = ["report", "--config", "etc/resplog.toml", "-f", "json", "--quiet-if-ok"];
    let lines = |ran: &crate::program::Ran| ran.json()["totals"]["lines"].as_u64().unwrap();
    assert_eq!(lines(&run(machine.path(), report, None)), 924);
    let log = machine.path().join("var/log/tcapi/api.ndjson");
    for more in [1, 2, 3] {
        let mut text = fs::read_to_string(&log).unwrap_or_default();
        for number in 0..20 + more {
            let error = r#""Error":{"Code":"InternalError","Message":""}"#;
            text += &format!("{{\"Response\":{{{error},\"RequestId\":\"{more}-{number}-id\"}}}}\n");
        }
        fs::write(&log, text).unwrap();
        let Some(output) = tool("logrotate", &arguments, machine.path()) else { return };
        assert_accepts(Some(output), "resplog.logrotate");
        assert!(!log.exists() || fs::metadata(&log).unwrap().len() == 0, "rotated");
        assert_eq!(lines(&run(machine.path(), report, None)), 20 + more as u64);
    }
}

/// The names of metrics in a text.
fn metrics(text: &str) -> BTreeSet<&str> {
    let is_name = |it: char| it.is_ascii_lowercase() || it == '_';
    let found = text.match_indices("resplog_").map(|(place, _)| {
        let rest = &text[place..];
        &rest[..rest.find(|it| !is_name(it)).unwrap_or(rest.len())]
    });
    found.collect()
}

/// What a run writes that has everything to write about.
fn written() -> String {
    let bare = fs::read(testdata().join("bare.ndjson")).unwrap();
    let wrapped = fs::read(testdata().join("wrapped.ndjson")).unwrap();
    let damaged = fs::read(testdata().join("damaged.ndjson")).unwrap();
    let folder = folder(&[("api.ndjson", &bare)]);
    let run = |more: &[&str]| {
        let fixed = ["report", "--state", "state", "-f", "prometheus", "--by", "day", "--fail-if", "failed > 0"];
        run(folder.path(), fixed.iter().chain(more).chain(&["."]), None).stdout
    };
    run(&[]);
    fs::write(folder.path().join("more.ndjson"), [wrapped, damaged].concat()).unwrap();
    fs::write(folder.path().join("known"), "RequestLimitExceeded\n").unwrap();
    run(&["--ack", "known"])
}

#[test]
fn rules_and_dashboard_name_metrics_that_there_are() {
    let written = written();
    let known = metrics(&written);
    assert!(known.len() > 30, "{known:?}");
    for name in ["resplog.rules.yml", "dashboard.json"] {
        let text = contrib(name);
        let named = metrics(&text);
        assert!(named.len() >= 5, "{name}: {named:?}");
        assert!(named.is_subset(&known), "{name}: {:?}", named.difference(&known).collect::<Vec<_>>());
    }
    let outputs = fs::read_to_string(root().join("docs/outputs.md")).unwrap();
    let documented = metrics(&outputs);
    assert!(known.is_subset(&documented), "docs: {:?}", known.difference(&documented).collect::<Vec<_>>());
}

#[test]
fn prometheus_accepts_the_alerts_the_queries_and_the_metrics() {
    let folder = folder(&[("alerts.yml", contrib("resplog.rules.yml").as_bytes())]);
    assert_accepts(tool("promtool", &["check", "rules", "alerts.yml"], folder.path()), "resplog.rules.yml");
    let dashboard: Value = serde_json::from_str(&contrib("dashboard.json")).unwrap();
    let mut queries = "groups:\n- name: dashboard\n  rules:\n".to_owned();
    let panels = dashboard["panels"].as_array().unwrap();
    assert!(panels.len() > 9);
    let targets = panels.iter().flat_map(|panel| panel["targets"].as_array().unwrap());
    for (number, target) in targets.enumerate() {
        let query = target["expr"].as_str().unwrap().replace("$instance", "a");
        queries += &format!("  - record: query{number}\n    expr: {}\n", serde_json::to_string(&query).unwrap());
    }
    fs::write(folder.path().join("queries.yml"), queries).unwrap();
    assert_accepts(tool("promtool", &["check", "rules", "queries.yml"], folder.path()), "dashboard.json");
    fs::write(folder.path().join("metrics"), written()).unwrap();
    let command = ["-c", "command -v promtool > /dev/null || exit 0; promtool check metrics < metrics"];
    assert_accepts(tool("sh", &command, folder.path()), "metrics");
}

/// The script of a Job of Kubernetes, with its volumes below a folder.
fn script(name: &str, folder: &Path) -> String {
    let manifest = contrib(&format!("kubernetes/{name}.yaml"));
    let begin = manifest.find("            - |\n").unwrap() + "            - |\n".len();
    let lines = manifest[begin..].lines().take_while(|line| line.starts_with("              "));
    let folder = folder.display();
    let script: String = lines.map(|line| format!("{}\n", line.trim_start())).collect();
    let script = script.replace("/resplog", &format!("{folder}/resplog")).replace("/logs", &format!("{folder}/logs"));
    script.replace("--part-bytes 256M", "--part-bytes 20K")
}

#[test]
fn jobs_of_kubernetes_read_parts_and_map_exit_codes() {
    let machine = tempfile::tempdir().unwrap();
    for name in ["resplog", "logs", "bin"] {
        fs::create_dir(machine.path().join(name)).unwrap();
    }
    fs::copy(testdata().join("wrapped.ndjson"), machine.path().join("logs/api.ndjson")).unwrap();
    fs::write(machine.path().join("logs/cut.gz"), [0x1f, 0x8b, 8, 0, 0, 0]).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_resplog"), machine.path().join("bin/resplog")).unwrap();
    let path = format!("{}:/usr/bin:/bin", machine.path().join("bin").display());
    let job = |name: &str, index: &str| {
        let mut command = Command::new("sh");
        command.args(["-c", &script(name, machine.path())]).env_clear().env("PATH", &path);
        let output = command.env("JOB_COMPLETION_INDEX", index).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (exit, said) = job("plan", "");
    let parts: usize = said.lines().last().unwrap().trim().parse().unwrap();
    assert!(exit == Some(0) && parts > 10, "{said}");
    for part in 0..parts {
        assert_eq!(job("parts", &part.to_string()).0, Some(0), "part {part}");
    }
    let (exit, text) = job("report", "");
    let one = run(machine.path(), ["report", &*machine.path().join("logs").display().to_string()], None);
    assert_eq!((exit, one.exit), (Some(0), 3), "a damaged input is a result");
    assert_eq!(text, one.stdout);
    assert!(fs::metadata(machine.path().join("resplog/report.html")).unwrap().len() > 10_000);
    fs::write(machine.path().join("logs/api.ndjson"), "another").unwrap();
    assert_eq!((job("parts", "0").0, job("parts", "9999").0), (Some(6), Some(2)));
    let policy = contrib("kubernetes/parts.yaml");
    assert!(policy.contains(
        "action: FailJob\n        onExitCodes: { containerName: part, operator: In, values: [2, 4, 6, 70] }"
    ));
}

/// Says what kubectl says of Jobs that go well, but for one, and keeps what it was asked.
const KUBECTL: &str = "#!/bin/sh
echo \"$*\" >> log
case \"$*\" in
    *'logs job/resplog-plan --tail=1') echo 12 ;;
    *\"get job $FAILS \"*type=*) echo 'pod failed' ;;
    *\"get job $FAILS \"*) echo Suspended Failed ;;
    *'get job'*) echo Suspended Complete ;;
    *'apply -f -') grep completions: >> log ;;
    *'logs job/resplog-report') echo 'the report' ;;
esac
";

#[test]
fn jobs_of_kubernetes_follow_each_other() {
    use std::os::unix::fs::PermissionsExt;
    let machine = folder(&[("kubectl", KUBECTL.as_bytes())]);
    fs::set_permissions(machine.path().join("kubectl"), fs::Permissions::from_mode(0o755)).unwrap();
    for file in ["run", "plan.yaml", "parts.yaml", "report.yaml"] {
        fs::copy(root().join("contrib/kubernetes").join(file), machine.path().join(file)).unwrap();
    }
    let asked = |fails: &str| {
        let _ = fs::remove_file(machine.path().join("log"));
        let path = format!("{}:/usr/bin:/bin", machine.path().display());
        let mut command = Command::new("sh");
        command.args(["run", "logs"]).current_dir(machine.path()).env_clear().env("PATH", path);
        let output = command.env("FAILS", fails).output().unwrap();
        let log = fs::read_to_string(machine.path().join("log")).unwrap();
        let acts = ["apply", "completions", "logs job/resplog-report"];
        let acts: Vec<_> = log.lines().filter(|line| acts.iter().any(|act| line.contains(act))).collect();
        (output.status.success(), String::from_utf8(output.stdout).unwrap(), acts.join("\n"))
    };
    let (is_done, report, acts) = asked("none");
    assert!(is_done && report.ends_with("the report\n"), "{report}");
    let expected = "--namespace logs apply -f plan.yaml
--namespace logs apply -f -
  completions: 12
--namespace logs apply -f report.yaml
--namespace logs logs job/resplog-report";
    assert_eq!(acts, expected);
    let (is_done, _, acts) = asked("resplog-parts");
    assert!(!is_done && acts.ends_with("completions: 12"), "{acts}");
}

#[test]
fn kubernetes_accepts_the_jobs() {
    let python = std::env::var("RESPLOG_SPARK_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let files = ["plan", "parts", "report"].map(|name| format!("contrib/kubernetes/{name}.yaml"));
    let has_module = tool(&python, &["-c", "import kubernetes_validate"], root());
    if has_module.is_none_or(|output| !output.status.success()) {
        eprintln!("left out: {python} has no kubernetes-validate");
        return;
    }
    for version in ["1.31", "1.37"] {
        let arguments =
            [&["-m", "kubernetes_validate", "--strict", "-k", version], &files.each_ref().map(String::as_str)[..]];
        assert_accepts(tool(&python, &arguments.concat(), root()), "Jobs of Kubernetes");
    }
    // The schemas are looked at: a word that is in none of them is refused.
    let wrong = contrib("kubernetes/parts.yaml").replace("podFailurePolicy", "podFailurePolicies");
    let folder = folder(&[("wrong.yaml", wrong.as_bytes())]);
    let refused = tool(&python, &["-m", "kubernetes_validate", "--strict", "wrong.yaml"], folder.path()).unwrap();
    assert!(!refused.status.success());
}
