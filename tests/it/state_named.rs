//! Runs with a state that name a log and not its folder: what becomes of the log between two of them is found beside it,
//! and nothing that is somebody else's.

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};

use serde_json::json;

use crate::program::testdata;
use crate::state::{Site, line};

const LOG: &str = "logs/app.log";

impl Site {
    /// Runs over the log alone and tells how many calls were new.
    #[track_caller]
    pub fn new_calls_of_the_log(&self) -> u64 {
        self.report(&[LOG])["totals"]["responses"].as_u64().unwrap()
    }

    /// Renames the log, which then begins anew without a line.
    fn rotate(&self) {
        for number in (1..9).rev() {
            for ending in ["", ".gz"] {
                let name = |number| format!("logs/app.log.{number}{ending}");
                if self.path(&name(number)).exists() {
                    self.rename(&name(number), &name(number + 1));
                }
            }
        }
        self.rename(LOG, "logs/app.log.1");
        self.append(LOG, "");
    }
}

#[test]
fn a_log_that_was_empty_is_found_when_it_was_written_and_rotated_since() {
    let site = Site::new();
    site.write(LOG, 0..3);
    assert_eq!(site.new_calls_of_the_log(), 3);
    site.rotate();
    assert_eq!(site.new_calls_of_the_log(), 0);
    site.write(LOG, 3..6);
    site.rotate();
    assert_eq!(site.new_calls_of_the_log(), 3);
    assert_eq!(site.show()["totals"]["responses"], 6);
    // Its name need not be that of a rotated log: it is the same file.
    site.write(LOG, 6..8);
    site.rename(LOG, "logs/kept");
    site.append(LOG, "");
    assert_eq!(site.new_calls_of_the_log(), 2);
    assert_eq!(site.new_calls_of_the_log(), 0);
}

#[test]
fn a_log_that_was_empty_is_found_when_it_was_also_compressed_or_copied() {
    for copies in [false, true] {
        let site = Site::new();
        // What was rotated before the first run was never asked for.
        site.write(LOG, 100..110);
        site.rotate();
        assert_eq!(site.new_calls_of_the_log(), 0);
        site.write(LOG, 0..7);
        if copies {
            site.rename("logs/app.log.1", "logs/app.log.2");
            site.copytruncate(LOG, "logs/app.log.1");
        } else {
            site.rotate();
            site.compress("logs/app.log.1");
        }
        site.write(LOG, 7..9);
        assert_eq!(site.new_calls_of_the_log(), 9, "{copies}");
        assert_eq!(site.new_calls_of_the_log(), 0);
        let positions = site.show()["positions"].as_array().unwrap().len();
        assert_eq!(positions, 2, "nothing is left of the empty log");
    }
}

#[test]
fn every_generation_since_the_last_run_is_read() {
    for (lines, part) in [(0, 0), (0, 30), (5, 0), (5, 30)] {
        let site = Site::new();
        site.append(LOG, "");
        site.write(LOG, 0..lines);
        site.append(LOG, &line(lines)[..part]);
        assert_eq!(site.new_calls_of_the_log(), lines);
        site.append(LOG, &line(lines)[part..]);
        site.rotate();
        site.write(LOG, lines + 1..lines + 11);
        site.rotate();
        site.write(LOG, lines + 11..lines + 21);
        site.compress("logs/app.log.2");
        site.rotate();
        let report = site.report(&[LOG]);
        let paths: Vec<_> = report["inputs"].as_array().unwrap().iter().map(|input| input["path"].clone()).collect();
        assert_eq!(paths, [LOG, "logs/app.log.1", "logs/app.log.2", "logs/app.log.3.gz"], "{lines} {part}");
        assert_eq!(report["totals"]["responses"], 21);
        assert_eq!(site.new_calls_of_the_log(), 0);
    }
}

