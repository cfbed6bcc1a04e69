//! What a watch shows of the last window: its report, calls and codes over time, the newest failures, and which rules hold. It
//! draws nothing.

use std::collections::{BTreeMap, HashMap};

use super::failures::Failure;
use super::outside::{Outside, Strays};
use super::rules::RuleState;
use super::session::{SPEED_SECONDS, Watch, WatchError};
use super::slices::BOUNDS;
use crate::hints::hints;
use crate::input::Facts;
use crate::record::LineClass;
use crate::report::numbers::{bytes, counted, stretch};
use crate::report::{self, Against, InputFacts, Report, Trend, build};
use crate::rule::Rule;
use crate::summary::Summary;
use crate::summary::inputs::{InputId, Inputs};
use crate::time::{NS_PER_SECOND, Nanos};

/// How many codes are shown over time.
const TRENDS_MAX: usize = 64;

/// What a watch shows.
#[derive(Clone, Debug)]
pub struct View {
    /// The present time.
    pub now: Nanos,
    /// Where the window begins: so long ago as it is, or when the watch began.
    pub from: Nanos,
    /// The earliest time of its calls: it begins with a whole slice, and has what came with an earlier time than the watch.
    pub first: Nanos,
    /// The report of the window.
    pub report: Report,
    /// Every rule.
    pub rules: Vec<RuleState>,
    /// The newest time of a call, in the window or before.
    pub newest: Option<Nanos>,
    /// Bytes that are there and were not read: lines without an end, what was left for the next look, and what was written
    /// meanwhile.
    pub unread: u64,
    /// Whether what was there before the watch began is still being read.
    pub is_catching_up: bool,
    /// How many files and pipes are followed.
    pub streams: usize,
    /// Calls of the last window that are in none.
    pub outside: Outside,
    /// Calls over time, the oldest first.
    pub bars: Vec<Bar>,
    /// How long a bar is, in nanoseconds.
    pub bar_ns: i64,
    /// The codes of the report over time, in its order, as far as they are shown.
    pub trends: Vec<CodeTrend>,
    /// The newest failures, the newest first.
    pub failures: Vec<Failure>,
    /// Lines and bytes a second.
    pub speed: (f64, f64),
}

/// Calls of a slice of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bar {
    /// Those that succeeded.
    pub ok: u64,
    /// Those that failed.
    pub failed: u64,
}

/// A code over time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeTrend {
    /// The code.
    pub code: String,
    /// Failures in each slice of the window.
    pub counts: Vec<u64>,
}

impl Watch {
    /// What the last window shows, and the rules that began or ceased to hold since this was asked last.
    ///
    /// # Errors
    ///
    /// The numbers do not add up.
    pub fn view(&mut self, now: Nanos) -> Result<(View, Vec<RuleState>), WatchError> {
        let (window, has_filled) = (self.settings.window_ns, self.has_filled(now));
        let start = Nanos(now.0.saturating_sub(window)).max(self.since);
        let first = self.slices.index(Nanos(now.0.saturating_sub(window)));
        let rules: Vec<_> =
            self.settings.rules.iter().filter(|rule| has_filled || !rule.has_floor()).cloned().collect();
        // What holds of a part need not hold of the whole.
        let rules = if self.is_catching_up { Vec::new() } else { rules };
        let mut report = self.report((first, i64::MAX / 2), now, &rules)?;
        let changed = self.judge(&report, &rules, now);
        let last = self.slices.index(now);
        let bars: Vec<_> = self.slices.each(first, last, bar).collect();
        let trends = self.trends(&mut report, &bars, (first, last));
        let arrived = self.slices.arrivals(first, i64::MAX / 2);
        let seconds = (now.0.saturating_sub(self.began.0) / NS_PER_SECOND).clamp(1, SPEED_SECONDS) as f64;
        let sum = |of: fn(&(Nanos, u64, u64)) -> u64| self.speed.iter().map(of).sum::<u64>() as f64 / seconds;
        let view = View {
            now,
            from: start,
            first: self.slices.start(first),
            report,
            rules: self.rules.clone(),
            newest: self.newest,
            unread: self.follower.unread(),
            is_catching_up: self.is_catching_up,
            streams: self.follower.streams(),
            outside: arrived.outside,
            bars,
            bar_ns: self.slices.grid().1,
            trends,
            failures: self.failures.list().to_vec(),
            speed: (sum(|(.., lines)| *lines), sum(|(_, bytes, _)| *bytes)),
        };
        Ok((view, changed))
    }

