//! Where the response is: random values with envelopes, layers, unwrapped responses and errors of SDKs at many places are
//! read as a model says that is written the other way round, from trees to texts and from all places to the best.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use resplog::profile::Profile;
use resplog::record::{Form, LINE_BYTES_MAX, Line, Outcome, Reason};
use resplog::scan::{Scanner, ScannerKind};

use crate::scanners::{assert_agreement, cases};

/// A JSON value, with those strings set apart that hold one.
#[derive(Clone, Debug)]
enum Tree {
    /// A number or a literal, as it is written.
    Plain(&'static str),
    Text(String),
    List(Vec<Tree>),
    Object(Vec<(String, Tree)>),
    /// A string whose text is this value.
    Layer(Box<Tree>),
    /// A string that should be a response and is not, with the reason.
    Broken(&'static str, Reason),
}

impl Tree {
    fn written(&self) -> String {
        let quoted = |text: &str| serde_json::to_string(text).unwrap();
        match self {
            Self::Plain(text) => (*text).to_owned(),
            Self::Text(text) => quoted(text),
            Self::Broken(text, _) => quoted(text),
            Self::List(items) => format!("[{}]", items.iter().map(Self::written).collect::<Vec<_>>().join(",")),
            Self::Layer(inner) => quoted(&inner.written()),
            Self::Object(members) => {
                let members = members.iter().map(|(name, value)| format!("{}:{}", quoted(name), value.written()));
                format!("{{{}}}", members.collect::<Vec<_>>().join(","))
            }
        }
    }

    /// The members that count: of a name given twice the last one.
    fn members(&self) -> Vec<(&str, &Tree)> {
        let Self::Object(members) = self else { return Vec::new() };
        let is_last = |place: usize| members[place + 1..].iter().all(|(name, _)| *name != members[place].0);
        let members = members.iter().enumerate().filter(|&(place, _)| is_last(place));
        members.map(|(_, (name, value))| (&**name, value)).collect()
    }

    fn get(&self, name: &str) -> Option<&Tree> {
        self.members().into_iter().find(|(it, _)| *it == name).map(|(_, value)| value)
    }

    fn text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Layer(inner) => Some(inner.written()),
            Self::Broken(text, _) => Some((*text).to_owned()),
            _ => None,
        }
    }

    const fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }
}

/// What a line should be.
#[derive(Clone, Debug, PartialEq, PartialOrd)]
enum Expected {
    Record { outcome: Outcome, code: String, id: Option<String>, form: Form, pointer: String },
    Malformed(Reason),
    NoEnvelope,
}

/// An object in the tree, with the objects and names that lead to it.
struct Place<'t> {
    object: &'t Tree,
    around: Vec<(&'t Tree, &'t str)>,
    layers: usize,
}

/// Every place, and the first broken layer in the order of the text.
fn places<'t>(root: &'t Tree, found: &mut Vec<Place<'t>>, broken: &mut Option<Reason>) {
    fn go<'t>(
        value: &'t Tree,
        around: Vec<(&'t Tree, &'t str)>,
        layers: usize,
        found: &mut Vec<Place<'t>>,
        broken: &mut Option<Reason>,
    ) {
        match value {
            Tree::Layer(inner)
                if layers < 3 && matches!(**inner, Tree::Object(_) | Tree::Layer(_) | Tree::Broken(..)) =>
            {
                go(inner, around, layers + 1, found, broken);
            }
            Tree::Broken(_, reason) if layers < 3 => {
                broken.get_or_insert(*reason);
            }
            Tree::Object(_) => {
                found.push(Place { object: value, around: around.clone(), layers });
                let closed = envelope(value).filter(|(_, is_strong)| *is_strong).map(|(response, _)| response);
                for (name, member) in value.members() {
                    if around.len() < 8 && closed.is_none_or(|closed| !std::ptr::eq(closed, member)) {
                        go(member, [around.clone(), vec![(value, name)]].concat(), layers, found, broken);
                    }
                }
            }
            _ => {}
        }
    }
    go(root, Vec::new(), 0, found, broken);
}

fn envelope(object: &Tree) -> Option<(&Tree, bool)> {
    let response = object.get("Response").filter(|it| it.is_object())?;
    let has_id = response.get("RequestId").is_some_and(|id| id.text().is_some());
    let has_code = response.get("Error").is_some_and(|error| error.get("Code").is_some());
    Some((response, has_id || has_code))
}

const KNOWN: [&str; 3] = ["InternalError", "LimitExceeded.NoSuchOne", "DryRunOperation"];

/// Whether a text is an id, and not what stands for none.
fn is_id(text: &str) -> bool {
    (4..=256).contains(&text.len()) && !text.contains('*') && !["None", "null", "undefined"].contains(&text)
}

