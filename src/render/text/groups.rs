//! Calls by action, service, region and what else they were grouped by, and how long they took.

use std::cmp::Reverse;
use std::io::{self, Write};

use super::numbers::{count, duration, percent};
use super::page::{Page, Span, Style, cut};
use super::safe;
use super::table::{Column, Table};
use crate::record::LineClass;
use crate::render::verdict;
use crate::render::view::period_codes;
use crate::report::{Action, By, Calls, Quantiles, Report};

/// Columns of a service beside its actions.
const SERVICE_WIDTH: usize = 16;

/// Writes the tables that have rows.
pub fn write<W: Write>(report: &Report, top: usize, page: &mut Page<W>) -> io::Result<()> {
    write_actions(report, top, page)?;
    let mut services: Vec<_> = report.services.iter().map(|row| (&row.service, &row.calls, String::new())).collect();
    services.sort_by_key(most_failures);
    write_calls("service", &services, report, top, page)?;
    let mut regions: Vec<_> = report.regions.iter().map(|row| (&row.region, &row.calls, String::new())).collect();
    regions.sort_by_key(most_failures);
    write_calls("region", &regions, report, top, page)?;
    let mut names: Vec<&str> = Vec::new();
    for by in &report.by {
        if !names.contains(&by.name.as_str()) {
            names.push(&by.name);
        }
    }
    for name in names {
        let rows = || report.by.iter().filter(|by| by.name == name);
        let mut named: Vec<_> = rows().map(|by| (&by.value, &by.calls, codes(by))).collect();
        if rows().any(|by| by.codes.is_some()) {
            // Periods, the newest first.
            named.sort_by_key(|row| Reverse(row.0));
        } else {
            named.sort_by_key(most_failures);
        }
        write_calls(name, &named, report, top, page)?;
    }
    write_latency(report, page)
}

/// A name, its calls and a remark.
type Row<'a> = (&'a String, &'a Calls, String);

/// The order of all tables but those of periods; the report's, by calls, remains among equals.
fn most_failures(row: &Row<'_>) -> Reverse<u64> {
    Reverse(row.1.failed)
}

const fn all(calls: &Calls) -> u64 {
    calls.ok.saturating_add(calls.failed)
}

/// Failures, calls and rate; without any failure in the report, calls are all there is to say.
fn cells(calls: &Calls, report: &Report) -> [Span; 3] {
    let number = Span::plain(count(all(calls)));
    if report.totals.counts[LineClass::Failed] == 0 {
        return [Span::default(), number, Span::default()];
    }
    let rate = calls.failure_rate.map(percent).unwrap_or_default();
    [Span::plain(count(calls.failed)), number, Span::plain(rate)]
}

fn milliseconds(ms: Option<f64>) -> Span {
    Span::plain(ms.map(duration).unwrap_or_default())
}

/// Actions, those with the most failures first, as in the other tables.
fn write_actions<W: Write>(report: &Report, top: usize, page: &mut Page<W>) -> io::Result<()> {
    if report.actions.is_empty() {
        return Ok(());
    }
    let mut actions: Vec<&Action> = report.actions.iter().collect();
    actions.sort_by_key(|action| Reverse(action.calls.failed));
    let mut table = Table::new(vec![
        Column::right("failed"),
        Column::right("calls"),
        Column::right("rate"),
        Column::right("p50").droppable(2),
        Column::right("p99").droppable(3),
        Column::right("max").droppable(4),
        Column::left("service").droppable(1),
        Column::left("action"),
    ]);
    for action in actions.iter().take(top) {
        let latency = &action.latency;
        let service = action.service.as_deref().map(safe).unwrap_or_default();
        let mut row = Vec::from(cells(&action.calls, report));
        row.extend([
            milliseconds(latency.p50),
            milliseconds(latency.p99),
            milliseconds(latency.max),
            Span::plain(cut(&service, SERVICE_WIDTH, page.signs.cut)),
            Span::styled(Style::Strong, safe(&action.action)),
        ]);
        table.push(row);
    }
    let rest = actions.iter().skip(top).map(|action| &action.calls);
    push_rest(&mut table, rest, report, actions.len(), 8);
    page.section()?;
    table.write(page)
}

