//! A ring of short slices of time, each with the summary of its lines. A window is merged from slices, and from merged pairs of
//! them that are kept, so that one new line costs as many merges as the logarithm of the window. What leaves the window leaves
//! the memory; where the slices take too much of it, they become wider.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::outside::Outside;
use crate::summary::Summary;
use crate::summary::bounds::Bounds;
use crate::time::Nanos;

/// How much a slice keeps of what a log can have without end: a sixteenth of what a whole report keeps.
pub const BOUNDS: Bounds = Bounds {
    unlisted: 256,
    messages: 4096,
    messages_each: 16,
    names: 8192,
    buckets: 65_536,
    buckets_each: 512,
    days: 8192,
    call_names: 2 << 20,
};
/// How much memory slices may take together before they become wider, in bytes.
const BYTES_MAX: usize = 96 << 20;
/// A window is never made of fewer slices than this.
const SLICES_MIN: i64 = 4;
/// Levels of merged slices above the slices themselves.
const LEVELS: u32 = 16;

/// What arrived during a slice, apart from what the lines say.
#[derive(Clone, Debug, Default)]
pub struct Arrived {
    /// Bytes by the path of the input.
    pub bytes: BTreeMap<Arc<str>, u64>,
    /// Lines of all inputs, as they were counted apart from the scanner.
    pub lines: u64,
    /// Calls that are in no window.
    pub outside: Outside,
}

impl Arrived {
    fn add(&mut self, other: &Self) {
        for (path, bytes) in &other.bytes {
            *self.bytes.entry(Arc::clone(path)).or_default() += bytes;
        }
        self.lines += other.lines;
        self.outside.add(&other.outside);
    }
}

/// Slices of time.
#[derive(Debug)]
pub struct Slices {
    /// Where the slice of index 0 begins.
    origin: Nanos,
    /// How long a slice is, in nanoseconds.
    width: i64,
    /// How long a window is.
    window: i64,
    leaves: BTreeMap<i64, Arc<Summary>>,
    /// Merged slices by level, from 1 on, and index.
    merged: BTreeMap<(u32, i64), Arc<Summary>>,
    arrived: BTreeMap<i64, Arrived>,
}

impl Slices {
    /// Slices of `width` nanoseconds for windows of `window`, counted from a time.
    #[must_use]
    pub const fn new(origin: Nanos, width: i64, window: i64) -> Self {
        Self { origin, width, window, leaves: BTreeMap::new(), merged: BTreeMap::new(), arrived: BTreeMap::new() }
    }

    /// Where slices are counted from, and how long each is.
    #[must_use]
    pub const fn grid(&self) -> (Nanos, i64) {
        (self.origin, self.width)
    }

    /// The slice that a time lies in.
    #[must_use]
    pub fn index(&self, time: Nanos) -> i64 {
        index(self.origin, self.width, time)
    }

    /// The first slice that begins at a time or later.
    #[must_use]
    pub fn index_from(&self, time: Nanos) -> i64 {
        self.index(Nanos(time.0.saturating_sub(1))).saturating_add(1)
    }

    /// Where a slice begins.
    #[must_use]
    pub const fn start(&self, index: i64) -> Nanos {
        Nanos(self.origin.0.saturating_add(index.saturating_mul(self.width)))
    }

    /// Adds lines to a slice.
    pub fn add(&mut self, index: i64, summary: Summary) {
        match self.leaves.get_mut(&index) {
            Some(held) => Arc::make_mut(held).merge(summary),
            None => drop(self.leaves.insert(index, Arc::new(summary))),
        }
        (1..=LEVELS).for_each(|level| drop(self.merged.remove(&(level, index >> level))));
    }

    /// Notes what arrived during a slice.
    pub fn arrive(&mut self, index: i64, arrived: &Arrived) {
        self.arrived.entry(index).or_default().add(arrived);
    }

    /// What slices from one to another hold, both included.
    pub fn sum(&mut self, from: i64, to: i64) -> Summary {
        let mut sum = Summary::new(BOUNDS);
        let mut next = from;
        while let Some((&index, _)) = self.leaves.range(next..=to.max(next)).next().filter(|&(&index, _)| index <= to) {
            let fits = |level: &u32| {
                let first = (index >> level) << level;
                first >= from && first + (1 << level) - 1 <= to
            };
            let level = (0..=LEVELS).take_while(fits).last().unwrap_or(0);
            if let Some(part) = self.node(level, index >> level) {
                sum.merge(Arc::unwrap_or_clone(part));
            }
            next = ((index >> level) + 1) << level;
        }
        sum
    }

    /// What arrived during slices from one to another, both included.
    #[must_use]
    pub fn arrivals(&self, from: i64, to: i64) -> Arrived {
        let mut sum = Arrived::default();
        self.arrived.range(from..=to.max(from)).for_each(|(_, arrived)| sum.add(arrived));
        sum
    }

