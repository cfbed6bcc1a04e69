//! The ids to look into, grouped by code, each with the reason why it was chosen and where its record stands.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use super::codes;
use super::page::{Page, Phrase, Span, Style, cut};
use super::safe::{path, safe};
use crate::catalog::OTHER;
use crate::render::clock::Clock;
use crate::render::plain;
use crate::render::view::View;
use crate::report::numbers::{count, counted, duration, rough_percent};
use crate::report::parts;
use crate::report::troubles::{Trouble, troubles};
use crate::report::{At, LookInto, Message, Report, StandsOut, phrases};

/// What stands before the command that writes tickets.
const WRITE_UP: &str = "write it up: ";
/// Columns before the names of lines.
const INDENT: usize = 4;
/// Columns of an id that others are aligned with; a UUID has as many.
const ID_WIDTH: usize = 36;
/// Columns between columns.
const GAP: usize = 2;
/// How many variants of a message are shown.
const MESSAGES_MAX: usize = 3;
/// How many values of a field are shown.
const VALUES_MAX: usize = 3;

/// Writes the list.
pub fn write<W: Write>(report: &Report, view: &View, clock: &Clock<'_>, page: &mut Page<W>) -> io::Result<()> {
    if report.look_into.is_empty() {
        return Ok(());
    }
    page.section()?;
    heading(view, page)?;
    let entries: Vec<_> = troubles(report).into_iter().map(Entry).collect();
    let columns = Columns::of(&entries, clock, page.width);
    let mut classes = Vec::new();
    for (place, entry) in entries.iter().enumerate() {
        let is_shown = codes::is_shown(report, entry.0.name, view.top.max(1));
        let is_first = !classes.contains(&entry.0.class);
        classes.push(entry.0.class);
        entry.write_head(place + 1, is_first, is_shown, clock, page)?;
        entry.write_stands_out(&columns, page)?;
        entry.write_throttled(&columns, page)?;
        entry.write_messages(&columns, page)?;
        for id in &entry.0.ids {
            columns.write(id, clock, page)?;
        }
    }
    Ok(())
}

fn heading<W: Write>(view: &View, page: &mut Page<W>) -> io::Result<()> {
    let lead = vec![Span::styled(Style::Strong, "LOOK INTO"), Span::plain("  ")];
    let mut phrases = vec![vec![Span::styled(Style::Faint, "these RequestIds; a class is a hint, no verdict")]];
    let command = view.commands.as_ref().map(|commands| commands.ticket(&view.zone)).unwrap_or_default();
    let is_short = command.width() + WRITE_UP.width() + 2 <= page.width;
    if is_short && !command.is_empty() {
        phrases.push(vec![Span::styled(Style::Faint, WRITE_UP), Span::whole(Style::Plain, &*command)]);
    }
    page.flow(lead, 2, &phrases)?;
    if is_short {
        return Ok(());
    }
    page.line(&[Span::styled(Style::Faint, format!("  {}", WRITE_UP.trim_end()))])?;
    page.command(INDENT, Style::Plain, &command)
}

/// A code with its ids, and how it is written.
struct Entry<'a>(Trouble<'a>);

