//! Times as a reader's clock shows them, with no more of the date than it takes: the page names date and zone once.

use crate::report::Report;
use crate::time::Zone;
use crate::time::{Civil, NS_PER_SECOND, Nanos};

/// Stretches of time that people count in, in seconds.
pub const ROUND_SECONDS: [i64; 18] = [
    60, 120, 300, 600, 900, 1_200, 1_800, 3_600, 7_200, 10_800, 14_400, 21_600, 28_800, 43_200, 86_400, 172_800,
    604_800, 1_209_600,
];

/// How much of a date the times of a page carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dated {
    /// All times are of one day.
    No,
    /// All times are of one year.
    Day,
    /// They are not.
    Year,
}

/// The clock of a page.
#[derive(Clone, Debug)]
pub struct Clock<'a> {
    zone: &'a Zone,
    dated: Dated,
    range: Option<(Nanos, Nanos)>,
}

impl<'a> Clock<'a> {
    /// The clock for all times of a report.
    #[must_use]
    pub fn of(report: &Report, zone: &'a Zone) -> Self {
        let range = range(report);
        let dated = range.map_or(Dated::No, |(from, to)| {
            let (from, to) = (zone.civil(from), zone.civil(to));
            match (from.year == to.year, (from.month, from.day) == (to.month, to.day)) {
                (true, true) => Dated::No,
                (true, false) => Dated::Day,
                (false, _) => Dated::Year,
            }
        });
        Self { zone, dated, range }
    }

    /// From when to when, with date and zone: `2026-11-24 01:00:03–03:19:58 +08:00`; none without times.
    #[must_use]
    pub fn range(&self, to_sign: &str) -> Option<String> {
        let (from, to) = self.range?;
        let (start, end) = (self.zone.civil(from), self.zone.civil(to));
        let zones = (self.zone.offset_text(from), self.zone.offset_text(to));
        let zone = if zones.0 == zones.1 { zones.0 } else { format!("{} to {}", zones.0, zones.1) };
        let (from, to) = (clock_to_second(start), clock_to_second(end));
        Some(match self.dated {
            Dated::No => format!("{} {from}{to_sign}{to} {zone}", day(start)),
            _ => format!("{} {from} {to_sign} {} {to} {zone}", day(start), day(end)),
        })
    }

    /// A time to the minute: `02:41`, with as much of the date as it takes.
    #[must_use]
    pub fn minute(&self, time: Nanos) -> String {
        let civil = self.zone.civil(time);
        self.dated(civil, clock(civil))
    }

    /// A time to the second: `02:41:07`, with as much of the date as it takes.
    #[must_use]
    pub fn second(&self, time: Nanos) -> String {
        let civil = self.zone.civil(time);
        self.dated(civil, clock_to_second(civil))
    }

    /// A stretch of time to the minute: `01:52–01:54`, with as much of the dates as it takes.
    #[must_use]
    pub fn stretch(&self, from: Nanos, to: Nanos, to_sign: &str) -> String {
        let (start, end) = (self.zone.civil(from), self.zone.civil(to));
        let is_one_day = (start.year, start.month, start.day) == (end.year, end.month, end.day);
        let end = if is_one_day { clock(end) } else { self.minute(to) };
        format!("{}{to_sign}{end}", self.minute(from))
    }

    /// The date and time of day of a mark on an axis.
    #[must_use]
    pub fn civil(&self, time: Nanos) -> Civil {
        self.zone.civil(time)
    }

    /// Seconds from midnight 1970-01-01 of this clock.
    #[must_use]
    pub fn local_seconds(&self, time: Nanos) -> i64 {
        time.0.div_euclid(NS_PER_SECOND) + i64::from(self.zone.offset_seconds_at(time))
    }

    /// Whether times are of more than one day.
    #[must_use]
    pub fn has_days(&self) -> bool {
        self.dated != Dated::No
    }

    fn dated(&self, civil: Civil, time: String) -> String {
        match self.dated {
            Dated::No => time,
            Dated::Day => format!("{:02}-{:02} {time}", civil.month, civil.day),
            Dated::Year => format!("{} {time}", day(civil)),
        }
    }
}

fn clock(civil: Civil) -> String {
    format!("{:02}:{:02}", civil.hour, civil.minute)
}

fn clock_to_second(civil: Civil) -> String {
    format!("{}:{:02}", clock(civil), civil.second)
}

fn day(civil: Civil) -> String {
    format!("{:04}-{:02}-{:02}", civil.year, civil.month, civil.day)
}

/// The times that all others of a report lie between: its span, else those of its codes.
fn range(report: &Report) -> Option<(Nanos, Nanos)> {
    let listed = report.codes.iter().filter_map(|code| code.first.zip(code.last));
    report.ends().or_else(|| listed.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report as samples;
    use crate::report::Span;

    fn clock(from: i64, minutes: i64, zone: &Zone) -> String {
        let start = |minute: i64| Nanos((from + 60 * minute) * NS_PER_SECOND);
        let span = Some(Span { first: start(0), last: start(minutes - 1) });
        let report = Report { span, ..samples::empty() };
        let clock = Clock::of(&report, zone);
        format!("{} | {}", clock.range("–").unwrap(), clock.second(start(minutes - 1)))
    }

    #[test]
    fn says_no_more_of_the_date_than_it_takes() {
        let midnight = 1_795_478_400;
        for (from, minutes, zone, text) in [
            (midnight, 60, "UTC", "2026-11-24 00:00:00–00:59:00 UTC | 00:59:00"),
            (midnight, 1_440, "UTC", "2026-11-24 00:00:00–23:59:00 UTC | 23:59:00"),
            (midnight, 1_441, "UTC", "2026-11-24 00:00:00 – 2026-11-25 00:00:00 UTC | 11-25 00:00:00"),
            (midnight, 1_440, "+08:00", "2026-11-24 08:00:00 – 2026-11-25 07:59:00 +08:00 | 11-25 07:59:00"),
            (
                midnight + 38 * 86_400 - 60,
                2,
                "UTC",
                "2026-12-31 23:59:00 – 2027-01-01 00:00:00 UTC | 2027-01-01 00:00:00",
            ),
            (
                midnight - 30 * 86_400,
                1_440,
                "Europe/Berlin",
                "2026-10-25 02:00:00 – 2026-10-26 00:59:00 +02:00 to +01:00 | 10-26 00:59:00",
            ),
        ] {
            assert_eq!(clock(from, minutes, &Zone::parse(zone).unwrap()), text);
        }
    }
}
