//! At which rate of calls a service refuses: by action and region, the fewest calls of a second in which some were refused,
//! and the most calls of any second. It knows which codes refuse only by what was counted.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::summary::call_rates::{CallRates, Limited};

/// Fewer calls in a second say nothing about a rate.
const PEAK_MIN: u64 = 5;

/// At which rates calls of an action in a region are refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Throttled {
    /// The product; empty when the log does not name it, as the next two.
    pub service: String,
    /// The API.
    pub action: String,
    /// The region.
    pub region: String,
    /// The fewest calls of a second in which some were refused.
    pub from_per_second: u64,
    /// The most calls of a second.
    pub peak_per_second: u64,
    /// Refused calls.
    pub refused: u64,
    /// All calls of the seconds in which some were refused.
    pub calls: u64,
    /// Whether only some seconds were looked at: the least may be less, and the most more.
    pub is_sample: bool,
}

impl Throttled {
    /// Calls that are not counted yet.
    fn of(calls: Limited<'_>, is_sample: bool) -> Self {
        let Limited { service, action, region } = calls;
        let [service, action, region] = [service, action, region].map(str::to_owned);
        Self { service, action, region, from_per_second: u64::MAX, is_sample, ..Self::default() }
    }
}

/// At which rates calls are refused with a throttle code, those of which the most were first; none without times, or when
/// the code is not one of the throttle codes of the shipped tables.
pub fn throttled(code: &str, rates: &CallRates) -> Vec<Throttled> {
    let mut refused = BTreeMap::<Limited<'_>, BTreeMap<i64, u64>>::new();
    for it in rates.iter().filter(|it| it.code == Some(code)) {
        refused.entry(it.of).or_default().insert(it.second, it.calls);
    }
    let mut rows = BTreeMap::<Limited<'_>, Throttled>::new();
    for it in rates.iter().filter(|it| it.code.is_none()) {
        let Some(seconds) = refused.get(&it.of) else { continue };
        let row = rows.entry(it.of).or_insert_with(|| Throttled::of(it.of, rates.is_sample()));
        row.peak_per_second = row.peak_per_second.max(it.calls);
        if let Some(refused) = seconds.get(&it.second) {
            row.from_per_second = row.from_per_second.min(it.calls);
            row.refused += refused;
            row.calls += it.calls;
        }
    }
    let mut rows: Vec<_> = rows.into_values().filter(|row| row.peak_per_second >= PEAK_MIN).collect();
    rows.sort_by_key(|row| Reverse(row.refused));
    rows
}