#[test]
fn a_line_that_was_begun_is_read_from_the_archive_that_holds_it() {
    let site = Site::new();
    site.append(LOG, &line(0)[..30]);
    site.run(&[LOG]);
    site.append(LOG, &line(0)[30..]);
    site.write(LOG, 1..4);
    site.rotate();
    site.compress("logs/app.log.1");
    assert_eq!(site.new_calls_of_the_log(), 4, "and nobody says that bytes are lost");
}

#[test]
fn dates_in_names_are_understood() {
    for (one, other) in [("app.log-20261124", "app.log-20261125"), ("app-20261124.log", "app-20261125.log")] {
        let site = Site::new();
        site.append(LOG, "");
        assert_eq!(site.new_calls_of_the_log(), 0);
        site.write(LOG, 0..4);
        site.rename(LOG, &format!("logs/{one}"));
        site.compress(&format!("logs/{one}"));
        site.write(LOG, 4..8);
        site.rename(LOG, &format!("logs/{other}"));
        site.append(LOG, "");
        assert_eq!(site.new_calls_of_the_log(), 8, "{one}");
    }
}

#[test]
fn a_missing_log_is_told_and_found_when_it_comes_and_goes() {
    let site = Site::new();
    site.write(LOG, 0..4);
    assert_eq!(site.new_calls_of_the_log(), 4);
    site.rename(LOG, "logs/app.log.1");
    let ran = site.run(&[LOG]);
    assert_eq!((ran.exit, &ran.json()["status"]), (3, &json!(["input"])));
    site.rename("logs/app.log.1", "logs/app.log.2");
    site.write(LOG, 4..9);
    site.rename(LOG, "logs/app.log.1");
    let ran = site.run(&[LOG]);
    assert_eq!((ran.exit, &ran.json()["totals"]["responses"]), (3, &json!(5)));
}

#[test]
fn what_is_written_late_is_read_however_late() {
    for compressed in [false, true] {
        let site = Site::new();
        site.write(LOG, 0..4);
        assert_eq!(site.new_calls_of_the_log(), 4);
        site.rotate();
        for _ in 0..3 {
            assert_eq!(site.new_calls_of_the_log(), 0);
        }
        site.write("logs/app.log.1", 4..6);
        if compressed {
            site.compress("logs/app.log.1");
        }
        site.write(LOG, 6..7);
        site.rotate();
        assert_eq!(site.new_calls_of_the_log(), 3, "{compressed}");
        assert_eq!(site.new_calls_of_the_log(), 0);
    }
}

#[test]
fn a_file_of_somebody_else_is_not_read_although_it_has_the_inode() {
    for lines in [0, 5] {
        let site = Site::new();
        site.append(LOG, "");
        site.write(LOG, 0..lines);
        site.new_calls_of_the_log();
        let inode = fs::metadata(site.path(LOG)).unwrap().ino();
        fs::remove_file(site.path(LOG)).unwrap();
        // File systems that use an inode again do so soon.
        for number in 0..50 {
            let name = format!("logs/stranger{number}");
            site.write(&name, 100 + number..101 + number);
            if fs::metadata(site.path(&name)).unwrap().ino() == inode {
                break;
            }
        }
        site.write(LOG, 50..51);
        let ran = site.run(&[LOG]);
        assert_eq!((ran.exit, &ran.json()["totals"]["responses"]), (3, &json!(1)), "{lines}");
        assert!(ran.stderr.contains("its former file is not found"), "{}", ran.stderr);
        assert_eq!(site.new_calls_of_the_log(), 0, "that is said once");
        fs::remove_file(site.path(LOG)).unwrap();
        assert_eq!(site.run(&[LOG]).json()["totals"]["responses"], 0);
    }
}

#[test]
fn a_log_that_is_replaced_goes_on_although_another_input_has_its_inode() {
    let site = Site::new();
    site.write(LOG, 0..5);
    assert_eq!(site.new_calls(), 5);
    let inode = fs::metadata(site.path(LOG)).unwrap().ino();
    fs::copy(site.path(LOG), site.path("copy")).unwrap();
    site.rename("copy", LOG);
    let mut files = 0;
    for number in 0..50 {
        let name = format!("logs/other{number}.log");
        site.write(&name, 100 + number..101 + number);
        files += 1;
        if fs::metadata(site.path(&name)).unwrap().ino() == inode {
            break;
        }
    }
    site.write(LOG, 5..7);
    assert_eq!(site.new_calls(), 2 + files);
}

