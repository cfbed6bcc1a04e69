//! Tables of the report as HTML, for the page and for mail: heads, cells, and what is said about the rest. What it writes
//! is escaped already; it decides neither which columns there are nor which rows.

use super::limits::Limits;
use crate::render::escape::html;
use crate::render::view::{more, spell};
use crate::report::Report;
use crate::report::cells::{Cell, Row};
use crate::report::columns::Column;
use crate::report::tables::{Layout, Table};
use crate::time::Nanos;

/// A table, escaped; the template only places it.
#[derive(Debug, Default)]
pub struct Grid {
    pub(crate) head: String,
    pub(crate) rows: Vec<String>,
    /// What is said about rows that are not shown; empty when all are.
    pub(crate) more: String,
}

/// How tables are drawn.
pub struct Drawing<'d> {
    /// For the page, or for mail.
    pub layout: Layout,
    /// How much goes in.
    pub limits: Limits,
    /// How times are spelt.
    pub time: &'d dyn Fn(Nanos) -> String,
    /// A whole cell of columns that are not written as they are; none for the others.
    pub cell: &'d dyn Fn(&Row<'_>, Column) -> Option<String>,
    /// The ends of the axis of durations.
    pub axis: Option<[String; 2]>,
}

impl Drawing<'_> {
    /// A table of the report with its rows.
    #[must_use]
    pub fn table(&self, table: Table, report: &Report) -> Grid {
        let (columns, rows) = (table.shown(report, self.layout), table.rows(report, self.layout));
        let shown = if table.is_cut(self.layout) { self.limits.rows } else { rows.len() };
        self.rows(&columns, &rows, shown, "")
    }

    /// Some rows; `name` stands over the column of values.
    #[must_use]
    pub fn grid(&self, columns: &[Column], rows: &[Row<'_>], name: &str) -> Grid {
        self.rows(columns, rows, self.limits.rows, name)
    }

    fn rows(&self, columns: &[Column], rows: &[Row<'_>], shown: usize, name: &str) -> Grid {
        let row = |row: &Row<'_>| {
            let cells = columns.iter().enumerate().map(|(place, column)| self.td(row, *column, place == 0));
            cells.collect()
        };
        let mut head: String = columns.iter().map(|column| self.th(*column, name)).collect();
        if self.layout == Layout::Mail
            && columns.contains(&Column::Value)
            && columns.last() == Some(&Column::Value)
            && !name.is_empty()
        {
            // Tables of calls by a field have as many heads, whether or not it is a period.
            head += &self.th(Column::Bar, name);
        }
        Grid {
            head,
            rows: rows.iter().take(shown).map(row).collect(),
            more: more(rows.len(), shown).unwrap_or_default(),
        }
    }

    fn th(&self, column: Column, name: &str) -> String {
        let head = match column {
            Column::Value => html(&self.limits.text(name)).into_owned(),
            Column::Outcome => "outcome".to_owned(),
            column => column.head().to_owned(),
        };
        if self.layout == Layout::Mail {
            let side = if column.is_number() { "right" } else { "left" };
            return format!("<th align=\"{side}\" style=\"font-size:12px;color:#57606a\">{head}</th>");
        }
        match column {
            Column::Bar => "<th scope=\"col\" class=\"wide\"><span class=\"vh\">share as a bar</span></th>".to_owned(),
            Column::Range => format!("<th scope=\"col\" class=\"wide\">{}</th>", self.ends()),
            _ if column.is_number() => format!("<th scope=\"col\" class=\"n\">{head}</th>"),
            _ => format!("<th scope=\"col\">{head}</th>"),
        }
    }

    fn ends(&self) -> String {
        let ends = self.axis.as_ref();
        ends.map(|[from, to]| format!("<span class=\"ends\"><span>{from}</span><span>{to}</span></span>"))
            .unwrap_or_default()
    }

    fn td(&self, row: &Row<'_>, column: Column, is_first: bool) -> String {
        if let Some(cell) = (self.cell)(row, column) {
            return cell;
        }
        let cell = row.cell(column);
        let text = match cell {
            Cell::Path(_) => spell(&cell, self.time, |text| self.limits.whole(text)),
            _ => spell(&cell, self.time, |text| self.limits.text(text)),
        };
        let (text, is_own) = (html(&text), matches!(cell, Cell::Word(_)));
        match (self.layout, column) {
            (Layout::Mail, Column::Lines | Column::Of(_)) => format!("<td align=\"right\">{text}</td>"),
            (Layout::Mail, column) if column.is_number() => format!("<td align=\"right\" nowrap>{text}</td>"),
            (Layout::Mail, _) if is_own || matches!(cell, Cell::Change(_)) => format!("<td>{text}</td>"),
            (Layout::Mail, _) => format!("<td><code>{text}</code></td>"),
            // Beside another rate it needs its name.
            (_, Column::Share | Column::Rate) if !matches!(row, Row::Comparison(_)) => {
                format!("<td class=\"n\">{text}")
            }
            (_, column) if column.is_number() => format!("<td class=\"n\" data-l=\"{}\">{text}", column.head()),
            (_, Column::Path) => format!("<td class=\"name\"><code class=\"place\">{text}</code>"),
            _ if is_first && is_own => format!("<td class=\"name\">{text}"),
            _ if is_first => format!("<td class=\"name\"><code>{text}</code>"),
            _ => format!("<td>{text}"),
        }
    }
}
