//! Episodes: stretches of time in which failures are more frequent than in the rest, with what they are made of. Where they
//! begin and end, [`over_time`](super::over_time) finds.

use serde::Serialize;

use super::budget::{Budget, text};
use super::over_time::{Found, OverTime};
use super::triage::{Failures, Whole, excessive};
use super::{CodeCount, StandsOut};
use crate::catalog::OTHER;
use crate::summary::Summary;
use crate::summary::failed_names::Named;
use crate::summary::failed_timeline::FailedTimeline;
use crate::summary::timeline::Calls;
use crate::time::{NS_PER_SECOND, Nanos};

/// What an episode, and a code of it, take in JSON, in bytes.
const EPISODE_BYTES: usize = 320;
const CODE_BYTES: usize = 64;
const STANDS_OUT_BYTES: usize = 200;
/// How many shares of what is left for lists the codes of episodes have.
const CODES_SHARES: usize = 12;

/// A stretch of time in which failures are more frequent than in the rest.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Episode {
    /// When its first bucket starts.
    pub start: Nanos,
    /// When its last bucket ends.
    pub end: Nanos,
    /// Whether it goes on to the last bucket of the log.
    pub open: bool,
    /// Its failures.
    pub failed: u64,
    /// Its calls.
    pub calls: u64,
    /// `failed / calls`, 0 to 1.
    pub failure_rate: f64,
    /// The same of all other calls with a time; none without any.
    pub failure_rate_outside: Option<f64>,
    /// Its failures by code, the most frequent first.
    pub codes: Vec<CodeCount>,
    /// Values that its failures have more often than all calls.
    pub stands_out: Vec<StandsOut>,
}

impl Episode {
    /// Failures beyond those that the rate of the rest would have given.
    #[must_use]
    pub fn excess(&self) -> f64 {
        self.failed as f64 - self.calls as f64 * self.failure_rate_outside.unwrap_or(0.0)
    }
}

/// The episodes of a summary, those with the most failures beyond the expected first; `by` are the names of the `--by`
/// fields.
#[must_use]
pub fn episodes(
    summary: &Summary,
    over_time: &OverTime,
    whole: &Whole<'_>,
    by: &[String],
    budget: &mut Budget,
) -> Vec<Episode> {
    let found = over_time.stretches();
    budget.spend(found.len() * EPISODE_BYTES);
    let mut episodes: Vec<_> = found.iter().map(|found| episode(found, over_time.all())).collect();
    episodes.sort_by(|a, b| b.excess().total_cmp(&a.excess()).then_with(|| a.start.cmp(&b.start)));
    for episode in &mut episodes {
        episode.codes = codes(summary, over_time, episode);
        let failures = failures(summary, over_time, episode, by.len());
        episode.stands_out = excessive(episode.failed, &failures, whole, by);
        let bytes = |row: &StandsOut| STANDS_OUT_BYTES + text(&row.field) + text(&row.value);
        budget.spend(episode.stands_out.iter().map(bytes).sum());
    }
    let bytes = |row: &CodeCount| CODE_BYTES + text(&row.code);
    let sizes: Vec<_> = episodes.iter().map(|episode| episode.codes.iter().map(bytes).collect()).collect();
    for (episode, listed) in episodes.iter_mut().zip(budget.turns(&sizes, CODES_SHARES)) {
        let left_out = episode.codes.split_off(listed.min(episode.codes.len()));
        add_others(&mut episode.codes, left_out.iter().map(|row| row.count).sum());
    }
    episodes
}

fn episode(found: &Found, all: Calls) -> Episode {
    let Found { start, end, is_open, calls } = *found;
    let outside = Calls { ok: all.ok - calls.ok, failed: all.failed - calls.failed };
    Episode {
        start,
        end,
        open: is_open,
        failed: calls.failed,
        calls: calls.all(),
        failure_rate: calls.failure_rate().unwrap_or(0.0),
        failure_rate_outside: outside.failure_rate(),
        codes: Vec::new(),
        stands_out: Vec::new(),
    }
}

