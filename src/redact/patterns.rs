//! What is secret: the names, the separators, the signed queries, as data, and how each is matched;
//! refuses to know what becomes of the value.

use std::ops::Range;

use super::quotes::{Quote, quote_at_end};

/// What stands where a secret stood.
pub const REDACTED: &str = "[redacted]";

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
pub(super) const SEPARATORS: &[&str] = &["=", ":", "：", "＝"];

/// A query with a parameter whose name begins so is the query of a signed URL.
pub(super) const SIGNED_PREFIXES: &[&str] =
    &["q-sign", "q-ak", "q-key-time", "x-cos-security-token", "x-amz-", "x-oss-", "x-goog-", "ossaccesskeyid"];

/// A query with a parameter of exactly this name is the query of a signed URL.
pub(super) const SIGNED_NAMES: &[&str] = &["sign", "sig", "signature"];

/// What the names of signed queries begin with.
const SIGNED_FIRST: [bool; 256] = {
    let mut first = [false; 256];
    let tables = [SIGNED_PREFIXES, SIGNED_NAMES];
    let mut table = 0;
    while table < tables.len() {
        let mut place = 0;
        while place < tables[table].len() {
            first[tables[table][place].as_bytes()[0] as usize] = true;
            place += 1;
        }
        table += 1;
    }
    first
};

/// What parts the parameters of a query.
pub(super) const QUERY_PARTS: &[&str] = &["&amp;", "&"];

/// Every pattern has one of these bytes in it: the separators (0xEF begins the wide ones), the
/// `%` and `\` of escapes, and the `K` of `AKID`.
pub(super) fn announces(byte: u8) -> bool {
    matches!(byte, b'=' | b':' | b'%' | b'K' | b'\\' | 0xEF)
}

/// A key id: this prefix and at least this many letters or digits. Real ones have up to 40; a
/// longer run is taken whole, because half a secret is still a secret.
pub(super) const KEY_ID_PREFIX: &str = "AKID";
pub(super) const KEY_ID_LETTERS_MIN: usize = 13;

/// An unquoted value that says that there is no secret.
pub(super) const NOT_SECRET: &[&str] = &["true", "false", "null", "none", "nil", "undefined"];

/// Whether an unquoted value says that a secret is missing.
pub(super) fn is_not_secret(value: &str) -> bool {
    // The shortest and the longest of them.
    (3..=9).contains(&value.len()) && NOT_SECRET.iter().any(|word| word.eq_ignore_ascii_case(value))
}

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
    /// Where the quote stands.
    pub(super) quote_place: Range<usize>,
}

/// The tables of names, each with whether a name counts only whole and how far its value goes.
const TABLES: [(&[&str], bool, Extent); 3] = [
    (SECRET_HEADERS, false, Extent::Line),
    (SECRET_NAMES, false, Extent::Word),
    (SECRET_WHOLE_NAMES, true, Extent::Word),
];

/// By the last byte of a name, in lower case: a bit for each table with such a name. Most of what stands before a
/// separator ends with none.
const LAST_BYTES: [u8; 256] = {
    let mut last_bytes = [0; 256];
    let mut table = 0;
    while table < TABLES.len() {
        let names = TABLES[table].0;
        let mut place = 0;
        while place < names.len() {
            let name = names[place].as_bytes();
            last_bytes[name[name.len() - 1] as usize] |= 1 << table;
            place += 1;
        }
        table += 1;
    }
    last_bytes
};

/// By the last byte of a name, in lower case: a bit for the lowest five bits of each byte that stands before it in such a
/// name. Words of prose end like names often, but seldom in two letters.
const BYTES_BEFORE: [u32; 256] = {
    let mut before = [0; 256];
    let mut table = 0;
    while table < TABLES.len() {
        let names = TABLES[table].0;
        let mut place = 0;
        while place < names.len() {
            let name = names[place].as_bytes();
            before[name[name.len() - 1] as usize] |= 1 << (name[name.len() - 2] & 31);
            place += 1;
        }
        table += 1;
    }
    before
};

/// What of ASCII ends a value, a query and an authority alike.
const STOPS: [bool; 128] = {
    let mut stops = [false; 128];
    let mut byte = 0_u8;
    while byte < 128 {
        stops[byte as usize] = byte <= b' ' || matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>' | 0x7f);
        byte += 1;
    }
    stops
};

/// White space of any kind, and characters that nobody sees.
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

/// Where the first character of a text is that ends a value, a query and an authority alike, or one for which `stops`
/// says so; the length of the text when there is none. `stops` is asked for ASCII only.
pub(super) fn stop_in(text: &str, stops: impl Fn(usize, u8) -> bool) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte.is_ascii() {
            if STOPS[usize::from(byte)] || stops(at, byte) {
                break;
            }
            at += 1;
        } else {
            let Some(c) = text[at..].chars().next().filter(|&c| !stops_beyond_ascii(c)) else { break };
            at += c.len_utf8();
        }
    }
    at
}

