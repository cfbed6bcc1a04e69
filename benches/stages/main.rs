//! Times what a line goes through, stage by stage and tier by tier, on one thread over a file in memory: counting line
//! ends, scanning, scanning with the summary. Each stage has to find the same number of records.
//!
//! `cargo run --release --example stages -- FILE [ROUNDS [WAY]]` prints GB/s, the best of the rounds; WAY is a tier or
//! `simd-json`, else all are timed.

use std::env;
use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Instant;

use resplog::internals::summary::fold::Fold;
use resplog::profile::Profile;
use resplog::record::{LINE_BYTES_MAX, Line, LineClass, Origin};
use resplog::scan::{Scanner, ScannerKind, Tier};

/// Bytes of a chunk, as in a run.
const CHUNK_BYTES: usize = 256 * 1024;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let path = arguments.next().ok_or("name a file")?;
    let rounds = arguments.next().map_or(Ok(3), |text| text.parse())?;
    let only = arguments.next();
    let text = fs::read(path)?;
    let chunks = chunks(&text);
    let profile = Arc::new(Profile::default());
    let lines =
        time("newlines", &text, rounds, || chunks.iter().map(|chunk| memchr::memchr_iter(b'\n', chunk).count()).sum())?;
    writeln!(io::stdout(), "{lines} lines")?;
    let tiers = Tier::ALL.into_iter().filter(|tier| tier.is_available());
    let ways = tiers.map(|tier| (tier.as_str(), ScannerKind::Fast(tier))).chain([("simd-json", ScannerKind::Full)]);
    let mut found = Vec::new();
    for (name, way) in ways.filter(|(name, _)| only.as_deref().is_none_or(|only| only == *name)) {
        let mut scanner = Scanner::new(Arc::clone(&profile), LINE_BYTES_MAX, way);
        found.push(time(&format!("{name}: scan"), &text, rounds, || records(&mut scanner, &chunks))?);
        found.push(time(&format!("{name}: scan and sum up"), &text, rounds, || summed(&mut scanner, &chunks))?);
    }
    if found.iter().any(|count| Some(count) != found.first()) {
        return Err(format!("the stages differ: {found:?}").into());
    }
    Ok(())
}

/// The text in whole lines.
fn chunks(mut text: &[u8]) -> Vec<&[u8]> {
    let mut chunks = Vec::new();
    while !text.is_empty() {
        let reach = CHUNK_BYTES.min(text.len());
        let end = memchr::memrchr(b'\n', &text[..reach])
            .map_or_else(|| memchr::memchr(b'\n', text).map_or(text.len(), |end| end + 1), |end| end + 1);
        let (chunk, rest) = text.split_at(end);
        chunks.push(chunk);
        text = rest;
    }
    chunks
}

fn records(scanner: &mut Scanner, chunks: &[&[u8]]) -> usize {
    let mut count = 0;
    for chunk in chunks {
        scanner.chunk(chunk, false, |_, scanned| count += usize::from(matches!(scanned.line, Line::Record(_))));
    }
    count
}

fn summed(scanner: &mut Scanner, chunks: &[&[u8]]) -> usize {
    let mut fold = Fold::default();
    let mut offset = 0;
    for chunk in chunks {
        let mut origin = Origin { input: 0, offset: 0, chunk_offset: offset, line: 0 };
        scanner.chunk(chunk, false, |span, scanned| {
            origin.offset = offset + span.start as u64;
            fold.observe(&scanned.line, scanned.anomalies, origin);
            origin.line += 1;
        });
        let end = offset + chunk.len() as u64;
        fold.chunk(0, &(offset..end), origin.line);
        offset = end;
    }
    let summary = fold.finish([]);
    (summary.totals[LineClass::Ok] + summary.totals[LineClass::Failed] + summary.totals[LineClass::DryRun]) as usize
}

fn time(name: &str, text: &[u8], rounds: usize, mut stage: impl FnMut() -> usize) -> io::Result<usize> {
    let mut best = f64::MAX;
    let mut count = 0;
    for _ in 0..rounds {
        let start = Instant::now();
        count = stage();
        best = best.min(start.elapsed().as_secs_f64());
    }
    writeln!(io::stdout(), "{:6.2} GB/s  {name}", text.len() as f64 / best / 1e9)?;
    Ok(count)
}
