//! How many lines each part of a screen has. It depends on the size of the terminal and the number of rules alone, so that
//! nothing moves.

/// How many lines a verdict has.
pub const VERDICT_LINES: usize = 2;
/// How many rules have a line at the most.
const RULES_MAX: usize = 4;
/// Lines of the head and the foot that are always there: title, state, foot.
const FIXED: usize = 3;
/// Lines of the chart, with the one before it.
const CHART_LINES: usize = 3;
/// Below this many lines for tables the chart is left out.
const TABLES_MIN: usize = 10;

/// Lines of each part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Rules that have a line.
    pub rules: usize,
    /// Whether there is a chart.
    pub has_chart: bool,
    /// Lines of the table of codes with its head; below it is an empty one.
    pub codes: usize,
    /// Lines of the newest failures with their head.
    pub failures: usize,
}

impl Layout {
    /// The layout of a screen of a number of rows.
    pub fn of(rows: usize, rules: usize) -> Self {
        let rules = rules.min(RULES_MAX);
        let left = rows.saturating_sub(FIXED + VERDICT_LINES + rules);
        let has_chart = left >= TABLES_MIN + CHART_LINES;
        // One empty line before each table.
        let tables = left.saturating_sub(if has_chart { CHART_LINES } else { 0 }).saturating_sub(2);
        let codes = tables / 2;
        Self { rules, has_chart, codes, failures: tables - codes }
    }
}
