//! What the page shows, as strings: the template only places them. Texts of the log are raw here and escaped there.

use askama::Template;

use super::badges::{Badge, badges};
use super::chart::{Axis, Range};
use super::over_time::{OverTime, over_time};
use super::spark::{self, Spark};
use super::trouble::{Trouble, names, troubles};
use crate::catalog::Class;
use crate::input::Compression;
use crate::record::LineClass;
use crate::render::escape::html_of_visible;
use crate::render::remarks::{self, Part, Remark, path};
use crate::render::sums;
use crate::render::text::clock::Clock;
use crate::render::text::numbers::{bytes, count, counted, percent, percent_range, share};
use crate::render::verdict::{self, Word};
use crate::render::view::{View, by_rows, calls, condition, period_codes, seen, span, took, trend};
use crate::report::{Action, Calls, Code, Input, Quantiles, Report, Trend};

/// More rows than this no table has.
pub const ROWS_MAX: usize = 1_000;
/// Longer texts of the log are cut, apart from ids and places.
pub const CHARS_MAX: usize = 1_024;

/// How much of a report goes into a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Rows of a table.
    pub rows: usize,
    /// Characters of a text; ids and places get four times as many.
    pub chars: usize,
}

impl Limits {
    /// A text, cut where it is too long, and in quotes when blanks at its ends would not be seen.
    #[must_use]
    pub fn text(self, text: &str) -> String {
        let shown = cut(text, self.chars);
        if text.trim() == text { shown } else { format!("\"{shown}\"") }
    }

    /// An id or a place, whole but for the most hostile.
    #[must_use]
    pub fn whole(self, text: &str) -> String {
        cut(text, self.chars.saturating_mul(4))
    }

    /// What a table says about the rest of its rows.
    #[must_use]
    pub fn more(self, rows: usize) -> String {
        let rest = rows.saturating_sub(self.rows);
        if rest == 0 { String::new() } else { format!("{} more of {}", count(rest as u64), count(rows as u64)) }
    }
}

fn cut(text: &str, chars: usize) -> String {
    match text.char_indices().nth(chars) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "report.html")]
pub struct Page {
    pub(crate) word: &'static str,
    pub(crate) tone: &'static str,
    /// The verdict, already HTML.
    pub(crate) sentence: String,
    /// The rules that fired, already HTML.
    pub(crate) rules: Vec<String>,
    pub(crate) facts: Vec<String>,
    pub(crate) badges: Vec<Badge>,
    pub(crate) zone: String,
    pub(crate) over_time: Option<OverTime>,
    pub(crate) troubles: Vec<Trouble>,
    pub(crate) troubles_more: String,
    pub(crate) codes: Vec<CodeRow>,
    pub(crate) codes_more: String,
    pub(crate) has_trend: bool,
    pub(crate) has_since: bool,
    /// What the signs of the sparks stand for; empty without any.
    pub(crate) spark_width: String,
    pub(crate) classes: Vec<Sum>,
    pub(crate) families: Vec<Sum>,
    pub(crate) families_more: String,
    pub(crate) axis: Option<[String; 2]>,
    pub(crate) actions: Vec<Row>,
    pub(crate) actions_more: String,
    pub(crate) latency: Vec<Row>,
    pub(crate) groups: Vec<Group>,
    pub(crate) sums: Vec<(String, String)>,
    pub(crate) topics: Vec<Topic>,
    pub(crate) count_names: Vec<&'static str>,
    pub(crate) inputs: Vec<InputRow>,
    pub(crate) inputs_more: String,
    pub(crate) status: String,
}

/// A row of the table of codes.
#[derive(Debug)]
pub struct CodeRow {
    pub(crate) code: String,
    pub(crate) failed: String,
    pub(crate) share: String,
    pub(crate) bar: String,
    /// The bar of a table cell, at most 100 pixels.
    pub(crate) bar_width: String,
    pub(crate) class: Class,
    pub(crate) trend: &'static str,
    /// How it changed, in how many runs it was seen, and whether it is acknowledged.
    pub(crate) history: String,
    pub(crate) since: String,
    pub(crate) rank: Option<usize>,
    pub(crate) spark: Option<Spark>,
}

/// A part of all failures.
#[derive(Debug)]
pub struct Sum {
    pub(crate) name: String,
    pub(crate) failed: String,
    pub(crate) share: String,
}

/// A row about calls.
#[derive(Debug)]
pub struct Row {
    pub(crate) name: String,
    pub(crate) of: String,
    pub(crate) calls: String,
    pub(crate) failed: String,
    pub(crate) rate: String,
    pub(crate) quantiles: [String; 6],
    pub(crate) range: Option<Range>,
}

/// A table of calls by one field.
#[derive(Debug)]
pub struct Group {
    pub(crate) name: String,
    /// Whether the rows say in `of` which codes they have.
    pub(crate) has_codes: bool,
    pub(crate) rows: Vec<Row>,
    pub(crate) more: String,
}

impl Group {
    /// The head of the codes' column, empty where there is none.
    pub(crate) const fn codes_head(&self) -> &'static str {
        if self.has_codes { "codes" } else { "" }
    }
}

