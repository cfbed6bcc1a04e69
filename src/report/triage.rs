//! What a person would ask of a code: since when, and where more than elsewhere. Each answer is a stated test; where
//! it says nothing, nothing is said.

use std::collections::BTreeMap;

use super::StandsOut;
use super::over_time::OverTime;
use crate::record::LineClass;
use crate::summary::Summary;
use crate::summary::bounded::Bounded;
use crate::summary::codes::Code;
use crate::summary::timeline::Calls;
use crate::time::Nanos;

/// How large the share of a value in a code's failures must be.
const SHARE_MIN: f64 = 0.5;
/// How much larger than its share in all calls.
const EXCESS_MIN: f64 = 0.2;
/// Fewer failures say nothing about shares.
const FAILURES_MIN: u64 = 10;

/// What all calls of a summary look like, worked out once for all codes.
pub struct Whole<'s> {
    pub(super) summary: &'s Summary,
    over_time: &'s OverTime,
    /// Calls by action, over all services.
    actions: BTreeMap<&'s str, u64>,
}

impl<'s> Whole<'s> {
    /// What a summary says of all calls.
    pub fn of(summary: &'s Summary, over_time: &'s OverTime) -> Self {
        let mut actions = BTreeMap::new();
        for (name, action) in summary.groups.actions().iter() {
            *actions.entry(crate::summary::groups::service_and_action(name).1).or_default() += action.calls.all();
        }
        Self { summary, over_time, actions }
    }
}

/// Since when, and until when, the code is more frequent among calls than in the rest of the time; no end while it goes
/// on.
pub fn stretch(code: &Code, whole: &Whole<'_>) -> Option<(Nanos, Option<Nanos>)> {
    let found = whole.over_time.stretch_of(code)?;
    // Where the first or the last failure lies in the bucket at an end, that is the end.
    let since = code.first.map_or(found.start, |first| first.max(found.start));
    let until = code.last.map_or(found.end, |last| last.min(found.end));
    Some((since, (!found.is_open).then_some(until)))
}

/// Failures by value: of services, actions, regions, and each `--by` field in the order of the options.
pub type Failures<'s> = Vec<Vec<(&'s str, u64)>>;

/// The values that the code's failures have much more often than all calls.
pub fn stands_out(code: &Code, whole: &Whole<'_>, by: &[String]) -> Vec<StandsOut> {
    let tables = [&code.services, &code.actions, &code.regions].into_iter().chain(&code.by);
    let failures = tables.map(|table| table.iter().map(|(name, &count)| (name, count)).collect());
    excessive(code.count, &failures.collect(), whole, by)
}

/// The values that some failures have much more often than all calls: of each field the one whose share exceeds its share
/// in all calls the most, largest excess first.
pub fn excessive(failed: u64, failures: &Failures<'_>, whole: &Whole<'_>, by: &[String]) -> Vec<StandsOut> {
    if failed < FAILURES_MIN {
        return Vec::new();
    }
    let Whole { summary, actions, .. } = whole;
    let groups = &summary.groups;
    let calls = summary.totals[LineClass::Ok] + summary.totals[LineClass::Failed];
    let all_of = |table: &Bounded<Calls>, name: &str| table.get(name).map_or(0, |calls| calls.all());
    let fields = ["service", "action", "region"].into_iter().chain(by.iter().map(String::as_str));
    let mut rows: Vec<_> = fields
        .zip(failures)
        .enumerate()
        .filter_map(|(place, (field, failures))| {
            let all_of = |name: &str| match place {
                0 => all_of(groups.services(), name),
                1 => actions.get(name).copied().unwrap_or(0),
                2 => all_of(groups.regions(), name),
                by => groups.by().nth(by - 3).map_or(0, |table| all_of(table, name)),
            };
            most(field, failures, failed, calls, all_of)
        })
        .collect();
    rows.sort_by(|a, b| excess(b).total_cmp(&excess(a)).then_with(|| a.field.cmp(&b.field)));
    rows
}

fn excess(row: &StandsOut) -> f64 {
    row.share - row.share_of_all
}

fn most(
    field: &str,
    failures: &[(&str, u64)],
    failed: u64,
    calls: u64,
    all_of: impl Fn(&str) -> u64,
) -> Option<StandsOut> {
    let rows = failures.iter().map(|&(value, count)| StandsOut {
        field: field.to_owned(),
        value: value.to_owned(),
        share: count as f64 / failed as f64,
        share_of_all: all_of(value) as f64 / calls.max(1) as f64,
    });
    rows.filter(|row| row.share >= SHARE_MIN && excess(row) >= EXCESS_MIN)
        .max_by(|a, b| excess(a).total_cmp(&excess(b)).then_with(|| b.value.cmp(&a.value)))
}
