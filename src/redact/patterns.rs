//! What is secret: the names, the separators, the signed queries, as data, and how each is matched;
//! refuses to know what becomes of the value.

use super::quotes::{Quote, quote_at_end};

/// A member, parameter or variable whose name ends so holds a secret; case, `_` and `-` are
/// ignored, so `BizToken`, `access_token` and `X-Cos-Security-Token` are all `token`.
pub(super) const SECRET_NAMES: &[&str] = &[
    "token",
    "password",
    "passwd",
    "pwd",
    "passphrase",
    "密码",
    "secretkey",
    "secretid",
    "secret",
    "accesskey",
    "accesskeyid",
    "apikey",
    "privatekey",
    "usersig",
    "signature",
    "credential",
    "credentials",
];

/// As above, but only as a whole name: `sign` is a secret, `design` is not.
pub(super) const SECRET_WHOLE_NAMES: &[&str] = &["sign", "sig"];

/// Headers whose unquoted value goes on to the end of the line.
pub(super) const SECRET_HEADERS: &[&str] = &["authorization"];

/// What may stand between a name and its value; `=>`, `==` and `:=` are understood as well.
pub(super) const SEPARATORS: &[&str] = &["=", ":", "%3d", r"\u003d", "：", "＝"];

/// A query with a parameter whose name begins so is the query of a signed URL.
pub(super) const SIGNED_PREFIXES: &[&str] =
    &["q-sign", "q-ak", "q-key-time", "x-cos-security-token", "x-amz-", "x-oss-", "x-goog-", "ossaccesskeyid"];

/// A query with a parameter of exactly this name is the query of a signed URL.
pub(super) const SIGNED_NAMES: &[&str] = &["sign", "sig", "signature"];

/// What begins a query, and what parts its parameters.
pub(super) const QUERY_STARTS: &[&str] = &["?", "%3f", r"\u003f"];
pub(super) const QUERY_PARTS: &[&str] = &["&amp;", "&", "%26", r"\u0026"];

/// A key id: this prefix and at least so many letters or digits. Real ones have up to 40; a
/// longer run is taken whole, because half a secret is still a secret.
pub(super) const KEY_ID_PREFIX: &str = "AKID";
pub(super) const KEY_ID_LETTERS_MIN: usize = 13;

/// An unquoted value that says that there is no secret.
pub(super) const NOT_SECRET: &[&str] = &["true", "false", "null", "none", "nil", "undefined"];

/// Blanks allowed between a name and its separator.
const BLANKS_MAX: usize = 4;

/// How far an unquoted value goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    Word,
    Line,
}

/// What stands before a separator.
pub(super) struct Key {
    pub(super) extent: Extent,
    pub(super) quote: Option<Quote>,
}

/// What ends a value, a query and an authority alike. The wide marks are those that Chinese text
/// puts right behind a value, without a blank.
pub(super) fn stops_everything(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '"' | '\'' | '`' | '<' | '>')
        || matches!(c, '，' | '。' | '；' | '、' | '！' | '？' | '）' | '】' | '」' | '』' | '》' | '”' | '’')
}

/// The length of the first of `words` that `bytes` begins with, ASCII case ignored.
pub(super) fn starts_with_one_of(bytes: &[u8], words: &[&str]) -> Option<usize> {
    let begins = |word: &&str| bytes.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()));
    words.iter().copied().find(begins).map(str::len)
}

/// The secret's name in front of the separator at `separator`, if there is one: behind at most a
/// few blanks, a closing bracket and a quote, as in `headers['Authorization'] = …`.
pub(super) fn key_before(bytes: &[u8], separator: usize) -> Option<Key> {
    let mut name = &bytes[..separator];
    for _ in 0..BLANKS_MAX {
        name = name.strip_suffix(b" ").unwrap_or(name);
    }
    name = name.strip_suffix(b"]").unwrap_or(name);
    let quote = quote_at_end(name);
    name = &name[..name.len() - quote.map_or(0, Quote::len)];
    let has = |names: &[&str], whole| names.iter().any(|secret| ends_with_name(name, secret, whole));
    let extent = if has(SECRET_HEADERS, false) {
        Extent::Line
    } else if has(SECRET_NAMES, false) || has(SECRET_WHOLE_NAMES, true) {
        Extent::Word
    } else {
        return None;
    };
    Some(Key { extent, quote })
}

/// Whether `text` ends with `name`, which is in lower case; `_` and `-` in between do not count.
fn ends_with_name(text: &[u8], name: &str, whole: bool) -> bool {
    let mut text = text;
    for (index, &expected) in name.as_bytes().iter().enumerate().rev() {
        let is_last = index + 1 == name.len();
        let mut rest = text;
        // At most one mark between two letters keeps the step constant.
        if let (false, Some((b'_' | b'-', before))) = (is_last, rest.split_last()) {
            rest = before;
        }
        match rest.split_last() {
            Some((byte, before)) if byte.eq_ignore_ascii_case(&expected) => text = before,
            _ => return false,
        }
    }
    !(whole && text.last().is_some_and(u8::is_ascii_alphanumeric))
}

/// Whether one of the parameters of a query is one that only signed URLs have.
pub(super) fn is_signed(query: &[u8]) -> bool {
    let mut at = 0;
    let mut begins = true;
    while at < query.len() {
        let rest = &query[at..];
        if begins && begins_signed(rest) {
            return true;
        }
        let part = starts_with_one_of(rest, QUERY_PARTS);
        begins = part.is_some();
        at += part.unwrap_or(1);
    }
    false
}

fn begins_signed(parameter: &[u8]) -> bool {
    let is_whole = |name: &&str| {
        starts_with_one_of(parameter, &[*name])
            .is_some_and(|length| starts_with_one_of(&parameter[length..], SEPARATORS).is_some())
    };
    starts_with_one_of(parameter, SIGNED_PREFIXES).is_some() || SIGNED_NAMES.iter().any(is_whole)
}
