//! Writes log files of any size with the truth about them beside, for tests and measurements: equal arguments give equal
//! bytes on every machine. It knows nothing of resplog; what it says of a line follows from how the line was made.

#![expect(clippy::panic, reason = "a bench helper tells whoever started it what went wrong, and stops")]

mod catalogue;
mod damage;
mod dice;
mod envelope;
mod fault_table;
mod faults;
mod garbage;
mod instant;
mod lines;
mod odd;
mod payload;
mod template;
mod truth;
mod words;
mod wrapper;

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Parser;
use serde_json::{Value, json};

use crate::catalogue::{ACTIONS_MAX, REGIONS};
use crate::damage::Damage;
use crate::dice::Dice;
use crate::lines::{Factory, Incident, Mode, Progress};
use crate::truth::{Tally, Verdict};

/// Writes a log of Tencent Cloud API responses, and the truth about it.
#[derive(Parser)]
struct Arguments {
    /// What the lines look like.
    #[arg(long, value_enum)]
    mode: Mode,
    /// Bytes to write, in whole lines: 1000, 10K, 5M, 1G, 1Gi.
    #[arg(long, value_parser = parse_size, default_value = "10M")]
    size: u64,
    /// Another seed, another file.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// A code that starts to fail in a region, so many hours after the start, until the end: CODE,REGION,HOUR (wrapped only).
    #[arg(long, value_name = "CODE,REGION,HOUR")]
    incident: Option<String>,
    /// The share of lines that are damaged or odd, 0 to 1. The first line is always sound.
    #[arg(long, value_parser = parse_share, default_value = "0")]
    damage: u64,
    /// The time of the first line (wrapped only).
    #[arg(long, value_parser = instant::parse, default_value = "2026-11-24T00:00:00Z")]
    start: i64,
    /// The hours that the file covers, 0 to 50,000 (wrapped only).
    #[arg(long, value_parser = parse_hours, default_value = "4")]
    hours: i64,
    /// How many different actions are called (wrapped only).
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=ACTIONS_MAX as i64), default_value = "40")]
    actions: u16,
    /// The file to write; `-` for stdout.
    #[arg(short, long)]
    output: PathBuf,
    /// Where to write the truth, as JSON.
    #[arg(long)]
    truth: Option<PathBuf>,
}

const BUFFER_BYTES: usize = 1 << 20;

fn main() {
    let arguments = Arguments::parse();
    let incident = arguments.incident.as_deref().map(|text| {
        assert!(
            arguments.mode == Mode::Wrapped,
            "--incident needs --mode wrapped: other modes have no region and no time"
        );
        parse_incident(text, arguments.start).unwrap_or_else(|complaint| panic!("--incident: {complaint}"))
    });
    let described = incident.as_ref().map(|incident| {
        json!({"code": incident.code, "region": REGIONS[incident.region], "service": incident.service, "start": instant::shortest(incident.start_us)})
    });
    let tally =
        Tally::new(arguments.start, arguments.actions.into(), incident.as_ref().map(|incident| incident.region));
    let mut factory =
        Factory::new(arguments.mode, arguments.actions.into(), arguments.start, arguments.hours, incident);
    let output = open(&arguments.output);
    let tally = write_lines(&arguments, &mut factory, tally, output)
        .unwrap_or_else(|error| panic!("{} could not be written: {error}", arguments.output.display()));
    if let Some(path) = &arguments.truth {
        let text = format!("{:#}\n", truth(tally, &factory, described));
        std::fs::write(path, text).unwrap_or_else(|error| panic!("{} could not be written: {error}", path.display()));
    }
}

fn write_lines(
    arguments: &Arguments,
    factory: &mut Factory,
    mut tally: Tally,
    mut output: Box<dyn Write>,
) -> io::Result<Tally> {
    let mut dice = Dice::new(arguments.seed);
    let mut damage = Damage::new(factory);
    let mut buffer = Vec::with_capacity(2 * BUFFER_BYTES);
    let mut progress = Progress { bytes: 0, bytes_total: arguments.size };
    while progress.bytes < progress.bytes_total {
        let line_start = buffer.len();
        if tally.lines() > 0 && dice.chance(arguments.damage) {
            damage.write(factory, &mut dice, progress, &mut buffer, &mut tally);
        } else {
            let facts = factory.line(&mut dice, progress, &mut buffer);
            tally.line(&buffer, &Verdict::Record(facts));
            buffer.push(b'\n');
        }
        progress.bytes += (buffer.len() - line_start) as u64;
        if buffer.len() >= BUFFER_BYTES || progress.bytes >= progress.bytes_total {
            tally.written(&buffer);
            output.write_all(&buffer)?;
            buffer.clear();
        }
    }
    output.flush()?;
    Ok(tally)
}

fn truth(tally: Tally, factory: &Factory, described: Option<Value>) -> Value {
    let [failed_elsewhere, failed_in_region] = tally.of_incident();
    let incident = described.map_or(Value::Null, |mut incident| {
        incident["failed"] = json!(failed_elsewhere + failed_in_region);
        incident["failed_in_region"] = json!(failed_in_region);
        incident
    });
    tally.into_json(factory.faults.names(), &factory.catalogue, incident)
}

fn open(path: &Path) -> Box<dyn Write> {
    if path == Path::new("-") {
        return Box::new(io::stdout());
    }
    let file = File::create(path).unwrap_or_else(|error| panic!("{} could not be opened: {error}", path.display()));
    Box::new(file)
}

fn parse_size(text: &str) -> Result<u64, String> {
    let digits = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let unit = match &text[digits..] {
        "" => 1,
        "K" => 1_000,
        "M" => 1_000_000,
        "G" => 1_000_000_000,
        "Ki" => 1 << 10,
        "Mi" => 1 << 20,
        "Gi" => 1 << 30,
        unit => return Err(format!("{unit:?} is none of K, M, G, Ki, Mi, Gi")),
    };
    let count: u64 = text[..digits].parse().map_err(|_| format!("{text:?} is no size such as 500M"))?;
    count.checked_mul(unit).filter(|size| *size > 0).ok_or_else(|| format!("{text:?} is out of range"))
}

/// A share as parts in a million.
fn parse_share(text: &str) -> Result<u64, String> {
    let share: f64 = text.parse().map_err(|_| format!("{text:?} is no number"))?;
    if !(0.0..=1.0).contains(&share) {
        return Err(format!("{text:?} is not from 0 to 1"));
    }
    Ok((share * 1_000_000.0).round() as u64)
}

/// Hours as microseconds.
fn parse_hours(text: &str) -> Result<i64, String> {
    let hours: f64 = text.parse().map_err(|_| format!("{text:?} is no number"))?;
    if !(0.0..=50_000.0).contains(&hours) {
        return Err(format!("{text:?} is not from 0 to 50,000"));
    }
    Ok((hours * 3_600.0 * instant::SECOND_US as f64).round() as i64)
}

fn parse_incident(text: &str, start_us: i64) -> Result<Incident, String> {
    let mut parts = text.split(',');
    let (Some(code), Some(region), Some(hour), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err(format!("{text:?} is not of the form CODE,REGION,HOUR"));
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    if code.is_empty() || !code.bytes().all(plain) {
        return Err(format!("{code:?} is no code"));
    }
    let region =
        REGIONS.iter().position(|name| *name == region).ok_or_else(|| format!("{region:?} is none of {REGIONS:?}"))?;
    Ok(Incident {
        code: code.to_owned(),
        service: faults::service_of(code),
        region,
        start_us: start_us + parse_hours(hour)?,
    })
}
