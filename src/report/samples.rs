//! Three reports made by hand, for tests: an incident with context, a bare log, and nothing at all.

use std::collections::BTreeMap;

use crate::catalog;
use crate::input::{Compression, Framing, Status};
use crate::record::{LineClass, Outcome};
use crate::report::series::Series;
use crate::report::{
    Action, At, Breach, Bucket, By, Calls, Class, Code, CodeCount, Condition, Episode, FieldSample, Headline, Input,
    Latency, LookInto, Malformed, MalformedSample, Message, Ordered, Quantiles, READING, Region, Report, RequestId,
    SCHEMA, SeenRuns, Service, Span, StandsOut, Throttled, Timeline, Totals, Trend,
};
use crate::rule::Measure;
use crate::settings::Value;
use crate::summary::totals::{Counts, OutcomeCounts};
use crate::time::{NS_PER_SECOND, Nanos};

/// 2026-11-24T01:00:00+08:00.
const START_SECONDS: i64 = 1_795_453_200;

/// A report of no input at all.
pub fn empty() -> Report {
    let none = Quantiles::default;
    Report {
        schema: SCHEMA,
        reading: READING,
        verdict: Headline::default(),
        span: None,
        unidentified: Vec::new(),
        totals: Totals::default(),
        malformed: Malformed::default(),
        anomalies: BTreeMap::new(),
        episodes: Vec::new(),
        codes: Vec::new(),
        families: Vec::new(),
        classes: Vec::new(),
        services: Vec::new(),
        actions: Vec::new(),
        regions: Vec::new(),
        by: Vec::new(),
        timeline: Timeline::default(),
        series: Series::default(),
        latency: Latency { unit: "ms", all: none(), ok: none(), failed: none() },
        look_into: Vec::new(),
        inputs: Vec::new(),
        inputs_folded: 0,
        window: None,
        breaches: Vec::new(),
        filters: BTreeMap::new(),
        status: vec![Condition::Ok],
        hints: Vec::new(),
        approximate: false,
        stamp: None,
        compared: None,
        comparison: None,
        doubts: BTreeMap::new(),
        cumulative: None,
        unjudged: Vec::new(),
        unheard: Vec::new(),
    }
}

/// An input without a line.
pub fn input(path: &str) -> Input {
    Input {
        path: path.to_owned(),
        format: Framing::Lines,
        compression: Compression::None,
        envelope: vec![String::new()],
        forms: Ordered::default(),
        fields: BTreeMap::new(),
        bytes: 0,
        counts: Counts::default(),
        status: Status::Ok,
        error: None,
        unfinished: false,
        skipped: false,
        ends_elsewhere: false,
        lost_elsewhere: false,
    }
}

/// A code without failures.
pub fn code(name: &str) -> Code {
    Code {
        code: name.to_owned(),
        kind: catalog::Kind::Api,
        family: name.split('.').next().unwrap_or_default().to_owned(),
        class: catalog::Class::Provider,
        count: 0,
        share: 0.0,
        first: None,
        last: None,
        since: None,
        until: None,
        trend: None,
        seen_runs: None,
        times: None,
        muted: false,
        acknowledgement: None,
        stands_out: Vec::new(),
        throttled: Vec::new(),
        messages: Vec::new(),
        request_ids: Vec::new(),
    }
}

/// Where a record of a bare log stands.
pub fn at(input: &str, line: u64) -> At {
    At {
        input: input.to_owned(),
        line: Some(line),
        offset: 126 * (line - 1),
        time: None,
        service: None,
        action: None,
        region: None,
        duration_ms: None,
    }
}

fn seconds(after_start: i64) -> Nanos {
    Nanos((START_SECONDS + after_start) * NS_PER_SECOND)
}

fn calls(all: u64, failed: u64) -> Calls {
    Calls { ok: all - failed, failed, failure_rate: Some(failed as f64 / all as f64) }
}

fn quantiles(count: u64, p50: f64, p99: f64) -> Quantiles {
    Quantiles {
        count,
        p50: Some(p50),
        p90: Some(p50 * 2.0),
        p95: Some(p50 * 3.0),
        p99: Some(p99),
        p999: Some(p99 * 1.5),
        max: Some(p99 * 2.0),
    }
}

