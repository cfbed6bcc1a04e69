//! Tables without rules: columns as wide as their cells, the name last, so that it is neither padded nor cut short by
//! its neighbours. It knows no report.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use super::page::{Page, Span, Style, cut};

/// Columns between columns.
const GAP: usize = 2;
/// Names have at least this room.
const NAME_WIDTH_MIN: usize = 10;
/// Names up to this width are worth leaving out a column for.
const NAME_WIDTH: usize = 45;

/// How a column is laid out.
#[derive(Clone, Debug)]
pub struct Column {
    head: String,
    is_right: bool,
    /// The greatest is left out first when the page is narrow; 0 never.
    rank: u8,
}

impl Column {
    /// Words, from the left.
    #[must_use]
    pub fn left(head: impl Into<String>) -> Self {
        Self { head: head.into(), is_right: false, rank: 0 }
    }

    /// Numbers, to the right.
    #[must_use]
    pub fn right(head: impl Into<String>) -> Self {
        Self { head: head.into(), is_right: true, rank: 0 }
    }

    /// The same column, left out on narrow pages before those of a lower rank.
    #[must_use]
    pub fn droppable(self, rank: u8) -> Self {
        Self { rank, ..self }
    }
}

/// Rows of cells, one for each column; columns without any text are left out.
#[derive(Debug)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Span>>,
}

impl Table {
    /// A table without rows.
    #[must_use]
    pub fn new(columns: Vec<Column>) -> Self {
        Self { columns, rows: Vec::new() }
    }

    /// Adds a row; the last cell is the name.
    pub fn push(&mut self, row: Vec<Span>) {
        self.rows.push(row);
    }

    /// Writes heads and rows.
    pub fn write<W: Write>(&self, page: &mut Page<W>) -> io::Result<()> {
        let widths = self.widths(page.width);
        let below = self.indent_below(&widths, page.width);
        let heads = self.columns.iter().map(|column| Span::styled(Style::Faint, &*column.head));
        self.write_row(&heads.collect::<Vec<_>>(), &widths, below, page)?;
        self.rows.iter().try_for_each(|row| self.write_row(row, &widths, below, page))
    }

    /// Where names begin that are never cut and go below their rows: as far to the right as all of them fit.
    fn indent_below(&self, widths: &[Option<usize>], page_width: usize) -> usize {
        let column = name_column(widths);
        let names = self.rows.iter().filter_map(|row| row.last()).filter(|name| name.is_whole).map(Span::width);
        let below = names.filter(|width| column + width > page_width);
        below.map(|width| page_width.saturating_sub(width)).min().unwrap_or(0).max(2)
    }

    /// Whether a page of this width holds every column that has text.
    #[must_use]
    pub fn fits(&self, page_width: usize) -> bool {
        needed(&self.widths_of_all()) <= page_width
    }

    /// The width of each column that a page of this width shows.
    fn widths(&self, page_width: usize) -> Vec<Option<usize>> {
        let mut widths = self.widths_of_all();
        while needed(&widths) > page_width {
            let shown = self.columns.iter().enumerate().filter(|(place, _)| widths[*place].is_some());
            match shown.filter(|(_, column)| column.rank > 0).max_by_key(|(_, column)| column.rank) {
                Some((place, _)) => widths[place] = None,
                None => break,
            }
        }
        // On the narrowest pages names still have some room; the first column stays.
        for place in (1..widths.len().saturating_sub(1)).rev() {
            if name_column(&widths) + NAME_WIDTH_MIN > page_width {
                widths[place] = None;
            }
        }
        widths
    }

    /// The width of each column that has text.
    fn widths_of_all(&self) -> Vec<Option<usize>> {
        let cells = |place: usize| self.rows.iter().filter_map(move |row| row.get(place));
        let width = |(place, column): (usize, &Column)| {
            let widest = cells(place).map(Span::width).max().unwrap_or(0);
            (widest > 0).then(|| widest.max(column.head.width()))
        };
        self.columns.iter().enumerate().map(width).collect()
    }

    fn write_row<W: Write>(
        &self,
        row: &[Span],
        widths: &[Option<usize>],
        below: usize,
        page: &mut Page<W>,
    ) -> io::Result<()> {
        let Some((name, cells)) = row.split_last() else { return Ok(()) };
        let mut line = Vec::with_capacity(2 * row.len());
        let column = name_column(widths);
        for ((cell, layout), width) in cells.iter().zip(&self.columns).zip(widths) {
            let Some(width) = *width else { continue };
            let blanks = " ".repeat(width.saturating_sub(cell.width()));
            let (before, behind) = if layout.is_right { (blanks, String::new()) } else { (String::new(), blanks) };
            line.extend([Span::plain(before), cell.clone(), Span::plain(behind + &" ".repeat(GAP))]);
        }
        if column + name.width() <= page.width {
            line.push(name.clone());
            return page.line(&line);
        }
        if !name.is_whole {
            let text = cut(&name.text, page.width.saturating_sub(column), page.signs.cut);
            line.push(Span::styled(name.style, text));
            return page.line(&line);
        }
        page.line(&line)?;
        page.line(&[Span::plain(" ".repeat(below)), name.clone()])
    }
}

/// Columns before the names.
fn name_column(widths: &[Option<usize>]) -> usize {
    widths.split_last().map_or(0, |(_, others)| others.iter().flatten().map(|width| width + GAP).sum())
}

/// Columns of a page that columns of these widths take; of long names, as much as is worth it.
fn needed(widths: &[Option<usize>]) -> usize {
    let name = widths.last().copied().flatten().unwrap_or(0);
    name_column(widths) + name.min(NAME_WIDTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(width: usize, table: &Table) -> String {
        let mut out = Vec::new();
        table.write(&mut Page::new(&mut out, width, false, true)).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn table(names: &[Span]) -> Table {
        let mut table = Table::new(vec![
            Column::right("failed"),
            Column::left("empty"),
            Column::left("bar").droppable(1),
            Column::left("name"),
        ]);
        for (place, name) in names.iter().enumerate() {
            let number = 10_u32.pow(u32::try_from(place).unwrap()).to_string();
            table.push(vec![Span::plain(number), Span::default(), Span::plain("#".repeat(20)), name.clone()]);
        }
        table
    }

    #[test]
    fn aligns_and_leaves_out_empty_columns() {
        let bar = "#".repeat(20);
        assert_eq!(
            written(80, &table(&[Span::plain("a"), Span::plain("日本")])),
            format!("failed  bar                   name\n     1  {bar}  a\n    10  {bar}  日本\n")
        );
    }

    #[test]
    fn narrow_pages_lose_columns_before_names() {
        let long = "n".repeat(30);
        assert_eq!(written(40, &table(&[Span::plain(&*long)])), format!("failed  name\n     1  {long}\n"));
        let longer = "n".repeat(50);
        assert_eq!(
            written(40, &table(&[Span::plain(&*longer)])),
            format!("failed  name\n     1  {}…\n", "n".repeat(31))
        );
        let whole = Span::whole(Style::Plain, "n".repeat(38));
        assert_eq!(written(40, &table(&[whole])), format!("failed  name\n     1\n  {}\n", "n".repeat(38)));
    }
}
