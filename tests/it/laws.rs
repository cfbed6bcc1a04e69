//! A summary is a commutative monoid: how lines are dealt out and in which order the parts merge changes nothing. What
//! is bounded keeps the same names in any order, and says that it left some out.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::ops::Range;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use resplog::internals::summary::bounded::Bounded;
use resplog::internals::summary::bounds::Bounds;
use resplog::internals::summary::call_rates::CallRates;
use resplog::internals::summary::codes::{Code, Codes};
use resplog::internals::summary::counting::Counting;
use resplog::internals::summary::days::Days;
use resplog::internals::summary::distinct::DistinctIds;
use resplog::internals::summary::fold::Fold;
use resplog::internals::summary::groups::Groups;
use resplog::internals::summary::inputs::InputId;
use resplog::internals::summary::latency::{Durations, Latency};
use resplog::internals::summary::magnitudes::DailyMagnitudes;
use resplog::internals::summary::overlap::Overlap;
use resplog::internals::summary::pairs::Kept;
use resplog::internals::summary::split::Half;
use resplog::internals::summary::timeline::Timeline;
use resplog::internals::summary::totals::MissingIds;
use resplog::internals::summary::{Aggregate, Span, Summary};
use resplog::record::{Anomalies, Anomaly, Context, Form, Line, Origin, Outcome, Reason, Record};
use resplog::time::{Calendar, Nanos, Period, Side, Zone};
use serde_json::Value;
use xxhash_rust::xxh3::xxh3_64;

use crate::library::report_of;
use crate::scanners::cases;

/// What a line says, with its own texts.
#[derive(Clone, Debug, Default)]
pub struct Said {
    class: Class,
    code: String,
    message: String,
    request_id: Option<String>,
    time: Option<i64>,
    service: Option<String>,
    action: Option<String>,
    region: Option<String>,
    duration_ns: Option<u64>,
    by: Vec<Option<String>>,
    anomaly: Option<Anomaly>,
}

#[derive(Clone, Copy, Debug, Default)]
enum Class {
    #[default]
    Blank,
    NoEnvelope,
    Malformed(Reason),
    Record(Outcome),
}

impl Said {
    /// Shows the line as a scanner would.
    fn show<R>(&self, see: impl FnOnce(&Line<'_>, Anomalies) -> R) -> R {
        let mut anomalies = Anomalies::NONE;
        if let Some(anomaly) = self.anomaly {
            anomalies.insert(anomaly);
        }
        let by: Vec<_> = self.by.iter().map(Option::as_deref).collect();
        let line = match self.class {
            Class::Blank => Line::Blank,
            Class::NoEnvelope => Line::NoEnvelope,
            Class::Malformed(reason) => Line::Malformed(reason),
            Class::Record(outcome) => Line::Record(Record {
                outcome,
                code: if outcome == Outcome::Ok { "" } else { &self.code },
                message: if outcome == Outcome::Ok { "" } else { &self.message },
                request_id: self.request_id.as_deref(),
                context: Context {
                    time: self.time.map(|seconds| Nanos(seconds * 1_000_000_000 + 5)),
                    service: self.service.as_deref(),
                    action: self.action.as_deref(),
                    region: self.region.as_deref(),
                    duration_ns: self.duration_ns,
                    status: None,
                },
                by: &by,
                form: Form::Envelope,
                pointer: Some(""),
            }),
        };
        see(&line, anomalies)
    }

    fn failure(code: impl Into<String>, message: impl Into<String>) -> Self {
        let (code, message) = (code.into(), message.into());
        Self { class: Class::Record(Outcome::Failed), code, message, ..Self::default() }
    }
}

fn class() -> impl Strategy<Value = Class> {
    prop_oneof![
        1 => Just(Class::Blank),
        1 => Just(Class::NoEnvelope),
        1 => select(Reason::ALL.to_vec()).prop_map(Class::Malformed),
        3 => Just(Class::Record(Outcome::Ok)),
        6 => Just(Class::Record(Outcome::Failed)),
        1 => Just(Class::Record(Outcome::DryRun)),
    ]
}

fn one_of(words: &'static [&'static str]) -> impl Strategy<Value = Option<String>> {
    prop::option::of(select(words).prop_map(str::to_owned))
}

