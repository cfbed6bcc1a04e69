//! Options of reading that hold for some inputs alone. It finds no input.

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::format::InputFormat;
use super::parse::{InvalidSetting, field, pointer, zone};
use crate::input::{Input, Pattern};
use crate::profile::{FieldPointer, Pointer};
use crate::time::Zone;

/// Options for the inputs that one of the patterns chooses, which go before those of all inputs. Of several sources that
/// choose an input the first one holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// Which inputs; at least one pattern.
    pub inputs: Vec<Pattern>,
    /// Context fields that are read from a given place; the others are read as for all inputs.
    pub fields: Vec<FieldPointer>,
    /// The zone of times that name none.
    pub assume_tz: Option<Zone>,
    /// The only places where envelopes are looked for; anywhere when there are none.
    pub envelope: Option<Vec<Pointer>>,
    /// How the inputs are cut.
    pub input_format: Option<InputFormat>,
}

/// A source as somebody wrote it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SourceTexts {
    #[serde(deserialize_with = "texts")]
    inputs: Vec<String>,
    #[serde(default, deserialize_with = "texts", skip_serializing_if = "Vec::is_empty")]
    field: Vec<String>,
    #[serde(default, alias = "assume_tz", skip_serializing_if = "Option::is_none")]
    assume_tz: Option<String>,
    #[serde(default, deserialize_with = "some_texts", skip_serializing_if = "Option::is_none")]
    envelope: Option<Vec<String>>,
    #[serde(default, alias = "input_format", skip_serializing_if = "Option::is_none")]
    input_format: Option<String>,
}

/// The tables `[[source]]` of a file, in their order, and nothing else of it.
#[derive(Clone, Debug, Deserialize)]
pub struct Sources<T> {
    /// The tables.
    pub source: Vec<T>,
}

/// What is wrong with an option of a source.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{key}'")]
pub struct InvalidSource {
    /// The name of the option.
    pub key: &'static str,
    /// What is wrong.
    pub source: InvalidSetting,
}

impl Source {
    /// The options as types.
    ///
    /// # Errors
    ///
    /// A text cannot be read, or no input is given.
    pub fn parse(texts: &SourceTexts) -> Result<Self, InvalidSource> {
        let of = |key: &'static str| move |source| InvalidSource { key, source };
        if texts.inputs.is_empty() {
            return Err(of("inputs")(InvalidSetting::NoInputs));
        }
        let pattern = |text: &String| Pattern::parse(text).map_err(InvalidSetting::Pattern);
        let pointers = |texts: &Vec<String>| texts.iter().map(|text| pointer(text)).collect::<Result<_, _>>();
        Ok(Self {
            inputs: texts.inputs.iter().map(pattern).collect::<Result<_, _>>().map_err(of("inputs"))?,
            fields: texts.field.iter().map(|text| field(text)).collect::<Result<_, _>>().map_err(of("field"))?,
            assume_tz: texts.assume_tz.as_deref().map(zone).transpose().map_err(of("assume-tz"))?,
            envelope: texts.envelope.as_ref().map(pointers).transpose().map_err(of("envelope"))?,
            input_format: texts
                .input_format
                .as_deref()
                .map(InputFormat::parse)
                .transpose()
                .map_err(of("input-format"))?,
        })
    }

    /// The options as texts.
    #[must_use]
    pub fn texts(&self) -> SourceTexts {
        let pointers = |pointers: &Vec<Pointer>| pointers.iter().map(|pointer| pointer.as_str().to_owned()).collect();
        SourceTexts {
            inputs: self.inputs.iter().map(|pattern| pattern.as_str().to_owned()).collect(),
            field: self.fields.iter().map(FieldPointer::to_string).collect(),
            assume_tz: self.assume_tz.as_ref().map(Zone::name),
            envelope: self.envelope.as_ref().map(pointers),
            input_format: self.input_format.map(|format| format.as_str().to_owned()),
        }
    }

    /// The options on one line, as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(&self.texts()).unwrap_or_default()
    }

    /// Sources as [`to_json`](Self::to_json) writes them, with commas between.
    ///
    /// # Errors
    ///
    /// The text is something else.
    pub fn list(json: &str) -> Result<Vec<Self>, InvalidSetting> {
        let invalid = || InvalidSetting::Sources(json.to_owned());
        let texts: Vec<SourceTexts> = serde_json::from_str(&format!("[{json}]")).map_err(|_| invalid())?;
        texts.iter().map(|texts| Self::parse(texts).map_err(|_| invalid())).collect()
    }

    /// Whether it is of an input.
    #[must_use]
    pub fn chooses(&self, input: &Input) -> bool {
        self.inputs.iter().any(|pattern| pattern.chooses(input))
    }
}

/// One text, or a list of them.
fn texts<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    struct Texts;
    impl<'de> Visitor<'de> for Texts {
        type Value = Vec<String>;

        fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            out.write_str("a text or a list of texts")
        }

        fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
            Ok(vec![text.to_owned()])
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut texts = Vec::new();
            while let Some(text) = list.next_element()? {
                texts.push(text);
            }
            Ok(texts)
        }
    }
    from.deserialize_any(Texts)
}

fn some_texts<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<String>>, D::Error> {
    texts(from).map(Some)
}
