//! Calls over time as the page shows them: two charts, their summits in words, and every number in a table.

use super::chart;
use super::page::Limits;
use crate::nanos::Nanos;
use crate::render::text::numbers::{count, counted, percent, stretch};
use crate::render::view::View;
use crate::report::{Bucket, Report};

/// Calls over time.
#[derive(Debug)]
pub struct OverTime {
    pub(crate) bars: usize,
    pub(crate) width: String,
    pub(crate) failed: String,
    pub(crate) calls: String,
    pub(crate) gaps: String,
    pub(crate) failed_max: String,
    pub(crate) failed_peak: String,
    pub(crate) calls_max: String,
    pub(crate) calls_peak: String,
    pub(crate) has_failed: bool,
    pub(crate) since: Option<(String, String)>,
    pub(crate) marks: Vec<String>,
    pub(crate) rows: Vec<[String; 4]>,
}

/// Calls over time; none with fewer than two bars.
#[must_use]
pub fn over_time(report: &Report, view: &View, limits: Limits) -> Option<OverTime> {
    let (bars, size) = chart::bars(&report.timeline);
    if bars.len() < 2 {
        return None;
    }
    let seconds = report.timeline.bucket_seconds?.saturating_mul(i64::try_from(size).ok()?);
    let all = |bar: &Bucket| bar.ok.saturating_add(bar.failed);
    let rates: Vec<_> = bars.iter().map(|bar| bar.failed as f64 / all(bar).max(1) as f64).collect();
    let most_calls = bars.iter().map(all).max()?.max(1);
    let most_rate = rates.iter().copied().fold(0.0, f64::max);
    let parts: Vec<_> = rates.iter().map(|rate| if most_rate > 0.0 { rate / most_rate } else { 0.0 }).collect();
    let calls: Vec<_> = bars.iter().map(|bar| all(bar) as f64 / most_calls as f64).collect();
    let at_rate = rates.iter().position(|rate| *rate == most_rate).and_then(|place| bars.get(place))?;
    let at_calls = bars.iter().find(|bar| all(bar) == most_calls).unwrap_or(at_rate);
    let since = report.codes.iter().find_map(|code| Some((code.since?, code)));
    let since = since.and_then(|(time, code)| {
        let place = (time.0.saturating_sub(bars.first()?.start.0)) as f64 / 1e9 / seconds as f64;
        let said = format!("{} became more frequent at {}", limits.text(&code.code), view.second(time));
        (place >= 0.0).then(|| (format!("{place:.2}"), said))
    });
    let marks = [0, bars.len() / 4, bars.len() / 2, bars.len() * 3 / 4];
    Some(OverTime {
        bars: bars.len(),
        width: stretch(seconds),
        failed: chart::outline(&parts),
        calls: chart::outline(&calls),
        gaps: chart::gaps(&bars),
        failed_max: percent(most_rate),
        failed_peak: format!(
            "{} at {} ({} of {})",
            percent(most_rate),
            view.clock(at_rate.start),
            count(at_rate.failed),
            counted(all(at_rate), "call", "calls")
        ),
        calls_max: count(most_calls),
        calls_peak: format!("{} at {}", count(most_calls), view.clock(at_calls.start)),
        has_failed: most_rate > 0.0,
        since,
        marks: marks.iter().filter_map(|&place| bars.get(place)).map(|bar| mark(view, seconds, bar.start)).collect(),
        rows: bars
            .iter()
            .zip(&rates)
            .map(|(bar, rate)| [view.second(bar.start), count(all(bar)), count(bar.failed), percent(*rate)])
            .collect(),
    })
}

/// A time on the axis: the date when bars are long, else the time of day.
fn mark(view: &View, seconds: i64, time: Nanos) -> String {
    let text = view.second(time);
    if seconds >= 7_200 {
        text.get(5..10).unwrap_or(&text).to_owned()
    } else {
        text.get(11..16).unwrap_or(&text).to_owned()
    }
}
