//! Rules that say when a report is worth an alarm: `failure_rate > 2% and responses >= 200`. It knows the grammar and
//! the logic; what a measure is of a report, its caller says.

mod error;
mod expression;
mod measure;
mod parse;

pub use error::{RuleError, nearest};
use expression::Expression;
pub use measure::{Measure, Percentile, Scale, Unit};

/// A rule as it was written, with what it means.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    text: String,
    expression: Expression,
}

/// What became of a rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// The measure of the first comparison that made it fire, with its value; none when it did not fire.
    pub fired: Option<(Measure, f64)>,
    /// Every measure of a rule that fired with its value, in its order, each once.
    pub values: Vec<(Measure, Option<f64>)>,
    /// The measures that are not known, in the order of the rule, each once.
    pub unknown: Vec<Measure>,
}

impl Rule {
    /// Reads a rule; `docs/rules.md` is its grammar.
    ///
    /// # Errors
    ///
    /// The text is not a rule: what is wrong, and where.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        Ok(Self { text: text.to_owned(), expression: parse::expression(text)? })
    }

    /// The rule as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it compares this measure.
    #[must_use]
    pub fn uses(&self, measure: &Measure) -> bool {
        let mut is_used = false;
        self.expression.visit(&mut |used| is_used |= used == measure);
        is_used
    }

    /// Whether it can fire because there is too little of something, as `responses < 1000` does: then it means nothing
    /// before a window is full.
    #[must_use]
    pub fn has_floor(&self) -> bool {
        self.expression.has_floor()
    }

    /// What it compares, in its order, each once.
    #[must_use]
    pub fn measures(&self) -> Vec<&Measure> {
        let mut measures = Vec::new();
        self.expression.visit(&mut |measure| {
            if !measures.contains(&measure) {
                measures.push(measure);
            }
        });
        measures
    }

    /// Holds the rule against values, in the units of the measures. A value that is not known makes a comparison
    /// neither true nor false, and a rule fires only when it is true whatever the unknown ones were. What stands
    /// after the comparison that decides an `and` or an `or` is not looked at.
    pub fn judge(&self, value_of: impl Fn(&Measure) -> Option<f64>) -> Judgement {
        let mut unknown = Vec::new();
        let outcome = self.expression.judge(&value_of, &mut unknown);
        let fired = outcome.cause.filter(|_| outcome.truth == Some(true));
        let mut values: Vec<(Measure, Option<f64>)> = Vec::new();
        if fired.is_some() {
            self.expression.visit(&mut |measure| {
                if !values.iter().any(|(known, _)| known == measure) {
                    values.push((measure.clone(), value_of(measure)));
                }
            });
        }
        Judgement { fired, values, unknown }
    }
}

#[cfg(test)]
mod tests;
