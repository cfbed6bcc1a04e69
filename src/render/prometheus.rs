//! The report for node_exporter's textfile collector: gauges of one window, and with a state counters over all runs, without
//! timestamps, with a bounded number of series. It knows no files and no clock.

use std::io::{self, Write};

use super::escape::prometheus_label;
use super::view::View;
use crate::input::Status;
use crate::report::{By, Calls, Code, CodeCount, Condition, Cumulative, Report};
use crate::time::{NS_PER_SECOND, Nanos};

/// How many codes, services, actions, regions and rules have series of their own.
pub const SERIES_MAX: usize = 50;

/// The name of the metric that survives a run that failed.
const LAST_SUCCESS: &str = "resplog_last_success_timestamp_seconds";

/// Writes the metrics. The view knows when a run last read everything and wrote everything: this one, or by
/// [`last_success`] of what an earlier one wrote.
///
/// # Errors
///
/// `out` fails.
pub fn write(report: &Report, view: &View, out: &mut dyn Write) -> io::Result<()> {
    let mut metrics = Metrics { out };
    breaches(report, &mut metrics)?;
    lines(report, &mut metrics)?;
    rates(report, &mut metrics)?;
    codes(report, &mut metrics)?;
    groups(report, &mut metrics)?;
    by(report, &mut metrics)?;
    latency(report, &mut metrics)?;
    over_all_runs(report, &mut metrics)?;
    health(report, &mut metrics)?;
    if let Some(time) = view.last_success {
        metrics.head(LAST_SUCCESS, "When a run last read all inputs and wrote all outputs.")?;
        metrics.sample(LAST_SUCCESS, &[], &seconds(time))?;
    }
    Ok(())
}

/// Whether a run with these conditions read everything and wrote everything; rules may have fired.
#[must_use]
pub fn is_success(report: &Report) -> bool {
    report.status.iter().all(|condition| matches!(condition, Condition::Ok | Condition::Breach))
}

/// The time of the last success in what [`write()`] wrote before.
#[must_use]
pub fn last_success(metrics: &str) -> Option<Nanos> {
    let value = metrics.lines().find_map(|line| line.strip_prefix(LAST_SUCCESS)?.strip_prefix(' '))?;
    let (whole, milliseconds) = value.trim_end().split_once('.')?;
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let milliseconds = Some(milliseconds).filter(|text| text.len() == 3 && is_digits(text))?.parse::<i64>().ok()?;
    let whole = Some(whole).filter(|text| is_digits(text))?.parse::<i64>().ok()?;
    whole.checked_mul(NS_PER_SECOND)?.checked_add(milliseconds * 1_000_000).map(Nanos)
}

/// A time in seconds with three digits after the point; before 1970 it is 0.
fn seconds(time: Nanos) -> String {
    let ms = time.0.max(0) / 1_000_000;
    format!("{}.{:03}", ms / 1_000, ms % 1_000)
}

/// The same with 6 or 9 digits where it takes them.
fn exact_seconds(time: Nanos) -> String {
    let ns = time.0.max(0);
    let (whole, fraction) = (ns / NS_PER_SECOND, ns % NS_PER_SECOND);
    match (fraction % 1_000_000, fraction % 1_000) {
        (0, _) => seconds(time),
        (_, 0) => format!("{whole}.{:06}", fraction / 1_000),
        _ => format!("{whole}.{fraction:09}"),
    }
}

/// Where metrics go.
struct Metrics<'a> {
    out: &'a mut dyn Write,
}

