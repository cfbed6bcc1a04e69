//! What the numbers of a report do not cover, as words and quoted texts: lines that are no calls, input that was not
//! seen, how the rest was read. It knows no format; each format escapes what is quoted in its own manner.

use super::gaps::Gaps;
use super::text::numbers::{bytes, count, counted, duration};
use super::text::phrases;
use super::verdict;
use super::view::View;
use crate::input::{Compression, Status};
use crate::record::{LineClass, Outcome};
use crate::report::{Condition, Input, Report, Stamp};
use crate::settings::Value;

/// A piece of a remark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Our own words: ASCII letters, digits and simple punctuation.
    Words(String),
    /// Text from a log, a file name or an option; hostile.
    Quoted(String),
}

/// One thing to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// What it is about, such as `Not in the rate`; remarks of one topic stand together.
    pub topic: &'static str,
    /// What it says.
    pub parts: Vec<Part>,
}

const NOT_IN_THE_RATE: &str = "Not in the rate";
const NOT_SEEN: &str = "Not seen";
const ACKNOWLEDGED: &str = "Acknowledged";
const ODD: &str = "Odd lines";
const READ_AS: &str = "Read as";
const NOTES: &str = "Notes";
const STAMP: &str = "Stamp";
/// How many places or pointers one remark names.
const NAMED_MAX: usize = 3;

/// Everything there is to remark, by topic; of each topic at most `view.top` remarks, and how many there are.
#[must_use]
pub fn remarks(report: &Report, view: &View) -> Vec<Remark> {
    let topics = [
        (NOT_IN_THE_RATE, not_in_the_rate(report)),
        (NOT_SEEN, not_seen(report, view)),
        (ACKNOWLEDGED, acknowledged(report)),
        (ODD, odd(report)),
        (READ_AS, read_as(report)),
        (NOTES, notes(report)),
        (STAMP, stamp(report, view)),
    ];
    let mut all = Vec::new();
    for (topic, said) in topics {
        let rest = said.len().saturating_sub(view.top.max(1));
        all.extend(said.into_iter().take(view.top.max(1)).map(|parts| Remark { topic, parts }));
        if rest > 0 {
            all.push(Remark { topic, parts: vec![words(format!("{} more (--top)", count(rest as u64)))] });
        }
    }
    all
}

type Parts = Vec<Part>;

fn words(text: impl Into<String>) -> Part {
    Part::Words(text.into())
}

fn quoted(text: impl Into<String>) -> Part {
    Part::Quoted(text.into())
}

/// The path of an input; standard input by its name.
#[must_use]
pub fn path(input: &str) -> &str {
    if input == "-" { "stdin" } else { input }
}

fn not_in_the_rate(report: &Report) -> Vec<Parts> {
    let totals = &report.totals;
    let mut said = Vec::new();
    if totals.counts[LineClass::NoEnvelope] > 0 {
        let lines = counted(totals.counts[LineClass::NoEnvelope], "line", "lines");
        said.push(vec![words(format!("{lines} without an envelope: JSON, but no response of the API"))]);
    }
    said.extend(report.malformed.reasons.0.iter().filter(|reason| reason.1 > 0).map(|&(reason, lines)| {
        let lines = counted(lines, "line", "lines");
        let mut parts = vec![words(format!("{lines} malformed, {reason}: {}", phrases::reason(reason)))];
        let samples = report.malformed.samples.iter().filter(|sample| sample.reason == reason);
        for (place, sample) in samples.take(NAMED_MAX).enumerate() {
            parts.push(words(if place == 0 { ", first at " } else { ", " }));
            parts.push(quoted(format!("{}:{}", path(&sample.input), sample.line)));
        }
        parts
    }));
    let counts = [
        (totals.counts[LineClass::DryRun], "dry run", "dry runs", ": they would have succeeded"),
        (totals.counts[LineClass::Duplicates], "duplicate", "duplicates", " taken out by --dedupe"),
        (totals.counts[LineClass::Filtered], "record", "records", " taken out by filters"),
        (totals.untimed, "record", "records", " of these without a time"),
        (totals.counts[LineClass::Blank], "blank line", "blank lines", ""),
    ];
    let counts = counts.into_iter().filter(|row| row.0 > 0);
    said.extend(counts.map(|(number, one, many, rest)| vec![words(counted(number, one, many) + rest)]));
    said
}

fn not_seen(report: &Report, view: &View) -> Vec<Parts> {
    let of = |input: &Input, parts: Parts| [vec![quoted(path(&input.path))], parts].concat();
    let mut said = Vec::new();
    for input in report.inputs.iter().filter(|input| input.status != Status::Ok) {
        let status = if input.status == Status::Error { "not read" } else { input.status.as_str() };
        let mut parts = vec![words(format!(": {status}"))];
        if let Some(error) = &input.error {
            parts.extend([words(", "), quoted(error)]);
        }
        said.push(of(input, parts));
    }
    for input in report.inputs.iter().filter(|input| input.unfinished) {
        said.push(of(input, vec![words(": its last line is not finished and counts as malformed")]));
    }
    for input in report.inputs.iter().filter(|input| input.skipped) {
        said.push(of(input, vec![words(": skipped, it lies outside of the time window")]));
    }
    said.extend(gaps(report, view).map(|text| vec![words(text)]));
    if said.is_empty() && !report.inputs.is_empty() {
        said.push(vec![words("nothing: every input was read to its end")]);
    }
    said
}

