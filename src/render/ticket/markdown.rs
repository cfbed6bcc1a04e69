//! Tickets as Markdown: a heading, a list, tables of ids; log text only in code spans. It decides nothing about what a
//! ticket says.

use std::io::{self, Write};

use crate::render::escape;
use crate::ticket::Tickets;

use super::sender::{self, Note};
use super::sheet::{Piece, Row, Sheet, Value, fitting};
use super::view::View;

/// Writes tickets one after the other.
pub(super) fn write(tickets: &Tickets, view: &View, out: &mut dyn Write) -> io::Result<()> {
    for ticket in &tickets.tickets {
        let sheet = fitting(ticket, view, |sheet| above(sheet).chars().count());
        write!(out, "{}", above(&sheet))?;
        writeln!(out, "\n---\n\nAbove: paste it; below: for you\n")?;
        for note in sender::notes(ticket, sheet.ids_cut) {
            match note {
                Note::Text(text) => writeln!(out, "- {}", joined(&text, escape::markdown))?,
                // A command holds no backtick.
                Note::Command(command) => writeln!(out, "\n  ```sh\n  {command}\n  ```\n")?,
            }
        }
        writeln!(out)?;
    }
    let rest = sender::rest(&tickets.left_out);
    rest.iter().try_for_each(|text| writeln!(out, "- {}", joined(text, escape::markdown)))
}

/// What is pasted.
pub(super) fn above(sheet: &Sheet) -> String {
    let mut text = format!("## {}\n\n", joined(&sheet.title, escape::markdown));
    for (label, value) in &sheet.fields {
        text.push_str(&format!("- **{label}**: {}\n", joined(value, escape::markdown)));
    }
    let words = sheet.words;
    let head = |title: &str| {
        let columns = ["RequestId", words.time, "API", words.duration, words.reason].join(" | ");
        format!("\n{title}\n\n| {columns} |\n|---|---|---|---:|---|\n")
    };
    if !sheet.ids.is_empty() {
        text.push_str(&head(words.request_ids));
        text.extend(sheet.ids.iter().map(line));
    }
    if let Some(row) = &sheet.success {
        text.push_str(&head(words.success));
        text.push_str(&line(row));
    }
    text
}

fn line(row: &Row) -> String {
    let cells = row.each_ref().map(|value| joined(value, escape::markdown_cell));
    format!("| {} |\n", cells.join(" | "))
}

fn joined(value: &Value, escape: fn(&str) -> String) -> String {
    let pieces = value.iter().map(|piece| match piece {
        Piece::Own(text) => plain(text),
        Piece::Log(text) => escape(text),
    });
    pieces.collect()
}

/// Our own words, whose underscores, stars and brackets are no markup.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '_' | '*' | '[' | ']' | '<' | '>' | '`' | '|') {
            plain.push('\\');
        }
        plain.push(c);
    }
    plain
}
