//! The report as Markdown: reads well as it stands, in a chat, a mail or a ticket. Text from the log stands in code
//! spans only. It decides nothing and knows no HTML.

use std::io::{self, Write};

use super::clock::Clock;
use super::episodes::{Worded, worded};
use super::escape::{markdown, markdown_cell, markdown_of_visible};
use super::plain;
use super::remarks;
use super::text;
use super::view::{View, more, spell};
use crate::record::LineClass;
use crate::report::cells::Row;
use crate::report::columns::Column;
use crate::report::numbers::{bytes, count, counted, duration, percent_range, rough_percent};
use crate::report::parts::{Part, path, place};
use crate::report::phrases;
use crate::report::tables::{Layout, Table};
use crate::report::troubles::{Trouble, troubles};
use crate::report::verdict::{Verdict, verdict};
use crate::report::{At, Code, LookInto, Report, singles};

/// Columns of the sparklines, for phones and quotes in mails.
const COLUMNS: usize = 72;

/// Writes a report as Markdown with the tables of GitHub.
///
/// # Errors
///
/// `out` fails.
pub fn write(report: &Report, view: &View, out: &mut dyn Write) -> io::Result<()> {
    headline(report, view, out)?;
    episodes(report, view, out)?;
    comparison(report, view, out)?;
    over_time(report, view, out)?;
    table("Codes", Table::Codes, report, view, out)?;
    look_into(report, view, out)?;
    table("Actions", Table::Actions, report, view, out)?;
    table("Calls by service", Table::Services, report, view, out)?;
    table("Calls by region", Table::Regions, report, view, out)?;
    table("Calls by other fields and periods", Table::By, report, view, out)?;
    table("Latency", Table::Latency, report, view, out)?;
    table("Failures by class", Table::Classes, report, view, out)?;
    table("Failures by family", Table::Families, report, view, out)?;
    table("Errors without an id", Table::Unidentified, report, view, out)?;
    notes(report, view, out)?;
    every_count(report, view, out)?;
    table("Inputs", Table::Inputs, report, view, out)
}

fn headline(report: &Report, view: &View, out: &mut dyn Write) -> io::Result<()> {
    let verdict = verdict(report);
    writeln!(out, "# {}\n\n{}", verdict.word.as_str(), sentence(report, &verdict))?;
    for rule in &verdict.rules {
        writeln!(out, "\n- rule fired: {}", markdown_of_visible(&plain::line(rule)))?;
    }
    let totals = &report.totals;
    let mut about: Vec<_> = view.range(report).into_iter().collect();
    about.push(match report.inputs.as_slice() {
        [only] => format!("{} ({})", markdown(path(&only.path)), bytes(totals.bytes)),
        several => format!("{} inputs ({})", several.len(), bytes(totals.bytes)),
    });
    about.push(format!("{} lines, {} recognised", count(totals.counts.lines), count(totals.counts.recognised())));
    if let Some([low, high]) = totals.failure_rate_bounds.filter(|_| totals.in_window()[LineClass::Malformed] > 0) {
        about.push(format!("true rate {}", percent_range(low, high)));
    }
    writeln!(out, "\n{}", about.join(" · "))
}

/// Stretches of time with more failures than the rest, each with the command that shows it alone.
fn episodes(report: &Report, view: &View, out: &mut dyn Write) -> io::Result<()> {
    let episodes = worded(report, view, &Clock::of(report, &view.zone), "–");
    if !episodes.is_empty() {
        writeln!(out, "\n## Episodes\n")?;
    }
    for Worded { when, what, codes, more, stands_out, command } in episodes {
        let codes = codes.iter().map(|(code, count)| format!("{} {count}", markdown(code)));
        let codes: Vec<_> = codes.chain((!more.is_empty()).then_some(more)).collect();
        writeln!(out, "- {when}: {what}: {}", codes.join(", "))?;
        let stands_out =
            stands_out.iter().map(|(field, value, shares)| format!("{} {} {shares}", markdown(field), markdown(value)));
        let stands_out: Vec<_> = stands_out.collect();
        if !stands_out.is_empty() {
            writeln!(out, "  - stands out: {}", stands_out.join(", "))?;
        }
        if !command.is_empty() {
            writeln!(out, "  - alone: {}", markdown(&command))?;
        }
    }
    Ok(())
}

