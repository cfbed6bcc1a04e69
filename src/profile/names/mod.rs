//! What keys mean: the names under which wrappers keep context, and those of the objects beside the envelope that hold
//! some. It knows keys only: neither where they stand nor what their values mean.

mod table;
mod tree;

pub use table::{ACTION_PREFIX_RANK, DURATION_SUFFIXES, Field, Side};

use self::table::HOSTS;
use self::tree::{CLASSES_OF_BYTES, IGNORED, NO_NAME, START, Tree};
use crate::time::Unit;

/// What a name in the table stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name {
    /// The field.
    pub field: Field,
    /// The place of the name in the field's row, the lowest first; all spellings of one name have the same.
    pub rank: u8,
    /// The unit that the name of a duration gives; none for a bare one, and for other fields.
    pub unit: Option<Unit>,
    /// Whether the name counts only when no other of its field is there at all.
    pub is_fallback: bool,
    /// Whether the value is a host that may tell the service, and is nothing when it does not.
    pub is_host: bool,
}

/// All that a key may say: a side object's name can be a field's as well, as `service` is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Meaning {
    /// The field, when the key names one.
    pub name: Option<Name>,
    /// The side object, when the key names one and its value is an object.
    pub side: Option<Side>,
}

impl Meaning {
    /// The meaning of most keys.
    pub const NONE: Self = Self { name: None, side: None };
}

/// What a key (unescaped) means, in one walk over its bytes. Bytes that are not UTF-8 mean nothing.
///
/// Keys are compared without the case of ASCII letters, `_`, `-`, `@`, `.`, and without a leading `http` that one of
/// these follows; so all spellings of one name have one rank. A duration's name with a suffix is a name of its own: all
/// of `duration…` come before all of `latency…`, and among them the bare one, then the suffixes in the order of
/// [`DURATION_SUFFIXES`]. To the letter of the table, `costs` is `cost` with the suffix `s`, since it cannot be told
/// from `cost_s`, and `http_status` is `status`.
#[must_use]
pub fn meaning_of(key: &[u8]) -> Meaning {
    walk(START, key).0
}

/// The field that a key (unescaped) names, as [`meaning_of`] has it.
#[must_use]
pub fn field_of(key: &str) -> Option<Name> {
    field_of_bytes(key.as_bytes())
}

/// As [`field_of`], for a key whose bytes nobody has checked yet.
#[must_use]
pub fn field_of_bytes(key: &[u8]) -> Option<Name> {
    meaning_of(key).name
}

/// The side object that a key (unescaped) names when its value is an object, as [`meaning_of`] has it.
#[must_use]
pub fn side_of(key: &[u8]) -> Option<Side> {
    meaning_of(key).side
}

/// The field that a key (unescaped) names directly within a side object: as a name with a dot when the two are one, so
/// that `duration` in `event` is `event.duration`; else as anywhere.
#[must_use]
pub fn field_in(side: Side, key: &[u8]) -> Option<Name> {
    if matches!(side, Side::Cloud | Side::Event | Side::Latencies)
        && let (Meaning { name: Some(name), .. }, true) = walk(NAMES.walk(START, side.as_str().as_bytes()).0, key)
    {
        return Some(name);
    }
    field_of_bytes(key)
}

/// What a prefix becomes with a key after it, and whether that is a name with a dot.
fn walk(prefix: u16, key: &[u8]) -> (Meaning, bool) {
    let (prefix, rest) = NAMES.walk(prefix, key);
    let Some(found) = FOUND.get(prefix as usize) else { return (Meaning::NONE, false) };
    if rest.is_empty() {
        return (found.meaning, found.is_dotted);
    }
    let Some(name) = found.meaning.name.filter(|_| found.takes_suffix) else { return (Meaning::NONE, false) };
    let (suffix, rest) = SUFFIXES.walk(START, rest);
    let place = SUFFIX_PLACES.get(suffix as usize).filter(|_| rest.is_empty()).copied().unwrap_or_default();
    match DURATION_SUFFIXES.get(place as usize) {
        Some(&(_, unit @ Some(_))) => {
            let name = Name { rank: name.rank + place, unit, ..name };
            (Meaning { name: Some(name), side: None }, found.is_dotted)
        }
        _ => (Meaning::NONE, false),
    }
}

/// What a prefix that is a whole name gives.
#[derive(Clone, Copy)]
struct Found {
    meaning: Meaning,
    takes_suffix: bool,
    is_dotted: bool,
}

