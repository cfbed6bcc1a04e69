//! How long calls took, as histograms with bounded relative error.

use hdrhistogram::Histogram;

use super::Aggregate;
use crate::record::{Origin, Outcome, Record};

/// Durations of some calls. The histogram grows with the longest one.
#[derive(Clone, Debug)]
pub struct Durations<const DIGITS: u8> {
    histogram: Option<Histogram<u64>>,
    ns_max: u64,
}

impl<const DIGITS: u8> Default for Durations<DIGITS> {
    fn default() -> Self {
        Self { histogram: None, ns_max: 0 }
    }
}

/// The figures of a report about durations, in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Quantiles {
    /// How many calls.
    pub count: u64,
    /// Median, 90th, 95th, 99th and 99.9th percentile, within the histogram's error; none without calls.
    pub percentiles_ns: Option<[u64; 5]>,
    /// The longest one, exact; none without calls.
    pub max_ns: Option<u64>,
}

impl<const DIGITS: u8> Durations<DIGITS> {
    /// Counts one call.
    pub fn record(&mut self, duration_ns: u64) {
        if self.histogram.is_none() {
            self.histogram = Histogram::new(DIGITS).ok();
        }
        self.ns_max = self.ns_max.max(duration_ns);
        if let Some(histogram) = &mut self.histogram {
            // The histogram resizes itself; only its memory could fail.
            let _ = histogram.record(duration_ns);
        }
    }

    /// Adds the calls of another one.
    pub fn merge(&mut self, other: Self) {
        let Self { histogram, ns_max } = other;
        self.ns_max = self.ns_max.max(ns_max);
        match (&mut self.histogram, histogram) {
            (Some(held), Some(new)) => {
                // Both resize themselves, so nothing is out of range.
                let _ = held.add(new);
            }
            (held @ None, new) => *held = new,
            (Some(_), None) => {}
        }
    }

    /// The figures for a report.
    #[must_use]
    pub fn quantiles(&self) -> Quantiles {
        let Some(histogram) = &self.histogram else { return Quantiles::default() };
        let at = |quantile: f64| histogram.value_at_quantile(quantile).min(self.ns_max);
        Quantiles {
            count: histogram.len(),
            percentiles_ns: Some([0.5, 0.9, 0.95, 0.99, 0.999].map(at)),
            max_ns: Some(self.ns_max),
        }
    }
}

/// Durations of all calls and by outcome, within 0.1 %.
#[derive(Clone, Debug, Default)]
pub struct Latency {
    /// Calls that succeeded.
    pub ok: Durations<3>,
    /// Calls that failed.
    pub failed: Durations<3>,
    /// Calls that would have succeeded.
    pub dry_run: Durations<3>,
}

impl Latency {
    /// Every call. It is put together here, since a call that were recorded twice would cost twice.
    #[must_use]
    pub fn all(&self) -> Durations<3> {
        let mut all = self.ok.clone();
        all.merge(self.failed.clone());
        all.merge(self.dry_run.clone());
        all
    }
}

impl Aggregate for Latency {
    fn observe(&mut self, record: &Record<'_>, _: Origin) {
        let Some(duration_ns) = record.context.duration_ns else { return };
        match record.outcome {
            Outcome::Ok => self.ok.record(duration_ns),
            Outcome::Failed => self.failed.record(duration_ns),
            Outcome::DryRun => self.dry_run.record(duration_ns),
        }
    }

    fn merge(&mut self, other: Self) {
        let Self { ok, failed, dry_run } = other;
        self.ok.merge(ok);
        self.failed.merge(failed);
        self.dry_run.merge(dry_run);
    }
}
