//! What a code means and what to do, in words for people. It refuses to know how an entry is printed.

use super::class::{FAMILIES, built_in, by_family, trimmed};
use super::{COMMON, Class, Classes, Kind, NONE, OTHER, family, is_listed, kind, rules, services, table};

/// Words of a second part that an entry repeats, at most.
const WORDS_MAX: usize = 24;
/// Longer words are cut, in bytes; the longest listed one has 17.
const WORD_BYTES_MAX: usize = 40;

/// Whether sending the same request again helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Retry {
    /// Yes, after a pause.
    Yes,
    /// No, not before something has changed.
    No,
    /// It depends on what the message says.
    Maybe,
}

impl Retry {
    /// The word for it: `yes`, `no` or `maybe`.
    pub fn as_str(self) -> &'static str {
        match self {
            Retry::Yes => "yes",
            Retry::No => "no",
            Retry::Maybe => "maybe",
        }
    }
}

/// All that is known about one code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The code, to the byte: text of a log, so hostile.
    pub code: String,
    /// Common to all services or not.
    pub kind: Kind,
    /// The text before the first dot, to the byte: hostile too.
    pub family: String,
    /// Who can act, by the table in force.
    pub class: Class,
    /// Whether a shipped table has the code.
    pub listed: bool,
    /// What it likely means, in a few sentences of ASCII; of the code only letters and digits stand in it.
    pub meaning: String,
    /// What to do next, in one or two sentences of ASCII.
    pub advice: String,
    /// Whether a retry helps.
    pub retry: Retry,
    /// The services that list it, in byte order.
    pub services: Vec<&'static str>,
}

/// Describes any code; the meaning of one that has no text of its own is put together from family, second part and class.
///
/// The words of the second part are repeated, so a code from a log has to be redacted before it comes here.
pub fn describe(code: &str, classes: &Classes) -> Entry {
    let class = classes.class(code);
    let bare = trimmed(code);
    let text = table::find(COMMON, bare);
    // Advice for a code is written for its built-in class; where that is overridden, the class knows better.
    let (retry, advice) = match text.filter(|_| class == built_in(bare)) {
        Some(text) => (retry_from(table::column(text, 2)), table::column(text, 4)),
        None => class_advice(class),
    };
    let mut meaning = match (code, text) {
        (NONE, _) => {
            "The error had no code, or none that can be kept: it was missing, no text or number, empty, or too long."
                .to_owned()
        }
        (OTHER, _) => "All codes beyond the bound on how many are counted by name.".to_owned(),
        (_, Some(text)) => table::column(text, 3).to_owned(),
        (_, None) => composed(bare, class),
    };
    let listed = is_listed(code);
    if !listed && code != NONE && code != OTHER {
        meaning.push_str(" The code is not in the shipped tables.");
    }
    Entry {
        code: code.to_owned(),
        kind: kind(code),
        family: family(code).to_owned(),
        class,
        listed,
        meaning,
        advice: advice.to_owned(),
        retry,
        services: services(code).collect(),
    }
}

/// The meaning of the family, the words of the second part, and where the class points if it is not that of the family.
fn composed(code: &str, class: Class) -> String {
    let family = family(code);
    let mut meaning = match table::find(FAMILIES, family) {
        Some(rest) => table::column(rest, 1).to_owned(),
        None => "The request failed with a code of a family that is not known.".to_owned(),
    };
    let part = code.split_once('.').map_or("", |(_, part)| part);
    let words: Vec<String> = rules::words(part).take(WORDS_MAX).map(readable).collect();
    if !words.is_empty() {
        meaning.push_str(&format!(" The code goes on: \"{}\".", words.join(" ")));
    }
    if by_family(family) != Some(class) {
        meaning.push(' ');
        meaning.push_str(pointer(class));
    }
    meaning
}

/// A word of a code as it stands in a sentence: abbreviations stay, the rest is in lower case.
fn readable(word: &str) -> String {
    let word = word.get(..WORD_BYTES_MAX).unwrap_or(word);
    let abbreviation = word.len() > 1 && !word.bytes().any(|byte| byte.is_ascii_lowercase());
    if abbreviation { word.to_owned() } else { word.to_ascii_lowercase() }
}

/// Where a class points, as a sentence.
fn pointer(class: Class) -> &'static str {
    match class {
        Class::Provider => "That points to a fault inside the service.",
        Class::Capacity => "That points to a shortage on the provider's side.",
        Class::State => "That points to the state of a resource, a task or the account.",
        Class::Throttle => "That points to too many calls in too short a time.",
        Class::Quota => "That points to a quota, a balance or another allowance that is used up.",
        Class::Unknown => "That does not tell who can act.",
        Class::ClientSide => "That points to the calling side: the request or its response got lost there.",
        Class::Auth => "That points to identity or permission.",
        Class::Caller => "That points to the request itself.",
    }
}

