//! A ticket as headings and values, before it is text or Markdown, cut so that it fits. It does not know how log text
//! is escaped, only that it must be.

use crate::report::numbers::count;
use crate::ticket::{Picked, Product, Ticket};
use crate::time::Nanos;
use crate::time::Zone;

use super::view::View;
use super::words::{BLANK, Words, words};

/// The most characters of one ticket above the line, its line ends included.
const CHARACTERS_MAX: usize = 1_999;
/// The most actions and regions that a ticket names.
const NAMES_MAX: usize = 3;
/// Stands where text was cut.
const CUT: char = '…';

/// A part of a value: our words, or text of the log, which is cut, but not yet escaped for a format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Own(String),
    Log(String),
}

/// What stands after a heading.
pub(super) type Value = Vec<Piece>;

/// A call: request id, time, action, duration, reason.
pub(super) type Row = [Value; 5];

/// A ticket above the line.
pub(super) struct Sheet {
    pub(super) words: &'static Words,
    pub(super) title: Value,
    pub(super) fields: Vec<(&'static str, Value)>,
    /// The ids, by time.
    pub(super) ids: Vec<Row>,
    /// A success to compare with.
    pub(super) success: Option<Row>,
    /// How many ids did not fit.
    pub(super) ids_cut: usize,
}

/// How long things may be.
#[derive(Clone, Copy, Debug)]
struct Room {
    /// Ids.
    ids: usize,
    /// Names are cut to 64 characters, codes to 256, messages to 320; each divided by this.
    divisor: usize,
}

impl Room {
    fn text(self, text: &str, characters_max: usize) -> Piece {
        let most = characters_max / self.divisor;
        match text.char_indices().nth(most) {
            None => Piece::Log(text.to_owned()),
            Some((end, _)) => {
                let mut cut = text.get(..end).unwrap_or_default().to_owned();
                cut.push(CUT);
                Piece::Log(cut)
            }
        }
    }

