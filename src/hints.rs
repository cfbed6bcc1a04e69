//! What the reader should know about the inputs: what a foreign one is, and what the numbers do not cover.

use crate::coverage::{say_holes, say_repeats};
use crate::engine::Analysis;
use crate::foreign::Foreign;
use crate::record::{Form, LineClass};
use crate::summary::Summary;
use crate::summary::reading::Reading;
use crate::summary::totals::Counts;

/// Above this share of non-blank lines, lines without an envelope are worth a hint.
const NO_ENVELOPE_SHARE: f64 = 0.01;
/// Below this share of records with an id, different ids say that records repeat; the estimate is within 2 %.
const DISTINCT_SHARE: f64 = 0.95;
/// So many failures and no success at all look like a log of errors only.
const FAILED_MIN: u64 = 10;

/// The hints of a run; `paths` are the inputs as they are shown.
#[must_use]
pub fn hints(analysis: &Analysis, paths: &[&str]) -> Vec<String> {
    let summary = &analysis.summary;
    let mut hints = foreign(analysis, paths);
    if hints.is_empty() {
        hints.extend(coverage(&summary.totals));
    }
    hints.extend(only_failures(&summary.totals));
    hints.extend(only_unwrapped(summary));
    hints.extend(repetition(summary, paths));
    hints.extend(say_holes(paths));
    hints
}

/// Inputs of which at most half of the lines were recognised, and which look like something known.
fn foreign(analysis: &Analysis, paths: &[&str]) -> Vec<String> {
    let mut kinds: Vec<(Foreign, usize, usize)> = Vec::new();
    for (rank, inspected) in analysis.inspected.iter().enumerate() {
        let counts = analysis.summary.input(rank);
        let lines = counts.not_blank();
        let Some(foreign) = inspected.as_ref().and_then(|it| it.foreign).filter(|_| 2 * counts.recognised() <= lines)
        else {
            continue;
        };
        match kinds.iter_mut().find(|(kind, ..)| *kind == foreign) {
            Some((_, _, more)) => *more += 1,
            None => kinds.push((foreign, rank, 0)),
        }
    }
    let hint = |(foreign, rank, more): (Foreign, usize, usize)| {
        let path = paths.get(rank).copied().unwrap_or_default();
        let others = if more > 0 { format!(" (and {more} more)") } else { String::new() };
        format!("{path}{others} {}", foreign.hint())
    };
    kinds.into_iter().map(hint).collect()
}

fn coverage(totals: &Counts) -> Option<String> {
    let lines = totals.not_blank();
    if lines > 0 && totals.recognised() == 0 {
        return Some(
            "no line holds a response of the Tencent Cloud API 3.0: an envelope is an object with a member \"Response\"; \
             --envelope POINTER tells where it is"
                .to_owned(),
        );
    }
    let share = totals[LineClass::NoEnvelope] as f64 / lines.max(1) as f64;
    (share > NO_ENVELOPE_SHARE)
        .then(|| format!("{:.1} % of the lines are JSON without an envelope; --rejects FILE lists them", 100.0 * share))
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

fn repetition(summary: &Summary, paths: &[&str]) -> Option<String> {
    let with_id = summary.totals.responses() - summary.missing_ids.0.sum();
    let distinct = summary.distinct_ids.count();
    let repeats = with_id > 0 && (distinct as f64) < DISTINCT_SHARE * with_id as f64;
    let which = say_repeats(&summary.overlap, paths);
    let why = which.as_deref().unwrap_or("inputs repeat each other, or calls are logged twice");
    let few =
        if repeats { format!("{with_id} records have only {distinct} different request ids: ") } else { String::new() };
    (repeats || which.is_some()).then(|| format!("{few}{why}; --dedupe counts each id once"))
}
