//! `docs/report.schema.json` describes the JSON report and `docs/state.schema.json` what `state show` prints, no key too
//! many and none too few. The validator here knows the words of JSON Schema that the files use and refuses any other, so
//! nothing in them goes unchecked.

use std::fs;

use serde_json::{Map, Value, json};

use crate::program::{root, run, testdata};
use crate::state::{Site, line};

/// Words that say nothing about validity. `format` stands for times only, which are checked by hand.
const NOTES: [&str; 4] = ["$schema", "$defs", "title", "description"];

struct Schema(Value);

impl Schema {
    fn read(name: &str) -> Self {
        let text = fs::read_to_string(root().join("docs").join(name)).unwrap();
        Self(serde_json::from_str(&text).unwrap())
    }

    /// What is wrong with a value, each with its place.
    fn check(&self, value: &Value) -> Vec<String> {
        let mut wrong = Vec::new();
        self.look(&self.0, value, "", &mut wrong);
        wrong
    }

    fn look(&self, schema: &Value, value: &Value, place: &str, wrong: &mut Vec<String>) {
        let words = schema.as_object().unwrap();
        for (word, rule) in words {
            let holds = match &**word {
                "$ref" => {
                    let target = rule.as_str().unwrap().strip_prefix('#').unwrap();
                    self.look(self.0.pointer(target).unwrap(), value, place, wrong);
                    true
                }
                "type" => match rule {
                    Value::Array(types) => types.iter().any(|name| has_type(value, name)),
                    name => has_type(value, name),
                },
                "const" => value == rule,
                "enum" => rule.as_array().unwrap().contains(value),
                "anyOf" => rule.as_array().unwrap().iter().any(|schema| {
                    let mut inner = Vec::new();
                    self.look(schema, value, place, &mut inner);
                    inner.is_empty()
                }),
                "minimum" => value.as_f64().is_none_or(|number| number >= rule.as_f64().unwrap()),
                "maximum" => value.as_f64().is_none_or(|number| number <= rule.as_f64().unwrap()),
                "minItems" => value.as_array().is_none_or(|items| items.len() as u64 >= rule.as_u64().unwrap()),
                "maxItems" => value.as_array().is_none_or(|items| items.len() as u64 <= rule.as_u64().unwrap()),
                "format" => rule == "date-time" && value.as_str().is_none_or(is_time),
                "items" => {
                    for (number, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.look(rule, item, &format!("{place}/{number}"), wrong);
                    }
                    true
                }
                "required" => value.as_object().is_none_or(|members| {
                    rule.as_array().unwrap().iter().all(|name| members.contains_key(name.as_str().unwrap()))
                }),
                "properties" => {
                    for (name, schema) in rule.as_object().unwrap() {
                        if let Some(member) = value.get(name) {
                            self.look(schema, member, &format!("{place}/{name}"), wrong);
                        }
                    }
                    true
                }
                "additionalProperties" => self.others(words, rule, value, place, wrong),
                word => {
                    assert!(NOTES.contains(&word), "the validator does not know '{word}'");
                    true
                }
            };
            if !holds {
                wrong.push(format!("{place}: {word} {rule} does not hold of {value}"));
            }
        }
    }

    /// Whether members that the schema does not name are as it wants them.
    fn others(
        &self,
        words: &Map<String, Value>,
        rule: &Value,
        value: &Value,
        place: &str,
        wrong: &mut Vec<String>,
    ) -> bool {
        let named = words.get("properties").and_then(Value::as_object);
        let members = value.as_object().into_iter().flatten();
        let mut others = members.filter(|(name, _)| named.is_none_or(|named| !named.contains_key(*name)));
        if *rule == Value::Bool(false) {
            return others.next().is_none();
        }
        others.for_each(|(name, member)| self.look(rule, member, &format!("{place}/{name}"), wrong));
        true
    }
}