fn time() -> impl Strategy<Value = Option<i64>> {
    // From 2010 to 2100, most of them within a day.
    prop::option::of(prop_oneof![4 => 1_795_000_000..1_795_086_400_i64, 1 => 1_262_304_000..4_102_444_800_i64])
}

pub fn said() -> impl Strategy<Value = Said> {
    let code = select(
        &[
            "InternalError",
            "(none)",
            "ResourceBusy.Disk",
            "Made.Up",
            "Made.Up.Too",
            "DryRunOperation",
            "RequestLimitExceeded",
        ][..],
    );
    let message =
        select(&["", "disk disk-abcd1234 is busy", "disk disk-wxyz9876 is busy", "no", "timeout after 31 ms"][..]);
    let id = prop::option::of((0..40_u32).prop_map(|number| format!("id-{number:04}")));
    let context = (
        time(),
        one_of(&["cvm", "cbs", ""]),
        one_of(&["AttachDisks", "RunInstances"]),
        one_of(&["ap-guangzhou", "ap-shanghai"]),
        prop::option::of(prop_oneof![0..5_000_000_000_u64, any::<u64>()]),
    );
    let by = prop::collection::vec(one_of(&["blue", "green"]), 2);
    let anomaly = prop::option::weighted(0.2, select(Anomaly::ALL.to_vec()));
    (class(), code, message, id, context, by, anomaly).prop_map(
        |(class, code, message, request_id, (time, service, action, region, duration_ns), by, anomaly)| Said {
            class,
            code: code.into(),
            message: message.into(),
            request_id,
            time,
            service,
            action,
            region,
            duration_ns,
            by,
            anomaly,
        },
    )
}

/// Lines with their places, dealt out in chunks of inputs.
#[derive(Clone, Debug)]
pub struct Chunk {
    input: u32,
    bytes: Range<u64>,
    lines: Vec<(Origin, Said)>,
}

/// Cuts lines into chunks of these lengths, and deals the chunks to three inputs.
pub fn chunks(lines: &[Said], lengths: &[(usize, u32)]) -> Vec<Chunk> {
    let mut chunks = Vec::new();
    let mut ends = [0_u64; 3];
    let mut rest = lines;
    let mut lengths = lengths.iter().cycle();
    while !rest.is_empty() {
        let &(length, input) = lengths.next().unwrap();
        let (these, others) = rest.split_at(length.clamp(1, rest.len()));
        rest = others;
        let offset = &mut ends[input as usize];
        let start = *offset;
        let place = |(line, said): (usize, &Said)| {
            let origin = Origin { input, offset: *offset, chunk_offset: start, line: line as u64 };
            *offset += 100;
            (origin, said.clone())
        };
        let lines = these.iter().enumerate().map(place).collect();
        chunks.push(Chunk { input, bytes: start..*offset, lines });
    }
    chunks
}

/// The window of time that tells which lines lie elsewhere.
const WINDOW: (Nanos, Nanos) = (Nanos(1_795_030_000_000_000_000), Nanos(1_795_060_000_000_000_000));

fn observe(fold: &mut Fold, chunk: &Chunk) {
    for (origin, said) in &chunk.lines {
        said.show(|line, anomalies| {
            if let Line::Record(Record { context: Context { time: Some(time), .. }, .. }) = line {
                fold.side(Side::of(*time, Some(WINDOW.0), Some(WINDOW.1)), *time);
            }
            fold.observe(line, anomalies, *origin);
        });
    }
    fold.chunk(chunk.input, &chunk.bytes, chunk.lines.len() as u64);
}

/// The inputs that all chunks come from.
const INPUTS: [&str; 3] = ["00.ndjson", "01.ndjson", "02.ndjson"];

fn ids(names: &[&str]) -> Vec<InputId> {
    names.iter().map(|&name| InputId { path: name.to_owned(), identity: Some(7) }).collect()
}

fn summary(chunks: &[Chunk]) -> Summary {
    summary_within(Bounds::default(), chunks)
}

