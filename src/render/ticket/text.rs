//! Tickets as plain text: headings in a column, ids in a table. It decides nothing about what a ticket says.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use crate::render::escape::terminal;
use crate::ticket::Tickets;

use super::sender::{self, Note};
use super::sheet::{Piece, Row, Sheet, Value, fitting};
use super::view::View;

/// Stands between what is pasted and what is not.
const LINE: &str = "----- above: paste it; below: for you -----";

/// Writes tickets one after the other.
pub(super) fn write(tickets: &Tickets, view: &View, out: &mut dyn Write) -> io::Result<()> {
    let of = tickets.tickets.len();
    for (place, ticket) in tickets.tickets.iter().enumerate() {
        if of > 1 {
            writeln!(out, "{}===== ticket {} of {of} =====", if place == 0 { "" } else { "\n" }, place + 1)?;
        }
        let sheet = fitting(ticket, view, |sheet| above(sheet).chars().count());
        write!(out, "{}", above(&sheet))?;
        writeln!(out, "\n{LINE}")?;
        for note in sender::notes(ticket, sheet.ids_cut) {
            match note {
                Note::Text(text) => writeln!(out, "{}", joined(&text))?,
                Note::Command(command) => writeln!(out, "  {command}")?,
            }
        }
    }
    let rest = sender::rest(&tickets.left_out);
    if of > 0 && !rest.is_empty() {
        writeln!(out)?;
    }
    rest.iter().try_for_each(|text| writeln!(out, "{}", joined(text)))
}

/// What is pasted.
pub(super) fn above(sheet: &Sheet) -> String {
    let mut text = format!("{}\n\n", joined(&sheet.title));
    let width = sheet.fields.iter().map(|(label, _)| label.width()).max().unwrap_or(0);
    for (label, value) in &sheet.fields {
        text.push_str(&format!("{}  {}\n", padded(label, width), joined(value)));
    }
    let rows: Vec<_> = sheet.ids.iter().map(cells).collect();
    let success = sheet.success.as_ref().map(cells);
    let mut widths = [0; 5];
    for row in rows.iter().chain(&success) {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.width().max(*width);
        }
    }
    let line = |row: &[String; 5]| {
        let shown = row.iter().zip(widths).filter(|&(_, width)| width > 0);
        let line = shown.fold(String::new(), |line, (cell, width)| format!("{line}  {}", padded(cell, width)));
        format!("{}\n", line.trim_end())
    };
    if !rows.is_empty() {
        text.push_str(&format!("\n{}\n", sheet.words.request_ids));
        text.extend(rows.iter().map(line));
    }
    if let Some(row) = &success {
        text.push_str(&format!("{}\n{}", sheet.words.success, line(row)));
    }
    text
}

fn cells(row: &Row) -> [String; 5] {
    std::array::from_fn(|place| row.get(place).map(joined).unwrap_or_default())
}

fn joined(value: &Value) -> String {
    let pieces = value.iter().map(|piece| match piece {
        Piece::Own(text) => text.as_str().into(),
        Piece::Log(text) => terminal(text),
    });
    pieces.collect()
}

fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(text.width())))
}
