//! The codes of the window, the most frequent first, with how each went on.

use super::chart;
use super::drawn::{Drawn, Shown, padded};
use super::layout::Layout;
use crate::render::text::page::{Span, Style};
use crate::render::text::safe::safe;
use crate::report::numbers::{count, share};
use crate::report::{Code, Trend};
use crate::watch::View as Watched;

/// Columns of the signs over time.
const SIGNS_WIDTH: usize = 20;
/// Narrower screens have no classes, and no signs.
const CLASS_WIDTH_MIN: usize = 100;
const SIGNS_WIDTH_MIN: usize = 76;

/// Draws the table; of many codes, those around the chosen one.
pub fn draw(watched: &Watched, shown: &Shown, layout: &Layout, drawn: &mut Drawn) {
    drawn.line(&[]);
    let has_signs = drawn.width >= SIGNS_WIDTH_MIN;
    let has_class = drawn.width >= CLASS_WIDTH_MIN;
    let codes = &watched.report.codes;
    let room = layout.codes.saturating_sub(1);
    let mut head = format!("  {:>9} {:>7}  ", "failed", "share");
    if has_signs {
        head.push_str(&padded("over time", SIGNS_WIDTH + 2));
    }
    head.push_str(&padded("trend", 12));
    if has_class {
        head.push_str(&padded("class", 12));
    }
    head.push_str("code");
    let first = (shown.chosen + 1).saturating_sub(room).min(codes.len().saturating_sub(room));
    if codes.len() > room && room > 0 {
        head.push_str(&format!("  ({} to {} of {})", first + 1, first + room, codes.len()));
    }
    drawn.line(&[Span::styled(Style::Faint, head)]);
    let before = drawn.lines.len();
    if codes.is_empty() {
        drawn.line(&[Span::styled(Style::Faint, "  no failure")]);
    }
    for (place, code) in codes.iter().enumerate().skip(first).take(room) {
        let is_chosen = place == shown.chosen.min(codes.len().saturating_sub(1));
        let mut spans = vec![
            Span::styled(Style::Strong, if is_chosen { "> " } else { "  " }),
            Span::plain(format!("{:>9} {:>7}  ", count(code.count), share(code.share))),
        ];
        if has_signs {
            spans.push(Span::styled(Style::Bad, padded(&over_time(watched, place, drawn), SIGNS_WIDTH + 2)));
        }
        spans.push(trend(code));
        if has_class {
            spans.push(Span::plain(padded(code.class.as_str(), 12)));
        }
        spans.push(Span::styled(if is_chosen { Style::Strong } else { Style::Plain }, safe(&code.code)));
        drawn.line(&spans);
    }
    drawn.fill(before + room);
}

fn over_time(watched: &Watched, place: usize, drawn: &Drawn) -> String {
    let Some(trend) = watched.trends.get(place) else { return String::new() };
    let (counts, _) = chart::grouped(&trend.counts, SIGNS_WIDTH);
    chart::signs(&counts, counts.iter().copied().max().unwrap_or(0), drawn)
}

fn trend(code: &Code) -> Span {
    let style = match code.trend {
        Some(Trend::New | Trend::Escalating) => Style::Bad,
        Some(Trend::Easing) => Style::Good,
        _ => Style::Faint,
    };
    Span::styled(style, padded(code.trend.map_or("", Trend::as_str), 12))
}
