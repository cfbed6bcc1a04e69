//! Cells and columns of the report on a page of text. It decides neither which there are nor in which order.

use super::page::Span;
use super::safe::safe;
use super::table;
use crate::render::plain;
use crate::render::view::spell;
use crate::report::cells::Cell;
use crate::report::columns::Column;

/// A cell without a style. Times are spelt by the tables that have some.
#[must_use]
pub fn span(cell: &Cell<'_>) -> Span {
    match cell {
        Cell::Codes(..) | Cell::Code(_) => Span::plain(spell(cell, |_| String::new(), plain::code)),
        cell => Span::plain(spell(cell, |_| String::new(), safe)),
    }
}

/// How a column is laid out: numbers to the right, words from the left.
#[must_use]
pub fn column(column: Column) -> table::Column {
    if column.is_number() { table::Column::right(column.head()) } else { table::Column::left(column.head()) }
}
