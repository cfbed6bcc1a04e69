//! How long calls took, as histograms with bounded relative error.

use hdrhistogram::Histogram;

use super::Aggregate;
use crate::record::{Origin, Outcome, Record};

/// Durations of some calls, counted in the cells of an HDR histogram. Counting by itself, a histogram would compute with
/// a width that is known only at run time and keep figures that no report shows, for each call.
#[derive(Clone, Debug)]
pub struct Durations<const DIGITS: u8> {
    /// How many calls fell into each cell; there are as many cells as the longest call needs.
    cells: Vec<u64>,
    ns_max: u64,
}

impl<const DIGITS: u8> Default for Durations<DIGITS> {
    fn default() -> Self {
        Self { cells: Vec::new(), ns_max: 0 }
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
    /// Cells of a run are equally wide; the next run's are twice as wide, and there are two to this power of them. The
    /// first run is the exception: it has twice as many, of one nanosecond, so that the wanted digits are told apart.
    const RUN_BITS: u32 = (2 * 10_u32.pow(DIGITS as u32)).next_power_of_two().ilog2() - 1;

    /// The cell of a duration, as an HDR histogram numbers them whose smallest unit is 1.
    #[inline]
    const fn cell(duration_ns: u64) -> usize {
        let first_run = (2 << Self::RUN_BITS) - 1;
        let run = u64::BITS - 1 - Self::RUN_BITS - (duration_ns | first_run).leading_zeros();
        ((run as usize) << Self::RUN_BITS) + (duration_ns >> run) as usize
    }

    /// The shortest duration of a cell.
    const fn shortest_ns(cell: usize) -> u64 {
        let run = (cell >> Self::RUN_BITS).saturating_sub(1);
        ((cell - (run << Self::RUN_BITS)) as u64) << run
    }

    /// Counts one call.
    #[inline]
    pub fn record(&mut self, duration_ns: u64) {
        self.ns_max = self.ns_max.max(duration_ns);
        let cell = Self::cell(duration_ns);
        match self.cells.get_mut(cell) {
            Some(count) => *count += 1,
            None => self.record_beyond(cell),
        }
    }

    /// Counts one call in a cell that is not there yet, and makes all those of its run.
    #[cold]
    fn record_beyond(&mut self, cell: usize) {
        self.cells.resize(((cell >> Self::RUN_BITS) + 1) << Self::RUN_BITS, 0);
        self.cells[cell] += 1;
    }

    /// Adds the calls of another one.
    pub fn merge(&mut self, other: Self) {
        let Self { mut cells, ns_max } = other;
        self.ns_max = self.ns_max.max(ns_max);
        if self.cells.len() < cells.len() {
            std::mem::swap(&mut self.cells, &mut cells);
        }
        for (count, more) in self.cells.iter_mut().zip(cells) {
            *count += more;
        }
    }

    /// The figures for a report.
    #[must_use]
    pub fn quantiles(&self) -> Quantiles {
        let histogram = Histogram::<u64>::new(DIGITS).ok().filter(|_| !self.cells.is_empty());
        let Some(mut histogram) = histogram else { return Quantiles::default() };
        for (cell, &count) in self.cells.iter().enumerate().filter(|&(_, &count)| count > 0) {
            // The histogram resizes itself; only its memory could fail.
            let _ = histogram.record_n(Self::shortest_ns(cell), count);
        }
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
    #[inline]
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The figures that a histogram tells that counted every call itself.
    fn counted<const DIGITS: u8>(durations_ns: &[u64]) -> Quantiles {
        let mut histogram = Histogram::<u64>::new(DIGITS).unwrap();
        for &duration_ns in durations_ns {
            histogram.record(duration_ns).unwrap();
        }
        let Some(&ns_max) = durations_ns.iter().max() else { return Quantiles::default() };
        Quantiles {
            count: durations_ns.len() as u64,
            percentiles_ns: Some(
                [0.5, 0.9, 0.95, 0.99, 0.999].map(|quantile| histogram.value_at_quantile(quantile).min(ns_max)),
            ),
            max_ns: Some(ns_max),
        }
    }

    fn agrees<const DIGITS: u8>(durations_ns: &[u64]) {
        let mut durations = Durations::<DIGITS>::default();
        durations_ns.iter().for_each(|&duration_ns| durations.record(duration_ns));
        assert_eq!(durations.quantiles(), counted::<DIGITS>(durations_ns), "{durations_ns:?}");
    }

    #[test]
    fn cells_are_those_of_the_histogram_at_every_edge() {
        agrees::<3>(&[]);
        for bits in 0..64 {
            for duration_ns in [(1 << bits) - 1, 1 << bits, (1 << bits) + 1, u64::MAX >> bits] {
                agrees::<2>(&[duration_ns]);
                agrees::<3>(&[duration_ns, duration_ns / 2, duration_ns / 3]);
            }
        }
    }

    proptest! {
        #[test]
        fn figures_are_those_of_the_histogram(
            durations_ns in prop::collection::vec((any::<u64>(), 0..64_u32).prop_map(|(ns, shift)| ns >> shift), 0..60),
        ) {
            agrees::<2>(&durations_ns);
            agrees::<3>(&durations_ns);
        }
    }
}
