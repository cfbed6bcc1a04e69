//! The bare decoder: reads an archive through the library's own decoder, on one thread, and drops what comes. What a
//! whole run over an archive takes is compared with it.
//!
//! `cargo run --release --example decode -- FILE [ROUNDS]` prints the decoded bytes, seconds and GB/s of each round.

use std::env;
use std::error::Error;
use std::fs::File;
use std::io::{self, Write};
use std::time::Instant;

use resplog::internals::input::decode::memory::Memory;
use resplog::internals::input::decode::{self, Decoder, SNIFF_BYTES};
use resplog::internals::input::source::{self, Sizes};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let path = arguments.next().ok_or("name a file")?;
    let rounds = arguments.next().map_or(Ok(1), |text| text.parse())?;
    for _ in 0..rounds {
        let start = Instant::now();
        let bytes = decode(&path)?;
        let seconds = start.elapsed().as_secs_f64();
        writeln!(io::stdout(), "{bytes} bytes, {seconds:.3} s, {:.2} GB/s", bytes as f64 / seconds / 1e9)?;
    }
    Ok(())
}

fn decode(path: &str) -> Result<u64, Box<dyn Error>> {
    let file = File::open(path)?;
    let mut head = [0; SNIFF_BYTES];
    let length = source::read_at(&file, 0, &mut head)?;
    let compression = decode::sniff(&head[..length]).ok_or("not an archive")?;
    let mut decoder = Decoder::new(compression, &[], file, &Memory::default());
    // As much at a time as a run takes.
    let mut buffer = vec![0; Sizes::default().chunk_bytes];
    let mut bytes = 0;
    loop {
        match decoder.read(&mut buffer)? {
            0 => return Ok(bytes),
            read => bytes += read as u64,
        }
    }
}
