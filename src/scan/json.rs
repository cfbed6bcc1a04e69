//! A text that is known to be valid JSON, walked in place: members, strings, numbers. It checks nothing and knows no
//! envelope; on text that is not valid it gives wrong answers, but never panics.

use std::collections::HashSet;

use bumpalo::Bump;
use bumpalo::collections::Vec;

use super::policy::Value;
use super::simd::{container_end, string_end};
use crate::string_bytes::{escape, unescaped};

/// The most members that are compared with each other; more are looked up in a set.
const FEW_MEMBERS: usize = 16;

/// A key as it is written, and its value.
pub type Member<'a> = (Raw<'a>, Node<'a>);

/// A value in a valid text.
#[derive(Clone, Copy, Debug)]
pub struct Node<'a> {
    text: &'a [u8],
    at: usize,
}

/// What stands between the quotes of a string, escapes and all.
#[derive(Clone, Copy, Debug)]
pub struct Raw<'a>(pub &'a [u8]);

impl<'a> Node<'a> {
    /// The one value of a whole text.
    #[must_use]
    pub fn root(text: &'a [u8]) -> Self {
        Self::at(text, 0)
    }

    /// The value that begins at or after a place in the text.
    #[must_use]
    pub fn at(text: &'a [u8], at: usize) -> Self {
        Self { text, at: skip_space(text, at) }
    }

    /// Where the value begins.
    #[must_use]
    pub const fn place(self) -> usize {
        self.at
    }

    /// The bytes of the value.
    #[must_use]
    pub fn source(self) -> &'a [u8] {
        self.text.get(self.at..value_end(self.text, self.at)).unwrap_or_default()
    }

    fn first(self) -> u8 {
        byte(self.text, self.at)
    }

    /// Whether the value is an object.
    #[must_use]
    pub fn is_object(self) -> bool {
        self.first() == b'{'
    }

    /// Whether the value is `null`.
    #[must_use]
    pub fn is_null(self) -> bool {
        self.first() == b'n'
    }

    /// The element of an array that has no other.
    #[must_use]
    pub fn sole_element(self) -> Option<Self> {
        let element =
            (self.first() == b'[').then(|| Self::at(self.text, self.at + 1)).filter(|it| it.first() != b']')?;
        let next = skip_space(self.text, value_end(self.text, element.at));
        (byte(self.text, next) == b']').then_some(element)
    }

    /// The elements of an array, in the order of the text; none when the value is not an array.
    pub fn elements(self) -> impl Iterator<Item = Self> {
        let mut at = if self.first() == b'[' { self.at + 1 } else { self.text.len() };
        std::iter::from_fn(move || {
            at = skip_space(self.text, at);
            if byte(self.text, at) == b',' {
                at = skip_space(self.text, at + 1);
            }
            if matches!(byte(self.text, at), b']' | 0) {
                return None;
            }
            let element = Self::at(self.text, at);
            at = value_end(self.text, at);
            Some(element)
        })
    }

    /// The value as a string, when it is one.
    #[must_use]
    pub fn string(self) -> Option<Raw<'a>> {
        (self.first() == b'"').then(|| {
            let end = string_end(self.text, self.at + 1);
            Raw(self.text.get(self.at + 1..end.saturating_sub(1)).unwrap_or_default())
        })
    }

    /// The members of an object, in the order of the text; none when the value is not an object.
    #[must_use]
    pub fn members(self) -> Members<'a> {
        let at = if self.is_object() { self.at + 1 } else { self.text.len() };
        Members { text: self.text, at }
    }

    /// The last member of this name.
    #[must_use]
    pub fn last(self, name: &str) -> Option<Self> {
        self.last_member(name).map(|(_, value)| value)
    }

    /// The last member of this name, with the key as it is written.
    #[must_use]
    pub fn last_member(self, name: &str) -> Option<Member<'a>> {
        self.members().filter(|(key, _)| key.is(name)).last()
    }

    /// The last member of each of these names, and whether a name is given twice, in one walk over the object.
    #[must_use]
    pub fn last_of<const N: usize>(self, names: [&str; N]) -> ([Option<Self>; N], bool) {
        let (mut found, mut is_twice) = ([None; N], false);
        for (key, value) in self.members() {
            if let Some(place) = names.iter().position(|name| key.is(name))
                && let Some(held) = found.get_mut(place)
            {
                is_twice |= held.replace(value).is_some();
            }
        }
        (found, is_twice)
    }

    /// The members of an object, in the order of the text, without those whose key is given again later.
    #[must_use]
    pub fn members_that_count(self, bump: &'a Bump) -> Vec<'a, Member<'a>> {
        let mut members = Vec::from_iter_in(self.members(), bump);
        let is_overridden: std::vec::Vec<bool> = if members.len() <= FEW_MEMBERS {
            let later = |place: usize| members.get(place + 1..).unwrap_or_default();
            let names = members.iter().enumerate();
            names.map(|(place, (key, _))| later(place).iter().any(|(other, _)| other.is_same(*key, bump))).collect()
        } else {
            let mut seen = HashSet::with_capacity(members.len());
            let mut flags: std::vec::Vec<_> =
                members.iter().rev().map(|(key, _)| !seen.insert(key.unescape(bump))).collect();
            flags.reverse();
            flags
        };
        if is_overridden.contains(&true) {
            let mut flags = is_overridden.into_iter();
            members.retain(|_| !flags.next().unwrap_or_default());
        }
        members
    }

    /// Whether this is the same value of the same text.
    #[must_use]
    pub fn is_same(self, other: Self) -> bool {
        std::ptr::eq(self.text, other.text) && self.at == other.at
    }

    /// The value as the policy looks at it; unescaped strings live in `bump`.
    #[must_use]
    pub fn value(self, bump: &'a Bump) -> Value<'a> {
        match self.first() {
            b'"' => self.string().map_or(Value::Other, |raw| Value::Str(raw.unescape(bump))),
            b'-' | b'0'..=b'9' => Value::Number(number_text(self.text, self.at)),
            b'n' => Value::Null,
            b'{' => Value::Object,
            _ => Value::Other,
        }
    }
}

