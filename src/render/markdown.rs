//! The report as Markdown: reads well as it stands, in a chat, a mail or a ticket. Text from the log stands in code
//! spans only. It decides nothing and knows no HTML.

use std::io::{self, Write};

use super::escape::{markdown, markdown_cell, markdown_of_visible};
use super::remarks::{self, Part, path};
use super::sums;
use super::text;
use super::text::numbers::{bytes, count, counted, percent, rough_percent, share};
use super::text::phrases;
use super::verdict;
use super::view::{self, View, by_rows, calls, more, period_codes, seen, took, trend};
use crate::record::LineClass;
use crate::report::{At, By, Calls, Code, LookInto, Quantiles, Report};

/// Columns of the sparklines, for phones and quotes in mails.
const COLUMNS: usize = 72;

/// Writes a report as Markdown with the tables of GitHub.
///
/// # Errors
///
/// `out` fails.
pub fn write(report: &Report, view: &View, out: &mut dyn Write) -> io::Result<()> {
    headline(report, view, out)?;
    over_time(report, view, out)?;
    codes(report, view, out)?;
    look_into(report, view, out)?;
    actions(report, view, out)?;
    let services = report.services.iter().map(|row| (row.service.as_str(), &row.calls));
    groups("service", &services.collect::<Vec<_>>(), view, out)?;
    let regions = report.regions.iter().map(|row| (row.region.as_str(), &row.calls));
    groups("region", &regions.collect::<Vec<_>>(), view, out)?;
    by(report, view, out)?;
    latency(report, out)?;
    parts(report, view, out)?;
    notes(report, view, out)?;
    sums(report, view, out)
}

fn headline(report: &Report, view: &View, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# {}\n\n{}", verdict::word(report).as_str(), sentence(report))?;
    for rule in remarks::breaches(report) {
        writeln!(out, "\n- rule fired: {}", markdown_of_visible(&rule))?;
    }
    let totals = &report.totals;
    let mut about: Vec<_> = view.range(report).into_iter().collect();
    about.push(match report.inputs.as_slice() {
        [only] => format!("{} ({})", markdown(path(&only.path)), bytes(totals.bytes)),
        several => format!("{} inputs ({})", several.len(), bytes(totals.bytes)),
    });
    about.push(format!("{} lines, {} recognised", count(totals.counts.lines), count(verdict::recognised(report))));
    if let Some([low, high]) = totals.failure_rate_bounds.filter(|_| totals.counts[LineClass::Malformed] > 0) {
        about.push(format!("true rate {}", super::text::numbers::percent_range(low, high)));
    }
    writeln!(out, "\n{}", about.join(" · "))
}

/// The sparklines of the text report, which hold no text of a log.
fn over_time(report: &Report, view: &View, out: &mut dyn Write) -> io::Result<()> {
    let view = text::View {
        width: COLUMNS,
        color: false,
        zone: view.zone.clone(),
        top: view.top,
        command: String::new(),
        unicode: true,
    };
    let mut lines = Vec::new();
    text::over_time(report, &view, &mut lines)?;
    let lines = String::from_utf8_lossy(&lines);
    if lines.trim().is_empty() { Ok(()) } else { writeln!(out, "\n```text\n{}\n```", lines.trim_matches('\n')) }
}

/// The verdict's sentence with the leading code in a code span. Whatever else is not plain goes into one as a whole.
fn sentence(report: &Report) -> String {
    let sentence = verdict::sentence(report);
    let name = report.codes.first().map(|code| verdict::code(&code.code)).filter(|name| !name.is_empty());
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

fn head(columns: &[&str], right: usize, out: &mut dyn Write) -> io::Result<()> {
    let rules = columns.iter().enumerate().map(|(place, _)| if place < right { "---:" } else { "---" });
    writeln!(out, "| {} |\n| {} |", columns.join(" | "), rules.collect::<Vec<_>>().join(" | "))
}

fn row(cells: &[String], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "| {} |", cells.join(" | "))
}

