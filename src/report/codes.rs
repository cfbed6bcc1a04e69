//! Rows about codes: counts, classes, messages and the ids that stand for each.

use std::collections::BTreeMap;

use super::options::Options;
use super::places::Numbered;
use super::triage::Whole;
use super::{Class, Code, Family, Message, RequestId};
use crate::catalog::{self, Classes};
use crate::record::LineClass;
use crate::summary::Summary;
use crate::summary::codes;
use crate::summary::exemplars::Exemplar;

/// Every code, the most frequent first.
pub fn rows(summary: &Summary, numbered: &Numbered<'_>, options: &Options<'_>) -> Vec<Code> {
    let whole = Whole::of(summary);
    let failed = summary.totals[LineClass::Failed];
    let mut rows: Vec<Code> =
        summary.codes.iter().map(|(name, code)| row(name, code, failed, &whole, numbered, options)).collect();
    if let Some(rest) = summary.codes.rest() {
        let rest = codes::Code { count: rest.count, first: rest.first, last: rest.last, ..codes::Code::default() };
        rows.push(row(catalog::OTHER, &rest, failed, &whole, numbered, options));
    }
    rows.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.code.cmp(&b.code)));
    rows
}

fn row(
    name: &str,
    code: &codes::Code,
    failed: u64,
    whole: &Whole<'_>,
    numbered: &Numbered<'_>,
    options: &Options<'_>,
) -> Code {
    let class = class_of(name, options.classes);
    Code {
        count: code.count,
        share: if failed == 0 { 0.0 } else { code.count as f64 / failed as f64 },
        first: code.first,
        last: code.last,
        since: super::triage::since(code, whole),
        stands_out: super::triage::stands_out(code, whole, options.by),
        throttled: if class == catalog::Class::Throttle { super::triage::throttled(code, whole) } else { None },
        messages: messages(code),
        request_ids: request_ids(code, numbered, options.ids),
        ..without_failures(name, class)
    }
}

/// A code that this report has no failures of.
pub fn without_failures(name: &str, class: catalog::Class) -> Code {
    Code {
        code: name.to_owned(),
        kind: catalog::kind(name),
        family: catalog::family(name).to_owned(),
        class,
        count: 0,
        share: 0.0,
        first: None,
        last: None,
        since: None,
        trend: None,
        seen_runs: None,
        times: None,
        muted: false,
        acknowledgement: None,
        stands_out: Vec::new(),
        throttled: None,
        messages: Vec::new(),
        request_ids: Vec::new(),
    }
}

/// The class in force; failures without a code, and codes without a row, have none.
pub fn class_of(name: &str, classes: &Classes) -> catalog::Class {
    if name == catalog::NONE || name == catalog::OTHER { catalog::Class::Unknown } else { classes.class(name) }
}

/// Masked messages; what did not fit comes last.
fn messages(code: &codes::Code) -> Vec<Message> {
    let kept = code
        .ranked_variants()
        .into_iter()
        .map(|(text, variant)| Message { text: text.to_owned(), count: variant.count });
    let rest = code.variants.rest().map(|rest| Message { text: catalog::OTHER.to_owned(), count: rest.count });
    kept.chain(rest).collect()
}

/// The slots in their order, each id once, at most `ids_max`.
fn request_ids(code: &codes::Code, numbered: &Numbered<'_>, ids_max: usize) -> Vec<RequestId> {
    let chosen = code.chosen().into_iter().take(ids_max);
    let row = |(reason, exemplar): (String, &Exemplar)| RequestId {
        request_id: exemplar.request_id.clone(),
        reason,
        at: numbered.at(exemplar),
    };
    chosen.map(row).collect()
}

/// Failures by family.
pub fn families(codes: &[Code]) -> Vec<Family> {
    let mut counts = BTreeMap::<&str, u64>::new();
    for code in codes {
        *counts.entry(&code.family).or_default() += code.count;
    }
    let mut rows: Vec<_> =
        counts.into_iter().map(|(family, count)| Family { family: family.to_owned(), count }).collect();
    rows.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.family.cmp(&b.family)));
    rows
}

/// Failures by class.
pub fn classes(codes: &[Code]) -> Vec<Class> {
    let mut counts = BTreeMap::<catalog::Class, u64>::new();
    for code in codes {
        *counts.entry(code.class).or_default() += code.count;
    }
    let mut rows: Vec<_> = counts.into_iter().map(|(class, count)| Class { class, count }).collect();
    rows.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.class.as_str().cmp(b.class.as_str())));
    rows
}
