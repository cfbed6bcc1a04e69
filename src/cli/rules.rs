//! What is said of rules on standard error: values that are not known, and codes that nothing knows. It judges no rule.

use resplog::catalog;
use resplog::redact::redact;
use resplog::report::{Report, Unheard, Unjudged};
use resplog::rule::{Measure, Rule};

use super::said;

/// Says which rules need a value that is not known, and which name a code that nothing knows, each once; `ahead` records have
/// a time that no clock shows yet.
pub fn warn(report: &Report, rules: &[Rule], ahead: u64) {
    if let Some(rule) = rules.iter().find(|rule| ahead > 0 && rule.uses(&Measure::NewestAge)) {
        let records = if ahead == 1 { "1 record has a time".to_owned() } else { format!("{ahead} records have times") };
        let rule = redact(rule.text());
        said::warn(&format!("--fail-if '{rule}': {records} more than five minutes from now, left out of newest_age"));
    }
    for Unjudged { rule, measure } in &report.unjudged {
        let why = match measure {
            Measure::NewCodes => "there is no earlier run to compare with",
            Measure::Percentile(_) => "no record has a duration",
            Measure::NewestAge => "no record has a time",
            Measure::Malformed(_) | Measure::NoEnvelope(_) | Measure::Unrecognised(_) => "there is no line",
            // That there are none is said below.
            Measure::Service(..) | Measure::Action(..) => continue,
            _ => "there are no calls",
        };
        said::warn(&format!("--fail-if '{rule}': {measure} is not known, {why}"));
    }
    for Unheard { rule, measure, near } in &report.unheard {
        let what = match measure {
            Measure::Code(code, _) => {
                let family = catalog::family(code);
                format!("no table lists the code '{code}' (family {family}), and the log does not have it")
            }
            Measure::Family(name, _) => {
                format!("no table lists a code of the family '{name}', and the log does not have one")
            }
            Measure::Service(name, _) => format!("the log has no call of the service '{name}'"),
            Measure::Action(name, _) => format!("the log has no call of the action '{name}'"),
            other => format!("the log has no {other}"),
        };
        let meant = if near.is_empty() { String::new() } else { format!("; did you mean {}?", near.join(", ")) };
        said::warn(&format!("--fail-if '{rule}': {what}{meant}"));
    }
}