/// Failures of a code, or with a name, in an episode.
#[derive(Clone, Copy, Debug, Default)]
struct Counted {
    /// In buckets that lie in the episode whole.
    certain: u64,
    /// In buckets that lie in it in part.
    partly: u64,
    /// How many of those are its own, if they are spread as all failures are.
    likely: f64,
}

/// Failures by code in an episode; together they are those of the episode. The buckets of a code may be wider than those
/// of all calls: what lies in the episode in part is shared out as all failures are.
fn codes(summary: &Summary, over_time: &OverTime, episode: &Episode) -> Vec<CodeCount> {
    let rows = summary.codes.iter().map(|(name, code)| (name, counted(&code.timeline, over_time, episode)));
    let mut rows: Vec<_> = rows.filter(|(_, row)| row.certain > 0 || row.partly > 0).collect();
    rows.sort_by(|a, b| b.1.likely.fract().total_cmp(&a.1.likely.fract()).then_with(|| a.0.cmp(b.0)));
    let mut left = episode.failed.saturating_sub(rows.iter().map(|(_, row)| row.certain).sum());
    let likely: f64 = rows.iter().map(|(_, row)| row.likely).sum();
    // Where codes without a name of their own may have failed too, nothing is made to fit.
    let fits = summary.codes.rest().is_none();
    let scale = if fits && likely > 0.0 { left as f64 / likely } else { 1.0 };
    let mut give = |row: &mut Counted, more: u64| {
        let more = more.min(row.partly).min(left);
        row.certain += more;
        row.partly -= more;
        left -= more;
    };
    rows.iter_mut().for_each(|(_, row)| give(row, (row.likely * scale) as u64));
    if fits {
        // What rounding left: one each, then what there is.
        rows.iter_mut().for_each(|(_, row)| give(row, 1));
        rows.iter_mut().for_each(|(_, row)| give(row, u64::MAX));
    }
    let counts = rows.into_iter().filter(|(_, row)| row.certain > 0);
    let mut counts: Vec<_> =
        counts.map(|(code, row)| CodeCount { code: code.to_owned(), count: row.certain }).collect();
    add_others(&mut counts, left);
    counts
}

/// Failures in an episode by the names of each field.
fn failures<'s>(summary: &'s Summary, over_time: &OverTime, episode: &Episode, by: usize) -> Failures<'s> {
    let mut failures = vec![Vec::new(); 3 + by];
    for (field, name, timeline) in summary.failed_names.iter() {
        let place = match field {
            Named::Service => 0,
            Named::Action => 1,
            Named::Region => 2,
            Named::By(place) => 3 + place,
        };
        let row = counted(timeline, over_time, episode);
        let count = row.certain + (row.likely.round() as u64).min(row.partly);
        if let Some(failures) = failures.get_mut(place).filter(|_| count > 0) {
            failures.push((name, count.min(episode.failed)));
        }
    }
    failures
}

/// Adds failures of codes without a row, and sorts.
fn add_others(rows: &mut Vec<CodeCount>, others: u64) {
    match rows.iter_mut().find(|row| row.code == OTHER) {
        Some(row) => row.count += others,
        None => rows.extend((others > 0).then(|| CodeCount { code: OTHER.to_owned(), count: others })),
    }
    rows.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.code.cmp(&b.code)));
}

fn counted(timeline: &FailedTimeline, over_time: &OverTime, episode: &Episode) -> Counted {
    let (seconds, buckets) = timeline.buckets(over_time.seconds);
    let width_ns = seconds.saturating_mul(NS_PER_SECOND);
    let mut counted = Counted::default();
    for (start, failed) in buckets {
        let end = Nanos(start.0.saturating_add(width_ns));
        if start >= episode.start && end <= episode.end {
            counted.certain += failed;
        } else if end > episode.start && start < episode.end {
            let inside = over_time.between(start.max(episode.start), end.min(episode.end)).failed;
            let all = over_time.between(start, end).failed;
            counted.partly += failed;
            counted.likely += failed as f64 * inside as f64 / all.max(1) as f64;
        }
    }
    counted
}
