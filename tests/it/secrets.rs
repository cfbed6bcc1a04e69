//! No path through the program shows a secret that `docs/redaction.md` promises to take out, however a logger spelt it:
//! escaped, nested in objects, arrays and texts of JSON, encoded.

use std::fs;
use std::path::Path;

use proptest::prelude::*;

use crate::program::{folder, run};

/// What only secrets have in them.
const MARK: &str = "HUNTERx7Qz";

/// Text with a secret at `{}`, by each kind of announcement.
const ANNOUNCED: &[&str] = &[
    "password={}, retry",
    "Invalid token: {} (expired)",
    "密码：{}，请检查",
    "client_secret => {};",
    "pwd:\u{3000}{}",
    "passwd\u{a0}=\n\t{}",
    "'UserSig': '{}'",
    "Signature=\"{}\"",
    "Authorization: TC3-HMAC-SHA256 Credential=x/y, SignedHeaders=host, Signature=\"{}\"",
    "Proxy-Authorization: Bearer {}",
    "https://b.cos/a.jpg?q-sign-algorithm=sha1&q-signature={} failed",
    "cannot reach mysql://root:{}@10.0.0.1/db",
    "key AKID{}abc is unknown",
    "{\"Token\":[\"a\",1,[\"{}\"]],\"Page\":2}",
    "{\"Credentials\":{\"Value\":{\"x\":\"{}\"}}}",
    "user=root&sign={}&port=22",
];

/// Names of members whose value is a secret, whatever its type.
const NAMES: &[&str] = &["Password", "密码", "x-api-key", "SecretKey", "Authorization", "BizToken", "sign"];

/// A value of JSON with a secret in it.
#[derive(Clone, Debug)]
enum Secret {
    Text(&'static str),
    /// A member that is secret by its name, and how its value is nested.
    Member(&'static str, u8),
    Beside(Box<Secret>),
    InArray(Box<Secret>),
    /// The text of the value, in a string.
    InString(Box<Secret>),
    /// The same behind other text, so that the whole is not JSON.
    InText(Box<Secret>),
    /// The text with every byte but letters and digits as `%41`.
    Encoded(Box<Secret>),
}

/// Chances drawn from one number, so that a failure shrinks to a readable value.
struct Chance(u64);

impl Chance {
    fn one_in(&mut self, of: u64) -> bool {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.is_multiple_of(of)
    }
}

impl Secret {
    /// The value as a logger writes it.
    fn json(&self, chance: &mut Chance) -> String {
        match self {
            Self::Text(text) => string(&text.replace("{}", MARK), chance),
            Self::Member(name, shape) => {
                let value = string(MARK, chance);
                let value = match shape {
                    0 => value,
                    1 => format!("[\"a\",1, {value}]"),
                    2 => format!("[[{value}]]"),
                    _ => format!("{{\"Value\" :{{\"x\":{value}}}}}"),
                };
                format!("{{{}{}:{value},\"Page\":2}}", string(name, chance), if chance.one_in(3) { " " } else { "" })
            }
            Self::Beside(inner) => format!("{{\"Zone\":1.50,{}:{}}}", string("detail", chance), inner.json(chance)),
            Self::InArray(inner) => format!("[null, {}]", inner.json(chance)),
            Self::InString(_) | Self::InText(_) | Self::Encoded(_) => string(&self.text(chance), chance),
        }
    }

    /// What a string that holds the value says.
    fn text(&self, chance: &mut Chance) -> String {
        match self {
            Self::Text(text) => text.replace("{}", MARK),
            Self::InString(inner) => inner.text(chance),
            Self::InText(inner) => format!("upstream said {} and left", inner.text(chance)),
            Self::Encoded(inner) => {
                let plain = inner.text(chance);
                plain
                    .bytes()
                    .map(|byte| {
                        if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }
                    })
                    .collect()
            }
            Self::Member(..) | Self::Beside(_) | Self::InArray(_) => self.json(chance),
        }
    }
}

/// A string of JSON, each character in one of the ways to write it.
fn string(said: &str, chance: &mut Chance) -> String {
    let mut written = String::from("\"");
    for c in said.chars() {
        let is_forced = c < ' ' || matches!(c, '"' | '\\');
        if chance.one_in(6) || (is_forced && chance.one_in(2)) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                written += &if chance.one_in(2) { format!("\\u{unit:04x}") } else { format!("\\u{unit:04X}") };
            }
        } else {
            match c {
                '\n' => written += "\\n",
                '\t' => written += "\\t",
                '/' if chance.one_in(2) => written += "\\/",
                c if is_forced => written.extend(['\\', c]),
                c => written.push(c),
            }
        }
    }
    written + "\""
}

