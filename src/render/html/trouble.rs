//! The codes to look into as the page shows them: what stands out, ids with their places, and the text for a ticket,
//! which holds nothing that may not leave the company.

use super::limits::Limits;
use super::spark;
use crate::catalog::Class;
use crate::record::LineClass;
use crate::render::clock::Clock;
use crate::render::escape::is_shell_safe;
use crate::render::ticket::Language;
use crate::render::ticket::words::{BLANK, Words, words};
use crate::render::view::{View, history};
use crate::report::numbers::{count, counted, duration, rough_percent};
use crate::report::parts::{path, place};
use crate::report::phrases;
use crate::report::troubles::troubles;
use crate::report::{At, Code, Report, RequestId, Trend};

/// How many messages a code shows.
const MESSAGES_MAX: usize = 5;

/// A code with its ids.
#[derive(Debug)]
pub struct Trouble {
    pub(crate) rank: usize,
    pub(crate) code: String,
    pub(crate) class: Class,
    pub(crate) meaning: &'static str,
    pub(crate) trend: &'static str,
    pub(crate) facts: Vec<String>,
    pub(crate) stands_out: Vec<(String, String, String)>,
    pub(crate) messages: Vec<(String, String)>,
    pub(crate) messages_more: usize,
    pub(crate) ids: Vec<IdRow>,
    pub(crate) ticket: Vec<String>,
}

/// An id with what is known of the call.
#[derive(Debug)]
pub struct IdRow {
    pub(crate) id: String,
    pub(crate) reason: String,
    /// Time, duration and call, as far as they are known.
    pub(crate) facts: Vec<String>,
    pub(crate) place: String,
}

/// The codes to look into with their ids, as far as they fit.
#[must_use]
pub fn shown_troubles(report: &Report, view: &View, limits: Limits) -> Vec<Trouble> {
    let codes = troubles(report).into_iter().filter_map(|trouble| trouble.code);
    let clock = Clock::of(report, &view.zone);
    (1..).zip(codes.take(limits.rows)).map(|(rank, code)| trouble(rank, code, report, view, &clock, limits)).collect()
}

fn trouble(rank: usize, code: &Code, report: &Report, view: &View, clock: &Clock<'_>, limits: Limits) -> Trouble {
    let stands_out = code.stands_out.iter().take(limits.rows).map(|it| {
        let parts = format!("{} ({} of all calls)", rough_percent(it.share), rough_percent(it.share_of_all));
        (limits.text(&it.field), limits.text(&it.value), parts)
    });
    let messages = code.messages.iter().take(MESSAGES_MAX.min(limits.rows));
    let ids = code.request_ids.iter().take(limits.rows).map(|id| id_row(id, clock, limits));
    Trouble {
        rank,
        code: limits.text(&code.code),
        class: code.class,
        meaning: phrases::class(code.class),
        trend: code.trend.map(Trend::as_str).unwrap_or_default(),
        facts: facts(code, report, clock, limits),
        stands_out: stands_out.collect(),
        messages: messages.map(|it| (count(it.count), limits.text(&it.text))).collect(),
        messages_more: code.messages.len().saturating_sub(MESSAGES_MAX.min(limits.rows)),
        ticket: ticket(code, report, view, limits),
        ids: ids.collect(),
    }
}

