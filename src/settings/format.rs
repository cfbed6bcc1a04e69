//! The formats of inputs by the words that an option takes. It reads no input.

use super::parse::InvalidSetting;

/// How inputs are cut into lines or values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InputFormat {
    /// Chosen by the first line that is not blank.
    #[default]
    Auto,
    /// A value a line.
    Ndjson,
    /// A stream of values, or one array of them.
    Json,
    /// Events of CloudAudit, one a line, in arrays or in pages.
    CloudAudit,
}

impl InputFormat {
    /// Every format, in the order of the documentation.
    pub const ALL: [Self; 4] = [Self::Auto, Self::Ndjson, Self::Json, Self::CloudAudit];

    /// The format that `--input-format` calls so.
    ///
    /// # Errors
    ///
    /// No format is called so.
    pub fn parse(text: &str) -> Result<Self, InvalidSetting> {
        let format = Self::ALL.into_iter().find(|format| format.as_str() == text);
        format.ok_or_else(|| InvalidSetting::InputFormat(text.to_owned()))
    }

    /// The word that `--input-format` takes.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Ndjson => "ndjson",
            Self::Json => "json",
            Self::CloudAudit => "cloudaudit",
        }
    }
}
