//! A text becomes a rule, or an error that points at the place. It compares nothing.

use std::iter::Peekable;
use std::ops::Range;
use std::vec::IntoIter;

use super::error::{RuleError, did_you_mean};
use super::expression::{Comparison, Expression, Operator};
use super::measure::{self, Measure, OF_NAMES, Scale, Unit};
use crate::catalog::Class;

/// Brackets and `not` may be nested this deep.
const DEPTH_MAX: usize = 64;
/// Longer texts are no rules, in bytes.
const BYTES_MAX: usize = 16_384;

/// Reads `or` of `and` of comparisons.
pub fn expression(text: &str) -> Result<Expression, RuleError> {
    if text.len() > BYTES_MAX {
        return Err(RuleError::new("", 0..0, format!("a rule has at most {BYTES_MAX} bytes")));
    }
    let mut parser = Parser { text, tokens: tokens(text)?.into_iter().peekable(), depth: 0 };
    let expression = parser.any_of()?;
    match parser.tokens.next() {
        None => Ok(expression),
        Some(Token { kind: Kind::Close, place }) => Err(parser.wrong(place, "there is no '(' to this ')'")),
        Some(Token { place, .. }) => {
            let problem = "a comparison ends before this; 'and' or 'or' goes between two";
            Err(parser.wrong(place, problem))
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
struct Token {
    kind: Kind,
    place: Range<usize>,
}

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    /// A name, `and`, `or`, `not`, or a unit.
    Word,
    /// What stands between the brackets of `code` and its like.
    Argument,
    Number,
    Percent,
    Operator(Operator),
    Open,
    Close,
}

fn tokens(text: &str) -> Result<Vec<Token>, RuleError> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut at = 0;
    while let Some(first) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = &text[at..];
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let takes_argument =
            tokens.last().is_some_and(|last| last.kind == Kind::Word && OF_NAMES.contains(&&text[last.place.clone()]));
        let (kind, length) = match first {
            '(' if takes_argument => argument(text, at)?,
            '(' => (Kind::Open, 1),
            ')' => (Kind::Close, 1),
            '%' => (Kind::Percent, 1),
            _ if first.is_ascii_digit() || first == '.' => (Kind::Number, number_length(rest)),
            _ if first.is_alphabetic() || first == '_' => (Kind::Word, word_length(rest)),
            _ => match operator(rest) {
                Some((operator, length)) => (Kind::Operator(operator), length),
                None => return Err(stray(text, at, first)),
            },
        };
        tokens.push(Token { kind, place: at..at + length });
        at += length;
    }
    Ok(tokens)
}

fn word_length(rest: &str) -> usize {
    rest.find(|it: char| !it.is_alphanumeric() && it != '_').unwrap_or(rest.len())
}

fn number_length(rest: &str) -> usize {
    rest.find(|it: char| !it.is_ascii_digit() && it != '.').unwrap_or(rest.len())
}

fn operator(rest: &str) -> Option<(Operator, usize)> {
    let operators = [
        (">=", Operator::AtLeast),
        ("<=", Operator::AtMost),
        ("==", Operator::Equal),
        ("!=", Operator::Unequal),
        (">", Operator::More),
        ("<", Operator::Less),
        ("=", Operator::Equal),
    ];
    operators.into_iter().find(|(sign, _)| rest.starts_with(sign)).map(|(sign, operator)| (operator, sign.len()))
}

fn stray(text: &str, at: usize, first: char) -> RuleError {
    let rest = &text[at..];
    let (length, problem) = match () {
        () if rest.starts_with("&&") => (2, "'&&' is written 'and'".to_owned()),
        () if rest.starts_with("||") => (2, "'||' is written 'or'".to_owned()),
        () if first == '!' => (1, "'!' is written 'not'".to_owned()),
        () if first == ',' => (1, "numbers are written without commas: 10000, 10k".to_owned()),
        () if first == '-' => (1, "there is no measure below 0".to_owned()),
        () => (first.len_utf8(), format!("{first:?} has no meaning here")),
    };
    RuleError::new(text, at..at + length, problem)
}