/// Whether a retry helps, and what to do, by class alone.
fn class_advice(class: Class) -> (Retry, &'static str) {
    match class {
        Class::Provider => (
            Retry::Yes,
            "Retry with growing pauses what is safe to repeat; if it persists, open a ticket with RequestIds and times.",
        ),
        Class::Capacity => {
            (Retry::Maybe, "Try another zone, region or specification, or later; ask support when you need this one.")
        }
        Class::State => {
            (Retry::Maybe, "Look up the state of the resource or task, change it or wait until it changes, then retry.")
        }
        Class::Throttle => (
            Retry::Yes,
            "Spread the calls, back off with growing, random pauses, use batch calls; ask for a higher limit if that is not enough.",
        ),
        Class::Quota => (
            Retry::No,
            "Free what is not needed, top up the account or package, or ask for a higher quota; a retry alone does not help.",
        ),
        Class::Unknown => (
            Retry::Maybe,
            "Read the message; retry once if the action is safe to repeat, and open a ticket with the RequestId if it repeats unexplained.",
        ),
        Class::ClientSide => (
            Retry::Maybe,
            "Look at the calling side: network, proxy, timeouts and the configuration of the SDK; the server may know nothing of the request.",
        ),
        Class::Auth => (
            Retry::No,
            "Check key, signature, clock and the CAM policy of the calling identity, and whether the account is verified and activated for the product.",
        ),
        Class::Caller => (
            Retry::No,
            "Read the message and compare the request with the API's documentation; the same request will fail again.",
        ),
    }
}

fn retry_from(name: &str) -> Retry {
    match name {
        "yes" => Retry::Yes,
        "no" => Retry::No,
        _ => Retry::Maybe,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::listed;

    #[test]
    fn every_listed_code_has_words_that_fit_on_a_page() {
        let classes = Classes::default();
        for code in listed() {
            let entry = describe(code, &classes);
            assert!(entry.listed, "{code}");
            for text in [&entry.meaning, &entry.advice] {
                assert!(text.is_ascii() && text.ends_with('.') && (15..=360).contains(&text.len()), "{code}: {text}");
            }
        }
        for (_, rest) in table::rows(COMMON) {
            assert_eq!(rest.split('\t').count(), 5);
            assert!(["yes", "no", "maybe"].contains(&table::column(rest, 2)));
        }
        assert!(table::rows(FAMILIES).all(|(_, rest)| rest.split('\t').count() == 2));
    }

    #[test]
    fn entries() {
        let classes = Classes::default();
        let entry = describe("AuthFailure.SignatureFailure", &classes);
        assert_eq!((entry.kind, entry.class, entry.retry), (Kind::Common, Class::Auth, Retry::No));
        assert_eq!(entry.meaning, "The server computed another signature than the request carries.");

        let entry = describe("ResourceInsufficient.SpecifiedInstanceType", &classes);
        assert_eq!(
            entry.meaning,
            "There is not enough of a resource to fulfil the request. The code goes on: \"specified instance type\"."
        );
        assert_eq!(entry.services, ["cvm", "tke"]);

        let entry = describe("InternalError.Param", &classes);
        assert!(entry.meaning.ends_with("The code goes on: \"param\". That points to the request itself."));
        assert_eq!(entry.retry, Retry::No);

        let entry = describe("NeverSeen.\u{1b}[31mVPCDown\u{202e}", &classes);
        assert!(!entry.listed && entry.services.is_empty());
        assert_eq!(
            entry.meaning,
            "The request failed with a code of a family that is not known. The code goes on: \"31m VPC down\". That does not tell who can act. The code is not in the shipped tables."
        );
        assert_eq!(describe(NONE, &classes).class, Class::Unknown);
        assert!(!describe(OTHER, &classes).meaning.contains("shipped"));
        for long in ["Aa".repeat(100_000), format!("X.{}", "Ab".repeat(100_000)), format!("X.{}", "a".repeat(100_000))]
        {
            assert!(describe(&long, &classes).meaning.len() < 400);
        }
    }

    #[test]
    fn an_override_changes_the_advice() {
        let classes = Classes::with_overrides("InternalError\tcaller\n").unwrap();
        let entry = describe("InternalError", &classes);
        assert_eq!((entry.class, entry.retry), (Class::Caller, Retry::No));
        assert!(entry.advice.contains("documentation"));
    }
}
