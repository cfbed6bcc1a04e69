//! Laws of the page: widths, nothing raw, nothing twice, nothing empty, and the numbers of the report.

use crate::record::LineClass;
use crate::settings::Value;
use proptest::prelude::*;
use unicode_width::UnicodeWidthStr;

use super::safe::{path, safe};
use super::*;
use crate::render::commands::Commands;
use crate::render::plain;
use crate::report as samples;
use crate::report::numbers::{count, rough_percent};
use crate::report::parts::place;
use crate::report::tables::Table;
use crate::report::verdict::{Verdict, verdict};
use crate::report::{Bucket, LookInto, Timeline};
use crate::time::{Nanos, Zone};

const WIDTHS: [usize; 8] = [1, 40, 60, 79, 80, 100, 132, 200];

fn commands() -> Commands {
    Commands {
        report: "resplog report /var/log/tcapi".to_owned(),
        ticket: "resplog ticket /var/log/tcapi".to_owned(),
        ..Commands::default()
    }
}

fn view(width: usize) -> View {
    View {
        width,
        color: false,
        zone: Zone::Fixed(28_800),
        top: 20,
        commands: Some(commands()),
        unicode: true,
        table: Table::Codes,
        mail_to: None,
        last_success: None,
    }
}

/// Word and sentence on one line.
fn headline(report: &Report) -> String {
    let Verdict { word, sentence, .. } = verdict(report);
    format!("{}  {}", word.as_str(), plain::line(&sentence))
}

