//! Redacts a text that as a whole is an object, an array or a string of JSON, by its structure: names and strings count as a
//! reader of JSON sees them, in whatever spelling. Numbers, white space, the order of members and names given twice stay
//! as they are written. It knows no pattern.

use std::borrow::Cow;

use super::patterns::{NOT_SECRET, REDACTED, announces, is_secret_name};
use super::view;

/// The text with its secrets replaced; none when it is not a whole object, array or string.
///
/// `inner` redacts what a string says; none when that changes nothing.
pub(super) fn redacted<'t>(text: &'t str, inner: Inner<'_>) -> Option<Cow<'t, str>> {
    let is_framed = text.trim_start().starts_with(['{', '[', '"']) && text.trim_end().ends_with(['}', ']', '"']);
    let walker = Walker { text, at: 0, out: String::new(), copied: 0, open: Vec::new(), secret: None, inner };
    is_framed.then(|| walker.run())?
}

/// Redacts what a string says; see [`redacted`].
type Inner<'i> = &'i dyn Fn(&str) -> Option<String>;

/// What may come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Name,
    NameOrEnd,
    Colon,
    Value,
    ValueOrEnd,
    CommaOrEnd,
    Nothing,
}

/// The value of a member whose name is that of a secret.
struct Secret {
    /// Where it begins, once it does.
    start: usize,
    /// How many brackets were open before it.
    depth: usize,
}

/// What stands between the quotes of a string.
#[derive(Clone, Copy)]
struct Held<'t> {
    raw: &'t str,
    /// Whether it has no escape, and nothing that every secret has.
    is_plain: bool,
}

/// Walks over the tokens of a text. Nothing here is recursive, however deep the brackets are.
struct Walker<'t, 'i> {
    text: &'t str,
    at: usize,
    out: String,
    /// All before this is in `out`.
    copied: usize,
    /// The open brackets: whether each is that of an object.
    open: Vec<bool>,
    secret: Option<Secret>,
    inner: Inner<'i>,
}

impl<'t> Walker<'t, '_> {
    fn run(mut self) -> Option<Cow<'t, str>> {
        let mut next = Next::Value;
        loop {
            self.at +=
                self.text.as_bytes().get(self.at..)?.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let Some(&byte) = self.text.as_bytes().get(self.at) else { break };
            next = self.token(byte, next)?;
        }
        if next != Next::Nothing {
            return None;
        }
        if self.copied == 0 {
            return Some(Cow::Borrowed(self.text));
        }
        self.out.push_str(&self.text[self.copied..]);
        Some(Cow::Owned(self.out))
    }

    /// Reads one token; none when it may not stand here.
    fn token(&mut self, byte: u8, next: Next) -> Option<Next> {
        use Next::{Colon, CommaOrEnd, Name, NameOrEnd, Value, ValueOrEnd};
        match (byte, next) {
            (b'"', Name | NameOrEnd) => {
                self.name()?;
                Some(Colon)
            }
            (b':', Colon) => {
                self.at += 1;
                Some(Value)
            }
            (b',', CommaOrEnd) => {
                self.at += 1;
                Some(if *self.open.last()? { Name } else { Value })
            }
            (b'}', NameOrEnd | CommaOrEnd) if *self.open.last()? => Some(self.close()),
            (b']', ValueOrEnd | CommaOrEnd) if !*self.open.last()? => Some(self.close()),
            (_, Value | ValueOrEnd) => self.value(byte),
            _ => None,
        }
    }

    fn value(&mut self, byte: u8) -> Option<Next> {
        let start = self.at;
        if let Some(secret) = &mut self.secret
            && secret.depth == self.open.len()
        {
            secret.start = start;
        }
        match byte {
            b'{' | b'[' => {
                let is_object = byte == b'{';
                self.open.push(is_object);
                self.at += 1;
                return Some(if is_object { Next::NameOrEnd } else { Next::ValueOrEnd });
            }
            b'"' => {
                let held = self.string()?;
                if self.secret.is_none() {
                    self.text_of_string(start, held);
                }
            }
            _ => self.at += scalar(&self.text[start..])?,
        }
        Some(self.ended())
    }

    fn close(&mut self) -> Next {
        self.open.pop();
        self.at += 1;
        self.ended()
    }

    /// A value ended; if it was the secret, it goes.
    fn ended(&mut self) -> Next {
        if let Some(secret) = self.secret.take_if(|secret| secret.depth == self.open.len()) {
            let value = &self.text[secret.start..self.at];
            if !says_nothing(value) {
                self.replace(secret.start, REDACTED);
            }
        }
        if self.open.is_empty() { Next::Nothing } else { Next::CommaOrEnd }
    }

    fn name(&mut self) -> Option<()> {
        let start = self.at;
        let held = self.string()?;
        if self.secret.is_none() {
            let is_secret = if held.is_plain { is_secret_name(held.raw) } else { is_secret(&unescaped(held.raw)) };
            if is_secret {
                self.secret = Some(Secret { start, depth: self.open.len() });
            }
            self.text_of_string(start, held);
        }
        Some(())
    }

    /// The string that opens here.
    fn string(&mut self) -> Option<Held<'t>> {
        let bytes = self.text.as_bytes();
        let start = self.at + 1;
        let mut end = start;
        let mut is_plain = true;
        loop {
            let byte = *bytes.get(end)?;
            end += 1;
            match byte {
                b'"' => break,
                b'\\' => {
                    let is_escape = match bytes.get(end)? {
                        b'u' => bytes.get(end + 1..end + 5)?.iter().all(u8::is_ascii_hexdigit),
                        byte => br#""\/bfnrt"#.contains(byte),
                    };
                    if !is_escape {
                        return None;
                    }
                    is_plain = false;
                    end += 1;
                }
                _ => is_plain &= !announces(byte),
            }
        }
        self.at = end;
        Some(Held { raw: &self.text[start..end - 1], is_plain })
    }

    /// Redacts what a string says; it keeps its spelling when that changes nothing.
    fn text_of_string(&mut self, start: usize, held: Held<'t>) {
        if held.is_plain {
            return;
        }
        let said = unescaped(held.raw);
        if let Some(redacted) = (self.inner)(&said) {
            self.replace(start, &redacted);
        }
    }

    /// Puts a string in the place of what was read from `start` on.
    fn replace(&mut self, start: usize, said: &str) {
        self.out.push_str(&self.text[self.copied..start]);
        spell(&mut self.out, said);
        self.copied = self.at;
    }
}

