//! Which stretches of a series of calls have more failures than chance would give them: Kulldorff's scan statistic over
//! all intervals, exactly. It knows no time and no report.
//!
//! The likelihood ratio of an interval is a convex function of the calls and the failures in it. So its maximum over all
//! intervals that begin in one half of the series and end in the other lies on the upper hull of their sums, which is
//! merged from the hulls of either half; halves are halved again. That is `n log n` steps instead of `n²`.

use std::ops::Range;

/// At which level chance finds a stretch in a series that has none.
const LEVEL: f64 = 0.01;
/// How many times as many calls must fail in a stretch as in the rest.
const FACTOR_MIN: f64 = 1.5;
/// Fewer failures are no stretch: a call that is tried again a few times fails as often.
const FAILURES_MIN: u64 = 10;
/// A stretch goes on to the end of the series when that lowers the log likelihood ratio by no more than this: the bound of
/// an interval of 95 % for its end.
const END_MAX: f64 = 2.0;
/// How often a series is searched at the most.
const SEARCHES_MAX: usize = 64;

/// A bucket with failures. Buckets without any only count among the calls between.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Failing {
    /// Calls of all buckets before it.
    pub calls_before: u64,
    /// Its own calls, of which some failed.
    pub calls: u64,
    /// Its failures, at least one.
    pub failed: u64,
}

/// A stretch of buckets in which failures are more frequent than in the rest.
#[derive(Clone, Debug, PartialEq)]
pub struct Stretch {
    /// The buckets with failures in it, by their places.
    pub failing: Range<usize>,
    /// Its calls; those up to the end of the series when it is open.
    pub calls: u64,
    /// Its failures.
    pub failed: u64,
    /// Whether it goes on to the end of the series.
    pub is_open: bool,
    /// The logarithm of the likelihood ratio.
    pub ratio: f64,
}

/// The stretches of a series of this many buckets that hold calls, and this many calls: the one with the greatest likelihood
/// ratio first, at most `most`. Each is found in what the ones before it leave.
#[must_use]
pub fn stretches(failing: &[Failing], buckets: usize, calls: u64, most: usize) -> Vec<Stretch> {
    let series = Series::of(failing, calls);
    let mut found = Vec::new();
    let whole = 0..failing.len();
    let mut parts = vec![Part { pieces: std::iter::once(whole).collect(), sums: series.all }];
    let mut searches = 0;
    while let Some(mut part) = parts.pop() {
        while found.len() < most && searches < SEARCHES_MAX {
            searches += 1;
            let Some(best) = part.best(&series, buckets) else { break };
            let (inside, rest) = (best.sums, part.sums.without(best.sums));
            part.take_out(&best.places);
            part.sums = rest;
            if inside.rate() < FACTOR_MIN * rest.rate() {
                // More often, and not much: whatever stands out of it is looked for in it alone.
                parts.push(Part { pieces: std::iter::once(best.places).collect(), sums: inside });
            } else if inside.failed >= FAILURES_MIN {
                series.add(best, &mut found);
            }
        }
    }
    found.iter_mut().for_each(|stretch| series.extend(stretch));
    found
}

/// Calls and failures of some buckets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sums {
    calls: u64,
    failed: u64,
}

impl Sums {
    const fn without(self, part: Self) -> Self {
        Self { calls: self.calls - part.calls, failed: self.failed - part.failed }
    }

    fn rate(self) -> f64 {
        if self.calls == 0 { 0.0 } else { self.failed as f64 / self.calls as f64 }
    }

    /// The logarithm of the likelihood ratio of a part of these calls that has a failure rate of its own, above that of
    /// the rest; 0 when it is not above.
    fn ratio(self, part: Self) -> f64 {
        let [calls, failed, part_calls, part_failed] =
            [self.calls, self.failed, part.calls, part.failed].map(|it| it as f64);
        let expected = failed * (part_calls / calls);
        let excess = part_failed - expected;
        if self.calls <= part.calls || excess <= 0.0 {
            return 0.0;
        }
        // Calls of one kind, more or less of them by the excess than expected.
        let term = |expected: f64, excess: f64| {
            let seen = expected + excess;
            if seen <= 0.0 { 0.0 } else { seen * (excess / expected).ln_1p() }
        };
        term(expected, excess)
            + term(failed - expected, -excess)
            + term(part_calls - expected, -excess)
            + term((calls - part_calls) - (failed - expected), excess)
    }
}

