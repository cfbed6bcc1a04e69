//! Takes secrets out of text before anything keeps it; refuses to know whether the text is a
//! message, a code, an id or a whole line of JSON.
//!
//! The tables in `patterns` are the promise; `docs/redaction.md` documents each entry with an
//! example, and a test holds the two together. A text that is JSON is redacted by its structure
//! (`json`). Other text is read from left to right (`finder`), as it is written and again with each
//! layer of its escapes undone (`view`); what any of these readings finds goes. A secret is found by
//! what announces it (a name and a separator, `?`, `AKID`, `://`), so text without any of those bytes
//! is handed back as it is, and so is text without the letters of any name (`sieve`).

mod finder;
mod json;
mod patterns;
mod quotes;
mod sieve;
mod view;

use std::borrow::Cow;

use memchr::memchr3;

use finder::Span;
pub use patterns::REDACTED;

/// How many texts of JSON may stand in strings of one another; deeper ones are read as escaped text.
const NESTED_MAX: usize = 6;

/// How often a text is looked through at most. What is found twice was hidden by an overlap, and nothing real has two.
const ROUNDS_MAX: usize = 4;

/// A text of fewer bytes is short.
const SHORT_BYTES: usize = 32;

/// Replaces every secret that `docs/redaction.md` lists by [`REDACTED`].
///
/// Linear in the length of `text`, and idempotent. Borrows when there was nothing to replace.
/// A secret that was replaced already counts as nothing to replace.
///
/// An object, an array or a string of JSON stays one: a secret of any type becomes a string. White space, numbers, the order of
/// members and strings without a secret keep their spelling.
pub fn redact(text: &str) -> Cow<'_, str> {
    if !may_hold_a_secret(text.as_bytes()) || !sieve::may_hold_a_secret(text) {
        return Cow::Borrowed(text);
    }
    looked_through(text)
}

/// As [`redact`], for a text that may hold a secret.
fn looked_through(text: &str) -> Cow<'_, str> {
    let mut redacted = once(text, NESTED_MAX);
    for _ in 1..ROUNDS_MAX {
        let Cow::Owned(before) = &redacted else { break };
        let Cow::Owned(after) = once(before, NESTED_MAX) else { break };
        redacted = Cow::Owned(after);
    }
    redacted
}

/// The longest beginning of `text` of at most `bytes_max` bytes that ends at a character.
///
/// A message is redacted first and cut then: a secret that was cut might not be recognised.
pub fn cut(text: &str, bytes_max: usize) -> &str {
    &text[..text.floor_char_boundary(bytes_max)]
}

/// Looks a text through once; `nested` is how many more texts of JSON in strings may be read as such.
fn once(text: &str, nested: usize) -> Cow<'_, str> {
    if !may_hold_a_secret(text.as_bytes()) {
        return Cow::Borrowed(text);
    }
    let structured = nested.checked_sub(1).and_then(|nested| {
        json::redacted(text, &|said| match once(said, nested) {
            Cow::Owned(redacted) => Some(redacted),
            Cow::Borrowed(_) => None,
        })
    });
    structured.unwrap_or_else(|| plain(text))
}

/// Whether a text has a byte that every secret has.
fn may_hold_a_secret(bytes: &[u8]) -> bool {
    // A short text is done with before a search for many bytes at once has begun.
    if bytes.len() < SHORT_BYTES {
        return bytes.iter().any(|&byte| patterns::announces(byte));
    }
    memchr3(b'=', b':', b'%', bytes).is_some() || memchr3(b'K', b'\\', 0xEF, bytes).is_some()
}

/// Redacts text that is not JSON.
fn plain(text: &str) -> Cow<'_, str> {
    let mut spans = Vec::new();
    view::layers(text, |layer, way| {
        if may_hold_a_secret(layer.as_bytes()) {
            let mut found = finder::find(layer);
            way.iter().rev().for_each(|written| to_written(written, &mut found));
            spans.append(&mut found);
        }
    });
    if spans.is_empty() { Cow::Borrowed(text) } else { replaced(text, &merged(spans)) }
}

/// Turns spans of an unescaped text into those of the text as it is written.
fn to_written(written: &str, spans: &mut [Span]) {
    let mut places: Vec<_> =
        spans.iter().flat_map(|span| [span.start, span.end, span.quote.start, span.quote.end]).collect();
    places.sort_unstable();
    places.dedup();
    let mut there = places.clone();
    view::to_written(written, &mut there);
    let to =
        |place: usize| places.binary_search(&place).ok().and_then(|index| there.get(index)).copied().unwrap_or(place);
    for span in spans {
        *span = Span { start: to(span.start), end: to(span.end), quote: to(span.quote.start)..to(span.quote.end) };
    }
}

