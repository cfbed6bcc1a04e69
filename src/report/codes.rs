//! Rows about codes: counts, classes, messages and the ids that stand for each.

use std::collections::BTreeMap;

use super::budget::{Budget, text};
use super::options::Options;
use super::places::Numbered;
use super::throttled::throttled;
use super::triage::Whole;
use super::{Class, Code, Family, Message, RequestId, StandsOut};
use crate::catalog::{self, Classes};
use crate::record::LineClass;
use crate::summary::Summary;
use crate::summary::codes;
use crate::summary::exemplars::Exemplar;

/// What these rows take in JSON beside their texts, in bytes.
const CODE_BYTES: usize = 640;
const MESSAGE_BYTES: usize = 96;
const ID_BYTES: usize = 440;
const STANDS_OUT_BYTES: usize = 200;
/// How many shares of what is left for lists each list has.
const UNLISTED_SHARES: usize = 2;
const STANDS_OUT_SHARES: usize = 5;
const MESSAGES_SHARES: usize = 2;
const IDS_SHARES: usize = 1;

/// How much is listed of a code.
#[derive(Clone, Copy, Default)]
struct Listed {
    messages: usize,
    ids: usize,
}

/// Every code, the most frequent first. Of their messages, ids and what stands out as many are listed as the budget
/// allows, in turns: one of each code, then another one of each.
pub fn rows(
    summary: &Summary,
    whole: &Whole<'_>,
    numbered: &Numbered<'_>,
    options: &Options<'_>,
    budget: &mut Budget,
) -> Vec<Code> {
    let failed = summary.totals[LineClass::Failed];
    let (kept, rest) = ranked(summary, budget);
    let stands_out: Vec<_> = kept.iter().map(|(_, code)| super::triage::stands_out(code, whole, options.by)).collect();
    let bytes = |row: &StandsOut| STANDS_OUT_BYTES + text(&row.field) + text(&row.value);
    let sizes: Vec<_> = stands_out.iter().map(|rows| rows.iter().map(bytes).collect()).collect();
    let standing_out = budget.turns(&sizes, STANDS_OUT_SHARES);
    let listed = listed(&kept, numbered, options, budget);
    let mut rows = Vec::with_capacity(kept.len() + 1);
    for (((name, code), mut stands_out), (most, listed)) in
        kept.into_iter().zip(stands_out).zip(standing_out.into_iter().zip(listed))
    {
        stands_out.truncate(most);
        rows.push(Code { stands_out, ..row(name, code, failed, whole, numbered, options, listed) });
    }
    if let Some(rest) = rest {
        rows.push(row(catalog::OTHER, &rest, failed, whole, numbered, options, Listed::default()));
    }
    rows.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.code.cmp(&b.code)));
    rows
}

/// Takes off a budget what the rows of codes of the shipped tables will take in any case.
pub fn spend(summary: &Summary, budget: &mut Budget) {
    budget.spend(summary.codes.iter().filter(|(name, _)| has_row(name)).map(|(name, _)| bytes(name)).sum());
}

/// Whether a code has a row however many others there are.
fn has_row(name: &str) -> bool {
    name == catalog::NONE || catalog::is_listed(name)
}

/// What the row of a code takes, and that of its messages that are not listed.
fn bytes(name: &str) -> usize {
    CODE_BYTES + text(name) + 2 * text(catalog::family(name)) + MESSAGE_BYTES + text(catalog::OTHER)
}

/// The codes that have a row, the most frequent first, and what all others add up to.
fn ranked<'s>(summary: &'s Summary, budget: &mut Budget) -> (Vec<(&'s str, &'s codes::Code)>, Option<codes::Code>) {
    let by_count =
        |a: &(&str, &codes::Code), b: &(&str, &codes::Code)| b.1.count.cmp(&a.1.count).then_with(|| a.0.cmp(b.0));
    let (mut kept, mut unlisted): (Vec<_>, Vec<_>) = summary.codes.iter().partition(|(name, _)| has_row(name));
    unlisted.sort_by(by_count);
    let folded = budget.fold(&mut unlisted, UNLISTED_SHARES, |(name, _)| bytes(name));
    let mut rest = summary.codes.rest().map(codes::Code::bare);
    for (_, code) in folded {
        rest.get_or_insert_default().add_bare(code);
    }
    kept.extend(unlisted);
    kept.sort_by(by_count);
    (kept, rest)
}

