//! Episodes in months that are generated: bursts are found with their ends, and where there is none, none is. The months
//! are timelines, not logs, and the same in each run. `RESPLOG_MONTHS` says how many of either kind there are.

use std::ops::Range;

use resplog::internals::summary::timeline::Calls;
use resplog::report::over_time::{Found, OverTime};
use resplog::time::{NS_PER_SECOND, Nanos};

/// Minutes of a month.
const MINUTES: i64 = 30 * 24 * 60;
/// How many buckets of a timeline hold calls at the most.
const FILLED_MAX: usize = 16_384;

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to 1.
    fn part(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// From one number to another, each size as likely as any other.
    fn size(&mut self, from: f64, to: f64) -> f64 {
        from * (to / from).powf(self.part())
    }

    /// How many of rare things happen when so many are expected.
    fn happened(&mut self, expected: f64) -> u64 {
        if expected > 30.0 {
            let (radius, angle) = ((-2.0 * self.part().max(1e-300).ln()).sqrt(), std::f64::consts::TAU * self.part());
            return (expected + expected.sqrt() * radius * angle.cos() + 0.5).max(0.0) as u64;
        }
        let (limit, mut product, mut count) = ((-expected).exp(), self.part(), 0);
        while product > limit {
            product *= self.part();
            count += 1;
        }
        count
    }
}

/// More failures than otherwise.
struct Burst {
    start: f64,
    end: f64,
    times: f64,
}

/// A month: calls a minute, which rise and fall by the day, and how many of them fail.
struct Month {
    calls: f64,
    rate: f64,
}

impl Month {
    /// A month with so many calls a minute, and a burst of at least 20 failures more than expected.
    fn roll(calls: &Range<f64>, dice: &mut Dice) -> (Self, Burst) {
        loop {
            let month = Self { calls: dice.size(calls.start, calls.end), rate: dice.size(0.002, 0.02) };
            let (minutes, times) = (dice.size(5.0, 2_880.0), dice.size(3.0, 50.0));
            let start = dice.part() * (MINUTES as f64 - minutes);
            if (times - 1.0) * month.calls * month.rate * minutes >= 20.0 && times * month.rate <= 0.9 {
                return (month, Burst { start, end: start + minutes, times });
            }
        }
    }

    /// Width of a bucket in seconds, and buckets as a timeline keeps them.
    fn timeline(&self, burst: Option<&Burst>, dice: &mut Dice) -> Buckets {
        let mut buckets = Vec::new();
        for minute in 0..MINUTES {
            let at = minute as f64;
            let calls = self.calls * (1.0 + 0.6 * (at / 1_440.0 * std::f64::consts::TAU).sin());
            let more = burst
                .map_or(0.0, |burst| (burst.times - 1.0) * (burst.end.min(at + 1.0) - burst.start.max(at)).max(0.0));
            let rate = self.rate * (1.0 + more);
            let calls = Calls { ok: dice.happened(calls * (1.0 - rate)), failed: dice.happened(calls * rate) };
            if calls.all() > 0 {
                buckets.push((minute, calls));
            }
        }
        let mut minutes = 1;
        while buckets.len() > FILLED_MAX {
            minutes *= 2;
            let mut wider: Vec<(i64, Calls)> = Vec::new();
            for (bucket, calls) in buckets {
                match wider.last_mut().filter(|(last, _)| *last == bucket / 2) {
                    Some((_, held)) => held.add(calls),
                    None => wider.push((bucket / 2, calls)),
                }
            }
            buckets = wider;
        }
        let start = |bucket: i64| Nanos(bucket * minutes * 60 * NS_PER_SECOND);
        (minutes * 60, buckets.into_iter().map(|(bucket, calls)| (start(bucket), calls)).collect())
    }
}

/// Buckets of a timeline: their width in seconds, and those that hold calls.
type Buckets = (i64, Vec<(Nanos, Calls)>);

fn found(timeline: &Buckets) -> Vec<Found> {
    OverTime::new(timeline.0, &timeline.1).stretches()
}

