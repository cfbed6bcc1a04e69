//! Episodes in months that are generated: bursts are found with their ends, and where there is none, none is. The months
//! are timelines, not logs, and the same in each run. `RESPLOG_MONTHS` says how many of either kind there are.

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
    /// A month, and a burst of at least 20 failures more than expected.
    fn roll(dice: &mut Dice) -> (Self, Burst) {
        loop {
            let month = Self { calls: dice.size(50.0, 500.0), rate: dice.size(0.002, 0.02) };
            let (minutes, times) = (dice.size(5.0, 2_880.0), dice.size(3.0, 50.0));
            let start = dice.part() * (MINUTES as f64 - minutes);
            if (times - 1.0) * month.calls * month.rate * minutes >= 20.0 && times * month.rate <= 0.9 {
                return (month, Burst { start, end: start + minutes, times });
            }
        }
    }

    /// Width of a bucket in seconds, and buckets as a timeline keeps them.
    fn timeline(&self, burst: Option<&Burst>, dice: &mut Dice) -> (i64, Vec<(Nanos, Calls)>) {
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

fn found(timeline: &(i64, Vec<(Nanos, Calls)>)) -> Vec<Found> {
    OverTime::new(timeline.0, &timeline.1).stretches()
}

#[test]
fn bursts_are_found_with_their_ends_and_nothing_where_there_are_none() {
    let months = std::env::var("RESPLOG_MONTHS").ok().and_then(|months| months.parse().ok()).unwrap_or(20);
    let mut dice = Dice(7);
    let (mut hits, mut silent) = (0, 0);
    for _ in 0..months {
        let (month, burst) = Month::roll(&mut dice);
        let timeline = month.timeline(Some(&burst), &mut dice);
        let bucket = |time: Nanos| time.0 as f64 / (timeline.0 * NS_PER_SECOND) as f64;
        let minutes = (timeline.0 / 60) as f64;
        let is_it = |it: &Found| {
            (bucket(it.start) - burst.start / minutes).abs() <= 2.0
                && (bucket(it.end) - burst.end / minutes).abs() <= 2.0
        };
        hits += usize::from(found(&timeline).iter().any(is_it));
        silent += usize::from(found(&month.timeline(None, &mut dice)).is_empty());
    }
    eprintln!("{months} months: {hits} bursts found with their ends, {silent} without one and without an episode");
    assert!(100 * hits >= 95 * months && 100 * silent >= 95 * months, "{hits} and {silent} of {months}");
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
