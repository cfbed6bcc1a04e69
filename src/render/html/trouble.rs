//! The codes to look into as the page shows them: what stands out, ids with their places, and the text for a ticket,
//! which holds nothing that may not leave the company.

use super::page::Limits;
use crate::render::remarks::path;
use crate::render::text::numbers::{count, counted, rough_percent};
use crate::render::text::phrases;
use crate::render::view::{View, took};
use crate::report::{At, Code, Report};

/// How many messages a code shows.
const MESSAGES_MAX: usize = 5;

/// A code with its ids.
#[derive(Debug)]
pub struct Trouble {
    pub(crate) rank: usize,
    pub(crate) code: String,
    pub(crate) class: &'static str,
    pub(crate) meaning: &'static str,
    pub(crate) trend: &'static str,
    pub(crate) facts: String,
    pub(crate) stands_out: Vec<(String, String, String)>,
    pub(crate) messages: Vec<(String, String)>,
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

/// The codes to look into, by rank.
#[must_use]
pub fn names(report: &Report) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for id in &report.look_into {
        if !names.contains(&id.code.as_str()) {
            names.push(&id.code);
        }
    }
    names
}

/// The codes to look into with their ids, as far as they fit.
#[must_use]
pub fn troubles(report: &Report, view: &View, limits: Limits) -> Vec<Trouble> {
    let found = |name: &&str| report.codes.iter().find(|code| code.code == **name);
    let codes = names(report).into_iter().filter_map(|name| found(&name));
    (1..).zip(codes.take(limits.rows)).map(|(rank, code)| trouble(rank, code, view, limits)).collect()
}

fn trouble(rank: usize, code: &Code, view: &View, limits: Limits) -> Trouble {
    let mut facts = counted(code.count, "failure", "failures");
    if let (Some(first), Some(last)) = (code.first, code.last) {
        facts += &format!(", {} to {}", view.second(first), view.second(last));
    }
    if let Some(since) = code.since {
        facts += &format!(", changed at {}", view.clock(since));
    }
    let stands_out = code.stands_out.iter().take(limits.rows).map(|it| {
        let parts = format!("{} ({} of all calls)", rough_percent(it.share), rough_percent(it.share_of_all));
        (limits.text(&it.field), limits.text(&it.value), parts)
    });
    let messages = code.messages.iter().take(MESSAGES_MAX.min(limits.rows));
    let ids: Vec<_> = code
        .request_ids
        .iter()
        .take(limits.rows)
        .map(|id| IdRow { reason: id.reason.clone(), ..id_row(&id.request_id, &id.at, view, limits) })
        .collect();
    Trouble {
        rank,
        code: limits.text(&code.code),
        class: code.class,
        meaning: phrases::class(code.class),
        trend: code.trend.unwrap_or_default(),
        facts,
        stands_out: stands_out.collect(),
        messages: messages.map(|it| (count(it.count), limits.text(&it.text))).collect(),
        ticket: ticket(code, &ids, view, limits),
        ids,
    }
}

fn id_row(id: &str, at: &At, view: &View, limits: Limits) -> IdRow {
    let call: Vec<_> = [&at.service, &at.action, &at.region].into_iter().flatten().map(|it| limits.text(it)).collect();
    let time = at.time.map(|time| view.second(time));
    let facts = [time, at.duration_ms.map(|ms| took(Some(ms))), (!call.is_empty()).then(|| call.join(" "))];
    let facts = facts.into_iter().flatten().collect();
    IdRow {
        id: limits.whole(id),
        reason: String::new(),
        facts,
        place: format!("{}:{}", limits.whole(path(&at.input)), at.line),
    }
}

/// What may leave the company: error, RequestId, time, service, action, region and duration, and nothing else.
fn ticket(code: &Code, ids: &[IdRow], view: &View, limits: Limits) -> Vec<String> {
    let mut lines = vec![format!("Error code  {}", limits.text(&code.code))];
    if let Some(message) = code.messages.first() {
        lines.push(format!("Message     {}  (masked)", limits.text(&message.text)));
    }
    if let (Some(first), Some(last)) = (code.first, code.last) {
        lines.push(format!(
            "Window      {} to {} {}",
            view.second(first),
            view.second(last),
            view.zone.offset_text(first)
        ));
    }
    lines.push(format!("Failures    {}", count(code.count)));
    lines.push("RequestIds".to_owned());
    for id in ids {
        lines.push(format!("  {}  {}  {}", id.id, id.facts.join("  "), id.reason));
    }
    lines
}
