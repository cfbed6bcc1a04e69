//! The names under which wrappers keep context (the table of SPEC 5). It knows keys only: neither where they stand
//! nor what their values mean.

use crate::time::Unit;

/// A piece of context that is looked for around the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// When the call was made or logged.
    Time,
    /// The product, such as `cvm`.
    Service,
    /// The API, such as `DescribeInstances`.
    Action,
    /// The region, such as `ap-guangzhou`.
    Region,
    /// How long the call took.
    Duration,
    /// The HTTP status.
    Status,
}

impl Field {
    /// Every field, in the order of the table.
    pub const ALL: [Self; 6] = [Self::Time, Self::Service, Self::Action, Self::Region, Self::Duration, Self::Status];

    /// The word that options and reports use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Service => "service",
            Self::Action => "action",
            Self::Region => "region",
            Self::Duration => "duration",
            Self::Status => "status",
        }
    }

    /// Reads the word that [`Field::as_str`] gives, and nothing else.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.as_str() == word)
    }

    /// The names of this field in the order of the table, as documentation shows them; those of the duration
    /// without the suffixes of [`DURATION_SUFFIXES`].
    #[must_use]
    pub const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Time => &["time", "timestamp", "ts", "eventTime", "datetime", "date"],
            Self::Service => &["service", "product", "module", "eventSource"],
            Self::Action => &["action", "api", "apiName", "eventName", "xTcAction"],
            Self::Region => &["region", "eventRegion", "xTcRegion"],
            Self::Duration => &["duration", "latency", "elapsed", "cost", "took", "rt"],
            Self::Status => &["status", "statusCode", "httpStatus", "code"],
        }
    }
}

/// What the name of a duration may end with, and the unit that it then has; the bare name comes first.
pub const DURATION_SUFFIXES: [(&str, Option<Unit>); 6] = [
    ("", None),
    ("ns", Some(Unit::Ns)),
    ("us", Some(Unit::Us)),
    ("ms", Some(Unit::Ms)),
    ("s", Some(Unit::S)),
    ("sec", Some(Unit::S)),
];

/// What a name in the table stands for: the field, the rank of the name in the field's row, and for durations the
/// unit of its suffix.
pub type Name = (Field, u8, Option<Unit>);

/// The field that a key (unescaped) names, the rank of the name among those of its field, the lowest first, and the
/// unit in the name of a duration.
///
/// Keys are compared without the case of ASCII letters, `_`, `-` and `@`; so all spellings of one name have one
/// rank. A duration's name with a suffix is a name of its own: all of `duration…` come before all of `latency…`, and
/// among them the bare one, then the suffixes in the order of [`DURATION_SUFFIXES`]. To the letter of the table,
/// `costs` is `cost` with the suffix `s`, since it cannot be told from `cost_s`.
#[must_use]
pub fn field_of(key: &str) -> Option<Name> {
    field_of_bytes(key.as_bytes())
}

/// As [`field_of`], for a key whose bytes nobody has checked yet: all names are ASCII, so bytes that are not UTF-8
/// are no name.
#[must_use]
pub fn field_of_bytes(key: &[u8]) -> Option<Name> {
    let mut prefix = START;
    for &byte in key {
        prefix = NAMES.next[prefix as usize][(CLASSES[byte as usize] % CLASS_COUNT) as usize];
        if prefix == NO_NAME {
            return None;
        }
    }
    NAMES.complete[prefix as usize]
}

/// All names as a tree of their prefixes: most keys leave it after two or three letters, and no key is copied.
struct Names {
    /// The prefix that a prefix becomes with one more byte, by the byte's class.
    next: [[u8; CLASS_COUNT as usize]; PREFIXES_MAX],
    /// What a prefix that is a whole name gives.
    complete: [Option<(Field, u8, Option<Unit>)>; PREFIXES_MAX],
}

/// As many prefixes as one byte numbers; the names need fewer.
const PREFIXES_MAX: usize = 256;
/// The number of what begins no name.
const NO_NAME: u8 = 0;
/// The number of the empty prefix.
const START: u8 = 1;

/// What the bytes of keys are: letters without their case, 0 to 25, or one of the other classes.
static CLASSES: [u8; 256] = classes();
/// `_`, `-` and `@`, which leave a prefix as it is.
const IGNORED: u8 = 26;
/// What is in no name.
const NO_LETTER: u8 = 27;
/// A power of two, so that no bounds need checking.
const CLASS_COUNT: u8 = 32;