fn has_type(value: &Value, name: &Value) -> bool {
    match name.as_str().unwrap() {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_u64() || value.is_i64(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        name => panic!("there is no type '{name}'"),
    }
}

/// RFC 3339 in UTC with 0, 3, 6 or 9 digits of a fraction, the last of which are not all zero.
fn is_time(text: &str) -> bool {
    let shape: String = text.chars().map(|it| if it.is_ascii_digit() { '0' } else { it }).collect();
    let Some(fraction) = shape.strip_prefix("0000-00-00T00:00:00").and_then(|rest| rest.strip_suffix('Z')) else {
        return false;
    };
    let short = |digits: &str| !digits.ends_with("000");
    let digits = text.trim_end_matches('Z').split('.').nth(1).unwrap_or("1");
    ["", ".000", ".000000", ".000000000"].contains(&fraction) && short(digits)
}

fn assert_valid(schema: &Schema, report: &Value, name: &str) {
    let wrong = schema.check(report);
    assert!(wrong.is_empty(), "{name}:\n{}", wrong.join("\n"));
}

#[test]
fn the_reports_of_all_cases_are_as_the_schema_says() {
    let schema = Schema::read("report.schema.json");
    let mut count = 0;
    for case in crate::cases::folders() {
        let written = fs::read_dir(case.join("expected.written")).into_iter().flatten();
        let files = written.map(|entry| entry.unwrap().path()).chain([case.join("expected.json")]);
        for file in files.filter(|file| file.extension().is_some_and(|extension| extension == "json")) {
            let Ok(text) = fs::read_to_string(&file) else { continue };
            // Rows of `ids` and `find` are values too, one a line.
            for report in serde_json::Deserializer::from_str(&text).into_iter().map(Result::<Value, _>::unwrap) {
                if report.get("schema").is_some() {
                    assert_valid(&schema, &report, &file.display().to_string());
                    count += 1;
                }
            }
        }
    }
    assert!(count > 3, "only {count} cases have a JSON report");
}

#[test]
fn the_reports_of_all_logs_are_as_the_schema_says() {
    let schema = Schema::read("report.schema.json");
    let logs = fs::read_dir(testdata()).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    for log in logs {
        let path = log.to_str().unwrap();
        let ran =
            run(&testdata(), ["report", "-f", "json", path, "missing", "--by", "level=/level", "--by", "day"], None);
        assert_valid(&schema, &ran.json(), path);
    }
    let stamped = run(&testdata(), ["report", "-f", "json", "--stamp", "--by", "day", "wrapped.ndjson"], None).json();
    assert!(stamped["stamp"].is_object());
    assert_valid(&schema, &stamped, "with a stamp");
    let nothing = run(&testdata(), ["report", "-f", "json"], None);
    assert_eq!(nothing.exit, 0);
    assert_valid(&schema, &nothing.json(), "an empty input");
}

#[test]
fn the_rows_of_a_watch_are_as_the_schema_says() {
    let schema = Schema::read("watch.schema.json");
    let rules = ["--fail-if", "failed > 0", "--fail-if", "p99 > 2s", "--fail-if", "responses < 5"];
    let mut events = 0;
    for log in fs::read_dir(testdata()).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()) {
        let bytes = fs::read(&log).unwrap();
        let ran = run(
            &testdata(),
            [&["watch", "--by", "level=/level", "missing", "-", "--for", "1s"], &rules[..]].concat(),
            Some(&bytes),
        );
        for row in ran.stdout.lines().map(|row| serde_json::from_str::<Value>(row).unwrap()) {
            assert_valid(&schema, &row, &log.display().to_string());
            let kind = if row["event"] == "rule" { "/$defs/rule_event" } else { "/$defs/window" };
            events += u64::from(row["event"] == "rule");
            let own = Schema(json!({"$defs": schema.0["$defs"], "$ref": format!("#{kind}")}));
            assert!(assert_wrong_without_a_key(&own, &row) > 1);
        }
    }
    assert!(events > 3, "{events}");
    // What stands in a report too has one description.
    let report = Schema::read("report.schema.json").0;
    let window = &schema.0["$defs"]["window"]["properties"];
    let shared =
        window.as_object().unwrap().iter().filter_map(|(name, own)| Some((name, own, report["properties"].get(name)?)));
    let differing: Vec<_> =
        shared.filter(|(name, own, of_report)| *name != "schema" && own != of_report).map(|(name, ..)| name).collect();
    assert!(differing.is_empty(), "{differing:?}");
}

