//! Stretches of time without calls inside the span of a report, the longest ones by name. It knows no format.

use super::Timeline;
use super::numbers::stretch;
use crate::time::{NS_PER_SECOND, Nanos};

/// How many stretches are named.
const NAMED_MAX: usize = 3;

/// Stretches of time without calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gaps {
    /// Where the longest begin and end, in the order of time.
    pub longest: Vec<(Nanos, Nanos)>,
    /// What to say before them.
    pub opening: String,
    /// What to say after them.
    pub ending: String,
}

impl Gaps {
    /// The stretches of a timeline, if it has any.
    ///
    /// A log that is silent most of the time has many: a few of them by name would hide that, so their sum comes first.
    #[must_use]
    pub fn of(timeline: &Timeline) -> Option<Self> {
        let seconds = timeline.bucket_seconds?;
        let buckets = &timeline.buckets;
        let is_empty = |place: usize| buckets.get(place).is_some_and(|bucket| bucket.ok == 0 && bucket.failed == 0);
        let starts = (0..buckets.len()).filter(|&place| is_empty(place) && (place == 0 || !is_empty(place - 1)));
        let mut gaps: Vec<_> =
            starts.map(|start| (start, (start..).take_while(|&place| is_empty(place)).count())).collect();
        let (count, empty) = (gaps.len(), gaps.iter().map(|gap| gap.1).sum::<usize>());
        if count == 0 {
            return None;
        }
        gaps.sort_by_key(|&(start, length)| (std::cmp::Reverse(length), start));
        gaps.truncate(NAMED_MAX);
        gaps.sort_unstable();
        let long = |length: usize| i64::try_from(length).unwrap_or(i64::MAX).saturating_mul(seconds);
        let named = gaps.iter().filter_map(|&(start, length)| {
            let from = buckets.get(start)?.start;
            Some((from, Nanos(long(length).saturating_mul(NS_PER_SECOND).saturating_add(from.0))))
        });
        let rest = count - gaps.len();
        let opening = if rest > 0 && empty > buckets.len() / 2 {
            format!("no calls in {} of {}, the longest", stretch(long(empty)), stretch(long(buckets.len())))
        } else {
            "no calls".to_owned()
        };
        let ending = if rest > 0 { format!("; {rest} more, none longer") } else { String::new() };
        Some(Self { longest: named.collect(), opening, ending })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Bucket;

    /// A timeline of minutes, one letter each: a dot is silent.
    fn gaps(minutes: &str) -> Option<Gaps> {
        let start = |place: usize| Nanos(place as i64 * 60 * NS_PER_SECOND);
        let bucket = |(place, letter)| Bucket { start: start(place), ok: u64::from(letter != '.'), failed: 0 };
        let buckets = minutes.chars().enumerate().map(bucket).collect();
        Gaps::of(&Timeline { bucket_seconds: Some(60), outside: 0, buckets })
    }

    fn said(minutes: &str) -> String {
        let Gaps { longest, opening, ending } = gaps(minutes).unwrap();
        let minute = |time: Nanos| time.0 / NS_PER_SECOND / 60;
        let named: Vec<_> = longest.iter().map(|&(from, to)| format!(" {}-{}", minute(from), minute(to))).collect();
        format!("{opening}{}{ending}", named.concat())
    }

    #[test]
    fn the_longest_stretches_are_named_in_the_order_of_time() {
        assert_eq!(said("x.x"), "no calls 1-2");
        assert_eq!(said("x..............x"), "no calls 1-15");
        assert_eq!(said("xx.xxx...xxxx..xxxxx.xx..x"), "no calls 6-9 13-15 23-25; 2 more, none longer");
        assert_eq!(gaps("x"), None);
        assert_eq!(gaps("xxx"), None);
        assert_eq!(Gaps::of(&Timeline::default()), None);
    }

    #[test]
    fn a_log_that_is_silent_most_of_the_time_is_said_to_be() {
        let hours = "x".to_owned() + &(".".repeat(59) + "x").repeat(4) + &".".repeat(119) + "x";
        assert_eq!(
            said(&hours),
            "no calls in 5 h 55 min of 6 h 1 min, the longest 1-60 61-120 241-360; 2 more, none longer"
        );
    }
}