fn shown(report: &Report, view: &View) -> String {
    let mut out = Vec::new();
    write(report, view, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn all() -> Vec<Report> {
    vec![
        samples::empty(),
        samples::bare(),
        samples::incident(),
        samples::everything(),
        perfect(),
        hostile("x\u{1b}[31m\n\u{202e}y"),
    ]
}

fn perfect() -> Report {
    let bare = samples::bare();
    let mut report = Report { inputs: bare.inputs, ..samples::empty() };
    report.totals.counts[LineClass::Ok] = 9_126;
    report.totals.counts.lines = 9_126;
    report.totals.responses = 9_126;
    report
}

/// A report in which every text that may come from a log, a path or an option is this one.
fn hostile(text: &str) -> Report {
    let mut report = samples::everything();
    let own = || text.to_owned();
    for code in &mut report.codes {
        code.code = own();
        code.stands_out.iter_mut().for_each(|row| (row.field, row.value) = (own(), own()));
        code.messages.iter_mut().for_each(|message| message.text = own());
    }
    for LookInto { request_id, code, at, .. } in &mut report.look_into {
        (*request_id, *code, at.input) = (own(), own(), own());
        (at.service, at.action, at.region) = (Some(own()), Some(own()), Some(own()));
    }
    report.actions.iter_mut().for_each(|row| (row.service, row.action) = (Some(own()), own()));
    report.services.iter_mut().for_each(|row| row.service = own());
    report.regions.iter_mut().for_each(|row| row.region = own());
    report.by.iter_mut().for_each(|row| (row.name, row.value) = (own(), own()));
    report.by.iter_mut().flat_map(|row| row.codes.iter_mut().flatten()).for_each(|row| row.code = own());
    report.malformed.samples.iter_mut().for_each(|sample| sample.input = own());
    for input in &mut report.inputs {
        (input.path, input.envelope) = (own(), vec![own()]);
        input.error = input.error.as_ref().map(|_| own());
        input.fields.values_mut().for_each(|field| (field.pointer, field.sample) = (own(), own()));
    }
    report.breaches.iter_mut().for_each(|breach| breach.rule = own());
    report.filters.insert("action", Value::List(vec![own(), own()]));
    report.hints = vec![own()];
    report
}

/// What is never wrapped apart, as it is shown.
fn wholes(report: &Report) -> Vec<String> {
    let places = report.look_into.iter().map(|id| place(path(&id.at.input), id.at.line, id.at.offset));
    let samples = report.malformed.samples.iter().map(|sample| place(path(&sample.input), sample.line, sample.offset));
    let ids = report.look_into.iter().map(|id| safe(&id.request_id));
    let paths = report.inputs.iter().map(|input| path(&input.path));
    let commands = [commands().ticket(&Zone::Utc), commands().report];
    places.chain(samples).chain(commands).chain(ids).chain(paths).filter(|text| !text.is_empty()).collect()
}

#[test]
fn no_line_is_wider_than_the_page_but_for_ids_places_and_codes() {
    for report in all() {
        let wholes = wholes(&report);
        for width in WIDTHS {
            for unicode in [true, false] {
                for line in shown(&report, &View { unicode, ..view(width) }).lines() {
                    // A long command is several lines, and none of its words is cut.
                    let part = line.trim().trim_end_matches(" \\");
                    let has_whole = wholes.iter().any(|whole| line.contains(whole.as_str()) || whole.contains(part))
                        || part.starts_with("--");
                    let is_code = report.codes.iter().any(|code| line.trim().ends_with(&safe(&code.code)));
                    let is_wide = is_code && width < 60;
                    assert!(line.width() <= width.max(40) || has_whole || is_wide, "{width}: {line}");
                }
            }
        }
    }
}

#[test]
fn ids_and_places_stand_whole_on_every_page() {
    for report in all() {
        for width in WIDTHS {
            let text = shown(&report, &view(width));
            for id in &report.look_into {
                let place = place(path(&id.at.input), id.at.line, id.at.offset);
                assert!(text.contains(&safe(&id.request_id)) && text.contains(&place), "{width}: {place}\n{text}");
            }
            for input in report.inputs.iter().filter(|input| input.status != crate::input::Status::Ok) {
                assert!(text.contains(&path(&input.path)));
            }
        }
    }
}

#[test]
fn colours_only_add_and_ascii_is_ascii() {
    for report in [samples::incident(), samples::bare(), samples::everything()] {
        for width in WIDTHS {
            let plain = shown(&report, &view(width));
            let colored = shown(&report, &View { color: true, ..view(width) });
            assert_ne!(plain, colored);
            let mut stripped = String::new();
            for (place, piece) in colored.split("\x1b[").enumerate() {
                stripped += if place == 0 { piece } else { piece.split_once('m').unwrap().1 };
            }
            assert_eq!(plain, stripped);
        }
    }
    let mut report = samples::everything();
    report.codes.iter_mut().for_each(|code| code.messages.clear());
    assert!(shown(&report, &View { unicode: false, ..view(100) }).is_ascii());
}

#[test]
fn nothing_raw_reaches_the_page() {
    let control = "a\u{0}\u{7}\u{8}\t\r\n\u{1b}]0;x\u{7f}\u{85}\u{9b}31m\u{202e}\u{2028}\u{feff}b";
    for text in [control, "", " ", "日本語", "\u{301}\u{301}", &"w".repeat(3_000), &"w ".repeat(3_000)] {
        for width in WIDTHS {
            let page = shown(&hostile(text), &view(width));
            let is_raw =
                |c: char| c.is_control() && c != '\n' || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2028}' | '\u{feff}');
            assert!(!page.contains(is_raw), "{page}");
        }
    }
}

#[test]
fn nothing_is_said_twice() {
    for report in [samples::incident(), samples::bare(), samples::everything()] {
        for width in WIDTHS {
            let text = shown(&report, &view(width));
            for id in &report.look_into {
                assert_eq!(text.matches(&id.request_id).count(), 1, "{}", id.request_id);
            }
            if width >= 80 {
                let mut lines: Vec<_> =
                    text.lines().filter(|line| !line.is_empty() && !line.contains("seen in")).collect();
                // Commands repeat options, and ids are of calls of one action.
                let is_call = |line: &str| {
                    report.look_into.iter().any(|id| id.at.action.as_ref().is_some_and(|it| line.contains(it)))
                };
                lines.retain(|line| !line.ends_with('\\') && !line.trim_start().starts_with("--") && !is_call(line));
                lines.sort_unstable();
                let twice = lines.windows(2).find(|pair| pair[0] == pair[1]);
                assert_eq!(twice, None, "{text}");
            }
        }
    }
}

#[test]
fn nothing_empty_is_shown() {
    assert_eq!(shown(&samples::empty(), &view(80)), "NO CALLS  nothing was logged: 0 lines\n");
    assert_eq!(
        shown(&perfect(), &view(80)),
        "OK  no failures in 9,126 calls\ndocumented-responses.ndjson · all 9,126 lines recognised\n"
    );
    let bare = shown(&samples::bare(), &View { commands: None, ..view(100) });
    for word in [
        "trend",
        "since",
        "calls/",
        "action",
        "p50",
        "stands out",
        "slowest",
        "malformed",
        "NOT SEEN",
        "ODD",
        "READ AS",
        "with ",
    ] {
        let said = bare.replace("52.2 % of them with ", "");
        assert!(!said.contains(word), "{word}\n{bare}");
    }
    for report in all() {
        for width in WIDTHS {
            let text = shown(&report, &view(width));
            assert!(!text.contains("\n\n\n") && !text.starts_with('\n') && !text.ends_with("\n\n"), "{text}");
            assert!(text.lines().all(|line| !line.ends_with(' ')), "{text}");
        }
    }
}

/// The rows of the table whose heads begin like this: their cells.
fn rows(page: &str, head: &str) -> Vec<Vec<String>> {
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let lines = page.lines().skip_while(|line| !words(line).starts_with(head)).skip(1);
    let rows = lines.take_while(|line| line.trim_start().starts_with(|first: char| first.is_ascii_digit()));
    rows.map(|line| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).map(str::to_owned).collect())
        .collect()
}

