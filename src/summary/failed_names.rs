//! Failures over time by service, action, region and the values of the `--by` fields: what stands out in a stretch of
//! time is found in it. Only names with the smallest fixed hashes are kept, in buckets as wide as it takes; both depend
//! on the data alone. It counts no calls.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::aggregate::Aggregate;
use super::bounded::Bounded;
use super::failed_timeline::{self, FailedTimeline};
use super::names::{is_itself, kept};
use crate::record::{Origin, Outcome, Record};

/// How many names are kept, over all fields.
const NAMES_MAX: usize = 2_048;
/// How many buckets the timelines of all names have, and that of one name.
const BUCKETS_MAX: usize = 262_144;
const BUCKETS_EACH_MAX: usize = 2_048;
/// What a bucket takes, in bytes: a vector that grows may be half empty.
const BUCKET_BYTES: usize = 24;
/// Between the field and the name.
const SEPARATOR: char = '\u{1f}';

/// A field of the context of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Named {
    /// The product.
    Service,
    /// The API.
    Action,
    /// The region.
    Region,
    /// A `--by` field, by its place among the options.
    By(usize),
}

impl Named {
    fn of(place: usize) -> Self {
        match place {
            0 => Self::Service,
            1 => Self::Action,
            2 => Self::Region,
            by => Self::By(by - 3),
        }
    }
}

/// Failures over time by name.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FailedNames {
    /// By field and name; what is not kept by name has no buckets.
    table: Bounded<FailedTimeline>,
    /// How many buckets there are; more than that when some became one.
    #[serde(skip)]
    buckets: usize,
    /// A field and a name, put together for looking them up.
    #[serde(skip)]
    scratch: String,
}

impl Default for FailedNames {
    fn default() -> Self {
        Self { table: Bounded::new(NAMES_MAX), buckets: 0, scratch: String::new() }
    }
}

impl Aggregate for FailedNames {
    #[inline]
    fn observe(&mut self, record: &Record<'_>, _: Origin) {
        if record.outcome == Outcome::Failed && record.context.time.is_some() {
            self.failed(record);
        }
    }

    fn merge(&mut self, other: Self) {
        let Self { table, buckets, scratch: _ } = other;
        self.table.merge(table, FailedTimeline::merge);
        self.buckets += buckets;
        self.settle();
    }
}

impl FailedNames {
    #[inline(never)]
    fn failed(&mut self, record: &Record<'_>) {
        let context = &record.context;
        let names = [context.service, context.action, context.region].into_iter().chain(record.by.iter().copied());
        for (field, name) in names.enumerate() {
            let Some(name) = name else { continue };
            self.scratch.clear();
            self.scratch.extend(char::from_u32(u32::from('0') + field as u32));
            self.scratch.push(SEPARATOR);
            let before = self.scratch.len();
            self.scratch.push_str(&if is_itself(name) { Cow::Borrowed(name) } else { kept(name) });
            let rename = |key: &str| Cow::Owned(format!("{}{}", &key[..before], kept(&key[before..])));
            let place = self.table.place(&self.scratch, rename, |_, _| {});
            let timeline = self.table.at(place);
            if place.is_some() {
                let held = timeline.len();
                timeline.observe(context.time);
                timeline.limit(BUCKETS_EACH_MAX);
                self.buckets += timeline.len().saturating_sub(held);
            }
        }
    }

    /// Brings everything within the bounds: what is kept then depends on the data alone.
    pub fn settle(&mut self) {
        self.fit(BUCKETS_MAX, BUCKETS_EACH_MAX);
    }

    fn fit(&mut self, all: usize, each: usize) {
        self.table.clear_rest();
        if !failed_timeline::is_shared(self.table.iter().map(|(_, timeline)| timeline), all, each) {
            // The order of the hashes: a name that comes later never stands before one that gives way.
            let mut ranked: Vec<_> = self.table.iter_mut().collect();
            ranked.sort_unstable_by_key(|&(name, _)| (xxh3_64(name.as_bytes()), name));
            failed_timeline::share(ranked.into_iter().map(|(_, timeline)| timeline).collect(), all, each);
        }
        self.buckets = self.table.iter().map(|(_, timeline)| timeline.len()).sum();
    }

    /// About how much memory it takes, in bytes.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.buckets * BUCKET_BYTES
    }

    /// Whether it is one that records and merging can make.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.table.cap() == NAMES_MAX
            && self.table.rest().is_none_or(FailedTimeline::is_empty)
            && self.table.iter().all(|(name, timeline)| split(name).is_some() && timeline.is_sound())
    }

    /// The names that are kept with their failures over time, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (Named, &str, &FailedTimeline)> {
        self.table.iter().filter_map(|(key, timeline)| {
            let (field, name) = split(key)?;
            Some((field, name, timeline))
        })
    }
}

fn split(key: &str) -> Option<(Named, &str)> {
    let (field, name) = key.split_once(SEPARATOR)?;
    let place = u32::from(field.chars().next()?).checked_sub(u32::from('0'))?;
    Some((Named::of(place as usize), name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Context, Form};
    use crate::time::Nanos;

    fn of(failures: &[(i64, &str)]) -> FailedNames {
        let mut names = FailedNames { table: Bounded::new(3), ..FailedNames::default() };
        for &(minute, action) in failures {
            let context =
                Context { time: Some(Nanos::from_seconds(minute * 60, 0)), action: Some(action), ..Context::default() };
            let record = Record {
                outcome: Outcome::Failed,
                code: "InternalError",
                message: "",
                request_id: None,
                context,
                by: &[],
                form: Form::Envelope,
                pointer: None,
            };
            names.observe(&record, Origin::default());
        }
        names
    }

    fn merged(mut parts: Vec<FailedNames>) -> (Vec<(String, FailedTimeline)>, bool) {
        let mut whole = parts.pop().unwrap();
        for part in parts {
            let FailedNames { table, buckets, .. } = part;
            whole.table.merge(table, FailedTimeline::merge);
            whole.buckets += buckets;
            whole.fit(12, 8);
        }
        whole.fit(12, 8);
        let mut kept: Vec<_> = whole.table.iter().map(|(name, timeline)| (name.to_owned(), timeline.clone())).collect();
        kept.sort_by(|a, b| a.0.cmp(&b.0));
        (kept, whole.table.rest().is_some())
    }

    proptest::proptest! {
        #[test]
        fn what_is_kept_depends_on_no_order(failures in proptest::collection::vec((0_i64..60, "[a-f]"), 0..60), cut in 0_usize..60) {
            let failures: Vec<_> = failures.iter().map(|(minute, name)| (*minute, name.as_str())).collect();
            let (first, second) = failures.split_at(cut.min(failures.len()));
            let whole = merged(vec![of(&failures)]);
            proptest::prop_assert_eq!(&merged(vec![of(first), of(second)]), &whole);
            let backwards: Vec<_> = failures.iter().rev().copied().collect();
            let parts = backwards.chunks(7).map(of).collect::<Vec<_>>();
            proptest::prop_assert_eq!(&merged([vec![of(&[])], parts].concat()), &whole);
        }
    }

    #[test]
    fn a_secret_is_not_kept() {
        let names = of(&[(1, "Signature=abcdef0123"), (2, "Signature=abcdef4567")]);
        let kept: Vec<_> = names.iter().map(|(field, name, timeline)| (field, name, timeline.len())).collect();
        assert_eq!(kept, [(Named::Action, "Signature=[redacted]", 2)]);
    }
}