/// An hour of trouble in a wrapped log of three inputs, one of them cut.
pub fn incident() -> Report {
    let codes = incident_codes();
    let look_into = rounds(&codes);
    let classes = [
        (catalog::Class::Provider, 32_458),
        (catalog::Class::Throttle, 12_406),
        (catalog::Class::Capacity, 5_310),
        (catalog::Class::Auth, 3_118),
        (catalog::Class::Caller, 2_140),
    ];
    let mut report = Report {
        totals: Totals {
            counts: Counts::of(&[
                (LineClass::Blank, 504),
                (LineClass::Malformed, 41),
                (LineClass::NoEnvelope, 1_204),
                (LineClass::Ok, 4_755_229),
                (LineClass::Failed, 55_432),
                (LineClass::DryRun, 600),
            ]),
            responses: 4_811_261,
            bytes: 1_913_004_112,
            failure_rate: Some(55_432.0 / 4_810_661.0),
            failure_rate_bounds: Some([55_432.0 / 4_810_702.0, 55_473.0 / 4_810_702.0]),
            missing_request_id: OutcomeCounts::of(&[(Outcome::Ok, 3_021), (Outcome::Failed, 12)]),
            distinct_request_ids: 4_809_112,
            ..Totals::default()
        },
        malformed: malformed(&[("truncated", 38), ("utf8", 3)], "/var/log/tcapi/api-01.ndjson"),
        anomalies: BTreeMap::from([("duplicate_key", 12), ("null_error", 3)]),
        classes: classes.map(|(class, count)| Class { class, count }).to_vec(),
        services: [("cvm", 4_000_000, 20_000), ("cbs", 810_661, 35_432)]
            .map(|(service, all, failed)| Service { service: service.to_owned(), calls: calls(all, failed) })
            .to_vec(),
        actions: incident_actions(),
        regions: [("ap-beijing", 3_797_000, 14_211), ("ap-guangzhou", 1_013_661, 41_221)]
            .map(|(region, all, failed)| Region { region: region.to_owned(), calls: calls(all, failed) })
            .to_vec(),
        timeline: incident_timeline(),
        span: Some(Span {
            first: Nanos(START_SECONDS * NS_PER_SECOND),
            last: Nanos((START_SECONDS + 140 * 60 - 2) * NS_PER_SECOND),
        }),
        latency: Latency {
            unit: "ms",
            all: quantiles(4_811_261, 64.0, 1_204.0),
            ok: quantiles(4_755_229, 63.0, 812.0),
            failed: quantiles(55_432, 790.0, 30_004.0),
        },
        look_into,
        codes,
        inputs: incident_inputs(),
        status: vec![Condition::Input],
        ..empty()
    };
    report.totals.distinct_request_ids = 4_809_112;
    report
}