fn record(response: &Tree, form: Form, pointer: String) -> Expected {
    let id = response.get("RequestId").and_then(Tree::text).filter(|id| is_id(id));
    let (outcome, code) = match response.get("Error") {
        None | Some(Tree::Plain("null")) => (Outcome::Ok, String::new()),
        Some(error) => match error.get("Code").and_then(Tree::text).filter(|code| !code.is_empty()) {
            Some(code) if code == "DryRunOperation" => (Outcome::DryRun, code),
            Some(code) if code.len() > 256 => (Outcome::Failed, "(none)".into()),
            Some(code) => (Outcome::Failed, code),
            None => (Outcome::Failed, "(none)".into()),
        },
    };
    Expected::Record { outcome, code, id, form, pointer }
}

/// Everything that a place can be, with the place in the order of kinds.
fn candidates(place: &Place<'_>) -> Vec<(u8, Expected)> {
    let escaped = |name: &str| name.replace('~', "~0").replace('/', "~1");
    let pointer: String = place.around.iter().map(|(_, name)| format!("/{}", escaped(name))).collect();
    let mut all = Vec::new();
    if let Some((response, is_strong)) = envelope(place.object) {
        let form = if place.layers == 0 { Form::Envelope } else { Form::Layered };
        all.push((if is_strong { 0 } else { 3 }, record(response, form, pointer.clone())));
    }
    let objects = || place.around.iter().map(|(object, _)| *object).chain([place.object]);
    // Members that are overridden are there all the same.
    let names = |object: &Tree| match object {
        Tree::Object(members) => members.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>(),
        _ => Vec::new(),
    };
    let has = |names_of: &[String], wanted: &[&str]| names_of.iter().any(|name| wanted.contains(&&**name));
    if let Some(id) = place.object.get("RequestId").and_then(Tree::text)
        && id == UUID
        && names(place.object).iter().all(|name| name.starts_with(|first: char| first.is_ascii_uppercase()))
        && !place.around.iter().any(|(_, name)| *name == "ResponseMetadata")
        && !objects().any(|object| {
            let names = names(object);
            has(&names, &["Code", "HostId", "Recommend"])
                || names.iter().any(|name| name.starts_with("Error") || name.starts_with("Exception"))
        })
    {
        let id = Some(id);
        let (outcome, code, pointer) = (Outcome::Ok, String::new(), pointer.clone());
        all.push((2, Expected::Record { outcome, code, id, form: Form::Unwrapped, pointer }));
    }
    let text = |names: &[&str], fits: &dyn Fn(&String) -> bool| {
        names.iter().filter_map(|name| place.object.get(name).and_then(Tree::text)).find(|text| fits(text))
    };
    if let Some(code) = text(&["Code", "code"], &|code| KNOWN.contains(&&**code))
        && let Some(id) = text(&["RequestId", "requestId", "request_id"], &|id| is_id(id))
        && !objects().any(|object| has(&names(object), &["statusCode", "retryable", "$metadata", "HostId"]))
        && objects().zip(place.around.iter().map(|(_, name)| Some(*name)).chain([None])).any(|(object, on_way)| {
            let Tree::Object(members) = object else { return false };
            let marks = |(name, value): &(String, Tree)| {
                let text = value.text().filter(|_| on_way != Some(&**name)).unwrap_or_default();
                name == "traceId" || text.to_lowercase().contains("tencentcloud")
            };
            members.iter().any(marks)
        })
    {
        let outcome = if code == "DryRunOperation" { Outcome::DryRun } else { Outcome::Failed };
        all.push((1, Expected::Record { outcome, code, id: Some(id), form: Form::ErrorObject, pointer }));
    }
    all
}

fn expected(root: &Tree) -> Expected {
    let (mut found, mut broken) = (Vec::new(), None);
    places(root, &mut found, &mut broken);
    let ranked = found.iter().flat_map(|place| {
        let is_request = |(_, name): &(&Tree, &str)| ["request", "req", "params", "headers"].contains(name);
        let order = (place.around.iter().any(is_request), place.around.len());
        candidates(place).into_iter().map(move |(kind, expected)| {
            let Expected::Record { pointer, .. } = &expected else { unreachable!() };
            ((kind, order, pointer.clone()), expected)
        })
    });
    let best = ranked.min_by(|(a, _), (b, _)| a.cmp(b)).map(|(_, expected)| expected);
    best.unwrap_or(broken.map_or(Expected::NoEnvelope, Expected::Malformed))
}

const UUID: &str = "b5b41468-520d-4192-b42f-595cc34b6c1c";

