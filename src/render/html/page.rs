//! What the page shows, as strings and tables: the template only places them. Strings of the log are raw here and escaped
//! there, but for tables and what is said to be HTML already.

use askama::Template;

use super::badges::{Badge, badges};
use super::chart::Axis;
use super::drawn::Drawn;
use super::grid::{Drawing, Grid};
use super::limits::Limits;
use super::over_time::{OverTime, over_time};
use super::trouble::{Trouble, shown_troubles};
use crate::record::LineClass;
use crate::render::clock::Clock;
use crate::render::episodes::{Worded, worded};
use crate::render::escape::html_of_visible;
use crate::render::view::{View, spell};
use crate::render::{plain, remarks};
use crate::report::cells::{Cell, Row};
use crate::report::columns::Column;
use crate::report::listing::{self, Group};
use crate::report::numbers::{bytes, count, counted, percent_range};
use crate::report::parts::{Part, path};
use crate::report::tables::{Layout, Table};
use crate::report::troubles::troubles;
use crate::report::verdict::{Verdict, Word, verdict};
use crate::report::{Report, phrases, singles};
use crate::time::Nanos;

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
    pub(crate) episodes: Vec<Worded>,
    pub(crate) over_time: Option<OverTime>,
    pub(crate) compared: String,
    pub(crate) comparison: Grid,
    pub(crate) troubles: Vec<Trouble>,
    pub(crate) troubles_more: String,
    pub(crate) codes: Grid,
    pub(crate) latency: Grid,
    pub(crate) actions: Grid,
    pub(crate) classes: Grid,
    pub(crate) families: Grid,
    /// Calls by one field, each with the name of the field.
    pub(crate) groups: Vec<(String, Grid)>,
    pub(crate) counts: Vec<(String, String)>,
    pub(crate) topics: Vec<Topic>,
    pub(crate) inputs: Grid,
    pub(crate) status: String,
}

/// Remarks of one topic.
#[derive(Debug)]
pub struct Topic {
    pub(crate) name: &'static str,
    /// Pieces, each with whether it is quoted.
    pub(crate) remarks: Vec<Vec<(String, bool)>>,
}

impl Page {
    /// The page of a report, for browsers or for mail.
    #[must_use]
    pub fn of(report: &Report, view: &View, limits: Limits, layout: Layout) -> Self {
        let verdict = verdict(report);
        let clock = Clock::of(report, &view.zone);
        let axis = axis(report, limits);
        let shown = shown_troubles(report, view, limits);
        let time = |time: Nanos| clock.second(time);
        let drawn = Drawn { report, clock: &clock, axis, troubles: &shown, layout, limits };
        let cell = |row: &Row<'_>, column| drawn.cell(row, column);
        let drawing = Drawing { layout, limits, time: &time, cell: &cell, axis: axis.map(Axis::ends) };
        Self {
            word: verdict.word.as_str(),
            tone: tone(verdict.word),
            sentence: html_of_visible(&limits.text(&plain::line(&verdict.sentence))).into_owned(),
            rules: rules(&verdict, limits),
            facts: facts(report, view, limits),
            zone: report.ends().map(|_| view.zone_name(report)).unwrap_or_default(),
            episodes: episodes(report, view, &clock, limits),
            over_time: over_time(report, view, limits),
            compared: report
                .comparison
                .as_ref()
                .map(|it| phrases::comparison(it, |time| view.second(time)))
                .unwrap_or_default(),
            comparison: drawing.table(Table::Comparison, report),
            badges: badges(report, shown.len()),
            codes: drawing.table(Table::Codes, report),
            latency: drawing.table(Table::Latency, report),
            actions: drawing.table(Table::Actions, report),
            classes: drawing.table(Table::Classes, report),
            families: drawing.table(Table::Families, report),
            groups: groups(report, &drawing),
            counts: singles::named(report)
                .into_iter()
                .map(|(name, it)| (name, spell(&it, time, str::to_owned)))
                .collect(),
            inputs: drawing.table(Table::Inputs, report),
            troubles_more: limits.more(troubles(report).len()),
            topics: topics(report, view, limits),
            status: report.status.iter().map(|it| it.as_str().replace('_', " ")).collect::<Vec<_>>().join(", "),
            troubles: shown,
        }
    }
}

