//! Calls a second as a summary's file has them: sorted, so that those of many summaries are added up along each other,
//! without a table to look them up in. It does not know which of them are kept.

use std::cmp::Ordering;

use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};
use xxhash_rust::xxh3::xxh3_64;

/// A second and a name, in the order in which they are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Entry {
    pub(super) hash: u64,
    pub(super) second: i64,
    pub(super) name: u64,
}

/// A second, the place of a name, and the calls of that name in that second.
type Calls = (i64, u32, u64);
/// The second and the hash of the name of the first entry that is not kept.
type Bound = Option<(i64, u64)>;

/// Names and calls.
#[derive(Clone, Debug, Default)]
pub(super) struct Sorted {
    /// Sorted, each once.
    pub(super) names: Vec<Box<str>>,
    /// Sorted by second and name.
    pub(super) entries: Vec<Calls>,
}

impl Sorted {
    /// What they are kept by, in their order.
    pub(super) fn ranks(&self) -> Vec<Entry> {
        let names: Vec<u64> = self.names.iter().map(|name| xxh3_64(name.as_bytes())).collect();
        let mut recent = None;
        let rank = |&(second, place, _): &Calls| {
            let name = names.get(place as usize).copied().unwrap_or_default();
            Entry { hash: hash_of(second, &mut recent), second, name }
        };
        self.entries.iter().map(rank).collect()
    }

    /// Adds others.
    pub(super) fn merge(&mut self, other: Self) {
        let (mine, theirs) = self.unite_names(other.names);
        let place = |(second, place, calls): Calls, places: &[u32]| {
            (second, places.get(place as usize).copied().unwrap_or(place), calls)
        };
        let held = std::mem::take(&mut self.entries);
        self.entries.reserve_exact(held.len() + other.entries.len());
        let mut new = other.entries.into_iter().map(|entry| place(entry, &theirs)).peekable();
        for entry in held.into_iter().map(|entry| place(entry, &mine)) {
            let (second, name, mut calls) = entry;
            while let Some(before) = new.next_if(|new| (new.0, new.1) < (second, name)) {
                self.entries.push(before);
            }
            calls += new.next_if(|new| (new.0, new.1) == (second, name)).map_or(0, |(.., calls)| calls);
            self.entries.push((second, name, calls));
        }
        self.entries.extend(new);
    }

    /// Adds names, and gives the places of those that were here and of those that were added. Both keep their order, so that
    /// what is sorted by them stays so.
    fn unite_names(&mut self, more: Vec<Box<str>>) -> (Vec<u32>, Vec<u32>) {
        let (mut mine, mut theirs) = (Vec::with_capacity(self.names.len()), Vec::with_capacity(more.len()));
        let held = std::mem::take(&mut self.names);
        self.names.reserve(held.len());
        let (mut held, mut new) = (held.into_iter().peekable(), more.into_iter().peekable());
        loop {
            let order = match (held.peek(), new.peek()) {
                (Some(held), Some(new)) => held.cmp(new),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => return (mine, theirs),
            };
            let place = self.names.len() as u32;
            let (held, new) = (held.next_if(|_| order.is_le()), new.next_if(|_| order.is_ge()));
            mine.extend(held.as_ref().map(|_| place));
            theirs.extend(new.as_ref().map(|_| place));
            self.names.extend(held.or(new));
        }
    }

    /// Leaves out what is not below a bound.
    pub(super) fn cut(&mut self, bound: Entry) {
        let Self { names, entries } = self;
        let mut recent = None;
        entries.retain(|entry| is_below(entry, bound, names, &mut recent));
    }

    /// Whether everything is below a bound.
    pub(super) fn is_below(&self, bound: Entry) -> bool {
        let mut recent = None;
        self.entries.iter().all(|entry| is_below(entry, bound, &self.names, &mut recent))
    }

    /// Leaves out the names of which there are no calls.
    pub(super) fn forget_unused(&mut self) {
        let mut places = vec![None; self.names.len()];
        for &(_, place, _) in &self.entries {
            places.get_mut(place as usize).into_iter().for_each(|used| *used = Some(0));
        }
        if places.iter().all(Option::is_some) {
            return;
        }
        places.iter_mut().flatten().zip(0..).for_each(|(place, new)| *place = new);
        let mut used = places.iter();
        self.names.retain(|_| used.next().is_some_and(Option::is_some));
        for (_, place, _) in &mut self.entries {
            *place = places.get(*place as usize).copied().flatten().unwrap_or(*place);
        }
    }

    /// Writes the names, the calls, and the bound.
    pub(super) fn serialize_with<S: Serializer>(&self, bound: Bound, serializer: S) -> Result<S::Ok, S::Error> {
        (&self.names, Steps(&self.entries), bound).serialize(serializer)
    }

