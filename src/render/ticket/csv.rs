//! Tickets as CSV: a row for each id, the ticket's own values repeated in each; for tables and for programs that open
//! tickets. Only allow-listed values stand in it, and neither paths nor lines.

use std::io::{self, Write};

use crate::render::escape;
use crate::ticket::{Picked, Product, Ticket, Tickets};

use super::view::View;

const COLUMNS: &str = "ticket,code,class,product,suggested_product,uin,failures,first,last,impact_failures,impact_calls,\
                       impact_action,message,outcome,request_id,reason,time,action,region,duration_ms";

/// Writes a heading and the rows.
pub(super) fn write(tickets: &Tickets, view: &View, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{COLUMNS}")?;
    for (place, ticket) in tickets.tickets.iter().enumerate() {
        let shared = shared(place + 1, ticket, view);
        let failed = ticket.ids.iter().map(|picked| ("failed", Some(picked)));
        let without = ticket.ids.is_empty().then_some(("failed", None));
        let success = ticket.success.as_ref().map(|picked| ("ok", Some(picked)));
        for (outcome, picked) in failed.chain(without).chain(success) {
            let cells = shared.iter().cloned().chain([outcome.to_owned()]).chain(call(picked));
            let cells: Vec<_> = cells.map(|cell| escape::csv(&cell)).collect();
            writeln!(out, "{}", cells.join(","))?;
        }
    }
    Ok(())
}

fn shared(number: usize, ticket: &Ticket, view: &View) -> [String; 13] {
    let time = |time: Option<crate::time::Nanos>| time.map(|time| time.to_string()).unwrap_or_default();
    let suggested = match &ticket.product {
        Product::Suggested(names) => names.join(" "),
        Product::Named(_) | Product::Unknown => String::new(),
    };
    [
        number.to_string(),
        ticket.code.clone(),
        ticket.class.to_string(),
        ticket.product.named().unwrap_or_default().to_owned(),
        suggested,
        view.uin.clone().unwrap_or_default(),
        ticket.failures.to_string(),
        time(ticket.first),
        time(ticket.last),
        ticket.impact.failures.to_string(),
        ticket.impact.calls.to_string(),
        ticket.impact.action.clone().unwrap_or_default(),
        ticket.message.as_ref().map(|message| message.text.clone()).unwrap_or_default(),
    ]
}

fn call(picked: Option<&Picked>) -> [String; 6] {
    let Some(Picked { request_id, reason, at }) = picked else { return Default::default() };
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        request_id.clone(),
        reason.clone(),
        at.time.map(|time| time.to_string()).unwrap_or_default(),
        text(&at.action),
        text(&at.region),
        at.duration_ms.map(|ms| ms.to_string()).unwrap_or_default(),
    ]
}