fn name() -> impl Strategy<Value = String> {
    const USUAL: [&str; 10] =
        ["a", "b", "msg", "Response", "request", "req", "x~/y", "Data", "ResponseMetadata", "Error"];
    const RARE: [&str; 9] =
        ["RequestId", "Code", "code", "requestId", "traceId", "statusCode", "HostId", "ErrorCode", "é"];
    prop_oneof![4 => select(&USUAL[..]), 1 => select(&RARE[..])].prop_map(str::to_owned)
}

fn leaf() -> impl Strategy<Value = Tree> {
    const TEXTS: [&str; 10] =
        ["", "abc", "text", "{", "{}x", "\"{\"", "com.TencentCloud.x", "InternalError", "NoSuch", UUID];
    let broken = [
        ("{\"Response\":{\"RequestId\":\"ab", Reason::Truncated),
        ("  {\"Response\" 1}", Reason::Syntax),
        ("{\"Response\":{}} x", Reason::Trailing),
    ];
    prop_oneof![
        2 => select(&["0", "-1.5e3", "null", "true"][..]).prop_map(Tree::Plain),
        4 => select(&TEXTS[..]).prop_map(|text| Tree::Text(text.to_owned())),
        1 => select(broken.to_vec()).prop_map(|(text, reason)| Tree::Broken(text, reason)),
    ]
}

fn text(text: &str) -> Tree {
    Tree::Text(text.to_owned())
}

/// Objects that are, or nearly are, what is looked for.
fn special() -> impl Strategy<Value = Tree> {
    let member = |name: &str, value: Tree| (name.to_owned(), value);
    let error = |code: &str| Tree::Object(vec![member("Code", text(code)), member("Message", text("m"))]);
    let responses = vec![
        Tree::Object(vec![member("RequestId", text(UUID))]),
        Tree::Object(vec![member("Error", error("A.B")), member("RequestId", text("abcd"))]),
        Tree::Object(vec![member("Error", error("DryRunOperation"))]),
        Tree::Object(vec![member("Error", Tree::Plain("null")), member("RequestId", text("x"))]),
        Tree::Object(vec![member("Error", text("e"))]),
        Tree::Object(vec![]),
        Tree::Object(vec![member("RequestId", Tree::Plain("0"))]),
    ];
    let objects = vec![
        Tree::Object(vec![member("RequestId", text(UUID)), member("Total", Tree::Plain("0"))]),
        Tree::Object(vec![member("RequestId", text(UUID)), member("total", Tree::Plain("0"))]),
        Tree::Object(vec![
            member("code", text("InternalError")),
            member("requestId", text("abcd")),
            member("traceId", text("t")),
        ]),
        Tree::Object(vec![
            member("Code", text("LimitExceeded.NoSuchOne")),
            member("request_id", text("abcd")),
            member("stack", text("at tencentcloud-sdk")),
        ]),
        Tree::Object(vec![member("code", text("InternalError")), member("requestId", text("abcd"))]),
    ];
    prop_oneof![
        3 => select(responses).prop_map(move |it| Tree::Object(vec![("Response".to_owned(), it)])),
        1 => select(objects),
    ]
}

fn tree() -> impl Strategy<Value = Tree> {
    let start = prop_oneof![3 => leaf(), 2 => special()];
    start.prop_recursive(10, 40, 4, |inner| {
        prop_oneof![
            6 => vec((name(), inner.clone()), 0..4).prop_map(Tree::Object),
            3 => inner.clone().prop_map(|it| Tree::Layer(Box::new(it))),
            1 => vec(inner.clone(), 0..3).prop_map(Tree::List),
            1 => vec(inner, 1..2).prop_map(|mut it| Tree::Object(vec![("Response".to_owned(), it.remove(0))])),
        ]
    })
}

fn said(line: &[u8], kind: ScannerKind) -> Expected {
    let mut scanner = Scanner::new(Profile::default().of_json(true).into(), LINE_BYTES_MAX, kind);
    match scanner.line(line, true).line {
        Line::Record(it) => Expected::Record {
            outcome: it.outcome,
            code: it.code.to_owned(),
            id: it.request_id.map(str::to_owned),
            form: it.form,
            pointer: it.pointer.unwrap_or_default().to_owned(),
        },
        Line::Malformed(reason) => Expected::Malformed(reason),
        _ => Expected::NoEnvelope,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn the_best_place_is_read_wherever_it_stands(trees in vec(tree(), 1..6)) {
        let lines: Vec<_> = trees.iter().map(Tree::written).collect();
        for (tree, line) in trees.iter().zip(&lines) {
            prop_assert_eq!(said(line.as_bytes(), ScannerKind::Reference), expected(tree), "{}", line);
        }
        assert_agreement(lines.join("\n").as_bytes(), LINE_BYTES_MAX);
    }
}