static NAMES: Names = names();

const fn classes() -> [u8; 256] {
    let mut classes = [NO_LETTER; 256];
    let mut letter = 0;
    while letter < 26 {
        classes[(b'a' + letter) as usize] = letter;
        classes[(b'A' + letter) as usize] = letter;
        letter += 1;
    }
    classes[b'_' as usize] = IGNORED;
    classes[b'-' as usize] = IGNORED;
    classes[b'@' as usize] = IGNORED;
    classes
}

const fn names() -> Names {
    let mut names = Names { next: [[NO_NAME; CLASS_COUNT as usize]; PREFIXES_MAX], complete: [None; PREFIXES_MAX] };
    names.next[START as usize][IGNORED as usize] = START;
    let mut last = START;
    let mut field_at = 0;
    while field_at < Field::ALL.len() {
        let field = Field::ALL[field_at];
        let suffixes = if matches!(field, Field::Duration) { DURATION_SUFFIXES.len() } else { 1 };
        let mut rank = 0;
        while rank < field.names().len() * suffixes {
            let (suffix, unit) = DURATION_SUFFIXES[rank % suffixes];
            let prefix = add(&mut names, &mut last, START, field.names()[rank / suffixes]);
            let prefix = add(&mut names, &mut last, prefix, suffix);
            assert!(names.complete[prefix as usize].is_none(), "no name means two things");
            names.complete[prefix as usize] = Some((field, rank as u8, unit));
            rank += 1;
        }
        field_at += 1;
    }
    names
}

