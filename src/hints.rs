//! What the reader should know about the inputs: what a foreign one is, and what the numbers do not cover.

use std::path::PathBuf;

use crate::coverage::{say_holes, say_repeats};
use crate::foreign::Foreign;
use crate::input::Framing;
use crate::profile::names::Field;
use crate::record::{Anomaly, Doubt, Form, LineClass};
use crate::redact::redact;
use crate::report::InputFacts;
use crate::report::numbers::duration;
use crate::report::parts::place;
use crate::summary::Summary;
use crate::summary::magnitudes::Jump;
use crate::summary::reading::Reading;
use crate::summary::totals::Counts;
use crate::time::{Nanos, Period, milliseconds};

/// Above this share of non-blank lines, lines without an envelope are worth a hint.
const NO_ENVELOPE_SHARE: f64 = 0.01;
/// Below this share of records with an id, different ids say that records repeat; the estimate is within 2 %.
const DISTINCT_SHARE: f64 = 0.95;
/// A median duration of less is not that of calls over a network, in nanoseconds.
const MEDIAN_NS_MIN: u64 = 1_000_000;
/// Nor is one of this and more.
const MEDIAN_NS_MAX: u64 = 60_000_000_000;
/// So many lines that look like parts of a document are some.
const PIECES_MIN: u64 = 3;
/// How many shapes of lines that are not responses are shown.
const SHAPES_SHOWN: usize = 3;
/// So many failures and no success at all look like a log of errors only.
const FAILED_MIN: u64 = 10;

/// The hints about a summary of inputs. They are the same whether the logs are read or their summaries, and say so of an option
/// that only the logs go with.
#[must_use]
pub fn hints(summary: &Summary, inputs: &[InputFacts]) -> Vec<String> {
    let paths: Vec<_> = inputs.iter().map(|input| input.path.as_str()).collect();
    let paths = paths.as_slice();
    let mut hints = foreign(summary, inputs);
    if hints.is_empty() {
        hints.extend(coverage(&summary.totals));
    }
    hints.extend(only_failures(&summary.totals));
    hints.extend(only_unwrapped(summary));
    hints.extend(no_ids(&summary.totals, summary.missing_ids.0.sum()));
    hints.extend(doubtful(summary));
    hints.extend(jump(summary).or_else(|| durations(summary)));
    hints.extend(zones(summary));
    // What was left out has times.
    if !inputs.iter().any(|input| input.read.skipped) {
        hints.extend(no_times(summary));
    }
    hints.extend(pieces(summary, inputs));
    hints.extend(shapes(summary, paths));
    hints.extend(repetition(summary, paths));
    hints.extend(say_holes(paths));
    hints
}

/// Files with bytes that wait for a run to come, since nothing was written after them from one run to the next: a line
/// without its end, or an error of a text log that may go on. What is in them is not counted yet, and may be a failure.
#[must_use]
pub fn waiting(files: &[(PathBuf, u64)]) -> Option<String> {
    let (path, bytes) = files.first()?;
    let path = redact(&path.to_string_lossy()).into_owned();
    let more = match files.len() {
        1 => String::new(),
        several => format!(", and of {} more inputs", several - 1),
    };
    Some(format!(
        "the last {bytes} bytes of {path}{more} wait since an earlier run for what comes after them, and are not counted: \
         a line without its end, or an error that may go on; a run without --state reads them"
    ))
}

/// Inputs of which at most half of the lines were recognised, and which look like something known.
fn foreign(summary: &Summary, inputs: &[InputFacts]) -> Vec<String> {
    let mut kinds: Vec<(Foreign, usize, usize)> = Vec::new();
    for (rank, input) in inputs.iter().enumerate() {
        let counts = summary.input(rank);
        let lines = counts.expected();
        // Pages of events are responses too, and what they hold is not counted.
        let is_hidden = |it: &Foreign| *it == Foreign::CloudAudit || 2 * counts.recognised() <= lines;
        let Some(foreign) = input.read.foreign.filter(is_hidden) else {
            continue;
        };
        match kinds.iter_mut().find(|(kind, ..)| *kind == foreign) {
            Some((_, _, more)) => *more += 1,
            None => kinds.push((foreign, rank, 0)),
        }
    }
    let hint = |(foreign, rank, more): (Foreign, usize, usize)| {
        let path = path_of(inputs, rank);
        let others = if more > 0 { format!(" (and {more} more)") } else { String::new() };
        format!("{path}{others} {}", foreign.hint())
    };
    kinds.into_iter().map(hint).collect()
}

fn path_of(inputs: &[InputFacts], rank: usize) -> &str {
    inputs.get(rank).map_or("", |input| &input.path)
}