impl Entry<'_> {
    /// The code and what its class means, said once a class; what the table of codes does not show is said here.
    fn write_head<W: Write>(
        &self,
        rank: usize,
        is_first: bool,
        is_shown: bool,
        clock: &Clock<'_>,
        page: &mut Page<W>,
    ) -> io::Result<()> {
        let mut phrases: Vec<Phrase> = Vec::new();
        let meaning = if is_first {
            format!("{}: {}", self.0.class, phrases::class(self.0.class))
        } else {
            self.0.class.to_string()
        };
        phrases.push(vec![Span::plain(meaning)]);
        if let Some(code) = self.0.code.filter(|_| !is_shown) {
            let failures = counted(code.count, "failure", "failures");
            let since = code.since.map(|since| format!(" since {}", clock.minute(since))).unwrap_or_default();
            let trend = code.trend.map(|trend| format!(", {}", trend.as_str())).unwrap_or_default();
            phrases.push(vec![Span::plain(format!("{failures}{since}{trend}"))]);
        }
        let lead = vec![
            Span::plain(format!("{rank:>2}  ")),
            Span::whole(Style::Strong, plain::code(self.0.name)),
            Span::plain("  "),
        ];
        page.flow(lead, INDENT, &phrases)
    }

    /// The longest name of a line that is not an id's.
    fn name_width(&self) -> usize {
        let messages = self.messages().map(|(name, _)| name.len());
        messages.max().unwrap_or(0).max("stands out".len())
    }

    /// The most frequent messages with the names of their lines, no more than there are ids: the less the code is
    /// looked into, the less of it is said.
    fn messages(&self) -> impl Iterator<Item = (String, &Message)> {
        let messages = self.0.code.map(|code| code.messages.as_slice()).unwrap_or_default();
        // What did not fit into the table of variants is none.
        let (kept, more) = match messages.split_last() {
            Some((rest, kept)) if rest.text == OTHER && !kept.is_empty() => (kept, "+"),
            _ => (messages, ""),
        };
        let total = kept.len();
        let name = move |place: usize| match total {
            1 if more.is_empty() => "message".to_owned(),
            _ => format!("message {} of {total}{more}", place + 1),
        };
        kept.iter()
            .take(self.0.ids.len().min(MESSAGES_MAX))
            .enumerate()
            .map(move |(place, message)| (name(place), message))
    }

    /// Where the code is more frequent than calls are; without that, what its ids were calls of.
    fn write_stands_out<W: Write>(&self, columns: &Columns, page: &mut Page<W>) -> io::Result<()> {
        let rows = self.0.code.map(|code| code.stands_out.as_slice()).unwrap_or_default();
        if rows.is_empty() {
            let seen = if columns.has_calls { Vec::new() } else { seen_in(&self.0.ids, page.signs.cut) };
            return if seen.is_empty() { Ok(()) } else { page.flow(columns.name("seen in"), columns.indent(), &seen) };
        }
        let say = |(place, row): (usize, &StandsOut)| {
            let of_all = if place == 0 { " of all calls" } else { "" };
            let (part, all) = (rough_percent(row.share), rough_percent(row.share_of_all));
            vec![Span::plain(format!(
                "{} {} {part} ({all}{of_all})",
                safe(&row.field),
                value(&row.value, page.signs.cut)
            ))]
        };
        let phrases: Vec<_> = rows.iter().enumerate().map(say).collect();
        page.flow(columns.name("stands out"), columns.indent(), &phrases)
    }

    /// At how many calls a second a throttle code was given, and for which calls.
    fn write_throttled<W: Write>(&self, columns: &Columns, page: &mut Page<W>) -> io::Result<()> {
        let rows = self.0.code.map(|code| code.throttled.as_slice()).unwrap_or_default();
        for (place, row) in rows.iter().take(phrases::REFUSED_MAX).enumerate() {
            let names = [&row.action, &row.region].into_iter().filter(|name| !name.is_empty());
            let calls: Vec<_> = names.map(|name| value(name, page.signs.cut)).collect();
            let name = columns.name(if place == 0 { "refused" } else { "" });
            let phrase = vec![Span::plain(format!("{} {}", calls.join(" "), phrases::refused(row)).trim().to_owned())];
            page.flow(name, columns.indent(), &[phrase])?;
        }
        Ok(())
    }

    /// What the service said, one line a variant, with its failures unless those are all.
    fn write_messages<W: Write>(&self, columns: &Columns, page: &mut Page<W>) -> io::Result<()> {
        let room = page.width.saturating_sub(columns.indent());
        for (name, message) in self.messages() {
            let is_all = self.0.code.is_some_and(|code| code.count == message.count);
            let before = if is_all { String::new() } else { format!("{} x  ", count(message.count)) };
            let mut line = columns.name(&name);
            line.push(Span::plain(cut(&format!("{before}{}", safe(&message.text)), room, page.signs.cut)));
            page.line(&line)?;
        }
        Ok(())
    }
}

/// Services, actions and regions of some calls.
fn seen_in(ids: &[&LookInto], cut_sign: &str) -> Vec<Phrase> {
    let fields: [fn(&At) -> Option<&String>; 3] =
        [|at| at.service.as_ref(), |at| at.action.as_ref(), |at| at.region.as_ref()];
    let mut phrases = Vec::new();
    for field in fields {
        let mut values: Vec<String> = Vec::new();
        for text in ids.iter().filter_map(|id| field(&id.at)).map(|text| value(text, cut_sign)) {
            if !values.contains(&text) {
                values.push(text);
            }
        }
        let more = if values.len() > VALUES_MAX { ", …".replace('…', cut_sign) } else { String::new() };
        values.truncate(VALUES_MAX);
        if !values.is_empty() {
            phrases.push(vec![Span::plain(values.join(", ") + &more)]);
        }
    }
    phrases
}

/// A value of the log, which may be of any length.
fn value(text: &str, cut_sign: &str) -> String {
    cut(&safe(text), 60, cut_sign)
}

/// How much of an id's line fits into the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    /// All of it.
    Line,
    /// The place goes below.
    PlaceBelow,
    /// All but the id goes below.
    AllBelow,
}