pub fn summary_within(bounds: Bounds, chunks: &[Chunk]) -> Summary {
    ranked(bounds, chunks, [0, 1, 2], &INPUTS)
}

/// Hours of a zone, and a point in time that lies between the times of most lines.
fn counting() -> Counting {
    let zone = Zone::parse("America/St_Johns").unwrap();
    Counting { calendar: Calendar::new(zone, true), split: Some(Nanos(1_795_040_000_000_000_000)), apart: false }
}

/// The summary of a run in which the three inputs have these ranks among these names.
fn ranked(bounds: Bounds, chunks: &[Chunk], ranks: [u32; 3], names: &[&str]) -> Summary {
    let mut fold = Fold::new(bounds).counting(counting()).in_window();
    for chunk in chunks {
        let mut chunk = chunk.clone();
        chunk.input = ranks[chunk.input as usize];
        chunk.lines.iter_mut().for_each(|(origin, _)| origin.input = ranks[origin.input as usize]);
        observe(&mut fold, &chunk);
    }
    fold.finish(ids(names))
}

/// The summary of a run that knows of no other inputs than those of these chunks.
pub fn summary_alone(chunks: &[Chunk]) -> Summary {
    let is_there = |input: u32| chunks.iter().any(|chunk| chunk.input == input);
    let names: Vec<_> = (0..).zip(INPUTS).filter(|&(input, _)| is_there(input)).map(|(_, name)| name).collect();
    let ranks = [0, 1, 2].map(|input| (0..input).filter(|&input| is_there(input)).count() as u32);
    ranked(Bounds::default(), chunks, ranks, &names)
}

/// The report without the rows of the inputs.
fn but_for_inputs(summary: &Summary) -> Value {
    let mut report: Value = serde_json::from_str(&report_of(summary)).unwrap();
    report.as_object_mut().unwrap().remove("inputs");
    report
}

fn folded(mut left: Fold, right: Fold) -> Fold {
    left.merge(right);
    left
}

pub fn merged(mut left: Summary, right: Summary) -> Summary {
    left.merge(right);
    left
}

