//! The report as CSV (RFC 4180): one table at a time, with a line of column names, exact numbers and UTC times.
//! It knows no files; an unknown value is an empty cell without quotes.

use std::io::{self, Write};

use super::escape;
use super::view::View;
use crate::report::Report;
use crate::report::cells::Cell;
use crate::report::columns::Column;
use crate::report::tables::{Layout, Table};

/// The names of a table's columns, as the first line has them.
#[must_use]
pub fn heads(table: Table) -> String {
    let columns = table.columns(Layout::Csv);
    columns.into_iter().map(Column::key).collect::<Vec<_>>().join(",")
}

/// Writes the table that the view names.
///
/// # Errors
///
/// `out` fails.
pub fn write(report: &Report, view: &View, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", heads(view.table))?;
    let columns = view.table.columns(Layout::Csv);
    for row in view.table.rows(report, Layout::Csv) {
        let cells: Vec<_> = columns.iter().map(|column| exact(&row.cell(*column))).collect();
        writeln!(out, "{}", cells.join(","))?;
    }
    Ok(())
}

fn exact(cell: &Cell<'_>) -> String {
    match cell {
        Cell::Count(number) => number.to_string(),
        Cell::Number(number) | Cell::Share(number) | Cell::Rate(number) | Cell::Milliseconds(number) => {
            number.to_string()
        }
        Cell::Time(time) => escape::csv(&time.to_string()),
        Cell::Flag(flag) => flag.to_string(),
        Cell::Word(text) | Cell::Log(text) | Cell::Code(text) | Cell::Path(text) => escape::csv(text),
        Cell::Texts(text) => escape::csv(text),
        Cell::Change(change) => change.trend.map(|trend| escape::csv(trend.as_str())).unwrap_or_default(),
        // For people only.
        Cell::Runs(..) | Cell::Codes(..) | Cell::Empty => String::new(),
    }
}
