//! Rules that say when a report is worth an alarm: `failure_rate > 2% and responses >= 200`. It knows the grammar and
//! the logic; what a measure is of a report, its caller says.

mod error;
mod measure;
mod parse;

pub use error::RuleError;
pub use measure::{Measure, Percentile, Scale, Unit};

/// A rule as it was written, with what it means.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    text: String,
    expression: Expression,
}

/// What a rule says.
#[derive(Clone, Debug, PartialEq)]
enum Expression {
    And(Box<Expression>, Box<Expression>),
    Or(Box<Expression>, Box<Expression>),
    Not(Box<Expression>),
    Compare(Comparison),
}

/// A measure beside its limit.
#[derive(Clone, Debug, PartialEq)]
struct Comparison {
    measure: Measure,
    operator: Operator,
    /// In the unit of the measure.
    limit: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Less,
    AtMost,
    Equal,
    Unequal,
    AtLeast,
    More,
}

impl Operator {
    fn holds(self, value: f64, limit: f64) -> bool {
        match self {
            Self::Less => value < limit,
            Self::AtMost => value <= limit,
            Self::Equal => value == limit,
            Self::Unequal => value != limit,
            Self::AtLeast => value >= limit,
            Self::More => value > limit,
        }
    }
}

/// What became of a rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// The measure of the first comparison that made it fire, with its value; none when it did not fire.
    pub fired: Option<(Measure, f64)>,
    /// The measures that are not known, in the order of the rule, each once.
    pub unknown: Vec<Measure>,
}

impl Rule {
    /// Reads a rule; `docs/rules.md` is its grammar.
    ///
    /// # Errors
    ///
    /// The text is no rule: what is wrong, and where.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        Ok(Self { text: text.to_owned(), expression: parse::expression(text)? })
    }

    /// The rule as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it has more than one comparison.
    #[must_use]
    pub fn is_compound(&self) -> bool {
        self.expression.is_compound()
    }

    /// The codes that it names, in its order.
    #[must_use]
    pub fn codes(&self) -> Vec<&str> {
        let mut codes = Vec::new();
        self.expression.visit(&mut |measure| {
            if let Measure::Code(code, _) = measure {
                codes.push(code.as_str());
            }
        });
        codes
    }

    /// Holds the rule against values, in the units of the measures. A value that is not known makes a comparison
    /// neither true nor false, and a rule fires only when it is true whatever the unknown ones were. What stands
    /// behind the comparison that decides an `and` or an `or` is not looked at.
    pub fn judge(&self, value_of: impl Fn(&Measure) -> Option<f64>) -> Judgement {
        let mut unknown = Vec::new();
        let outcome = self.expression.judge(&value_of, &mut unknown);
        let fired = outcome.cause.filter(|_| outcome.truth == Some(true));
        Judgement { fired, unknown }
    }
}

/// What an expression comes to; no truth when a value that decides is not known.
struct Outcome {
    truth: Option<bool>,
    /// The comparison that decided.
    cause: Option<(Measure, f64)>,
}

impl Expression {
    fn is_compound(&self) -> bool {
        match self {
            Self::Compare(_) => false,
            Self::Not(inner) => inner.is_compound(),
            Self::And(..) | Self::Or(..) => true,
        }
    }

    fn visit<'e>(&'e self, each: &mut impl FnMut(&'e Measure)) {
        match self {
            Self::Compare(comparison) => each(&comparison.measure),
            Self::Not(inner) => inner.visit(each),
            Self::And(left, right) | Self::Or(left, right) => {
                left.visit(each);
                right.visit(each);
            }
        }
    }

    fn judge(&self, value_of: &impl Fn(&Measure) -> Option<f64>, unknown: &mut Vec<Measure>) -> Outcome {
        match self {
            Self::Compare(comparison) => comparison.judge(value_of, unknown),
            Self::Not(inner) => {
                let Outcome { truth, cause } = inner.judge(value_of, unknown);
                Outcome { truth: truth.map(|truth| !truth), cause }
            }
            Self::And(left, right) => decide(false, left, right, value_of, unknown),
            Self::Or(left, right) => decide(true, left, right, value_of, unknown),
        }
    }
}

/// Either side that is `decisive` decides; otherwise both must be known.
fn decide(
    decisive: bool,
    left: &Expression,
    right: &Expression,
    value_of: &impl Fn(&Measure) -> Option<f64>,
    unknown: &mut Vec<Measure>,
) -> Outcome {
    let left = left.judge(value_of, unknown);
    if left.truth == Some(decisive) {
        return left;
    }
    let right = right.judge(value_of, unknown);
    if right.truth == Some(decisive) {
        return right;
    }
    let truth = left.truth.and(right.truth);
    Outcome { truth, cause: left.cause }
}

impl Comparison {
    fn judge(&self, value_of: &impl Fn(&Measure) -> Option<f64>, unknown: &mut Vec<Measure>) -> Outcome {
        let Some(value) = value_of(&self.measure) else {
            if !unknown.contains(&self.measure) {
                unknown.push(self.measure.clone());
            }
            return Outcome { truth: None, cause: None };
        };
        let truth = self.operator.holds(value, self.limit);
        Outcome { truth: Some(truth), cause: Some((self.measure.clone(), value)) }
    }
}

#[cfg(test)]
mod tests;
