//! Texts that damage lines or stand for them, with what they do to a line's class: data only.

use crate::truth::Reason;

/// What follows a whole line, and the reason.
pub const TAILS: &[(&[u8], Reason)] = &[
    (b"}", Reason::Trailing),
    (b",", Reason::Trailing),
    (b" null", Reason::Trailing),
    (b"\x00", Reason::Trailing),
    (b" // cached", Reason::Trailing),
    ("。".as_bytes(), Reason::Trailing),
    ("\u{a0}".as_bytes(), Reason::Trailing),
    (b"\xff", Reason::Utf8),
    (b"\xe4\xb8", Reason::Utf8),
];

/// What stands in place of an object's last brace; each first byte that offends is ASCII, or a whole character, outside strings.
pub const TOKENS: &[&[u8]] = &[
    b"]",
    b",}",
    b"\"Extra\":1}",
    b",\"Extra\":NaN}",
    b",\"Extra\":01}",
    b",\"Extra\":.5}",
    b",\"Extra\":+1}",
    b",\"Extra\":1.}",
    b",\"Extra\":-}",
    b",\"Extra\":tru}",
    b",\"Extra\":nulL}",
    b",\"Extra\":'x'}",
    b",\"Extra\":\"\\x41\"}",
    b",\"Extra\":\"\\u12G4\"}",
    b",\"Extra\" 1}",
    b",\"Extra\":[1,]}",
    b",Extra:1}",
    b",\"Extra\":\x00}",
    b",,\"Extra\":1}",
    "，\"Extra\":1}".as_bytes(),
    b",\"Extra\":\"\\\xe4\xb8\xad\"}",
];

/// Lines that are no JSON, and the reason. A line that begins with a number is a complete value with something behind it.
pub const TEXTS: &[(&[u8], Reason)] = &[
    (b"Traceback (most recent call last):", Reason::Syntax),
    (b"  File \"/app/client.py\", line 81, in call", Reason::Syntax),
    (b"panic: runtime error: invalid memory address or nil pointer dereference", Reason::Syntax),
    (b"goroutine 17 [running]:", Reason::Syntax),
    (
        b"[ERROR] 2026/11/24 01:02:03 {\"Response\":{\"RequestId\":\"d1c5b0a4-0000-4000-8000-000000000001\"}}",
        Reason::Syntax,
    ),
    (b"<html><head><title>502 Bad Gateway</title></head>", Reason::Syntax),
    (b"{'Response': {'RequestId': 'd1c5b0a4-0000-4000-8000-000000000002', 'TotalCount': None}}", Reason::Syntax),
    (b"{Response:{}}", Reason::Syntax),
    (b"nil", Reason::Syntax),
    (b"None", Reason::Syntax),
    (b"}", Reason::Syntax),
    (b"-", Reason::Truncated),
    (b"{", Reason::Truncated),
    (b"\"unclosed", Reason::Truncated),
    (b"2026-11-24 01:02:03 INFO request finished", Reason::Trailing),
    (b"127.0.0.1 - - [24/Nov/2026:01:02:03 +0000] \"POST / HTTP/1.1\" 200 131", Reason::Trailing),
    (b"null and void", Reason::Trailing),
    ("错误：请求超时".as_bytes(), Reason::Syntax),
    // The same in GBK, as a line and inside a string.
    (b"\xc7\xeb\xc7\xf3\xb4\xed\xce\xf3", Reason::Utf8),
    (
        b"{\"Response\":{\"Error\":{\"Code\":\"FailedOperation\",\"Message\":\"\xc7\xeb\xc7\xf3\xb4\xed\xce\xf3\"}}}",
        Reason::Utf8,
    ),
    // Overlong, a surrogate, and beyond U+10FFFF.
    (b"{\"Response\":{\"Data\":\"\xc0\xaf\"}}", Reason::Utf8),
    (b"{\"Response\":{\"Data\":\"\xed\xa0\x80\"}}", Reason::Utf8),
    (b"{\"Response\":{\"Data\":\"\xf4\x90\x80\x80\"}}", Reason::Utf8),
    (b"{\"Response\":{\"Data\":\"\\\xff\"}}", Reason::Utf8),
];

/// Valid JSON that holds no envelope, for logs whose envelopes stand alone.
pub const NO_ENVELOPE_BARE: &[&str] = &[
    r#"{"requestId":"<uuid>","totalCount":<n 0 9>,"instanceSet":[]}"#,
    r#"{"code":4000,"message":"(100004) <words 2 4>","codeDesc":"InvalidParameter"}"#,
    r#"{"level":"info","msg":"<words 2 6>"}"#,
    r#"{"Response":null}"#,
    r#"{"Response":[{"RequestId":"<uuid>"}]}"#,
    r#"{"Response":"<words 1 3>"}"#,
    r#"{"response":{"RequestId":"<uuid>","HostId":"<ip>"}}"#,
    r#"{"Error":{"Code":"InternalError","Message":"<words 1 3>"},"RequestId":"<uuid>"}"#,
    r#"[{"Response":{"RequestId":"<uuid>"}}]"#,
    r#"{"Response":{"RequestId":"<uuid>"},"Response":null}"#,
    r#"{}"#,
    r#"[]"#,
    r#"null"#,
    r#""<words 2 5>""#,
    r#"-<n 0 99>.<n 0 99>e+<n 0 9>"#,
    r#"{"Message":"<cn 2 5>"}"#,
];

/// The same for logs whose envelopes are in the member `response`.
pub const NO_ENVELOPE_WRAPPED: &[&str] = &[
    r#"{"time":"<whent>.5Z","level":"info","msg":"<words 2 6>"}"#,
    r#"{"time":"<whent>Z","level":"error","service":"<service>","action":"<action>","region":"<region>","error":"dial tcp <ip>:443: i/o timeout"}"#,
    r#"{"time":"<whent>Z","level":"error","service":"<service>","action":"<action>","region":"<region>","duration_ms":30000.1,"response":null}"#,
    r#"{"time":"<whent>Z","service":"<service>","action":"<action>","response":{"RequestId":"<uuid>","total":0}}"#,
    r#"{"time":"<whent>Z","service":"<service>","action":"<action>","response":{"Response":null}}"#,
    r#"{"time":"<whent>Z","service":"<service>","action":"<action>","response":{"Response":[]}}"#,
    r#"{"time":"<whent>Z","service":"<service>","action":"<action>","response":"<words 2 4>"}"#,
    r#"{"time":"<whent>Z","level":"warn","response":{"response":{"RequestId":"<uuid>","Code":0}}}"#,
    r#"{"code":4000,"message":"(100004) <words 2 4>","codeDesc":"InvalidParameter"}"#,
    r#"[]"#,
    r#"null"#,
];