/// The members of an object.
#[derive(Clone, Debug)]
pub struct Members<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Members<'a> {
    type Item = Member<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut at = skip_space(self.text, self.at);
        if byte(self.text, at) == b',' {
            at = skip_space(self.text, at + 1);
        }
        if byte(self.text, at) != b'"' {
            return None;
        }
        let key_end = string_end(self.text, at + 1);
        let key = Raw(self.text.get(at + 1..key_end.saturating_sub(1)).unwrap_or_default());
        let colon = skip_space(self.text, key_end);
        let value = Node::at(self.text, colon + 1);
        self.at = value_end(self.text, value.at);
        Some((key, value))
    }
}

impl<'a> Raw<'a> {
    /// Whether two strings are the same, unescaped.
    fn is_same(self, other: Self, bump: &'a Bump) -> bool {
        self.0 == other.0
            || memchr::memchr(b'\\', other.0).is_some() && self.is(other.unescape(bump))
            || memchr::memchr(b'\\', self.0).is_some() && other.is(self.unescape(bump))
    }

    /// Whether the string, unescaped, is `text`.
    #[must_use]
    pub fn is(self, text: &str) -> bool {
        let (mut raw, mut text) = (self.0, text.as_bytes());
        while let Some(plain) = memchr::memchr(b'\\', raw) {
            let (length, character) = escape(&raw[plain..]);
            let mut room = [0; 4];
            let character = character.encode_utf8(&mut room).as_bytes();
            let rest = text.strip_prefix(&raw[..plain]).and_then(|rest| rest.strip_prefix(character));
            let Some(rest) = rest else { return false };
            text = rest;
            raw = raw.get(plain + length..).unwrap_or_default();
        }
        raw == text
    }

    /// The string unescaped: borrowed when it has no escapes, else in `bump`. A lone surrogate becomes U+FFFD.
    #[must_use]
    pub fn unescape(self, bump: &'a Bump) -> &'a str {
        let text = match memchr::memchr(b'\\', self.0) {
            Some(first) => unescaped(self.0, first, bump),
            None => self.0,
        };
        // Surrogates were decoded as characters, and the rest was checked with the line.
        str::from_utf8(text).unwrap_or_default()
    }
}

/// The byte at a place, 0 behind the end: a valid text holds no NUL outside of escapes.
fn byte(text: &[u8], at: usize) -> u8 {
    text.get(at).copied().unwrap_or(0)
}

fn skip_space(text: &[u8], mut at: usize) -> usize {
    while matches!(byte(text, at), b' ' | b'\t' | b'\r' | b'\n') {
        at += 1;
    }
    at
}

/// The place behind the value that begins at `at`.
fn value_end(text: &[u8], at: usize) -> usize {
    match byte(text, at) {
        b'"' => string_end(text, at + 1),
        b'{' | b'[' => container_end(text, at),
        b'}' | b']' => at + 1,
        _ => scalar_end(text, at),
    }
}

fn scalar_end(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let end = rest.iter().position(|byte| !matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'E' | b'+' | b'-' | b'.'));
    at + end.unwrap_or(rest.len())
}

/// The text of the number that begins at `at`.
pub fn number_text(text: &[u8], at: usize) -> &str {
    str::from_utf8(text.get(at..scalar_end(text, at)).unwrap_or_default()).unwrap_or_default()
}
