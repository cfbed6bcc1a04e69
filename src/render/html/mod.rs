//! The report as one HTML page: static, without scripts or requests, at most [`BYTES_MAX`]. The page is a template;
//! here is how much of the report goes in. It decides nothing and knows no log.

pub mod badges;
pub mod chart;
mod drawn;
mod grid;
pub mod limits;
pub mod over_time;
pub mod page;
pub mod spark;
pub mod trouble;

use std::fmt;
use std::io::{self, Write};

use askama::Template;

use self::limits::{Limits, fitting};
use self::page::Page;
use super::escape;
use super::view::View;
use crate::report::Report;
use crate::report::tables::Layout;

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
    let page = Page::of(report, view, limits, Layout::Html).render().map_err(io::Error::other)?;
    Ok(page + "\n")
}
