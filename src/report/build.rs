//! An analysis becomes a report: numbers are resolved, ratios done, rows sorted, laws checked.

use std::collections::BTreeMap;

use super::budget::Budget;
use super::episodes::episodes;
use super::options::{InputFacts, Options};
use super::over_time::OverTime;
use super::parts::Part;
use super::places::Numbered;
use super::triage::Whole;
use super::{
    Comparison, Condition, Headline, Input, Malformed, Ordered, READING, Report, SCHEMA, Span, Totals, Unidentified,
    calls, codes, comparison, inputs, judge, laws, rank, series, trend, verdict,
};
use crate::record::{Doubt, Form, LineClass};
use crate::redact::redact;
use crate::report::LawBroken;
use crate::summary::Summary;
use crate::summary::reading::Reading;
use crate::summary::totals::{Counts, MissingIds};

/// What the timeline and everything that has no length of its own take in JSON, in bytes.
const FIXED_BYTES: usize = 120_000;

/// Makes the report of a summary. `interrupted` says that the run was stopped early.
///
/// # Errors
///
/// A law does not hold: the summary is wrong, and must not be shown.
pub fn report(
    summary: &Summary,
    facts: Vec<InputFacts>,
    interrupted: bool,
    hints: Vec<String>,
    options: &Options<'_>,
) -> Result<Report, LawBroken> {
    // Names of fields are typed by somebody.
    let by: Vec<String> = options.by.iter().map(|name| redact(name).into_owned()).collect();
    let options = &Options { by: &by, ..*options };
    let numbered = Numbered::of(summary, &facts);
    let groups = &summary.groups;
    let mut budget = Budget::default();
    budget.spend(FIXED_BYTES);
    inputs::spend(summary, &facts, &mut budget);
    codes::spend(summary, &mut budget);
    calls::spend(summary, options.periods, &mut budget);
    let actions = calls::actions(groups, &mut budget);
    let services = calls::services(groups, &mut budget);
    let regions = calls::regions(groups, &mut budget);
    let mut by = calls::by(groups, options.by, &mut budget);
    by.extend(calls::periods(summary, options.periods, &mut budget));
    let over_time = OverTime::of(summary);
    let whole = Whole::of(summary, &over_time);
    let episodes = episodes(summary, &over_time, &whole, options.by, &mut budget);
    let codes = codes::rows(summary, &whole, &numbered, options, &mut budget);
    let mut report = Report {
        schema: SCHEMA,
        reading: READING,
        verdict: Headline::default(),
        span: summary.span.first.zip(summary.span.last).map(|(first, last)| Span { first, last }),
        unidentified: unidentified(summary),
        totals: totals(
            summary.totals,
            summary.elsewhere.lines(),
            summary.untimed,
            facts.iter().map(|facts| facts.read.bytes).sum(),
            summary.missing_ids,
            summary.distinct_ids.count(),
            shows_failures_only(summary).then_some(SUCCESSES_NOT_LOGGED),
        ),
        malformed: malformed(summary, &numbered),
        anomalies: anomalies(summary),
        episodes,
        families: codes::families(&codes),
        classes: codes::classes(&codes),
        services,
        actions,
        regions,
        by,
        timeline: calls::timeline(summary),
        series: series::series(summary, options),
        latency: calls::latency(summary),
        look_into: Vec::new(),
        inputs: inputs::rows(summary, facts),
        inputs_folded: 0,
        window: None,
        breaches: Vec::new(),
        filters: options.filters.iter().map(|(name, setting)| (*name, setting.redacted())).collect(),
        status: Vec::new(),
        hints,
        approximate: budget.is_exceeded() || is_approximate(summary),
        codes,
        comparison: comparison(summary, options),
        stamp: None,
        compared: None,
        doubts: doubts(summary),
        cumulative: None,
        unjudged: Vec::new(),
        unheard: Vec::new(),
    };
    laws::check(&report)?;
    report.hints.extend(outside(&report));
    report.hints.extend(unsplit(&report));
    trend::apply(&mut report, &options.against, options.classes);
    judge::mute(&mut report, &options.against);
    judge::judge(&mut report, &options.against);
    report.codes.retain(|code| {
        (options.codes.is_empty() || options.codes.contains(&code.code))
            && (options.only_classes.is_empty() || options.only_classes.contains(&code.class))
    });
    report.inputs_folded = inputs::fold(&mut report.inputs);
    report.approximate |= report.inputs_folded > 0;
    report.look_into = rank::look_into(&report.codes);
    report.status = status(&report, interrupted);
    report.verdict = headline(&report);
    Ok(report)
}

/// The calls of two times, when that is asked for.
fn comparison(summary: &Summary, options: &Options<'_>) -> Option<Comparison> {
    let baseline = options.against.baseline.filter(|baseline| baseline.reading == READING);
    match (options.split, options.against.measured.zip(baseline)) {
        (Some(at), _) => Some(comparison::split(at, summary)),
        (None, Some((before, _))) => Some(comparison::with_baseline(before, summary)),
        (None, None) => None,
    }
}

/// Why the rate of a log of errors is not known.
const SUCCESSES_NOT_LOGGED: &str = "successes not logged";

