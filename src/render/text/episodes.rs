//! Episodes on a page of text, above everything but the headline.

use std::io::{self, Write};

use super::page::{Page, Phrase, Span, Style, cut};
use super::safe::safe;
use crate::render::clock::Clock;
use crate::render::episodes::{Worded, worded};
use crate::render::plain;
use crate::render::view::View;
use crate::report::Report;

/// Columns before what is said of an episode.
const INDENT: usize = 9;
/// A value of the log takes at most so much of a line.
const VALUE_WIDTH_MAX: usize = 60;

/// Writes the episodes, if there are any.
pub fn write<W: Write>(report: &Report, view: &View, clock: &Clock<'_>, page: &mut Page<W>) -> io::Result<()> {
    for (episode, row) in worded(report, view, clock, page.signs.to).iter().zip(&report.episodes) {
        page.section()?;
        let style = if row.open { Style::Bad } else { Style::Strong };
        let lead =
            vec![Span::styled(style, "EPISODE"), Span::plain("  "), Span::plain(&*episode.when), Span::plain("  ")];
        page.flow(lead, INDENT, &[vec![Span::plain(&*episode.what)]])?;
        let indent = || vec![Span::plain(" ".repeat(INDENT))];
        let codes = codes(episode);
        if !codes.is_empty() {
            page.flow(indent(), INDENT, &codes)?;
        }
        let stands_out = stands_out(episode, page.signs.cut);
        if !stands_out.is_empty() {
            page.flow(indent(), INDENT, &stands_out)?;
        }
        if !episode.command.is_empty() {
            page.command(INDENT, Style::Faint, &episode.command)?;
        }
    }
    Ok(())
}

fn codes(episode: &Worded) -> Vec<Phrase> {
    let code = |(code, count): &(String, String)| {
        vec![Span::whole(Style::Plain, plain::code(code)), Span::plain(format!(" {count}"))]
    };
    let more = Some(&episode.more).filter(|more| !more.is_empty()).map(|more| vec![Span::plain(&**more)]);
    episode.codes.iter().map(code).chain(more).collect()
}

fn stands_out(episode: &Worded, sign: &str) -> Vec<Phrase> {
    let one = |(field, value, shares): &(String, String, String)| {
        vec![Span::plain(format!("{} {} {shares}", safe(field), cut(&safe(value), VALUE_WIDTH_MAX, sign)))]
    };
    episode.stands_out.iter().map(one).collect()
}
