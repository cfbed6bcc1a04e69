//! Which rows a table lists in which order, and which of its columns and rows are hidden because they would say nothing
//! new. How many rows a reader asked for, and how they are drawn, it does not know.

use std::cmp::Reverse;

use super::cells::{Change, Row};
use super::columns::Column;
use super::singles::totals;
use super::tables::{Layout, Table};
use super::{By, Calls, Code, Report};
use crate::record::LineClass;

impl Table {
    /// The columns that a format shows of this report.
    #[must_use]
    pub fn shown(self, report: &Report, layout: Layout) -> Vec<Column> {
        let mut columns = self.columns(layout);
        columns.retain(|column| !is_hidden(self, *column, report, layout));
        columns
    }

    /// The rows that a format lists, all of them.
    #[must_use]
    pub fn rows(self, report: &Report, layout: Layout) -> Vec<Row<'_>> {
        let codes = || report.codes.iter();
        match self {
            Self::Breaches => report.breaches.iter().map(Row::Breach).collect(),
            Self::Episodes => report.episodes.iter().map(Row::Episode).collect(),
            Self::EpisodeCodes => {
                let rows = report.episodes.iter().flat_map(|row| row.codes.iter().map(move |code| (row, code)));
                rows.map(|(row, code)| Row::EpisodeCode(row, code)).collect()
            }
            Self::EpisodeStandsOut => {
                let rows = report.episodes.iter().flat_map(|row| row.stands_out.iter().map(move |it| (row, it)));
                rows.map(|(row, it)| Row::EpisodeStandsOut(row, it)).collect()
            }
            Self::Comparison => {
                report.comparison.iter().flat_map(|comparison| comparison.rows.iter().map(Row::Comparison)).collect()
            }
            Self::Codes if layout == Layout::Text => codes().filter(|code| code.count > 0).map(Row::Code).collect(),
            Self::Codes => codes().map(Row::Code).collect(),
            Self::Messages => {
                codes().flat_map(|code| code.messages.iter().map(move |row| Row::Message(code, row))).collect()
            }
            Self::Ids => codes().flat_map(|code| code.request_ids.iter().map(move |row| Row::Id(code, row))).collect(),
            Self::LookInto => (1..).zip(&report.look_into).map(|(rank, row)| Row::LookInto(rank, row)).collect(),
            Self::StandsOut => {
                codes().flat_map(|code| code.stands_out.iter().map(move |row| Row::StandsOut(code, row))).collect()
            }
            Self::Families => {
                let failed = report.totals.counts[LineClass::Failed];
                report.families.iter().map(|row| Row::Part(&row.family, row.count, failed)).collect()
            }
            Self::Classes => {
                let failed = report.totals.counts[LineClass::Failed];
                report.classes.iter().map(|row| Row::Part(row.class.as_str(), row.count, failed)).collect()
            }
            Self::Unidentified => report.unidentified.iter().map(Row::Unidentified).collect(),
            Self::Services => ranked(report.services.iter().map(Row::Service).collect(), layout),
            Self::Actions => ranked(report.actions.iter().map(Row::Action).collect(), layout),
            Self::Regions => ranked(report.regions.iter().map(Row::Region).collect(), layout),
            Self::By if layout == Layout::Csv => report.by.iter().map(Row::By).collect(),
            Self::By => by(report).into_iter().flatten().map(Row::By).collect(),
            Self::ByCodes => {
                let codes = report.by.iter().flat_map(|by| by.codes.iter().flatten().map(move |row| (by, row)));
                codes.map(|(by, row)| Row::ByCode(by, row)).collect()
            }
            Self::Timeline => {
                let timeline = &report.timeline;
                timeline.buckets.iter().map(|row| Row::Bucket(row, timeline.bucket_seconds)).collect()
            }
            Self::Latency => latency(report, layout),
            Self::Inputs => report.inputs.iter().map(Row::Input).collect(),
            Self::Malformed => report.malformed.samples.iter().map(Row::Malformed).collect(),
            Self::Totals => totals(report),
        }
    }
}

/// Columns in which every row would be empty, or the same.
fn is_hidden(table: Table, column: Column, report: &Report, layout: Layout) -> bool {
    let no_code = |has: fn(&Code) -> bool| !report.codes.iter().any(has);
    let has_changed = |code: &Code| !Change::of(code).is_none();
    match (layout, table, column) {
        // Without any failure, calls are all there is to say.
        (
            Layout::Text,
            Table::Actions | Table::Services | Table::Regions | Table::By,
            Column::Failed | Column::Rate,
        ) => report.totals.counts[LineClass::Failed] == 0,
        (_, Table::Comparison, Column::P99 | Column::P99Before) if layout != Layout::Csv => {
            let mut rows = report.comparison.iter().flat_map(|it| &it.rows);
            rows.all(|row| row.before.p99_ms.is_none() || row.after.p99_ms.is_none())
        }
        (Layout::Markdown, Table::Codes, Column::Trend) => no_code(has_changed),
        (Layout::Markdown, Table::Codes, Column::SeenRuns) => no_code(|code| code.seen_runs.is_some()),
        (Layout::Html, Table::Codes, Column::Trend) => no_code(has_changed) && no_code(|code| code.seen_runs.is_some()),
        (Layout::Html, Table::Codes, Column::Since) => no_code(|code| code.since.is_some()),
        (Layout::Html, Table::Codes, Column::OverTime) => report.stretch_seconds().is_none(),
        (Layout::Html, Table::Actions, Column::P50 | Column::P99 | Column::Max | Column::Range) => {
            report.latency.all.p50.is_none()
        }
        _ => false,
    }
}

