//! How long calls took, as histograms with bounded relative error.

use std::borrow::Cow;
use std::collections::BTreeMap;

use hdrhistogram::Histogram;
use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, Serializer};
use serde_bytes::{ByteBuf, Bytes};

use super::aggregate::Aggregate;
use super::histogram::{self, Counts, SEVERAL, SMALL_MAX};
use crate::record::{Origin, Outcome, Record};

/// Durations of some calls, counted in the cells of an HDR histogram. Counting by itself, a histogram would compute with
/// a width that is known only at run time and keep figures that no report shows, for each call.
#[derive(Clone, Debug)]
pub struct Durations<const DIGITS: u8> {
    /// The cells of the first calls, in no order, while there are few of them: most actions of a log with many of them
    /// are rare, and their histograms would be nearly empty.
    few: Vec<u16>,
    /// How many calls fell into each cell, what is above 16 bits left out: a log of many actions fills as many
    /// histograms, and small ones stay in the cache. There are as many cells as the longest call needs.
    cells: Vec<u16>,
    /// How often the count of a cell went beyond 16 bits.
    carries: BTreeMap<usize, u64>,
    /// The counts as a summary's file has them, as long as no call is added to them: of hundreds of summaries with
    /// hundreds of actions each most are added to others, and none is looked at before. Then nothing else counts any.
    stored: Box<[u8]>,
    ns_max: u64,
}

impl<const DIGITS: u8> Default for Durations<DIGITS> {
    fn default() -> Self {
        Self { few: Vec::new(), cells: Vec::new(), carries: BTreeMap::new(), stored: Box::default(), ns_max: 0 }
    }
}

