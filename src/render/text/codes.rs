//! The table of codes: how many failures, whose, since when; and under it who can act.

use std::io::{self, Write};

use super::bars::{bar, level};
use super::cells::{column, span};
use super::page::{Page, Phrase, Signs, Span, Style};
use super::table::Table;
use crate::record::LineClass;
use crate::render::clock::Clock;
use crate::render::plain;
use crate::report::cells::{Change, Row};
use crate::report::columns::Column;
use crate::report::numbers::{count, rough_percent, share, times};
use crate::report::tables::{Layout, Table as Listed};
use crate::report::{Code, Report, Trend, phrases};

/// How much of a code is drawn.
struct Form {
    /// Columns of the longest bar.
    bar: usize,
    /// How many stretches of time one sign stands for.
    stretches: usize,
    /// Which of bar and failures over time a narrow page leaves out first: the greater rank.
    ranks: [u8; 2],
}

/// The forms of the table, of which the first that fits the page is written, else the last.
const FORMS: [Form; 3] = [
    Form { bar: 10, stretches: 2, ranks: [3, 4] },
    Form { bar: 6, stretches: 2, ranks: [3, 4] },
    Form { bar: 6, stretches: 4, ranks: [4, 3] },
];

/// Writes the table, the codes that are gone and the classes.
pub fn write<W: Write>(report: &Report, clock: &Clock<'_>, top: usize, page: &mut Page<W>) -> io::Result<()> {
    let rows = Listed::Codes.rows(report, Layout::Text);
    let gone: Vec<_> = report.gone().collect();
    if rows.is_empty() && gone.is_empty() {
        return Ok(());
    }
    page.section()?;
    if !rows.is_empty() {
        let tables = FORMS.iter().map(|form| table(&rows, form, report, clock, top, &page.signs));
        let (mut fitting, mut last) = (None, None);
        for table in tables {
            let fits = table.fits(page.width);
            last = Some(table);
            if fits {
                fitting = last.take();
                break;
            }
        }
        fitting.or(last).map_or(Ok(()), |table| table.write(page))?;
    }
    write_gone(&gone, top, page)?;
    write_classes(report, page)
}

/// Whether the table shows this code.
#[must_use]
pub fn is_shown(report: &Report, name: &str, top: usize) -> bool {
    let rows = Listed::Codes.rows(report, Layout::Text);
    rows.iter().take(top).any(|row| matches!(row, Row::Code(code) if code.code == name))
}

fn table(rows: &[Row<'_>], form: &Form, report: &Report, clock: &Clock<'_>, top: usize, signs: &Signs) -> Table {
    let columns = Listed::Codes.shown(report, Layout::Text);
    let layout = |it: &Column| match it {
        Column::OverTime => column(*it).droppable(form.ranks[1]),
        Column::Bar => column(*it).droppable(form.ranks[0]),
        Column::SeenRuns => super::table::Column::right("runs").droppable(2),
        it => column(*it),
    };
    let mut table = Table::new(columns.iter().map(layout).collect());
    let codes: Vec<&Code> =
        rows.iter().filter_map(|row| if let Row::Code(code) = row { Some(*code) } else { None }).collect();
    let most = codes.iter().map(|code| code.count).max().unwrap_or(0);
    let cell = |row: &Row<'_>, code: &Code, it: Column| match it {
        Column::Bar => Span::plain(bar(if most == 0 { 0.0 } else { code.count as f64 / most as f64 }, form.bar, signs)),
        Column::OverTime => Span::plain(spark(report, code, form.stretches, signs)),
        Column::Trend => trend(Change::of(code), signs),
        Column::SeenRuns => {
            let runs = code.seen_runs.as_ref().map(|runs| format!("{}/{}", count(runs.seen), count(runs.runs)));
            Span::plain(runs.unwrap_or_default())
        }
        Column::Since => Span::plain(code.since.map(|since| clock.minute(since)).unwrap_or_default()),
        Column::Code => name(code),
        it => span(&row.cell(it)),
    };
    for (row, code) in rows.iter().zip(&codes).take(top) {
        table.push(columns.iter().map(|it| cell(row, code, *it)).collect());
    }
    let rest = codes.get(top..).unwrap_or_default();
    if !rest.is_empty() {
        table.push(rest_row(rest, codes.len(), &columns));
    }
    table
}

fn name(code: &Code) -> Span {
    let remark = phrases::code(&code.code);
    let name = if remark.is_empty() { plain::code(&code.code) } else { format!("{}  {remark}", code.code) };
    Span::whole(Style::Strong, name)
}

/// The failures of a code over the whole time of the report, one sign for some of its stretches; nothing without times.
fn spark(report: &Report, code: &Code, stretches: usize, signs: &Signs) -> String {
    let failures = report.series.codes.get(&code.code).map(Vec::as_slice).unwrap_or_default();
    let marks: Vec<u64> =
        failures.chunks(stretches).map(|some| some.iter().fold(0, |sum: u64, it| sum.saturating_add(*it))).collect();
    let most = marks.iter().copied().max().unwrap_or(0);
    if marks.len() < 2 || most == 0 {
        return String::new();
    }
    marks.iter().map(|mark| level(*mark as f64 / most as f64, signs)).collect()
}

/// How the code changed; one that is acknowledged is only said to be.
pub fn trend(change: Change, signs: &Signs) -> Span {
    let [worse, better] = signs.arrows;
    let text = |sign: &str, word: &str| match change.times {
        Some(more) => format!("{sign}{}x", times(more)),
        None => format!("{sign}{word}"),
    };
    match change.trend {
        _ if change.muted => Span::styled(Style::Faint, "muted"),
        Some(Trend::New) => Span::styled(Style::Bad, "NEW"),
        Some(Trend::Escalating) => Span::styled(Style::Warn, text(worse, "up")),
        Some(Trend::Easing) => Span::plain(text(better, "down")),
        Some(trend) => Span::plain(trend.as_str()),
        None => Span::default(),
    }
}

/// What the table does not show, summed up.
fn rest_row(rest: &[&Code], total: usize, columns: &[Column]) -> Vec<Span> {
    let failed = rest.iter().fold(0, |sum: u64, code| sum.saturating_add(code.count));
    let new = rest.iter().filter(|code| code.is_news()).count();
    let new = if new > 0 { format!(", {new} of them new") } else { String::new() };
    let name = format!("{} more{new} (--top {total})", rest.len());
    let cell = |column: &Column| match column {
        Column::Count => Span::plain(count(failed)),
        Column::Share => Span::plain(share(rest.iter().map(|code| code.share).sum())),
        Column::Code => Span::whole(Style::Faint, name.clone()),
        _ => Span::default(),
    };
    columns.iter().map(cell).collect()
}

fn write_gone<W: Write>(gone: &[&Code], top: usize, page: &mut Page<W>) -> io::Result<()> {
    if gone.is_empty() {
        return Ok(());
    }
    let mut codes: Vec<Phrase> =
        gone.iter().take(top).map(|code| vec![Span::whole(Style::Plain, plain::code(&code.code))]).collect();
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
