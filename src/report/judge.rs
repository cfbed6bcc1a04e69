//! What a report is compared with: earlier runs, codes that are acknowledged, and rules. Whatever `--code` and `--class`
//! list, all codes are judged here.

use std::collections::BTreeSet;

use super::{Breach, Calls, Report, Unheard, Unjudged};
use crate::acknowledged::Acknowledged;
use crate::baseline::{Baseline, Measured};
use crate::catalog;
use crate::record::LineClass;
use crate::redact::redact;
use crate::rule::{Measure, Percentile, Rule, Scale, nearest};
use crate::time::Nanos;

/// What a report is compared with; nothing by default.
#[derive(Clone, Copy, Debug, Default)]
pub struct Against<'a> {
    /// The run that trends compare with; the history when there is none.
    pub baseline: Option<&'a Baseline>,
    /// The calls of the baseline, to be shown beside those of now.
    pub measured: Option<&'a Measured>,
    /// Earlier runs, the last one last.
    pub history: &'a [Baseline],
    /// Codes that are acknowledged.
    pub acknowledged: &'a [Acknowledged],
    /// Rules, in the order of the options.
    pub rules: &'a [Rule],
    /// The time at which ages and acknowledgements are looked at.
    pub now: Nanos,
    /// The newest time of a record, in this run and earlier ones, that is not a clock which is ahead.
    pub newest: Option<Nanos>,
}

/// Marks the codes that are acknowledged.
pub fn mute(report: &mut Report, against: &Against<'_>) {
    for code in &mut report.codes {
        if let Some(known) = against.acknowledged.iter().find(|known| known.code == code.code) {
            code.muted = known.mutes(code.count, against.now);
            code.acknowledgement = Some(redact(&known.reason(code.count, against.now)).into_owned());
        }
    }
}

/// Judges the report by the rules.
pub fn judge(report: &mut Report, against: &Against<'_>) {
    for rule in against.rules {
        let judgement = rule.judge(|measure| value(measure, report, against));
        // Somebody may have typed a secret.
        let text = || redact(rule.text()).into_owned();
        report.unjudged.extend(
            judgement.unknown.into_iter().map(|measure| Unjudged { rule: text(), measure: measure.redacted() }),
        );
        let unheard = rule.measures().into_iter().filter_map(|measure| unheard(measure, report, against));
        let unheard: Vec<_> = unheard.map(|(measure, near)| Unheard { rule: text(), measure, near }).collect();
        report.unheard.extend(unheard);
        report.breaches.extend(judgement.fired.map(|(measure, value)| Breach {
            rule: text(),
            value,
            measure: measure.redacted(),
            values: judgement.values.iter().map(|(measure, value)| (measure.clone().redacted(), *value)).collect(),
        }));
    }
}

/// A measure of a name that no table lists, and that neither the log nor an earlier run has, with the names most like it.
fn unheard(measure: &Measure, report: &Report, against: &Against<'_>) -> Option<(Measure, Vec<String>)> {
    let earlier = || against.history.iter().chain(against.baseline);
    let near = match measure {
        Measure::Code(code, _) => {
            let is_known = catalog::is_listed(code)
                || [catalog::NONE, catalog::OTHER].contains(&code.as_str())
                || report.codes.iter().any(|row| row.code == *code)
                || earlier().any(|run| run.codes.contains_key(code));
            (!is_known).then(|| catalog::suggest(code).into_iter().map(str::to_owned).collect())?
        }
        Measure::Family(name, _) => {
            let mut known: BTreeSet<&str> = catalog::listed().map(catalog::family).collect();
            known.extend(report.families.iter().map(|row| row.family.as_str()));
            known.extend(earlier().flat_map(|run| run.codes.keys()).map(|code| catalog::family(code)));
            unknown(name, known.into_iter())?
        }
        Measure::Service(name, _) => unknown(name, report.services.iter().map(|row| row.service.as_str()))?,
        Measure::Action(name, _) => unknown(name, report.actions.iter().map(|row| row.action.as_str()))?,
        Measure::By(field, value, _) => {
            let known = report.by.iter().filter(|row| row.name == *field).map(|row| row.value.as_str());
            unknown(value, known)?.into_iter().map(|near| format!("{field}={near}")).collect()
        }
        _ => return None,
    };
    Some((measure.clone().redacted(), near))
}