fn coverage(totals: &Counts) -> Option<String> {
    let lines = totals.expected();
    if lines > 0 && totals.recognised() == 0 {
        return Some(
            "no line holds a response of the Tencent Cloud API 3.0: an envelope is an object with a member \"Response\"; \
             --envelope POINTER tells where it is"
                .to_owned(),
        );
    }
    let share = totals[LineClass::NoEnvelope] as f64 / lines.max(1) as f64;
    (share > NO_ENVELOPE_SHARE).then(|| {
        format!(
            "{:.1} % of the lines are JSON without an envelope; --rejects FILE over the logs lists them",
            100.0 * share
        )
    })
}

fn only_failures(totals: &Counts) -> Option<String> {
    (totals[LineClass::Ok] == 0 && totals[LineClass::Failed] >= FAILED_MIN)
        .then(|| "the log holds failures only, so the failure rate says nothing about all calls".to_owned())
}

/// Programs that log what an SDK returns log no failures: those are thrown.
fn only_unwrapped(summary: &Summary) -> Option<String> {
    let mut forms = summary.readings.values().flat_map(Reading::forms).peekable();
    forms.peek()?;
    forms.all(|(form, _)| form == Form::Unwrapped).then(|| {
        "the log holds only what an SDK returns of calls that succeeded: failures are thrown as exceptions and are not in \
         it, so the failure rate says nothing; log those too, or the raw response bodies"
            .to_owned()
    })
}

/// Most responses of the API have an id.
fn no_ids(totals: &Counts, without_id: u64) -> Option<String> {
    let responses = totals.responses();
    (2 * without_id > responses).then(|| {
        format!(
            "{without_id} of {responses} responses have no RequestId, which the API always gives: --envelope POINTER reads \
             another place"
        )
    })
}

/// Lines that may be failures and are not counted.
fn doubtful(summary: &Summary) -> Vec<String> {
    let lines = |doubt: Doubt| -> u64 {
        let doubts = summary.readings.values().flat_map(Reading::doubts);
        doubts.filter(|&(it, _)| it == doubt).map(|(_, lines)| lines).sum()
    };
    let mut hints = Vec::new();
    let unmarked = lines(Doubt::UnmarkedError);
    if unmarked > 0 {
        hints.push(format!(
            "{unmarked} lines hold a code of the API with an id, and nothing says that an SDK of this cloud made them (a \
             name with tencentcloud, a traceId): they are not counted as failures"
        ));
    }
    let errors = lines(Doubt::SdkError);
    if errors > 0 {
        hints.push(format!(
            "{errors} lines name an exception of an SDK and show neither its code nor its id: such failures cannot be \
             counted, log the exception as a text (str(err), err.toString(), %v) or the response body"
        ));
    }
    let others = lines(Doubt::OthersInLine);
    if others > 0 {
        hints.push(format!("{others} lines hold several responses, of which the first is read: write one a line"));
    }
    hints
}

/// Durations whose median no call takes are most often in another unit.
fn durations(summary: &Summary) -> Option<String> {
    if let Some(hint) = nanoseconds(summary) {
        return Some(hint);
    }
    let [median, ..] = summary.latency.all().quantiles().percentiles_ns?;
    let field = summary
        .readings
        .values()
        .flat_map(Reading::fields)
        .find(|(field, seen)| *field == Field::Duration && !seen.pointer.is_empty())?;
    let unit = match median {
        ..MEDIAN_NS_MIN => "s",
        MEDIAN_NS_MAX.. => "us",
        _ => return None,
    };
    let pointer = redact(&field.1.pointer);
    Some(format!(
        "the median duration is {} ms: if {pointer} is in another unit, say so: --field duration={pointer}:{unit}",
        milliseconds(median)
    ))
}

/// Numbers above 900,000 are no milliseconds, and cannot be read: where most records have such a field and no duration,
/// the log says nanoseconds, as Go does.
fn nanoseconds(summary: &Summary) -> Option<String> {
    let unread = summary.anomalies.iter().find(|(anomaly, _)| *anomaly == Anomaly::BadContext).map_or(0, |(_, it)| it);
    let timed = summary.latency.all().quantiles().count;
    if unread <= timed || 2 * unread < summary.totals.responses() {
        return None;
    }
    let fields = summary.readings.values().flat_map(Reading::fields);
    let mut durations = fields.filter(|(field, seen)| *field == Field::Duration && !seen.pointer.is_empty());
    let pointer = durations.next().map_or("POINTER".into(), |(_, seen)| redact(&seen.pointer));
    Some(format!(
        "{unread} records have a context field that cannot be read: if that is a duration in nanoseconds, say so: --field \
         duration={pointer}:ns"
    ))
}