impl Metrics<'_> {
    fn head(&mut self, name: &str, help: &str) -> io::Result<()> {
        let kind = if name.ends_with("_total") { "counter" } else { "gauge" };
        writeln!(self.out, "# HELP {name} {help}\n# TYPE {name} {kind}")
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: &str) -> io::Result<()> {
        if labels.is_empty() {
            return writeln!(self.out, "{name} {value}");
        }
        let labels: Vec<_> =
            labels.iter().map(|(label, text)| format!("{label}=\"{}\"", prometheus_label(text))).collect();
        writeln!(self.out, "{name}{{{}}} {value}", labels.join(","))
    }

    fn single(&mut self, name: &str, help: &str, value: &str) -> io::Result<()> {
        self.head(name, help)?;
        self.sample(name, &[], value)
    }

    /// One metric with one label; nothing without rows.
    fn by(&mut self, name: &str, help: &str, label: &str, rows: &[(&str, u64)]) -> io::Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        self.head(name, help)?;
        rows.iter().try_for_each(|(text, value)| self.sample(name, &[(label, text)], &value.to_string()))
    }

    fn calls(&mut self, name: &str, labels: &[(&str, &str)], calls: &Calls) -> io::Result<()> {
        for (outcome, value) in [("ok", calls.ok), ("failed", calls.failed)] {
            self.sample(name, &[labels, &[("outcome", outcome)]].concat(), &value.to_string())?;
        }
        Ok(())
    }
}

/// What fired stands first.
fn breaches(report: &Report, metrics: &mut Metrics<'_>) -> io::Result<()> {
    metrics.single("resplog_breaches", "Rules that fired.", &report.breaches.len().to_string())?;
    if !report.breaches.is_empty() {
        let name = "resplog_breach_value";
        metrics.head(name, "The value that made a rule fire.")?;
        let mut known: Vec<&str> = Vec::new();
        for breach in report.breaches.iter().take(SERIES_MAX) {
            // A rule that was given twice is one series.
            if !known.contains(&breach.rule.as_str()) {
                known.push(&breach.rule);
                metrics.sample(name, &[("rule", &breach.rule)], &breach.value.to_string())?;
            }
        }
    }
    Ok(())
}

fn lines(report: &Report, metrics: &mut Metrics<'_>) -> io::Result<()> {
    let totals = &report.totals;
    let classes: Vec<_> = totals.counts.iter().map(|(class, lines)| (class.as_str(), lines)).collect();
    metrics.by("resplog_lines", "Lines by line class.", "class", &classes)?;
    let missing: Vec<_> =
        totals.missing_request_id.iter().map(|(outcome, records)| (outcome.as_str(), records)).collect();
    metrics.by("resplog_missing_request_id", "Records without a usable RequestId.", "outcome", &missing)?;
    metrics.by("resplog_malformed", "Malformed lines by reason.", "reason", &report.malformed.reasons.0)?;
    let anomalies: Vec<_> = report.anomalies.iter().map(|(anomaly, lines)| (*anomaly, *lines)).collect();
    metrics.by("resplog_anomalies", "Lines by anomaly.", "anomaly", &anomalies)?;
    for (name, help, value) in [
        ("resplog_untimed", "Records filtered for having no time.", totals.untimed),
        ("resplog_responses", "Records: ok, failed and dry runs.", totals.responses),
        ("resplog_bytes", "Decompressed bytes read.", totals.bytes),
        ("resplog_distinct_request_ids", "Different RequestIds, within 2 %.", totals.distinct_request_ids),
    ] {
        metrics.single(name, help, &value.to_string())?;
    }
    Ok(())
}

fn rates(report: &Report, metrics: &mut Metrics<'_>) -> io::Result<()> {
    if let Some(rate) = report.totals.failure_rate {
        metrics.single("resplog_failure_rate", "Failed of ok and failed, 0 to 1.", &rate.to_string())?;
    }
    if let Some([low, high]) = report.totals.failure_rate_bounds {
        let name = "resplog_failure_rate_bound";
        metrics.head(name, "What the malformed lines could make of the rate, 0 to 1.")?;
        metrics.sample(name, &[("bound", "low")], &low.to_string())?;
        metrics.sample(name, &[("bound", "high")], &high.to_string())?;
    }
    Ok(())
}

