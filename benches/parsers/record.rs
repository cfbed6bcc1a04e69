//! What serde is asked for: the three facts, borrowed from the line where it has no escapes.

use std::borrow::Cow;
use std::fmt;
use std::sync::OnceLock;

use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// The members down to the response object. The libraries' functions for slices take a type and nothing else, so what
/// only the command line knows stands beside the type.
static PATH: OnceLock<Vec<String>> = OnceLock::new();

/// Says where responses are, once, before the first line: the members above `Response`, with `/` between them.
pub fn look_under(prefix: &str) {
    let members = prefix.split('/').filter(|member| !member.is_empty()).chain(["Response"]);
    PATH.get_or_init(|| members.map(str::to_owned).collect());
}

/// The members down to the response object, the last of which is `Response`.
pub fn path() -> &'static [String] {
    PATH.get().map_or(&[], Vec::as_slice)
}

/// A line with a response object.
pub struct Record<'a>(Response<'a>);

#[derive(Deserialize)]
struct Response<'a> {
    #[serde(borrow, rename = "Error")]
    error: Option<Failure<'a>>,
    #[serde(borrow, rename = "RequestId")]
    request_id: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Failure<'a> {
    #[serde(borrow, rename = "Code")]
    code: Text<'a>,
}

/// Serde borrows a `Cow` that is a field of its own, but never one inside an `Option`.
#[derive(Deserialize)]
#[serde(transparent)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl Record<'_> {
    pub fn code(&self) -> Option<&str> {
        self.0.error.as_ref().map(|error| &*error.code.0)
    }

    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_ref().map(|id| &*id.0)
    }
}

impl<'de> Deserialize<'de> for Record<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Under(path()).deserialize(deserializer).map(Record)
    }
}

/// Asks for the response object so many members down.
struct Under(&'static [String]);

impl<'de> DeserializeSeed<'de> for Under {
    type Value = Response<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        if self.0.is_empty() { Response::deserialize(deserializer) } else { deserializer.deserialize_map(self) }
    }
}

impl<'de> Visitor<'de> for Under {
    type Value = Response<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object above a response")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let Some((name, below)) = self.0.split_first() else { return Err(A::Error::custom("no path")) };
        let mut found = None;
        while let Some(is_it) = map.next_key_seed(Is(name))? {
            if is_it {
                found = Some(map.next_value_seed(Under(below))?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        found.ok_or_else(|| A::Error::missing_field("Response"))
    }
}

/// Asks whether a key is this one.
struct Is<'n>(&'n str);

impl<'de> DeserializeSeed<'de> for Is<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Is<'_> {
    type Value = bool;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<bool, E> {
        Ok(key == self.0)
    }
}
