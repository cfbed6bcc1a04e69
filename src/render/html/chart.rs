//! Numbers become shapes: bars over time, and durations on a logarithmic axis. It knows neither HTML nor what the
//! numbers mean; every shape stands beside its numbers.

use std::fmt::Write as _;

use crate::report::{Bucket, Quantiles, Timeline};

/// How many bars a chart has at most.
pub const BARS_MAX: usize = 72;
/// Units of a chart from bottom to top.
const HEIGHT: f64 = 100.0;
/// Units of the axis of durations from left to right.
pub const AXIS_WIDTH: f64 = 200.0;

/// Neighbouring buckets added up, so that at most [`BARS_MAX`] are left; and how many make one.
#[must_use]
pub fn bars(timeline: &Timeline) -> (Vec<Bucket>, usize) {
    let size = timeline.buckets.len().div_ceil(BARS_MAX).max(1);
    let sum = |chunk: &[Bucket]| {
        chunk.iter().skip(1).fold(chunk[0].clone(), |sum, next| Bucket {
            start: sum.start,
            ok: sum.ok.saturating_add(next.ok),
            failed: sum.failed.saturating_add(next.failed),
        })
    };
    (timeline.buckets.chunks(size).map(sum).collect(), size)
}

/// The outline of bars, one unit wide each, for parts of the greatest.
#[must_use]
pub fn outline(parts: &[f64]) -> String {
    let mut path = String::new();
    for (place, part) in parts.iter().enumerate().filter(|(_, part)| **part > 0.0) {
        // What is not nothing can be seen.
        let height = (part.min(1.0) * HEIGHT).max(1.0);
        // Writing to a String cannot fail.
        let _ = write!(path, "M{place} {HEIGHT}v-{height:.1}h1v{height:.1}z");
    }
    path
}

/// The places of a bar that has no calls, as an outline of the full height.
#[must_use]
pub fn gaps(bars: &[Bucket]) -> String {
    let is_empty = |bar: &Bucket| if bar.ok == 0 && bar.failed == 0 { 1.0 } else { 0.0 };
    outline(&bars.iter().map(is_empty).collect::<Vec<_>>())
}

/// A logarithmic axis of durations over whole decades.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axis {
    /// The power of ten at the left end, in milliseconds.
    from: i32,
    /// The power of ten at the right end.
    to: i32,
}

impl Axis {
    /// The axis that all these fit on; none without durations.
    #[must_use]
    pub fn of<'a>(rows: impl Iterator<Item = &'a Quantiles>) -> Option<Self> {
        let (mut low, mut high) = (f64::INFINITY, 0.0_f64);
        for (least, most) in rows.filter_map(|row| row.p50.zip(row.max)) {
            low = low.min(least.max(1e-3));
            high = high.max(most);
        }
        // A cast of a float saturates.
        let from = (low.log10().floor() as i32).clamp(-3, 12);
        let to = (high.log10().ceil() as i32).clamp(from + 1, 13);
        low.is_finite().then_some(Self { from, to })
    }

    /// Its ends, such as `10 ms` and `100 s`.
    #[must_use]
    pub fn ends(self) -> [String; 2] {
        [self.from, self.to].map(|power| match power {
            3.. => format!("{} s", 10_f64.powi(power - 3)),
            0..3 => format!("{} ms", 10_f64.powi(power)),
            _ => format!("{} us", 10_f64.powi(power + 3)),
        })
    }

    /// The lines at whole decades between the ends.
    #[must_use]
    pub fn decades(self) -> Vec<String> {
        (self.from + 1..self.to).map(|power| format!("{:.1}", self.place(10_f64.powi(power)))).collect()
    }

    fn place(self, ms: f64) -> f64 {
        let part = (ms.max(1e-9).log10() - f64::from(self.from)) / f64::from(self.to - self.from);
        part.clamp(0.0, 1.0) * AXIS_WIDTH
    }

    /// Where the median, the 99th percentile and the longest lie.
    #[must_use]
    pub fn range(self, row: &Quantiles) -> Option<Range> {
        let (p50, p99, max) = (self.place(row.p50?), self.place(row.p99?), self.place(row.max?));
        let at = |x: f64| format!("{x:.1}");
        Some(Range {
            p50: at(p50),
            p99: at(p99),
            max: at(max),
            width: at((p99 - p50).max(1.0)),
            decades: self.decades(),
        })
    }
}

/// A row of durations as places on the axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// The median.
    pub p50: String,
    /// The 99th percentile.
    pub p99: String,
    /// The longest.
    pub max: String,
    /// From the median to the 99th percentile.
    pub width: String,
    /// The lines of the axis.
    pub decades: Vec<String>,
}