#[test]
fn old_generations_are_not_read_again() {
    let site = Site::new();
    for number in 0..5 {
        site.write(LOG, number * 10..number * 10 + 10);
        assert_eq!(site.new_calls_of_the_log(), 10);
        site.rotate();
        assert_eq!(site.new_calls_of_the_log(), 0);
    }
    // Compressed by somebody who does not keep the time.
    for number in 1..6 {
        let name = format!("logs/app.log.{number}");
        let bytes = fs::read(site.path(&name)).unwrap();
        fs::remove_file(site.path(&name)).unwrap();
        site.append(&name, std::str::from_utf8(&bytes).unwrap());
        site.compress(&name);
    }
    site.rotate();
    for _ in 0..3 {
        assert_eq!(site.new_calls_of_the_log(), 0);
    }
    assert_eq!(site.show()["totals"]["responses"], 50);
}

#[test]
fn two_logs_that_were_empty_and_get_the_same_lines_both_count() {
    let site = Site::new();
    for name in ["logs/one.log", "logs/two.log"] {
        site.append(name, "");
    }
    assert_eq!(site.new_calls(), 0);
    for name in ["logs/one.log", "logs/two.log"] {
        site.write(name, 0..3);
    }
    assert_eq!(site.new_calls(), 6);
}

#[test]
fn a_log_behind_a_link_is_read_to_its_end_when_the_link_moves_on() {
    let site = Site::new();
    fs::create_dir(site.path("days")).unwrap();
    site.write("days/app-20261124.log", 0..4);
    symlink("../days/app-20261124.log", site.path(LOG)).unwrap();
    assert_eq!(site.new_calls_of_the_log(), 4);
    site.write("days/app-20261124.log", 4..6);
    site.write("days/app-20261125.log", 6..9);
    fs::remove_file(site.path(LOG)).unwrap();
    symlink("../days/app-20261125.log", site.path(LOG)).unwrap();
    assert_eq!(site.new_calls_of_the_log(), 5);
    // The file behind the link is rotated where it lies.
    site.write("days/app-20261125.log", 9..11);
    site.rename("days/app-20261125.log", "days/app-20261125.log.1");
    site.write("days/app-20261125.log", 11..12);
    assert_eq!(site.new_calls_of_the_log(), 3);
    assert_eq!(site.new_calls_of_the_log(), 0);
}

#[test]
fn an_empty_archive_is_told_in_every_run() {
    let site = Site::new();
    site.append("logs/app.log.1.gz", "");
    for _ in 0..2 {
        let ran = site.run(&["logs"]);
        assert_eq!((ran.exit, &ran.json()["inputs"][0]["status"]), (3, &json!("incomplete")));
    }
}

#[test]
fn an_archive_that_is_being_made_holds_nothing_new() {
    for named in ["logs", LOG] {
        let site = Site::new();
        let new = || site.report(&[named])["totals"]["responses"].as_u64().unwrap();
        site.write(LOG, 0..2000);
        assert_eq!(new(), 2000);
        site.rotate();
        assert_eq!((new(), new()), (0, 0));
        // Beside the file that it is made from it is empty first, and then half of what it will be.
        let packed = site.path("logs/app.log.1.gz");
        fs::copy(site.path("logs/app.log.1"), site.path("copy")).unwrap();
        site.compress("copy");
        let whole = fs::read(site.path("copy.gz")).unwrap();
        for bytes in [0, whole.len() / 2] {
            fs::write(&packed, &whole[..bytes]).unwrap();
            assert_eq!(new(), 0, "{named} {bytes}");
        }
        fs::write(&packed, &whole).unwrap();
        fs::remove_file(site.path("logs/app.log.1")).unwrap();
        site.write(LOG, 2000..2001);
        assert_eq!((new(), new()), (1, 0), "{named}");
    }
}

