//! Rules against tables of values.

use super::*;

/// Values that rules are evaluated with.
fn value_of(measure: &Measure) -> Option<f64> {
    match measure.to_string().as_str() {
        "failure_rate" => Some(0.007),
        "responses" => Some(1_000.0),
        "failed" => Some(7.0),
        "code(InternalError)" if measure.unit() == Unit::Count => Some(5.0),
        "code(InternalError)" => Some(0.005),
        "code((none))" => Some(1.0),
        "code(a) b)" => Some(2.0),
        "class(provider)" if measure.unit() == Unit::Fraction => Some(0.001),
        "malformed" if measure.unit() == Unit::Fraction => Some(0.02),
        "malformed" => Some(20.0),
        "family(RequestLimitExceeded)" | "unidentified" => Some(3.0),
        "service(cvm)" if measure.unit() == Unit::Fraction => Some(0.02),
        "action(RunInstances)" if measure.unit() == Unit::Fraction => Some(0.05),
        "unrecognised" if measure.unit() == Unit::Fraction => Some(0.02),
        "missing_request_id" if measure.unit() == Unit::Fraction => Some(0.5),
        "p90" => Some(2_001.5),
        "max" => Some(2_000.1),
        "p50" => Some(90_000.0),
        "newest_age" => Some(900.0),
        _ => None,
    }
}

fn judged(text: &str) -> (Option<f64>, Vec<String>) {
    let rule = Rule::parse(text).unwrap_or_else(|error| panic!("{error}"));
    let Judgement { fired, unknown, .. } = rule.judge(value_of);
    (fired.map(|(_, value)| value), unknown.iter().map(Measure::to_string).collect())
}

#[test]
fn a_rule_fires_with_the_value_that_made_it() {
    for (rule, value) in [
        ("failure_rate >= 0.7%", Some(0.007)),
        ("failure_rate > 0.7 %", None),
        ("failure_rate >= 0.007", Some(0.007)),
        ("failure_rate > .5% and responses >= 200", Some(0.007)),
        ("failure_rate>0.5%AND responses<200", None),
        ("responses == 1k", Some(1_000.0)),
        ("responses = 0.001M", Some(1_000.0)),
        ("responses != 1000", None),
        ("code(InternalError) >= 5", Some(5.0)),
        ("code(InternalError) > 0.4%", Some(0.005)),
        ("code( \"InternalError\" ) >= 5", Some(5.0)),
        ("code((none)) > 0", Some(1.0)),
        ("code(\"a) b\") > 0", Some(2.0)),
        ("class(provider) > 0.1%", None),
        ("class(provider) >= 0.1%", Some(0.001)),
        ("malformed > 1%", Some(0.02)),
        ("malformed <= 20", Some(20.0)),
        ("p50 > 1.4m", Some(90_000.0)),
        ("p50 >= 90 s", Some(90_000.0)),
        ("p50 > 1h", None),
        ("family(RequestLimitExceeded) > 0", Some(3.0)),
        ("unidentified > 0", Some(3.0)),
        ("service(cvm) > 1%", Some(0.02)),
        ("action(RunInstances) > 5%", None),
        ("unrecognised > 1%", Some(0.02)),
        ("missing_request_id > 1%", Some(0.5)),
        // Within what is known of a percentile, it equals the limit; the longest is exact.
        ("p90 > 2s", None),
        ("p90 >= 2s", Some(2_001.5)),
        ("p90 > 1.99s", Some(2_001.5)),
        ("max > 2s", Some(2_000.1)),
        ("newest_age >= 15m", Some(900.0)),
        ("newest_age > 15m", None),
        ("failed > 9 or responses > 9", Some(1_000.0)),
        ("failed > 9 or responses > 9 and malformed > 99", None),
        ("(failed > 9 or responses > 9) and malformed > 9", Some(1_000.0)),
        ("not failed > 9", Some(7.0)),
        ("not (failed > 9 or responses < 9)", Some(7.0)),
        ("not (failed < 9 and responses < 9)", Some(1_000.0)),
    ] {
        assert_eq!(judged(rule).0, value, "{rule}");
    }
}

#[test]
fn what_is_not_known_never_makes_a_rule_fire() {
    for (rule, value, unknown) in [
        ("p99 > 2s", None, vec!["p99"]),
        ("not p99 > 2s", None, vec!["p99"]),
        ("p99 > 2s and failed > 0", None, vec!["p99"]),
        ("p99 > 2s or p99 > 1s or new_codes > 0", None, vec!["p99", "new_codes"]),
        ("p99 > 2s or failed > 0", Some(7.0), vec!["p99"]),
        ("failed > 0 or p99 > 2s", Some(7.0), vec![]),
        ("failed > 9 and p99 > 2s", None, vec![]),
        ("not (p99 > 2s and failed > 9)", Some(7.0), vec!["p99"]),
    ] {
        let unknown: Vec<_> = unknown.into_iter().map(str::to_owned).collect();
        assert_eq!(judged(rule), (value, unknown), "{rule}");
    }
}