    /// Whether any rule held at any time.
    #[must_use]
    pub fn has_fired(&self) -> bool {
        self.rules.iter().any(|rule| rule.has_fired)
    }

    /// Whether as much time has passed as a window has.
    const fn has_filled(&self, now: Nanos) -> bool {
        now.0.saturating_sub(self.since.0) >= self.settings.window_ns
    }

    /// The report of slices from one to another.
    pub(super) fn report(
        &mut self,
        (first, last): (i64, i64),
        now: Nanos,
        rules: &[Rule],
    ) -> Result<Report, WatchError> {
        let arrived = self.slices.arrivals(first, last);
        let since =
            self.slices.start(first.max(self.slices.index(Nanos(now.0.saturating_sub(self.settings.window_ns)))));
        let known = self.follower.troubles.facts(since..self.slices.start(last.saturating_add(1)), &arrived.bytes);
        let mut summary = Summary { inputs: named(&known), ..Summary::new(BOUNDS) };
        summary.merge(self.slices.sum(first, last));
        let mut known: BTreeMap<String, Facts> =
            known.into_iter().map(|(path, facts)| (path.as_ref().to_owned(), facts)).collect();
        // Files of one name that were deleted have a row each.
        let of = |id: &InputId| InputFacts { path: id.path.clone(), read: known.remove(&id.path).unwrap_or_default() };
        let paths: Vec<_> = summary.inputs.iter().map(|(id, _)| id.clone()).collect();
        let facts: Vec<_> = paths.iter().map(of).collect();
        let settings = &self.settings;
        let options = report::Options {
            classes: &settings.classes,
            ids: settings.ids,
            codes: &settings.codes,
            only_classes: &settings.only_classes,
            by: &settings.by,
            periods: &settings.periods,
            filters: &settings.filters,
            split: None,
            against: Against {
                baseline: settings.baseline.as_ref(),
                rules,
                now,
                newest: self.newest,
                ..Against::default()
            },
        };
        let hints = hints(&summary, &facts);
        let mut report = build::report(&summary, facts, self.is_interrupted, hints, &options)?;
        doubt(&mut report, &arrived.outside, now);
        if self.is_catching_up {
            self.doubt_part(&mut report);
        }
        Ok(report)
    }

    /// Says that a report is of a part of what is there.
    fn doubt_part(&self, report: &mut Report) {
        let text = format!("{} of what was there were not read yet", bytes(self.follower.unread()));
        if ["OK", "NO CALLS", "INCOMPLETE"].contains(&report.verdict.word) {
            report.verdict.word = "UNSURE";
            report.verdict.text = format!("{}; {text}", report.verdict.text);
        }
        report.hints.push(text);
    }

    /// Notes which rules hold, and gives those that began or ceased to.
    fn judge(&mut self, report: &Report, judged: &[Rule], now: Nanos) -> Vec<RuleState> {
        let mut changed = Vec::new();
        for (state, rule) in self.rules.iter_mut().zip(&self.settings.rules) {
            state.is_judged = judged.contains(rule);
            state.is_known = !report.unjudged.iter().any(|unjudged| unjudged.rule == state.rule);
            let breach = report.breaches.iter().find(|breach| breach.rule == state.rule).cloned();
            let has_changed = breach.is_some() != state.holds();
            if has_changed || (state.since.is_none() && state.is_judged) {
                state.since = Some(now);
            }
            state.has_fired |= breach.is_some();
            state.breach = breach;
            if has_changed {
                changed.push(state.clone());
            }
        }
        changed
    }

