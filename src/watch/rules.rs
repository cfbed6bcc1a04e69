//! Whether a rule holds, and since when. What is judged is for others.

use crate::redact::redact;
use crate::report::Breach;
use crate::rule::Rule;
use crate::time::Nanos;

/// Whether a rule holds.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleState {
    /// The rule as it was written, without secrets.
    pub rule: String,
    /// How it holds, when it does.
    pub breach: Option<Breach>,
    /// Since when it holds, or has not held; none before it was judged.
    pub since: Option<Nanos>,
    /// Whether it was judged: one that asks for enough of something is not, before the window is full.
    pub is_judged: bool,
    /// Whether all that it compares is known.
    pub is_known: bool,
    /// Whether it held at any time.
    pub has_fired: bool,
}

impl RuleState {
    /// A rule that was not judged yet.
    #[must_use]
    pub fn of(rule: &Rule) -> Self {
        Self {
            rule: redact(rule.text()).into_owned(),
            breach: None,
            since: None,
            is_judged: false,
            is_known: true,
            has_fired: false,
        }
    }

    /// Whether it holds.
    #[must_use]
    pub const fn holds(&self) -> bool {
        self.breach.is_some()
    }
}