/// Codes that somebody knows about, muted or not any more.
fn acknowledged(report: &Report) -> Vec<Parts> {
    let known = report.codes.iter().filter_map(|code| Some((code, code.acknowledgement.as_ref()?)));
    known
        .map(|(code, reason)| {
            let heard = if code.muted { " is muted: " } else { " is not muted: " };
            vec![quoted(&code.code), words(heard), quoted(reason)]
        })
        .collect()
}

/// The longest stretches of time without calls.
fn gaps(report: &Report, view: &View) -> Option<String> {
    let Gaps { longest, opening, ending } = Gaps::of(&report.timeline)?;
    let said = longest.into_iter().map(|(from, to)| format!("{} to {}", view.second(from), view.second(to)));
    Some(format!("{opening} from {}{ending}", said.collect::<Vec<_>>().join(", ")))
}

fn odd(report: &Report) -> Vec<Parts> {
    let missing = &report.totals.missing_request_id;
    let missing = [
        (missing[Outcome::Failed], "failed calls"),
        (missing[Outcome::Ok], "ok calls"),
        (missing[Outcome::DryRun], "dry runs"),
    ];
    let missing = missing.into_iter().filter(|row| row.0 > 0);
    let missing =
        missing.map(|(number, what)| format!("{} {what} without a RequestId: in no list of ids", count(number)));
    let odd = report.anomalies.iter().map(|(anomaly, &lines)| {
        format!("{} {} ({anomaly})", counted(lines, "line", "lines"), phrases::anomaly(anomaly)).replace("  ", " ")
    });
    missing.chain(odd).map(|text| vec![words(text)]).collect()
}

/// Where envelope and context were found, once for all inputs that agree, and the options that change numbers.
fn read_as(report: &Report) -> Vec<Parts> {
    let mut ways: Vec<(Parts, u64)> = Vec::new();
    for input in report.inputs.iter().filter(|input| input.counts.lines > 0) {
        let way = way(input);
        match ways.iter_mut().find(|(known, _)| *known == way) {
            Some((_, inputs)) => *inputs = inputs.saturating_add(1),
            None => ways.push((way, 1)),
        }
    }
    let several = ways.len() > 1;
    let ways = ways.into_iter().map(|(mut way, inputs)| {
        if several {
            way.push(words(format!(" ({})", counted(inputs, "input", "inputs"))));
        }
        way
    });
    let options = report.filters.iter().map(|(name, value)| {
        let values = match value {
            Value::Switch(_) => Vec::new(),
            Value::Number(number) => vec![number.to_string()],
            Value::Text(text) => vec![text.clone()],
            Value::List(texts) => texts.clone(),
        };
        let mut parts = vec![words(format!("option {}", name.replace('_', "-")))];
        parts.extend(values.into_iter().flat_map(|value| [words(" "), quoted(value)]));
        parts
    });
    ways.chain(options).collect()
}

fn way(input: &Input) -> Parts {
    let mut parts = vec![words(format!("{}, {}", input.format.as_str(), compression(input.compression)))];
    let envelopes = input.envelope.iter().take(NAMED_MAX);
    for pointer in envelopes {
        match pointer.as_str() {
            "" => parts.push(words(", envelope at the root")),
            pointer => parts.extend([words(", envelope "), quoted(pointer)]),
        }
    }
    for (name, field) in &input.fields {
        parts.extend([words(format!(", {name} ")), quoted(&field.pointer)]);
    }
    parts
}

const fn compression(packed: Compression) -> &'static str {
    match packed {
        Compression::None => "not compressed",
        packed => packed.as_str(),
    }
}

fn notes(report: &Report) -> Vec<Parts> {
    let mut said: Vec<_> = report.hints.iter().map(|hint| vec![quoted(hint)]).collect();
    if report.approximate {
        said.push(vec![words("a table was too small for all its names: the rest is in (other)")]);
    }
    if report.status.contains(&Condition::WriteFailed) {
        said.push(vec![words("a report or another file could not be written (exit 4)")]);
    }
    said
}

/// When and how the report was made.
fn stamp(report: &Report, view: &View) -> Vec<Parts> {
    let Some(stamp) = &report.stamp else { return Vec::new() };
    let mut options = vec![words("options in force:")];
    for (name, values) in &stamp.options {
        for value in values {
            options.extend([words(" "), quoted(format!("--{name}={value}"))]);
        }
    }
    let made = format!("{} {}", view.second(stamp.time), view.zone.offset_text(stamp.time));
    vec![vec![words(made_in(stamp, &made))], options]
}

/// When, by whom and how fast.
#[must_use]
pub fn made_in(stamp: &Stamp, time: &str) -> String {
    let threads = counted(stamp.threads as u64, "thread", "threads");
    let speed = bytes(stamp.bytes_per_second.round() as u64);
    format!("resplog {} at {time}: {} with {threads}, {speed}/s", stamp.version, duration(stamp.seconds * 1e3))
}

/// The rules that fired, with their values.
#[must_use]
pub fn breaches(report: &Report) -> Vec<String> {
    report.breaches.iter().map(verdict::breach).collect()
}
