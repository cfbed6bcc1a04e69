//! Codes, actions and durations of two times beside each other: before and after a point in time, or a baseline and now.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Trend;
use super::trend::change;
use crate::baseline::{Measured, MeasuredAction};
use crate::catalog::OTHER;
use crate::record::LineClass;
use crate::summary::Summary;
use crate::summary::groups::{Groups, service_and_action};
use crate::summary::split::Half;
use crate::time::{Nanos, milliseconds};

/// A percentile that is this many times what it was has changed.
const SLOWER_MIN: f64 = 1.5;

/// The calls of two times.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// The point in time that lies between them; none when the earlier one is that of a baseline.
    pub split: Option<Nanos>,
    /// All calls first, then codes and actions, those that changed before the others.
    pub rows: Vec<ComparisonRow>,
}

impl Comparison {
    /// Whether JSON leaves it out: a baseline has its numbers itself.
    #[must_use]
    pub fn is_for_people(comparison: &Option<Self>) -> bool {
        comparison.as_ref().is_none_or(|comparison| comparison.split.is_none())
    }
}

/// All calls, failures with a code, or calls of an action, at either time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComparisonRow {
    /// What it is.
    pub kind: ComparisonKind,
    /// The product of an action, where it is known.
    pub service: Option<String>,
    /// The code or the action; none of all calls.
    pub name: Option<String>,
    /// The earlier time.
    pub before: ComparisonSide,
    /// The later time.
    pub after: ComparisonSide,
    /// How the failures among the calls changed.
    pub trend: Option<Trend>,
}

/// What a row of a comparison is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ComparisonKind {
    /// All calls.
    All,
    /// Failures with a code.
    Code,
    /// Calls of an action.
    Action,
}

impl ComparisonKind {
    /// The word that reports use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Code => "code",
            Self::Action => "action",
        }
    }
}

/// Calls of one time; those of a code are all calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct ComparisonSide {
    /// All of them.
    pub calls: u64,
    /// Those that failed, or failed with the code.
    pub failed: u64,
    /// `failed / calls`, 0 to 1; none without calls.
    pub failure_rate: Option<f64>,
    /// The 99th percentile of their durations, in milliseconds; none of codes.
    pub p99_ms: Option<f64>,
}

impl ComparisonSide {
    fn of(calls: u64, failed: u64, p99_ms: Option<f64>) -> Self {
        Self { calls, failed, failure_rate: (calls > 0).then(|| failed as f64 / calls as f64), p99_ms }
    }
}

impl ComparisonRow {
    /// How many times the rate is what it was; none when there was none, or is none.
    #[must_use]
    pub fn times(&self) -> Option<f64> {
        let (before, after) = self.before.failure_rate.zip(self.after.failure_rate)?;
        (before > 0.0 && after > 0.0).then(|| after / before)
    }

    /// Whether calls take much longer than before, or much less long.
    fn is_as_fast(&self) -> bool {
        let Some((before, after)) = self.before.p99_ms.zip(self.after.p99_ms) else { return true };
        before.max(after) < SLOWER_MIN * before.min(after)
    }

    fn is_steady(&self) -> bool {
        matches!(self.trend, None | Some(Trend::Steady)) && self.is_as_fast()
    }
}

/// The calls before and after a point in time.
#[must_use]
pub fn split(at: Nanos, summary: &Summary) -> Comparison {
    Comparison { split: Some(at), ..compared(&of_half(&summary.split.before), &of_half(&summary.split.after)) }
}

/// The calls of a baseline and those of a summary.
#[must_use]
pub fn with_baseline(before: &Measured, summary: &Summary) -> Comparison {
    compared(before, &measured(summary))
}