fn codes(report: &Report, metrics: &mut Metrics<'_>) -> io::Result<()> {
    let (shown, rest) = report.codes.split_at_checked(SERIES_MAX).unwrap_or((&report.codes, &[]));
    if !shown.is_empty() {
        let name = "resplog_code_failures";
        metrics.head(name, "Failures by code, the most frequent ones.")?;
        for code in shown {
            let labels = [("code", code.code.as_str()), ("class", code.class.as_str()), ("kind", code.kind.as_str())];
            metrics.sample(name, &labels, &code.count.to_string())?;
        }
    }
    changes(shown, metrics)?;
    let listed = report.codes.iter().filter(|code| code.count > 0).count().to_string();
    metrics.single("resplog_codes", "Codes with failures that the report lists.", &listed)?;
    let rest: u64 = rest.iter().fold(0, |sum, code| sum.saturating_add(code.count));
    metrics.single("resplog_code_failures_rest", "Failures of codes without a series.", &rest.to_string())?;
    let new = report.codes.iter().filter(|code| code.is_news()).count();
    metrics.single("resplog_new_codes", "Codes that are new and not acknowledged.", &new.to_string())?;
    let classes: Vec<_> = report.classes.iter().map(|row| (row.class.as_str(), row.count)).collect();
    metrics.by("resplog_class_failures", "Failures by who can act, a hint.", "class", &classes)?;
    let families: Vec<_> =
        report.families.iter().take(SERIES_MAX).map(|row| (row.family.as_str(), row.count)).collect();
    metrics.by("resplog_family_failures", "Failures by family of codes, the most frequent ones.", "family", &families)
}

/// How codes changed since earlier runs; nothing without any.
fn changes(shown: &[Code], metrics: &mut Metrics<'_>) -> io::Result<()> {
    let changed = || shown.iter().filter_map(|code| Some((code.code.as_str(), code.trend?.as_str())));
    if changed().next().is_some() {
        let name = "resplog_code_trend";
        metrics.head(name, "1 for how a code changed since the run compared with.")?;
        changed().try_for_each(|(code, trend)| metrics.sample(name, &[("code", code), ("trend", trend)], "1"))?;
    }
    let seen = shown.iter().filter_map(|code| Some((code.code.as_str(), code.seen_runs.as_ref()?.seen)));
    metrics.by("resplog_code_seen_runs", "Earlier runs with the code.", "code", &seen.collect::<Vec<_>>())?;
    let muted: Vec<_> = shown.iter().filter(|code| code.muted).map(|code| (code.code.as_str(), 1)).collect();
    metrics.by("resplog_code_muted", "1 for codes that are acknowledged.", "code", &muted)
}

fn groups(report: &Report, metrics: &mut Metrics<'_>) -> io::Result<()> {
    let name = "resplog_service_calls";
    if !report.services.is_empty() {
        metrics.head(name, "Calls by service, the most frequent ones.")?;
    }
    for row in report.services.iter().take(SERIES_MAX) {
        metrics.calls(name, &[("service", &row.service)], &row.calls)?;
    }
    let name = "resplog_action_calls";
    if !report.actions.is_empty() {
        metrics.head(name, "Calls by action, the most frequent ones.")?;
    }
    for row in report.actions.iter().take(SERIES_MAX) {
        let action = [("action", row.action.as_str())];
        let service = row.service.as_deref().map(|service| ("service", service));
        let labels: Vec<_> = service.into_iter().chain(action).collect();
        metrics.calls(name, &labels, &row.calls)?;
    }
    let name = "resplog_region_calls";
    if !report.regions.is_empty() {
        metrics.head(name, "Calls by region, the most frequent ones.")?;
    }
    for row in report.regions.iter().take(SERIES_MAX) {
        metrics.calls(name, &[("region", &row.region)], &row.calls)?;
    }
    Ok(())
}

/// Calls by the fields and periods asked for: of fields the most frequent values, of periods the latest.
fn by(report: &Report, metrics: &mut Metrics<'_>) -> io::Result<()> {
    let is_period = |row: &&By| row.codes.is_some();
    let latest: Vec<_> = report.by.iter().filter(is_period).rev().take(SERIES_MAX).collect();
    let fields = report.by.iter().filter(|row| !is_period(row)).take(SERIES_MAX.saturating_sub(latest.len()));
    let rows: Vec<_> = fields.chain(latest.iter().rev().copied()).collect();
    if rows.is_empty() {
        return Ok(());
    }
    let name = "resplog_by_calls";
    metrics.head(name, "Calls by the fields and periods asked for.")?;
    for row in &rows {
        metrics.calls(name, &[("name", &row.name), ("value", &row.value)], &row.calls)?;
    }
    let of = |row: &&'_ By| -> Vec<(String, String, CodeCount)> {
        let codes = row.codes.clone().unwrap_or_default().into_iter();
        codes.map(|code| (row.name.clone(), row.value.clone(), code)).collect()
    };
    let counts: Vec<_> = latest.iter().flat_map(of).take(SERIES_MAX).collect();
    if counts.is_empty() {
        return Ok(());
    }
    let name = "resplog_by_code_failures";
    metrics.head(name, "Failures by period and code, the latest periods.")?;
    counts.iter().try_for_each(|(field, value, code)| {
        metrics.sample(name, &[("name", field), ("value", value), ("code", &code.code)], &code.count.to_string())
    })
}

