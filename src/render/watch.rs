//! What a watch writes for programs: a line of JSON for each window, and one each time a rule begins or ceases to hold.
//! `docs/watch.schema.json` describes them; what stands in a report too has its name and its form there.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::json;
use crate::report::{
    Action, Breach, By, Code, Condition, Headline, Input, Latency, LookInto, Region, Report, Service, Span, Totals,
    Unidentified,
};
use crate::time::{NS_PER_SECOND, Nanos, milliseconds};
use crate::watch::{Failure, RuleState, Strays, View, WindowReport};

/// The form of the lines.
pub const SCHEMA: &str = "resplog.watch/1";

/// Writes a window.
///
/// # Errors
///
/// `out` fails.
pub fn window(window: &WindowReport, out: &mut dyn Write) -> io::Result<()> {
    let WindowReport { from, to, is_last, report, newest, now, unread, outside, rules, failures } = window;
    let row = Window {
        schema: SCHEMA,
        event: "window",
        from: *from,
        to: *to,
        last: *is_last,
        verdict: &report.verdict,
        totals: &report.totals,
        span: report.span,
        newest: newest.map(|time| Newest { time, age_seconds: age_seconds(time, *now) }),
        unread_bytes: *unread,
        late: Stray::of(&outside.late),
        ahead: Stray::of(&outside.ahead),
        rules: rules.iter().map(RuleRow::of).collect(),
        codes: &report.codes,
        unidentified: &report.unidentified,
        services: &report.services,
        actions: &report.actions,
        regions: &report.regions,
        by: &report.by,
        latency: &report.latency,
        anomalies: &report.anomalies,
        look_into: &report.look_into,
        failures: failures.iter().map(FailureRow::of).collect(),
        inputs: &report.inputs,
        breaches: &report.breaches,
        status: &report.status,
        hints: &report.hints,
        approximate: report.approximate,
    };
    json::row(&row, out)
}

/// Writes that a rule began or ceased to hold, over the last window up to now.
///
/// # Errors
///
/// `out` fails.
pub fn rule(state: &RuleState, view: &View, out: &mut dyn Write) -> io::Result<()> {
    let Report { verdict, totals, .. } = &view.report;
    let row = RuleEvent {
        schema: SCHEMA,
        event: "rule",
        time: view.now,
        from: view.from,
        rule: &state.rule,
        holds: state.holds(),
        value: state.breach.as_ref().map(|breach| breach.value),
        verdict,
        ok: totals.counts[crate::record::LineClass::Ok],
        failed: totals.counts[crate::record::LineClass::Failed],
    };
    json::row(&row, out)
}

/// How old a time is, in seconds; below 0 for a clock that is ahead.
#[must_use]
pub fn age_seconds(time: Nanos, now: Nanos) -> f64 {
    (i128::from(now.0) - i128::from(time.0)) as f64 / NS_PER_SECOND as f64
}

#[derive(Serialize)]
struct Window<'w> {
    schema: &'static str,
    event: &'static str,
    from: Nanos,
    to: Nanos,
    last: bool,
    verdict: &'w Headline,
    totals: &'w Totals,
    span: Option<Span>,
    newest: Option<Newest>,
    unread_bytes: u64,
    late: Stray,
    ahead: Stray,
    rules: Vec<RuleRow<'w>>,
    codes: &'w [Code],
    unidentified: &'w [Unidentified],
    services: &'w [Service],
    actions: &'w [Action],
    regions: &'w [Region],
    by: &'w [By],
    latency: &'w Latency,
    anomalies: &'w BTreeMap<&'static str, u64>,
    look_into: &'w [LookInto],
    failures: Vec<FailureRow<'w>>,
    inputs: &'w [Input],
    breaches: &'w [Breach],
    status: &'w [Condition],
    hints: &'w [String],
    approximate: bool,
}

#[derive(Serialize)]
struct Newest {
    time: Nanos,
    age_seconds: f64,
}

#[derive(Serialize)]
struct Stray {
    ok: u64,
    failed: u64,
    dry_run: u64,
    first: Option<Nanos>,
    last: Option<Nanos>,
}

impl Stray {
    fn of(strays: &Strays) -> Self {
        let Strays { ok, failed, dry_run, span } = *strays;
        Self { ok, failed, dry_run, first: span.map(|(first, _)| first), last: span.map(|(_, last)| last) }
    }
}

#[derive(Serialize)]
struct RuleRow<'w> {
    rule: &'w str,
    holds: bool,
    since: Option<Nanos>,
    value: Option<f64>,
    judged: bool,
    fired: bool,
}

impl<'w> RuleRow<'w> {
    fn of(state: &'w RuleState) -> Self {
        Self {
            rule: &state.rule,
            holds: state.holds(),
            since: state.since,
            value: state.breach.as_ref().map(|breach| breach.value),
            judged: state.is_judged && state.is_known,
            fired: state.has_fired,
        }
    }
}

#[derive(Serialize)]
struct RuleEvent<'w> {
    schema: &'static str,
    event: &'static str,
    time: Nanos,
    from: Nanos,
    rule: &'w str,
    holds: bool,
    value: Option<f64>,
    verdict: &'w Headline,
    ok: u64,
    failed: u64,
}

#[derive(Serialize)]
struct FailureRow<'w> {
    request_id: Option<&'w str>,
    code: &'w str,
    message: &'w str,
    time: Option<Nanos>,
    service: Option<&'w str>,
    action: Option<&'w str>,
    region: Option<&'w str>,
    duration_ms: Option<f64>,
    input: &'w str,
    offset: u64,
}

impl<'w> FailureRow<'w> {
    fn of(failure: &'w Failure) -> Self {
        let Failure { at: _, look: _, code, message, call, input, offset } = failure;
        Self {
            request_id: call.request_id(),
            code,
            message,
            time: call.time,
            service: call.service(),
            action: call.action(),
            region: call.region(),
            duration_ms: call.duration_ns.map(milliseconds),
            input,
            offset: *offset,
        }
    }
}
