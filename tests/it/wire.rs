//! A summary that was written and read is the one that was written. Files that are anything else are refused, and cannot
//! ask for much memory.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree;
use resplog::internals::foreign::{Cloud, Foreign};
use resplog::internals::input::Facts;
use resplog::internals::partial::filed::Filed;
use resplog::internals::partial::merge::Merger;
use resplog::internals::partial::pieces::Pieces;
use resplog::internals::partial::wire::{MAGIC, VERSION, WireError, decode, encode};
use resplog::internals::partial::{Held, Partial};
use resplog::internals::summary::Summary;
use resplog::internals::summary::fold::Fold;
use resplog::internals::summary::inputs::InputId;
use resplog::record::{Anomalies, Context, Form, Line, Origin, Outcome, Record};
use resplog::time::Nanos;
use xxhash_rust::xxh3::xxh3_128;

use crate::laws::{Chunk, chunks, lengths, merged, said, summary_alone, summary_within, tiny_bounds, varied};
use crate::library::report_of;
use crate::scanners::cases;

fn partial(summary: Summary) -> Partial {
    let read = Facts { bytes: 7, foreign: Some(Foreign::OtherCloud(Cloud::Huawei)), ..Facts::default() };
    let inputs = vec![Held { read, size: 9, pieces: Pieces::of(2..9) }; summary.inputs.len()];
    let settings = BTreeMap::from([("max-line".into(), "16M".into())]);
    Partial { settings, by: vec!["app=/app".to_owned()], inputs, summary, ..Partial::default() }
}

fn written(summary: &Summary) -> Vec<u8> {
    encode(&partial(summary.clone())).unwrap()
}

/// Bytes with another body and a checksum that is right.
fn forged(is_packed: u8, length: u64, body: &[u8]) -> Vec<u8> {
    let mut bytes = [&MAGIC[..], &VERSION.to_le_bytes(), &[is_packed], &length.to_le_bytes(), body].concat();
    bytes.extend(xxh3_128(&bytes).to_le_bytes());
    bytes
}

fn body(bytes: &[u8]) -> Vec<u8> {
    let held = &bytes[19..bytes.len() - 16];
    if bytes[10] == 0 {
        return held.to_vec();
    }
    let mut body = vec![0; u64::from_le_bytes(bytes[11..19].try_into().unwrap()) as usize];
    zstd_safe::decompress(body.as_mut_slice(), held).unwrap();
    body
}

/// A summary with something in every table.
fn full() -> Summary {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let lines = prop::collection::vec(said(), 60).new_tree(&mut runner).unwrap().current();
    summary_alone(&chunks(&lines, &[(3, 0), (5, 2)]))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases() / 4))]

    #[test]
    fn what_is_written_is_read(
        lines in prop::collection::vec(said(), 0..60),
        lengths in lengths(),
        cut in any::<Index>(),
    ) {
        let chunks = chunks(&lines, &lengths);
        let (left, right) = chunks.split_at(cut.index(chunks.len() + 1));
        let of = |chunks: &[Chunk]| summary_alone(chunks);
        let whole = of(&chunks);
        let bytes = written(&whole);
        let read = decode(&bytes).unwrap();
        prop_assert_eq!(&encode(&read).unwrap(), &bytes);
        prop_assert_eq!(report_of(&read.summary), report_of(&whole));
        prop_assert_eq!(&read.inputs, &partial(whole.clone()).inputs);
        // Parts that travelled merge to the same bytes.
        let [left, right] = [left, right].map(|part| decode(&written(&of(part))).unwrap().summary);
        prop_assert_eq!(&written(&merged(left.clone(), right.clone())), &bytes);
        // What is added up of parts are the sums of the whole.
        prop_assert_eq!(written(&merged(left.sums(), right.sums())), written(&whole.sums()));
        prop_assert_eq!(&written(&merged(right, left)), &bytes);
    }

    #[test]
    fn what_is_written_is_read_where_bounds_are_hit(
        lines in prop::collection::vec(varied(), 0..80),
        lengths in lengths(),
        bounds in tiny_bounds(),
        cut in any::<Index>(),
    ) {
        let chunks = chunks(&lines, &lengths);
        let (left, right) = chunks.split_at(cut.index(chunks.len() + 1));
        let whole = summary_within(bounds, &chunks);
        let bytes = written(&whole);
        prop_assert_eq!(&encode(&decode(&bytes).unwrap()).unwrap(), &bytes);
        let [left, right] = [left, right].map(|part| decode(&written(&summary_within(bounds, part))).unwrap().summary);
        prop_assert_eq!(written(&merged(right.sums(), left.sums())), written(&whole.sums()));
        prop_assert_eq!(&written(&merged(right, left)), &bytes);
    }

    /// Bytes that somebody made, with a checksum that is right, are a value in its one form, or refused.
    #[test]
    fn forged_bodies_are_refused_or_are_what_they_say(changes in prop::collection::vec((any::<Index>(), any::<u8>()), 1..4)) {
        let mut body = body(&written(&full()));
        for (place, byte) in changes {
            let place = place.index(body.len());
            body[place] = byte;
        }
        let bytes = forged(0, body.len() as u64, &body);
        if let Ok(read) = decode(&bytes) {
            prop_assert_eq!(self::body(&encode(&read).unwrap()), body);
            let _ = merged(read.summary.clone(), full());
        }
    }
}