/// The calls of a summary, to be compared.
#[must_use]
pub fn measured(summary: &Summary) -> Measured {
    let codes = summary.codes.iter().map(|(code, entry)| (code.to_owned(), entry.count));
    let rest = summary.codes.rest().map(|rest| (OTHER.to_owned(), rest.count));
    Measured {
        ok: summary.totals[LineClass::Ok],
        failed: summary.totals[LineClass::Failed],
        p99_ms: p99(&summary.latency.all().quantiles()),
        codes: codes.chain(rest).filter(|(_, count)| *count > 0).collect(),
        actions: actions(&summary.groups),
    }
}

fn of_half(half: &Half) -> Measured {
    let codes = half.codes.iter().map(|(code, &count)| (code.to_owned(), count));
    let rest = half.codes.rest().map(|&count| (OTHER.to_owned(), count));
    Measured {
        ok: half.calls.ok,
        failed: half.calls.failed,
        p99_ms: p99(&half.latency.all().quantiles()),
        codes: codes.chain(rest).collect(),
        actions: actions(&half.groups),
    }
}

fn actions(groups: &Groups) -> BTreeMap<(Option<String>, String), MeasuredAction> {
    let rows = groups.actions().iter().filter(|(_, action)| action.calls.all() > 0).map(|(name, action)| {
        let (service, name) = service_and_action(name);
        let p99_ms = p99(&action.durations.quantiles());
        let measured = MeasuredAction { ok: action.calls.ok, failed: action.calls.failed, p99_ms };
        ((service.map(str::to_owned), name.to_owned()), measured)
    });
    rows.collect()
}

fn p99(quantiles: &crate::summary::latency::Quantiles) -> Option<f64> {
    quantiles.percentiles_ns.map(|[_, _, _, p99, _]| milliseconds(p99))
}

fn compared(before: &Measured, after: &Measured) -> Comparison {
    let calls = |measured: &Measured| measured.ok.saturating_add(measured.failed);
    let all = |measured: &Measured| ComparisonSide::of(calls(measured), measured.failed, measured.p99_ms);
    let mut rows = vec![row(ComparisonKind::All, None, None, all(before), all(after))];
    let names: BTreeSet<&String> = before.codes.keys().chain(after.codes.keys()).collect();
    for name in names {
        let side = |of: &Measured| ComparisonSide::of(calls(of), of.codes.get(name).copied().unwrap_or(0), None);
        rows.push(row(ComparisonKind::Code, None, Some(name), side(before), side(after)));
    }
    // A side that knows no actions is not one without calls of them.
    let are_known = !before.actions.is_empty() && !after.actions.is_empty();
    let names = before.actions.keys().chain(after.actions.keys()).filter(|_| are_known);
    let names: BTreeSet<_> = names.collect();
    for name in names {
        let side = |of: &Measured| {
            let MeasuredAction { ok, failed, p99_ms } = of.actions.get(name).copied().unwrap_or_default();
            ComparisonSide::of(ok.saturating_add(failed), failed, p99_ms)
        };
        rows.push(row(ComparisonKind::Action, name.0.as_ref(), Some(&name.1), side(before), side(after)));
    }
    // Names of a kind come sorted, and keep that order among equals.
    rows.sort_by_key(|row| {
        let of = |side: ComparisonSide| if row.kind == ComparisonKind::Code { side.failed } else { side.calls };
        let size = of(row.before).saturating_add(of(row.after));
        (row.kind, row.is_steady(), std::cmp::Reverse(size))
    });
    Comparison { split: None, rows }
}

fn row(
    kind: ComparisonKind,
    service: Option<&String>,
    name: Option<&String>,
    before: ComparisonSide,
    after: ComparisonSide,
) -> ComparisonRow {
    let is_code = kind == ComparisonKind::Code;
    let trend = match (before.failed, after.failed) {
        _ if before.calls == 0 || after.calls == 0 => None,
        _ if name.is_some_and(|name| name == OTHER) => None,
        (0, 1..) if is_code => Some(Trend::New),
        (1.., 0) if is_code => Some(Trend::Gone),
        (failed_before, failed) => Some(change((failed, after.calls), (failed_before, before.calls))),
    };
    ComparisonRow { kind, service: service.cloned(), name: name.cloned(), before, after, trend }
}
