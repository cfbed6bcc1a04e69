//! Three scanners, one policy: on random bytes and on mutations of real lines every way through the code gives the
//! same lines, whatever stands before and behind them in the chunk.

use proptest::prelude::*;
use std::sync::Arc;

use resplog::profile::names::Field;
use resplog::profile::{FieldPointer, Pointer, Profile};
use resplog::record::LINE_BYTES_MAX;
use resplog::scan::{Scanner, ScannerKind, Tier};
use resplog::time::Zone;

/// Lines that are near everything the policy looks at.
pub const SEEDS: &[&str] = &[
    r#"{"Response":{"TotalCount":0,"InstanceStatusSet":[],"RequestId":"b5b41468-520d-4192-b42f-595cc34b6c1c"}}"#,
    r#"{"Response":{"Error":{"Code":"AuthFailure.SignatureFailure","Message":"The provided \"credentials\" \\ could not be validated."},"RequestId":"ed93f3cb-f35e-473f-b9f3-0d451b8b79c6"}}"#,
    r#"{"Response": {"RequestId": "a", "Items": [{"Error": {"Code": "x"}, "RequestId": "no"}, -1.5e+3, true, null, false, 0, 10, 0.5]}}"#,
    r#"{"Response":{"RequestId":"1234","\u0045rror":{"\u0043ode":"Escaped","Message":"é你好😀"}}}"#,
    r#"{"Response":{"Error":null,"RequestId":"one","RequestId":"two2"}}"#,
    r#"{"Response":{"Error":{"Code":429,"Message":""},"RequestId":"****-1234"}}"#,
    r#"{"Response":{"Error":{"Code":"DryRunOperation","Message":"x"},"RequestId":"abcd"},"Meta":{"Response":{"Error":{}}}}"#,
    r#"{"time":"2026-11-24T01:02:03Z","service":"cvm","duration_ms":12.5,"w":{"Response":{"RequestId":"abcd-efgh"}}}"#,
    r#"{"message":"{\"Response\":{\"Error\":{\"Code\":\"A.B\",\"Message\":\"\\u4f60\\n\"},\"RequestId\":\"abcd-efgh\"}}"}"#,
    r#"{"log":"{\"ts\":1,\"body\":\"{\\\"Response\\\":{\\\"RequestId\\\":\\\"abcd\\\"}}\"}\n","time":"2026-11-24T01:02:03Z"}"#,
    r#"{"time":1795482123,"result":{"RequestId":"b5b41468-520d-4192-b42f-595cc34b6c1c","TotalCount":1}}"#,
    r#"{"err":{"type":"TencentCloudSDKHttpException","code":"InternalError","requestId":"abcd","traceId":"t"}}"#,
    r#"{"Response":{"Status":200,"Data":{"Response":{"Error":{"Code":"A.B"},"RequestId":"abcd"}}}}"#,
    r#"{"request":{"headers":{"host":"cvm.tencentcloudapi.com","x-tc-action":"A"}},"response":{"body":{"Response":{}}}}"#,
    r#"{"EventName":"A","CloudAuditEvent":"{\"eventName\":\"A\",\"apiErrorCode\":\"A.B\",\"requestID\":\"abcd\",\"eventTime\":1795482123}"}"#,
    r#"{"Response":{},"m":"code=InternalError request__i-d=abcd-efgh"}"#,
    "{\"Response\":{\"RequestId\":\"abcd-efgh\"}}\r",
    "\u{feff}{\"Response\":[{}],\"Response\":{}}",
    "\0\0{\"Response\":{\"RequestId\":\"abcd-efgh\"}}",
    " \t ",
    "not json",
    r#"[{"Response":{}}]"#,
    r#"{"Response":{"s":"\\\\\\\"\/\b\f\n\r\t\ud83d\ude00\ud83d"}}"#,
    r#"{"Response":{"n":[0,-0,1.0,1e5,1E-5,123456789012345678901234567890,01,1.,.5,-,+1,1e]}}"#,
];

