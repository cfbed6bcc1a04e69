//! What a report is held against: earlier runs, codes that are acknowledged, and rules. Whatever `--code` and `--class`
//! list, all codes are judged here.

use super::{Breach, Report, Unheard, Unjudged};
use crate::acknowledged::Acknowledged;
use crate::baseline::Baseline;
use crate::catalog;
use crate::record::LineClass;
use crate::redact::redact;
use crate::rule::{Measure, Percentile, Rule, Scale};
use crate::time::Nanos;

/// What a report is held against; nothing by default.
#[derive(Clone, Copy, Debug, Default)]
pub struct Against<'a> {
    /// The run that trends compare with; the history when there is none.
    pub baseline: Option<&'a Baseline>,
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
        let mut codes = rule.codes();
        codes.retain(|code| !is_heard(code, report, against));
        codes.sort_unstable();
        codes.dedup();
        let unheard = |code: &str| Unheard { rule: text(), code: redact(code).into_owned() };
        report.unheard.extend(codes.into_iter().map(unheard));
        report.breaches.extend(judgement.fired.map(|(measure, value)| Breach {
            rule: text(),
            value,
            measure: measure.redacted(),
            is_compound: rule.is_compound(),
        }));
    }
}

/// Whether a table lists a code, or the log or an earlier run has it.
fn is_heard(code: &str, report: &Report, against: &Against<'_>) -> bool {
    let mut earlier = against.history.iter().chain(against.baseline);
    catalog::is_listed(code)
        || [catalog::NONE, catalog::OTHER].contains(&code)
        || report.codes.iter().any(|row| row.code == code)
        || earlier.any(|run| run.codes.contains_key(code))
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
        Measure::Class(class, scale) => {
            let failures = heard().filter(|code| code.class == *class).map(|code| code.count).sum();
            scaled(failures, calls, *scale)
        }
        Measure::Malformed(scale) => scaled(in_window[LineClass::Malformed].saturating_sub(unfinished), lines, *scale),
        Measure::NoEnvelope(scale) => scaled(in_window[LineClass::NoEnvelope], lines, *scale),
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