    /// A number of each slice from one to another.
    pub fn each<'s, T: Default>(
        &'s self,
        from: i64,
        to: i64,
        of: impl Fn(&Summary) -> T + 's,
    ) -> impl Iterator<Item = T> + 's {
        (from..=to).map(move |index| self.leaves.get(&index).map(|summary| of(summary)).unwrap_or_default())
    }

    /// Forgets slices before one, and makes the others wider when they take too much memory.
    pub fn expire(&mut self, before: i64) {
        self.leaves = self.leaves.split_off(&before);
        self.arrived = self.arrived.split_off(&before);
        self.merged.retain(|&(level, index), _| index << level >= before);
        while self.bytes() > BYTES_MAX && self.width < self.window / SLICES_MIN {
            self.widen();
        }
    }

    /// About how much memory the slices take, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.leaves.values().map(|summary| summary.bytes()).sum()
    }

    /// Makes one slice of each two.
    fn widen(&mut self) {
        self.width = self.width.saturating_mul(2);
        self.merged.clear();
        for (index, summary) in std::mem::take(&mut self.leaves) {
            self.add(index >> 1, Arc::unwrap_or_clone(summary));
        }
        for (index, arrived) in std::mem::take(&mut self.arrived) {
            self.arrive(index >> 1, &arrived);
        }
    }

    fn node(&mut self, level: u32, index: i64) -> Option<Arc<Summary>> {
        let Some(below) = level.checked_sub(1) else { return self.leaves.get(&index).cloned() };
        if let Some(held) = self.merged.get(&(level, index)) {
            return Some(Arc::clone(held));
        }
        let both = [2 * index, 2 * index + 1].map(|index| self.node(below, index));
        let [one, other] = match both {
            [Some(one), Some(other)] => [one, other],
            [one, other] => return one.or(other),
        };
        let mut sum = Arc::unwrap_or_clone(one);
        sum.merge(Arc::unwrap_or_clone(other));
        let sum = Arc::new(sum);
        self.merged.insert((level, index), Arc::clone(&sum));
        Some(sum)
    }
}

/// The slice that a time lies in.
#[must_use]
pub fn index(origin: Nanos, width: i64, time: Nanos) -> i64 {
    time.0.saturating_sub(origin.0).div_euclid(width.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::LineClass;
    use crate::summary::inputs::{InputId, Inputs};
    use crate::summary::totals::Counts;

    /// A summary of this number of blank lines.
    fn lines(count: u64) -> Summary {
        let totals = Counts::of(&[(LineClass::Blank, count)]);
        let id = InputId { path: "a".to_owned(), identity: None };
        Summary { totals, inputs: Inputs::new(vec![(id, totals)]), ..Summary::new(BOUNDS) }
    }

    fn blank(summary: &Summary) -> u64 {
        summary.totals[LineClass::Blank]
    }

    #[test]
    fn every_window_is_the_sum_of_its_slices() {
        let mut slices = Slices::new(Nanos(0), 10, 600);
        let mut truth = BTreeMap::<i64, u64>::new();
        let mut dice = 1_u64;
        for step in 0..400_i64 {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let (index, count) = (step / 4 + (dice >> 40) as i64 % 9 - 6, dice >> 60);
            slices.add(index, lines(count));
            *truth.entry(index).or_default() += count;
            let (from, to) = (step / 4 - (dice >> 50) as i64 % 70, step / 4);
            let expected: u64 = truth.range(from..=to).map(|(_, count)| count).sum();
            assert_eq!(blank(&slices.sum(from, to)), expected, "{from} to {to}");
        }
        slices.expire(50);
        let expected: u64 = truth.range(50..).map(|(_, count)| count).sum();
        assert_eq!(blank(&slices.sum(i64::MIN / 2, i64::MAX / 2)), expected);
    }

    #[test]
    fn wider_slices_hold_the_same() {
        let mut slices = Slices::new(Nanos(0), 10, 600);
        (-5..20).for_each(|index| slices.add(index, lines(1)));
        slices.widen();
        assert_eq!(slices.grid(), (Nanos(0), 20));
        assert_eq!(blank(&slices.sum(-10, 100)), 25);
        assert_eq!(blank(&slices.sum(-3, -1)), 5);
    }

    #[test]
    fn a_time_lies_in_one_slice() {
        let slices = Slices::new(Nanos(100), 10, 600);
        for (time, index, from) in [(100, 0, 0), (109, 0, 1), (110, 1, 1), (99, -1, 0), (90, -1, -1), (89, -2, -1)] {
            assert_eq!((slices.index(Nanos(time)), slices.index_from(Nanos(time))), (index, from), "{time}");
        }
        assert_eq!(slices.start(-1), Nanos(90));
    }
}
