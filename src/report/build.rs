//! An analysis becomes a report: numbers are resolved, ratios done, rows sorted, laws checked.

use std::collections::BTreeMap;

use super::{
    Against, At, Condition, FieldSample, Input, Malformed, MalformedSample, Ordered, Report, SCHEMA, Totals, codes,
    judge, laws, rank, series, tables, trend,
};
use crate::catalog::{self, Classes};
use crate::input;
use crate::record::LineClass;
use crate::redact::redact;
use crate::report::LawBroken;
use crate::scan::detect::FieldSeen;
use crate::settings::Value;
use crate::summary::exemplars::Exemplar;
use crate::summary::numbering::Numbers;
use crate::summary::totals::{Counts, MissingIds};
use crate::summary::{Summary, rejects::Reject};
use crate::time::Period;

/// What a report is made of, beside the summary.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// The class of each code.
    pub classes: &'a Classes,
    /// How many ids a code lists.
    pub ids: usize,
    /// Codes that are listed; all when empty. Totals are never cut.
    pub codes: &'a [String],
    /// Classes that are listed; all when empty.
    pub only_classes: &'a [catalog::Class],
    /// Names of the `--by` fields.
    pub by: &'a [String],
    /// Periods to group by.
    pub periods: &'a [Period],
    /// The options that change numbers or lists.
    pub filters: &'a BTreeMap<&'static str, Value>,
    /// What the report is held against.
    pub against: Against<'a>,
}

/// How one input was read, in words.
#[derive(Clone, Debug)]
pub struct InputFacts {
    /// Its path as it is shown.
    pub path: String,
    /// How records stand in its bytes.
    pub format: input::Framing,
    /// How its bytes were packed.
    pub compression: input::Compression,
    /// Pointers to the envelope.
    pub envelope: Vec<String>,
    /// Where context was found, with a sample.
    pub fields: BTreeMap<&'static str, FieldSeen>,
    /// Decompressed bytes.
    pub bytes: u64,
    /// How it was read.
    pub status: input::Status,
    /// What is wrong.
    pub error: Option<String>,
    /// Whether its last line is cut and has no LF.
    pub unfinished: bool,
    /// Whether it was left out.
    pub skipped: bool,
}

/// Line numbers and paths, for resolving where records stand.
pub struct Numbered<'a> {
    numbers: Numbers,
    inputs: &'a [InputFacts],
}

impl Numbered<'_> {
    fn path(&self, input: u32) -> String {
        self.inputs.get(input as usize).map(|facts| facts.path.clone()).unwrap_or_default()
    }

    /// Where an exemplar stands and what is known of the call.
    #[must_use]
    pub fn at(&self, exemplar: &Exemplar) -> At {
        At::of(exemplar, self.path(exemplar.origin.input), self.numbers.line(exemplar.origin))
    }

    fn sample(&self, reject: &Reject) -> Option<MalformedSample> {
        Some(MalformedSample {
            input: self.path(reject.origin.input),
            line: self.numbers.line(reject.origin),
            offset: reject.origin.offset,
            reason: reject.reason?.as_str(),
        })
    }
}

/// Makes the report of a summary. `interrupted` says that the run was stopped early.
///
/// # Errors
///
/// A law does not hold: the summary is wrong, and must not be shown.
pub fn report(
    summary: &Summary,
    inputs: Vec<InputFacts>,
    interrupted: bool,
    hints: Vec<String>,
    options: &Options<'_>,
) -> Result<Report, LawBroken> {
    // Names of fields are typed by somebody.
    let by: Vec<String> = options.by.iter().map(|name| redact(name).into_owned()).collect();
    let options = &Options { by: &by, ..*options };
    let numbered = Numbered { numbers: summary.numbering.resolve(), inputs: &inputs };
    let codes = codes::rows(summary, &numbered, options);
    let mut report = Report {
        schema: SCHEMA,
        totals: totals(
            summary.totals,
            summary.untimed,
            inputs.iter().map(|facts| facts.bytes).sum(),
            summary.missing_ids,
            summary.distinct_ids.count(),
        ),
        malformed: malformed(summary, &numbered),
        anomalies: anomalies(summary),
        families: codes::families(&codes),
        classes: codes::classes(&codes),
        services: tables::services(&summary.groups),
        actions: tables::actions(&summary.groups),
        regions: tables::regions(&summary.groups),
        by: [tables::by(&summary.groups, options.by), tables::periods(&summary.days, options.periods)].concat(),
        timeline: tables::timeline(summary),
        series: series::series(summary, options),
        latency: tables::latency(summary),
        look_into: Vec::new(),
        inputs: rows(summary, inputs),
        window: None,
        breaches: Vec::new(),
        filters: options.filters.iter().map(|(name, setting)| (*name, setting.redacted())).collect(),
        status: Vec::new(),
        hints,
        approximate: is_approximate(summary),
        codes,
        stamp: None,
        compared: None,
        unjudged: Vec::new(),
        unheard: Vec::new(),
    };
    laws::check(&report)?;
    trend::apply(&mut report, &options.against, options.classes);
    judge::mute(&mut report, &options.against);
    judge::judge(&mut report, &options.against, summary.span.last);
    report.codes.retain(|code| {
        (options.codes.is_empty() || options.codes.contains(&code.code))
            && (options.only_classes.is_empty() || options.only_classes.contains(&code.class))
    });
    report.look_into = rank::look_into(&report.codes);
    report.status = status(&report, interrupted);
    Ok(report)
}

