//! Where a log keeps the envelope and the context of a call: pointers, names, units. It reads no lines.

pub mod names;
pub mod status;

use std::fmt;

use crate::profile::names::Field;
use crate::record::Forms;
use crate::time::{Unit, Zone};

/// A JSON Pointer (RFC 6901) through object members.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Pointer {
    text: String,
    members: Vec<String>,
}

/// What is wrong with the text of a pointer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PointerError {
    /// The text neither is empty nor begins with a slash.
    #[error("a JSON Pointer is empty or begins with '/'")]
    NoSlash,
    /// A tilde that is not `~0` or `~1`.
    #[error("'~' in a JSON Pointer is written '~0', and '/' in a name '~1'")]
    Tilde,
}

impl Pointer {
    /// Reads a pointer; `''` is the root.
    ///
    /// # Errors
    ///
    /// The text is not a JSON Pointer.
    pub fn parse(text: &str) -> Result<Self, PointerError> {
        let members = match text.strip_prefix('/') {
            Some(rest) => rest.split('/').map(unescape).collect::<Result<_, _>>()?,
            None if text.is_empty() => Vec::new(),
            None => return Err(PointerError::NoSlash),
        };
        Ok(Self { text: text.to_owned(), members })
    }

    /// The pointer to a member of the value that this one points to.
    #[must_use]
    pub fn child(&self, name: &str) -> Self {
        let text = format!("{}/{}", self.text, name.replace('~', "~0").replace('/', "~1"));
        let mut members = self.members.clone();
        members.push(name.to_owned());
        Self { text, members }
    }

    /// The names on the way, outermost first; none for the root.
    #[must_use]
    pub fn members(&self) -> &[String] {
        &self.members
    }

    /// The pointer as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

fn unescape(name: &str) -> Result<String, PointerError> {
    let mut parts = name.split('~');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (character, rest) = match part.as_bytes().first() {
            Some(b'0') => ('~', &part[1..]),
            Some(b'1') => ('/', &part[1..]),
            _ => return Err(PointerError::Tilde),
        };
        text.push(character);
        text.push_str(rest);
    }
    Ok(text)
}

/// `--field NAME=POINTER[:UNIT]`: where a context field is, instead of under its table names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldPointer {
    /// Which field.
    pub field: Field,
    /// Where it is, from the root of the line.
    pub pointer: Pointer,
    /// The unit of a duration; milliseconds when none is given.
    pub unit: Option<Unit>,
}

impl fmt::Display for FieldPointer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}={}", self.field.as_str(), self.pointer.as_str())?;
        self.unit.map_or(Ok(()), |unit| write!(out, ":{}", unit.as_str()))
    }
}

/// Where a context field was found first, and what it said there.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FieldSeen {
    /// Pointer of the member; inside of a layer it goes on from the layer's pointer.
    pub pointer: String,
    /// The value as it was read: a time in RFC 3339, a duration in milliseconds.
    pub sample: String,
    /// Whether it is a time that names no zone.
    pub is_without_zone: bool,
}

/// How the lines of an input are read.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    envelope: Vec<Pointer>,
    forms: Forms,
    is_json: bool,
    is_cloudaudit: bool,
    fields: Vec<FieldPointer>,
    by: Vec<Pointer>,
    zone: Zone,
}

impl Profile {
    /// A profile that looks for envelopes at these pointers alone, in this order; anywhere when there are none.
    #[must_use]
    pub fn at(envelope: Vec<Pointer>) -> Self {
        Self { envelope, ..Self::default() }
    }

    /// The same profile with the forms that are read.
    #[must_use]
    pub fn with_forms(self, forms: Forms) -> Self {
        Self { forms, ..self }
    }

    /// The same profile for inputs in which every line is one JSON value, or none is read.
    #[must_use]
    pub fn of_json(self, is_json: bool) -> Self {
        Self { is_json, ..self }
    }

    /// The same profile, for events of CloudAudit instead of responses when it is set.
    #[must_use]
    pub fn with_cloudaudit(self, is_cloudaudit: bool) -> Self {
        Self { is_cloudaudit, ..self }
    }

    /// The same profile with `--field` overrides, `--by` pointers and the zone of times that name none.
    #[must_use]
    pub fn with_context(self, fields: Vec<FieldPointer>, by: Vec<Pointer>, zone: Zone) -> Self {
        Self { fields, by, zone, ..self }
    }

    /// `--envelope`: the only places that are looked at, in this order; none when the rule of SPEC 5 finds the response.
    #[must_use]
    pub fn envelope(&self) -> &[Pointer] {
        &self.envelope
    }

    /// The forms of responses that are read.
    #[must_use]
    pub const fn forms(&self) -> Forms {
        self.forms
    }

    /// Whether texts are read too, in lines and in strings.
    #[must_use]
    pub const fn reads_text(&self) -> bool {
        !self.is_json
    }

    /// Whether lines hold events of CloudAudit.
    #[must_use]
    pub const fn is_cloudaudit(&self) -> bool {
        self.is_cloudaudit
    }

    /// Fields that are read from a given place.
    #[must_use]
    pub fn fields(&self) -> &[FieldPointer] {
        &self.fields
    }

    /// Other fields to group by.
    #[must_use]
    pub fn by(&self) -> &[Pointer] {
        &self.by
    }

    /// The zone of times without one.
    #[must_use]
    pub const fn zone(&self) -> &Zone {
        &self.zone
    }
}
