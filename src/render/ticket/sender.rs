//! What the sender should know and support need not: what the class means, how to look an id up, where the records
//! stand in the log, what was left out. Everything here is for a person at the log; only plain ids stand in commands.

use crate::render::escape::is_shell_safe;
use crate::ticket::{CODES_MAX, LeftOut, Ticket, Why};
use crate::time::{NS_PER_SECOND, Nanos};

use super::sheet::{Piece, Value};
use crate::report::numbers::{count, rough_percent};
use crate::report::parts::place;

/// How much time before and after a call is looked through.
const AROUND_SECONDS: i64 = 900;
/// How far back an id without a time is looked for: a query spans less than 30 days.
const BACK_SECONDS: i64 = 29 * 86_400;

/// A note below the line.
pub(super) enum Note {
    /// A sentence.
    Text(Value),
    /// A shell command.
    Command(String),
}

/// The notes of a ticket of which `ids_cut` ids did not fit.
pub(super) fn notes(ticket: &Ticket, ids_cut: usize) -> Vec<Note> {
    let own = |text: String| Note::Text(vec![Piece::Own(text)]);
    let class = format!("class {} (a hint, not a verdict): {} {}", ticket.class, ticket.meaning, ticket.advice);
    let mut notes = vec![own(class)];
    if !ticket.stands_out.is_empty() {
        let mut said = vec![Piece::Own("stands out:".to_owned())];
        for (place, it) in ticket.stands_out.iter().enumerate() {
            let (part, of_all) = (rough_percent(it.share), rough_percent(it.share_of_all));
            said.push(Piece::Own(if place == 0 { " " } else { ", " }.to_owned()));
            said.push(Piece::Log(format!("{}={}", it.field, it.value)));
            said.push(Piece::Own(format!(" {part} of the failures with this code ({of_all} of all calls)")));
        }
        notes.push(Note::Text(said));
    }
    if let Some((id, time)) = first_id(ticket) {
        notes.push(own("look an id up in CloudAudit, which keeps 90 days:".to_owned()));
        notes.push(Note::Command(look_up(id, time)));
    }
    let shown = ticket.ids.len() - ids_cut.min(ticket.ids.len());
    for picked in ticket.ids.iter().take(shown).chain(&ticket.success) {
        let at = [
            Piece::Log(picked.request_id.clone()),
            Piece::Own(" at ".to_owned()),
            Piece::Log(place(&picked.at.input, picked.at.line, picked.at.offset)),
        ];
        notes.push(Note::Text(at.into()));
    }
    notes.extend(left_out(ticket, ids_cut).into_iter().map(|text| own(format!("left out: {text}"))));
    notes
}

/// The notes of what was chosen and not written up.
pub(super) fn rest(left_out: &[LeftOut]) -> Vec<Value> {
    let line = |it: &LeftOut| {
        let why = match it.why {
            Why::NotSustained => "throttled now and then, not sustained; --class throttle writes it up".to_owned(),
            Why::TooManyCodes => format!("more than {CODES_MAX} codes; --code writes it up"),
            Why::TooManyProducts => "of more products than tickets distinguish; --service writes them up".to_owned(),
        };
        vec![
            Piece::Own("no ticket: ".to_owned()),
            Piece::Log(it.code.clone()),
            Piece::Own(format!(" ({} failures): {why}", count(it.failures))),
        ]
    };
    left_out.iter().map(line).collect()
}

/// The command that looks an id up. The id is plain: nothing in it ends a string or begins an option.
fn look_up(id: &str, time: Option<Nanos>) -> String {
    let (from, to) = match time {
        Some(Nanos(ns)) => {
            let seconds = ns.div_euclid(NS_PER_SECOND);
            ((seconds - AROUND_SECONDS).to_string(), (seconds + AROUND_SECONDS).to_string())
        }
        None => (format!("$(( $(date +%s) - {BACK_SECONDS} ))"), "$(date +%s)".to_owned()),
    };
    let quote = if time.is_none() { "\"" } else { "" };
    format!(
        "tccli cloudaudit DescribeEvents --region ap-guangzhou --StartTime {quote}{from}{quote} --EndTime {quote}{to}{quote} \
         --LookupAttributes '[{{\"AttributeKey\":\"RequestId\",\"AttributeValue\":\"{id}\"}}]'"
    )
}

fn first_id(ticket: &Ticket) -> Option<(&str, Option<Nanos>)> {
    let mut safe = ticket.ids.iter().filter(|picked| is_shell_safe(&picked.request_id));
    safe.next().map(|picked| (picked.request_id.as_str(), picked.at.time))
}

fn left_out(ticket: &Ticket, ids_cut: usize) -> Vec<String> {
    let mut texts = Vec::new();
    if ticket.ids_left_out > 0 {
        let ids = if ticket.ids_left_out == 1 { "id that is" } else { "ids that are" };
        texts.push(format!("{} {ids} not [0-9A-Za-z._-]{{1,64}} (the JSON report lists them)", ticket.ids_left_out));
    }
    if ids_cut > 0 {
        texts.push(format!("{ids_cut} of {} ids, for want of room", ticket.ids.len()));
    }
    if ticket.ids.is_empty() && ticket.ids_left_out == 0 {
        texts.push("ids: no failure of this code and product has one".to_owned());
    }
    if let Some(message) = ticket.message.as_ref().filter(|message| message.variants > 1) {
        texts.push(match message.variants - 1 {
            1 => "a rarer message".to_owned(),
            rarer => format!("{rarer} rarer messages"),
        });
    }
    texts.push("payloads, paths and all that is not error, id, time, service, action, region or duration".to_owned());
    texts
}
