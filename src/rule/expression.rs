//! What a rule says, as a tree, and what it comes to with given values. It reads no text.

use super::measure::Measure;

/// What a rule says.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    And(Box<Expression>, Box<Expression>),
    Or(Box<Expression>, Box<Expression>),
    Not(Box<Expression>),
    Compare(Comparison),
}

/// A measure beside its limit.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    pub measure: Measure,
    pub operator: Operator,
    /// In the unit of the measure.
    pub limit: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
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

/// What an expression comes to; no truth when a value that decides is not known.
pub struct Outcome {
    pub truth: Option<bool>,
    /// The comparison that decided.
    pub cause: Option<(Measure, f64)>,
}

impl Expression {
    pub fn visit<'e>(&'e self, each: &mut impl FnMut(&'e Measure)) {
        match self {
            Self::Compare(comparison) => each(&comparison.measure),
            Self::Not(inner) => inner.visit(each),
            Self::And(left, right) | Self::Or(left, right) => {
                left.visit(each);
                right.visit(each);
            }
        }
    }

    /// Whether it can be true because there is too little of something.
    pub fn has_floor(&self) -> bool {
        match self {
            Self::Compare(comparison) => {
                matches!(comparison.operator, Operator::Less | Operator::AtMost | Operator::Unequal)
            }
            Self::Not(_) => true,
            Self::And(left, right) | Self::Or(left, right) => left.has_floor() || right.has_floor(),
        }
    }

    pub fn judge(&self, value_of: &impl Fn(&Measure) -> Option<f64>, unknown: &mut Vec<Measure>) -> Outcome {
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
    pub fn judge(&self, value_of: &impl Fn(&Measure) -> Option<f64>, unknown: &mut Vec<Measure>) -> Outcome {
        let Some(value) = value_of(&self.measure) else {
            if !unknown.contains(&self.measure) {
                unknown.push(self.measure.clone());
            }
            return Outcome { truth: None, cause: None };
        };
        let truth = self.operator.holds(self.measure.rounded(value, self.limit), self.limit);
        Outcome { truth: Some(truth), cause: Some((self.measure.clone(), value)) }
    }
}
