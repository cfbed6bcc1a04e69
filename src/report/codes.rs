//! Rows about codes: counts, classes, messages and the ids that stand for each.

use std::collections::{BTreeMap, HashSet};

use super::build::{Numbered, Options};
use super::{Class, Code, Family, Message, RequestId};
use crate::catalog::{self, Classes};
use crate::summary::Summary;
use crate::summary::codes;
use crate::summary::exemplars::Exemplar;

/// Every code, the most frequent first.
pub fn rows(summary: &Summary, numbered: &Numbered<'_>, options: &Options<'_>) -> Vec<Code> {
    let failed = summary.totals.failed;
    let mut rows: Vec<Code> =
        summary.codes.iter().map(|(name, code)| row(name, code, failed, summary, numbered, options)).collect();
    if let Some(rest) = summary.codes.rest() {
        let rest = codes::Code { count: rest.count, first: rest.first, last: rest.last, ..codes::Code::default() };
        rows.push(row(catalog::OTHER, &rest, failed, summary, numbered, options));
    }
    rows.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.code.cmp(&b.code)));
    rows
}

fn row(
    name: &str,
    code: &codes::Code,
    failed: u64,
    summary: &Summary,
    numbered: &Numbered<'_>,
    options: &Options<'_>,
) -> Code {
    let class = class_of(name, options.classes);
    Code {
        code: name.to_owned(),
        kind: catalog::kind(name).as_str(),
        family: catalog::family(name).to_owned(),
        class: class.as_str(),
        count: code.count,
        share: if failed == 0 { 0.0 } else { code.count as f64 / failed as f64 },
        first: code.first,
        last: code.last,
        since: super::triage::since(code, summary),
        trend: None,
        seen_runs: None,
        muted: false,
        stands_out: super::triage::stands_out(code, summary, options.by),
        throttled: if class == catalog::Class::Throttle { super::triage::throttled(code, summary) } else { None },
        messages: messages(code),
        request_ids: request_ids(code, numbered, options.ids),
    }
}

/// The class in force; failures without a code, and codes without a row, have none.
fn class_of(name: &str, classes: &Classes) -> catalog::Class {
    if name == catalog::NONE || name == catalog::OTHER { catalog::Class::Unknown } else { classes.class(name) }
}

/// The variants of a code's message: by count, then text; what did not fit comes last.
fn variants(code: &codes::Code) -> Vec<(&str, &codes::Variant)> {
    let mut variants: Vec<_> = code.variants.iter().collect();
    variants.sort_by(|a, b| b.1.count.cmp(&a.1.count).then_with(|| a.0.cmp(b.0)));
    variants
}

fn messages(code: &codes::Code) -> Vec<Message> {
    let kept =
        variants(code).into_iter().map(|(text, variant)| Message { text: text.to_owned(), count: variant.count });
    let rest = code.variants.rest().map(|rest| Message { text: catalog::OTHER.to_owned(), count: rest.count });
    kept.chain(rest).collect()
}

/// The slots in their order, each id once, at most `ids_max`.
fn request_ids(code: &codes::Code, numbered: &Numbered<'_>, ids_max: usize) -> Vec<RequestId> {
    let slots = &code.slots;
    let variants = variants(code);
    let of = variants.len();
    let single = [("first", &slots.first.0), ("last", &slots.last), ("slowest", &slots.slowest)];
    let single = single.into_iter().map(|(reason, exemplar)| (reason.to_owned(), exemplar));
    let variants = variants
        .into_iter()
        .enumerate()
        .map(|(place, (_, variant))| (format!("variant {} of {of}", place + 1), &variant.first.0));
    let sample = std::iter::once(("sample".to_owned(), &slots.sample));
    let mut chosen = HashSet::new();
    single
        .chain(variants)
        .chain(sample)
        .filter_map(|(reason, exemplar)| Some((reason, exemplar.as_ref()?)))
        .filter(|(_, exemplar)| chosen.insert(exemplar.request_id.as_str()))
        .take(ids_max)
        .map(|(reason, exemplar): (String, &Exemplar)| RequestId {
            request_id: exemplar.request_id.clone(),
            reason,
            at: numbered.at(exemplar),
        })
        .collect()
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
    let mut counts = BTreeMap::<&'static str, u64>::new();
    for code in codes {
        *counts.entry(code.class).or_default() += code.count;
    }
    let mut rows: Vec<_> = counts.into_iter().map(|(class, count)| Class { class, count }).collect();
    rows.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.class.cmp(b.class)));
    rows
}
