//! Takes secrets out of text before anything keeps it; refuses to know whether the text is a
//! message, a code, an id or a whole line of JSON.
//!
//! The tables in `patterns` are the promise; `docs/redaction.md` documents each entry with an
//! example, and a test holds the two together. Text is read once from left to right. A secret is
//! found by what announces it (a name and a separator, `?`, `AKID`, `://`), so text without any of
//! those bytes is handed back as it is.

mod patterns;
mod quotes;

use std::borrow::Cow;

use memchr::memchr3;

use patterns::{
    Extent, KEY_ID_LETTERS_MIN, KEY_ID_PREFIX, Key, NOT_SECRET, QUERY_PARTS, QUERY_STARTS, SEPARATORS, is_signed,
    key_before, starts_with_one_of, stops_everything,
};
use quotes::{Quote, closes_here, closing, push_quote, quote_at, quote_at_end};

/// What stands where a secret stood.
pub const REDACTED: &str = "[redacted]";

/// Replaces every secret that `docs/redaction.md` lists by [`REDACTED`].
///
/// Linear in the length of `text`, and idempotent. Borrows when there was nothing to replace.
/// A secret that was replaced already counts as nothing to replace.
///
/// A line of JSON stays JSON (quotes around a value are kept, a number becomes a string), unless a
/// string in it opens a value with `'` or a backtick and does not close it: as the text might be
/// no JSON, the rest goes then. Who must have JSON redacts the strings of the parsed value.
pub fn redact(text: &str) -> Cow<'_, str> {
    if !may_hold_a_secret(text.as_bytes()) {
        return Cow::Borrowed(text);
    }
    Redactor { text, out: String::new(), copied: 0, query_end: 0 }.run()
}

/// The longest beginning of `text` of at most `bytes_max` bytes that ends at a character.
///
/// A message is redacted first and cut then: a secret that was cut might not be recognised.
pub fn cut(text: &str, bytes_max: usize) -> &str {
    &text[..text.floor_char_boundary(bytes_max)]
}

/// Every pattern has one of these bytes in it: the separators (0xEF begins the wide ones), the
/// `%` and `\` of encoded ones, and the `K` of `AKID`.
fn may_hold_a_secret(bytes: &[u8]) -> bool {
    memchr3(b'=', b':', b'%', bytes).is_some() || memchr3(b'K', b'\\', 0xEF, bytes).is_some()
}

struct Redactor<'t> {
    text: &'t str,
    out: String,
    /// All before this is in `out`.
    copied: usize,
    /// Queries that begin before this were looked through and are not signed.
    query_end: usize,
}