/// Names in the order of a format: on a page of text those with the most failures first; among equals the order of the
/// report, by calls, remains.
fn ranked(mut rows: Vec<Row<'_>>, layout: Layout) -> Vec<Row<'_>> {
    if layout == Layout::Text {
        rows.sort_by_key(|row| Reverse(row.calls().map_or(0, |calls| calls.failed)));
    }
    rows
}

/// The rows of each field as they are, those of each period the newest first.
fn by(report: &Report) -> Vec<Vec<&By>> {
    let groups = report.by.chunk_by(|a, b| a.name == b.name).map(|rows| {
        let mut rows: Vec<&By> = rows.iter().collect();
        if rows.iter().any(|row| row.codes.is_some()) {
            rows.reverse();
        }
        rows
    });
    groups.collect()
}

/// Calls by one field.
#[derive(Clone, Debug, PartialEq)]
pub struct Group<'r> {
    /// The table that the rows are of.
    pub table: Table,
    /// Name of the field or the period; hostile.
    pub name: &'r str,
    /// Its rows.
    pub rows: Vec<Row<'r>>,
}

/// Tables of calls by service, by region, and by each field and period asked for. On a page of text a single row that is
/// all calls says nothing new, unless it was asked for.
#[must_use]
pub fn groups(report: &Report, layout: Layout) -> Vec<Group<'_>> {
    let own = [("service", Table::Services), ("region", Table::Regions)];
    let own = own.map(|(name, table)| Group { table, name, rows: table.rows(report, layout) });
    let mut groups: Vec<Group<'_>> = own.into_iter().filter(|group| !group.rows.is_empty()).collect();
    let asked = if layout == Layout::Text { by_name(report) } else { by(report) };
    for rows in asked {
        let name = rows.first().map_or("", |row| row.name.as_str());
        let rows = rows.into_iter().map(Row::By);
        match groups.last_mut().filter(|last| last.name == name && layout != Layout::Text) {
            Some(last) => last.rows.extend(rows),
            None => groups.push(Group { table: Table::By, name, rows: rows.collect() }),
        }
    }
    if layout == Layout::Text {
        groups.retain(|group| !is_all(group, report));
    }
    groups
}

/// As [`by`], with all rows of a name together and the fields in the order of a page of text.
fn by_name(report: &Report) -> Vec<Vec<&By>> {
    let mut groups: Vec<Vec<&By>> = Vec::new();
    for row in &report.by {
        match groups.iter_mut().find(|group| group.iter().any(|other| other.name == row.name)) {
            Some(group) => group.push(row),
            None => groups.push(vec![row]),
        }
    }
    for rows in &mut groups {
        if rows.iter().any(|row| row.codes.is_some()) {
            rows.sort_by_key(|row| Reverse(&row.value));
        } else {
            rows.sort_by_key(|row| Reverse(row.calls.failed));
        }
    }
    groups
}

fn is_all(group: &Group<'_>, report: &Report) -> bool {
    let [only] = group.rows.as_slice() else { return false };
    let is_asked = report.by.iter().any(|by| by.name == group.name);
    !is_asked && only.calls().is_some_and(|calls| report.is_all(calls))
}

impl Report {
    /// Whether these are all calls of the report.
    #[must_use]
    pub fn is_all(&self, calls: &Calls) -> bool {
        (calls.ok, calls.failed) == (self.totals.counts[LineClass::Ok], self.totals.counts[LineClass::Failed])
    }

    /// How long one stretch of the failures of a code over time is; none without times, and none when there is only one.
    #[must_use]
    pub fn stretch_seconds(&self) -> Option<i64> {
        let buckets = i64::try_from(self.series.buckets_per_stretch).unwrap_or(i64::MAX);
        let seconds = self.timeline.bucket_seconds.map(|seconds| seconds.saturating_mul(buckets));
        seconds.filter(|_| self.series.codes.values().any(|row| row.len() > 1))
    }

    /// Codes of the run compared with that this report has no failures of.
    pub fn gone(&self) -> impl Iterator<Item = &Code> {
        self.codes.iter().filter(|code| code.count == 0)
    }
}