    fn name(self, text: &str) -> Piece {
        self.text(text, 64)
    }
}

/// The ticket with as many ids as fit; `characters` counts what a format makes of a sheet. Names and messages are cut
/// only when nothing else helps.
pub(super) fn fitting(ticket: &Ticket, view: &View, characters: impl Fn(&Sheet) -> usize) -> Sheet {
    let all = ticket.ids.len();
    let rooms = [1, 2, 4, 8, 16].into_iter().flat_map(|divisor| {
        // One id at least, as long as there is room for it.
        (1..=all.max(1)).rev().map(move |ids| Room { ids, divisor })
    });
    let mut sheets = rooms.map(|room| sheet(ticket, view, room));
    sheets
        .find(|sheet| characters(sheet) <= CHARACTERS_MAX)
        .unwrap_or_else(|| sheet(ticket, view, Room { ids: 0, divisor: 64 }))
}

fn sheet(ticket: &Ticket, view: &View, room: Room) -> Sheet {
    let words = words(view.language);
    let mut shown: Vec<&Picked> = ticket.ids.iter().take(room.ids).collect();
    let ids_cut = ticket.ids.len() - shown.len();
    shown.sort_by_key(|picked| (picked.at.time.is_none(), picked.at.time, &picked.at.input, picked.at.line));
    let day = one_day(&shown, ticket.success.as_ref(), ticket, &view.zone);
    let row = |picked: &Picked| call(picked, day, &view.zone, room);
    Sheet {
        words,
        title: title(ticket, view, room),
        fields: fields(ticket, view, words, room),
        ids: shown.into_iter().map(row).collect(),
        success: ticket.success.as_ref().map(row),
        ids_cut,
    }
}

fn own(text: impl Into<String>) -> Piece {
    Piece::Own(text.into())
}

/// Product, code, API, region, time: what a desk sorts by, without words that would need a language.
fn title(ticket: &Ticket, view: &View, room: Room) -> Value {
    let mut title = Vec::new();
    match &ticket.product {
        Product::Named(name) => title.extend([own("["), room.name(&name.to_ascii_uppercase()), own("] ")]),
        Product::Suggested(names) if names.len() == 1 => {
            title.push(own(format!("[{}?] ", names.concat().to_ascii_uppercase())));
        }
        Product::Suggested(_) | Product::Unknown => {}
    }
    title.push(room.text(&ticket.code, 256));
    let names = [ticket.actions.first(), ticket.regions.first()];
    for (place, share) in names.into_iter().flatten().enumerate() {
        title.extend([own(if place == 0 { ": " } else { ", " }), room.name(&share.name)]);
    }
    if let Some(time) = ticket.since.or(ticket.first) {
        title.push(own(format!(", {} {}", minute(time, &view.zone), zone_name(time, &view.zone))));
    }
    title
}

fn fields(ticket: &Ticket, view: &View, words: &'static Words, room: Room) -> Vec<(&'static str, Value)> {
    let mut fields = vec![(words.product, product(&ticket.product, words, room))];
    let counted = |shares: &[crate::ticket::Share]| {
        let mut value = Vec::new();
        for (place, share) in shares.iter().take(NAMES_MAX).enumerate() {
            value.push(own(if place == 0 { "" } else { ", " }));
            value.extend([room.name(&share.name), own(format!(" ({})", count(share.failures)))]);
        }
        if shares.len() > NAMES_MAX {
            value.push(own(format!(", +{}", shares.len() - NAMES_MAX)));
        }
        value
    };
    fields.push((words.api, counted(&ticket.actions)));
    fields.push((words.region, counted(&ticket.regions)));
    let uin = view.uin.as_deref().map_or_else(|| own(BLANK), |uin| room.name(uin));
    fields.push((words.account, vec![uin]));
    if let (Some(first), Some(last)) = (ticket.first, ticket.last) {
        fields.push((words.window, vec![own(window(first, last, &view.zone))]));
    }
    if let Some(since) = ticket.since.filter(|since| Some(*since) != ticket.first) {
        let since = format!("{} {}", second(since, &view.zone), zone_name(since, &view.zone));
        fields.push((words.since, vec![own(since)]));
    }
    fields.push((words.impact, impact(ticket, room)));
    fields.push((words.code, vec![room.text(&ticket.code, 256)]));
    if let Some(message) = &ticket.message {
        let mut value = vec![room.text(&message.text, 320)];
        if message.variants > 1 {
            value.push(own(format!("  (1/{})", message.variants)));
        }
        fields.push((words.message, value));
    }
    fields.retain(|(_, value)| !value.is_empty());
    fields
}

fn product(product: &Product, words: &Words, room: Room) -> Value {
    match product {
        Product::Named(name) => vec![room.name(name)],
        Product::Suggested(names) => vec![own(format!("{BLANK}  ({}: {})", words.suggested, names.join(", ")))],
        Product::Unknown => vec![own(BLANK)],
    }
}

fn impact(ticket: &Ticket, room: Room) -> Value {
    let impact = &ticket.impact;
    let mut value = vec![own(format!("{} / {}", count(impact.failures), count(impact.calls)))];
    if let Some(action) = &impact.action {
        value.extend([own(" "), room.name(action)]);
    }
    if impact.calls > 0 {
        value.push(own(format!(" ({} %)", percent(impact.failures, impact.calls))));
    }
    value
}

fn call(picked: &Picked, day: bool, zone: &Zone, room: Room) -> Row {
    let time = picked.at.time.map(|time| {
        let civil = zone.civil(time).to_string();
        // The date stands in the window.
        own(if day { civil.split_once(' ').map_or(civil.clone(), |(_, clock)| clock.to_owned()) } else { civil })
    });
    let duration = picked.at.duration_ms.map(|ms| own(format!("{ms:.0} ms")));
    [
        vec![room.text(&picked.request_id, 64 * room.divisor)],
        time.into_iter().collect(),
        picked.at.action.iter().map(|action| room.name(action)).collect(),
        duration.into_iter().collect(),
        vec![own(picked.reason.clone())],
    ]
}

/// Whether all times that are shown lie on one day of the zone, which the window names.
fn one_day(shown: &[&Picked], success: Option<&Picked>, ticket: &Ticket, zone: &Zone) -> bool {
    let times = shown.iter().copied().chain(success).filter_map(|picked| picked.at.time);
    let day = |time| {
        let civil = zone.civil(time);
        (civil.year, civil.month, civil.day)
    };
    ticket.first.is_some_and(|first| times.chain(ticket.last).all(|time| day(time) == day(first)))
}

/// From the earliest to the latest failure, in the zone, and in UTC when that is another one.
fn window(first: Nanos, last: Nanos, zone: &Zone) -> String {
    let local = format!("{} {}", stretch(first, last, zone), zone_name(last, zone));
    if *zone == Zone::Utc { local } else { format!("{local} ({} UTC)", stretch(first, last, &Zone::Utc)) }
}

/// Two times of a zone; the date once when it is the same.
fn stretch(first: Nanos, last: Nanos, zone: &Zone) -> String {
    let (first, last) = (second(first, zone), second(last, zone));
    let end = match (first.split_once(' '), last.split_once(' ')) {
        (Some((first, _)), Some((day, clock))) if first == day => clock,
        _ => &last,
    };
    format!("{first} – {end}")
}

/// Date and time of day to the second.
fn second(time: Nanos, zone: &Zone) -> String {
    let mut civil = zone.civil(time);
    civil.nanosecond = 0;
    civil.to_string()
}

fn minute(time: Nanos, zone: &Zone) -> String {
    let mut text = second(time, zone);
    text.truncate(text.len().saturating_sub(3));
    text
}

/// `UTC` or `UTC+08:00`.
fn zone_name(time: Nanos, zone: &Zone) -> String {
    match zone {
        Zone::Utc => "UTC".to_owned(),
        Zone::Fixed(_) | Zone::Named(_) => format!("UTC{}", zone.offset_text(time)),
    }
}

/// A share in percent with one digit; one that is not all never reads as 100.0, nor one that is something as 0.0.
fn percent(part: u64, of: u64) -> String {
    let tenths = (u128::from(part) * 1_000 + u128::from(of) / 2) / u128::from(of.max(1));
    let tenths = match tenths {
        0 if part > 0 => return "<0.1".to_owned(),
        1_000 if part < of => 999,
        tenths => tenths,
    };
    format!("{}.{}", tenths / 10, tenths % 10)
}
