//! What is wrong with a rule, where, and what may have been meant.

use std::fmt;
use std::ops::Range;

/// A text that is not a rule.
///
/// Shown on three lines: what is wrong, the rule, and carets under the place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct RuleError {
    /// The rule on one line.
    pub rule: String,
    /// What is wrong.
    pub problem: String,
    /// Bytes of the rule.
    pub place: Range<usize>,
}

impl RuleError {
    pub(super) fn new(rule: &str, place: Range<usize>, problem: String) -> Self {
        // Whatever moves a cursor is one blank, so that the carets stand where they should; places stay.
        let blank = |it: char| if it.is_control() { " ".repeat(it.len_utf8()) } else { it.to_string() };
        Self { rule: rule.chars().map(blank).collect(), problem, place }
    }
}

impl fmt::Display for RuleError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = |range: Range<usize>| self.rule.get(range).map_or(0, |text| text.chars().count());
        let before = columns(0..self.place.start);
        let carets = columns(self.place.clone()).max(1);
        write!(out, "{}\n  {}\n  {:before$}{}", self.problem, self.rule, "", "^".repeat(carets))
    }
}

/// `; did you mean X?` for the nearest of some names; nothing when none is near.
pub(super) fn did_you_mean(typed: &str, names: impl Iterator<Item = &'static str>) -> String {
    nearest(typed, names).map(|name| format!("; did you mean {name}?")).unwrap_or_default()
}

/// The name that is most like what was typed, of either case; none when none is like it.
#[must_use]
pub fn nearest<'n>(typed: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let typed = typed.to_lowercase();
    let scored = names.map(|name| (strsim::damerau_levenshtein(&typed, &name.to_lowercase()), name));
    let (distance, name) = scored.min()?;
    // Half of the letters may be wrong, and two at least.
    (distance <= (name.len() / 2).max(2).min(name.len().saturating_sub(1))).then_some(name)
}
