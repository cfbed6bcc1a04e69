//! Two times beside each other on a page of text: all calls, codes and actions.

use std::io::{self, Write};

use super::cells::{column, span};
use super::codes::trend;
use super::page::{Page, Span, Style};
use super::table::{Column as Placed, Table};
use crate::render::view::View;
use crate::report::cells::{Change, Row};
use crate::report::columns::Column;
use crate::report::tables::{Layout, Table as Listed};
use crate::report::{ComparisonKind, Report, phrases};

/// Writes the table, when there is one.
pub fn write<W: Write>(report: &Report, view: &View, page: &mut Page<W>) -> io::Result<()> {
    let Some(comparison) = &report.comparison else { return Ok(()) };
    let top = view.top.max(1);
    let columns = Listed::Comparison.shown(report, Layout::Text);
    let layout = |it: &Column| match it {
        Column::FailedBefore => column(*it).droppable(4),
        Column::Failed => column(*it).droppable(3),
        Column::RateBefore => Placed::right("before"),
        Column::Rate => Placed::right("after"),
        Column::P99Before => column(*it).droppable(2),
        Column::P99 => column(*it).droppable(1),
        Column::Value => Placed::left("calls"),
        it => column(*it),
    };
    let mut table = Table::new(columns.iter().map(layout).collect());
    for kind in [ComparisonKind::All, ComparisonKind::Code, ComparisonKind::Action] {
        let rows: Vec<_> = comparison.rows.iter().filter(|row| row.kind == kind).collect();
        for row in rows.iter().take(top) {
            let change = Change { trend: row.trend, times: row.times(), muted: false };
            let cell = |it: &Column| match (it, span(&Row::Comparison(row).cell(*it))) {
                (Column::Value, Span { text, .. }) => Span::whole(Style::Strong, text),
                (Column::Trend, _) => trend(change, &page.signs),
                (_, span) => span,
            };
            table.push(columns.iter().map(cell).collect());
        }
        let rest = rows.len().saturating_sub(top);
        if rest > 0 {
            let mut row: Vec<_> = columns.iter().map(|_| Span::default()).collect();
            row.pop();
            row.push(Span::whole(Style::Faint, format!("{rest} more (--top {})", rows.len())));
            table.push(row);
        }
    }
    page.section()?;
    let title = phrases::comparison(comparison, |time| view.second(time));
    page.flow(vec![Span::styled(Style::Strong, "COMPARED"), Span::plain("  ")], 10, &[vec![Span::plain(title)]])?;
    table.write(page)
}
