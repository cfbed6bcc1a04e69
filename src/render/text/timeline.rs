//! Calls over time as sparklines: the share that failed, and how many there were; nothing without times.

use std::io::{self, Write};

use super::bars::level;
use super::page::{Page, Phrase, Signs, Span, Style};
use crate::record::LineClass;
use crate::render::clock::{Clock, ROUND_SECONDS};
use crate::report::numbers::{count, percent, rate, rough_percent, stretch};
use crate::report::{Bucket, Report, Timeline};
use crate::time::{NS_PER_SECOND, Nanos};

/// Columns of the names of the lines, with the gap after them.
const NAME_WIDTH: usize = 11;
/// Columns of a time on the axis.
const LABEL_WIDTH: usize = 5;
/// No more marks than this, however wide the page.
const MARKS_MAX: usize = 72;
/// With fewer marks than this beside them, remarks go below.
const MARKS_BESIDE_MIN: usize = 28;
/// Writes the lines and the axis.
pub fn write<W: Write>(report: &Report, clock: &Clock<'_>, page: &mut Page<W>) -> io::Result<()> {
    let buckets = &report.timeline.buckets;
    let Some(bucket_seconds) = report.timeline.bucket_seconds.filter(|&seconds| seconds > 0 && buckets.len() > 1)
    else {
        return Ok(());
    };
    page.section()?;
    let has_failed = buckets.iter().any(|bucket| bucket.failed > 0);
    let failed = if has_failed { failures(report, bucket_seconds, clock) } else { Vec::new() };
    let unit = Unit::of(buckets, bucket_seconds);
    let calls = calls(&report.timeline, bucket_seconds, unit, clock);
    let beside =
        page.width.saturating_sub(NAME_WIDTH + 2 + width(&failed, &page.signs).max(width(&calls, &page.signs)));
    let is_beside = beside >= MARKS_BESIDE_MIN;
    let room = if is_beside { beside } else { page.width.saturating_sub(NAME_WIDTH) };
    let marks = Marks::of(buckets, bucket_seconds, room.min(MARKS_MAX), clock);
    if has_failed {
        let line = marks.line(|mark| mark.failed as f64 / mark.all() as f64, &page.signs);
        write_line("failed %", &line, Style::Bad, &failed, is_beside, page)?;
    }
    let line = marks.line(|mark| mark.all() as f64, &page.signs);
    write_line(unit.name(), &line, Style::Plain, &calls, is_beside, page)?;
    let axis = format!("{:NAME_WIDTH$}{}  ", "", marks.axis(clock, page.width.saturating_sub(NAME_WIDTH)));
    let scale = format!("one mark = {}", stretch(marks.seconds));
    page.flow(vec![Span::styled(Style::Faint, axis)], NAME_WIDTH, &[vec![Span::styled(Style::Faint, scale)]])
}

fn write_line<W: Write>(
    name: &str,
    marks: &str,
    style: Style,
    remarks: &[Phrase],
    is_beside: bool,
    page: &mut Page<W>,
) -> io::Result<()> {
    let mut line = vec![Span::plain(format!("{name:<NAME_WIDTH$}")), Span::styled(style, marks)];
    if is_beside {
        line.push(Span::plain("  "));
        return page.flow(line, NAME_WIDTH, remarks);
    }
    page.line(&line)?;
    page.flow(vec![Span::plain(" ".repeat(NAME_WIDTH))], NAME_WIDTH, remarks)
}

fn width(phrases: &[Phrase], signs: &Signs) -> usize {
    let dots = phrases.len().saturating_sub(1) * Span::plain(signs.dot).width();
    phrases.iter().flatten().map(Span::width).sum::<usize>() + dots
}

/// The rate before and after the most frequent code changed, if it goes on, and the bucket with the most failures.
fn failures(report: &Report, bucket_seconds: i64, clock: &Clock<'_>) -> Vec<Phrase> {
    let buckets = &report.timeline.buckets;
    let mut remarks = Vec::new();
    let goes_on = report.codes.iter().find(|code| code.since.is_some() && code.until.is_none());
    if let Some(since) = goes_on.and_then(|code| code.since) {
        let end = |bucket: &Bucket| bucket.start.0.saturating_add(bucket_seconds.saturating_mul(NS_PER_SECOND));
        let (before, after): (Vec<_>, Vec<_>) = buckets.iter().partition(|bucket| end(bucket) <= since.0);
        if let Some((before, after)) = failure_rate(&before).zip(failure_rate(&after)) {
            let text = format!("{} until {}, {} since", percent(before), clock.minute(since), percent(after));
            remarks.push(vec![Span::plain(text)]);
        }
    }
    let worst = report.timeline.most_failures();
    if let Some(worst) = worst.filter(|worst| worst.failed < report.totals.counts[LineClass::Failed]) {
        let (failed, calls) = (worst.failed, worst.all());
        let part = rough_percent(failed as f64 / calls as f64);
        let text = format!("most at {}: {} of {} ({part})", clock.minute(worst.start), count(failed), count(calls));
        remarks.push(vec![Span::plain(text)]);
    }
    remarks
}

fn failure_rate(buckets: &[&Bucket]) -> Option<f64> {
    let sum = |part: fn(&Bucket) -> u64| buckets.iter().map(|bucket| part(bucket) as f64).sum::<f64>();
    let calls = sum(Bucket::all);
    (calls > 0.0).then(|| sum(|bucket| bucket.failed) / calls)
}

