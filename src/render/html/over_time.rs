//! Calls over time as the page shows them: two charts, their summits in words, and every number in a table.

use super::chart;
use super::limits::Limits;
use crate::catalog::Class;
use crate::render::clock::{Clock, ROUND_SECONDS};
use crate::render::view::View;
use crate::report::numbers::{count, counted, percent, stretch};
use crate::report::{Bucket, Report};
use crate::time::{NS_PER_SECOND, Nanos};

/// How many times stand on the axis at the most.
const TICKS_MAX: i64 = 7;
/// Farther to the right there is no room for a time.
const LAST_TICK_PERCENT_MAX: f64 = 94.0;
/// How many codes that became more frequent are marked at the most.
const MARKED_MAX: usize = 3;

/// Calls over time.
#[derive(Debug)]
pub struct OverTime {
    pub(crate) bars: usize,
    pub(crate) width: String,
    /// The classes of the failures with their outlines, from the bottom.
    pub(crate) layers: Vec<(Class, String)>,
    pub(crate) calls: String,
    pub(crate) gaps: String,
    /// The upper end of the axis of shares, and its middle.
    pub(crate) failed_axis: [String; 2],
    pub(crate) failed_peak: String,
    pub(crate) calls_max: String,
    pub(crate) calls_peak: String,
    pub(crate) has_failed: bool,
    /// Where a code became more frequent, and what is said about it.
    pub(crate) since: Vec<(String, String)>,
    /// Times with their places, in per cent of the width.
    pub(crate) ticks: Vec<(String, String)>,
    /// Time, calls, failed, rate, and failures by the classes of the layers.
    pub(crate) rows: Vec<Vec<String>>,
}

/// Calls over time; none with fewer than two bars.
#[must_use]
pub fn over_time(report: &Report, view: &View, limits: Limits) -> Option<OverTime> {
    let (bars, size) = chart::bars(&report.timeline);
    if bars.len() < 2 {
        return None;
    }
    let seconds = report.timeline.bucket_seconds?.saturating_mul(i64::try_from(size).ok()?);
    let clock = Clock::of(report, &view.zone);
    let rates: Vec<_> = bars.iter().map(|bar| bar.failed as f64 / bar.all().max(1) as f64).collect();
    let most_calls = bars.iter().map(Bucket::all).max()?.max(1);
    let most_rate = rates.iter().copied().fold(0.0, f64::max);
    let calls: Vec<_> = bars.iter().map(|bar| bar.all() as f64 / most_calls as f64).collect();
    let (worst, busiest) = (report.timeline.most_failures(), report.timeline.most_calls()?);
    let bucket = stretch(report.timeline.bucket_seconds?);
    let by_class = by_class(report, size);
    let (axis_end, failed_axis) = chart::round_share(most_rate);
    Some(OverTime {
        bars: bars.len(),
        width: stretch(seconds),
        layers: layers(&bars, &by_class, axis_end),
        calls: chart::outline(&calls),
        gaps: chart::gaps(&bars),
        failed_axis,
        failed_peak: worst.map_or_else(String::new, |worst| {
            let (rate, calls) = (worst.failed as f64 / worst.all() as f64, counted(worst.all(), "call", "calls"));
            let failed = count(worst.failed);
            format!("{failed} of {calls} ({}) in {bucket} from {}", percent(rate), clock.minute(worst.start))
        }),
        calls_max: count(most_calls),
        calls_peak: format!("{} in {bucket} from {}", count(busiest.all()), clock.minute(busiest.start)),
        has_failed: most_rate > 0.0,
        since: since(report, &clock, &bars, seconds, limits),
        ticks: ticks(&clock, &bars, seconds),
        rows: rows(&bars, &rates, &by_class, view),
    })
}

/// Failures by class in each bar.
fn by_class(report: &Report, size: usize) -> Vec<(Class, Vec<u64>)> {
    let sum = |buckets: &[u64]| buckets.iter().fold(0, |sum: u64, count| sum.saturating_add(*count));
    let rows = report.series.classes.iter();
    rows.map(|(class, failures)| (*class, failures.chunks(size).map(sum).collect())).collect()
}

fn layers(bars: &[Bucket], by_class: &[(Class, Vec<u64>)], axis_end: f64) -> Vec<(Class, String)> {
    let part = |(bar, failures): (&Bucket, &u64)| *failures as f64 / bar.all().max(1) as f64 / axis_end;
    let parts: Vec<Vec<_>> = by_class.iter().map(|(_, row)| bars.iter().zip(row).map(part).collect()).collect();
    by_class.iter().zip(chart::stacked(&parts)).map(|((class, _), outline)| (*class, outline)).collect()
}

/// The first codes that became more frequent, by count, in the order of time.
fn since(report: &Report, clock: &Clock<'_>, bars: &[Bucket], seconds: i64, limits: Limits) -> Vec<(String, String)> {
    let changed = report.codes.iter().filter_map(|code| Some((code.since?, code)));
    let mut changed: Vec<_> = changed.take(MARKED_MAX).collect();
    changed.sort_by_key(|(time, _)| *time);
    let start = bars.first().map_or(0, |bar| bar.start.0);
    let mark = |(time, code): (Nanos, &crate::report::Code)| {
        let place = time.0.saturating_sub(start) as f64 / NS_PER_SECOND as f64 / seconds as f64;
        let said = format!("{} {}", clock.second(time), limits.text(&code.code));
        (place >= 0.0).then(|| (format!("{place:.2}"), said))
    };
    changed.into_iter().filter_map(mark).collect()
}

/// Round times of the reader's clock and where they stand.
fn ticks(clock: &Clock<'_>, bars: &[Bucket], seconds: i64) -> Vec<(String, String)> {
    let Some(first) = bars.first() else { return Vec::new() };
    let total = seconds.saturating_mul(bars.len() as i64).max(1);
    let longest = total / TICKS_MAX;
    // Beyond the longest round stretch, as many of them as it takes.
    let odd = ROUND_SECONDS.last().map_or(1, |last| last * (longest / last + 1));
    let step = ROUND_SECONDS.into_iter().find(|step| *step >= longest).unwrap_or(odd).max(1);
    let local = clock.local_seconds(first.start);
    let mut ticks = Vec::new();
    let mut after = (step - local.rem_euclid(step)) % step;
    while after < total {
        let time = Nanos(first.start.0.saturating_add(after.saturating_mul(NS_PER_SECOND)));
        let civil = clock.civil(time);
        let midnight = civil.hour == 0 && civil.minute == 0 && clock.has_days();
        let label = if midnight || step >= 86_400 {
            format!("{:02}-{:02}", civil.month, civil.day)
        } else {
            format!("{:02}:{:02}", civil.hour, civil.minute)
        };
        let place = after as f64 / total as f64 * 100.0;
        if place <= LAST_TICK_PERCENT_MAX {
            ticks.push((format!("{place:.1}"), label));
        }
        after = after.saturating_add(step);
    }
    ticks
}

fn rows(bars: &[Bucket], rates: &[f64], by_class: &[(Class, Vec<u64>)], view: &View) -> Vec<Vec<String>> {
    let row = |(place, (bar, rate)): (usize, (&Bucket, &f64))| {
        let rate = if bar.all() == 0 { String::new() } else { percent(*rate) };
        let classes = by_class.iter().map(|(_, row)| match row.get(place) {
            Some(0) | None => String::new(),
            Some(failures) => count(*failures),
        });
        [view.second(bar.start), count(bar.all()), count(bar.failed), rate].into_iter().chain(classes).collect()
    };
    bars.iter().zip(rates).enumerate().map(row).collect()
}