/// Episodes, with texts of the log as long as they may be.
fn episodes(report: &Report, view: &View, clock: &Clock<'_>, limits: Limits) -> Vec<Worded> {
    let mut episodes = worded(report, view, clock, "–");
    for episode in &mut episodes {
        episode.codes.iter_mut().for_each(|(code, _)| *code = limits.text(code));
        for (field, value, _) in &mut episode.stands_out {
            (*field, *value) = (limits.text(field), limits.text(value));
        }
        // A command that is cut would do something else.
        if limits.whole(&episode.command) != episode.command {
            episode.command.clear();
        }
    }
    episodes
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

/// The axis on which all durations of the page fit.
fn axis(report: &Report, limits: Limits) -> Option<Axis> {
    let latency = &report.latency;
    let actions = report.actions.iter().take(limits.rows).map(|action| &action.latency);
    Axis::of([&latency.ok, &latency.failed, &latency.all].into_iter().chain(actions))
}

/// The rules that fired, as far as they fit, already HTML.
fn rules(verdict: &Verdict, limits: Limits) -> Vec<String> {
    let rules = verdict.rules.iter().take(limits.rows);
    let mut said: Vec<_> = rules.map(|it| html_of_visible(&limits.text(&plain::line(it))).into_owned()).collect();
    said.extend(Some(limits.more(verdict.rules.len())).filter(|text| !text.is_empty()));
    said
}

/// When, what and how much.
fn facts(report: &Report, view: &View, limits: Limits) -> Vec<String> {
    let totals = &report.totals;
    let mut facts: Vec<_> = view.range(report).into_iter().collect();
    facts.push(match report.inputs.as_slice() {
        [only] => format!("{} ({})", limits.whole(path(&only.path)), bytes(totals.bytes)),
        _ => format!("{} ({})", counted(report.input_count(), "input", "inputs"), bytes(totals.bytes)),
    });
    let (recognised, lines) = (totals.in_window().recognised(), totals.in_window().expected());
    match lines {
        0 => {}
        _ if recognised == lines => facts.push(format!("all {} recognised", counted(lines, "line", "lines"))),
        _ => facts.push(format!("{} of {} recognised", count(recognised), counted(lines, "line", "lines"))),
    }
    if let Some([low, high]) = totals.failure_rate_bounds.filter(|_| totals.in_window()[LineClass::Malformed] > 0) {
        facts.push(format!("true rate within {}", percent_range(low, high)));
    }
    facts
}

/// Tables of calls by service, region, and the fields and periods asked for, each with its name.
fn groups(report: &Report, drawing: &Drawing<'_>) -> Vec<(String, Grid)> {
    let groups = listing::groups(report, drawing.layout);
    let group = |group: &Group<'_>| {
        let mut columns = group.table.shown(report, drawing.layout);
        let mut shown = group.rows.iter().take(drawing.limits.rows);
        let has_codes = shown.any(|row| row.cell(Column::Codes) != Cell::Empty);
        columns.retain(|column| has_codes || *column != Column::Codes);
        (drawing.limits.text(group.name), drawing.grid(&columns, &group.rows, group.name))
    };
    groups.iter().take(drawing.limits.rows + 1).map(group).collect()
}

fn topics(report: &Report, view: &View, limits: Limits) -> Vec<Topic> {
    let pieces_max = limits.rows.max(8).saturating_mul(4);
    let piece = |part: Part| match part {
        Part::Words(text) => (text, false),
        Part::Quoted(text) | Part::Code(text) => (limits.whole(&text), true),
    };
    let topics = remarks::remarks(report, view, limits.rows).into_iter();
    let topic = |(name, remarks): (&'static str, Vec<Vec<Part>>)| {
        let remarks = remarks.into_iter().map(|parts| parts.into_iter().take(pieces_max).map(piece).collect());
        Topic { name, remarks: remarks.collect() }
    };
    topics.map(topic).collect()
}
