//! The failures of one code over time as a drawing the size of a word, and its summit in words. It knows no template.

use super::chart;
use crate::render::clock::Clock;
use crate::report::numbers::{count, stretch};
use crate::report::{Code, Report};

/// A small chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spark {
    /// How many bars it has room for.
    pub(crate) bars: usize,
    /// Their outline.
    pub(crate) outline: String,
    /// The greatest, in words: `31 in 9 min from 10:48`.
    pub(crate) peak: String,
}

/// The failures of a code over time; none without times, and none when there is only one stretch of time.
#[must_use]
pub fn of(report: &Report, code: &Code, clock: &Clock<'_>) -> Option<Spark> {
    let failures = report.series.codes.get(&code.code).filter(|failures| failures.len() > 1)?;
    let most = failures.iter().copied().max().filter(|most| *most > 0)?;
    let place = failures.iter().position(|number| *number == most)?;
    let start = report.timeline.buckets.get(place.checked_mul(report.series.buckets_per_stretch)?)?.start;
    let parts: Vec<_> = failures.iter().map(|number| *number as f64 / most as f64).collect();
    Some(Spark {
        bars: failures.len(),
        outline: chart::outline(&parts),
        peak: format!("{} in {} from {}", count(most), stretch(report.stretch_seconds()?), clock.minute(start)),
    })
}
