//! Runs with a state whose logs are rotated into other folders, cannot be found any more, or were written by a clock that was
//! wrong: what a file is called and holds says what is new, and times only where nothing else does.

use std::fs::{self, File};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::json;

use crate::program::run;
use crate::state::Site;

const LOG: &str = "logs/app.log";
const NOT_FOUND: &str = "its former file is not found";

impl Site {
    /// Runs over the log alone, with another folder to look in, and tells how many calls were new.
    #[track_caller]
    fn new_calls_with(&self, folder: &str) -> u64 {
        self.report(&[LOG, "--rotated-into", folder])["totals"]["responses"].as_u64().unwrap()
    }

    fn set_time(&self, name: &str, time: SystemTime) {
        File::options().write(true).open(self.path(name)).unwrap().set_modified(time).unwrap();
    }

    /// A site with a folder `old`, and one run over a log of ten lines.
    fn with_old(into: &[&str]) -> Self {
        let site = Self::new();
        fs::create_dir(site.path("old")).unwrap();
        site.write(LOG, 0..10);
        assert_eq!(site.report(&[&[LOG], into].concat())["totals"]["responses"], 10);
        site
    }
}

#[test]
fn a_rotated_log_that_is_not_found_is_told_once() {
    for named in ["logs", LOG] {
        for truncated in [false, true] {
            let site = Site::with_old(&[]);
            site.write(LOG, 10..14);
            if truncated {
                site.copytruncate(LOG, "old/app.log.1");
            } else {
                site.rename(LOG, "old/app.log.1");
            }
            site.write(LOG, 14..17);
            let ran = site.run(&[named]);
            assert_eq!((ran.exit, &ran.json()["status"]), (3, &json!(["input"])), "{named} {truncated}");
            assert_eq!(ran.json()["totals"]["responses"], 3);
            assert!(ran.stderr.contains(NOT_FOUND) && ran.stderr.contains("--rotated-into"), "{}", ran.stderr);
            for _ in 0..2 {
                assert_eq!(site.report(&[named])["totals"]["responses"], 0);
            }
            // Told where to look, a later run finds the rest.
            assert_eq!(site.report(&[named, "--rotated-into", "old"])["totals"]["responses"], 4);
            assert_eq!(site.report(&[named, "--rotated-into", "old"])["totals"]["responses"], 0);
        }
    }
}

#[test]
fn a_log_that_is_only_deleted_goes_quietly() {
    let site = Site::with_old(&[]);
    site.write("logs/b.log", 100..101);
    assert_eq!(site.new_calls(), 1);
    fs::remove_file(site.path(LOG)).unwrap();
    assert_eq!(site.new_calls(), 0);
    // The oldest of the rotated ones goes as ever.
    site.write("logs/b.log.1", 102..103);
    assert_eq!(site.new_calls(), 1);
    fs::remove_file(site.path("logs/b.log.1")).unwrap();
    site.rename("logs/b.log", "logs/b.log.1");
    site.write("logs/b.log", 103..104);
    assert_eq!(site.new_calls(), 1);
}

#[test]
fn a_log_is_followed_into_another_folder() {
    // Renamed there, compressed there, copied there and truncated; under a name with a number, a date, or its own.
    for name in ["app.log.1", "app.log-20261124", "app-20261124.log", "app.log"] {
        for how in ["renamed", "compressed", "copied"] {
            let site = Site::with_old(&["--rotated-into", "old"]);
            site.write(LOG, 10..14);
            let there = format!("old/{name}");
            if how == "copied" {
                site.copytruncate(LOG, &there);
            } else {
                site.rename(LOG, &there);
            }
            if how == "compressed" {
                site.compress(&there);
            }
            site.write(LOG, 14..17);
            assert_eq!(site.new_calls_with("old"), 7, "{name} {how}");
            if how == "renamed" {
                site.write(&there, 17..19);
                assert_eq!(site.new_calls_with("old"), 2, "{name}");
            }
            assert_eq!(site.new_calls_with("old"), 0, "{name} {how}");
            assert_eq!(site.show()["totals"]["distinct_request_ids"], site.show()["totals"]["responses"]);
        }
    }
}

#[test]
fn every_generation_in_another_folder_is_read() {
    let site = Site::with_old(&["--rotated-into", "old"]);
    // What lies there of the time before the first run was never asked for.
    site.write("old/app.log.3", 500..510);
    site.set_time("old/app.log.3", UNIX_EPOCH + Duration::from_secs(1_700_000_000));
    site.write(LOG, 10..14);
    site.rename("old/app.log.3", "old/app.log.5");
    site.rename(LOG, "old/app.log.3");
    site.write(LOG, 14..20);
    site.rename(LOG, "old/app.log.2");
    site.compress("old/app.log.2");
    site.write(LOG, 20..27);
    site.rename(LOG, "old/app.log.1");
    site.write(LOG, 27..30);
    let report = site.report(&[LOG, "--rotated-into", "old"]);
    assert_eq!(report["totals"]["responses"], 20);
    assert_eq!(report["inputs"].as_array().unwrap().len(), 4);
    assert_eq!(site.new_calls_with("old"), 0);
}

