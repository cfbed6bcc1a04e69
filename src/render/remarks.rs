//! The remarks of documents: what the numbers of a report do not cover, by topic, as words and quoted texts. It decides
//! only how it is worded, and knows no format; each escapes what is quoted in its own manner.

use super::view::View;
use crate::input::Compression;
use crate::report::gaps::Gaps;
use crate::report::numbers::{bytes, count, counted, duration};
use crate::report::parts::{self, Part, path, quoted, words};
use crate::report::phrases;
use crate::report::remarks::{NAMED_MAX, OUTCOMES, Remark, Topic, Way};
use crate::report::{Input, Report, Stamp};
use crate::settings::Value;

/// A remark.
pub type Parts = Vec<Part>;

/// Everything there is to remark, by topic; of each topic at most `top` remarks, and how many more there are.
#[must_use]
pub fn remarks(report: &Report, view: &View, top: usize) -> Vec<(&'static str, Vec<Parts>)> {
    let mut topics: Vec<(&'static str, Vec<Parts>)> = Vec::new();
    for (topic, remarks) in crate::report::remarks::remarks(report) {
        let said = remarks.iter().flat_map(|remark| worded(remark, view));
        // Two topics of a page of text are one here.
        match topics.last_mut().filter(|last| last.0 == name(topic)) {
            Some((_, before)) => before.extend(said),
            None => topics.push((name(topic), said.collect())),
        }
    }
    for (_, said) in &mut topics {
        let rest = said.len().saturating_sub(top.max(1));
        said.truncate(top.max(1));
        said.extend((rest > 0).then(|| vec![words(format!("{} more (--top)", count(rest as u64)))]));
    }
    topics
}

const fn name(topic: Topic) -> &'static str {
    match topic {
        Topic::NotInTheRate => "Not in the rate",
        Topic::NotSeen => "Not seen",
        Topic::Acknowledged => "Acknowledged",
        Topic::WithoutAnId | Topic::OddLines => "Odd lines",
        Topic::ReadAs => "Read as",
        Topic::Notes => "Notes",
        Topic::Stamp => "Stamp",
    }
}

fn worded(remark: &Remark<'_>, view: &View) -> Vec<Parts> {
    if let Some(text) = remark.words() {
        return vec![vec![words(text)]];
    }
    let of = |input: &Input, text: &str| vec![vec![quoted(path(&input.path)), words(text)]];
    match remark {
        Remark::Malformed { reason, lines, first } => {
            let lines = counted(*lines, "line", "lines");
            let mut parts = vec![words(format!("{lines} malformed, {reason}: {}", phrases::reason(reason)))];
            for (place, sample) in first.iter().enumerate() {
                parts.push(words(if place == 0 { ", first at " } else { ", " }));
                parts.push(quoted(parts::place(path(&sample.input), sample.line, sample.offset)));
            }
            vec![parts]
        }
        Remark::Filtered { records, untimed } => {
            let rows = [(*records, "taken out by filters"), (*untimed, "of these without a time")];
            let rows = rows.into_iter().filter(|row| row.0 > 0);
            rows.map(|(number, what)| vec![words(format!("{} {what}", counted(number, "record", "records")))]).collect()
        }
        Remark::NotWhole(input) => vec![not_whole(input)],
        Remark::Unfinished(input) => of(input, ": its last line is not finished and counts as malformed"),
        Remark::Skipped(input) => of(input, ": skipped, it lies outside of the time window"),
        Remark::Gaps(Gaps { longest, opening, ending }) => {
            let said = longest.iter().map(|(from, to)| format!("{} to {}", view.second(*from), view.second(*to)));
            vec![vec![words(format!("{opening} from {}{ending}", said.collect::<Vec<_>>().join(", ")))]]
        }
        Remark::AllSeen => vec![vec![words("nothing: every input was read to its end")]],
        Remark::Acknowledged { code, reason } => {
            let muted = if code.muted { " is muted: " } else { " is not muted: " };
            vec![vec![Part::Quoted(code.code.clone()), words(muted), quoted(*reason)]]
        }
        Remark::WithoutAnId(missing) => {
            let kinds = OUTCOMES.map(|(outcome, _)| outcome).into_iter().zip(["failed calls", "ok calls", "dry runs"]);
            let kinds = kinds.filter(|(outcome, _)| missing[*outcome] > 0);
            let said = kinds.map(|(outcome, what)| {
                format!("{} {what} without a RequestId: in no list of ids", count(missing[outcome]))
            });
            said.map(|text| vec![words(text)]).collect()
        }
        Remark::ReadAs(way) => vec![read_as(way)],
        Remark::Option(name, value) => vec![option(name, value)],
        Remark::Hint(hint) => vec![vec![quoted(*hint)]],
        Remark::Approximate => vec![vec![words("a table was too small for all its names: the rest is in (other)")]],
        Remark::Stamp(stamp) => made(stamp, view),
        _ => Vec::new(),
    }
}

fn not_whole(input: &Input) -> Parts {
    let mut parts = vec![quoted(path(&input.path)), words(format!(": {}", phrases::status(input.status)))];
    if let Some(error) = &input.error {
        parts.extend([words(", "), quoted(error)]);
    }
    parts
}

fn read_as(way: &Way<'_>) -> Parts {
    let input = way.input;
    let packed = match input.compression {
        Compression::None => "not compressed",
        packed => packed.as_str(),
    };
    let mut parts = vec![words(format!("{}, {packed}", input.format.as_str()))];
    for pointer in input.envelope.iter().take(NAMED_MAX) {
        match pointer.as_str() {
            "" => parts.push(words(", envelope at the root")),
            pointer => parts.extend([words(", envelope "), quoted(pointer)]),
        }
    }
    for (name, field) in &input.fields {
        match field.pointer.as_str() {
            "" => parts.push(words(format!(", {name} in the text"))),
            pointer => parts.extend([words(format!(", {name} ")), quoted(pointer)]),
        }
    }
    if way.is_one_of_several {
        parts.push(words(format!(" ({})", counted(way.inputs, "input", "inputs"))));
    }
    parts
}

fn option(name: &str, value: &Value) -> Parts {
    let mut parts = vec![words(format!("option {}", name.replace('_', "-")))];
    parts.extend(value.texts().into_iter().flat_map(|value| [words(" "), quoted(value)]));
    parts
}

/// When and how the report was made.
fn made(stamp: &Stamp, view: &View) -> Vec<Parts> {
    let mut options = vec![words("options in force:")];
    for (name, values) in &stamp.options {
        for value in values {
            options.extend([words(" "), quoted(format!("--{name}={value}"))]);
        }
    }
    let time = format!("{} {}", view.second(stamp.time), view.zone.offset_text(stamp.time));
    vec![vec![words(made_in(stamp, &time))], options]
}

/// When, by whom and how fast.
#[must_use]
pub fn made_in(stamp: &Stamp, time: &str) -> String {
    let threads = counted(stamp.threads as u64, "thread", "threads");
    let speed = bytes(stamp.bytes_per_second.round() as u64);
    format!("resplog {} at {time}: {} with {threads}, {speed}/s", stamp.version, duration(stamp.seconds * 1e3))
}
