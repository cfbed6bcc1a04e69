//! The value of an option, as reports show it and states keep it.

use std::fmt;

use serde::Serialize;

use crate::redact::redact;

/// The value of an option.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// A number.
    Number(u64),
    /// A switch that is on.
    Switch(bool),
    /// One text.
    Text(String),
    /// Several texts.
    List(Vec<String>),
}

impl Value {
    /// The same value without the secrets that somebody may have typed.
    #[must_use]
    pub fn redacted(&self) -> Self {
        match self {
            Self::Text(text) => Self::Text(redact(text).into_owned()),
            Self::List(texts) => Self::List(texts.iter().map(|text| redact(text).into_owned()).collect()),
            Self::Number(_) | Self::Switch(_) => self.clone(),
        }
    }

    /// The values as they are typed; none of a switch.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        match self {
            Self::Switch(_) => Vec::new(),
            Self::Number(number) => vec![number.to_string()],
            Self::Text(text) => vec![text.clone()],
            Self::List(texts) => texts.clone(),
        }
    }

    /// Whether it is a list without a text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::List(texts) if texts.is_empty())
    }
}

impl fmt::Display for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(out, "{number}"),
            Self::Switch(on) => write!(out, "{on}"),
            Self::Text(text) => out.write_str(text),
            Self::List(texts) => out.write_str(&texts.join(", ")),
        }
    }
}
