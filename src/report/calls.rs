//! Rows about calls: services, actions, regions, other fields, time and latency.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::budget::{Budget, text};
use super::{Action, Bucket, By, Calls, CodeCount, Latency, Quantiles, Region, Service, Timeline};
use crate::catalog::OTHER;
use crate::summary::bounded::Bounded;
use crate::summary::groups::{Action as Entry, Groups, service_and_action};
use crate::summary::{self, Summary};
use crate::time::{Nanos, Period, milliseconds};
use summary::latency::Quantiles as Measured;
use summary::timeline::{Calls as Counted, Shown};

/// What a row of these tables takes in JSON beside its names, in bytes.
const CALLS_BYTES: usize = 150;
const ACTION_BYTES: usize = 480;
const BY_BYTES: usize = 200;
const CODE_BYTES: usize = 96;
/// How many shares of what is left for lists one table has.
const ACTIONS_SHARES: usize = 3;
const NAMES_SHARES: usize = 12;
const CODES_SHARES: usize = 6;

/// Calls by service.
pub fn services(groups: &Groups, budget: &mut Budget) -> Vec<Service> {
    let rows = named(groups.services(), CALLS_BYTES, budget).into_iter();
    rows.map(|(service, calls)| Service { service, calls }).collect()
}

/// Calls by region.
pub fn regions(groups: &Groups, budget: &mut Budget) -> Vec<Region> {
    let rows = named(groups.regions(), CALLS_BYTES, budget).into_iter();
    rows.map(|(region, calls)| Region { region, calls }).collect()
}

/// Calls by action.
pub fn actions(groups: &Groups, budget: &mut Budget) -> Vec<Action> {
    let table = groups.actions();
    let mut kept: Vec<_> = table.iter().filter(|(_, entry)| entry.calls.all() > 0).collect();
    kept.sort_by(|a, b| b.1.calls.all().cmp(&a.1.calls.all()).then_with(|| a.0.cmp(b.0)));
    let folded = budget.fold(&mut kept, ACTIONS_SHARES, |(name, _)| {
        let (service, action) = service_and_action(name);
        ACTION_BYTES + service.map_or(0, text) + text(action)
    });
    let rest = table.rest().into_iter().chain(folded.into_iter().map(|(_, entry)| entry));
    let rest = rest.fold(Entry::default(), |mut rest, entry| {
        rest.add(entry.clone());
        rest
    });
    let row = |service: Option<&str>, action: &str, entry: &Entry| Action {
        service: service.map(str::to_owned),
        action: action.to_owned(),
        calls: calls(entry.calls),
        latency: quantiles(entry.durations.quantiles()),
    };
    let rows = kept.into_iter().map(|(name, entry)| {
        let (service, action) = service_and_action(name);
        row(service, action, entry)
    });
    let rest = (rest.calls.all() > 0).then(|| row(None, OTHER, &rest));
    let mut rows: Vec<_> = rows.chain(rest).collect();
    rows.sort_by(|a, b| {
        b.calls.all().cmp(&a.calls.all()).then_with(|| a.service.cmp(&b.service)).then_with(|| a.action.cmp(&b.action))
    });
    rows
}

/// Calls by the `--by` fields, in the order of the options.
pub fn by(groups: &Groups, names: &[String], budget: &mut Budget) -> Vec<By> {
    let mut rows = Vec::new();
    for (name, table) in names.iter().zip(groups.by()) {
        let named = named(table, BY_BYTES + text(name), budget).into_iter();
        rows.extend(named.map(|(value, calls)| By { name: name.clone(), value, calls, codes: None }));
    }
    rows
}

/// Takes off a budget what the rows of periods will take in any case.
pub fn spend(summary: &Summary, periods: &[Period], budget: &mut Budget) {
    let rows = periods.iter().map(|&period| summary.days.by(period).len());
    budget.spend(rows.sum::<usize>() * (BY_BYTES + CODE_BYTES));
}

/// Calls by periods, in the order of time, each with its failures by code. Those of a period that are more frequent
/// come first; the rest of a period is what they leave.
pub fn periods(summary: &Summary, periods: &[Period], budget: &mut Budget) -> Vec<By> {
    periods.iter().flat_map(|&period| by_period(summary, period, budget)).collect()
}

fn by_period(summary: &Summary, period: Period, budget: &mut Budget) -> Vec<By> {
    let mut codes = BTreeMap::<Nanos, Vec<(&str, u64)>>::new();
    for (name, code) in summary.codes.iter() {
        for (start, failures) in code.days.by(period) {
            codes.entry(start).or_default().push((name, failures));
        }
    }
    codes.values_mut().for_each(|codes| codes.sort_by(by_count));
    let rows = summary.days.by(period);
    let sizes: Vec<_> =
        codes.values().map(|codes| codes.iter().map(|(code, _)| CODE_BYTES + text(code)).collect()).collect();
    let listed = budget.turns(&sizes, CODES_SHARES);
    codes.values_mut().zip(listed).for_each(|(codes, listed)| codes.truncate(listed));
    let row = |(start, counted): (Nanos, Counted)| {
        let mut codes = codes.remove(&start).unwrap_or_default();
        let others = counted.failed.saturating_sub(codes.iter().map(|&(_, count)| count).sum());
        if others > 0 {
            codes.push((OTHER, others));
            codes.sort_by(by_count);
        }
        let codes = codes.into_iter().map(|(code, count)| CodeCount { code: code.to_owned(), count }).collect();
        By {
            name: period.as_str().to_owned(),
            value: start.period_name(period),
            calls: calls(counted),
            codes: Some(codes),
        }
    };
    rows.into_iter().map(row).collect()
}

/// The more frequent first, then by name.
fn by_count(a: &(&str, u64), b: &(&str, u64)) -> Ordering {
    b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0))
}

/// Calls over time.
pub fn timeline(summary: &Summary) -> Timeline {
    let Shown { seconds, outside, buckets } = summary.timeline.shown();
    let bucket_seconds = (!buckets.is_empty()).then_some(seconds);
    let buckets = buckets.into_iter().map(|(start, calls)| Bucket { start, ok: calls.ok, failed: calls.failed });
    Timeline { bucket_seconds, outside, buckets: buckets.collect() }
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

/// Names with their calls, the most frequent first; names without calls are left out. A row takes this many bytes beside
/// its name.
fn named(table: &Bounded<Counted>, bytes: usize, budget: &mut Budget) -> Vec<(String, Calls)> {
    let by_calls = |a: &(&str, Counted), b: &(&str, Counted)| b.1.all().cmp(&a.1.all()).then_with(|| a.0.cmp(b.0));
    let mut rows: Vec<_> =
        table.iter().filter(|(_, counted)| counted.all() > 0).map(|(name, &counted)| (name, counted)).collect();
    rows.sort_by(by_calls);
    let folded = budget.fold(&mut rows, NAMES_SHARES, |(name, _)| bytes + text(name));
    let mut rest = table.rest().copied().unwrap_or_default();
    folded.into_iter().for_each(|(_, counted)| rest.add(counted));
    rows.extend((rest.all() > 0).then_some((OTHER, rest)));
    rows.sort_by(by_calls);
    rows.into_iter().map(|(name, counted)| (name.to_owned(), calls(counted))).collect()
}