fn secret() -> impl Strategy<Value = Secret> {
    let leaf = prop_oneof![
        prop::sample::select(ANNOUNCED).prop_map(Secret::Text),
        (prop::sample::select(NAMES), 0..4_u8).prop_map(|(name, shape)| Secret::Member(name, shape)),
    ];
    leaf.prop_recursive(3, 4, 1, |inner| {
        prop_oneof![
            inner.clone().prop_map(|inner| Secret::Beside(inner.into())),
            inner.clone().prop_map(|inner| Secret::InArray(inner.into())),
            inner.clone().prop_map(|inner| Secret::InString(inner.into())),
            inner.clone().prop_map(|inner| Secret::InText(inner.into())),
            inner.prop_map(|inner| Secret::Encoded(inner.into())),
        ]
    })
}

/// A log with the secret wherever the program keeps or prints text of it.
fn log(secret: &Secret, chance: &mut Chance) -> String {
    let text = string(&secret.text(chance), chance);
    let value = secret.json(chance);
    let more = secret.json(chance);
    [
        format!(r#"{{"time":"2026-11-24T02:31:40Z","request":{more},"Response":{{"Error":{{"Code":"InternalError","Message":{text}}},"Extra":{value},"RequestId":"id-1"}}}}"#),
        format!(r#"{{"service":{text},"action":{text},"region":{text},"Response":{{"Error":{{"Code":{text},"Message":"m"}},"RequestId":"id-2"}}}}"#),
        format!(r#"{{"msg":{},"Response":{{"Error":{{"Code":"InternalError","Message":"m"}},"RequestId":{text}}}}}"#, string(&value, chance)),
        format!(r#"{{"message":{}}}"#, string(&format!(r#"{{"Response":{{"RequestId":"id-4","Extra":{value}}}}}"#), chance)),
        format!(r#"{{"Response":{{"RequestId":"id-5","Extra":{value}"#),
    ]
    .join("\n")
        + "\n"
}

/// The runs that show text of a log; what they write stands in the folder.
const RUNS: &[&str] = &[
    "find id-1,id-2,id-4 a.log -f text",
    "find id-1,id-2,id-4 a.log -f ndjson",
    "ids a.log",
    "ids a.log -f ndjson",
    "ticket a.log -o t.md --evidence ev.ndjson",
    "ticket a.log -f csv",
    "ticket a.log -f text",
    "report a.log --rejects r.ndjson --state s -o o.json -o o.md -o o.html -o o.csv -o o.prom -o o.eml -o o.txt --now 2026-11-24T03:00:00Z",
    "state show s",
    "state show s -f json",
];

/// Whether a text shows the mark, in whatever spelling.
fn shows(text: &str) -> bool {
    let mut layer = text.to_owned();
    for _ in 0..12 {
        if layer.contains(MARK) {
            return true;
        }
        layer = unescaped(&layer);
    }
    false
}

/// One layer of the escapes that tests write undone, in plain code.
fn unescaped(text: &str) -> String {
    let hex = |digits: Option<&str>| u32::from_str_radix(digits?, 16).ok().and_then(char::from_u32);
    let mut out = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        let (character, length) = match c {
            '\\' if after.starts_with('u') => (hex(after.get(1..5)), 6),
            '\\' if after.starts_with(['"', '\\', '/']) => (after.chars().next(), 2),
            '%' => (hex(after.get(..2)), 3),
            _ => (None, 0),
        };
        match character.and_then(|character| Some((character, rest.get(length..)?))) {
            Some((character, behind)) => {
                out.push(character);
                rest = behind;
            }
            None => {
                out.push(c);
                rest = after;
            }
        }
    }
    out
}

fn written(folder: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap).filter(|entry| entry.file_name() != "a.log");
    entries
        .filter(|entry| entry.file_type().unwrap().is_file())
        .map(|entry| {
            (
                entry.file_name().to_string_lossy().into_owned(),
                String::from_utf8_lossy(&fs::read(entry.path()).unwrap()).into_owned(),
            )
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn no_path_shows_a_secret(secret in secret(), seed in 1..u64::MAX) {
        let text = log(&secret, &mut Chance(seed));
        let folder = folder(&[("a.log", text.as_bytes())]);
        prop_assert!(shows(&text), "the log has the secret: {text}");
        for arguments in RUNS {
            let ran = run(folder.path(), arguments.split(' '), None);
            prop_assert!(ran.exit != 2, "{arguments}: {}", ran.stderr);
            prop_assert!(!shows(&ran.stdout), "{arguments} shows of {text}: {}", ran.stdout);
            prop_assert!(!shows(&ran.stderr), "{arguments} says of {text}: {}", ran.stderr);
        }
        let written = written(folder.path());
        prop_assert!(written.len() >= 10, "{written:?}");
        for (name, written) in written {
            prop_assert!(!shows(&written), "{name} shows of {text}: {written}");
        }
    }
}
