//! What the program says of itself, and where it takes its manners from: help, completions, the locale.

use std::path::Path;

use crate::program::{command, folder, run, testdata};

#[test]
fn each_short_help_is_one_screen_with_examples() {
    for name in ["report", "ids", "find", "ticket", "codes"] {
        let help = run(Path::new("."), [name, "-h"], None);
        let (_, examples) = help.stdout.split_once("Examples:\n").unwrap_or_else(|| panic!("{help:?}"));
        assert_eq!(examples.lines().filter(|line| line.starts_with("  resplog ")).count(), 3, "{examples}");
        assert!(help.stdout.lines().count() <= 40, "{}", help.stdout);
        let whole = run(Path::new("."), ["help", name], None).stdout;
        assert_eq!(whole, run(Path::new("."), [name, "--help"], None).stdout);
        assert!(whole.len() > help.stdout.len() && help.stdout.contains("see more with '--help'"));
    }
}

#[test]
fn completions_offer_what_an_option_may_be() {
    // The scripts for other shells complete names of options alone.
    for shell in ["bash", "zsh", "fish"] {
        let script = run(Path::new("."), ["completions", shell], None);
        assert_eq!(script.exit, 0);
        for word in [
            "capacity",
            "look_into",
            "episode_codes",
            "Asia/Shanghai",
            "InternalError",
            "AuthFailure.SignatureFailure",
            "cvm",
        ] {
            assert!(script.stdout.contains(word), "{shell}: no {word}");
        }
    }
}

#[test]
fn marks_are_ascii_where_the_locale_has_no_others() {
    for (locale, is_ascii) in [
        (&[][..], false),
        (&[("LANG", "C")], true),
        (&[("LANG", "zh_CN.GB18030")], true),
        (&[("LANG", "zh_CN.UTF-8")], false),
        (&[("LANG", "C.utf8")], false),
        (&[("LC_CTYPE", "POSIX"), ("LANG", "en_US.UTF-8")], true),
        (&[("LC_ALL", "en_US.UTF-8"), ("LC_CTYPE", "C"), ("LANG", "C")], false),
        (&[("LC_ALL", ""), ("LANG", "C")], true),
    ] {
        let log = testdata().join("wrapped.ndjson");
        let ran = command(Path::new(".")).arg("report").arg(log).envs(locale.iter().copied()).output().unwrap();
        assert_eq!(ran.stdout.is_ascii(), is_ascii, "{locale:?}");
    }
}

#[test]
fn counters_grow_from_run_to_run_of_a_state() {
    let log = std::fs::read_to_string(testdata().join("bare.ndjson")).unwrap();
    let half = log.match_indices('\n').nth(99).unwrap().0 + 1;
    let site = folder(&[("a.ndjson", &log.as_bytes()[..half])]);
    let metric = |name: &str| -> u64 {
        let ran = run(site.path(), ["report", "a.ndjson", "--state", "s", "-f", "prometheus"], None);
        assert_eq!(ran.exit, 0, "{ran:?}");
        let line = ran.stdout.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')).unwrap().to_owned();
        assert!(ran.stdout.contains("# TYPE resplog_lines_total counter\n"));
        line.parse().unwrap()
    };
    let (ok, all) = ("resplog_lines_total{class=\"ok\"}", "resplog_bytes_total");
    let first = metric(ok);
    std::fs::write(site.path().join("a.ndjson"), &log).unwrap();
    assert_eq!(metric(all), log.len() as u64);
    // Nothing new, and the counters stay.
    assert_eq!((metric(ok), metric(all)), (177, log.len() as u64));
    assert!(first < 177);
    let without = run(site.path(), ["report", "a.ndjson", "-f", "prometheus"], None);
    assert!(!without.stdout.contains("_total"));
}
