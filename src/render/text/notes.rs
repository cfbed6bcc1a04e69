//! What the numbers do not cover: lines that are no calls, input that was not read, and what was odd about the rest.

use std::io::{self, Write};

use super::page::{Page, Phrase, Span, Style};
use super::safe::{path, safe};
use crate::render::clock::Clock;
use crate::render::plain;
use crate::render::remarks::made_in;
use crate::report::gaps::Gaps;
use crate::report::numbers::{count, counted};
use crate::report::parts;
use crate::report::remarks::{OUTCOMES, Remark, Topic, Way, forms, found_elsewhere, remarks};
use crate::report::{Input, MalformedSample, Report, Stamp, phrases};
use crate::summary::totals::OutcomeCounts;

/// Columns of the names of notes, with the gap after them.
const NAME_WIDTH: usize = 17;
/// Narrower pages have the names on lines of their own.
const WIDTH_MIN: usize = 76;
/// Writes the notes that there are.
pub fn write<W: Write>(report: &Report, clock: &Clock<'_>, top: usize, page: &mut Page<W>) -> io::Result<()> {
    let of =
        |(topic, remarks): (Topic, Vec<Remark<'_>>)| (name(topic), items(topic, &remarks, clock, top, page.signs.to));
    let mut notes: Vec<_> = remarks(report).into_iter().filter(|(topic, _)| *topic != Topic::ReadAs).map(of).collect();
    // Where it is not the root alone, and after what is odd; the options stand in the head of the page.
    let place = notes.iter().position(|(name, _)| LAST.contains(name)).unwrap_or(notes.len());
    notes.insert(place, (name(Topic::ReadAs), read_as(report, top)));
    let notes: Vec<_> = notes.into_iter().filter(|(_, items)| !items.is_empty()).collect();
    if notes.is_empty() {
        return Ok(());
    }
    page.section()?;
    let is_narrow = page.width < WIDTH_MIN;
    let indent = if is_narrow { 2 } else { NAME_WIDTH };
    for (name, items) in notes {
        let mut name = Some(name);
        if is_narrow {
            page.line(&[Span::styled(Style::Strong, name.take().unwrap_or_default())])?;
        }
        for item in items {
            let lead = Span::styled(Style::Strong, format!("{:<indent$}", name.take().unwrap_or_default()));
            page.flow(vec![lead], indent + 2, &item)?;
        }
    }
    Ok(())
}

/// An item: phrases on lines of their own.
type Item = Vec<Phrase>;

fn item(text: impl Into<String>) -> Item {
    vec![vec![Span::plain(text)]]
}

/// What stands after how the inputs were read.
const LAST: [&str; 2] = [name(Topic::Notes), name(Topic::Stamp)];

const fn name(topic: Topic) -> &'static str {
    match topic {
        Topic::NotInTheRate => "NOT IN THE RATE",
        Topic::NotSeen => "NOT SEEN",
        Topic::Acknowledged => "ACKNOWLEDGED",
        Topic::WithoutAnId => "WITHOUT AN ID",
        Topic::OddLines => "ODD LINES",
        Topic::ReadAs => "READ AS",
        Topic::Notes => "NOTE",
        Topic::Stamp => "STAMP",
    }
}

