//! Every command that an output suggests does what it says: it is run in a shell, as somebody would paste it.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::program::{folder, run};

/// A log of two hours with a burst of failures, in a folder whose names need quotes.
fn site() -> tempfile::TempDir {
    let site = folder(&[]);
    let logs = site.path().join("it's a folder");
    fs::create_dir(&logs).unwrap();
    let mut text = String::new();
    for second in 0..7_200 {
        let is_bad = (3_000..3_600).contains(&second) && second % 2 == 0 || second % 400 == 0;
        let error = if is_bad { "\"Error\":{\"Code\":\"InternalError\",\"Message\":\"x\"}," } else { "" };
        text += &format!(
            "{{\"at\":\"2026-11-24 {:02}:{:02}:{:02}\",\"region\":\"ap-{}\",\"action\":\"RunInstances\",\
             \"Response\":{{{error}\"RequestId\":\"{second:08}-0000-4000-8000-000000000000\"}}}}\n",
            1 + second / 3_600,
            second / 60 % 60,
            second % 60,
            if is_bad { "guangzhou" } else { "beijing" }
        );
    }
    fs::write(logs.join("a $b.ndjson"), text).unwrap();
    site
}

/// The commands in an output, each up to the end of its line, its code span or its element.
fn commands(output: &str, format: &str) -> Vec<String> {
    let (end, has_entities) = match format {
        "html" => ("<", true),
        "mail" => ("\n<", true),
        "markdown" => ("`", false),
        _ => ("\n", false),
    };
    let output = if format == "mail" { output.replace("=\n", "").replace("=3D", "=") } else { output.to_owned() };
    // A long command is several lines.
    let output = output.split(" \\\n").map(str::trim_start).collect::<Vec<_>>().join(" ");
    let mut commands = Vec::new();
    for name in ["report", "ticket", "ids", "find", "codes"] {
        for (place, _) in output.match_indices(&format!("resplog {name} ")) {
            // The text part of a mail is text.
            let is_text = format == "mail" && !output[..place].contains("text/html");
            let end = if is_text { "\n" } else { end };
            let length = output[place..].find(|c| end.contains(c)).unwrap_or(output.len() - place);
            let command = output[place..place + length].to_owned();
            let plain = |text: String| {
                text.replace("&#39;", "'").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
            };
            commands.push(if has_entities && !is_text { plain(command) } else { command });
        }
    }
    commands
}

fn in_shell(folder: &Path, command: &str) -> (i32, String) {
    let program = Path::new(env!("CARGO_BIN_EXE_resplog")).parent().unwrap();
    let ran = Command::new("/bin/sh").args(["-c", command]).current_dir(folder).env("PATH", program).output().unwrap();
    assert!(ran.stderr.is_empty(), "{command}: {}", String::from_utf8_lossy(&ran.stderr));
    (ran.status.code().unwrap(), String::from_utf8(ran.stdout).unwrap())
}

#[test]
fn every_suggested_command_runs_and_shows_what_it_is_for() {
    let site = site();
    let options = [
        "report",
        "it's a folder",
        "--field=time=/at",
        "--assume-tz=+08:00",
        "--tz=+08:00",
        "--region=ap-guangzhou",
        "--region=ap-beijing",
        "--since=2026-11-24T01:10:30+08:00",
        "--by=action=/action",
        "--fail-if=responses < 1",
        "--top=3",
        "--code=InternalError",
        "-j1",
    ];
    let json = run(site.path(), options.iter().chain(&["-f", "json"]), None).json();
    let [episode] = json["episodes"].as_array().unwrap().as_slice() else { panic!("{}", json["episodes"]) };
    assert_eq!((episode["failed"].as_u64(), episode["open"].as_bool()), (Some(300), Some(false)), "{episode}");
    for format in ["text", "html", "markdown", "mail"] {
        let shown = run(site.path(), options.iter().chain(&["-f", format]), None);
        assert_eq!(shown.exit, 0, "{shown:?}");
        let commands = commands(&shown.stdout, format);
        let of = |name: &str| commands.iter().filter(|command| command.starts_with(name)).collect::<Vec<_>>();
        let reports = of("resplog report");
        assert!(!reports.is_empty(), "{format}: {}", shown.stdout);
        assert!(format != "text" || !of("resplog ticket").is_empty());
        for command in &commands {
            let (exit, _) = in_shell(site.path(), command);
            assert_eq!(exit, 0, "{command}");
        }
        for command in reports {
            let (_, alone) = in_shell(site.path(), &format!("{command} --format json"));
            let alone: serde_json::Value = serde_json::from_str(&alone).unwrap();
            assert_eq!(alone["totals"]["failed"], episode["failed"], "{command}");
            let calls = alone["totals"]["ok"].as_u64().unwrap() + alone["totals"]["failed"].as_u64().unwrap();
            assert_eq!(Some(calls), episode["calls"].as_u64(), "{command}");
        }
    }
}

#[test]
fn nothing_is_suggested_that_would_do_something_else() {
    let site = site();
    let log = fs::read(site.path().join("it's a folder/a $b.ndjson")).unwrap();
    // Standard input is read once; a file of options that names a state would move it.
    let piped = run(site.path(), ["report", "--field=time=/at"], Some(&log));
    assert!(piped.stdout.contains("EPISODE") && !piped.stdout.contains("resplog "), "{}", piped.stdout);
    fs::write(site.path().join("c.toml"), "state = 's'\n[[source]]\ninputs = ['**']\nfield = ['time=/at']\n").unwrap();
    let with_state = run(site.path(), ["report", "it's a folder", "--config", "c.toml"], None);
    assert!(with_state.stdout.contains("EPISODE") && !with_state.stdout.contains("resplog "), "{}", with_state.stdout);
    fs::write(site.path().join("d.toml"), "[[source]]\ninputs = ['**']\nfield = ['time=/at']\n").unwrap();
    let with_source = run(site.path(), ["report", "it's a folder", "--config", "d.toml", "--state", "t"], None);
    let commands = commands(&with_source.stdout, "text");
    assert!(commands.iter().any(|it| it.contains("--config d.toml")), "{}", with_source.stdout);
    assert!(!commands.iter().any(|it| it.contains("--state")));
}
