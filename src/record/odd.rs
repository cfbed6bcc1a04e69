//! What is odd or doubtful about a line and does not change its class.

/// Something odd about a line that does not change its class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Anomaly {
    /// NUL bytes stood before the line, as log rotation by copytruncate leaves them.
    NulPadding,
    /// A byte order mark stood before a line that is not the first of its input.
    Bom,
    /// `Error` is null.
    NullError,
    /// A key that the policy looks up is given twice in an object that counts.
    DuplicateKey,
    /// `Code` is a number.
    CodeNotString,
    /// `Error` without a usable `Code`.
    ErrorWithoutCode,
    /// `Code` is longer than [`super::CODE_BYTES_MAX`].
    CodeTooLong,
    /// The time is before 2010 or after 2100; it counts as none.
    ImplausibleTime,
    /// A context member is there but cannot be read.
    BadContext,
    /// A line tells of a failure of which one shortly before it tells as a success.
    ConflictingOutcome,
}

impl Anomaly {
    /// Every anomaly, in the order of the reports.
    pub const ALL: [Self; 10] = [
        Self::NulPadding,
        Self::Bom,
        Self::NullError,
        Self::DuplicateKey,
        Self::CodeNotString,
        Self::ErrorWithoutCode,
        Self::CodeTooLong,
        Self::ImplausibleTime,
        Self::BadContext,
        Self::ConflictingOutcome,
    ];

    /// The word that reports use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NulPadding => "nul_padding",
            Self::Bom => "bom",
            Self::NullError => "null_error",
            Self::DuplicateKey => "duplicate_key",
            Self::CodeNotString => "code_not_string",
            Self::ErrorWithoutCode => "error_without_code",
            Self::CodeTooLong => "code_too_long",
            Self::ImplausibleTime => "implausible_time",
            Self::BadContext => "bad_context",
            Self::ConflictingOutcome => "conflicting_outcome",
        }
    }
}

/// A set of anomalies of one line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Anomalies(u16);

impl Anomalies {
    /// The empty set.
    pub const NONE: Self = Self(0);

    /// Puts one anomaly into the set.
    pub const fn insert(&mut self, anomaly: Anomaly) {
        self.0 |= 1 << anomaly as u8;
    }

    /// Whether the set holds this anomaly.
    #[must_use]
    pub const fn contains(self, anomaly: Anomaly) -> bool {
        self.0 & (1 << anomaly as u8) != 0
    }

    /// Whether the line has no anomaly, as nearly every line.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Both sets together.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those that belong to the line, whether or not it is a record that counts.
    #[must_use]
    pub const fn of_line(self) -> Self {
        Self(self.0 & (1 << Anomaly::NulPadding as u8 | 1 << Anomaly::Bom as u8))
    }

    /// What is in the set, in the order of [`Anomaly::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Anomaly> {
        Anomaly::ALL.into_iter().filter(move |&anomaly| self.contains(anomaly))
    }
}

/// What makes a line doubtful although it changes no number (SPEC 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Doubt {
    /// An object with a known code and an id that nothing marks as an error of an SDK of this cloud.
    UnmarkedError,
    /// A line without a response that names an exception of an SDK of this cloud.
    SdkError,
    /// A line with several responses, of which the first is read.
    OthersInLine,
    /// A record whose time stands in a text and names no zone.
    NoZone,
}

impl Doubt {
    /// Every doubt.
    pub const ALL: [Self; 4] = [Self::UnmarkedError, Self::SdkError, Self::OthersInLine, Self::NoZone];
}

/// A set of doubts about one line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Doubts(u8);

impl Doubts {
    /// The empty set.
    pub const NONE: Self = Self(0);

    /// Puts one doubt into the set.
    pub const fn insert(&mut self, doubt: Doubt) {
        self.0 |= 1 << doubt as u8;
    }

    /// Both sets together.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether there is none, as of nearly every line.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// What is in the set, in the order of [`Doubt::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Doubt> {
        Doubt::ALL.into_iter().filter(move |&doubt| self.0 & (1 << doubt as u8) != 0)
    }
}