/// How long calls took, by outcome.
fn latency(report: &Report, layout: Layout) -> Vec<Row<'_>> {
    let latency = &report.latency;
    let (ok, failed) = (Row::Latency("ok", &latency.ok), Row::Latency("failed", &latency.failed));
    let all = |name| Row::Latency(name, &latency.all);
    let is_timed = |row: &Row<'_>| matches!(row, Row::Latency(_, quantiles) if quantiles.count > 0);
    match layout {
        Layout::Csv => vec![all("all"), ok, failed],
        _ if latency.all.count == 0 => Vec::new(),
        Layout::Markdown => vec![ok, failed, all("all, dry runs too")],
        Layout::Html | Layout::Mail => [ok, failed, all("all")].into_iter().filter(is_timed).collect(),
        Layout::Text => {
            let has_dry_runs = latency.all.count > latency.ok.count.saturating_add(latency.failed.count);
            let is_one = [&latency.ok, &latency.failed].into_iter().any(|row| row.count == latency.all.count);
            let rows = [ok, failed, all(if has_dry_runs { "all, dry runs too" } else { "all" })];
            rows.into_iter().filter(is_timed).take(if is_one { 1 } else { 3 }).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report as samples;
    use crate::report::Service;
    use crate::report::cells::Cell;

    const LAYOUTS: [Layout; 5] = [Layout::Csv, Layout::Markdown, Layout::Html, Layout::Mail, Layout::Text];

    #[test]
    fn every_column_has_a_name_of_its_own_and_a_cell_in_some_row() {
        let report = samples::everything();
        for table in Table::ALL {
            let keys: Vec<_> = table.columns(Layout::Csv).into_iter().map(Column::key).collect();
            assert!(!keys.is_empty() && (1..keys.len()).all(|place| !keys[..place].contains(&keys[place])), "{keys:?}");
            for layout in LAYOUTS {
                let (columns, rows) = (table.columns(layout), table.rows(&report, layout));
                assert!(table.shown(&report, layout).iter().all(|column| columns.contains(column)));
                let is_written = |column: &&Column| !matches!(column, Column::OverTime | Column::Range);
                // What no row of the sample has.
                let is_known =
                    |column: &&Column| !matches!(column, Column::First | Column::Last | Column::Codes | Column::Muted);
                for column in columns.iter().filter(is_written).filter(is_known) {
                    let has_cell = rows.iter().any(|row| row.cell(*column) != Cell::Empty);
                    assert!(rows.is_empty() || has_cell, "{table:?} {layout:?} {column:?}");
                }
            }
        }
    }

    #[test]
    fn names_with_the_most_failures_stand_first_on_a_page_of_text_only() {
        let report = samples::incident();
        let failed = |layout| -> Vec<u64> {
            let rows = Table::Actions.rows(&report, layout).into_iter();
            rows.filter_map(|row| row.calls().map(|calls| calls.failed)).collect()
        };
        assert!(failed(Layout::Text).is_sorted_by(|a, b| a >= b));
        let as_reported: Vec<_> = report.actions.iter().map(|row| row.calls.failed).collect();
        assert!([Layout::Csv, Layout::Markdown, Layout::Html].into_iter().all(|layout| failed(layout) == as_reported));
    }

    #[test]
    fn a_page_of_text_hides_a_name_that_all_calls_have_unless_it_was_asked_for() {
        let mut report = samples::everything();
        let counts = &report.totals.counts;
        let calls = Calls { ok: counts[LineClass::Ok], failed: counts[LineClass::Failed], failure_rate: None };
        report.services = vec![Service { service: "cvm".into(), calls }];
        let names = |report: &Report, layout| -> Vec<String> {
            groups(report, layout).iter().map(|group| group.name.to_owned()).collect()
        };
        assert_eq!(names(&report, Layout::Text), ["region", "day"]);
        assert_eq!(names(&report, Layout::Html), ["service", "region", "day"]);
        report.by[0].name = "service".into();
        assert_eq!(names(&report, Layout::Text), ["service", "region", "service", "day"]);
    }

    #[test]
    fn periods_are_listed_the_newest_first_for_people() {
        let report = samples::everything();
        for layout in LAYOUTS {
            let values = Table::By.rows(&report, layout).into_iter().filter_map(|row| match row.cell(Column::Value) {
                Cell::Log(value) => Some(value.to_owned()),
                _ => None,
            });
            let values: Vec<_> = values.collect();
            assert_eq!(values.is_sorted(), layout == Layout::Csv, "{layout:?}");
        }
    }

    #[test]
    fn columns_that_would_say_nothing_are_hidden() {
        let mut report = samples::bare();
        let has = |report: &Report, table: Table, layout, column| table.shown(report, layout).contains(&column);
        assert!(!has(&report, Table::Codes, Layout::Markdown, Column::Trend));
        assert!(!has(&report, Table::Codes, Layout::Html, Column::Since));
        assert!(has(&report, Table::Services, Layout::Text, Column::Failed));
        report.totals.counts[LineClass::Failed] = 0;
        assert!(!has(&report, Table::Services, Layout::Text, Column::Failed));
        assert!(has(&report, Table::Services, Layout::Csv, Column::Failed));
        assert!(has(&samples::incident(), Table::Codes, Layout::Markdown, Column::Trend));
    }
}
