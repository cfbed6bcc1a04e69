//! What `resplog cache` shows. It reads no file.

use std::io::{self, Write};

use serde::Serialize;

use super::escape::terminal;
use super::json;
use crate::partial::Partial;
use crate::report::numbers::{count, counted};
use crate::time::Nanos;

/// The name and version of the JSON.
pub const SCHEMA: &str = "resplog.cache/1";

/// An entry.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// The inputs that it is of; none when it is damaged.
    pub inputs: Vec<String>,
    /// How many bytes those have, as they are packed.
    pub size: u64,
    /// How many lines.
    pub lines: u64,
    /// How many bytes the entry has.
    pub bytes: u64,
    /// When it was used last.
    pub used: Nanos,
}

#[derive(Serialize)]
struct Shown<'r> {
    schema: &'static str,
    bytes: u64,
    entries: &'r [Row],
}

impl Row {
    /// An entry with its summary, if that is whole.
    #[must_use]
    pub fn of(partial: Option<&Partial>, bytes: u64, used: Nanos) -> Self {
        let held = || partial.into_iter().flat_map(Partial::held);
        Self {
            inputs: held().map(|(id, _)| id.path.clone()).collect(),
            size: held().map(|(_, held)| held.size).sum(),
            lines: partial.map_or(0, |partial| partial.summary.totals.lines),
            bytes,
            used,
        }
    }
}

/// Writes the entries for people.
///
/// # Errors
///
/// Those of `out`.
pub fn text(rows: &[Row], out: &mut dyn Write) -> io::Result<()> {
    let bytes = rows.iter().map(|row| row.bytes).sum();
    writeln!(out, "{}, {} bytes", counted(rows.len() as u64, "summary", "summaries"), count(bytes))?;
    for Row { inputs, size, lines, bytes, used } in rows {
        let name = match &**inputs {
            [] => "(damaged)".into(),
            [first] => terminal(first),
            [first, rest @ ..] => format!("{} and {} more", terminal(first), count(rest.len() as u64)).into(),
        };
        writeln!(out, "{used}  {} lines of {} bytes in {}  {name}", count(*lines), count(*size), count(*bytes))?;
    }
    Ok(())
}

/// Writes them as JSON.
///
/// # Errors
///
/// Those of `out`.
pub fn json(rows: &[Row], out: &mut dyn Write) -> io::Result<()> {
    let bytes = rows.iter().map(|row| row.bytes).sum();
    json::value(&Shown { schema: SCHEMA, bytes, entries: rows }, out)
}

/// Says what was removed.
///
/// # Errors
///
/// Those of `out`.
pub fn removed(entries: usize, bytes: u64, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "removed {}, {} bytes", counted(entries as u64, "summary", "summaries"), count(bytes))
}
