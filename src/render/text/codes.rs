//! The table of codes: how many failures, whose, since when; and under it who can act.

use std::io::{self, Write};

use super::bars::{bar, level};
use super::clock::Clock;
use super::numbers::{count, rough_percent, share};
use super::page::{Page, Phrase, Signs, Span, Style};
use super::phrases;
use super::table::{Column, Table};
use crate::record::LineClass;
use crate::render::verdict;
use crate::report::{Code, Report, Trend};

/// Columns of the longest bar, on wide pages and on others.
const BAR_WIDTHS: [usize; 2] = [10, 6];

/// Writes the table, the codes that are gone and the classes.
pub fn write<W: Write>(report: &Report, clock: &Clock<'_>, top: usize, page: &mut Page<W>) -> io::Result<()> {
    let (seen, gone): (Vec<_>, Vec<_>) = report.codes.iter().partition(|code| code.count > 0);
    if seen.is_empty() && gone.is_empty() {
        return Ok(());
    }
    page.section()?;
    if !seen.is_empty() {
        let [wide, narrow] = BAR_WIDTHS.map(|width| table(&seen, width, report, clock, top, &page.signs));
        if wide.fits(page.width) { wide.write(page)? } else { narrow.write(page)? }
    }
    write_gone(&gone, top, page)?;
    write_classes(report, page)
}

/// Whether the table shows this code.
#[must_use]
pub fn is_shown(report: &Report, code: &str, top: usize) -> bool {
    report.codes.iter().filter(|row| row.count > 0).take(top).any(|row| row.code == code)
}

fn table(seen: &[&Code], bar_width: usize, report: &Report, clock: &Clock<'_>, top: usize, signs: &Signs) -> Table {
    let mut table = Table::new(vec![
        Column::right("failed"),
        Column::right("share"),
        Column::left("").droppable(3),
        Column::left("class"),
        Column::left("trend"),
        Column::right("runs").droppable(2),
        Column::left("over time").droppable(4),
        Column::left("since"),
        Column::left("code"),
    ]);
    let most = seen.iter().map(|code| code.count).max().unwrap_or(0);
    for code in seen.iter().take(top) {
        let part = if most == 0 { 0.0 } else { code.count as f64 / most as f64 };
        let spark = spark(report, code, signs);
        table.push(row(code, bar(part, bar_width, signs), spark, clock, signs));
    }
    let rest = seen.get(top..).unwrap_or_default();
    if !rest.is_empty() {
        table.push(rest_row(rest, seen.len()));
    }
    table
}

/// The failures of a code over the whole time of the report, one sign for two of its stretches; nothing without times.
fn spark(report: &Report, code: &Code, signs: &Signs) -> String {
    let failures = report.series.codes.get(&code.code).map(Vec::as_slice).unwrap_or_default();
    let marks: Vec<u64> =
        failures.chunks(2).map(|pair| pair.iter().fold(0, |sum: u64, it| sum.saturating_add(*it))).collect();
    let most = marks.iter().copied().max().unwrap_or(0);
    if marks.len() < 2 || most == 0 {
        return String::new();
    }
    marks.iter().map(|mark| level(*mark as f64 / most as f64, signs)).collect()
}

fn row(code: &Code, bar: String, spark: String, clock: &Clock<'_>, signs: &Signs) -> Vec<Span> {
    let runs = code.seen_runs.as_ref().map(|runs| format!("{}/{}", count(runs.seen), count(runs.runs)));
    let remark = phrases::code(&code.code);
    let name = if remark.is_empty() { verdict::code(&code.code) } else { format!("{}  {remark}", code.code) };
    vec![
        Span::plain(count(code.count)),
        Span::plain(share(code.share)),
        Span::plain(bar),
        Span::plain(code.class.as_str()),
        trend(code, signs),
        Span::plain(runs.unwrap_or_default()),
        Span::plain(spark),
        Span::plain(code.since.map(|since| clock.minute(since)).unwrap_or_default()),
        Span::whole(Style::Strong, name),
    ]
}

/// How the code changed; one that is acknowledged is only said to be.
fn trend(code: &Code, signs: &Signs) -> Span {
    let [worse, better] = signs.arrows;
    let text = |sign: &str, word: &str| match code.times {
        Some(times) => format!("{sign}{}x", verdict::times_of(times)),
        None => format!("{sign}{word}"),
    };
    match code.trend {
        _ if code.muted => Span::styled(Style::Faint, "muted"),
        Some(Trend::New) => Span::styled(Style::Bad, "NEW"),
        Some(Trend::Escalating) => Span::styled(Style::Warn, text(worse, "up")),
        Some(Trend::Easing) => Span::plain(text(better, "down")),
        Some(trend) => Span::plain(trend.as_str()),
        None => Span::default(),
    }
}

/// What the table does not show, summed up.
fn rest_row(rest: &[&Code], total: usize) -> Vec<Span> {
    let failed = rest.iter().fold(0, |sum: u64, code| sum.saturating_add(code.count));
    let new = rest.iter().filter(|code| code.is_news()).count();
    let new = if new > 0 { format!(", {new} of them new") } else { String::new() };
    let name = format!("{} more{new} (--top {total})", rest.len());
    let mut row = vec![Span::default(); 9];
    row[0] = Span::plain(count(failed));
    row[1] = Span::plain(share(rest.iter().map(|code| code.share).sum()));
    row[8] = Span::whole(Style::Faint, name);
    row
}

fn write_gone<W: Write>(gone: &[&Code], top: usize, page: &mut Page<W>) -> io::Result<()> {
    if gone.is_empty() {
        return Ok(());
    }
    let mut codes: Vec<Phrase> =
        gone.iter().take(top).map(|code| vec![Span::whole(Style::Plain, verdict::code(&code.code))]).collect();
    if gone.len() > top {
        codes.push(vec![Span::styled(Style::Faint, format!("{} more (--top {})", gone.len() - top, gone.len()))]);
    }
    page.flow(vec![Span::styled(Style::Good, "gone"), Span::plain("  ")], 6, &codes)
}

/// Failures by class; the only class of all failures is in the table already.
fn write_classes<W: Write>(report: &Report, page: &mut Page<W>) -> io::Result<()> {
    if report.classes.len() < 2 || report.totals.counts[LineClass::Failed] == 0 {
        return Ok(());
    }
    let part = |count: u64| rough_percent(count as f64 / report.totals.counts[LineClass::Failed] as f64);
    let classes =
        report.classes.iter().map(|class| vec![Span::plain(format!("{} {}", class.class, part(class.count)))]);
    page.flow(vec![Span::styled(Style::Faint, "by class  ")], 10, &classes.collect::<Vec<_>>())
}