/// Remarks of one topic.
#[derive(Debug)]
pub struct Topic {
    pub(crate) name: &'static str,
    /// Pieces, each with whether it is quoted.
    pub(crate) remarks: Vec<Vec<(String, bool)>>,
}

/// How an input was read.
#[derive(Debug)]
pub struct InputRow {
    pub(crate) path: String,
    pub(crate) format: String,
    pub(crate) status: String,
    pub(crate) counts: Vec<String>,
}

impl Page {
    /// The page of a report.
    #[must_use]
    pub fn of(report: &Report, view: &View, limits: Limits) -> Self {
        let latency = &report.latency;
        let outcomes = [("ok", &latency.ok), ("failed", &latency.failed), ("all", &latency.all)];
        let shown = report.actions.iter().take(limits.rows);
        let axis = Axis::of(outcomes.iter().map(|it| it.1).chain(shown.map(|action| &action.latency)));
        let troubles = troubles(report, view, limits);
        let outcomes = outcomes.into_iter().filter(|(_, row)| row.count > 0);
        Self {
            word: verdict::word(report).as_str(),
            tone: tone(verdict::word(report)),
            sentence: html_of_visible(&limits.text(&verdict::sentence(report))).into_owned(),
            rules: rules(report, limits),
            facts: facts(report, view, limits),
            zone: span(report).map(|_| view.zone_name(report)).unwrap_or_default(),
            over_time: over_time(report, view, limits),
            badges: badges(report, troubles.len()),
            codes: codes(report, view, &troubles, limits),
            spark_width: spark::width(report),
            classes: report.classes.iter().map(|it| part(it.class.as_str(), it.count, report, limits)).collect(),
            families: report
                .families
                .iter()
                .take(limits.rows)
                .map(|it| part(&it.family, it.count, report, limits))
                .collect(),
            families_more: limits.more(report.families.len()),
            sums: sums::sums(report),
            codes_more: limits.more(report.codes.len()),
            troubles_more: limits.more(names(report).len()),
            troubles,
            has_trend: report.codes.iter().any(|code| !history(code).is_empty()),
            has_since: report.codes.iter().any(|code| code.since.is_some()),
            axis: axis.map(Axis::ends),
            actions: report.actions.iter().take(limits.rows).map(|it| action(it, axis, limits)).collect(),
            actions_more: limits.more(report.actions.len()),
            latency: outcomes.map(|(name, row)| timed(name, row, axis)).collect(),
            groups: groups(report, limits),
            topics: topics(report, view, limits),
            count_names: sums::names(),
            inputs: report.inputs.iter().take(limits.rows).map(|it| input(it, limits)).collect(),
            inputs_more: limits.more(report.inputs.len()),
            status: report.status.iter().map(|it| condition(*it).replace('_', " ")).collect::<Vec<_>>().join(", "),
        }
    }
}

/// How good the news is.
#[must_use]
pub const fn tone(word: Word) -> &'static str {
    match word {
        Word::Ok => "good",
        Word::Breach | Word::Failing => "bad",
        _ => "warn",
    }
}

/// The rules that fired, as far as they fit, already HTML.
#[must_use]
pub fn rules(report: &Report, limits: Limits) -> Vec<String> {
    let rules = remarks::breaches(report).into_iter().take(limits.rows);
    let mut rules: Vec<_> = rules.map(|rule| html_of_visible(&limits.text(&rule)).into_owned()).collect();
    rules.extend(Some(limits.more(report.breaches.len())).filter(|text| !text.is_empty()));
    rules
}

/// When, what and how much.
#[must_use]
pub fn facts(report: &Report, view: &View, limits: Limits) -> Vec<String> {
    let totals = &report.totals;
    let mut facts: Vec<_> = view.range(report).into_iter().collect();
    facts.push(match report.inputs.as_slice() {
        [only] => format!("{} ({})", limits.whole(path(&only.path)), bytes(totals.bytes)),
        several => format!("{} ({})", counted(several.len() as u64, "input", "inputs"), bytes(totals.bytes)),
    });
    let (recognised, lines) = (verdict::recognised(report), verdict::lines_not_blank(report));
    match lines {
        0 => {}
        _ if recognised == lines => facts.push(format!("all {} recognised", counted(lines, "line", "lines"))),
        _ => facts.push(format!("{} of {} recognised", count(recognised), counted(lines, "line", "lines"))),
    }
    if let Some([low, high]) = totals.failure_rate_bounds.filter(|_| totals.counts[LineClass::Malformed] > 0) {
        facts.push(format!("true rate within {}", percent_range(low, high)));
    }
    facts
}

fn part(name: &str, failed: u64, report: &Report, limits: Limits) -> Sum {
    let of_all = failed as f64 / report.totals.counts[LineClass::Failed].max(1) as f64;
    Sum { name: limits.text(name), failed: count(failed), share: share(of_all) }
}