fn rest(rows: usize, view: &View, out: &mut dyn Write) -> io::Result<()> {
    more(rows, view.top.max(1)).map_or(Ok(()), |text| writeln!(out, "\n{text}"))
}

fn codes(report: &Report, view: &View, out: &mut dyn Write) -> io::Result<()> {
    if report.codes.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n## Codes\n")?;
    let has_trend = report.codes.iter().any(|code| !trend(code).is_empty());
    let has_runs = report.codes.iter().any(|code| code.seen_runs.is_some());
    let columns = ["failed", "share", "class", "trend", "earlier runs", "since", "code"];
    let keep = |place: usize| (place != 3 || has_trend) && (place != 4 || has_runs);
    let kept: Vec<_> = columns.into_iter().enumerate().filter(|row| keep(row.0)).map(|row| row.1).collect();
    head(&kept, 2, out)?;
    for code in report.codes.iter().take(view.top.max(1)) {
        let cells = [
            count(code.count),
            share(code.share),
            code.class.as_str().to_owned(),
            trend(code),
            seen(code),
            code.since.map(|time| view.second(time)).unwrap_or_default(),
            markdown_cell(&code.code),
        ];
        row(&cells.into_iter().enumerate().filter(|it| keep(it.0)).map(|it| it.1).collect::<Vec<_>>(), out)?;
    }
    rest(report.codes.len(), view, out)
}

fn look_into(report: &Report, view: &View, out: &mut dyn Write) -> io::Result<()> {
    let mut names: Vec<&str> = Vec::new();
    for id in &report.look_into {
        if !names.contains(&id.code.as_str()) {
            names.push(&id.code);
        }
    }
    if names.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n## Look into\n\nA class is a hint, no verdict. Times are {}.\n", view.zone_name(report))?;
    let shown = view.top.max(1);
    for (rank, name) in (1..).zip(names.iter().take(shown)) {
        let code = report.codes.iter().find(|code| code.code == *name);
        let ids: Vec<_> = report.look_into.iter().filter(|id| id.code == *name).collect();
        if let Some(class) = ids.first().map(|id| id.class) {
            writeln!(out, "{rank}. {} {class}: {}", markdown(name), phrases::class(class))?;
        }
        // An item belongs to a number when it begins below the text behind it.
        let indent = if rank < 10 { "   " } else { "    " };
        if let Some(code) = code {
            facts(code, indent, view, out)?;
        }
        ids.into_iter().try_for_each(|id| request_id(id, indent, view, out))?;
    }
    rest(names.len(), view, out)
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
    for text in [at.time.map(|time| view.second(time)), at.duration_ms.map(|ms| took(Some(ms)))].into_iter().flatten() {
        said += &format!(", {text}");
    }
    for text in [&at.service, &at.action, &at.region].into_iter().flatten() {
        said += &format!(", {}", markdown(text));
    }
    said + &format!(", {}", markdown(&format!("{}:{}", path(&at.input), at.line)))
}

fn rate(calls: &Calls) -> String {
    calls.failure_rate.map(percent).unwrap_or_default()
}

fn actions(report: &Report, view: &View, out: &mut dyn Write) -> io::Result<()> {
    if report.actions.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n## Actions\n")?;
    head(&["calls", "failed", "rate", "p50", "p99", "max", "service", "action"], 6, out)?;
    for it in report.actions.iter().take(view.top.max(1)) {
        let latency = &it.latency;
        row(
            &[
                count(calls(&it.calls)),
                count(it.calls.failed),
                rate(&it.calls),
                took(latency.p50),
                took(latency.p99),
                took(latency.max),
                it.service.as_deref().map(markdown_cell).unwrap_or_default(),
                markdown_cell(&it.action),
            ],
            out,
        )?;
    }
    rest(report.actions.len(), view, out)
}

fn groups(name: &str, rows: &[(&str, &Calls)], view: &View, out: &mut dyn Write) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n## Calls by {name}\n")?;
    head(&["calls", "failed", "rate", name], 3, out)?;
    for (value, it) in rows.iter().take(view.top.max(1)) {
        row(&[count(calls(it)), count(it.failed), rate(it), markdown_cell(value)], out)?;
    }
    rest(rows.len(), view, out)
}

