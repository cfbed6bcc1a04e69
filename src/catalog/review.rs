//! Checks the tables and rules against every listed code, and the numbers of docs/classes.md against both. Only for tests.

use super::class::{CODES, FAMILIES, by_family, exact};
use super::{Class, Classes, family, listed, rules, services, table};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::LazyLock;

const PAGE: &str = include_str!("../../docs/classes.md");

/// What decided the class of a listed code.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum By {
    Code,
    Rule(usize),
    Family,
}

fn part(code: &str) -> &str {
    code.split_once('.').map_or("", |(_, part)| part)
}

fn decided_by(code: &str) -> By {
    if exact(code).is_some() {
        return By::Code;
    }
    rules::all().position(|rule| rule.matches(family(code), part(code))).map_or(By::Family, By::Rule)
}

/// Every listed code and what decides it, worked out once.
static VERDICTS: LazyLock<Vec<(&str, By)>> = LazyLock::new(|| listed().map(|code| (code, decided_by(code))).collect());

fn class_by(code: &str, by: &By) -> Class {
    match by {
        By::Code => exact(code),
        By::Rule(index) => rules::all().nth(*index).map(|rule| rule.class),
        By::Family => by_family(family(code)),
    }
    .unwrap()
}

/// The listed codes that each rule decides.
fn caught() -> Vec<Vec<&'static str>> {
    let mut caught = vec![Vec::new(); rules::all().count()];
    for (code, by) in VERDICTS.iter() {
        if let By::Rule(index) = by {
            caught[*index].push(*code);
        }
    }
    caught
}

#[test]
fn every_alternative_of_every_rule_catches_something() {
    for (rule, codes) in rules::all().zip(caught()).filter(|(rule, _)| rule.how != "any") {
        for pattern in rule.patterns.split(' ') {
            let catches = |code: &&str| rules::matches(rule.how, pattern.as_bytes(), part(code).as_bytes());
            assert!(codes.iter().any(catches), "{pattern} in {rule:?} catches nothing");
        }
    }
}

#[test]
fn the_table_in_force_decides_the_same_way() {
    let classes = Classes::default();
    for (code, by) in VERDICTS.iter().step_by(7) {
        assert_eq!(classes.class(code), class_by(code, by), "{code}");
    }
}

#[test]
fn full_codes_are_listed_and_needed() {
    for (code, class) in table::rows(CODES) {
        assert!(services(code).count() > 0, "{code} is not listed");
        let otherwise = rules::class(family(code), part(code)).or_else(|| by_family(family(code)));
        assert_ne!(otherwise.map(Class::as_str), Some(class), "{code} needs no line of its own");
    }
}

#[test]
fn families_are_those_of_the_listed_codes() {
    let known: BTreeSet<_> = table::rows(FAMILIES).map(|(family, _)| family).collect();
    let listed: BTreeSet<_> = listed().map(family).collect();
    assert_eq!(known, listed);
    for name in rules::all().flat_map(|rule| rule.families.split(',')) {
        assert!(name == "*" || known.contains(name), "{name}");
    }
}

#[test]
fn the_page_shows_what_the_tables_do() {
    for (name, expected) in [("totals", totals()), ("rules", rule_table()), ("families", family_table())] {
        let (begin, end) = (format!("<!-- begin {name} -->\n"), format!("<!-- end {name} -->"));
        let shown = PAGE.split_once(&begin).and_then(|(_, rest)| rest.split_once(&end)).map_or("", |(shown, _)| shown);
        assert!(shown == expected, "docs/classes.md, section {name}, should read:\n{begin}{expected}{end}");
    }
}

fn totals() -> String {
    let mut counts: BTreeMap<Class, [usize; 3]> = BTreeMap::new();
    for (code, by) in VERDICTS.iter() {
        let row = counts.entry(class_by(code, by)).or_default();
        row[0] += 1;
        row[1] += services(code).count();
        row[2] += usize::from(*by == By::Family);
    }
    let mut text =
        "| class | listed codes | service and code pairs | codes decided by family alone |\n|---|--:|--:|--:|\n"
            .to_owned();
    for class in Class::ALL {
        let [codes, pairs, by_family] = counts.get(&class).copied().unwrap_or_default();
        writeln!(text, "| {class} | {codes} | {pairs} | {by_family} |").unwrap();
    }
    text
}

fn rule_table() -> String {
    let mut text =
        "| rule | families | match | patterns | class | codes | for example |\n|--:|---|---|---|---|--:|---|\n"
            .to_owned();
    for (index, (rule, codes)) in rules::all().zip(caught()).enumerate() {
        let mut places = vec![0, codes.len() / 2, codes.len().saturating_sub(1)];
        places.dedup();
        let examples: Vec<_> =
            places.into_iter().filter_map(|place| codes.get(place)).map(|code| format!("`{code}`")).collect();
        let families = rule.families.replace('*', "all").replace(',', ", ");
        let patterns = if rule.how == "any" { "" } else { rule.patterns };
        writeln!(
            text,
            "| {} | {families} | {} | {patterns} | {} | {} | {} |",
            index + 1,
            rule.how,
            rule.class,
            codes.len(),
            examples.join(", ")
        )
        .unwrap();
    }
    text
}

fn family_table() -> String {
    let mut counts: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
    for (code, by) in VERDICTS.iter() {
        let row = counts.entry(family(code)).or_default();
        row[0] += 1;
        row[match by {
            By::Code => 1,
            By::Rule(_) => 2,
            By::Family => 3,
        }] += 1;
    }
    let mut rows: Vec<_> = counts.into_iter().filter(|(_, [codes, ..])| *codes >= 10).collect();
    rows.sort_by_key(|&(family, [codes, ..])| (std::cmp::Reverse(codes), family));
    let mut text =
        "| family | class | listed codes | by full code | by rule | by family |\n|---|---|--:|--:|--:|--:|\n"
            .to_owned();
    for (family, [codes, code, rule, rest]) in rows {
        let class = by_family(family).map_or("", Class::as_str);
        writeln!(text, "| {family} | {class} | {codes} | {code} | {rule} | {rest} |").unwrap();
    }
    text
}