fn number(cell: &str) -> u64 {
    cell.replace(',', "").parse().unwrap()
}

#[test]
fn the_numbers_are_those_of_the_report() {
    for report in [samples::incident(), samples::bare()] {
        for top in 1..9 {
            let page = shown(&report, &View { top, ..view(200) });
            let codes = rows(&page, "failed share");
            let seen: Vec<_> = report.codes.iter().filter(|code| code.count > 0).collect();
            assert_eq!(codes.len(), seen.len().min(top + 1));
            assert_eq!(
                codes.iter().map(|row| number(&row[0])).sum::<u64>(),
                report.totals.counts[LineClass::Failed],
                "{page}"
            );
            for (row, code) in codes.iter().zip(&seen).take(top) {
                assert_eq!(row[0], count(code.count));
                assert!(row.contains(&code.class.to_string()) && row.contains(&code.code), "{row:?}");
            }
            if seen.len() > top {
                let more = format!("{} more (--top {})", seen.len() - top, seen.len());
                assert_eq!(codes.last().unwrap().last().unwrap(), &more);
            }
        }
        let page = shown(&report, &view(100));
        for number in [
            report.totals.counts[LineClass::Failed],
            report.totals.counts[LineClass::Ok] + report.totals.counts[LineClass::Failed],
            report.totals.counts[LineClass::NoEnvelope],
        ] {
            assert!(page.contains(&count(number)), "{number}");
        }
        for class in &report.classes {
            assert!(page.contains(&format!(
                "{} {}",
                class.class,
                rough_percent(class.count as f64 / report.totals.counts[LineClass::Failed] as f64)
            )));
        }
    }
    let report = samples::incident();
    for top in [1, 3, 64, 65] {
        let actions = rows(&shown(&report, &View { top, ..view(200) }), "failed calls rate p50");
        let sum = |place: usize| actions.iter().map(|row| number(&row[place])).sum::<u64>();
        assert_eq!(sum(0), report.actions.iter().map(|row| row.calls.failed).sum::<u64>());
        assert_eq!(sum(1), report.actions.iter().map(|row| row.calls.failed + row.calls.ok).sum::<u64>());
    }
}