/// Lines of a few shapes around the envelope.
const WRAPPED: &[&str] = &[
    r#"{"time":"2026-11-24T01:02:03Z","service":"cvm","duration_ms":12.5,"w":{"Response":{"RequestId":"abcd-efgh"}}}"#,
    r#"{"time":"2026-11-24T01:02:04Z","service":"cvm","duration_ms":3,"w":{"Response":{"L":[{}],"RequestId":"abcd-1234"}}}"#,
    r#"{"time":"2026-11-24T01:02:05Z","service":"cbs","duration_ms":1e1,"w":{"Response":{"Error":{"Code":"A.B"},"RequestId":"abcd"}}}"#,
    r#"{"time": "2026-11-24T01:02:06Z", "service": "cbs", "duration_ms": null, "w": {"Response": {"RequestId": "abcd", "T": 0}}}"#,
    r#"{"time":"2026-11-24T01:02:03Z","service":"cvm","w":{"Response":{"RequestId":"abcd-efgh"},"x":1},"y":{"z":{}}}"#,
];

/// Lines in which the response stands in the texts of strings, `INNER` as one text and `OUTER` as one within another.
const LAYERED: &[&str] = &[
    r#"{"time":"2026-11-24T01:02:03Z","service":"cvm","msg":INNER,"duration_ms":12.5}"#,
    r#"{"msg":INNER}"#,
    r#"{"ts":1795482123,"log":OUTER,"host":"cvm.tencentcloudapi.com","region":"ap-b"}"#,
    r#"{"action":"cvm.A","service":"x","w":{"body":INNER,"action":"cbs.A"},"kubernetes":{"pod":"p"},"time":null,"request":{"action":"B"}}"#,
    r#"{"msg":INNER,"more":"text","Response":{}}"#,
    r#"{"request":INNER}"#,
    r#"{"msg":"nothing","ts":1}"#,
    r#"{"msg":"request id","ts":1,"\u0061":2}"#,
    "",
];

/// Lines with a response object without its envelope, or what is nearly one.
const UNWRAPPED: &[&str] = &[
    r#"{"TotalCount":1,"Set":[{"Name":"a\u4f60\u003c"}],"RequestId":"b5b41468-520d-4192-b42f-595cc34b6c1c"}"#,
    r#"{"RequestId":"s1234567890123456","Data":{"Items":[],"Message":"no"}}"#,
    r#"{"RequestId": "b5b41468-520d-4192-b42f-595cc34b6c1c", "Set": {"Requested": 1}}"#,
    r#"{"RequestId":"b5b41468-520d-4192-b42f-595cc34b6c1c","Recommend":""}"#,
    r#"{"RequestId":"b5b41468-520d-4192-b42f-595cc34b6c1c","lower":1}"#,
    r#"{"RequestId":"b5b41468-520d-4192-b42f-595cc34b6c1c","Data":{"RequestId":"b5b41468-520d-4192-b42f-595cc34b6c1d"}}"#,
    r#"{"RequestId":"b5b41468-520d-4192-b42f-595cc34b6c1c","Note":"request_id=abcd-efgh code=InternalError"}"#,
    r#"{"RequestId":"B5b41468-520d-4192-b42f-595cc34b6c1c","\u0041":1}"#,
    r#"{"Code":"InternalError","RequestId":"b5b41468-520d-4192-b42f-595cc34b6c1c","Message":"tencentcloud"}"#,
];

/// What may stand around them: `INNER` as a text, `OBJECT` as it is.
const AROUND: &[&str] = &[
    "OBJECT",
    r#"{"time":"2026-11-24T01:02:03Z","action":"A","result":OBJECT,"region":"b"}"#,
    r#"{"time":"2026-11-24T01:02:03Z","msg":INNER}"#,
    r#"{"d":{"ErrorRate":0},"result":OBJECT}"#,
    r#"{"ErrorRate":0,"msg":INNER}"#,
    r#"{"ResponseMetadata":OBJECT}"#,
];

/// The tiers that this machine has.
fn tiers() -> impl Iterator<Item = Tier> {
    Tier::ALL.into_iter().filter(|tier| tier.is_available())
}

fn ways() -> Vec<ScannerKind> {
    tiers().map(ScannerKind::Fast).chain([ScannerKind::Full]).collect()
}

/// What a way makes of a chunk, as text.
fn told(chunk: &[u8], profile: &Arc<Profile>, line_bytes_max: usize, way: ScannerKind) -> Vec<String> {
    let mut told = Vec::new();
    Scanner::new(Arc::clone(profile), line_bytes_max, way)
        .chunk(chunk, true, |span, scanned| told.push(format!("{span:?} {scanned:?}")));
    told
}