/// The mean, and the bucket with the most calls.
fn calls(timeline: &Timeline, bucket_seconds: i64, unit: Unit, clock: &Clock<'_>) -> Vec<Phrase> {
    let buckets = &timeline.buckets;
    let per_unit = |calls: f64, seconds: f64| rate(calls * unit.seconds() / seconds);
    let total: f64 = buckets.iter().map(|bucket| bucket.all() as f64).sum();
    let mean = per_unit(total, bucket_seconds as f64 * buckets.len() as f64);
    let mut remarks = vec![vec![Span::plain(format!("mean {mean}"))]];
    if let Some(most) = timeline.most_calls() {
        let number = per_unit(most.all() as f64, bucket_seconds as f64);
        remarks.push(vec![Span::plain(format!("most at {}: {number}", clock.minute(most.start)))]);
    }
    remarks
}

/// What calls are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Second,
    Minute,
    Hour,
    Day,
}

impl Unit {
    /// The smallest one with ten calls or more in the mean.
    fn of(buckets: &[Bucket], bucket_seconds: i64) -> Self {
        let total: f64 = buckets.iter().map(|bucket| bucket.all() as f64).sum();
        let per_second = total / (bucket_seconds as f64 * buckets.len() as f64);
        let units = [Self::Second, Self::Minute, Self::Hour];
        units.into_iter().find(|unit| per_second * unit.seconds() >= 10.0).unwrap_or(Self::Day)
    }

    const fn seconds(self) -> f64 {
        match self {
            Self::Second => 1.0,
            Self::Minute => 60.0,
            Self::Hour => 3_600.0,
            Self::Day => 86_400.0,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Second => "calls/s",
            Self::Minute => "calls/min",
            Self::Hour => "calls/hour",
            Self::Day => "calls/day",
        }
    }
}

/// Buckets put together until they fit into the page.
struct Marks {
    marks: Vec<Bucket>,
    seconds: i64,
}

impl Marks {
    fn of(buckets: &[Bucket], bucket_seconds: i64, room: usize, clock: &Clock<'_>) -> Self {
        let spans = ROUND_SECONDS.into_iter().filter(|seconds| seconds % bucket_seconds == 0);
        // For buckets that no round stretch is made of.
        let fewest = buckets.len().div_ceil(room.max(1));
        let odd = (fewest..=buckets.len()).filter_map(|number| bucket_seconds.checked_mul(i64::try_from(number).ok()?));
        let mut grouped = spans.chain(odd).map(|seconds| Self::grouped(buckets, seconds, clock));
        let fitting = |marks: &Self| marks.marks.len() <= room;
        grouped.find(fitting).unwrap_or_else(|| Self::grouped(buckets, i64::MAX, clock))
    }

    /// Marks begin where a clock shows a multiple of their width.
    fn grouped(buckets: &[Bucket], seconds: i64, clock: &Clock<'_>) -> Self {
        let mut marks: Vec<Bucket> = Vec::new();
        let mut last = None;
        for bucket in buckets {
            let place = clock.local_seconds(bucket.start).div_euclid(seconds);
            match marks.last_mut() {
                Some(mark) if last == Some(place) => {
                    mark.ok = mark.ok.saturating_add(bucket.ok);
                    mark.failed = mark.failed.saturating_add(bucket.failed);
                }
                _ => marks.push(bucket.clone()),
            }
            last = Some(place);
        }
        Self { marks, seconds }
    }

    /// One sign a mark, the greatest highest; none where nothing was called.
    fn line(&self, value: fn(&Bucket) -> f64, signs: &Signs) -> String {
        let values: Vec<_> = self.marks.iter().map(|mark| (mark.all() > 0).then(|| value(mark))).collect();
        let most = values.iter().flatten().copied().fold(0.0, f64::max);
        let part = |value: f64| if most > 0.0 { value / most } else { 0.0 };
        values.into_iter().map(|value| value.map_or(signs.gap, |value| level(part(value), signs))).collect()
    }

    /// Times under the marks that begin at round ones.
    fn axis(&self, clock: &Clock<'_>, room: usize) -> String {
        let closest = self.seconds.saturating_mul(LABEL_WIDTH as i64 + 1);
        let step =
            ROUND_SECONDS.into_iter().find(|step| closest <= *step && step % self.seconds == 0).unwrap_or(closest);
        let mut axis = String::new();
        let mut before = None;
        let mut day = None;
        for (place, mark) in self.marks.iter().enumerate() {
            let at = clock.local_seconds(mark.start).div_euclid(step);
            let is_new =
                before.is_some_and(|before| before != at) || (place == 0 && self.is_round(mark.start, step, clock));
            before = Some(at);
            if !is_new || axis.len() > place || place + LABEL_WIDTH > room {
                continue;
            }
            let civil = clock.civil(mark.start);
            let today = (civil.year, civil.month, civil.day);
            let has_day = clock.has_days() && day != Some(today);
            let label = if has_day || step >= 86_400 {
                format!("{:02}-{:02}", civil.month, civil.day)
            } else {
                format!("{:02}:{:02}", civil.hour, civil.minute)
            };
            day = Some(today);
            axis = format!("{axis:<place$}{label} ");
        }
        format!("{:<width$}", axis.trim_end_matches(' '), width = self.marks.len())
    }

    fn is_round(&self, start: Nanos, step: i64, clock: &Clock<'_>) -> bool {
        clock.local_seconds(start).rem_euclid(step) < self.seconds
    }
}