/// Walks from a prefix along more letters, makes what is missing, and gives the prefix at the end. Fails to compile
/// when there are too many.
const fn add(names: &mut Names, last: &mut u8, prefix: u8, letters: &str) -> u8 {
    let letters = letters.as_bytes();
    let mut prefix = prefix;
    let mut at = 0;
    while at < letters.len() {
        let class = classes()[letters[at] as usize] as usize;
        if names.next[prefix as usize][class] == NO_NAME {
            *last += 1;
            names.next[prefix as usize][class] = *last;
            names.next[*last as usize][IGNORED as usize] = *last;
        }
        prefix = names.next[prefix as usize][class];
        at += 1;
    }
    prefix
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Found = (Field, u8, Option<Unit>);

    /// The table of the specification, written out again.
    const TABLE: [(Field, &[&str]); 6] = [
        (Field::Time, &["time", "timestamp", "ts", "eventTime", "datetime", "date"]),
        (Field::Service, &["service", "product", "module", "eventSource"]),
        (Field::Action, &["action", "api", "apiName", "eventName", "xTcAction"]),
        (Field::Region, &["region", "eventRegion", "xTcRegion"]),
        (Field::Duration, &["duration", "latency", "elapsed", "cost", "took", "rt"]),
        (Field::Status, &["status", "statusCode", "httpStatus", "code"]),
    ];

    /// The rule in plain words: what `field_of` must agree with on every key.
    fn in_plain_words(key: &str) -> Option<Found> {
        let plain = |text: &str| text.replace(['_', '-', '@'], "").to_ascii_lowercase();
        let key = plain(key);
        for (field, names) in TABLE {
            let suffixes = match field {
                Field::Duration => &DURATION_SUFFIXES[..],
                _ => &[("", None)][..],
            };
            let mut rank = 0;
            for name in names {
                for &(suffix, unit) in suffixes {
                    if key == plain(name) + suffix {
                        return Some((field, rank, unit));
                    }
                    rank += 1;
                }
            }
        }
        None
    }

    /// Every name of the table, with what it must give.
    fn every_name() -> Vec<(String, Found)> {
        let mut all = Vec::new();
        for (field, names) in TABLE {
            for name in names {
                for (suffix, _) in DURATION_SUFFIXES {
                    let name = format!("{name}{suffix}");
                    if let Some(found) = in_plain_words(&name).filter(|found| found.0 == field) {
                        all.push((name, found));
                    }
                }
            }
        }
        all
    }

    #[test]
    fn knows_every_name_in_every_case_and_with_every_separator() {
        let names = every_name();
        assert_eq!(names.len(), 22 + 6 * 6);
        for (name, expected) in names {
            let expected = Some(expected);
            for cases in 0_u32..1 << name.len() {
                let mut spelling = name.clone().into_bytes();
                for (at, byte) in spelling.iter_mut().enumerate() {
                    if cases >> at & 1 == 1 {
                        *byte ^= 0x20;
                    }
                }
                let spelling = String::from_utf8(spelling).unwrap();
                assert_eq!(field_of(&spelling), expected, "{spelling}");
            }
            for at in 0..=name.len() {
                for between in ["_", "-", "@", "__", "-@_", &"_".repeat(300)] {
                    let spelling = format!("{}{between}{}", &name[..at], &name[at..]);
                    assert_eq!(field_of(&spelling), expected, "{spelling}");
                }
                for between in ["x", ".", " ", "$", "1", "\0", "é", "ſ", "\u{212a}"] {
                    let other = format!("{}{between}{}", &name[..at], &name[at..]);
                    assert_eq!(field_of(&other), in_plain_words(&other), "{other}");
                }
            }
        }
    }

    #[test]
    fn knows_the_usual_spellings() {
        for (key, expected) in [
            ("time", Some((Field::Time, 0, None))),
            ("@timestamp", Some((Field::Time, 1, None))),
            ("event_time", Some((Field::Time, 3, None))),
            ("date", Some((Field::Time, 5, None))),
            ("EventSource", Some((Field::Service, 3, None))),
            ("X-TC-Action", Some((Field::Action, 4, None))),
            ("x_tc_region", Some((Field::Region, 2, None))),
            ("status_code", Some((Field::Status, 1, None))),
            ("code", Some((Field::Status, 3, None))),
            ("duration", Some((Field::Duration, 0, None))),
            ("duration_ns", Some((Field::Duration, 1, Some(Unit::Ns)))),
            ("duration_us", Some((Field::Duration, 2, Some(Unit::Us)))),
            ("durationMs", Some((Field::Duration, 3, Some(Unit::Ms)))),
            ("duration_s", Some((Field::Duration, 4, Some(Unit::S)))),
            ("duration-sec", Some((Field::Duration, 5, Some(Unit::S)))),
            ("latency", Some((Field::Duration, 6, None))),
            ("latencyMs", Some((Field::Duration, 9, Some(Unit::Ms)))),
            ("elapsed-sec", Some((Field::Duration, 17, Some(Unit::S)))),
            ("costs", Some((Field::Duration, 22, Some(Unit::S)))),
            ("took_s", Some((Field::Duration, 28, Some(Unit::S)))),
            ("RT", Some((Field::Duration, 30, None))),
            ("rt_sec", Some((Field::Duration, 35, Some(Unit::S)))),
            ("", None),
            ("_", None),
            ("@@@", None),
            ("t", None),
            ("r", None),
            ("times", None),
            ("time_ms", None),
            ("statusms", None),
            ("ms", None),
            ("msduration", None),
            ("durationm", None),
            ("durationsecs", None),
            ("duration_ms_ms", None),
            ("durationsecdurationsec", None),
            ("Response", None),
            ("RequestId", None),
            ("Error", None),
            ("Code2", None),
            ("tìme", None),
        ] {
            assert_eq!(field_of(key), expected, "{key}");
            assert_eq!(field_of(key), in_plain_words(key), "{key}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_no_name() {
        assert_eq!(field_of_bytes(b"ti\xffme"), None);
        assert_eq!(field_of_bytes(b"time\xc3"), None);
        assert_eq!(field_of_bytes(b"\\u0074ime"), None, "escapes are undone before");
        assert_eq!(field_of_bytes(b"@time"), field_of("time"));
    }

    #[test]
    fn words_read_back() {
        for (field, (table_field, names)) in Field::ALL.into_iter().zip(TABLE) {
            assert_eq!(field, table_field);
            assert_eq!(field.names(), names);
            assert_eq!(Field::parse(field.as_str()), Some(field));
        }
        assert_eq!(Field::parse("Time"), None);
    }

    proptest! {
        #[test]
        fn agrees_with_the_rule_on_any_key(
            key in "\\PC{0,16}",
            like in "[@_-]?(time|stamp|ts|event|date|source|x|tc|action|rt|cost|took|status|http|code){1,3}_?(ns|us|ms|s|sec)?",
        ) {
            prop_assert_eq!(field_of(&key), in_plain_words(&key));
            prop_assert_eq!(field_of(&like), in_plain_words(&like));
        }
    }
}
