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

/// Layers on top of each other as outlines, one unit wide each, the first at the bottom. Each layer is a row of parts of
/// the height of the chart.
#[must_use]
pub fn stacked(layers: &[Vec<f64>]) -> Vec<String> {
    let mut below = vec![0.0; layers.first().map_or(0, Vec::len)];
    let mut outlines = Vec::with_capacity(layers.len());
    for layer in layers {
        let above: Vec<f64> = below.iter().zip(layer).map(|(below, part)| below + part.max(0.0)).collect();
        outlines.push(band(&below, &above));
        below = above;
    }
    outlines
}

/// What lies between two rows of steps, where the upper one is higher.
fn band(below: &[f64], above: &[f64]) -> String {
    let is_there = |place: usize| above.get(place).zip(below.get(place)).is_some_and(|(above, below)| above > below);
    let mut path = String::new();
    let mut start = 0;
    while start < above.len() {
        let end = (start..above.len()).find(|&place| !is_there(place)).unwrap_or(above.len());
        if let (Some(above), Some(below)) = (above.get(start..end), below.get(start..end))
            && let Some(first) = below.first()
        {
            path += &format!("M{start} {}", y(*first));
            push_steps(&mut path, above.iter().copied(), "");
            push_steps(&mut path, below.iter().rev().copied(), "-");
            path.push('z');
        }
        start = end.max(start + 1);
    }
    path
}

fn y(part: f64) -> String {
    let text = format!("{:.1}", HEIGHT - part.min(1.0) * HEIGHT);
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// Steps to the right, or with a minus to the left; neighbours of equal height are one step.
fn push_steps(path: &mut String, parts: impl Iterator<Item = f64>, sign: &str) {
    let mut steps: Vec<(String, usize)> = Vec::new();
    for height in parts.map(y) {
        match steps.last_mut() {
            Some((last, length)) if *last == height => *length += 1,
            _ => steps.push((height, 1)),
        }
    }
    path.extend(steps.iter().map(|(height, length)| format!("V{height}h{sign}{length}")));
}

/// The smallest round share that is not less, as 1, 2, 4, 6, 8 or 10 times a power of ten; and how it and its half are
/// written.
#[must_use]
pub fn round_share(most: f64) -> (f64, [String; 2]) {
    let mut power = -4;
    while power < 2 && 10_f64.powi(power + 1) < most * 100.0 {
        power += 1;
    }
    let unit = 10_f64.powi(power);
    let times = [1.0, 2.0, 4.0, 6.0, 8.0, 10.0].into_iter().find(|times| times * unit >= most * 100.0).unwrap_or(10.0);
    let per_cent = (times * unit).min(100.0);
    // Half of a one has a digit more; a cast of a float saturates.
    let digits = (1 - power).max(0) as usize;
    let write = |value: f64| {
        let text = format!("{value:.digits$}");
        let text = if digits > 0 { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
        format!("{text} %")
    };
    (per_cent / 100.0, [write(per_cent), write(per_cent / 2.0)])
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_lie_on_each_other() {
        assert_eq!(stacked(&[]), Vec::<String>::new());
        let layers = [vec![0.5, 0.0, 0.25], vec![0.5, 0.25, 0.0]];
        let drawn = ["M0 100V50h1V100h-1zM2 100V75h1V100h-1z", "M0 50V0h1V75h1V100h-1V50h-1z"];
        assert_eq!(stacked(&layers), drawn);
        assert_eq!(stacked(&[vec![0.5, 0.5, 0.001]]), ["M0 100V50h2V99.9h1V100h-3z"]);
    }

    #[test]
    fn axes_end_at_round_shares() {
        for (most, end, labels) in [
            (0.333, 0.4, ["40 %", "20 %"]),
            (0.039, 0.04, ["4 %", "2 %"]),
            (0.01, 0.01, ["1 %", "0.5 %"]),
            (0.0101, 0.02, ["2 %", "1 %"]),
            (0.000_83, 0.001, ["0.1 %", "0.05 %"]),
            (1.0, 1.0, ["100 %", "50 %"]),
            (0.61, 0.8, ["80 %", "40 %"]),
        ] {
            let (round, written) = round_share(most);
            assert!((round - end).abs() < 1e-9, "{most}: {round}");
            assert_eq!(written, labels, "{most}");
        }
        assert!(round_share(0.0).0 > 0.0 && round_share(f64::NAN).0 > 0.0);
    }
}
