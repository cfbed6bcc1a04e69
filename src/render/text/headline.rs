//! The head of the page: the verdict, the rules that fired, and what the numbers are about.

use std::io::{self, Write};

use super::page::{Page, Phrase, Span, Style};
use super::safe::{path, safe};
use crate::record::LineClass;
use crate::render::clock::Clock;
use crate::render::plain;
use crate::report::Report;
use crate::report::numbers::{bytes, count, counted, percent, percent_range};
use crate::report::verdict::{Word, verdict};
use crate::settings::{SOURCE, Value};

/// Longer options, in bytes, may be wrapped apart.
const OPTION_BYTES_WHOLE_MAX: usize = 36;

/// Writes the head.
pub fn write<W: Write>(report: &Report, clock: &Clock<'_>, page: &mut Page<W>) -> io::Result<()> {
    let verdict = verdict(report);
    let lead = Span::styled(style(verdict.word), verdict.word.as_str());
    let sentence = Span::plain(plain::line(&verdict.sentence));
    page.flow(vec![lead, Span::plain("  ")], 2, &[vec![sentence]])?;
    if verdict.rules.len() > 1 {
        for rule in &verdict.rules {
            page.flow(vec![Span::plain("  ")], 4, &[vec![Span::styled(Style::Bad, plain::line(rule))]])?;
        }
    }
    let about = about(report, clock, page.signs.to);
    if !about.is_empty() {
        page.flow(Vec::new(), 2, &about)?;
    }
    let settings: Vec<_> = report.filters.iter().flat_map(|(name, value)| setting(name, value)).collect();
    if settings.is_empty() {
        return Ok(());
    }
    page.flow(vec![Span::styled(Style::Faint, "with ")], 2, &[settings])
}

const fn style(word: Word) -> Style {
    match word {
        Word::Ok => Style::Good,
        Word::Breach | Word::Failing => Style::Bad,
        _ => Style::Warn,
    }
}

/// When, what and how much of it was recognised.
fn about(report: &Report, clock: &Clock<'_>, to: &str) -> Vec<Phrase> {
    let mut about = Vec::new();
    about.extend(clock.range(to).map(|range| vec![Span::plain(range)]));
    about.extend(
        report
            .window
            .as_ref()
            .map(|window| vec![Span::plain(format!("run {} of the state", count(window.generation)))]),
    );
    about.extend(only(report));
    about.extend(inputs(report));
    about.extend(coverage(report).map(|text| vec![Span::plain(text)]));
    about.extend(bounds(report).map(|text| vec![Span::plain(text)]));
    if report.approximate {
        about.push(vec![Span::plain("what did not fit into a table is in (other)")]);
    }
    about
}

/// The service and the region that all calls have; several have tables.
fn only(report: &Report) -> Option<Phrase> {
    let mut said = Vec::new();
    if let [only] = report.services.as_slice()
        && report.is_all(&only.calls)
    {
        said.push(safe(&only.service));
    }
    if let [only] = report.regions.as_slice()
        && report.is_all(&only.calls)
    {
        said.push(format!("in {}", safe(&only.region)));
    }
    (!said.is_empty()).then(|| vec![Span::plain(format!("all {}", said.join(" ")))])
}

fn inputs(report: &Report) -> Option<Phrase> {
    let size = if report.totals.bytes > 0 { format!(" ({})", bytes(report.totals.bytes)) } else { String::new() };
    match report.inputs.as_slice() {
        [] => None,
        [only] => Some(vec![Span::whole(Style::Plain, path(&only.path)), Span::plain(size)]),
        _ => Some(vec![Span::plain(format!("{} inputs{size}", count(report.input_count())))]),
    }
}

/// How much was recognised of the lines that are not blank.
fn coverage(report: &Report) -> Option<String> {
    let in_window = report.totals.in_window();
    let (recognised, lines) = (in_window.recognised(), in_window.expected());
    match lines {
        0 => None,
        _ if recognised == 0 => None,
        1 => Some("its only line recognised".to_owned()),
        _ if recognised == lines => Some(format!("all {} recognised", counted(lines, "line", "lines"))),
        _ => {
            let part = percent(recognised as f64 / lines as f64);
            Some(format!("{part} of {} recognised", counted(lines, "line", "lines")))
        }
    }
}

/// What the malformed lines could make of the rate.
fn bounds(report: &Report) -> Option<String> {
    let totals = &report.totals;
    let [low, high] = totals
        .failure_rate_bounds
        .filter(|_| totals.in_window()[LineClass::Malformed] > 0 && totals.failure_rate.is_some())?;
    Some(format!("true rate within {}", percent_range(low, high)))
}

/// An option as it is typed, once for each of its values, with a blank behind.
fn setting(name: &str, value: &Value) -> Vec<Span> {
    let name = name.replace('_', "-");
    let one = |text: &str| {
        // A flag stays with its value, unless that is long.
        let option = match &*name {
            SOURCE => format!("[[{SOURCE}]] {}", safe(text)),
            _ => format!("--{name} {}", safe(text)),
        };
        let is_whole = option.len() <= OPTION_BYTES_WHOLE_MAX;
        [Span { is_whole, ..Span::plain(option) }, Span::plain(" ")]
    };
    match value {
        Value::Switch(_) => vec![Span::plain(format!("--{name} "))],
        value => value.texts().iter().flat_map(|text| one(text)).collect(),
    }
}