/// How the lines of all ids are laid out: columns as wide as their cells, the same for every code.
#[derive(Clone, Copy, Debug)]
struct Columns {
    layout: Layout,
    name: usize,
    id: usize,
    time: usize,
    duration: usize,
    call: usize,
    /// Whether service, action and region stand before the place.
    has_calls: bool,
    /// Whether there is room for a column of them.
    fits_calls: bool,
}

impl Columns {
    /// The fullest layout in which every line fits into the page.
    fn of(entries: &[Entry<'_>], clock: &Clock<'_>, page_width: usize) -> Self {
        let ids = || entries.iter().flat_map(|entry| &entry.0.ids);
        let widest = |text: &dyn Fn(&LookInto) -> String| ids().map(|id| text(id).width()).max().unwrap_or(0);
        let names = entries.iter().map(Entry::name_width).max().unwrap_or(0);
        let mut columns = Self {
            layout: Layout::Line,
            name: names.max(widest(&|id| safe(&id.reason))),
            id: widest(&|id| safe(&id.request_id)).min(ID_WIDTH),
            time: widest(&|id| time(id, clock)),
            duration: widest(&took),
            call: widest(&called),
            has_calls: false,
            fits_calls: false,
        };
        let place = widest(&place);
        let with = |width: usize| if width > 0 { width + GAP } else { 0 };
        let id = columns.indent() + columns.id + GAP + with(columns.time) + with(columns.duration);
        let (layout, end) = match () {
            () if id + place <= page_width => (Layout::Line, id + place),
            () if id <= page_width + GAP => (Layout::PlaceBelow, columns.indent() + place),
            () => (Layout::AllBelow, page_width),
        };
        columns.layout = layout;
        columns.fits_calls = end + GAP + columns.call <= page_width;
        columns.has_calls = columns.call > 0 && (columns.fits_calls || layout != Layout::Line);
        columns
    }

    /// Columns before what stands after the names.
    const fn indent(&self) -> usize {
        INDENT + self.name + GAP
    }

    /// The beginning of a line with a name.
    fn name(&self, name: &str) -> Vec<Span> {
        let width = self.name + GAP;
        vec![Span::plain(" ".repeat(INDENT)), Span::styled(Style::Faint, format!("{name:<width$}"))]
    }

    /// The call as a phrase; none when it is not known.
    fn call(&self, id: &LookInto) -> Option<Phrase> {
        Some(called(id)).filter(|call| self.has_calls && !call.is_empty()).map(|call| vec![Span::plain(call)])
    }

    fn write<W: Write>(&self, id: &LookInto, clock: &Clock<'_>, page: &mut Page<W>) -> io::Result<()> {
        let mut line = self.name(&safe(&id.reason));
        let request_id = Span::whole(Style::Plain, safe(&id.request_id));
        let place = Span::whole(Style::Plain, place(id));
        if self.layout == Layout::AllBelow {
            line.push(request_id);
            page.line(&line)?;
            let about = [time(id, clock), took(id)].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>();
            let about = if about.is_empty() { Vec::new() } else { vec![vec![Span::plain(about.join("  "))]] };
            let phrases: Vec<_> = about.into_iter().chain(self.call(id)).chain([vec![place]]).collect();
            return page.flow(self.name(""), self.indent(), &phrases);
        }
        line.extend(padded(request_id, self.id));
        if self.time > 0 {
            line.extend(padded(Span::plain(time(id, clock)), self.time));
        }
        if self.duration > 0 {
            line.push(Span::plain(format!("{:>width$}{:GAP$}", took(id), "", width = self.duration)));
        }
        if self.layout == Layout::PlaceBelow {
            page.line(&line)?;
            line = self.name("");
            if !self.fits_calls {
                let phrases: Vec<_> = self.call(id).into_iter().chain([vec![place]]).collect();
                return page.flow(line, self.indent(), &phrases);
            }
        }
        if self.has_calls {
            line.extend(padded(Span::plain(called(id)), self.call));
        }
        line.push(place);
        page.line(&line)
    }
}

fn padded(span: Span, width: usize) -> [Span; 2] {
    let blanks = " ".repeat((width + GAP).saturating_sub(span.width()));
    [span, Span::plain(blanks)]
}

fn time(id: &LookInto, clock: &Clock<'_>) -> String {
    id.at.time.map(|time| clock.second(time)).unwrap_or_default()
}

fn took(id: &LookInto) -> String {
    id.at.duration_ms.map(duration).unwrap_or_default()
}

/// Service, action and region of the call.
fn called(id: &LookInto) -> String {
    let parts = [&id.at.service, &id.at.action, &id.at.region];
    let parts = parts.into_iter().flatten().map(|text| cut(&safe(text), 60, ""));
    parts.collect::<Vec<_>>().join(" ")
}

/// Where the record stands: `path:line`.
fn place(id: &LookInto) -> String {
    parts::place(path(&id.at.input), id.at.line, id.at.offset)
}
