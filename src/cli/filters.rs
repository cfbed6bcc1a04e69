//! The options that change numbers or lists, under the keys that a report shows them by.

use std::collections::BTreeMap;
use std::path::Path;

use resplog::internals::acknowledged::Acknowledged;
use resplog::settings::{Settings, Value};
use resplog::time::{Period, Zone};

use super::args::{IDS, ReportArgs, ShownArgs};

/// The options that change numbers or lists, as a report shows them. `by` are the fields that calls are grouped by.
pub fn of(
    args: &ReportArgs,
    by: &[String],
    settings: &Settings,
    acknowledged: &[Acknowledged],
    zone: &Zone,
) -> BTreeMap<&'static str, Value> {
    let mut filters = shown(&args.shown, by, settings, args.alarms.baseline.as_deref(), zone);
    if let Some(split) = &args.alarms.split {
        filters.insert("split", Value::Text(split.clone()));
    }
    if let Some(now) = &args.filter.now {
        filters.insert("now", Value::Text(now.clone()));
    }
    if !acknowledged.is_empty() {
        filters.insert("ack", Value::List(acknowledged.iter().map(Acknowledged::terms).collect()));
    }
    filters
}

/// The same of what every report has.
pub fn shown(
    args: &ShownArgs,
    by: &[String],
    settings: &Settings,
    baseline: Option<&Path>,
    zone: &Zone,
) -> BTreeMap<&'static str, Value> {
    let keys = |(name, value)| (key(name), value);
    let mut filters: BTreeMap<_, _> = settings.given().into_iter().map(keys).collect();
    // Fields that were not typed here are those of summaries.
    let own = by.iter().filter(|field| !args.by.contains(field));
    let by: Vec<_> = own.chain(&args.by).cloned().collect();
    for (name, values) in [("code", &args.code), ("class", &args.class), ("by", &by)] {
        if !values.is_empty() {
            filters.insert(name, Value::List(values.clone()));
        }
    }
    // Periods are those of the zone; otherwise it changes no number.
    if args.by.iter().any(|by| Period::ALL.iter().any(|period| period.as_str() == by)) && *zone != Zone::Utc {
        filters.insert("tz", Value::Text(zone.name()));
    }
    // Of files, only that there is one: a path says nothing to whoever reads the report elsewhere.
    for (name, file) in [("baseline", baseline), ("classes", args.classes.as_deref())] {
        if file.is_some() {
            filters.insert(name, Value::Switch(true));
        }
    }
    if args.ids != IDS {
        filters.insert("ids", Value::Number(args.ids as u64));
    }
    filters
}

/// The key of an option in a report, where JSON has no hyphens.
fn key(flag: &'static str) -> &'static str {
    match flag {
        "max-line" => "max_line",
        "assume-tz" => "assume_tz",
        "input-format" => "input_format",
        plain => plain,
    }
}