static NAMES: Tree<NAME_PREFIXES> = TREE_AND_FOUND.0;
static FOUND: [Found; NAME_PREFIXES] = TREE_AND_FOUND.1;
const TREE_AND_FOUND: (Tree<NAME_PREFIXES>, [Found; NAME_PREFIXES]) = names();
const NAME_PREFIXES: usize = 512;

static SUFFIXES: Tree<SUFFIX_PREFIXES> = TREE_AND_PLACES.0;
/// The place of a suffix in [`DURATION_SUFFIXES`].
static SUFFIX_PLACES: [u8; SUFFIX_PREFIXES] = TREE_AND_PLACES.1;
const TREE_AND_PLACES: (Tree<SUFFIX_PREFIXES>, [u8; SUFFIX_PREFIXES]) = suffixes();
const SUFFIX_PREFIXES: usize = 40;

const fn names() -> (Tree<NAME_PREFIXES>, [Found; NAME_PREFIXES]) {
    let mut tree = Tree::new();
    let mut found = [Found { meaning: Meaning::NONE, takes_suffix: false, is_dotted: false }; NAME_PREFIXES];
    let mut field_at = 0;
    while field_at < Field::ALL.len() {
        let field = Field::ALL[field_at];
        let (names, fallbacks) = (field.names(), field.fallback_names());
        let mut name_at = 0;
        while name_at < names.len() + fallbacks.len() {
            let is_fallback = name_at >= names.len();
            let name = if is_fallback { fallbacks[name_at - names.len()] } else { names[name_at] };
            let prefix = tree.add(START, name) as usize;
            assert!(found[prefix].meaning.name.is_none(), "no name means two things");
            found[prefix] = whole(field, name, name_at, is_fallback);
            name_at += 1;
        }
        field_at += 1;
    }
    let mut side_at = 0;
    while side_at < Side::ALL.len() {
        let prefix = tree.add(START, Side::ALL[side_at].as_str()) as usize;
        found[prefix].meaning.side = Some(Side::ALL[side_at]);
        side_at += 1;
    }
    let http = tree.add(START, "http") as usize;
    tree.next[http][IGNORED as usize] = START;
    let mut prefix = 0;
    while prefix < NAME_PREFIXES {
        let mut at = 1;
        while found[prefix].takes_suffix && at < DURATION_SUFFIXES.len() {
            let class = CLASSES_OF_BYTES[DURATION_SUFFIXES[at].0.as_bytes()[0] as usize];
            assert!(tree.next[prefix][class as usize] == NO_NAME, "no suffix goes on as a longer name does");
            at += 1;
        }
        prefix += 1;
    }
    (tree, found)
}

/// What a name of a field gives: names that give a unit by themselves, and those of other fields, take no suffix.
const fn whole(field: Field, name: &str, place: usize, is_fallback: bool) -> Found {
    let is_host = matches!(field, Field::Service) && place < HOSTS;
    let is_duration = matches!(field, Field::Duration);
    let takes_suffix = is_duration && place + 1 < field.names().len();
    let rank = match field {
        // A rank is left for what an action says.
        Field::Service if !is_host => place + 1,
        Field::Duration => place * DURATION_SUFFIXES.len(),
        _ => place,
    };
    assert!(rank + DURATION_SUFFIXES.len() <= u8::MAX as usize + 1);
    let unit = if is_duration && !takes_suffix { Some(Unit::Ns) } else { None };
    let name_found = Name { field, rank: rank as u8, unit, is_fallback, is_host };
    Found { meaning: Meaning { name: Some(name_found), side: None }, takes_suffix, is_dotted: has_dot(name) }
}

const fn has_dot(name: &str) -> bool {
    let mut at = 0;
    while at < name.len() {
        if name.as_bytes()[at] == b'.' {
            return true;
        }
        at += 1;
    }
    false
}

