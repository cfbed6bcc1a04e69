//! What `resplog codes` says: what a code means, who can act, what to do.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::escape::terminal;
use crate::catalog::{self, Class, Classes, Entry};
use crate::report::numbers::{count, counted};
use crate::report::phrases;

/// How many families of a class are named.
const FAMILIES_MAX: usize = 5;

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

/// How many codes of each class and family the tables list, and how to ask for more.
///
/// # Errors
///
/// `out` fails.
pub fn groups(classes: &Classes, out: &mut dyn Write) -> io::Result<()> {
    let mut groups = BTreeMap::<Class, BTreeMap<&str, u64>>::new();
    for code in catalog::listed() {
        *groups.entry(classes.class(code)).or_default().entry(catalog::family(code)).or_default() += 1;
    }
    let all: u64 = groups.values().flat_map(BTreeMap::values).sum();
    writeln!(out, "{} codes by class and family; a class is a hint.", count(all))?;
    writeln!(out, "One in full: resplog codes AuthFailure.SignatureFailure; each on a line: resplog codes --all")?;
    for (class, families) in groups {
        let codes = families.values().sum();
        writeln!(out, "\n{class}  {}: {}", counted(codes, "code", "codes"), phrases::class(class))?;
        let mut families: Vec<_> = families.into_iter().collect();
        families.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        let rest = families.split_off(families.len().min(FAMILIES_MAX));
        for (family, codes) in &families {
            writeln!(out, "  {:>6}  {family}", count(*codes))?;
        }
        if !rest.is_empty() {
            let codes = rest.iter().map(|(_, codes)| codes).sum();
            writeln!(out, "  {:>6}  in {}", count(codes), counted(rest.len() as u64, "more family", "more families"))?;
        }
    }
    Ok(())
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