/// Sums with their rates.
#[must_use]
pub fn totals(counts: Counts, untimed: u64, bytes: u64, missing: MissingIds, distinct_request_ids: u64) -> Totals {
    let (failed, malformed) = (counts[LineClass::Failed], counts[LineClass::Malformed]);
    let ratio = |part: u64, of: u64| part as f64 / of as f64;
    let calls = counts.calls();
    let widest = calls + malformed;
    Totals {
        counts,
        untimed,
        responses: counts.responses(),
        bytes,
        failure_rate: (calls > 0).then(|| ratio(failed, calls)),
        failure_rate_bounds: (widest > 0).then(|| [ratio(failed, widest), ratio(failed + malformed, widest)]),
        missing_request_id: missing.0,
        distinct_request_ids,
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

/// A row an input. Of many inputs their paths are most of a report, so that nothing is copied.
fn rows(summary: &Summary, inputs: Vec<InputFacts>) -> Vec<Input> {
    let rows = inputs.into_iter().enumerate().map(|(rank, facts)| Input {
        path: facts.path,
        format: facts.format,
        compression: facts.compression,
        envelope: facts.envelope.iter().map(|pointer| redacted_pointer(pointer)).collect(),
        fields: facts.fields.into_iter().map(|(name, seen)| (name, field(seen))).collect(),
        bytes: facts.bytes,
        counts: summary.inputs.get(rank).copied().unwrap_or_default(),
        status: facts.status,
        error: facts.error,
        unfinished: facts.unfinished,
        skipped: facts.skipped,
    });
    rows.collect()
}

fn field(seen: FieldSeen) -> FieldSample {
    FieldSample { pointer: redacted_pointer(&seen.pointer), sample: seen.sample }
}

/// A JSON Pointer without secrets: keys of a log can hold them like any other text, and are written with escapes.
fn redacted_pointer(pointer: &str) -> String {
    let key = |key: &str| redact(&key.replace("~1", "/").replace("~0", "~")).replace('~', "~0").replace('/', "~1");
    pointer.split('/').map(key).collect::<Vec<_>>().join("/")
}

fn is_approximate(summary: &Summary) -> bool {
    let groups = &summary.groups;
    summary.codes.rest().is_some()
        || groups.services().rest().is_some()
        || groups.actions().rest().is_some()
        || groups.regions().rest().is_some()
        || groups.by().any(|table| table.rest().is_some())
        || summary.codes.iter().any(|(_, code)| code.variants.rest().is_some())
}

fn status(report: &Report, interrupted: bool) -> Vec<Condition> {
    let totals = &report.totals;
    // A record that a filter took out was recognised all the same.
    let recognised = totals.counts.recognised();
    let conditions = [
        (Condition::Interrupted, interrupted),
        (Condition::Breach, !report.breaches.is_empty()),
        (Condition::Input, report.inputs.iter().any(|input| input.status != input::Status::Ok)),
        (Condition::NothingRecognised, totals.counts.not_blank() > 0 && recognised == 0),
    ];
    let mut status: Vec<_> = conditions.into_iter().filter(|&(_, holds)| holds).map(|(it, _)| it).collect();
    if status.is_empty() {
        status.push(Condition::Ok);
    }
    status
}