#[test]
fn tables_of_calls_say_nothing_of_failures_when_there_are_none() {
    let mut report = samples::incident();
    (report.totals.counts[LineClass::Failed], report.codes, report.look_into) = (0, Vec::new(), Vec::new());
    report.actions.iter_mut().for_each(|row| row.calls.failed = 0);
    let page = shown(&report, &View { top: 3, ..view(100) });
    assert!(!rows(&page, "calls p50 p99 max service action").is_empty() && !page.contains("rate   "), "{page}");
}

#[test]
fn breaches_stand_first() {
    let page = shown(&samples::everything(), &view(200));
    let lines: Vec<_> = page.lines().take(3).collect();
    assert!(lines[0].starts_with("BREACH  2 rules fired: 1.15 % of 4,810,661 calls failed (55,432)"), "{page}");
    assert_eq!(
        lines[1..],
        [
            "  failure_rate > 1% and responses >= 200 (failure_rate is 1.15 %, responses is 4,811,261)",
            "  new_codes > 0 (is 1)"
        ]
    );
}

#[test]
fn the_verdict_begins_every_page() {
    for report in all() {
        let page = shown(&report, &view(10_000));
        assert_eq!(page.lines().next().unwrap(), headline(&report));
    }
}

#[test]
fn a_failing_writer_is_an_error() {
    for room in [0, 1, 100, 2_000] {
        let mut space = vec![0; room];
        assert!(write(&samples::incident(), &view(80), &mut space.as_mut_slice()).is_err());
    }
}

proptest! {
    #[test]
    fn any_timeline_fits_the_page(
        start in any::<i64>(),
        seconds in prop_oneof![Just(60_i64), Just(3_840), Just(983_040), any::<i64>()],
        calls in proptest::collection::vec((0_u64..3, prop_oneof![Just(0_u64), 0_u64..9, any::<u64>()]), 0..600),
        width in 40_usize..220,
        zone in prop_oneof![Just("UTC"), Just("+05:45"), Just("Europe/Berlin")],
    ) {
        let width_ns = seconds.saturating_mul(1_000_000_000);
        let start_of = |place: i64| Nanos(start.saturating_add(place.saturating_mul(width_ns)));
        let bucket = |(&(failed, ok), place)| Bucket { start: start_of(place), ok, failed };
        let buckets = calls.iter().zip(0..).map(bucket).collect();
        let timeline = Timeline { bucket_seconds: Some(seconds), outside: 0, buckets };
        let mut report = Report { timeline, ..samples::empty() };
        report.totals.counts[LineClass::Failed] = 1_000;
        report.codes = vec![crate::report::Code { since: Some(start_of(300)), ..samples::code("A") }];
        let page = shown(&report, &View { zone: Zone::parse(zone).unwrap(), ..view(width) });
        for line in page.lines() {
            prop_assert!(line.width() <= width, "{}: {}", width, page);
        }
    }

    #[test]
    fn any_text_fits_the_page(text in ".{0,300}", width in 40_usize..120) {
        let report = Report { hints: vec![text.clone()], ..samples::empty() };
        let page = shown(&report, &view(width));
        for line in page.lines() {
            prop_assert!(line.width() <= width, "{} {}: {:?}", width, line.width(), line);
        }
        let kept = |text: &str| text.chars().filter(|c| *c != ' ' && *c != '\n').collect::<String>();
        let said = safe(&text);
        if !said.is_empty() {
            prop_assert!(kept(&page).ends_with(&kept(&said)), "{}", page);
        }
    }

    #[test]
    fn any_text_is_tame_everywhere(text in "\\PC{0,80}|.{0,80}", width in 1_usize..220) {
        let page = shown(&hostile(&text), &view(width));
        prop_assert!(!page.contains(|c: char| c.is_control() && c != '\n'));
        prop_assert!(!headline(&hostile(&text)).contains(char::is_control));
    }
}