fn profiles() -> Vec<Arc<Profile>> {
    let at =
        |pointers: &[&str]| Arc::new(Profile::at(pointers.iter().map(|text| Pointer::parse(text).unwrap()).collect()));
    let events = Arc::new(Profile::default().with_cloudaudit(true));
    vec![
        asking(&["/service", "/msg"], &["time:/ts", "action:/duration_ms"]),
        asking(&["/w"], &["service:/action"]),
        at(&["/msg", "/log/body"]),
        asking(&["/service", "/v", "/Response", "/service"], &["duration:/duration_ms", "service:/v"]),
        asking(&["/time", "/duration_ms"], &["time:/time", "action:/service", "region:/message"]),
        asking(&["/w/Response/RequestId", "/time"], &["status:/duration_ms"]),
        Arc::new(Profile::default()),
        at(&[""]),
        at(&["/w"]),
        at(&["/message", ""]),
        at(&["", "/w", "/message"]),
        events,
    ]
}

/// Asks for the members at some pointers, and for fields at others: NAME:POINTER.
fn asking(by: &[&str], fields: &[&str]) -> Arc<Profile> {
    let pointer = |text: &str| Pointer::parse(text).unwrap();
    let field = |text: &&str| {
        let (name, at) = text.split_once(':').unwrap();
        let field = Field::ALL.into_iter().find(|field| field.as_str() == name).unwrap();
        FieldPointer { field, pointer: pointer(at), unit: None }
    };
    let by = by.iter().map(|text| pointer(text)).collect();
    Arc::new(Profile::default().with_context(fields.iter().map(field).collect(), by, Zone::Utc))
}

pub fn assert_agreement(chunk: &[u8], line_bytes_max: usize) {
    for profile in &profiles() {
        let expected = told(chunk, profile, line_bytes_max, ScannerKind::Reference);
        for way in ways() {
            assert_eq!(
                told(chunk, profile, line_bytes_max, way),
                expected,
                "{way:?} on {:?}",
                String::from_utf8_lossy(chunk)
            );
        }
    }
}

/// Bytes that mean something to the grammar, and some that do not.
fn byte() -> impl Strategy<Value = u8> {
    prop_oneof![
        6 => prop::sample::select(b"{}[]\",:\\ \n\r\t0123456789-+.eEtrufalsn/b\0".to_vec()),
        1 => any::<u8>(),
    ]
}

/// A line of the seeds, changed in some bytes or cut.
pub fn line(seeds: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    let edit = (any::<prop::sample::Index>(), 0..4_u8, byte());
    (prop::sample::select(seeds), prop::collection::vec(edit, 0..4)).prop_map(|(seed, edits)| {
        let mut line = seed.as_bytes().to_vec();
        for (place, kind, byte) in edits {
            if line.is_empty() {
                break;
            }
            let place = place.index(line.len());
            match kind {
                0 => line[place] = byte,
                1 => line.insert(place, byte),
                2 => drop(line.remove(place)),
                _ => line.truncate(place),
            }
        }
        line
    })
}

/// A line with the text of a line in it, changed in some bytes or cut before it became a string or after.
fn layered() -> impl Strategy<Value = Vec<u8>> {
    let seeds = prop_oneof![3 => line(WRAPPED), 3 => line(&SEEDS[..2]), 1 => line(SEEDS)];
    let edit = prop::option::weighted(0.1, (any::<prop::sample::Index>(), byte()));
    (seeds, prop::sample::select(LAYERED), 0..3_u8, edit).prop_map(|(inner, template, style, edit)| {
        let mut line = wrap(template, &String::from_utf8_lossy(&inner), style).into_bytes();
        if let Some((place, byte)) = edit.filter(|_| !line.is_empty()) {
            let place = place.index(line.len());
            line[place] = byte;
        }
        line
    })
}

/// A line with a response object without its envelope, as it is or as a text.
fn unwrapped() -> impl Strategy<Value = Vec<u8>> {
    let inner = prop_oneof![3 => prop::sample::select(&UNWRAPPED[..3]).prop_map(|it| it.as_bytes().to_vec()), 1 => line(UNWRAPPED)];
    (inner, prop::sample::select(AROUND), 0..3_u8).prop_map(|(inner, around, style)| {
        let inner = String::from_utf8_lossy(&inner);
        around.replace("OBJECT", &inner).replace("INNER", &quoted(&inner, style)).into_bytes()
    })
}