/// How many cells are added at once.
const ADDED_AT_ONCE: usize = 64;
/// How many calls are kept one by one.
const FEW_MAX: usize = 256;

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
    /// first run is the exception: it has twice as many, of one nanosecond, so that the wanted digits are distinguished.
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
            Some(count) if *count < u16::MAX => *count += 1,
            _ => self.add(cell, 1),
        }
    }

    /// Adds calls to a cell that may not be there yet, or whose count may be at its end.
    #[inline(never)]
    fn add(&mut self, cell: usize, more: u64) {
        self.make_room(more, cell);
        match u16::try_from(cell) {
            Ok(cell) if self.cells.is_empty() => self.few.extend(std::iter::repeat_n(cell, more as usize)),
            _ => self.add_to_cell(cell, more),
        }
    }

    /// Adds the calls of a histogram's file, none of them longer than the longest one that is known.
    fn add_stored(&mut self, stored: &[u8]) {
        if stored.is_empty() {
            return;
        }
        let mut calls = 0;
        if self.cells.is_empty() {
            // Few may stay few.
            calls = histogram::counts(stored).into_iter().map(|(_, count)| count).sum();
        }
        self.make_room(calls, Self::cell(self.ns_max));
        histogram::for_each(stored, |cell, counts| match counts {
            Counts::One(count) => self.add_one(cell, count),
            Counts::Several(counts) => match self.cells.get_mut(cell..cell + SEVERAL) {
                Some(held) if held.iter().fold(0, |most, &held| most.max(held)) <= u16::MAX - u16::from(SMALL_MAX) => {
                    held.iter_mut().zip(counts).for_each(|(held, count)| *held += u16::from(count));
                }
                _ => (cell..).zip(counts).for_each(|(cell, count)| self.add_one(cell, u64::from(count))),
            },
        });
    }

    /// Adds calls to a cell that most often is there.
    #[inline]
    fn add_one(&mut self, cell: usize, count: u64) {
        match self.cells.get_mut(cell) {
            Some(held) if u64::from(*held) + count <= u64::from(u16::MAX) => *held += count as u16,
            _ => self.add(cell, count),
        }
    }

    /// Makes the cells, up to this one, unless there are few calls even with `more` of them.
    fn make_room(&mut self, more: u64, cell: usize) {
        if !self.stored.is_empty() {
            let stored = std::mem::take(&mut self.stored);
            self.add_stored(&stored);
        }
        if self.cells.is_empty() && cell <= usize::from(u16::MAX) && more <= (FEW_MAX - self.few.len()) as u64 {
            return;
        }
        let few = std::mem::take(&mut self.few);
        self.widen(few.iter().map(|&cell| usize::from(cell)).fold(cell, usize::max));
        few.into_iter().for_each(|cell| self.cells[usize::from(cell)] += 1);
    }

    fn add_to_cell(&mut self, cell: usize, more: u64) {
        let count = u64::from(self.cells[cell]) + (more & u64::from(u16::MAX));
        self.cells[cell] = count as u16;
        let carried = (count >> u16::BITS) + (more >> u16::BITS);
        if carried > 0 {
            *self.carries.entry(cell).or_default() += carried;
        }
    }

    /// Adds the counts of cells to those that are there.
    fn add_all(&mut self, cells: &[u16]) {
        self.widen(cells.len().saturating_sub(1));
        let held = self.cells.chunks_mut(ADDED_AT_ONCE).zip(cells.chunks(ADDED_AT_ONCE));
        for (group, (counts, more)) in held.enumerate() {
            let carries = counts.iter().zip(more).fold(false, |any, (count, &more)| any | (*count > u16::MAX - more));
            for (cell, (count, &more)) in counts.iter_mut().zip(more).enumerate() {
                // Looked for once for all of them, so that the sums are made with vectors.
                if carries && *count > u16::MAX - more {
                    *self.carries.entry(group * ADDED_AT_ONCE + cell).or_default() += 1;
                }
                *count = count.wrapping_add(more);
            }
        }
    }

    /// Makes room for the count of a cell.
    fn widen(&mut self, cell: usize) {
        if self.cells.len() <= cell {
            self.cells.resize(((cell >> Self::RUN_BITS) + 1) << Self::RUN_BITS, 0);
        }
    }

    /// The cells that hold any calls, and how many; sorted.
    fn counts(&self) -> Vec<(usize, u64)> {
        if !self.stored.is_empty() {
            return histogram::counts(&self.stored);
        }
        let mut few = self.few.clone();
        few.sort_unstable();
        let few = few.chunk_by(|a, b| a == b).map(|same| (usize::from(same[0]), same.len() as u64));
        let has_carries = !self.carries.is_empty();
        let count = |(cell, &low): (usize, &u16)| {
            let high = if has_carries { self.carries.get(&cell).copied().unwrap_or_default() } else { 0 };
            (cell, (high << u16::BITS) + u64::from(low))
        };
        // Most cells are empty, and most histograms have no count beyond 16 bits.
        let filled = self.cells.iter().enumerate().filter(|&(_, &low)| low > 0 || has_carries);
        let many = filled.map(count).filter(|&(_, count)| count > 0);
        few.chain(many).collect()
    }

    /// How much memory it takes beside itself, in bytes.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        2 * (self.few.capacity() + self.cells.capacity()) + self.stored.len()
    }

    /// Adds the calls of another one.
    pub fn merge(&mut self, other: Self) {
        if self.is_empty() {
            *self = other;
            return;
        }
        let Self { few, cells, carries, stored, ns_max } = other;
        self.ns_max = self.ns_max.max(ns_max);
        self.add_stored(&stored);
        few.into_iter().for_each(|cell| self.add(usize::from(cell), 1));
        if self.cells.is_empty() {
            for (cell, more) in cells.into_iter().enumerate().filter(|&(_, more)| more > 0) {
                self.add(cell, u64::from(more));
            }
        } else {
            self.add_all(&cells);
        }
        for (cell, more) in carries {
            // What is left of the count may be 0, and the cell still to be made.
            self.add(cell, more << u16::BITS);
        }
    }

    /// The longest duration that a histogram has room for whose last cell with calls is this one, as it says itself: it
    /// grows by runs, from the first one on, of which it says that it ends at 2.
    fn highest(last: usize) -> u64 {
        match last >> Self::RUN_BITS {
            0 | 1 => 2,
            run => 1_u64.checked_shl(Self::RUN_BITS + run as u32).map_or(u64::MAX - 1, |end| end - 1),
        }
    }

    fn is_empty(&self) -> bool {
        self.few.is_empty() && self.cells.is_empty() && self.stored.is_empty()
    }

    /// The calls as an HDR histogram; none without calls.
    fn histogram(&self) -> Option<Histogram<u64>> {
        let mut histogram = Histogram::<u64>::new(DIGITS).ok().filter(|_| !self.is_empty())?;
        for (cell, count) in self.counts() {
            // The histogram resizes itself; only its memory could fail.
            let _ = histogram.record_n(Self::shortest_ns(cell), count);
        }
        Some(histogram)
    }

    /// The figures for a report.
    #[must_use]
    pub fn quantiles(&self) -> Quantiles {
        let Some(histogram) = self.histogram() else { return Quantiles::default() };
        let at = |quantile: f64| histogram.value_at_quantile(quantile).min(self.ns_max);
        Quantiles {
            count: histogram.len(),
            percentiles_ns: Some([0.5, 0.9, 0.95, 0.99, 0.999].map(at)),
            max_ns: Some(self.ns_max),
        }
    }
}

impl<const DIGITS: u8> Serialize for Durations<DIGITS> {
    /// An HDR histogram in its own form, version 2, and the longest duration; nothing without calls.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let counts = if self.stored.is_empty() { self.counts() } else { Vec::new() };
        let bytes = match counts.last() {
            Some(&(last, _)) => Cow::Owned(histogram::encode(DIGITS, Self::highest(last), &counts)),
            None => Cow::Borrowed(&*self.stored),
        };
        (Bytes::new(&bytes), self.ns_max).serialize(serializer)
    }
}