/// The ends that somebody would find who knows both rates, and one end for finding the other: the most likely ones.
fn known(month: &Month, burst: &Burst, timeline: &Buckets) -> (f64, f64) {
    let (before, within) = (month.rate, month.rate * burst.times);
    let failed = (within * (1.0 - before) / (before * (1.0 - within))).ln();
    let call = ((1.0 - within) / (1.0 - before)).ln();
    let width = (timeline.0 / 60) as f64;
    let (start, end) = (burst.start / width, burst.end / width);
    let place = |time: Nanos| time.0 as f64 / (timeline.0 * NS_PER_SECOND) as f64;
    let gain = |calls: &Calls| calls.failed as f64 * failed + calls.all() as f64 * call;
    let buckets = || timeline.1.iter().map(|(time, calls)| (place(*time), gain(calls)));
    let most_likely = |steps: &mut dyn Iterator<Item = (f64, f64)>| {
        let (mut sum, mut most, mut at) = (0.0, f64::MIN, 0.0);
        for (place, gain) in steps {
            sum += gain;
            if sum > most {
                (most, at) = (sum, place);
            }
        }
        at
    };
    let from = most_likely(&mut buckets().rev().filter(|(place, _)| *place < end));
    let to =
        most_likely(&mut buckets().filter(|(place, _)| *place + 1.0 > start).map(|(place, gain)| (place + 1.0, gain)));
    (from, to)
}

/// How many bursts of so many months are found with both ends within two buckets, how many would be by somebody who knows
/// the rates, and in how many months without a burst nothing is found.
fn tried(months: usize, calls: &Range<f64>, dice: &mut Dice) -> [usize; 3] {
    let mut counts = [0; 3];
    for _ in 0..months {
        let (month, burst) = Month::roll(calls, dice);
        let timeline = month.timeline(Some(&burst), dice);
        let bucket = |time: Nanos| time.0 as f64 / (timeline.0 * NS_PER_SECOND) as f64;
        let minutes = (timeline.0 / 60) as f64;
        let is_it = |start: f64, end: f64| {
            (start - burst.start / minutes).abs() <= 2.0 && (end - burst.end / minutes).abs() <= 2.0
        };
        let (start, end) = known(&month, &burst, &timeline);
        counts[0] += usize::from(found(&timeline).iter().any(|it| is_it(bucket(it.start), bucket(it.end))));
        counts[1] += usize::from(is_it(start, end));
        counts[2] += usize::from(found(&month.timeline(None, dice)).is_empty());
    }
    counts
}

fn months() -> usize {
    std::env::var("RESPLOG_MONTHS").ok().and_then(|months| months.parse().ok()).unwrap_or(20)
}

#[test]
fn bursts_are_found_with_their_ends_and_nothing_where_there_are_none() {
    let months = months();
    for calls in [50.0..500.0, 5.0..5_000.0] {
        let [hits, known, silent] = tried(months, &calls, &mut Dice(7));
        eprintln!(
            "{calls:?} calls a minute, {months} months: {hits} bursts found with their ends ({known} by the rates), {silent} silent"
        );
        // In few months chance hides ends that nobody could find, and takes one more.
        let chance = usize::from(months < 100);
        let (ends, quiet) = ((95 * months / 100).min(known), 95 * months / 100);
        assert!(hits + chance >= ends && silent + chance >= quiet, "{calls:?}: {hits} and {silent} of {months}");
    }
}

#[test]
fn ends_of_faint_bursts_are_as_near_as_they_can_be_known() {
    let months = months();
    let [hits, known, silent] = tried(months, &(5.0..50.0), &mut Dice(11));
    eprintln!("{months} faint months: {hits} bursts found with their ends, {known} by the rates, {silent} silent");
    assert!(hits + (months / 20).max(2) >= known && 100 * silent >= 95 * months - 100, "{hits}, {known}, {silent}");
}

#[test]
fn as_many_buckets_as_there_may_be_take_no_time() {
    let buckets: Vec<_> = (0..FILLED_MAX as i64)
        .map(|bucket| {
            (Nanos(bucket * 60 * NS_PER_SECOND), Calls { ok: 1_000, failed: 10 + (bucket * 7_919 % 11) as u64 })
        })
        .collect();
    // Trying every interval takes a hundred million steps, minutes in a build of this kind.
    let begun = std::time::Instant::now();
    assert_eq!(OverTime::new(60, &buckets).stretches(), []);
    assert!(begun.elapsed().as_secs() < 30);
}