/// Two times beside each other.
fn comparison(report: &Report, view: &View, out: &mut dyn Write) -> io::Result<()> {
    let Some(comparison) = &report.comparison else { return Ok(()) };
    let title = phrases::comparison(comparison, |time| view.second(time));
    table(&format!("Compared: {title}"), Table::Comparison, report, view, out)
}

/// The sparklines of the text report, which hold no text of a log.
fn over_time(report: &Report, view: &View, out: &mut dyn Write) -> io::Result<()> {
    let mut lines = Vec::new();
    text::over_time(report, &view.of_width(COLUMNS), &mut lines)?;
    let lines = String::from_utf8_lossy(&lines);
    if lines.trim().is_empty() { Ok(()) } else { writeln!(out, "\n```text\n{}\n```", lines.trim_matches('\n')) }
}

/// The verdict's sentence with the leading code in a code span. Whatever else is not plain goes into one as a whole.
fn sentence(report: &Report, verdict: &Verdict) -> String {
    let sentence = plain::line(&verdict.sentence);
    let name = report.codes.first().map(|code| plain::code(&code.code)).filter(|name| !name.is_empty());
    let around =
        name.as_deref().and_then(|name| sentence.split_once(name).map(|(before, after)| (before, name, after)));
    match around {
        _ if is_plain(&sentence) => sentence,
        Some((before, name, after)) if is_plain(before) && is_plain(after) => {
            format!("{before}{}{after}", markdown_of_visible(name))
        }
        _ => markdown_of_visible(&sentence),
    }
}

/// Whether nothing in a text means anything to Markdown.
fn is_plain(text: &str) -> bool {
    let signs = |c: char| c.is_ascii_alphanumeric() || " ,;:%().?'-".contains(c);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        // A sign of comparison stands before a number.
        let compares = (c == '<' || c == '>') && rest.peek().is_some_and(char::is_ascii_digit);
        if !signs(c) && !compares {
            return false;
        }
    }
    !text.contains("www.")
}

/// A table with its heading; nothing without rows.
fn table(title: &str, table: Table, report: &Report, view: &View, out: &mut dyn Write) -> io::Result<()> {
    let rows = table.rows(report, Layout::Markdown);
    if rows.is_empty() {
        return Ok(());
    }
    let columns = table.shown(report, Layout::Markdown);
    writeln!(out, "\n## {title}\n")?;
    head(&columns.iter().map(|column| (column.head(), column.is_number())).collect::<Vec<_>>(), out)?;
    let shown = if table.is_cut(Layout::Markdown) { view.top.max(1) } else { rows.len() };
    for it in rows.iter().take(shown) {
        row(&columns.iter().map(|column| cell(it, *column, view)).collect::<Vec<_>>(), out)?;
    }
    rest(rows.len(), shown, out)
}

fn head(columns: &[(&str, bool)], out: &mut dyn Write) -> io::Result<()> {
    let heads: Vec<_> = columns.iter().map(|(head, _)| *head).collect();
    let rules: Vec<_> = columns.iter().map(|(_, is_right)| if *is_right { "---:" } else { "---" }).collect();
    writeln!(out, "| {} |\n| {} |", heads.join(" | "), rules.join(" | "))
}

fn cell(row: &Row<'_>, column: Column, view: &View) -> String {
    spell(&row.cell(column), |time| view.second(time), markdown_cell)
}

fn row(cells: &[String], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "| {} |", cells.join(" | "))
}

fn rest(rows: usize, shown: usize, out: &mut dyn Write) -> io::Result<()> {
    more(rows, shown).map_or(Ok(()), |text| writeln!(out, "\n{text} (--top)"))
}

