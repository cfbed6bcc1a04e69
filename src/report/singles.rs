//! The single numbers, texts and conditions of a report, those that stand in no other table: for programs by the keys of
//! the JSON report, for people by names. It knows no format.

use super::cells::{Cell, Row};
use super::columns::CLASSES;
use super::{Ordered, Report, Stamp};
use crate::record::Outcome;
use crate::settings::Value;
use crate::time::Nanos;

/// Every single value by its key and the key inside it, in the order of the report.
#[must_use]
pub fn totals(report: &Report) -> Vec<Row<'_>> {
    let breaches = report.breaches.iter().map(|it| single("breaches", &it.rule, Cell::Number(it.value)));
    let status = report.status.iter().map(|it| single("status", "", Cell::Word(it.as_str())));
    let mut rows: Vec<Row<'_>> = breaches.chain(status).collect();
    rows.extend([
        single("reading", "", Cell::Count(report.reading.into())),
        single("verdict", "word", Cell::Word(report.verdict.word)),
        single("verdict", "text", Cell::Log(&report.verdict.text)),
        single("span", "first", time(report.span.map(|span| span.first))),
        single("span", "last", time(report.span.map(|span| span.last))),
        single("timeline", "outside", Cell::Count(report.timeline.outside)),
    ]);
    rows.extend(counts(report));
    let Ordered(reasons) = &report.malformed.reasons;
    rows.extend(reasons.iter().map(|(key, lines)| single("malformed", key, Cell::Count(*lines))));
    rows.extend(report.anomalies.iter().map(|(key, lines)| single("anomalies", key, Cell::Count(*lines))));
    if let Some(window) = &report.window {
        rows.extend([
            single("window", "generation", Cell::Count(window.generation)),
            single("window", "from", time(window.from)),
            single("window", "to", time(window.to)),
        ]);
    }
    rows.extend(report.filters.iter().flat_map(|(name, setting)| settings(name, setting)));
    rows.extend(report.hints.iter().map(|hint| single("hints", "", Cell::Log(hint))));
    rows.extend(report.stamp.iter().flat_map(stamp));
    rows.push(single("approximate", "", Cell::Flag(report.approximate)));
    rows
}

fn single<'r>(name: &'r str, key: &str, value: Cell<'r>) -> Row<'r> {
    Row::Single(name, key.to_owned(), value)
}

fn time(time: Option<Nanos>) -> Cell<'static> {
    time.map_or(Cell::Empty, Cell::Time)
}

fn counts(report: &Report) -> Vec<Row<'_>> {
    let totals = &report.totals;
    let [low, high] = totals.failure_rate_bounds.map_or([None, None], |bounds| bounds.map(Some));
    let rate = |rate: Option<f64>| rate.map_or(Cell::Empty, Cell::Rate);
    let add = |key: &str, value| single("totals", key, value);
    let mut rows = vec![add("lines", Cell::Count(totals.counts.lines))];
    rows.extend(totals.counts.iter().map(|(class, lines)| add(class.as_str(), Cell::Count(lines))));
    rows.extend([
        add("untimed", Cell::Count(totals.untimed)),
        add("responses", Cell::Count(totals.responses)),
        add("bytes", Cell::Count(totals.bytes)),
        add("failure_rate", rate(totals.failure_rate)),
        add("rate_unknown", totals.rate_unknown.map_or(Cell::Empty, Cell::Word)),
        add("failure_rate_bounds.low", rate(low)),
        add("failure_rate_bounds.high", rate(high)),
    ]);
    let missing = totals.missing_request_id.iter();
    rows.extend(
        missing
            .map(|(outcome, records)| add(&format!("missing_request_id.{}", outcome.as_str()), Cell::Count(records))),
    );
    rows.push(add("distinct_request_ids", Cell::Count(totals.distinct_request_ids)));
    rows
}

fn settings<'r>(name: &'static str, setting: &'r Value) -> Vec<Row<'r>> {
    let row = |value| single("filters", name, value);
    match setting {
        Value::Number(number) => vec![row(Cell::Count(*number))],
        Value::Switch(on) => vec![row(Cell::Flag(*on))],
        Value::Text(text) => vec![row(Cell::Log(text))],
        Value::List(texts) => texts.iter().map(|text| row(Cell::Log(text))).collect(),
    }
}

fn stamp(stamp: &Stamp) -> Vec<Row<'_>> {
    let mut rows = vec![
        single("stamp", "version", Cell::Word(stamp.version)),
        single("stamp", "time", Cell::Time(stamp.time)),
        single("stamp", "seconds", Cell::Number(stamp.seconds)),
        single("stamp", "threads", Cell::Count(stamp.threads as u64)),
    ];
    let options = stamp.options.iter().flat_map(|(name, values)| values.iter().map(move |value| (name, value)));
    rows.extend(options.map(|(name, value)| single("options", name, Cell::Log(value))));
    rows
}

/// Every number with a name that people read, in the order of the JSON report. Nothing in the names comes from a log.
#[must_use]
pub fn named(report: &Report) -> Vec<(String, Cell<'static>)> {
    let totals = &report.totals;
    let missing = &totals.missing_request_id;
    let mut rows = vec![("lines".to_owned(), Cell::Count(totals.counts.lines))];
    rows.extend(CLASSES.map(|(class, name)| (name.to_owned(), Cell::Count(totals.counts[class]))));
    let numbers = [
        ("filtered, without a time", totals.untimed),
        ("responses", totals.responses),
        ("bytes", totals.bytes),
        ("different RequestIds", totals.distinct_request_ids),
        ("without a RequestId, ok", missing[Outcome::Ok]),
        ("without a RequestId, failed", missing[Outcome::Failed]),
        ("without a RequestId, dry runs", missing[Outcome::DryRun]),
    ];
    rows.extend(numbers.map(|(name, number)| (name.to_owned(), Cell::Count(number))));
    let bounds = totals.failure_rate_bounds;
    let rates = [
        ("failure rate", totals.failure_rate),
        ("true rate at least", bounds.map(|[low, _]| low)),
        ("true rate at most", bounds.map(|[_, high]| high)),
    ];
    rows.extend(rates.into_iter().filter_map(|(name, rate)| Some((name.to_owned(), Cell::Rate(rate?)))));
    let Ordered(reasons) = &report.malformed.reasons;
    rows.extend(reasons.iter().map(|(reason, lines)| (format!("malformed, {reason}"), Cell::Count(*lines))));
    let anomalies = report.anomalies.iter();
    rows.extend(anomalies.map(|(name, lines)| (format!("anomaly {}", name.replace('_', " ")), Cell::Count(*lines))));
    rows
}
