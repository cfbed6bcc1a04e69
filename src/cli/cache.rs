//! `resplog cache`: what a cache holds, and less of it.

use std::path::Path;

use anyhow::{Context, Result};
use resplog::internals::partial::cache::{Cache, Entry};
use resplog::internals::partial::filed::Filed;
use resplog::internals::render::cache as render;
use resplog::settings;
use resplog::time::{self, Nanos};

use super::args::{CacheCommand, FormatArg};
use super::said::{complain, print};
use super::{exit, host, usage};

pub fn run(command: &CacheCommand) -> u8 {
    match command {
        CacheCommand::Show { folder, format, json } => match rows(folder) {
            Ok(rows) => print(|out| match if *json { FormatArg::Json } else { *format } {
                FormatArg::Text => render::text(&rows, out),
                FormatArg::Json => render::json(&rows, out),
            }),
            Err(error) => complain(&error, exit::WRITE),
        },
        CacheCommand::Prune { folder, cache_bytes, unused_for } => prune(folder, cache_bytes, unused_for.as_deref()),
    }
}

fn entries(folder: &Path) -> Result<(Cache, Vec<Entry>)> {
    let named = || folder.display().to_string();
    let cache = Cache::known(folder).with_context(named)?;
    let entries = cache.entries().with_context(named)?;
    Ok((cache, entries))
}

fn rows(folder: &Path) -> Result<Vec<render::Row>> {
    let (_, entries) = entries(folder)?;
    let row = |entry: &Entry| {
        let filed = entry.summary().ok().flatten();
        render::Row::of(filed.as_ref().map(Filed::partial), entry.bytes, entry.used)
    };
    Ok(entries.iter().map(row).collect())
}

fn prune(folder: &Path, cache_bytes: &str, unused_for: Option<&str>) -> u8 {
    let resolved = settings::bytes(cache_bytes).context("--cache-bytes").and_then(|bytes| {
        let age = unused_for.map(|text| {
            let age = time::relative(text).and_then(|age| i64::try_from(age).ok());
            age.with_context(|| format!("--unused-for: '{text}' is not a span of time: expected e.g. 30d"))
        });
        Ok((bytes as u64, age.transpose()?))
    });
    let (bytes_max, age) = match resolved {
        Ok(resolved) => resolved,
        Err(error) => return usage::refuse(&error),
    };
    match less(folder, bytes_max, age) {
        Ok(removed) => print(|out| render::removed(removed.len(), removed.iter().map(|entry| entry.bytes).sum(), out)),
        Err(error) => complain(&error, exit::WRITE),
    }
}

/// Removes what was not used for a while, what cannot be used, and the rest down to a size.
fn less(folder: &Path, bytes_max: u64, age: Option<i64>) -> Result<Vec<Entry>> {
    let (cache, entries) = entries(folder)?;
    let now = host::clock();
    let is_old = |entry: &Entry| age.is_some_and(|age| entry.used < Nanos(now.0.saturating_sub(age)));
    let is_damaged = |entry: &Entry| entry.summary().is_ok_and(|filed| filed.is_none());
    let named = || folder.display().to_string();
    let mut removed = Vec::new();
    for entry in entries.into_iter().filter(|entry| is_old(entry) || is_damaged(entry)) {
        cache.remove(&entry).with_context(named)?;
        removed.push(entry);
    }
    removed.extend(cache.shrink(bytes_max, now).with_context(named)?);
    Ok(removed)
}
