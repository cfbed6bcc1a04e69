//! The newest failures one by one, and what there is to look into of one code.

use super::drawn::{Drawn, padded};
use super::layout::Layout;
use crate::render::text::page::{Span, Style, cut};
use crate::render::text::safe::safe;
use crate::render::view::View;
use crate::report::numbers::{count, duration};
use crate::report::{At, Code};
use crate::time::{Nanos, milliseconds};
use crate::watch::{Failure, View as Watched};

/// Columns of a code beside an id.
const CODE_WIDTH: usize = 34;
/// Narrower screens do not show codes whole beside ids.
const WIDE: usize = 110;
/// How many messages of a code are shown.
const MESSAGES_MAX: usize = 3;

/// Draws the newest failures.
pub fn draw(watched: &Watched, view: &View, layout: &Layout, drawn: &mut Drawn) {
    drawn.line(&[]);
    let before = drawn.lines.len();
    drawn.line(&[Span::styled(Style::Faint, "  newest failures")]);
    for failure in watched.failures.iter().take(layout.failures.saturating_sub(1)) {
        one(failure, true, view, drawn);
    }
    drawn.fill(before + layout.failures);
}

/// Draws what there is of one code, in the place of both tables.
pub fn of_code(watched: &Watched, code: &Code, view: &View, layout: &Layout, drawn: &mut Drawn) {
    drawn.line(&[]);
    let (before, room) = (drawn.lines.len(), layout.codes + layout.failures + 1);
    let class = code.class.as_str();
    drawn.line(&[
        Span::styled(Style::Strong, safe(&code.code)),
        Span::plain(format!("  {} failed  {class}", count(code.count))),
    ]);
    for message in code.messages.iter().take(MESSAGES_MAX) {
        drawn.line(&[
            Span::styled(Style::Faint, format!("  {:>7}  ", count(message.count))),
            Span::plain(safe(&message.text)),
        ]);
    }
    drawn.line(&[Span::styled(Style::Faint, "  ids to look into")]);
    for id in &code.request_ids {
        let text = format!("{}  {}", safe(&id.request_id), safe(&id.reason));
        drawn.line(&[Span::plain("  "), Span::styled(Style::Strong, text), Span::plain(context(&id.at, view))]);
    }
    drawn.line(&[Span::styled(Style::Faint, "  newest failures")]);
    for failure in watched.failures.iter().filter(|failure| failure.code == code.code).take(room) {
        one(failure, false, view, drawn);
    }
    drawn.fill(before + room);
}

/// What is known of a call that stands for others.
fn context(at: &At, view: &View) -> String {
    let time = at.time.map(|time| format!("  {}", clock(time, view))).unwrap_or_default();
    let names = [&at.action, &at.region].into_iter().flatten().map(|name| format!("  {}", safe(name)));
    let took = at.duration_ms.map(|ms| format!("  {}", duration(ms))).unwrap_or_default();
    let line = at.line.map_or_else(|| format!("byte {}", at.offset), |line| format!("line {line}"));
    format!("{time}{}{took}  {} {line}", names.collect::<String>(), safe(&at.input))
}

/// One failure: when, which code, which id, and what the call was.
fn one(failure: &Failure, has_code: bool, view: &View, drawn: &mut Drawn) {
    let sign = drawn.signs().cut;
    let id = failure.call.request_id().map_or_else(|| "(no id)".to_owned(), safe);
    let mut spans = vec![Span::styled(Style::Faint, format!("  {}  ", clock(failure.at, view)))];
    if has_code {
        let width = if drawn.width >= WIDE { CODE_WIDTH } else { drawn.width.saturating_sub(52).clamp(8, CODE_WIDTH) };
        spans.push(Span::plain(padded(&cut(&safe(&failure.code), width, sign), width + 2)));
    }
    spans.push(Span::styled(Style::Strong, id));
    let call = &failure.call;
    for name in [call.service(), call.action(), call.region()].into_iter().flatten() {
        spans.push(Span::plain(format!("  {}", safe(name))));
    }
    spans.extend(call.duration_ns.map(|ns| Span::plain(format!("  {}", duration(milliseconds(ns))))));
    if !failure.message.is_empty() {
        spans.push(Span::styled(Style::Faint, format!("  {}", safe(&failure.message))));
    }
    drawn.line(&spans);
}

/// The time of day of a call.
fn clock(time: Nanos, view: &View) -> String {
    let second = view.second(time);
    second.split_once(' ').map_or(second.clone(), |(_, clock)| clock.to_owned())
}