/// A table of calls by some name, with a remark behind each; a single row that is all calls says nothing new.
fn write_calls<W: Write>(
    head: &str,
    rows: &[Row<'_>],
    report: &Report,
    top: usize,
    page: &mut Page<W>,
) -> io::Result<()> {
    let totals = &report.totals;
    let is_all =
        |calls: &Calls| (calls.ok, calls.failed) == (totals.counts[LineClass::Ok], totals.counts[LineClass::Failed]);
    if rows.is_empty() || rows.len() == 1 && is_all(rows[0].1) && !report.by.iter().any(|by| by.name == head) {
        return Ok(());
    }
    let mut table = Table::new(vec![
        Column::right("failed"),
        Column::right("calls"),
        Column::right("rate"),
        Column::left(safe(head)),
    ]);
    for (name, calls, remark) in rows.iter().take(top) {
        let name = safe(name);
        let mut row = Vec::from(cells(calls, report));
        row.push(Span::plain(if remark.is_empty() { name } else { format!("{name}  {remark}") }));
        table.push(row);
    }
    push_rest(&mut table, rows.iter().skip(top).map(|row| row.1), report, rows.len(), 4);
    page.section()?;
    table.write(page)
}

/// What a table does not show, summed up.
fn push_rest<'a>(
    table: &mut Table,
    rest: impl Iterator<Item = &'a Calls>,
    report: &Report,
    total: usize,
    columns: usize,
) {
    let (mut hidden, mut sum) = (0_usize, Calls::default());
    for calls in rest {
        hidden += 1;
        sum.ok = sum.ok.saturating_add(calls.ok);
        sum.failed = sum.failed.saturating_add(calls.failed);
    }
    if hidden == 0 {
        return;
    }
    sum.failure_rate = (all(&sum) > 0).then(|| sum.failed as f64 / all(&sum) as f64);
    let mut row = Vec::from(cells(&sum, report));
    row.resize(columns - 1, Span::default());
    row.push(Span::whole(Style::Faint, format!("{hidden} more (--top {total})")));
    table.push(row);
}

/// The codes that most failures of a period have.
fn codes(by: &By) -> String {
    period_codes(by).into_iter().map(|(code, behind)| verdict::code(code) + &behind).collect()
}

/// How long calls took, by outcome.
fn write_latency<W: Write>(report: &Report, page: &mut Page<W>) -> io::Result<()> {
    let latency = &report.latency;
    if latency.all.count == 0 {
        return Ok(());
    }
    let mut table = Table::new(vec![
        Column::right("timed"),
        Column::right("p50"),
        Column::right("p90").droppable(1),
        Column::right("p95").droppable(2),
        Column::right("p99"),
        Column::right("p99.9").droppable(3),
        Column::right("max"),
        Column::left("calls"),
    ]);
    let all = if latency.all.count > latency.ok.count.saturating_add(latency.failed.count) {
        "all, dry runs too"
    } else {
        "all"
    };
    let rows: [(&Quantiles, &str); 3] = [(&latency.ok, "ok"), (&latency.failed, "failed"), (&latency.all, all)];
    let is_one = rows[..2].iter().any(|(row, _)| row.count == latency.all.count);
    for (row, name) in rows.into_iter().filter(|(row, _)| row.count > 0).take(if is_one { 1 } else { 3 }) {
        table.push(vec![
            Span::plain(count(row.count)),
            milliseconds(row.p50),
            milliseconds(row.p90),
            milliseconds(row.p95),
            milliseconds(row.p99),
            milliseconds(row.p999),
            milliseconds(row.max),
            Span::plain(name),
        ]);
    }
    page.section()?;
    table.write(page)
}
