//! Cells of the page that are drawn, or have links and colours, and those of mail that stand for several: whole, as HTML.

use super::chart::{self, Axis};
use super::limits::Limits;
use super::spark;
use super::trouble::Trouble;
use crate::render::clock::Clock;
use crate::render::escape::html;
use crate::render::view::history;
use crate::report::cells::{Cell, Row};
use crate::report::columns::Column;
use crate::report::parts::path;
use crate::report::tables::Layout;
use crate::report::{Code, Input, Quantiles, Report, Trend};

/// What cells are drawn from.
pub struct Drawn<'d> {
    /// The report.
    pub report: &'d Report,
    /// The clock of the page.
    pub clock: &'d Clock<'d>,
    /// The axis of durations.
    pub axis: Option<Axis>,
    /// The codes that the page has an article for.
    pub troubles: &'d [Trouble],
    /// For the page, or for mail.
    pub layout: Layout,
    /// How much goes in.
    pub limits: Limits,
}

impl Drawn<'_> {
    /// A whole cell; none where it is written as it is.
    #[must_use]
    pub fn cell(&self, row: &Row<'_>, column: Column) -> Option<String> {
        if self.layout == Layout::Mail {
            return self.of_mail(row, column);
        }
        match (row, column) {
            (Row::Code(code), Column::Code) => self.linked(code),
            (Row::Code(code), Column::Class) => Some(format!("<td><span class=\"k {0}\">{0}</span>", code.class)),
            (Row::Code(code), Column::Trend) => {
                let class = code.trend.filter(|_| !code.muted).map(Trend::as_str).unwrap_or_default();
                Some(format!("<td class=\"{class}\">{}", history(code)))
            }
            (Row::Code(code), Column::Bar) => Some(format!(
                "<td class=\"wide\"><svg class=\"bar {}\" viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" \
                 aria-hidden=\"true\"><rect width=\"{:.1}\" height=\"8\"/></svg>",
                code.class,
                per_cent(code)
            )),
            (Row::Code(code), Column::OverTime) => Some(format!("<td class=\"over\">{}", self.spark(code))),
            (Row::Code(code), Column::Since) => Some(match code.since {
                Some(time) => format!("<td data-l=\"since\">{}", self.clock.second(time)),
                None => "<td>".to_owned(),
            }),
            (Row::Part(name, ..), Column::Class) => {
                let name = html(name);
                Some(format!("<td class=\"name\"><span class=\"k {name}\">{name}</span>"))
            }
            (Row::Action(row), Column::Range) => Some(self.range(&row.latency)),
            (Row::Latency(_, row), Column::Range) => Some(self.range(row)),
            _ => None,
        }
    }

    fn of_mail(&self, row: &Row<'_>, column: Column) -> Option<String> {
        match (row, column) {
            (Row::Code(code), Column::Bar) => Some(format!(
                "<td width=\"100\" style=\"padding:3px 0\"><table role=\"presentation\" width=\"{:.0}\" cellpadding=\"0\" \
                 cellspacing=\"0\"><tr><td height=\"9\" bgcolor=\"#d1453b\" style=\"font-size:1px;line-height:9px\">&nbsp;\
                 </td></tr></table></td>",
                per_cent(code).ceil().max(1.0)
            )),
            (Row::Code(code), Column::Class) => {
                let history = Some(history(code)).filter(|text| !text.is_empty());
                let history = history.map(|text| format!(", {text}")).unwrap_or_default();
                Some(format!("<td>{}{history}</td>", code.class))
            }
            (Row::Input(input), Column::Path) => Some(self.read(row, input)),
            _ => None,
        }
    }

    /// A path with how its bytes were read.
    fn read(&self, row: &Row<'_>, input: &Input) -> String {
        let read_as = match row.cell(Column::ReadAs) {
            Cell::Texts(text) => text,
            _ => String::new(),
        };
        let state = match row.cell(Column::State) {
            Cell::Word(word) => word,
            _ => "",
        };
        let path = self.limits.whole(path(&input.path));
        format!("<td><code>{}</code> {}, {state}</td>", html(&path), html(&read_as))
    }

    /// A code with a link to its article, when it has one.
    fn linked(&self, code: &Code) -> Option<String> {
        let rank = self.troubles.iter().find(|trouble| trouble.code == code.code)?.rank;
        let code = self.limits.text(&code.code);
        Some(format!("<td class=\"name\"><a href=\"#c{rank}\"><code>{}</code></a>", html(&code)))
    }

    fn spark(&self, code: &Code) -> String {
        let Some(spark) = spark::of(self.report, code, self.clock) else { return String::new() };
        format!(
            "<svg class=\"spark {}\" viewBox=\"0 0 {} 100\" preserveAspectRatio=\"none\" role=\"img\" \
             aria-label=\"most: {}\"><path d=\"{}\"/></svg>",
            code.class, spark.bars, spark.peak, spark.outline
        )
    }

    fn range(&self, row: &Quantiles) -> String {
        let Some(range) = self.axis.and_then(|axis| axis.range(row)) else { return "<td class=\"wide\">".to_owned() };
        let chart::Range { p50, p99: _, max, width, decades } = range;
        let grid = decades.iter().map(|x| format!("<path class=\"grid\" d=\"M{x} 0v12\"/>"));
        format!(
            "<td class=\"wide\"><svg class=\"range\" viewBox=\"0 0 200 12\" preserveAspectRatio=\"none\" \
             aria-hidden=\"true\">{}<path class=\"thin\" d=\"M{p50} 6H{max}\"/><rect class=\"thick\" x=\"{p50}\" y=\"3\" \
             width=\"{width}\" height=\"6\"/><path class=\"end\" d=\"M{max} 2v8\"/></svg>",
            grid.collect::<String>()
        )
    }
}

/// The share of a code in all failures, 0 to 100.
fn per_cent(code: &Code) -> f64 {
    code.share.clamp(0.0, 1.0) * 100.0
}
