//! Looks are bounded: what one look reads, what it leaves and how that is shown, with a clock of the test's.

use std::fs;

use resplog::internals::watch::{Settings, View};
use resplog::record::LineClass;
use resplog::rule::Rule;
use resplog::time::Nanos;

use crate::state::{Site, line};
use crate::watch_model::{HOUR, SECOND, Watched, at, call, settings};

/// The bytes of an input that a view counts.
fn bytes_of(view: &View, name: &str) -> u64 {
    view.report.inputs.iter().filter(|input| input.path.ends_with(name)).map(|input| input.bytes).sum()
}

#[test]
fn a_look_is_bounded_and_what_it_leaves_is_shown_as_unread() {
    let site = Site::new();
    site.append("logs/app.log", "");
    let settings = Settings { look_bytes: 1000, ..settings(vec![site.path("logs")], HOUR) };
    let mut watched = Watched::new(settings, Vec::new());
    site.append("logs/app.log", &(0..100).map(|number| call(watched.now, 0, number)).collect::<String>());
    site.rename("logs/app.log", "logs/app.log.1");
    site.append("logs/app.log", &(100..120).map(|number| call(watched.now, 0, number)).collect::<String>());
    site.append("logs/other.log", &(120..140).map(|number| call(watched.now, 0, number)).collect::<String>());
    let size = |name: &str| fs::metadata(site.path(name)).unwrap().len();
    let (old, new, other) = (size("logs/app.log.1"), size("logs/app.log"), size("logs/other.log"));
    let mut looks = 0;
    loop {
        watched.look();
        looks += 1;
        let view = watched.view();
        let [of_old, of_new, of_other] = ["app.log.1", "app.log", "other.log"].map(|name| bytes_of(&view, name));
        assert_eq!(view.unread, old + new + other - of_old - of_new - of_other, "look {looks}");
        assert!(of_new < 200 || of_old == old, "the old file first: {of_old} of {old}, {of_new} of the new one");
        assert!(of_other == other || looks < 10, "nobody waits for other logs");
        if !watched.watch.is_behind() {
            break;
        }
        assert!(watched.watch.is_pressed(), "the next look comes at once");
    }
    assert!((12..40).contains(&looks), "{looks}");
    let view = watched.view();
    assert_eq!(
        (view.unread, view.report.totals.counts.calls(), view.report.totals.distinct_request_ids),
        (0, 140, 140)
    );
}

#[test]
fn nothing_is_judged_before_what_was_there_has_been_read() {
    let site = Site::new();
    let now = at("2026-11-25T00:00:00Z");
    site.append("logs/app.log", &(0..100).map(|number| call(now, -600, number)).collect::<String>());
    let rules = vec![Rule::parse("responses >= 1").unwrap()];
    let since = Some(Nanos(now.0 - HOUR));
    let all = settings(vec![site.path("logs")], 24 * HOUR);
    let mut watched = Watched::new(Settings { look_bytes: 1000, has_windows: true, rules, since, ..all }, Vec::new());
    let mut looks = 0;
    loop {
        watched.look();
        looks += 1;
        let view = watched.view();
        if !view.is_catching_up {
            break;
        }
        assert!(!view.rules[0].is_judged && view.report.breaches.is_empty());
        assert!(view.report.hints.iter().any(|hint| hint.contains("were not read yet")), "{:?}", view.report.hints);
        assert!(watched.watch.next_window(watched.now, false).unwrap().is_none());
        watched.now.0 -= SECOND;
    }
    let view = watched.view();
    assert!(looks > 8 && view.rules[0].holds());
    assert_eq!((view.report.totals.counts.calls(), view.unread), (100, 0));
}

#[test]
fn one_large_archive_is_read_at_a_time() {
    let site = Site::new();
    site.append("logs/app.log", "");
    let settings = Settings { look_bytes: 300, ..settings(vec![site.path("logs")], 48 * HOUR) };
    let mut watched = Watched::new(settings, Vec::new());
    for (place, name) in ["logs/a.log", "logs/b.log", "logs/c.log"].into_iter().enumerate() {
        site.write(name, 100 * place as u64..100 * place as u64 + 60);
        site.compress(name);
    }
    let mut calls = Vec::new();
    for _ in 0..5 {
        watched.look();
        calls.push(watched.view().report.totals.counts.calls());
    }
    assert_eq!(calls, [60, 120, 180, 180, 180]);
    assert_eq!(watched.view().unread, 0);
}

#[test]
fn the_end_of_a_long_line_is_searched_for_once() {
    let site = Site::new();
    site.append("logs/app.log", &line(1));
    let mut watched = Watched::new(settings(vec![site.path("logs/app.log")], 48 * HOUR), Vec::new());
    let part = "x".repeat(1 << 20);
    for _ in 0..3 {
        site.append("logs/app.log", &part);
        watched.look();
    }
    assert_eq!((watched.view().unread, watched.view().report.totals.counts.calls()), (3 << 20, 0));
    site.append("logs/app.log", &format!("\n{}", line(2)));
    watched.look();
    let view = watched.view();
    assert_eq!((view.unread, view.report.totals.counts.calls(), view.report.totals.counts[LineClass::Text]), (0, 1, 1));
}

/// A copy that holds more than was read of its original is looked at again and again.
#[test]
fn an_archive_that_stays_ahead_of_its_log_holds_no_other_up() {
    let site = Site::new();
    site.append("logs/app.log", "");
    let settings = Settings { look_bytes: 300, ..settings(vec![site.path("logs")], 48 * HOUR) };
    let mut watched = Watched::new(settings, Vec::new());
    site.write("logs/app.log", 0..60);
    site.append("logs/app.log", "{\"time\":");
    site.pack("logs/app.log");
    for (place, name) in ["logs/b.log", "logs/c.log"].into_iter().enumerate() {
        site.write(name, 100 * (place as u64 + 1)..100 * (place as u64 + 1) + 60);
        site.compress(name);
    }
    for _ in 0..100 {
        watched.look();
    }
    let view = watched.view();
    assert_eq!((view.report.totals.counts.calls(), view.report.totals.distinct_request_ids), (180, 180));
}

/// A day's log ends, and the next day's begins under another name: nothing that is shown stops or jumps.
#[test]
fn midnight_is_a_time_like_any_other() {
    let site = Site::new();
    site.append("logs/app-2026-11-24.log", "");
    let mut watched = Watched::new(settings(vec![site.path("logs/app-*.log")], 60 * SECOND), Vec::new());
    let midnight = watched.now;
    watched.now.0 -= 30 * SECOND;
    for second in 0..60 {
        let name = if watched.now < midnight { "logs/app-2026-11-24.log" } else { "logs/app-2026-11-25.log" };
        site.append(name, &call(watched.now, 0, second));
        watched.look();
        let view = watched.view();
        assert_eq!(view.report.totals.counts.calls(), second + 1);
        assert_eq!(view.bars.iter().map(|bar| bar.ok + bar.failed).sum::<u64>(), second + 1);
        // The newest second is at the right end, on both sides of midnight.
        let newest = view.bars.iter().rposition(|bar| bar.ok + bar.failed > 0);
        assert!(newest.is_some_and(|place| place + 2 >= view.bars.len()), "{newest:?} of {}", view.bars.len());
        assert_eq!(view.newest.map(|time| time.0), Some(watched.now.0 - SECOND));
    }
}