#[test]
fn every_bit_flipped_and_every_prefix_is_refused() {
    let good = written(&full());
    decode(&good).unwrap();
    for place in 0..good.len() {
        assert!(decode(&good[..place]).is_err(), "cut at {place}");
        for bit in 0..8 {
            let mut bad = good.clone();
            bad[place] ^= 1 << bit;
            assert!(decode(&bad).is_err(), "bit {bit} of byte {place}");
        }
    }
    assert!(decode(&[&good[..], b"\n"].concat()).is_err());
}

/// The same as version 1 wrote it, without a list of files.
fn of_version_1(bytes: &[u8]) -> Vec<u8> {
    let (_, old) = body(bytes).split_last().map(|(last, old)| (*last, old.to_vec())).unwrap();
    let mut bytes = forged(0, old.len() as u64, &old);
    bytes.truncate(bytes.len() - 16);
    bytes[8] = 1;
    bytes.extend(xxh3_128(&bytes).to_le_bytes());
    bytes
}

/// What each input says alone is a frame of its own where that is large.
#[test]
fn a_large_summary_of_several_inputs_is_read() {
    let noise = |seed: u64| {
        let mut chance = seed;
        let mut next = move || {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            chance
        };
        let mut fold = Fold::default();
        for line in 0..60_000_u64 {
            let context = Context { duration_ns: Some(next() >> (next() % 40)), ..Context::default() };
            let id = format!("{:016x}", next());
            let record = Record {
                outcome: Outcome::Ok,
                code: "",
                message: "",
                request_id: Some(&id),
                context,
                by: &[],
                form: Form::Envelope,
                pointer: None,
            };
            let origin = Origin { input: 0, offset: 100 * line, chunk_offset: 0, line };
            fold.observe(&Line::Record(record), Anomalies::NONE, origin);
        }
        fold.chunk(0, &(0..6_000_000), 60_000);
        partial(fold.finish([InputId { path: format!("{seed}.log"), identity: Some(u128::from(seed)) }]))
    };
    let singles: Vec<_> = (1..=8).map(noise).collect();
    let merged = |order: &mut dyn Iterator<Item = &Partial>| {
        let mut merger = Merger::new(&singles[0]).keeping_apart();
        order.for_each(|single| {
            merger.add(Filed::decode(encode(single).unwrap()).unwrap()).unwrap();
        });
        merger.finish()
    };
    let whole = merged(&mut singles.iter());
    let bytes = encode(&whole).unwrap();
    assert!(bytes.len() > 1 << 21, "{} bytes", bytes.len());
    assert_eq!(encode(&decode(&bytes).unwrap()).unwrap(), bytes);
    assert_eq!(encode(&merged(&mut singles.iter().rev())).unwrap(), bytes);
    let each = decode(&bytes).unwrap().each().unwrap().unwrap();
    assert!(each.iter().zip(&singles).all(|(one, single)| encode(one).unwrap() == encode(single).unwrap()));
}

#[test]
fn what_version_1_wrote_is_read() {
    let now = written(&full());
    assert_eq!(encode(&decode(&of_version_1(&now)).unwrap()).unwrap(), now);
}