/// Whether no call succeeded and every failure is one that an SDK threw: such a log cannot show a success.
fn shows_failures_only(summary: &Summary) -> bool {
    let mut forms = summary.readings.values().flat_map(Reading::forms);
    summary.totals[LineClass::Ok] == 0
        && summary.totals[LineClass::Failed] > 0
        && forms.all(|(form, _)| matches!(form, Form::ErrorObject | Form::SdkError))
}

/// Errors without an id, the most frequent first.
fn unidentified(summary: &Summary) -> Vec<Unidentified> {
    let rows = summary.unidentified.iter();
    let mut rows: Vec<_> =
        rows.map(|(name, count)| Unidentified { code: name.unwrap_or("(other)").to_owned(), count }).collect();
    rows.sort_by(|left, right| right.count.cmp(&left.count).then_with(|| left.code.cmp(&right.code)));
    rows
}

fn doubts(summary: &Summary) -> BTreeMap<Doubt, u64> {
    let mut doubts = BTreeMap::new();
    for (doubt, lines) in summary.readings.values().flat_map(Reading::doubts) {
        *doubts.entry(doubt).or_default() += lines;
    }
    doubts
}

/// What a comparison leaves out.
fn unsplit(report: &Report) -> Option<String> {
    let comparison = report.comparison.as_ref().filter(|comparison| comparison.split.is_some())?;
    let all = comparison.rows.first()?;
    let calls = report.totals.counts.calls();
    let left_out = calls.saturating_sub(all.before.calls.saturating_add(all.after.calls));
    (left_out > 0).then(|| format!("{left_out} of {calls} calls have no time, and are on neither side of --split"))
}

/// What the timeline leaves out.
fn outside(report: &Report) -> Option<String> {
    let calls = match report.timeline.outside {
        0 => return None,
        1 => "1 call lies".to_owned(),
        calls => format!("{calls} calls lie"),
    };
    Some(format!("{calls} far from all others in time and not in the timeline: a clock may be wrong"))
}

/// The verdict as one text.
fn headline(report: &Report) -> Headline {
    let verdict = verdict::verdict(report);
    let text = verdict.sentence.iter().map(|part| match part {
        Part::Words(text) | Part::Quoted(text) | Part::Code(text) => text.as_str(),
    });
    Headline { word: verdict.word.as_str(), text: text.collect() }
}

/// Sums with their rates; `rate_unknown` is why there are none, and `elsewhere` are the lines outside of the window.
#[must_use]
pub fn totals(
    counts: Counts,
    elsewhere: Counts,
    untimed: u64,
    bytes: u64,
    missing: MissingIds,
    distinct_request_ids: u64,
    rate_unknown: Option<&'static str>,
) -> Totals {
    let malformed = counts.without(elsewhere)[LineClass::Malformed];
    let failed = counts[LineClass::Failed];
    let ratio = |part: u64, of: u64| part as f64 / of as f64;
    let calls = counts.calls();
    let widest = calls + malformed;
    Totals {
        counts,
        elsewhere,
        untimed,
        responses: counts.responses(),
        bytes,
        failure_rate: (calls > 0 && rate_unknown.is_none()).then(|| ratio(failed, calls)),
        rate_unknown,
        failure_rate_bounds: (widest > 0 && rate_unknown.is_none())
            .then(|| [ratio(failed, widest), ratio(failed + malformed, widest)]),
        missing_request_id: missing.0,
        // The estimate may be a little above what there is.
        distinct_request_ids: distinct_request_ids.min(counts.responses().saturating_sub(missing.0.sum())),
    }
}

fn malformed(summary: &Summary, numbered: &Numbered<'_>) -> Malformed {
    Malformed {
        reasons: Ordered(summary.reasons.iter().map(|(reason, count)| (reason.as_str(), count)).collect()),
        samples: summary.samples.iter().filter_map(|reject| numbered.sample(reject)).collect(),
    }
}

fn anomalies(summary: &Summary) -> BTreeMap<&'static str, u64> {
    let counts = summary.anomalies.iter().filter(|&(_, count)| count > 0);
    counts.map(|(anomaly, count)| (anomaly.as_str(), count)).collect()
}

fn is_approximate(summary: &Summary) -> bool {
    let groups = &summary.groups;
    summary.codes.rest().is_some()
        || groups.services().rest().is_some()
        || groups.actions().rest().is_some()
        || groups.regions().rest().is_some()
        || groups.by().any(|table| table.rest().is_some())
        || summary.codes.iter().any(|(_, code)| code.is_partial())
}

fn status(report: &Report, interrupted: bool) -> Vec<Condition> {
    let totals = &report.totals;
    // A record that a filter took out was recognised all the same.
    let recognised = totals.counts.recognised();
    let conditions = [
        (Condition::Interrupted, interrupted),
        (Condition::Breach, !report.breaches.is_empty()),
        (Condition::Input, report.inputs.iter().any(Input::is_lossy)),
        (Condition::NothingRecognised, totals.counts.not_blank() > 0 && recognised == 0),
    ];
    let mut status: Vec<_> = conditions.into_iter().filter(|&(_, holds)| holds).map(|(it, _)| it).collect();
    if status.is_empty() {
        status.push(Condition::Ok);
    }
    status
}
