//! Rows about calls: services, actions, regions, other fields, time and latency.

use super::{Action, Bucket, By, Calls, CodeCount, Latency, Quantiles, Region, Service, Timeline};
use crate::catalog::OTHER;
use crate::summary::bounded::Bounded;
use crate::summary::days::{Day, Days};
use crate::summary::groups::{Groups, service_and_action};
use crate::summary::{self, Summary};
use crate::time::{Period, milliseconds};
use summary::latency::Quantiles as Measured;
use summary::timeline::{BUCKET_SECONDS_MIN, Calls as Counted};

/// Calls by service.
pub fn services(groups: &Groups) -> Vec<Service> {
    let rows = named(groups.services()).into_iter();
    rows.map(|(service, calls)| Service { service, calls }).collect()
}

/// Calls by region.
pub fn regions(groups: &Groups) -> Vec<Region> {
    let rows = named(groups.regions()).into_iter();
    rows.map(|(region, calls)| Region { region, calls }).collect()
}

/// Calls by action.
pub fn actions(groups: &Groups) -> Vec<Action> {
    let kept = groups.actions().iter().map(|(name, entry)| {
        let (service, action) = service_and_action(name);
        (service.map(str::to_owned), action.to_owned(), entry)
    });
    let rest = groups.actions().rest().map(|rest| (None, OTHER.to_owned(), rest));
    let rows = kept.chain(rest).filter(|(_, _, entry)| entry.calls.all() > 0);
    let mut rows: Vec<_> = rows
        .map(|(service, action, entry)| Action {
            service,
            action,
            calls: calls(entry.calls),
            latency: quantiles(entry.durations.quantiles()),
        })
        .collect();
    rows.sort_by(|a, b| {
        all(&b.calls).cmp(&all(&a.calls)).then_with(|| a.service.cmp(&b.service)).then_with(|| a.action.cmp(&b.action))
    });
    rows
}

/// Calls by the `--by` fields, in the order of the options.
pub fn by(groups: &Groups, names: &[String]) -> Vec<By> {
    let tables = names.iter().zip(groups.by());
    tables
        .flat_map(|(name, table)| {
            let rows = named(table).into_iter();
            rows.map(move |(value, calls)| By { name: name.clone(), value, calls, codes: None })
        })
        .collect()
}

/// Calls by UTC periods, in the order of time, each with its failures by code.
pub fn periods(days: &Days, periods: &[Period]) -> Vec<By> {
    let of = |period: &Period| {
        let period = *period;
        days.by(period).into_iter().map(move |(start, day)| By {
            name: period.as_str().to_owned(),
            value: start.period_name(period),
            calls: calls(day.calls),
            codes: Some(counts(&day)),
        })
    };
    periods.iter().flat_map(of).collect()
}

fn counts(day: &Day) -> Vec<CodeCount> {
    let rows = day.codes.iter().chain(day.codes.rest().map(|rest| (OTHER, rest)));
    let mut rows: Vec<_> = rows.map(|(code, &count)| CodeCount { code: code.to_owned(), count }).collect();
    rows.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.code.cmp(&b.code)));
    rows
}

/// Calls over time.
pub fn timeline(summary: &Summary) -> Timeline {
    let (seconds, buckets) = summary.timeline.buckets(BUCKET_SECONDS_MIN);
    let bucket_seconds = (!buckets.is_empty()).then_some(seconds);
    let buckets = buckets.into_iter().map(|(start, calls)| Bucket { start, ok: calls.ok, failed: calls.failed });
    Timeline { bucket_seconds, buckets: buckets.collect() }
}

/// How long calls took.
pub fn latency(summary: &Summary) -> Latency {
    let latency = &summary.latency;
    Latency {
        unit: "ms",
        all: quantiles(latency.all().quantiles()),
        ok: quantiles(latency.ok.quantiles()),
        failed: quantiles(latency.failed.quantiles()),
    }
}

fn quantiles(measured: Measured) -> Quantiles {
    let [p50, p90, p95, p99, p999] = match measured.percentiles_ns {
        Some(percentiles) => percentiles.map(|ns| Some(milliseconds(ns))),
        None => [None; 5],
    };
    Quantiles { count: measured.count, p50, p90, p95, p99, p999, max: measured.max_ns.map(milliseconds) }
}

fn calls(counted: Counted) -> Calls {
    Calls { ok: counted.ok, failed: counted.failed, failure_rate: counted.failure_rate() }
}

const fn all(calls: &Calls) -> u64 {
    calls.ok + calls.failed
}

/// Names with their calls, the most frequent first; names without calls are left out.
fn named(table: &Bounded<Counted>) -> Vec<(String, Calls)> {
    let rows = table.iter().chain(table.rest().map(|rest| (OTHER, rest)));
    let mut rows: Vec<_> = rows
        .filter(|(_, counted)| counted.all() > 0)
        .map(|(name, counted)| (name.to_owned(), calls(*counted)))
        .collect();
    rows.sort_by(|a, b| all(&b.1).cmp(&all(&a.1)).then_with(|| a.0.cmp(&b.0)));
    rows
}