/// The remarks of a topic; of inputs that were not seen at most `top`.
fn items(topic: Topic, remarks: &[Remark<'_>], clock: &Clock<'_>, top: usize, to: &str) -> Vec<Item> {
    let mut items: Vec<Item> = remarks.iter().flat_map(|remark| worded(remark, clock, to)).collect();
    if topic == Topic::NotInTheRate {
        let rejects =
            remarks.iter().filter(|it| matches!(it, Remark::NoEnvelope(_) | Remark::Malformed { .. })).count();
        if let Some(last) = rejects.checked_sub(1).and_then(|last| items.get_mut(last)) {
            last.push(vec![Span::styled(Style::Faint, "--rejects FILE over the logs lists all")]);
        }
    }
    if topic == Topic::NotSeen {
        let total = remarks.iter().filter(|it| !matches!(it, Remark::Gaps(_) | Remark::AllSeen)).count();
        if total > top {
            items.splice(top..total, [item(format!("{} more (--top {total})", total - top))]);
        }
    }
    items
}

fn worded(remark: &Remark<'_>, clock: &Clock<'_>, to: &str) -> Vec<Item> {
    if let Some(text) = remark.words() {
        return vec![item(text)];
    }
    let one = match remark {
        Remark::Malformed { reason, lines, first } => malformed(reason, *lines, first),
        Remark::Filtered { records, untimed } => {
            let untimed = match untimed {
                0 => String::new(),
                untimed => format!(", {} of them for having no time", count(*untimed)),
            };
            item(format!("{} taken out by filters{untimed}", counted(*records, "record", "records")))
        }
        Remark::NotWhole(input) => {
            let error = input.error.as_deref().map(|error| format!(": {}", safe(error))).unwrap_or_default();
            of(input, format!("{}{error}", phrases::status(input.status)))
        }
        Remark::Unfinished(input) => of(input, "its last line is not finished and counts as malformed"),
        Remark::Skipped(input) => of(input, "skipped: it lies outside of the time window"),
        Remark::Gaps(found) => gaps(found, clock, to),
        Remark::Acknowledged { code, reason } => {
            let muted = if code.muted { "muted" } else { "not muted" };
            let name = Span::whole(Style::Plain, plain::code(&code.code));
            vec![vec![name], vec![Span::plain(format!("{muted}: {}", safe(reason)))]]
        }
        Remark::WithoutAnId(missing) => without_an_id(missing),
        Remark::Hint(hint) => item(safe(hint)),
        Remark::Stamp(made) => return stamp(made),
        _ => return Vec::new(),
    };
    vec![one]
}

/// A reason with the first places.
fn malformed(reason: &str, lines: u64, first: &[&MalformedSample]) -> Item {
    let lines = counted(lines, "line", "lines");
    let mut item = item(format!("{lines} malformed ({reason}): {}", phrases::reason(reason)));
    for (place, sample) in first.iter().enumerate() {
        let at = Span::whole(Style::Plain, parts::place(path(&sample.input), sample.line, sample.offset));
        item.push(if place == 0 { vec![Span::plain("first at "), at] } else { vec![at] });
    }
    item
}

/// When and how the report was made, on the clock of machines.
fn stamp(stamp: &Stamp) -> Vec<Item> {
    let of = |(name, values): (&String, &Vec<String>)| {
        values.iter().map(|value| vec![Span::plain(format!("--{name}={}", safe(value)))]).collect::<Vec<_>>()
    };
    let options = stamp.options.iter().flat_map(of).collect();
    vec![item(made_in(stamp, &stamp.time.to_string())), options]
}

fn of(input: &Input, text: impl Into<String>) -> Item {
    vec![vec![Span::whole(Style::Plain, path(&input.path))], vec![Span::plain(text)]]
}

/// The longest stretches of time without calls.
fn gaps(gaps: &Gaps, clock: &Clock<'_>, to: &str) -> Item {
    let Gaps { longest, opening, ending } = gaps;
    let mut said: Vec<Span> = Vec::new();
    for (from, until) in longest {
        said.push(Span::plain(if said.is_empty() { format!("{opening} ") } else { ", ".to_owned() }));
        said.push(Span::whole(Style::Plain, clock.stretch(*from, *until, to)));
    }
    if !ending.is_empty() {
        said.push(Span::plain(ending.as_str()));
    }
    vec![said]
}

fn without_an_id(missing: &OutcomeCounts) -> Item {
    let parts = OUTCOMES.into_iter().filter(|(outcome, _)| missing[*outcome] > 0);
    let said: Vec<_> = parts.map(|(outcome, word)| format!("{} {word}", count(missing[outcome]))).collect();
    item(format!("{}: counted, but in no list of ids", said.join(", ")))
}

/// Where the envelope and the context were found, when that is not the root alone.
fn read_as(report: &Report, top: usize) -> Vec<Item> {
    let ways = found_elsewhere(report);
    let forms = forms(report).and_then(|forms| forms.words()).map(item);
    let mut items: Vec<Item> = forms.into_iter().chain(ways.iter().take(top).map(way)).collect();
    if ways.len() > top {
        items.push(item(format!("{} more (--top {})", ways.len() - top, ways.len())));
    }
    items
}

fn way(way: &Way<'_>) -> Item {
    let pointer = |pointer: &str| if pointer.is_empty() { "the root".to_owned() } else { safe(pointer) };
    let envelopes: Vec<_> = way.input.envelope.iter().map(|it| pointer(it)).collect();
    let envelope = match envelopes.as_slice() {
        [] => vec![Span::plain("texts".to_owned())],
        envelopes => vec![Span::plain(format!("envelope {}", envelopes.join(", ")))],
    };
    let field = |pointer: &str| if pointer.is_empty() { "in the text".to_owned() } else { safe(pointer) };
    let fields = way.input.fields.iter().map(|(name, it)| vec![Span::plain(format!("{name} {}", field(&it.pointer)))]);
    let inputs =
        way.is_one_of_several.then(|| vec![Span::styled(Style::Faint, counted(way.inputs, "input", "inputs"))]);
    std::iter::once(envelope).chain(fields).chain(inputs).collect()
}