fn look_into(report: &Report, view: &View, out: &mut dyn Write) -> io::Result<()> {
    let troubles = troubles(report);
    if troubles.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n## Look into\n\nA class is a hint, no verdict. Times are {}.\n", view.zone_name(report))?;
    for (rank, Trouble { name, class, code, ids }) in (1..).zip(troubles.iter().take(view.top.max(1))) {
        writeln!(out, "{rank}. {} {class}: {}", markdown(name), phrases::class(*class))?;
        // An item belongs to a number when it begins below the text after it.
        let indent = if rank < 10 { "   " } else { "    " };
        if let Some(code) = code {
            facts(code, indent, view, out)?;
        }
        ids.iter().try_for_each(|id| request_id(id, indent, view, out))?;
    }
    rest(troubles.len(), view.top.max(1), out)
}

fn facts(code: &Code, indent: &str, view: &View, out: &mut dyn Write) -> io::Result<()> {
    let mut said = counted(code.count, "failure", "failures");
    said += &match (code.first, code.last) {
        (Some(first), Some(last)) if first == last => format!(" at {}", view.second(first)),
        (Some(first), Some(last)) => format!(" from {} to {}", view.second(first), view.second(last)),
        _ => String::new(),
    };
    writeln!(out, "{indent}- {said}")?;
    for it in &code.stands_out {
        let (part, of_all) = (rough_percent(it.share), rough_percent(it.share_of_all));
        writeln!(
            out,
            "{indent}- {} {}: {part} of them, {of_all} of all calls",
            markdown(&it.field),
            markdown(&it.value)
        )?;
    }
    for it in code.throttled.iter().take(phrases::REFUSED_MAX) {
        let names = [&it.action, &it.region].into_iter().filter(|name| !name.is_empty()).map(|name| markdown(name));
        writeln!(out, "{indent}- refused {}: {}", names.collect::<Vec<_>>().join(" "), phrases::refused(it))?;
    }
    for message in code.messages.iter().take(3) {
        writeln!(out, "{indent}- message, {}: {}", counted(message.count, "time", "times"), markdown(&message.text))?;
    }
    Ok(())
}

fn request_id(id: &LookInto, indent: &str, view: &View, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{indent}- {} {}{}", markdown(&id.request_id), id.reason, whereabouts(&id.at, view))
}

fn whereabouts(at: &At, view: &View) -> String {
    let mut said = String::new();
    for text in [at.time.map(|time| view.second(time)), at.duration_ms.map(duration)].into_iter().flatten() {
        said += &format!(", {text}");
    }
    for text in [&at.service, &at.action, &at.region].into_iter().flatten() {
        said += &format!(", {}", markdown(text));
    }
    said + &format!(", {}", markdown(&place(path(&at.input), at.line, at.offset)))
}

/// Every number of the report by name.
fn every_count(report: &Report, view: &View, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n## Every count\n")?;
    head(&[("number", true), ("what", false)], out)?;
    let rows = singles::named(report).into_iter();
    rows.map(|(name, number)| [spell(&number, |time| view.second(time), markdown_cell), name])
        .try_for_each(|cells| row(&cells, out))
}

fn notes(report: &Report, view: &View, out: &mut dyn Write) -> io::Result<()> {
    for (topic, remarks) in remarks::remarks(report, view, view.top) {
        writeln!(out, "\n## {topic}\n")?;
        for parts in remarks {
            let parts = parts.iter().map(|part| match part {
                Part::Words(words) => words.replace("--", r"\--").replace('_', r"\_"),
                Part::Quoted(text) | Part::Code(text) => markdown(text),
            });
            writeln!(out, "- {}", parts.collect::<String>())?;
        }
    }
    let conditions: Vec<_> = report.status.iter().map(|it| it.as_str().replace('_', " ")).collect();
    writeln!(out, "\nStatus: {}", conditions.join(", "))
}