/// From a bracket to the one that closes it; quoted texts and inner brackets stay whole.
fn argument(text: &str, open: usize) -> Result<(Kind, usize), RuleError> {
    let (mut depth, mut is_quoted) = (0_usize, false);
    for (place, sign) in text[open..].char_indices() {
        match sign {
            '"' => is_quoted = !is_quoted,
            '(' if !is_quoted => depth += 1,
            ')' if !is_quoted => {
                depth -= 1;
                if depth == 0 {
                    return Ok((Kind::Argument, place + 1));
                }
            }
            _ => {}
        }
    }
    Err(RuleError::new(text, open..text.len(), "this bracket is not closed".to_owned()))
}

struct Parser<'t> {
    text: &'t str,
    tokens: Peekable<IntoIter<Token>>,
    depth: usize,
}

impl Parser<'_> {
    fn wrong(&self, place: Range<usize>, problem: impl Into<String>) -> RuleError {
        RuleError::new(self.text, place, problem.into())
    }

    fn said(&self, place: &Range<usize>) -> &str {
        self.text.get(place.clone()).unwrap_or_default()
    }

    /// The next token, when it is this word.
    fn take_word(&mut self, word: &str) -> bool {
        let text = self.text;
        let is_word = |token: &Token| {
            token.kind == Kind::Word && text.get(token.place.clone()).is_some_and(|it| it.eq_ignore_ascii_case(word))
        };
        self.tokens.next_if(is_word).is_some()
    }

    fn any_of(&mut self) -> Result<Expression, RuleError> {
        let mut held = self.all_of()?;
        while self.take_word("or") {
            held = Expression::Or(Box::new(held), Box::new(self.all_of()?));
        }
        Ok(held)
    }

    fn all_of(&mut self) -> Result<Expression, RuleError> {
        let mut held = self.one()?;
        while self.take_word("and") {
            held = Expression::And(Box::new(held), Box::new(self.one()?));
        }
        Ok(held)
    }

    fn one(&mut self) -> Result<Expression, RuleError> {
        let place = self.tokens.peek().map_or(self.text.len()..self.text.len(), |token| token.place.clone());
        if self.depth >= DEPTH_MAX {
            return Err(self.wrong(place, format!("more than {DEPTH_MAX} brackets inside each other")));
        }
        self.depth += 1;
        let one = if self.take_word("not") {
            Expression::Not(Box::new(self.one()?))
        } else if self.tokens.next_if(|token| token.kind == Kind::Open).is_some() {
            let inner = self.any_of()?;
            if self.tokens.next_if(|token| token.kind == Kind::Close).is_none() {
                return Err(self.wrong(place, "this bracket is not closed"));
            }
            inner
        } else {
            Expression::Compare(self.comparison()?)
        };
        self.depth -= 1;
        Ok(one)
    }

    fn comparison(&mut self) -> Result<Comparison, RuleError> {
        let Some(Token { kind, place }) = self.tokens.next() else {
            let end = self.text.len();
            return Err(self.wrong(end..end, "a comparison is missing here, such as failure_rate > 2%"));
        };
        if kind != Kind::Word {
            return Err(self.wrong(place, "a comparison begins with what is compared, as in failure_rate > 2%"));
        }
        let measure = self.measure(place.clone())?;
        let operator = self.operator()?;
        let (limit, is_share) = self.limit(&measure)?;
        let measure = if is_share { measure.shared() } else { measure };
        Ok(Comparison { measure, operator, limit })
    }

    fn measure(&mut self, place: Range<usize>) -> Result<Measure, RuleError> {
        let name = self.said(&place).to_owned();
        if !OF_NAMES.contains(&name.as_str()) {
            let known = measure::PLAIN.into_iter().chain(measure::COUNTED).find(|(known, _)| *known == name);
            return known.map(|(_, measure)| measure).ok_or_else(|| {
                let meant = did_you_mean(&name, measure::names());
                let all = measure::names().collect::<Vec<_>>().join(", ");
                let rest = if meant.is_empty() { format!("; expected one of {all}") } else { meant };
                self.wrong(place, format!("there is no measure '{name}'{rest}"))
            });
        }
        let example = example(&name);
        let Some(argument) = self.tokens.next_if(|token| token.kind == Kind::Argument) else {
            return Err(self.wrong(place, format!("{name} is of one {name}, as in {example}")));
        };
        let inside = argument.place.start + 1..argument.place.end - 1;
        let trimmed = self.said(&inside).trim();
        let quoted = trimmed.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let text = quoted.unwrap_or(trimmed).to_owned();
        if text.is_empty() {
            return Err(self.wrong(argument.place, format!("the name of the {name} is missing here, as in {example}")));
        }
        if quoted.is_none()
            && name != "class"
            && let Some(problem) = no_name(&name, &text)
        {
            return Err(self.wrong(inside, problem));
        }
        if name == "family" && quoted.is_none() && text.contains('.') {
            let meant = crate::catalog::family(&text).to_owned();
            let problem = format!("a family ends before the first dot; did you mean family({meant}) or code({text})?");
            return Err(self.wrong(inside, problem));
        }
        if let Some(measure) = Measure::of_name(&name, text.clone()) {
            return Ok(measure);
        }
        if name == "by" {
            return Err(self.wrong(inside, format!("by is of a field and a value, as in {example}")));
        }
        match Class::from_name(&text) {
            Some(class) => Ok(Measure::Class(class, Scale::Count)),
            None => {
                let meant = did_you_mean(&text, Class::ALL.into_iter().map(Class::as_str));
                let all = Class::ALL.map(Class::as_str).join(", ");
                let rest = if meant.is_empty() { format!("; expected one of {all}") } else { meant };
                Err(self.wrong(inside, format!("there is no class '{text}'{rest}")))
            }
        }
    }

    fn operator(&mut self) -> Result<Operator, RuleError> {
        match self.tokens.next() {
            Some(Token { kind: Kind::Operator(operator), .. }) => Ok(operator),
            Some(Token { place, .. }) => Err(self.wrong(place, "one of > >= < <= == != is missing before this")),
            None => {
                let end = self.text.len();
                Err(self.wrong(end..end, "a limit is missing here, such as > 2%"))
            }
        }
    }

    /// The limit in the unit of the measure, and whether it makes a share of a count.
    fn limit(&mut self, measure: &Measure) -> Result<(f64, bool), RuleError> {
        let (digits, mut place) = match self.tokens.next() {
            Some(Token { kind: Kind::Number, place }) => (self.said(&place).to_owned(), place),
            Some(Token { place, .. }) => return Err(self.wrong(place, "a number is missing before this")),
            None => {
                let end = self.text.len();
                return Err(self.wrong(end..end, "a number is missing here"));
            }
        };
        let unit = self.unit()?;
        if let Some((_, unit)) = &unit {
            place.end = unit.end;
        }
        let unit = unit.map(|(unit, _)| unit);
        let number = |exponent: &str| format!("{digits}{exponent}").parse::<f64>().ok().filter(|it| it.is_finite());
        let Some(plain) = number("").filter(|_| digits.bytes().any(|byte| byte.is_ascii_digit())) else {
            return Err(self.wrong(place, format!("'{digits}' is not a number")));
        };
        // Decimal shifts are left to the parser of numbers, so that 0.7 % is the same as 7 of 1,000.
        let shifted = |exponent: &str| number(exponent).unwrap_or(f64::MAX);
        let is_countable = measure.clone().shared() != *measure;
        let value = match (measure.unit(), unit.as_deref()) {
            (Unit::Fraction, Some("%")) => (shifted("e-2"), false),
            (Unit::Fraction, None) => (plain, false),
            (Unit::Count, Some("%")) if is_countable => (shifted("e-2"), true),
            (Unit::Count, None) => (plain, false),
            (Unit::Count, Some("k")) => (shifted("e3"), false),
            (Unit::Count, Some("M")) => (shifted("e6"), false),
            (Unit::Milliseconds, Some(unit)) if let Some(ms) = milliseconds(unit) => (plain * ms, false),
            (Unit::Seconds, Some(unit)) if let Some(ms) = milliseconds(unit) => (plain * ms / 1e3, false),
            (of, _) => return Err(self.wrong(place, misfit(measure, of, plain, unit.as_deref()))),
        };
        let (limit, is_share) = value;
        if (measure.unit() == Unit::Fraction || is_share) && limit > 1.0 {
            let meant =
                if unit.is_none() && plain <= 100.0 { format!("; did you mean {plain}%?") } else { String::new() };
            return Err(self.wrong(place, format!("{measure} is a part of a whole and never above 1{meant}")));
        }
        if measure.unit() == Unit::Count && !is_share && limit.fract() != 0.0 {
            let meant = if is_countable && limit < 1.0 {
                // Two digits are shifted out of the way of rounding.
                format!("; did you mean {}%?", (plain * 1e8).round() / 1e6)
            } else {
                String::new()
            };
            return Err(self.wrong(place, format!("{measure} is compared with a whole number{meant}")));
        }
        Ok((limit, is_share))
    }

    /// The unit after a number.
    fn unit(&mut self) -> Result<Option<(String, Range<usize>)>, RuleError> {
        if let Some(token) = self.tokens.next_if(|token| token.kind == Kind::Percent) {
            return Ok(Some(("%".to_owned(), token.place)));
        }
        let text = self.text;
        let goes_on = |token: &Token| {
            let word = text.get(token.place.clone()).unwrap_or_default();
            let is_next = ["and", "or", "not"].into_iter().chain(measure::names());
            token.kind == Kind::Word && !is_next.into_iter().any(|next| word.eq_ignore_ascii_case(next))
        };
        let Some(Token { place, .. }) = self.tokens.next_if(goes_on) else { return Ok(None) };
        let unit = self.said(&place).to_owned();
        match unit.as_str() {
            "k" | "M" | "ms" | "s" | "m" | "h" | "d" => Ok(Some((unit, place))),
            _ => Err(self.wrong(place, format!("there is no unit '{unit}'; expected %, k, M, ms, s, m, h or d"))),
        }
    }
}

