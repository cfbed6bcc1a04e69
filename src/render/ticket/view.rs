//! What the sender of a ticket asked for.

use crate::time::Zone;

/// The language of the headings above the line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Simplified Chinese.
    Chinese,
    /// Japanese.
    Japanese,
}

/// What the log does not say.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// The language of the headings.
    pub language: Language,
    /// The zone of the times.
    pub zone: Zone,
    /// The account; a blank to fill in when not given.
    pub uin: Option<String>,
}