fn latency(report: &Report, metrics: &mut Metrics<'_>) -> io::Result<()> {
    let latency = &report.latency;
    let outcomes = [("all", &latency.all), ("ok", &latency.ok), ("failed", &latency.failed)];
    let counts = outcomes.map(|(outcome, row)| (outcome, row.count));
    metrics.by("resplog_timed_calls", "Calls with a duration; all includes dry runs.", "outcome", &counts)?;
    if latency.all.count == 0 {
        return Ok(());
    }
    let name = "resplog_duration_seconds";
    metrics.head(name, "Percentiles of durations; max is exact.")?;
    for (outcome, row) in outcomes {
        let values = [
            ("p50", row.p50),
            ("p90", row.p90),
            ("p95", row.p95),
            ("p99", row.p99),
            ("p999", row.p999),
            ("max", row.max),
        ];
        for (percentile, ms) in values {
            if let Some(ms) = ms {
                let value = (ms / 1e3).to_string();
                metrics.sample(name, &[("outcome", outcome), ("percentile", percentile)], &value)?;
            }
        }
    }
    Ok(())
}

/// Counters over all runs of a state, so that a scrape between two runs misses nothing.
fn over_all_runs(report: &Report, metrics: &mut Metrics<'_>) -> io::Result<()> {
    let Some(Cumulative { totals, codes }) = &report.cumulative else { return Ok(()) };
    let classes: Vec<_> = totals.counts.iter().map(|(class, lines)| (class.as_str(), lines)).collect();
    metrics.by("resplog_lines_total", "Lines by line class, over all runs.", "class", &classes)?;
    metrics.single("resplog_bytes_total", "Decompressed bytes read, over all runs.", &totals.bytes.to_string())?;
    let codes: Vec<_> = codes.iter().take(SERIES_MAX).map(|(code, count)| (code.as_str(), *count)).collect();
    metrics.by(
        "resplog_code_failures_total",
        "Failures by code, the most frequent ones, over all runs.",
        "code",
        &codes,
    )
}

fn health(report: &Report, metrics: &mut Metrics<'_>) -> io::Result<()> {
    let of = |status| report.inputs.iter().filter(|input| input.status == status).count() as u64;
    let inputs = Status::ALL.map(|status| (status.as_str(), of(status)));
    metrics.by("resplog_inputs", "Inputs by status.", "status", &inputs)?;
    let conditions = Condition::ALL.map(|it| (it.as_str(), u64::from(report.status.contains(&it))));
    metrics.by("resplog_status", "1 for each condition that holds.", "condition", &conditions)?;
    metrics.single(
        "resplog_approximate",
        "1 when a table did not hold all names.",
        &u8::from(report.approximate).to_string(),
    )?;
    if let Some(window) = &report.window {
        metrics.single(
            "resplog_window_generation",
            "How often the state was written.",
            &window.generation.to_string(),
        )?;
    }
    if let Some((from, to)) = report.ends() {
        metrics.single("resplog_from_timestamp_seconds", "The earliest time of a record.", &exact_seconds(from))?;
        metrics.single("resplog_to_timestamp_seconds", "The latest time of a record.", &exact_seconds(to))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_records_are_exact() {
        for (ns, text) in [
            (1_792_879_199_999_500_000, "1792879199.999500"),
            (1_792_879_199_999_000_000, "1792879199.999"),
            (1_792_879_199_000_000_000, "1792879199.000"),
            (1_793_489_400_000_000_001, "1793489400.000000001"),
            (-1, "0.000"),
        ] {
            assert_eq!(exact_seconds(Nanos(ns)), text);
        }
    }
}