/// A point in the plane of calls and failures: the sums of all buckets up to some place.
#[derive(Clone, Copy, Debug)]
struct Point {
    place: usize,
    sums: Sums,
}

impl Point {
    /// Whether the way from `a` over `b` to `c` turns left.
    fn turns_left(a: &Self, b: &Self, c: &Self) -> bool {
        cross(a, b, a, c) > 0
    }
}

/// The cross product of the ways from `a` to `b` and from `c` to `d`.
fn cross(a: &Point, b: &Point, c: &Point, d: &Point) -> i128 {
    let way = |from: &Point, to: &Point| {
        let less = |to: u64, from: u64| i128::from(to) - i128::from(from);
        (less(to.sums.calls, from.sums.calls), less(to.sums.failed, from.sums.failed))
    };
    let ((x1, y1), (x2, y2)) = (way(a, b), way(c, d));
    x1 * y2 - y1 * x2
}

/// The whole series, as sums up to each bucket with failures.
struct Series {
    /// Sums of what lies before each bucket.
    before: Vec<Point>,
    /// Sums with each bucket.
    after: Vec<Point>,
    all: Sums,
}

impl Series {
    fn of(failing: &[Failing], calls: u64) -> Self {
        let (mut before, mut after) = (Vec::with_capacity(failing.len()), Vec::with_capacity(failing.len()));
        let mut failed = 0;
        for (place, bucket) in failing.iter().enumerate() {
            before.push(Point { place, sums: Sums { calls: bucket.calls_before, failed } });
            failed += bucket.failed;
            let calls = bucket.calls_before + bucket.calls.max(bucket.failed);
            after.push(Point { place, sums: Sums { calls, failed } });
        }
        let calls = calls.max(after.last().map_or(0, |last| last.sums.calls));
        Self { before, after, all: Sums { calls, failed } }
    }

    /// Sums of the buckets from one with failures to another.
    fn sums(&self, places: &Range<usize>) -> Sums {
        let first = self.before.get(places.start);
        let last = places.end.checked_sub(1).and_then(|last| self.after.get(last));
        first.zip(last).map_or_else(Sums::default, |(first, last)| last.sums.without(first.sums))
    }

    /// Takes a stretch in: what touches one that was found before it, and is not longer, belongs to that.
    fn add(&self, best: Best, found: &mut Vec<Stretch>) {
        let touches = |stretch: &Stretch| {
            let (first, second) = match best.places.end == stretch.failing.start {
                true => (best.places.end.checked_sub(1), Some(stretch.failing.start)),
                false if stretch.failing.end == best.places.start => {
                    (stretch.failing.end.checked_sub(1), Some(best.places.start))
                }
                false => return false,
            };
            let ends = first.and_then(|it| self.after.get(it)).zip(second.and_then(|it| self.before.get(it)));
            ends.is_some_and(|(end, start)| end.sums.calls == start.sums.calls) && best.sums.calls <= stretch.calls
        };
        match found.iter_mut().find(|stretch| touches(stretch)) {
            Some(stretch) => {
                let (from, to) = (&stretch.failing, &best.places);
                stretch.failing = from.start.min(to.start)..from.end.max(to.end);
                stretch.calls += best.sums.calls;
                stretch.failed += best.sums.failed;
            }
            None => found.push(Stretch {
                failing: best.places,
                calls: best.sums.calls,
                failed: best.sums.failed,
                is_open: false,
                ratio: best.ratio,
            }),
        }
    }

    /// Lets a stretch go on to the end of the series when what follows it may belong to it.
    fn extend(&self, stretch: &mut Stretch) {
        if stretch.failing.end != self.after.len() {
            return;
        }
        let Some(start) = self.before.get(stretch.failing.start) else { return };
        let to_end = self.all.without(start.sums);
        let as_found = Sums { calls: stretch.calls, failed: stretch.failed };
        if self.all.ratio(to_end) >= self.all.ratio(as_found) - END_MAX {
            stretch.calls = to_end.calls;
            stretch.is_open = true;
        }
    }
}

/// The interval with the greatest likelihood ratio.
#[derive(Clone, Debug)]
struct Best {
    places: Range<usize>,
    sums: Sums,
    ratio: f64,
}