#[test]
fn a_log_that_was_empty_is_found_in_another_folder() {
    let site = Site::new();
    fs::create_dir(site.path("old")).unwrap();
    site.append(LOG, "");
    assert_eq!(site.new_calls_with("old"), 0);
    site.write(LOG, 0..5);
    site.rename(LOG, "old/app.log-20261124");
    site.compress("old/app.log-20261124");
    site.write(LOG, 5..6);
    assert_eq!(site.new_calls_with("old"), 6);
    assert_eq!(site.new_calls_with("old"), 0);
}

#[test]
fn a_folder_that_is_not_there_is_an_input_that_cannot_be_read() {
    let site = Site::with_old(&[]);
    site.append("file", "");
    for folder in ["missing", "file"] {
        let ran = site.run(&[LOG, "--rotated-into", folder]);
        assert_eq!((ran.exit, &ran.json()["status"]), (3, &json!(["input"])), "{folder}");
        assert!(ran.stderr.contains(&format!("{folder}: rotated logs cannot be looked for there")), "{}", ran.stderr);
    }
    let ran = run(&site.path(""), ["report", LOG, "--rotated-into", "old"], None);
    assert_eq!(ran.exit, 2);
    assert!(ran.stderr.contains("--rotated-into goes with --state"), "{}", ran.stderr);
}

/// Times that a clock may leave on a log: an hour ahead, ten years ahead, none, long ago.
fn wrong_times() -> [SystemTime; 4] {
    let now = SystemTime::now();
    let seconds = Duration::from_secs;
    [now + seconds(3600), now + seconds(315_360_000), UNIX_EPOCH, UNIX_EPOCH + seconds(1_000_000_000)]
}

#[test]
fn what_was_rotated_is_found_although_the_clock_was_wrong() {
    for time in wrong_times() {
        let site = Site::new();
        site.write("logs/app.log.7", 900..905);
        site.write(LOG, 0..10);
        site.set_time(LOG, time);
        assert_eq!(site.new_calls_of_the_log(), 10);
        site.rename(LOG, "logs/app.log.2");
        site.write("logs/app.log.1", 10..17);
        site.write(LOG, 17..20);
        assert_eq!(site.new_calls_of_the_log(), 10, "{time:?}");
        assert_eq!(site.new_calls_of_the_log(), 0);
    }
}

#[test]
fn a_log_that_was_empty_is_found_although_the_clock_was_ahead() {
    for time in &wrong_times()[..2] {
        let site = Site::new();
        site.append(LOG, "");
        site.set_time(LOG, *time);
        assert_eq!(site.new_calls_of_the_log(), 0);
        site.write(LOG, 0..4);
        site.rename(LOG, "logs/app.log.2");
        site.compress("logs/app.log.2");
        site.write("logs/app.log.1", 4..9);
        site.write(LOG, 9..10);
        assert_eq!(site.new_calls_of_the_log(), 10, "{time:?}");
        assert_eq!(site.new_calls_of_the_log(), 0);
    }
}

#[test]
fn rotated_files_count_whatever_time_they_have() {
    // Their times are those of a clock that was set back, of a tool that keeps none, or of somebody who touched them.
    for time in wrong_times() {
        let site = Site::with_old(&[]);
        site.rename(LOG, "logs/app.log.3");
        site.write("logs/app.log.2", 10..14);
        site.compress("logs/app.log.2");
        site.write("logs/app.log.1", 14..17);
        for name in ["logs/app.log.2.gz", "logs/app.log.1"] {
            site.set_time(name, time);
        }
        site.write(LOG, 17..20);
        assert_eq!(site.new_calls_of_the_log(), 10, "{time:?}");
        assert_eq!(site.new_calls_of_the_log(), 0);
    }
}

#[test]
fn old_files_are_not_new_because_of_their_times() {
    for time in wrong_times() {
        let site = Site::new();
        site.write("logs/app.log.1", 500..510);
        site.write(LOG, 0..10);
        assert_eq!(site.new_calls_of_the_log(), 10);
        // Touched, and restored from a backup, while the log goes on and when it is rotated.
        site.set_time("logs/app.log.1", time);
        site.write("logs/app.log.9", 600..610);
        site.set_time("logs/app.log.9", time);
        site.write(LOG, 10..11);
        assert_eq!(site.new_calls_of_the_log(), 1, "{time:?}");
        site.rename("logs/app.log.1", "logs/app.log.2");
        site.rename(LOG, "logs/app.log.1");
        site.write(LOG, 11..12);
        assert_eq!(site.new_calls_of_the_log(), 1, "{time:?}");
        // What runs have read is known by its bytes, also when it comes back as another file.
        fs::copy(site.path("logs/app.log.1"), site.path("logs/app.log.0")).unwrap();
        site.set_time("logs/app.log.0", time);
        assert_eq!(site.new_calls_of_the_log(), 0, "{time:?}");
    }
}

#[test]
fn what_is_written_late_is_found_in_an_archive_of_any_time() {
    for time in wrong_times() {
        let site = Site::with_old(&[]);
        site.rename(LOG, "logs/app.log.1");
        site.append(LOG, "");
        // Nothing more is expected of the rotated file after two runs.
        for _ in 0..2 {
            assert_eq!(site.new_calls_of_the_log(), 0);
        }
        site.write("logs/app.log.1", 10..12);
        site.compress("logs/app.log.1");
        site.set_time("logs/app.log.1.gz", time);
        assert_eq!(site.new_calls_of_the_log(), 2, "{time:?}");
        assert_eq!(site.new_calls_of_the_log(), 0);
    }
}