/// What is most like a name that is none of those known; none when it is one of them.
fn unknown<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<Vec<String>> {
    let known: Vec<_> = known.filter(|known| *known != catalog::OTHER).collect();
    (!known.contains(&name)).then(|| nearest(name, known.into_iter()).map(str::to_owned).into_iter().collect())
}

/// What a measure is of the report, in its unit; none when nothing can be divided, timed or compared.
fn value(measure: &Measure, report: &Report, against: &Against<'_>) -> Option<f64> {
    let totals = &report.totals;
    let calls = totals.counts[LineClass::Ok].saturating_add(totals.counts[LineClass::Failed]);
    let share = |part: u64, of: u64| (of > 0).then(|| part as f64 / of as f64);
    let scaled = |count: u64, of: u64, scale: Scale| match scale {
        Scale::Count => Some(count as f64),
        Scale::Share => share(count, of),
    };
    let (in_window, unfinished) = (totals.in_window(), report.unfinished_lines());
    let lines = in_window.expected().saturating_sub(unfinished);
    let heard = || report.codes.iter().filter(|code| !code.muted);
    match measure {
        Measure::FailureRate => totals.failure_rate,
        Measure::Ok => Some(totals.counts[LineClass::Ok] as f64),
        Measure::Failed => Some(totals.counts[LineClass::Failed] as f64),
        Measure::DryRun => Some(totals.counts[LineClass::DryRun] as f64),
        Measure::Responses => Some(totals.responses as f64),
        Measure::Lines => Some(totals.counts.lines.saturating_sub(unfinished) as f64),
        Measure::NewCodes if against.baseline.is_none() && against.history.is_empty() => None,
        Measure::NewCodes => Some(report.codes.iter().filter(|code| code.is_news()).count() as f64),
        Measure::Code(name, scale) => {
            let failures = heard().filter(|code| code.code == *name).map(|code| code.count).sum();
            scaled(failures, calls, *scale)
        }
        Measure::Family(name, scale) => {
            let failures = heard().filter(|code| code.family == *name).map(|code| code.count).sum();
            scaled(failures, calls, *scale)
        }
        Measure::Service(name, scale) => {
            let calls = Calls::sum(report.services.iter().filter(|row| row.service == *name).map(|row| &row.calls));
            scaled(calls.failed, calls.all(), *scale)
        }
        Measure::Action(name, scale) => {
            let calls = Calls::sum(report.actions.iter().filter(|row| row.action == *name).map(|row| &row.calls));
            scaled(calls.failed, calls.all(), *scale)
        }
        Measure::By(field, value, scale) => {
            let rows = report.by.iter().filter(|row| row.name == *field && row.value == *value);
            let calls = Calls::sum(rows.map(|row| &row.calls));
            scaled(calls.failed, calls.all(), *scale)
        }
        Measure::Class(class, scale) => {
            let failures = heard().filter(|code| code.class == *class).map(|code| code.count).sum();
            scaled(failures, calls, *scale)
        }
        Measure::Malformed(scale) => scaled(in_window[LineClass::Malformed].saturating_sub(unfinished), lines, *scale),
        Measure::NoEnvelope(scale) => scaled(in_window[LineClass::NoEnvelope], lines, *scale),
        Measure::Unrecognised(scale) => {
            let malformed = in_window[LineClass::Malformed].saturating_sub(unfinished);
            let text = in_window[LineClass::Text];
            scaled(malformed + in_window[LineClass::NoEnvelope] + text, lines.saturating_add(text), *scale)
        }
        Measure::Unidentified => Some(in_window[LineClass::Unidentified] as f64),
        Measure::MissingRequestId(scale) => scaled(totals.missing_request_id.sum(), totals.responses, *scale),
        Measure::NewestAge => {
            against.newest.map(|newest| (i128::from(against.now.0) - i128::from(newest.0)) as f64 / 1e9)
        }
        Measure::Percentile(percentile) => {
            let all = &report.latency.all;
            match percentile {
                Percentile::P50 => all.p50,
                Percentile::P90 => all.p90,
                Percentile::P95 => all.p95,
                Percentile::P99 => all.p99,
                Percentile::P999 => all.p999,
                Percentile::Max => all.max,
            }
        }
    }
}