/// Spans in order, without overlaps.
fn merged(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end), std::cmp::Reverse(span.quote.len())));
    let mut merged: Vec<Span> = Vec::new();
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.start < last.end => {
                // Quotes around a part of what goes would stand alone.
                if span.end > last.end {
                    last.end = span.end;
                    last.quote = 0..0;
                }
            }
            _ => merged.push(span),
        }
    }
    merged
}

/// Replaces the spans, with quotes around those that JSON needs them for, as they are written around the name.
fn replaced<'t>(text: &'t str, spans: &[Span]) -> Cow<'t, str> {
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    for span in spans.iter().filter(|span| !span.quote.is_empty() || text[span.start..span.end] != *REDACTED) {
        let quote = &text[span.quote.clone()];
        out.extend([&text[copied..span.start], quote, REDACTED, quote]);
        copied = span.end;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PAGE: &str = include_str!("../../docs/redaction.md");

    /// The code spans of each table row of the page, those that have at least two.
    fn rows() -> Vec<Vec<&'static str>> {
        let cells = |line: &'static str| line.split('`').skip(1).step_by(2).collect::<Vec<_>>();
        let rows: Vec<_> = PAGE.lines().filter(|line| line.starts_with('|')).map(cells).collect();
        rows.into_iter().filter(|cells| cells.len() >= 2).collect()
    }

    #[test]
    fn the_page_tells_the_truth() {
        let rows = rows();
        assert!(rows.len() > 40, "{}", rows.len());
        for cells in rows {
            let [.., text, becomes] = cells[..] else { panic!("{cells:?}") };
            assert_eq!(redact(text), becomes, "from {text}");
            assert_eq!(redact(becomes), becomes, "again");
        }
    }

    #[test]
    fn every_pattern_is_on_the_page() {
        let named: Vec<_> = rows().into_iter().filter(|cells| cells.len() == 3).collect();
        let tables = [
            patterns::SECRET_NAMES,
            patterns::SECRET_WHOLE_NAMES,
            patterns::SECRET_HEADERS,
            patterns::SIGNED_PREFIXES,
            patterns::SIGNED_NAMES,
        ];
        for name in tables.concat() {
            let row = named.iter().find(|cells| cells[0] == name);
            assert!(row.is_some_and(|cells| cells[1] != cells[2]), "{name} has no example");
        }
        for word in [patterns::NOT_SECRET, &["=", ":", "：", "＝", "%3D", r"\u003d"]].concat() {
            assert!(PAGE.contains(&format!("`{word}`")), "{word} is not mentioned");
        }
    }

    #[test]
    fn cases() {
        for (text, becomes) in [
            // The bounds of key ids.
            ("AKID123456789012", "AKID123456789012"),
            ("xAKID1234567890123y", "x[redacted]"),
            ("AKIDAKIDAKIDAKIDA.", "[redacted]."),
            ("a,AKID1234567890abcdef,AKID0987654321fedcba", "a,[redacted],[redacted]"),
            // Quotes that end the string around a bare name.
            (r#"{"Message":"no password=","RequestId":"a"}"#, r#"{"Message":"no password=","RequestId":"a"}"#),
            (r#"{"Url":"https://x?token=","B":["token:",1]}"#, r#"{"Url":"https://x?token=","B":["token:",1]}"#),
            (r#"{"M":"a password=b\\","R":"c"}"#, r#"{"M":"a password=[redacted]","R":"c"}"#),
            (r#"{"M":"password=\"b c\" d"}"#, r#"{"M":"password=\"[redacted]\" d"}"#),
            // Deeper and deeper, and cut.
            (r#"{"M":"{\"Password\":\"a\\\"b\\\\\",\"c\":1}"}"#, r#"{"M":"{\"Password\":\"[redacted]\",\"c\":1}"}"#),
            (r#"{"M":"{\"Password\":\"abc","R":"c"}"#, r#"{"M":"{\"Password\":\"[redacted]","R":"c"}"#),
            (r#"{\\\"Token\\\":\\\"x\\\",1"#, r#"{\\\"Token\\\":\\\"[redacted]\\\",1"#),
            (r#""Password":"abc"#, r#""Password":"[redacted]"#),
            ("{'password': 'it\\'s', 'x': 1}", "{'password': '[redacted]', 'x': 1}"),
            // Values of other types.
            (r#"{"Token":{"Token":0,"x":[1]},"b":1}"#, r#"{"Token":"[redacted]","b":1}"#),
            (r#"{"Password" : [ "a" , "b" ],"c":"d"}"#, r#"{"Password" : "[redacted]","c":"d"}"#),
            (r#"{"Authorization":true,"b":1}"#, r#"{"Authorization":true,"b":1}"#),
            (r#"{"Authorization":12,"b":1}"#, r#"{"Authorization":"[redacted]","b":1}"#),
            (r#"{\"Token\":12,\"b\":1}"#, r#"{\"Token\":\"[redacted]\",\"b\":1}"#),
            (
                r#"{"Token":[],"Password":{ },"Pwd":"","x":"[redacted]"}"#,
                r#"{"Token":[],"Password":{ },"Pwd":"","x":"[redacted]"}"#,
            ),
            (r#"say {"Token":["a",{"b":"]"}],"c":1"#, r#"say {"Token":"[redacted]","c":1"#),
            (r#"say {\"Token\":[\"a\",{\"b\":\"c"#, r#"say {\"Token\":\"[redacted]\""#),
            (r#"say "x":"{\"Token\":[\"a\",1","y":"z""#, r#"say "x":"{\"Token\":\"[redacted]\"","y":"z""#),
            ("password=[[\"a\"], 'b'] c", "password=[redacted] c"),
            ("password: [at least 8] token={0}", "password: [redacted] least 8] token={0}"),
            // Spellings.
            (r#"{"a":1.50,"a":"\u0041","Token":"\u0078"} "#, r#"{"a":1.50,"a":"\u0041","Token":"[redacted]"} "#),
            (r#"{"a":"\ud83d\ude00\ud800\/ pwd=b\u0009"}"#, "{\"a\":\"😀\u{fffd}/ pwd=[redacted]\\t\"}"),
            (r#"{"AKIDz8krbsJ5yKBZQpn74":"AKIDz8krbs\u004a5yKBZQpn74"}"#, r#"{"[redacted]":"[redacted]"}"#),
            (
                r#"[{"x":["{\"y\":\"{\\\"Token\\\":1}\"}"]}]"#,
                r#"[{"x":["{\"y\":\"{\\\"Token\\\":\\\"[redacted]\\\"}\"}"]}]"#,
            ),
            ("AKIDz8krbsJ5yKBZQpn\\u00374WFk\\x41 b", "[redacted] b"),
            ("%E5%AF%86%E7%A0%81%EF%BC%9Ab%2Cc", "%E5%AF%86%E7%A0%81%EF%BC%9A[redacted]%2Cc"),
            ("a://b:c@d\\u0040e/", "a://b:[redacted]\\u0040e/"),
            ("100%, 5%zz \\q \\u12 \\ud800 pwd%3Da", "100%, 5%zz \\q \\u12 \\ud800 pwd%3D[redacted]"),
            // White space.
            ("password\u{a0}:\n\u{200b}\u{3000}a\tb", "password\u{a0}:\n\u{200b}\u{3000}[redacted]\tb"),
            ("{\"Password\"      \n:\n\n\t\"a\"", "{\"Password\"      \n:\n\n\t\"[redacted]\""),
            // Names that are none.
            ("design=a assign=b Token::Expired", "design=a assign=b Token::Expired"),
            ("TotalTokens: 5", "TotalTokens: 5"),
            ("AuthFailure.TokenFailure", "AuthFailure.TokenFailure"),
            ("The provided credentials could not be validated.", "The provided credentials could not be validated."),
            // Where a value ends.
            ("(Token:[abc]) x", "(Token:[redacted]) x"),
            ("password=[redacted]abc d", "password=[redacted] d"),
            ("token=a\u{3000}b", "token=[redacted]\u{3000}b"),
            ("Authorization: Bearer a b\nHost: c", "Authorization: [redacted]\nHost: c"),
            ("Authorization: Bearer a b\\r\\nHost: c", "Authorization: [redacted]\\r\\nHost: c"),
            (r#""M":"Authorization: Basic YWJj==","R":1"#, r#""M":"Authorization: [redacted]","R":1"#),
            (r#""M":"Authorization: Basic YWJj=\"","R":1"#, r#""M":"Authorization: [redacted]\"","R":1"#),
            ("a://b?c://d:e@f", "a://b?c://d:[redacted]@f"),
            ("https://host:8080/a@b?x=1", "https://host:8080/a@b?x=1"),
            ("see https://x/a?b=1&sign=2&c=3，然后", "see https://x/a?[redacted]，然后"),
            (r#""https://x/a?b=1\u0026sign=2","c":3"#, r#""https://x/a?[redacted]","c":3"#),
            ("https://x/a?b=1&amp;sign=2", "https://x/a?[redacted]"),
            ("https://x/a?b=1&design=2", "https://x/a?b=1&design=2"),
        ] {
            assert_eq!(redact(text), becomes, "from {text}");
            assert_eq!(redact(becomes), becomes, "again");
        }
    }

    #[test]
    fn ordinary_text_is_borrowed() {
        for text in [
            "",
            "b5b41468-520d-4192-b42f-595cc34b6c1c",
            "InternalError.ResourceOpFailed",
            "Code:1001, Msg:Invalid parameter (itemid)",
            "password=[redacted]",
            "图片中没有人脸，请检查：图片",
        ] {
            assert!(matches!(redact(text), Cow::Borrowed(_)), "{text}");
        }
    }

    /// Pieces that make secrets, near misses and the ends of both.
    fn dense() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            prop::sample::select(vec![
                "password",
                "Token",
                "sign",
                "Authorization",
                "AKID",
                "AKID1234567890abc",
                "q-ak",
                "密码",
                "=",
                ":",
                "：",
                "%3D",
                "\\u003d",
                "::",
                "://",
                "=>",
                "?",
                "%3F",
                "&",
                "%26",
                "\\u0026",
                "\\u0022",
                "\\u0041KID",
                "\\\"",
                "\\\\\\\"",
                "\\/",
                "\\x22",
                "%22",
                "%25",
                "%5C",
                "\u{a0}",
                "{\"Token\":[\"a\",1]}",
                "@",
                "\"",
                "'",
                "`",
                "\\",
                "\\\\",
                "[",
                "]",
                "{",
                "}",
                "(",
                ")",
                ",",
                ";",
                ".",
                " ",
                "\n",
                "\\n",
                "，",
                "[redacted]",
                "redacted",
                "Digest ",
                "null",
                "12",
                "abc",
                "中",
                "\u{2028}",
                "<",
                "-",
                "_",
            ])
            .prop_map(str::to_owned),
            any::<char>().prop_map(String::from),
        ];
        prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn redacting_twice_is_redacting_once(text in dense()) {
            let once = redact(&text);
            prop_assert_eq!(redact(&once), &*once);
        }

        #[test]
        fn what_the_sieve_lets_through_has_no_secret(text in dense(), json in json()) {
            for text in [text, json.to_string()] {
                if !sieve::may_hold_a_secret(&text) {
                    prop_assert!(matches!(looked_through(&text), Cow::Borrowed(_)), "{}", text);
                }
            }
        }

        #[test]
        fn a_value_behind_its_name_is_gone(
            before in "[ -~]{0,20}",
            name in prop::sample::select(patterns::SECRET_NAMES),
            secret in "[A-Za-z0-9+/=_-]{6,40}",
            after in "[ -~]{0,20}",
        ) {
            // A letter that no other part has, so that it cannot be found by accident.
            let secret = format!("ß{secret}");
            let text = format!("{before}\n{name}={secret} {after}");
            prop_assert!(!redact(&text).contains('ß'));
            let text = format!("{{\"{name}\":\"{secret}\"}}");
            prop_assert!(!redact(&text).contains('ß'));
        }

        #[test]
        fn json_stays_json(value in json()) {
            let text = value.to_string().replace(['\'', '`'], "");
            let redacted = redact(&text);
            let read: Result<serde_json::Value, _> = serde_json::from_str(&redacted);
            prop_assert!(read.is_ok(), "{text} became {redacted}");
        }

        #[test]
        fn a_cut_is_the_longest_beginning(text in ".{0,20}", bytes_max in 0_usize..40) {
            let short = cut(&text, bytes_max);
            prop_assert!(short.len() <= bytes_max && text.starts_with(short));
            let next = text[short.len()..].chars().next();
            prop_assert!(next.is_none_or(|c| short.len() + c.len_utf8() > bytes_max));
        }
    }

    /// JSON whose names and strings are made of dense pieces, the strings often JSON again.
    fn json() -> impl Strategy<Value = serde_json::Value> {
        let name = prop_oneof![
            prop::sample::select(vec!["Password", "Authorization", "x", "token="]).prop_map(str::to_owned),
            dense(),
        ];
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<i32>().prop_map(serde_json::Value::from),
            dense().prop_map(serde_json::Value::from),
        ];
        leaf.prop_recursive(3, 16, 4, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
                prop::collection::vec((name.clone(), inner.clone()), 0..4)
                    .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
                inner.prop_map(|value| serde_json::Value::from(value.to_string())),
            ]
        })
    }
}