/// What is left of the series, and is compared with itself alone.
struct Part {
    /// Buckets with failures; intervals lie within one piece.
    pieces: Vec<Range<usize>>,
    /// The sums of all pieces, with the buckets without failures.
    sums: Sums,
}

impl Part {
    /// The interval with the greatest likelihood ratio, if chance does not explain it.
    fn best(&self, series: &Series, buckets: usize) -> Option<Best> {
        let mut search = Search { series, of: self.sums, best: None };
        for piece in &self.pieces {
            search.within(piece.clone());
        }
        search.best.filter(|best| best.ratio >= ratio_min(buckets))
    }

    fn take_out(&mut self, places: &Range<usize>) {
        let Some(piece) = self.pieces.iter().position(|it| it.start <= places.start && places.end <= it.end) else {
            return;
        };
        let whole = self.pieces.swap_remove(piece);
        let sides = [whole.start..places.start, places.end..whole.end];
        self.pieces.extend(sides.into_iter().filter(|side| !side.is_empty()));
    }
}

/// The likelihood ratio, as a logarithm, from which chance does not explain the best of all intervals of a series of this
/// many buckets. Most of the `n (n + 1) / 2` intervals are nearly the same as others: the best of them is as likely to exceed
/// a limit as the best of at most `2 n` that are independent of each other (measured: `docs/episodes.md`).
fn ratio_min(buckets: usize) -> f64 {
    (2.0 * buckets as f64 / LEVEL).ln()
}

/// A search for the interval with the greatest likelihood ratio.
struct Search<'s> {
    series: &'s Series,
    of: Sums,
    best: Option<Best>,
}

impl Search<'_> {
    /// Looks at all intervals within these buckets.
    fn within(&mut self, places: Range<usize>) {
        match places.len() {
            0 => {}
            1 => self.look(places.start, places.start),
            length => {
                let middle = places.start + length / 2;
                self.across(places.start..middle, middle..places.end);
                self.within(places.start..middle);
                self.within(middle..places.end);
            }
        }
    }

    /// Looks at the intervals that begin in one range and end in the other, as far as they can be the best.
    fn across(&mut self, starts: Range<usize>, ends: Range<usize>) {
        let (Some(starts), Some(ends)) = (self.series.before.get(starts), self.series.after.get(ends)) else { return };
        // Few calls before the start and many failures: the lower hull of the starts, the upper one of the ends.
        let starts = hull(starts.iter(), Point::turns_left);
        let ends = hull(ends.iter(), |a, b, c| Point::turns_left(c, b, a));
        // The hull of all differences takes the edges of both in the order of their slopes.
        let (mut start, mut end) = (starts.len() - 1, 0);
        loop {
            self.look(starts[start].place, ends[end].place);
            let more_start = start.checked_sub(1);
            let more_end = (end + 1 < ends.len()).then_some(end + 1);
            match (more_start, more_end) {
                (None, None) => break,
                (Some(more), None) => start = more,
                (None, Some(more)) => end = more,
                (Some(more), Some(other)) => match cross(starts[more], starts[start], ends[end], ends[other]) > 0 {
                    true => end = other,
                    false => start = more,
                },
            }
        }
    }

    /// Looks at the interval from one bucket to another.
    fn look(&mut self, first: usize, last: usize) {
        let places = first..last + 1;
        let sums = self.series.sums(&places);
        let ratio = self.of.ratio(sums);
        let is_better = |best: &Best| ratio > best.ratio || (ratio == best.ratio && places.start < best.places.start);
        if ratio > 0.0 && self.best.as_ref().is_none_or(is_better) {
            self.best = Some(Best { places, sums, ratio });
        }
    }
}

