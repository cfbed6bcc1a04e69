//! The head of the screen: what is watched, the verdict, the rules, and how fresh all that is; and its foot: the keys.

use super::drawn::{Drawn, Shown};
use super::layout::{Layout, VERDICT_LINES};
use crate::render::plain;
use crate::render::text::page::{Span, Style};
use crate::render::text::safe::safe;
use crate::render::view::View;
use crate::render::watch::age_seconds;
use crate::report::numbers::{bytes, count, counted, duration, rate, stretch};
use crate::report::verdict::{Word, verdict};
use crate::time::NS_PER_SECOND;
use crate::watch::{RuleState, View as Watched};

/// Draws the head.
pub fn draw(watched: &Watched, shown: &Shown, view: &View, layout: &Layout, drawn: &mut Drawn) {
    let dot = drawn.signs().dot;
    let seconds = watched.now.0.saturating_sub(watched.from.0) / NS_PER_SECOND;
    let clock = view.second(watched.now);
    let clock = clock.split_once(' ').map_or(clock.as_str(), |(_, clock)| clock);
    let zone = view.zone.offset_text(watched.now);
    let title =
        format!("{}{dot}last {}{dot}{clock} {zone}", counted(watched.streams as u64, "log", "logs"), stretch(seconds));
    let paused = if shown.is_paused { "  PAUSED" } else { "" };
    drawn.line(&[Span::styled(Style::Faint, "resplog watch  "), Span::plain(title), Span::styled(Style::Warn, paused)]);
    let word = verdict(&watched.report).word.as_str();
    // A doubt about what is in no window changes the word.
    let word = if watched.report.verdict.word == "UNSURE" { "UNSURE" } else { word };
    let text = if word == "UNSURE" {
        safe(&watched.report.verdict.text)
    } else {
        plain::line(&verdict(&watched.report).sentence)
    };
    let lead = vec![Span::styled(style(word), word), Span::plain("  ")];
    drawn.flow(lead, &text, VERDICT_LINES);
    for state in watched.rules.iter().take(layout.rules) {
        rule(state, watched, drawn);
    }
    state(watched, shown.reading, dot, drawn);
}

/// Draws the foot: what became of the last key, or the keys.
pub fn foot(shown: &Shown, drawn: &mut Drawn) {
    let keys = if shown.is_open {
        "enter back  up/down  p pause  w report  t ticket  q end"
    } else {
        "enter ids  up/down  p pause  w report  t ticket  q end"
    };
    match &shown.message {
        Some(message) => drawn.line(&[Span::styled(Style::Warn, safe(message))]),
        None => drawn.line(&[Span::styled(Style::Faint, keys)]),
    }
}

fn style(word: &str) -> Style {
    match word {
        _ if word == Word::Ok.as_str() => Style::Good,
        _ if word == Word::Breach.as_str() || word == Word::Failing.as_str() => Style::Bad,
        _ => Style::Warn,
    }
}

fn rule(state: &RuleState, watched: &Watched, drawn: &mut Drawn) {
    let since = state.since.map(|since| watched.now.0.saturating_sub(since.0) / NS_PER_SECOND).unwrap_or_default();
    let (style, word) = match state {
        _ if state.holds() => (Style::Bad, format!("HOLDS for {}", stretch(since))),
        _ if watched.is_catching_up => (Style::Faint, "waits for what is unread".to_owned()),
        RuleState { is_judged: false, .. } => (Style::Faint, "waits for a full window".to_owned()),
        RuleState { is_known: false, .. } => (Style::Warn, "is not known".to_owned()),
        RuleState { has_fired: true, .. } => (Style::Warn, format!("held until {} ago", stretch(since))),
        _ => (Style::Good, "does not hold".to_owned()),
    };
    drawn.line(&[Span::plain("  "), Span::styled(style, word), Span::plain("  "), Span::plain(safe(&state.rule))]);
}

/// How fresh what is shown is.
fn state(watched: &Watched, reading: Option<u64>, dot: &str, drawn: &mut Drawn) {
    let newest = match watched.newest {
        Some(newest) => {
            let age = age_seconds(newest, watched.now);
            let text = duration(age.abs().max(0.0) * 1e3);
            if age < 0.0 { format!("newest call {text} ahead of the clock") } else { format!("newest call {text} ago") }
        }
        None => "no call with a time yet".to_owned(),
    };
    let (lines, read) = watched.speed;
    let speed = match reading {
        Some(read) => format!("reading, {} so far", bytes(read)),
        None => format!("{} lines/s{dot}{}/s", rate(lines), bytes(read as u64)),
    };
    let unread = format!("{} unread", bytes(watched.unread));
    let style = if watched.is_catching_up { Style::Warn } else { Style::Plain };
    let mut spans =
        vec![Span::plain(format!("{newest}{dot}")), Span::styled(style, unread), Span::plain(format!("{dot}{speed}"))];
    let outside = watched.outside.late.all() + watched.outside.ahead.all();
    if outside > 0 {
        let failed = watched.outside.failed();
        let failed = if failed > 0 { format!(" ({} failed)", count(failed)) } else { String::new() };
        let calls = counted(outside, "call", "calls");
        spans.push(Span::styled(Style::Warn, format!("{dot}{calls}{failed} in no window")));
    }
    drawn.line(&spans);
}
