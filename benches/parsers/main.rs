//! Asks a JSON library, called line by line, what `peers.py` asks everybody: how many calls failed, by code, one request
//! id each, and how many succeeded. It reads files as resplog does, with the same code, and knows nothing of its scanners.
//!
//! `cargo run --release --example parsers -- simd-json|sonic-rs|serde_json FILE THREADS [PREFIX]` prints the rows
//! `[code or null, count, request id or null]` as JSON. PREFIX names the members above `Response`, with `/` between them.

mod counts;
mod libraries;
mod record;
mod tape;

use std::env;
use std::error::Error;
use std::fs::File;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;

use resplog::internals::input::blob::Blob;
use resplog::internals::input::budget::Budget;
use resplog::internals::input::source::{Sizes, part_bytes, read_part};

use crate::counts::Counts;
use crate::libraries::{Library, PADDING_BYTES, Parser};

const USAGE: &str = "usage: parsers simd-json|sonic-rs|serde_json FILE THREADS [PREFIX]";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let [name, path, threads, prefix @ ..] = arguments.as_slice() else { return Err(USAGE.into()) };
    let library = Library::named(name).ok_or(USAGE)?;
    record::look_under(prefix.first().map_or("", |prefix| prefix));
    let counts = count(File::open(path)?, library, threads.parse()?)?;
    writeln!(io::stdout(), "{}", counts.to_json())?;
    Ok(())
}

fn count(file: File, library: Library, threads: usize) -> Result<Counts, Box<dyn Error>> {
    let size = file.metadata()?.len();
    let file = &Blob::from(file);
    let next = AtomicU32::new(0);
    let mut all = Counts::default();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(|| work(file, size, &next, library))).collect();
        for worker in workers {
            all.merge(worker.join().map_err(|_| "a thread panicked")??);
        }
        Ok(all)
    })
}

/// One thread: takes the next part of the file until none is left.
fn work(file: &Blob, size: u64, next: &AtomicU32, library: Library) -> Result<Counts, String> {
    let sizes = Sizes::default();
    let mut counts = Counts::default();
    let mut parser = Parser::new(library);
    let (mut buffer, mut lease) = (Vec::new(), Budget::new(sizes.chunk_bytes).lease());
    let stop = AtomicBool::new(false);
    loop {
        let part = next.fetch_add(1, Ordering::Relaxed);
        if u64::from(part) * sizes.chunk_bytes as u64 >= size {
            return Ok(counts);
        }
        let read =
            read_part(file, &(0..size), part_bytes(&(0..size), part, sizes), sizes, &mut buffer, &mut lease, &stop);
        if let Some(damage) = read.damage {
            return Err(damage.text);
        }
        let Some(lines) = read.lines else { continue };
        let end = buffer.len();
        buffer.resize(end + PADDING_BYTES, 0);
        let mut start = lines.start;
        while start < end {
            let length = memchr::memchr(b'\n', &buffer[start..end]).unwrap_or(end - start);
            parser.line(&mut buffer[start..], length, &mut counts);
            start += length + 1;
        }
    }
}