#[test]
fn what_version_1_wrote_of_one_input_is_kept_as_this_version_writes_it() {
    let single = |path: &str| partial(Fold::default().finish([InputId { path: path.to_owned(), identity: Some(7) }]));
    let now = encode(&single("a.log")).unwrap();
    let old = of_version_1(&now);
    let with_another = |file: &[u8]| {
        let mut merger = Merger::new(&single("")).keeping_apart();
        merger.add(Filed::decode(file.to_vec()).unwrap()).unwrap();
        merger.add(single("b.log")).unwrap();
        merger.finish()
    };
    let merged = with_another(&now);
    assert_eq!(encode(&with_another(&old)).unwrap(), encode(&merged).unwrap());
    let each = merged.each().unwrap().unwrap();
    assert_eq!(each.iter().map(|single| encode(single).unwrap()).next(), Some(now));
}

#[test]
fn a_newer_version_and_a_foreign_file_are_named() {
    let mut newer = forged(0, 0, b"");
    newer.truncate(newer.len() - 16);
    newer[8] = VERSION as u8 + 1;
    newer.extend(xxh3_128(&newer).to_le_bytes());
    assert_eq!(decode(&newer).unwrap_err(), WireError::Newer(VERSION + 1));
    assert_eq!(decode(b"{\"Response\":{}}").unwrap_err(), WireError::Foreign);
    assert_eq!(decode(b"").unwrap_err(), WireError::Foreign);
}

#[test]
fn a_small_file_cannot_ask_for_much() {
    let zeros = vec![0; 64 << 20];
    let mut packed = vec![0; zstd_safe::compress_bound(zeros.len())];
    let length = zstd_safe::compress(packed.as_mut_slice(), zeros.as_slice(), 19).unwrap();
    packed.truncate(length);
    assert!(packed.len() < 16 * 1024, "{} bytes", packed.len());
    for length in [0, 1, 64 << 10, 64 << 20, 1 << 30, u64::MAX] {
        assert!(matches!(decode(&forged(1, length, &packed)), Err(WireError::Damaged(_))), "{length}");
    }
    // Lengths inside of the body, each larger than all that follows.
    let body = body(&written(&full()));
    // The last byte ends a number, which may be any.
    for place in 0..body.len() - 1 {
        let mut body = body[..place].to_vec();
        body.extend([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]);
        assert!(decode(&forged(0, body.len() as u64, &body)).is_err(), "{place} of {}", body.len());
    }
}

/// As many actions and minutes as a gigabyte of a busy day has.
#[test]
fn a_summary_of_many_actions_is_small() {
    let mut fold = Fold::default();
    let lines = 300_000_u64;
    let mut chance = 7_u64;
    for number in 0..lines {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let action = format!("DescribeThings{}", chance >> 32 & 0x1ff);
        let id = format!("{number:08x}-5d02-4c6f-9f3e-{chance:016x}");
        let context = Context {
            time: Some(Nanos(1_795_000_000_000_000_000 + 288_000_000 * number as i64)),
            service: Some("cvm"),
            action: Some(&action),
            region: Some("ap-guangzhou"),
            duration_ns: Some(1_000_000 << (chance >> 60) | chance >> 40),
            status: None,
        };
        let is_failure = chance >> 20 & 0x1f == 0;
        let record = Record {
            outcome: if is_failure { Outcome::Failed } else { Outcome::Ok },
            code: if is_failure { "InternalError" } else { "" },
            message: if is_failure { "disk disk-1a2b3c4d is busy" } else { "" },
            request_id: Some(&id),
            context,
            by: &[],
            form: Form::Envelope,
            pointer: Some("/w"),
        };
        let origin = Origin { input: 0, offset: 300 * number, chunk_offset: 0, line: number };
        fold.observe(&Line::Record(record), Anomalies::NONE, origin);
    }
    fold.chunk(0, &(0..300 * lines), lines);
    let summary = fold.finish([InputId { path: "api.log".to_owned(), identity: Some(7) }]);
    let bytes = written(&summary);
    assert!(bytes.len() < 1_500_000, "{} bytes", bytes.len());
    assert_eq!(report_of(&decode(&bytes).unwrap().summary), report_of(&summary));
}