impl<'t> Redactor<'t> {
    fn run(mut self) -> Cow<'t, str> {
        let bytes = self.text.as_bytes();
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            at = match byte {
                b'A' => self.key_id(at),
                b'=' | b':' | b'?' | b'%' | b'\\' | 0xEF => self.announced(at),
                _ => at + 1,
            };
        }
        if self.out.is_empty() {
            return Cow::Borrowed(self.text);
        }
        self.out.push_str(&self.text[self.copied..]);
        Cow::Owned(self.out)
    }

    /// Replaces `start..end`, with quotes around it where JSON needs them.
    fn replace(&mut self, start: usize, end: usize, quote: Option<Quote>) {
        if start >= end || (quote.is_none() && self.text[start..end] == *REDACTED) {
            return;
        }
        self.out.push_str(&self.text[self.copied..start]);
        push_quote(&mut self.out, quote);
        self.out.push_str(REDACTED);
        push_quote(&mut self.out, quote);
        self.copied = end;
    }

    fn key_id(&mut self, at: usize) -> usize {
        let rest = &self.text.as_bytes()[at..];
        let Some(letters) = rest.strip_prefix(KEY_ID_PREFIX.as_bytes()) else {
            return at + 1;
        };
        let length = letters.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let end = at + KEY_ID_PREFIX.len() + length;
        if length >= KEY_ID_LETTERS_MIN {
            self.replace(at, end, None);
            return end;
        }
        at + 1
    }

    /// A separator, the beginning of a query, or neither.
    fn announced(&mut self, at: usize) -> usize {
        let rest = &self.text.as_bytes()[at..];
        if let Some(length) = starts_with_one_of(rest, QUERY_STARTS) {
            return self.query(at + length);
        }
        let Some(length) = starts_with_one_of(rest, SEPARATORS) else {
            return at + 1;
        };
        match key_before(self.text.as_bytes(), at) {
            _ if rest.starts_with(b"::") => at + 2,
            Some(key) => self.value(at, at + length, key),
            None if rest.starts_with(b"://") => self.user_info(at + 3),
            None => at + length,
        }
    }

    /// Looks through the query that begins at `start`, once.
    fn query(&mut self, start: usize) -> usize {
        if start < self.query_end {
            return start;
        }
        let rest = &self.text[start..];
        let end = self.trimmed(start, start + rest.find(stops_everything).unwrap_or(rest.len()));
        if is_signed(&self.text.as_bytes()[start..end]) {
            self.replace(start, end, None);
            return end;
        }
        self.query_end = end;
        start
    }

    /// `user:secret@` behind `://`: only the part behind the colon goes.
    fn user_info(&mut self, start: usize) -> usize {
        let rest = &self.text[start..];
        let is_end = |c: char| matches!(c, '/' | '?' | '#' | '\\') || stops_everything(c);
        let authority = &rest[..rest.find(is_end).unwrap_or(rest.len())];
        if let Some((user_info, _)) = authority.rsplit_once('@')
            && let Some((user, _)) = user_info.split_once(':')
        {
            let secret = start + user.len() + 1;
            let end = start + user_info.len();
            // A member named like the user may have been replaced here, up to an `&`.
            if !self.text[secret..end].starts_with(REDACTED) {
                self.replace(secret, end, None);
            }
            return end;
        }
        start
    }

    /// Replaces the value behind a separator that ends at `start`; says where to read on.
    fn value(&mut self, separator: usize, start: usize, key: Key) -> usize {
        let bytes = self.text.as_bytes();
        let mut at = start;
        if matches!(bytes.get(at), Some(b'=' | b'>')) {
            at += 1;
        }
        at += blanks(&bytes[at..]);
        if let Some(quote) = quote_at(bytes, at) {
            return self.quoted(at, quote, key.quote);
        }
        match bytes.get(at) {
            None | Some(b'{') => return at,
            Some(b'[') => {
                let inner = at + 1 + white_space(&bytes[at + 1..]);
                if key.quote.is_some() || quote_at(bytes, inner).is_some() {
                    return self.array(inner, key.quote);
                }
            }
            // Behind a colon, text that is not ASCII is a sentence.
            Some(0x80..) if matches!(&self.text[separator..start], ":" | "：") => return at,
            Some(_) => {}
        }
        let mut end = self.word_end(at, bytes[separator] == b'%');
        let value = &self.text[at..end];
        if NOT_SECRET.iter().any(|word| word.eq_ignore_ascii_case(value)) {
            return end;
        }
        let is_json_number = key.quote.is_some() && value.starts_with(|c: char| c == '-' || c.is_ascii_digit());
        if key.extent == Extent::Line && !is_json_number {
            end = self.line_end(at);
        }
        self.replace(at, end, key.quote);
        end
    }

    /// Replaces what stands in the quotes that open at `at`.
    fn quoted(&mut self, at: usize, quote: Quote, key: Option<Quote>) -> usize {
        let bytes = self.text.as_bytes();
        let start = at + quote.len();
        // `"Message":"no password=","RequestId":…`: this quote may as well end the string in which
        // the name stands. What follows tells, or a quote around the name that is escaped deeper.
        let ends_outer = match key {
            None => closes_here(bytes, start),
            Some(key) => quote.backslashes < key.backslashes,
        };
        if ends_outer {
            return start;
        }
        let (end, after) = closing(bytes, start, quote);
        self.replace(start, end, None);
        after
    }

    /// Replaces the strings of an array, as header maps print them: `"Authorization":["…"]`.
    fn array(&mut self, mut at: usize, key: Option<Quote>) -> usize {
        let bytes = self.text.as_bytes();
        while let Some(quote) = quote_at(bytes, at) {
            at = self.quoted(at, quote, key);
            at += white_space(&bytes[at..]);
            if bytes.get(at) != Some(&b',') {
                break;
            }
            at += 1 + white_space(&bytes[at + 1..]);
        }
        at
    }

    fn word_end(&self, start: usize, encoded: bool) -> usize {
        let rest = &self.text[start..];
        let stops = |&(at, c): &(usize, char)| match c {
            '&' | ',' | ';' => true,
            '%' if !encoded => false,
            '%' | '\\' => starts_with_one_of(&rest.as_bytes()[at..], QUERY_PARTS).is_some(),
            _ => stops_everything(c),
        };
        let length = rest.char_indices().find(stops).map_or(rest.len(), |(at, _)| at);
        self.trimmed(start, start + length)
    }

    /// The end of a header value. Go prints `map[Authorization:[Bearer …] Host:[…]]`: a value in
    /// brackets ends with them. The parameters of `Digest` are quoted and part of the value.
    fn line_end(&self, start: usize) -> usize {
        let bytes = self.text.as_bytes();
        let digest = starts_with_one_of(&bytes[start..], &["digest "]).is_some();
        let mut at = start;
        while let Some(&byte) = bytes.get(at) {
            match byte {
                b'\n' | b'\r' => break,
                b'\\' if matches!(bytes.get(at + 1), Some(b'n' | b'r')) => break,
                b']' if bytes[start] == b'[' => return at + 1,
                b'"' | b'\'' | b'`' => {
                    let quote = quote_at_end(&bytes[start..=at]);
                    let name = &bytes[start..at + 1 - quote.map_or(0, Quote::len)];
                    let (Some(quote), true, false) =
                        (quote, digest && name.ends_with(b"="), closes_here(bytes, at + 1))
                    else {
                        break;
                    };
                    let (end, after) = closing(bytes, at + 1, quote);
                    at = end;
                    if after == end {
                        break;
                    }
                    at = after - 1;
                }
                _ => {}
            }
            at += 1;
        }
        self.trimmed(start, at)
    }

    /// Leaves out what closes the sentence or the brackets around a value, and the backslashes of
    /// the quote behind it. Brackets that the value opened itself stay, [`REDACTED`] among them.
    fn trimmed(&self, start: usize, end: usize) -> usize {
        let value = &self.text[start..end];
        let kept = match value.find(']') {
            Some(at) if value.starts_with('[') => at + 1,
            _ => 0,
        };
        let ends_at_quote = matches!(self.text.as_bytes().get(end), Some(b'"' | b'\'' | b'`'));
        let is_closer = |c: char| matches!(c, ')' | ']' | '}' | '.' | ' ' | '\t') || (c == '\\' && ends_at_quote);
        start + kept + value[kept..].trim_end_matches(is_closer).len()
    }
}

