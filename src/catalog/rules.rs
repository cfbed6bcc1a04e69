//! Rules on the second part of a code, the text after its first dot. It refuses to know single codes and default classes of families.
//!
//! A rule compares whole CamelCase words, never substrings: `Timeout` is in `AccessUpstreamTimeout`, not in `Timeouts`.

use super::Class;

/// The rules, in order of precedence; the file explains its columns.
pub(super) const RULES: &str = include_str!("rules.tsv");

/// One line of the rules.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    /// Families it holds for, separated by commas, or `*`.
    pub(super) families: &'static str,
    /// `is`, `first`, `last`, `word` or `any`.
    pub(super) how: &'static str,
    /// Alternatives, separated by blanks.
    pub(super) patterns: &'static str,
    /// What it decides.
    pub(super) class: Class,
}

/// All rules, in order of precedence.
pub(super) fn all() -> impl Iterator<Item = Rule> {
    RULES.lines().filter_map(|line| {
        let mut columns = line.split('\t');
        let (families, how) = (columns.next()?, columns.next()?);
        let (patterns, class) = (columns.next()?, Class::from_name(columns.next()?)?);
        Some(Rule { families, how, patterns, class })
    })
}

/// The class that the first matching rule gives; `None` if no rule matches, as for an empty second part.
pub(super) fn class(family: &str, part: &str) -> Option<Class> {
    all().find(|rule| rule.matches(family, part)).map(|rule| rule.class)
}

impl Rule {
    /// Whether this rule holds for the family and one of its alternatives matches.
    pub(super) fn matches(&self, family: &str, part: &str) -> bool {
        !part.is_empty()
            && (self.families == "*" || self.families.split(',').any(|name| name == family))
            && self.patterns.split(' ').any(|pattern| matches(self.how, pattern.as_bytes(), part.as_bytes()))
    }
}

/// Whether one alternative matches.
pub(super) fn matches(how: &str, pattern: &[u8], part: &[u8]) -> bool {
    let length = pattern.len();
    let Some(last) = part.len().checked_sub(length).filter(|_| length > 0) else {
        return false;
    };
    let stands_at = |start: usize| {
        let text = part.get(start..).and_then(|rest| rest.get(..length));
        text.is_some_and(|text| text.eq_ignore_ascii_case(pattern))
            && is_border(start, part)
            && is_border(start.saturating_add(length), part)
    };
    match how {
        "any" => true,
        "is" => last == 0 && stands_at(0),
        "first" => stands_at(0),
        "last" => stands_at(last),
        "word" => {
            part.windows(length).enumerate().any(|(start, text)| text.eq_ignore_ascii_case(pattern) && stands_at(start))
        }
        _ => false,
    }
}

/// Whether a word begins or ends at this place: `VPC|Error`, `Too|Many`, `Limit|180`, `SYS|_|ERR`.
fn is_border(place: usize, part: &[u8]) -> bool {
    let at = |place: usize| part.get(place).copied();
    let (Some(before), Some(after)) = (place.checked_sub(1).and_then(at), at(place)) else {
        return true;
    };
    if !before.is_ascii_alphanumeric() || !after.is_ascii_alphanumeric() {
        return true;
    }
    if after.is_ascii_uppercase() {
        let next_is_lower = at(place.saturating_add(1)).is_some_and(|next| next.is_ascii_lowercase());
        return !before.is_ascii_uppercase() || next_is_lower;
    }
    after.is_ascii_digit() && !before.is_ascii_digit()
}

/// The words of a second part, in order; what is not an ASCII letter or digit separates words and is left out.
pub(super) fn words(part: &str) -> impl Iterator<Item = &str> {
    let bytes = part.as_bytes();
    let mut start = 0;
    std::iter::from_fn(move || {
        while start < bytes.len() {
            let end = (start + 1..bytes.len()).find(|&place| is_border(place, bytes)).unwrap_or(bytes.len());
            let word = part.get(start..end);
            start = end;
            if let Some(word) = word.filter(|word| word.bytes().all(|byte| byte.is_ascii_alphanumeric())) {
                return Some(word);
            }
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_camel_case_words() {
        for (part, expected) in [
            ("SpecifiedInstanceType", "Specified|Instance|Type"),
            ("VPCUnexpectedError", "VPC|Unexpected|Error"),
            ("SYS_ERR", "SYS|ERR"),
            ("RequestLimitExceeded30S", "Request|Limit|Exceeded|30|S"),
            ("K8sClientBuildError", "K|8s|Client|Build|Error"),
            ("internalerror", "internalerror"),
            (" Param. ", "Param"),
            ("Überlauf\u{202e}X", "berlauf|X"),
            ("", ""),
        ] {
            assert_eq!(words(part).collect::<Vec<_>>().join("|"), expected, "{part}");
        }
    }

    #[test]
    fn patterns_match_whole_words_in_any_letter_case() {
        for (how, pattern, part, expected) in [
            ("word", "Timeout", "AccessUpstreamTimeOut", true),
            ("word", "Timeout", "TimeoutError", true),
            ("word", "Timeout", "Timeouts", false),
            ("word", "Timeout", "QueryTimeOutputX", false),
            ("word", "Param", "Parameter", false),
            ("word", "DB", "QueryDBError", true),
            ("word", "DB", "FooDBerror", false),
            ("word", "RequestLimitExceeded", "RequestLimitExceeded30S", true),
            ("first", "List", "ListenerStatusError", false),
            ("first", "List", "ListTable", true),
            ("last", "Invalid", "CertificateInvalid", true),
            ("last", "Invalid", "InvalidCertificate", false),
            ("is", "Timeout", "TIMEOUT", true),
            ("is", "Timeout", "TimeoutError", false),
            ("any", "*", "Whatever", true),
            ("no such", "Whatever", "Whatever", false),
        ] {
            assert_eq!(matches(how, pattern.as_bytes(), part.as_bytes()), expected, "{how} {pattern} {part}");
        }
    }

    #[test]
    fn every_line_is_a_rule_or_a_comment() {
        let lines = RULES.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(all().count(), lines);
        assert!(RULES.is_ascii() && !RULES.contains("  "));
        for rule in all() {
            assert!(["is", "first", "last", "word", "any"].contains(&rule.how), "{rule:?}");
        }
    }
}
