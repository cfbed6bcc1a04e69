//! What a screen looks like, at three widths.

use unicode_width::UnicodeWidthStr;

use super::layout::Layout;
use super::*;
use crate::record::Call;
use crate::report::{self as samples, Report};
use crate::rule::Rule;
use crate::watch::{Bar, CodeTrend, Failure, Outside};

#[test]
fn a_layout_fills_the_screen() {
    for rows in 20..80 {
        for rules in 0..6 {
            let Layout { rules, has_chart, codes, failures } = Layout::of(rows, rules);
            let lines = 3 + layout::VERDICT_LINES + rules + if has_chart { 3 } else { 0 } + 1 + codes + 1 + failures;
            assert_eq!(lines, rows, "{rows} {rules}");
        }
    }
}

#[test]
fn what_does_not_fit_is_grouped_or_cut() {
    assert_eq!(chart::grouped(&[1, 2, 3, 4, 5], 2), (vec![3, 12], 3));
    assert_eq!(chart::grouped(&[1, 2, 3], 60), (vec![1, 2, 3], 1));
    let mut drawn = Drawn::new(&View { width: 12, ..View::default() });
    drawn.line(&[Span::plain("日本語日本語日本語")]);
    assert_eq!(drawn.lines, ["日本語日本…"]);
    let mut drawn = Drawn::new(&View { width: 40, unicode: true, ..View::default() });
    drawn.flow(vec![Span::plain("OK  ")], &"one more word ".repeat(9), 2);
    assert_eq!(drawn.lines, ["OK  one more word one more word one more", "  word one more word one more word one …"]);
}

/// What a watch shows that has seen these things.
fn watched(report: Report) -> Watched {
    let failure = |code: &str| Failure {
        at: Nanos(1_764_000_000_000_000_000),
        look: 1,
        code: code.to_owned(),
        message: "disk \x1b[2J of 日本語 failed\u{202e}".to_owned(),
        call: Call::default(),
        input: "logs/app.log".into(),
        offset: 7,
    };
    let rule = |text: &str| RuleState::of(&Rule::parse(text).unwrap());
    let trends = report.codes.iter().map(|code| CodeTrend { code: code.code.clone(), counts: (0..60).collect() });
    Watched {
        now: Nanos(1_764_000_000_000_000_000),
        from: Nanos(1_763_999_400_000_000_000),
        first: Nanos(1_763_999_390_000_000_000),
        rules: (0..6).map(|limit| rule(&format!("failure_rate > {limit}%"))).collect(),
        newest: Some(Nanos(1_763_999_990_000_000_000)),
        unread: 9_200_000_000,
        is_catching_up: false,
        streams: 3,
        outside: Outside::default(),
        bars: (0..60).map(|bar| Bar { ok: bar * bar, failed: bar }).collect(),
        bar_ns: 10_000_000_000,
        trends: trends.collect(),
        failures: ["InternalError", "日本語日本語日本語.Failure"].map(failure).into_iter().cycle().take(70).collect(),
        speed: (12.5, 1e9),
        report,
    }
}

#[test]
fn a_screen_fits_into_every_terminal() {
    for report in [samples::empty(), samples::bare(), samples::incident(), samples::everything()] {
        let watched = watched(report);
        for columns in (1..130).step_by(3) {
            for rows in [1, 2, 3, 5, 8, 13, 24, 25, 40, 100] {
                for shown in [Shown::default(), Shown { is_open: true, chosen: 3, is_paused: true, ..Shown::default() }]
                {
                    let view = View { width: columns, unicode: columns % 2 == 0, ..View::default() };
                    let lines = screen(&watched, &shown, &view, rows);
                    assert_eq!(lines.len(), rows, "{columns} x {rows}");
                    let widest = lines.iter().max_by_key(|line| line.width());
                    assert!(widest.is_some_and(|line| line.width() <= columns), "{columns} x {rows}: {widest:?}");
                    assert!(lines.iter().all(|line| !line.contains('\x1b') && !line.contains('\u{202e}')));
                }
            }
        }
    }
}

#[test]
fn parts_of_a_screen_keep_their_places() {
    let view = View { width: 100, unicode: true, ..View::default() };
    let places = |report: Report| {
        let lines = screen(&watched(report), &Shown::default(), &view, 30);
        ["failed  ", "calls  ", "newest call", "     failed", "  newest failures", "enter ids"]
            .map(|part| lines.iter().position(|line| line.starts_with(part)))
    };
    let quiet = places(samples::empty());
    assert!(quiet.iter().all(Option::is_some), "{quiet:?}");
    for report in [samples::bare(), samples::incident(), samples::everything()] {
        assert_eq!(places(report), quiet);
    }
}