/// A text as a string of JSON: as most programs write it, as Go does, as Python does.
fn quoted(text: &str, style: u8) -> String {
    let text = serde_json::to_string(text).unwrap();
    let escaped = |character: char| {
        let is_escaped = match style {
            0 => false,
            1 => matches!(character, '<' | '>' | '&' | '{' | '}'),
            _ => !character.is_ascii(),
        };
        let mut units = [0; 2];
        match is_escaped {
            true => character.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect(),
            false => character.to_string(),
        }
    };
    text.chars().map(escaped).collect()
}

/// A line of a template with a text in it.
fn wrap(template: &str, inner: &str, style: u8) -> String {
    let outer = format!(r#"{{"body":{},"level":"info","action":"A"}}"#, quoted(inner, style));
    template.replace("INNER", &quoted(inner, style)).replace("OUTER", &quoted(&outer, style))
}

/// Some lines of the seeds.
fn chunk() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(line(SEEDS), 1..8).prop_map(|lines| lines.join(&b'\n'))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn mutations_of_lines_are_the_same_for_every_scanner(chunk in chunk()) {
        assert_agreement(&chunk, LINE_BYTES_MAX);
    }

    /// The block scanner reads what stands around an envelope as in the line before.
    #[test]
    fn lines_of_one_shape_are_the_same_for_every_scanner(lines in prop::collection::vec(line(WRAPPED), 2..12)) {
        assert_agreement(&lines.join(&b'\n'), LINE_BYTES_MAX);
    }

    #[test]
    fn responses_without_envelopes_are_the_same_for_every_scanner(lines in prop::collection::vec(unwrapped(), 1..12)) {
        assert_agreement(&lines.join(&b'\n'), LINE_BYTES_MAX);
    }

    /// It reads the texts of many lines at once.
    #[test]
    fn texts_of_strings_are_the_same_for_every_scanner(lines in prop::collection::vec(layered(), 1..12)) {
        assert_agreement(&lines.join(&b'\n'), LINE_BYTES_MAX);
    }

    #[test]
    fn random_bytes_are_the_same_for_every_scanner(chunk in prop::collection::vec(byte(), 0..300)) {
        assert_agreement(&chunk, LINE_BYTES_MAX);
    }

    #[test]
    fn the_limit_on_lines_is_the_same_for_every_scanner(chunk in chunk(), limit in 0..200_usize) {
        assert_agreement(&chunk, limit);
    }
}