fn by(report: &Report, view: &View, out: &mut dyn Write) -> io::Result<()> {
    if report.by.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n## Calls by other fields and periods\n")?;
    head(&["calls", "failed", "rate", "field", "value", "codes"], 3, out)?;
    for it in by_rows(report).into_iter().take(view.top.max(1)) {
        let codes = period_codes(it).into_iter().map(|(code, behind)| markdown_cell(code) + &behind);
        let By { name, value, calls: of, .. } = it;
        let names = [markdown_cell(name), markdown_cell(value), codes.collect()];
        row(&[[count(calls(of)), count(of.failed), rate(of)].as_slice(), &names].concat(), out)?;
    }
    rest(report.by.len(), view, out)
}

fn latency(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let latency = &report.latency;
    if latency.all.count == 0 {
        return Ok(());
    }
    writeln!(out, "\n## Latency\n")?;
    head(&["timed", "p50", "p90", "p95", "p99", "p99.9", "max", "calls"], 7, out)?;
    for (name, it) in [("ok", &latency.ok), ("failed", &latency.failed), ("all, dry runs too", &latency.all)] {
        let Quantiles { count: timed, p50, p90, p95, p99, p999, max } = it;
        let values = [p50, p90, p95, p99, p999, max].map(|ms| took(*ms));
        row(&[[count(*timed)].as_slice(), &values, &[name.to_owned()]].concat(), out)?;
    }
    Ok(())
}

/// Failures by class and by family.
fn parts(report: &Report, view: &View, out: &mut dyn Write) -> io::Result<()> {
    let classes = report.classes.iter().map(|it| (it.class.as_str(), it.count));
    let families = report.families.iter().map(|it| (it.family.as_str(), it.count));
    for (name, rows) in [("class", classes.collect::<Vec<_>>()), ("family", families.collect())] {
        if rows.is_empty() {
            continue;
        }
        writeln!(out, "\n## Failures by {name}\n")?;
        head(&["failed", "share", name], 2, out)?;
        for (part, failed) in rows.iter().take(view.top.max(1)) {
            let of_all = *failed as f64 / report.totals.counts[LineClass::Failed].max(1) as f64;
            row(&[count(*failed), share(of_all), markdown_cell(part)], out)?;
        }
        rest(rows.len(), view, out)?;
    }
    Ok(())
}

/// Every count, in all and by input.
fn sums(report: &Report, view: &View, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n## Every count\n")?;
    head(&["number", "what"], 1, out)?;
    sums::sums(report).into_iter().try_for_each(|(name, number)| row(&[number, name], out))?;
    if report.inputs.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n## Inputs\n")?;
    head(&[sums::names().as_slice(), &["status", "path"]].concat(), sums::names().len(), out)?;
    for input in report.inputs.iter().take(view.top.max(1)) {
        let status = if input.skipped { "skipped" } else { input.status.as_str() };
        let ends = [status.to_owned(), markdown_cell(path(&input.path))];
        row(&[sums::counts(input).into_iter().map(count).collect::<Vec<_>>().as_slice(), &ends].concat(), out)?;
    }
    rest(report.inputs.len(), view, out)
}

fn notes(report: &Report, view: &View, out: &mut dyn Write) -> io::Result<()> {
    let mut topic = "";
    for remark in remarks::remarks(report, view) {
        if remark.topic != topic {
            topic = remark.topic;
            writeln!(out, "\n## {topic}\n")?;
        }
        let parts = remark.parts.iter().map(|part| match part {
            Part::Words(words) => words.replace("--", r"\--").replace('_', r"\_"),
            Part::Quoted(text) => markdown(text),
        });
        writeln!(out, "- {}", parts.collect::<String>())?;
    }
    let conditions: Vec<_> = report.status.iter().map(|it| view::condition(*it).replace('_', " ")).collect();
    writeln!(out, "\nStatus: {}", conditions.join(", "))
}