/// The points of a row, sorted by calls, that are corners on one side.
fn hull<'p>(
    row: impl Iterator<Item = &'p Point>,
    is_corner: impl Fn(&Point, &Point, &Point) -> bool,
) -> Vec<&'p Point> {
    let mut corners: Vec<&Point> = Vec::new();
    for point in row {
        while let [.., a, b] = corners.as_slice()
            && !is_corner(a, b, point)
        {
            corners.pop();
        }
        corners.push(point);
    }
    corners
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Buckets of calls and failures, as a series.
    fn series(buckets: &[(u64, u64)]) -> (Vec<Failing>, u64) {
        let mut calls_before = 0;
        let mut failing = Vec::new();
        for &(calls, failed) in buckets {
            if failed > 0 {
                failing.push(Failing { calls_before, calls, failed });
            }
            calls_before += calls;
        }
        (failing, calls_before)
    }

    fn found(buckets: &[(u64, u64)]) -> Vec<(Range<usize>, u64, u64, bool)> {
        let (failing, calls) = series(buckets);
        let found = stretches(&failing, buckets.len(), calls, 5).into_iter();
        found.map(|it| (it.failing, it.failed, it.calls, it.is_open)).collect()
    }

    proptest::proptest! {
        #[test]
        fn the_best_interval_is_the_best_of_all(buckets in proptest::collection::vec((1_u64..50, 0.0..1.0_f64, 0_u32..3), 1..60)) {
            let buckets: Vec<_> =
                buckets.iter().map(|&(calls, share, power)| (calls, (calls as f64 * share.powi(1 + 3 * power as i32)) as u64)).collect();
            let (failing, calls) = series(&buckets);
            let series = Series::of(&failing, calls);
            let mut search = Search { series: &series, of: series.all, best: None };
            search.within(0..failing.len());
            let ratio = |first: usize, last: usize| series.all.ratio(series.sums(&(first..last + 1)));
            let all = (0..failing.len()).flat_map(|first| (first..failing.len()).map(move |last| ratio(first, last)));
            let most = all.fold(0.0, f64::max);
            let best = search.best.map_or(0.0, |best| best.ratio);
            proptest::prop_assert!((best - most).abs() <= 1e-9 * (1.0 + most), "{best} {most}");
        }

        #[test]
        fn what_is_found_lies_in_the_series_and_apart(buckets in proptest::collection::vec((1_u64..90, 0_u64..90), 0..80)) {
            let buckets: Vec<_> = buckets.iter().map(|&(calls, failed)| (calls, if failed < 60 { 0 } else { calls.min(failed) })).collect();
            let failing = buckets.iter().filter(|bucket| bucket.1 > 0).count();
            let calls: u64 = buckets.iter().map(|bucket| bucket.0).sum();
            let mut found = found(&buckets);
            proptest::prop_assert!(found.len() <= 5);
            found.sort_by_key(|it| it.0.start);
            proptest::prop_assert!(found.windows(2).all(|pair| pair[0].0.end <= pair[1].0.start));
            for (places, failed, of, _) in found {
                proptest::prop_assert!(places.start < places.end && places.end <= failing);
                proptest::prop_assert!(failed >= FAILURES_MIN && failed <= of && of <= calls);
            }
        }
    }

    #[test]
    fn a_burst_has_its_ends_and_one_at_the_end_is_open() {
        let mut buckets = vec![(100, 1); 200];
        buckets[50..60].fill((100, 30));
        assert_eq!(found(&buckets), [(50..60, 300, 1_000, false)]);
        buckets[198..].fill((100, 40));
        assert_eq!(found(&buckets), [(50..60, 300, 1_000, false), (198..200, 80, 200, true)]);
        // The last bucket had time for few calls.
        buckets.push((2, 0));
        assert_eq!(found(&buckets)[1], (198..200, 80, 202, true));
        buckets.push((300, 0));
        assert_eq!(found(&buckets)[1], (198..200, 80, 200, false));
    }

    #[test]
    fn what_chance_explains_is_nothing() {
        assert_eq!(found(&[]), []);
        assert_eq!(found(&[(10, 10); 30]), []);
        assert_eq!(found(&[(100, 1); 500]), []);
        // Few failures, however sure they are.
        let mut few = vec![(1_000, 0); 500];
        few[7] = (9, 9);
        assert_eq!(found(&few), []);
        // More than chance, and not much more.
        let mut slow = vec![(10_000, 1_000); 400];
        slow[100..300].fill((10_000, 1_200));
        assert_eq!(found(&slow), []);
        // A burst inside of it.
        slow[200] = (10_000, 3_000);
        assert_eq!(found(&slow), [(200..201, 3_000, 10_000, false)]);
    }

    #[test]
    fn what_touches_an_episode_belongs_to_it() {
        let mut buckets = vec![(1_000, 5); 300];
        buckets[100..110].fill((1_000, 600));
        buckets[110] = (1_000, 100);
        assert_eq!(found(&buckets), [(100..111, 6_100, 11_000, false)]);
        // What is longer stands by itself.
        buckets[110..150].fill((1_000, 40));
        assert_eq!(found(&buckets).len(), 2);
    }
}