fn blanks(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

fn white_space(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| byte.is_ascii_whitespace()).count()
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
            (r#"{"M":"a password=b\\","R":"c"}"#, r#"{"M":"a password=[redacted]\\","R":"c"}"#),
            (r#"{"M":"password=\"b c\" d"}"#, r#"{"M":"password=\"[redacted]\" d"}"#),
            // Deeper and deeper, and cut.
            (r#"{"M":"{\"Password\":\"a\\\"b\\\\\",\"c\":1}"}"#, r#"{"M":"{\"Password\":\"[redacted]\",\"c\":1}"}"#),
            (r#"{"M":"{\"Password\":\"abc","R":"c"}"#, r#"{"M":"{\"Password\":\"[redacted]","R":"c"}"#),
            (r#"{\\\"Token\\\":\\\"x\\\",1"#, r#"{\\\"Token\\\":\\\"[redacted]\\\",1"#),
            (r#""Password":"abc"#, r#""Password":"[redacted]"#),
            ("{'password': 'it\\'s', 'x': 1}", "{'password': '[redacted]', 'x': 1}"),
            // Values of other types.
            (r#"{"Token":{"Token":0,"x":[1]},"b":1}"#, r#"{"Token":{"Token":"[redacted]","x":[1]},"b":1}"#),
            (r#"{"Password" : [ "a" , "b" ],"c":"d"}"#, r#"{"Password" : [ "[redacted]" , "[redacted]" ],"c":"d"}"#),
            (r#"{"Authorization":true,"b":1}"#, r#"{"Authorization":true,"b":1}"#),
            (r#"{"Authorization":12,"b":1}"#, r#"{"Authorization":"[redacted]","b":1}"#),
            (r#"{\"Token\":12,\"b\":1}"#, r#"{\"Token\":\"[redacted]\",\"b\":1}"#),
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
