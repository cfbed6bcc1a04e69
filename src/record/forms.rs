//! How a response can stand in a line. Where it stands is found elsewhere.

/// How the response of a record stood in its line (SPEC 5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Form {
    /// An object with a member `Response`.
    #[default]
    Envelope,
    /// An envelope in a string that, as a whole, is JSON.
    Layered,
    /// A response somewhere in a text.
    Embedded,
    /// The response object alone, as SDKs give it to programs.
    Unwrapped,
    /// An object with a code and an id, as SDKs throw it.
    ErrorObject,
    /// What an SDK prints of an error.
    SdkError,
}

impl Form {
    /// Every form, in the order of the reports.
    pub const ALL: [Self; 6] =
        [Self::Envelope, Self::Layered, Self::Embedded, Self::Unwrapped, Self::ErrorObject, Self::SdkError];

    /// The word that options and reports use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Envelope => "envelope",
            Self::Layered => "layered",
            Self::Embedded => "embedded",
            Self::Unwrapped => "unwrapped",
            Self::ErrorObject => "error_object",
            Self::SdkError => "sdk_error",
        }
    }

    /// Reads the word that [`Form::as_str`] gives, and nothing else.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.as_str() == word)
    }
}

/// The forms that are read (`--forms`); all of them by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Forms(u8);

impl Default for Forms {
    fn default() -> Self {
        Form::ALL.into_iter().collect()
    }
}

impl FromIterator<Form> for Forms {
    fn from_iter<I: IntoIterator<Item = Form>>(forms: I) -> Self {
        Self(forms.into_iter().fold(0, |set, form| set | 1 << form as u8))
    }
}

impl Forms {
    /// Whether this form is read.
    #[must_use]
    pub const fn contains(self, form: Form) -> bool {
        self.0 & (1 << form as u8) != 0
    }

    /// The forms, in the order of [`Form::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Form> {
        Form::ALL.into_iter().filter(move |&form| self.contains(form))
    }
}