/// What `state` was for the first version of the format is in `testdata/states/`; the log that it is about is made here.
#[test]
fn a_state_of_the_version_before_is_gone_on_from() {
    let site = Site::new();
    site.write(LOG, 0..10);
    fs::copy(testdata().join("states/version-1"), site.path("state")).unwrap();
    site.write(LOG, 10..13);
    assert_eq!(site.show()["totals"]["responses"], 10);
    assert_eq!(site.new_calls(), 3);
    assert_eq!(site.show()["generation"], 2);
}

/// What `state` was for the second version of the format, with the log that it is about: its sums are shown, added to, and
/// the same as those of a state that this version begins.
#[test]
fn a_state_whose_sums_are_named_counts_goes_on() {
    let log = fs::read_to_string(testdata().join("states/version-2.ndjson")).unwrap();
    let sums = |site: &Site| {
        let mut shown = site.show();
        for other in ["positions", "generation", "history"] {
            shown.as_object_mut().unwrap().remove(other);
        }
        shown
    };
    let (old, new) = (Site::new(), Site::new());
    fs::copy(testdata().join("states/version-2"), old.path("state")).unwrap();
    assert!(fs::read_to_string(old.path("state")).unwrap().starts_with("{\"resplog_state\":2,"));
    new.append(LOG, &log);
    new.run(&[LOG]);
    let shown = sums(&old);
    assert_eq!(shown, sums(&new));
    assert_eq!(shown["totals"]["failed"], 5);
    assert_eq!(shown["totals"]["distinct_request_ids"], 13);
    assert_eq!(shown["codes"][1], json!({"code": "Made.Up", "count": 1}));
    for site in [&old, &new] {
        fs::write(site.path(LOG), &log).unwrap();
        site.append(LOG, "{\"Response\":{\"Error\":{\"Code\":\"Made.Up\"},\"RequestId\":\"8f2c1e6a-0000\"}}\n");
        assert_eq!(site.new_calls_of_the_log(), 1);
        assert!(fs::read_to_string(site.path("state")).unwrap().starts_with("{\"resplog_state\":3,"));
    }
    assert_eq!(sums(&old), sums(&new));
    assert_eq!(sums(&old)["codes"][1], json!({"code": "Made.Up", "count": 2}));
    assert_eq!(sums(&old)["totals"]["distinct_request_ids"], 14);
}

#[test]
fn the_totals_of_a_state_are_a_summary_and_a_baseline() {
    let site = Site::new();
    site.write(LOG, 0..30);
    site.new_calls_of_the_log();
    site.append(LOG, &line(100));
    site.new_calls_of_the_log();
    let folder = site.path("");
    let go = |arguments: &[&str]| crate::program::run(&folder, arguments, None);
    let written = go(&["state", "show", "state", "-o", "all.summary"]);
    assert_eq!((written.exit, &*written.stderr), (0, ""));
    let report = go(&["report", "all.summary", "-f", "json"]);
    assert_eq!(report.exit, 0, "{report:?}");
    let (report, state) = (report.json(), site.show());
    assert_eq!(report["totals"], state["totals"]);
    assert_eq!(report["codes"][0]["count"], state["codes"][0]["count"]);
    let compared = go(&["report", LOG, "-f", "json", "--baseline", "all.summary"]).json();
    assert_eq!(compared["codes"][0]["trend"], "steady");
    // The same state at two times cannot be added up.
    fs::rename(site.path("all.summary"), site.path("before.summary")).unwrap();
    site.append(LOG, &line(101));
    site.new_calls_of_the_log();
    assert_eq!(go(&["state", "show", "state", "-o", "all.summary"]).exit, 0);
    let both = go(&["report", "before.summary", "all.summary"]);
    assert!(both.exit == 2 && both.stderr.contains("another input is named state"), "{both:?}");
    assert_eq!(go(&["state", "show", "state", "-o", "all.json"]).exit, 2);
}