/// How many random cases a law gets; the long proofs set more.
pub fn cases() -> u32 {
    std::env::var("RESPLOG_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(512)
}

#[test]
fn every_length_at_every_offset_is_the_same_for_every_scanner() {
    let line = |length: usize| format!("{{\"Response\":{{\"a\":\"{}\",\"b\":-0.5}}}}\n", "x".repeat(length));
    for offset in 0..64 {
        for length in 0..=256 {
            let chunk = [line(offset), line(length), "{\"Response\":{\"RequestId\":\"abcdef\"}}\n".into()].concat();
            assert_agreement(chunk.as_bytes(), LINE_BYTES_MAX);
        }
    }
}

#[test]
fn a_line_cut_at_any_depth_is_the_same_for_every_scanner() {
    for depth in 0..80 {
        let line =
            format!(r#"{{"Response":{{"L":{}{},"RequestId":"abcd-efgh"}}}}"#, "[".repeat(depth), "]".repeat(depth));
        let line = line.replace(r#""L":,"#, "");
        let cut = |bytes: usize| &line[..line.len() - bytes];
        let chunk = [cut(0), cut(1), cut(0), cut(2), cut(16), &format!("{line}}}"), cut(0), ""].join("\n");
        assert_agreement(chunk.as_bytes(), LINE_BYTES_MAX);
    }
}

/// What every log is full of. Which scanner decides a line does not change what it says, so no other law would notice.
#[test]
fn ordinary_lines_are_decided_by_the_block_scanner_wherever_they_stand() {
    const VALUES: &[&str] = &[
        "0",
        "7",
        "-1",
        "-0",
        "120",
        "0.5",
        "12.250",
        "-3.75",
        "1e5",
        "2.5E-3",
        "123456789012.125",
        "true",
        "false",
        "null",
        "\"\"",
        "\"a b\"",
        r#""a \" \\ \/ \n \u4f60 \ud83d\ude00""#,
        "\"é你好😀\"",
        r#""{\"a\":[1,true]}""#,
        "[]",
        "{}",
        r#"[0,1.5,true,[null],{"a":-2}]"#,
        r#"{"RequestId":"no","Error":{"Code":"no"}}"#,
        r#"{"a":{"b":[{"c":false}]}}"#,
    ];
    let written = |template: &str, value: &str| {
        let compact = template.replace("VALUE", value);
        // As Python writes it.
        let spaced = compact.replace("\":", "\": ").replace(",\"", ", \"");
        [compact, spaced]
    };
    let bare = [
        r#"{"Response":{"Value":VALUE,"RequestId":"b5b41468-520d-4192-b42f-595cc34b6c1c"}}"#,
        r#"{"Response":{"RequestId":"b5b41468-520d-4192-b42f-595cc34b6c1c","Value":VALUE}}"#,
        r#"{"Response":{"Error":{"Code":"A.B","Message":"no \"x\""},"Value":VALUE,"RequestId":"b5b41468"}}"#,
        r#"{"Response":{"Value":VALUE,"RequestId":"b5b41468","Last":VALUE}}"#,
    ];
    let wrapped = [
        r#"{"time":"2026-11-24T01:02:03Z","action":"A","v":VALUE,"w":{"Response":{"Value":VALUE,"RequestId":"b5b41468"}}}"#,
        r#"{"w":{"Response":{"Error":{"Code":"A.B","Message":"no"},"RequestId":"b5b41468"}},"duration_ms":12.5,"v":VALUE}"#,
    ];
    let pointer = |text: &str| Pointer::parse(text).unwrap();
    let at = |text: &str| Arc::new(Profile::at(vec![pointer(text)]));
    let asking = |by: &[&str], fields: &[&str]| {
        let asking = asking(by, fields);
        let context = (asking.fields().to_vec(), asking.by().to_vec());
        Arc::new(Profile::at(vec![pointer("/w")]).with_context(context.0, context.1, Zone::Utc))
    };
    for (templates, profile) in [
        (&bare[..], Arc::new(Profile::default())),
        (&wrapped[..], at("/w")),
        (&wrapped[..], asking(&["/v", "/nothing"], &["action:/v"])),
    ] {
        for template in templates {
            for line in VALUES.iter().flat_map(|value| written(template, value)) {
                for tier in tiers() {
                    let mut scanner = Scanner::new(Arc::clone(&profile), LINE_BYTES_MAX, ScannerKind::Fast(tier));
                    for offset in 0..64 {
                        let chunk = [" ".repeat(offset).as_str(), "\n", &line, "\n", &line, "\n"].concat();
                        let before = scanner.decided().fast;
                        scanner.chunk(chunk.as_bytes(), true, |_, _| {});
                        let decided = scanner.decided();
                        assert_eq!(decided.fast - before, 2, "{tier:?} at {offset}: {line}");
                    }
                }
            }
        }
    }
}

/// The same where the response stands in the texts of strings, and where lines of several shapes take turns.
#[test]
fn texts_of_strings_are_read_by_the_block_scanner() {
    const RESPONSES: [&str; 3] = [
        r#"{"Response":{"Value":"a \" \\ \n 你","RequestId":"b5b41468-520d-4192-b42f-595cc34b6c1c"}}"#,
        r#"{"Response": {"Error": {"Code": "A.B", "Message": "<no>"}, "RequestId": "b5b41468"}}"#,
        "{\n  \"Response\": {\n    \"L\": [1, {}],\n    \"RequestId\": \"b5b41468\"\n  }\n}\n",
    ];
    let three = format!(r#"{{"a":{{"log":{}}}}}"#, quoted(&wrap(LAYERED[2], RESPONSES[0], 0), 0));
    let mut lines: Vec<_> = LAYERED[..4].iter().flat_map(|it| RESPONSES.map(|inner| wrap(it, inner, 0))).collect();
    lines.extend(RESPONSES.iter().map(|inner| wrap(LAYERED[0], inner, 2)));
    let unwrapped = |inner: &&str| {
        AROUND[..3].iter().map(|it| it.replace("OBJECT", inner).replace("INNER", &quoted(inner, 0))).collect::<Vec<_>>()
    };
    lines.extend(UNWRAPPED[..3].iter().flat_map(unwrapped));
    lines.extend([three, wrap(LAYERED[6], "", 0)]);
    for tier in tiers() {
        for line in &lines {
            let mut scanner = Scanner::new(Arc::new(Profile::default()), LINE_BYTES_MAX, ScannerKind::Fast(tier));
            let chunk = [line.as_str(), "\n"].concat().repeat(100);
            scanner.chunk(chunk.as_bytes(), true, |_, _| {});
            // The first line says where the others have it, and the last one may end too close to the chunk's end.
            assert!(scanner.decided().fast >= 98, "{tier:?} {:?}: {line}", scanner.decided());
        }
        let mut scanner = Scanner::new(Arc::new(Profile::default()), LINE_BYTES_MAX, ScannerKind::Fast(tier));
        let turns = [0, 3, 6, 9].map(|number| lines[number].clone() + "\n").concat().repeat(100);
        scanner.chunk(turns.as_bytes(), true, |_, _| {});
        let before = scanner.decided().fast;
        scanner.chunk(turns.as_bytes(), false, |_, _| {});
        assert_eq!(scanner.decided().fast - before, 400, "{tier:?}");
    }
}

/// A few lines of another shape do not change who decides the others.
#[test]
fn lines_among_wrong_ones_are_decided_by_the_block_scanner() {
    const BARE: &str = r#"{"Response":{"TotalCount":0,"RequestId":"b5b41468-520d-4192-b42f-595cc34b6c1c"}}"#;
    const SEVERAL: &str =
        r#"{"time":1,"Response":{"TotalCount":0,"RequestId":"b5b41468-520d-4192-b42f-595cc34b6c1c"}}"#;
    const WRONG: [&str; 6] =
        [r#"{"Response":{"Tot"#, "{\"Response\":{\"a\":01}}", "}", "[", "\"", r#"{"Response":{"a":[}}"#];
    for tier in tiers() {
        for line in [BARE, SEVERAL] {
            for place in 0..200 {
                for wrong in WRONG {
                    let mut lines = vec![line; 400];
                    (lines[place], lines[2 * place]) = (wrong, wrong);
                    let mut scanner =
                        Scanner::new(Arc::new(Profile::default()), LINE_BYTES_MAX, ScannerKind::Fast(tier));
                    scanner.chunk((lines.join("\n") + "\n").as_bytes(), true, |_, _| {});
                    let expected = 400 - if place == 0 { 1 } else { 2 };
                    assert_eq!(scanner.decided().fast, expected, "{tier:?} {wrong} at {place} of {line}");
                }
            }
        }
    }
}

/// Members at the root and line ends lie far from each other there.
#[test]
fn long_lines_with_several_members_are_decided_by_the_block_scanner() {
    let line = format!(r#"{{"time":1,"Response":{{"L":[{}0],"RequestId":"b5b41468"}},"n":1}}"#, "0,".repeat(20_000));
    for tier in tiers() {
        let mut scanner = Scanner::new(Arc::new(Profile::default()), LINE_BYTES_MAX, ScannerKind::Fast(tier));
        scanner.chunk(format!("{line}\n").repeat(100).as_bytes(), true, |_, _| {});
        assert_eq!(scanner.decided().fast, 100, "{tier:?}");
    }
}

/// What the fuzzer found that leads somewhere else in the code, and what once broke a law; see `.ci/fuzz`.
#[test]
fn what_the_fuzzer_kept_is_the_same_to_every_scanner() {
    let Ok(kept) = std::fs::read_dir(crate::program::root().join("fuzz/corpus/scanners")) else {
        eprintln!("skipped: the package does not hold fuzz/corpus");
        return;
    };
    let mut count = 0;
    for file in kept {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        if let Some((&choice, chunk)) = bytes.split_first() {
            let line_bytes_max = if choice & 0x80 == 0 { LINE_BYTES_MAX } else { usize::from(choice >> 2) };
            assert_agreement(chunk, line_bytes_max);
            count += 1;
        }
    }
    assert!(count > 0, "the corpus is empty");
}