#[test]
fn what_is_shown_of_states_is_as_the_schema_says() {
    let schema = Schema::read("state.schema.json");
    let site = Site::new();
    site.append("logs/empty.log", "");
    site.run(&["logs"]);
    assert_valid(&schema, &site.show(), "after nothing");
    // Failures, anomalies, an archive, a line that is not finished, files that were rotated and that are gone.
    for (number, log) in fs::read_dir(testdata()).unwrap().map(|entry| entry.unwrap().path()).enumerate() {
        if log.extension().is_some_and(|extension| extension == "ndjson") {
            fs::copy(log, site.path(&format!("logs/{number}.log"))).unwrap();
        }
    }
    site.write("logs/app.log", 0..9);
    site.run(&["logs"]);
    site.rename("logs/app.log", "logs/app.log.1");
    site.compress("logs/app.log.1");
    site.append("logs/app.log", &line(9)[..30]);
    fs::remove_file(site.path("logs/empty.log")).unwrap();
    site.run(&["logs"]);
    let shown = site.show();
    assert_valid(&schema, &shown, "after some runs");
    assert_ne!(shown["anomalies"], Value::Object(Map::new()));
    assert!(assert_wrong_without_a_key(&schema, &shown) > 8);
    let wrong = [
        ("/schema", "resplog.state/2".into()),
        ("/generation", Value::Null),
        ("/malformed/utf8", (-1).into()),
        ("/positions/0/compression", "zip".into()),
        ("/positions/0/unseen_runs", 91.into()),
        ("/history/0/from", "yesterday".into()),
    ];
    for (pointer, value) in wrong {
        let mut shown = shown.clone();
        *shown.pointer_mut(pointer).unwrap() = value;
        assert_eq!(schema.check(&shown).len(), 1, "{pointer}");
    }
}

/// What lost a key, or has one more, is not as the schema says. Tells how many objects were tried.
fn assert_wrong_without_a_key(schema: &Schema, report: &Value) -> usize {
    let mut pointers = Vec::new();
    objects(report, String::new(), &mut pointers);
    for pointer in &pointers {
        let has_any_names = ["/filters", "/anomalies", "/options"].contains(&pointer.as_str())
            || pointer.ends_with("/fields")
            || pointer.ends_with("/forms")
            || (pointer.starts_with("/history/") && pointer.ends_with("/codes"));
        let names: Vec<_> = report.pointer(pointer).unwrap().as_object().unwrap().keys().cloned().collect();
        for name in names.iter().filter(|_| !has_any_names) {
            let mut report = report.clone();
            report.pointer_mut(pointer).unwrap().as_object_mut().unwrap().remove(name);
            assert!(!schema.check(&report).is_empty(), "without {pointer}/{name}");
        }
        let mut report = report.clone();
        report.pointer_mut(pointer).unwrap().as_object_mut().unwrap().insert("more".into(), Value::Array(vec![]));
        assert!(!schema.check(&report).is_empty(), "with {pointer}/more");
    }
    pointers.len()
}

#[test]
fn the_schema_finds_what_is_wrong() {
    let schema = Schema::read("report.schema.json");
    let report = run(&testdata(), ["report", "-f", "json", "wrapped.ndjson"], None).json();
    assert!(assert_wrong_without_a_key(&schema, &report) > 25);
    let wrong = [
        ("/schema", "resplog.report/3".into()),
        ("/totals/failure_rate", 1.5.into()),
        ("/totals/lines", (-1).into()),
        ("/codes/0/class", "nobody".into()),
        ("/timeline/buckets/0/start", "2026-11-24T01:02:03.000Z".into()),
        ("/status", Value::Array(vec![])),
    ];
    for (pointer, value) in wrong {
        let mut report = report.clone();
        *report.pointer_mut(pointer).unwrap() = value;
        assert_eq!(schema.check(&report).len(), 1, "{pointer}");
    }
}

/// The pointers of all objects, of lists only the first.
fn objects(value: &Value, pointer: String, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, member)| objects(member, format!("{pointer}/{name}"), found));
            found.push(pointer);
        }
        Value::Array(items) => {
            if let Some(item) = items.first() {
                objects(item, format!("{pointer}/0"), found);
            }
        }
        _ => {}
    }
}
