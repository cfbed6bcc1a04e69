//! What `resplog codes` says: what a code means, who can act, what to do.

use std::io::{self, Write};

use serde::Serialize;

use super::escape::terminal;
use crate::catalog::{self, Classes, Entry};

/// A code as JSON.
#[derive(Debug, Serialize)]
pub struct Row {
    code: String,
    kind: &'static str,
    family: String,
    class: &'static str,
    listed: bool,
    meaning: String,
    advice: String,
    retry: &'static str,
    services: Vec<&'static str>,
    near: Vec<&'static str>,
}

/// The row of one code; `near` are codes that look like it.
#[must_use]
pub fn row(entry: &Entry, near: &[&'static str]) -> Row {
    Row {
        code: entry.code.clone(),
        kind: entry.kind.as_str(),
        family: entry.family.clone(),
        class: entry.class.as_str(),
        listed: entry.listed,
        meaning: entry.meaning.clone(),
        advice: entry.advice.clone(),
        retry: entry.retry.as_str(),
        services: entry.services.clone(),
        near: near.to_vec(),
    }
}

/// The rows of every listed code.
#[must_use]
pub fn rows(classes: &Classes) -> Vec<Row> {
    catalog::listed().map(|code| row(&catalog::describe(code, classes), &[])).collect()
}

/// Every listed code with its class, a line each.
///
/// # Errors
///
/// `out` fails.
pub fn list(classes: &Classes, out: &mut dyn Write) -> io::Result<()> {
    for code in catalog::listed() {
        writeln!(out, "{:<12}{code}", classes.class(code).as_str())?;
    }
    Ok(())
}

/// One code in full.
///
/// # Errors
///
/// `out` fails.
pub fn describe(entry: &Entry, near: &[&'static str], out: &mut dyn Write) -> io::Result<()> {
    let code = terminal(&entry.code);
    let kind = match (entry.listed, entry.kind) {
        (true, catalog::Kind::Common) => "a common code, any service may give it",
        (true, catalog::Kind::Api) => "listed",
        (false, _) => "not listed; read by its parts",
    };
    writeln!(out, "{code}  ({kind})")?;
    writeln!(out, "  class    {} (a hint)", entry.class.as_str())?;
    writeln!(out, "  meaning  {}", terminal(&entry.meaning))?;
    writeln!(out, "  do       {}", terminal(&entry.advice))?;
    writeln!(out, "  retry    {}", entry.retry.as_str())?;
    if !entry.services.is_empty() {
        writeln!(out, "  services {}", entry.services.join(" "))?;
    }
    if !near.is_empty() {
        writeln!(out, "  near     {}", near.join(" "))?;
    }
    Ok(())
}