fn codes(report: &Report, view: &View, troubles: &[Trouble], limits: Limits) -> Vec<CodeRow> {
    let clock = Clock::of(report, &view.zone);
    let row = |code: &Code| CodeRow {
        code: limits.text(&code.code),
        failed: count(code.count),
        share: share(code.share),
        bar: format!("{:.1}", code.share.clamp(0.0, 1.0) * 100.0),
        bar_width: format!("{:.0}", (code.share.clamp(0.0, 1.0) * 100.0).ceil().max(1.0)),
        class: code.class,
        trend: code.trend.filter(|_| !code.muted).map(Trend::as_str).unwrap_or_default(),
        history: history(code),
        since: code.since.map(|time| clock.second(time)).unwrap_or_default(),
        spark: spark::of(report, code, &clock),
        rank: troubles.iter().find(|trouble| trouble.code == code.code).map(|trouble| trouble.rank),
    };
    report.codes.iter().take(limits.rows).map(row).collect()
}

/// How a code changed, and in how many of the runs before it was seen.
#[must_use]
pub fn history(code: &Code) -> String {
    let seen = Some(seen(code)).filter(|text| !text.is_empty()).map(|text| format!("in {text} earlier runs"));
    let trend = Some(trend(code)).filter(|text| !text.is_empty());
    trend.into_iter().chain(seen).collect::<Vec<_>>().join(", ")
}

fn row(name: String, of: &Calls) -> Row {
    Row {
        name,
        of: String::new(),
        calls: count(calls(of)),
        failed: count(of.failed),
        rate: of.failure_rate.map(percent).unwrap_or_default(),
        quantiles: Default::default(),
        range: None,
    }
}

fn action(action: &Action, axis: Option<Axis>, limits: Limits) -> Row {
    Row {
        of: action.service.as_deref().map(|service| limits.text(service)).unwrap_or_default(),
        quantiles: quantiles(&action.latency),
        range: axis.and_then(|axis| axis.range(&action.latency)),
        ..row(limits.text(&action.action), &action.calls)
    }
}

fn timed(name: &str, of: &Quantiles, axis: Option<Axis>) -> Row {
    Row {
        calls: count(of.count),
        quantiles: quantiles(of),
        range: axis.and_then(|axis| axis.range(of)),
        ..row(name.to_owned(), &Calls::default())
    }
}

fn quantiles(of: &Quantiles) -> [String; 6] {
    [of.p50, of.p90, of.p95, of.p99, of.p999, of.max].map(took)
}

/// Tables of calls by service, region, and the fields and periods asked for.
#[must_use]
pub fn groups(report: &Report, limits: Limits) -> Vec<Group> {
    let services = report.services.iter().map(|it| ("service", it.service.as_str(), &it.calls, None));
    let regions = report.regions.iter().map(|it| ("region", it.region.as_str(), &it.calls, None));
    let by = by_rows(report).into_iter().map(|it| (it.name.as_str(), it.value.as_str(), &it.calls, Some(it)));
    let mut groups: Vec<(&str, Vec<Row>, usize)> = Vec::new();
    for (name, value, calls, by) in services.chain(regions).chain(by) {
        if groups.last().is_none_or(|group| group.0 != name) {
            if groups.len() > limits.rows {
                break;
            }
            groups.push((name, Vec::new(), 0));
        }
        let Some((_, rows, total)) = groups.last_mut() else { break };
        *total += 1;
        if rows.len() < limits.rows {
            let codes = by.map(period_codes).unwrap_or_default();
            let codes = codes.into_iter().map(|(code, behind)| limits.text(code) + &behind).collect();
            rows.push(Row { of: codes, ..row(limits.text(value), calls) });
        }
    }
    let group = |(name, rows, total): (&str, Vec<Row>, usize)| Group {
        name: limits.text(name),
        has_codes: rows.iter().any(|row| !row.of.is_empty()),
        rows,
        more: limits.more(total),
    };
    groups.into_iter().map(group).collect()
}

fn topics(report: &Report, view: &View, limits: Limits) -> Vec<Topic> {
    let mut topics: Vec<Topic> = Vec::new();
    for Remark { topic, parts } in remarks::remarks(report, &View { top: limits.rows, ..view.clone() }) {
        if topics.last().is_none_or(|last| last.name != topic) {
            topics.push(Topic { name: topic, remarks: Vec::new() });
        }
        let parts = parts.into_iter().take(limits.rows.max(8).saturating_mul(4)).map(|part| match part {
            Part::Words(text) => (text, false),
            Part::Quoted(text) => (limits.whole(&text), true),
        });
        if let Some(last) = topics.last_mut() {
            last.remarks.push(parts.collect());
        }
    }
    topics
}

fn input(input: &Input, limits: Limits) -> InputRow {
    let numbers = sums::counts(input);
    let compressed = match input.compression {
        Compression::None => String::new(),
        packed => format!(", {}", packed.as_str()),
    };
    InputRow {
        path: limits.whole(path(&input.path)),
        format: format!("{}{compressed}, {}", input.format.as_str(), bytes(input.bytes)),
        status: if input.skipped { "skipped" } else { input.status.as_str() }.to_owned(),
        counts: numbers.into_iter().map(count).collect(),
    }
}