impl<'de, const DIGITS: u8> Deserialize<'de> for Durations<DIGITS> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (bytes, ns_max) = <(ByteBuf, u64)>::deserialize(deserializer)?;
        // A hostile file has any numbers; the longest duration is one of those that are counted.
        let is_sound = match bytes.is_empty() {
            true => ns_max == 0,
            false => histogram::last(DIGITS, Self::highest, &bytes) == Some(Self::cell(ns_max)),
        };
        let durations = Self { stored: bytes.into_vec().into_boxed_slice(), ns_max, ..Self::default() };
        is_sound.then_some(durations).ok_or_else(|| D::Error::custom("a histogram is not one that can be"))
    }
}

/// Durations of all calls and by outcome, within 0.1 %.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
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
    use hdrhistogram::serialization::{Serializer as _, V2Serializer};
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

    #[test]
    fn counts_go_beyond_16_bits() {
        let mut durations = Durations::<3>::default();
        (0..70_000).for_each(|_| durations.record(1_000));
        (0..3).for_each(|_| durations.record(2_000_000));
        let part = durations.clone();
        durations.merge(part.clone());
        durations.merge(part);
        let Quantiles { count, percentiles_ns, max_ns } = durations.quantiles();
        assert_eq!((count, max_ns), (210_009, Some(2_000_000)));
        assert_eq!(percentiles_ns, Some([1_000; 5]));
        assert_eq!(durations.counts().into_iter().map(|(_, count)| count).collect::<Vec<_>>(), [210_000, 9]);
        let mut whole = Durations::<2>::default();
        (0..65_536).for_each(|_| whole.record(1_000_000));
        let mut merged = Durations::<2>::default();
        merged.merge(whole);
        assert_eq!(merged.quantiles().count, 65_536);
    }

    /// The bytes of a histogram by the crate that defines them here.
    fn serialized<const DIGITS: u8>(durations: &Durations<DIGITS>) -> Vec<u8> {
        let mut bytes = Vec::new();
        V2Serializer::new().serialize(&durations.histogram().unwrap(), &mut bytes).unwrap();
        bytes
    }

    fn travels<const DIGITS: u8>(durations_ns: &[(u64, u32)]) {
        let mut durations = Durations::<DIGITS>::default();
        for &(duration_ns, count) in durations_ns {
            (0..count).for_each(|_| durations.record(duration_ns));
        }
        let counts = durations.counts();
        if counts.is_empty() {
            return;
        }
        let body = postcard::to_allocvec(&durations).unwrap();
        let (bytes, ns_max): (Vec<u8>, u64) = postcard::from_bytes(&body).unwrap();
        assert_eq!(bytes, serialized(&durations), "{durations_ns:?}");
        assert_eq!(ns_max, durations.ns_max);
        let again: Durations<DIGITS> = postcard::from_bytes(&body).unwrap();
        assert_eq!((again.counts(), again.quantiles()), (counts, durations.quantiles()));
        assert_eq!(postcard::to_allocvec(&again).unwrap(), body);
        for (mut one, other) in [(again.clone(), again.clone()), (again.clone(), durations.clone())] {
            one.merge(other);
            let mut both = durations.clone();
            both.merge(durations.clone());
            assert_eq!((one.counts(), one.quantiles()), (both.counts(), both.quantiles()));
        }
    }

    #[test]
    fn every_edge_travels() {
        for bits in 0..64 {
            for duration_ns in [(1 << bits) - 1, 1 << bits, (1 << bits) + 1, u64::MAX >> bits] {
                travels::<2>(&[(duration_ns, 1), (duration_ns / 2, 300), (duration_ns / 3 + 1, 2)]);
                travels::<3>(&[(duration_ns, 70_000)]);
            }
        }
    }

    proptest! {
        #[test]
        fn the_form_is_that_of_the_crate(
            durations_ns in prop::collection::vec(
                ((any::<u64>(), 0..64_u32).prop_map(|(ns, shift)| ns >> shift), 1..400_u32), 0..20),
        ) {
            travels::<2>(&durations_ns);
            travels::<3>(&durations_ns);
        }

        #[test]
        fn any_bytes_are_a_histogram_or_none(body: Vec<u8>, digits in 2..4_u8) {
            let mut bytes = histogram::encode(digits, 9, &[]);
            bytes[4..8].copy_from_slice(&(body.len() as u32).to_be_bytes());
            bytes.extend(body);
            if let Some(last) = histogram::last(digits, |_| 9, &bytes) {
                let counts = histogram::counts(&bytes);
                prop_assert_eq!(counts.last().map(|&(cell, _)| cell), Some(last));
                prop_assert_eq!(histogram::encode(digits, 9, &counts), bytes);
            }
        }

        #[test]
        fn figures_are_those_of_the_histogram(
            durations_ns in prop::collection::vec((any::<u64>(), 0..64_u32).prop_map(|(ns, shift)| ns >> shift), 0..60),
        ) {
            agrees::<2>(&durations_ns);
            agrees::<3>(&durations_ns);
        }
    }
}