    /// Reads what [`serialize_with`](Self::serialize_with) wrote.
    pub(super) fn deserialize_with<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(Self, Bound), D::Error> {
        let (names, steps, bound) = <(Vec<Box<str>>, Vec<(u64, u32, u64)>, Bound)>::deserialize(deserializer)?;
        let mut last = (i64::MIN, None);
        let entry = |(step, place, calls): (u64, u32, u64)| {
            let second = last.0.checked_add_unsigned(step)?;
            let before = std::mem::replace(&mut last, (second, Some(place)));
            let is_next = before < last && (place as usize) < names.len();
            is_next.then_some((second, place, calls))
        };
        let entries: Option<Vec<_>> = steps.into_iter().map(entry).collect();
        match entries.filter(|_| names.is_sorted_by(|a, b| a < b)) {
            Some(entries) => Ok((Self { names, entries }, bound)),
            None => Err(D::Error::custom("calls a second are out of order")),
        }
    }
}

fn is_below(&(second, place, _): &Calls, bound: Entry, names: &[Box<str>], recent: &mut Option<(i64, u64)>) -> bool {
    match (hash_of(second, recent), second).cmp(&(bound.hash, bound.second)) {
        Ordering::Equal => names.get(place as usize).is_some_and(|name| xxh3_64(name.as_bytes()) < bound.name),
        order => order.is_lt(),
    }
}

/// The hash of a second, which most often is that of the one before.
fn hash_of(second: i64, recent: &mut Option<(i64, u64)>) -> u64 {
    match *recent {
        Some((held, hash)) if held == second => hash,
        _ => recent.insert((second, hash(second))).1,
    }
}

/// The fixed hash of a second.
pub(super) fn hash(second: i64) -> u64 {
    xxh3_64(&second.to_le_bytes())
}

/// Calls as they are written: of each the seconds since the one before, the place of its name, and their number.
pub(super) struct Steps<'c>(pub(super) &'c [Calls]);

impl Serialize for Steps<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut last = i64::MIN;
        serializer.collect_seq(self.0.iter().map(|&(second, place, calls)| {
            (second.wrapping_sub(std::mem::replace(&mut last, second)).cast_unsigned(), place, calls)
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    type Table = BTreeMap<(i64, String), u64>;

    fn sorted(table: &Table) -> Sorted {
        let mut names: Vec<Box<str>> = table.keys().map(|(_, name)| name.as_str().into()).collect();
        names.sort();
        names.dedup();
        let place = |name: &str| names.iter().position(|held| **held == *name).unwrap() as u32;
        let entries = table.iter().map(|((second, name), &calls)| (*second, place(name), calls)).collect();
        Sorted { names, entries }
    }

    fn table(sorted: &Sorted) -> Table {
        sorted
            .entries
            .iter()
            .map(|&(at, place, calls)| ((at, sorted.names[place as usize].to_string()), calls))
            .collect()
    }

    fn tables() -> impl Strategy<Value = Table> {
        prop::collection::btree_map((-3..9_i64, "[a-d]{0,2}"), 1..9_u64, 0..40)
    }

    proptest! {
        #[test]
        fn what_is_merged_is_added_up_and_sorted(one in tables(), other in tables(), cut in any::<prop::sample::Index>()) {
            let mut both = sorted(&one);
            both.merge(sorted(&other));
            let mut expected = one;
            other.into_iter().for_each(|(key, calls)| *expected.entry(key).or_default() += calls);
            prop_assert_eq!(&table(&both), &expected);
            let again = sorted(&expected);
            prop_assert_eq!((&both.names, &both.entries), (&again.names, &again.entries));

            let mut ranks = both.ranks();
            if ranks.is_empty() {
                return Ok(());
            }
            ranks.sort();
            let kept = cut.index(ranks.len());
            let bound = ranks[kept];
            both.cut(bound);
            both.forget_unused();
            prop_assert!(both.entries.len() == kept && both.is_below(bound));
            expected.retain(|(second, name), _| {
                Entry { hash: hash(*second), second: *second, name: xxh3_64(name.as_bytes()) } < bound
            });
            let again = sorted(&expected);
            prop_assert_eq!((&both.names, &both.entries), (&again.names, &again.entries));
        }

        #[test]
        fn what_is_written_is_read_and_nothing_else(table in tables(), place in any::<prop::sample::Index>(), byte: u8) {
            let written = |sorted: &Sorted| {
                postcard::to_allocvec(&(&sorted.names, Steps(&sorted.entries), None::<(i64, u64)>)).unwrap()
            };
            let read = |bytes: &[u8]| Sorted::deserialize_with(&mut postcard::Deserializer::from_bytes(bytes)).map(|it| it.0);
            let mut bytes = written(&sorted(&table));
            prop_assert_eq!(self::table(&read(&bytes).unwrap()), table);
            let place = place.index(bytes.len());
            bytes[place] = byte;
            if let Ok(read) = read(&bytes) {
                prop_assert!(read.names.is_sorted_by(|a, b| a < b));
                prop_assert!(read.entries.is_sorted_by(|a, b| (a.0, a.1) < (b.0, b.1)));
            }
        }
    }
}