#[test]
fn an_error_points_at_the_place_and_says_what_may_be_meant() {
    for (rule, place, problem) in [
        ("failre_rate > 2%", "failre_rate", "did you mean failure_rate?"),
        ("Failure_Rate > 2%", "Failure_Rate", "did you mean failure_rate?"),
        ("rate > 2%", "rate", "expected one of failure_rate, failed"),
        ("failure_rate > 2", "2", "did you mean 2%?"),
        ("failure_rate > 2s", "2s", "did you mean 2%?"),
        ("failed > 2%", "2%", "did you mean failure_rate > 2%?"),
        ("class(provider) > 0.001", "0.001", "did you mean 0.1%?"),
        ("code(X) > 101%", "101%", "never above 1"),
        ("responses > 1.5", "1.5", "whole number"),
        ("p99 > 2", "2", "did you mean 2ms or 2s?"),
        ("newest_age > 15", "15", "did you mean 15s or 15m?"),
        ("p99 > 2sec", "sec", "there is no unit 'sec'"),
        ("p99 > 1.2.3s", "1.2.3s", "'1.2.3' is not a number"),
        ("class(providr) > 0", "providr", "did you mean provider?"),
        ("class(everyone else) > 0", "everyone else", "expected one of provider, capacity"),
        ("service() > 0", "()", "the name of the service is missing"),
        ("action > 0", "action", "action(RunInstances)"),
        ("family(InvalidParameterValue.X) > 0", "InvalidParameterValue.X", "family(InvalidParameterValue) or code("),
        ("action(Run*) > 0", "Run*", "an action is compared as a whole"),
        ("class > 0", "class", "class(provider)"),
        ("code() > 0", "()", "the name of the code is missing"),
        ("code(X > 0", "(X > 0", "not closed"),
        ("(failed > 0", "(", "not closed"),
        ("failed > 0)", ")", "no '('"),
        ("failed > 0 && ok > 0", "&&", "'and'"),
        ("failed > 0 ok > 0", "ok", "'and' or 'or'"),
        ("(failed > 0) ok > 0", "ok", "'and' or 'or'"),
        ("failed > 1,000", ",", "without commas"),
        ("failed > -1", "-", "below 0"),
        ("failed 0", "0", "is missing before this"),
        ("2% < failure_rate", "2", "begins with what is compared"),
        ("failed > ok", "ok", "a number is missing"),
        ("failed >", "", "a number is missing"),
        ("failed", "", "a limit is missing"),
        ("failed > 0 and", "", "a comparison is missing"),
        ("", "", "a comparison is missing"),
        ("失败率 > 2%", "失败率", "there is no measure"),
        ("failed\t> \u{1b}0", "\u{1b}", "has no meaning"),
    ] {
        let error = Rule::parse(rule).map(|_| ()).expect_err(rule);
        assert_eq!(&rule[error.place.clone()], place, "{rule}: {error}");
        assert!(error.problem.contains(problem), "{rule}: {error}");
    }
    let error = Rule::parse("responses > 0 or\nfailre_rate > 2%").unwrap_err().to_string();
    let lines = [
        "there is no measure 'failre_rate'; did you mean failure_rate?",
        "  responses > 0 or failre_rate > 2%",
        "                   ^^^^^^^^^^^",
    ];
    assert_eq!(error.lines().collect::<Vec<_>>(), lines);
}

#[test]
fn brackets_have_an_end() {
    let deep = |depth: usize| format!("{}failed > 0{}", "(".repeat(depth), ")".repeat(depth));
    assert!(Rule::parse(&deep(60)).is_ok());
    assert!(Rule::parse(&deep(1_000)).unwrap_err().problem.contains("brackets inside each other"));
    assert!(Rule::parse(&format!("{}failed > 0", "not ".repeat(1_000))).is_err());
    let long = |terms| vec!["failed > 9"; terms].join(" or ");
    assert_eq!(judged(&long(1_000)).0, None);
    assert!(Rule::parse(&long(10_000)).unwrap_err().problem.contains("at most"));
}

proptest::proptest! {
    #[test]
    fn no_text_breaks_the_parser(text in "[a-z_()0-9.%<>=!&\" \u{4e2d}\n-]{0,60}") {
        if let Err(error) = Rule::parse(&text) {
            proptest::prop_assert!(text.get(error.place.clone()).is_some());
            proptest::prop_assert_eq!(error.to_string().lines().count(), 3);
        }
    }
}