/// How often and when.
fn facts(code: &Code, report: &Report, clock: &Clock<'_>, limits: Limits) -> Vec<String> {
    let mut facts = vec![counted(code.count, "failure", "failures")];
    match (code.first, code.last) {
        (Some(first), Some(last)) if first == last => facts.push(format!("at {}", clock.second(first))),
        (Some(first), Some(last)) => facts.push(format!("{} to {}", clock.second(first), clock.second(last))),
        _ => {}
    }
    // A trend alone stands beside the code.
    facts.extend(
        Some(history(code)).filter(|said| !said.is_empty() && code.trend.map(Trend::as_str) != Some(said.as_str())),
    );
    facts.extend(code.since.map(|since| match code.until {
        Some(until) => format!("more frequent from {} to {}", clock.second(since), clock.second(until)),
        None => format!("more frequent since {}", clock.second(since)),
    }));
    facts.extend(spark::of(report, code, clock).filter(|_| code.count > 1).map(|it| format!("most: {}", it.peak)));
    facts.extend(code.throttled.iter().take(phrases::REFUSED_MAX).map(|it| {
        let names = [&it.action, &it.region].into_iter().filter(|name| !name.is_empty());
        let calls: Vec<_> = names.map(|name| limits.text(name)).collect();
        format!("refused {} {}", calls.join(" "), phrases::refused(it))
    }));
    facts
}

fn id_row(id: &RequestId, clock: &Clock<'_>, limits: Limits) -> IdRow {
    let at = &id.at;
    let call: Vec<_> = [&at.service, &at.action, &at.region].into_iter().flatten().map(|it| limits.text(it)).collect();
    let time = at.time.map(|time| clock.second(time));
    let facts = [time, at.duration_ms.map(duration), (!call.is_empty()).then(|| call.join(" "))];
    IdRow {
        id: limits.whole(&id.request_id),
        reason: id.reason.clone(),
        facts: facts.into_iter().flatten().collect(),
        place: place(limits.whole(path(&at.input)), at.line, at.offset),
    }
}

/// What may leave the company: error, RequestId, time, service, action, region and duration, and nothing else of the
/// log. Ids that are not plain stay here.
fn ticket(code: &Code, report: &Report, view: &View, limits: Limits) -> Vec<String> {
    let calls = report.totals.counts[LineClass::Ok].saturating_add(report.totals.counts[LineClass::Failed]);
    let mut lines = Vec::new();
    let mut add = |name: &str, text: String| lines.push(format!("{name:<15}{text}"));
    let words = words(Language::English);
    for (name, field) in fields(words) {
        let values = values(code, field, limits);
        if !values.is_empty() {
            add(name, values);
        }
    }
    add(words.account, BLANK.to_owned());
    if let (Some(first), Some(last)) = (code.first, code.last) {
        let offset = view.zone.offset_text(last);
        add(words.window, format!("{} to {} {offset}", view.second(first), view.second(last)));
    }
    add("Failures", format!("{} of {}", count(code.count), counted(calls, "call", "calls")));
    add(words.code, limits.text(&code.code));
    if let Some(message) = code.messages.first() {
        add("Message", format!("{}  (masked)", limits.text(&message.text)));
    }
    let plain: Vec<_> = code.request_ids.iter().filter(|id| is_shell_safe(&id.request_id)).take(limits.rows).collect();
    if !plain.is_empty() {
        lines.push("RequestIds".to_owned());
    }
    for id in plain {
        let at = &id.at;
        let action = at.action.as_deref().map(|action| limits.text(action));
        let facts = [at.time.map(|time| view.second(time)), action, at.duration_ms.map(|ms| format!("{ms:.0} ms"))];
        let facts: String = facts.into_iter().flatten().map(|fact| format!("  {fact}")).collect();
        lines.push(format!("  {}{facts}  {}", id.request_id, id.reason));
    }
    lines
}

/// A text that may be known of a call.
type Field = fn(&At) -> Option<&String>;

/// How the fields of a call are called in a ticket.
const fn fields(words: &Words) -> [(&'static str, Field); 3] {
    [
        (words.product, |at| at.service.as_ref()),
        ("API", |at| at.action.as_ref()),
        (words.region, |at| at.region.as_ref()),
    ]
}

/// The values of a field in the calls that are listed.
fn values(code: &Code, field: Field, limits: Limits) -> String {
    let mut values: Vec<&String> = code.request_ids.iter().filter_map(|id| field(&id.at)).collect();
    values.sort();
    values.dedup();
    values.into_iter().take(limits.rows).map(|value| limits.text(value)).collect::<Vec<_>>().join(", ")
}