fn malformed(reasons: &[(&'static str, u64)], path: &str) -> Malformed {
    let samples = reasons.iter().flat_map(|&(reason, lines)| {
        (0..lines.min(10)).map(move |place| MalformedSample {
            input: path.to_owned(),
            line: Some(88 + 97 * place + lines),
            offset: 126 * place,
            reason,
        })
    });
    Malformed { reasons: Ordered(reasons.to_vec()), samples: samples.collect() }
}

fn incident_codes() -> Vec<Code> {
    let failed = 55_432.0;
    type Row = (&'static str, catalog::Class, u64, Option<Trend>, Option<i64>);
    let rows: [Row; 7] = [
        ("InternalError.ResourceOpFailed", catalog::Class::Provider, 31_847, Some(Trend::New), Some(6_060)),
        ("RequestLimitExceeded", catalog::Class::Throttle, 12_406, Some(Trend::Escalating), Some(6_180)),
        ("ResourceInsufficient.SpecifiedInstanceType", catalog::Class::Capacity, 5_310, Some(Trend::Steady), None),
        ("UnauthorizedOperation.PermissionDenied", catalog::Class::Auth, 3_118, Some(Trend::Steady), None),
        ("InvalidInstanceId.NotFound", catalog::Class::Caller, 2_140, Some(Trend::Easing), None),
        ("FailedOperation.RequestTimeout", catalog::Class::Provider, 611, Some(Trend::Escalating), Some(6_060)),
        ("InternalError.Forgotten", catalog::Class::Provider, 0, Some(Trend::Gone), None),
    ];
    let mut codes: Vec<Code> = rows
        .into_iter()
        .map(|(name, class, count, trend, since)| Code {
            class,
            count,
            share: count as f64 / failed,
            trend,
            since: since.map(seconds),
            ..code(name)
        })
        .collect();
    codes[0].stands_out = vec![
        StandsOut { field: "region".into(), value: "ap-guangzhou".into(), share: 0.991, share_of_all: 0.211 },
        StandsOut { field: "action".into(), value: "AttachDisks".into(), share: 0.94, share_of_all: 0.007 },
    ];
    codes[0].messages = vec![
        Message { text: "disk <resource> attach failed (<hex>)".into(), count: 30_000 },
        Message {
            text: "the operation of <resource> did not finish in <number> seconds, 请稍后重试; if it goes on, tell us"
                .into(),
            count: 1_847,
        },
    ];
    codes[1].messages =
        vec![Message { text: "Your current request rate exceeds the limit of <number>".into(), count: 12_406 }];
    codes[1].throttled = vec![Throttled {
        service: "cvm".to_owned(),
        action: "DescribeInstances".to_owned(),
        region: "ap-guangzhou".to_owned(),
        from_per_second: 41,
        peak_per_second: 61,
        refused: 11_020,
        calls: 43_210,
        is_sample: false,
    }];
    codes[4].muted = true;
    codes[5].seen_runs = Some(SeenRuns { seen: 10, runs: 30 });
    let ids = [
        (0, "first", "a7e786f4-5c73-47e6-8d37-0afe54a64aa6", 6_067, 812.0, "AttachDisks"),
        (0, "last", "5498c37c-ff95-4231-ab6c-bd6d22a359eb", 8_398, 731.0, "AttachDisks"),
        (0, "slowest", "0f3ac1de-77b1-4c39-9a55-2d1b6f0e8c41", 6_453, 30_004.0, "AttachDisks"),
        (0, "variant 2 of 2", "c2c9b4aa-1d0e-49f7-8f6b-90d7715e3a02", 6_730, 905.0, "DetachDisks"),
        (5, "slowest", "9d6e0c1b-3a58-4c0e-b9f2-6f1f3b7d2c88", 6_542, 60_000.0, "DescribeInstances"),
        (1, "first", "3be1f7d0-58c4-4f0a-8f53-0c6f7f2f9e15", 6_200, 98.0, "DescribeInstances"),
    ];
    for (place, (code, reason, id, after, ms, action)) in ids.into_iter().enumerate() {
        let at = At {
            time: Some(seconds(after)),
            service: Some("cbs".into()),
            action: Some(action.into()),
            region: Some("ap-guangzhou".into()),
            duration_ms: Some(ms),
            ..at("/var/log/tcapi/api-02.ndjson.gz", 881_204 + 7_919 * place as u64)
        };
        codes[code].request_ids.push(RequestId { request_id: id.into(), reason: reason.into(), at });
    }
    codes
}

/// The ids of all codes, one of each in turn.
pub fn rounds(codes: &[Code]) -> Vec<LookInto> {
    let rounds = codes.iter().map(|code| code.request_ids.len()).max().unwrap_or(0);
    let turn = |round| codes.iter().filter_map(move |code| Some((code, code.request_ids.get(round)?)));
    let ids = (0..rounds).flat_map(turn).map(|(code, id)| LookInto {
        request_id: id.request_id.clone(),
        code: code.code.clone(),
        class: code.class,
        reason: id.reason.clone(),
        at: id.at.clone(),
    });
    ids.take(20).collect()
}

fn incident_actions() -> Vec<Action> {
    let row = |action: &str, all, failed, p50, p99| Action {
        service: Some(if action.contains("Disk") { "cbs" } else { "cvm" }.to_owned()),
        action: action.to_owned(),
        calls: calls(all, failed),
        latency: quantiles(all, p50, p99),
    };
    let mut actions = vec![
        row("DescribeInstances", 902_440, 11_910, 61.0, 410.0),
        row("AttachDisks", 35_118, 29_936, 790.0, 29_600.0),
        row("RunInstances", 7_204, 5_310, 1_100.0, 4_200.0),
    ];
    actions.extend(
        (0..62).map(|place| row(&format!("DescribeThing{place}"), 61_000 + place, 100 + place % 7, 30.0, 90.0)),
    );
    actions
}

fn incident_timeline() -> Timeline {
    let bucket = |minute: i64| {
        let noise = (minute.unsigned_abs() * 7_919) % 23;
        let (all, failed) = match minute {
            52..54 => (0, 0),
            ..101 => (33_000 + 10 * noise, 120 + noise),
            101..106 => (37_000 + 10 * noise, 1_400 + 9 * noise),
            _ => (37_600 + 10 * noise, 900 + 5 * noise),
        };
        Bucket { start: seconds(60 * minute), ok: all - failed, failed }
    };
    Timeline { bucket_seconds: Some(60), outside: 0, buckets: (0..140).map(bucket).collect() }
}

fn incident_inputs() -> Vec<Input> {
    let field = |pointer: &str, sample: &str| FieldSample { pointer: pointer.into(), sample: sample.into() };
    let mut inputs: Vec<_> =
        ["/var/log/tcapi/api-01.ndjson", "/var/log/tcapi/api-02.ndjson.gz", "/var/log/tcapi/api-03.ndjson"]
            .map(input)
            .into();
    for input in &mut inputs {
        input.envelope = vec!["/response".into()];
        input.fields = BTreeMap::from([
            ("action", field("/request/action", "DescribeInstances")),
            ("duration", field("/cost_ms", "61 ms")),
            ("time", field("/ts", "2026-11-23T17:00:00Z")),
        ]);
    }
    inputs[1].status = Status::Incomplete;
    inputs[1].error = Some("ends inside a block after line 1204881".into());
    inputs[2].unfinished = true;
    inputs
}

/// Responses without any context, of many codes.
pub fn bare() -> Report {
    let path = "documented-responses.ndjson";
    let rows: [(&str, catalog::Class, u64, &str); 6] = [
        ("ResourceNotFound", catalog::Class::Caller, 60, "The resource does not exist."),
        ("InternalError", catalog::Class::Provider, 30, "内部错误，请稍后重试"),
        ("FailedOperation.QueryUpstreamAuthInfoFailedError", catalog::Class::Provider, 10, "query failed"),
        (
            "AuthFailure.SignatureFailure",
            catalog::Class::Auth,
            10,
            "The provided credentials could not be validated. Please ensure your signature is correct.",
        ),
        ("(none)", catalog::Class::Unknown, 4, ""),
        ("LimitExceeded.Cvm", catalog::Class::Quota, 1, "limit of <number> reached"),
    ];
    let mut line = 0;
    let codes: Vec<Code> = rows
        .into_iter()
        .map(|(name, class, count, message)| {
            line += 1_299;
            let id = |reason: &str, line: u64| RequestId {
                request_id: format!("ed93f3cb-f35e-473f-b9f3-0d45{line:08}"),
                reason: reason.into(),
                at: at(path, line),
            };
            let ids = if count > 1 { vec![id("first", line), id("last", line + 401)] } else { vec![id("first", line)] };
            let messages = if message.is_empty() { Vec::new() } else { vec![Message { text: message.into(), count }] };
            Code { class, count, share: count as f64 / 115.0, messages, request_ids: ids, ..code(name) }
        })
        .collect();
    Report {
        totals: Totals {
            counts: Counts::of(&[(LineClass::NoEnvelope, 5), (LineClass::Ok, 9_006), (LineClass::Failed, 115)]),
            responses: 9_121,
            bytes: 3_571_208,
            failure_rate: Some(115.0 / 9_121.0),
            failure_rate_bounds: Some([115.0 / 9_121.0; 2]),
            distinct_request_ids: 8_800,
            ..Totals::default()
        },
        classes: [
            (catalog::Class::Caller, 60),
            (catalog::Class::Provider, 40),
            (catalog::Class::Auth, 10),
            (catalog::Class::Unknown, 4),
            (catalog::Class::Quota, 1),
        ]
        .map(|(class, count)| Class { class, count })
        .to_vec(),
        look_into: rounds(&codes),
        codes,
        inputs: vec![Input { counts: Counts::of(&[(LineClass::Ok, 9_126)]), ..input(path) }],
        ..empty()
    }
}

/// The incident with everything that a report can say beside it.
pub fn everything() -> Report {
    let rule = |rule: &str, value, measure, values| Breach { rule: rule.into(), value, measure, values };
    let mut report = incident();
    report.breaches = vec![
        rule(
            "failure_rate > 1% and responses >= 200",
            0.011_5,
            Measure::FailureRate,
            vec![(Measure::FailureRate, Some(0.011_5)), (Measure::Responses, Some(4_811_261.0))],
        ),
        rule("new_codes > 0", 1.0, Measure::NewCodes, vec![(Measure::NewCodes, Some(1.0))]),
    ];
    report.filters = BTreeMap::from([
        ("region", Value::List(vec!["ap-beijing".into(), "ap-guangzhou".into()])),
        ("since", Value::Text("24h".into())),
        ("max_line", Value::Number(1_000_000)),
    ]);
    report.hints = vec![
        "inputs repeat each other: 4,811,261 records have about 4,809,112 different ids; --dedupe counts each once"
            .into(),
    ];
    report.totals.counts[LineClass::Filtered] = 1_000;
    report.totals.untimed = 7;
    report.approximate = true;
    report.codes[0].until = Some(seconds(8_000));
    report.episodes = vec![Episode {
        start: seconds(6_060),
        end: seconds(8_040),
        open: false,
        failed: 31_900,
        calls: 1_200_000,
        failure_rate: 31_900.0 / 1_200_000.0,
        failure_rate_outside: Some(0.006_5),
        codes: vec![
            CodeCount { code: "InternalError.ResourceOpFailed".into(), count: 31_847 },
            CodeCount { code: "RequestLimitExceeded".into(), count: 53 },
        ],
        stands_out: vec![StandsOut {
            field: "region".into(),
            value: "ap-guangzhou".into(),
            share: 0.99,
            share_of_all: 0.21,
        }],
    }];
    report.by = (1..4)
        .map(|place| By {
            name: "day".into(),
            value: format!("2026-11-2{place}"),
            calls: calls(1_000 * place, 10 * place),
            codes: Some(vec![CodeCount { code: "InternalError.ResourceOpFailed".into(), count: 5 * place }]),
        })
        .collect();
    report
}
