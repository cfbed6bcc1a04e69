//! The texts of options become types, and types texts: what people type, and what a state kept.

use crate::input::PatternError;
use crate::profile::names::Field;
use crate::profile::{FieldPointer, Pointer, PointerError};
use crate::record::{Form, Forms};
use crate::time::{Unit, Zone};

/// Why the text of an option cannot be read; each says what was expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSetting {
    /// Not a number of bytes.
    #[error("invalid size '{0}': expected e.g. 1000, 64K, 16M or 1G")]
    Bytes(String),
    /// Not a zone.
    #[error("invalid zone '{0}': expected e.g. UTC, +08:00 or Asia/Shanghai")]
    Zone(String),
    /// Not `NAME=POINTER`.
    #[error("invalid field '{0}': expected NAME=POINTER, for durations NAME=POINTER:UNIT")]
    FieldSyntax(String),
    /// The name is not that of a field.
    #[error("unknown field '{0}': expected one of {names}", names = Field::ALL.map(Field::as_str).join(", "))]
    FieldName(String),
    /// The pointer is not a JSON Pointer.
    #[error("invalid pointer '{text}'")]
    Pointer {
        /// The pointer.
        text: String,
        /// What is wrong with it.
        source: PointerError,
    },
    /// Not a format.
    #[error("invalid input format '{0}': expected auto, ndjson, json or cloudaudit")]
    InputFormat(String),
    /// A source without inputs.
    #[error("no inputs: expected paths or globs, as in inputs = [\"logs/*.log\"]")]
    NoInputs,
    /// Not a glob.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// Not sources as a state keeps them.
    #[error("invalid sources '{0}': expected those of this version, which an older or newer one may not share")]
    Sources(String),
    /// Not a form of a response.
    #[error("unknown form '{0}': expected {names}, joined by commas", names = Form::ALL.map(Form::as_str).join(", "))]
    Form(String),
    /// Not a point in time.
    #[error("invalid time '{0}': expected a point in time, e.g. 2026-11-24 or 2026-11-24T01:00:00+08:00")]
    Time(String),
    /// A state of another version may know options that this one does not.
    #[error("unknown option '{0}': expected those of this version, which an older or newer one may not share")]
    Unknown(String),
}

/// A number of bytes, with K, M or G for powers of 1,024.
///
/// # Errors
///
/// The text is not one, or the number does not fit.
pub fn bytes(text: &str) -> Result<usize, InvalidSetting> {
    let units = [(['K', 'k'], 10), (['M', 'm'], 20), (['G', 'g'], 30)];
    let unit = units.iter().find_map(|(letters, bits)| Some((text.strip_suffix(letters)?, *bits)));
    let (digits, bits) = unit.unwrap_or((text, 0));
    let number = digits.parse::<usize>().ok().and_then(|number| number.checked_mul(1 << bits));
    number.ok_or_else(|| InvalidSetting::Bytes(text.to_owned()))
}

/// A number of bytes as [`bytes`] reads it, in the largest unit that divides it.
pub(super) fn bytes_text(bytes: usize) -> String {
    let unit =
        [(30, "G"), (20, "M"), (10, "K")].into_iter().find(|(bits, _)| bytes > 0 && bytes.is_multiple_of(1 << bits));
    unit.map_or_else(|| bytes.to_string(), |(bits, letter)| format!("{}{letter}", bytes >> bits))
}

/// Forms of responses, joined by commas.
///
/// # Errors
///
/// One of the words is not a form.
pub fn forms(text: &str) -> Result<Forms, InvalidSetting> {
    let form = |word: &str| Form::parse(word.trim()).ok_or_else(|| InvalidSetting::Form(word.trim().to_owned()));
    text.split(',').map(form).collect()
}

/// Forms as [`forms`] reads them.
pub(super) fn forms_text(forms: Forms) -> String {
    forms.iter().map(Form::as_str).collect::<Vec<_>>().join(",")
}

/// A zone.
///
/// # Errors
///
/// The text does not name one.
pub fn zone(text: &str) -> Result<Zone, InvalidSetting> {
    Zone::parse(text).ok_or_else(|| InvalidSetting::Zone(text.to_owned()))
}

/// `NAME=POINTER` of `--field`, for durations also `NAME=POINTER:UNIT`.
///
/// # Errors
///
/// The text is not of this form, the name is unknown, or the pointer is not a JSON Pointer.
pub fn field(text: &str) -> Result<FieldPointer, InvalidSetting> {
    let (name, rest) = text.split_once('=').ok_or_else(|| InvalidSetting::FieldSyntax(text.to_owned()))?;
    let field = Field::parse(name).ok_or_else(|| InvalidSetting::FieldName(name.to_owned()))?;
    let (at, unit) = match rest.rsplit_once(':') {
        Some((at, unit))
            if field == Field::Duration
                && let Some(unit) = Unit::parse(unit) =>
        {
            (at, Some(unit))
        }
        _ => (rest, None),
    };
    Ok(FieldPointer { field, pointer: pointer(at)?, unit })
}

pub(super) fn pointer(text: &str) -> Result<Pointer, InvalidSetting> {
    Pointer::parse(text).map_err(|source| InvalidSetting::Pointer { text: text.to_owned(), source })
}