fn milliseconds(unit: &str) -> Option<f64> {
    match unit {
        "ms" => Some(1.0),
        "s" => Some(1e3),
        "m" => Some(6e4),
        "h" => Some(3.6e6),
        "d" => Some(8.64e7),
        _ => None,
    }
}

/// A measure of a name as it is written.
const fn example(kind: &str) -> &'static str {
    match kind.as_bytes() {
        b"code" => "code(InternalError)",
        b"family" => "family(RequestLimitExceeded)",
        b"service" => "service(cvm)",
        b"action" => "action(RunInstances)",
        b"by" => "by(app=billing)",
        _ => "class(provider)",
    }
}

/// Why a name without quotes is hardly the one that was meant, so that the rule would never fire.
fn no_name(kind: &str, text: &str) -> Option<String> {
    let article = if kind == "action" { "an" } else { "a" };
    let quotes = ['\'', '"', '`', '\u{b4}', '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}'];
    let bare = text.trim_matches(quotes);
    if bare != text {
        let meant = if bare.is_empty() { example(kind).to_owned() } else { format!("{kind}({bare})") };
        return Some(format!("{article} {kind} is written as it is, or between \"\"; did you mean {meant}?"));
    }
    let wildcard = text.chars().find(|it| "*?".contains(*it))?;
    let several = if kind == "code" { "; class(provider) takes several," } else { "," };
    Some(format!(
        "{article} {kind} is compared as a whole, and '{wildcard}' stands for nothing else in it{several} \
         and {kind}(\"{text}\") is of this very {kind}"
    ))
}

/// Why a limit is not one of the measure.
fn misfit(measure: &Measure, of: Unit, plain: f64, unit: Option<&str>) -> String {
    match of {
        Unit::Fraction => format!("{measure} is a part of a whole; did you mean {plain}%?"),
        Unit::Count if unit == Some("%") => match measure {
            Measure::Failed => format!("failed is a number; did you mean failure_rate > {plain}%?"),
            _ => format!("{measure} is a number and has no %"),
        },
        Unit::Count => format!("{measure} is a number and has no unit but k and M"),
        Unit::Milliseconds => format!("{measure} is a duration and needs a unit; did you mean {plain}ms or {plain}s?"),
        Unit::Seconds => format!("{measure} is a duration and needs a unit; did you mean {plain}s or {plain}m?"),
    }
}