pub fn lengths() -> impl Strategy<Value = Vec<(usize, u32)>> {
    prop::collection::vec((1..6_usize, 0..3_u32), 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    /// As threads do it: each takes chunks as they come, and the parts merge as they are done.
    #[test]
    fn however_chunks_are_dealt_out_the_report_is_the_same(
        lines in prop::collection::vec(said(), 0..60),
        lengths in lengths(),
        threads in prop::collection::vec((0..4_usize, any::<Index>()), 60),
        merges in prop::collection::vec((any::<Index>(), any::<Index>()), 8),
    ) {
        let mut chunks = chunks(&lines, &lengths);
        let expected = report_of(&summary(&chunks));
        // The last part stays empty.
        let mut parts = vec![Fold::default().counting(counting()).in_window(); 5];
        for (thread, next) in threads {
            if chunks.is_empty() {
                break;
            }
            let chunk = chunks.swap_remove(next.index(chunks.len()));
            observe(&mut parts[thread], &chunk);
        }
        for (left, right) in merges {
            let left = parts.swap_remove(left.index(parts.len()));
            let Some(place) = (!parts.is_empty()).then(|| right.index(parts.len())) else {
                parts.push(left);
                break;
            };
            let right = parts.swap_remove(place);
            parts.push(folded(left, right));
        }
        let whole = parts.into_iter().fold(Fold::default(), folded);
        prop_assert_eq!(report_of(&whole.finish(ids(&INPUTS))), expected);
    }

    #[test]
    fn merging_summaries_has_an_identity_and_knows_no_order(
        lines in prop::collection::vec(said(), 0..60),
        lengths in lengths(),
        cuts in any::<[Index; 2]>(),
    ) {
        let chunks = chunks(&lines, &lengths);
        let mut cuts = cuts.map(|cut| cut.index(chunks.len() + 1));
        cuts.sort_unstable();
        let [a, b, c] = [&chunks[..cuts[0]], &chunks[cuts[0]..cuts[1]], &chunks[cuts[1]..]].map(summary);
        let whole = report_of(&summary(&chunks));
        prop_assert_eq!(&report_of(&merged(merged(a.clone(), b.clone()), c.clone())), &whole);
        prop_assert_eq!(&report_of(&merged(a.clone(), merged(b.clone(), c.clone()))), &whole);
        prop_assert_eq!(&report_of(&merged(c, merged(b.clone(), a.clone()))), &whole);
        prop_assert_eq!(report_of(&merged(a.clone(), Summary::default())), report_of(&a));
        prop_assert_eq!(report_of(&merged(Summary::default(), b.clone())), report_of(&b));
    }

    /// What is chosen depends on the order of the inputs, never on how many others there are.
    #[test]
    fn a_monotone_renumbering_of_inputs_keeps_every_choice(
        lines in prop::collection::vec(said(), 0..60),
        lengths in lengths(),
    ) {
        let chunks = chunks(&lines, &lengths);
        let names = ["!", "00.ndjson", "00.no", "01.ndjson", "01.no", "01.nop", "02.ndjson", "~"];
        let renumbered = ranked(Bounds::default(), &chunks, [1, 3, 6], &names);
        prop_assert_eq!(but_for_inputs(&renumbered), but_for_inputs(&summary(&chunks)));
        let mut both = summary_alone(&[]);
        both.merge(renumbered.clone());
        prop_assert_eq!(report_of(&both), report_of(&renumbered));
    }

    /// Summaries of runs that gave the same inputs other ranks, and had others.
    #[test]
    fn inputs_are_the_same_by_path_and_identity(
        lines in prop::collection::vec(said(), 0..60),
        lengths in lengths(),
        cuts in any::<[Index; 2]>(),
    ) {
        let chunks = chunks(&lines, &lengths);
        let mut cuts = cuts.map(|cut| cut.index(chunks.len() + 1));
        cuts.sort_unstable();
        let [a, b, c] = [&chunks[..cuts[0]], &chunks[cuts[0]..cuts[1]], &chunks[cuts[1]..]].map(summary_alone);
        let whole = report_of(&summary_alone(&chunks));
        prop_assert_eq!(&report_of(&merged(merged(a.clone(), b.clone()), c.clone())), &whole);
        prop_assert_eq!(&report_of(&merged(c, merged(b, a))), &whole);
    }

    #[test]
    fn every_aggregate_is_a_commutative_monoid(
        lines in prop::collection::vec(said(), 0..40),
        cuts in any::<[Index; 2]>(),
    ) {
        let records: Vec<_> = chunks(&lines, &[(1000, 0)]).into_iter().flat_map(|chunk| chunk.lines).collect();
        let mut cuts = cuts.map(|cut| cut.index(records.len() + 1));
        cuts.sort_unstable();
        let parts = [&records[..cuts[0]], &records[cuts[0]..cuts[1]], &records[cuts[1]..]];
        obeys::<Span>(&parts, |span| format!("{span:?}"));
        obeys::<MissingIds>(&parts, |missing| format!("{missing:?}"));
        obeys::<DistinctIds>(&parts, |ids| ids.count().to_string());
        obeys::<Overlap>(&parts, |overlap| format!("{overlap:?}"));
        obeys::<Timeline>(&parts, |timeline| format!("{:?}", timeline.buckets(60)));
        obeys::<CallRates>(&parts, |rates| {
            let mut seconds: Vec<_> = rates.iter().map(|it| (it.second, it.of, it.code, it.calls)).collect();
            seconds.sort();
            format!("{seconds:?}")
        });
        obeys::<Half>(&parts, |half| {
            let codes = told(&half.codes, debug);
            format!("{:?} {codes} {}", half.calls, figures(&half.latency.all()))
        });
        obeys::<Latency>(&parts, |latency| format!("{} {} {}", figures(&latency.all()), figures(&latency.ok), figures(&latency.failed)));
        obeys::<Groups>(&parts, |groups| {
            let actions = told(groups.actions(), |action| format!("{:?} {}", action.calls, figures(&action.durations)));
            let by: Vec<_> = groups.by().map(|table| told(table, debug)).collect();
            format!("{actions} {} {} {by:?}", told(groups.services(), debug), told(groups.regions(), debug))
        });
        obeys::<Codes>(&parts, |codes| {
            let kept: BTreeMap<_, _> = codes.iter().map(|(name, code)| (name, told_code(code))).collect();
            format!("{kept:#?} {:?}", codes.rest().map(|rest| (rest.count, rest.first, rest.last)))
        });
        obeys::<DailyMagnitudes>(&parts, |magnitudes| {
            let mut settled = magnitudes.clone();
            settled.settle();
            format!("{settled:?} {:?}", magnitudes.jump())
        });
        for period in Period::ALL {
            obeys::<Days>(&parts, |days| format!("{:?}", days.by(period)));
        }
    }

    /// Where bounds are hit as well: how chunks are dealt out and merge changes nothing.
    #[test]
    fn merging_knows_no_order_where_bounds_are_hit(
        lines in prop::collection::vec(varied(), 0..80),
        lengths in lengths(),
        bounds in tiny_bounds(),
        cuts in any::<[Index; 2]>(),
    ) {
        let chunks = chunks(&lines, &lengths);
        let mut cuts = cuts.map(|cut| cut.index(chunks.len() + 1));
        cuts.sort_unstable();
        let of = |chunks: &[Chunk]| summary_within(bounds, chunks);
        let [a, b, c] = [&chunks[..cuts[0]], &chunks[cuts[0]..cuts[1]], &chunks[cuts[1]..]].map(of);
        let told = |summary: &Summary| {
            let kept: BTreeMap<_, _> = summary.codes.iter().map(|(name, code)| (name, told_code(code))).collect();
            let rest = summary.codes.rest().map(|rest| (rest.count, rest.first, rest.last));
            format!("{kept:#?} {rest:?}")
        };
        let whole = told(&of(&chunks));
        let reversed: Vec<_> = chunks.iter().rev().cloned().collect();
        prop_assert_eq!(&told(&of(&reversed)), &whole);
        prop_assert_eq!(&told(&merged(merged(a.clone(), b.clone()), c.clone())), &whole);
        prop_assert_eq!(&told(&merged(a.clone(), merged(b.clone(), c.clone()))), &whole);
        prop_assert_eq!(&told(&merged(c, merged(b, a))), &whole);
        let codes = of(&chunks).codes;
        let messages: usize = codes.iter().map(|(_, code)| code.variants.len()).sum();
        let names: usize =
            codes.iter().map(|(_, code)| code.services.len() + code.actions.len() + code.regions.len()).sum();
        let seconds = codes.shared_seconds();
        let buckets: usize = codes.iter().map(|(_, code)| code.timeline.buckets(seconds).1.len()).sum();
        prop_assert!(messages <= bounds.messages && names <= bounds.names);
        prop_assert!(buckets <= bounds.buckets.max(codes.iter().count()));
        prop_assert!(codes.iter().all(|(_, code)| code.variants.len() <= bounds.messages_each));
        prop_assert!(codes.iter().all(|(_, code)| code.timeline.len() <= bounds.buckets_each));
    }

    #[test]
    fn a_bounded_table_keeps_the_smallest_hashes_whatever_comes_first(
        names in prop::collection::vec(0..40_u32, 0..200),
        cut in any::<Index>(),
        cap in 0..12_usize,
    ) {
        let names: Vec<_> = names.into_iter().map(|name| format!("name {name}")).collect();
        let mut counts = BTreeMap::<&str, u64>::new();
        names.iter().for_each(|name| *counts.entry(name).or_default() += 1);
        let mut ranked: Vec<_> = counts.into_iter().collect();
        ranked.sort_by_key(|(name, _)| xxh3_64(name.as_bytes()));
        let rest: Vec<_> = ranked.split_off(cap.min(ranked.len()));
        let rest = (!rest.is_empty()).then(|| rest.iter().map(|(_, count)| count).sum::<u64>());
        let counted = |names: &mut dyn Iterator<Item = &String>| {
            let mut table = Bounded::<u64>::new(cap);
            names.for_each(|name| *table.entry(name, Cow::Borrowed, add) += 1);
            table
        };
        let (left, right) = names.split_at(cut.index(names.len() + 1));
        let mut halves = counted(&mut left.iter());
        halves.merge(counted(&mut right.iter()), add);
        let mut swapped = counted(&mut right.iter());
        swapped.merge(counted(&mut left.iter()), add);
        let tables = [counted(&mut names.iter()), counted(&mut names.iter().rev()), halves, swapped];
        for table in tables {
            let mut kept: Vec<_> = table.iter().map(|(name, &count)| (name, count)).collect();
            kept.sort_by_key(|(name, _)| xxh3_64(name.as_bytes()));
            prop_assert_eq!(&kept, &ranked);
            prop_assert_eq!(table.rest().copied(), rest);
        }
    }
}

const fn add(count: &mut u64, more: u64) {
    *count += more;
}

/// Holds an aggregate to the laws on three parts; `told` says everything that it knows.
fn obeys<A: Aggregate>(parts: &[&[(Origin, Said)]; 3], told: impl Fn(&A) -> String) {
    let of = |records: &[&[(Origin, Said)]]| {
        let mut aggregate = A::default();
        for (origin, said) in records.iter().copied().flatten() {
            said.show(|line, _| {
                if let Line::Record(record) = line {
                    aggregate.observe(record, *origin);
                }
            });
        }
        aggregate
    };
    let plus = |mut left: A, right: A| {
        left.merge(right);
        left
    };
    let [a, b, c] = *parts;
    let (name, whole) = (std::any::type_name::<A>(), told(&of(parts)));
    assert_eq!(told(&of(&[c, a, b])), whole, "{name}: in any order");
    assert_eq!(told(&plus(plus(of(&[a]), of(&[b])), of(&[c]))), whole, "{name}: (a + b) + c");
    assert_eq!(told(&plus(of(&[a]), plus(of(&[b]), of(&[c])))), whole, "{name}: a + (b + c)");
    assert_eq!(told(&plus(of(&[c, b]), of(&[a]))), whole, "{name}: cb + a");
    assert_eq!(told(&plus(of(parts), A::default())), whole, "{name}: abc + nothing");
    assert_eq!(told(&plus(A::default(), of(parts))), whole, "{name}: nothing + abc");
}

fn debug(value: &impl Debug) -> String {
    format!("{value:?}")
}

fn figures<const DIGITS: u8>(durations: &Durations<DIGITS>) -> String {
    format!("{:?}", durations.quantiles())
}

/// What a bounded table knows.
fn told<V: Default>(table: &Bounded<V>, entry: impl Fn(&V) -> String) -> String {
    let kept: BTreeMap<_, _> = table.iter().map(|(name, value)| (name, entry(value))).collect();
    format!("{kept:?} {:?}", table.rest().map(&entry))
}

fn told_code(code: &Code) -> String {
    let Code { count, first, last, slots, variants, timeline, days, services, actions, regions, by, .. } = code;
    let names = |table: &Kept<u64>| {
        let kept: BTreeMap<_, _> = table.iter().collect();
        format!("{kept:?} {:?}", table.rest())
    };
    let by: Vec<_> = by.iter().map(names).collect();
    let days: Vec<_> = Period::ALL.map(|period| days.by(period).collect::<Vec<_>>()).to_vec();
    format!(
        "{count} {first:?} {last:?} {slots:?} {:?} {:?} {:?} {:?} {days:?} {} {} {} {by:?}",
        code.ranked_variants(),
        variants.rest(),
        timeline.shared_seconds(),
        timeline.buckets(60),
        names(services),
        names(actions),
        names(regions),
    )
}

/// Bounds that a few lines reach.
pub fn tiny_bounds() -> impl Strategy<Value = Bounds> {
    (1..4_usize, 0..9_usize, 1..4_usize, 0..12_usize, 1..24_usize, 1..8_usize, 1..24_usize, 0..400_usize).prop_map(
        |(unlisted, messages, messages_each, names, buckets, buckets_each, days, call_names)| Bounds {
            unlisted,
            messages,
            messages_each,
            names,
            buckets,
            buckets_each,
            days,
            call_names,
        },
    )
}

/// Failures of many codes, with many messages and names, over many days.
pub fn varied() -> impl Strategy<Value = Said> {
    let code = select(&["InternalError", "ResourceBusy.Disk", "Made.Up", "Made.Too", "Made.Three", "Made.Four"][..]);
    let message = select(
        &["", "no", "yes", "disk (5c398963dc6e)", "disk (123456789012)", "disk ins-12345678", "it failed", "gone"][..],
    );
    let id = prop::option::weighted(0.9, (0..400_u32).prop_map(|number| format!("id-{number:04}")));
    let context = (
        prop::option::of(1_795_000_000..1_796_000_000_i64),
        one_of(&["cvm", "cbs", "cls"]),
        one_of(&["AttachDisks", "RunInstances", "Other"]),
        one_of(&["ap-guangzhou", "ap-shanghai"]),
    );
    (code, message, id, context).prop_map(|(code, message, request_id, (time, service, action, region))| Said {
        request_id,
        time,
        service,
        action,
        region,
        ..Said::failure(code, message)
    })
}

/// The report of these lines when they come in this order, and when they come in four parts from the last to the first.
fn both_ways(lines: &[Said]) -> Value {
    let chunks = chunks(lines, &[(lines.len().div_ceil(4), 0)]);
    let forward = report_of(&summary(&chunks));
    let backward = chunks.iter().rev().map(|chunk| {
        let mut reversed = chunk.clone();
        reversed.lines.reverse();
        summary(&[reversed])
    });
    assert!(forward == report_of(&backward.fold(Summary::default(), merged)), "the order matters");
    serde_json::from_str(&forward).unwrap()
}

/// The names with the smallest hashes, sorted.
fn smallest(names: impl Iterator<Item = String>, cap: usize) -> Vec<String> {
    let mut names: Vec<_> = names.collect();
    names.sort_by_key(|name| xxh3_64(name.as_bytes()));
    names.truncate(cap);
    names.sort();
    names
}

/// The sorted names in a list of the report, and the count of the row `(other)`.
fn rows(report: &Value, list: &str, name: &str, count: &str) -> (Vec<String>, Option<u64>) {
    let mut names = Vec::new();
    let mut other = None;
    for row in report[list].as_array().unwrap() {
        match row[name].as_str().unwrap() {
            "(other)" => other = row[count].as_u64(),
            name => names.push(name.to_owned()),
        }
    }
    names.sort();
    (names, other)
}

#[test]
fn of_unlisted_codes_4096_are_kept_and_listed_ones_always() {
    let code = |number: usize| format!("Made.Up{number}");
    let mut lines: Vec<_> = (0..5000).map(|number| Said::failure(code(number), "")).collect();
    lines.extend((0..10).map(|_| Said::failure("InternalError", "")));
    lines.extend((0..5).map(|_| Said::failure("(none)", "")));
    let report = both_ways(&lines);
    let mut expected = smallest((0..5000).map(code), 4096);
    expected.extend(["InternalError".to_owned(), "(none)".to_owned()]);
    expected.sort();
    assert_eq!(rows(&report, "codes", "code", "count"), (expected, Some(5000 - 4096)));
    assert_eq!(report["approximate"], true);
    let other = report["codes"].as_array().unwrap().iter().find(|row| row["code"] == "(other)").unwrap();
    assert_eq!((&other["kind"], &other["class"]), (&"api".into(), &"unknown".into()));
    assert_eq!(both_ways(&lines[4096..])["approximate"], false);
}

#[test]
fn of_services_regions_and_actions_the_smallest_hashes_are_kept() {
    let name = |number: usize| format!("name{number}");
    let lines: Vec<_> = (0..5000)
        .map(|number| Said {
            class: Class::Record(if number % 2 == 0 { Outcome::Ok } else { Outcome::Failed }),
            code: "InternalError".into(),
            service: Some(name(number)),
            region: Some(name(number)),
            action: Some("Act".into()),
            ..Said::default()
        })
        .collect();
    let report = both_ways(&lines);
    for list in ["services", "regions"] {
        let (names, _) = rows(&report, list, list.trim_end_matches('s'), "ok");
        assert_eq!(names, smallest((0..5000).map(name), 1024), "{list}");
        let other = report[list].as_array().unwrap().iter().find(|row| row[list.trim_end_matches('s')] == "(other)");
        let calls = other.map(|row| row["ok"].as_u64().unwrap() + row["failed"].as_u64().unwrap());
        assert_eq!(calls, Some(5000 - 1024), "{list}");
    }
    let actions = report["actions"].as_array().unwrap();
    assert_eq!(actions.len(), 4097);
    assert_eq!(actions[0]["action"], "(other)");
    assert_eq!(
        actions.iter().map(|row| row["ok"].as_u64().unwrap() + row["failed"].as_u64().unwrap()).sum::<u64>(),
        5000
    );
    assert_eq!(report["approximate"], true);
}

#[test]
fn of_the_variants_of_a_message_64_are_kept() {
    let letters = |number: usize| {
        format!("it is {}", "qwxzvjkp".chars().cycle().skip(number % 8).take(3 + number / 8).collect::<String>())
    };
    let lines: Vec<_> = (0..100).map(|number| Said::failure("InternalError", letters(number))).collect();
    let report = both_ways(&lines);
    let messages = report["codes"][0]["messages"].as_array().unwrap();
    assert_eq!(messages.len(), 65, "{messages:?}");
    assert_eq!((&messages[64]["text"], &messages[64]["count"]), (&"(other)".into(), &36.into()));
    assert_eq!(report["approximate"], true);
    assert_eq!(both_ways(&lines[..64])["approximate"], false);
}

#[test]
fn names_in_the_log_that_look_like_rows_of_the_report_make_nothing_approximate() {
    let report = both_ways(&[Said::failure("(other)", "(other)"), Said::failure("InternalError", "(other)")]);
    assert_eq!(report["approximate"], false);
    assert_eq!(report["codes"].as_array().unwrap().len(), 2);
}

#[test]
fn distinct_ids_are_exact_to_4096_and_then_within_two_per_cent() {
    for count in [0, 1, 4096, 32_767, 32_768, 32_769, 70_000, 300_000] {
        let mut halves = [DistinctIds::default(), DistinctIds::default()];
        for number in 0..count {
            let id = format!("{number:08x}-0000");
            let said = Said { class: Class::Record(Outcome::Ok), request_id: Some(id), ..Said::default() };
            said.show(|line, _| {
                let Line::Record(record) = line else { return };
                halves[number % 2].observe(record, Origin::default());
                if number % 3 == 0 {
                    halves[1 - number % 2].observe(record, Origin::default());
                }
            });
        }
        let [mut both, other] = halves;
        both.merge(other);
        let told = both.count() as f64;
        let allowed = if count <= 4096 { 0.0 } else { 0.02 * count as f64 };
        assert!((told - count as f64).abs() <= allowed, "{told} of {count}");
    }
}

#[test]
fn a_timeline_has_at_most_512_buckets_that_begin_at_multiples_of_their_width() {
    let at = |time| Said { class: Class::Record(Outcome::Ok), time: Some(time), ..Said::default() };
    let start = 1_795_000_020;
    for (seconds, width) in
        [(0, 60), (59, 60), (511 * 60 + 59, 60), (512 * 60, 120), (86_400, 240), (400_000_000, 983_040)]
    {
        let report = both_ways(&[at(start), at(start + seconds), at(start + seconds / 2)]);
        let timeline = &report["timeline"];
        assert_eq!(timeline["bucket_seconds"], width, "{seconds}");
        let buckets = timeline["buckets"].as_array().unwrap();
        let expected = (start + seconds).div_euclid(width) - start.div_euclid(width) + 1;
        assert_eq!(buckets.len() as i64, expected, "{seconds}");
        assert!(buckets.len() <= 512, "{seconds}");
        assert_eq!(buckets.iter().map(|bucket| bucket["ok"].as_u64().unwrap()).sum::<u64>(), 3);
        let first = Nanos(start.div_euclid(width) * width * 1_000_000_000).to_string();
        assert_eq!(buckets[0]["start"], first, "{seconds}");
    }
}