/// Whether the value of a secret member is such that one may see it: empty, `null`, `true`, or redacted before.
fn says_nothing(value: &str) -> bool {
    let is_empty = |open, close| {
        let inside = value.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
        inside.is_some_and(|inside: &str| inside.trim().is_empty())
    };
    let is_redacted = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) == Some(REDACTED);
    value == "\"\"" || is_empty('[', ']') || is_empty('{', '}') || is_redacted || NOT_SECRET.contains(&value)
}

/// Whether a name is that of a secret, also when it is escaped once more.
fn is_secret(name: &str) -> bool {
    let mut is_secret = false;
    view::layers(name, |layer, _| is_secret |= is_secret_name(layer));
    is_secret
}

/// The length of the number or literal that `text` begins with.
fn scalar(text: &str) -> Option<usize> {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))).unwrap_or(text.len());
    let word = &text[..end];
    let is_number = word.starts_with(|c: char| c == '-' || c.is_ascii_digit())
        && word.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'e' | b'E' | b'+' | b'-' | b'.'));
    (is_number || matches!(word, "true" | "false" | "null")).then_some(end)
}

/// What a string says. A lone surrogate becomes U+FFFD.
fn unescaped(raw: &str) -> Cow<'_, str> {
    let mut rest = raw;
    let mut said = String::new();
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        let (length, character) = view::escape(&rest.as_bytes()[at..]).unwrap_or((6, char::REPLACEMENT_CHARACTER));
        said.push_str(&rest[..at]);
        said.push(character);
        rest = rest.get(at + length..).unwrap_or_default();
    }
    if rest.len() == raw.len() {
        return Cow::Borrowed(raw);
    }
    said.push_str(rest);
    Cow::Owned(said)
}

/// Writes a string of JSON.
fn spell(out: &mut String, said: &str) {
    out.push('"');
    for c in said.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..=' ' if c != ' ' => {
                let digit = |value: u32| char::from_digit(value, 16).unwrap_or('0');
                out.push_str("\\u00");
                out.extend([digit(u32::from(c) / 16), digit(u32::from(c) % 16)]);
            }
            _ => out.push(c),
        }
    }
    out.push('"');
}