/// A median that is a thousandfold from one day to the next is that of another unit.
fn jump(summary: &Summary) -> Option<String> {
    let Jump { before, before_ns, after, after_ns } = summary.magnitudes.jump()?;
    let field = summary.readings.values().flat_map(Reading::fields).find(|(field, _)| *field == Field::Duration)?;
    let pointer = redact(&field.1.pointer);
    // A bare number is in milliseconds: the short ones are seconds, or the long ones microseconds.
    let (unit, is_before) = match before_ns.min(after_ns) < MEDIAN_NS_MIN {
        true => ("s", before_ns < after_ns),
        false => ("us", before_ns > after_ns),
    };
    let day = |time: Nanos| time.period_name(Period::Day);
    let side = if is_before { "until the first of them" } else { "from the second on" };
    Some(format!(
        "the median duration of a day jumps a thousandfold, from about {} on {} to {} on {}: if {pointer} is in another \
         unit {side}, say so of those inputs, alone or as a [[source]] of --config: --field duration={pointer}:{unit}",
        duration(milliseconds(before_ns)),
        day(before),
        duration(milliseconds(after_ns)),
        day(after)
    ))
}

/// Inputs of lines most of whose malformed lines are parts of documents.
fn pieces(summary: &Summary, inputs: &[InputFacts]) -> Option<String> {
    let is_read_by_line = |rank: u32| inputs.get(rank as usize).is_none_or(|input| input.read.format != Framing::Json);
    let of = |(&rank, reading): (&u32, &Reading)| {
        let (pieces, malformed) = (reading.pieces(), summary.input(rank as usize)[LineClass::Malformed]);
        (pieces >= PIECES_MIN && 2 * pieces >= malformed && is_read_by_line(rank)).then_some((rank, pieces))
    };
    let printed: Vec<_> = summary.readings.iter().filter_map(of).collect();
    let (first, _) = printed.first()?;
    let place = match (inputs, printed.len()) {
        ([_], _) => String::new(),
        (_, 1) => format!(" of {}", path_of(inputs, *first as usize)),
        (_, several) => format!(" of {} and {} more", path_of(inputs, *first as usize), several - 1),
    };
    let lines: u64 = printed.iter().map(|(_, pieces)| pieces).sum();
    Some(format!(
        "{lines} malformed lines{place} look like JSON that is printed over several lines: --input-format json reads a stream \
         of such values"
    ))
}

fn zones(summary: &Summary) -> Option<String> {
    let is_without_zone = |reading: &&Reading| {
        let has_doubt = reading.doubts().any(|(doubt, _)| doubt == Doubt::NoZone);
        has_doubt || reading.fields().any(|(_, seen)| seen.is_without_zone)
    };
    let inputs = summary.readings.values().filter(is_without_zone).count();
    let of = summary.inputs.len();
    (inputs > 0).then(|| match of {
        1 => "times name no zone, and are read in that of --assume-tz: UTC unless it is given".to_owned(),
        of => format!(
            "times of {inputs} of {of} inputs name no zone, and are read in that of --assume-tz: UTC unless it is given"
        ),
    })
}

/// A window of time takes out every record that has none.
fn no_times(summary: &Summary) -> Option<String> {
    let records = summary.totals.recognised();
    (records > 0 && summary.untimed == records).then(|| {
        "no record has a time, so --since and --until take out all of them; --field time=POINTER says where it is"
            .to_owned()
    })
}

/// What most of the other lines look like.
fn shapes(summary: &Summary, paths: &[&str]) -> Option<String> {
    let numbers = summary.numbering.resolve();
    let shapes = summary.shapes.most_frequent(SHAPES_SHOWN).into_iter().map(|(text, shape)| {
        let first = shape.first.map(|origin| {
            let line = numbers.line(origin);
            let path = || paths.get(origin.input as usize).copied().unwrap_or_default();
            match (paths, line) {
                // The same bytes from a pipe say the same.
                ([_], Some(line)) => format!(" (first in line {line})"),
                ([_], None) => format!(" (first at byte {})", origin.offset),
                _ => format!(" (first at {})", place(path(), line, origin.offset)),
            }
        });
        format!("{} like {text}{}", shape.lines, first.unwrap_or_default())
    });
    let shapes: Vec<_> = shapes.collect();
    (!shapes.is_empty()).then(|| {
        format!(
            "lines that are not responses: {}; --rejects FILE over the logs lists them all with reasons",
            shapes.join("; ")
        )
    })
}

fn repetition(summary: &Summary, paths: &[&str]) -> Option<String> {
    let with_id = summary.totals.responses() - summary.missing_ids.0.sum();
    let distinct = summary.distinct_ids.count();
    let repeats = with_id > 0 && (distinct as f64) < DISTINCT_SHARE * with_id as f64;
    let which = say_repeats(&summary.overlap, paths);
    let why = which.as_deref().unwrap_or("inputs repeat each other, or calls are logged twice");
    let few =
        if repeats { format!("{with_id} records have only {distinct} different request ids: ") } else { String::new() };
    (repeats || which.is_some()).then(|| format!("{few}{why}; --dedupe over the logs counts each id once"))
}