const fn suffixes() -> (Tree<SUFFIX_PREFIXES>, [u8; SUFFIX_PREFIXES]) {
    let mut tree = Tree::new();
    let mut places = [0; SUFFIX_PREFIXES];
    let mut at = 1;
    while at < DURATION_SUFFIXES.len() {
        let prefix = tree.add(START, DURATION_SUFFIXES[at].0) as usize;
        places[prefix] = at as u8;
        at += 1;
    }
    (tree, places)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The names of a field, and those in brackets.
    type Row = (Field, &'static [&'static str], &'static [&'static str]);

    /// The table of the specification, written out again.
    const TABLE: [Row; 6] = [
        (
            Field::Time,
            &[
                "time",
                "timestamp",
                "ts",
                "t",
                "eventTime",
                "datetime",
                "asctime",
                "timeMillis",
                "timestampMs",
                "tsMs",
                "timestampUs",
                "timeIso8601",
                "timeLocal",
                "msec",
                "logTime",
                "SCFLogTime",
                "instant",
                "timeUnixNano",
                "realtimeTimestamp",
                "时间",
            ],
            &["date", "created", "createdAt", "startTime", "startedAt", "startedDateTime", "startUTC"],
        ),
        (Field::Service, &["host", "authority", "product", "cloud.service", "service", "eventSource"], &[]),
        (
            Field::Action,
            &["action", "actionName", "api", "apiName", "operation", "interface", "eventName", "xTcAction", "接口"],
            &[],
        ),
        (Field::Region, &["region", "regionId", "eventRegion", "xTcRegion"], &[]),
        (
            Field::Duration,
            &[
                "duration",
                "dur",
                "latency",
                "elapsed",
                "elapsedTime",
                "cost",
                "costTime",
                "took",
                "timeTaken",
                "useTime",
                "rt",
                "responseTime",
                "requestTime",
                "SCFDuration",
                "latencies.request",
                "耗时",
                "event.duration",
            ],
            &[],
        ),
        (Field::Status, &["status", "statusCode", "httpStatus", "code"], &[]),
    ];

    /// The side objects of the specification, written out again.
    const SIDES: [&str; 18] = [
        "request",
        "req",
        "headers",
        "config",
        "event",
        "mdc",
        "labels",
        "fields",
        "extra",
        "context",
        "attributes",
        "properties",
        "cloud",
        "service",
        "httpRequest",
        "latencies",
        "State",
        "record",
    ];

    /// A key as it is compared.
    fn plain(key: &str) -> String {
        let mut plain = String::new();
        for character in key.chars() {
            match character {
                '_' | '-' | '@' | '.' if plain == "http" => plain.clear(),
                '_' | '-' | '@' | '.' => {}
                _ => plain.push(character.to_ascii_lowercase()),
            }
        }
        plain
    }

    /// Every name of the table as it is compared, with what it must give.
    fn every_name() -> Vec<(&'static str, String, Name)> {
        let mut all = Vec::new();
        for (field, names, fallbacks) in TABLE {
            let mut rank = 0;
            for (place, name) in names.iter().chain(fallbacks).copied().enumerate() {
                let is_fallback = place >= names.len();
                let is_host = ["host", "authority"].contains(&name);
                if name == "product" {
                    assert_eq!(rank, ACTION_PREFIX_RANK);
                    rank += 1;
                }
                let suffixes = match (field, name) {
                    (Field::Duration, "event.duration") => &[("", Some(Unit::Ns))][..],
                    (Field::Duration, _) => &DURATION_SUFFIXES[..],
                    _ => &DURATION_SUFFIXES[..1],
                };
                for &(suffix, unit) in suffixes {
                    all.push((name, plain(name) + suffix, Name { field, rank, unit, is_fallback, is_host }));
                    rank += 1;
                }
            }
        }
        all
    }

    /// The rule in plain words: what `field_of` must agree with on every key.
    fn in_plain_words(key: &str) -> Option<Name> {
        let key = plain(key);
        every_name().into_iter().find(|(_, name, _)| *name == key).map(|(_, _, found)| found)
    }

    /// The rule for side objects.
    fn side_in_plain_words(key: &str) -> Option<Side> {
        let place = SIDES.iter().position(|name| plain(name) == plain(key))?;
        Some(Side::ALL[place])
    }

    /// The rule for what stands in side objects.
    fn in_a_side_in_plain_words(side: Side, key: &str) -> Option<Name> {
        // In front of the key the side's name ends, so that nothing leading is left to drop.
        let both = plain(side.as_str()) + &plain(&format!("x{key}"))[1..];
        let dotted = every_name().into_iter().find(|(written, name, _)| {
            written.split_once('.').is_some_and(|(first, _)| plain(first) == plain(side.as_str())) && *name == both
        });
        dotted.map(|(_, _, found)| found).or_else(|| in_plain_words(key))
    }

    fn both(key: &str) -> Meaning {
        Meaning { name: in_plain_words(key), side: side_in_plain_words(key) }
    }

    #[test]
    fn knows_every_name_in_every_case_and_with_every_separator() {
        let names = every_name();
        assert_eq!(names.len(), 20 + 7 + 6 + 9 + 4 + 16 * 13 + 1 + 4);
        let names = names.into_iter().map(|(_, name, found)| (name, Some(found)));
        let sides = SIDES.iter().map(|name| (plain(name), in_plain_words(name)));
        for (name, expected) in names.chain(sides) {
            let side = side_in_plain_words(&name);
            assert_eq!(meaning_of(name.as_bytes()), Meaning { name: expected, side }, "{name}");
            for at in 0..name.len() {
                let mut spelling = name.clone().into_bytes();
                spelling[at].make_ascii_uppercase();
                assert_eq!(meaning_of(&spelling), Meaning { name: expected, side }, "{name} at {at}");
            }
            assert_eq!(field_of(&name.to_ascii_uppercase()), expected, "{name}");
            for at in (0..=name.len()).filter(|&at| name.is_char_boundary(at)) {
                for between in ["_", "-", "@", ".", "__", "-@_.", &"_".repeat(300)] {
                    let spelling = format!("{}{between}{}", &name[..at], &name[at..]);
                    let is_cut = at == 4 && name.starts_with("http");
                    assert!(is_cut || in_plain_words(&spelling) == expected, "{spelling}");
                    assert_eq!(meaning_of(spelling.as_bytes()), both(&spelling), "{spelling}");
                    let with_head = format!("HTTP_{spelling}");
                    assert_eq!(meaning_of(with_head.as_bytes()), both(&spelling), "{with_head}");
                }
                for between in ["x", " ", "$", "1", "\0", "é", "ſ", "\u{212a}", "时", "http"] {
                    let other = format!("{}{between}{}", &name[..at], &name[at..]);
                    assert_eq!(meaning_of(other.as_bytes()), both(&other), "{other}");
                }
            }
        }
    }

    #[test]
    fn knows_the_usual_spellings() {
        let is = |field, rank, unit| Some(Name { field, rank, unit, is_fallback: false, is_host: false });
        let fallback = |rank| Some(Name { field: Field::Time, rank, unit: None, is_fallback: true, is_host: false });
        let host = |rank| Some(Name { field: Field::Service, rank, unit: None, is_fallback: false, is_host: true });
        for (key, expected) in [
            ("time", is(Field::Time, 0, None)),
            ("@timestamp", is(Field::Time, 1, None)),
            ("__TIMESTAMP__", is(Field::Time, 1, None)),
            ("T", is(Field::Time, 3, None)),
            ("event_time", is(Field::Time, 4, None)),
            ("time_iso8601", is(Field::Time, 11, None)),
            ("SCF_LogTime", is(Field::Time, 15, None)),
            ("__REALTIME_TIMESTAMP", is(Field::Time, 18, None)),
            ("时间", is(Field::Time, 19, None)),
            ("date", fallback(20)),
            ("created_at", fallback(22)),
            ("start_time", fallback(23)),
            ("StartUTC", fallback(26)),
            ("host", host(0)),
            (":authority", None),
            ("http_host", host(0)),
            ("product", is(Field::Service, 3, None)),
            ("cloud.service", is(Field::Service, 4, None)),
            ("EventSource", is(Field::Service, 6, None)),
            ("module", None),
            ("X-TC-Action", is(Field::Action, 7, None)),
            ("http_x_tc_action", is(Field::Action, 7, None)),
            ("HTTP-X-TC-ACTION", is(Field::Action, 7, None)),
            ("httpxtcaction", None),
            ("接口", is(Field::Action, 8, None)),
            ("x_tc_region", is(Field::Region, 3, None)),
            ("status_code", is(Field::Status, 1, None)),
            ("http.status_code", is(Field::Status, 1, None)),
            ("httpStatus", is(Field::Status, 2, None)),
            ("http_status", is(Field::Status, 0, None)),
            ("code", is(Field::Status, 3, None)),
            ("duration", is(Field::Duration, 0, None)),
            ("duration_ns", is(Field::Duration, 1, Some(Unit::Ns))),
            ("durationMs", is(Field::Duration, 5, Some(Unit::Ms))),
            ("duration_seconds", is(Field::Duration, 12, Some(Unit::S))),
            ("durs", is(Field::Duration, 13 + 9, Some(Unit::S))),
            ("ElapsedMilliseconds", is(Field::Duration, 3 * 13 + 8, Some(Unit::Ms))),
            ("elapsed_time", is(Field::Duration, 4 * 13, None)),
            ("costs", is(Field::Duration, 5 * 13 + 9, Some(Unit::S))),
            ("costTimeUs", is(Field::Duration, 6 * 13 + 3, Some(Unit::Us))),
            ("RT", is(Field::Duration, 10 * 13, None)),
            ("SCF_Duration", is(Field::Duration, 13 * 13, None)),
            ("latencies.request", is(Field::Duration, 14 * 13, None)),
            ("耗时", is(Field::Duration, 15 * 13, None)),
            ("耗时_ms", is(Field::Duration, 15 * 13 + 5, Some(Unit::Ms))),
            ("event.duration", is(Field::Duration, 16 * 13, Some(Unit::Ns))),
            ("event.duration_ms", None),
            ("", None),
            ("_", None),
            ("@@@", None),
            ("http_", None),
            ("r", None),
            ("times", None),
            ("time_ms", None),
            ("statusms", None),
            ("ms", None),
            ("msduration", None),
            ("durationm", None),
            ("durationsecsx", None),
            ("duration_ms_ms", None),
            ("durationsecdurationsec", None),
            ("Response", None),
            ("RequestId", None),
            ("Error", None),
            ("Code2", None),
            ("tìme", None),
            ("时", None),
            ("时间间", None),
        ] {
            assert_eq!(field_of(key), expected, "{key}");
            assert_eq!(field_of(key), in_plain_words(key), "{key}");
        }
    }

    #[test]
    fn names_with_a_dot_are_also_two_keys() {
        for (side, key, like) in [
            (Side::Event, "duration", Some("event.duration")),
            (Side::Event, "Duration", Some("event.duration")),
            (Side::Event, "duration_ms", Some("duration_ms")),
            (Side::Event, "time", Some("time")),
            (Side::Event, "name", None),
            (Side::Event, "event.duration", Some("event.duration")),
            (Side::Latencies, "request", Some("latencies.request")),
            (Side::Latencies, "request_us", Some("latencies.request_us")),
            (Side::Latencies, "kong", None),
            (Side::Cloud, "service", Some("cloud.service")),
            (Side::Cloud, "region", Some("region")),
            (Side::Service, "host", Some("host")),
            (Side::Request, "request", None),
            (Side::Headers, "x-tc-action", Some("xTcAction")),
        ] {
            let expected = like.and_then(field_of);
            assert_eq!(like.is_some(), expected.is_some());
            assert_eq!(field_in(side, key.as_bytes()), expected, "{key} in {side:?}");
        }
    }

    #[test]
    fn side_objects_come_in_the_order_of_the_table() {
        for (place, (side, name)) in Side::ALL.into_iter().zip(SIDES).enumerate() {
            assert_eq!((side.as_str(), usize::from(side.rank())), (name, place));
            assert_eq!(side_of(name.as_bytes()), Some(side));
        }
        assert_eq!(side_of(b"http_request"), Some(Side::Request));
        assert_eq!(side_of(b"HTTPRequest"), Some(Side::HttpRequest));
        assert_eq!(side_of(b"requests"), None);
        assert!(meaning_of(b"service").name.is_some() && meaning_of(b"service").side.is_some());
    }

    #[test]
    fn bytes_that_are_no_text_are_no_name() {
        assert_eq!(field_of_bytes(b"ti\xffme"), None);
        assert_eq!(field_of_bytes(b"time\xc3"), None);
        assert_eq!(field_of_bytes(&"时间".as_bytes()[..5]), None);
        assert_eq!(field_of_bytes(b"\\u0074ime"), None, "escapes are undone before");
        assert_eq!(field_of_bytes(b"@time"), field_of("time"));
    }

    #[test]
    fn words_read_back() {
        for (field, (table_field, names, fallbacks)) in Field::ALL.into_iter().zip(TABLE) {
            assert_eq!(field, table_field);
            assert_eq!((field.names(), field.fallback_names()), (names, fallbacks));
            assert_eq!(Field::parse(field.as_str()), Some(field));
        }
        assert_eq!(Field::parse("Time"), None);
    }

    proptest! {
        #[test]
        fn agrees_with_the_rule_on_any_key(
            key in "\\PC{0,16}",
            like in "[@_.-]?(http)?[_.]?(time|stamp|ts|event|date|source|x|tc|action|rt|cost|took|status|code|耗时|request|latencies|cloud|service|duration){1,3}_?(ns|us|ms|millis|s|secs?)?",
            side in prop::sample::select(&Side::ALL[..]),
        ) {
            for key in [&key, &like] {
                prop_assert_eq!(meaning_of(key.as_bytes()), both(key));
                prop_assert_eq!(field_in(side, key.as_bytes()), in_a_side_in_plain_words(side, key));
            }
        }
    }
}