/// What ends all of these beyond ASCII. The wide marks are those that Chinese text puts right after a value, without a
/// blank.
fn stops_beyond_ascii(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '，' | '。' | '；' | '、' | '！' | '？' | '）' | '】' | '」' | '』' | '》' | '”' | '’')
}

/// The length of the first of `words` that `bytes` begins with, ASCII case ignored.
pub(super) fn starts_with_one_of(bytes: &[u8], words: &[&str]) -> Option<usize> {
    let begins = |word: &&str| bytes.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()));
    words.iter().copied().find(begins).map(str::len)
}

/// The length of the separator that `bytes` begins with.
pub(super) fn separator(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [b'=' | b':', ..] => Some(1),
        [0xef, ..] => starts_with_one_of(bytes, SEPARATORS),
        _ => None,
    }
}

/// The secret's name in front of the separator at `separator`, if there is one: after white space, a closing bracket and
/// a quote, as in `headers['Authorization'] = …`.
pub(super) fn key_before(text: &str, separator: usize) -> Option<Key> {
    if may_follow_name(&text.as_bytes()[..separator]) { whole_key_before(text, separator) } else { None }
}

/// Whether a separator may follow the name of a secret here. Most of what stands before one is a word, in quotes or
/// not, and ends as no name does.
pub(super) fn may_follow_name(before: &[u8]) -> bool {
    let mut name = before;
    if let [word @ .., b'"'] = name {
        name = word;
        while let [word @ .., b'\\'] = name {
            name = word;
        }
    }
    name.split_last().is_some_and(|(&last, before)| !last.is_ascii_alphanumeric() || may_end_name(last, before))
}

fn whole_key_before(text: &str, separator: usize) -> Option<Key> {
    let name = trimmed(&text[..separator]);
    let name = name.strip_suffix(']').unwrap_or(name);
    let quote = quote_at_end(name.as_bytes());
    let quote_place = name.len() - quote.map_or(0, Quote::len)..name.len();
    let name = trimmed(&name[..quote_place.start]);
    Some(Key { extent: extent(name.as_bytes())?, quote, quote_place })
}

fn trimmed(name: &str) -> &str {
    // Nearly all names end with a letter, and this is asked at every separator.
    if name.as_bytes().last().is_some_and(u8::is_ascii_graphic) { name } else { name.trim_end_matches(is_space) }
}

/// Whether a name is that of a secret.
pub(super) fn is_secret_name(name: &str) -> bool {
    key_before(name, name.len()).is_some()
}

/// How far the value after a name goes, if the name is that of a secret.
fn extent(name: &[u8]) -> Option<Extent> {
    let (&last, before) = name.split_last()?;
    if !may_end_name(last, before) {
        return None;
    }
    let last = last.to_ascii_lowercase();
    let found = LAST_BYTES[usize::from(last)];
    let tables = TABLES.iter().enumerate().filter(|(table, _)| found >> table & 1 == 1);
    let has = |names: &[&str], whole| {
        names.iter().any(|secret| secret.as_bytes().last() == Some(&last) && ends_with_name(name, secret, whole))
    };
    tables.map(|(_, table)| table).find(|(names, whole, _)| has(names, *whole)).map(|&(_, _, extent)| extent)
}

/// Whether a name may end with this byte after those, by the two last ones.
fn may_end_name(last: u8, before: &[u8]) -> bool {
    let next = match before {
        [.., next, b'_' | b'-'] | [.., next] => next,
        [] => return false,
    };
    BYTES_BEFORE[usize::from(last.to_ascii_lowercase())] >> (next & 31) & 1 == 1
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
    let mut parameter = query;
    while !begins_signed(parameter) {
        let Some(at) = memchr::memchr(b'&', parameter) else { return false };
        let rest = &parameter[at..];
        parameter = &rest[starts_with_one_of(rest, QUERY_PARTS).unwrap_or(1)..];
    }
    true
}

fn begins_signed(parameter: &[u8]) -> bool {
    let may_begin = parameter.first().is_some_and(|&first| SIGNED_FIRST[usize::from(first.to_ascii_lowercase())]);
    may_begin && begins_signed_name(parameter)
}

fn begins_signed_name(parameter: &[u8]) -> bool {
    let is_whole = |name: &&str| {
        starts_with_one_of(parameter, &[*name])
            .is_some_and(|length| starts_with_one_of(&parameter[length..], SEPARATORS).is_some())
    };
    starts_with_one_of(parameter, SIGNED_PREFIXES).is_some() || SIGNED_NAMES.iter().any(is_whole)
}
