//! Calls by action, service, region and what else they were grouped by, and how long they took.

use std::io::{self, Write};

use super::cells::{column, span};
use super::page::{Page, Span, Style, cut};
use super::safe::safe;
use super::table::{Column as Placed, Table};
use crate::report::cells::{Cell, Row, of_calls};
use crate::report::columns::Column;
use crate::report::listing::{Group, groups};
use crate::report::tables::{Layout, Table as Listed};
use crate::report::{Calls, Report};

/// Columns of a service beside its actions.
const SERVICE_WIDTH: usize = 16;

/// Writes the tables that have rows.
pub fn write<W: Write>(report: &Report, top: usize, page: &mut Page<W>) -> io::Result<()> {
    write_actions(report, top, page)?;
    groups(report, Layout::Text).iter().try_for_each(|group| write_group(group, report, top, page))?;
    write_latency(report, page)
}

fn write_actions<W: Write>(report: &Report, top: usize, page: &mut Page<W>) -> io::Result<()> {
    let rows = Listed::Actions.rows(report, Layout::Text);
    let columns = Listed::Actions.shown(report, Layout::Text);
    let layout = |it: &Column| match it {
        Column::Service => column(*it).droppable(1),
        Column::P50 => column(*it).droppable(2),
        Column::P99 => column(*it).droppable(3),
        Column::Max => column(*it).droppable(4),
        it => column(*it),
    };
    let sign = page.signs.cut;
    let cell = |row: &Row<'_>, it: Column| match it {
        Column::Service => Span::plain(cut(&span(&row.cell(it)).text, SERVICE_WIDTH, sign)),
        Column::Action => Span { style: Style::Strong, ..span(&row.cell(it)) },
        it => span(&row.cell(it)),
    };
    write_rows(&columns, layout, &rows, cell, top, page)
}

/// A table of calls by some name, with the codes of a period after it.
fn write_group<W: Write>(group: &Group<'_>, report: &Report, top: usize, page: &mut Page<W>) -> io::Result<()> {
    let columns = group.table.shown(report, Layout::Text);
    let layout = |it: &Column| match it {
        Column::Value => Placed::left(safe(group.name)),
        it => column(*it),
    };
    let cell = |row: &Row<'_>, it: Column| match (it, row.cell(Column::Codes)) {
        (Column::Value, codes @ Cell::Codes(..)) => {
            Span::plain(format!("{}  {}", span(&row.cell(it)).text, span(&codes).text))
        }
        _ => span(&row.cell(it)),
    };
    write_rows(&columns, layout, &group.rows, cell, top, page)
}

/// Rows about calls, and what the table does not show of them, summed up; nothing without rows.
fn write_rows<W: Write>(
    columns: &[Column],
    layout: impl Fn(&Column) -> Placed,
    rows: &[Row<'_>],
    cell: impl Fn(&Row<'_>, Column) -> Span,
    top: usize,
    page: &mut Page<W>,
) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut table = Table::new(columns.iter().map(layout).collect());
    for row in rows.iter().take(top) {
        table.push(columns.iter().map(|it| cell(row, *it)).collect());
    }
    let rest = rows.get(top..).unwrap_or_default();
    if !rest.is_empty() {
        let sum = Calls::sum(rest.iter().filter_map(Row::calls));
        let mut row: Vec<_> = columns.iter().map(|it| span(&of_calls(&sum, *it))).collect();
        row.pop();
        row.push(Span::whole(Style::Faint, format!("{} more (--top {})", rest.len(), rows.len())));
        table.push(row);
    }
    page.section()?;
    table.write(page)
}

/// How long calls took, by outcome.
fn write_latency<W: Write>(report: &Report, page: &mut Page<W>) -> io::Result<()> {
    let columns = Listed::Latency.shown(report, Layout::Text);
    let layout = |it: &Column| match it {
        Column::P90 => column(*it).droppable(1),
        Column::P95 => column(*it).droppable(2),
        Column::P999 => column(*it).droppable(3),
        it => column(*it),
    };
    let rows = Listed::Latency.rows(report, Layout::Text);
    write_rows(&columns, layout, &rows, |row, it| span(&row.cell(it)), rows.len(), page)
}