    /// The codes of a report over time. Where nothing else says how a code changed, the later half of the window is compared
    /// with the earlier one.
    fn trends(&self, report: &mut Report, bars: &[Bar], (first, last): (i64, i64)) -> Vec<CodeTrend> {
        let half = bars.len() / 2;
        let calls = |bars: &[Bar]| bars.iter().map(|bar| bar.ok + bar.failed).sum::<u64>();
        let (before, after) = bars.split_at(half);
        let (before, after) = (calls(before), calls(after));
        let names: Vec<_> = report.codes.iter().take(TRENDS_MAX).map(|code| code.code.clone()).collect();
        let count = |summary: &Summary| {
            let counts: HashMap<_, _> = summary.codes.iter().map(|(code, entry)| (code, entry.count)).collect();
            names.iter().map(|name| counts.get(name.as_str()).copied().unwrap_or(0)).collect::<Vec<_>>()
        };
        let slices: Vec<_> = self.slices.each(first, last, count).collect();
        let mut trends = Vec::new();
        for (place, code) in report.codes.iter_mut().take(TRENDS_MAX).enumerate() {
            let counts: Vec<u64> = slices.iter().map(|row| row.get(place).copied().unwrap_or(0)).collect();
            let (earlier, later) = counts.split_at(half);
            let (earlier, later) = (earlier.iter().sum::<u64>(), later.iter().sum::<u64>());
            if code.trend.is_none() && self.settings.baseline.is_none() && before > 0 && after > 0 {
                code.trend = Some(match earlier {
                    0 => Trend::New,
                    _ => report::change((later, after), (earlier, before)),
                });
            }
            trends.push(CodeTrend { code: code.code.clone(), counts });
        }
        trends
    }
}

fn bar(summary: &Summary) -> Bar {
    Bar { ok: summary.totals[LineClass::Ok], failed: summary.totals[LineClass::Failed] }
}

/// A table of inputs without lines.
fn named(known: &BTreeMap<std::sync::Arc<str>, Facts>) -> Inputs {
    let id = |path: &str| InputId { path: path.to_owned(), identity: None };
    Inputs::new(known.keys().map(|path| (id(path), Default::default())).collect())
}

/// Says of calls that are in no window that they are there, and that they may hide failures.
fn doubt(report: &mut Report, outside: &Outside, now: Nanos) {
    let [late, ahead] = [&outside.late, &outside.ahead].map(|strays| said(strays, now));
    let late = late.map(|text| format!("{text} before the window, or came after it was shown"));
    let ahead = ahead
        .map(|text| format!("{text} after the clock of this machine; --assume-tz names the zone of times without one"));
    let texts: Vec<_> = late.into_iter().chain(ahead).collect();
    let hides = outside.failed() > 0 && ["OK", "NO CALLS", "INCOMPLETE"].contains(&report.verdict.word);
    if hides {
        report.verdict.word = "UNSURE";
        report.verdict.text = format!("{}; {}", report.verdict.text, texts.join("; "));
    }
    report.hints.extend(texts);
}

/// How many calls there are, and how far away their times lie.
fn said(strays: &Strays, now: Nanos) -> Option<String> {
    let (first, last) = strays.span?;
    let seconds = |time: Nanos| now.0.abs_diff(time.0) as i64 / NS_PER_SECOND;
    let (least, most) = (seconds(first).min(seconds(last)), seconds(first).max(seconds(last)));
    let range = if least == most { stretch(most) } else { format!("{} to {}", stretch(least), stretch(most)) };
    let failed = if strays.failed > 0 { format!(" ({} failed)", strays.failed) } else { String::new() };
    Some(format!("{}{failed} in no window: their times lie {range}", counted(strays.all(), "call is", "calls are")))
}
