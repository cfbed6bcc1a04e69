//! The report as one HTML page: static, without scripts or requests, at most [`BYTES_MAX`]. The page is a template;
//! here is how much of the report goes in. It decides nothing and knows no log.

pub mod badges;
pub mod chart;
pub mod over_time;
pub mod page;
pub mod spark;
pub mod trouble;

use std::fmt;
use std::io::{self, Write};

use askama::Template;

use self::page::{Limits, Page};
use super::escape;
use super::view::View;
use crate::report::Report;

/// The page is at most this long; what does not fit is counted.
pub const BYTES_MAX: usize = 200_000;

/// What templates escape with.
#[derive(Clone, Copy, Debug, Default)]
pub struct Escaper;

impl askama::filters::Escaper for Escaper {
    fn write_escaped_str<W: fmt::Write>(&self, mut dest: W, string: &str) -> fmt::Result {
        dest.write_str(&escape::html(string))
    }
}

/// Writes a report as a page.
///
/// # Errors
///
/// `out` fails.
pub fn write(report: &Report, view: &View, out: &mut dyn Write) -> io::Result<()> {
    let page = fitting(view, BYTES_MAX, |limits| page(report, view, limits))?;
    out.write_all(page.as_bytes())
}

fn page(report: &Report, view: &View, limits: Limits) -> io::Result<String> {
    let page = Page::of(report, view, limits).render().map_err(io::Error::other)?;
    Ok(page + "\n")
}

/// Makes a document with as many rows as asked for, and with fewer until it fits; when one row of each table is still
/// too much, with shorter texts.
pub fn fitting(view: &View, bytes_max: usize, make: impl Fn(Limits) -> io::Result<String>) -> io::Result<String> {
    let mut limits = Limits { rows: view.top.clamp(1, page::ROWS_MAX), chars: page::CHARS_MAX };
    loop {
        let made = make(limits)?;
        if made.len() <= bytes_max {
            return Ok(made);
        }
        limits = match limits {
            Limits { rows: 1, chars: 0..=16 } => return Ok(made),
            Limits { rows: 1, chars } => Limits { rows: 1, chars: chars / 2 },
            Limits { rows, chars } => Limits { rows: rows * 2 / 3, chars },
        };
    }
}