/// How many messages and ids of each of these codes are listed.
fn listed(
    codes: &[(&str, &codes::Code)],
    numbered: &Numbered<'_>,
    options: &Options<'_>,
    budget: &mut Budget,
) -> Vec<Listed> {
    let messages =
        |code: &codes::Code| code.ranked_variants().iter().map(|(message, _)| MESSAGE_BYTES + text(message)).collect();
    let messages: Vec<Vec<_>> = codes.iter().map(|(_, code)| messages(code)).collect();
    let messages = budget.turns(&messages, MESSAGES_SHARES);
    let ids: Vec<Vec<_>> = codes
        .iter()
        .map(|(_, code)| {
            let chosen = code.chosen().into_iter().take(options.ids);
            chosen.map(|(_, exemplar)| ID_BYTES + exemplar_bytes(exemplar, numbered)).collect()
        })
        .collect();
    let ids = budget.turns(&ids, IDS_SHARES);
    messages.into_iter().zip(ids).map(|(messages, ids)| Listed { messages, ids }).collect()
}

fn exemplar_bytes(exemplar: &Exemplar, numbered: &Numbered<'_>) -> usize {
    let names = exemplar.call.names().map(text).sum::<usize>();
    text(numbered.path(exemplar.origin.input)) + text(exemplar.request_id()) + names
}

fn row(
    name: &str,
    code: &codes::Code,
    failed: u64,
    whole: &Whole<'_>,
    numbered: &Numbered<'_>,
    options: &Options<'_>,
    listed: Listed,
) -> Code {
    let class = class_of(name, options.classes);
    let stretch = super::triage::stretch(code, whole);
    Code {
        count: code.count,
        share: if failed == 0 { 0.0 } else { code.count as f64 / failed as f64 },
        first: code.first,
        last: code.last,
        since: stretch.map(|(since, _)| since),
        until: stretch.and_then(|(_, until)| until),
        throttled: if class == catalog::Class::Throttle {
            throttled(name, &whole.summary.call_rates)
        } else {
            Vec::new()
        },
        messages: messages(code, listed.messages),
        request_ids: request_ids(code, numbered, listed.ids),
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
        until: None,
        trend: None,
        seen_runs: None,
        times: None,
        muted: false,
        acknowledgement: None,
        stands_out: Vec::new(),
        throttled: Vec::new(),
        messages: Vec::new(),
        request_ids: Vec::new(),
    }
}

/// The class in force; failures without a code, and codes without a row, have none.
pub fn class_of(name: &str, classes: &Classes) -> catalog::Class {
    if name == catalog::NONE || name == catalog::OTHER { catalog::Class::Unknown } else { classes.class(name) }
}

/// Masked messages, at most this many; what did not fit comes last.
fn messages(code: &codes::Code, most: usize) -> Vec<Message> {
    let mut ranked = code.ranked_variants();
    let left_out = ranked.split_off(most.min(ranked.len()));
    let rest = code.variants.rest().unwrap_or_default();
    let others = rest + left_out.iter().map(|(_, variant)| variant.count).sum::<u64>();
    let kept = ranked.into_iter().map(|(text, variant)| Message { text, count: variant.count });
    kept.chain((others > 0).then(|| Message { text: catalog::OTHER.to_owned(), count: others })).collect()
}

/// The slots in their order, each id once, at most `ids_max`.
fn request_ids(code: &codes::Code, numbered: &Numbered<'_>, ids_max: usize) -> Vec<RequestId> {
    let chosen = code.chosen().into_iter().take(ids_max);
    let row = |(reason, exemplar): (String, &Exemplar)| RequestId {
        request_id: exemplar.request_id().to_owned(),
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
